"""The difference of a line, driver by driver (量价分析): quantity, price, promotion, tax, currency.

With quantity *q*, amount before promotions *A*, discount *D* and exchange factor *f* (1 where both
are in one currency and no rate was used), the drivers of a line that is in both versions are, on
the basis in which its price is stated, before tax or with it:

=========  ==========================  ======================================================
driver     effect                      in words
=========  ==========================  ======================================================
quantity   (q₁ − q₀) × f·A₀ / q₀       more or less of it, at the old price of a unit
price      A₁ − f·A₀ − quantity        another price, at the new quantity: tiers are prices
promotion  −(D₁ − f·D₀)                what promotions take more or less
currency   f·P₀ − told                 the old price at the rates of the new version, against
                                       what it is told as in the new currency
tax        what the rest of the tax    another rate; the others bear the tax at the old rate
           comes to
=========  ==========================  ======================================================

It is the analysis of sales variances that cost accounting teaches: the quantity variance at the old
price, the price variance at the new quantity (Horngren, *Cost Accounting*: sales-volume variance
and selling-price variance). What came, went, or moved in or out of the totals is *mix*, whole.

Everything is an exact fraction until the end; then each line is rounded once, by largest remainder,
to the grid of its amounts, so that its effects add up to its difference before tax and with it. A
cent by which a line's own amount or tax was rounded goes with its largest effect, so that a rate
that stayed has no effect of a cent, nor a price.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.comparison.model import DRIVERS, Driver, DriverEffect
from cpq.kernel.money import (
    EXACT,
    Money,
    Rounding,
    difference,
    quantum,
    rounded_fraction,
    split_within,
)
from cpq.tax import TaxBasis
from cpq.waterfall import PricedLine

_ZERO = Fraction(0)
_ROUNDED_BY = 3
"""Steps of the grid by which the taxes of two lines may miss their rates: one each for the
percentage, half of one each for the tax per unit."""


class Told(NamedTuple):
    """What a line of the version before comes to in the currency of the comparison.

    ``factor`` restates its amounts at the rates of the version after; ``at`` at the given rate.
    """

    net: Decimal
    gross: Decimal
    factor: Fraction = Fraction(1)
    at: Fraction = Fraction(1)


class _Side(NamedTuple):
    """A line reduced to what its difference is reckoned from, on one basis."""

    volume: Fraction
    unit: Fraction
    amount: Fraction
    discount: Fraction
    paid: Fraction
    fixed: Fraction

    def scaled(self, factor: Fraction) -> "_Side":
        return _Side(self.volume, *(figure * factor for figure in self[1:]))


def mix(
    *, before: tuple[Decimal, Decimal] | None, after: PricedLine | None, currency: str
) -> tuple[DriverEffect, ...]:
    """The effect of a line that is in the totals of one version only, or was priced by itself and
    is not now: all of it. ``before`` is its net and gross as they are told.
    """
    now = (after.net, after.gross) if after else (Decimal(0), Decimal(0))
    net, gross = map(difference, now, before or (Decimal(0), Decimal(0)))
    if not net and not gross:
        return ()
    return (DriverEffect(driver="mix", net=Money(net, currency), gross=Money(gross, currency)),)


def bridged(
    before: PricedLine, after: PricedLine, *, told: Told, places: int
) -> tuple[DriverEffect, ...]:
    """The effects of a line that is in the totals of both versions, those that are not zero.

    On the grid of ``places`` decimals, on which the amounts of ``told`` and ``after`` lie.
    """
    if before.basis == after.basis == "gross":
        return _bridge(before, after, told, places, basis="gross")
    return _bridge(before, after, told, places, basis="net")


def _bridge(
    before: PricedLine, after: PricedLine, told: Told, places: int, *, basis: TaxBasis
) -> tuple[DriverEffect, ...]:
    was, now = _side(before, basis).scaled(told.factor), _side(after, basis)
    rate = Fraction(before.tax_percent) / 100
    nets, grosses = Fraction(told.net), Fraction(told.gross)
    paid = grosses if basis == "gross" else nets
    found = _primary(was, now, paid, is_restated=told.factor != told.at)
    share = rate if basis == "net" else rate / (1 + rate)
    fixed = {
        "quantity": _grown(was) * (now.volume - was.volume),
        "currency": was.fixed - Fraction(before.tax_fixed) * told.at,
    }
    taxes = {
        driver: share * (found[driver] - (fixed.get(driver, _ZERO) if basis == "gross" else 0))
        + fixed.get(driver, _ZERO)
        for driver in DRIVERS
    }
    owed = Fraction(after.tax) - (grosses - nets)
    rest = owed - sum(taxes.values())
    largest = max(DRIVERS, key=lambda driver: abs(found[driver]))
    step = Fraction(quantum(places))
    kept = before.tax_percent == after.tax_percent and before.basis == after.basis
    if kept and found[largest] and abs(rest) <= _ROUNDED_BY * step:
        taxes[largest] += rest
    else:
        taxes["tax"] += rest
    if basis == "gross":
        gross = {driver: found[driver] for driver in DRIVERS}
        net = {driver: found[driver] - taxes[driver] for driver in DRIVERS}
    else:
        net = {driver: found[driver] for driver in DRIVERS}
        gross = {driver: found[driver] + taxes[driver] for driver in DRIVERS}
    return _on_grid(net, gross, places=places, currency=after.currency)


def _primary(
    was: _Side, now: _Side, told: Fraction, *, is_restated: bool
) -> dict[Driver, Fraction]:
    """The effects on the basis in which the price is stated; they add up to paid − told."""
    found: dict[Driver, Fraction] = dict.fromkeys(DRIVERS, _ZERO)
    rounding = was.paid - told
    found["promotion"] = was.discount - now.discount
    if is_restated:
        found["currency"], rounding = rounding, _ZERO
    grown = now.paid - was.paid - found["promotion"]
    if now.volume == was.volume:
        found["price"] = grown
    elif now.unit == was.unit:
        found["quantity"] = grown
    else:
        each = was.amount / was.volume if was.volume else was.unit
        found["quantity"] = (now.volume - was.volume) * each
        found["price"] = grown - found["quantity"]
    largest = max(DRIVERS, key=lambda driver: abs(found[driver]))
    found[largest if found[largest] else "price"] += rounding
    return found


def _grown(was: _Side) -> Fraction:
    """The tax per unit of volume."""
    return was.fixed / was.volume if was.volume else _ZERO


def _side(line: PricedLine, basis: TaxBasis) -> _Side:
    """A line on a basis; where its prices are stated on the other one, without their tax."""
    paid = Fraction(line.gross if basis == "gross" else line.net)
    part = Fraction(1)
    if line.basis != basis:
        part = (
            paid / Fraction(line.gross) if line.gross else 100 / (100 + Fraction(line.tax_percent))
        )
    return _Side(
        volume=Fraction(line.quantity) * (line.periods or 1),
        unit=Fraction(line.unit_price) * part,
        amount=Fraction(line.amount) * part,
        discount=Fraction(line.discount) * part,
        paid=paid,
        fixed=Fraction(line.tax_fixed),
    )


def _on_grid(
    net: Mapping[Driver, Fraction],
    gross: Mapping[Driver, Fraction],
    *,
    places: int,
    currency: str,
) -> tuple[DriverEffect, ...]:
    nets = spread(tuple(net[driver] for driver in DRIVERS), places=places)
    grosses = spread(tuple(gross[driver] for driver in DRIVERS), places=places)
    return tuple(
        DriverEffect(driver=driver, net=Money(one, currency), gross=Money(other, currency))
        for driver, one, other in zip(DRIVERS, nets, grosses, strict=True)
        if one or other
    )


def spread(parts: Sequence[Fraction], *, places: int) -> tuple[Decimal, ...]:
    """Exact parts on the grid of ``places`` decimals, by largest remainder: each is its floor or
    the step above, and together they are what the parts are together, rounded half up.

    >>> spread((Fraction(10, 3), Fraction(-1, 3), Fraction(0)), places=2)
    (Decimal('3.33'), Decimal('-0.33'), Decimal('0.00'))
    """
    floors = [rounded_fraction(part, places, Rounding.FLOOR) for part in parts]
    steps = 10**places
    rests = [(part - Fraction(floor)) * steps for part, floor in zip(parts, floors, strict=True)]
    spare = int(rounded_fraction(sum(rests, _ZERO), 0))
    if not spare:
        return tuple(floors)
    extra, _ = split_within(spare, rests, [1] * len(rests))
    step = quantum(places)
    return tuple(
        EXACT.add(floor, EXACT.multiply(step, Decimal(more)))
        for floor, more in zip(floors, extra, strict=True)
    )
