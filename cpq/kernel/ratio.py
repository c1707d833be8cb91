"""Exact fractions as fields of values: a third is a third, and is written ``1/3``.

A rate that was inverted and a price before it is rounded are fractions, not decimals. pydantic's
own field for them takes floats and texts of any length; this one takes neither.
"""

import re
from fractions import Fraction
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from cpq.kernel.errors import Invalid
from cpq.kernel.money import exact

_MAGNITUDE_BITS: Final = 120
_DENOMINATOR_BITS: Final = 640
_WRITTEN = re.compile(r"(-?[0-9]{1,240})/([0-9]{1,200})")


def fits(value: Fraction) -> bool:
    """Whether a fraction is below about 1E36 and its denominator has at most about 190 digits.

    Products and sums of fractions have ever longer denominators; where they no longer fit, what
    reckons with them stops instead of taking ever longer.

    >>> fits(Fraction(10**30, 7)), fits(Fraction(10**40)), fits(Fraction(1, 10**200))
    (True, False, False)
    """
    below = value.denominator.bit_length()
    return below <= _DENOMINATOR_BITS and value.numerator.bit_length() - below <= _MAGNITUDE_BITS


def ratio(value: object) -> Fraction:
    """An exact fraction from a ``Fraction``, a ``Decimal``, an ``int``, ``"25/3"`` or ``"8.25"``.

    Raises ``Invalid``: ``number.not_exact`` for floats, bools and other text,
    ``number.out_of_range`` for what does not fit.

    >>> ratio("25/3"), ratio("0.9737"), ratio(7)
    (Fraction(25, 3), Fraction(9737, 10000), Fraction(7, 1))
    """
    if isinstance(value, Fraction):
        found = value
    elif isinstance(value, str) and (parts := _WRITTEN.fullmatch(value.strip())):
        if not int(parts[2]):
            raise Invalid("number.out_of_range", f"a fraction has no denominator 0; found {value}")
        found = Fraction(int(parts[1]), int(parts[2]))
    else:
        return Fraction(exact(value))
    if not fits(found):
        raise Invalid(
            "number.out_of_range",
            "a fraction is below 1E36 and its denominator has at most 190 digits; found "
            f"{str(found)[:40]}…",
        )
    return found


Ratio = Annotated[
    Fraction,
    BeforeValidator(ratio),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(/\d+|\.\d+)?$"}),
]
"""A model field for an exact fraction: refuses floats, is written as ``25/3`` in JSON."""
