"""The reconciliation workbench (对账工作台): from bank lines to settled receivables, with proof.

``reconcile`` does what needs nobody and tells the rest; ``confirm``, ``assign``, ``identify`` (of
``revenue.settlement``) and ``take_back`` are what a person decides. All are values: a CRM's screen
shows them as the terminal and the report do.
"""

from revenue.reconcile.carry_out import settlement_of
from revenue.reconcile.decide import assign, confirm, take_back
from revenue.reconcile.learned import learned_from
from revenue.reconcile.model import (
    STATUS_WORDS,
    STATUSES,
    ReconciledLine,
    Reconciliation,
    Status,
    StatusTotal,
)
from revenue.reconcile.run import reconcile

__all__ = [
    "STATUSES",
    "STATUS_WORDS",
    "ReconciledLine",
    "Reconciliation",
    "Status",
    "StatusTotal",
    "assign",
    "confirm",
    "learned_from",
    "reconcile",
    "settlement_of",
    "take_back",
]
