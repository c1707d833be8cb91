"""Money before goods: what it pays for, and what is missing."""

import pytest

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money
from cpq.quote import payment_terms
from revenue import bill
from revenue.credit import advance_invoices, recall_deposit, unpaid_advance, usable_prepayment
from tests.revenue.deals import cash, cny, contract_of, day, ledger_of

TEN_NINETY = payment_terms(("10%", "signing", 0), ("90%", "delivery", 30))


def test_the_share_is_rounded_down() -> None:
    left = cny("100")
    assert usable_prepayment(cny("0.99"), percent="33", left=left) == cny("0.32")
    assert usable_prepayment(Money("99", "JPY"), percent=33, left=Money("100", "JPY")) == Money(
        "32", "JPY"
    )


def test_the_final_invoice_takes_no_more_than_its_own_amount() -> None:
    assert usable_prepayment(cny("5"), percent=30, left=cny("7"), final=True) == cny("5")
    assert usable_prepayment(cny("7"), percent=30, left=cny("7"), final=True) == cny("7")


@pytest.mark.parametrize("percent", [-1, "100.01"])
def test_a_share_is_a_percentage(percent: object) -> None:
    with pytest.raises(Invalid) as refusal:
        usable_prepayment(cny("1"), percent=percent, left=cny("1"))
    assert refusal.value.code == "prepayment.bad_percent"


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        usable_prepayment(cny("-1"), percent=1, left=cny("1"))
    assert refusal.value.code == "prepayment.negative"


def test_a_deposit_is_recalled_to_the_cent_and_no_more() -> None:
    assert recall_deposit(cny("500"), deposit=cny("100"), recall=cny("100")) == cny("400")
    with pytest.raises(Refused) as refusal:
        recall_deposit(cny("500"), deposit=cny("100"), recall=cny("100.01"))
    assert refusal.value.code == "prepayment.exceeds_deposit"


def test_a_deposit_is_recalled_on_an_invoice_that_is_large_enough() -> None:
    assert recall_deposit(cny("100"), deposit=cny("100"), recall=cny("100")) == cny("0")
    with pytest.raises(Refused) as refusal:
        recall_deposit(cny("99.99"), deposit=cny("100"), recall=cny("100"))
    assert refusal.value.code == "prepayment.exceeds_invoice"


def test_advance_and_rest_add_up_to_the_order() -> None:
    assert advance_invoices(cny("0.05"), percent=50) == (cny("0.03"), cny("0.02"))
    assert advance_invoices(cny("9"), percent=0) == (cny("9"),)
    assert advance_invoices(cny("9"), percent=100) == (cny("9"),)


def test_the_advance_is_missing_until_it_is_paid() -> None:
    contract = contract_of(("1", "100.00", "0", "1"), payment=TEN_NINETY)
    ledger = ledger_of()
    assert unpaid_advance(ledger, contract, as_of=day(1)) == cny("10")
    ledger = ledger.record(*bill(contract, event="signing", on=day(1), number="INV-1"))
    ledger = ledger.record(cash("R-1", "9.99", on=day(2)), cash("R-2", "0.01", on=day(3)))
    assert unpaid_advance(ledger, contract, as_of=day(3)) == cny("10")
    ledger = ledger.apply("R-1", to=["INV-1"], number="A-1", on=day(2))
    assert unpaid_advance(ledger, contract, as_of=day(3)) == cny("0.01")
    ledger = ledger.apply("R-2", to=["INV-1"], number="A-2", on=day(3))
    assert unpaid_advance(ledger, contract, as_of=day(3)) == cny("0")
    assert unpaid_advance(ledger, contract, as_of=day(2)) == cny("0.01")


def test_money_that_is_directed_to_the_contract_is_there_before_it_is_applied() -> None:
    contract = contract_of(("1", "100.00", "0", "1"), payment=TEN_NINETY)
    ledger = ledger_of(cash("R-1", "10", on=day(1), contract="ht-1"), cash("R-2", "5", on=day(1)))
    assert unpaid_advance(ledger, contract, as_of=day(1)) == cny("0")
    assert unpaid_advance(ledger, contract, as_of=day(1), percent="33.333") == cny("23.34")
