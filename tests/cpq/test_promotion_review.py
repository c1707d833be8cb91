"""Corners of promotions: what a gift needs, limits by product, much of everything at once."""

import re
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq import (
    AmountOff,
    BundleItem,
    BundlePrice,
    BuyGet,
    Cap,
    DealFacts,
    EveryOff,
    FixedPrice,
    Floor,
    FreeGoods,
    FreeShipping,
    Ladder,
    LadderStep,
    LinesQuantity,
    Money,
    PercentOff,
    Pricing,
    Product,
    PromotionGroup,
    RoundingPolicy,
    Selector,
    TaxRate,
    TaxTable,
    item,
    price,
)
from cpq.availability import SalesScope
from cpq.cap import CapUsage
from cpq.coupon import Coupon
from cpq.pricing import price_within
from cpq.promotion import PromotionPolicy
from tests.cpq.market import BUYER, DAY, amount_cap, buy, cny, discounts, market, reasons, rule

GIFT = rule(benefit=FreeGoods(product="PEN"), products=("MUG",))


def _gifts(pricing: Pricing) -> dict[str, str]:
    return {line.product: str(line.quantity) for line in pricing.lines if line.free_by}


def _takes(pricing: Pricing) -> dict[str, str]:
    return {take.counter.key: str(take.amount) for take in pricing.taken}


def test_goods_that_are_not_sold_to_the_customer_are_not_given_to_him() -> None:
    denied = SalesScope(code="NO-PENS", allow=False, products=("PEN",), regions=("east",))
    assert _gifts(buy(market(GIFT, scopes=(denied,)), item("MUG"))) == {}
    assert _gifts(buy(market(GIFT, scopes=(denied,)), item("MUG"), customer="C-2")) == {"PEN": "1"}


@pytest.mark.parametrize("bought", [(0,), (-1,), (1, -3)])
def test_nothing_is_free_where_nothing_is_bought(bought: tuple[int, ...]) -> None:
    assert _gifts(buy(market(GIFT), *(item("MUG", size) for size in bought))) == {}


@pytest.mark.parametrize(
    "benefit",
    [
        {"kind": "free_goods", "product": "PEN", "price": "-5.00 CNY"},
        {"kind": "fixed_price", "price": "-5.00 CNY"},
        {"kind": "bundle_price", "price": "-5.00 CNY", "items": [{"of": {"products": ["MUG"]}}]},
        {"kind": "free_shipping", "up_to": "-5.00 CNY"},
    ],
)
def test_no_promotion_pays_the_customer(benefit: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=re.escape("[promotion.not_positive]")):
        rule(benefit=benefit)


def test_a_limit_by_product_counts_the_goods_that_are_given() -> None:
    each = (Cap(units=2, window="month", scope=("product",)),)
    goods = rule(benefit=FreeGoods(product="PEN", every=1), products=("MUG",), caps=each)
    pricing = buy(market(goods), item("MUG", 5))
    assert (_gifts(pricing), _takes(pricing)) == (
        {"PEN": "2"},
        {"OFF/1/product=PEN/2026-11/units": "2"},
    )
    pens = BuyGet(buy=1, get=1, reward="other", of=Selector(products=("PEN",)))
    other = rule(benefit=pens, products=("MUG",), caps=each)
    pricing = buy(market(other), item("MUG", 5), item("PEN", 5))
    assert discounts(pricing) == ["0.00", "3.00"]
    assert _takes(pricing) == {"OFF/1/product=PEN/2026-11/units": "2"}


def test_a_limit_by_product_on_an_order_is_one_for_each_product() -> None:
    half = PercentOff(percent=50)
    units = rule(benefit=half, caps=(Cap(units=1, scope=("product",)),))
    money = rule(benefit=half, caps=(amount_cap("5.00", scope=("product",)),))
    lines = item("MUG", 5), item("CAP", 5)
    assert discounts(buy(market(units), *lines)) == ["20.00", "5.00"]
    assert discounts(buy(market(money), *lines)) == ["5.00", "5.00"]


def test_what_a_floor_keeps_does_not_pass_the_limit_of_another_product() -> None:
    cap = amount_cap("25.00", window="month", scope=("product",))
    kept = Floor(code="F", product="PEN", price=cny("1.50"), policy="clip")
    trade = market(rule(benefit=PercentOff(percent=50), caps=(cap,)), floors=(kept,))
    pricing = buy(trade, item("SHIRT", 2), item("PEN", 10))
    assert discounts(pricing) == ["25.00", "0.00"]
    assert _takes(pricing) == {"OFF/1/product=SHIRT/2026-11/amount CNY": "25.00"}


