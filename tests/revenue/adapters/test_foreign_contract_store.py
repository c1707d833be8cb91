"""Contracts abroad, debts before their bill and advances with tax, kept in a database."""

import pytest

from cpq.kernel.errors import Refused
from revenue import (
    Application,
    Identification,
    ReceivablesLedger,
    Reversal,
    bill,
    deliver,
    journal,
    verify,
)
from revenue.adapters import open_store
from revenue.unbilled import cover, owe
from tests.revenue.deals import SIGNED, cash, cny, code_of, contract_of, day, debt, order_of
from tests.revenue.test_foreign_contract import ADVANCE, abroad


@pytest.fixture
def store(tmp_path):
    return open_store(f"sqlite:///{tmp_path / 'books.db'}")


@pytest.fixture
def life():
    """Billed, delivered, owed and covered, each at another rate."""
    contract = abroad(("1", "100.00", "13", "4"), payment=ADVANCE)
    sold = order_of(contract)

    def at(rate):
        return {"rate": rate, "books": "CNY"}

    advance = bill(contract, event="signing", on=SIGNED, number="I-1", **at("7.10"))
    before = [advance[0]]
    first = deliver(contract, sold, {"1": 2}, number="D-1", on=day(2), **at("7.20"))
    owed = owe(
        contract, event="delivery", on=day(3), number="U-1", delivery=first, before=before,
        **at("7.15"),
    )  # fmt: skip
    last = deliver(contract, sold, {"1": 2}, number="D-2", on=day(4), before=[first], **at("7.30"))
    rest = bill(contract, event="delivery", on=day(9), number="I-2", before=before, **at("7.50"))
    return [*advance, first, owed, last, *cover(rest, [owed])]


def test_each_fact_by_itself_posts_what_the_ledger_posts(store, life):
    for fact in life:
        with store.unit() as deals:
            deals.record(fact)
    with store.view() as deals:
        assert deals.facts() == tuple(life)
        assert deals.journal() == journal(life)
        assert deals.ledger() == ReceivablesLedger().record(*life)
        assert deals.verify() == verify(deals.ledger()) == ()


def test_what_does_not_fit_is_refused_over_rows_as_over_facts(store, life):
    with store.unit() as deals:
        deals.record(*life)
    bare = abroad(("1", "100.00", "13", "4"), payment=ADVANCE)
    unvalued = owe(bare, event="signing", on=day(9), number="U-9")
    invoice, rest = life[-2:]
    again = invoice.with_(
        number="I-9", lines=[line.with_(gross_before=bare.gross) for line in invoice.lines]
    )
    more = rest.with_(number="AR-9")
    for fact, code in (
        (unvalued, "receivable.not_booked"),
        (again, "invoice.covered_already"),
        (more, "receivable.exceeds_invoice"),
        (life[3].with_(number="U-8", amount=cny("1"), tax=None, booked=None),
         "receivable.currency_mismatch"),
    ):  # fmt: skip
        with store.unit() as deals, pytest.raises(Refused) as refusal:
            deals.record(fact)
        assert code_of(refusal) == code
    with store.view() as deals:
        assert deals.facts() == tuple(life)


def test_an_advances_tax_goes_and_comes_with_it(store):
    receipt = cash("R-1", "0.11", advance=True, tax=cny("0.05"))
    with store.unit() as deals:
        deals.record(receipt, debt("AR-1", "0.11"))
    for number, cents in enumerate(("0.03", "0.02", "0.06"), start=1):
        fact = Application(
            number=f"A-{number}", receipt="R-1", receivable="AR-1", amount=cny(cents), on=day(1)
        )
        for _ in "twice":
            with store.unit() as deals:
                deals.settle(fact, key=f"key {number}")
    for number in (2, 1):
        with store.unit() as deals:
            deals.record(
                Reversal(number=f"X-{number}", reverses=f"A-{number}", on=day(2), reason="wrong")
            )
    found = Identification(
        number="ID-1", receipt="R-1", customer="C-2", amount=cny("0.05"), on=day(3), by="Li",
        advance=True,
    )  # fmt: skip
    with store.unit() as deals:
        deals.settle(found)
    with store.view() as deals:
        facts = deals.facts()
        assert deals.journal() == journal(facts)
        assert deals.verify() == verify(deals.ledger()) == ()
        assert deals.ledger().book_value("receipt", "R-1") == cny("0.00")
        assert len(facts) == 8


def test_a_contract_at_home_keeps_no_values(store):
    contract = contract_of(("1", "100.00", "13", "4"))
    facts = bill(contract, event="signing", on=SIGNED, number="I-1", rate="7", books="CNY")
    with store.unit() as deals:
        deals.record(*facts)
    with store.view() as deals:
        assert all(line.booked is None for entry in deals.journal() for line in entry.lines)
