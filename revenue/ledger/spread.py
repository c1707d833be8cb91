"""Spreading receipts over receivables: as far as each goes, in an order that others decide."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Application
from revenue.ledger.balance import Balance, Balances
from revenue.receipt import Receipt
from revenue.receivable import Receivable


class Share(NamedTuple):
    """What one receipt pays of one receivable."""

    receipt: str
    receivable: str
    amount: Money


def spread(sources: Iterable[tuple[Balance, Sequence[Balance]]], *, on: date) -> tuple[Share, ...]:
    """Pay from each receipt its receivables in order, until one of the two is used up."""
    left: dict[tuple[str, str], Money] = {}
    shares = []
    for source, targets in sources:
        paying = _key(source)
        for target in targets:
            free = left.setdefault(paying, source.available_from(on))
            if not free.amount:
                break
            owed = left.setdefault(_key(target), target.available_from(on))
            amount = min(free, owed)
            if amount.amount:
                left[paying], left[_key(target)] = free - amount, owed - amount
                shares.append(Share(source.document.number, target.document.number, amount))
    return tuple(shares)


def _key(balance: Balance) -> tuple[str, str]:
    return balance.document.kind, number_key(balance.document.number)


def oldest_first(balances: Balances, receipt: Balance, *, on: date) -> tuple[Balance, ...]:
    """The receivables a receipt can pay on a day, earliest due first, then by number; of an
    advance for a contract those of that contract alone.
    """
    paid = receipt.document
    only = number_key(paid.contract) if isinstance(paid, Receipt) else ""
    numbers = balances.receivables.get(number_key(receipt.customer)) or ()
    found = [balances.documents.get(("receivable", number_key(number))) for number in numbers]
    payable = [
        each
        for each in found
        if each and each.left.amount and each.left.code == receipt.left.code
        if each.document.on <= on and (not only or _contract(each) == only)
    ]
    return tuple(sorted(payable, key=due_order))


def _contract(balance: Balance) -> str:
    debt = balance.document
    return number_key(debt.contract) if isinstance(debt, Receivable) else ""


def due_order(balance: Balance) -> tuple[date, str]:
    """Earliest due first; what falls due on one day by number."""
    receivable = balance.document
    assert isinstance(receivable, Receivable)
    return receivable.due_on, number_key(receivable.number)


def applications(shares: Sequence[Share], *, number: str, on: date) -> tuple[Application, ...]:
    """The shares as facts: a single one takes ``number``, several take number/1, number/2 …."""
    return tuple(
        Application(
            number=number if len(shares) == 1 else f"{number}/{place}",
            receipt=share.receipt,
            receivable=share.receivable,
            amount=share.amount,
            on=on,
        )
        for place, share in enumerate(shares, start=1)
    )
