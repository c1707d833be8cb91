"""Where facts are filed, how they are called, and when they may be dated (编号、名称与日期).

What the rules of all kinds of facts share.
"""

from datetime import date

from cpq.kernel.errors import Refused
from cpq.kernel.text import number_key
from revenue.ledger.balance import Key
from revenue.ledger.fact import Fact

_SERIES = {
    "application": "settlement",
    "write_off": "settlement",
    "recovery": "settlement",
    "claim_settlement": "settlement",
    "rebate_settlement": "settlement",
}
_NOUNS = {
    "write_off": "write-off",
    "allowance_charge": "allowance charge",
    "claim_reversal": "claim reversal",
    "claim_settlement": "claim settlement",
    "rebate_accrual": "rebate accrual",
    "rebate_settlement": "rebate settlement",
    "rebate_claw_back": "rebate claw-back",
    "rebate_carry": "rebate carry",
}
IRREVERSIBLE = (
    "receipt",
    "receivable",
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
)
"""Kinds of facts that no reversal undoes."""


def series_key(kind: str, number: str) -> Key:
    """Where a fact is filed: its kind and number; what can be reversed shares one series.

    >>> series_key("recovery", "V-1"), series_key("receipt", "R-1")
    (('settlement', 'v-1'), ('receipt', 'r-1'))
    """
    return _SERIES.get(kind, kind), number_key(number)


def noun(kind: str) -> str:
    """A kind of fact in words.

    >>> noun("write_off"), noun("receipt")
    ('write-off', 'receipt')
    """
    return _NOUNS.get(kind, kind)


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
