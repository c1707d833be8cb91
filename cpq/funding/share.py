"""What each funder pays of a promotion's discount on each line (费用分摊): to the cent, both ways.

First each funder's total of the document is reckoned, by largest remainder, and bounded by what it
still pays. Then totals meet lines in one table of whole minor units, whose rows sum to what the
lines were given and whose columns sum to what the funders pay; every figure in it lies less than
one unit from its exact share. Such a table always exists (controlled rounding, Bacharach 1966).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from cpq.funding.model import FundingPlan
from cpq.funding.rounding import controlled
from cpq.kernel.errors import Invalid
from cpq.kernel.money import EXACT, Rounding, rounded, split

Parts = tuple[tuple[str, Decimal], ...]
"""Who pays how much of one line's share; in the order of the plan, nobody with nothing."""

_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


def funded(
    plan: FundingPlan,
    amounts: Sequence[Decimal],
    *,
    currency: str,
    places: int,
    left: Mapping[str, Decimal] = _NOTHING,
) -> tuple[Parts, ...]:
    """Who pays how much of each line's share ``amounts`` (each ≥ 0) of one promotion.

    Amounts are in ``currency`` on the grid of ``places`` decimals; ``left`` is what funders still
    pay over the time of their budget (not listed: without bound). Each line's parts sum to its
    share. Equal lines get the same whatever their order; spare units go to larger lines first.
    Raises ``Invalid``: ``funding.amount`` for an amount below 0 or off the grid,
    ``funding.currency`` for a plan in another currency.

    >>> plan = FundingPlan(shares=(
    ...     {"funder": "ACME", "percent": "60", "cap": "15.00 CNY"},
    ...     {"funder": "own", "percent": "40"}))
    >>> for parts in funded(plan, [Decimal("20.00"), Decimal("10.00")], currency="CNY", places=2):
    ...     print([(funder, str(amount)) for funder, amount in parts])
    [('ACME', '10.00'), ('own', '10.00')]
    [('ACME', '5.00'), ('own', '5.00')]
    """
    units = [_units(amount, places) for amount in amounts]
    sole = plan.sole
    if sole is not None:
        return tuple(((sole, amount),) if amount else () for amount in amounts)
    shares = _totals(plan, sum(units), currency=currency, places=places, left=left)
    funders = [funder for funder in plan.funders if shares[funder]]
    # spare units go by what the lines are, never by where they stand
    order = sorted(range(len(units)), key=lambda place: -units[place])
    table = controlled([units[place] for place in order], [shares[funder] for funder in funders])
    rows: list[Parts] = [()] * len(units)
    for place, row in zip(order, table, strict=True):
        rows[place] = tuple(
            (funder, Decimal(part).scaleb(-places, context=EXACT))
            for funder, part in zip(funders, row, strict=True)
            if part
        )
    return tuple(rows)


def funder_totals(
    plan: FundingPlan,
    amount: Decimal,
    *,
    currency: str,
    places: int,
    left: Mapping[str, Decimal] = _NOTHING,
) -> Parts:
    """What each funder pays of ``amount`` ≥ 0, a promotion's whole discount on a document.

    As ``funded``, which shares these totals over the lines. Raises what ``funded`` raises.

    >>> plan = FundingPlan(layers=(
    ...     {"funder": "ACME", "up_to": "1000.00 CNY"}, {"funder": "own"}))
    >>> funder_totals(plan, Decimal("1200.00"), currency="CNY", places=2)
    (('ACME', Decimal('1000.00')), ('own', Decimal('200.00')))
    """
    whole = _units(amount, places)
    shares = _totals(plan, whole, currency=currency, places=places, left=left)
    return tuple(
        (funder, Decimal(part).scaleb(-places, context=EXACT))
        for funder, part in shares.items()
        if part
    )


def _units(amount: Decimal, places: int) -> int:
    scaled = amount.scaleb(places, context=EXACT)
    units = int(scaled)
    if units != scaled or units < 0:
        raise Invalid(
            "funding.amount",
            f"what funders share is 0 or more, with {places} decimals at most; found {amount}",
        )
    return units


def _totals(
    plan: FundingPlan, whole: int, *, currency: str, places: int, left: Mapping[str, Decimal]
) -> dict[str, int]:
    """Each funder's total in units: asked, bounded by cap and budget, the excess to the bearer."""
    found = {money.code for money in plan.moneys()} - {currency}
    if found:
        raise Invalid(
            "funding.currency",
            f"the plan is in {' and '.join(found)}, the document in {currency}; write caps and "
            "layers in the currency of the document",
        )
    paid = dict.fromkeys((*plan.funders, plan.bearer), 0)
    for funder, part in _asked(plan, whole, places=places):
        paid[funder] += part
    for share in plan.shares:
        bounds = [paid[share.funder]]
        if share.cap is not None:
            bounds.append(_floor(share.cap.amount, places))
        if share.budget is not None and share.funder in left:
            bounds.append(_floor(left[share.funder], places))
        paid[plan.bearer] += paid[share.funder] - min(bounds)
        paid[share.funder] = min(bounds)
    return paid


def _asked(plan: FundingPlan, whole: int, *, places: int) -> list[tuple[str, int]]:
    """What percentages or layers ask of each funder, before caps and budgets."""
    if not plan.layers:
        percents = [share.percent or Decimal(0) for share in plan.shares]
        return _paired((share.funder for share in plan.shares), split(whole, percents))
    asked: list[tuple[str, int]] = []
    rest = whole
    for layer in plan.layers:
        size = rest if layer.up_to is None else min(rest, _floor(layer.up_to.amount, places))
        parts = split(size, [part.percent for part in layer.split])
        asked.extend(_paired((part.funder for part in layer.split), parts))
        rest -= size
    return [*asked, (plan.bearer, rest)]


def _paired(funders: Iterable[str], parts: Sequence[int]) -> list[tuple[str, int]]:
    return list(zip(funders, parts, strict=True))


def _floor(amount: Decimal, places: int) -> int:
    """The whole units of an amount, 0 for one below 0."""
    return max(int(rounded(amount, places, Rounding.FLOOR).scaleb(places, context=EXACT)), 0)
