"""The credit limit and the credit status of a customer, as people set them (信用额度、信用状态).

A limit holds from a day on until its last day or until a later one is set. No limit set means no
credit: what has no limit on purpose has the status X. Parts of what a customer owes may have
limits of their own, and may be left out of the whole.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, Number
from revenue.amount import NotNegative

ExposurePart = Literal[
    "not_due",
    "overdue",
    "unbilled",
    "undelivered",
    "draft",
    "other",
    "billed_ahead",
    "prepaid",
    "cover",
]
"""Receivables not due (未到期) and overdue (逾期), delivered and not billed (已发货未开票),
released and not delivered (已放行未发货), invoices in draft, whatever else the host counts; and
what lowers them: billed before delivery (先票后货), paid and not applied (预收), insured (保险)."""

CreditStatusCode = Literal["O", "W", "H", "S", "X", "I"]
"""O ok (正常), W watch (观察), H hold (冻结，须放行), S stop (停止交易), X no check (不检查),
I one open invoice only (一单一清)."""


class PartLimit(Frozen):
    """A limit for one part of the exposure; ``None`` sets none. ``included``: it counts in the sum.

    >>> PartLimit(part="overdue", amount="5000.00 CNY").included
    True
    """

    part: ExposurePart
    amount: NotNegative | None = None
    included: bool = True


class CreditLimit(Frozen):
    """What a customer may owe in all from the day ``on`` through ``until``, in book currency.

    ``by`` set it, for ``reasons``. Of several that hold on a day, the one that starts last counts,
    and of these the one recorded last.

    >>> from cpq.kernel.money import Money
    >>> limit = CreditLimit(number="CL-1", customer="C-1", amount=Money("800000", "CNY"),
    ...                     on=date(2026, 1, 1), until=date(2026, 12, 31), by="Wang")
    >>> limit.holds_on(date(2026, 12, 31)), limit.holds_on(date(2027, 1, 1))
    (True, False)
    """

    kind: Literal["credit_limit"] = "credit_limit"
    number: Number
    customer: Code
    amount: NotNegative
    on: date
    until: date | None = None
    by: Line = Field(min_length=1)
    reasons: tuple[Line, ...] = ()
    parts: tuple[PartLimit, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> "CreditLimit":
        if self.until is not None and self.until < self.on:
            raise ValueError(f"until {self.until} lies before on {self.on}")
        if len({each.part for each in self.parts}) < len(self.parts):
            raise ValueError("a part of the exposure has one limit; two are given")
        codes = {self.amount.code, *(each.amount.code for each in self.parts if each.amount)}
        if len(codes) > 1:
            raise ValueError(f"a limit and its parts are in one currency; found {sorted(codes)}")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the limit is in force on a day."""
        return self.on <= day and (self.until is None or day <= self.until)


class CreditStatus(Frozen):
    """How a customer may be dealt with from the day ``on`` through ``until``; O where none is set.

    >>> CreditStatus(number="CS-1", customer="C-1", status="S", on=date(2026, 12, 1), by="Wang",
    ...              reason="insolvent").status
    'S'
    """

    kind: Literal["credit_status"] = "credit_status"
    number: Number
    customer: Code
    status: CreditStatusCode
    on: date
    until: date | None = None
    by: Line = Field(min_length=1)
    reason: Line = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "CreditStatus":
        if self.until is not None and self.until < self.on:
            raise ValueError(f"until {self.until} lies before on {self.on}")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the status is in force on a day."""
        return self.on <= day and (self.until is None or day <= self.until)
