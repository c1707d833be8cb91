"""Who bears the cost of a promotion (费用分摊): plans, and exact shares per line and funder.

A plan is written in ``model``; ``share`` reckons what each funder pays of each line's discount;
``rounding`` holds the table of whole units that adds up both ways; ``budget`` says which counters
bound what a funder pays over a time. What funders owe and have paid is kept by ``revenue.claim``.
"""

from cpq.funding.budget import budget_counters, budget_left, budget_takes
from cpq.funding.model import (
    OWN,
    OWN_FUNDER,
    FunderKind,
    FunderPart,
    FunderShare,
    FundingLayer,
    FundingPlan,
)
from cpq.funding.share import Parts, funded, funder_totals

__all__ = [
    "OWN",
    "OWN_FUNDER",
    "FunderKind",
    "FunderPart",
    "FunderShare",
    "FundingLayer",
    "FundingPlan",
    "Parts",
    "budget_counters",
    "budget_left",
    "budget_takes",
    "funded",
    "funder_totals",
]
