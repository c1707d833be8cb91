"""The allowance: what moved it, what is missing, and when it cannot be right."""

from datetime import date
from fractions import Fraction

import pytest

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue import Receipt, ReceivablesLedger
from revenue.provision import (
    allowance_currencies,
    allowance_movement,
    charge_to,
    check_allowance,
    expected_loss,
    provision_matrix,
)
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff
from tests.revenue.provision.books import cny, day, debt, lost, paid, recovered

MATRIX = provision_matrix("2026", {"": ("1%", "50%")}, buckets=(0,))


def charge(number: str, amount: str, *, on: int, currency: str = "CNY") -> AllowanceCharge:
    return AllowanceCharge(
        number=number, on=day(on), amount=Money(amount, currency), reason="year end"
    )


def year() -> ReceivablesLedger:
    ledger = ReceivablesLedger().record(debt("A", "1000", due=1), charge("P-1", "500", on=5))
    ledger = lost(ledger, "A", "300", on=10, as_="W-1")
    ledger = recovered(ledger, "W-1", "120", on=20)
    return ledger.record(charge("P-2", "-50", on=30))


def test_every_movement_has_its_column() -> None:
    found = allowance_movement(year(), currency="CNY", since=day(6), as_of=day(30))
    assert (found.opening, found.closing) == (cny("500"), cny("270"))
    assert (found.charged, found.released) == (cny("0"), cny("50"))
    assert (found.written_off, found.recovered) == (cny("300"), cny("120"))
    assert found.exchange == cny("0")
    assert found.closes


def test_the_days_of_a_movement_are_inclusive() -> None:
    for since, as_of, moved in ((10, 10, "300"), (11, 30, "0"), (1, 9, "0")):
        found = allowance_movement(year(), currency="CNY", since=day(since), as_of=day(as_of))
        assert found.written_off == cny(moved)
        assert found.closes


def test_without_a_first_day_the_movement_begins_with_nothing() -> None:
    found = allowance_movement(year(), currency="CNY", as_of=day(30))
    assert (found.opening, found.charged) == (cny("0"), cny("500"))
    assert found.closes


def test_a_reversal_is_in_the_column_of_what_it_reverses() -> None:
    ledger = lost(year(), "A", "200", on=40, as_="W-2")
    ledger = ledger.unapply("W-2", number="X", on=day(50), reason="paid after all")
    found = allowance_movement(ledger, currency="CNY", since=day(45), as_of=day(60))
    assert found.written_off == cny("-200")
    assert found.closes


def test_relief_is_no_loss_of_the_allowance() -> None:
    ledger = ReceivablesLedger().record(
        debt("A", "119", due=1, tax=cny("19")),
        WriteOff(
            number="W",
            receivable="A",
            amount=cny("119"),
            on=day(9),
            reason="gone",
            approved_by="Wang",
            tax_relief=cny("19"),
        ),
    )
    found = allowance_movement(ledger, currency="CNY", as_of=day(9))
    assert found.written_off == cny("100")
    assert found.closes
    ledger = paid(ledger.record(debt("B", "1", due=1)), "B", "1", on=10)
    ledger = ledger.record(
        Receipt(number="R-9", customer="C-1", on=day(12), amount=cny("59.50")),
        Recovery(
            number="V",
            write_off="W",
            receipt="R-9",
            amount=cny("59.50"),
            on=day(12),
            tax=cny("9.50"),
        ),
    )
    found = allowance_movement(ledger, currency="CNY", as_of=day(12))
    assert found.recovered == cny("50")
    assert found.closes


def test_an_allowance_in_a_foreign_currency_told_in_another_has_an_exchange_difference() -> None:
    ledger = ReceivablesLedger().record(
        charge("P-1", "100", on=5, currency="USD"), charge("P-2", "50", on=20, currency="USD")
    )

    def rate(on: date) -> Fraction:
        return Fraction(7) if on < day(10) else Fraction(8)

    found = allowance_movement(
        ledger, currency="USD", since=day(6), as_of=day(30), book="CNY", rate=rate
    )
    assert (found.opening, found.charged, found.closing) == (cny("700"), cny("400"), cny("1200"))
    assert found.exchange == cny("100")
    assert found.closes


def test_an_allowance_told_in_another_currency_needs_a_rate() -> None:
    with pytest.raises(Refused) as refusal:
        allowance_movement(year(), currency="CNY", as_of=day(30), book="EUR")
    assert refusal.value.code == "allowance.rate_missing"


