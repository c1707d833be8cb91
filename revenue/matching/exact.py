"""Sets of open items that come to the amount exactly: single ones, others, the oldest (精确匹配).

A fit is unique if no other set of the customer's open items comes to the amount, and none that is
as small does with a difference that the policy allows; and if the search was complete. It proves
something if mere chance would hardly give it, and is posted if nothing in the text speaks
against it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from revenue.matching.book import Item
from revenue.matching.candidate import Reason
from revenue.matching.draft import SCORES, Case, Draft, in_full, listed
from revenue.matching.meant import Named
from revenue.matching.policy import Proof
from revenue.matching.subset import Fits, chance, fits
from revenue.matching.token import lookalike, one_typo_apart
from revenue.matching.words import because

_SEARCHED_MAX = 1_000_000
"""Millionths. Where chance is expected to give a fit nothing is proven, and nothing searched."""

_FEW = 20
"""So few items are searched in any case, to tell the rivals."""

_PAIRS_MAX, _PAIRS_WITHIN = 3, 2_000


class Tried(NamedTuple):
    """The exact sets of a customer's items, and how far they were searched."""

    items: list[Item]
    values: list[int]
    sets: list[tuple[Item, ...]]
    met: int
    expected: int
    searched: bool
    complete: bool
    nodes: int


def tried_exactly(case: Case) -> Tried:
    """Search every set that comes to the amount, unless chance would give one anyway."""
    ordered = case.book.ordered
    values = [item.open for item in ordered]
    policy, amount = case.policy, case.amount
    expected = chance(values, amount, size_max=policy.set_size_max)
    searched = expected <= _SEARCHED_MAX or len(values) <= _FEW
    found = Fits((), 0, complete=False, nodes=0)
    if searched:
        found = fits(
            values,
            amount,
            amount,
            size_max=policy.set_size_max,
            node_limit=policy.node_limit,
            found_max=policy.rivals_max,
        )
    sets = [tuple(ordered[place] for place in places) for places in found.sets]
    if not found.complete:
        sets = [(item,) for item in case.book.of_amount(amount)] or _pairs(case, ordered)
    count = max(found.met, len(sets))
    return Tried(ordered, values, sets, count, expected, searched, found.complete, found.nodes)


def exactly(
    case: Case, named: Sequence[Named], tried: Tried, *, with_difference: Sequence[int]
) -> Iterator[Draft]:
    """Drafts of the exact sets, small ones first; the only one of all may be proven.

    ``with_difference`` are the sizes of sets that come to the amount with a difference.
    """
    alike = case.policy.alike == "oldest" and _all_alike(tried)
    for rank, items in enumerate(tried.sets[: case.policy.rivals_max]):
        rivals = 0 if alike and not rank else tried.met - 1
        rivals += sum(size <= len(items) for size in with_difference)
        stop = because("rivals", count=rivals) if rivals else None
        if not tried.complete:
            stop = stop or _incomplete(case, tried)
        stop = stop or doubt(case, named, items, tried.values)
        yield _as_draft(case, items, rank, rivals, stop)


def _all_alike(tried: Tried) -> bool:
    """Whether the sets differ only in which of several equal items they hold."""
    amounts = {tuple(sorted(item.open for item in items)) for items in tried.sets}
    return len(amounts) == 1 and tried.complete and len(tried.sets) == tried.met


def _as_draft(
    case: Case, items: Sequence[Item], rank: int, rivals: int, stop: Reason | None
) -> Draft:
    amount = case.money(case.amount)
    single = len(items) == 1
    proof: Proof = "unique" if not rivals else "single" if single else "suggestion"
    if single:
        reasons = [because("exact_single", name=listed(items), amount=amount)]
    else:
        reasons = [because("sum_agrees", count=len(items), amount=amount)]
    hints = slips(case, items)
    if stop is None:
        count = len(case.book.items)
        size = min(case.policy.set_size_max, count)
        reasons.append(because("no_other", size=size, count=count, amount=amount))
    base = SCORES["single"] if single else SCORES["unique" if not rivals else "prefix"] - 50
    score = base + (100 if stop is None else 60 * len(hints)) - 10 * rank - 5 * len(items)
    reasons += hints
    return Draft(proof, in_full(items), score, tuple(reasons), rivals=rivals, stop=stop)


