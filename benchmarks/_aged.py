"""A large book of open items, and a fresh process that asks for its ageing.

``python -m benchmarks._aged URL DAY [CUSTOMER]`` asks, and prints one line of JSON: seconds of the
clock and of its own on the processor, megabytes that the process held at its peak more than before
it asked, rows, and the sum.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg
from sqlalchemy import make_url

from cpq.kernel.money import Money
from revenue.adapters.store import open_store
from revenue.application import Application
from revenue.ledger import Fact
from revenue.receipt import Receipt
from revenue.receivable import Receivable

CUSTOMERS = 2000
TODAY, PAST = date(2027, 1, 31), date(2026, 7, 31)
_FIRST = date(2026, 1, 1)
_PART = 5000
_COLUMNS = {
    "balance": "tenant, kind, number_key, seq, number, customer, customer_key, currency, on_day, "
    "due_on, source_key, amount_minor, left_minor, book_currency, book_minor, book_left_minor, "
    "revalued_minor, last_day",
    "movement": "tenant, kind, number_key, seq, currency, on_day, amount_minor, book_minor",
}
_AT_ONCE = 20_000
_STATUS = Path("/proc/self/status")

Row = tuple[Any, ...]


def _item(n: int) -> tuple[str, str, date, date, int]:
    """Customer, currency, day, due day and minor units of a receivable."""
    on = _FIRST + timedelta(days=n * 7 % 300)
    currency = "USD" if n % 5 == 1 else "CNY"
    return f"C-{n % CUSTOMERS:04}", currency, on, on + timedelta(days=30), 10_000 + n % 9973


def _paid_on(n: int) -> date | None:
    """When part of a receivable was paid: of one in ten, half of them after the day of the past."""
    if n % 10:
        return None
    return date(2026, 12, 20) if n % 20 else _item(n)[2] + timedelta(days=10)


def facts(count: int) -> Iterator[Fact]:
    """The book as facts: receivables, then receipts, then their applications."""
    for n in range(count):
        customer, currency, on, due, minor = _item(n)
        yield Receivable(
            number=f"AR-{n:07}",
            customer=customer,
            on=on,
            due_on=due,
            amount=Money.from_minor(minor, currency),
        )
    paid = [(n, day) for n in range(count) if (day := _paid_on(n)) is not None]
    for n, day in paid:
        customer, currency, *_ = _item(n)
        part = Money.from_minor(_PART, currency)
        yield Receipt(number=f"R-{n:07}", customer=customer, on=day, amount=part)
    for n, day in paid:
        yield Application(
            number=f"A-{n:07}",
            receipt=f"R-{n:07}",
            receivable=f"AR-{n:07}",
            amount=Money.from_minor(_PART, _item(n)[1]),
            on=day,
        )


def rows(tenant: str, count: int) -> Iterator[tuple[Row, Row | None]]:
    """What the store writes for each receivable and for what paid part of it."""
    paid = 0
    first = count + sum(_paid_on(n) is not None for n in range(count))
    for n in range(count):
        customer, currency, on, due, minor = _item(n)
        number, day = f"AR-{n:07}", _paid_on(n)
        key, left, last = number.lower(), minor, on
        movement = None
        if day is not None:
            paid += 1
            left, last = minor - _PART, max(on, day)
            where = tenant, "receivable", key, first + paid
            movement = (*where, currency, day.isoformat(), -_PART, None)
        who = customer, customer.lower(), currency
        days = on.isoformat(), due.isoformat(), None
        yield (
            (
                *(tenant, "receivable", key, n + 1, number),
                *(*who, *days, minor, left),
                *(None, None, None, None, last.isoformat()),
            ),
            movement,
        )


def fill(url: str, count: int) -> None:
    """Put the rows in by the bare driver; the facts that they belong to are left out."""
    open_store(url).close()
    sqlite = url.startswith("sqlite")
    found = rows("default", count)
    with closing(_connected(url)) as connection:
        cursor = connection.cursor()
        while some := list(islice(found, _AT_ONCE)):
            for place, table in enumerate(_COLUMNS):
                some_rows = [each[place] for each in some if each[place] is not None]
                if sqlite:
                    marks = ", ".join("?" * len(_COLUMNS[table].split()))
                    cursor.executemany(_into(table, f"VALUES ({marks})"), some_rows)
                    continue
                with cursor.copy(f"COPY cpq_{table} ({_COLUMNS[table]}) FROM STDIN") as copy:
                    for row in some_rows:
                        copy.write_row(row)
            connection.commit()
        cursor.execute("ANALYZE")
        connection.commit()


def _into(table: str, values: str) -> str:
    return f"INSERT INTO cpq_{table} ({_COLUMNS[table]}) {values}"


def _connected(url: str) -> Any:
    """A connection that does not look for the facts of what it writes."""
    if url.startswith("sqlite"):
        return sqlite3.connect(str(make_url(url).database))
    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute("SET session_replication_role = replica")
    return connection


def _held_mb(what: str) -> float | None:
    """What this process holds of the machine's memory (``VmRSS``), or held at most (``VmHWM``)."""
    if not _STATUS.exists():
        return None
    found = next(line for line in _STATUS.read_text().splitlines() if line.startswith(what))
    return int(found.split()[1]) / 1024


def main(url: str, day: str, customer: str = "") -> None:
    """Ask once; print what it took."""
    with open_store(url) as store, store.view() as deals:
        deals.numbers()
        before = _held_mb("VmRSS")
        start, processor = perf_counter(), process_time()
        found = deals.ageing(as_of=date.fromisoformat(day), customer=customer or None)
        seconds, processor = perf_counter() - start, process_time() - processor
        peak = _held_mb("VmHWM")
    total = sum(row.total.minor for row in found.rows)
    answer = {
        "seconds": seconds,
        "processor": processor,
        "memory_mb": None if peak is None or before is None else max(peak - before, 0.0),
        "rows": len(found.rows),
        "total": total,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