def test_fewer_gifts_for_a_budget_keep_the_limits_by_product() -> None:
    caps = (
        Cap(units=2, window="month", scope=("product",)),
        amount_cap("5.00", window="month", code="2"),
    )
    used = CapUsage(rows=(("OFF/1/product=PEN/2026-11/units", "1"),))
    trade = market(rule(benefit=FreeGoods(every=1), caps=caps))
    pricing = buy(trade, item("PEN", 5), item("SHIRT", 2), deal=DealFacts(usage=used))
    assert _gifts(pricing) == {"PEN": "1"}
    money = rule(
        benefit=FreeGoods(every=1), caps=(amount_cap("3.10", window="month", scope=("product",)),)
    )
    assert _gifts(buy(market(money), item("PEN", 5))) == {"PEN": "2"}


def test_a_percentage_of_what_is_bought_bounds_gifts() -> None:
    trade = market(GIFT.with_(caps=(Cap(percent=3),)))
    assert _gifts(buy(trade, item("MUG", 1))) == {}
    assert _gifts(buy(trade, item("MUG", 2))) == {"PEN": "1"}


def test_a_price_holds_for_each_line_whatever_a_floor_keeps_of_others() -> None:
    kept = Floor(code="F", product="MUG", price=cny("35.00"), policy="clip")
    fixed = rule(benefit=FixedPrice(price=cny("10.00")))
    lines = item("MUG", 1), item("SHIRT", 3)
    pricing = buy(market(fixed, floors=(kept,)), *lines)
    assert discounts(pricing) == ["5.00", "30.00"]
    (left,) = pricing.ungranted
    assert (str(left.missing), left.reason) == ("25.00", "floored")
    unit = rule(benefit=AmountOff(amount=cny("6.00"), per="unit"))
    assert discounts(buy(market(unit, floors=(kept,)), *lines)) == ["5.00", "18.00"]


def test_the_cheapest_line_is_one_that_costs_something() -> None:
    half = rule(benefit=PercentOff(percent=50), picks="cheapest")
    assert discounts(buy(market(half), item("MUG"), item("SHIRT"), item("PEN", 0))) == [
        "0.00",
        "10.00",
        "0.00",
    ]
    assert discounts(buy(market(half), item("MUG"), item("PEN", -1))) == ["20.00", "0.00"]


def test_promotions_that_do_not_go_together_do_not_share_an_order_by_lines() -> None:
    first = rule("A", benefit=PercentOff(percent=20), products=("MUG",), group="G", not_with=("B",))
    second = rule("B", benefit=PercentOff(percent=30), group="G")
    trade = market(first, second, groups=(PromotionGroup(code="G", mode="best_per_line"),))
    assert discounts(buy(trade, item("MUG"), item("CAP"))) == ["12.00", "3.00"]
    less = market(
        first,
        second.with_(benefit=PercentOff(percent=10)),
        groups=(PromotionGroup(code="G", mode="best_per_line"),),
    )
    pricing = buy(less, item("MUG"), item("CAP"))
    assert discounts(pricing) == ["8.00", "0.00"]
    assert {each.reason for each in pricing.why_not("B")} == {"not_combinable"}


def _for_margin(funding: object) -> tuple[str, ...]:
    rival = rule("B", benefit=PercentOff(percent=10), group="G")
    shared = PromotionPolicy.model_validate(
        {
            "code": "A",
            "benefit": PercentOff(percent=20),
            "group": "G",
            "not_with": ("B",),
            "funding": funding,
        }
    )
    group = PromotionGroup(code="G", mode="best_combination", aim="margin")
    (found,) = buy(market(shared, rival, groups=(group,)), item("MUG", 2)).combinations
    return found.chosen


def test_what_others_pay_does_not_count_as_ours() -> None:
    others = {"shares": ({"funder": "V", "percent": 60}, {"funder": "D", "percent": 40})}
    layers = {"layers": ({"funder": "V", "up_to": "10.00 CNY"}, {"funder": "own"})}
    capped = {"shares": ({"funder": "V", "percent": 100, "cap": "6.00 CNY"},)}
    assert _for_margin(others) == ("A",)
    assert _for_margin(layers) == ("A",)  # 6.00 is ours, of the other one 8.00
    assert _for_margin(capped) == ("B",)  # 10.00 is ours


