"""Bad debts: allowance, write-off, recovery (计提坏账准备、坏账核销、坏账收回).

A write-off gives a debt up against the allowance and needs somebody who approved it. A debtor who
pays after all makes a recovery: it takes from the receipt and undoes that part of the loss, while
the receivable stays written off.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number
from revenue.amount import NotZero, Positive


class AllowanceCharge(Frozen):
    """Raises the allowance for bad debts by ``amount``; a negative amount releases (转回).

    >>> from cpq.kernel.money import Money
    >>> AllowanceCharge(number="P-1", on=date(2026, 12, 31), amount=Money("-4500", "CNY"),
    ...                 reason="year end 2026").amount
    Money('-4500.00', 'CNY')
    """

    kind: Literal["allowance_charge"] = "allowance_charge"
    number: Number
    on: date
    amount: NotZero
    reason: Line = Field(min_length=1)


class WriteOff(Frozen):
    """Gives up ``amount`` of a receivable, for a reason, approved by somebody.

    >>> from cpq.kernel.money import Money
    >>> WriteOff(number="W-1", receivable="AR-1", amount=Money("80", "CNY"),
    ...          on=date(2027, 6, 30), reason="insolvent", approved_by="Wang").approved_by
    'Wang'
    """

    kind: Literal["write_off"] = "write_off"
    number: Number
    receivable: Number
    amount: Positive
    on: date
    reason: Line = Field(min_length=1)
    approved_by: Line = Field(min_length=1)


class Recovery(Frozen):
    """``amount`` of a receipt pays what was written off before.

    >>> from cpq.kernel.money import Money
    >>> Recovery(number="V-1", write_off="W-1", receipt="R-9", amount=Money("50", "CNY"),
    ...          on=date(2027, 9, 1)).amount
    Money('50.00', 'CNY')
    """

    kind: Literal["recovery"] = "recovery"
    number: Number
    write_off: Number
    receipt: Number
    amount: Positive
    on: date
