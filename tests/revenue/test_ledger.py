import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from cpq.kernel.money import Money
from revenue import ReceivablesLedger, Reversal, apply_oldest
from tests.revenue.deals import (
    CHARGE,
    SIGNED,
    WRITE_OFF,
    cash,
    cny,
    code_of,
    contract_of,
    day,
    debt,
    ledger_of,
    open_amounts,
)


@pytest.fixture
def ledger():
    return ledger_of(
        debt("AR-1", "300", due=day(5)), debt("AR-2", "200", due=day(9)), cash("R-1", "550")
    )


def test_one_receipt_pays_two_receivables(ledger):
    paid = ledger.apply("R-1", to={"AR-1": cny("300"), "AR-2": cny("120")}, number="A-1", on=day(1))
    assert open_amounts(paid, "AR-1", "AR-2") == ["0.00", "80.00"]
    assert paid.free_amount("R-1") == cny("130.00")
    assert [fact.number for fact in paid.facts[3:]] == ["A-1/1", "A-1/2"]


def test_an_overpayment_stays_on_account(ledger):
    paid = ledger.apply("R-1", to=["AR-1", "AR-2"], number="A-1", on=day(1))
    assert open_amounts(paid, "AR-1", "AR-2") == ["0.00", "0.00"]
    assert paid.on_account("C-1") == (cny("50.00"),)
    assert paid.on_account("C-9") == ()


def test_recording_leaves_the_ledger_as_it_was(ledger):
    before = ledger.facts
    ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    assert ledger.facts == before
    assert open_amounts(ledger, "AR-1") == ["300.00"]


def test_two_futures_of_one_ledger_do_not_meet(ledger):
    first = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    second = ledger.apply("R-1", to=["AR-2"], number="A-1", on=day(1))
    assert open_amounts(first, "AR-1", "AR-2") == ["0.00", "200.00"]
    assert open_amounts(second, "AR-1", "AR-2") == ["300.00", "0.00"]


