"""Cash application and its reversal (核销、反核销): which receipt pays which receivable.

Applying settles a debt with money. It is not writing off (坏账核销), which gives a debt up; the
Chinese word is the same, so the two have separate modules. An application is never edited: a
reversal mirrors it, and both stay on record.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number
from revenue.amount import Positive


class Application(Frozen):
    """``amount`` of a receipt pays that much of a receivable, from a day on.

    >>> from cpq.kernel.money import Money
    >>> Application(number="A-1", receipt="R-1", receivable="AR-1",
    ...             amount=Money("300", "CNY"), on=date(2026, 12, 2)).amount
    Money('300.00', 'CNY')
    """

    kind: Literal["application"] = "application"
    number: Number
    receipt: Number
    receivable: Number
    amount: Positive
    on: date


class Reversal(Frozen):
    """Undoes an application, write-off, recovery or settlement (of a claim or a rebate) from a day
    on, and says why. ``reverses`` is the number of what it undoes; these share one series.

    >>> Reversal(number="X-1", reverses="A-1", on=date(2026, 12, 3), reason="wrong invoice").reason
    'wrong invoice'
    """

    kind: Literal["reversal"] = "reversal"
    number: Number
    reverses: Number
    on: date
    reason: Line = Field(min_length=1)
