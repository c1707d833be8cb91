"""In which tiers lies what was bought (分层), where a tier holds only for what exceeds its bound.

What is measured is laid into the tiers from the lowest up. It is split exactly; what is not
measured (the net of a line whose units climb, the units of a line whose net does) goes with it in
proportion, rounded so that the parts of a line add up to the line.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cpq.kernel.money import difference, places_of, rounded_fraction
from cpq.rebate.agreement import RebateAgreement

_NOTHING = Decimal(0)
_QUANTITY_PLACES = 9

Laid = Mapping[int, Fraction]
"""How much lies in which tier, by its place on the ladder."""


class Part(NamedTuple):
    """What of a line lies in one tier: ``base`` as its rows show it and ``exact`` as it is."""

    quantity: Decimal
    net: Decimal
    base: Decimal
    exact: Fraction


def filled(agreement: RebateAgreement, taken: Laid, more: Fraction) -> dict[int, Fraction]:
    """Where ``more`` goes, when so much of each tier is ``taken``: the lowest room first.

    >>> from cpq.rebate.agreement import RebateTier
    >>> agreement = RebateAgreement(code="R", customers=("C",), currency="CNY", tiers=(
    ...     RebateTier(percent=10), RebateTier(lower=15, percent=20)), mode="incremental")
    >>> {k: int(v) for k, v in filled(agreement, {0: Fraction(13)}, Fraction(3)).items()}
    {0: 1, 1: 2}
    """
    laid: dict[int, Fraction] = {}
    for place, room in enumerate(_rooms(agreement, taken)):
        part = more if room is None else min(more, room)
        if part > 0:
            laid[place] = part
            more -= part
    return laid


def _rooms(agreement: RebateAgreement, taken: Laid) -> Sequence[Fraction | None]:
    """What each tier still has room for; the last one for everything."""
    starts = agreement.starts
    ends = [
        max(end - start - taken.get(place, Fraction(0)), Fraction(0))
        for place, (start, end) in enumerate(pairwise(starts))
    ]
    return [*ends, None]


def emptied(laid: Laid, less: Fraction) -> dict[int, Fraction]:
    """What is left where ``less`` is taken out again, from the highest tier down.

    >>> {k: int(v) for k, v in emptied({0: Fraction(1), 1: Fraction(2)}, Fraction(1)).items()}
    {0: 1, 1: 1}
    """
    left = dict(laid)
    for place in sorted(left, reverse=True):
        part = min(less, left[place])
        left[place] -= part
        less -= part
    return {place: amount for place, amount in left.items() if amount}


def sliced(agreement: RebateAgreement, start: Fraction, length: Fraction) -> dict[int, Fraction]:
    """The tiers in which what was bought from ``start`` on lies, with nothing free before it."""
    before = filled(agreement, {}, start)
    return filled(agreement, before, length)


def parts_of(
    agreement: RebateAgreement, laid: Laid, *, quantity: Decimal, net: Decimal
) -> dict[int, Part]:
    """The line in parts by tier. Where nothing is measured it stands in the lowest and earns none.

    The parts add up to ``quantity`` and ``net``.
    """
    measured = agreement.measure == "quantity"
    whole = sum(laid.values(), Fraction(0))
    if not whole:
        return {0: Part(quantity, net, _NOTHING, Fraction(0))}
    other = net if measured else quantity
    places = max(places_of(other), agreement.places if measured else _QUANTITY_PLACES)
    parts: dict[int, Part] = {}
    reached, given = Fraction(0), _NOTHING
    for place in sorted(laid):
        reached += laid[place]
        upto = rounded_fraction(Fraction(other) * reached / whole, places)
        share, given = difference(upto, given), upto
        own = _decimal(laid[place])
        units, money = (own, share) if measured else (share, own)
        rated = quantity if agreement.base == "units" else net
        parts[place] = Part(
            quantity=units,
            net=money,
            base=units if agreement.base == "units" else money,
            exact=Fraction(rated) * laid[place] / whole,
        )
    return parts


def _decimal(value: Fraction) -> Decimal:
    """A sum of decimals as the decimal that it is."""
    places = next(places for places in range(64) if not 10**places % value.denominator)
    return rounded_fraction(value, places)


def measured_in(agreement: RebateAgreement, parts: Mapping[int, Part]) -> dict[int, Fraction]:
    """How much is measured in which tier."""
    quantities = agreement.measure == "quantity"
    return {
        place: Fraction(part.quantity if quantities else part.net)
        for place, part in parts.items()
        if (part.quantity if quantities else part.net)
    }
