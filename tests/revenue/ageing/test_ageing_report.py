"""The ageing report: buckets by due date, disputes, cash on account, the book currency."""

from datetime import date, timedelta

import pytest

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue import Application, Receipt, Receivable, ReceivablesLedger, apply_oldest
from revenue.ageing import ageing_report
from revenue.application import Adjustment, Difference
from revenue.credit_note import CreditNote
from revenue.receipt import Identification

DUE = date(2026, 3, 1)


def cny(amount: str) -> Money:
    """Yuan, or what ``amount`` says: ``300 USD``."""
    figure, _, code = amount.partition(" ")
    return Money(figure, code or "CNY")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def debt(number: str = "AR-1", amount: str = "100.00", **changes: object) -> Receivable:
    fields = {"customer": "C-1", "on": after(-90), "due_on": DUE, "amount": cny(amount)}
    return Receivable.model_validate({"number": number, **fields, **changes})


def cash(amount: str, **changes: object) -> Receipt:
    fields = {"number": "R-1", "customer": "C-1", "on": DUE, "amount": cny(amount)}
    return Receipt.model_validate({**fields, **changes})


def ledger_of(*facts: object) -> ReceivablesLedger:
    return ReceivablesLedger().record(*facts)  # type: ignore[arg-type]


def test_a_credit_note_closes_the_terms_in_order() -> None:
    """Case age-erpnext-terms-cn: 200 in terms of 60, 100, 40; 40 paid, 100 credited."""
    terms = [
        debt(f"AR-{place}", amount, due_on=after(30 * place))
        for place, amount in enumerate(("60", "100", "40"))
    ]
    ledger = ledger_of(*terms, cash("40"))
    paid = apply_oldest(ledger, "R-1", number="A-1", on=DUE)
    numbers = ("AR-0", "AR-1", "AR-2")
    assert [paid.open_amount(each) for each in numbers] == [cny("20"), cny("100"), cny("40")]
    credited = paid.record(
        CreditNote(number="CN-1", customer="C-1", on=DUE, amount=cny("100"), reason="back"),
        *(
            Application(
                number=f"A-2/{place}",
                receipt="CN-1",
                means="credit_note",
                receivable=number,
                amount=cny(amount),
                on=DUE,
            )
            for place, (number, amount) in enumerate((("AR-0", "20"), ("AR-1", "80")))
        ),
    )
    assert [credited.open_amount(each) for each in numbers] == [cny("0"), cny("20"), cny("40")]
    (row,) = ageing_report(credited, as_of=after(31)).rows
    assert row.amounts == tuple(map(cny, ("40.00", "20.00", "0.00", "0.00", "0.00")))


def test_each_instalment_ages_by_its_own_due_date() -> None:
    ledger = ledger_of(debt("AR-1", "1"), debt("AR-2", "2", due_on=after(30)))
    for days, amounts in ((0, "3 0 0"), (1, "2 1 0"), (30, "2 1 0"), (31, "0 2 1")):
        (row,) = ageing_report(ledger, as_of=after(days), buckets=(0, 30)).rows
        assert [str(each.amount) for each in row.amounts] == [f"{n}.00" for n in amounts.split()]


def test_what_is_disputed_stands_in_no_bucket() -> None:
    disputed = Adjustment(
        number="AD-1",
        document="AR-1",
        on=after(2),
        by="Wang",
        reason="damaged",
        difference=Difference(
            reason="dispute", amount=cny("40"), residual="AR-1/D", due_on=after(3)
        ),
    )
    (row,) = ageing_report(ledger_of(debt(), disputed), as_of=after(5)).rows
    assert (row.disputed, row.amounts[1], row.open) == (cny("40"), cny("60"), cny("100"))


def test_cash_on_account_makes_no_debt_younger() -> None:
    note = CreditNote(number="CN-1", customer="C-1", on=DUE, amount=cny("5"), reason="back")
    (row,) = ageing_report(ledger_of(debt(), cash("30"), note), as_of=after(5)).rows
    assert (row.amounts[1], row.on_account, row.net) == (cny("100"), cny("35"), cny("65"))


