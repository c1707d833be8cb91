"""What a history of deal prices must do, in memory and in a database alike (历史成交价契约)."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cpq.history import (
    Comparables,
    DealPrice,
    DealPrices,
    Insufficient,
    PriceIndex,
    QuantityBand,
    statistics,
)
from cpq.kernel.period import Period
from revenue.testing.inspect import refused

DAY = date(2026, 6, 30)
STEEL = PriceIndex.model_validate(
    {
        "code": "STEEL",
        "levels": (
            {"on": "2026-03-01", "level": "100"},
            {"on": "2026-05-01", "level": "107.5"},
        ),
    }
)


def example_deal(number: str = "Q-1", **changes: Any) -> DealPrice:
    """A won line: 10 pieces of LASER for 900.00 CNY in all, of a list price of 100.

    >>> example_deal(net="850.00").price
    Fraction(85, 1)
    """
    fields = {
        "quote": number,
        "status": "won",
        "on": DAY,
        "customer": "C-1",
        "line": "1",
        "product": "LASER",
        "quantity": 10,
        "unit": "pc",
        "base_quantity": 10,
        "base_unit": "pc",
        "currency": "CNY",
        "net": "900.00",
        "list_price": 100,
    }
    return DealPrice.model_validate({**fields, **changes})


def example_deals(count: int = 120) -> tuple[DealPrice, ...]:
    """Deals that differ in everything a query can ask for; the same ones every time."""
    return tuple(
        example_deal(
            f"Q-{place:03d}",
            version=1 + place % 2,
            line=("1", "2", "10")[place % 3],
            status=("won", "won", "lost", "quoted")[place % 4],
            on=DAY - timedelta(days=place * 5 % 400),
            product=("LASER", "LASER-XL", "laser", "LENS")[place % 7 % 4],
            family="LASER" if place % 7 % 4 == 1 else None,
            customer=f"C-{place % 5}",
            groups=(("vip",), ("VIP", "east"), ())[place % 3],
            region=("East", "West")[place % 2],
            channel=("", "shop")[place % 5 // 4],
            owner=(None, "R-7")[place % 2],
            quantity=Decimal(1 + place * 7 % 30),
            unit=("pc", "box")[place % 11 // 10],
            base_quantity=Fraction(1 + place * 7 % 30, (1, 1, 3)[place % 3]),
            base_unit=("pc", "pc", "pc", "kg")[place % 13 // 4],
            currency=("CNY", "CNY", "USD", "JPY")[place % 9 // 3],
            net=Decimal(100_000 + place * 7919 % 90_000).scaleb(-2),
            list_price=(Fraction(100), Fraction(200, 3), None)[place % 3],
            attributes=(("colour", ("red", "blue")[place % 2]), ("size", str(place % 3))),
            one_off=place % 17 == 0,
        )
        for place in range(count)
    )


def example_rate(source: str, target: str, on: date, /) -> Fraction | None:
    """A rate of dollars that changes by month; nobody knows that of any other currency."""
    if (source, target) != ("USD", "CNY"):
        return None
    return Fraction(700 + on.month, 100)


def asked(**narrower: Any) -> Comparables:
    """A question about LASER per piece in CNY, of the year up to ``DAY``, with one deal enough."""
    fields = {"product": "LASER", "unit": "pc", "currency": "CNY", "on": DAY, "k": 1}
    return Comparables.model_validate({**fields, **narrower})


QUESTIONS: tuple[Comparables, ...] = (
    asked(),
    asked(k=1000),
    asked(evidence=0),
    asked(evidence=3, places=2),
    asked(product=None, family="LASER"),
    asked(product="laser"),
    asked(product="NOTHING"),
    asked(unit="kg"),
    asked(currency="USD"),
    asked(days=30),
    asked(on=date(2026, 2, 1), days=36_600),
    asked(period=Period(start="2026-01-01", end="2026-03-31")),
    asked(period=Period(end="2026-03-31")),
    asked(period=Period(start="2030-01-01")),
    asked(customers=("C-1",)),
    asked(customers=("C-1", "C-3", "C-3")),
    asked(group="vip"),
    asked(group="VIP"),
    asked(group="east", region="East"),
    asked(region="West", channel="shop"),
    asked(sold_in="box"),
    asked(band=QuantityBand(low=5, high=20)),
    asked(band=QuantityBand(low="-1")),
    asked(band=QuantityBand(low="0.5", high=Fraction(28, 3))),
    asked(band=QuantityBand(high=-3)),
    asked(band=QuantityBand.around(10, factor=3)),
    asked(attributes=(("colour", "red"), ("size", "1"))),
    asked(attributes=(("colour", "red"), ("size", "1")), similarity=50),
    asked(attributes=(("colour", "re"),)),
    asked(statuses=("lost",)),
    asked(statuses=("won", "lost", "quoted")),
    asked(statuses=("quoted",), one_off=True),
    asked(one_off=True),
)
"""Questions that together use every field of ``Comparables``."""


class DealPricesContract:
    """Tests of ``DealPrices``; subclass it and give a fixture ``prices``, empty for each test."""

    def test_prices_come_back_as_they_were(self, prices: DealPrices) -> None:
        """Every field of every deal, to the last digit."""
        deals = example_deals()
        prices.record(deals)
        found: set[DealPrice] = set()
        for unit in ("pc", "kg"):
            for product in ("LASER", "LASER-XL", "laser", "LENS"):
                every = asked(
                    product=product,
                    unit=unit,
                    days=1000,
                    statuses=("won", "lost", "quoted"),
                    one_off=True,
                    evidence=1000,
                )
                found.update(prices.hits(every))
        assert found == set(deals)

    def test_every_question_is_answered_as_the_figures_say(self, prices: DealPrices) -> None:
        """The same figures and evidence as from the deals themselves, to the last decimal."""
        deals = example_deals()
        prices.record(deals)
        seen = []
        for query in QUESTIONS:
            for rate in (None, example_rate):
                for index in (None, STEEL):
                    found = prices.comparables(query, rate=rate, index=index)
                    assert found == statistics(deals, query, rate=rate, index=index), query
                    seen.append(type(found))
            covered = [deal for deal in deals if query.covers(deal)]
            assert set(prices.hits(query)) <= set(covered)
        assert seen.count(Insufficient) < len(seen) // 2

    def test_hits_come_newest_first(self, prices: DealPrices) -> None:
        """As many as are asked for, and those of one day always in the same order."""
        prices.record(reversed(example_deals()))
        found = prices.hits(asked(evidence=7))
        every = prices.hits(asked(evidence=1000))
        assert len(found) == 7
        assert found == every[:7]
        assert [deal.on for deal in every] == sorted((deal.on for deal in every), reverse=True)

    def test_recording_twice_changes_nothing(self, prices: DealPrices) -> None:
        """The same facts again, alone or among new ones."""
        first, second = example_deal(), example_deal("Q-2")
        prices.record([first])
        prices.record([first, first, second])
        prices.record([])
        assert prices.hits(asked()) == (second, first)

    def test_another_price_in_its_place_is_refused(self, prices: DealPrices) -> None:
        """What happened is not changed, and nothing of a refused batch is kept."""
        prices.record([example_deal()])
        others: tuple[dict[str, Any], ...] = (
            {"net": "1.00"},
            {"customer": "C-2"},
            {"one_off": True},
            {"on": "2026-06-01"},
            {"number": "ｑ-1"},
        )
        for changes in others:
            with refused("deal_price.taken"):
                prices.record([example_deal("Q-2"), example_deal(**changes)])
        with refused("deal_price.taken"):
            prices.record([example_deal("Q-3"), example_deal("Q-3", net="1.00")])
        assert prices.hits(asked()) == (example_deal(),)

    def test_a_nameless_price_is_not_kept(self, prices: DealPrices) -> None:
        """What was taken out for a viewer does not come back in as a fact."""
        for hidden in ({"quote": None}, {"customer": None}):
            with refused("deal_price.anonymous"):
                prices.record([example_deal("Q-2"), example_deal().with_(**hidden)])
        assert prices.hits(asked()) == ()

    def test_an_offer_counts_until_it_is_decided(self, prices: DealPrices) -> None:
        """A line that was quoted and then won is one deal."""
        offers = [example_deal(f"Q-{place}", status="quoted") for place in range(3)]
        won = example_deal("Q-1")
        prices.record([*offers, won, example_deal("Q-2", version=2, status="lost")])
        both = prices.hits(asked(statuses=("won", "quoted")))
        assert set(both) == {offers[0], offers[2], won}
        found = prices.comparables(asked(statuses=("won", "quoted")))
        assert not isinstance(found, Insufficient)
        assert found.n == 3
        assert set(prices.hits(asked(statuses=("quoted",)))) == set(offers)

    def test_the_last_price_is_the_newest_won(self, prices: DealPrices) -> None:
        """Of that customer and product, up to a day and in a unit where they are named."""
        days = [DAY - timedelta(days=30 * place) for place in range(4)]
        deals = [example_deal(f"Q-{place}", on=day) for place, day in enumerate(days)]
        prices.record(deals)
        prices.record(
            [
                example_deal("Q-7", status="lost", on=DAY + timedelta(days=1)),
                example_deal("Q-8", customer="C-2", on=DAY + timedelta(days=1)),
                example_deal("Q-9", base_unit="kg", on=DAY + timedelta(days=1)),
            ]
        )
        assert prices.last("LASER", customer="C-1", unit="pc") == deals[0]
        assert prices.last("LASER", customer="C-1", unit="pc", on=days[2]) == deals[2]
        newest = prices.last("LASER", customer="C-1")
        assert newest is not None
        assert newest.base_unit == "kg"
        assert prices.last("LASER", customer="C-3") is None
        assert prices.last("LENS", customer="C-1") is None
