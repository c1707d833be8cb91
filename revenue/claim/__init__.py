"""Claims on those who bear part of a promotion's cost (费用核销): brands, distributors, channels.

A discount is shared among funders when it is priced, and each share is kept as a row. What the
seller bears is contra-revenue and needs nothing more; what others bear becomes a ``Claim`` on them
with each invoice or delivery, is mirrored by a ``ClaimReversal`` when goods come back, and closed
by a ``ClaimSettlement``. ``funder_statement`` shows all of it, as of any day.
"""

from revenue.claim.claims import (
    Borne,
    billed_shares,
    claim_reversals,
    claims,
    delivered_shares,
)
from revenue.claim.fact import (
    Claim,
    ClaimedKind,
    ClaimLine,
    ClaimReversal,
    ClaimSettlement,
    ClaimTreatment,
    FunderTerms,
    SettlementMeans,
)
from revenue.claim.statement import (
    FunderRow,
    FunderStatement,
    FunderSum,
    funder_statement,
    funder_statements,
)

__all__ = [
    "Borne",
    "Claim",
    "ClaimLine",
    "ClaimReversal",
    "ClaimSettlement",
    "ClaimTreatment",
    "ClaimedKind",
    "FunderRow",
    "FunderStatement",
    "FunderSum",
    "FunderTerms",
    "SettlementMeans",
    "billed_shares",
    "claim_reversals",
    "claims",
    "delivered_shares",
    "funder_statement",
    "funder_statements",
]
