"""What is open in a database, without reading the ledger: items, ageing, a balance (应收查询).

A balance stands in its row as of now; of a past day it is that less what moved it later. The ageing
is added up by the database in whole minor units, so that a million open items cost seconds and
hardly any memory; an open item is its document, read and checked.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.adapters.balances import KINDS
from revenue.adapters.excerpt import Excerpt
from revenue.adapters.facts import OF_FACT, fact_of
from revenue.adapters.rows import Rows, readable
from revenue.ledger import ReceivablesLedger
from revenue.ledger.balance import Balance
from revenue.ledger.effect import DocumentKind
from revenue.ledger.open_item import Ageing, AgeingRow, OpenItem, bucket_names, days_overdue
from revenue.ledger.taking import document
from revenue.receivable import Receivable

# What moved a document after the day is only looked for where something did.
_LATER = (
    "CASE WHEN b.last_day <= :as_of THEN 0 ELSE (SELECT COALESCE(SUM(m.COLUMN), 0) "
    "FROM {p}movement m WHERE m.tenant = b.tenant AND m.kind = b.kind "
    "AND m.number_key = b.number_key AND m.on_day > :as_of) END"
)
_LEFT = f"b.left_minor - {_LATER.replace('COLUMN', 'amount_minor')}"
_BOOK = f"b.book_left_minor - {_LATER.replace('COLUMN', 'book_minor')}"
_OPEN = (
    "b.tenant = :tenant AND b.kind = 'receivable' AND b.on_day <= :as_of "
    "AND (b.left_minor > 0 OR b.last_day > :as_of)"
)
_OF_CUSTOMER = " AND b.customer_key = :customer"
_ITEMS = (
    f"SELECT {OF_FACT}, b.number AS own_number, {_LEFT} AS open_minor, "  # noqa: S608
    f"b.book_currency, {_BOOK} AS book_open_minor "
    "FROM {p}balance b JOIN {p}fact f ON f.tenant = b.tenant AND f.seq = b.seq "
    f"WHERE {_OPEN}"
)
# Every number follows '': it has SQLite read the rows where they lie, not through an index.
# What is left now, and given back to it what was taken after the day: two plain joins, where a
# sum for each item would have PostgreSQL compile the statement for longer than it runs.
_AGEING = (
    "SELECT MIN(customer) AS customer, currency, customer_key, BUCKETS FROM ("
    "SELECT b.customer, b.customer_key, b.currency, b.due_on, b.left_minor AS open_minor "
    "FROM {p}balance b "
    "WHERE b.tenant = :tenant AND b.kind = 'receivable' AND b.on_day <= :as_of "
    "AND b.left_minor > 0 AND b.number_key >= ''OF_CUSTOMER "
    "UNION ALL SELECT b.customer, b.customer_key, b.currency, b.due_on, -m.amount_minor "
    "FROM {p}balance b "
    "JOIN {p}movement m ON m.tenant = b.tenant AND m.kind = b.kind "
    "AND m.number_key = b.number_key AND m.on_day > :as_of "
    "WHERE b.tenant = :tenant AND b.kind = 'receivable' AND b.on_day <= :as_of "
    "AND b.last_day > :as_ofOF_CUSTOMER"
    ") items GROUP BY customer_key, currency HAVING SUM(open_minor) <> 0"
)
_BUCKET = "SUM(CASE WHEN WITHIN THEN open_minor ELSE 0 END)"


_TOPICS = (
    "reminder",
    "dunning_block",
    "credit_hold",
    "credit_limit",
    "credit_status",
    "risk_record",
)
"""Kinds of facts that are about a customer."""

_CONCERNED = (
    (
        f"SELECT {OF_FACT} FROM {{p}}fact f WHERE f.tenant = :tenant AND f.seq IN ("  # noqa: S608
        "SELECT b.seq FROM {p}balance b WHERE b.tenant = :tenant "
        "AND b.kind IN (KINDS) AND b.customer_key = :customer "
        "UNION SELECT m.seq FROM {p}balance b JOIN {p}movement m ON m.tenant = b.tenant "
        "AND m.kind = b.kind AND m.number_key = b.number_key WHERE b.tenant = :tenant "
        "AND b.kind IN (KINDS) AND b.customer_key = :customer "
        "UNION SELECT a.seq FROM {p}fact a WHERE a.tenant = :tenant "
        "AND a.about_key = :customer AND a.kind IN (TOPICS) "
        "UNION SELECT e.seq FROM {p}fact a JOIN {p}fact e ON e.tenant = a.tenant "
        "AND e.about_key = a.number_key AND e.kind IN ('hold_release', 'risk_record_withdrawal') "
        "WHERE a.tenant = :tenant AND a.about_key = :customer AND a.kind IN (TOPICS) "
        "UNION SELECT d.seq FROM {p}contract c JOIN {p}fact d ON d.tenant = c.tenant "
        "AND d.contract_key = c.number_key AND d.kind IN ('delivery', 'acceptance', 'invoice') "
        "WHERE c.tenant = :tenant AND c.customer = :code"
        ") ORDER BY f.seq"
    )
    .replace("KINDS", ", ".join(repr(kind) for kind in sorted(KINDS)))
    .replace("TOPICS", ", ".join(repr(kind) for kind in _TOPICS))
)


def customer_ledger(rows: Rows, customer: str, contracts: Sequence[str]) -> ReceivablesLedger:
    """The part of the ledger that concerns a customer, to be asked about that customer."""
    excerpt = Excerpt(rows)
    found = rows.all(_CONCERNED, customer=number_key(customer), code=readable(customer))
    facts = excerpt.gather(found)
    for contract in contracts:
        excerpt.contract(contract)
    ledger = ReceivablesLedger.model_construct(facts=facts)
    ledger.__dict__["_balances"] = excerpt.draft
    return ledger


def balance_of(rows: Rows, kind: DocumentKind, number: str) -> Balance:
    """A document with what is left of it, and all that moved it."""
    excerpt = Excerpt(rows)
    excerpt.document(kind, number, on=date.min)
    return document(excerpt.draft, kind, number)


def open_items(rows: Rows, customer: str | None, as_of: date | None) -> tuple[OpenItem, ...]:
    """The receivables that are not zero at the end of a day, earliest due first."""
    found = [item for row in _items(rows, customer, as_of) if (item := _item(rows, row, as_of))]
    return tuple(
        sorted(found, key=lambda each: (each.receivable.due_on, number_key(each.receivable.number)))
    )


def _items(rows: Rows, customer: str | None, as_of: date | None) -> Sequence[Row[Any]]:
    day = (date.max if as_of is None else as_of).isoformat()
    if customer is None:
        return rows.all(_ITEMS, as_of=day)
    return rows.all(_ITEMS + _OF_CUSTOMER, as_of=day, customer=number_key(customer))


def _item(rows: Rows, row: Row[Any], as_of: date | None) -> OpenItem | None:
    if not row.open_minor:
        return None
    fact: object = fact_of(row)
    if not isinstance(fact, Receivable):
        # What another fact opened is made from that fact and from what it came from.
        fact = balance_of(rows, "receivable", row.own_number).document
    assert isinstance(fact, Receivable), "it was read as one"
    book = row.book_currency
    return OpenItem(
        receivable=fact,
        open=Money.from_minor(int(row.open_minor), fact.amount.code),
        days_overdue=None if as_of is None else days_overdue(fact.due_on, as_of),
        booked=None if book is None else Money.from_minor(int(row.book_open_minor), book),
    )


def ageing(rows: Rows, *, as_of: date, buckets: Sequence[int], customer: str | None) -> Ageing:
    """What is open on a day by days overdue, a row per customer and currency."""
    names = bucket_names(buckets)
    statement = _AGEING.replace("BUCKETS", ", ".join(_sums(len(buckets))))
    statement = statement.replace("OF_CUSTOMER", "" if customer is None else _OF_CUSTOMER)
    days = {f"d{place}": _before(as_of, days) for place, days in enumerate(buckets)}
    named = {} if customer is None else {"customer": number_key(customer)}
    found = rows.all(statement, as_of=as_of.isoformat(), **days, **named)
    return Ageing(
        as_of=as_of,
        buckets=names,
        rows=tuple(
            AgeingRow(
                customer=row.customer,
                currency=row.currency,
                amounts=tuple(
                    Money.from_minor(int(row[3 + place]), row.currency)
                    for place in range(len(names))
                ),
            )
            for row in sorted(found, key=lambda each: (each.customer_key, each.currency))
        ),
    )


def _sums(edges: int) -> Iterator[str]:
    """A sum for each bucket: what fell due on or after its day, and before that of the last."""
    for place in range(edges + 1):
        parts = [f"due_on < :d{place - 1}"] if place else []
        parts += [f"due_on >= :d{place}"] if place < edges else []
        yield _BUCKET.replace("WITHIN", " AND ".join(parts))


def _before(as_of: date, days: int) -> str:
    """The day so many days before; the first day of all where there is none."""
    room = (as_of - date.min).days
    return (as_of - timedelta(days=min(days, room))).isoformat()
