"""A small market for the tests of promotions: four goods, freight, two customers."""

from datetime import date

from cpq import (
    Cap,
    Catalogue,
    Category,
    Customer,
    DealFacts,
    Item,
    Money,
    PriceBook,
    PriceBookVersion,
    Pricing,
    Product,
    PromotionGroup,
    PromotionPolicy,
    entry,
    price,
)

DAY = date(2026, 11, 22)
PRICES = {"MUG": "40", "SHIRT": "20", "CAP": "10", "PEN": "1.50", "SHIP": "15"}
BUYER = Customer(
    code="C-1", party={"name": "Hengtai"}, groups=("dealer",), region="east", channel="web"
)


def cny(amount: str) -> Money:
    """Yuan."""
    return Money(amount, "CNY")


def rule(code: str = "OFF", **fields: object) -> PromotionPolicy:
    """A policy from its fields."""
    return PromotionPolicy.model_validate({"code": code, **fields})


def market(
    *promotions: PromotionPolicy, groups: tuple[PromotionGroup, ...] = (), **fields: object
) -> Catalogue:
    """The catalogue, at list prices before 13 % tax."""
    return Catalogue.model_validate(
        {
            "products": tuple(
                Product(
                    code=code,
                    name=code,
                    category="clothes" if code in ("SHIRT", "CAP") else None,
                    tax_code="VAT13",
                    freight=code == "SHIP",
                )
                for code in PRICES
            ),
            "categories": (Category(code="clothes"),),
            "books": (
                PriceBook(
                    code="LIST",
                    currency="CNY",
                    versions=(
                        PriceBookVersion(
                            entries=tuple(entry(code, price=each) for code, each in PRICES.items())
                        ),
                    ),
                ),
            ),
            "default_book": "LIST",
            "promotions": promotions,
            "promotion_groups": groups,
            "customers": (BUYER, Customer(code="C-2", party={"name": "Other"})),
            **fields,
        }
    )


def buy(
    catalogue: Catalogue,
    *items: Item,
    deal: DealFacts | None = None,
    customer: str | None = "C-1",
    on: date = DAY,
) -> Pricing:
    """The items, priced for the buyer."""
    return price(items, catalogue=catalogue, on=on, customer=customer, deal=deal)


def discounts(pricing: Pricing) -> list[str]:
    """What promotions take off each line."""
    return [str(line.discount) for line in pricing.lines]


def reasons(pricing: Pricing, code: str) -> list[str]:
    """Why a policy did not act, on lines and on the order."""
    return [each.reason for each in pricing.why_not(code)]


def amount_cap(amount: str, **fields: object) -> Cap:
    """A cap on money."""
    return Cap.model_validate({"amount": cny(amount), **fields})
