from datetime import date

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from cpq.kernel.money import money_total
from cpq.quote import payment_terms
from revenue import bill, deliver
from tests.revenue.deals import SIGNED, cny, code_of, contract_of, day, order_of


def test_an_event_bills_its_instalment():
    invoice, receivable = bill(contract_of(), event="signing", on=SIGNED, number="INV-1")
    assert invoice.gross == cny("21930.00")
    assert [(line.line, line.net, line.tax) for line in invoice.lines] == [
        ("1", cny("18000.00"), cny("2340.00")),
        ("2", cny("1500.00"), cny("90.00")),
    ]
    assert (receivable.number, receivable.source, receivable.customer) == ("INV-1", "INV-1", "C-1")
    assert (receivable.amount, receivable.due_on) == (invoice.gross, day(5))


def test_a_receivable_may_have_its_own_number():
    _, receivable = bill(
        contract_of(), event="signing", on=SIGNED, number="INV-1", receivable="HT-1/1"
    )
    assert (receivable.number, receivable.source) == ("HT-1/1", "INV-1")


def test_all_invoices_add_up_to_each_contract_line():
    contract = contract_of(("1", "99.99", "13", "1"), ("2", "0.05", "6", "1"))
    invoices = []
    for event in ("signing", "delivery", "acceptance"):
        invoices.append(bill(contract, event=event, on=day(1), number=event, before=invoices)[0])
    for line in contract.lines:
        own = [each for invoice in invoices for each in invoice.lines if each.line == line.line]
        assert money_total((each.net for each in own), "CNY") == line.net
        assert money_total((each.tax for each in own), "CNY") == line.tax


def test_deliveries_share_their_instalment_by_net():
    contract = contract_of(("1", "100.00", "13", "3"))
    order = order_of(contract)
    first = deliver(contract, order, {"1": 1}, number="D-1", on=day(1))
    second = deliver(contract, order, {"1": 2}, number="D-2", on=day(2), before=[first])
    one, _ = bill(contract, event="delivery", on=day(1), number="I-1", delivery=first)
    two, _ = bill(
        contract, event="delivery", on=day(2), number="I-2", delivery=second, before=[one]
    )
    # 67.80 × 33.33 / 100.00 = 22.597…; the delivery that completes the order takes the rest
    assert (one.gross, two.gross) == (cny("22.60"), cny("45.20"))
    assert (one.delivery, two.delivery) == ("D-1", "D-2")


def test_deliveries_may_be_billed_in_any_order():
    contract = contract_of(("1", "100.00", "13", "3"))
    order = order_of(contract)
    first = deliver(contract, order, {"1": 1}, number="D-1", on=day(1))
    second = deliver(contract, order, {"1": 2}, number="D-2", on=day(2), before=[first])
    two, _ = bill(contract, event="delivery", on=day(2), number="I-1", delivery=second)
    one, _ = bill(contract, event="delivery", on=day(2), number="I-2", delivery=first, before=[two])
    assert (one.gross, two.gross) == (cny("22.60"), cny("45.20"))


def test_a_share_of_nothing_is_billed_with_a_later_one():
    # shares of 0.02 over three deliveries: 0.0067, 0.0133, 0.02, so 0.01, nothing, 0.01
    plan = payment_terms(("40%", "signing", 0), ("60%", "delivery", 0))
    contract = contract_of(("1", "0.03", "0", "3"), payment=plan)
    order = order_of(contract)
    deliveries = []
    for n in range(3):
        deliveries.append(
            deliver(contract, order, {"1": 1}, number=f"D-{n}", on=day(1), before=deliveries)
        )
    first, second, third = deliveries
    one, _ = bill(contract, event="delivery", on=day(1), number="I-0", delivery=first)
    with pytest.raises(Refused) as refusal:
        bill(contract, event="delivery", on=day(1), number="I-1", delivery=second, before=[one])
    assert code_of(refusal) == "invoice.nothing_to_bill"
    two, _ = bill(contract, event="delivery", on=day(1), number="I-1", delivery=third, before=[one])
    assert (one.gross, two.gross) == (cny("0.01"), cny("0.01"))


def test_what_deliveries_left_is_billed_without_one():
    contract = contract_of(("1", "100.00", "13", "3"))
    first = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    one, _ = bill(contract, event="delivery", on=day(1), number="I-1", delivery=first)
    rest, _ = bill(contract, event="delivery", on=day(9), number="I-2", before=[one])
    assert rest.gross == cny("45.20")


def test_billing_an_instalment_twice_is_refused():
    contract = contract_of()
    first, _ = bill(contract, event="signing", on=SIGNED, number="INV-1")
    with pytest.raises(Refused) as refusal:
        bill(contract, event="signing", on=SIGNED, number="INV-2", before=[first])
    assert code_of(refusal) == "invoice.already_billed"
    assert "INV-1" in str(refusal.value)


