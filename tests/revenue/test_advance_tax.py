"""Advances with output VAT inside: what of them is a liability, and the tax that waits."""

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, Refused
from cpq.kernel.money import plain
from revenue import (
    Adjustment,
    Difference,
    Identification,
    Receipt,
    Recovery,
    Refund,
    bill,
    identify,
    journal,
    read_fact,
    trial_balance,
    verify,
)
from tests.revenue.deals import SIGNED, cash, cny, code_of, contract_of, day, debt, ledger_of


def advance(amount="113.00", tax="13.00", number="R-1", **changes):
    return cash(number, amount, advance=True, tax=cny(tax), **changes)


def rows(entry):
    return [(line.account.code, plain(line.signed.amount)) for line in entry.lines]


def balances(ledger):
    found = {row.account.code: row.balance.minor for row in trial_balance(journal(ledger.facts))}
    return {code: cents for code, cents in found.items() if cents}


def test_only_the_net_of_an_advance_is_a_liability():
    receipt = advance()
    assert rows(journal([receipt])[0]) == [
        ("1002", "113.00"),
        ("220401", "-100.00"),
        ("222109", "-13.00"),
    ]
    ledger = ledger_of(receipt)
    assert ledger.free_amount("R-1") == cny("113")
    assert ledger.book_value("receipt", "R-1") == cny("100")
    assert read_fact(receipt.canonical()) == receipt
    assert verify(ledger) == ()


def test_an_advance_pays_its_bill_with_liability_and_tax():
    contract = contract_of(("1", "100.00", "13", "4"))
    invoice, owed = bill(contract, event="signing", on=SIGNED, number="I-1")
    ledger = ledger_of(advance("33.90", "3.90"), invoice, owed)
    ledger = ledger.apply("R-1", to="I-1", number="A-1", on=day(1))
    assert rows(journal(ledger.facts)[-1]) == [
        ("220401", "30.00"),
        ("222109", "3.90"),
        ("1122", "-33.90"),
    ]
    assert verify(ledger) == ()
    assert balances(ledger) == {"1002": 3390, "2204": -3000, "222101": -390}


def test_all_parts_add_up_to_the_tax():
    """Three times 0.03 of 0.10 with 0.01 inside, and the last cent: nothing is left of the tax."""
    ledger = ledger_of(advance("0.10", "0.01"), debt("AR-1", "0.10"))
    for number in range(1, 4):
        ledger = ledger.apply("R-1", to={"AR-1": cny("0.03")}, number=f"A-{number}", on=day(1))
        assert verify(ledger) == ()
    ledger = ledger.apply("R-1", to="AR-1", number="A-4", on=day(1))
    assert verify(ledger) == ()
    assert balances(ledger) == {"1002": 10, "224102": -10}


def test_undoing_in_another_order_gives_all_of_it_back():
    before = ledger_of(advance("0.11", "0.05"), debt("AR-1", "0.11"))
    ledger = before
    for number, cents in enumerate(("0.03", "0.02", "0.06"), start=1):
        ledger = ledger.apply("R-1", to={"AR-1": cny(cents)}, number=f"A-{number}", on=day(1))
    for number in (2, 1, 3):
        ledger = ledger.unapply(f"A-{number}", number=f"X-{number}", on=day(2), reason="wrong")
        assert verify(ledger) == ()
    assert balances(ledger) == balances(before)
    assert ledger.book_value("receipt", "R-1") == cny("0.06")


def test_a_refund_gives_the_tax_that_waited_back():
    ledger = ledger_of(advance())
    refund = Refund(
        number="RF-1", source="R-1", amount=cny("56.50"), on=day(3), reason="less", by="Wang"
    )
    with pytest.raises(Conflict) as refusal:
        ledger.record(refund)
    assert code_of(refusal) == "refund.out_of_date"
    ledger = ledger.settle(refund)
    assert rows(journal(ledger.facts)[-1]) == [
        ("220401", "50.00"),
        ("222109", "6.50"),
        ("1002", "-56.50"),
    ]
    assert verify(ledger) == ()


def test_an_unknown_payers_money_is_found_to_be_an_advance():
    ledger = ledger_of(cash("R-9", "113", customer=""))
    found = Identification(
        number="ID-1", receipt="R-9", customer="C-1", amount=cny("113"), on=day(2), by="Li",
        advance=True, tax=cny("13"),
    )  # fmt: skip
    ledger = ledger.settle(found)
    assert rows(journal(ledger.facts)[-1]) == [
        ("224107", "113.00"),
        ("220401", "-100.00"),
        ("222109", "-13.00"),
    ]
    assert ledger.receipt("ID-1").tax == cny("13")
    assert verify(ledger) == ()
    undone = ledger.unapply("ID-1", number="X-1", on=day(3), reason="not theirs")
    assert balances(undone) == balances(ledger_of(cash("R-9", "113", customer="")))
    assert verify(undone) == ()


def test_an_advance_that_is_anothers_takes_its_tax_along():
    ledger = identify(
        ledger_of(advance()), "R-1", {"C-2": cny("56.50")}, number="ID-1", on=day(2), by="Li",
        advance=True,
    )  # fmt: skip
    assert (ledger.receipt("ID-1").customer, ledger.receipt("ID-1").tax) == ("C-2", cny("6.50"))
    assert verify(ledger) == ()
    plainly = identify(ledger, "R-1", "C-1", number="ID-2", on=day(2), by="Li")
    assert plainly.receipt("ID-2").tax is None
    assert rows(journal(plainly.facts)[-1]) == [
        ("220401", "50.00"),
        ("222109", "6.50"),
        ("224101", "-56.50"),
    ]
    assert verify(plainly) == ()


def test_what_waits_for_a_bill_is_neither_kept_nor_recovered():
    ledger = ledger_of(advance(), debt("AR-1", "50"))
    kept = Adjustment(
        number="AD-1", document="R-1", document_kind="receipt", on=day(2), reason="rest", by="Li",
        difference=Difference(reason="rounding", amount=cny("1")),
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        ledger.settle(kept)
    assert code_of(refusal) == "adjustment.advance_with_tax"
    lost = ledger.write_off("AR-1", number="W-1", on=day(2), reason="gone", approved_by="Wang")
    with pytest.raises(Refused) as refusal:
        lost.settle(
            Recovery(number="V-1", write_off="W-1", receipt="R-1", amount=cny("1"), on=day(3))
        )
    assert code_of(refusal) == "recovery.advance_with_tax"


@pytest.mark.parametrize(
    "change",
    [
        {"advance": False},
        {"tax": cny("113.01")},
        {"tax": cny("13"), "amount": "100 USD"},
        {"booked": "700 USD"},
    ],
)
def test_tax_is_inside_an_advance_in_the_currency_of_the_books(change):
    with pytest.raises(ValidationError):
        Receipt.model_validate({**dict(advance()), **change})
    with pytest.raises(ValidationError, match="advance"):
        Identification(
            number="ID-1", receipt="R-9", customer="C-1", amount=cny("113"), on=day(2), by="Li",
            tax=cny("13"),
        )  # fmt: skip
