"""What recurs: priced per unit and period, sold for so many periods, one amount for the term."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from cpq import (
    BOM,
    AmountOff,
    Catalogue,
    Component,
    Customer,
    Money,
    OptionGroup,
    Party,
    PriceBook,
    PriceBookVersion,
    Pricing,
    RoundingPolicy,
    Tier,
    configure,
    draft_quote,
    entry,
    item,
    price,
    send,
    take_back,
)
from cpq.configuration.compile import compiled
from cpq.configuration.state import Configurator
from cpq.guidance import complete_by, price_effects, running_price
from cpq.history import line_prices
from cpq.quote import accept, payment_terms
from cpq.returns import repricing
from cpq.simulation import repriced
from revenue import sign
from tests.cpq.services import DAY, PRODUCTS, SEAT, findings, off, priced, shop


def test_the_term_multiplies_and_is_rounded_once() -> None:
    """Per period rounded, 36 × 0.33 would be 11.88."""
    line = priced([item("SEAT", 1, periods=36)], shop(entry("SEAT", price="0.3333"))).lines[0]
    assert (line.billing, line.periods) == ("month", 36)
    assert (line.unit_price, line.amount, line.list_amount) == (
        Decimal("0.3333"),
        Decimal("12.00"),
        Decimal("12.00"),
    )
    third = shop(entry("SEAT", tiers=(Tier(price="100"),)), entry("LINE", formula="100 / 3"))
    exact = RoundingPolicy(unit_places=2, contractual=False)
    line = priced([item("LINE", 3, periods=7)], third, policy=exact).lines[0]
    assert (line.unit_price, line.amount) == (Decimal("33.33"), 700)


def test_what_is_charged_once_has_no_term() -> None:
    pricing = priced([item("BOX", 2)], shop(entry("BOX", price="10")))
    assert (pricing.lines[0].billing, pricing.lines[0].periods) == (None, None)
    assert (pricing.recurring, pricing.one_time) == ((), pricing.net)
    assert "periods" not in pricing.canonical()
    assert "billing" not in pricing.canonical()


def test_a_service_without_a_term_and_a_term_without_a_service_are_refused() -> None:
    asked = [item("SEAT", 1), item("BOX", 1, periods=3)]
    first, second = findings(asked, shop(SEAT, entry("BOX", price="10")))
    assert (first.code, first.place) == ("pricing.no_periods", "items/1")
    assert (second.code, second.place) == ("pricing.not_recurring", "items/2")
    assert first.message.zh == "SEAT 按月计费，但未说明期数；请给出 periods，例如 36"
    assert second.message.zh.startswith("BOX 为一次性收费，却要求 3 期")


def test_a_term_is_refused_on_a_document_that_is_ordinary_otherwise() -> None:
    catalogue = shop(SEAT, entry("BOX", price="10"))
    (found,) = findings([item("BOX", 1, periods=3)], catalogue)
    assert found.code == "pricing.not_recurring"
    (found,) = findings([item("SEAT", 1)], catalogue)
    assert found.code == "pricing.no_periods"


@pytest.mark.parametrize("contractual", [True, False])
def test_the_list_amount_is_of_the_term_too(contractual: bool) -> None:
    ours = PriceBookVersion(entries=(entry(percent_off=10),))
    vip = PriceBook(code="VIP", currency="CNY", base="LIST", versions=(ours,))
    (listed,) = shop(SEAT).books
    catalogue = shop(SEAT).with_(books=(listed, vip), default_book="VIP")
    policy = RoundingPolicy(contractual=contractual)
    (line,) = priced([item("SEAT", 10, periods=12)], catalogue, policy=policy).lines
    assert (line.list_price, line.list_amount, line.amount) == (50, 6000, 5400)


@pytest.mark.parametrize("periods", [0, -1, 1201])
def test_a_term_is_from_one_period_to_a_hundred_years_of_months(periods: int) -> None:
    with pytest.raises(ValueError, match="periods"):
        item("SEAT", 1, periods=periods)
    assert item("SEAT", 1, periods=1200).periods == 1200


def test_the_quantity_reaches_the_tier_and_not_the_term() -> None:
    tiers = (Tier(price="50"), Tier(lower=100, price="40"))
    catalogue = shop(entry("SEAT", tiers=tiers))
    assert priced([item("SEAT", 99, periods=36)], catalogue).lines[0].unit_price == 50
    reached = priced([item("SEAT", 100, periods=36)], catalogue).lines[0]
    assert (reached.unit_price, reached.amount) == (40, 144_000)
    assert priced([item("SEAT", 99, periods=36)], catalogue).findings[0].message.in_("en") == (
        "100 pc cost 144000.00 CNY, less than 99 pc at 178200.00 CNY"
    )


def test_tiers_are_of_one_period_and_so_is_their_fee() -> None:
    tiers = (Tier(price="10"), Tier(lower=11, price="5", flat="7"))
    catalogue = shop(entry("SEAT", tiers=tiers, mode="graduated"))
    (line,) = priced([item("SEAT", 12, periods=36)], catalogue).lines
    assert line.amount == (10 * 10 + 2 * 5 + 7) * 36
    assert [(str(part.quantity), part.amount) for part in line.breakdown] == [
        ("10", 3600),
        ("2", 17 * 36),
    ]
    assert line.unit_price == Decimal("9.75")
    text = price([item("SEAT", 12, periods=36)], catalogue=catalogue, on=DAY).explain()
    assert "from 11: (2 pc × 5.0000 + 7.00) × 36 months = 612.00" in text


def test_cost_and_margin_are_of_the_term() -> None:
    catalogue = shop(SEAT, costs=[entry("SEAT", price="20")])
    pricing = priced([item("SEAT", 10, periods=12)], catalogue)
    assert (pricing.lines[0].cost, pricing.margin.percent) == (2400, 60)


def _station(rollup: str = "as_sold", sold: str = "priced", care: str = "LINE") -> Catalogue:
    parts = (Component(product="BOX", quantity=2), Component(product=care, sold=sold))
    bom = BOM.model_validate({"product": "SETUP", "rollup": rollup, "components": parts})
    entries = (entry("SETUP", price="900"), entry("BOX", price="100"), entry(care, price="10"))
    costs = (entry("SETUP", price="1"), entry("BOX", price="60"), entry(care, price="4"))
    return shop(*entries, boms=(bom,), costs=costs)


def test_what_recurs_in_a_configuration_is_sold_for_its_periods() -> None:
    catalogue = _station()
    made = configure(catalogue.bom("SETUP"), quantity=3)
    pricing = priced([made.with_(periods=24)], catalogue)
    assert [(line.number, line.periods, line.net) for line in pricing.lines] == [
        ("1", None, 2700),
        ("1.1", None, 0),
        ("1.2", 24, 720),
    ]
    (missing,) = findings([made], catalogue)
    assert (missing.code, missing.place) == ("pricing.no_periods", "items/1")


def test_what_is_included_for_a_term_costs_us_the_term() -> None:
    catalogue = _station(rollup="allocated")
    made = configure(catalogue.bom("SETUP"), quantity=1).with_(periods=12)
    pricing = priced([made], catalogue)
    head, box, care = pricing.lines
    assert (care.included, care.periods, care.net, care.cost) == (True, 12, 0, 48)
    assert pricing.margin.cost == Money("169.00", "CNY")
    assert (head.net, box.allocated, care.allocated) == (900, Decimal("562.50"), Decimal("337.50"))
    assert pricing.recurring == ()


def test_periods_of_a_configuration_without_a_service_change_nothing() -> None:
    catalogue = shop(
        entry("BOX", price="100"),
        boms=(BOM(product="BOX", components=(Component(product="SETUP"),)),),
    )
    made = configure(catalogue.bom("BOX"))
    with_term = priced([made.with_(periods=12)], catalogue)
    assert with_term.lines == priced([made], catalogue).lines


def test_one_number_of_periods_is_not_for_months_and_years() -> None:
    seat = PRODUCTS[0]
    bom = BOM(product="SEAT", components=(Component(product="CARE", sold="priced"),))
    catalogue = shop(SEAT, entry("CARE", price="9"), products=PRODUCTS, boms=(bom,))
    made = configure(catalogue.bom(seat.code)).with_(periods=12)
    (found,) = findings([made], catalogue)
    assert found.code == "pricing.mixed_billing"
    assert "'SEAT' recurs by the month and 'CARE' by the year" in found.message.in_("en")
    assert found.message.zh


def test_what_recurs_is_summed_up_by_billing_period_and_term() -> None:
    care = entry("CARE", price="100.01")
    asked = [
        *(item("SEAT", 1, periods=3), item("BOX", 1), item("LINE", 1, periods=3)),
        *(item("CARE", 1, periods=3), item("SEAT", 9, periods=36, optional=True)),
    ]
    entries = (entry("SEAT", price="0.1234"), entry("LINE", price="10.1"), care)
    pricing = priced(asked, shop(*entries, entry("BOX", price="70")))
    monthly, yearly = pricing.recurring
    assert (monthly.billing, monthly.periods, monthly.lines) == ("month", 3, ("1", "3"))
    assert monthly.net == Money("30.67", "CNY")
    assert monthly.due == ((1, Money("10.23", "CNY")), (2, Money("10.22", "CNY")))
    assert (yearly.net, yearly.due) == (
        Money("300.03", "CNY"),
        ((3, Money("100.01", "CNY")),),
    )
    assert pricing.one_time + monthly.net + yearly.net == pricing.net
    assert yearly.gross == yearly.net + yearly.tax


def test_no_sum_stands_without_its_term() -> None:
    asked = [item("SEAT", 2, periods=36), item("BOX", 1)]
    pricing = priced(asked, shop(SEAT, entry("BOX", price="70")))
    assert pricing.explain().splitlines()[0] == "1 Seat × 2 pc × 36 months = 3600.00 CNY"
    assert pricing.explain().splitlines()[-1] == (
        "of the net: 70.00 once; 3600.00 over 36 months (100.00/month)"
    )
    assert pricing.explain("zh").splitlines()[0] == "1 席位 × 2 pc × 36 个月 = 3600.00 CNY"
    assert pricing.explain("zh").splitlines()[-1] == (
        "未税合计包括：一次性 70.00；36 个月 3600.00（100.00/月）"
    )


def test_history_keeps_the_price_of_a_period() -> None:
    pricing = priced([item("SEAT", 10, periods=36)], shop(SEAT))
    (line,) = line_prices(pricing)
    assert (line.price, line.base_quantity, line.ratio) == (Fraction(50), 360, 1)


def test_a_contract_bills_the_whole_term() -> None:
    buyer = Customer(code="C-1", party=Party(name="Buyer"))
    catalogue = shop(SEAT, customers=(buyer,))
    pricing = price([item("SEAT", 10, periods=36)], catalogue=catalogue, on=DAY, customer="C-1")
    quote = draft_quote(
        pricing,
        number="Q-1",
        customer=buyer,
        seller=Party(name="Us"),
        issued_on=DAY,
        valid_until=DAY,
        payment=payment_terms(("100%", "signing", 30)),
    )
    contract = sign(accept(send(quote), on=DAY, by="PO 1"), number="K-1", on=DAY)
    (line,) = contract.lines
    assert (line.quantity, line.net) == (10, Money("18000.00", "CNY"))


def test_seats_that_come_back_bring_their_whole_term() -> None:
    catalogue = shop(SEAT, **off(AmountOff(amount=Money("5.00", "CNY"), per="unit")))
    pricing = price([item("SEAT", 10, periods=12)], catalogue=catalogue, on=DAY)
    credit = take_back(pricing, {"1": 3})
    assert (credit.lines[0].net, credit.refund) == (1620, Money("1717.20", "CNY"))
    again = repricing(pricing, catalogue=catalogue)
    assert take_back(pricing, {"1": 10}, reprice=again).refund == pricing.gross


def test_pricing_again_keeps_the_term() -> None:
    catalogue = _station()
    made = configure(catalogue.bom("SETUP"), quantity=3).with_(periods=24)
    pricing = price([made, item("LINE", 2, periods=7)], catalogue=catalogue, on=DAY)
    assert repriced(pricing, catalogue=catalogue) == pricing
    assert Pricing.model_validate_json(pricing.canonical()) == pricing
    kept = json.loads(pricing.canonical())
    assert [line.get("periods") for line in kept["lines"]] == [None, None, 24, 7]


def test_the_best_completion_is_the_best_over_the_term() -> None:
    """To buy the box costs 1000 once, to rent the line 50 a month."""
    group = OptionGroup.model_validate(
        {
            "code": "way",
            "options": (
                {"product": "BOX", "sold": "priced"},
                {"product": "LINE", "sold": "priced"},
            ),
        }
    )
    bom = BOM(product="SETUP", groups=(group,))
    entries = (entry("SETUP", price="1"), entry("BOX", price="1000"), entry("LINE", price="50"))
    catalogue = shop(*entries, boms=(bom,))
    machine = Configurator(compiled(catalogue.bom("SETUP")))

    def best(periods: int) -> tuple[str, ...]:
        found = complete_by(machine, "price", catalogue=catalogue, on=DAY, periods=periods)
        assert found.proven
        assert found.configuration.periods == periods
        return found.configuration.chosen("way")

    assert (best(19), best(21)) == (("LINE",), ("BOX",))
    asked = {"catalogue": catalogue, "on": DAY, "periods": 6}
    effects = price_effects(machine, "way", **asked)  # type: ignore[arg-type]
    assert {effect.code: effect.net.amount for effect in effects} == {"BOX": 1001, "LINE": 301}
    assert running_price(machine, **asked).net.amount in (1001, 301)  # type: ignore[arg-type]
