"""DSO, days late, effectiveness, collections, and how one customer pays."""

from datetime import date
from fractions import Fraction

import pytest

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue import Application, Receipt, Receivable, ReceivablesLedger
from revenue.ageing import (
    CollectionMeasures,
    PaymentDays,
    collection_measures,
    collections,
    countback_dso,
    credit_sales,
    payment_behaviour,
    payment_behaviours,
    spells,
)
from revenue.credit_note import CreditNote
from revenue.receipt import Refund


def cny(amount: str) -> Money:
    """Yuan, or what ``amount`` says: ``300 USD``."""
    figure, _, code = amount.partition(" ")
    return Money(figure, code or "CNY")


def debt(number: str, amount: str, on: date, due: date, **changes: object) -> Receivable:
    fields = {"customer": "C-1", "on": on, "due_on": due, "amount": cny(amount)}
    return Receivable.model_validate({"number": number, **fields, **changes})


def cash(number: str, amount: str, on: date, **changes: object) -> Receipt:
    fields = {"customer": "C-1", "on": on, "amount": cny(amount)}
    return Receipt.model_validate({"number": number, **fields, **changes})


def ledger_of(*facts: object) -> ReceivablesLedger:
    return ReceivablesLedger().record(*facts)  # type: ignore[arg-type]


JAN, FEB, MAR = date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10)
END = date(2026, 3, 31)


def test_the_countback_takes_off_one_month_after_the_other() -> None:
    """Sales of 70,000, 80,000 and 100,000 and receivables of 212,000: 31 + 28 + 32/70 × 31."""
    ledger = ledger_of(
        debt("AR-1", "70000", JAN, END),
        debt("AR-2", "80000", FEB, END),
        debt("AR-3", "100000", MAR, END),
    )
    ledger = ledger.record(cash("R-1", "38000", MAR)).apply("R-1", to="AR-1", number="A-1", on=MAR)
    found = countback_dso(ledger, currency="CNY", as_of=END)
    assert found.days == 31 + 28 + Fraction(32, 70) * 31
    assert found.unexplained == cny("0.00")


def test_the_countback_of_a_day_within_a_month_counts_its_days_so_far() -> None:
    ledger = ledger_of(debt("AR-1", "70", JAN, END), debt("AR-2", "30", MAR, END))
    assert countback_dso(ledger, currency="CNY", as_of=MAR).days == 10 + 28 + 31


def test_receivables_that_nobody_sold_are_left_unexplained() -> None:
    opening = debt("AR-1", "500", JAN, END, origin="opening")
    ledger = ledger_of(opening, debt("AR-2", "30", FEB, END))
    found = countback_dso(ledger, currency="CNY", as_of=FEB)
    assert (found.days, found.unexplained) == (10, cny("500"))
    assert countback_dso(ledger_of(), currency="CNY", as_of=FEB).days == 0


def test_measures_of_a_quarter() -> None:
    ledger = ledger_of(
        debt("AR-0", "400", date(2025, 12, 1), date(2026, 1, 1)),
        debt("AR-1", "600", JAN, FEB),
        debt("AR-2", "350", MAR, END),
        CreditNote(number="CN-1", customer="C-1", on=MAR, amount=cny("50"), reason="back"),
        debt("AR-3", "10", MAR, MAR, origin="dunning_fee"),
        debt("AR-4", "10", MAR, MAR, origin="opening"),
        cash("R-1", "850", MAR),
    )
    ledger = ledger.apply("R-1", to=["AR-0", "AR-1"], number="A-1", on=MAR)
    quarter = collection_measures(ledger, currency="CNY", since=date(2026, 1, 1), until=END)
    assert quarter == CollectionMeasures(
        currency="CNY",
        since=date(2026, 1, 1),
        until=END,
        before=cny("400.00"),
        sales=cny("900.00"),
        after=cny("510.00"),
        current=cny("350.00"),
    )
    assert (quarter.dso, quarter.best_possible_dso) == (51, 35)
    assert quarter.average_days_delinquent == 16
    assert quarter.collection_effectiveness == Fraction(79, 95)


