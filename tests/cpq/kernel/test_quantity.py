"""Units: exact factors inside a dimension, refusals across."""

from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.money import Rounding
from cpq.kernel.quantity import STANDARD_UNITS, Quantity, Unit, UnitTable

THIRD = Unit(code="third", numerator=1, denominator=3)
BOX = Unit(code="box", numerator=5)
UNITS = STANDARD_UNITS.with_units([THIRD, BOX])


def test_factors_are_exact_fractions() -> None:
    assert UNITS.factor("third", "pc") == Fraction(1, 3)
    assert UNITS.factor("box", "third") == 15
    assert UNITS.factor("g", "t") == Fraction(1, 1_000_000)


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("3", "third", "pc", "1"),
        ("1500", "g", "kg", "1.5"),
        ("2", "box", "dozen", "0.833"),
        ("-2", "dozen", "pc", "-24"),
        ("1", "year", "month", "12"),
    ],
)
def test_quantities_convert_inside_a_dimension(
    value: str, source: str, target: str, result: str
) -> None:
    assert UNITS.convert(Decimal(value), source, target) == Decimal(result)


def test_units_of_different_dimensions_do_not_convert() -> None:
    with pytest.raises(Invalid) as refusal:
        UNITS.convert(Decimal(1), "kg", "m")
    assert refusal.value.code == "unit.incompatible"


def test_an_unknown_unit_is_refused_and_the_known_are_named() -> None:
    with pytest.raises(NotFound, match="known are EA, box, day") as refusal:
        UNITS.unit("furlong")
    assert refusal.value.code == "unit.unknown"


def test_a_quantity_comes_onto_the_grid_of_its_unit() -> None:
    assert str(UNITS.on_grid(Quantity(value="2.5", unit="pc"))) == "3 pc"
    assert str(UNITS.on_grid(Quantity(value="2.5", unit="pc"), Rounding.DOWN)) == "2 pc"
    assert str(UNITS.on_grid(Quantity(value="-0.4", unit="pc"))) == "0 pc"


def test_a_unit_without_a_positive_factor_is_malformed() -> None:
    for fields in ({"numerator": 0}, {"denominator": 0}, {"numerator": -1}, {"places": 10}):
        with pytest.raises(ValidationError):
            Unit.model_validate({"code": "x", **fields})


def test_a_unit_defined_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="defined twice"):
        UnitTable(units=(BOX, BOX))


def test_a_newcomer_replaces_the_unit_of_its_code() -> None:
    assert UNITS.with_units([Unit(code="box", numerator=10)]).factor("box", "pc") == 10
