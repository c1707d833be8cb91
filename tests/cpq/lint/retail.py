"""A clean catalogue of promotions: every kind of benefit, condition, cap and group once."""

from functools import cache

from cpq.catalogue import Catalogue
from cpq.pricebook import entry
from cpq.product import Category, Product
from cpq.promotion import PromotionGroup, PromotionPolicy
from tests.cpq.lint.making import YEAR_2026, book, buyer, cny, tier

_GOODS = (("TEA", "30.00"), ("CUP", "12.00"), ("POT", "80.00"), ("CAKE", "25.00"))


def policy(code: str, benefit: object, **said: object) -> PromotionPolicy:
    return PromotionPolicy.model_validate({"code": code, "benefit": benefit, **said})


@cache
def retailer() -> Catalogue:
    """Tea and what goes with it, sold in stores and on the web."""
    return Catalogue(
        products=(
            *(Product(code=code, name=code.title(), category="table") for code, _ in _GOODS),
            Product(code="SUGAR", name="Sugar", category="food"),
            Product(code="LEAF", name="Leaf tea", unit="kg", category="food"),
            Product(code="POST", name="Post", category="service", freight=True),
        ),
        categories=(
            Category(code="goods"),
            Category(code="table", parent="goods"),
            Category(code="food", parent="goods"),
            Category(code="service"),
        ),
        books=(
            book(
                "LIST",
                *(entry(code, price=price) for code, price in _GOODS),
                entry("SUGAR", price="6.00"),
                entry("LEAF", price="200.00", mode="graduated", tiers=(tier(5, price="180.00"),)),
                entry("POST", price="9.00"),
            ),
        ),
        default_book="LIST",
        customers=(
            buyer("C-1", "member", region="CN", channel="web"),
            buyer("C-2", "member", "gold", region="CN", channel="store"),
            buyer("C-3", region="DE", channel="web"),
        ),
        promotion_groups=(
            PromotionGroup(code="ITEMS", rank=10),
            PromotionGroup(code="CART", rank=20, mode="best_combination"),
            PromotionGroup(code="ONE", rank=25, mode="first"),
            PromotionGroup(code="SHIP", rank=30, mode="additive"),
        ),
        promotions=(*_on_goods(), *_on_carts(), *_of_their_own()),
    )


def _on_goods() -> tuple[PromotionPolicy, ...]:
    return (
        policy(
            "TEA-3",
            {"kind": "buy_get", "buy": 2, "get": 1},
            group="ITEMS",
            products=("TEA",),
            quantity_to=12,
            caps=({"units": 4, "scope": ("customer",), "window": "month"},),
        ),
        policy(
            "POT-CUPS",
            {"kind": "buy_get", "buy": 1, "get": 2, "reward": "other", "of": {"products": ["CUP"]}},
            group="ITEMS",
            products=("POT",),
            quantity_to=1,
        ),
        policy(
            "SET",
            {
                "kind": "bundle_price",
                "price": "110.00 CNY",
                "items": [
                    {"of": {"products": ["POT"]}},
                    {"of": {"categories": ["table"], "except_products": ["POT"]}, "quantity": 3},
                ],
            },
            group="ITEMS",
            categories=("table",),
            not_with=("TEA-3", "ONE"),
            caps=({"uses": 2, "window": "order", "over": "clip"},),
        ),
        policy(
            "SUGAR",
            {"kind": "free_goods", "product": "SUGAR", "every": 4, "times": 3},
            group="ITEMS",
            categories=("table",),
            except_products=("POT",),
            funding={
                "shares": (
                    {"funder": "SWEET", "percent": 70, "cap": "12.00 CNY"},
                    {"funder": "own", "percent": 30},
                )
            },
            caps=({"amount": "500.00 CNY", "window": "quarter"},),
        ),
        policy(
            "CAKE-20",
            {"kind": "fixed_price", "price": "20.00 CNY"},
            group="ITEMS",
            products=("CAKE",),
            exclusive="line",
            channels=("store",),
        ),
    )


def _on_carts() -> tuple[PromotionPolicy, ...]:
    steps = (
        {"least": 100, "percent": 5},
        {"least": 300, "amount": "20.00 CNY"},
        {"least": 600, "percent": 8},
    )
    return (
        policy(
            "STEPS", {"kind": "ladder", "currency": "CNY", "steps": steps}, group="CART", priority=3
        ),
        policy(
            "EVERY",
            {"kind": "every_off", "every": "100.00 CNY", "amount": "6.00 CNY", "times": 5},
            group="CART",
            not_with=("STEPS",),
            funding={
                "layers": (
                    {"up_to": "18.00 CNY", "funder": "WEB"},
                    {
                        "up_to": "6.00 CNY",
                        "parts": [
                            {"funder": "WEB", "percent": 50},
                            {"funder": "own", "percent": 50},
                        ],
                    },
                    {"funder": "own"},
                )
            },
        ),
        policy(
            "HELLO",
            {"kind": "percent_off", "percent": 10},
            group="CART",
            needs_coupon=True,
            period=YEAR_2026,
            conditions=(
                {"kind": "order_number", "nth": 6},
                {"kind": "order_number", "nth": 3, "every": True},
                {"kind": "amount", "least": "50.00 CNY", "most": "900.00 CNY"},
                {
                    "kind": "either",
                    "of": [
                        {"kind": "buyer", "regions": ["CN"]},
                        {"kind": "buyer", "regions": ["DE"], "channels": ["web"]},
                    ],
                },
            ),
            caps=({"orders": 1, "scope": ("customer",), "window": "rolling", "days": 30},),
        ),
        policy(
            "DEAREST",
            {"kind": "amount_off", "amount": "5.00 CNY", "per": "line"},
            group="ONE",
            picks="dearest",
            undiscounted=True,
        ),
        policy(
            "LEAF-10",
            {"kind": "percent_off", "percent": 10},
            group="ONE",
            products=("LEAF",),
            unit="g",
            quantity_from=500,
            weights="manual",
            manual_weights=(("LEAF", 1),),
        ),
        policy(
            "POST-FREE",
            {"kind": "free_shipping", "up_to": "9.00 CNY"},
            group="SHIP",
            amount_from=cny(99),
            conditions=({"kind": "unless", "of": {"kind": "quantity", "least": 50}},),
        ),
    )


def _of_their_own() -> tuple[PromotionPolicy, ...]:
    return (
        policy(
            "POTS",
            {"kind": "percent_off", "percent": 25},
            products=("POT",),
            quantity_from=20,
            exclusive="order",
        ),
        policy(
            "GOLD",
            {"kind": "percent_off", "percent": 9},
            customer_groups=("gold",),
            customers=("C-2",),
            exclusive="order",
            if_better=True,
            tax="gross",
            sees="original",
        ),
        policy(
            "STAFF",
            {"kind": "percent_off", "percent": 4},
            regions=("DE",),
            conditions=({"kind": "buyer", "channels": ["web"]},),
            caps=(
                {"percent": 3, "window": "line"},
                {
                    "code": "2",
                    "amount": "40.00 CNY",
                    "over": "approve",
                    "scope": ("salesperson",),
                    "window": "week",
                },
            ),
        ),
    )
