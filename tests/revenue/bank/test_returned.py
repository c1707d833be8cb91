"""Which receipt a bounced payment undoes: by proof, and never by guess."""

from datetime import date, timedelta

from cpq.kernel.money import Money
from revenue import Receipt
from revenue.bank import BankLine, returned

DAY = date(2026, 11, 20)


def eur(amount):
    return Money(amount, "EUR")


def bounced(amount="-90.00", position=1, **fields):
    return BankLine(
        account="1",
        statement="S",
        position=position,
        booked_on=DAY,
        amount=eur(amount),
        is_return=fields.pop("is_return", True),
        **fields,
    )


def receipt(number, amount="90.00", on=DAY, **fields):
    return Receipt(number=number, customer="C-1", on=on, amount=eur(amount), **fields)


def found(lines, receipts):
    return [(each.receipt, each.proof, each.rivals) for each in returned(lines, receipts)]


def test_the_reference_decides_among_equal_amounts():
    receipts = [receipt("R-1", reference="E2E-1 INV-1"), receipt("R-2", reference="E2E-2 INV-2")]
    assert found([bounced(original="e2e-2")], receipts) == [("R-2", "reference", ())]


def test_a_reference_is_a_whole_token():
    receipts = [receipt("R-1", reference="E2E-10 INV-1")]
    assert found([bounced(original="E2E-1")], receipts) == [("", "none", ("R-1",))]


def test_without_a_reference_the_account_of_the_payer_decides():
    receipts = [
        receipt("R-1", payer_account="DE02 1203 0000"),
        receipt("R-2", payer_account="DE99"),
    ]
    line = bounced(counterparty_account="DE0212030000")
    assert found([line], receipts) == [("R-1", "account", ())]


def test_then_the_name():
    receipts = [receipt("R-1", payer="Müller GmbH"), receipt("R-2", payer="Weber KG")]
    assert found([bounced(counterparty="MÜLLER GMBH")], receipts) == [("R-1", "name", ())]


def test_two_receipts_that_fit_are_told_and_none_is_taken():
    receipts = [receipt("R-1", payer="Weber KG"), receipt("R-2", payer="Weber KG")]
    (undecided,) = returned([bounced(counterparty="Weber KG")], receipts)
    assert (undecided.receipt, undecided.rivals) == ("", ("R-1", "R-2"))
    assert "decide which" in undecided.why.en
    assert "人工确认" in undecided.why.zh


def test_two_returns_that_fit_one_receipt_leave_each_other_without_it():
    lines = [bounced(counterparty="Weber KG"), bounced(counterparty="Weber KG", position=2)]
    answers = found(lines, [receipt("R-1", payer="Weber KG")])
    assert answers == [("", "none", ("R-1",)), ("", "none", ("R-1",))]
    assert found(lines[::-1], [receipt("R-1", payer="Weber KG")]) == answers


def test_the_amount_has_to_be_the_same_to_the_cent():
    receipts = [receipt("R-1", amount="90.01", reference="E2E-1")]
    assert found([bounced(original="E2E-1")], receipts) == [("", "none", ())]


def test_a_receipt_of_a_later_day_is_not_undone():
    later = receipt("R-1", on=DAY + timedelta(days=1), reference="E2E-1")
    assert found([bounced(original="E2E-1")], [later]) == [("", "none", ())]


def test_a_receipt_of_the_same_day_is():
    assert found([bounced(original="E2E-1")], [receipt("R-1", reference="E2E-1")]) == [
        ("R-1", "reference", ())
    ]


def test_short_references_prove_nothing():
    assert found([bounced(original="1")], [receipt("R-1", reference="1")]) == [
        ("", "none", ("R-1",))
    ]


def test_other_lines_are_left_out():
    lines = [
        bounced(is_return=False),
        bounced("90.00"),
        bounced(status="pending"),
        bounced("-5.00"),
    ]
    answers = returned(lines, [receipt("R-1", reference="E2E-1")])
    assert [each.line.amount for each in answers] == [eur("-5.00")]
    assert "no receipt of that amount" in answers[0].why.en
