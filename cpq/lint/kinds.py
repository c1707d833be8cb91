"""Products that are out of the ordinary (特殊产品): whose price comes from elsewhere than entries.

What is made by a share of other lines, by a formula or by attributes cannot be judged from entries
alone, and a part that its parent's price holds needs no price at all.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from cpq.pricebook import Tier

if TYPE_CHECKING:
    from cpq.lint.ground import Ground


class Kinds:
    """The products of a catalogue by what is out of the ordinary about their prices."""

    def __init__(self, ground: "Ground") -> None:
        self._ground = ground

    @cached_property
    def parts_only(self) -> frozenset[str]:
        """Products that need no price: parts that a parent's price holds wherever they occur, what
        its parts' prices hold, and families that are sold as their variants.
        """
        held: dict[str, bool] = {}
        rolled: set[str] = set()
        for bom in self._ground.catalogue.boms:
            if bom.rollup == "components":
                rolled.add(bom.product)
            priced = bom.rollup in ("components", "sum")
            for part in bom.parts():
                included = not priced and (bom.rollup != "as_sold" or part.sold == "included")
                held[part.product] = held.get(part.product, True) and included
        heads = {thing.variant_of for thing in self._ground.products.values() if thing.variant_of}
        return frozenset({code for code, only in held.items() if only} | rolled | heads)

    @cached_property
    def made_of_parts(self) -> frozenset[str]:
        """Products with a BOM: what they cost is what their parts cost."""
        return frozenset(bom.product for bom in self._ground.catalogue.boms)

    @cached_property
    def priced_otherwise(self) -> frozenset[str]:
        """Products that get their price from something else than an entry: a share of other lines,
        a formula of a plan, an attribute price that replaces.
        """
        found: set[str] = set()
        for book in self._ground.books:
            for version in book.versions:
                for share in version.shares:
                    found.update(self._ground.reach((share.product, None)))
                for rule in version.attributes:
                    if rule.effect == "set":
                        found.update(self._ground.reach((rule.product, rule.category)))
        steps = (step for plan in self._ground.catalogue.plans for step in plan.steps)
        for step in steps:
            if step.kind == "formula":
                found.update(self._ground.reach_of(step.products, step.categories))
        return frozenset(found)

    @cached_property
    def adjusted(self) -> frozenset[str]:
        """Products whose price depends on attributes, on a share or on a formula of a plan."""
        rules = (
            rule for book in self._ground.books for v in book.versions for rule in v.attributes
        )
        touched = {
            product
            for rule in rules
            for product in self._ground.reach((rule.product, rule.category))
        }
        return self.priced_otherwise | touched

    @cached_property
    def replaced_costs(self) -> frozenset[str]:
        """Products whose cost an attribute price sets."""
        books = (self._ground.catalogue.prices.book(code) for code in self._ground.cost_chain)
        rules = (rule for book in books for version in book.versions for rule in version.attributes)
        return frozenset(
            product
            for rule in rules
            if rule.effect == "set"
            for product in self._ground.reach((rule.product, rule.category))
        )

    @cached_property
    def discounted(self) -> frozenset[str]:
        """Products that a derived book names to take something off."""
        return frozenset(
            product
            for book in self._ground.books
            if book.base is not None
            for version in book.versions
            for row in version.entries
            if row.product is not None and any(is_discount(tier) for tier in row.tiers)
            for product in self._ground.reach((row.product, None))
        )


def is_discount(tier: Tier) -> bool:
    """Whether a tier takes something off a base book."""
    return tier.percent_off is not None or tier.amount_off is not None
