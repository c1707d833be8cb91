"""Closing a period (结账): from then on nothing that is dated into it happens any more.

What comes late is dated into the first open period. A soft close can be opened again by somebody
who says why, a hard one cannot. What was closed is said by facts like everything else, so the day
through which the books are closed is a fold: the latest of the closes that were not reopened.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number


class PeriodClose(Frozen):
    """The books are closed up to and with the day ``through``; for good where it is ``hard``.

    >>> PeriodClose(number="2026-11", through=date(2026, 11, 30), on=date(2026, 12, 5),
    ...             by="Wang").hard
    False
    """

    kind: Literal["period_close"] = "period_close"
    number: Number
    through: date
    on: date
    by: Line = Field(min_length=1)
    hard: bool = False


class PeriodReopening(Frozen):
    """A soft close is taken back: the books are closed ``through`` an earlier day, if any.

    >>> PeriodReopening(number="2026-11/1", period="2026-11", on=date(2026, 12, 6), by="Wang",
    ...                 reason="an invoice was forgotten").period
    '2026-11'
    """

    kind: Literal["period_reopening"] = "period_reopening"
    number: Number
    period: Number
    on: date
    reason: Line = Field(min_length=1)
    by: Line = Field(min_length=1)
