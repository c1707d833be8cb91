"""Dunning: who is reminded of what, how firmly, and what being late costs (催收).

A ``DunningPolicy`` names levels, fees and interest. ``dunning_run`` proposes, as a value, what is
due on a day, and why the rest of what is overdue is not; ``dun`` turns a proposal into facts,
``proposal_notice`` into a letter. Which level an item has reached, what blocks it and what interest
it was charged are folds over facts: nothing of it is stored.
"""

from revenue.dunning.accrual import accrued_on, open_path
from revenue.dunning.audit import dunning_findings
from revenue.dunning.interest import (
    DayCount,
    LateInterest,
    OpenFrom,
    RateFrom,
    accrued_interest,
    rounded_interest,
    year_part,
)
from revenue.dunning.letter import proposal_notice, recorded_notice
from revenue.dunning.past import DunningPast
from revenue.dunning.policy import Counting, DunningPolicy, DunningStep, policy_for
from revenue.dunning.proposal import DunningLine, DunningProposal, HeldLine, HeldReason
from revenue.dunning.record import dun, dun_each
from revenue.dunning.run import dunning_run
from revenue.dunning.status import (
    DunningState,
    DunningStatus,
    ReminderState,
    ReminderStatus,
    dunning_status,
    reminder_status,
)

__all__ = [
    "Counting",
    "DayCount",
    "DunningLine",
    "DunningPast",
    "DunningPolicy",
    "DunningProposal",
    "DunningState",
    "DunningStatus",
    "DunningStep",
    "HeldLine",
    "HeldReason",
    "LateInterest",
    "OpenFrom",
    "RateFrom",
    "ReminderState",
    "ReminderStatus",
    "accrued_interest",
    "accrued_on",
    "dun",
    "dun_each",
    "dunning_findings",
    "dunning_run",
    "dunning_status",
    "open_path",
    "policy_for",
    "proposal_notice",
    "recorded_notice",
    "reminder_status",
    "rounded_interest",
    "year_part",
]
