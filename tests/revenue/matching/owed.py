"""Open items and payments in few words, for the tests of matching."""

from datetime import date
from typing import Any

from cpq.kernel.money import Money
from revenue.ledger import OpenItem
from revenue.matching import Payment
from revenue.receivable import Receivable

DAY = date(2026, 12, 1)


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def owed(number: str, amount: str, *, open_: str | None = None, **fields: Any) -> OpenItem:
    """An item of C-1, due thirty days after the first of November unless said."""
    said = {"customer": "C-1", "on": date(2026, 11, 1), "due_on": date(2026, 12, 1), **fields}
    receivable = Receivable(number=number, amount=eur(amount), **said)
    return OpenItem(receivable=receivable, open=eur(open_ or amount))


def paid(amount: str, text: str = "", **fields: Any) -> Payment:
    """A payment of C-1, unless another or nobody is said."""
    said = {"number": "R-1", "on": DAY, "customer": "C-1", **fields}
    return Payment(amount=eur(amount), text=text, **said)
