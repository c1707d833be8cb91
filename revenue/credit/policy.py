"""By what rules credit is checked beside the limit (信用控制政策).

Where a rule is not wanted it says ``None``: a blank that meant "no limit" in one place and "zero"
in another has cost others money.
"""

from typing import Final

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from revenue.amount import NotNegative
from revenue.credit.hold import Stage


class CreditPolicy(Frozen):
    """The rules of a house; ``None`` switches a rule off.

    Held is who has more than ``overdue_amount`` open for more than ``overdue_days`` after it was
    due (``None`` for the amount: any), and who was reminded at ``dunning_level`` or a higher one.
    The limit and its parts are held against the exposure at the stages ``limit_at``; from
    ``watch_percent`` of the limit on a note says so. With ``ship_after_advance`` nothing leaves
    before what the contract asks for at signing is paid.

    >>> CreditPolicy(overdue_days=None).dunning_level
    3
    """

    overdue_days: int | None = Field(default=30, ge=0)
    overdue_amount: NotNegative | None = None
    dunning_level: int | None = Field(default=3, ge=1, le=9)
    limit_at: tuple[Stage, ...] = ("order", "shipment")
    watch_percent: Exact | None = Field(default=None, gt=0, le=100)
    ship_after_advance: bool = True


STANDARD_POLICY: Final = CreditPolicy.model_validate({"watch_percent": 80})
"""Held from 31 days overdue or dunning level 3, noted from 80 % of the limit: an editable default.
"""
