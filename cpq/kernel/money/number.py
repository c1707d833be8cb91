"""Exact numbers and all rounding there is.

The decimal context of the host's thread is never used: a caller who set six digits and ROUND_DOWN
gets the same cents as everybody else, because every operation names its own context. Adding and
multiplying lose nothing; what is rounded is rounded once, by a mode and to places that somebody
named.
"""

import re
from collections.abc import Iterable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from cpq.kernel.errors import Invalid

_NOTHING = Decimal(0)
EXACT = Context(prec=120, traps=[InvalidOperation, DivisionByZero, Overflow, Inexact])
"""Addition and multiplication that would lose a digit raise instead of losing it."""

_ROUNDING = Context(prec=120, traps=[InvalidOperation, DivisionByZero, Overflow])
_BOUNDS = Context(
    prec=36,
    Emin=-18,
    Emax=17,
    traps=[InvalidOperation, DivisionByZero, Overflow, Inexact, Subnormal],
)
_NUMERAL = re.compile(r"[+-]?[0-9]{1,24}(\.[0-9]{1,60})?")


class Rounding(StrEnum):
    """How a figure between two steps of a grid is decided; half up is the default of trade.

    >>> [str(rounded(Decimal("0.125"), 2, mode)) for mode in (Rounding.HALF_UP, Rounding.HALF_EVEN)]
    ['0.13', '0.12']
    """

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    HALF_DOWN = ROUND_HALF_DOWN
    UP = ROUND_UP
    DOWN = ROUND_DOWN
    CEILING = ROUND_CEILING
    FLOOR = ROUND_FLOOR


def exact(value: object) -> Decimal:
    """A finite decimal from a ``Decimal``, an ``int`` or plain text; never from a float.

    Refused: floats, bools, NaN, Infinity, exponents and digit groups in text, full-width digits,
    magnitudes from 1E18 on or (but for 0) below 1E-18, and more than 36 digits.

    >>> exact("1234.50"), exact(7)
    (Decimal('1234.50'), Decimal('7'))
    """
    if type(value) is Decimal:
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str) and _NUMERAL.fullmatch(value.strip()):
        number = Decimal(value.strip())
    else:
        raise Invalid(
            "number.not_exact",
            f"a number must be a Decimal, an int or plain digits such as '12.50'; "
            f"found {type(value).__name__} {str(value)[:40]!r}",
        )
    try:
        if number.is_finite():
            return _BOUNDS.plus(number)
    except ArithmeticError:
        pass
    raise Invalid(
        "number.out_of_range",
        f"a number is finite, below 1E18 and has at most 36 digits; found {str(number)[:40]}",
    )


def plain(value: Decimal) -> str:
    """A decimal as plain digits, never with an exponent, never as ``-0``.

    >>> plain(Decimal("1E+3")), plain(Decimal("-0.00"))
    ('1000', '0.00')
    """
    return format(value or value.copy_abs(), "f")


def places_of(number: Decimal) -> int:
    """How many decimals a finite number is written with; 0 for whole numbers.

    >>> places_of(Decimal("2.50")), places_of(Decimal("1E+3"))
    (2, 0)
    """
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


Exact = Annotated[
    Decimal,
    BeforeValidator(exact),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^[+-]?\d+(\.\d+)?$"}),
]
"""A model field for an exact number: refuses floats, is written as text in JSON."""


@lru_cache(maxsize=64)
def quantum(places: int) -> Decimal:
    """One step of a grid with ``places`` decimals: ``quantum(2)`` is ``0.01``."""
    return Decimal(1).scaleb(-places, context=EXACT)


def rounded(number: Decimal, places: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """``number`` on the grid of ``places`` decimals, ties decided by ``mode``.

    >>> rounded(Decimal("10.005"), 2), rounded(Decimal("10.005"), 2, Rounding.HALF_EVEN)
    (Decimal('10.01'), Decimal('10.00'))
    """
    return number.quantize(quantum(places), mode, _ROUNDING)


def rounded_fraction(value: Fraction, places: int, mode: Rounding = Rounding.HALF_UP) -> Decimal:
    """An exact fraction on the grid of ``places`` decimals: nothing is rounded twice.

    >>> rounded_fraction(Fraction(200, 3), 2)
    Decimal('66.67')
    """
    scaled = value * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    # the digits that follow: 0 none, 1 below half, 5 half, 6 above; enough for every mode
    tail = (
        0
        if rest == 0
        else (1, 5, 6)[(2 * rest > scaled.denominator) + (2 * rest >= scaled.denominator)]
    )
    number = Decimal(whole * 10 + tail).scaleb(-1, context=EXACT)
    step = number.copy_negate() if value < 0 else number
    return rounded(step, 0, mode).scaleb(-places, context=EXACT)


def product(first: Decimal, *others: Decimal) -> Decimal:
    """The exact product.

    >>> product(Decimal("2024.994"), Decimal(3), Decimal("0.98"))
    Decimal('5953.48236')
    """
    for other in others:
        first = EXACT.multiply(first, other)
    return first


def total(numbers: Iterable[Decimal]) -> Decimal:
    """The exact sum; zero for none.

    >>> total([Decimal("0.1")] * 3)
    Decimal('0.3')
    """
    return reduce(EXACT.add, numbers, _NOTHING)


def difference(whole: Decimal, part: Decimal) -> Decimal:
    """``whole − part``, exactly."""
    return EXACT.subtract(whole, part)
