"""A deal told from the price list to the last recovered cent: two laser cutters for Hengtai.

The story is the example ``examples/laser/deal.py``; here every figure that finance would check is
checked, from the books that the example leaves behind.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cpq import Money
from cpq.kernel.money import money_total
from revenue import ReceivablesLedger, journal, trial_balance, verify
from revenue.adapters import Store, open_store

ROOT = Path(__file__).resolve().parents[2]


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which another process has run the deal."""
    folder = tmp_path_factory.mktemp("deal")
    subprocess.run(
        [sys.executable, ROOT / "examples" / "laser" / "deal.py", "sqlite:///deals.db", "out"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    return folder


@pytest.fixture
def store(told: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{told / 'deals.db'}") as opened:
        yield opened


@pytest.fixture
def ledger(store: Store) -> ReceivablesLedger:
    with store.view() as deals:
        return deals.ledger()


def test_the_quote_was_accepted_as_sent(store: Store) -> None:
    with store.view() as deals:
        quote = deals.quote("Q-2026-0017")
    assert quote.state == "accepted"
    assert quote.acceptance is not None
    assert quote.acceptance.on == date(2026, 11, 25)
    assert quote.gross == yuan("1261161.36")
    assert quote.pricing.discount == yuan("30000.00")


def test_the_plan_adds_up_to_the_contract(store: Store) -> None:
    with store.view() as deals:
        contract = deals.contract("HT-2026-017")
    amounts = [instalment.amount for instalment in contract.instalments]
    assert amounts == [yuan("378348.41"), yuan("756696.82"), yuan("126116.13")]
    assert money_total(amounts, "CNY") == yuan("1261161.36")


def test_the_invoices_add_up_line_by_line(store: Store, ledger: ReceivablesLedger) -> None:
    with store.view() as deals:
        contract = deals.contract("HT-2026-017")
    invoices = ledger.invoices("HT-2026-017")
    assert len(invoices) == 4
    for line in contract.lines:
        billed = [row for invoice in invoices for row in invoice.lines if row.line == line.line]
        assert money_total((row.net for row in billed), "CNY") == line.net
        assert money_total((row.tax for row in billed), "CNY") == line.tax


def test_the_receipt_left_five_thousand_on_account(ledger: ReceivablesLedger) -> None:
    assert ledger.on_account("C-0042", as_of=date(2027, 2, 25)) == (yuan("5000.00"),)


def test_unapplying_opened_the_receivable_again(ledger: ReceivablesLedger) -> None:
    reversal = next(fact for fact in ledger.facts if fact.kind == "reversal")
    assert reversal.reverses == "AP-2027-031/2"
    assert ledger.on_account("C-0042", as_of=date(2027, 2, 26)) == ()


def test_what_was_lost_is_what_was_not_recovered(ledger: ReceivablesLedger) -> None:
    assert ledger.recoverable_amount("WO-2028-003") == yuan("106116.13")
    assert ledger.open_amount("INV-2027-026") == yuan("0.00")
    assert ledger.open_amount("INV-2027-019") == yuan("371645.95")


def test_the_books_balance_and_say_what_happened(store: Store, ledger: ReceivablesLedger) -> None:
    with store.view() as deals:
        entries = deals.journal()
    assert entries == journal(ledger.facts)
    balances = {row.account.code: row.balance for row in trial_balance(entries)}
    assert money_total(balances.values(), "CNY") == yuan("0.00")
    assert balances["1122"] == yuan("371645.95")
    assert balances["6001"] == yuan("-1116072.00")
    assert balances["222101"] == yuan("-145089.36")
    assert balances["2204"] == balances["1473"] == yuan("0.00")
    assert verify(ledger) == ()
    assert store.verify() == ()


def test_the_pdf_was_written(told: Path) -> None:
    assert (told / "out" / "Q-2026-0017.pdf").read_bytes().startswith(b"%PDF-")
