"""The trace applied once more (计价复算): its rows, in their order, give the net to the cent.

What is replayed is only what the trace says: the effects of the rows, the amounts of the breakdown
where there is one, and the places where the policy rounds. No rule is looked at again, so a line
that replays to another figure was not explained.
"""

from decimal import Decimal
from fractions import Fraction

from cpq.kernel.money import RoundingPolicy, rounded_fraction, total
from cpq.plan import UNIT_POINTS
from cpq.trace import replayed
from cpq.waterfall.line import PricedLine


def replay(line: PricedLine, policy: RoundingPolicy) -> Decimal:
    """The net of a line, or its gross where prices include tax, out of its rows alone.

    Rows per unit give the unit price, rounded where it is contractual; times the quantity and the
    periods, rounded, is the amount (or the sum of the breakdown); rows of the document phase follow
    on that.
    """
    places = policy.places_for(line.currency)
    units = [step for step in line.steps if step.point in UNIT_POINTS]
    rest = [step for step in line.steps if step.point not in UNIT_POINTS]
    if line.breakdown:
        amount = Fraction(total(part.amount for part in line.breakdown))
    else:
        price = replayed(units) or Fraction(0)
        if policy.contractual:
            price = Fraction(rounded_fraction(price, policy.unit_places, policy.mode))
        extended = price * Fraction(line.quantity) * (line.periods or 1)
        amount = Fraction(rounded_fraction(extended, places, policy.mode))
    after = replayed(rest, amount)
    return rounded_fraction(amount if after is None else after, places)
