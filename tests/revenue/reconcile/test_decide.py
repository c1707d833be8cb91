"""What a person decides: confirm, assign, take back; and what the ledger learns from it."""

import pytest

from cpq.kernel.errors import NotFound, Refused
from revenue import verify
from revenue.matching import NOTHING_LEARNED, Candidate, MatchPolicy, Share, Shortfall
from revenue.reconcile import (
    assign,
    confirm,
    learned_from,
    reconcile,
    settlement_of,
    take_back,
)
from revenue.settlement import identify
from tests.revenue.reconcile.morning import (
    BOOKED,
    TODAY,
    debts,
    eur,
    line,
    number_of,
    statement,
)

BY_HAND = MatchPolicy(auto=())


def received(*lines):
    """The debts, and receipts of nobody's that nothing was posted of."""
    ledger = debts()
    run = reconcile(ledger, [statement(*lines)], on=BOOKED, number=number_of, policy=BY_HAND)
    return ledger.record(*run.facts)


def match_of(ledger, receipt):
    for row in reconcile(ledger, on=TODAY, policy=BY_HAND).lines:
        if row.receipt.number == receipt:
            return row.match
    raise AssertionError(f"{receipt} does not wait")


WIRE = line(
    1,
    "120.00",
    "many thanks",
    counterparty="Müller & Söhne",
    counterparty_account="DE02120300000000202051",
)


# --- confirming -----------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [1, 2])
def test_the_candidate_that_was_chosen_is_carried_out(choice):
    ledger = received(WIRE)
    match = match_of(ledger, "RC-1-1")
    (share,) = match.candidates[choice - 1].shares
    after = confirm(ledger, match, on=TODAY, by="Li", choice=choice)
    assert after.open_amount(share.receivable) == eur("0.00")
    assert {fact.by for fact in after.facts[len(ledger.facts) :]} == {"Li"}
    assert verify(after) == ()


@pytest.mark.parametrize("choice", [0, -1, 99])
def test_a_candidate_that_is_not_there_is_refused(choice):
    ledger = received(WIRE)
    with pytest.raises(NotFound) as refusal:
        confirm(ledger, match_of(ledger, "RC-1-1"), on=TODAY, by="Li", choice=choice)
    assert refusal.value.code == "reconcile.no_candidate"


def test_a_receipt_that_was_used_meanwhile_is_not_used_again():
    ledger = received(WIRE)
    match = match_of(ledger, "RC-1-1")
    used = confirm(ledger, match, on=TODAY, by="Li")
    with pytest.raises(Refused) as refusal:
        confirm(used, match, on=TODAY, by="Wang", choice=2)
    assert refusal.value.code == "reconcile.exceeds_free"


def test_a_debt_that_was_paid_meanwhile_is_not_paid_again():
    ledger = received(WIRE, line(2, "120.00", "also for it"))
    match = match_of(ledger, "RC-1-1")
    (share,) = match.candidates[0].shares
    paid = assign(ledger, "RC-1-2", {share.receivable: None}, on=TODAY, by="Wang")
    with pytest.raises(Refused) as refusal:
        confirm(paid, match, on=TODAY, by="Li")
    assert refusal.value.code == "application.exceeds_open"


# --- carrying out ---------------------------------------------------------------------------------


def chosen(*shares, rest="0.00"):
    return Candidate(proof="suggestion", score=0, shares=shares, rest_on_account=eur(rest))


def test_a_payment_for_two_customers_is_split_between_them():
    ledger = received(line(1, "420.00", "for both"))
    found = chosen(
        Share(receivable="AR-1", customer="C-1", amount=eur("300.00")),
        Share(receivable="AR-3", customer="C-2", amount=eur("120.00")),
    )
    facts = settlement_of(ledger, "RC-1-1", found, on=TODAY, by="Li")
    assert [(fact.kind, fact.number) for fact in facts] == [
        ("identification", "RC-1-1/ID1"),
        ("identification", "RC-1-1/ID2"),
        ("application", "RC-1-1/1"),
        ("application", "RC-1-1/2"),
    ]
    assert ledger.settle(*facts).free_amount("RC-1-1") == eur("0.00")


def test_what_is_left_goes_to_the_customer():
    ledger = received(line(1, "350.00"))
    found = chosen(Share(receivable="AR-1", customer="C-1", amount=eur("300.00")), rest="50.00")
    after = ledger.settle(*settlement_of(ledger, "RC-1-1", found, on=TODAY, by="Li"))
    assert after.on_account("C-1") == (eur("50.00"),)


def test_a_dispute_and_a_retention_stay_open_with_numbers_and_days():
    ledger = received(line(1, "270.00"))
    found = chosen(
        Share(
            receivable="AR-1",
            customer="C-1",
            amount=eur("270.00"),
            differences=(
                Shortfall(reason="dispute", amount=eur("21.00")),
                Shortfall(reason="retention", amount=eur("9.00")),
            ),
        )
    )
    facts = settlement_of(ledger, "RC-1-1", found, on=TODAY, by="Li", retention_days=730)
    after = ledger.settle(*facts)
    assert after.open_amount("RC-1-1/1/1") == eur("21.00")
    held = after.balance("retention", "RC-1-1/1/2").document
    assert (held.amount, (held.due_on - debts().receivable("AR-1").due_on).days) == (
        eur("9.00"),
        730,
    )
    assert verify(after) == ()


