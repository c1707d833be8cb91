"""One reproducer for each rule that recording a fact can break."""

import pytest

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money
from revenue import Reversal, bill, deliver
from tests.revenue.deals import (
    APPLICATION,
    CHARGE,
    RECOVERY,
    SIGNED,
    WRITE_OFF,
    cash,
    cny,
    code_of,
    contract_of,
    day,
    debt,
    ledger_of,
    order_of,
)

USD = Money("1", "USD")


@pytest.fixture
def ledger():
    """A receivable of 300, 80 of it written off, and a receipt of 500; the same for C-2 in USD."""
    return ledger_of(
        debt("AR-1", "300"),
        cash("R-1", "500"),
        WRITE_OFF.with_(amount=cny("80"), on=day(2)),
        debt("AR-2", "1", customer="C-2"),
        cash("R-2", "1", customer="C-2"),
        debt("AR-3", "1", currency="USD"),
        cash("R-3", "1", currency="USD"),
        WRITE_OFF.with_(number="W-2", receivable="AR-2", on=day(2)),
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": cny("220.01")}, "application.exceeds_open"),
        ({"receivable": "AR-3"}, "application.currency_mismatch"),
        ({"receipt": "R-3"}, "application.currency_mismatch"),
        ({"amount": USD}, "application.currency_mismatch"),
        ({"receivable": "AR-2"}, "application.other_customer"),
        ({"on": day(-9)}, "application.too_early"),
    ],
)
def test_an_application_that_breaks_a_rule_is_refused(ledger, changes, code):
    with pytest.raises(Refused) as refusal:
        ledger.record(APPLICATION.with_(on=day(2)).with_(**changes))
    assert code_of(refusal) == code


def test_applying_exactly_the_open_amount_settles(ledger):
    paid = ledger.record(APPLICATION.with_(amount=cny("220.00"), on=day(2)))
    assert paid.open_amount("AR-1") == cny("0.00")


def test_applying_more_than_the_receipt_is_refused():
    ledger = ledger_of(debt("AR-1", "300"), cash("R-1", "100"))
    with pytest.raises(Refused) as refusal:
        ledger.record(APPLICATION.with_(amount=cny("100.01")))
    assert code_of(refusal) == "application.exceeds_receipt"
    assert refusal.value.facts["available"] == cny("100.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"receivable": "AR-9"}, "receivable.unknown"), ({"receipt": "R-9"}, "receipt.unknown")],
)
def test_applying_unknown_documents_is_refused(ledger, changes, code):
    with pytest.raises(NotFound) as refusal:
        ledger.record(APPLICATION.with_(**changes))
    assert code_of(refusal) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": cny("220.01")}, "write_off.exceeds_open"),
        ({"amount": USD}, "write_off.currency_mismatch"),
        ({"on": day(-9)}, "write_off.too_early"),
    ],
)
def test_a_write_off_that_breaks_a_rule_is_refused(ledger, changes, code):
    with pytest.raises(Refused) as refusal:
        ledger.record(WRITE_OFF.with_(number="W-3", on=day(3)).with_(**changes))
    assert code_of(refusal) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": cny("80.01")}, "recovery.exceeds_write_off"),
        ({"receipt": "R-3"}, "recovery.currency_mismatch"),
        ({"receipt": "R-2"}, "recovery.other_customer"),
        ({"on": day(1)}, "recovery.too_early"),
    ],
)
def test_a_recovery_that_breaks_a_rule_is_refused(ledger, changes, code):
    with pytest.raises(Refused) as refusal:
        ledger.record(RECOVERY.with_(on=day(3)).with_(**changes))
    assert code_of(refusal) == code


def test_recovering_more_than_the_receipt_is_refused(ledger):
    small = ledger.record(cash("R-4", "5"))
    with pytest.raises(Refused) as refusal:
        small.record(RECOVERY.with_(receipt="R-4", amount=cny("6"), on=day(3)))
    assert code_of(refusal) == "recovery.exceeds_receipt"


def test_recovering_an_unknown_write_off_is_refused(ledger):
    with pytest.raises(NotFound) as refusal:
        ledger.record(RECOVERY.with_(write_off="W-9"))
    assert code_of(refusal) == "write_off.unknown"


