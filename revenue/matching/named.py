"""The first step: what a text names, and whether the amount agrees with it (按单号匹配).

A name alone proves nothing, nor does an amount. Proof is that every item named and the amount agree
to the cent, or that one exact reason alone explains the rest. Strong names are whole tokens; weak
ones, such as last digits, count only among one customer's items and only where the sum is exact.
"""

from collections.abc import Collection, Iterator, Sequence

from revenue.matching.book import Item
from revenue.matching.candidate import Reason
from revenue.matching.draft import SCORES, Case, Draft, in_full, listed
from revenue.matching.meant import (
    MILLION,
    NAMED_BEARS,
    SLIP_BEARS,
    Meant,
    Named,
    all_told,
    meant,
    misspelt,
    sums,
)
from revenue.matching.named_less import in_part, short, without_one
from revenue.matching.named_more import over
from revenue.matching.policy import Proof
from revenue.matching.subset import chance, fits, grid
from revenue.matching.token import one_typo_apart
from revenue.matching.words import because

_POOL_MAX = 40


def by_name(case: Case, named: Sequence[Named]) -> list[Draft]:
    """Every way in which what is named may explain the amount."""
    found: list[Draft] = []
    for each in named:
        if each.entire:
            found += _whole_set(case, each)
    said = meant([each for each in named if not each.entire])
    if not said.forced and not said.groups and not said.weak:
        return found
    agreeing = _exact(case, said)
    found += agreeing
    if not any(draft.stop is None for draft in agreeing):
        others = [*short(case, said), *without_one(case, said), *over(case, said)]
        if agreeing:
            doubt = because("rivals", count=len(agreeing))
            others = [draft._replace(stop=draft.stop or doubt) for draft in others]
        found += [*others, *in_part(case, said)]
    return found


def _whole_set(case: Case, named: Named) -> Iterator[Draft]:
    """A month, say, of which every item is paid."""
    if sum(item.open for item in named.items) != case.amount:
        return
    likely = grid(case.amount) * 2 * MILLION // case.amount
    stop = None
    if not case.trust:
        stop = because("who_unsure", customer=case.book.customer)
    elif case.too_likely(likely, times=NAMED_BEARS):
        stop = case.by_chance(likely)
    reasons = (because("named_month", month=named.token), sums(case, named.items))
    yield Draft("reference", in_full(named.items), SCORES["reference"], reasons, stop=stop)


def _exact(case: Case, said: Meant) -> list[Draft]:
    """What is named comes to the amount: all of it, or one choice among what may be meant."""
    base = sum(item.open for item in said.forced)
    if base == case.amount and not said.groups:
        return [_agreeing(case, said, said.forced, rivals=0)]
    pool = said.pool
    rest = case.amount - base
    if rest <= 0 or not pool or len(pool) > _POOL_MAX:
        return []
    values = [item.open for item in pool]
    limit = case.policy.node_limit
    tried = fits(values, rest, rest, size_max=len(pool), node_limit=limit, found_max=50)
    chosen = [tuple(pool[place] for place in places) for places in tried.sets]
    chosen = [picked for picked in chosen if _covers(said, picked)]
    chosen = _instalments_first(said, chosen)
    rivals = len(chosen) - 1 if tried.complete and tried.met <= 50 else max(1, len(chosen))
    return [
        _agreeing(case, said, (*said.forced, *picked), rivals=rivals, rest=rest)
        for picked in sorted(chosen, key=lambda each: (-len(each), each))[:3]
    ]


def _instalments_first(said: Meant, chosen: list[tuple[Item, ...]]) -> list[tuple[Item, ...]]:
    """Of an invoice with instalments the first ones are meant, where that fits as well."""
    loosely = any(each.loosely for each in said.named)
    first = [picked for picked in chosen if _first_ones(said, {item.number for item in picked})]
    return first if first and not loosely else chosen


def _covers(said: Meant, picked: Sequence[Item]) -> bool:
    numbers = {item.number for item in (*said.forced, *picked)}
    return all(any(item.number in numbers for item in group) for group in said.groups)


