"""Cliffs (价格倒挂): where buying more costs less.

Where every unit is priced at the tier that the quantity reaches, the total may fall as the
quantity grows: 25 seats at 90 are 2,250 and 26 at 80 are 2,080. Who designs the tiers should know
it (``cliffs``), and who sells 25 should offer 26 (``cheaper``). No price is negative, so inside a
tier a total never falls: it is enough to look where tiers begin, and nothing is tried out.
"""

from fractions import Fraction
from typing import NamedTuple

from cpq.pricebook.charge import Charge


class Cliff(NamedTuple):
    """A quantity, a larger one that costs less, what both cost exactly, and the difference."""

    quantity: Fraction
    total: Fraction
    larger: Fraction
    larger_total: Fraction
    saved: Fraction


def cliffs(
    charge: Charge, *, upto: Fraction | None = None, step: Fraction | None = None
) -> tuple[Cliff, ...]:
    """Every quantity at which one ``step`` more costs less in total.

    Quantities lie on the grid of ``step`` (the charge's own unless given); with ``upto`` the
    larger of the two is at most that.

    >>> from cpq.pricebook.charge import Rung
    >>> tiers = (Rung(Fraction(1), rate=Fraction(90)), Rung(Fraction(26), rate=Fraction(80)))
    >>> [(int(each.quantity), int(each.saved)) for each in cliffs(Charge("volume", tiers))]
    [(25, 170)]
    """
    grid = charge.step if step is None else step
    found = []
    for start in sorted(set(charge.starts(step=grid))):
        if start >= grid and (upto is None or start <= upto):
            cliff = _between(charge, start - grid, start)
            if cliff:
                found.append(cliff)
    return tuple(found)


def cheaper(charge: Charge, quantity: Fraction, *, step: Fraction | None = None) -> Cliff | None:
    """The least larger quantity on the grid of ``step`` whose total is below that of ``quantity``.

    ``None`` where there is none, where ``quantity`` reaches no tier, and for returns, whose total
    is below every other.

    >>> from cpq.pricebook.charge import Rung
    >>> tiers = (Rung(Fraction(1), rate=Fraction(90)), Rung(Fraction(26), rate=Fraction(80)))
    >>> hint = cheaper(Charge("volume", tiers), Fraction(24))
    >>> int(hint.larger), int(hint.saved)
    (26, 80)
    """
    starts = (start for start in charge.starts(step=step) if start > quantity)
    found = (_between(charge, quantity, start) for start in starts)
    return next((cliff for cliff in found if cliff), None)


def _between(charge: Charge, quantity: Fraction, larger: Fraction) -> Cliff | None:
    if charge.reached(quantity) is None:
        return None
    total, less = charge.amount(quantity), charge.amount(larger)
    if less >= total:
        return None
    return Cliff(quantity, total, larger, less, total - less)
