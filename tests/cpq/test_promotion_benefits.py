"""What each benefit gives, on figures that can be worked by hand."""

import re

import pytest
from pydantic import ValidationError

from cpq import (
    AmountOff,
    BundleItem,
    BundlePrice,
    BuyGet,
    EveryOff,
    FixedPrice,
    FreeGoods,
    FreeShipping,
    Ladder,
    LadderStep,
    PercentOff,
    Selector,
    item,
)
from tests.cpq.market import buy, cny, discounts, market, reasons, rule


def test_an_amount_is_off_the_order_each_line_or_each_unit() -> None:
    lines = item("MUG", 2), item("CAP", 3)
    order = rule(benefit=AmountOff(amount=cny("11.00")))
    line = rule(benefit=AmountOff(amount=cny("11.00"), per="line"))
    unit = rule(benefit=AmountOff(amount=cny("11.00"), per="unit"))
    assert discounts(buy(market(order), *lines)) == ["8.00", "3.00"]
    assert discounts(buy(market(line), *lines)) == ["11.00", "11.00"]
    assert discounts(buy(market(unit), *lines)) == ["22.00", "30.00"]  # a cap costs 10


def test_an_amount_with_its_tax_lowers_the_net_by_less() -> None:
    off = rule(benefit=AmountOff(amount=cny("11.30"), tax="gross"))
    pricing = buy(market(off), item("MUG", 1))
    assert (pricing.discount, pricing.gross) == (cny("10.00"), cny("33.90"))


def test_a_fixed_price_lowers_and_never_raises() -> None:
    off = rule(benefit=FixedPrice(price=cny("12.00")))
    assert discounts(buy(market(off), item("SHIRT", 3), item("CAP", 3))) == ["24.00", "0.00"]


def test_two_and_one_of_the_same_is_by_product() -> None:
    off = rule(benefit=BuyGet(buy=2, get=1))
    pricing = buy(market(off), item("SHIRT", 7), item("CAP", 2), item("CAP", 1))
    # seven shirts are two sets, the three caps of two lines one
    assert discounts(pricing) == ["40.00", "0.00", "10.00"]


def test_two_and_two_needs_all_four() -> None:
    off = rule(benefit=BuyGet(buy=2, get=2))
    assert discounts(buy(market(off), item("SHIRT", 4))) == ["40.00"]
    pricing = buy(market(off), item("SHIRT", 3))
    assert discounts(pricing) == ["0.00"]
    (missing,) = pricing.why_not("OFF")
    assert (missing.reason, missing.needed, missing.actual) == ("quantity_below", "4", "3")


def test_the_cheapest_units_of_the_order_are_free() -> None:
    off = rule(benefit=BuyGet(buy=2, get=1, reward="cheapest"), categories=("clothes",))
    pricing = buy(market(off), item("SHIRT", 3), item("CAP", 3), item("PEN", 9))
    assert discounts(pricing) == ["0.00", "20.00", "0.00"]


def test_other_goods_are_given_as_far_as_the_order_holds_them() -> None:
    pens = BuyGet(buy=1, get=3, reward="other", of=Selector(products=("PEN",)), percent=50)
    off = rule(benefit=pens, products=("MUG",))
    assert discounts(buy(market(off), item("MUG", 2), item("PEN", 5))) == ["0.00", "2.25"]
    assert discounts(buy(market(off), item("MUG", 2), item("PEN", 6))) == ["0.00", "4.50"]


def test_a_unit_serves_one_set_only() -> None:
    first = rule("A", priority=2, benefit=BuyGet(buy=2, get=1), products=("SHIRT",))
    second = rule("B", benefit=BuyGet(buy=1, get=1), products=("SHIRT",))
    assert discounts(buy(market(first, second), item("SHIRT", 4))) == ["20.00"]
    assert discounts(buy(market(first, second), item("SHIRT", 5))) == ["40.00"]


def test_free_goods_are_a_line_of_their_own_with_their_value() -> None:
    off = rule(benefit=FreeGoods(product="PEN", every=2, quantity=3), products=("MUG",))
    pricing = buy(market(off), item("MUG", 5))
    gift = pricing.lines[1]
    assert (gift.number, gift.product, gift.quantity, gift.free_by) == ("2", "PEN", 6, "OFF")
    assert (gift.amount, gift.discount, gift.net) == (9, 9, 0)
    assert pricing.net == cny("200.00")
    assert [(row.line, row.amount) for row in pricing.allocations] == [("2", gift.discount)]


def test_revenue_is_shared_between_goods_and_what_came_free() -> None:
    off = rule(benefit=FreeGoods(product="CAP", every=2), products=("MUG",))
    pricing = buy(market(off), item("MUG", 2), item("PEN", 1))
    # 80 was paid for what costs 80 + 10 apart; the pen has nothing to do with it
    assert [str(line.allocated) for line in pricing.lines] == ["71.11", "None", "8.89"]