@pytest.mark.parametrize("aim", ["customer", "margin"])
def test_a_search_among_a_thousand_stands_on_the_order_of_priority(aim: str) -> None:
    rules = tuple(
        rule(f"P{place:04}", benefit=PercentOff(percent=1), group="G") for place in range(1100)
    )
    group = PromotionGroup.model_validate({"code": "G", "mode": "best_combination", "aim": aim})
    (found,) = buy(market(*rules, groups=(group,)), item("MUG", 9)).combinations
    assert not found.proven
    assert found.chosen == found.greedy


def test_a_coupon_in_another_currency_is_refused() -> None:
    cap = Cap(amount=Money("10.00", "USD"), window="lifetime")
    coupon = Coupon(code="DOLLAR-1", promotion="OFF", caps=(cap,))
    half = rule(benefit=PercentOff(percent=50), needs_coupon=True)
    pricing = buy(market(half), item("MUG"), deal=DealFacts(coupons=(coupon,)))
    assert discounts(pricing) == ["0.00"]
    assert [each.reason for each in pricing.coupons] == ["other_currency"]
    assert not pricing.taken


def test_every_counter_is_asked_for_however_many_coupons_are_used_up() -> None:
    used = Cap(orders=1, window="lifetime")
    coupons = tuple(
        Coupon(code=f"C-{place:03}", promotion="OFF", caps=(used,)) for place in range(70)
    )
    trade = market(rule(benefit=PercentOff(percent=50), needs_coupon=True))
    pricing = price_within(
        lambda usage: buy(trade, item("MUG"), deal=DealFacts(coupons=coupons, usage=usage)),
        usage=lambda counters: CapUsage(rows=tuple((each.key, "1") for each in counters)),
    )
    assert (pricing.discount, pricing.taken) == (cny("0.00"), ())


def test_a_million_gifts_within_a_small_budget_are_as_many_as_it_pays() -> None:
    pens = rule(benefit=FreeGoods(product="PEN", every=1), caps=(amount_cap("10.00"),))
    assert _gifts(buy(market(pens), item("MUG", 1_000_000))) == {"PEN": "6"}


def test_parts_of_a_bundle_that_compete_share_a_million_units() -> None:
    mug = BundleItem(of=Selector(products=("MUG",)))
    pair = rule(benefit=BundlePrice(items=(mug, mug), price=cny("50.00")))
    pricing = buy(market(pair), item("MUG", 1_000_001))
    assert pricing.discount == cny("15000000.00")


def test_a_budget_with_tax_is_met_to_the_cent_where_a_floor_moves_a_large_discount() -> None:
    free = Product(code="CAP", name="Cap", tax_code="VAT0", category="clothes")
    goods = tuple(free if each.code == "CAP" else each for each in market().products)
    kept = Floor(code="F", product="CAP", price=cny("10.00"), policy="clip")
    cap = amount_cap("1000000.00", window="month", tax="gross")
    off = rule(benefit=PercentOff(percent=40), caps=(cap,))
    trade = market(off, products=goods, floors=(kept,))
    pricing = buy(trade, item("MUG", 100_000), item("CAP", 400_000))
    assert discounts(pricing) == ["884955.75", "0.00"]  # 1000000.00 with 13 %
    assert _takes(pricing) == {"OFF/1/2026-11/amount CNY": "1000000.00"}


def test_the_best_combination_knows_the_limits_of_coupons() -> None:
    # half of 40.00 is more than the coupon allows, half of 36.00 is not
    rival = rule("A", benefit=PercentOff(percent=30), group="G", priority=3, not_with=("B", "C"))
    first = rule("B", benefit=AmountOff(amount=cny("4.00")), group="G", priority=2)
    second = rule("C", benefit=PercentOff(percent=50), group="G", needs_coupon=True)
    coupon = Coupon(code="X-1", promotion="C", caps=(amount_cap("18.00", over="reject"),))
    group = PromotionGroup(code="G", mode="best_combination")
    trade = market(rival, first, second, groups=(group,))
    (found,) = buy(trade, item("MUG"), deal=DealFacts(coupons=(coupon,))).combinations
    assert (found.chosen, str(found.granted), found.proven) == (("B", "C"), "22.00", True)


_CAP = Selector(products=("CAP",))


