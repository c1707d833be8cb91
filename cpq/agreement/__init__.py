"""Price agreements (客户协议价): agreed prices, who wins a line, and what was committed to."""

from cpq.agreement.commitment import (
    Demand,
    Drawdown,
    Portion,
    Shared,
    Taken,
    after,
    drawn,
    given_back,
    shared,
)
from cpq.agreement.lookup import AgreementLookup, Bounds, CustomerAgreements
from cpq.agreement.model import AgreedPrice, Commitment, PriceAgreement
from cpq.agreement.outcome import Agreed, Candidates, Contracted, carried

__all__ = [
    "Agreed",
    "AgreedPrice",
    "AgreementLookup",
    "Bounds",
    "Candidates",
    "Commitment",
    "Contracted",
    "CustomerAgreements",
    "Demand",
    "Drawdown",
    "Portion",
    "PriceAgreement",
    "Shared",
    "Taken",
    "after",
    "carried",
    "drawn",
    "given_back",
    "shared",
]
