"""Write-offs that were proposed and relieved of tax, and recoveries: what is let through."""

import pytest

from cpq.kernel.errors import Conflict, NotFound, Refused
from revenue import ReceivablesLedger, verify
from revenue.writeoff import WriteOffDecision, WriteOffProposal
from tests.revenue.settling import (
    BEFORE,
    DAY,
    DUE,
    LATER,
    abroad,
    at_home,
    cny,
    losing,
    owed,
    paid,
    recovering,
    shown,
    usd,
)


def proposal(**fields):
    said = {"number": "WP-1", "receivable": "AR-1", "on": DAY, "reason": "insolvent", "by": "Li"}
    return WriteOffProposal(**{**said, "amount": cny("300.00"), **fields})


def decision(**fields):
    said = {"number": "WD-1", "proposal": "WP-1", "approved": True, "on": LATER, "by": "Wang"}
    return WriteOffDecision(**{**said, **fields})


def proposed(amount="300.00", **fields):
    return losing(cny(amount), proposal="WP-1", **fields)


# --- proposed, decided, written off ---------------------------------------------------------------


@pytest.mark.parametrize("amount", ["300.00", "0.01"])
def test_what_was_approved_is_written_off_in_full_or_in_part(amount):
    after = at_home(proposal(), decision(), proposed(amount))
    assert after.recoverable_amount("W-1") == cny(amount)
    assert verify(after) == ()


NOT_ALLOWED = {
    "nobody decided": ((proposal(),), proposed()),
    "it was rejected": ((proposal(), decision(approved=False)), proposed()),
    "a cent more": ((proposal(amount=cny("299.99")), decision()), proposed()),
    "another receivable": (
        (owed("AR-2"), proposal(), decision()),
        proposed(receivable="AR-2"),
    ),
    "somebody else's approval": ((proposal(), decision()), proposed(approved_by="Zhou")),
    "before it was approved": ((proposal(), decision(on=DUE)), proposed()),
    "a second time": ((proposal(), decision(), proposed("100.00")), proposed("1.00", number="W-2")),
}


@pytest.mark.parametrize("why", NOT_ALLOWED)
def test_what_was_not_approved_is_not_written_off(why):
    before, fact = NOT_ALLOWED[why]
    ledger = at_home(*before)
    with pytest.raises(Refused) as refusal:
        ledger.record(fact)
    assert refusal.value.code == "write_off.not_approved"


def test_a_reversed_write_off_gives_its_approval_back():
    undone = at_home(proposal(), decision(), proposed()).unapply(
        "W-1", number="X-1", on=DUE, reason="paid after all"
    )
    assert undone.record(proposed(number="W-2", on=DUE)).open_items() == ()


DECISIONS = {
    "unknown": ((), decision(), NotFound, "write_off_proposal.unknown"),
    "decided already": (
        (proposal(), decision()),
        decision(number="WD-2", approved=False),
        Conflict,
        "write_off_decision.decided",
    ),
    "by who proposed": (
        (proposal(),),
        decision(by="li"),
        Refused,
        "write_off_decision.own_proposal",
    ),
    "before the proposal": (
        (proposal(),),
        decision(on=BEFORE),
        Refused,
        "write_off_decision.too_early",
    ),
}


@pytest.mark.parametrize("why", DECISIONS)
def test_a_decision_that_is_none_is_refused(why):
    before, fact, kind, code = DECISIONS[why]
    with pytest.raises(kind) as refusal:
        at_home(*before).record(fact)
    assert refusal.value.code == code


def test_a_proposal_is_not_older_than_its_debt():
    with pytest.raises(Refused) as refusal:
        at_home(proposal(on=BEFORE))
    assert refusal.value.code == "write_off_proposal.too_early"


def test_an_unknown_proposal_is_told_by_the_write_off():
    with pytest.raises(NotFound) as refusal:
        at_home(proposed())
    assert refusal.value.code == "write_off_proposal.unknown"


# --- tax ------------------------------------------------------------------------------------------


def taxed(tax="34.51"):
    return ReceivablesLedger().record(owed(tax=cny(tax)), paid())


@pytest.mark.parametrize(("relief", "refused"), [("34.51", False), ("34.52", True)])
def test_no_more_tax_is_relieved_than_the_debt_bears(relief, refused):
    fact = losing(cny("300.00"), tax_relief=cny(relief))
    if refused:
        with pytest.raises(Refused) as refusal:
            taxed().record(fact)
        assert refusal.value.code == "write_off.exceeds_tax"
    else:
        after = taxed().record(fact)
        assert (shown(after, "output_vat"), shown(after, "allowance")) == ("34.51", "265.49")


def relieved(*facts):
    return taxed().record(losing(cny("300.00"), tax_relief=cny("34.51")), *facts)


@pytest.mark.parametrize(("tax", "refused"), [("14.51", False), ("14.52", True)])
def test_no_more_tax_is_owed_again_than_was_relieved(tax, refused):
    ledger = relieved(recovering(cny("200.00"), tax=cny("20.00")))
    fact = recovering(cny("100.00"), "V-2", tax=cny(tax))
    if refused:
        with pytest.raises(Refused) as refusal:
            ledger.record(fact)
        assert refusal.value.code == "recovery.exceeds_relief"
        assert refusal.value.facts["available"] == cny("14.51")
    else:
        after = ledger.record(fact)
        assert (shown(after, "output_vat"), shown(after, "allowance")) == ("0.00", "0.00")


def test_a_reversed_recovery_frees_the_relief_again():
    ledger = relieved(recovering(cny("200.00"), tax=cny("34.51")))
    undone = ledger.unapply("V-1", number="X-1", on=DUE, reason="bounced")
    again = undone.record(recovering(cny("200.00"), "V-2", tax=cny("34.51"), on=DUE))
    assert shown(again, "output_vat") == "0.00"


def test_a_recovery_says_what_tax_is_owed_again_even_if_none_is():
    with pytest.raises(Refused) as refusal:
        relieved(recovering(cny("1.00")))
    assert refusal.value.code == "recovery.relief_forgotten"
    assert relieved(recovering(cny("1.00"), tax=cny("0.00"))).free_amount("R-1") == cny("349.00")


def test_a_loss_without_relief_is_recovered_without_tax():
    after = at_home(losing(cny("300.00")), recovering(cny("300.00")))
    assert (after.recoverable_amount("W-1"), shown(after, "allowance")) == (cny("0.00"), "0.00")
    with pytest.raises(Refused) as refusal:
        at_home(losing(cny("300.00")), recovering(cny("300.00"), tax=cny("0.01")))
    assert refusal.value.code == "recovery.exceeds_relief"


# --- other currencies -----------------------------------------------------------------------------


def test_a_loss_in_the_books_is_recovered_by_what_is_worth_something_there():
    lost = abroad(losing(usd("300.00"))).record(paid("R-2", usd("50.00")))
    with pytest.raises(Refused) as refusal:
        lost.settle(recovering(usd("50.00"), receipt="R-2"))
    assert refusal.value.code == "recovery.not_booked"
    assert shown(lost.settle(recovering(usd("50.00"))), "allowance") == "1745.00"  # at 7.10
