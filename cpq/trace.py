"""The trace of a price (计价追溯): one row per rule that was looked at, applied or refused.

A price that nobody can explain is a price that nobody may give. Each row names the rule, what it
needed, what it found and what it made of the price; rules that were refused stand there too.
"""

from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.text import Code, Line

PricePoint = Literal["list", "book", "promotion", "tax"]
"""Where in the waterfall a rule acts, in this order."""


class Step(Frozen):
    """One row of the trace.

    ``before`` and ``after`` are prices per unit at the points ``list`` and ``book``, amounts of
    the line at ``promotion`` and ``tax``. A rule that was not applied says what it ``needed`` and
    what it found (``actual``).

    >>> Step(point="book", rule="VIP from 10", applied=False, reason="quantity_below",
    ...      needed="10", actual="8").applied
    False
    """

    point: PricePoint
    rule: Line
    applied: bool
    reason: Code
    needed: Line = ""
    actual: Line = ""
    before: Exact | None = None
    after: Exact | None = None
