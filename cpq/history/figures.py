"""What comparable deals were worth (成交价统计): last, spread, percentiles, weighted mean.

Every hit is brought to one footing: net of allocations, per base unit, in one currency at the rate
of its own day, moved by an index where one is given; its share of the list is that of its day.
Everything is reckoned in exact fractions and rounded once, at the end. Too few deals give no
figure at all: a median of two is a rumour.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.history.comparables import Comparables
from cpq.history.deal import DealPrice
from cpq.history.footing import (
    Hits,
    Key,
    Pair,
    PriceIndex,
    RateAt,
    Sale,
    key_of,
    normalised,
    sale_of,
    undecided,
)
from cpq.history.viewer import Viewer, visible
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, rounded_fraction, total
from cpq.kernel.text import LocalText

RATIO_PLACES = 4
"""Decimals of a percentage of the list price."""

_COARSE = 10**18
_ONE: Pair = (1, 1)


class Spread(Frozen):
    """How the figures of ``n`` deals lie, each counted once; ``last`` is the newest deal's.

    A percentile lies between the two nearest deals by straight interpolation at rank
    ``(n − 1) × p / 100``, as a spreadsheet's PERCENTILE.INC does. ``mean`` is weighted by base
    quantity.
    """

    n: int
    last: Exact
    minimum: Exact
    p10: Exact
    p25: Exact
    median: Exact
    p75: Exact
    p90: Exact
    maximum: Exact
    mean: Exact


class Evidence(Frozen):
    """A deal behind a figure: ``price`` per base unit as compared, ``ratio`` in percent of list."""

    deal: DealPrice
    price: Exact
    ratio: Exact | None

    @property
    def discount_percent(self) -> Decimal | None:
        """How many percent below the list of its day; ``None`` where there was no list price."""
        return None if self.ratio is None else total((Decimal(100), self.ratio.copy_negate()))


class PriceStatistics(Frozen):
    """What the deals asked for were worth: prices per base unit, shares of the list in percent.

    ``ratios`` are of the deals that had a list price, ``None`` for fewer than ``query.k`` of them.
    ``left_out`` deals had no rate or index level for their day. ``evidence`` is newest first.
    """

    query: Comparables
    prices: Spread
    ratios: Spread | None
    evidence: tuple[Evidence, ...]
    left_out: int = 0

    @property
    def n(self) -> int:
        """How many deals the prices come from."""
        return self.prices.n

    def visible(self, *, to: Viewer) -> "PriceStatistics":
        """The same figures with the evidence as a viewer may see it; see ``visible``."""
        deals = visible((row.deal for row in self.evidence), to=to)
        rows = zip(self.evidence, deals, strict=True)
        return self.with_(evidence=tuple(row.with_(deal=deal) for row, deal in rows))


class Insufficient(Frozen):
    """Too few deals for a figure: ``n`` were found, ``query.k`` are needed.

    ``left_out`` more had no rate or index level for their day.
    """

    query: Comparables
    n: int
    left_out: int = 0

    @property
    def k(self) -> int:
        """How many deals are needed."""
        return self.query.k

    @property
    def message(self) -> LocalText:
        """The same for people."""
        return LocalText(
            en=f"{self.n} comparable deals, at least {self.k} needed: no figure",
            zh=f"可比成交 {self.n} 笔，不足 {self.k} 笔，不作统计",
        )


def statistics(
    deals: Iterable[DealPrice],
    query: Comparables,
    *,
    rate: RateAt | None = None,
    index: PriceIndex | None = None,
) -> PriceStatistics | Insufficient:
    """The figures of the deals that the query covers; the others are passed over.

    A deal in another currency counts at the ``rate`` of its own day; without ``rate`` only deals
    in the asked currency count. ``index`` brings each price to the level of ``query.on``. An offer
    counts as quoted only while the same line is not among the deals as won or lost.

    >>> from datetime import date
    >>> rows = [DealPrice(quote=f"Q-{n}", status="won", on="2026-03-01", customer="C-1", line="1",
    ...                   product="M8", quantity=1, unit="pc", base_quantity=1, base_unit="pc",
    ...                   currency="CNY", net=n) for n in (4, 1, 3, 2)]
    >>> query = Comparables(product="M8", unit="pc", currency="CNY", on=date(2026, 4, 1), k=4)
    >>> found = statistics(rows, query).prices
    >>> str(found.p10), str(found.median)
    ('1.300000', '2.500000')
    >>> statistics(rows[:3], query).message.en
    '3 comparable deals, at least 4 needed: no figure'
    """
    covered: dict[Key, DealPrice] = {}
    sales: list[Sale] = []
    for place, deal in enumerate(deals):
        if not query.covers(deal) or (rate is None and deal.currency != query.currency):
            continue
        # Deals that are shown without their quote are still one each.
        key = key_of(deal) if deal.quote else (f"#{place}", *key_of(deal)[1:])
        if key not in covered:
            sales.append(sale_of(deal)._replace(quote_key=key[0]))
        covered[key] = deal
    return assessed(
        sales, query, rate=rate, index=index, read=lambda keys: [covered[key] for key in keys]
    )


def assessed(
    sales: Sequence[Sale],
    query: Comparables,
    *,
    rate: RateAt | None,
    index: PriceIndex | None,
    read: Callable[[Sequence[Key]], Sequence[DealPrice]],
) -> PriceStatistics | Insufficient:
    """The figures of sales that a query covers; ``read`` gives the deals that are shown.

    For stores: few columns of many sales are enough for the figures, and whole rows are read only
    of those that are shown, in the order of the keys.
    """
    hits = normalised(undecided(sales, query), query, rate=rate, index=index)
    n = len(hits.sales)
    if n < query.k:
        return Insufficient(query=query, n=n, left_out=hits.left_out)
    deals = read([sale.key for sale in hits.sales[: query.evidence]])
    return PriceStatistics(
        query=query,
        prices=_prices(hits, query.places),
        ratios=_ratios(hits, query.k),
        evidence=tuple(
            _evidence(hits, place, deal, query.places) for place, deal in enumerate(deals)
        ),
        left_out=hits.left_out,
    )


def _prices(hits: Hits, places: int) -> Spread:
    nets: dict[Pair, list[Decimal]] = {}
    coarse = []
    for sale, (times, by) in zip(hits.sales, hits.factors, strict=True):
        (net, cents), (units, parts) = sale.net.as_integer_ratio(), sale.quantity
        coarse.append(net * parts * times * _COARSE // (cents * units * by))
        nets.setdefault((times, by), []).append(sale.net)
    ranks = _Ranks(range(len(coarse)), coarse, hits.price)
    return _spread(ranks, _worth(nets) / _quantity(hits.sales), places)


def _ratios(hits: Hits, least: int) -> Spread | None:
    nets: dict[Pair, list[Decimal]] = {}
    coarse = []
    listed = [place for place, sale in enumerate(hits.sales) if sale.listed is not None]
    if len(listed) < least:
        return None
    for place in listed:
        sale = hits.sales[place]
        (net, cents), (units, parts) = sale.net.as_integer_ratio(), sale.quantity
        price, over = sale.listed or _ONE
        coarse.append(net * parts * over * _COARSE // (cents * units * price))
        nets.setdefault((over, price), []).append(sale.net)
    mean = 100 * _worth(nets) / _quantity(hits.sales[place] for place in listed)
    return _spread(_Ranks(listed, coarse, hits.percent), mean, RATIO_PLACES)


def _worth(nets: Mapping[Pair, Sequence[Decimal]]) -> Fraction:
    """The sum of the nets, each multiplied by its factor."""
    return sum(
        (Fraction(*factor) * Fraction(total(those)) for factor, those in nets.items()), Fraction(0)
    )


def _quantity(sales: Iterable[Sale]) -> Fraction:
    by_parts: dict[int, int] = {}
    for sale in sales:
        units, parts = sale.quantity
        by_parts[parts] = by_parts.get(parts, 0) + units
    return sum((Fraction(units, parts) for parts, units in by_parts.items()), Fraction(0))


class _Ranks:
    """Figures in ascending order, of which only those that are asked for become fractions.

    Whole numbers, the figures cut off far behind the point, sort ten times as fast as fractions do;
    where they cannot tell two figures apart, the fractions decide. ``places`` are what ``exact``
    is asked with, newest first.
    """

    def __init__(
        self, places: Sequence[int], coarse: Sequence[int], exact: Callable[[int], Fraction]
    ) -> None:
        self._exact = exact
        self.newest = exact(places[0])
        order = sorted(range(len(coarse)), key=coarse.__getitem__)
        self._coarse = [coarse[place] for place in order]
        self._places = [places[place] for place in order]
        self._alike: dict[int, list[Fraction]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def at(self, rank: int) -> Fraction:
        """The figure with so many figures before it."""
        first = bisect_left(self._coarse, self._coarse[rank])
        if first not in self._alike:
            last = bisect_right(self._coarse, self._coarse[rank])
            self._alike[first] = sorted(map(self._exact, self._places[first:last]))
        return self._alike[first][rank - first]


def _spread(ranks: _Ranks, mean: Fraction, places: int) -> Spread:
    def at(percent: int) -> Decimal:
        rank, rest = divmod((len(ranks) - 1) * percent, 100)
        low = ranks.at(rank)
        if rest:
            low += (ranks.at(rank + 1) - low) * Fraction(rest, 100)
        return rounded_fraction(low, places)

    return Spread(
        n=len(ranks),
        last=rounded_fraction(ranks.newest, places),
        minimum=at(0),
        p10=at(10),
        p25=at(25),
        median=at(50),
        p75=at(75),
        p90=at(90),
        maximum=at(100),
        mean=rounded_fraction(mean, places),
    )


def _evidence(hits: Hits, place: int, deal: DealPrice, places: int) -> Evidence:
    listed = hits.sales[place].listed
    return Evidence(
        deal=deal,
        price=rounded_fraction(hits.price(place), places),
        ratio=None if listed is None else rounded_fraction(hits.percent(place), RATIO_PLACES),
    )