def _agreeing(
    case: Case, said: Meant, items: Sequence[Item], *, rivals: int, rest: int = 0
) -> Draft:
    """A draft whose sum is the amount, proven unless something speaks against it."""
    numbers = {item.number for item in items}
    left_out = [item for item in said.pool if item.number not in numbers]
    hinted = [item for item in said.weak if item.number in numbers]
    slips = [each for each in said.named if each.slip and _picks(each, hinted)]
    stop: Reason | None = because("rivals", count=rivals) if rivals else None
    stop = stop or _unsure(case, said, hinted, slips=bool(slips))
    if stop is None and (hinted or not _first_ones(said, numbers)):
        likely = chance([item.open for item in said.pool], rest, size_max=len(items))
        times = 1 if hinted and left_out else SLIP_BEARS if slips else NAMED_BEARS
        told = bool(hinted) or all_told(case, said)
        stop = case.by_chance(likely) if case.too_likely(likely, times=times) or not told else None
    stop = stop or _twin(case, said, items) or misspelt(case, items)
    reasons = [*said.reasons]
    reasons += [because("typo", token=each.token, name=listed(each.items)) for each in slips]
    if hinted and not slips:
        reasons.append(because("named_short", names=listed(hinted)))
    reasons.append(sums(case, items))
    score = SCORES["reference"] + (50 if stop is None else 0) - min(len(left_out), 20)
    firm = not hinted and not rivals and stop is None
    proof: Proof = "unique" if slips else "reference"
    return Draft(proof, in_full(items), score, tuple(reasons), 0, rivals, stop, firm)


def _picks(named: Named, items: Sequence[Item]) -> bool:
    return any(item.number == own.number for item in items for own in named.items)


def _first_ones(said: Meant, numbers: Collection[str]) -> bool:
    """Whether of each set that is named the first instalments are meant: all that fall due before
    the others.
    """
    for group in said.groups:
        picked = [item.due_on for item in group if item.number in numbers]
        others = [item.due_on for item in group if item.number not in numbers]
        if picked and others and max(picked) >= min(others):
            return False
    return True


def _unsure(case: Case, said: Meant, hinted: Sequence[Item], *, slips: bool) -> Reason | None:
    """Nobody knows who paid, and what is named is no whole token."""
    if slips:
        unknown = because("who_unsure", customer=case.book.customer) if not case.trust else None
        return unknown or case.word
    lost = [each.token for each in said.named if each.strong and not each.items]
    if lost and not case.trust:
        return because("contradicted", token=lost[0])
    if said.forced or said.groups or case.trust or len(hinted) > 1:
        return None
    return _unless_few(case, said)


def _unless_few(case: Case, said: Meant) -> Reason | None:
    """Last digits of one item prove something of an unknown payer only if they are many."""
    enough = any(
        not each.strong and len(each.token) >= case.policy.reference_length_min and each.items
        for each in said.named
    )
    return None if enough else because("who_unsure", customer=case.book.customer)


def _twin(case: Case, said: Meant, items: Sequence[Item]) -> Reason | None:
    """Another item of the same amount that one slip of the keyboard makes of what was named.

    Check digits would have found the slip.
    """
    if not case.policy.typo_guard:
        return None
    numbers = {item.number for item in items}
    checked = {item.number for each in said.named if each.checked for item in each.items}
    for item in items:
        equal = case.book.of_amount(item.open)
        if len(equal) < 2 or item.number in checked:
            continue
        for other in equal:
            if other.number not in numbers and _slip(said, item, other):
                return because("twin", name=listed([other]))
    return None


def _slip(said: Meant, item: Item, other: Item) -> bool:
    """Whether every token that names the item could be a slip for the other one."""
    tokens = [each.token for each in said.named if item in each.items and each.strong]
    return bool(tokens) and all(
        any(one_typo_apart(token, name) for name in other.spelt) for token in tokens
    )
