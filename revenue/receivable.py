"""The receivable, an open item (应收单、未清项): what a customer owes from a day on.

The invoice is the tax document, the receivable is the debt: most come from an invoice, some from
a system that billed before this one. How much of it is open is never stored here; it is what the
ledger's facts leave of it.
"""

from datetime import date
from typing import Literal

from pydantic import model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, Number
from revenue.amount import Positive


class Receivable(Frozen):
    """A debt of ``amount`` (with tax) that falls due on a day.

    ``source`` is the number of the invoice it comes from; an invoice that the ledger does not
    hold was billed elsewhere.

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

    @model_validator(mode="after")
    def _due_after_it_began(self) -> "Receivable":
        if self.due_on < self.on:
            raise ValueError(f"due_on {self.due_on} lies before on {self.on}")
        return self
