"""Promotions of every kind, and what a sale is beside its lines: drawn for the laws."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from cpq import Cap, DealFacts, Money, PromotionGroup, PromotionPolicy
from cpq.cap import CapUsage
from cpq.coupon import Coupon
from tests.laws.strategies import amounts

GROUPS = ("G1", "G2")
_MODES = ("stack", "additive", "best_per_line", "best_per_order", "first", "best_combination")


@cache
def cny(low: str, high: str) -> st.SearchStrategy[Money]:
    """Yuan to the cent."""
    return amounts(low, high).map(lambda amount: Money(amount, "CNY"))


@cache
def benefits(sold: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Every kind of benefit."""
    selector = st.builds(lambda code: {"products": (code,)}, st.sampled_from(sold))
    count = st.integers(1, 6)
    times = st.none() | st.integers(1, 3)
    percent = amounts("0.5", "70", 1)
    step = st.fixed_dictionaries({"percent": percent}) | st.fixed_dictionaries(
        {"amount": cny("0.01", "80")}
    )
    ladder = st.builds(
        lambda low, more, first, second: {
            "kind": "ladder",
            "currency": "CNY",
            "steps": ({"least": low, **first}, {"least": low + more, **second}),
        },
        st.integers(0, 300),
        st.integers(1, 900),
        step,
        step,
    )
    return st.one_of(
        st.fixed_dictionaries({"kind": st.just("percent_off"), "percent": percent}),
        st.fixed_dictionaries(
            {
                "kind": st.just("amount_off"),
                "amount": cny("0.01", "300"),
                "per": st.sampled_from(["order", "order", "line", "unit"]),
                "tax": st.sampled_from([None, None, "net", "gross"]),
            }
        ),
        st.fixed_dictionaries({"kind": st.just("fixed_price"), "price": cny("0.01", "60")}),
        st.builds(
            lambda kind, buy, get, times, percent, of: {
                "kind": "buy_get",
                "reward": kind,
                "buy": buy,
                "get": get,
                "times": times,
                "percent": percent,
                "of": of if kind == "other" else None,
            },
            st.sampled_from(["same", "cheapest", "other"]),
            count,
            st.integers(1, 3),
            times,
            st.sampled_from([100, 100, 50]),
            selector,
        ),
        st.builds(
            lambda product, every, quantity, price, times: {
                "kind": "free_goods",
                "product": product,
                "every": every,
                "quantity": quantity,
                "price": price,
                "times": times,
            },
            st.none() | st.sampled_from(sold),
            count,
            st.integers(1, 3),
            st.none() | cny("0.00", "5"),
            times,
        ),
        st.builds(
            lambda first, second, price, times: {
                "kind": "bundle_price",
                "price": price,
                "times": times,
                "items": ({"of": first, "quantity": 2}, {"of": second}),
            },
            selector,
            selector,
            cny("0.00", "90"),
            times,
        ),
        ladder,
        st.builds(
            lambda every, amount, times: {
                "kind": "every_off",
                "every": every,
                "amount": amount,
                "times": times,
            },
            cny("1", "300"),
            cny("0.01", "50"),
            times,
        ),
        st.fixed_dictionaries({"kind": st.just("free_shipping")}),
    )


@st.composite
def caps(draw: st.DrawFn) -> tuple[Cap, ...]:
    """Up to two caps of different measures, counted or not."""
    found = []
    for code in ("1", "2")[: draw(st.integers(0, 2))]:
        measure = draw(st.sampled_from(["amount", "units", "uses", "orders", "percent"]))
        window = draw(st.sampled_from(["order", "lifetime", "month", "line"]))
        if window == "line" and measure in ("uses", "orders"):
            window = "order"
        if measure == "percent":
            window = draw(st.sampled_from(["order", "line"]))
        limit: object = draw(st.integers(0, 8))
        tax = None
        if measure == "amount":
            limit = draw(cny("0", "200"))
            tax = draw(st.sampled_from([None, None, "net", "gross"]))
        elif measure == "percent":
            limit = draw(amounts("0", "60", 1))
        scope = draw(st.sampled_from([("promotion",), ("customer",), ("product",)]))
        over = draw(st.sampled_from([None, "clip", "reject", "warn"]))
        found.append(
            Cap.model_validate(
                {
                    "code": code,
                    measure: limit,
                    "window": window,
                    "scope": scope,
                    "over": over,
                    "tax": tax,
                }
            )
        )
    return tuple(found)


