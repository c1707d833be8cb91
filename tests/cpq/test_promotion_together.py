"""Promotions beside each other: units that a set has used, and what the best combination misses.

Each of the combinations here has one that the order of priority does not find, because a promotion
gives more where another has acted before it.
"""

from typing import Any

import pytest

from cpq.cap import CapUsage
from cpq.coupon import Coupon
from cpq.deal import DealFacts
from cpq.kernel.money import Money
from cpq.pricing import item, price
from cpq.promotion import PromotionGroup, PromotionPolicy
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY, catalogue

ONE_FREE = {"kind": "buy_get", "buy": 1, "get": 1, "times": 1}
CHEAPEST = {"kind": "buy_get", "buy": 2, "get": 1, "reward": "cheapest", "times": 1}
FALLING = {
    "kind": "ladder",
    "currency": "CNY",
    "steps": ({"least": 10, "percent": 50}, {"least": 20, "percent": 10}),
}


def _off(amount: str) -> dict[str, Any]:
    return {"kind": "amount_off", "amount": Money(amount, "CNY")}


def _percent(percent: int) -> dict[str, Any]:
    return {"kind": "percent_off", "percent": percent}


def _priced(mode: str, *policies: dict[str, Any], bolts: int = 4, films: int = 0) -> Pricing:
    """So many bolts at 10.00 and films at 7.77, under policies A, B, … in one group, A first."""
    made = [
        PromotionPolicy.model_validate({"code": code, "group": "G", "priority": -place, **fields})
        for place, (code, fields) in enumerate(zip("ABCD", policies, strict=False))
    ]
    group = PromotionGroup.model_validate({"code": "G", "mode": mode})
    trade = catalogue(promotions=tuple(made)).with_(promotion_groups=(group,))
    wanted = [item(code, units) for code, units in (("BOLT", bolts), ("FILM", films)) if units]
    return price(wanted, catalogue=trade, on=DAY)


def _granted(pricing: Pricing) -> dict[str, str]:
    return {row.promotion: str(row.amount) for row in pricing.allocations}


@pytest.mark.parametrize("mode", ["stack", "additive"])
def test_a_second_set_is_worth_what_its_own_units_cost(mode: str) -> None:
    # the first set is off its own two units: the other two still cost 10.00 each
    pricing = _priced(mode, {"benefit": ONE_FREE}, {"benefit": ONE_FREE})
    assert _granted(pricing) == {"A": "10.00", "B": "10.00"}


def test_a_percentage_between_two_sets_lowers_all_units_alike() -> None:
    # 40.00, less one free: 30.00, half: 15.00, of which the two units that are left cost 5.00 each
    pricing = _priced(
        "stack", {"benefit": ONE_FREE}, {"benefit": _percent(50)}, {"benefit": ONE_FREE}
    )
    assert _granted(pricing) == {"A": "10.00", "B": "15.00", "C": "5.00"}


def test_units_that_a_bundle_took_are_paid_by_its_price() -> None:
    pair = {
        "kind": "bundle_price",
        "items": ({"of": {"products": ("BOLT",)}, "quantity": 2},),
        "price": Money("15.00", "CNY"),
        "times": 1,
    }
    pricing = _priced("stack", {"benefit": pair}, {"benefit": ONE_FREE})
    assert _granted(pricing) == {"A": "5.00", "B": "10.00"}


@pytest.mark.parametrize(
    ("first", "second", "alone", "units", "together"),
    [
        # the cheapest unit is used up: the next one is dearer
        ({"benefit": CHEAPEST}, {"benefit": CHEAPEST}, "16.00", (5, 1), "17.77"),
        # less is left, and a lower step gives more
        (
            {"benefit": _off("3.00")},
            {"benefit": FALLING, "sees": "running"},
            "8.00",
            (2, 0),
            "11.50",
        ),
        # one of two lines is discounted: the other is few enough
        (
            {"benefit": _off("1.00"), "products": ("FILM",)},
            {"benefit": _percent(50), "undiscounted": True, "quantity_to": 1},
            "4.00",
            (1, 1),
            "6.00",
        ),
        # 12.00 with tax is 10.92 before it, and 11.04 where half of what bears 13 % is gone
        (
            {"benefit": _percent(50), "products": ("BOLT",)},
            {"benefit": {**_off("12.00"), "tax": "gross"}},
            "15.95",
            (1, 1),
            "16.04",
        ),
    ],
    ids=["sets", "a ladder that falls", "at most so many", "an amount with tax"],
)
def test_the_best_combination_is_found_where_less_left_means_more_off(
    first: dict[str, Any],
    second: dict[str, Any],
    alone: str,
    units: tuple[int, int],
    together: str,
) -> None:
    rival = {"benefit": _off(alone), "not_with": ("B", "C")}
    bolts, films = units
    pricing = _priced("best_combination", rival, first, second, bolts=bolts, films=films)
    (found,) = pricing.combinations
    assert (found.greedy, str(found.greedy_granted)) == (("A",), alone)
    assert (found.chosen, str(found.granted), found.proven) == (("B", "C"), together, True)


def test_a_limit_per_coupon_is_kept_beside_another_code() -> None:
    # one order for each code of the promotion: a second code on the order does not lift that
    policy = PromotionPolicy.model_validate(
        {
            "code": "TENTH",
            "benefit": _percent(10),
            "needs_coupon": True,
            "caps": ({"orders": 1, "scope": ("coupon",), "window": "lifetime"},),
        }
    )
    trade = catalogue(promotions=(policy,))
    used, fresh = (Coupon(code=code, promotion="TENTH", caps=()) for code in ("OLD-1", "NEW-1"))
    other = Coupon(code="AAA-1", promotion="OTHER")

    def asked(*coupons: Coupon, usage: CapUsage) -> Pricing:
        facts = DealFacts(coupons=coupons, usage=usage)
        return price([item("BOLT")], catalogue=trade, on=DAY, deal=facts)

    (take,) = asked(used, usage=CapUsage()).taken
    usage = CapUsage(rows=((take.counter.key, take.amount),))
    for coupons in ((used,), (used, other)):
        again = asked(*coupons, usage=usage)
        assert not again.discount.amount
        assert again.coupons[-1].reason == "cap_exhausted"
    both = asked(used, fresh, usage=usage)
    assert {row.coupon for row in both.allocations} == {fresh.key}
