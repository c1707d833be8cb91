"""What was chosen, as rules ask for it (选配事实): codes by path, quantities, instances."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from cpq.bom import QuantityFormula
from cpq.bom.condition import number_of
from cpq.kernel.errors import Invalid
from cpq.kernel.money import exact, rounded_fraction
from cpq.product import number_code

_PLACES = 12
_COUNTED = ".quantity"

Derived = tuple[QuantityFormula, str]
"""A formula, and the prefix of the paths in it."""


class Facts:
    """What was chosen at each path; ``amounts`` are the quantities of the places that are there.

    ``instanced`` holds how many instances distinct components can have, ``instances`` the places of
    those that are there.

    >>> facts = Facts()
    >>> facts.picked["head"] = ("H-12",)
    >>> facts.lookup("head"), facts.lookup("fans.quantity")
    (('H-12',), ('0',))
    """

    def __init__(self, instanced: Mapping[str, int] | None = None) -> None:
        self.picked: dict[str, tuple[str, ...]] = {}
        self.amounts: dict[str, Decimal] = {}
        self.derived: dict[str, Derived] = {}
        self.instanced: Mapping[str, int] = instanced or {}
        self.instances: set[str] = set()

    def lookup(self, path: str) -> tuple[str, ...]:
        """The codes at a path; the quantity of what is not there is 0."""
        found = self.picked.get(path)
        if found is None and path.endswith(_COUNTED):
            return (number_code(self.quantity(path.removesuffix(_COUNTED))),)
        return found or ()

    def quantity(self, place: str) -> Decimal:
        """How many of the component at a place there are per parent; 0 where it is not there.

        Raises ``Invalid``: ``configuration.underivable`` where a formula gives nothing that can be
        counted, and as formulas do.
        """
        return self._quantity(place, above=())

    def _quantity(self, place: str, *, above: tuple[str, ...]) -> Decimal:
        if place not in self.derived:
            return self.amounts.get(place, Decimal(0))
        if place in above:
            raise Invalid(
                "configuration.underivable",
                f"the quantity of {place} derives from itself: {' > '.join((*above, place))}",
            )
        formula, prefix = self.derived[place]
        numbers = {path: self._number(f"{prefix}{path}", (*above, place)) for path in formula.paths}
        found = countable(formula.value(numbers), formula=str(formula), numbers=numbers)
        del self.derived[place]
        self.amounts[place] = found
        return found

    def _number(self, path: str, above: tuple[str, ...]) -> Decimal:
        chosen = self.picked.get(path)
        if chosen:
            return number_of(chosen[0]) or Decimal(0)
        if path.endswith(_COUNTED):
            return self._quantity(path.removesuffix(_COUNTED), above=above)
        return Decimal(0)


def countable(value: Fraction, *, formula: str, numbers: Mapping[str, Decimal]) -> Decimal:
    """A derived quantity as a decimal. Raises ``Invalid`` (``configuration.underivable``) where it
    is negative or has more than twelve decimals.

    >>> countable(Fraction(7, 2), formula="7 / 2", numbers={})
    Decimal('3.5')
    """
    found = rounded_fraction(value, _PLACES) if value >= 0 else Decimal(-1)
    if Fraction(found) != value:
        given = ", ".join(f"{path} = {number_code(each)}" for path, each in numbers.items())
        raise Invalid(
            "configuration.underivable",
            f"{formula} gives {value}, which is no quantity ({given or 'no paths'}); a quantity is "
            "not negative and has few decimals: use max, ceil or round",
        )
    return exact(number_code(found))
