"""Deal prices: what a quote leaves, what is comparable, how prices lie, what history warns of."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from benchmarks._history import deals as generated_deals
from cpq.configuration import Item
from cpq.customer import Customer, Party
from cpq.history import (
    Comparables,
    DealPrice,
    IndexLevel,
    Insufficient,
    LinePrice,
    LowestPriceRule,
    MemoryDealPrices,
    PriceChange,
    PriceIndex,
    PriceStatistics,
    QuantityBand,
    Viewer,
    deal_prices,
    history_findings,
    line_prices,
    lowest_in,
    refuse_unseen,
    statistics,
    visible,
)
from cpq.kernel.errors import DomainError, Invalid, NotFound, Refused
from cpq.kernel.period import Period, zone
from cpq.pricebook import entry
from cpq.pricing import item, price
from cpq.product import Product
from cpq.promotion import AmountOff, PromotionPolicy
from cpq.quote import Quote, accept, draft_quote, lose, send
from cpq.waterfall import Pricing
from revenue.testing.history import DAY, asked, example_deal, example_rate
from tests.cpq.trade import DAY as TODAY
from tests.cpq.trade import book, catalogue

TRADE = catalogue(
    book(
        entry("BOLT", price="10"),
        entry("NUT", price="0.30"),
        entry("FILM", price="7.77"),
        entry("WIRE", price="12.50"),
        entry("FREE", price="0"),
        entry("BOLT-L", price="12"),
    ),
)
BUYER = Customer(
    code="C-1",
    party=Party(name="Hengtai"),
    groups=("vip",),
    region="East",
    channel="direct",
)
TRADE = TRADE.with_(
    customers=(BUYER,),
    products=(
        *TRADE.products,
        Product(code="FREE", name="Gift"),
        Product(code="BOLT-L", name="Bolt, long", variant_of="BOLT"),
    ),
)


def _pricing(*items: Item, **changes: Any) -> Pricing:
    trade = TRADE.with_(**changes)
    return price(list(items), catalogue=trade, on=TODAY, customer="C-1")


def _sent(pricing: Pricing) -> Quote:
    return send(
        draft_quote(
            pricing,
            number="Q-1",
            customer=BUYER,
            seller=Party(name="Us"),
            issued_on=TODAY,
            valid_until=TODAY,
        )
    )


# What a quote leaves


def test_an_accepted_quote_leaves_a_price_per_line() -> None:
    won = accept(_sent(_pricing(item("BOLT", 3), item("WIRE", "2.500"))), on=TODAY, by="PO 1")
    bolt, wire = deal_prices(won, catalogue=TRADE, owner="R-7", one_off=["2"])
    assert (bolt.quote, bolt.version, bolt.line, bolt.status) == ("Q-1", 1, "1", "won")
    assert (bolt.on, bolt.customer, bolt.groups, bolt.owner) == (TODAY, "C-1", ("vip",), "R-7")
    assert (bolt.region, bolt.channel) == ("East", "direct")
    assert (bolt.price, bolt.list_price, bolt.ratio) == (10, 10, 1)
    assert (wire.base_unit, wire.base_quantity, wire.price) == (
        "kg",
        Fraction(5, 2),
        Fraction(25, 2),
    )
    assert (bolt.one_off, wire.one_off) == (False, True)


def test_the_outcome_is_that_of_the_quote() -> None:
    sent = _sent(_pricing(item("BOLT", 3)))
    lost = lose(sent, on=TODAY + timedelta(days=9), reason="price")
    fates = [(deal_prices(quote)[0].status, deal_prices(quote)[0].on) for quote in (sent, lost)]
    assert fates == [("quoted", TODAY), ("lost", TODAY + timedelta(days=9))]
    with pytest.raises(Refused) as refusal:
        deal_prices(sent.with_(state="draft"))
    assert refusal.value.code == "deal_price.draft"


def test_discounts_of_the_order_are_in_the_price() -> None:
    """Ten yuan off 3 bolts and 2 wires: each line's own share is taken, to the cent."""
    off = PromotionPolicy(code="TEN", benefit=AmountOff(amount="10.00 CNY"))
    lines = line_prices(_pricing(item("BOLT", 3), item("WIRE", "2.000"), promotions=(off,)))
    assert [line.net for line in lines] == [Decimal("24.55"), Decimal("20.45")]
    assert [line.price for line in lines] == [Fraction("24.55") / 3, Fraction("20.45") / 2]
    assert lines[0].ratio == Fraction("24.55") / 30


