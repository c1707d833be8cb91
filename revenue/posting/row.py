"""A row of an entry in the making: signed, zeros among them, and worth something in the books."""

from collections.abc import Iterable
from typing import NamedTuple

from cpq.kernel.money import Money, money_total
from cpq.kernel.text import number_key
from revenue.chart import Account, ChartOfAccounts
from revenue.credit_note import CreditNote, Payable
from revenue.entry import JournalLine
from revenue.ledger.balance import Document
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.retention import Retention


class Row(NamedTuple):
    """An account with a debit above zero or a credit below; ``customer`` where it is another than
    that of the posting.
    """

    account: Account
    amount: Money
    booked: Money | None = None
    book_only: bool = False
    customer: str | None = None

    @property
    def value(self) -> Money:
        """What it is worth in the currency of the books."""
        return self.amount if self.booked is None else self.booked


class Posting(NamedTuple):
    """An entry in the making: the rule and its rows."""

    rule: str
    rows: tuple[Row, ...]
    customer: str = ""
    contract: str = ""

    def lines(self) -> tuple[JournalLine, ...]:
        """The rows that are not zero, as lines."""
        return tuple(
            JournalLine(
                account=row.account,
                debit=row.amount if row.amount.amount > 0 else None,
                credit=-row.amount if row.amount.amount < 0 else None,
                customer=self.customer if row.customer is None else row.customer,
                contract=self.contract,
                booked=row.booked,
                book_only=row.book_only,
            )
            for row in self.rows
            if row.amount.amount
        )


def pair(
    debit: Account, credit: Account, amount: Money, booked: Money | None = None
) -> tuple[Row, ...]:
    """One account against another."""
    return Row(debit, amount, booked), Row(credit, -amount, negative(booked))


def of_advance(chart: ChartOfAccounts, row: Row) -> tuple[Row, ...]:
    """A row of a receipt; where its value is the net of an advance, the tax inside has its own."""
    if row.booked is None or row.booked.code != row.amount.code:
        return (row,)
    tax = row.amount - row.booked
    return (
        row._replace(amount=row.booked, booked=None),
        row._replace(account=chart.pending_vat, amount=tax, booked=None),
    )


def with_exchange(chart: ChartOfAccounts, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, and where their values leave something an exchange difference of it."""
    found = tuple(rows)
    rest = money_total((row.value for row in found), found[0].value.code)
    return (*found, Row(chart.exchange, -rest)) if rest.amount else found


def negative(amount: Money | None) -> Money | None:
    """The other side of what is there."""
    return None if amount is None else -amount


def account_of(chart: ChartOfAccounts, document: Document) -> Account:
    """The account on which a document stands, from its first day to its last."""
    match document:
        case Receivable():
            return _receivable(chart, document)
        case Receipt() if not document.customer:
            return chart.unidentified
        case Receipt():
            return chart.advances if document.advance else chart.unapplied_cash
        case CreditNote():
            return chart.customer_credit
        case Payable():
            return chart.payable
        case Retention():
            return chart.retention
        case _:
            return chart.allowance


def _receivable(chart: ChartOfAccounts, document: Receivable) -> Account:
    if document.origin == "dispute":
        return chart.disputed
    return chart.unbilled if document.origin in ("instalment", "delivery") else chart.receivable


def document_key(kind: str, number: str) -> tuple[str, str]:
    """Under what a document is remembered.

    >>> document_key("receivable", "AR-1")
    ('receivable', 'ar-1')
    """
    return kind, number_key(number)
