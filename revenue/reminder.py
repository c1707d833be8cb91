"""That a customer was reminded, and that it is not to be (催款记录、催款冻结).

Which level of dunning an item has reached is a fold over reminders: a level counts once it was
processed, and no level comes before the one below it was.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, Number, number_key


class Reminder(Frozen):
    """A dunning level was processed for receivables of a customer, which are asked to be paid by
    ``pay_by``.

    >>> Reminder(number="DN-1", customer="C-1", level=1, on=date(2026, 12, 10),
    ...          receivables=("AR-1", "AR-2"), pay_by=date(2026, 12, 20)).level
    1
    """

    kind: Literal["reminder"] = "reminder"
    number: Number
    customer: Code
    level: int = Field(ge=1, le=9)
    on: date
    receivables: tuple[Number, ...] = Field(min_length=1)
    pay_by: date

    @model_validator(mode="after")
    def _holds_together(self) -> "Reminder":
        if self.pay_by < self.on:
            raise ValueError(f"pay_by {self.pay_by} lies before on {self.on}")
        if len({number_key(each) for each in self.receivables}) < len(self.receivables):
            raise ValueError("a receivable is reminded of once in a reminder")
        return self


class DunningBlock(Frozen):
    """A customer, or one receivable of it, is not reminded from ``on`` to ``until``, inclusive; for
    ever where no end is given. ``lifts`` names an earlier block that ends the day before ``on``.

    >>> DunningBlock(number="DB-1", customer="C-1", on=date(2026, 12, 10), reason="talks go on",
    ...              by="Li").until is None
    True
    """

    kind: Literal["dunning_block"] = "dunning_block"
    number: Number
    customer: Code
    receivable: Line = ""
    on: date
    until: date | None = None
    lifts: Line = ""
    reason: Line = Field(min_length=1)
    by: Line = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "DunningBlock":
        if self.until is not None and self.until < self.on:
            raise ValueError(f"until {self.until} lies before on {self.on}")
        return self
