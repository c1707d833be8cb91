"""Applying by rule: which credits meet which items, in which order, and what stays."""

from datetime import date

import pytest

from cpq.kernel.money import Money
from revenue import ReceivablesLedger, verify
from revenue.settlement import ApplicationRule, apply_by_rule
from tests.revenue.settling import (
    DAY,
    DUE,
    LATER,
    adjusting,
    cny,
    credited,
    disputed,
    owed,
    paid,
    usd,
)

ALL = ("AR-1", "AR-2", "AR-3")


def due(day):
    return date(2026, 12, day)


def debts():
    """Of 100, 200 and 300; the last was recorded first and falls due first but one."""
    return ReceivablesLedger().record(
        owed("AR-3", "300.00", due_on=due(20), contract="HT-3", source="INV-3"),
        owed("AR-1", "100.00", due_on=due(25), contract="HT-1", on=due(2), source="INV-1"),
        owed("AR-2", "200.00", due_on=due(10), contract="HT-2", on=due(3), source="INV-2"),
    )


def run(ledger, *, on=LATER, **rule):
    after = apply_by_rule(ledger, rule=ApplicationRule(**rule), number="A", on=on)
    assert verify(after) == ()
    return after


def opens(ledger, *numbers):
    return [str(ledger.open_amount(number).amount) for number in numbers or ALL]


@pytest.mark.parametrize(
    ("order", "left"),
    [
        ("due", ["100.00", "0.00", "200.00"]),
        ("date", ["100.00", "200.00", "0.00"]),
        ("amount", ["100.00", "200.00", "0.00"]),
    ],
)
def test_the_order_says_what_is_paid_first(order, left):
    assert opens(run(debts().record(paid(amount="300.00")), order=order)) == left


def test_what_fits_exactly_comes_first_then_the_earliest_due():
    assert opens(run(debts().record(paid(amount="100.00")), order="amount")) == [
        "0.00",
        "200.00",
        "300.00",
    ]
    assert opens(run(debts().record(paid(amount="150.00")), order="amount")) == [
        "100.00",
        "50.00",
        "300.00",
    ]


@pytest.mark.parametrize(
    ("amount", "left"),
    [
        ("199.99", ["0.00", "200.00", "300.00"]),
        ("200.00", ["100.00", "0.00", "300.00"]),
        ("299.99", ["100.00", "0.00", "300.00"]),
        ("300.00", ["0.00", "0.00", "300.00"]),
        ("600.00", ["0.00", "0.00", "0.00"]),
    ],
)
def test_items_are_paid_in_full_or_not_at_all(amount, left):
    assert opens(run(debts().record(paid(amount=amount)), whole=True)) == left


def test_a_credit_that_fits_nothing_whole_stays():
    before = debts().record(paid(amount="99.99"))
    assert run(before, whole=True) == before


KEYS = [
    ("contract", {"contract": "HT-1"}),
    ("contract", {"contract": "ht-1"}),
    ("invoice", {"reference": "INV-1"}),
]


@pytest.mark.parametrize(("key", "said"), KEYS)
def test_keys_must_agree_where_both_sides_name_one(key, said):
    after = run(debts().record(paid(amount="300.00", **said)), keys=(key,))
    assert opens(after) == ["0.00", "200.00", "300.00"]
    assert after.free_amount("R-1") == cny("200.00")


def test_a_credit_note_meets_its_invoice():
    after = run(debts().record(credited(amount="120.00", invoice="INV-1")), keys=("invoice",))
    assert opens(after) == ["0.00", "200.00", "300.00"]
    assert after.left("credit_note", "CN-1") == cny("20.00")


def test_a_side_that_names_nothing_meets_everything():
    after = run(debts().record(paid(amount="600.00")), keys=("contract", "invoice"))
    assert after.open_items() == ()


@pytest.mark.parametrize("keys", [(), ("invoice",), ("contract", "invoice")])
def test_a_directed_advance_pays_its_contract_whatever_the_keys(keys):
    advance = paid(amount="500.00", advance=True, contract="HT-2")
    after = run(debts().record(advance), keys=keys)
    assert opens(after) == ["100.00", "0.00", "300.00"]
    assert after.free_amount("R-1") == cny("300.00")


def test_what_is_disputed_waits_unless_the_rule_says_otherwise():
    ledger = debts().record(
        adjusting(disputed(cny("300.00"), "AR-3/D"), document="AR-3", on=DAY),
        paid(amount="600.00"),
    )
    assert run(ledger).free_amount("R-1") == cny("300.00")
    assert run(ledger, disputed=True).open_items() == ()


def test_customers_and_currencies_do_not_mix():
    ledger = debts().record(
        owed("AR-4", "50.00", customer="C-2"),
        owed("AR-5", usd("50.00")),
        paid("R-1", "40.00", customer="C-2"),
        paid("R-2", usd("30.00")),
    )
    after = run(ledger)
    assert opens(after, *ALL, "AR-4", "AR-5") == ["100.00", "200.00", "300.00", "10.00", "20.00"]


def test_only_one_customer_on_demand():
    ledger = debts().record(owed("AR-4", "50.00", customer="C-2"), paid(customer="C-2"))
    rule = ApplicationRule()
    assert apply_by_rule(ledger, rule=rule, number="A", on=LATER, customer="C-1") == ledger


def test_nobodys_money_and_money_of_later_days_wait():
    nobodys = paid("R-9", "50.00", customer="")
    later = paid("R-8", "50.00", on=DUE)
    ledger = debts().record(nobodys, later)
    assert run(ledger) == ledger
    assert run(ledger, on=DUE).free_amount("R-8") == cny("0.00")


def test_debts_of_later_days_wait():
    ledger = ReceivablesLedger().record(owed(on=DUE), paid())
    assert run(ledger) == ledger


def test_a_second_run_finds_nothing_left_to_do():
    once = run(debts().record(paid(amount="350.00")))
    assert apply_by_rule(once, rule=ApplicationRule(), number="B", on=LATER) == once


def test_each_credit_numbers_its_own_facts():
    ledger = debts().record(paid("R-1", "250.00"), paid("R-2", "350.00"))
    after = run(ledger)
    assert [fact.number for fact in after.facts[5:]] == ["A/1/1", "A/1/2", "A/2/1", "A/2/2"]
    assert {fact.proof for fact in after.facts[5:]} == {"rule"}


def test_amounts_without_minor_units_are_applied():
    yen = Money("300", "JPY")
    ledger = ReceivablesLedger().record(owed(amount=yen), paid(amount=yen))
    assert run(ledger).open_items() == ()
