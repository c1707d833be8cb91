"""The offer and its versions (报价单、版本): drafted, sent, accepted or lost (丢单).

A quote holds everything it was made from, so that it prints and recalculates the same for ever:
``model`` says what it is, ``lifecycle`` what happens to it.
"""

from cpq.quote.lifecycle import (
    accept,
    approval_needs,
    approval_status,
    approve,
    draft_quote,
    lose,
    published,
    revise,
    send,
    supersede,
)
from cpq.quote.model import (
    Clause,
    PaymentEvent,
    PaymentTerm,
    Quote,
    QuoteAcceptance,
    QuoteLoss,
    QuoteState,
    payment_terms,
)

__all__ = [
    "Clause",
    "PaymentEvent",
    "PaymentTerm",
    "Quote",
    "QuoteAcceptance",
    "QuoteLoss",
    "QuoteState",
    "accept",
    "approval_needs",
    "approval_status",
    "approve",
    "draft_quote",
    "lose",
    "payment_terms",
    "published",
    "revise",
    "send",
    "supersede",
]