# --- assigning ------------------------------------------------------------------------------------


def test_all_that_is_open_is_paid_as_far_as_it_goes():
    after = assign(
        received(line(1, "350.00")), "RC-1-1", {"AR-1": None, "AR-2": None}, on=TODAY, by="Li"
    )
    assert after.open_amount("AR-1") == eur("0.00")
    assert after.open_amount("AR-2") == eur("70.00")


@pytest.mark.parametrize(("amount", "refused"), [("120.00", False), ("120.01", True)])
def test_no_more_than_came_in_is_assigned(amount, refused):
    ledger = received(WIRE)
    if refused:
        with pytest.raises(Refused) as refusal:
            assign(ledger, "RC-1-1", {"AR-1": eur(amount)}, on=TODAY, by="Li")
        assert refusal.value.code == "reconcile.exceeds_free"
    else:
        after = assign(ledger, "RC-1-1", {"AR-1": eur(amount)}, on=TODAY, by="Li")
        assert after.open_amount("AR-1") == eur("180.00")


def test_nothing_to_assign_is_told():
    with pytest.raises(Refused) as refusal:
        assign(received(WIRE), "RC-1-1", {}, on=TODAY, by="Li")
    assert refusal.value.code == "reconcile.nothing_to_assign"


# --- taking back ----------------------------------------------------------------------------------


def test_what_was_assigned_wrongly_is_taken_back_and_assigned_anew():
    ledger = received(line(1, "420.00"))
    wrong = assign(ledger, "RC-1-1", {"AR-1": None, "AR-3": None}, on=TODAY, by="Li")
    back = take_back(wrong, "RC-1-1", number="X-1", on=TODAY, reason="wrong customers")
    assert back.open_items() == ledger.open_items()
    assert back.free_amount("RC-1-1") == eur("420.00")
    again = assign(back, "RC-1-1", {"AR-1": None, "AR-3": None}, on=TODAY, by="Wang")
    numbers = [fact.number for fact in again.facts if fact.kind == "application"]
    assert numbers == ["RC-1-1/1", "RC-1-1/2", "RC-1-1/1-2", "RC-1-1/2-2"]
    assert verify(again) == ()


def test_a_split_is_taken_back_with_all_its_parts():
    ledger = received(line(1, "200.00"))
    split = identify(
        ledger,
        "RC-1-1",
        {"C-1": eur("120.00"), "C-2": eur("80.00")},
        number="S-1",
        on=TODAY,
        by="Li",
    )
    used = assign(split, "S-1/2", {"AR-4": None}, on=TODAY, by="Li")
    back = take_back(used, "RC-1-1", number="X-1", on=TODAY, reason="wrong")
    assert back.free_amount("RC-1-1") == eur("200.00")
    assert back.open_amount("AR-4") == eur("80.00")


def test_only_what_stands_is_taken_back():
    ledger = assign(received(WIRE), "RC-1-1", {"AR-2": None}, on=TODAY, by="Li")
    once = take_back(ledger, "RC-1-1", number="X-1", on=TODAY, reason="wrong")
    with pytest.raises(Refused) as refusal:
        take_back(once, "RC-1-1", number="X-2", on=TODAY, reason="wrong")
    assert refusal.value.code == "reconcile.nothing_to_take_back"


# --- learning -------------------------------------------------------------------------------------


def test_what_a_person_confirmed_is_known_the_next_time():
    first = received(WIRE)
    assert learned_from(first) == NOTHING_LEARNED
    known = assign(first, "RC-1-1", {"AR-2": None}, on=TODAY, by="Li")
    learned = learned_from(known)
    assert learned.named("MÜLLER & SÖHNE") == "C-1"
    next_day = statement(line(1, "999.99", counterparty="Müller & Söhne"), name="2")
    run = reconcile(known, [next_day], on=TODAY, number=number_of, policy=BY_HAND)
    (row,) = [each for each in run.lines if each.line is not None]
    assert row.customer == "C-1"
    unknown = reconcile(first, [next_day], on=TODAY, number=number_of, policy=BY_HAND)
    (row,) = [each for each in unknown.lines if each.line is not None]
    assert row.customer == ""


def test_what_was_reversed_is_forgotten():
    known = assign(received(WIRE), "RC-1-1", {"AR-2": None}, on=TODAY, by="Li")
    back = take_back(known, "RC-1-1", number="X-1", on=TODAY, reason="wrong")
    assert learned_from(back) == NOTHING_LEARNED


def test_the_last_word_counts():
    ledger = identify(received(WIRE), "RC-1-1", "C-1", number="ID-1", on=TODAY, by="Li")
    corrected = identify(ledger, "ID-1", "C-2", number="ID-2", on=TODAY, by="Wang")
    assert learned_from(corrected).named("Müller & Söhne") == "C-2"


def test_a_payment_in_parts_teaches_nothing():
    parts = {"C-1": eur("100.00"), "C-2": eur("20.00")}
    split = identify(received(WIRE), "RC-1-1", parts, number="S-1", on=TODAY, by="Li")
    assert learned_from(split) == NOTHING_LEARNED


def test_what_the_host_knew_before_is_kept():
    known = assign(received(WIRE), "RC-1-1", {"AR-2": None}, on=TODAY, by="Li")
    assert learned_from(debts(), before=learned_from(known)) == learned_from(known)