def test_who_only_paid_ahead_has_a_row_below_nothing() -> None:
    (row,) = ageing_report(ledger_of(cash("30")), as_of=after(5)).rows
    assert (row.open, row.net) == (cny("0.00"), cny("-30.00"))


def test_receipts_of_unknown_payers_age_from_the_day_they_came_in() -> None:
    known = Identification(
        number="ID-1", receipt="R-1", customer="C-1", amount=cny("20"), on=after(40), by="Li"
    )
    ledger = ledger_of(cash("30", customer=""), known)
    (before,) = ageing_report(ledger, as_of=after(30)).unidentified
    assert before.amounts[1] == cny("30")
    later = ageing_report(ledger, as_of=after(40))
    assert later.unidentified[0].amounts[2] == cny("10")
    assert later.rows[0].on_account == cny("20")


def test_rows_by_contract_and_by_segment() -> None:
    ledger = ledger_of(
        debt("AR-1", "1", contract="HT-1"),
        debt("AR-2", "2", contract="HT-2"),
        debt("AR-3", "4", customer="C-2", contract="HT-1"),
        cash("8", contract="HT-1"),
    )
    by_contract = ageing_report(ledger, as_of=DUE, by="contract")
    assert [(row.group, row.open, row.on_account) for row in by_contract.rows] == [
        ("HT-1", cny("5.00"), cny("8.00")),
        ("HT-2", cny("2.00"), cny("0.00")),
    ]
    by_segment = ageing_report(ledger, as_of=DUE, by="segment", segments={"c-2": "retail"})
    assert [(row.group, row.open) for row in by_segment.rows] == [
        ("", cny("3.00")),
        ("retail", cny("4.00")),
    ]


def test_a_report_in_the_book_currency_says_what_was_not_booked() -> None:
    ledger = ledger_of(
        debt("AR-1", "7"),
        debt("AR-2", "300 USD", booked=cny("2133")),
        debt("AR-3", "50 USD"),
        cash("10 USD", number="R-2", booked=cny("70")),
        cash("9 USD", number="R-3"),
    )
    paid = Receipt(
        number="R-1", customer="C-1", on=DUE, amount=Money("100", "USD"), booked=cny("720")
    )
    ledger = ledger.record(paid).apply("R-1", to="AR-2", number="A-1", on=DUE)
    report = ageing_report(ledger, as_of=DUE, book="CNY")
    (row,) = report.rows
    assert (row.open, row.on_account) == (cny("1429.00"), cny("70"))
    assert report.unbooked == (Money("50.00", "USD"),)
    assert len(ageing_report(ledger, as_of=DUE).rows) == 2
    euro = ageing_report(ledger, as_of=DUE, book="EUR")
    assert euro.rows == ()
    assert euro.unbooked == (cny("7.00"), Money("250.00", "USD"))


def test_the_report_of_a_past_day_does_not_change() -> None:
    ledger = ledger_of(debt(), cash("30"))
    before = ageing_report(ledger, as_of=after(40))
    paid = ledger.apply("R-1", to="AR-1", number="A-1", on=after(41))
    assert ageing_report(paid, as_of=after(40)) == before
    assert ageing_report(paid, as_of=after(41)) != before


def test_buckets_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        ageing_report(ledger_of(), as_of=DUE, buckets=(30, 0))
    assert refusal.value.code == "ageing.buckets_invalid"


def test_the_totals_of_a_currency_are_those_of_its_rows() -> None:
    ledger = ledger_of(debt("AR-1", "1"), debt("AR-2", "2", customer="C-2"), cash("5"))
    total = ageing_report(ledger, as_of=after(1)).totals("CNY")
    assert (total.open, total.on_account, total.amounts[1]) == (cny("3"), cny("5"), cny("3"))
