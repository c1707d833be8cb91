"""Caps: every measure, scope, window and behaviour, and what a sale takes of their counters."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cpq import (
    AmountOff,
    BuyGet,
    Cap,
    CapUsage,
    Coupon,
    DealFacts,
    EveryOff,
    FreeGoods,
    PercentOff,
    Pricing,
    item,
    price_within,
)
from cpq.cap import Counter, Facts, counters_of
from tests.cpq.market import amount_cap, buy, cny, discounts, market, reasons, rule

HALF = PercentOff(percent=50)


def used(**rows: object) -> DealFacts:
    """Usage of counters by key, with dots for slashes."""
    return DealFacts(
        usage=CapUsage(rows=tuple((key, Decimal(str(value))) for key, value in rows.items()))
    )


def taken(pricing: Pricing) -> dict[str, str]:
    return {take.counter.key: str(take.amount) for take in pricing.taken}


def test_a_budget_of_money_gives_what_is_left_of_it() -> None:
    off = rule(benefit=HALF, caps=(amount_cap("100.00", window="month"),))
    key = "OFF/1/2026-11/amount CNY"
    free = buy(market(off), item("MUG", 2))
    assert taken(free) == {key: "40.00"}
    tight = buy(market(off), item("MUG", 2), deal=used(**{key: "75.50"}))
    assert (tight.discount, taken(tight)) == (cny("24.50"), {key: "24.50"})
    (short,) = tight.ungranted
    assert (short.reason, str(short.missing)) == ("capped", "15.50")
    assert not buy(market(off), item("MUG", 2), deal=used(**{key: "100.00"})).discount.amount


def test_a_budget_that_rejects_gives_all_or_nothing() -> None:
    off = rule(benefit=HALF, caps=(amount_cap("100.00", window="lifetime", over="reject"),))
    key = "OFF/1/lifetime/amount CNY"
    assert buy(market(off), item("MUG", 2), deal=used(**{key: "60"})).discount == cny("40.00")
    refused = buy(market(off), item("MUG", 2), deal=used(**{key: "60.01"}))
    assert not refused.discount.amount
    (why,) = refused.why_not("OFF")
    assert (why.reason, why.needed, why.actual) == ("capped", "40.00", "39.99")
    assert [str(each.missing) for each in refused.ungranted] == ["40.00"]


@pytest.mark.parametrize(("over", "severity"), [("warn", "note"), ("approve", "approval")])
def test_a_soft_limit_gives_all_and_says_so(over: str, severity: str) -> None:
    off = rule(benefit=HALF, caps=(amount_cap("30.00", window="year", over=over),))
    pricing = buy(market(off), item("MUG", 2))
    assert pricing.discount == cny("40.00")
    (found,) = pricing.findings
    assert (found.code, found.severity) == ("promotion.over_cap", severity)
    assert not pricing.taken[0].hard


def test_an_overshooting_gate_lets_the_last_order_in_whole() -> None:
    cap = amount_cap("100.00", window="lifetime", overshoot_last=True)
    off = rule(benefit=HALF, caps=(cap,))
    key = "OFF/1/lifetime/amount CNY"
    last = buy(market(off), item("MUG", 2), deal=used(**{key: "99.99"}))
    assert last.discount == cny("40.00")
    assert last.taken[0].overshoot
    assert not buy(market(off), item("MUG", 2), deal=used(**{key: "100"})).discount.amount


def test_a_cap_with_tax_bounds_the_discount_before_tax() -> None:
    off = rule(benefit=HALF, caps=(amount_cap("20.00", tax="gross"),))
    pricing = buy(market(off), item("MUG", 3))
    # 20.00 with 13 % tax is 17.699 before it
    assert pricing.discount == cny("17.69")


def test_a_percentage_of_the_line_or_of_the_order_bounds_it() -> None:
    lines = item("MUG", 1), item("SHIRT", 1)
    off = rule(benefit=AmountOff(amount=cny("30.00")), caps=(Cap(percent=20),))
    assert discounts(buy(market(off), *lines)) == ["8.00", "4.00"]
    per_line = off.with_(caps=(Cap(percent=40, window="line"),), benefit=HALF)
    assert discounts(buy(market(per_line), *lines)) == ["16.00", "8.00"]
    sums = off.with_(caps=(amount_cap("7.00", window="line"),), benefit=HALF)
    assert discounts(buy(market(sums), *lines)) == ["7.00", "7.00"]


def test_units_beyond_the_limit_cost_the_full_price() -> None:
    off = rule(benefit=HALF, caps=(Cap(units=2, window="lifetime", scope=("customer",)),))
    key = "OFF/1/customer=C-1/lifetime/units"
    assert discounts(buy(market(off), item("MUG", 3))) == ["40.00"]
    assert discounts(buy(market(off), item("MUG", 3), deal=used(**{key: 1}))) == ["20.00"]
    assert reasons(buy(market(off), item("MUG", 3), deal=used(**{key: 2})), "OFF") == [
        "cap_exhausted"
    ]
    assert discounts(buy(market(off), item("MUG", 3), customer="C-2", deal=used(**{key: 2}))) == [
        "40.00"
    ]


def test_the_dearest_units_come_first_where_not_all_are_lowered() -> None:
    off = rule(benefit=HALF, caps=(Cap(units=3),))
    assert discounts(buy(market(off), item("CAP", 2), item("MUG", 2))) == ["5.00", "40.00"]


def test_a_cap_per_product_counts_each_by_itself() -> None:
    off = rule(benefit=HALF, caps=(Cap(units=1, window="month", scope=("product",)),))
    pricing = buy(market(off), item("MUG", 3), item("CAP", 3))
    assert discounts(pricing) == ["20.00", "5.00"]
    assert taken(pricing) == {
        "OFF/1/product=CAP/2026-11/units": "1",
        "OFF/1/product=MUG/2026-11/units": "1",
    }


def test_uses_count_how_often_a_benefit_was_applied() -> None:
    every = EveryOff(every=cny("40.00"), amount=cny("5.00"))
    off = rule(benefit=every, caps=(Cap(uses=3, window="lifetime", over="clip"),))
    key = "OFF/1/lifetime/uses"
    free = buy(market(off), item("MUG", 2))
    assert (free.discount, taken(free)) == (cny("10.00"), {key: "2"})
    clipped = buy(market(off), item("MUG", 5), deal=used(**{key: 1}))
    assert (clipped.discount, taken(clipped)) == (cny("10.00"), {key: "2"})
    rejecting = rule(benefit=every, caps=(Cap(uses=3, window="lifetime"),))
    assert not buy(market(rejecting), item("MUG", 5)).discount.amount


def test_sets_are_limited_by_uses_and_by_units() -> None:
    sets = BuyGet(buy=1, get=1)
    two = rule(benefit=sets, caps=(Cap(uses=2, over="clip"),))
    assert discounts(buy(market(two), item("CAP", 9))) == ["20.00"]
    three = rule(benefit=sets, caps=(Cap(units=3),))
    assert discounts(buy(market(three), item("CAP", 9))) == ["30.00"]


def test_an_order_counts_once_and_the_limit_is_inclusive() -> None:
    off = rule(benefit=HALF, caps=(Cap(orders=2, window="day"),))
    key = "OFF/1/2026-11-22/orders"
    assert taken(buy(market(off), item("MUG", 9), deal=used(**{key: 1}))) == {key: "1"}
    assert reasons(buy(market(off), item("MUG", 1), deal=used(**{key: 2})), "OFF") == [
        "cap_exhausted"
    ]


def test_nobody_gets_half_a_gift() -> None:
    gifts = FreeGoods(product="CAP", every=1)
    off = rule(benefit=gifts, products=("MUG",), caps=(amount_cap("25.00"),))
    pricing = buy(market(off), item("MUG", 5))
    assert [line.quantity for line in pricing.lines if line.free_by] == [2]
    units = rule(benefit=gifts, products=("MUG",), caps=(Cap(units=3, window="year"),))
    pricing = buy(market(units), item("MUG", 5))
    assert [line.quantity for line in pricing.lines if line.free_by] == [3]
    assert taken(pricing) == {"OFF/1/2026/units": "3"}


def test_several_caps_hold_together() -> None:
    off = rule(
        benefit=HALF,
        caps=(amount_cap("30.00", code="a"), Cap(units=2, code="b"), Cap(percent=25, code="c")),
    )
    # two mugs would be 40.00 off, the order 30.00, a quarter of it 40.00
    assert buy(market(off), item("MUG", 4)).discount == cny("30.00")
    assert buy(market(off), item("MUG", 2)).discount == cny("20.00")


def test_a_cap_per_salesperson_does_not_hold_where_nobody_sells() -> None:
    cap = Cap(orders=1, window="month", scope=("salesperson",))
    off = rule(benefit=HALF, caps=(cap,))
    assert taken(buy(market(off), item("MUG", 1))) == {}
    pricing = buy(market(off), item("MUG", 1), deal=DealFacts(salesperson="Li Wei"))
    assert taken(pricing) == {"OFF/1/salesperson=Li Wei/2026-11/orders": "1"}


def test_a_cancelled_order_keeps_what_does_not_return() -> None:
    cap = Cap(orders=5, window="lifetime")
    off = rule(benefit=HALF, caps=(cap,), returns_on_cancel=False)
    assert not buy(market(off), item("MUG", 1)).taken[0].returns


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("day", "2026-12-31"),
        ("week", "2026-W53"),
        ("month", "2026-12"),
        ("quarter", "2026-Q4"),
        ("year", "2026"),
        ("lifetime", "lifetime"),
    ],
)
def test_calendar_windows_follow_the_zone_of_the_cap(window: str, expected: str) -> None:
    at = datetime(2027, 1, 1, 3, tzinfo=UTC)
    cap = Cap.model_validate({"orders": 1, "window": window, "zone": "America/New_York"})
    counter = counters_of("OFF", cap, Facts({}, at, "Asia/Shanghai"))
    assert counter is not None
    assert counter.window == expected


def test_keys_tell_counters_apart_whatever_their_names() -> None:
    first = Counter(owner="A/1", cap="x", measure="orders")
    second = Counter(owner="A", cap="1", window="x", measure="orders")
    assert first.key != second.key


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "cap.one_measure"),
        ({"orders": 1, "units": 1}, "cap.one_measure"),
        ({"units": -1}, "cap.negative"),
        ({"percent": 101}, "cap.percent"),
        ({"percent": 5, "window": "month"}, "cap.percent"),
        ({"orders": 10**10, "window": "month"}, "cap.too_large"),
        ({"orders": 1, "window": "rolling"}, "cap.days"),
        ({"orders": 1, "days": 3}, "cap.days"),
        ({"uses": 1, "window": "line"}, "cap.line"),
        ({"orders": 1, "overshoot_last": True}, "cap.overshoot"),
    ],
)
def test_a_cap_that_means_nothing_is_refused(fields: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"[{code}]")):
        Cap.model_validate(fields)


def test_a_coupon_opens_its_promotion_and_counts_its_own_cap() -> None:
    off = rule(benefit=HALF, needs_coupon=True)
    coupon = Coupon(code="AUTUMN-7K4P", promotion="OFF")
    shut = buy(market(off), item("MUG", 1))
    assert reasons(shut, "OFF") == ["no_coupon"]
    opened = buy(market(off), item("MUG", 1), deal=DealFacts(coupons=(coupon,)))
    assert opened.discount == cny("20.00")
    assert taken(opened) == {"coupon autumn7k4p/once/lifetime/orders": "1"}
    assert [each.reason for each in opened.coupons] == ["applied"]
    assert {row.coupon for row in opened.allocations} == {"autumn7k4p"}
    again = DealFacts(
        coupons=(coupon,), usage=CapUsage(rows=(("coupon autumn7k4p/once/lifetime/orders", 1),))
    )
    gone = buy(market(off), item("MUG", 1), deal=again)
    assert [each.reason for each in gone.coupons] == ["cap_exhausted"]


def test_a_used_up_coupon_takes_nothing_away_that_everybody_has() -> None:
    off = rule(benefit=HALF)
    deal = DealFacts(
        coupons=(Coupon(code="A", promotion="OFF"),),
        usage=CapUsage(rows=(("coupon a/once/lifetime/orders", Decimal(1)),)),
    )
    pricing = buy(market(off), item("MUG", 1), deal=deal)
    assert pricing.discount == cny("20.00")
    assert [each.reason for each in pricing.coupons] == ["cap_exhausted"]


def test_a_coupon_that_falls_short_says_by_how_much() -> None:
    off = rule(benefit=HALF, needs_coupon=True, amount_from=cny("100.00"))
    deal = DealFacts(coupons=(Coupon(code="A-1", promotion="OFF"),))
    (outcome,) = buy(market(off), item("MUG", 2), deal=deal).coupons
    assert (outcome.reason, outcome.missing) == ("amount_below", cny("20.00"))


def test_every_coupon_that_does_not_count_says_why() -> None:
    off = rule(benefit=HALF, needs_coupon=True)
    over = rule("OVER", benefit=HALF, needs_coupon=True, period={"end": "2026-11-01"})
    elsewhere = rule("ELSE", benefit=HALF, needs_coupon=True, products=("CAP",))
    coupons = (
        Coupon(code="A", promotion="OFF"),
        Coupon(code="B", promotion="OFF"),
        Coupon(code="C", promotion="NONE"),
        Coupon(code="D", promotion="OVER"),
        Coupon(code="E", promotion="OFF", customer="C-2"),
        Coupon(code="F", promotion="OFF", state="blocked"),
        Coupon(code="G", promotion="ELSE"),
        Coupon(code="H", promotion="OFF", period={"end": date(2026, 11, 21)}),
    )
    pricing = buy(
        market(off, over, elsewhere), item("MUG", 1), deal=DealFacts(coupons=coupons[::-1])
    )
    assert {each.coupon: each.reason for each in pricing.coupons} == {
        "A": "applied",
        "B": "same_promotion",
        "C": "promotion_unknown",
        "D": "promotion_not_in_force",
        "E": "other_customer",
        "F": "blocked",
        "G": "not_covered",
        "H": "outside_period",
    }


def test_a_brand_pays_until_its_budget_is_used_up() -> None:
    budget = {"amount": "50.00 CNY", "window": "lifetime"}
    plan = {"shares": ({"funder": "MAKER", "percent": 100, "budget": budget},)}
    off = rule(benefit=HALF, funding=plan)
    key = "OFF%2FMAKER/1/lifetime/amount CNY"
    free = buy(market(off), item("MUG", 2))
    assert [(row.funder, str(row.amount)) for row in free.allocations] == [("MAKER", "40.00")]
    assert taken(free) == {key: "40.00"}
    tight = buy(market(off), item("MUG", 2), deal=used(**{key: 35}))
    assert [(row.funder, str(row.amount)) for row in tight.allocations] == [
        ("MAKER", "15.00"),
        ("own", "25.00"),
    ]
    assert tight.discount == cny("40.00")


def test_pricing_within_asks_until_it_knows_every_counter() -> None:
    """The second promotion gets its turn only once the first has nothing left."""
    first = rule("A", priority=1, benefit=HALF, caps=(Cap(orders=1, window="month"),))
    second = rule(
        "B", benefit=PercentOff(percent=10), not_with=("A",), caps=(Cap(orders=1, window="day"),)
    )
    asked: list[list[str]] = []

    def usage(counters: object) -> CapUsage:
        keys = [counter.key for counter in counters]  # type: ignore[attr-defined]
        asked.append(keys)
        return CapUsage(rows=tuple((key, Decimal(1)) for key in keys if key.startswith("A/")))

    pricing = price_within(
        lambda told: buy(market(first, second), item("MUG", 1), deal=DealFacts(usage=told)),
        usage=usage,
    )
    assert pricing.discount == cny("4.00")
    assert asked == [
        ["A/1/2026-11/orders"],
        ["A/1/2026-11/orders", "B/1/2026-11-22/orders"],
    ]
