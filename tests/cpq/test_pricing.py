"""The waterfall: figures by hand, and everything that is wrong with a request."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq.bom import BOM, Component, OptionGroup
from cpq.configuration import Item, configure
from cpq.customer import Customer, Party
from cpq.kernel.errors import DomainError, Invalid, NotFound, Refused
from cpq.kernel.money import Rounding, RoundingPolicy
from cpq.kernel.period import Period
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.pricing import item, price
from cpq.product import Attribute, AttributeValue, Product
from cpq.promotion import PercentOff, PromotionPolicy
from tests.cpq.trade import DAY, book, catalogue

TRADE = catalogue()


def _refused(*items: Item, **asked: object) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        price(items, catalogue=TRADE, on=DAY, **asked)  # type: ignore[arg-type]
    assert refusal.value.code == "pricing.invalid"
    return [(finding.place, finding.code) for finding in refusal.value.findings]


def test_amounts_tax_and_totals_come_out_by_hand() -> None:
    pricing = price([item("BOLT", 3), item("FILM", 7)], catalogue=TRADE, on=DAY)
    # 30.00 × 13 % = 3.90; 7 × 7.77 = 54.39, × 6 % = 3.2634
    figures = [(str(row.net), str(row.tax), str(row.gross)) for row in pricing.lines]
    assert figures == [("30.00", "3.90", "33.90"), ("54.39", "3.26", "57.65")]
    assert [str(sum_) for sum_ in (pricing.net, pricing.tax, pricing.gross)] == [
        "84.39 CNY",
        "7.16 CNY",
        "91.55 CNY",
    ]
    assert [(row.code, str(row.net), str(row.tax)) for row in pricing.taxes] == [
        ("VAT13", "30.00 CNY", "3.90 CNY"),
        ("VAT6", "54.39 CNY", "3.26 CNY"),
    ]


def test_quantities_come_onto_the_grid_of_their_unit_first() -> None:
    pricing = price([item("BOLT", "2.4"), item("WIRE", "1.2345")], catalogue=TRADE, on=DAY)
    assert [(str(row.quantity), str(row.amount)) for row in pricing.lines] == [
        ("2", "20.00"),
        ("1.235", "15.44"),
    ]


def test_a_return_is_priced_with_its_sign() -> None:
    pricing = price([item("BOLT", -3)], catalogue=TRADE, on=DAY)
    assert (str(pricing.net), str(pricing.gross)) == ("-30.00 CNY", "-33.90 CNY")


def test_other_units_are_converted_with_their_exact_factor() -> None:
    items = [
        item("BOLT", 2, unit="box"),
        item("WIRE", 1500, unit="g"),
        item("NUT", 9, unit="third"),
    ]
    pricing = price(items, catalogue=TRADE, on=DAY)
    assert [(str(row.unit_price), str(row.amount)) for row in pricing.lines] == [
        ("50.0000", "100.00"),
        ("0.0125", "18.75"),
        ("0.1000", "0.90"),
    ]


def test_the_policy_says_where_and_how_is_rounded() -> None:
    trade = catalogue(book(entry("BOLT", price="0.125")))
    policies = (
        RoundingPolicy(),
        RoundingPolicy(mode=Rounding.HALF_EVEN),
        RoundingPolicy(mode=Rounding.UP, amount_places=1),
        RoundingPolicy(amount_places=4),
        RoundingPolicy(unit_places=2),
    )
    nets = [str(price([item("BOLT", 1)], catalogue=trade, on=DAY, policy=p).net) for p in policies]
    assert nets == ["0.13 CNY", "0.12 CNY", "0.2 CNY", "0.1250 CNY", "0.13 CNY"]


def test_a_currency_without_decimals_has_none() -> None:
    trade = catalogue(book(entry("BOLT", price="10.5"), currency="JPY"))
    pricing = price([item("BOLT", 3)], catalogue=trade, on=DAY)
    assert [str(each) for each in (pricing.net, pricing.tax)] == ["32 JPY", "4 JPY"]


def test_the_book_is_the_named_the_agreed_or_the_default_one() -> None:
    books = tuple(
        book(entry("BOLT", price=amount), code=code)
        for code, amount in (("A", 1), ("B", 2), ("C", 3))
    )
    agreed = Customer(code="AGREED", party=Party(name="x"), price_book="B")
    trade = catalogue(*books).with_(customers=(agreed, agreed.with_(code="OTHER", price_book=None)))
    asked: list[dict[str, str]] = [
        {"customer": "AGREED", "book": "A"},
        {"customer": "AGREED"},
        {"customer": "OTHER"},
        {},
    ]
    books_used = [price([item("BOLT")], catalogue=trade, on=DAY, **each).book for each in asked]
    assert books_used == ["A", "B", "C", "C"]


def test_everything_unknown_is_said_at_once() -> None:
    items = (item("GONE"), item("BOLT"), item("BOLT", unit="furlong"), item("ALSO-GONE"))
    assert _refused(*items) == [
        ("items/1", "product.unknown"),
        ("items/3", "unit.unknown"),
        ("items/4", "product.unknown"),
    ]


def test_everything_without_a_price_is_said_at_once() -> None:
    short = catalogue(book(entry("BOLT", price=1)))
    items = [item("FILM"), item("BOLT", unit="kg"), item("BOLT"), item("WIRE")]
    with pytest.raises(Refused) as refusal:
        price(items, catalogue=short, on=DAY)
    assert [(finding.place, finding.code) for finding in refusal.value.findings] == [
        ("items/2", "unit.incompatible"),
        ("lines/1", "price.none"),
        ("lines/4", "price.none"),
    ]


def test_the_day_without_a_price_is_the_day_that_was_asked() -> None:
    past = PriceBookVersion(period=Period(end="2025-12-31"), entries=(entry("BOLT", price=1),))
    listed = PriceBook(code="LIST", currency="CNY", versions=(past,))
    trade = catalogue(listed).with_(zone="Asia/Shanghai")
    with pytest.raises(Refused, match="no price for 'BOLT' per pc on 2026-11-21 in LIST"):
        price([item("BOLT")], catalogue=trade, on=DAY)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"customer": "GONE"}, "customer.unknown"),
        ({"book": "GONE"}, "price_book.unknown"),
        ({"on": datetime(2026, 11, 21)}, "instant.naive"),  # noqa: DTZ001
    ],
    ids=["customer", "book", "naive instant"],
)
def test_a_request_that_names_nothing_is_refused(asked: dict[str, object], code: str) -> None:
    with pytest.raises((NotFound, Invalid)) as refusal:
        price([item("BOLT")], **{"catalogue": TRADE, "on": DAY, **asked})  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_without_items_or_a_book_nothing_is_priced() -> None:
    with pytest.raises(Invalid) as empty:
        price([], catalogue=TRADE, on=DAY)
    with pytest.raises(NotFound) as bookless:
        price([item("BOLT")], catalogue=TRADE.with_(default_book=None), on=DAY)
    assert (empty.value.code, bookless.value.code) == ("pricing.empty", "price_book.none")


def test_ambiguous_entries_are_refused_naming_both() -> None:
    trade = catalogue(book(entry("BOLT", price=10), entry("BOLT", price=11)))
    with pytest.raises(Refused, match="10 and 11") as refusal:
        price([item("BOLT")], catalogue=trade, on=DAY)
    assert [finding.code for finding in refusal.value.findings] == ["price_book.ambiguous"]


def test_a_tax_code_without_a_rate_is_refused() -> None:
    odd = Product(code="ODD", name="Odd", tax_code="VAT17")
    trade = catalogue(book(entry(price=1))).with_(products=(odd,))
    with pytest.raises(Refused) as refusal:
        price([item("ODD")], catalogue=trade, on=DAY)
    assert [finding.code for finding in refusal.value.findings] == ["tax.unknown_code"]


def test_books_and_promotions_live_in_the_catalogues_zone() -> None:
    last, this = Period(end="2025-12-31"), Period(start="2026-01-01")
    listed = PriceBook(
        code="LIST",
        currency="CNY",
        versions=(
            PriceBookVersion(period=last, entries=(entry("BOLT", price=9),)),
            PriceBookVersion(period=this, entries=(entry("BOLT", price=10),)),
        ),
    )
    campaign = PromotionPolicy(code="NEW", period=this, benefit=PercentOff(percent=10))
    trade = catalogue(listed, promotions=(campaign,)).with_(zone="Asia/Shanghai")
    assert price([item("BOLT")], catalogue=trade, on=date(2026, 1, 1)).net.amount == 9
    early = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    assert price([item("BOLT")], catalogue=trade, on=early).net.amount == 9
    assert price([item("BOLT")], catalogue=trade, on=date(2025, 12, 31)).net.amount == 9


def test_a_promotion_counts_in_the_products_own_unit() -> None:
    five = PromotionPolicy(code="FIVE", quantity_from=5, benefit=PercentOff(percent=10))
    trade = catalogue(promotions=(five,))
    assert price([item("BOLT", 1, unit="box")], catalogue=trade, on=DAY).net.amount == 45
    assert price([item("BOLT", 1)], catalogue=trade, on=DAY).net.amount == 10


def test_included_parts_do_not_reach_a_promotion() -> None:
    bom = BOM(product="WIRE", components=(Component(product="BOLT", quantity=20),))
    five = PromotionPolicy(code="FIVE", quantity_from=5, benefit=PercentOff(percent=10))
    trade = catalogue(promotions=(five,)).with_(boms=(bom,))
    machine = configure(trade.bom("WIRE"))
    assert price([machine], catalogue=trade, on=DAY).discount.amount == 0


def test_what_is_not_sold_on_the_day_is_refused() -> None:
    old = Product(code="OLD", name="Old", sellable=Period(end="2026-06-30"))
    trade = catalogue(book(entry(price=1))).with_(products=(old,))
    assert price([item("OLD")], catalogue=trade, on=date(2026, 6, 30)).net.amount == 1
    with pytest.raises(Refused) as refusal:
        price([item("OLD")], catalogue=trade, on=date(2026, 7, 1))
    assert [finding.code for finding in refusal.value.findings] == ["product.not_sellable"]


def test_a_quantity_that_would_round_to_nothing_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        price([item("BOLT", "0.4")], catalogue=catalogue(), on=DAY)
    assert [finding.code for finding in refusal.value.findings] == ["quantity.too_small"]
    assert price([item("BOLT", "0.6")], catalogue=catalogue(), on=DAY).net.amount == 10


@pytest.mark.parametrize("quantity", [1.5, True, "1e3", "NaN", None, 10**18])
def test_a_quantity_that_is_no_number_is_refused(quantity: object) -> None:
    with pytest.raises(Invalid) as refusal:
        item("BOLT", quantity)
    assert refusal.value.code in ("number.not_exact", "number.out_of_range")


def test_an_amount_that_is_too_large_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        price([item("BOLT", 9 * 10**17)], catalogue=TRADE, on=DAY)
    assert refusal.value.code == "number.out_of_range"
    largest = price([item("BOLT", 9 * 10**14)], catalogue=TRADE, on=DAY)
    assert str(largest.net) == "9000000000000000.00 CNY"


@pytest.mark.parametrize("code", ["a\x00b", "a\ud800", "a\u202eb", "", "x" * 65])
def test_a_hostile_product_code_is_malformed(code: str) -> None:
    with pytest.raises(ValidationError):
        item(code)


def test_an_instant_is_asked_as_it_stands() -> None:
    versions = (
        PriceBookVersion(period=Period(end="2026-11-20"), entries=(entry("BOLT", price=1),)),
        PriceBookVersion(period=Period(start="2026-11-21"), entries=(entry("BOLT", price=2),)),
    )
    dated = PriceBook(code="LIST", currency="CNY", zone="Asia/Shanghai", versions=versions)
    trade = catalogue(dated).with_(zone="Asia/Shanghai")
    moments: list[date] = [
        datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 20, 16, tzinfo=UTC),
        date(2026, 11, 20),
        DAY,
    ]
    nets = [price([item("BOLT")], catalogue=trade, on=on).net.amount for on in moments]
    assert nets == [1, 2, 1, 2]


def test_included_parts_cost_nothing_and_priced_parts_their_price() -> None:
    shade = Attribute(
        code="colour",
        name={"en": "Colour", "zh": "颜色"},
        values=(AttributeValue(code="red", name={"en": "red", "zh": "红"}),),
    )
    group = OptionGroup(
        code="seal", options=(Component(product="FILM", quantity=2, sold="priced"),)
    )
    machine = BOM(
        product="BOLT",
        components=(Component(product="NUT", quantity=4),),
        groups=(group,),
        attributes=(shade,),
    )
    trade = TRADE.with_(boms=(machine,))
    made = configure(trade.bom("BOLT"), choose={"seal": "FILM"}, quantity=3)
    pricing = price([made, item("NUT")], catalogue=trade, on=DAY)
    rows = [(row.number, row.product, str(row.quantity), str(row.net)) for row in pricing.lines]
    assert rows == [
        ("1", "BOLT", "3", "30.00"),
        ("1.1", "NUT", "12", "0"),
        ("1.2", "FILM", "6", "46.62"),
        ("2", "NUT", "1", "0.30"),
    ]
    assert pricing.line("1").detail[0].in_("zh") == "颜色：红"
    assert "included" in pricing.explain()
    assert "已含" in pricing.explain("zh_CN")


def test_what_is_built_equals_what_is_validated() -> None:
    pricing = price([item("BOLT", 3), item("FILM", "7")], catalogue=TRADE, on=DAY)
    fields = {name: getattr(pricing, name) for name in type(pricing).model_fields}
    assert type(pricing).model_validate(fields) == pricing
    for line in pricing.lines:
        values = {name: getattr(line, name) for name in type(line).model_fields}
        assert type(line).model_validate(values) == line
    assert pricing.with_(book="OTHER").net == pricing.net


def test_the_same_quantity_written_otherwise_costs_the_same() -> None:
    first, second = (price([item("BOLT", q)], catalogue=TRADE, on=DAY) for q in ("3", "3.00"))
    assert first.lines[0].net == second.lines[0].net == Decimal(30)