@pytest.mark.parametrize(
    ("benefit", "second"),
    [
        (
            BundlePrice(
                items=(BundleItem(of=Selector(products=("MUG",))), BundleItem(of=_CAP)),
                price=cny("20.00"),
            ),
            "CAP",
        ),
        (BuyGet(buy=1, get=1, reward="other", of=_CAP), "CAP"),
        (FreeShipping(), "SHIP"),
    ],
    ids=["bundle", "other goods", "freight"],
)
@pytest.mark.parametrize("kept", [{"exclusive": "line"}, {}])
def test_what_a_promotion_gives_it_may_lower(
    benefit: object, second: str, kept: dict[str, str]
) -> None:
    """A line that another one has for itself is not given, nor one that was lowered before."""
    first = rule("A", benefit=PercentOff(percent=10), products=(second,), priority=5, **kept)
    later = rule("B", benefit=benefit, products=("MUG",), undiscounted=not kept)
    pricing = buy(market(first, later), item("MUG"), item(second))
    assert {row.promotion for row in pricing.allocations} == {"A"}
    alone = buy(market(later), item("MUG"), item(second))
    assert {row.promotion for row in alone.allocations} == {"B"}


def test_units_that_are_free_are_neither_bought_nor_lowered_again() -> None:
    """Three shirts, one of which is free: two were bought."""
    free = rule("A", priority=9, benefit=BuyGet(buy=2, get=1), products=("SHIRT",))
    three = rule("B", benefit=PercentOff(percent=10), quantity_from=3)
    pen = rule("C", benefit=FreeGoods(product="PEN", every=3))
    every = rule("D", benefit=EveryOff(every_quantity=3, amount=cny("1.00")))
    for other in (three, pen, every):
        assert buy(market(free, other), item("SHIRT", 3)).discount == cny("20.00")
    each = rule("E", benefit=AmountOff(amount=cny("5.00"), per="unit"))
    assert buy(market(free, each), item("SHIRT", 3)).discount == cny("30.00")
    fixed = rule("F", benefit=FixedPrice(price=cny("10.00")))
    assert buy(market(free, fixed), item("SHIRT", 3)).net == cny("20.00")


def test_tax_per_unit_in_a_price_is_not_discounted() -> None:
    taxes = TaxTable(rates=(TaxRate(code="VAT13", percent=13, per_unit="0.25", currency="CNY"),))
    shop = market(rule(benefit=PercentOff(percent=100)), taxes=taxes)
    book = shop.books[0].with_(tax_basis="gross")
    pricing = buy(shop.with_(books=(book,)), item("PEN", 10))
    (line,) = pricing.lines
    assert (line.gross, line.tax_fixed, line.net) == (Decimal("2.50"), Decimal("2.50"), 0)
    gift = market(rule(benefit=FreeGoods(product="PEN", every=1), products=("MUG",)), taxes=taxes)
    free = buy(gift.with_(books=(book,)), item("MUG", 2)).lines[1]
    assert (free.gross, free.net) == (Decimal("0.50"), 0)


def test_a_cap_per_line_is_of_each_line_and_moves_nothing() -> None:
    ten = PercentOff(percent=10)
    off = rule(benefit=ten, caps=(amount_cap("5.00", window="line"),))
    assert discounts(buy(market(off), item("MUG", 5), item("CAP", 3))) == ["5.00", "3.00"]
    shut = off.with_(caps=(amount_cap("5.00", window="line", over="reject"),))
    assert discounts(buy(market(shut), item("MUG", 5), item("CAP", 3))) == ["0.00", "3.00"]
    units = rule(benefit=PercentOff(percent=50), caps=(Cap(units=1, window="line"),))
    assert discounts(buy(market(units), item("MUG", 2), item("MUG", 3))) == ["20.00", "20.00"]
    shut = units.with_(caps=(Cap(units=2, window="line", over="reject"),))
    assert discounts(buy(market(shut), item("MUG", 2), item("MUG", 3))) == ["40.00", "0.00"]
    told = units.with_(caps=(Cap(units=1, window="line", over="warn"),))
    pricing = buy(market(told), item("MUG", 2))
    assert discounts(pricing) == ["40.00"]
    assert [found.code for found in pricing.findings] == ["promotion.over_cap"]


def test_a_set_at_its_floor_takes_nothing_from_other_sets() -> None:
    floor = Floor(code="F", product="MUG", price=cny("40.00"), policy="clip")
    shop = market(rule(benefit=BuyGet(buy=2, get=1)), floors=(floor,))
    assert discounts(buy(shop, item("MUG", 3), item("SHIRT", 3))) == ["0.00", "20.00"]