def test_prices_are_per_unit_of_the_product() -> None:
    """Three boxes of five bolts; a third of a box; without the catalogue nobody knows."""
    boxes = _pricing(item("BOLT", 3, unit="box"), item("BOLT", 1, unit="third"))
    first, second = line_prices(boxes, catalogue=TRADE)
    assert (first.unit, first.base_unit, first.base_quantity) == ("box", "pc", 15)
    assert second.base_quantity == Fraction(1, 3)
    assert (first.price, second.price) == (10, Fraction("9.99"))
    assert first.list_price == 10
    assert [line.base_unit for line in line_prices(boxes)] == ["box", "third"]


def test_a_variant_knows_its_family() -> None:
    (line,) = line_prices(_pricing(item("BOLT-L", 1)), catalogue=TRADE)
    assert line.family == "BOLT"
    assert line_prices(_pricing(item("BOLT-L", 1)))[0].family is None
    with pytest.raises(ValidationError, match="variant of itself"):
        line.with_(family="BOLT-L")


def test_lines_without_a_price_of_their_own_are_left_out() -> None:
    """Included parts, options, free lines, returns, credits."""
    pricing = _pricing(item("BOLT", 3), item("FREE", 1))
    bolt, free = pricing.lines
    others = (
        bolt.with_(number="3", included=True),
        bolt.with_(number="4", optional=True),
        bolt.with_(number="5", quantity=-3),
        bolt.with_(number="6", net=-1),
    )
    found = line_prices(pricing.with_(lines=(bolt, free, *others)), catalogue=TRADE)
    assert [line.line for line in found] == ["1"]


def test_a_price_that_includes_tax_is_compared_without() -> None:
    """113.00 with 13 % tax, listed at 226.00 with tax: half of the list, at 100 before tax."""
    pricing = _pricing(item("BOLT", 1))
    line = pricing.lines[0].with_(
        basis="gross", list_price="226", net="100", gross="113", tax="13", unit_price="113"
    )
    (found,) = line_prices(pricing.with_(lines=(line,)))
    assert (found.price, found.list_price, found.ratio) == (100, 200, Fraction(1, 2))


def test_attributes_come_from_what_was_asked() -> None:
    red = Item(product="BOLT", quantity="1", attributes=(("colour", "red"),))
    pricing = _pricing(item("NUT", 10), red)
    assert [line.attributes for line in line_prices(pricing)] == [(), (("colour", "red"),)]
    bare = pricing.with_(items=())
    assert [line.attributes for line in line_prices(bare)] == [(), ()]


def test_what_the_catalogue_lacks_is_refused() -> None:
    pricing = _pricing(item("BOLT", 1))
    strange = pricing.with_(lines=(pricing.lines[0].with_(product="X"),))
    with pytest.raises(NotFound) as refusal:
        line_prices(strange, catalogue=TRADE)
    assert refusal.value.code == "product.unknown"
    with pytest.raises(NotFound) as refusal:
        deal_prices(_sent(pricing), one_off=["7"])
    assert refusal.value.code == "deal_price.unknown_line"


@pytest.mark.parametrize(
    "fields",
    [
        {"net": "0"},
        {"net": 9.5},
        {"base_quantity": 0.5},
        {"base_quantity": "1/0"},
        {"base_quantity": "-1/3"},
        {"base_quantity": f"1/{'9' * 200}"},
        {"quantity": "-1"},
        {"list_price": "0"},
        {"status": "open"},
        {"version": 0},
        {"attributes": (("colour", "re\td"),)},
    ],
)
def test_a_deal_price_that_means_nothing_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        example_deal(**fields)


def test_a_deal_price_is_written_without_loss() -> None:
    deal = example_deal(base_quantity="1/3", list_price="200/3", attributes=(("colour", "红"),))
    assert DealPrice.model_validate_json(deal.canonical()) == deal
    assert '"base_quantity":"1/3"' in deal.canonical()


def test_generated_deals_are_what_validated_ones_would_be() -> None:
    for deal in generated_deals(30):
        checked = DealPrice.model_validate(dict(deal))
        assert (checked, checked.canonical()) == (deal, deal.canonical())


# How prices lie


