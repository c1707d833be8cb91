"""Risk records, limits and statuses as facts: what is malformed, and what they read back as."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError
from revenue.credit import exposure_of
from revenue.credit_limit import CreditLimit, CreditStatus
from revenue.ledger import Fact, read_fact
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from tests.revenue.deals import cny, ledger_of

DAY = date(2026, 11, 22)
BEFORE = date(2026, 11, 21)
RECORD = RiskRecord(
    number="RR-1", customer="C-1", type="lawsuit", on=DAY, source="court", amount=cny("5")
)
GONE = RiskRecordWithdrawal(number="RW-1", record="RR-1", on=DAY, by="Wang", reason="settled")
LIMIT = CreditLimit(number="CL-1", customer="C-1", amount=cny("5"), on=DAY, by="Wang")
STATUS = CreditStatus(number="CS-1", customer="C-1", status="W", on=DAY, by="Wang", reason="new")


@pytest.mark.parametrize("fact", [RECORD, GONE, LIMIT, STATUS], ids=lambda fact: fact.kind)
def test_a_fact_reads_back_as_it_was_written(fact: Fact) -> None:
    assert read_fact(fact.canonical()) == fact


@pytest.mark.parametrize(
    ("fact", "change", "said"),
    [
        (RECORD, {"expires_on": BEFORE}, "expires_on 2026-11-21 lies before"),
        (RECORD, {"happened_on": date(2026, 11, 23)}, "happened_on 2026-11-23 lies after"),
        (RECORD, {"amount": cny("-1")}, "0 or more"),
        (RECORD, {"days": -1}, "greater than or equal to 0"),
        (RECORD, {"source": ""}, "at least 1"),
        (RECORD, {"social_credit_code": "914403001922038217"}, "check character"),
        (GONE, {"reason": ""}, "at least 1"),
        (LIMIT, {"until": BEFORE}, "until 2026-11-21 lies before"),
        (LIMIT, {"parts": ({"part": "draft"}, {"part": "draft"})}, "two are given"),
        (LIMIT, {"parts": ({"part": "draft", "amount": "1 USD"},)}, "one currency"),
        (LIMIT, {"amount": cny("-1")}, "0 or more"),
        (LIMIT, {"by": ""}, "at least 1"),
        (STATUS, {"until": BEFORE}, "until 2026-11-21 lies before"),
        (STATUS, {"status": "Q"}, "'O', 'W', 'H', 'S', 'X' or 'I'"),
    ],
)
def test_what_is_malformed_is_refused(fact: Any, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        fact.with_(**change)


def test_a_withdrawal_ends_a_record_that_is_there_once_and_not_before_it() -> None:
    again = GONE.with_(number="RW-2")
    early = GONE.with_(on=BEFORE)
    for facts in [(GONE,), (RECORD, GONE, again), (RECORD, early)]:
        with pytest.raises(DomainError):
            ledger_of(*facts)
    assert len(ledger_of(RECORD, GONE).facts) == 2


def test_an_exposure_is_in_one_currency_and_names_each_part_once() -> None:
    owed = exposure_of("C-1", {"not_due": cny("5")}, as_of=DAY, currency="CNY")
    with pytest.raises(ValidationError, match="stands once"):
        owed.with_(amounts=(*owed.amounts, owed.amounts[0]))
    with pytest.raises(ValidationError, match="the exposure in USD"):
        owed.with_(currency="USD")