def test_what_goods_are_worth_with_tax_counts_against_a_cap_with_tax() -> None:
    pens = FreeGoods(product="PEN", every=1)
    off = rule(benefit=pens, products=("MUG",), caps=(amount_cap("3.00", tax="gross"),))
    (gift,) = [line for line in buy(market(off), item("MUG", 2)).lines if line.free_by]
    assert gift.quantity == 1  # two pens are 3.39 with their tax


def test_amounts_of_a_ladder_are_on_the_basis_that_its_steps_see() -> None:
    steps = (LadderStep(least="45.20", amount=cny("11.30")),)
    off = rule(benefit=Ladder(steps=steps, currency="CNY"), tax="gross")
    assert buy(market(off), item("MUG", 1)).discount == cny("10.00")


def test_a_cap_per_group_counts_the_group_that_the_policy_names() -> None:
    cap = Cap(orders=5, window="month", scope=("group",))
    off = rule(benefit=PercentOff(percent=5), customer_groups=("vip",), caps=(cap,))
    both = BUYER.with_(groups=("dealer", "vip"))
    (take,) = buy(market(off, customers=(both,)), item("MUG", 1)).taken
    assert take.counter.scope == (("group", "vip"),)


def test_revenue_is_shared_with_the_lines_that_earned_the_goods_only() -> None:
    off = rule(benefit=FreeGoods(every=3))
    pricing = buy(market(off), item("MUG", 3), item("SHIRT", 2))
    assert [str(line.allocated) for line in pricing.lines] == ["90.00", "None", "30.00"]


def test_goods_come_in_whole_units_and_as_often_as_is_said() -> None:
    half = rule(benefit=FreeGoods(product="PEN", quantity="1.5", every=1))
    pricing = buy(market(half), item("MUG", 1))
    assert (len(pricing.lines), reasons(pricing, "OFF")) == (1, ["gift_unpriced"])
    once = rule(benefit=FreeGoods(every=1, times=1))
    gifts = [
        line for line in buy(market(once), item("MUG", 2), item("CAP", 2)).lines if line.free_by
    ]
    assert [line.quantity for line in gifts] == [1]


def test_an_exchange_at_a_fixed_price_pays_nobody() -> None:
    off = rule(benefit=FixedPrice(price=cny("10.00")))
    assert buy(market(off), item("SHIRT", 3), item("SHIRT", -3)).net == cny("0.00")


def test_what_comes_back_lowers_the_quantity_that_a_condition_sees() -> None:
    least = LinesQuantity(least=3, of={"products": ("SHIRT",)})
    off = rule(benefit=PercentOff(percent=10), products=("MUG",), conditions=(least,))
    lines = item("MUG", 1), item("SHIRT", 3)
    assert buy(market(off), *lines).discount == cny("4.00")
    assert not buy(market(off), *lines, item("SHIRT", -1)).discount.amount


def test_budgets_of_funders_are_counted_on_the_grid_of_their_currency() -> None:
    budget = {"amount": "50.00 CNY", "window": "lifetime"}
    plan = {"shares": ({"funder": "MAKER", "percent": 100, "budget": budget},)}
    off = rule(benefit=PercentOff(percent="3.333"), funding=plan)
    fine = RoundingPolicy(amount_places=4)
    pricing = price([item("MUG", 1)], catalogue=market(off), on=DAY, policy=fine)
    (take,) = pricing.taken
    assert (str(pricing.discount.amount), str(take.amount)) == ("1.3332", "1.34")


def test_what_a_product_may_not_take_no_other_one_takes() -> None:
    cap = amount_cap("30.00", scope=("product",))
    off = rule(benefit=PercentOff(percent=40), caps=(cap,))
    assert discounts(buy(market(off), item("MUG", 1), item("SHIRT", 40))) == ["16.00", "30.00"]


@pytest.mark.parametrize(
    ("cap", "total"), [(Cap(units=1), "45.00"), (amount_cap("20.00"), "45.00")]
)
def test_units_that_a_cap_leaves_free_are_not_bought(cap: Cap, total: str) -> None:
    """Six shirts, two of which would be free and one is: five were bought."""
    free = rule("A", priority=9, benefit=BuyGet(buy=2, get=1), caps=(cap,))
    each = rule("B", benefit=AmountOff(amount=cny("5.00"), per="unit"))
    assert buy(market(free, each), item("SHIRT", 6)).discount == cny(total)
    six = rule("C", benefit=PercentOff(percent=10), quantity_from=6)
    assert buy(market(free, six), item("SHIRT", 6)).discount == cny("20.00")