def _deals(*nets: object, **changes: Any) -> list[DealPrice]:
    return [
        example_deal(f"Q-{place}", net=net, quantity=1, base_quantity=1, **changes)
        for place, net in enumerate(nets)
    ]


def _found(deals: Sequence[DealPrice], query: Comparables, **given: Any) -> PriceStatistics:
    found = statistics(deals, query, **given)
    assert isinstance(found, PriceStatistics)
    return found


def test_percentiles_are_those_of_a_spreadsheet() -> None:
    """PERCENTILE.INC of 15, 20, 35, 40, 50: 10 % is 17, 25 % is 20, 90 % is 46."""
    prices = _found(_deals(50, 15, 40, 20, 35), asked(places=2)).prices
    assert (prices.p10, prices.p25, prices.median) == (Decimal(17), Decimal(20), Decimal(35))
    assert (prices.p75, prices.p90) == (Decimal(40), Decimal(46))
    assert (prices.minimum, prices.maximum, prices.n) == (Decimal(15), Decimal(50), 5)
    assert str(prices.p10) == "17.00"


def test_the_mean_is_weighted_by_quantity() -> None:
    deals = [
        example_deal("Q-1", net="100", quantity=1, base_quantity=1),
        example_deal("Q-2", net="720", quantity=9, base_quantity=9),
    ]
    found = _found(deals, asked())
    assert (found.prices.mean, found.prices.median) == (Decimal(82), Decimal(90))
    assert found.ratios is not None
    assert (found.ratios.mean, found.ratios.median) == (Decimal(82), Decimal(90))


def test_thirds_are_rounded_once_at_the_end() -> None:
    """Three prices of 66.666…: every figure is 66.666667, and so is their mean."""
    deals = [
        example_deal(f"Q-{n}", net=net, quantity=q, base_quantity=q)
        for n, (net, q) in enumerate([("200", 3), ("400", 6), ("133.34", 2)])
    ]
    prices = _found(deals, asked()).prices
    assert prices.median == prices.minimum == Decimal("66.666667")
    assert prices.maximum == Decimal("66.67")
    assert prices.mean == Decimal("66.667273")  # 733.34 / 11


def test_prices_closer_than_any_decimal_keep_their_order() -> None:
    """They differ in the twentieth decimal: the fractions decide which is the lowest."""
    big = 10**17
    deals = [
        example_deal("Q-1", net="1", quantity=1, base_quantity=Fraction(big * 100, big * 100 - 1)),
        example_deal("Q-2", net="1", quantity=1, base_quantity=Fraction(big * 100 + 1, big * 100)),
        example_deal("Q-3", net="1", quantity=1, base_quantity=1),
    ]
    assert _found(deals, asked(places=12)).prices.maximum == 1


def test_the_last_price_is_that_of_the_newest_day() -> None:
    deals = _deals(1, 2, 3)
    deals[1] = deals[1].with_(on=DAY - timedelta(days=1))
    deals[2] = deals[2].with_(on=DAY - timedelta(days=2))
    found = _found(deals, asked(evidence=2))
    assert found.prices.last == 1
    assert [row.deal.quote for row in found.evidence] == ["Q-0", "Q-1"]
    assert [row.price for row in found.evidence] == [1, 2]


def test_each_deal_counts_at_the_rate_of_its_own_day() -> None:
    """100 dollars in May and in June, at 7.05 and 7.06."""
    deals = [
        example_deal("Q-1", net="1000", currency="USD", list_price=125, on=date(2026, 5, 31)),
        example_deal("Q-2", net="1000", currency="USD", list_price=125, on=date(2026, 6, 1)),
        example_deal("Q-3", net="7000", currency="CNY", list_price=None),
        example_deal("Q-4", net="1000", currency="JPY"),
    ]
    found = _found(deals, asked(), rate=example_rate)
    assert (found.prices.minimum, found.prices.maximum) == (Decimal(700), Decimal(706))
    assert (found.n, found.left_out) == (3, 1)
    assert found.ratios is not None
    assert (found.ratios.n, found.ratios.median) == (2, Decimal(80))
    assert found.evidence[0].ratio is None
    assert found.evidence[0].discount_percent is None
    assert found.evidence[1].discount_percent == Decimal(20)
    assert _found(deals, asked()).n == 1


