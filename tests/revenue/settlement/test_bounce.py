"""Payments that the bank took back: all that they paid is owed again, however far it went."""

import pytest

from cpq.kernel.errors import Refused
from revenue import ReceivablesLedger, verify
from revenue.settlement import bounce
from tests.revenue.settling import (
    DUE,
    LATER,
    abroad,
    adjusting,
    applying,
    at_home,
    cny,
    credited,
    disputed,
    held_back,
    identifying,
    lefts,
    losing,
    owed,
    paid,
    recovering,
    refunding,
    releasing,
    short,
    shown,
    usd,
)


def gone(ledger, receipt="R-1", **fields):
    said = {"number": "B-1", "on": DUE, "reason": "no cover", "by": "bank"}
    after = bounce(ledger, receipt, **{**said, **fields})
    assert verify(after) == ()
    return after


def test_what_was_never_applied_is_taken_back():
    after = gone(at_home())
    assert after.free_amount("R-1") == cny("0.00")
    assert (after.facts[-1].kind, after.facts[-1].cause) == ("refund", "bounced")
    assert shown(after, "bank") == "0.00"


PAID = {
    "one debt": (applying(cny("300.00")),),
    "in parts": (applying(cny("100.00")), applying(cny("200.00"), "A-2")),
    "with differences": (
        applying(
            cny("250.00"), differences=(short(cny("20.00"), "bank_fee"), disputed(cny("30.00")))
        ),
    ),
    "and kept": (
        applying(cny("300.00")),
        adjusting(short(cny("50.00"), "rounding"), document="R-1", document_kind="receipt"),
    ),
}


@pytest.mark.parametrize("how", PAID)
def test_what_it_paid_is_owed_again(how):
    after = gone(at_home(*PAID[how]))
    assert lefts(after) == {("receivable", "AR-1"): ("300.00 CNY", "None")}
    numbers = [fact.number for fact in after.facts if fact.kind == "reversal"]
    assert numbers == [f"B-1/{place}" for place in range(1, len(PAID[how]) + 1)]


def test_what_others_paid_stays_paid():
    ledger = at_home(
        paid("R-2", "100.00"),
        applying(cny("200.00")),
        applying(cny("100.00"), "A-2", receipt="R-2"),
    )
    assert gone(ledger).open_amount("AR-1") == cny("200.00")


def test_a_chain_of_identifications_is_undone_from_its_end():
    ledger = ReceivablesLedger().record(
        owed(customer="C-2"),
        owed("AR-2", "50.00", customer="C-1"),
        paid(customer=""),
        identifying(cny("350.00"), customer="C-1"),
        identifying(cny("300.00"), "ID-2", receipt="ID-1", customer="C-2"),
        applying(cny("300.00"), receipt="ID-2"),
        applying(cny("50.00"), "A-2", receipt="ID-1", receivable="AR-2"),
    )
    assert ledger.open_items() == ()
    after = gone(ledger)
    assert [fact.reverses for fact in after.facts if fact.kind == "reversal"] == [
        "A-2",
        "A-1",
        "ID-2",
        "ID-1",
    ]
    assert lefts(after) == {
        ("receivable", "AR-1"): ("300.00 CNY", "None"),
        ("receivable", "AR-2"): ("50.00 CNY", "None"),
    }


def test_a_recovery_is_undone_and_the_loss_stands_again():
    ledger = at_home(losing(cny("300.00")), recovering(cny("300.00")))
    after = gone(ledger)
    assert after.recoverable_amount("W-1") == cny("300.00")
    assert shown(after, "allowance") == "300.00"


def test_what_was_undone_before_is_not_undone_twice():
    ledger = at_home(applying(cny("300.00"))).unapply("A-1", number="X-1", on=LATER, reason="wrong")
    after = gone(ledger)
    assert len([fact for fact in after.facts if fact.kind == "reversal"]) == 1


def test_a_payment_bounces_once():
    once = gone(at_home())
    with pytest.raises(Refused) as refusal:
        gone(once, number="B-2")
    assert refusal.value.code == "refund.nothing_left"


def test_what_was_handed_on_and_used_must_be_undone_first():
    ledger = at_home(
        applying(cny("285.00"), differences=(held_back(cny("15.00")),)), releasing(cny("15.00"))
    )
    before = lefts(ledger)
    with pytest.raises(Refused) as refusal:
        gone(ledger)
    assert refusal.value.code == "reversal.used_since"
    assert lefts(ledger) == before


def test_in_another_currency_the_bank_says_what_left_it():
    ledger = abroad(applying(usd("300.00")))
    with pytest.raises(Refused) as refusal:
        gone(ledger)
    assert refusal.value.code == "refund.not_booked"
    after = gone(ledger, booked=cny("2450.00"))
    assert shown(after, "exchange") == "-35.00"  # 2,485 came, 2,450 went
    assert after.book_value("receivable", "AR-1") == cny("2100.00")


def test_a_credit_note_of_the_same_number_is_none_of_its_business():
    ledger = at_home(
        credited("R-1", "10.00"), applying(cny("10.00"), receipt="R-1", means="credit_note")
    )
    assert gone(ledger).open_amount("AR-1") == cny("290.00")


@pytest.mark.parametrize(
    ("amount", "code"),
    [("350.00", "refund.nothing_left"), ("0.01", "refund.paid_back_in_part")],
)
def test_what_was_paid_back_cannot_bounce(amount, code):
    ledger = at_home(refunding(cny(amount)))
    with pytest.raises(Refused) as refusal:
        gone(ledger)
    assert refusal.value.code == code


def test_a_refund_that_was_undone_does_not_stand_in_the_way():
    ledger = at_home(refunding(cny("50.00"))).unapply("RF-1", number="X-1", on=LATER, reason="no")
    assert gone(ledger).free_amount("R-1") == cny("0.00")
