"""Where facts are filed, how they are called, and when they may be dated (编号、名称与日期).

What the rules of all kinds of facts share.
"""

from datetime import date

from cpq.kernel.errors import Refused
from cpq.kernel.text import number_key
from revenue.ledger.balance import Key
from revenue.ledger.fact import Fact
from revenue.writeoff import Recovery

_SETTLING = (
    "application",
    "adjustment",
    "debtor_change",
    "identification",
    "refund",
    "retention_release",
    "revaluation",
    "write_off",
    "recovery",
    "claim_settlement",
    "rebate_settlement",
)
_NOUNS = {"write_off": "write-off", "rebate_claw_back": "rebate claw-back"}
IRREVERSIBLE = (
    "receipt",
    "receivable",
    "credit_note",
    "payable",
    "invoice",
    "delivery",
    "acceptance",
    "allowance_charge",
    "claim",
    "claim_reversal",
    "rebate_accrual",
    "rebate_claw_back",
    "rebate_carry",
    "reversal",
    "period_close",
    "period_reopening",
    "write_off_proposal",
    "write_off_decision",
    "reminder",
    "dunning_block",
    "credit_hold",
    "hold_release",
    "credit_limit",
    "credit_status",
    "risk_record",
    "risk_record_withdrawal",
)
"""Kinds of facts that no reversal undoes."""

_ABOUT = {
    "credit_note": "invoice",
    "period_reopening": "period",
    "write_off_decision": "proposal",
    "write_off": "proposal",
    "recovery": "write_off",
    "revaluation": "receivable",
    "hold_release": "hold",
    "reminder": "customer",
    "dunning_block": "customer",
    "credit_hold": "customer",
    "credit_limit": "customer",
    "credit_status": "customer",
    "risk_record": "customer",
    "risk_record_withdrawal": "record",
}


def series_key(kind: str, number: str) -> Key:
    """Where a fact is filed: its kind and number; what can be reversed shares one series.

    >>> series_key("recovery", "V-1"), series_key("receipt", "R-1")
    (('settlement', 'v-1'), ('receipt', 'r-1'))
    """
    return "settlement" if kind in _SETTLING else kind, number_key(number)


def about(fact: Fact) -> str | None:
    """The number or code of what a fact is about, by which those of its kind are looked up.

    >>> from revenue.hold import HoldRelease
    >>> about(HoldRelease(number="HR-1", hold="H-1", on=date(2026, 12, 2), reason="ok", by="Wang"))
    'H-1'
    """
    if isinstance(fact, Recovery) and fact.tax is None:
        return None  # only what gives relief back is ever added up
    field = _ABOUT.get(fact.kind)
    return (getattr(fact, field) or None) if field else None


def noun(kind: str) -> str:
    """A kind of fact in words.

    >>> noun("write_off"), noun("receipt"), noun("credit_note")
    ('write-off', 'receipt', 'credit note')
    """
    return _NOUNS.get(kind) or kind.replace("_", " ")


def refuse_before(fact: Fact, earliest: date, what: str) -> None:
    """Refuse a fact that is dated before what it is about (``….too_early``)."""
    if fact.on < earliest:
        raise Refused(
            f"{fact.kind}.too_early",
            f"{noun(fact.kind)} {fact.number} is dated {fact.on}, before {what} ({earliest}); "
            "date it that day or later",
            number=fact.number,
            on=fact.on,
            earliest=earliest,
        )
