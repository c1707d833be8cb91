"""Rules on what recurs: floors, promotions, taxes, shares and commitments by unit and period."""

from decimal import Decimal
from typing import Any

from cpq import (
    AgreedPrice,
    AmountOff,
    Commitment,
    Customer,
    FixedPrice,
    Floor,
    FreeGoods,
    ManualPrice,
    Money,
    Party,
    PercentOff,
    PercentOfTotal,
    PriceAgreement,
    Pricing,
    TaxRate,
    Tier,
    entry,
    item,
)
from cpq.purchased import Purchased
from cpq.tax import CHINA_VAT, TableTaxes, TaxTable
from tests.cpq.services import PRODUCTS, SEAT, off, priced, shop


def test_a_manual_price_is_for_one_period() -> None:
    given = {"1": ManualPrice(price="45"), "2": ManualPrice(percent_off="10")}
    asked = [item("SEAT", 10, periods=12), item("SEAT", 1, periods=24)]
    pricing = priced(asked, shop(SEAT), manual=given)
    assert [(line.unit_price, line.net) for line in pricing.lines] == [(45, 5400), (45, 1080)]


def test_a_floor_is_for_a_unit_and_a_period() -> None:
    floor = Floor(code="LOW", product="SEAT", price=Money("45.00", "CNY"), policy="clip")
    benefit = AmountOff(amount=Money("8.00", "CNY"), per="unit")
    catalogue = shop(SEAT, floors=(floor,), **off(benefit))
    (line,) = priced([item("SEAT", 10, periods=12)], catalogue).lines
    assert (line.floor, line.net) == (5400, 5400)
    guard = Floor(code="EARN", percent_of_list="95", policy="approve", level="unit")
    below = priced([item("SEAT", 10, periods=12)], shop(SEAT, floors=(guard,), **off(benefit)))
    assert "net 42.00 CNY per pc is below the floor EARN of 47.50 CNY per pc" in str(
        below.findings[0].message
    )


def test_a_floor_of_the_list_is_of_a_period_where_the_list_has_tiers() -> None:
    tiers = (Tier(price="10"), Tier(lower=11, price="5"))
    floor = Floor(code="LIST-90", percent_of_list="90", policy="clip")
    benefit = AmountOff(amount=Money("2.00", "CNY"), per="unit")
    listed = entry("SEAT", tiers=tiers, mode="graduated")
    (line,) = priced(
        [item("SEAT", 20, periods=12)], shop(listed, floors=(floor,), **off(benefit))
    ).lines
    assert (line.amount, line.floor, line.net) == (1800, 1620, 1620)


def test_margin_weights_see_the_margin_of_the_term() -> None:
    """Seats earn 30 of 50 in each of 12 periods, boxes 40 of 100: 360 to 40."""
    benefit = AmountOff(amount=Money("100.00", "CNY"))
    catalogue = shop(
        *(SEAT, entry("BOX", price="100")),
        costs=[entry("SEAT", price="20"), entry("BOX", price="60")],
        **off(benefit, weights="margin"),
    )
    lines = priced([item("SEAT", 1, periods=12), item("BOX", 1)], catalogue).lines
    assert [line.discount for line in lines] == [90, 10]


def test_money_off_a_unit_is_off_each_period_and_off_an_order_once() -> None:
    asked = [item("SEAT", 10, periods=12), item("BOX", 10)]
    box = entry("BOX", price="50")

    def discounts(benefit: object, **more: Any) -> list[int]:
        found = priced(asked, shop(SEAT, box, **off(benefit, **more)))
        return [int(line.discount) for line in found.lines]

    assert discounts(AmountOff(amount=Money("5.00", "CNY"), per="unit")) == [600, 50]
    assert discounts(FixedPrice(price=Money("45.00", "CNY"))) == [600, 50]
    assert discounts(AmountOff(amount=Money("130.00", "CNY"))) == [120, 10]
    assert discounts(AmountOff(amount=Money("130.00", "CNY"), per="line")) == [130, 130]
    assert discounts(AmountOff(amount=Money("5.00", "CNY"), per="unit"), quantity_from=21) == [0, 0]
    assert discounts(
        AmountOff(amount=Money("5.00", "CNY"), per="unit"), amount_from=Money("6500.00", "CNY")
    ) == [600, 50]


def test_a_cap_on_units_lets_units_through_for_the_whole_term() -> None:
    benefit = AmountOff(amount=Money("5.00", "CNY"), per="unit")
    capped = off(benefit, caps=({"units": 4},))
    (line,) = priced([item("SEAT", 10, periods=12)], shop(SEAT, **capped)).lines
    assert line.discount == 4 * 5 * 12


