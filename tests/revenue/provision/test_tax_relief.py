"""Tax relief: only where a law says so, to the cent of the tax inside, owed again on recovery."""

from datetime import date

import pytest

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Money
from revenue import Receipt, ReceivablesLedger, journal, trial_balance
from revenue.journal import STANDARD_CHART
from revenue.provision import (
    TAX_RELIEFS,
    TaxRelief,
    recover_write_off,
    relief_on,
    relief_owed_again,
    tax_relief,
)
from revenue.provision.months import months_later
from revenue.writeoff import WriteOff
from tests.revenue.provision.books import cny, day, debt, lost

DE = tax_relief("DE-USTG-17")
GB = tax_relief("gb-vata-36")


def books(amount: str = "113", tax: str = "13") -> ReceivablesLedger:
    return ReceivablesLedger().record(debt("A", amount, due=1, tax=cny(tax)))


def given_up(
    ledger: ReceivablesLedger,
    amount: str,
    *,
    on: int,
    law: TaxRelief | None = DE,
    number: str = "W",
) -> ReceivablesLedger:
    relief = relief_on(ledger, "A", cny(amount), on=day(on), policy=law)
    return ledger.record(
        WriteOff(
            number=number,
            receivable="A",
            amount=cny(amount),
            on=day(on),
            reason="gone",
            approved_by="Wang",
            tax_relief=relief,
        )
    )


def back(ledger: ReceivablesLedger, amount: str, *, on: int, number: str) -> ReceivablesLedger:
    cash = Receipt(number=f"R{number}", customer="C-1", on=day(on), amount=cny(amount))
    ledger = ledger.record(cash)
    return ledger.record(
        recover_write_off(ledger, "W", receipt=cash.number, number=number, on=day(on))
    )


def test_each_shipped_law_says_when_and_where_it_is_written() -> None:
    assert [each.name for each in TAX_RELIEFS] == ["DE-USTG-17", "GB-VATA-36", "CN-VAT"]
    assert all(each.source for each in TAX_RELIEFS)
    assert GB.granted_from(date(2026, 3, 31)) == date(2026, 10, 1)
    with pytest.raises(NotFound) as refusal:
        tax_relief("FR")
    assert refusal.value.code == "tax_relief.unknown"
    assert "CN-VAT" in refusal.value.message


def test_germany_relieves_at_once_china_never_and_no_policy_is_no_relief() -> None:
    asked = {"on": day(2), "policy": DE}
    assert relief_on(books(), "A", cny("113"), **asked) == cny("13")
    assert relief_on(books(), "A", cny("113"), on=day(999), policy=tax_relief("CN-VAT")) is None
    assert relief_on(books(), "A", cny("113"), on=day(999), policy=None) is None


def test_britain_relieves_after_six_months_and_not_on_their_last_day() -> None:
    end = months_later(day(1), 6)
    assert relief_on(books(), "A", cny("113"), on=end, policy=GB) is None
    later = date.fromordinal(end.toordinal() + 1)
    assert relief_on(books(), "A", cny("113"), on=later, policy=GB) == cny("13")


def test_a_debt_that_says_no_tax_is_not_relieved_of_a_guess() -> None:
    ledger = ReceivablesLedger().record(debt("A", "113", due=1))
    with pytest.raises(Refused) as refusal:
        relief_on(ledger, "A", cny("113"), on=day(2), policy=DE)
    assert refusal.value.code == "tax_relief.tax_unknown"
    assert relief_on(ledger, "A", cny("113"), on=day(2), policy=GB) is None


def test_the_relief_of_parts_adds_up_to_the_tax() -> None:
    ledger = books("100.01", "11.51")
    for place, amount in enumerate(("33.33", "33.34", "33.34")):
        ledger = given_up(ledger, amount, on=2 + place, number=f"W-{place}")
    reliefs = [fact.tax_relief for fact in ledger.facts if isinstance(fact, WriteOff)]
    assert reliefs == [cny("3.84"), cny("3.83"), cny("3.84")]


def test_a_relief_that_was_reversed_may_be_given_again() -> None:
    ledger = given_up(books(), "113", on=2)
    ledger = ledger.unapply("W", number="X", on=day(3), reason="paid")
    assert relief_on(ledger, "A", cny("113"), on=day(4), policy=DE) == cny("13")


def test_a_write_off_without_relief_does_not_raise_that_of_the_next() -> None:
    ledger = lost(books(), "A", "56.50", on=2)
    assert relief_on(ledger, "A", cny("56.50"), on=day(3), policy=DE) == cny("6.50")


def test_what_is_recovered_gives_its_relief_back_and_all_of_it_in_the_end() -> None:
    ledger = given_up(books("100.01", "11.51"), "100.01", on=2)
    for place, amount in enumerate(("33.33", "33.34", "33.34")):
        ledger = back(ledger, amount, on=5 + place, number=f"V-{place}")
    taxes = [fact.tax for fact in ledger.facts if fact.kind == "recovery"]
    assert taxes == [cny("3.84"), cny("3.83"), cny("3.84")]
    assert ledger.recoverable_amount("W") == cny("0")
    assert ledger.allowance("CNY") == cny("0")


def test_the_vat_account_is_relieved_and_charged_again() -> None:
    def vat(ledger: ReceivablesLedger) -> Money:
        rows = trial_balance(journal(ledger.facts))
        found = [row.balance for row in rows if row.account == STANDARD_CHART.output_vat]
        return found[0] if found else cny("0")

    ledger = given_up(books(), "113", on=2)
    assert vat(ledger) == cny("13")
    assert vat(back(ledger, "56.50", on=5, number="V")) == cny("6.50")
    assert vat(back(ledger, "113", on=5, number="V")) == cny("0")


def test_a_recovery_of_a_write_off_without_relief_owes_no_tax() -> None:
    ledger = lost(books(), "A", "113", on=2, as_="W")
    assert relief_owed_again(ledger, "W", cny("50")) is None
    assert back(ledger, "50", on=5, number="V").facts[-1].canonical().count("tax") == 0


def test_a_recovery_takes_as_much_as_it_can_and_nothing_is_refused() -> None:
    ledger = given_up(books(), "113", on=2)
    cash = Receipt(number="R", customer="C-1", on=day(5), amount=cny("500"))
    ledger = ledger.record(cash)
    fact = recover_write_off(ledger, "W", receipt="R", number="V", on=day(5))
    assert (fact.amount, fact.tax) == (cny("113"), cny("13"))
    with pytest.raises(Refused) as refusal:
        recover_write_off(ledger.record(fact), "W", receipt="R", number="V-2", on=day(5))
    assert refusal.value.code == "recovery.nothing_to_recover"


@pytest.mark.parametrize(
    ("begin", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
        (date(9999, 12, 1), 6, date.max),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(
    begin: date, months: int, end: date
) -> None:
    assert months_later(begin, months) == end


def test_a_recovery_in_another_currency_is_left_to_the_ledger_to_refuse() -> None:
    ledger = given_up(books(), "113", on=2)
    cash = Receipt(number="R", customer="C-1", on=day(5), amount=Money("500", "USD"))
    ledger = ledger.record(cash)
    fact = recover_write_off(ledger, "W", receipt="R", number="V", on=day(5))
    with pytest.raises(Refused) as refusal:
        ledger.record(fact)
    assert refusal.value.code == "recovery.currency_mismatch"
