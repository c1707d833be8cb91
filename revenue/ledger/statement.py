"""The customer's statement of account (客户对账单): what was owed and paid, with the balance.

Receivables, receipts and credit notes make the balance, and so does what is settled without money:
write-offs, discounts, refunds. Applications do not: they say which receipt paid which debt, and
change neither. So the balance is at every moment what is open less what is on account, below zero
where the customer has paid ahead. What the seller owes as a buyer stands on another paper.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, Number, number_key
from revenue.application import Adjustment, Application, DebtorChange, Reversal
from revenue.credit_note import CreditNote
from revenue.ledger.balance import Balances
from revenue.ledger.effect import opened
from revenue.ledger.fact import Fact, Taking
from revenue.ledger.taking import parts_of
from revenue.receipt import Identification, Receipt, Refund
from revenue.receivable import Receivable
from revenue.writeoff import Recovery, WriteOff


class StatementRow(Frozen):
    """One fact on a statement: ``amount`` raises (positive) or lowers what is owed, ``balance``
    is what is owed after it, in the same currency.
    """

    on: date
    kind: Code
    number: Number
    reference: Line = ""
    amount: Money
    balance: Money


class CustomerStatement(Frozen):
    """The statement of one customer from ``since`` (``None``: the first fact) to ``as_of``, both
    inclusive (``None``: the last fact). ``opening`` and ``closing`` hold one amount per currency.
    """

    customer: Code
    since: date | None
    as_of: date | None
    opening: tuple[Money, ...]
    rows: tuple[StatementRow, ...]
    closing: tuple[Money, ...]


class _Change(NamedTuple):
    fact: Fact
    amount: Money
    reference: str


_SIGNS = {"receivable": 1, "receipt": -1, "credit_note": -1}
"""Whether what is left of a document is owed by the customer or to it; others stand elsewhere."""


def _changes(facts: Iterable[Fact], balances: Balances, customer: str) -> list[_Change]:
    """What the facts of one customer change in what is owed, by day and then as recorded."""
    key = number_key(customer)
    changes = (
        _Change(fact, amount, reference)
        for fact in facts
        for reference, amounts in (_moved(fact, balances, key),)
        for amount in amounts.values()
        if amount.amount
    )
    return sorted(changes, key=lambda change: change.fact.on)


def _moved(fact: Fact, balances: Balances, customer: str) -> tuple[str, dict[str, Money]]:
    """What a fact changes, by currency, and what it refers to."""
    sign, of, reference = 1, fact, ""
    if isinstance(fact, Reversal):
        settlement = balances.facts.get(("settlement", number_key(fact.reverses)))
        assert settlement is not None, "a recorded reversal reverses a recorded fact"
        sign, of, reference = -1, settlement, settlement.number
    amounts: dict[str, Money] = {}
    for kind, owner, amount in _steps(of, balances):
        if kind in _SIGNS and number_key(owner) == customer:
            change = amount * (sign * _SIGNS[kind])
            amounts[change.code] = amounts.get(change.code, Money.zero(change.code)) + change
    return reference or _reference(of), amounts


def _steps(fact: Fact, balances: Balances) -> Iterator[tuple[str, str, Money]]:
    """Kind, owner and amount of each document that begins, or of which something is taken."""
    if isinstance(fact, Receivable | Receipt | CreditNote):
        yield fact.kind, fact.customer, fact.amount
    elif isinstance(fact, Taking):
        parts, found = parts_of(balances, fact)
        for part, balance in zip(parts, found, strict=True):
            yield part.kind, balance.customer, -part.amount
        for item in opened(fact, [balance.document for balance in found]):
            if not isinstance(item, WriteOff):
                yield item.kind, item.customer, item.amount


def _reference(fact: Fact) -> str:
    match fact:
        case Receivable():
            return fact.source
        case Receipt() | Refund():
            return fact.reference
        case CreditNote():
            return fact.invoice
        case Recovery():
            return fact.write_off
        case Identification():
            return fact.receipt
        case Adjustment():
            return fact.document
        case WriteOff() | Application() | DebtorChange():
            return fact.receivable
        case _:
            return ""


def customer_statement(
    facts: Iterable[Fact],
    balances: Balances,
    customer: str,
    *,
    since: date | None,
    as_of: date | None,
) -> CustomerStatement:
    """Run through the changes of one customer; ``since`` and ``as_of`` are inclusive."""
    owed: dict[str, Money] = {}
    opening: dict[str, Money] = {}
    rows = []
    for fact, amount, reference in _changes(facts, balances, customer):
        if as_of is not None and fact.on > as_of:
            break
        balance = owed.get(amount.code, Money.zero(amount.code)) + amount
        owed[amount.code] = balance
        if since is not None and fact.on < since:
            opening[amount.code] = balance
            continue
        rows.append(
            StatementRow(
                on=fact.on,
                kind=fact.kind,
                number=fact.number,
                reference=reference,
                amount=amount,
                balance=balance,
            )
        )
    return CustomerStatement(
        customer=customer,
        since=since,
        as_of=as_of,
        opening=_by_currency(opening),
        rows=tuple(rows),
        closing=_by_currency(owed),
    )


def _by_currency(amounts: dict[str, Money]) -> tuple[Money, ...]:
    return tuple(amounts[code] for code in sorted(amounts))
