"""List prices of models (车型价格): what a colour or a size makes dearer, as a share of the price.

A model costs what its cheapest variant costs, and a rule says what the price of a dearer one is:
``base * 3399.99 / 3374.99``. A share, because a reseller pays a share of the list price, of what
the colour costs too; an amount would be added to what the reseller pays. Where the colour alone
decides, or the size alone, the rule speaks of that; else of both.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from variants import BikeModel, Variant

from cpq.kernel.money import plain
from cpq.kernel.period import Period
from cpq.pricebook import AttributePrice, PriceBook, PriceBookEntry, PriceBookVersion, entry

Look = tuple[tuple[str, str], ...]
"""What a price is decided by: attribute codes with their values."""

_DAY = timedelta(days=1)


def book_with(book: PriceBook, models: Sequence[BikeModel]) -> PriceBook:
    """A price book in which the models cost what their variants do, from day to day.

    A book that prices everything, such as the resellers', stays as it is.
    """
    return book.with_(versions=tuple(_version(version, models) for version in book.versions))


def _version(version: PriceBookVersion, models: Sequence[BikeModel]) -> PriceBookVersion:
    entries: list[PriceBookEntry] = []
    rules: list[AttributePrice] = []
    for model in models:
        for period, prices in _spans(model, version):
            entries.append(entry(model.name, price=min(prices.values()), period=period))
            rules += _rules(model.name, period, prices)
    if not entries:
        return version
    return version.with_(
        entries=(*version.entries, *entries), attributes=(*version.attributes, *rules)
    )


def _spans(
    model: BikeModel, version: PriceBookVersion
) -> Iterator[tuple[Period, dict[Variant, Decimal]]]:
    """What the variants cost, for each span of days on which no price begins or ends."""
    dated = [
        (variant, row.period, tier.price)
        for variant in model.variants
        for row in version.entries
        if row.product == variant.product
        for tier in row.tiers[:1]
        if tier.price is not None
    ]
    bounds = {bound for _, period, _ in dated for bound in _bounds(period)}
    firsts = sorted(bounds)
    for place, first in enumerate(firsts):
        prices = {variant: price for variant, period, price in dated if period.contains(first)}
        if prices:
            last = firsts[place + 1] - _DAY if place + 1 < len(firsts) else None
            yield Period(start=first, end=last), prices


def _bounds(period: Period) -> Iterator[date]:
    """The first day of a period, and the first after it."""
    yield period.start or date.min
    if period.end is not None:
        yield period.end + _DAY


def _rules(
    product: str, period: Period, prices: Mapping[Variant, Decimal]
) -> Iterator[AttributePrice]:
    cheapest = min(prices.values())
    for look, price in _decided(prices).items():
        if price != cheapest:
            values = ", ".join(value for _, value in look)
            yield AttributePrice(
                code=f"{product} {values} {period.start}",
                product=product,
                match=look,
                period=period,
                formula=f"base * {plain(price)} / {plain(cheapest)}",
                replaces=True,
            )


def _decided(prices: Mapping[Variant, Decimal]) -> dict[Look, Decimal]:
    """The price by the fewest attributes that decide it."""
    for codes in ((), ("colour",), ("size",)):
        looks = [(tuple(p for p in _look(each) if p[0] in codes), prices[each]) for each in prices]
        if len(set(looks)) == len({look for look, _ in looks}):
            return dict(looks)
    return {_look(variant): price for variant, price in prices.items()}


def _look(variant: Variant) -> Look:
    return (("colour", variant.colour), ("size", variant.size))
