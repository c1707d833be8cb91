"""The credit note (红字发票、贷项通知单), and what the seller owes the customer (应付).

A credit note takes back part of what was billed. What of it was recognised as revenue already is
taken back from revenue, the rest from the contract liability; its tax from output VAT. It is worth
money to the customer: it is applied to receivables, or paid back. A payable is booked by the
purchasing side; it stands here only to be netted against receivables (应收冲应付).
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative, Positive


class CreditNote(Frozen):
    """``amount`` (with ``tax``) that a customer need not pay; ``recognised`` is the part of the net
    amount that was revenue already, all of it unless said.

    >>> from cpq.kernel.money import Money
    >>> note = CreditNote(number="CN-1", customer="C-1", invoice="INV-1", on=date(2026, 12, 9),
    ...     amount=Money("113", "CNY"), tax=Money("13", "CNY"), reason="goods came back")
    >>> note.net, note.unrecognised
    (Money('100.00', 'CNY'), Money('0.00', 'CNY'))
    """

    kind: Literal["credit_note"] = "credit_note"
    number: Number
    customer: Code
    on: date
    amount: Positive
    tax: NotNegative | None = None
    recognised: NotNegative | None = None
    invoice: Line = ""
    contract: Line = ""
    reason: Line = Field(min_length=1)
    booked: NotNegative | None = None

    @property
    def net(self) -> Money:
        """The amount before tax."""
        return self.amount if self.tax is None else self.amount - self.tax

    @property
    def unrecognised(self) -> Money:
        """The part of the net amount that was never revenue."""
        return self.net - (self.net if self.recognised is None else self.recognised)

    @model_validator(mode="after")
    def _holds_together(self) -> "CreditNote":
        parts = [part for part in (self.tax, self.recognised) if part is not None]
        if any(part.code != self.amount.code for part in parts):
            raise ValueError(f"tax and recognised are in {self.amount.code}, as the amount is")
        if self.net.amount < 0 or self.unrecognised.amount < 0:
            raise ValueError(f"tax and recognised make more than the amount of {self.amount}")
        if self.unrecognised.amount and not self.contract:
            raise ValueError("what was never revenue is of a contract; name it")
        if self.booked is not None and self.booked.code == self.amount.code:
            raise ValueError("booked is given only where the books are kept in another currency")
        return self


class Payable(Frozen):
    """``amount`` that the seller owes its customer, to be netted against what that owes.

    >>> from cpq.kernel.money import Money
    >>> Payable(number="PI-7", customer="C-1", on=date(2026, 12, 1), due_on=date(2026, 12, 31),
    ...         amount=Money("11.90", "CNY")).amount
    Money('11.90', 'CNY')
    """

    kind: Literal["payable"] = "payable"
    number: Number
    customer: Code
    on: date
    due_on: date
    amount: Positive
    booked: NotNegative | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "Payable":
        if self.due_on < self.on:
            raise ValueError(f"due_on {self.due_on} lies before on {self.on}")
        if self.booked is not None and self.booked.code == self.amount.code:
            raise ValueError("booked is given only where the books are kept in another currency")
        return self
