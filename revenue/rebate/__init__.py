"""Rebates in the ledger: what is accrued, settled, clawed back and carried (返利)."""

from revenue.rebate.accounts import rebate_rows
from revenue.rebate.balance import RebateBalance, rebate_balances
from revenue.rebate.booking import EarnedByEvent, MovedRebate, accrue, recoup_rebate, settle_rebate
from revenue.rebate.fact import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateFact,
    RebateMeans,
    RebateSettlement,
    rebate_effects,
)
from revenue.rebate.statement import RebateMove, RebateReversal, rebate_moves

__all__ = [
    "EarnedByEvent",
    "MovedRebate",
    "RebateAccrual",
    "RebateBalance",
    "RebateCarry",
    "RebateClawBack",
    "RebateFact",
    "RebateMeans",
    "RebateMove",
    "RebateReversal",
    "RebateSettlement",
    "accrue",
    "rebate_balances",
    "rebate_effects",
    "rebate_moves",
    "rebate_rows",
    "recoup_rebate",
    "settle_rebate",
]
