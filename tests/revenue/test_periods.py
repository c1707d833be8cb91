"""Closed periods: what is dated into them, how they are closed, and how they are opened again."""

from datetime import date

import pytest

from cpq.kernel.errors import Refused
from revenue import ReceivablesLedger, Reversal
from revenue.period import PeriodClose, PeriodReopening
from revenue.reminder import Reminder
from revenue.writeoff import AllowanceCharge
from tests.revenue.settling import (
    BEFORE,
    DAY,
    DUE,
    LATER,
    adjusting,
    applying,
    cny,
    credited,
    handing_on,
    identifying,
    losing,
    owed,
    paid,
    payable,
    refunding,
    short,
)

JANUARY = date(2027, 1, 1)
AFTER = date(2027, 1, 5)


def close(number, through, **fields):
    return PeriodClose(number=number, through=through, **{"on": AFTER, "by": "Wang", **fields})


def reopen(period, number="RO-1", **fields):
    said = {"on": AFTER, "reason": "a forgotten invoice", "by": "Wang"}
    return PeriodReopening(number=number, period=period, **{**said, **fields})


NOVEMBER = close("2026-11", BEFORE)
DECEMBER = close("2026-12", DUE)


def books(*facts):
    return ReceivablesLedger().record(owed(), paid(), applying(cny("100.00")), *facts)


LATE = {
    "receivable": owed("AR-2", on=DUE),
    "receipt": paid("R-2", on=DUE),
    "credit note": credited(on=DUE),
    "payable": payable(on=DUE),
    "application": applying(cny("1.00"), "A-2", on=DUE),
    "adjustment": adjusting(short(cny("1.00")), on=DUE),
    "debtor change": handing_on(cny("1.00"), on=DUE),
    "identification": identifying(cny("1.00"), on=DUE),
    "refund": refunding(cny("1.00"), on=DUE),
    "write-off": losing(cny("1.00"), on=DUE),
    "allowance": AllowanceCharge(number="P-1", on=DUE, amount=cny("5.00"), reason="year end"),
    "reversal": Reversal(number="X-1", reverses="A-1", on=DUE, reason="wrong"),
    "reminder": Reminder(
        number="DN-1", customer="C-1", level=1, on=DUE, receivables=("AR-1",), pay_by=AFTER
    ),
}


@pytest.mark.parametrize("kind", LATE)
def test_nothing_is_dated_into_a_closed_period(kind):
    closed = books(DECEMBER)
    with pytest.raises(Refused) as refusal:
        closed.record(LATE[kind])
    assert refusal.value.code == "period.closed"
    assert refusal.value.facts["closed_through"] == DUE


@pytest.mark.parametrize("kind", LATE)
def test_the_first_open_day_takes_what_came_late(kind):
    fact = LATE[kind]
    later = {"on": JANUARY, **({"due_on": AFTER} if hasattr(fact, "due_on") else {})}
    assert books(DECEMBER).record(fact.with_(**later)).facts[-1].on == JANUARY


def test_the_last_day_before_the_close_was_open():
    assert books().record(*LATE.values()).facts[-1].on == DUE


def test_no_balance_of_a_closed_period_changes():
    closed = books(DECEMBER)
    undone = closed.unapply("A-1", number="X-1", on=JANUARY, reason="wrong invoice")
    assert undone.open_items(as_of=DUE) == closed.open_items(as_of=DUE)
    assert undone.open_amount("AR-1") == cny("300.00")
    assert undone.open_amount("AR-1", as_of=DUE) == cny("200.00")


def test_what_is_closed_is_known():
    assert books().closed_through is None
    assert books(NOVEMBER).closed_through == BEFORE
    assert books(NOVEMBER, DECEMBER).closed_through == DUE


@pytest.mark.parametrize(
    ("facts", "bad"),
    [
        ((), close("2026-12", DUE, on=LATER)),
        ((DECEMBER,), close("2026-11", BEFORE)),
        ((DECEMBER,), close("2026-12/2", DUE)),
    ],
    ids=["before its last day", "an earlier period", "the same period"],
)
def test_periods_are_closed_when_they_are_over_and_one_after_the_other(facts, bad):
    ledger = books(*facts)
    with pytest.raises(Refused) as refusal:
        ledger.record(bad)
    assert refusal.value.code == "period_close.bad_day"


def test_a_period_may_be_closed_on_its_last_day():
    assert books(close("2026-12", DUE, on=DUE)).closed_through == DUE


def test_a_soft_close_is_opened_again_and_the_one_before_still_holds():
    opened = books(NOVEMBER, DECEMBER, reopen("2026-12"))
    assert opened.closed_through == BEFORE
    assert opened.record(LATE["receipt"]).free_amount("R-2") == cny("350.00")
    with pytest.raises(Refused) as refusal:
        opened.record(owed("AR-2", on=BEFORE))
    assert refusal.value.code == "period.closed"


def test_the_only_period_opened_again_closes_nothing():
    opened = books(DECEMBER, reopen("2026-12"))
    assert opened.closed_through is None
    assert opened.record(owed("AR-2", on=BEFORE)).open_amount("AR-2") == cny("300.00")


def test_what_was_opened_again_is_closed_again():
    again = books(NOVEMBER, DECEMBER, reopen("2026-12"), close("2026-12/2", DUE))
    assert again.closed_through == DUE
    with pytest.raises(Refused):
        again.record(LATE["receipt"])
    assert again.record(reopen("2026-12/2", "RO-2")).closed_through == BEFORE


@pytest.mark.parametrize(
    ("facts", "period"),
    [
        ((), "2026-12"),
        ((NOVEMBER, DECEMBER), "2026-11"),
        ((DECEMBER,), "2026-10"),
        ((close("2026-12", DUE, hard=True),), "2026-12"),
        ((DECEMBER, reopen("2026-12")), "2026-12"),
    ],
    ids=["nothing is closed", "not the last", "unknown", "closed for good", "opened already"],
)
def test_only_the_last_soft_close_is_opened_again(facts, period):
    ledger = books(*facts)
    with pytest.raises(Refused) as refusal:
        ledger.record(reopen(period, "RO-9"))
    assert refusal.value.code == "period_reopening.not_open_to_it"


def test_a_period_is_not_opened_before_it_was_closed():
    with pytest.raises(Refused) as refusal:
        books(DECEMBER).record(reopen("2026-12", on=DUE))
    assert refusal.value.code == "period_reopening.too_early"


def test_a_close_that_is_refused_with_its_neighbour_closes_nothing():
    ledger = books()
    with pytest.raises(Refused):
        ledger.record(DECEMBER, LATE["receipt"])
    assert ledger.closed_through is None
    assert ledger.record(LATE["receipt"], DECEMBER).closed_through == DUE


def test_facts_of_one_day_are_all_in_the_period():
    assert books(close("2026-12/1", DAY, on=DAY.replace(day=20))).closed_through == DAY
