"""A morning in finance: the bank's statement in, what it settles, what waits for a person.

Run it: ``python examples/finance/morning.py [FOLDER]``. It prints what became of every line,
confirms one suggestion, and writes the report of the day into the folder, here unless said.
"""

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from cpq import Money
from revenue import (
    EarlyDiscount,
    Matcher,
    MatchPolicy,
    Receivable,
    ReceivablesLedger,
    Reconciliation,
    assign,
    confirm,
    journal,
    reconcile,
    verify,
)
from revenue.adapters.bank import read_statements
from revenue.adapters.reconcile_html import report_html
from revenue.adapters.reconcile_text import candidate_text
from revenue.bank import BankLine
from revenue.matching import NOTHING_LEARNED, BankFee, Confirmation, learn

HERE = Path(__file__).parent
TODAY = date(2026, 11, 21)


def debt(number: int, customer: str, amount: str, due: date, **more: object) -> Receivable:
    """An invoice of the books, open."""
    fields = {
        "number": f"AR-{number:04}",
        "customer": customer,
        "source": f"INV-2026-{number:04}",
        "on": date(2026, 10, 20),
        "due_on": due,
        "amount": Money(amount, "EUR"),
    }
    return Receivable.model_validate({**fields, **more})


def books() -> ReceivablesLedger:
    """What three customers owe."""
    early = (EarlyDiscount(percent=Decimal(2), until=date(2026, 11, 20)),)
    return ReceivablesLedger().record(
        debt(101, "ORION", "300.00", date(2026, 11, 19)),
        debt(102, "ORION", "450.00", date(2026, 11, 30)),
        debt(103, "BAUER", "1190.00", date(2026, 12, 20), tax=Money("190", "EUR"), discounts=early),
        debt(104, "ORION", "300.00", date(2026, 12, 4)),
        debt(105, "KRAUS", "480.00", date(2026, 11, 28)),
    )


def numbered(line: BankLine) -> str:
    """How this house numbers the receipt of a line."""
    return f"RC-2026-11-20-{line.position}"


def show(run: Reconciliation) -> None:
    """A line for each line of the bank, and below it what it settles or why nobody knows."""
    for row in run.lines:
        print(f"{row.status:<10} {row.amount}")
        if row.match is None:
            continue
        for candidate in row.match.candidates[:2]:
            print(f"           {candidate_text(candidate, 'en')}")
        if row.status != "posted":
            print(f"           {row.match.stopped.text.en}")


def main(folder: Path) -> None:
    """The morning."""
    ledger = books()
    fees = (BankFee(least=Money("15", "EUR"), name="correspondent banks"),)
    known = learn(
        NOTHING_LEARNED,
        Confirmation(customer="ORION", payer="Orion Tools Ltd"),
        Confirmation(customer="BAUER", payer="Bauer Maschinen GmbH"),
    )
    run = reconcile(
        ledger,
        read_statements(HERE / "2026-11-20.sta"),
        on=TODAY,
        number=numbered,
        policy=MatchPolicy(fees=fees),
        learned=known,
    )
    show(run)
    ledger = ledger.record(*run.facts)

    # a person looks at what waits: confirms what was suggested, and knows who the unknown payer is
    for row in run.of("suggested"):
        assert row.match is not None
        ledger = confirm(ledger, row.match, on=TODAY, by="Li Na")
    for row in run.of("unknown"):
        assert row.receipt is not None
        ledger = assign(ledger, row.receipt.number, {"AR-0105": None}, on=TODAY, by="Li Na")
    print(f"{len(ledger.open_items())} items open, {len(verify(ledger))} findings")
    print(f"{len(journal(ledger.facts))} journal entries")

    again = Matcher(ledger.open_items(), learned=known)
    assert again.learned == known
    report = folder / "reconciliation-2026-11-21.html"
    report.write_text(report_html(run, ledger), encoding="utf-8")
    print(report.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
