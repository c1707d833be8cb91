"""Bank lines, statements and debts for the tests of the workbench."""

from datetime import date

from cpq.kernel.money import Money
from revenue import ReceivablesLedger
from revenue.bank import BankLine, BankStatement
from revenue.receivable import Receivable

OWED_ON = date(2026, 11, 1)
BOOKED = date(2026, 11, 20)
TODAY = date(2026, 11, 21)
DUE = date(2026, 12, 1)


def eur(amount):
    return Money(amount, "EUR")


def owed(number, amount, *, customer="C-1", **fields):
    said = {"on": OWED_ON, "due_on": DUE, "source": f"INV-2026-{number[-1] * 4}"}
    return Receivable(number=number, customer=customer, amount=eur(amount), **{**said, **fields})


def line(position, amount, text="", **fields):
    said = {"account": "517852257", "statement": "1", "booked_on": BOOKED}
    return BankLine(position=position, amount=eur(amount), text=text, **{**said, **fields})


def statement(*lines, name="1"):
    return BankStatement(
        format="mt940",
        account="517852257",
        currency="EUR",
        number=name,
        name=name,
        lines=tuple(each.with_(statement=name) for each in lines),
    )


def number_of(bank_line):
    return f"RC-{bank_line.statement}-{bank_line.position}"


def debts():
    """Of C-1: 300 and 120; of C-2: 120 and 80."""
    return ReceivablesLedger().record(
        owed("AR-1", "300.00"),
        owed("AR-2", "120.00"),
        owed("AR-3", "120.00", customer="C-2"),
        owed("AR-4", "80.00", customer="C-2"),
    )
