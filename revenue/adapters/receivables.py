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
from revenue.adapters.excerpt import Excerpt
from revenue.adapters.facts import OF_FACT, fact_of
from revenue.adapters.rows import Rows
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
_AGEING = (
    f"SELECT customer, currency, BUCKETS FROM (SELECT b.customer, b.currency, "  # noqa: S608
    f"b.due_on, {_LEFT} AS open_minor FROM {{p}}balance b WHERE {_OPEN}OF_CUSTOMER) items "
    "GROUP BY customer, currency HAVING SUM(open_minor) <> 0"
)
_BUCKET = "SUM(CASE WHEN WITHIN THEN open_minor ELSE 0 END)"


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
                    Money.from_minor(int(row[2 + place]), row.currency)
                    for place in range(len(names))
                ),
            )
            for row in sorted(found, key=lambda each: (each.customer, each.currency))
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
