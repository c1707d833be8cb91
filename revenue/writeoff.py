"""Bad debts: allowance, write-off, recovery (计提坏账准备、坏账核销、坏账收回).

A write-off gives a debt up against the allowance and needs somebody who approved it; where it goes
back to a proposal, another person decided on that. Tax is relieved only where a law says so, and
then the relief stands on the write-off. A debtor who pays after all makes a recovery: it takes from
the receipt and undoes that part of the loss, while the receivable stays written off.
"""

from datetime import date
from typing import Literal, TypeVar

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Money
from cpq.kernel.text import Line, Number
from revenue.amount import NotNegative, NotZero, Positive


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


class WriteOffProposal(Frozen):
    """Somebody proposes to give up ``amount`` of a receivable, and shows why (核销申请).

    >>> from cpq.kernel.money import Money
    >>> WriteOffProposal(number="WP-1", receivable="AR-1", amount=Money("80", "CNY"),
    ...                  on=date(2027, 6, 1), reason="insolvent", evidence=("court notice 77",),
    ...                  by="Li").by
    'Li'
    """

    kind: Literal["write_off_proposal"] = "write_off_proposal"
    number: Number
    receivable: Number
    amount: Positive
    on: date
    reason: Line = Field(min_length=1)
    evidence: tuple[Line, ...] = ()
    by: Line = Field(min_length=1)


class WriteOffDecision(Frozen):
    """Another person than the one who proposed it approves a write-off, or rejects it.

    >>> WriteOffDecision(number="WD-1", proposal="WP-1", approved=True, on=date(2027, 6, 9),
    ...                  by="Wang").approved
    True
    """

    kind: Literal["write_off_decision"] = "write_off_decision"
    number: Number
    proposal: Number
    approved: bool
    on: date
    by: Line = Field(min_length=1)
    note: Line = ""


class WriteOff(Frozen):
    """Gives up ``amount`` of a receivable, for a reason, approved by somebody.

    ``tax_relief`` is the output VAT inside the amount that the tax office gives back, where a law
    says so; ``proposal`` names the proposal that was approved.

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
    proposal: Line = added("")
    tax_relief: NotNegative | None = added(None)
    books: tuple[NotNegative, ...] = added(())

    @model_validator(mode="after")
    def _relief_inside(self) -> "WriteOff":
        return _with_part(self, self.tax_relief, "tax_relief")


class Recovery(Frozen):
    """``amount`` of a receipt pays what was written off before.

    ``tax`` is the part of the relief that is owed to the tax office again.

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
    tax: NotNegative | None = added(None)
    books: tuple[NotNegative, ...] = added(())

    @model_validator(mode="after")
    def _tax_inside(self) -> "Recovery":
        return _with_part(self, self.tax, "tax")


_Loss = TypeVar("_Loss", WriteOff, Recovery)


def _with_part(fact: _Loss, part: Money | None, name: str) -> _Loss:
    if part is not None and (part.code != fact.amount.code or part > fact.amount):
        raise ValueError(f"{name} {part} is no part of the amount {fact.amount}")
    return fact