def test_free_goods_may_cost_a_little() -> None:
    off = rule(benefit=FreeGoods(product="CAP", price=cny("1.00"), every=5), products=("MUG",))
    pricing = buy(market(off), item("MUG", 5))
    assert (pricing.lines[1].discount, pricing.lines[1].net) == (9, 1)
    assert len(buy(market(off), item("MUG", 2)).lines) == 1


def test_free_goods_are_of_the_same_product_where_none_is_named() -> None:
    off = rule(benefit=FreeGoods(every=3))
    pricing = buy(market(off), item("MUG", 7), item("CAP", 3), item("PEN", 2))
    gifts = {line.product: line.quantity for line in pricing.lines if line.free_by}
    assert gifts == {"CAP": 1, "MUG": 2}


def test_goods_without_a_price_are_not_given() -> None:
    off = rule(benefit=FreeGoods(product="GHOST", every=1))
    pricing = buy(market(off), item("MUG", 1))
    assert len(pricing.lines) == 1
    assert reasons(pricing, "OFF") == ["gift_unpriced"]


def test_a_bundle_costs_its_price_as_often_as_it_fits() -> None:
    parts = (
        BundleItem(of=Selector(products=("MUG",))),
        BundleItem(of=Selector(products=("CAP",)), quantity=2),
    )
    off = rule(benefit=BundlePrice(items=parts, price=cny("50.00")))
    pricing = buy(market(off), item("MUG", 3), item("CAP", 5))
    assert pricing.discount == cny("20.00")  # twice 60 for 50
    assert discounts(pricing) == ["13.33", "6.67"]


def test_only_the_highest_step_of_a_ladder_counts() -> None:
    steps = (LadderStep(least=100, amount=cny("5.00")), LadderStep(least=200, percent=10))
    off = rule(benefit=Ladder(steps=steps, currency="CNY"))
    got = [str(buy(market(off), item("MUG", size)).discount.amount) for size in (2, 3, 4, 5)]
    assert got == ["0.00", "5.00", "5.00", "20.00"]
    (missing,) = buy(market(off), item("MUG", 2)).why_not("OFF")
    assert (missing.reason, str(missing.missing)) == ("amount_below", "20.00")


def test_every_three_hundred_takes_forty_off() -> None:
    off = rule(benefit=EveryOff(every=cny("300.00"), amount=cny("40.00"), times=2))
    got = [str(buy(market(off), item("CAP", size)).discount.amount) for size in (29, 30, 60, 99)]
    assert got == ["0.00", "40.00", "80.00", "80.00"]
    units = rule(benefit=EveryOff(every_quantity=10, amount=cny("3.00")))
    assert buy(market(units), item("CAP", 25)).discount == cny("6.00")


def test_shipping_is_free_above_a_threshold_of_the_goods() -> None:
    free = rule(benefit=FreeShipping(), amount_from=cny("100.00"))
    assert discounts(buy(market(free), item("MUG", 3), item("SHIP", 1))) == ["0.00", "15.00"]
    assert discounts(buy(market(free), item("MUG", 2), item("SHIP", 1))) == ["0.00", "0.00"]
    part = rule(benefit=FreeShipping(up_to=cny("6.00")))
    assert discounts(buy(market(part), item("MUG", 1), item("SHIP", 1))) == ["0.00", "6.00"]


def test_promotions_on_goods_leave_freight_alone() -> None:
    lines = item("MUG", 1), item("SHIP", 1)
    assert discounts(buy(market(rule(benefit=PercentOff(percent=10))), *lines)) == ["4.00", "0.00"]
    named = rule(benefit=PercentOff(percent=10), products=("MUG", "SHIP"))
    assert discounts(buy(market(named), *lines)) == ["4.00", "1.50"]


@pytest.mark.parametrize(
    ("benefit", "code"),
    [
        ({"kind": "amount_off", "amount": "0.00 CNY"}, "promotion.not_positive"),
        ({"kind": "buy_get", "buy": 1, "reward": "other"}, "promotion.reward"),
        ({"kind": "free_goods"}, "promotion.gift"),
        (
            {"kind": "free_goods", "product": "PEN", "every": 2, "every_amount": "9.00 CNY"},
            "promotion.every",
        ),
        ({"kind": "every_off", "amount": "9.00 CNY"}, "promotion.every"),
        ({"kind": "ladder", "steps": [{"least": 1, "percent": 5}]}, "promotion.ladder_currency"),
        (
            {
                "kind": "ladder",
                "of": "quantity",
                "steps": [{"least": 5, "percent": 5}, {"least": 5, "percent": 6}],
            },
            "promotion.steps",
        ),
        ({"kind": "ladder", "of": "quantity", "steps": [{"least": 5}]}, "promotion.step"),
    ],
)
def test_a_benefit_that_makes_no_sense_is_refused(benefit: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"[{code}]")):
        rule(benefit=benefit)
