"""Matching payments to receivables (自动核销), with proof."""

from revenue.matching.candidate import Candidate, Match, Reason, Share, Shortfall
from revenue.matching.learned import (
    NOTHING_LEARNED,
    Confirmation,
    Learned,
    Lesson,
    learn,
    unlearn,
)
from revenue.matching.matcher import Matcher, match
from revenue.matching.payment import Payment, payment_of
from revenue.matching.policy import (
    NO_LIMIT,
    STEPS,
    STRICT,
    BankFee,
    MatchPolicy,
    Proof,
    ToleranceGroup,
)
from revenue.matching.shortfall import Explanation, infer_shortfall

__all__ = [
    "NOTHING_LEARNED",
    "NO_LIMIT",
    "STEPS",
    "STRICT",
    "BankFee",
    "Candidate",
    "Confirmation",
    "Explanation",
    "Learned",
    "Lesson",
    "Match",
    "MatchPolicy",
    "Matcher",
    "Payment",
    "Proof",
    "Reason",
    "Share",
    "Shortfall",
    "ToleranceGroup",
    "infer_shortfall",
    "learn",
    "match",
    "payment_of",
    "unlearn",
]
