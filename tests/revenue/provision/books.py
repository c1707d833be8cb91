"""Small books for the tests of provision: debts, payments, losses, in one line each."""

from datetime import date, timedelta
from typing import Any

from cpq.kernel.money import Money
from revenue import Receipt, Receivable, ReceivablesLedger

START = date(2026, 1, 1)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def day(number: int) -> date:
    """A day of 2026 and on; ``day(1)`` is the first of January."""
    return START + timedelta(days=number - 1)


def debt(
    number: str, amount: str, *, due: int, customer: str = "C-1", on: int | None = None, **more: Any
) -> Receivable:
    begin = day(due if on is None else on)
    currency = more.pop("currency", "CNY")
    return Receivable(
        number=number,
        customer=customer,
        on=begin,
        due_on=day(due),
        amount=Money(amount, currency),
        **more,
    )


def paid(ledger: ReceivablesLedger, number: str, amount: str, *, on: int) -> ReceivablesLedger:
    """Pay some of a receivable on a day."""
    owed = ledger.receivable(number)
    count = len(ledger.facts)
    receipt = Receipt(
        number=f"R-{count}",
        customer=owed.customer,
        on=day(on),
        amount=Money(amount, owed.amount.code),
    )
    return ledger.record(receipt).apply(receipt.number, to=number, number=f"A-{count}", on=day(on))


def lost(
    ledger: ReceivablesLedger, number: str, amount: str, *, on: int, as_: str = ""
) -> ReceivablesLedger:
    """Write some of a receivable off on a day."""
    return ledger.write_off(
        number,
        number=as_ or f"W-{len(ledger.facts)}",
        on=day(on),
        reason="gone",
        approved_by="Wang",
        amount=Money(amount, ledger.receivable(number).amount.code),
    )


def recovered(
    ledger: ReceivablesLedger, write_off: str, amount: str, *, on: int
) -> ReceivablesLedger:
    """Get some of a write-off back on a day."""
    count = len(ledger.facts)
    cash = Receipt(number=f"R-{count}", customer="C-1", on=day(on), amount=cny(amount))
    return ledger.record(cash).recover(
        write_off, receipt=cash.number, number=f"V-{count}", on=day(on)
    )
