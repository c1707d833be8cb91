"""Approvals (审批): which deals need somebody's yes, whose, and whether they have it.

A matrix of rules is held against the facts of a quote (``required``); decisions are appended, never
edited; who is asked at an instant is reckoned when somebody wants to know (``status``). An approval
is bound to the content it was given for: a new version asks again only for what got worse.
"""

from cpq.approval.condition import AllOf, AnyOf, Compare, Condition, Measure, Measured, Not, when
from cpq.approval.decision import (
    ApprovalState,
    ApprovalStatus,
    Ask,
    Decision,
    Delegation,
    Verdict,
    decided,
    inherited,
    status,
)
from cpq.approval.facts import ApprovalFacts, MeasuredQuote, approval_facts
from cpq.approval.matrix import (
    ApprovalLevel,
    ApprovalMatrix,
    ApprovalNeed,
    ApprovalRule,
    required,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "ApprovalFacts",
    "ApprovalLevel",
    "ApprovalMatrix",
    "ApprovalNeed",
    "ApprovalRule",
    "ApprovalState",
    "ApprovalStatus",
    "Ask",
    "Compare",
    "Condition",
    "Decision",
    "Delegation",
    "Measure",
    "Measured",
    "MeasuredQuote",
    "Not",
    "Verdict",
    "approval_facts",
    "decided",
    "inherited",
    "required",
    "status",
    "when",
]