def test_unapplying_restores_every_balance(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    undone = paid.unapply("A-1", number="X-1", on=day(2), reason="wrong invoice")
    assert undone.open_items() == ledger.open_items()
    assert undone.on_account("C-1") == ledger.on_account("C-1")
    assert undone.open_amount("AR-1", as_of=day(1)) == cny("0.00")
    again = undone.apply("R-1", to=["AR-1"], number="A-2", on=day(2))
    assert open_amounts(again, "AR-1") == ["0.00"]


def test_a_bad_debt_is_written_off_and_recovered(ledger):
    gone = ledger.write_off(
        "AR-1", number="W-1", on=day(40), reason="insolvent", approved_by="Wang"
    )
    assert open_amounts(gone, "AR-1") == ["0.00"]
    assert gone.recoverable_amount("W-1") == cny("300.00")
    back = gone.recover("W-1", receipt="R-1", number="V-1", on=day(60), amount=cny("90"))
    assert back.recoverable_amount("W-1") == cny("210.00")
    assert back.free_amount("R-1") == cny("460.00")
    assert open_amounts(back, "AR-1") == ["0.00"]
    rest = back.recover("W-1", receipt="R-1", number="V-2", on=day(61))
    assert rest.recoverable_amount("W-1") == cny("0.00")


def test_the_allowance_moves_with_its_facts(ledger):
    facts = ledger.record(CHARGE.with_(amount=cny("500")))
    facts = facts.write_off("AR-1", number="W-1", on=day(2), reason="gone", approved_by="Wang")
    facts = facts.recover("W-1", receipt="R-1", number="V-1", on=day(3), amount=cny("100"))
    undone = facts.unapply("V-1", number="X-1", on=day(4), reason="bounced")
    assert [undone.allowance("CNY", as_of=day(n)) for n in (1, 2, 3, 4)] == [
        cny("500.00"),
        cny("200.00"),
        cny("300.00"),
        cny("200.00"),
    ]
    assert undone.allowance("USD") == Money.zero("USD")


def test_balances_are_asked_as_of_a_day(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(3))
    assert paid.open_amount("AR-1", as_of=day(2)) == cny("300.00")
    assert paid.open_amount("AR-1", as_of=day(3)) == cny("0.00")
    assert paid.open_amount("AR-1", as_of=day(-20)) == cny("0.00")
    assert paid.free_amount("R-1", as_of=day(2)) == cny("550.00")


def test_open_items_come_earliest_due_first():
    ledger = ledger_of(
        debt("AR-3", "1", due=day(5)), debt("AR-2", "1", due=day(9)), debt("AR-1", "1", due=day(5))
    )
    assert [item.receivable.number for item in ledger.open_items()] == ["AR-1", "AR-3", "AR-2"]
    assert [item.days_overdue for item in ledger.open_items(as_of=day(7))] == [2, 2, 0]
    assert [item.days_overdue for item in ledger.open_items()] == [None, None, None]


def test_open_items_of_one_customer_leave_out_the_others():
    ledger = ledger_of(debt("AR-1", "1"), debt("AR-2", "2", customer="C-2"))
    assert [item.receivable.number for item in ledger.open_items("C-2")] == ["AR-2"]
    assert ledger.open_items("C-3") == ()


def test_facts_dated_in_the_past_count_from_their_day(ledger):
    later = ledger.apply("R-1", to={"AR-1": cny("100")}, number="A-1", on=day(9))
    earlier = later.apply("R-1", to={"AR-1": cny("50")}, number="A-2", on=day(1))
    assert earlier.open_amount("AR-1", as_of=day(1)) == cny("250.00")
    assert earlier.open_amount("AR-1") == cny("150.00")


def test_the_past_cannot_take_what_was_taken_later(ledger):
    # 300 open; 300 applied from day 5 to day 10; on day 1 nothing of it was there to take
    held = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(5))
    held = held.unapply("A-1", number="X-1", on=day(10), reason="wrong")
    with pytest.raises(Refused) as refusal:
        held.apply("R-1", to={"AR-1": cny("1")}, number="A-2", on=day(1))
    assert code_of(refusal) == "application.exceeds_open"
    assert held.apply("R-1", to=["AR-1"], number="A-2", on=day(10)).open_items("C-1")


def test_several_facts_are_recorded_all_or_none(ledger):
    with pytest.raises(NotFound):
        ledger.record(debt("AR-9", "1"), Reversal(number="X", reverses="?", on=day(1), reason="?"))
    with pytest.raises(NotFound):
        ledger.receivable("AR-9")


def test_a_ledger_is_read_back_from_its_facts(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    assert ReceivablesLedger(facts=paid.facts) == paid
    again = ReceivablesLedger.model_validate_json(paid.canonical())
    assert again == paid
    assert again.open_items() == paid.open_items()


def test_facts_that_break_a_rule_are_no_ledger(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        ReceivablesLedger(facts=(*paid.facts, paid.facts[-1].with_(number="A-2")))
    assert code_of(refusal) == "application.exceeds_open"


def test_a_large_ledger_keeps_all_balances():
    ledger = ReceivablesLedger()
    for n in range(700):
        ledger = ledger.record(debt(f"AR-{n}", "1"))
    ledger = ledger.record(cash("R-1", "700"))
    ledger = ledger.apply("R-1", to=["AR-0", "AR-699"], number="A-1", on=day(1))
    assert open_amounts(ledger, "AR-0", "AR-1", "AR-699") == ["0.00", "1.00", "0.00"]
    assert len(ledger.open_items("C-1")) == 698


def test_documents_are_found_by_number(ledger):
    assert ledger.receivable("ar-1").amount == cny("300.00")
    assert ledger.receipt("R-1").amount == cny("550.00")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda ledger: ledger.receivable("?"), "receivable.unknown"),
        (lambda ledger: ledger.open_amount("R-1"), "receivable.unknown"),
        (lambda ledger: ledger.receipt("?"), "receipt.unknown"),
        (lambda ledger: ledger.recoverable_amount("?"), "write_off.unknown"),
    ],
)
def test_asking_for_an_unknown_document_is_refused(ledger, ask, code):
    with pytest.raises(NotFound) as refusal:
        ask(ledger)
    assert code_of(refusal) == code


