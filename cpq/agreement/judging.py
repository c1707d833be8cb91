"""Which line of the agreements wins (协议价择优): nearest to the customer, then to the product.

The rule, written plainly, on what the lookup has gathered: each line that speaks of the product is
judged by itself, and of those that hold one wins.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from cpq.agreement.model import AgreedPrice, PriceAgreement
from cpq.agreement.outcome import Agreed, Candidates, lost_row
from cpq.kernel.errors import Refused
from cpq.kernel.money import EXACT, plain, rounded_fraction
from cpq.trace import Step

FAMILY, EVERYTHING = 1, 1000
"""The distance of a product's family, and of a line for everything; categories lie between."""

_CASCADED = 900
_QUANTITY_PLACES = 9
_END = datetime.max.replace(tzinfo=UTC)

Refusal = tuple[str, str, str]
"""Why a line does not hold: reason, needed, actual."""


class Reached(NamedTuple):
    """An agreement that is for the customer, and how near; or one that just misses it, and why."""

    agreement: PriceAgreement
    rank: tuple[int, int] = (0, 0)
    missed: Refusal | None = None


class Spoken(NamedTuple):
    """A line that speaks of a product, ``distance`` 0 being the product itself."""

    reached: Reached
    line: AgreedPrice
    distance: int


class Asked(NamedTuple):
    """What is asked: ``factor`` of the product's own unit is one ``unit``; ``quantity`` ≥ 0, in
    steps of ``step``.

    ``above`` is what won the product that it is a component of, where that cascades.
    """

    product: str
    unit: str
    factor: Fraction
    currency: str
    above: Agreed | None
    quantity: Decimal = Decimal(0)
    at: datetime = datetime.min.replace(tzinfo=UTC)
    step: Fraction = Fraction(1)


class _Judged(NamedTuple):
    spoken: Spoken
    scale: Fraction
    refused: Refusal | None
    cascaded: bool = False


def candidates(spoken: tuple[Spoken, ...], asked: Asked) -> Candidates:
    """Who wins, and a row for each line that does not.

    Raises ``Refused`` (``agreement.ambiguous``).
    """
    judged = [_judged(each, asked) for each in spoken]
    above = asked.above
    if above is not None and not any(
        each.refused is None and each.spoken.line == above.line for each in judged
    ):
        carried = Spoken(Reached(above.agreement, above.rank), above.line, _CASCADED)
        judged.append(_Judged(carried, Fraction(1), None, cascaded=True))
    winner = _winner(judged, asked.product)
    lost = tuple(_lost(each) for each in judged if each is not winner)
    if winner is None:
        return Candidates(None, lost)
    (agreement, rank, _), line, _ = winner.spoken
    return Candidates(Agreed(agreement, line, winner.scale, rank, winner.cascaded), lost)


def nearness(reached: Reached) -> tuple[tuple[int, int], timedelta]:
    """How near an agreement is to the customer, and how long before the end of time it started."""
    started, _ = reached.agreement.period.bounds(reached.agreement.home)
    return reached.rank, _END - started


def _judged(spoken: Spoken, asked: Asked) -> _Judged:
    (agreement, _, missed), line, _ = spoken
    scale = Fraction(1) if line.unit else asked.factor
    refused: Refusal | None = None
    if missed:
        refused = missed
    elif not agreement.period.contains(asked.at, agreement.home):
        refused = ("outside_period", str(agreement.period), "")
    elif agreement.currency not in (None, asked.currency):
        refused = ("other_currency", str(agreement.currency), asked.currency)
    elif line.unit is not None and line.unit != asked.unit:
        refused = ("other_unit", line.unit, asked.unit)
    elif Fraction(asked.quantity) * scale < Fraction(line.lower):
        refused = ("quantity_below", plain(_least(line, scale, asked.step)), "")
    return _Judged(spoken, scale, refused)


def _least(line: AgreedPrice, scale: Fraction, step: Fraction) -> Decimal:
    """The least quantity of the asked unit that can be ordered and that the line holds for."""
    least = step * ceil(Fraction(line.lower) / scale / step)
    if least == Fraction(line.lower):
        return line.lower
    return rounded_fraction(least, _QUANTITY_PLACES).normalize(EXACT)


def _winner(judged: list[_Judged], product: str) -> _Judged | None:
    matching = [each for each in judged if each.refused is None]
    if not matching:
        return None
    best, *others = sorted(matching, key=_specificity)
    for other in others:
        if _specificity(other) == _specificity(best) and _said(other) != _said(best):
            one, two = (
                f"agreement {each.spoken.reached.agreement.code!r} ({each.spoken.line})"
                for each in (best, other)
            )
            raise Refused(
                "agreement.ambiguous",
                f"{one} and {two} fit product {product!r} equally well; end one of them, or let "
                "one start later",
                product=product,
            )
    return best


def _specificity(judged: _Judged) -> tuple[tuple[int, int], int, bool, timedelta, Decimal]:
    """What wins sorts first."""
    reached, line, distance = judged.spoken
    rank, since = nearness(reached)
    return (rank, distance, line.unit is None, since, line.lower.copy_negate())


def _said(judged: _Judged) -> tuple[object, ...]:
    """What a line comes to: two that say the same do not contradict each other."""
    (agreement, _, _), line, _ = judged.spoken
    pool = (agreement.code, line.commitment.code) if line.commitment else ()
    carries = agreement.cascade and line.is_percentage
    return (line.said, agreement.promotable, carries, pool)


def _lost(judged: _Judged) -> Step:
    reason, needed, actual = judged.refused or ("less_specific", "", "")
    reached, line, _ = judged.spoken
    return lost_row(reached.agreement, line, reason=reason, needed=needed, actual=actual)
