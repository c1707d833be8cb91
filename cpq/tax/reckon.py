"""Tax reckoned on the lines of a document (税额计算): from the net or from the gross, rounded once.

By *line* the tax of each line is rounded there, as a Chinese VAT invoice prints it. By *group* the
exact taxes of all lines with one tax code are added up and rounded once; the lines then share
that figure by largest remainder, so that they add up to it and each is the floor or the ceiling
of its own exact tax. What the two ways differ by is a value of its own (尾差), never a silent cent.
Where net and gross amounts meet under one code each basis is a group, because only the sum that
was asked for stands: a cent that moved between them would change the totals with the order.

========  =============================================  ==================================
basis     tax of a line, before rounding                 what stands
========  =============================================  ==================================
net       net × rate + quantity × tax per unit           net; gross = net + tax
gross     (gross − fixed) × rate / (1 + rate) + fixed    gross; net = gross − tax
========  =============================================  ==================================

The percentage and the tax per unit are two taxes, declared apart: each is rounded by itself.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Literal, NamedTuple, TypeVar

from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    EXACT,
    Exact,
    Rounding,
    difference,
    rounded,
    rounded_fraction,
    split_within,
    total,
)
from cpq.kernel.text import Code
from cpq.tax.regime import TaxBasis
from cpq.tax.table import TaxRate

TaxLevel = Literal["line", "group"]
"""Where tax is rounded: on each line, or once per tax code of the document."""

Key = TypeVar("Key", bound=Hashable)
_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
_NONE = Fraction(0)


def tax_on(
    net: Decimal, percent: Decimal, *, places: int, mode: Rounding = Rounding.HALF_UP
) -> Decimal:
    """The tax on a net amount at ``percent``, rounded to ``places`` decimals.

    >>> tax_on(Decimal("100.05"), Decimal(13), places=2)
    Decimal('13.01')
    """
    return rounded(EXACT.multiply(EXACT.multiply(net, percent), _CENT), places, mode)


def tax_in(
    gross: Decimal, percent: Decimal, *, places: int, mode: Rounding = Rounding.HALF_UP
) -> Decimal:
    """The tax inside a gross amount at ``percent``, rounded to ``places``; the rest is the net.

    >>> tax_in(Decimal("20156.52"), Decimal(15), places=2)
    Decimal('2629.11')
    """
    return rounded_fraction(Fraction(gross) * _factor(percent, "gross"), places, mode)


class LineTax(NamedTuple):
    """What a line owes: ``net`` + ``tax`` = ``gross``; ``fixed`` is the part of ``tax`` that is
    owed per unit.
    """

    net: Decimal
    tax: Decimal
    gross: Decimal
    fixed: Decimal


class TaxDifference(Frozen):
    """What rounding once per tax code changes for a code (尾差): ``tax`` as it is owed by group,
    ``by_line`` as the lines would have it.

    >>> TaxDifference(code="VAT13", tax="0.39", by_line="0.42").amount
    Decimal('-0.03')
    """

    code: Code
    tax: Exact
    by_line: Exact

    @property
    def amount(self) -> Decimal:
        """``tax`` − ``by_line``."""
        return difference(self.tax, self.by_line)


def taxes_on(
    amounts: Sequence[Decimal],
    rates: Sequence[TaxRate],
    *,
    quantities: Sequence[Decimal],
    currency: str,
    places: int,
    basis: TaxBasis | Sequence[TaxBasis] = "net",
    level: TaxLevel = "line",
    mode: Rounding = Rounding.HALF_UP,
) -> list[LineTax]:
    """The taxes of all lines of a document, in their order.

    A line is an amount in ``currency`` on its ``basis`` (one for all, or one each), a rate, and a
    quantity in the unit that its tax per unit is for; negative for returns. Amounts lie on the
    grid of ``places``, and so do the taxes; ``level`` says where they are rounded.
    Raises ``Invalid`` (``tax.currency_mismatch``) where a tax per unit is in another currency.

    >>> rates, small = [TaxRate(code="VAT13", percent=13)] * 3, [Decimal("0.04")] * 3
    >>> facts = {"quantities": [Decimal(1)] * 3, "currency": "CNY", "places": 2}
    >>> [str(line.tax) for line in taxes_on(small, rates, **facts)]
    ['0.01', '0.01', '0.01']
    >>> [str(line.tax) for line in taxes_on(small, rates, level="group", **facts)]
    ['0.01', '0.01', '0.00']
    """
    if level == "line" and basis == "net" and not any(rate.per_unit for rate in rates):
        return _plainly(amounts, rates, places, mode)
    bases = [basis] * len(amounts) if isinstance(basis, str) else basis
    fixed = [
        Fraction(EXACT.multiply(rate.per_unit_in(currency), quantity)) if rate.per_unit else _NONE
        for rate, quantity in zip(rates, quantities, strict=True)
    ]
    shares = _shares(amounts, rates, bases, fixed)
    if level == "line":
        parts = [_each(numbers, places, mode) for numbers in (shares, fixed)]
    else:
        groups = _places_by([(rate.code, each) for rate, each in zip(rates, bases, strict=True)])
        parts = [_by_group(numbers, groups, places, mode) for numbers in (shares, fixed)]
    return [
        _line(amount, each, EXACT.add(share, owed), owed)
        for amount, each, share, owed in zip(amounts, bases, *parts, strict=True)
    ]


def _plainly(
    amounts: Sequence[Decimal], rates: Sequence[TaxRate], places: int, mode: Rounding
) -> list[LineTax]:
    """The common case, without a fraction: prices net of tax, rounded on the line."""
    nothing = rounded(_NOTHING, places)
    distinct = {id(rate): rate for rate in rates}
    factors = {key: EXACT.multiply(rate.percent, _CENT) for key, rate in distinct.items()}
    lines = []
    for net, rate in zip(amounts, rates, strict=True):
        tax = rounded(EXACT.multiply(net, factors[id(rate)]), places, mode)
        lines.append(LineTax(net, tax, EXACT.add(net, tax), nothing))
    return lines


def _shares(
    amounts: Sequence[Decimal],
    rates: Sequence[TaxRate],
    bases: Sequence[TaxBasis],
    fixed: Sequence[Fraction],
) -> list[Fraction]:
    """The tax in percent of each line, exactly."""
    factors: dict[tuple[int, str], Fraction] = {}
    shares = []
    for amount, rate, basis, owed in zip(amounts, rates, bases, fixed, strict=True):
        factor = factors.get((id(rate), basis))
        if factor is None:
            factor = factors[id(rate), basis] = _factor(rate.percent, basis)
        held = Fraction(amount) - owed if basis == "gross" and owed else Fraction(amount)
        shares.append(held * factor)
    return shares


def _factor(percent: Decimal, basis: TaxBasis) -> Fraction:
    """What part of an amount on the basis is tax."""
    rate = Fraction(percent)
    return rate / (100 if basis == "net" else 100 + rate)


def _line(amount: Decimal, basis: TaxBasis, tax: Decimal, fixed: Decimal) -> LineTax:
    if basis == "net":
        return LineTax(amount, tax, EXACT.add(amount, tax), fixed)
    return LineTax(EXACT.subtract(amount, tax), tax, amount, fixed)


def _each(numbers: Sequence[Fraction], places: int, mode: Rounding) -> list[Decimal]:
    nothing = rounded(_NOTHING, places)
    return [rounded_fraction(number, places, mode) if number else nothing for number in numbers]


def _by_group(
    numbers: Sequence[Fraction], groups: Mapping[Key, list[int]], places: int, mode: Rounding
) -> list[Decimal]:
    """The numbers on the grid, so that those of each group add up to their sum, rounded once."""
    result = [rounded(_NOTHING, places)] * len(numbers)
    if not any(numbers):
        return result
    for held in groups.values():
        units = [numbers[place] * 10**places for place in held]
        for place, whole in zip(held, _apportioned(units, mode), strict=True):
            result[place] = Decimal(whole).scaleb(-places, context=EXACT)
    return result


def _places_by(keys: Sequence[Key]) -> dict[Key, list[int]]:
    """Where each key stands, in the order of first use."""
    held: dict[Key, list[int]] = {}
    for place, key in enumerate(keys):
        held.setdefault(key, []).append(place)
    return held


def _apportioned(numbers: Sequence[Fraction], mode: Rounding) -> Iterator[int]:
    """Whole numbers that add up to the rounded sum, each the floor or the ceiling of its own.

    Lines that are sold and lines that come back may stand in one group, so every number first
    gets its floor; the spare units then go to the largest remainders, at most one to each. What
    comes back is the mirror of what was sold because the sum decides which side is up.
    """
    scale = lcm(*(number.denominator for number in numbers))
    counts = [number.numerator * (scale // number.denominator) for number in numbers]
    header = sum(counts)
    sign = -1 if (header or next(filter(None, counts), 0)) < 0 else 1
    floors, rests = zip(*(divmod(sign * count, scale) for count in counts), strict=True)
    spare = sign * int(rounded_fraction(Fraction(header, scale), 0, mode)) - sum(floors)
    extras, left = split_within(spare, rests, [1] * len(rests))
    assert not left, "the rounded sum lies between the sum of the floors and that of the ceilings"
    return (sign * (floor + extra) for floor, extra in zip(floors, extras, strict=True))


def tax_differences(
    codes: Sequence[str], lines: Sequence[LineTax], *, by_line: Sequence[LineTax]
) -> tuple[TaxDifference, ...]:
    """What the taxes of ``lines`` and of the same lines ``by_line`` differ by, for each code that
    does, in the order of first use.

    >>> one, two = LineTax(*map(Decimal, (1, 2, 3, 0))), LineTax(*map(Decimal, (1, 3, 4, 0)))
    >>> tax_differences(["VAT13", "VAT6"], [one, two], by_line=[two, two])
    (TaxDifference(code='VAT13', tax=Decimal('2'), by_line=Decimal('3')),)
    """
    found = (
        TaxDifference(
            code=code,
            tax=total(lines[place].tax for place in held),
            by_line=total(by_line[place].tax for place in held),
        )
        for code, held in _places_by(codes).items()
    )
    return tuple(each for each in found if each.amount)
