"""What limits a promotion (促销限额): caps, the counters they run on, and the budget ledger.

A cap is written in ``model``; ``counter`` says which running figure a cap looks at for one sale and
what a sale takes of it; ``ledger`` keeps what was reserved, committed and given back, as facts.
"""

from cpq.cap.counter import CapTake, CapUsage, Counter, Facts, counters_of
from cpq.cap.ledger import BudgetLedger, BudgetMovement, BudgetStatement
from cpq.cap.model import Behaviour, Cap, CapScope, CapWindow, Measure

__all__ = [
    "Behaviour",
    "BudgetLedger",
    "BudgetMovement",
    "BudgetStatement",
    "Cap",
    "CapScope",
    "CapTake",
    "CapUsage",
    "CapWindow",
    "Counter",
    "Facts",
    "Measure",
    "counters_of",
]
