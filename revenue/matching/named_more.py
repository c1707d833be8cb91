"""What is named comes to less than was paid: something unnamed, or a rest on account (多付).

Where a bank cut the text off, one set of other items may be all that makes up the amount. Where a
payer rounded up, the rest stays on account.
"""

from collections.abc import Iterator, Sequence

from revenue.matching.book import Item
from revenue.matching.candidate import Reason
from revenue.matching.draft import SCORES, Case, Draft, in_full, listed
from revenue.matching.meant import MILLION, Meant, all_told, choices
from revenue.matching.policy import Proof
from revenue.matching.subset import chance, fits, grid
from revenue.matching.words import because


def over(case: Case, said: Meant) -> Iterator[Draft]:
    """What is named comes to less: something unnamed is paid as well, or the rest is on account."""
    items = max((each for each, strong in choices(said) if strong), key=len, default=())
    rest = case.amount - sum(item.open for item in items)
    if not items or rest <= 0:
        return
    yield from _with_unnamed(case, said, items, rest)
    left = because("over", amount=case.money(rest))
    stop = None
    if not _may_be_over(case, said, items, rest):
        stop = because("amount_differs", open=case.money(case.amount - rest))
    proof: Proof = "reference" if stop is None else "suggestion"
    reasons = (*said.reasons, left)
    rounded_up = rest < grid(case.amount)
    score = SCORES["reference"] - (120 if rounded_up else 180)
    yield Draft(proof, in_full(items), score, reasons, rest=rest, stop=stop)


def _may_be_over(case: Case, said: Meant, items: Sequence[Item], rest: int) -> bool:
    """Whether the rest may stay on account by itself: always, never, or where a payer rounded up.

    An amount is rounded up if it is on a grid a hundred times that of what it pays, and less than
    one step of it is left: of what nobody names some items would have to fill up the very cents.
    """
    how = case.policy.overpaid
    if said.groups or how == "never":
        return False
    step = grid(case.amount)
    own = grid(sum(item.open for item in items))
    rounded_up = rest < step and own * 100 <= step and rest * 10 < case.amount
    return how == "post" or (rounded_up and case.certain and all_told(case, said))


def _with_unnamed(case: Case, said: Meant, items: Sequence[Item], rest: int) -> Iterator[Draft]:
    """Beside what is named one set of other items makes up the amount: the text was cut, say."""
    numbers = {item.number for item in items}
    others = [item for item in case.book.ordered if item.number not in numbers]
    values = [item.open for item in others]
    if chance(values, rest, size_max=3) > MILLION:
        return
    policy = case.policy
    tried = fits(values, rest, rest, size_max=policy.set_size_max, found_max=3,
                 node_limit=policy.node_limit)  # fmt: skip
    for places in tried.sets:
        more = [others[place] for place in places]
        likely = chance(values, rest, size_max=len(more))
        stop: Reason | None = None
        if tried.met > 1 or not tried.complete:
            stop = because("rivals", count=tried.met - 1)
        elif not case.trust:
            stop = because("who_unsure", customer=case.book.customer)
        elif case.too_likely(likely):
            stop = case.by_chance(likely)
        elif case.word is not None:
            stop = case.word
        hint = [item for item in more if _cut_off(case, item)]
        reasons = (
            *said.reasons,
            because("and_unnamed", names=listed(more)),
            *(because("truncated", name=listed([item])) for item in hint),
        )
        score = SCORES["prefix"] + 60 + 40 * len(hint) - 5 * len(more)
        score += SCORES["unique"] - SCORES["prefix"] if stop is None else 0
        yield Draft("unique", in_full([*items, *more]), score, reasons,
                    rivals=tried.met - 1, stop=stop)  # fmt: skip


def _cut_off(case: Case, item: Item) -> bool:
    """Whether the last token of the text is how a name of the item begins."""
    ends = [each.text for each in case.reading.loose if each.last and len(each.text) > 2]
    return any(name.startswith(end) for end in ends for name in item.spelt)