def test_what_falls_due_today_is_not_overdue() -> None:
    ledger = ledger_of(debt("AR-1", "90", MAR, END))
    found = collection_measures(ledger, currency="CNY", since=MAR, until=END)
    assert found.current == cny("90")
    after = collection_measures(ledger, currency="CNY", since=MAR, until=date(2026, 4, 1))
    assert after.current == cny("0.00")


def test_what_was_sold_on_the_first_day_was_not_owed_before_it() -> None:
    found = collection_measures(
        ledger_of(debt("AR-1", "90", JAN, FEB)), currency="CNY", since=JAN, until=END
    )
    assert (found.before, found.sales) == (cny("0.00"), cny("90.00"))


def test_a_period_without_sales_has_no_dso() -> None:
    ledger = ledger_of(debt("AR-1", "90", JAN, FEB))
    march = collection_measures(ledger, currency="CNY", since=date(2026, 3, 1), until=END)
    assert (march.dso, march.best_possible_dso, march.average_days_delinquent) == (None,) * 3
    assert march.collection_effectiveness == 0
    nothing = collection_measures(ledger_of(), currency="CNY", since=JAN, until=END)
    assert nothing.collection_effectiveness is None


def test_sales_are_those_of_one_currency_on_the_days_asked_for() -> None:
    ledger = ledger_of(debt("AR-1", "90", JAN, FEB), debt("AR-2", "5", FEB, FEB))
    assert credit_sales(ledger, currency="CNY", since=JAN, until=JAN) == cny("90")
    assert credit_sales(ledger, currency="USD", since=JAN, until=END) == Money("0", "USD")


def test_collections_are_what_came_in_less_what_went_back() -> None:
    """Monday 5 January 2026 begins a week; what came in on Sunday belongs to the week before."""
    ledger = ledger_of(
        cash("R-1", "100", date(2026, 1, 4)),
        cash("R-2", "50", date(2026, 1, 5), customer=""),
        cash("R-3", "7 USD", date(2026, 1, 6)),
        debt("AR-1", "90", date(2026, 1, 1), date(2026, 1, 8)),
        Refund(
            number="RF-1", source="R-1", amount=cny("30"), on=date(2026, 1, 9), reason="x", by="Li"
        ),
    )
    ledger = ledger.unapply("RF-1", number="X-1", on=date(2026, 1, 12), reason="came back")
    weeks = collections(
        ledger, currency="CNY", since=date(2026, 1, 1), until=date(2026, 1, 14), by="week"
    )
    assert [(each.start.day, each.end.day) for each in weeks] == [(1, 4), (5, 11), (12, 14)]
    assert [each.received for each in weeks] == [cny("100"), cny("50"), cny("0")]
    assert [each.returned for each in weeks] == [cny("0"), cny("30"), cny("-30")]
    assert [each.fell_due for each in weeks] == [cny("0"), cny("90"), cny("0")]
    assert weeks[1].net == cny("20")


def test_what_came_in_before_or_after_or_was_a_rebate_is_no_collection() -> None:
    ledger = ledger_of(
        cash("R-1", "1", date(2026, 1, 31)),
        cash("R-2", "2", date(2026, 2, 1)),
        cash("R-3", "4", date(2026, 2, 28)),
        cash("R-4", "8", date(2026, 3, 1)),
    )
    (found,) = collections(ledger, currency="CNY", since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert found.received == cny("6.00")
    offset = cash("RB-1", "5", date(2026, 2, 9), rebate="AGR-1")
    credited = ReceivablesLedger.model_construct(facts=(*ledger.facts, offset))
    assert collections(
        credited, currency="CNY", since=date(2026, 2, 1), until=date(2026, 2, 28)
    ) == (found,)


def test_a_stretch_without_days_or_with_too_many_is_refused() -> None:
    for since, until, code in (
        (FEB, JAN, "collections.no_days"),
        (date(1900, 1, 1), END, "collections.too_many"),
    ):
        with pytest.raises(Invalid) as refusal:
            spells(since, until, "week")
        assert refusal.value.code == code
    assert spells(date(9999, 12, 30), date.max, "week") == ((date(9999, 12, 30), date.max),)
    assert len(spells(date(9999, 11, 30), date.max, "month")) == 2


def test_days_to_pay_are_weighted_by_amount() -> None:
    ledger = ledger_of(
        debt("AR-1", "900", JAN, date(2026, 2, 9)),
        debt("AR-2", "100", JAN, date(2026, 2, 9)),
        cash("R-1", "900", FEB),
        cash("R-2", "100", date(2026, 1, 30)),
    )
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=date(2026, 2, 20))
    ledger = ledger.apply("R-2", to="AR-2", number="A-2", on=date(2026, 2, 20))
    (found,) = payment_behaviour(ledger, "C-1", since=JAN, as_of=END).currencies
    assert found == PaymentDays(
        currency="CNY",
        payments=2,
        late_payments=1,
        paid=cny("1000.00"),
        paid_late=cny("900.00"),
        days_to_pay=Fraction(31 * 900 + 20 * 100, 1000),
        days_late=Fraction(1 * 900 - 10 * 100, 1000),
        days_late_max=1,
        overdue=cny("0.00"),
        overdue_days=0,
    )
    assert found.late_share == Fraction(9, 10)