def test_billing_a_delivery_twice_is_refused():
    contract = contract_of()
    delivery = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    first, _ = bill(contract, event="delivery", on=day(1), number="I-1", delivery=delivery)
    with pytest.raises(Refused) as refusal:
        bill(contract, event="delivery", on=day(1), number="I-2", delivery=delivery, before=[first])
    assert code_of(refusal) == "invoice.delivery_billed"


def test_an_event_outside_the_plan_is_refused():
    contract = contract_of(payment=payment_terms(("100%", "delivery", 0)))
    with pytest.raises(Refused) as refusal:
        bill(contract, event="acceptance", on=day(1), number="I-1")
    assert code_of(refusal) == "invoice.no_instalment"


def test_an_event_of_two_instalments_needs_one_named():
    contract = contract_of(payment=payment_terms(("50%", "delivery", 0), ("50%", "delivery", 90)))
    with pytest.raises(Refused) as refusal:
        bill(contract, event="delivery", on=day(1), number="I-1")
    assert code_of(refusal) == "invoice.several_instalments"
    second, _ = bill(contract, event="delivery", on=day(1), number="I-1", instalment=2)
    assert (second.instalment, (second.due_on - second.on).days) == (2, 90)


def test_an_instalment_of_zero_has_nothing_to_bill():
    contract = contract_of(("1", "0.05", "0", "1"))
    with pytest.raises(Refused) as refusal:
        bill(contract, event="acceptance", on=day(1), number="I-1")
    assert code_of(refusal) == "invoice.nothing_to_bill"


def test_billing_another_contracts_delivery_is_refused():
    contract = contract_of()
    delivery = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        bill(
            contract.with_(number="HT-9"),
            event="delivery",
            on=day(1),
            number="I-1",
            delivery=delivery,
        )
    assert code_of(refusal) == "invoice.other_contract"


def test_billing_before_the_event_is_refused():
    with pytest.raises(Refused) as refusal:
        bill(contract_of(), event="signing", on=day(-9), number="I-1")
    assert code_of(refusal) == "invoice.too_early"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"due_on": day(-30)}, "lies before"),
        ({"lines": ()}, "at least 1"),
    ],
)
def test_an_invoice_that_does_not_hold_together_is_invalid(changes, words):
    invoice, _ = bill(contract_of(), event="signing", on=SIGNED, number="INV-1")
    with pytest.raises(ValidationError, match=words):
        invoice.with_(**changes)


def test_an_invoice_is_in_one_currency():
    invoice, _ = bill(contract_of(), event="signing", on=SIGNED, number="INV-1")
    foreign = invoice.lines[0].with_(
        net={"amount": "1", "currency": "USD"},
        tax={"amount": "0", "currency": "USD"},
        gross_before={"amount": "0", "currency": "USD"},
    )
    with pytest.raises(ValidationError, match="in one currency"):
        invoice.with_(lines=(invoice.lines[0], foreign))


def test_a_contract_of_tax_alone_is_billed_with_any_delivery():
    contract = contract_of(("1", "100.00", "13", "3"))
    line = contract.lines[0].with_(net=cny("0"), tax=contract.gross)
    contract = contract.with_(lines=(line,))
    delivery = deliver(contract, order_of(contract), {"1": 1}, number="D-1", on=day(1))
    invoice, _ = bill(contract, event="delivery", on=day(1), number="I-1", delivery=delivery)
    assert (invoice.net, invoice.tax) == (cny("0.00"), cny("67.80"))


def test_an_invoice_line_is_never_below_zero():
    invoice, _ = bill(contract_of(), event="signing", on=SIGNED, number="INV-1")
    with pytest.raises(ValidationError, match="0 or more"):
        invoice.lines[0].with_(tax=cny("-0.01"))


def test_deliveries_of_two_orders_never_bill_more_than_the_instalment():
    contract = contract_of(("1", "100.00", "13", "3"))
    second_order = order_of(contract).with_(number="SO-2")
    first = deliver(contract, order_of(contract), {"1": 2}, number="D-1", on=day(1))
    second = deliver(contract, second_order, {"1": 2}, number="D-2", on=day(1))
    one, _ = bill(contract, event="delivery", on=day(1), number="I-1", delivery=first)
    two, _ = bill(
        contract, event="delivery", on=day(1), number="I-2", delivery=second, before=[one]
    )
    assert (one.gross, two.gross) == (cny("45.20"), cny("22.60"))


def test_an_invoice_due_after_the_calendar_is_refused():
    with pytest.raises(Refused) as refusal:
        bill(contract_of(), event="signing", on=date(9999, 12, 25), number="INV-1")
    assert code_of(refusal) == "invoice.due_too_late"
    last, _ = bill(contract_of(), event="signing", on=date(9999, 12, 24), number="INV-1")
    assert last.due_on == date.max