def test_an_index_brings_old_prices_to_todays_level() -> None:
    """Steel at 80 in January, 100 from May on: 72 then is 90 now; the share of list stays."""
    steel = PriceIndex(
        code="STEEL",
        levels=(
            IndexLevel(on=date(2026, 1, 1), level=Decimal(80)),
            IndexLevel(on=date(2026, 5, 1), level=Decimal(100)),
        ),
    )
    deals = [
        example_deal("Q-1", net="720", list_price=80, on=date(2026, 1, 15)),
        example_deal("Q-2", net="900", on=date(2026, 5, 1)),
        example_deal("Q-3", net="900", on=date(2025, 12, 31)),
    ]
    found = _found(deals, asked(), index=steel)
    assert (found.prices.minimum, found.prices.maximum, found.left_out) == (90, 90, 1)
    assert found.ratios is not None
    assert (found.ratios.minimum, found.ratios.maximum) == (90, 90)
    with pytest.raises(ValidationError, match="follow one another"):
        PriceIndex(code="X", levels=(steel.levels[1], steel.levels[0]))


def test_too_few_deals_give_no_figure() -> None:
    found = statistics(_deals(1, 2, 3), asked(k=4))
    assert isinstance(found, Insufficient)
    assert (found.n, found.k) == (3, 4)
    assert "3" in found.message.zh
    assert "4" in found.message.zh
    assert _found(_deals(1, 2, 3), asked(k=3)).n == 3


def test_a_list_price_of_too_few_gives_no_ratio() -> None:
    deals = [*_deals(1, 2, 3, list_price=None), example_deal("Q-9")]
    assert _found(deals, asked(k=2)).ratios is None
    assert _found(deals, asked(k=1)).ratios is not None


def test_deals_without_names_are_still_one_each() -> None:
    deals = visible(_deals(1, 2, 3), to=Viewer())
    assert _found(deals, asked()).n == 3
    assert _found([deals[0], example_deal("Q-1"), example_deal("Q-1")], asked()).n == 2


# What is comparable


@pytest.mark.parametrize(
    ("narrower", "changes", "covered"),
    [
        ({"days": 31}, {"on": date(2026, 5, 31)}, True),
        ({"days": 30}, {"on": date(2026, 5, 31)}, False),
        ({}, {"on": DAY + timedelta(days=1)}, False),
        ({"period": Period(start="2026-07-01")}, {}, False),
        ({"period": Period(end="2026-06-30")}, {}, True),
        ({"product": None, "family": "LASER"}, {"product": "L-XL", "family": "LASER"}, True),
        ({"product": None, "family": "LASER"}, {}, True),
        ({"product": "LASER"}, {"product": "L-XL", "family": "LASER"}, False),
        ({"unit": "kg"}, {}, False),
        ({"sold_in": "box"}, {"unit": "box"}, True),
        ({"sold_in": "box"}, {}, False),
        ({"band": QuantityBand(low=10, high=10)}, {}, True),
        ({"band": QuantityBand(low="10.01")}, {}, False),
        ({"band": QuantityBand.around(20, factor=2)}, {}, True),
        ({"band": QuantityBand.around(21, factor=2)}, {}, False),
        ({"customers": ("C-1", "C-2")}, {}, True),
        ({"customers": ("C-2",)}, {}, False),
        ({"group": "vip"}, {"groups": ("vip", "east")}, True),
        ({"group": "vip"}, {"groups": ("VIP",)}, False),
        ({"region": "East"}, {"region": "East"}, True),
        ({"region": "East"}, {}, False),
        ({"channel": "shop"}, {}, False),
        ({}, {"one_off": True}, False),
        ({"one_off": True}, {"one_off": True}, True),
        ({}, {"status": "lost"}, False),
        ({"statuses": ("won", "lost")}, {"status": "lost"}, True),
        ({"attributes": (("a", "1"), ("b", "2"))}, {"attributes": (("a", "1"),)}, False),
        (
            {"attributes": (("a", "1"), ("b", "2")), "similarity": 50},
            {"attributes": (("c", "3"), ("a", "1"))},
            True,
        ),
        (
            {"attributes": (("a", "1"), ("b", "2")), "similarity": "50.1"},
            {"attributes": (("a", "1"),)},
            False,
        ),
    ],
)
def test_a_query_covers_what_it_says(
    narrower: dict[str, Any], changes: dict[str, Any], covered: bool
) -> None:
    assert asked(**narrower).covers(example_deal(**changes)) is covered


