"""Sales on one footing (同口径): in one currency, at the rate of their own day, at one price level.

A price of two years ago in dollars and one of last week in yuan say something together only after
each was converted at its own day's rate and moved by the index that was agreed on. What has no
rate or level for its day is counted as left out, never guessed.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, Protocol, Self

from pydantic import Field, model_validator

from cpq.history.comparables import Comparables
from cpq.history.deal import DealPrice
from cpq.kernel.errors import NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code, number_key
from cpq.rate import RateTable

Key = tuple[str, int, str, str]
"""What names a deal price: the key of its quote's number, version, line, status."""

Pair = tuple[int, int]
"""A numerator and a positive denominator, not reduced."""

_ONE: Pair = (1, 1)


class RateAt(Protocol):
    """What one unit of ``source`` was in ``target`` on a day; ``None`` where nobody knows."""

    def __call__(self, source: str, target: str, on: date, /) -> Fraction | None:
        """The exact rate of the day."""


def rates_of(table: RateTable, *, kind: str = "spot") -> RateAt:
    """The rates of a table, each of its day; ``None`` where the table has none.

    >>> from cpq.rate import ExchangeRate
    >>> stated = ExchangeRate(base="USD", quote="CNY", rate="7.2", on="2026-03-01")
    >>> rate = rates_of(RateTable(rates=(stated,)))
    >>> rate("USD", "CNY", date(2026, 3, 5)), rate("EUR", "CNY", date(2026, 3, 5))
    (Fraction(36, 5), None)
    """

    def at(source: str, target: str, on: date, /) -> Fraction | None:
        try:
            return table.used(source, target, on=on, kind=kind).rate
        except NotFound:
            return None

    return at


class IndexLevel(Frozen):
    """The level of a price index from a day on."""

    on: date
    level: Exact = Field(gt=0)


class PriceIndex(Frozen):
    """A price index by day (价格指数): each level holds until the next one.

    >>> steel = PriceIndex(code="STEEL", levels=({"on": "2025-01-01", "level": 100},
    ...                                          {"on": "2026-01-01", "level": 110}))
    >>> steel.factor(date(2025, 6, 1), date(2026, 6, 1)), steel.factor(date(2024, 6, 1), date.max)
    (Fraction(11, 10), None)
    """

    code: Code
    levels: tuple[IndexLevel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _levels_in_order(self) -> Self:
        if any(first.on >= second.on for first, second in pairwise(self.levels)):
            raise ValueError("the levels of an index follow one another, one for each day")
        return self

    def factor(self, since: date, until: date) -> Fraction | None:
        """What a price of ``since`` is multiplied by to be one of ``until``.

        ``None`` where a day lies before the first level.
        """
        before, after = self._level(since), self._level(until)
        return None if before is None or after is None else after / before

    def _level(self, on: date) -> Fraction | None:
        levels = [row.level for row in self.levels if row.on <= on]
        return Fraction(levels[-1]) if levels else None


class Sale(NamedTuple):
    """What the figures need of a deal price; ``on`` is ISO text, which sorts as days do.

    The five fields from ``on`` to ``status`` are no two sales' alike, so that sales sort as tuples
    do: by day, and those of one day always in the same order. ``listed`` is the list price per
    base unit.
    """

    on: str
    quote_key: str
    version: int
    line: str
    status: str
    currency: str
    net: Decimal
    quantity: Pair
    listed: Pair | None

    @property
    def key(self) -> Key:
        """What names the deal price."""
        return self.quote_key, self.version, self.line, self.status


class Hits(NamedTuple):
    """Sales on one footing, newest first: each with the factor that turns its net into the asked
    currency and price level. ``left_out`` more had no rate or level for their day.
    """

    sales: list[Sale]
    factors: list[Pair]
    left_out: int

    def price(self, place: int) -> Fraction:
        """The price of a sale per base unit, as compared."""
        sale, (times, by) = self.sales[place], self.factors[place]
        units, parts = sale.quantity
        return Fraction(sale.net) * Fraction(parts * times, units * by)

    def percent(self, place: int) -> Fraction:
        """The price of a sale in percent of the list price of its own day."""
        sale = self.sales[place]
        assert sale.listed is not None, "only of sales that had one"
        (units, parts), (listed, over) = sale.quantity, sale.listed
        return Fraction(sale.net) * Fraction(100 * parts * over, units * listed)


def key_of(deal: DealPrice) -> Key:
    """What names a deal price; numbers that count as the same give the same key."""
    return number_key(deal.quote or ""), deal.version, deal.line, deal.status


def sale_of(deal: DealPrice) -> Sale:
    """What the figures need of a deal."""
    listed = deal.list_price
    return Sale(
        deal.on.isoformat(),
        *key_of(deal),
        currency=deal.currency,
        net=deal.net,
        quantity=deal.base_quantity.as_integer_ratio(),
        listed=None if listed is None else listed.as_integer_ratio(),
    )


def undecided(sales: Sequence[Sale], query: Comparables) -> Sequence[Sale]:
    """The sales without the offers that are there as won or lost too."""
    if "quoted" not in query.statuses:
        return sales
    decided = {sale.key[:3] for sale in sales if sale.status != "quoted"}
    return [sale for sale in sales if sale.status != "quoted" or sale.key[:3] not in decided]


def normalised(
    sales: Iterable[Sale], query: Comparables, *, rate: RateAt | None, index: PriceIndex | None
) -> Hits:
    """The sales on the footing of the query."""
    known: dict[tuple[str, str], Pair | None] = {}
    hits: list[Sale] = []
    factors: list[Pair] = []
    left_out = 0
    for sale in sorted(sales, reverse=True):
        place = sale.currency, sale.on
        if place not in known:
            known[place] = _factor(sale, query, rate, index)
        factor = known[place]
        if factor is None:
            left_out += 1
        else:
            hits.append(sale)
            factors.append(factor)
    return Hits(hits, factors, left_out)


def _factor(
    sale: Sale, query: Comparables, rate: RateAt | None, index: PriceIndex | None
) -> Pair | None:
    same = sale.currency == query.currency
    if same and index is None:
        return _ONE
    on = date.fromisoformat(sale.on)
    times = Fraction(1) if same else rate(sale.currency, query.currency, on) if rate else None
    moved = Fraction(1) if index is None else index.factor(on, query.on)
    return None if times is None or moved is None else (times * moved).as_integer_ratio()