def test_what_is_overdue_now_is_part_of_how_somebody_pays() -> None:
    ledger = ledger_of(
        debt("AR-1", "900", JAN, FEB), debt("AR-2", "10", JAN, FEB, origin="interest")
    )
    found = payment_behaviour(ledger, "c-1", since=JAN, as_of=END)
    (days,) = found.currencies
    assert (days.overdue, days.overdue_days, days.days_late, days.late_share) == (
        cny("900"),
        49,
        None,
        0,
    )
    assert (found.payments, found.late_payments, found.days_late_max) == (0, 0, 49)


def test_what_was_paid_ahead_took_no_days_and_what_was_credited_was_not_paid() -> None:
    ledger = ledger_of(
        debt("AR-1", "90", FEB, MAR),
        cash("R-1", "60", JAN),
        CreditNote(number="CN-1", customer="C-1", on=MAR, amount=cny("30"), reason="back"),
        Application(
            number="A-2",
            receipt="CN-1",
            means="credit_note",
            receivable="AR-1",
            amount=cny("30"),
            on=MAR,
        ),
    )
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=FEB)
    (found,) = payment_behaviour(ledger, "C-1", since=JAN, as_of=END).currencies
    assert (found.payments, found.paid, found.days_to_pay) == (1, cny("60"), 0)
    assert found.days_late == (JAN - MAR).days
    after = payment_behaviour(ledger, "C-1", since=date(2026, 1, 11), as_of=END)
    assert after.payments == 0


def test_the_behaviour_of_all_is_that_of_each() -> None:
    ledger = ledger_of(debt("AR-1", "90", JAN, FEB), debt("AR-2", "90", JAN, FEB, customer="C-2"))
    ledger = ledger.record(cash("R-1", "90", MAR)).apply("R-1", to="AR-1", number="A-1", on=MAR)
    found = payment_behaviours(ledger, since=JAN, as_of=END)
    assert found == tuple(
        payment_behaviour(ledger, customer, since=JAN, as_of=END) for customer in ("C-1", "C-2")
    )


def test_neither_credit_notes_nor_other_customers_nor_undone_payments_count() -> None:
    ledger = ledger_of(
        debt("AR-1", "90", JAN, FEB),
        debt("AR-2", "90", JAN, FEB, customer="C-2"),
        cash("R-1", "90", MAR),
        cash("R-2", "90", MAR, customer="C-2"),
    )
    ledger = ledger.apply("R-1", to="AR-1", number="A-1", on=MAR)
    ledger = ledger.apply("R-2", to="AR-2", number="A-2", on=MAR)
    assert payment_behaviour(ledger, "C-1", since=JAN, as_of=END).payments == 1
    undone = ledger.unapply("A-1", number="X-1", on=END, reason="bounced")
    assert payment_behaviour(undone, "C-1", since=JAN, as_of=END).payments == 0
    assert payment_behaviour(undone, "C-1", since=JAN, as_of=MAR).payments == 1
    assert payment_behaviour(ledger, "C-1", since=END, as_of=END).payments == 0
    assert payment_behaviour(ledger, "C-9", since=JAN, as_of=END).days_late_max == 0
