"""What moves no money: holds, risk records, reminders and blocks, each with what it is about."""

from datetime import date

import pytest

from cpq.kernel.errors import Conflict, NotFound, Refused
from revenue import Reversal, verify
from revenue.hold import CreditHold, HoldRelease
from revenue.reminder import DunningBlock, Reminder
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from tests.revenue.settling import BEFORE, DAY, DUE, LATER, at_home, cny, handing_on, lefts, owed

HOLD = CreditHold(number="H-1", customer="C-1", on=DAY, reasons=("limit exceeded",))
RELEASE = HoldRelease(number="HR-1", hold="H-1", on=LATER, reason="guarantee", by="Wang")
SUED = RiskRecord(number="RR-1", customer="C-1", type="lawsuit", on=DAY, source="court")
ENDED = RiskRecordWithdrawal(number="RW-1", record="RR-1", on=LATER, by="Li", reason="settled")
PAIRS = {"hold": (HOLD, RELEASE), "risk record": (SUED, ENDED)}


def reminder(level, number="DN-1", **fields):
    said = {"customer": "C-1", "on": LATER, "receivables": ("AR-1",), "pay_by": DUE}
    return Reminder(number=number, level=level, **{**said, **fields})


def block(**fields):
    said = {"number": "DB-1", "customer": "C-1", "on": LATER, "reason": "talks", "by": "Li"}
    return DunningBlock(**{**said, **fields})


@pytest.mark.parametrize("what", PAIRS)
def test_what_began_is_ended_once(what):
    begun, ended = PAIRS[what]
    after = at_home(begun, ended)
    with pytest.raises(Conflict) as refusal:
        after.record(ended.with_(number="Z-1"))
    assert refusal.value.code == f"{ended.kind}.ended_already"
    assert refusal.value.facts["ended_by"] == ended.number


@pytest.mark.parametrize("what", PAIRS)
def test_what_never_began_is_not_ended(what):
    begun, ended = PAIRS[what]
    with pytest.raises(NotFound) as refusal:
        at_home(ended)
    assert refusal.value.code == f"{begun.kind}.unknown"


@pytest.mark.parametrize("what", PAIRS)
def test_it_ends_on_the_day_it_began_or_later(what):
    begun, ended = PAIRS[what]
    assert at_home(begun, ended.with_(on=DAY)).facts[-1].on == DAY
    with pytest.raises(Refused) as refusal:
        at_home(begun, ended.with_(on=BEFORE))
    assert refusal.value.code == f"{ended.kind}.too_early"


@pytest.mark.parametrize("fact", [reminder(1), block(receivable="AR-1")], ids=["reminder", "block"])
def test_only_the_customers_own_debts_are_named(fact):
    assert at_home(fact).facts[-1] == fact
    with pytest.raises(Refused) as refusal:
        at_home(fact.with_(customer="C-2"))
    assert refusal.value.code == f"{fact.kind}.other_customer"


def test_a_debt_that_was_handed_on_is_reminded_of_to_its_new_debtor():
    ledger = at_home(handing_on(cny("300.00"), on=DAY))
    assert ledger.record(reminder(1, customer="C-2", receivables=("DC-1",)))
    with pytest.raises(Refused):
        ledger.record(reminder(1, receivables=("DC-1",)))


@pytest.mark.parametrize("fact", [reminder(1, receivables=("AR-9",)), block(receivable="AR-9")])
def test_unknown_debts_are_told(fact):
    with pytest.raises(NotFound) as refusal:
        at_home(fact)
    assert refusal.value.code == "receivable.unknown"


def test_a_block_may_be_of_the_whole_customer():
    assert at_home(block()).facts[-1].receivable == ""


@pytest.mark.parametrize(
    ("levels", "skipped"),
    [((1,), 0), ((1, 2), 0), ((1, 1, 2), 0), ((2,), 1), ((1, 3), 1), ((1, 2, 1, 3), 0)],
)
def test_verify_finds_a_level_that_was_skipped(levels, skipped):
    facts = [reminder(level, f"DN-{place}") for place, level in enumerate(levels)]
    codes = [finding.code for finding in verify(at_home(*facts))]
    assert codes == ["ledger.level_skipped"] * skipped


@pytest.mark.parametrize("fact", [HOLD, SUED, reminder(1), block()])
def test_notes_move_no_balance_and_are_not_reversed(fact):
    ledger = at_home(fact)
    assert lefts(ledger) == lefts(at_home())
    with pytest.raises(Refused) as refusal:
        ledger.record(Reversal(number="X-1", reverses=fact.number, on=DUE, reason="wrong"))
    assert refusal.value.code == "reversal.not_reversible"


@pytest.mark.parametrize(
    "fields",
    [
        {"pay_by": DAY},
        {"receivables": ("AR-1", "ar-1")},
        {"receivables": ()},
        {"level": 0},
    ],
)
def test_a_reminder_that_makes_no_sense_is_none(fields):
    with pytest.raises(ValueError, match=r"lies before|once|at least 1|greater than or equal"):
        reminder(1).with_(**fields)


def test_a_block_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="lies before"):
        block(until=DAY)
    assert block(until=LATER).until == LATER


def test_a_level_is_reached_by_each_debt_for_itself():
    more = owed("AR-2")
    facts = (more, reminder(1), reminder(2, "DN-2"), reminder(1, "DN-3", receivables=("AR-2",)))
    assert verify(at_home(*facts)) == ()
    together = reminder(3, "DN-4", receivables=("AR-1", "AR-2"), pay_by=date(2027, 1, 31))
    (finding,) = verify(at_home(*facts, together))
    assert "AR-2" in finding.message.en
