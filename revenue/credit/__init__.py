"""Credit control (信用控制): what a customer owes and will owe, and whether it may owe more.

``exposure`` adds up the parts as of a day, ``check_credit`` holds them against the limit and says
what stands against it and what would free it, ``release_order`` and ``release_shipment`` do so for
an order and for a delivery and give the facts to record. ``usable_prepayment`` and its neighbours
reckon what money in advance pays for.
"""

from revenue.credit.check import CreditDecision, Override, Verdict, check_credit
from revenue.credit.exposure import (
    PARTS,
    Exposure,
    ExposureAmount,
    OverdueItem,
    exposure,
    exposure_of,
)
from revenue.credit.hold import BY_CHECK, Stage, is_let_go, live_holds, release_hold
from revenue.credit.judge import PART_NAMES, Remedy
from revenue.credit.policy import STANDARD_POLICY, CreditPolicy
from revenue.credit.position import ContractPosition, positions
from revenue.credit.prepayment import (
    advance_invoices,
    recall_deposit,
    unpaid_advance,
    usable_prepayment,
)
from revenue.credit.release import Release, release_order, release_shipment
from revenue.credit.standing import limit_on, status_on

__all__ = [
    "BY_CHECK",
    "PARTS",
    "PART_NAMES",
    "STANDARD_POLICY",
    "ContractPosition",
    "CreditDecision",
    "CreditPolicy",
    "Exposure",
    "ExposureAmount",
    "OverdueItem",
    "Override",
    "Release",
    "Remedy",
    "Stage",
    "Verdict",
    "advance_invoices",
    "check_credit",
    "exposure",
    "exposure_of",
    "is_let_go",
    "limit_on",
    "live_holds",
    "positions",
    "recall_deposit",
    "release_hold",
    "release_order",
    "release_shipment",
    "status_on",
    "unpaid_advance",
    "usable_prepayment",
]
