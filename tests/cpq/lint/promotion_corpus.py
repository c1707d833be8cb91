"""Seeded defects of promotions: benefits, conditions, caps, groups, funding, names."""

from cpq.cap import Cap
from cpq.kernel.period import Period
from cpq.product import Category
from cpq.promotion import PromotionGroup
from tests.cpq.lint.making import cny
from tests.cpq.lint.seeds import Defect, adding, changing, off, promotion, then

_GIFT = {"kind": "free_goods", "product": "GONE"}
_FIRST_AND_THIRD = ({"kind": "order_number", "nth": 1}, {"kind": "order_number", "nth": 3})


def _ladder(*steps: dict[str, object], of: str = "amount") -> dict[str, object]:
    currency = "CNY" if of == "amount" else None
    return {"kind": "ladder", "of": of, "currency": currency, "steps": steps}


def _in(*of: str) -> dict[str, list[str]]:
    return {"categories": list(of)}


PROMOTION_DEFECTS: tuple[Defect, ...] = (
    # names
    Defect(
        "free goods that are not there",
        "shop",
        promotion("GIFT", _GIFT),
        "product.unknown",
        "promotions/GIFT/benefit",
    ),
    Defect(
        "a condition on a category that is not there",
        "shop",
        promotion("MIX", off(5), conditions=({"kind": "quantity", "least": 2, "of": _in("wood")},)),
        "category.unknown",
        "promotions/MIX/conditions",
    ),
    Defect(
        "a bundle with a part that is not there",
        "shop",
        promotion(
            "PAIR",
            {
                "kind": "bundle_price",
                "price": "9.00 CNY",
                "items": [{"of": {"products": ["BOLT"]}}, {"of": {"products": ["SCREW"]}}],
            },
        ),
        "product.unknown",
        "promotions/PAIR/benefit",
    ),
    Defect(
        "an exception that is not there",
        "retailer",
        changing("promotions", "SUGAR", except_products=("PAN",)),
        "product.unknown",
        "promotions/SUGAR/except_products",
    ),
    Defect(
        "a promotion that counts in no known unit",
        "shop",
        promotion("CRATES", off(5), unit="crate", quantity_from=2),
        "unit.unknown",
        "promotions/CRATES/unit",
    ),
    Defect(
        "a promotion for a customer who is not there",
        "shop",
        promotion("FOR-YOU", off(1), customers=("C-9",)),
        "customer.unknown",
        "promotions/FOR-YOU/customers",
    ),
    Defect(
        "a promotion in a group that nobody describes",
        "shop",
        changing("promotions", "SPRING", group="SEASON"),
        "lint.no_such_group",
        "promotions/SPRING",
    ),
    Defect(
        "a group that no promotion is in",
        "shop",
        adding("promotion_groups", PromotionGroup(code="SEASON", mode="first")),
        "lint.group_unused",
        "promotion_groups/SEASON",
    ),
    Defect(
        "a promotion apart from one that is not there",
        "retailer",
        changing("promotions", "EVERY", not_with=("LADDER",)),
        "lint.no_such_promotion",
        "promotions/EVERY",
    ),
    # benefits
    Defect(
        "free goods without a price",
        "maker",
        promotion("CASE", {"kind": "free_goods", "product": "FRAME"}, products=("HOSE",)),
        "lint.gift_unpriced",
        "promotions/CASE",
    ),
    Defect(
        "free goods that are sold no more",
        "shop",
        promotion(
            "GLUE-NUT",
            {"kind": "free_goods", "product": "GLUE", "every": 100},
            products=("NUT",),
            period=Period(start="2027-01-01"),
        ),
        "lint.gift_unpriced",
        "promotions/GLUE-NUT",
    ),
    Defect(
        "free shipping where nothing is freight",
        "shop",
        promotion("POST", {"kind": "free_shipping"}, amount_from=cny(500)),
        "lint.no_freight",
        "promotions/POST",
    ),
    Defect(
        "a ladder that goes down",
        "retailer",
        changing(
            "promotions",
            "STEPS",
            benefit=_ladder({"least": 100, "percent": 8}, {"least": 300, "percent": 5}),
        ),
        "lint.ladder_falls",
        "promotions/STEPS",
    ),
    Defect(
        "a percentage that is less than the amount before it",
        "retailer",
        changing(
            "promotions",
            "STEPS",
            benefit=_ladder({"least": 100, "amount": "20.00 CNY"}, {"least": 300, "percent": 5}),
        ),
        "lint.ladder_falls",
        "promotions/STEPS",
    ),
    Defect(
        "more off than what it is off",
        "retailer",
        changing(
            "promotions",
            "EVERY",
            benefit={"kind": "every_off", "every": "6.00 CNY", "amount": "100.00 CNY", "times": 5},
        ),
        "lint.every_exceeds",
        "promotions/EVERY",
    ),
    Defect(
        "more off than so many units cost",
        "retailer",
        promotion(
            "CUPS",
            {"kind": "every_off", "every_quantity": 2, "amount": "24.01 CNY"},
            products=("CUP",),
        ),
        "lint.every_exceeds",
        "promotions/CUPS",
    ),
    Defect(
        "a set of more units than are let in",
        "retailer",
        changing("promotions", "TEA-3", quantity_to=2),
        "lint.set_beyond_max",
        "promotions/TEA-3",
    ),
    Defect(
        "free goods of which a cap lets through too few",
        "shop",
        promotion(
            "NUTS",
            {"kind": "free_goods", "product": "NUT", "quantity": 20},
            products=("BOLT",),
            quantity_from=100,
            caps=({"units": 10, "window": "month"},),
        ),
        "lint.set_beyond_max",
        "promotions/NUTS",
    ),
    Defect(
        "a bundle of a category without a product",
        "retailer",
        then(
            adding("categories", Category(code="toys")),
            changing(
                "promotions",
                "SET",
                benefit={
                    "kind": "bundle_price",
                    "price": "99.00 CNY",
                    "items": [{"of": {"products": ["POT"]}}, {"of": _in("toys")}],
                },
            ),
        ),
        "lint.covers_nothing",
        "promotions/SET",
    ),
    Defect(
        "a promotion that excepts all that it is for",
        "retailer",
        changing("promotions", "CAKE-20", except_categories=("goods",)),
        "lint.covers_nothing",
        "promotions/CAKE-20",
    ),
    # conditions
    Defect(
        "a coupon that nobody can use",
        "retailer",
        changing("promotions", "HELLO", conditions=_FIRST_AND_THIRD),
        "lint.never_met",
        "promotions/HELLO",
    ),
    Defect(
        "a quantity that is too many and too few",
        "shop",
        changing("promotions", "SPRING", conditions=({"kind": "quantity", "most": 4},)),
        "lint.never_met",
        "promotions/SPRING",
    ),
    Defect(
        "a condition that must and must not hold",
        "retailer",
        changing(
            "promotions",
            "POST-FREE",
            conditions=(
                {
                    "kind": "every",
                    "of": [
                        {"kind": "quantity", "least": 50},
                        {"kind": "unless", "of": {"kind": "quantity", "least": 50}},
                    ],
                },
            ),
        ),
        "lint.never_met",
        "promotions/POST-FREE",
    ),
    Defect(
        "a buyer in two regions",
        "retailer",
        changing(
            "promotions",
            "STAFF",
            conditions=({"kind": "buyer", "regions": ["CN"], "channels": ["web"]},),
        ),
        "lint.never_met",
        "promotions/STAFF",
        also=(("lint.no_customer", "promotions/STAFF"),),
    ),
    Defect(
        "a promotion for a channel without a customer",
        "retailer",
        changing("promotions", "CAKE-20", channels=("kiosk",)),
        "lint.no_customer",
        "promotions/CAKE-20",
    ),
    Defect(
        "a condition that no customer meets",
        "retailer",
        changing(
            "promotions",
            "STAFF",
            conditions=({"kind": "buyer", "groups": ["gold"], "channels": ["web"]},),
        ),
        "lint.no_customer",
        "promotions/STAFF",
    ),
    # caps and company
    Defect(
        "a cap of no order",
        "retailer",
        changing("promotions", "SET", caps=(Cap(orders=0, window="month"),)),
        "lint.cap_zero",
        "promotions/SET",
    ),
    Defect(
        "a cap of no units for a customer of a group",
        "shop",
        changing(
            "promotions", "SPRING", caps=(Cap(units=0, scope=("customer",), window="lifetime"),)
        ),
        "lint.cap_zero",
        "promotions/SPRING",
    ),
    Defect(
        "an exclusive promotion that leaves no other a chance",
        "shop",
        promotion("ALONE", off(7), exclusive="order", customer_groups=("retail",)),
        "lint.promotion_starved",
        "promotions/SPRING",
    ),
    # who pays
    Defect(
        "a layer that begins beyond what is given",
        "retailer",
        changing(
            "promotions",
            "EVERY",
            funding={
                "layers": (
                    {"up_to": "30.00 CNY", "funder": "WEB"},
                    {"up_to": "60.00 CNY", "funder": "SWEET"},
                    {"funder": "own"},
                )
            },
        ),
        "lint.layer_unreached",
        "promotions/EVERY",
    ),
)