def test_reversing_twice_is_refused(ledger):
    undone = ledger.unapply("W-1", number="X-1", on=day(3), reason="paid after all")
    with pytest.raises(Refused) as refusal:
        undone.unapply("W-1", number="X-2", on=day(3), reason="again")
    assert code_of(refusal) == "reversal.already_reversed"
    assert "by X-1" in str(refusal.value)


@pytest.mark.parametrize("number", ["R-1", "AR-1", "P-1", "X-1"])
def test_reversing_what_is_no_settlement_is_refused(ledger, number):
    more = ledger.record(CHARGE, Reversal(number="X-1", reverses="W-1", on=day(3), reason="?"))
    with pytest.raises(Refused) as refusal:
        more.unapply(number, number="X-2", on=day(3), reason="?")
    assert code_of(refusal) == "reversal.not_reversible"


def test_reversing_an_unknown_fact_is_refused(ledger):
    with pytest.raises(NotFound) as refusal:
        ledger.unapply("A-9", number="X-1", on=day(3), reason="?")
    assert code_of(refusal) == "reversal.unknown_fact"


def test_reversing_before_the_fact_is_refused(ledger):
    with pytest.raises(Refused) as refusal:
        ledger.unapply("W-1", number="X-1", on=day(1), reason="?")
    assert code_of(refusal) == "reversal.too_early"


def test_a_recovered_write_off_is_not_reversed(ledger):
    back = ledger.record(RECOVERY.with_(on=day(3)))
    with pytest.raises(Refused) as refusal:
        back.unapply("W-1", number="X-1", on=day(4), reason="?")
    assert code_of(refusal) == "reversal.recovered"
    free = back.unapply("V-1", number="X-1", on=day(4), reason="bounced")
    undone = free.unapply("W-1", number="X-2", on=day(4), reason="paid")
    assert undone.open_amount("AR-1") == cny("300.00")
    assert undone.recoverable_amount("W-1") == cny("0.00")


def test_a_reversed_write_off_cannot_be_recovered(ledger):
    undone = ledger.unapply("W-1", number="X-1", on=day(3), reason="paid after all")
    with pytest.raises(Refused) as refusal:
        undone.record(RECOVERY.with_(on=day(3)))
    assert code_of(refusal) == "recovery.exceeds_write_off"


@pytest.fixture
def billed():
    return bill(contract_of(), event="signing", on=SIGNED, number="INV-1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": cny("21930.01")}, "receivable.exceeds_invoice"),
        ({"amount": USD}, "receivable.currency_mismatch"),
        ({"customer": "C-2"}, "receivable.other_customer"),
        ({"on": day(-9)}, "receivable.too_early"),
    ],
)
def test_a_receivable_that_contradicts_its_invoice_is_refused(billed, changes, code):
    invoice, receivable = billed
    with pytest.raises(Refused) as refusal:
        ledger_of(invoice, receivable.with_(**changes))
    assert code_of(refusal) == code


def test_an_invoice_may_have_several_receivables(billed):
    invoice, receivable = billed
    first = receivable.with_(number="AR-1", amount=cny("20000"))
    second = receivable.with_(number="AR-2", amount=cny("1930"))
    assert len(ledger_of(invoice, first, second).open_items()) == 2
    with pytest.raises(Refused):
        ledger_of(invoice, first, second.with_(amount=cny("1930.01")))


def test_an_invoice_after_its_receivable_is_refused(billed):
    invoice, receivable = billed
    with pytest.raises(Refused) as refusal:
        ledger_of(receivable, invoice)
    assert code_of(refusal) == "invoice.after_receivable"


def test_an_invoice_made_without_an_earlier_one_is_refused(billed):
    ledger = ledger_of(*billed)
    with pytest.raises(Conflict) as refusal:
        ledger.record(*bill(contract_of(), event="delivery", on=day(1), number="INV-2"))
    assert code_of(refusal) == "invoice.out_of_date"
    fresh = bill(
        contract_of(), event="delivery", on=day(1), number="INV-2", before=ledger.invoices("HT-1")
    )
    assert len(ledger.record(*fresh).invoices("HT-1")) == 2


