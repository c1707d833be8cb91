"""Whose a receipt is: one customer's, another's than it was, or several customers' in parts."""

import pytest

from cpq.kernel.errors import Refused
from revenue import ReceivablesLedger, verify
from revenue.settlement import identify
from tests.revenue.settling import (
    LATER,
    abroad,
    applying,
    cny,
    owed,
    paid,
    refunding,
    shown,
    usd,
)


def nobodys(**fields):
    said = {"customer": "", "payer": "ACME", "payer_account": "DE12", "reference": "INV-7"}
    return ReceivablesLedger().record(paid("R-9", "80.00", **{**said, **fields}))


def known(ledger, customer, receipt="R-9", number="ID-1", **fields):
    after = identify(ledger, receipt, customer, number=number, on=LATER, by="Li", **fields)
    assert verify(after) == ()
    return after


def test_all_that_is_free_becomes_the_customers():
    after = known(nobodys(), "C-1")
    assert after.on_account("C-1") == (cny("80.00"),)
    assert after.on_account("") == ()
    found = after.receipt("ID-1")
    assert (found.payer, found.payer_account, found.reference) == ("ACME", "DE12", "INV-7")
    assert (shown(after, "unidentified"), shown(after, "unapplied_cash")) == ("0.00", "-80.00")


def test_a_part_that_was_used_stays_where_it_is():
    ledger = nobodys().record(refunding(cny("30.00"), source="R-9"))
    assert known(ledger, "C-1").on_account("C-1") == (cny("50.00"),)


def test_several_customers_get_their_parts():
    after = known(nobodys(), {"C-1": cny("50.00"), "C-2": cny("20.00")})
    assert [fact.number for fact in after.facts[1:]] == ["ID-1/1", "ID-1/2"]
    assert after.on_account("C-1") == (cny("50.00"),)
    assert after.on_account("C-2") == (cny("20.00"),)
    assert after.on_account("") == (cny("10.00"),)


@pytest.mark.parametrize(("second", "refused"), [("30.00", False), ("30.01", True)])
def test_the_parts_are_as_much_as_came_in_at_most(second, refused):
    parts = {"C-1": cny("50.00"), "C-2": cny(second)}
    before = nobodys()
    if refused:
        with pytest.raises(Refused) as refusal:
            known(before, parts)
        assert refusal.value.code == "identification.exceeds_receipt"
        assert before == nobodys()
    else:
        assert known(before, parts).free_amount("R-9") == cny("0.00")


def test_whose_it_is_can_be_said_anew():
    wrong = known(nobodys(), "C-1")
    right = known(wrong, "C-2", receipt="ID-1", number="ID-2")
    assert right.on_account("C-1") == ()
    assert right.on_account("C-2") == (cny("80.00"),)


def test_what_was_said_can_be_undone():
    after = known(nobodys(), "C-1").unapply("ID-1", number="X-1", on=LATER, reason="wrong")
    assert after.on_account("") == (cny("80.00"),)
    assert after.free_amount("ID-1") == cny("0.00")


def test_nothing_free_is_told():
    used = known(nobodys(), "C-1")
    with pytest.raises(Refused) as refusal:
        known(used, "C-2", number="ID-2")
    assert refusal.value.code == "identification.nothing_free"


def test_an_advance_for_a_contract_is_made_of_it():
    ledger = known(nobodys(), "C-1", advance=True, contract="HT-1").record(
        owed("AR-1", "80.00", contract="HT-1"), owed("AR-2", "80.00", contract="HT-2")
    )
    with pytest.raises(Refused) as refusal:
        ledger.record(applying(cny("1.00"), receipt="ID-1", receivable="AR-2"))
    assert refusal.value.code == "application.other_contract"
    after = ledger.record(applying(cny("80.00"), receipt="ID-1"))
    assert after.open_amount("AR-1") == cny("0.00")


def test_the_value_in_the_books_is_divided_to_the_last_cent():
    ledger = abroad(cash="2485.01")
    parts = {f"C-{n}": usd("116.67") for n in (2, 3)} | {"C-4": usd("116.66")}
    after = known(ledger, parts, receipt="R-1")
    values = [after.book_value("receipt", f"ID-1/{n}") for n in (1, 2, 3)]
    assert sum((value.amount for value in values), 0) == cny("2485.01").amount
    assert after.book_value("receipt", "R-1") == cny("0.00")
