"""All that can happen in the ledger, as one type: the facts (业务事实).

A fact is known by its kind and its number. ``canonical()`` writes it, ``read_fact`` reads it back
as the same value, whatever its kind.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from cpq.kernel.errors import Unreadable
from revenue.application import Adjustment, Application, DebtorChange, Reversal
from revenue.claim import Claim, ClaimReversal, ClaimSettlement
from revenue.credit_limit import CreditLimit, CreditStatus
from revenue.credit_note import CreditNote, Payable
from revenue.exchange import Revaluation
from revenue.fulfilment import Acceptance, Delivery
from revenue.hold import CreditHold, HoldRelease
from revenue.invoice import Invoice
from revenue.period import PeriodClose, PeriodReopening
from revenue.rebate.fact import RebateAccrual, RebateCarry, RebateClawBack, RebateSettlement
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.reminder import DunningBlock, Reminder
from revenue.retention import RetentionRelease
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from revenue.writeoff import (
    AllowanceCharge,
    Recovery,
    WriteOff,
    WriteOffDecision,
    WriteOffProposal,
)

Taking = (
    Application
    | Adjustment
    | DebtorChange
    | Identification
    | Refund
    | RetentionRelease
    | WriteOff
    | Recovery
)
"""What takes an amount from documents of one customer, and may open others."""

Settlement = Taking | Revaluation | ClaimSettlement | RebateSettlement
"""What a reversal can undo."""

Note = (
    PeriodClose
    | PeriodReopening
    | WriteOffProposal
    | WriteOffDecision
    | Reminder
    | DunningBlock
    | CreditHold
    | HoldRelease
    | CreditLimit
    | CreditStatus
    | RiskRecord
    | RiskRecordWithdrawal
)
"""What moves no money and holds from its day on."""

Fact = Annotated[
    Delivery
    | Acceptance
    | Invoice
    | Receivable
    | Receipt
    | CreditNote
    | Payable
    | Taking
    | Revaluation
    | Reversal
    | AllowanceCharge
    | Claim
    | ClaimReversal
    | ClaimSettlement
    | RebateAccrual
    | RebateSettlement
    | RebateClawBack
    | RebateCarry
    | Note,
    Field(discriminator="kind"),
]
"""Anything that a ``ReceivablesLedger`` records."""

_READER: TypeAdapter[Fact] = TypeAdapter(Fact)


def read_fact(text: str | bytes) -> Fact:
    """The fact that ``canonical()`` wrote. Raises ``Unreadable`` (``fact.unreadable``).

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> read_fact(receipt.canonical()) == receipt
    True
    """
    try:
        return _READER.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the text"
        shown, why = text[:80], first["msg"]
        if first["type"] == "union_tag_invalid":
            why = f"no kind of fact is called {str(first['ctx']['tag'])[:80]!r}"
        raise Unreadable(
            "fact.unreadable",
            f"{shown!r} is not a fact of the ledger: {place}: {why}; read what canonical() wrote",
            place=place,
        ) from None
