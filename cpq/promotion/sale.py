"""An order as promotions see it (促销计算对象): lines, facts, and what is left of each line.

Amounts are whole minor units of the document's grid. The ``Sale`` does not change while promotions
act; ``Running`` does: what they have left of each line, which units are used up, who has acted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.cap import Facts
from cpq.coupon import Coupon
from cpq.customer import Customer
from cpq.deal import NO_FACTS, DealFacts
from cpq.kernel.money import EXACT, Money, Rounding, product, rounded, rounded_fraction
from cpq.kernel.quantity import UnitTable
from cpq.promotion.selector import Selector

_CENT = Decimal("0.01")


class Target(NamedTuple):
    """A priced line as promotions see it.

    ``quantity`` is in the product's own ``unit``, ``sold_in`` the unit of the line; ``amount`` is
    what it costs before promotions and ``least`` what a floor keeps of it, in minor units; ``net``
    and ``gross`` are what one of the price is before tax and with it; ``covering`` are the policies
    whose target it is; ``times`` is how often the price of a unit is due, once a billing period.
    """

    number: str
    product: str
    family: str | None
    categories: tuple[str, ...]
    quantity: Decimal
    unit: str
    amount: int
    least: int = 0
    net: Fraction = Fraction(1)
    gross: Fraction = Fraction(1)
    freight: bool = False
    cost: int | None = None
    covering: tuple[int, ...] = ()
    sold_in: str = ""
    times: int = 1


class Worth(NamedTuple):
    """What goods that could be added are worth: ``value`` minor units, of which ``least`` stay
    (tax per unit is owed on what is free, too), what one of it is before tax and with it, and how
    often the price of a unit is due.
    """

    value: int
    least: int = 0
    net: Fraction = Fraction(1)
    gross: Fraction = Fraction(1)
    times: int = 1


GiftValue = Callable[[str, Decimal], Worth | None]
"""What so many of a product are worth; ``None`` where it is not sold so, or has no price."""


class Sale(NamedTuple):
    """What does not change while promotions act on an order.

    ``order`` is for each line its place among all by what it is, whatever its number: cents that
    are left over go by it, so that permuting the lines changes no total. ``coupons`` are those that
    may be used, by promotion, in the order of their keys; ``meant`` is kept of what was asked.
    """

    targets: Sequence[Target]
    order: Sequence[int]
    currency: str
    places: int
    mode: Rounding
    facts: Facts
    units: UnitTable
    gift_value: GiftValue
    meant: dict[Selector, Sequence[int]]
    customer: Customer | None = None
    deal: DealFacts = NO_FACTS
    coupons: Mapping[str, Sequence[Coupon]] = {}

    def meaning(self, selector: Selector) -> Sequence[int]:
        """The lines that a selector means; freight only where it names it."""
        found = self.meant.get(selector)
        if found is None:
            found = self.meant[selector] = [
                place for place, each in enumerate(self.targets) if _means(selector, each)
            ]
        return found

    def minor(self, money: Money) -> int:
        """An amount in minor units; what is finer than the document's grid is cut off."""
        return int(money.amount.scaleb(self.places, context=EXACT))

    def shown(self, minor: int) -> Decimal:
        """Minor units as a number of the currency."""
        return Decimal(minor).scaleb(-self.places, context=EXACT)

    def percent_of(self, base: int | Fraction, percent: Decimal) -> int:
        """A percentage of minor units, rounded as the document rounds."""
        if isinstance(base, int):
            return int(rounded(product(Decimal(base), percent, _CENT), 0, self.mode))
        return self.whole(base * Fraction(percent) / 100)

    def whole(self, value: Fraction) -> int:
        """A fraction of minor units rounded as the document rounds."""
        return int(rounded_fraction(value, 0, self.mode))


@dataclass
class Running:
    """What promotions have left: ``left`` of each line, ``used`` units of it, ``locked`` by whom.

    ``held`` is what of ``left`` the used units bear: what a set gave is off its own units.
    ``given`` are the units that are free: they are not bought, and no promotion lowers them again.
    ``acted`` are the promotions that gave something, and their groups, each with the promotion;
    ``barred`` the promotions and groups that one of these does not go with; ``later`` is whether a
    group has acted before the one that acts now.
    """

    left: list[int]
    used: dict[int, Fraction] = field(default_factory=dict)
    locked: dict[int, str] = field(default_factory=dict)
    acted: dict[str, str] = field(default_factory=dict)
    barred: dict[str, str] = field(default_factory=dict)
    later: bool = False
    held: dict[int, Fraction] = field(default_factory=dict)
    given: dict[int, Fraction] = field(default_factory=dict)

    def bought(self, sale: Sale, place: int) -> Fraction:
        """The units of a line that somebody pays for."""
        return Fraction(sale.targets[place].quantity) - self.given.get(place, 0)

    def copy(self) -> "Running":
        """The same, to try something on."""
        return Running(
            self.left.copy(),
            self.used.copy(),
            self.locked.copy(),
            self.acted.copy(),
            self.barred.copy(),
            self.later,
            self.held.copy(),
            self.given.copy(),
        )


def _means(selector: Selector, target: Target) -> bool:
    if not selector.covers(target.product, target.categories, family=target.family):
        return False
    return not target.freight or selector.names(target.product, target.categories, target.family)


def opened(targets: Sequence[Target]) -> Running:
    """What is left before any promotion acts: all."""
    return Running([target.amount for target in targets])


def content_order(targets: Sequence[Target]) -> list[int]:
    """For each line its place by what it is: product, what covers it, quantity, amount, floor."""
    keys = [
        (
            *(each.product, each.covering, each.quantity, each.amount, each.least),
            *(each.freight, each.times),
        )
        for each in targets
    ]
    place_of = {key: place for place, key in enumerate(sorted(set(keys)))}
    return [place_of[key] for key in keys]