@pytest.mark.parametrize(
    "narrower",
    [
        {"product": None},
        {"family": "LASER"},
        {"period": Period(start="2026-01-01T00:00:00+00:00")},
        {"statuses": ()},
        {"similarity": 0},
        {"k": 0},
        {"days": 0},
        {"evidence": 1001},
        {"band": {"low": 3, "high": 2}},
        {"currency": "XXY"},
    ],
)
def test_a_question_that_means_nothing_is_malformed(narrower: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        asked(**narrower)


def test_a_band_needs_a_quantity_and_a_factor() -> None:
    for quantity, factor in ((10, "0.5"), (0, 2), (-1, 2)):
        with pytest.raises(Invalid) as refusal:
            QuantityBand.around(quantity, factor=factor)
        assert refusal.value.code == "deal_price.bad_band"
    assert QuantityBand.around(Fraction(1, 3), factor=1) == QuantityBand(low="1/3", high="1/3")


def test_the_window_of_long_ago_begins_with_the_calendar() -> None:
    assert asked(on=date(1, 1, 5), days=36_600).window == (date.min, date(1, 1, 5))


def test_like_asks_for_deals_like_a_line() -> None:
    (line,) = line_prices(_pricing(item("BOLT-L", 1)), catalogue=TRADE)
    query = Comparables.like(line, on=TODAY, k=2)
    assert (query.product, query.unit, query.currency, query.k) == ("BOLT-L", "pc", "CNY", 2)
    family = Comparables.like(line, on=TODAY, family=line.family)
    assert (family.product, family.family) == (None, "BOLT")


# Historical look-up as HI-08 knows it: same customer, with quotations, with its company


def test_the_last_twenty_lines_of_a_customer_and_its_company() -> None:
    """HI-08: order, date, quantity, price and discount of at most twenty lines."""
    history = MemoryDealPrices()
    history.record(
        example_deal(
            f"Q-{place:02d}",
            customer=("C-1", "C-1-PARENT", "C-2")[place % 3],
            status=("won", "quoted")[place % 2],
            on=DAY - timedelta(days=place),
        )
        for place in range(60)
    )
    own = asked(customers=("C-1",), evidence=20)
    assert len(history.hits(own)) == 10
    assert len(history.hits(own.with_(statuses=("won", "quoted")))) == 20
    wider = own.with_(statuses=("won", "quoted"), customers=("C-1", "C-1-PARENT"))
    rows = history.hits(wider)
    assert len(rows) == 20
    assert {row.customer for row in rows} == {"C-1", "C-1-PARENT"}
    found = history.comparables(wider)
    assert isinstance(found, PriceStatistics)
    first = found.evidence[0]
    columns = (
        *(first.deal.quote, first.deal.on, first.deal.quantity, first.price),
        first.discount_percent,
    )
    assert columns == ("Q-00", DAY, 10, 90, 10)


# The lowest price before a reduction


@pytest.mark.parametrize(
    ("log", "lowest"),
    [
        pytest.param([("2026-01-01", 37), ("2026-01-01", 21)], 37, id="HI-01"),
        pytest.param([("2026-01-01", 37), ("2026-01-01", 21), ("2026-01-01", 30)], 21, id="HI-02"),
        pytest.param(
            [("2022-12-01", 42), ("2022-12-01", 21), ("2023-01-01", 42), ("2023-02-15", 33)],
            42,
            id="HI-05",
        ),
        pytest.param(
            [
                ("2023-01-01", 10),
                ("2023-01-05", 9),
                ("2023-02-05", 11),
                ("2023-02-15", 13),
                ("2023-02-25", 15),
            ],
            9,
            id="HI-06",
        ),
        pytest.param([("2026-01-01", 37)], None, id="never changed"),
        pytest.param([], None, id="no price"),
        pytest.param([("2026-01-01", 5), ("2026-01-31", 9)], 5, id="set when the window begins"),
        pytest.param(
            [("2025-12-01", 3), ("2026-01-01", 5), ("2026-01-31", 9)], 3, id="in force before it"
        ),
        pytest.param(
            [("2025-12-01", 3), ("2026-01-01", 5), ("2026-02-01", 9)], 5, id="one day later"
        ),
    ],
)
def test_the_window_ends_at_the_last_change(log: list[tuple[str, int]], lowest: int | None) -> None:
    changes = [PriceChange(at=at, price=price) for at, price in log]
    assert lowest_in(changes, days=30) == lowest


def test_the_lowest_price_is_asked_as_of_a_day() -> None:
    log = [
        PriceChange(at=f"2026-01-{day:02d}", price=price)
        for day, price in ((1, 10), (5, 8), (9, 12), (20, 6))
    ]
    days = [date(2026, 1, day) for day in (1, 8, 9, 19, 31)]
    assert [lowest_in(log, on=day) for day in days] == [None, 10, 8, 8, 8]
    assert lowest_in(log, on=date(2025, 12, 31)) is None
    assert lowest_in(log, on=date.max) == 8
    noon = datetime(2026, 1, 9, 12, tzinfo=UTC)
    assert lowest_in(log, on=noon) == 8
    assert (lowest_in(log, days=11), lowest_in(log, days=10)) == (8, 12)
    assert lowest_in(log, days=10) == 12 or lowest_in(log, days=10) == 8


def test_a_day_of_a_price_begins_in_its_zone() -> None:
    """Midnight in Shanghai is four in the afternoon of the day before in London."""
    log = [
        PriceChange(at="2026-01-01", price=10),
        PriceChange(at="2026-01-01T17:00:00+00:00", price=9),
    ]
    assert lowest_in(log, zone=zone("Asia/Shanghai"), on=date(2026, 1, 1)) is None
    assert lowest_in(log, on=date(2026, 1, 1)) == 10


def test_a_log_out_of_order_is_refused() -> None:
    log = [PriceChange(at="2026-01-02", price=1), PriceChange(at="2026-01-01", price=2)]
    with pytest.raises(Invalid) as refusal:
        lowest_in(log)
    assert refusal.value.code == "price_log.unordered"
    for days in (0, -1, 36_601, True):
        with pytest.raises(Invalid) as refusal:
            lowest_in(log[:1], days=days)
        assert refusal.value.code == "price_log.bad_window"


def test_the_rule_is_set_by_channel_and_spares_what_it_names() -> None:
    """HI-09: thirty days unless the channel says otherwise; products and categories left out."""
    rule = LowestPriceRule(
        channels=(("DE", 60),), excluded_products=("TICKET",), excluded_categories=("fresh",)
    )
    assert LowestPriceRule().days == 30
    assert rule.days_for("M8") == rule.days_for("M8", channel="FR") == 30
    assert rule.days_for("M8", channel="DE", categories=("steel",)) == 60
    assert rule.days_for("TICKET") is None
    assert rule.days_for("FISH", categories=("fish", "fresh")) is None


# Who may see it


def test_a_rep_sees_the_names_of_own_deals_and_segment() -> None:
    rep = Viewer(owner="R-7", groups=("vip",), customers=("C-3",))
    deals = (
        example_deal("Q-1", owner="R-7"),
        example_deal("Q-2", groups=("vip",), owner="R-8"),
        example_deal("Q-3", customer="C-3"),
        example_deal("Q-4", owner="R-8", groups=("public",)),
    )
    *own, other = visible(deals, to=rep)
    assert tuple(own) == deals[:3]
    assert (other.quote, other.customer, other.groups, other.owner) == (None, None, (), None)
    assert (other.net, other.on, other.product) == (deals[3].net, deals[3].on, deals[3].product)
    assert visible(deals, to=Viewer(everything=True)) == deals
    assert {deal.customer for deal in visible(deals, to=Viewer())} == {None}


def test_figures_stay_where_names_are_hidden() -> None:
    found = _found(_deals(1, 2, 3), asked())
    hidden = found.visible(to=Viewer(owner="R-7"))
    assert (hidden.prices, hidden.ratios) == (found.prices, found.ratios)
    assert [row.price for row in hidden.evidence] == [row.price for row in found.evidence]
    assert "C-1" not in hidden.canonical()


def test_asking_for_another_reps_customer_is_refused() -> None:
    rep = Viewer(groups=("vip",), customers=("C-3",))
    refuse_unseen(asked(), to=rep)
    refuse_unseen(asked(customers=("C-3",)), to=rep)
    refuse_unseen(asked(customers=("C-1",), group="vip"), to=rep)
    refuse_unseen(asked(customers=("C-1",)), to=Viewer(everything=True))
    for query in (asked(customers=("C-3", "C-1")), asked(customers=("C-1",), group="public")):
        with pytest.raises(Refused) as refusal:
            refuse_unseen(query, to=rep)
        assert refusal.value.code == "history.not_permitted"
        assert refusal.value.facts["customers"] == ("C-1",)


# History as a guard


def _line(net: str, **changes: Any) -> LinePrice:
    fields = {name: getattr(example_deal(), name) for name in LinePrice.model_fields}
    return LinePrice.model_validate({**fields, "net": net, **changes})


TENTH = statistics(_deals(100, 100, 100, 100, 100, 100, 100, 100, 100, 90, 80), asked())


def test_a_price_below_nine_of_ten_is_found() -> None:
    """The tenth percentile of eleven deals is the second lowest, 90."""
    assert isinstance(TENTH, PriceStatistics)
    assert TENTH.prices.p10 == 90
    assert history_findings([_line("900")], statistics={"1": TENTH}) == ()
    (found,) = history_findings([_line("899.99")], statistics={"1": TENTH}, severity="approval")
    assert (found.code, found.severity, found.place) == (
        "history.below_p10",
        "approval",
        "lines/1",
    )
    assert "89.999 CNY per pc is below 90.00" in found.message.en
    assert "89.999 CNY" in found.message.zh
    assert "90.00" in found.message.zh
    assert history_findings([_line("1", line="2")], statistics={"1": TENTH}) == ()


def test_too_few_deals_judge_nobody() -> None:
    few = Insufficient(query=asked(), n=2)
    assert history_findings([_line("1")], statistics={"1": few}) == ()


def test_a_price_below_the_customers_last_is_found() -> None:
    last = {"1": example_deal(net="900")}
    assert history_findings([_line("900")], statistics={}, last=last) == ()
    assert history_findings([_line("950")], statistics={}, last=last) == ()
    (found,) = history_findings([_line("899")], statistics={}, last=last)
    assert (found.code, found.severity) == ("history.below_last", "note")
    assert "2026-06-30" in found.message.en
    assert "2026-06-30" in found.message.zh


def test_a_renewal_above_the_last_price_is_found() -> None:
    last = {"1": example_deal(net="900")}

    def codes(net: str, **given: Any) -> list[str]:
        found = history_findings([_line(net)], statistics={}, last=last, **given)
        return [each.code for each in found]

    assert codes("900.01") == []
    assert codes("900.01", renewals=["1"]) == ["history.above_last"]
    assert codes("900", renewals=["1"]) == []
    assert codes("927", renewals=["1"], uplift=3) == []
    assert codes("927.01", renewals=["1"], uplift=3) == ["history.above_last"]
    assert codes("899", renewals=["1"], uplift=3) == ["history.below_last"]


def test_a_third_is_not_below_itself() -> None:
    """66.666… is compared as the percentile is rounded, not with what rounding added to it."""
    thirds = [example_deal(f"Q-{n}", net="200", quantity=3, base_quantity=3) for n in range(3)]
    known = statistics(thirds, asked())
    line = _line("200", quantity=3, base_quantity=3)
    assert history_findings([line], statistics={"1": known}, last={"1": thirds[0]}) == ()


def test_a_last_price_in_dollars_is_compared_at_its_days_rate() -> None:
    """1,000 dollars for ten in June are 706.00 each."""
    last = {"1": example_deal(net="1000", currency="USD")}
    (below,) = history_findings([_line("7059")], statistics={}, last=last, rate=example_rate)
    assert below.code == "history.below_last"
    assert "706.00" in below.message.en
    assert history_findings([_line("7060")], statistics={}, last=last, rate=example_rate) == ()
    yen = {"1": example_deal(net="1000", currency="JPY")}
    kilos = {"1": example_deal(base_unit="kg")}
    for case, given in ((last, {}), (yen, {"rate": example_rate}), (kilos, {})):
        (found,) = history_findings(
            [_line("1")], statistics={}, last=case, severity="approval", **given
        )
        assert (found.code, found.severity) == ("history.not_compared", "note")


def test_statistics_of_another_currency_are_refused() -> None:
    for line in (_line("900", currency="USD"), _line("900", base_unit="kg")):
        with pytest.raises(DomainError) as refusal:
            history_findings([line], statistics={"1": TENTH})
        assert refusal.value.code == "history.currency_mismatch"
