"""Open items that come to the amount once a difference explains the rest (按差额匹配).

The differences are those that the terms and the policy allow, each to the cent. One item alone, or
a set of which each item is paid less its discount, may be proven unique like an exact set; there
must be no exact set then, and no other way.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from revenue.matching.book import Item
from revenue.matching.candidate import Reason
from revenue.matching.draft import SCORES, Case, Draft, with_parts
from revenue.matching.exact import Tried, doubt, slips
from revenue.matching.meant import Named
from revenue.matching.policy import Proof, ToleranceGroup
from revenue.matching.shortfall import Parts, explained, portion
from revenue.matching.subset import chance, fits
from revenue.matching.words import because

_MILLION = 1_000_000
_NEAR_MAX = 40

Explained = tuple[tuple[Item, ...], Parts]


def differing(case: Case, ordered: Sequence[Item]) -> list[Explained]:
    """Sets that come to the amount with an explained difference: one item, discounted ones."""
    return [*(((item,), parts) for item, parts in _near(case, ordered)),
            *_discounted(case, ordered)]  # fmt: skip


def with_difference(
    case: Case, named: Sequence[Named], tried: Tried, found: Sequence[Explained]
) -> Iterator[Draft]:
    """The drafts of them, and of the oldest items that a difference explains."""
    more = [*found]
    for items in _prefixes(case, tried.items):
        missing = sum(item.open for item in items) - case.amount
        more += [(items, parts) for parts in _explained(case, items, missing)]
    rivals = len(more) - 1 + tried.met
    for place, (items, parts) in enumerate(more[:_NEAR_MAX]):
        short = case.money(sum(part.total for part in parts))
        code = f"short_{parts[0].reason}" if parts[0].earned else "discount_late"
        hints = slips(case, items)
        stop: Reason | None = because("difference_unnamed")
        if not rivals and place < len(found):
            stop = _unproven(case, named, items, parts, tried)
        score = SCORES["unique"] if stop is None else SCORES["tolerance"] + _leaning(case, parts)
        score += 100 * len(hints) - 5 * len(items)
        proof: Proof = "unique" if stop is None else "tolerance"
        reasons = (because(code, amount=short), *hints)
        picks = with_parts(items, parts)
        yield Draft(proof, picks, score, reasons, rivals=rivals, stop=stop)


def _leaning(case: Case, parts: Parts) -> int:
    """What speaks for an explanation beside the amount."""
    score = 60 if all(part.exact for part in parts) else 0
    score += 40 if parts[0].earned else -30
    if parts[0].reason == "discount" and "deducts_discount" in case.habits:
        score += 80
    return score - 20 * len(parts)


def _unproven(
    case: Case, named: Sequence[Named], items: Sequence[Item], parts: Parts, tried: Tried
) -> Reason | None:
    """Why the only explanation of all is not proven; ``None`` if it is."""
    policy = case.policy
    if len(parts) > 1 or not parts[0].exact or parts[0].reason not in policy.unique_reasons:
        return because("difference_unnamed")
    if not parts[0].earned or not tried.complete:
        return because("difference_unnamed")
    ways = 3 + len(policy.fees) + len(policy.retention_percents) + len(policy.withholding_percents)
    return doubt(case, named, items, tried.values, ways=ways)


def _explained(case: Case, items: Sequence[Item], missing: int) -> list[Parts]:
    return explained(
        items, missing, code=case.code, on=case.payment.on, policy=case.policy, lines=case.lines
    )


def _reduced(case: Case, ordered: Sequence[Item]) -> Iterator[list[int]]:
    """What is open of each item less its discount, where any has one on that day."""
    if not case.book.percent_max:
        return
    grace = timedelta(days=case.policy.grace_days)
    values: list[int] = []
    for item in ordered:
        tiers = [
            tier
            for tier in (item.origin.discounts if item.whole else ())
            if case.payment.on <= tier.until + grace
        ]
        off = portion(item.open, Fraction(tiers[0].percent) / 100) if tiers else 0
        values.append(item.open - off)
    if any(value != item.open for value, item in zip(values, ordered, strict=True)):
        yield values


def _near(case: Case, ordered: Sequence[Item]) -> list[tuple[Item, Parts]]:
    """Single items that come to the amount with one explained difference each."""
    policy, amount = case.policy, case.amount
    percents = [int(each * 100) for each in (*policy.retention_percents,
                                             *policy.withholding_percents)]  # fmt: skip
    fees = {fee.least.minor for fee in policy.fees if fee.least.code == case.code}
    widest = max((fee.most or fee.least).minor for fee in policy.fees) if fees else 0
    generous = policy.employee != ToleranceGroup()
    small = int(policy.rounding_max * 100 * 10)
    found: list[tuple[Item, Parts]] = []
    widest_percent = max([*percents, int(case.book.percent_max * 100)], default=0)
    part = 5_000 if generous else widest_percent + 1
    beside = max(widest, small) * 10_000 + 10_000
    for item in ordered:
        missing = item.open - amount
        if missing <= 0 or missing * 2 > item.open:
            continue
        if missing * 10_000 > item.open * part + beside:
            continue
        mine = [*percents, *(int(each.percent * 100) for each in item.origin.discounts)]
        close = any(_about(item.open, missing, each) for each in mine)
        net = item.origin.tax
        if not close and net is not None and mine:
            close = any(_about(item.open - net.minor, missing, each) for each in mine)
        with_fee = any(_about(item.open, missing - fee, each) for fee in fees for each in mine)
        if close or with_fee or missing <= max(widest, small) or generous:
            found += [(item, each) for each in _explained(case, [item], missing)]
        if len(found) >= _NEAR_MAX:
            break
    return found


def _about(base: int, missing: int, percent: int) -> bool:
    """Whether ``missing`` is a percentage, in hundredths, of ``base``, to the minor unit."""
    return abs(missing * 10_000 - base * percent) <= 10_000


def _prefixes(case: Case, ordered: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """The oldest items that come to a little more than the amount: two and more of them."""
    total = 0
    for count, item in enumerate(ordered, start=1):
        total += item.open
        if total > case.amount and count > 1 and (total - case.amount) * 4 < total:
            yield tuple(ordered[:count])
        if total * 3 > case.amount * 4:
            return


def _discounted(case: Case, ordered: Sequence[Item]) -> list[Explained]:
    """Sets of two and more that come to the amount once each discount of the terms is taken."""
    found: list[Explained] = []
    for values in _reduced(case, ordered):
        if chance(values, case.amount, size_max=3) > _MILLION:
            continue
        tried = fits(values, case.amount, case.amount, size_max=case.policy.set_size_max,
                     node_limit=case.policy.node_limit, found_max=3)  # fmt: skip
        for places in tried.sets:
            items = tuple(ordered[place] for place in places)
            missing = sum(item.open for item in items) - case.amount
            if len(items) > 1 and missing:
                found += [(items, each) for each in _explained(case, items, missing)[:1]]
    return found
