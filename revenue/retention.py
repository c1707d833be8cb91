"""What a customer holds back until a warranty has passed (质保金).

As long as more than time has to pass the seller has no right to the money yet: it is a contract
asset, no receivable (IFRS 15.107; 企业会计准则第14号 第四十一条). A difference of an application or
an adjustment takes it off the receivable; a ``RetentionRelease`` makes it one again.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative, Positive
from revenue.receivable import Receivable


class Retention(Frozen):
    """``amount`` of a receivable that is held back, presumably until ``due_on``.

    >>> from cpq.kernel.money import Money
    >>> Retention(number="AR-1/R", customer="C-1", receivable="AR-1", on=date(2026, 12, 1),
    ...           due_on=date(2027, 12, 1), amount=Money("56500", "CNY")).receivable
    'AR-1'
    """

    kind: Literal["retention"] = "retention"
    number: Number
    customer: Code
    receivable: Number
    contract: Line = ""
    on: date
    due_on: date
    amount: Positive
    booked: NotNegative | None = None


class RetentionRelease(Frozen):
    """``amount`` that the customer held back is owed from now on (质保金到期).

    It goes on as a receivable of this number, due on ``due_on``.

    >>> from cpq.kernel.money import Money
    >>> RetentionRelease(number="RR-1", retention="AR-1/R", amount=Money("56500", "CNY"),
    ...                  on=date(2027, 12, 1), due_on=date(2027, 12, 31), by="Li").retention
    'AR-1/R'
    """

    kind: Literal["retention_release"] = "retention_release"
    number: Number
    retention: Number
    amount: Positive
    on: date
    due_on: date
    by: Line = Field(min_length=1)
    books: tuple[NotNegative, ...] = added(())

    def opened(self, origin: Retention) -> Receivable:
        """The receivable that it opens."""
        return Receivable(
            number=self.number,
            customer=origin.customer,
            source=origin.receivable,
            contract=origin.contract,
            on=self.on,
            due_on=self.due_on,
            amount=self.amount,
            origin="retention",
            booked=self.books[0] if self.books else None,
        )
