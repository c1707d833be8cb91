"""Quantities and units: exact factors inside one dimension, errors across dimensions.

A factor is a fraction, because a third of a dozen must convert back to what it was. Quantities
are rounded to the unit's precision before anything is priced (2.18 of the pricing semantics).
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Rounding, places_of, plain, rounded, rounded_fraction
from cpq.kernel.text import Code, LocalText


class Unit(Frozen):
    """A unit of measure: ``factor`` base units of its ``dimension``, ``places`` decimals.

    The factor is ``numerator / denominator``; the base unit of a dimension has 1 / 1.

    >>> Unit(code="box", dimension="count", numerator=5, name=LocalText(en="box", zh="箱")).factor
    Fraction(5, 1)
    """

    code: Code
    dimension: Code = "count"
    numerator: int = Field(default=1, gt=0)
    denominator: int = Field(default=1, gt=0)
    places: int = Field(default=0, ge=0, le=9)
    name: LocalText = LocalText()

    @property
    def factor(self) -> Fraction:
        """How many base units one of these is, exactly."""
        return Fraction(self.numerator, self.denominator)


class Quantity(Frozen):
    """An exact number of a unit.

    >>> str(Quantity(value="2.50", unit="kg"))
    '2.50 kg'
    """

    value: Exact
    unit: Code

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}"


class UnitTable(Frozen):
    """The units a catalogue knows; converts inside a dimension and refuses across.

    >>> STANDARD_UNITS.convert(Decimal(1500), "g", "kg")
    Decimal('1.500')
    """

    units: tuple[Unit, ...]

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "UnitTable":
        seen: set[str] = set()
        for unit in self.units:
            if unit.code in seen:
                raise ValueError(f"unit {unit.code!r} is defined twice; keep one")
            seen.add(unit.code)
        return self

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    def unit(self, code: str) -> Unit:
        """The unit of ``code``. Raises ``NotFound`` (``unit.unknown``)."""
        found = self._by_code.get(code)
        if found is None:
            known = ", ".join(sorted(self._by_code))
            raise NotFound("unit.unknown", f"unit {code!r} is not known; known are {known}")
        return found

    def factor(self, source: str, target: str) -> Fraction:
        """How many ``target`` one ``source`` is, exactly.

        Raises ``Invalid`` (``unit.incompatible``) across dimensions.

        >>> STANDARD_UNITS.factor("kg", "g")
        Fraction(1000, 1)
        """
        first, second = self.unit(source), self.unit(target)
        if first.dimension != second.dimension:
            raise Invalid(
                "unit.incompatible",
                f"{source!r} measures {first.dimension} and {target!r} measures "
                f"{second.dimension}; one cannot become the other",
            )
        return first.factor / second.factor

    def convert(self, value: Decimal, source: str, target: str) -> Decimal:
        """``value`` of ``source`` in ``target``, half up at the target's precision or at three
        decimals more than ``value`` has, whichever is finer; use ``factor`` where a third counts.
        """
        factor = self.factor(source, target)
        if factor == 1:
            return value
        places = max(self.unit(target).places, places_of(value) + 3)
        return rounded_fraction(Fraction(value) * factor, min(places, 12))

    def on_grid(self, quantity: Quantity, mode: Rounding = Rounding.HALF_UP) -> Quantity:
        """The quantity at its unit's precision.

        >>> str(STANDARD_UNITS.on_grid(Quantity(value="2.4", unit="pc")))
        '2 pc'
        """
        places = self.unit(quantity.unit).places
        return quantity.with_(value=rounded(quantity.value, places, mode))

    def with_units(self, units: Iterable[Unit]) -> "UnitTable":
        """This table with more units, of which the newcomers win."""
        return UnitTable(units=tuple({**self._by_code, **{u.code: u for u in units}}.values()))


def _unit(code: str, en: str, zh: str, dimension: str, *, factor: Fraction, places: int) -> Unit:
    return Unit(
        code=code,
        dimension=dimension,
        numerator=factor.numerator,
        denominator=factor.denominator,
        places=places,
        name=LocalText(en=en, zh=zh),
    )


STANDARD_UNITS = UnitTable(
    units=(
        _unit("pc", "pc", "件", "count", factor=Fraction(1), places=0),
        _unit("EA", "each", "个", "count", factor=Fraction(1), places=0),
        _unit("set", "set", "套", "count", factor=Fraction(1), places=0),
        _unit("dozen", "dozen", "打", "count", factor=Fraction(12), places=0),
        _unit("kg", "kg", "千克", "mass", factor=Fraction(1), places=3),
        _unit("g", "g", "克", "mass", factor=Fraction(1, 1000), places=0),
        _unit("t", "t", "吨", "mass", factor=Fraction(1000), places=6),
        _unit("m", "m", "米", "length", factor=Fraction(1), places=3),
        _unit("mm", "mm", "毫米", "length", factor=Fraction(1, 1000), places=0),
        _unit("l", "l", "升", "volume", factor=Fraction(1), places=3),
        _unit("h", "h", "小时", "time", factor=Fraction(1), places=2),
        _unit("day", "day", "天", "work", factor=Fraction(1), places=2),
        _unit("month", "month", "月", "term", factor=Fraction(1), places=2),
        _unit("year", "year", "年", "term", factor=Fraction(12), places=2),
    )
)
"""Units that every catalogue may use without defining them."""
