"""Laws of deal prices: figures in order, whatever the order; a database finds what memory does."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.history import (
    Comparables,
    DealPrice,
    Insufficient,
    MemoryDealPrices,
    PriceChange,
    PriceStatistics,
    QuantityBand,
    Viewer,
    lowest_in,
    statistics,
    visible,
)
from cpq.kernel.money import rounded_fraction
from revenue.adapters.shapes import marked, sortable, unmarked
from revenue.adapters.store import Store, open_store
from revenue.testing.history import DAY, asked, example_deal, example_rate
from tests.laws.strategies import tried

WORDS = ("a", "A", "é", "a%", "_", "b b")
ATTRIBUTES = st.lists(
    st.tuples(st.sampled_from(("colour", "Colour")), st.sampled_from(("", "red", "re", "d"))),
    max_size=3,
).map(tuple)
QUANTITIES = st.fractions(Fraction(1, 60), 100, max_denominator=60)


@st.composite
def deals(draw: st.DrawFn, count: int = 12) -> tuple[DealPrice, ...]:
    """Up to so many deals of a small trade, in which every field takes few values."""
    found: dict[tuple[Any, ...], DealPrice] = {}
    for _ in range(draw(st.integers(0, count))):
        quantity = draw(st.integers(1, 12))
        fields: dict[str, Any] = {
            "number": f"Q-{draw(st.integers(0, 4))}",
            "version": draw(st.integers(1, 2)),
            "line": str(draw(st.integers(1, 2))),
            "status": draw(st.sampled_from(("won", "lost", "quoted"))),
            "on": DAY - timedelta(days=draw(st.integers(0, 40))),
            "product": draw(st.sampled_from(("LASER", "laser"))),
            "family": draw(st.sampled_from((None, "F"))),
            "attributes": draw(ATTRIBUTES),
            "customer": draw(st.sampled_from(WORDS)),
            "groups": draw(st.lists(st.sampled_from(WORDS), max_size=2).map(tuple)),
            "region": draw(st.sampled_from(("", "East"))),
            "channel": draw(st.sampled_from(("", "shop"))),
            "quantity": quantity,
            "base_quantity": draw(QUANTITIES),
            "unit": draw(st.sampled_from(("pc", "box"))),
            "currency": draw(st.sampled_from(("CNY", "CNY", "USD"))),
            "net": draw(st.decimals("0.01", "999999.99", places=2)),
            "list_price": draw(st.none() | QUANTITIES),
            "one_off": draw(st.booleans()),
        }
        deal = example_deal(**fields)
        found[deal.quote, deal.version, deal.line, deal.status] = deal
    return tuple(found.values())


queries = st.builds(
    lambda **narrower: asked(**{name: value for name, value in narrower.items() if value != ()}),
    days=st.integers(1, 50),
    on=st.sampled_from((DAY, DAY - timedelta(days=10))),
    customers=st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
    group=st.none() | st.sampled_from(WORDS),
    region=st.sampled_from(("", "East")),
    channel=st.sampled_from(("", "shop")),
    sold_in=st.none() | st.just("box"),
    band=st.builds(
        lambda low, high: QuantityBand(
            low=low, high=high if low is None or high is None else max(low, high)
        ),
        st.none() | QUANTITIES,
        st.none() | QUANTITIES,
    ),
    attributes=ATTRIBUTES,
    similarity=st.sampled_from((1, 50, 67, 100)),
    statuses=st.sampled_from((("won",), ("won", "lost"), ("won", "quoted"), ("quoted",))),
    one_off=st.booleans(),
    k=st.integers(1, 3),
    evidence=st.integers(0, 5),
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        yield store


class _Undone(Exception):
    """The end of an example."""


@given(found=deals(), query=queries, converted=st.booleans())
def test_a_database_finds_what_memory_finds(
    store: Store, found: tuple[DealPrice, ...], query: Comparables, converted: bool
) -> None:
    memory = MemoryDealPrices()
    memory.record(found)
    rate = example_rate if converted else None
    try:
        with store.unit() as stored:
            stored.prices.record(found)
            assert stored.prices.hits(query) == memory.hits(query)
            assert stored.prices.comparables(query, rate=rate) == memory.comparables(
                query, rate=rate
            )
            for customer in WORDS[:3]:
                asked_for = {"customer": customer, "on": query.on}
                last = stored.prices.last("LASER", **asked_for)
                assert last == memory.last("LASER", **asked_for)
            assert stored.verify() == ()
            raise _Undone
    except _Undone:
        pass


def _figures(found: tuple[DealPrice, ...], **narrower: Any) -> PriceStatistics | None:
    wide = {"statuses": ("won", "lost", "quoted"), "one_off": True, "days": 100, **narrower}
    figures = statistics(found, asked(**wide), rate=example_rate)
    return None if isinstance(figures, Insufficient) else figures


@tried(1)
@given(found=deals())
def test_figures_lie_in_order(found: tuple[DealPrice, ...]) -> None:
    figures = _figures(found)
    if figures is None:
        return
    for spread in (figures.prices, figures.ratios):
        if spread is not None:
            ranks = (spread.minimum, spread.p10, spread.p25, spread.median, spread.p75, spread.p90)
            assert [*ranks, spread.maximum] == sorted([*ranks, spread.maximum])
            assert spread.minimum <= spread.mean <= spread.maximum
            assert spread.minimum <= spread.last <= spread.maximum


@tried(1)
@given(found=deals(), dice=st.randoms(use_true_random=False))
def test_the_order_of_deals_changes_nothing(found: tuple[DealPrice, ...], dice: Any) -> None:
    mixed = list(found)
    dice.shuffle(mixed)
    assert _figures(tuple(mixed)) == _figures(found)


@tried(1)
@given(found=deals())
def test_figures_are_those_of_plain_fractions(found: tuple[DealPrice, ...]) -> None:
    """Reckoned again from the deals, with nothing but fractions and the definition."""
    query = asked(statuses=("won",), one_off=True, days=100, evidence=1000)
    figures = statistics(found, query)
    kept = [deal for deal in found if query.covers(deal) and deal.currency == "CNY"]
    if isinstance(figures, Insufficient):
        assert not kept
        return
    prices = sorted(deal.price for deal in kept)

    def at(percent: int) -> Decimal:
        rank = Fraction((len(prices) - 1) * percent, 100)
        low = rank.numerator // rank.denominator
        high = min(low + 1, len(prices) - 1)
        value = prices[low] * (1 - (rank - low)) + prices[high] * (rank - low)
        return rounded_fraction(value, query.places)

    spread = figures.prices
    assert (spread.p10, spread.p25, spread.median) == (at(10), at(25), at(50))
    assert (spread.p75, spread.p90, spread.maximum) == (at(75), at(90), at(100))
    weights = [deal.base_quantity for deal in kept]
    mean = sum(deal.price * deal.base_quantity for deal in kept) / sum(weights)
    assert spread.mean == rounded_fraction(mean, query.places)
    assert spread.n == len(kept) == len(figures.evidence)
    ratios = [(deal.ratio, deal.base_quantity) for deal in kept if deal.ratio is not None]
    if figures.ratios is None:
        assert not ratios
    else:
        assert figures.ratios.maximum == rounded_fraction(max(ratios)[0] * 100, 4)
        mean = sum(ratio * weight for ratio, weight in ratios) / sum(w for _, w in ratios)
        assert figures.ratios.mean == rounded_fraction(mean * 100, 4)


@tried(1)
@given(found=deals(), later=deals(3))
def test_later_deals_change_no_earlier_answer(
    found: tuple[DealPrice, ...], later: tuple[DealPrice, ...]
) -> None:
    after = tuple(deal.with_(on=DAY + timedelta(days=1), quote=f"N-{deal.quote}") for deal in later)
    assert _figures((*found, *after)) == _figures(found)


@tried(1)
@given(found=deals())
def test_what_is_hidden_is_nowhere_and_moves_nothing(found: tuple[DealPrice, ...]) -> None:
    rep = Viewer(customers=("a",))
    for seen, deal in zip(visible(found, to=rep), found, strict=True):
        assert (seen.customer is None) == (seen.quote is None) == (deal.customer != "a")
        assert (seen.price, seen.ratio, seen.on) == (deal.price, deal.ratio, deal.on)
    assert visible(visible(found, to=rep), to=rep) == visible(found, to=rep)


@tried(1)
@given(
    steps=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), min_size=1, max_size=8),
    days=st.integers(1, 60),
)
def test_the_lowest_price_is_that_of_every_day_of_the_window(
    steps: list[tuple[int, int]], days: int
) -> None:
    """Day by day from the window's start: what was in force when it began, and all set in it."""
    log, day = [], date(2026, 1, 1)
    for wait, price in steps:
        day += timedelta(days=wait)
        log.append(PriceChange(at=day, price=price))
    start = day - timedelta(days=days)
    candidates = [
        change.price
        for place, change in enumerate(log[:-1])
        if change.at >= start or log[place + 1].at >= start
    ]
    assert lowest_in(log, days=days) == min(candidates, default=None)


@tried(2)
@given(
    first=st.fractions(0, 10**6, max_denominator=10**6),
    second=st.fractions(0, 10**6, max_denominator=10**6),
)
def test_quantities_sort_as_their_text_does(first: Fraction, second: Fraction) -> None:
    assert (first < second) == (sortable(first).encode() < sortable(second).encode())


@given(
    words=st.lists(st.text("ab|%_=", min_size=1), max_size=4), other=st.text("ab|%_=", min_size=1)
)
def test_marked_words_are_found_and_no_others(words: list[str], other: str) -> None:
    assert unmarked(marked(words)) == tuple(words)
    assert (marked([other]) in marked(words)) == (other in words)
