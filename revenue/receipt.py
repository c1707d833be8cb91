"""The receipt: money that came in from a customer (收款单、回款).

Never goods that arrived: those are a ``Delivery``. What of a receipt is not applied yet is on
account (预收); it stays the customer's until it is applied.
"""

from datetime import date
from typing import Literal

from cpq.kernel.model import Frozen, added
from cpq.kernel.text import Code, Line, Number
from revenue.amount import Positive


class Receipt(Frozen):
    """``amount`` that a customer paid; ``payer`` and ``reference`` as the bank shows them.

    With ``rebate`` no money came in: it holds what was settled of the rebate under that agreement
    by credit note or offset, and has the number of the settlement.

    >>> from cpq.kernel.money import Money
    >>> Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...         amount=Money("300", "CNY"), reference="INV-1").reference
    'INV-1'
    """

    kind: Literal["receipt"] = "receipt"
    number: Number
    customer: Code
    on: date
    amount: Positive
    payer: Line = ""
    reference: Line = ""
    rebate: Line = added("")
