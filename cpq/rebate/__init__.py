"""Rebates paid back later for what was bought over a period (返利): agreed, assigned, settled."""

from cpq.rebate.account import (
    Accrued,
    Moved,
    RebateAccount,
    RebateMovement,
    accruals,
    accrued_in,
    recouped,
    settlement,
)
from cpq.rebate.agreement import RebateAgreement, RebateTier
from cpq.rebate.assigning import RebateStanding, assigned
from cpq.rebate.assignment import RebateAssignment
from cpq.rebate.coverage import covers
from cpq.rebate.forecast import RebateForecast, RebateStep, forecast
from cpq.rebate.sale import RebateSale, SoldLine
from cpq.rebate.statement import (
    RebateShare,
    RebateStatement,
    RebateStatementRow,
    rebate_statement,
)

__all__ = [
    "Accrued",
    "Moved",
    "RebateAccount",
    "RebateAgreement",
    "RebateAssignment",
    "RebateForecast",
    "RebateMovement",
    "RebateSale",
    "RebateShare",
    "RebateStanding",
    "RebateStatement",
    "RebateStatementRow",
    "RebateStep",
    "RebateTier",
    "SoldLine",
    "accruals",
    "accrued_in",
    "assigned",
    "covers",
    "forecast",
    "rebate_statement",
    "recouped",
    "settlement",
]
