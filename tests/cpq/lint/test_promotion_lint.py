"""Promotions that look wrong and are not: what depends on the order is not judged."""

from typing import Any

import pytest

from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.lint import lint
from cpq.margin import Floor
from cpq.pricebook import entry
from cpq.product import Product
from cpq.promotion import PromotionGroup, PromotionPolicy
from tests.cpq.lint.making import book, buyer, cny
from tests.cpq.lint.retail import policy
from tests.cpq.lint.seeds import off

BOLT, NUT = Product(code="BOLT", name="Bolt"), Product(code="NUT", name="Nut", unit="kg")
POST = Product(code="POST", name="Post", freight=True)
GROUP = PromotionGroup(code="G", mode="best_per_order")
FLOOR = Floor(code="LOW", price=cny("6.00"), policy="block")


def shop(*promotions: PromotionPolicy, **said: Any) -> Catalogue:
    return Catalogue.model_validate(
        {
            "products": (BOLT, NUT, POST),
            "books": (book("LIST", entry(price=10)),),
            "default_book": "LIST",
            "promotions": promotions,
            **said,
        }
    )


def codes(catalogue: Catalogue) -> list[str]:
    return [found.code for found in lint(catalogue)]


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        ({"group": "G"}, (GROUP,)),
        ({"needs_coupon": True}, ()),
        ({"exclusive": "order"}, ()),
        ({"exclusive": "line"}, ()),
        ({"not_with": ("MILD",)}, ()),
        ({"conditions": ({"kind": "order_number", "nth": 1},)}, ()),
        ({"caps": (Cap(orders=1, window="month"),)}, ()),
        ({"picks": "dearest"}, ()),
        ({"undiscounted": True}, ()),
        ({"channels": ("web",)}, ()),
        ({"unit": "g", "products": ("NUT",)}, ()),
        ({"benefit": {"kind": "fixed_price", "price": "5.00 CNY"}}, ()),
        ({"benefit": {"kind": "amount_off", "amount": "7.00 CNY", "tax": "gross"}}, ()),
        ({"benefit": {"kind": "amount_off", "amount": "7.00 CNY", "per": "unit"}}, ()),
    ],
)
def test_a_floor_is_not_told_broken_by_what_depends_on_the_order(
    said: dict[str, Any], groups: tuple[PromotionGroup, ...]
) -> None:
    fields = {"benefit": off(35), **said}
    deep = policy("DEEP", fields.pop("benefit"), **fields)
    mild = policy("MILD", off(10))
    trade = shop(deep, mild, floors=(FLOOR,), promotion_groups=groups)
    assert "lint.below_floor" not in codes(trade)
    plain = shop(policy("DEEP", off(35)), mild, floors=(FLOOR,))
    assert "lint.below_floor" in codes(plain)


def test_beside_a_coupon_the_rest_is_still_judged() -> None:
    deep, mild = policy("DEEP", off(50)), policy("MILD", off(10), needs_coupon=True)
    assert "lint.below_floor" in codes(shop(deep, mild, floors=(FLOOR,)))


@pytest.mark.parametrize(
    "cap",
    [
        Cap(orders=0, window="month", over="warn"),
        Cap(units=0, window="day", over="approve"),
        Cap(amount=cny(0), window="month", scope=("salesperson",)),
        Cap(amount=cny(0), window="contract"),
        Cap(uses=0, window="year", scope=("customer",)),
    ],
)
def test_a_cap_of_nothing_that_may_not_hold_is_no_defect(cap: Cap) -> None:
    assert codes(shop(policy("P", off(5), caps=(cap,)))) == []


def test_a_gift_that_is_worth_nothing_is_within_any_amount() -> None:
    gift = {"kind": "free_goods", "product": "BOLT"}
    none = Cap(amount=cny(0), window="order")
    assert codes(shop(policy("P", gift, caps=(none,)))) == []
    assert codes(shop(policy("P", gift, caps=(Cap(uses=0, window="order"),)))) == ["lint.cap_zero"]


@pytest.mark.parametrize(
    "said",
    [
        {"if_better": True},
        {"quantity_from": 2},
        {"amount_from": cny(1)},
        {"needs_coupon": True},
        {"caps": (Cap(orders=9, window="year"),)},
        {"conditions": ({"kind": "order_number", "nth": 2},)},
        {"products": ("NUT",)},
        {"customer_groups": ("vip",)},
        {"regions": ("CN",)},
        {"period": {"end": "2026-06-30"}},
    ],
)
def test_an_exclusive_promotion_with_a_condition_starves_nobody(said: dict[str, Any]) -> None:
    customers = (buyer("C-1", "vip", region="CN"),)
    other = policy("OTHER", off(3), products=("BOLT", "NUT"))
    alone = policy("ALONE", off(5), **{"exclusive": "order", **said})
    assert "lint.promotion_starved" not in codes(shop(alone, other, customers=customers))
    alone = policy("ALONE", off(5), exclusive="order")
    assert codes(shop(alone, other, customers=customers)) == ["lint.promotion_starved"]