def _incomplete(case: Case, tried: Tried) -> Reason:
    if tried.searched:
        return because("node_limit", limit=case.policy.node_limit)
    return case.by_chance(tried.expected)


def _pairs(case: Case, ordered: Sequence[Item]) -> list[tuple[Item, ...]]:
    """The first pairs that come to the amount, where not all sets can be searched."""
    found: list[tuple[Item, ...]] = []
    for place, item in enumerate(ordered):
        if item.open * 2 > case.amount and found:
            continue
        for other in case.book.of_amount(case.amount - item.open):
            if item < other and len(found) < _PAIRS_MAX:
                found.append((item, other))
        if len(found) >= _PAIRS_MAX or place > _PAIRS_WITHIN:
            break
    return found


def doubt(
    case: Case,
    named: Sequence[Named],
    items: Sequence[Item],
    values: Sequence[int],
    *,
    ways: int = 1,
) -> Reason | None:
    """What speaks against posting the only set that fits, of so many ways in which one might."""
    if not case.trust:
        return because("who_unsure", customer=case.book.customer)
    if case.word is not None:
        return case.word
    likely = chance(values, case.amount, size_max=len(items)) * ways
    if case.too_likely(likely):
        return case.by_chance(likely)
    return contradiction(case, named, items)


def contradiction(case: Case, named: Sequence[Named], items: Sequence[Item]) -> Reason | None:
    """A token that names something else, unless a slip of the keyboard makes it one of these."""
    own = [name for item in items for name in item.spelt]
    numbers = {item.number for item in items}
    for each in named:
        inside = any(item.number in numbers for item in each.items)
        known = bool(each.items) or each.settled
        if each.strong and not inside and (known or not _is_slip(each.token, own)):
            return because("contradicted", token=each.token)
    for token in case.reading.misspelt:
        if not _is_slip(token, own):
            return because("contradicted", token=token)
    for loose in case.reading.loose:
        if loose.of_others or not case.book.is_of_series(loose.text):
            continue
        begins = loose.last and any(name.startswith(loose.text) for name in own)
        ends = any(name.endswith(loose.digits) for name in own)
        if not begins and not ends and not _is_slip(loose.text, own):
            return because("contradicted", token=loose.text)
    return None


def _is_slip(token: str, names: Sequence[str]) -> bool:
    return any(one_typo_apart(token, name) or lookalike(token) == lookalike(name) for name in names)


def slips(case: Case, items: Sequence[Item]) -> list[Reason]:
    """Tokens of the text that are nearly a name of one of the items: they speak for it."""
    found: list[Reason] = []
    tokens = [each.text for each in case.reading.loose] + [*case.reading.misspelt]
    tokens += [hit.token for hit in case.reading.hits]
    for item in items:
        for name in item.spelt:
            near = [token for token in tokens if len(token) > 3 and one_typo_apart(token, name)]
            if near:
                found.append(because("typo", token=near[0], name=listed([item])))
                break
        else:
            ends = [each.digits for each in case.reading.loose if len(each.digits) > 2]
            if any(name.endswith(digits) for digits in ends for name in item.spelt):
                found.append(because("named_short", names=listed([item])))
    return found[:3]


def oldest_first(case: Case, ordered: Sequence[Item]) -> Iterator[Draft]:
    """The oldest items come to the amount exactly."""
    total = 0
    count = 0
    for item in ordered:
        total, count = total + item.open, count + 1
        if total >= case.amount:
            break
    if total != case.amount:
        return
    amount = case.money(total)
    every = count == len(ordered)
    reasons = [because("oldest_first", amount=amount)]
    if every:
        reasons.append(because("all_open", amount=amount))
    score = SCORES["prefix"] + (50 if every else 0)
    if "oldest_first" in case.habits:
        score += 150
        reasons.append(because("habit", customer=case.book.customer))
    stop = because("only_suggested")
    yield Draft("prefix", in_full(ordered[:count]), score, tuple(reasons), stop=stop)
