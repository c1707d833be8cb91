"""The floors of one line, reckoned before promotions: how far a price may fall (底价计算).

Prices per unit are exact fractions; only the amount that promotions may leave is on the grid,
rounded up, so that what was clipped never lies below what it was clipped at.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money, Rounding, currency_places, difference, rounded_fraction
from cpq.kernel.quantity import STANDARD_UNITS, UnitTable
from cpq.margin.floor import Floor, FloorLookup
from cpq.margin.line import Costs, costs_of

Convert = Callable[[Money, str], Fraction]
"""An amount in another currency, exactly; a refusal (``DomainError``) where there is no rate."""

Missing = Literal["", "cost", "rate", "unit"]
"""What a floor could not be reckoned for."""

_NOTHING = Decimal(0)
_ONE = Fraction(1)
_NONE = Fraction(0)


class GuardedLine(NamedTuple):
    """A line as floors see it, before promotions, in the document's currency.

    ``list_price``, ``unit_cost`` and ``last_price`` are per ``unit``; ``amount`` is what the line
    costs before promotions and ``lowest`` the lowest price among its tiers, where it has several.
    Cost, last price and floors are before tax; where the prices of the book include it,
    ``tax_factor`` is what list price, ``lowest`` and ``amount`` are of the price before tax: 1.13;
    to that comes ``tax_fixed``, the tax per ``unit``.
    ``manual`` says that a person set the price, ``rolled_up`` that the parts below hold it: such a
    line is held against floors of bundles only, and of the quote where they are of cost or list.
    """

    number: str
    product: str
    quantity: Decimal
    unit: str
    list_price: Decimal | Fraction
    amount: Decimal
    unit_cost: Decimal | Fraction | None = None
    last_price: Decimal | Fraction | None = None
    lowest: Decimal | Fraction | None = None
    own_unit: str | None = None
    categories: tuple[str, ...] = ()
    family: str | None = None
    manual: bool = False
    optional: bool = False
    included: bool = False
    rolled_up: bool = False
    tax_factor: Fraction = _ONE
    tax_fixed: Fraction = _NONE

    def before_tax(self, amount: Decimal | Fraction, quantity: Decimal | int = 1) -> Fraction:
        """What is left of an amount of so many units without the tax in it, exactly."""
        if self.tax_fixed:
            amount = Fraction(amount) - self.tax_fixed * Fraction(quantity)
        return Fraction(amount) / self.tax_factor


class FloorPrice(NamedTuple):
    """A floor per unit of a line, before tax; ``None`` where something is ``missing``.

    ``given`` is the amount that the floor names, a price or what it puts on the cost.
    """

    floor: Floor
    unit_price: Fraction | None
    missing: Missing = ""
    given: Fraction | None = None


class LineFloors(NamedTuple):
    """Every floor of a line; amounts are rounded up to ``places`` decimals."""

    line: GuardedLine
    found: tuple[FloorPrice, ...]
    places: int

    @property
    def highest(self) -> FloorPrice | None:
        """The highest floor of a unit or of the line, whatever its policy."""
        return _highest(found for found in self.found if found.floor.level in ("unit", "line"))

    @property
    def clip(self) -> FloorPrice | None:
        """The highest floor that stops promotions."""
        return _highest(found for found in self.found if found.floor.policy == "clip")

    @property
    def others(self) -> tuple[FloorPrice, ...]:
        """The floors that are judged when the line is priced: all but those that clip."""
        return tuple(found for found in self.found if found.floor.policy != "clip")

    @property
    def least(self) -> Decimal:
        """The lowest amount that promotions may leave, as ``amount`` is: with or without tax.

        0 where no floor clips. On the grid, rounded up.
        """
        clipping = [found for found in self.found if found.floor.policy == "clip"]
        return max((self._amount(found) for found in clipping), default=_NOTHING)

    def room(self, running: Decimal) -> Decimal:
        """How much promotions may still take of what the line costs now; never below 0."""
        return max(difference(running, self.least), _NOTHING)

    def _amount(self, found: FloorPrice) -> Decimal:
        line = self.line
        if found.unit_price is None or line.quantity <= 0:
            return _NOTHING
        least = rounded_fraction(
            found.unit_price * Fraction(line.quantity), self.places, Rounding.CEILING
        )
        low = None if line.lowest is None else Fraction(line.lowest)
        if low is not None and found.floor.level == "unit":
            # each unit gives the same part of its price, and the cheapest must keep the floor
            needed = found.unit_price * line.tax_factor + line.tax_fixed
            kept = needed / low if low > 0 else _ONE
            return rounded_fraction(Fraction(line.amount) * kept, self.places, Rounding.CEILING)
        if line.tax_factor == 1 and not line.tax_fixed:
            return least
        taxed = Fraction(least) * line.tax_factor + line.tax_fixed * Fraction(line.quantity)
        return rounded_fraction(taxed, self.places, Rounding.CEILING)


def _highest(prices: Iterable[FloorPrice]) -> FloorPrice | None:
    known = [(found.unit_price, found) for found in prices if found.unit_price is not None]
    return max(known, key=lambda pair: pair[0], default=(None, None))[1]


def floors_of(
    line: GuardedLine,
    floors: FloorLookup,
    *,
    at: datetime,
    currency: str,
    groups: Sequence[str] = (),
    units: UnitTable = STANDARD_UNITS,
    convert: Convert | None = None,
    places: int | None = None,
) -> LineFloors:
    """The floors that a line is held against at an instant, for a customer in ``groups``.

    Amounts are in ``currency``; a floor in another is converted by ``convert``, and cannot be
    reckoned without. ``places`` are the decimals of amounts, else the currency's own. A line that
    is included in the price of another or of quantity zero has no floors.

    >>> from datetime import UTC
    >>> floors = FloorLookup([Floor(code="LOW", price=Money("45", "CNY"), policy="clip")])
    >>> line = GuardedLine("1", "M8", Decimal(2), "pc", Decimal(50), Decimal(100))
    >>> found = floors_of(line, floors, at=datetime(2026, 11, 21, tzinfo=UTC), currency="CNY")
    >>> found.least, found.room(Decimal(100))
    (Decimal('90.00'), Decimal('10.00'))
    """
    grid = currency_places(currency) if places is None else places
    if line.included or not line.quantity:
        return LineFloors(line, (), grid)
    found = floor_prices(
        line, floors, at=at, currency=currency, groups=groups, units=units, convert=convert
    )
    return LineFloors(line, found, grid)


def floor_prices(
    line: GuardedLine,
    floors: FloorLookup,
    *,
    at: datetime,
    currency: str,
    groups: Sequence[str] = (),
    units: UnitTable = STANDARD_UNITS,
    convert: Convert | None = None,
) -> tuple[FloorPrice, ...]:
    """The floors per unit of a line, as ``floors_of`` has them.

    They depend on the product, the unit and what is known per unit, never on number, quantity and
    amount of the line: whoever prices many lines of one product may keep them.
    """
    covering = floors.covering(
        line.product, line.categories, at=at, family=line.family, groups=groups
    )
    if line.rolled_up:
        covering = tuple(floor for floor in covering if _holds_a_sum(floor))
    reckoned = (_reckoned(floor, line, currency, units, convert) for floor in covering)
    return tuple(found for found in reckoned if found is not None)


def _holds_a_sum(floor: Floor) -> bool:
    """Whether a line without a price of its own is held against it."""
    per_unit = floor.source in ("price", "last_price")
    return floor.level == "bundle" or (floor.level == "quote" and not per_unit)


def with_parts(lines: Iterable[GuardedLine]) -> tuple[GuardedLine, ...]:
    """The lines, each that holds the price of parts with their cost: what it must earn is theirs.

    The cost of a unit is ``None`` where that of a part is not known (``costs_of``). To be called
    before ``floors_of``, with all lines of the document.

    >>> lines = (GuardedLine("1", "LASER", Decimal(2), "pc", Decimal(50), Decimal(100),
    ...                      unit_cost=Decimal(10)),
    ...          GuardedLine("1.1", "HEAD", Decimal(4), "pc", Decimal(0), Decimal(0),
    ...                      unit_cost=Decimal(3), included=True))
    >>> with_parts(lines)[0].unit_cost
    Fraction(16, 1)
    """
    every = tuple(lines)
    if not any(line.included for line in every):
        return every
    costs = costs_of(every, _cost)
    return tuple(_bearing(line, costs.get(line.number)) for line in every)


def _cost(line: GuardedLine) -> Fraction | None:
    return None if line.unit_cost is None else Fraction(line.unit_cost) * Fraction(line.quantity)


def _bearing(line: GuardedLine, costs: Costs[Fraction] | None) -> GuardedLine:
    if costs is None or (len(costs.known) + len(costs.unknown) == 1):
        return line
    if costs.unknown:
        return line._replace(unit_cost=None)
    return line._replace(unit_cost=sum(costs.known, Fraction(0)) / Fraction(line.quantity))


def _reckoned(
    floor: Floor, line: GuardedLine, currency: str, units: UnitTable, convert: Convert | None
) -> FloorPrice | None:
    """The floor per unit of the line; nothing for a customer who never bought before."""
    if floor.percent_of_list is not None:
        return FloorPrice(floor, line.before_tax(line.list_price) * floor.scale)
    if floor.last_price is not None:
        last = line.last_price
        return None if last is None else FloorPrice(floor, Fraction(last) * floor.scale)
    cost = None if line.unit_cost is None else Fraction(line.unit_cost)
    if floor.margin is not None:
        if cost is None:
            return FloorPrice(floor, None, "cost")
        return FloorPrice(floor, cost * floor.scale)
    named = floor.price if floor.cost_plus is None else floor.cost_plus
    assert named is not None, "a floor has one source"
    amount, factor = _converted(named, currency, convert), _factor(floor, line, units)
    if amount is None or factor is None:
        return FloorPrice(floor, None, "rate" if amount is None else "unit")
    given = amount * factor
    if floor.cost_plus is None:
        return FloorPrice(floor, given, given=given)
    if cost is None:
        return FloorPrice(floor, None, "cost", given)
    return FloorPrice(floor, cost + given, given=given)


def _converted(amount: Money, currency: str, convert: Convert | None) -> Fraction | None:
    if amount.code == currency:
        return Fraction(amount.amount)
    if convert is None:
        return None
    try:
        return convert(amount, currency)
    except DomainError:
        return None


def _factor(floor: Floor, line: GuardedLine, units: UnitTable) -> Fraction | None:
    """How many of the floor's unit one unit of the line is."""
    unit = floor.unit or line.own_unit or line.unit
    if unit == line.unit:
        return _ONE
    try:
        return units.factor(line.unit, unit)
    except DomainError:
        return None