def test_a_charge_brings_the_allowance_to_what_is_required_and_twice_is_once() -> None:
    ledger = year()
    loss = expected_loss(ledger, MATRIX, as_of=day(31))
    assert loss.total("CNY") == cny("350")
    (first,) = charge_to(ledger, loss, number="P-3", on=day(31), reason="2026")
    assert first.number == "P-3"
    assert first.amount == cny("80")
    ledger = ledger.record(first)
    assert ledger.allowance("CNY") == cny("350")
    assert charge_to(ledger, loss, number="P-4", on=day(31), reason="2026") == ()


def test_what_nobody_owes_any_more_is_released_in_every_currency() -> None:
    ledger = ReceivablesLedger().record(
        charge("P-1", "10", on=5), charge("P-2", "20", on=5, currency="USD")
    )
    loss = expected_loss(ledger, MATRIX, as_of=day(31))
    found = charge_to(ledger, loss, number="P-3", on=day(31), reason="2026")
    assert [(each.number, each.amount) for each in found] == [
        ("P-3/CNY", cny("-10")),
        ("P-3/USD", Money("-20", "USD")),
    ]


def test_the_loss_of_another_day_is_not_charged() -> None:
    ledger = year()
    loss = expected_loss(ledger, MATRIX, as_of=day(31))
    with pytest.raises(Refused) as refusal:
        charge_to(ledger, loss, number="P-3", on=day(32), reason="2026")
    assert refusal.value.code == "allowance.other_day"


def test_losses_in_other_currencies_are_charged_in_the_books_line_by_line() -> None:
    ledger = ReceivablesLedger().record(
        *(debt(f"U-{due}", "10.05", on=1, due=due, currency="USD") for due in (1, 40)),
        debt("A", "100", due=1),
    )
    loss = expected_loss(ledger, MATRIX, as_of=day(31))
    assert [str(line.loss) for line in loss.lines] == ["50.00 CNY", "0.10 USD", "5.03 USD"]
    (found,) = charge_to(
        ledger, loss, number="P", on=day(31), reason="x", book="CNY", rates={"USD": "7.105"}
    )
    assert found.amount == cny("50") + cny("0.71") + cny("35.74")
    with pytest.raises(Refused) as refusal:
        charge_to(ledger, loss, number="P", on=day(31), reason="x", book="CNY")
    assert refusal.value.code == "allowance.rate_missing"
    assert (
        charge_to(
            ledger.record(found),
            loss,
            number="Q",
            on=day(31),
            reason="x",
            book="CNY",
            rates={"USD": "7.105"},
        )
        == ()
    )


def test_dollars_with_a_value_in_the_books_move_the_allowance_of_the_books() -> None:
    owed = debt("U", "100", due=1, currency="USD", booked=cny("700"))
    ledger = ReceivablesLedger().record(owed)
    loss = expected_loss(ledger, MATRIX, as_of=day(31))
    charges = charge_to(
        ledger, loss, number="P", on=day(31), reason="x", book="CNY", rates={"USD": "7.20"}
    )
    ledger = ledger.record(*charges)
    assert ledger.allowance("CNY") == cny("360")
    ledger = lost(ledger, "U", "25", on=40)
    found = allowance_movement(ledger, currency="CNY", since=day(32), as_of=day(40))
    assert (found.opening, found.written_off, found.closing) == (
        *(cny("360"), cny("175"), cny("185")),
    )
    assert found.closes
    assert allowance_currencies(ledger) == ("CNY",)


def test_an_allowance_up_to_what_is_open_is_fine_and_a_cent_more_is_not() -> None:
    ledger = ReceivablesLedger().record(debt("A", "100", due=1), charge("P", "100", on=1))
    assert check_allowance(ledger) == ()
    (finding,) = check_allowance(ledger.record(charge("Q", "0.01", on=2)))
    assert (finding.code, finding.severity, finding.place) == (
        *("allowance.exceeds_gross", "error", "CNY"),
    )
    assert check_allowance(ledger.record(charge("Q", "0.01", on=2)), as_of=day(1)) == ()


def test_an_allowance_that_is_used_up_is_a_note() -> None:
    ledger = lost(ReceivablesLedger().record(debt("A", "100", due=1)), "A", "40", on=2)
    (finding,) = check_allowance(ledger)
    assert (finding.code, finding.severity) == ("allowance.below_zero", "note")
    assert "40.00 CNY" in finding.message.zh
    assert allowance_currencies(ledger) == ("CNY",)
    found = allowance_movement(ledger, currency="CNY", as_of=day(3))
    assert found.findings == (finding,)


def test_what_bears_a_value_in_the_books_is_open_with_that() -> None:
    owed = debt("U", "100", due=1, currency="USD", booked=cny("700"))
    ledger = ReceivablesLedger().record(owed, charge("P", "700", on=1))
    assert check_allowance(ledger) == ()
    (finding,) = check_allowance(ledger.record(charge("Q", "0.01", on=2)))
    assert finding.place == "CNY"
