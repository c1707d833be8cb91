"""What promotions name inside them and the catalogue lacks (促销引用检查).

A product that is given free, a category in a condition, the unit that is counted, a group or a
promotion that one does not go with: a name that nothing has makes a rule of nothing. What a policy
is for is looked at by ``catalogue.check()``.
"""

from collections.abc import Container, Iterator
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.kernel.text import legible
from cpq.lint.finding import LintFinding, remark
from cpq.promotion import (
    BundlePrice,
    Buyer,
    BuyGet,
    FreeGoods,
    LinesAmount,
    LinesQuantity,
    PromotionPolicy,
    Selector,
)


class Name(NamedTuple):
    """A name in a policy: of what kind, and in which of its fields."""

    kind: str
    code: str
    field: str


def unknown_names(catalogue: Catalogue) -> Iterator[LintFinding]:
    """Names inside promotions that the catalogue lacks: ``product.unknown``, ``category.unknown``,
    ``customer.unknown``, ``unit.unknown``.
    """
    known: dict[str, Container[str]] = {
        "product": catalogue.products_by_code,
        "category": {each.code for each in catalogue.categories},
        "customer": {each.code for each in catalogue.customers},
        "unit": {each.code for each in catalogue.units.units},
    }
    for policy in catalogue.promotions:
        for name in names_of(policy):
            if name.code not in known[name.kind]:
                yield remark(
                    f"{name.kind}.unknown",
                    f"promotions/{policy.code}/{name.field}",
                    severity="error",
                    en=f"{name.kind} {legible(name.code)!r} is not in the catalogue; add it, or "
                    "correct the code",
                    zh=f"目录中没有 {legible(name.code)!r}，请补充或更正代码",
                    rules=(policy.code,),
                )


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
