"""What a benefit asks for (优惠额), and what caps let through of it: the words of reckoning."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.promotion.judge import Looked
from cpq.promotion.sale import Running

_NO_UNITS: Mapping[int, Fraction] = {}


class Allowance(NamedTuple):
    """What caps still let through: applications, units in all, by product and by line."""

    uses: int | None = None
    units: Fraction | None = None
    by_product: Mapping[str, Fraction] = {}
    by_line: Mapping[int, Fraction] = {}

    @property
    def free(self) -> bool:
        """Whether no cap says anything."""
        return self.uses is None and not self.counts_units

    @property
    def counts_units(self) -> bool:
        """Whether a cap counts units."""
        return self.units is not None or bool(self.by_product) or bool(self.by_line)


ANY = Allowance()


class Gift(NamedTuple):
    """Goods that are added to the order: so many of a product, worth ``value`` minor units, of
    which the promotion takes off ``off``; the lines ``places`` earned them.
    """

    product: str
    quantity: Decimal
    value: int
    off: int
    places: Sequence[int] = ()
    net: Fraction = Fraction(1)
    gross: Fraction = Fraction(1)


class Offer(NamedTuple):
    """What a benefit asks for.

    ``asked`` minor units are shared over ``places`` by ``weights``; ``each`` is what each line is
    asked for by itself, where the benefit is of each line, ``most`` what a line bears at most where
    it is of certain units. ``units`` are the discounted units where
    these are not all, ``used`` those that no other set may take, ``uses`` how often it was applied.
    """

    places: Sequence[int]
    weights: Sequence[int | Fraction]
    asked: int
    each: Sequence[int] | None = None
    most: Sequence[int] | None = None
    units: Mapping[int, Fraction] | None = None
    used: Mapping[int, Fraction] = _NO_UNITS
    uses: int = 1
    gifts: tuple[Gift, ...] = ()


def positive(running: Running, places: Sequence[int]) -> list[int]:
    """What is left of the lines; a line that comes back offers nothing to lower."""
    return [max(running.left[place], 0) for place in places]


def base_of(running: Running, places: Sequence[int]) -> int:
    """What the lines cost together, 0 or more."""
    # what comes back lowers what the rest may be discounted by: an exchange pays nobody
    return max(sum(running.left[place] for place in places), 0)


def worth_of(looked: Looked, place: int, units: Fraction) -> Fraction:
    """What so many units of a line that no set has used still cost."""
    running = looked.running
    free = Fraction(looked.sale.targets[place].quantity) - running.used.get(place, 0)
    return max(running.left[place] - running.held.get(place, 0), 0) * units / free


def at_most(times: int, *bounds: int | None) -> int:
    """How often, within bounds of which some may not be."""
    return min([times, *(bound for bound in bounds if bound is not None)])
