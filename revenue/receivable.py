"""The receivable, an open item (应收单、未清项): what a customer owes from a day on.

The invoice is the tax document, the receivable is the debt: most come from an invoice, one for
each instalment; others from an opening balance, from an instalment or a delivery that nobody billed
yet (未开票), from a reminder's fee. With a contract what is not billed yet takes the contract's
position as an invoice does, its tax waits as 待转销项税额, and the invoice that covers it owes
nothing again. How much of a receivable is open is never stored here; it is what the ledger's facts
leave of it.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative, Positive

ReceivableOrigin = Literal[
    "",
    "opening",
    "instalment",
    "delivery",
    "dunning_fee",
    "interest",
    "dispute",
    "transfer",
    "retention",
]
"""What made a receivable, where no invoice did: the opening balance of a new book, an instalment
or a delivery that is not billed yet, a fee or interest for being late. Of the last three no fact
records one by itself: a dispute, a change of debtor and the release of a retention open them."""

OPENED_BY_FACTS: tuple[ReceivableOrigin, ...] = ("dispute", "transfer", "retention")
"""Origins of receivables that another fact opens, and that are never recorded as such."""


NOT_BILLED: tuple[ReceivableOrigin, ...] = ("instalment", "delivery")
"""Origins of receivables that an invoice bills later, if any."""


class EarlyDiscount(Frozen):
    """``percent`` off for a payment up to and on the day ``until`` (现金折扣).

    >>> EarlyDiscount(percent="2", until=date(2026, 12, 10)).percent
    Decimal('2')
    """

    percent: Exact = Field(gt=0, lt=100)
    until: date


class Receivable(Frozen):
    """A debt of ``amount`` (with tax) that falls due on a day.

    ``source`` is the number of the invoice it comes from; an invoice that the ledger does not
    hold was billed elsewhere. ``tax`` is the output VAT inside the amount, where it is known;
    ``discounts`` are granted for paying early, the first day that is not over decides. ``booked``
    is its value in the book currency where the debt is in another one. What another fact opens of
    a debt that is overdue may have been due before it began.

    >>> from cpq.kernel.money import Money
    >>> Receivable(number="AR-1", customer="C-1", source="INV-1", contract="HT-1",
    ...            on=date(2026, 11, 28), due_on=date(2026, 12, 5),
    ...            amount=Money("300", "CNY")).amount
    Money('300.00', 'CNY')
    """

    kind: Literal["receivable"] = "receivable"
    number: Number
    customer: Code
    source: Line = ""
    contract: Line = ""
    on: date
    due_on: date
    amount: Positive
    origin: ReceivableOrigin = added("")
    tax: NotNegative | None = added(None)
    discounts: tuple[EarlyDiscount, ...] = added(())
    booked: NotNegative | None = added(None)

    @property
    def to_bill(self) -> bool:
        """Whether it is owed under a contract before an invoice bills it."""
        return self.origin in NOT_BILLED and bool(self.contract) and not self.source

    @property
    def booked_tax(self) -> Money | None:
        """The value of the tax in the book currency: its share, rounded half up."""
        if self.booked is None or self.tax is None:
            return None
        return self.booked.share(self.tax.ratio_to(self.amount))

    @model_validator(mode="after")
    def _holds_together(self) -> "Receivable":
        if self.due_on < self.on and self.origin not in OPENED_BY_FACTS:
            raise ValueError(f"due_on {self.due_on} lies before on {self.on}")
        if self.tax is not None and (self.tax.code != self.amount.code or self.tax > self.amount):
            raise ValueError(f"the tax {self.tax} is no part of the amount {self.amount}")
        days = [each.until for each in self.discounts]
        if days != sorted(set(days)):
            raise ValueError("the discounts are given by day, the first day first, each day once")
        if self.booked is not None and self.booked.code == self.amount.code:
            raise ValueError(
                f"booked {self.booked} is in the currency of the amount; give it only where the "
                "books are kept in another one"
            )
        return self
