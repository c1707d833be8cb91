"""The customer's statement of account (客户对账单): what was owed and paid, with the balance.

Receivables and receipts make the balance, and so do write-offs and recoveries. Applications do
not: they say which receipt paid which debt, and change neither. So the balance is at every moment
what is open less what is on account, below zero where the customer has paid ahead.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, Number, number_key
from revenue.application import Reversal
from revenue.ledger.balance import Balances
from revenue.ledger.fact import Fact
from revenue.receipt import Receipt
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


def _changes(facts: Iterable[Fact], balances: Balances, customer: str) -> list[_Change]:
    """What the facts of one customer change in what is owed, by day and then as recorded."""
    key = number_key(customer)
    changes = (_change(fact, balances, key) for fact in facts)
    return sorted((each for each in changes if each), key=lambda change: change.fact.on)


def _change(fact: Fact, balances: Balances, customer: str) -> _Change | None:
    sign, of = 1, fact
    reference = ""
    if isinstance(fact, Reversal):
        settlement = balances.facts.get(("settlement", number_key(fact.reverses)))
        assert settlement is not None, "a recorded reversal reverses a recorded fact"
        sign, of, reference = -1, settlement, settlement.number
    match of:
        case Receivable():
            owner, amount, reference = of.customer, of.amount, of.source
        case Receipt():
            owner, amount, reference = of.customer, -of.amount, of.reference
        case WriteOff():
            owner, amount = _owner(balances, "receivable", of.receivable), -of.amount
            reference = reference or of.receivable
        case Recovery():
            owner, amount = _owner(balances, "receipt", of.receipt), of.amount
            reference = reference or of.write_off
        case _:
            return None
    return _Change(fact, amount * sign, reference) if number_key(owner) == customer else None


def _owner(balances: Balances, kind: str, number: str) -> str:
    balance = balances.documents.get((kind, number_key(number)))
    assert balance is not None, "a recorded settlement names recorded documents"
    return balance.customer


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