def test_only_facts_can_be_recorded(ledger):
    with pytest.raises(Invalid) as refusal:
        ledger.record(contract_of())
    assert code_of(refusal) == "fact.unknown_kind"


def test_a_number_is_taken_once_per_kind(ledger):
    with pytest.raises(Conflict) as refusal:
        ledger.record(debt("ar-1", "5"))
    assert code_of(refusal) == "fact.number_taken"
    assert refusal.value.facts["same_content"] is False
    assert ledger.record(cash("AR-1", "5")).free_amount("AR-1") == cny("5.00")


def test_recording_the_same_fact_again_says_so(ledger):
    with pytest.raises(Conflict) as refusal:
        ledger.record(ledger.facts[0])
    assert refusal.value.facts["same_content"] is True
    assert "nothing is left to do" in str(refusal.value)


def test_what_can_be_reversed_shares_one_series(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="N-1", on=day(1))
    with pytest.raises(Conflict) as refusal:
        paid.record(WRITE_OFF.with_(number="N-1", receivable="AR-2"))
    assert code_of(refusal) == "fact.number_taken"


def test_applying_where_nothing_is_open_is_refused(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        paid.apply("R-1", to=["AR-1"], number="A-2", on=day(1))
    assert code_of(refusal) == "application.nothing_to_apply"


def test_a_receivable_named_twice_is_paid_once(ledger):
    paid = ledger.apply("R-1", to=["AR-1", "AR-1"], number="A-1", on=day(1))
    assert open_amounts(paid, "AR-1") == ["0.00"]
    assert [fact.number for fact in paid.facts[3:]] == ["A-1"]


def test_a_write_off_without_approver_is_refused(ledger):
    with pytest.raises(Refused) as refusal:
        ledger.write_off("AR-1", number="W-1", on=day(1), reason="gone", approved_by=" ")
    assert code_of(refusal) == "write_off.not_approved"


def test_writing_off_what_is_not_open_is_refused(ledger):
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        paid.write_off("AR-1", number="W-1", on=day(2), reason="gone", approved_by="Wang")
    assert code_of(refusal) == "write_off.nothing_open"


def test_recovering_what_is_recovered_is_refused(ledger):
    gone = ledger.write_off("AR-1", number="W-1", on=day(2), reason="gone", approved_by="Wang")
    back = gone.recover("W-1", receipt="R-1", number="V-1", on=day(3))
    with pytest.raises(Refused) as refusal:
        back.recover("W-1", receipt="R-1", number="V-2", on=day(3))
    assert code_of(refusal) == "recovery.nothing_to_recover"


def test_oldest_first_takes_several_receipts():
    ledger = ledger_of(
        debt("AR-2", "70", due=day(9)),
        debt("AR-1", "60", due=day(5)),
        cash("R-1", "100"),
        cash("R-2", "50"),
    )
    paid = apply_oldest(ledger, "R-1", "R-2", number="A", on=day(1))
    assert [(f.number, f.receipt, f.receivable, f.amount) for f in paid.facts[4:]] == [
        ("A/1", "R-1", "AR-1", cny("60.00")),
        ("A/2", "R-1", "AR-2", cny("40.00")),
        ("A/3", "R-2", "AR-2", cny("30.00")),
    ]
    assert paid.on_account("C-1") == (cny("20.00"),)


def test_oldest_first_leaves_alone_what_cannot_meet():
    ledger = ledger_of(
        debt("AR-1", "60", on=day(5)),
        debt("AR-2", "60", customer="C-2"),
        debt("AR-3", "60", currency="USD"),
        cash("R-1", "100"),
    )
    assert apply_oldest(ledger, "R-1", number="A", on=SIGNED) == ledger


def test_a_negative_amount_is_never_applied(ledger):
    with pytest.raises(ValidationError, match="more than 0"):
        ledger.apply("R-1", to={"AR-1": cny("-1")}, number="A-1", on=day(1))