def test_free_seats_are_free_for_the_term_of_the_order() -> None:
    catalogue = shop(SEAT, **off(FreeGoods(every=10, price=Money("1.00", "CNY"))))
    bought, gift = priced([item("SEAT", 20, periods=12)], catalogue).lines
    assert (bought.net, gift.free_by, gift.periods, gift.quantity) == (12_000, "P", 12, 2)
    assert (gift.amount, gift.net) == (1200, 2 * 12 * 1)
    several = [item("SEAT", 10, periods=12), item("SEAT", 10, periods=24)]
    mixed = priced(several, catalogue)
    assert len(mixed.lines) == 2
    assert mixed.why_not("P")[0].reason == "gift_unpriced"


def test_tax_per_unit_is_owed_in_every_period() -> None:
    rates = (*CHINA_VAT.rates, TaxRate(code="LEVY", percent=6, per_unit="2", currency="CNY"))
    seat = PRODUCTS[0].with_(tax_code="LEVY")
    for basis in ("net", "gross"):
        catalogue = shop(
            SEAT, products=(seat,), taxes=TaxTable(rates=rates), book={"tax_basis": basis}
        )
        (line,) = priced([item("SEAT", 3, periods=12)], catalogue).lines
        assert line.tax_fixed == 3 * 12 * 2
        assert line.amount == 1800
        asked = [item("SEAT", 3, periods=12)]
        host = TableTaxes(table=TaxTable(rates=rates))
        assert priced(asked, catalogue, taxes=host).lines[0] == line
        free = catalogue.with_(**off(PercentOff(percent=100)))
        left = priced(asked, free).lines[0]
        assert left.tax == 3 * 12 * 2
        assert left.gross == 3 * 12 * 2


def test_a_share_by_the_period_is_of_what_falls_to_a_period() -> None:
    """A year of care for 10 %: of seats what a year of them costs, of the box its price."""
    share = PercentOfTotal(code="CARE-10", product="CARE", percent=10, of="list")
    catalogue = shop(SEAT, entry("BOX", price="1000"), shares=(share,))
    asked = [item("SEAT", 2, periods=18), item("BOX", 1), item("CARE", 1, periods=3)]
    care = priced(asked, catalogue).lines[2]
    assert (care.unit_price, care.net) == (220, 660)
    given = {"1": ManualPrice(price="5")}
    of_book = shop(SEAT, entry("BOX", price="1000"), shares=(share.with_(of="book"),))
    assert priced(asked, of_book, manual=given).lines[2].unit_price == 220
    setup = share.with_(code="SETUP-10", product="SETUP")
    once = shop(SEAT, shares=(setup,))
    assert priced([item("SEAT", 2, periods=18), item("SETUP")], once).lines[1].net == 180


def test_a_commitment_of_money_is_drawn_by_the_term_one_of_units_by_the_quantity() -> None:
    buyer = Customer(code="C-1", party=Party(name="Buyer"))

    def drawn(**pool: Any) -> Pricing:
        line = AgreedPrice(product="SEAT", price="40", commitment=Commitment.model_validate(pool))
        agreed = PriceAgreement(code="FW", customer="C-1", currency="CNY", lines=(line,))
        catalogue = shop(SEAT, customers=(buyer,), agreements=(agreed,))
        return priced([item("SEAT", 10, periods=12)], catalogue, customer="C-1")

    units = drawn(committed=8, over="book")
    assert (units.drawn[0].taken, units.net.amount) == (8, 12 * (8 * 40 + 2 * 50))
    money = drawn(committed=1000, measure="amount", over="book")
    assert (money.drawn[0].taken, money.net.amount) == (960, 12 * (2 * 40 + 8 * 50))
    assert [part.amount for part in money.lines[0].breakdown] == [960, 4800]
    assert [part.unit_price for part in money.lines[0].breakdown] == [40, 50]


def test_the_last_price_that_a_floor_knows_is_of_a_period() -> None:
    floor = Floor(code="LAST", last_price="90", policy="block")
    catalogue = shop(SEAT, floors=(floor,))
    before = Purchased(last_prices=(("SEAT", Decimal(50)),))
    assert priced([item("SEAT", 2, periods=36)], catalogue, purchased=before).findings == ()
    dearer = Purchased(last_prices=(("SEAT", Decimal(60)),))
    found = priced([item("SEAT", 2, periods=36)], catalogue, purchased=dearer).findings
    assert [(each.needed, each.actual) for each in found] == [(54 * 2 * 36, 50 * 2 * 36)]