@cache
def _condition(sold: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.builds(lambda least: {"kind": "amount", "least": least}, cny("0", "500")),
        st.builds(
            lambda least, of: {"kind": "quantity", "least": least, "of": {"products": (of,)}},
            st.integers(1, 20),
            st.sampled_from(sold),
        ),
        st.just({"kind": "order_number", "nth": 1}),
    )


@st.composite
def conditions(draw: st.DrawFn, sold: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """Mostly nothing, else a small tree."""
    leaf = _condition(sold)
    if draw(st.integers(0, 3)):
        return ()
    one, other = draw(leaf), draw(leaf)
    return draw(
        st.sampled_from(
            [(one,), ({"kind": "either", "of": (one, other)},), ({"kind": "unless", "of": one},)]
        )
    )


FUNDINGS = (
    "own",
    "VENDOR",
    {"shares": ({"funder": "VENDOR", "percent": "33.3"}, {"funder": "own", "percent": "66.7"})},
    {
        "layers": (
            {"funder": "VENDOR", "up_to": "10.00 CNY"},
            {"funder": "DEALER", "up_to": "5.00 CNY"},
            {"funder": "own"},
        )
    },
)


@st.composite
def campaign(draw: st.DrawFn, code: str, sold: tuple[str, ...]) -> PromotionPolicy:
    """A policy of any kind."""
    group = draw(st.sampled_from([None, None, *GROUPS]))
    other = draw(st.sampled_from(["P0", "P1", "P2", "G1"]))
    return PromotionPolicy.model_validate(
        {
            "code": code,
            "benefit": draw(benefits(sold)),
            "priority": draw(st.integers(0, 2)),
            "caps": draw(caps()),
            "products": tuple(draw(st.lists(st.sampled_from(sold), max_size=2, unique=True))),
            "spread": draw(st.sampled_from(["order", "per_line"])),
            "quantity_from": draw(st.none() | st.none() | st.integers(1, 20)),
            "basis": draw(st.sampled_from(["order", "order", "line"])),
            "group": group,
            "sees": draw(st.sampled_from([None, None, "original", "running"])),
            "conditions": draw(conditions(sold)),
            "exclusive": draw(st.sampled_from(["no"] * 5 + ["order", "line"])),
            "not_with": () if draw(st.integers(0, 3)) else (other,),
            "needs_coupon": draw(st.integers(0, 4)) == 0,
            "picks": draw(st.sampled_from(["all"] * 4 + ["cheapest", "dearest"])),
            "undiscounted": draw(st.integers(0, 5)) == 0,
            "weights": draw(st.sampled_from(["amount"] * 3 + ["gross", "quantity"])),
            "funding": draw(st.sampled_from(FUNDINGS)),
        }
    )


@st.composite
def campaigns(
    draw: st.DrawFn, sold: tuple[str, ...], *, most: int = 3
) -> tuple[PromotionPolicy, ...]:
    """Some policies that may know each other by code."""
    return tuple(draw(campaign(f"P{place}", sold)) for place in range(draw(st.integers(0, most))))


@st.composite
def groups(draw: st.DrawFn) -> tuple[PromotionGroup, ...]:
    """The groups, each in some mode."""
    return tuple(
        PromotionGroup(
            code=code,
            rank=draw(st.integers(-1, 1)),
            mode=draw(st.sampled_from(_MODES)),
            aim=draw(st.sampled_from(["customer", "customer", "margin"])),
        )
        for code in GROUPS
    )


@st.composite
def deals(draw: st.DrawFn) -> DealFacts | None:
    """Coupons for some of the policies, and what is used of nothing yet."""
    coupons = tuple(
        Coupon(code=f"C-{place}-{number}", promotion=f"P{place}")
        for place in range(3)
        for number in range(draw(st.integers(0, 2)))
    )
    if not coupons and draw(st.booleans()):
        return None
    return DealFacts(coupons=coupons, orders_placed=draw(st.integers(0, 2)))


def used_up(pricing_taken: Sequence[Any], part: Decimal) -> CapUsage:
    """Usage that leaves only a part of each limit that a pricing took of."""
    return CapUsage(
        rows=tuple(
            (take.counter.key, max(take.limit - take.amount * part, Decimal(0)))
            for take in pricing_taken
        )
    )
