"""What a policy names beside the products and categories that it is for (促销引用).

A product that is given free, a category in a condition, the unit that is counted: a name that
nothing has makes a rule of nothing, so a catalogue checks them all.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cpq.promotion.benefit import BundlePrice, BuyGet, FreeGoods
from cpq.promotion.condition import Buyer, LinesAmount, LinesQuantity
from cpq.promotion.policy import PromotionPolicy
from cpq.promotion.selector import Selector


class Name(NamedTuple):
    """A name in a policy: of what kind, and in which of its fields."""

    kind: str
    code: str
    field: str


def names_of(policy: PromotionPolicy) -> Iterator[Name]:
    """The names in a policy, beside the products and categories that it is for."""
    for code in policy.except_products:
        yield Name("product", code, "except_products")
    for code in policy.except_categories:
        yield Name("category", code, "except_categories")
    for code in policy.customers:
        yield Name("customer", code, "customers")
    for code, _ in policy.manual_weights:
        yield Name("product", code, "manual_weights")
    if policy.unit is not None:
        yield Name("unit", policy.unit, "unit")
    if isinstance(policy.benefit, FreeGoods) and policy.benefit.product is not None:
        yield Name("product", policy.benefit.product, "benefit")
    for field, selector in selectors_of(policy):
        yield from _in_selector(selector, field)
    for leaf in policy.leaves:
        if isinstance(leaf, LinesQuantity) and leaf.unit is not None:
            yield Name("unit", leaf.unit, "conditions")
        if isinstance(leaf, Buyer):
            for code in leaf.customers:
                yield Name("customer", code, "conditions")


def selectors_of(policy: PromotionPolicy) -> Iterator[tuple[str, Selector]]:
    """The lines that a policy means beside those that it is for, by the field that says so."""
    benefit = policy.benefit
    if isinstance(benefit, BuyGet) and benefit.of is not None:
        yield "benefit", benefit.of
    if isinstance(benefit, BundlePrice):
        for part in benefit.items:
            yield "benefit", part.of
    for leaf in policy.leaves:
        if isinstance(leaf, LinesQuantity | LinesAmount) and leaf.of is not None:
            yield "conditions", leaf.of


def _in_selector(selector: Selector, field: str) -> Iterator[Name]:
    for code in (*selector.products, *selector.except_products):
        yield Name("product", code, field)
    for code in (*selector.categories, *selector.except_categories):
        yield Name("category", code, field)
