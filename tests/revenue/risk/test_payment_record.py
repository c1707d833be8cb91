"""How a customer paid, read from the ledger."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue import ReceivablesLedger
from revenue.risk import PaymentRecord, assess, overdue_record, payment_record
from tests.revenue.deals import cash, day, debt, ledger_of

DUE, LATE = day(31), day(400)


def read(ledger: ReceivablesLedger, as_of: date = LATE, **more: object) -> PaymentRecord:
    return payment_record(ledger, "C-1", as_of=as_of, currency="CNY", **more)  # type: ignore[arg-type]


def paid_on(last: date) -> ReceivablesLedger:
    ledger = ledger_of(debt("AR-1", "100", on=day(1), due=DUE), cash("R-1", "100", on=day(1)))
    ledger = ledger.apply("R-1", to={"AR-1": Money("40", "CNY")}, number="A-1", on=DUE)
    return ledger.apply("R-1", to={"AR-1": Money("60", "CNY")}, number="A-2", on=last)


@pytest.mark.parametrize(("days", "late"), [(0, 0), (1, 1), (40, 1)])
def test_what_was_paid_late_counts_from_the_due_day(days: int, late: int) -> None:
    found = read(paid_on(DUE + timedelta(days=days)), as_of=day(120))
    assert (found.late, found.days_late, found.settled) == (late, days, True)


def test_what_is_still_open_is_as_late_as_the_day_asked_about() -> None:
    ledger = ledger_of(debt("AR-1", "100", on=day(1), due=DUE))
    assert read(ledger, as_of=DUE + timedelta(days=9)).days_late == 9
    assert read(ledger, as_of=DUE).days_late == 0


def test_an_unapplied_payment_paid_nothing() -> None:
    ledger = paid_on(DUE).unapply("A-2", number="X-1", on=DUE, reason="wrong customer")
    found = read(ledger, as_of=DUE + timedelta(days=5))
    assert (found.days_late, found.settled) == (5, False)


def test_what_was_written_off_was_never_paid() -> None:
    ledger = ledger_of(debt("AR-1", "100", on=day(1), due=DUE)).write_off(
        "AR-1", number="W-1", on=DUE, reason="gone", approved_by="Wang"
    )
    found = read(ledger, as_of=DUE + timedelta(days=50))
    assert (found.days_late, found.settled, found.ceilings) == (50, False, ("first_deal",))


def test_what_lies_before_the_span_does_not_count() -> None:
    ledger = paid_on(DUE + timedelta(days=40))
    last = DUE + timedelta(days=40)
    assert read(ledger, as_of=last + timedelta(days=364)).days_late == 40
    assert read(ledger, as_of=last + timedelta(days=365)).days_late == 0


def test_monthly_sales_are_exact_over_the_span() -> None:
    ledger = ledger_of(
        debt("AR-1", "1000", on=day(1)),
        debt("AR-2", "200", on=day(366)),
        debt("AR-3", "9", on=day(366), origin="interest"),
    )
    assert read(ledger, as_of=day(366)).monthly_sales == Fraction(200, 12)
    assert read(ledger, as_of=day(365)).monthly_sales == Fraction(1000, 12)


def test_sales_in_other_currencies_need_a_rate() -> None:
    ledger = ledger_of(debt("AR-1", "100", currency="USD", on=day(1)))
    assert read(ledger, as_of=day(9), rates={"USD": "7.1"}).sales == Money("710", "CNY")
    with pytest.raises(Invalid) as refusal:
        read(ledger, as_of=day(9))
    assert refusal.value.code == "credit.no_rate"


@pytest.mark.parametrize(
    ("as_of", "ceilings"),
    [(day(20), ("first_deal",)), (DUE, ("under_a_year",)), (day(366), ())],
)
def test_a_first_deal_becomes_a_known_customer(as_of: date, ceilings: tuple[str, ...]) -> None:
    assert read(paid_on(DUE), as_of=as_of).ceilings == ceilings


def test_a_customer_without_receivables_is_new() -> None:
    found = read(ReceivablesLedger())
    assert (found.first_on, found.ceilings, overdue_record(found)) == (None, ("first_deal",), None)


def test_paying_late_lowers_the_grade() -> None:
    found = read(paid_on(DUE + timedelta(days=61)), as_of=day(200))
    late = overdue_record(found)
    assert late is not None
    assert assess([late], "C-1", as_of=day(200)).grade == "AA"
    assert assess([late], "C-1", as_of=day(201)).grade == "AAA"
