"""An order or a delivery is held back for the customer's credit (信用冻结), and let go (放行)."""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, Number


class CreditHold(Frozen):
    """An order of a customer is held, when it is placed or before it is shipped, and why.

    >>> CreditHold(number="H-1", customer="C-1", order="SO-1", at="shipment",
    ...            on=date(2026, 12, 1), reasons=("limit exceeded by 50.00 CNY",)).at
    'shipment'
    """

    kind: Literal["credit_hold"] = "credit_hold"
    number: Number
    customer: Code
    order: Line = ""
    at: Literal["order", "shipment"] = "order"
    on: date
    reasons: tuple[Line, ...] = Field(min_length=1)


class HoldRelease(Frozen):
    """A person lets go of what is held, and says why.

    >>> HoldRelease(number="HR-1", hold="H-1", on=date(2026, 12, 2), reason="guarantee received",
    ...             by="Wang").hold
    'H-1'
    """

    kind: Literal["hold_release"] = "hold_release"
    number: Number
    hold: Number
    on: date
    reason: Line = Field(min_length=1)
    by: Line = Field(min_length=1)