def test_a_delivery_made_without_an_earlier_one_is_refused():
    contract = contract_of()
    order = order_of(contract)
    ledger = ledger_of(deliver(contract, order, {"1": 2}, number="D-1", on=day(1)))
    with pytest.raises(Conflict) as refusal:
        ledger.record(deliver(contract, order, {"1": 2}, number="D-2", on=day(1)))
    assert code_of(refusal) == "delivery.out_of_date"
    with pytest.raises(Conflict):
        ledger.record(deliver(contract, order, {"2": 1}, number="D-2", on=day(1)))
    fresh = deliver(
        contract, order, {"1": 1}, number="D-2", on=day(1), before=ledger.deliveries("SO-1")
    )
    assert len(ledger.record(fresh).deliveries("SO-1")) == 2


def test_a_second_order_does_not_deliver_the_contract_again():
    contract = contract_of()
    first = order_of(contract)
    second = first.with_(number="SO-2")
    ledger = ledger_of(deliver(contract, first, {"1": 3}, number="D-1", on=day(1)))
    with pytest.raises(Conflict) as refusal:
        ledger.record(deliver(contract, second, {"1": 3}, number="D-2", on=day(1)))
    assert code_of(refusal) == "delivery.out_of_date"
    other = deliver(
        contract, second, {"2": 1}, number="D-2", on=day(1),
        before=ledger.deliveries(contract="ht-1"),
    )  # fmt: skip
    both = ledger.record(other)
    assert both.deliveries("SO-2") == (other,)
    assert len(both.deliveries(contract="HT-1")) == len(both.deliveries()) == 2


@pytest.mark.parametrize("first", ["invoice", "delivery"])
def test_a_contract_has_one_currency(billed, first):
    contract = contract_of()
    delivery = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    dollars = delivery.with_(
        net_before=Money("0", "USD"), lines=(delivery.lines[0].with_(net=USD),)
    )
    if first == "invoice":
        facts, code = (billed[0], dollars), "delivery.currency_mismatch"
    else:
        facts, code = (dollars, billed[0]), "invoice.currency_mismatch"
    with pytest.raises(Refused) as refusal:
        ledger_of(*facts)
    assert code_of(refusal) == code


def test_a_delivery_in_two_currencies_is_refused():
    contract = contract_of()
    delivery = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        ledger_of(delivery.with_(net_before=Money("0", "USD")))
    assert code_of(refusal) == "delivery.currency_mismatch"


def test_one_receivable_may_be_named_without_a_list():
    ledger = ledger_of(debt("12", "5"), debt("1", "5"), debt("2", "5"), cash("R-1", "9"))
    paid = ledger.apply("R-1", to="12", number="A-1", on=day(1))
    assert [paid.open_amount(number) for number in ("12", "1")] == [cny("0"), cny("5")]


def test_backdated_facts_take_only_what_is_left_later():
    ledger = ledger_of(debt("AR-1", "100"), cash("R-1", "100"))
    for place, (on, amount) in enumerate([(9, "30"), (3, "20"), (6, "10"), (3, "15")]):
        ledger = ledger.record(
            APPLICATION.with_(number=f"A-{place}", amount=cny(amount), on=day(on))
        )
    undone = ledger.unapply("A-1", number="X-1", on=day(8), reason="?")
    left = {n: undone.open_amount("AR-1", as_of=day(n)) for n in (-9, 2, 3, 5, 6, 7, 8, 9)}
    assert {n: str(each.amount) for n, each in left.items()} == {
        -9: "0.00", 2: "100.00", 3: "65.00", 5: "65.00", 6: "55.00", 7: "55.00", 8: "75.00",
        9: "45.00",
    }  # fmt: skip
    with pytest.raises(Refused) as refusal:
        undone.record(APPLICATION.with_(number="A-9", amount=cny("45.01"), on=day(1)))
    assert refusal.value.facts["available"] == cny("45.00")
    everything = undone.record(APPLICATION.with_(number="A-9", amount=cny("45"), on=day(1)))
    assert everything.open_amount("AR-1", as_of=day(7)) == cny("10.00")