def test_of_two_exclusive_promotions_the_first_starves_the_second() -> None:
    first, second = (
        policy(code, off(5), exclusive="order", products=("BOLT",)) for code in ("A", "B")
    )
    (found,) = lint(shop(first, second))
    assert (found.place, found.rules) == ("promotions/B", ("B", "A"))
    assert [each.place for each in lint(shop(first, second.with_(priority=1)))] == ["promotions/A"]


def test_freight_and_exceptions_are_left_out_of_what_a_policy_is_for() -> None:
    all_off = policy("ALL", off(100), priority=1)
    post = policy("POST", off(10), products=("POST",))
    bolts = policy("BOLTS", off(10), products=("BOLT",))
    (found,) = lint(shop(all_off, post, bolts))
    assert (found.code, found.place) == ("lint.promotion_starved", "promotions/BOLTS")
    spared = all_off.with_(except_products=("BOLT",))
    assert codes(shop(spared, post, bolts)) == []


def test_ladders_that_climb_are_no_defect() -> None:
    ladder = {
        "kind": "ladder",
        "currency": "CNY",
        "steps": [
            {"least": 100, "percent": 10},
            {"least": 200, "amount": "20.00 CNY"},
            {"least": 900, "percent": 5},
        ],
    }
    assert codes(shop(policy("P", ladder))) == []
    steps = [{"least": 2, "percent": 9}, {"least": 5, "amount": "1.00 CNY"}]
    by_units = {"kind": "ladder", "of": "quantity", "steps": steps}
    assert codes(shop(policy("P", by_units))) == []


def test_an_amount_off_so_many_units_is_held_against_the_dearest_of_them() -> None:
    every = {"kind": "every_off", "every_quantity": 3, "amount": "30.01 CNY"}
    bolts = policy("P", every, products=("BOLT",))
    (found,) = lint(shop(bolts))
    assert found.code == "lint.every_exceeds"
    assert "every 3 units, and these cost 30.00 CNY at most" in found.message.en
    assert codes(shop(bolts.with_(benefit={**every, "amount": "30.00 CNY"}))) == []
    dearer = book("VIP", entry("BOLT", price=11))
    assert codes(shop(bolts, books=(book("LIST", entry(price=10)), dearer))) == []
    assert codes(shop(bolts.with_(products=()))) == []  # pieces and kilograms


def test_sets_are_counted_only_where_units_are_alike() -> None:
    pairs = {"kind": "buy_get", "buy": 5, "get": 1}
    assert codes(shop(policy("P", pairs, quantity_to=5))) == []  # pieces and kilograms
    own = policy("P", pairs, quantity_to=5, products=("BOLT",))
    assert codes(shop(own)) == ["lint.set_beyond_max"]
    assert codes(shop(own.with_(basis="line"))) == []
    other = {**pairs, "reward": "other", "of": {"products": ["NUT"]}}
    assert codes(shop(own.with_(benefit=other))) == []


def test_the_last_layer_may_wait_for_what_never_comes() -> None:
    layers = ({"up_to": "5.00 CNY", "funder": "ACME"}, {"funder": "own"})
    off_5 = {"kind": "amount_off", "amount": "5.00 CNY"}
    amount = policy(
        "P", off_5, products=("BOLT",), amount_from=cny(100), funding={"layers": layers}
    )
    assert codes(shop(amount)) == []
    brand = amount.with_(funding={"layers": (layers[0], {"funder": "BRAND"})})
    assert codes(shop(brand)) == ["lint.layer_unreached"]
    percent = brand.with_(benefit=off(5))
    assert codes(shop(percent)) == []
    capped = percent.with_(caps=(Cap(amount=cny(4)),))
    assert codes(shop(capped)) == ["lint.layer_unreached"]
    gate = percent.with_(caps=(Cap(amount=cny(4), window="year", overshoot_last=True),))
    assert codes(shop(gate)) == []


def test_alternatives_contradict_nobody() -> None:
    first = {"kind": "order_number", "nth": 1}
    third = {"kind": "order_number", "nth": 3}
    either = policy("P", off(5), conditions=({"kind": "either", "of": [first, third]},))
    assert codes(shop(either)) == []
    rhythm = {"kind": "order_number", "nth": 3, "every": True}
    assert codes(shop(policy("P", off(5), conditions=(third, rhythm)))) == []
    assert codes(shop(policy("P", off(5), conditions=(first, rhythm)))) == ["lint.never_met"]
    apart = (
        {"kind": "quantity", "most": 2, "of": {"products": ["BOLT"]}},
        {"kind": "quantity", "least": 5, "of": {"products": ["NUT"]}},
    )
    assert codes(shop(policy("P", off(5), conditions=apart))) == []


def test_where_one_may_be_kept_away_the_next_may_have_room() -> None:
    low = Floor(code="LOW", price=cny("9.50"), policy="clip")
    first = policy("A", off(10), products=("BOLT",), priority=1)
    second = policy("B", off(5), products=("BOLT",))
    assert codes(shop(first, second, floors=(low,))) == ["lint.no_room"]
    apart = policy("C", off(5), products=("NUT",), not_with=("A",), priority=2)
    assert codes(shop(first, second, apart, floors=(low,))) == []
