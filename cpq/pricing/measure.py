"""What is counted to reach a tier, where that is not the line alone (数量口径).

A quantity is in the product's own unit. Of products that are counted together, those whose unit
does not convert into this one's (metres and pieces) count nothing. Parts that their parent's price
includes and optional lines do not count; a return counts as what was bought, because it reaches
the tier of what is returned.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError
from cpq.pricebook import Measure
from cpq.pricing.draft import Draft
from cpq.product import Product
from cpq.purchased import Purchased


class Counted:
    """The quantities of one document by what they count, each reckoned once."""

    def __init__(
        self, drafts: Sequence[Draft], catalogue: Catalogue, purchased: Purchased | None
    ) -> None:
        self._drafts = tuple(draft for draft in drafts if draft.counts)
        self._catalogue = catalogue
        before = purchased or Purchased()
        self._before: dict[str, Mapping[str, Decimal]] = {
            "contract": dict(before.contract),
            "period": dict(before.period),
        }
        self._sums: dict[tuple[str, str, str], Fraction] = {}

    def of(self, draft: Draft, measures: frozenset[Measure]) -> dict[Measure, Fraction]:
        """What each measure counts for a line, in its product's own unit."""
        found = {measure: self._counted(measure, draft) for measure in measures}
        code = draft.shelved.product.code
        for basis, bought in self._before.items():
            if (basis, "") in measures:
                found[(f"{basis}_before", "")] = Fraction(bought.get(code, Decimal(0)))
        return found

    def _counted(self, measure: Measure, draft: Draft) -> Fraction:
        basis, category = measure
        product = draft.shelved.product
        if basis == "line":
            return self._size(draft)
        if basis in self._before:
            own = self._counted(("product", ""), draft)
            return own + Fraction(self._before[basis].get(product.code, Decimal(0)))
        what = category
        if basis == "product":
            what = product.code
        elif basis == "family":
            what = _head(product)
        key = (basis, what, product.unit)
        found = self._sums.get(key)
        if found is None:
            found = self._sums[key] = self._sum(basis, what, product)
        return found if draft.counts else found + self._size(draft)

    def _sum(self, basis: str, what: str, own: Product) -> Fraction:
        """The quantities of all lines that count, in the unit of a product."""
        counts: Callable[[Draft], bool] = {
            "product": lambda other: other.shelved.product.code == what,
            "family": lambda other: _head(other.shelved.product) == what,
        }.get(basis, lambda other: not what or what in other.shelved.categories)
        sizes = (
            self._size(other) * self._factor(other, own) for other in self._drafts if counts(other)
        )
        return sum(sizes, Fraction(0))

    def _size(self, draft: Draft) -> Fraction:
        """What a line counts for, in its product's own unit: in full where it is prorated."""
        full = draft.manner.full_quantity
        if full is None:
            return abs(Fraction(draft.own_quantity))
        factor = self._catalogue.units.factor(draft.unit, draft.shelved.product.unit)
        return abs(Fraction(full)) * factor

    def _factor(self, other: Draft, own: Product) -> Fraction:
        unit = other.shelved.product.unit
        if unit == own.unit:
            return Fraction(1)
        try:
            return self._catalogue.units.factor(unit, own.unit)
        except DomainError:
            return Fraction(0)


def _head(product: Product) -> str:
    return product.variant_of or product.code
