"""Which lines a promotion means (适用范围): products and categories in it, and those left out."""

from collections.abc import Collection
from functools import cached_property

from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Code


class Selector(Frozen):
    """Lines by product or category; nothing named means all, what is excepted never counts.

    A category covers all below it, the product of a family its variants.

    >>> bolts = Selector(categories=("bolts",), except_products=("M3",))
    >>> bolts.covers("M8", ("bolts", "parts")), bolts.covers("M3", ("bolts",))
    (True, False)
    """

    products: tuple[Code, ...] = ()
    categories: tuple[Code, ...] = ()
    except_products: tuple[Code, ...] = added(())
    except_categories: tuple[Code, ...] = added(())

    @cached_property
    def _sets(self) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
        return (
            frozenset(self.products),
            frozenset(self.categories),
            frozenset(self.except_products),
            frozenset(self.except_categories),
        )

    def covers(
        self, product: str, categories: Collection[str], *, family: str | None = None
    ) -> bool:
        """Whether it means a product of that family that lies in these categories."""
        own, groups, never, nor = self._sets
        if (never or nor) and (
            product in never or family in never or not nor.isdisjoint(categories)
        ):
            return False
        if product in own or family in own:
            return True
        return not groups.isdisjoint(categories) if groups else not own

    def names(self, product: str, categories: Collection[str], family: str | None = None) -> bool:
        """Whether it covers the product and does so by naming it, not by naming nothing."""
        return bool(self.products or self.categories) and self.covers(
            product, categories, family=family
        )

    def __str__(self) -> str:
        named = ", ".join((*self.products, *self.categories)) or "any line"
        out = ", ".join((*self.except_products, *self.except_categories))
        return f"{named} except {out}" if out else named
