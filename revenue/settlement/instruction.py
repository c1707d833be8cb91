"""What somebody wants to be settled (核销指令)."""

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, Number
from revenue.amount import NotNegative, Positive
from revenue.application import Difference, Means


class Source(Frozen):
    """What pays: a receipt, a credit note or a payable, as much of it as is needed or ``up_to``.

    >>> Source(number="CN-1", means="credit_note").means
    'credit_note'
    """

    number: Number
    means: Means = "receipt"
    up_to: Positive | None = None


class Instruction(Frozen):
    """Pay ``pay`` of a receivable, and settle ``differences`` of it without money.

    Without ``pay`` all that is open is paid but for the differences. ``paid`` is what it takes of a
    source in another currency: the two say the rate.

    >>> from cpq.kernel.money import Money
    >>> Instruction(receivable="AR-1", pay=Money("100", "CNY")).differences
    ()
    """

    receivable: Number
    pay: NotNegative | None = None
    paid: Positive | None = None
    differences: tuple[Difference, ...] = ()
    note: Line = Field(default="")

    @model_validator(mode="after")
    def _holds_together(self) -> "Instruction":
        if self.paid is not None and not (self.pay and self.pay.amount):
            raise ValueError("paid says what pay costs in another currency; give both")
        return self
