"""Applications to persist: through the store, and the very rows of them through the bare driver.

Three tenants of one database hold the same receivables and receipts. The first records every
application before anything is measured: what stood in its tables afterwards is what the bare driver
writes for the second, in the same tables with the same triggers and keys, while the store records
the applications for the third.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from time import perf_counter, process_time
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import make_url

from cpq.adapters.sql import BUSY_MS
from cpq.kernel.money import Money
from revenue.adapters.store import Store, open_store
from revenue.application import Application
from revenue.ledger import Fact
from revenue.receipt import Receipt
from revenue.receivable import Receivable

BATCH = 500
"""How many applications a batch commits at once."""

TEMPLATE, BARE, STORE = "template", "bare", "store"
_DAY, _PAID = date(2026, 12, 1), date(2026, 12, 10)
_COPIED = ("head", "fact", "balance", "journal_line", "journal_entry")
_WRITTEN = {
    "fact": "seq > 2 * :count ORDER BY seq",
    "movement": "seq > 2 * :count ORDER BY seq, kind",
    "journal_line": "entry_key LIKE 'application/%' ORDER BY entry_key, place",
    "journal_entry": "seq > 2 * :count ORDER BY seq",
    "command": "op = 'record' AND key LIKE 'apply %' ORDER BY key",
}
_MOVE = (
    "UPDATE cpq_balance SET left_minor = left_minor + {0}, last_day = {0} WHERE tenant = {0} "
    "AND kind = {0} AND number_key = {0} AND currency = {0} "
    "AND left_minor + {0} BETWEEN 0 AND amount_minor"
)
_HEAD = "UPDATE cpq_head SET last_seq = {0}, chain = {0} WHERE tenant = {0} AND last_seq = {0}"

Row = tuple[Any, ...]


class Took(NamedTuple):
    """The seconds that some applications took, on the clock and on this process's processor."""

    done: int
    seconds: float
    processor: float

    @property
    def per_second(self) -> float:
        """Applications per second of the clock."""
        return self.done / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Applications per second of the processor of this process."""
        return self.done / self.processor


def taking(count: int, work: Callable[[], object]) -> Took:
    """How long the work took, which was so many applications."""
    clock, processor = perf_counter(), process_time()
    work()
    return Took(count, perf_counter() - clock, process_time() - processor)


def applications(count: int) -> list[Application]:
    """Each of a receipt of its own to a receivable of its own, a part of both."""
    return [
        Application(
            number=f"A-{n:07}",
            receipt=f"R-{n:07}",
            receivable=f"AR-{n:07}",
            amount=Money("300.00", "CNY"),
            on=_PAID,
        )
        for n in range(count)
    ]


def key_of(fact: Application) -> str:
    """The key of the command of an application that is recorded alone."""
    return f"apply {fact.number}"


def prepared(url: str, count: int) -> "Rows":
    """Fill the books of the three tenants; the rows that ``count`` applications leave."""
    for tenant in (TEMPLATE, STORE):
        with open_store(url, tenant=tenant) as store:
            facts: list[Fact] = [*map(_owed, range(count)), *map(_paid, range(count))]
            for start in range(0, len(facts), BATCH):
                with store.unit() as deals:
                    deals.record(*facts[start : start + BATCH])
    with closing(Driver(url)) as driver:
        driver.copy_books()
        with open_store(url, tenant=TEMPLATE) as store, store.unit() as deals:
            for fact in applications(count):
                deals.record(fact, key=key_of(fact))
        return driver.rows(count)


def _owed(n: int) -> Receivable:
    return Receivable(
        number=f"AR-{n:07}",
        customer=f"C-{n % 1000}",
        on=_DAY,
        due_on=_PAID,
        amount=Money("500.00", "CNY"),
    )


def _paid(n: int) -> Receipt:
    return Receipt(
        number=f"R-{n:07}",
        customer=f"C-{n % 1000}",
        on=_DAY,
        amount=Money("400.00", "CNY"),
        payer="Shanghai Machine Tools Co., Ltd.",
        reference=f"INV-{n:07}",
    )


class Rows(NamedTuple):
    """What stands in the tables after each application: a list of rows by table, and columns."""

    columns: Mapping[str, Sequence[str]]
    rows: Mapping[str, Sequence[Sequence[Row]]]

    def of(self, table: str, first: int, count: int) -> list[Row]:
        """The rows of some applications."""
        return [row for each in self.rows[table][first : first + count] for row in each]


class Driver:
    """A connection of the bare driver with the store's settings, which commits when it is told."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self._mark = "?" if self.is_sqlite else "%s"
        self._begin = "BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN"
        if self.is_sqlite:
            self._connection: Any = sqlite3.connect(
                str(make_url(url).database), isolation_level=None
            )
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._connection.execute(f"PRAGMA {setting}")
        else:
            self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._cursor = self._connection.cursor()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _columns(self, table: str) -> list[str]:
        self._cursor.execute(f"SELECT * FROM cpq_{table} LIMIT 0")  # noqa: S608
        return [column[0] for column in self._cursor.description]

    def copy_books(self) -> None:
        """The books of the template for the bare driver."""
        self._cursor.execute("BEGIN")
        for table in _COPIED:
            others = ", ".join(self._columns(table)[1:])
            self._cursor.execute(
                f"INSERT INTO cpq_{table} (tenant, {others}) SELECT '{BARE}', {others} "  # noqa: S608
                f"FROM cpq_{table} WHERE tenant = '{TEMPLATE}'"
            )
        self._cursor.execute("COMMIT")

    def rows(self, count: int) -> Rows:
        """What the template holds of each application."""
        columns = {table: self._columns(table) for table in _WRITTEN}
        found = {}
        for table, where in _WRITTEN.items():
            listed = ", ".join(columns[table][1:])
            self._cursor.execute(
                f"SELECT '{BARE}', {listed} FROM cpq_{table} "  # noqa: S608
                f"WHERE tenant = '{TEMPLATE}' AND {where.replace(':count', str(count))}"
            )
            rows = [tuple(row) for row in self._cursor.fetchall()]
            each = len(rows) // count
            assert each * count == len(rows), table
            found[table] = [rows[place * each : (place + 1) * each] for place in range(count)]
        return Rows(columns, found)

    def write(self, rows: Rows, first: int, count: int, *, at_once: int) -> None:
        """Commit the rows of some applications, so many in one transaction."""
        inserts = {
            table: f"INSERT INTO cpq_{table} "  # noqa: S608
            f"VALUES ({', '.join([self._mark] * len(names))})"
            for table, names in rows.columns.items()
        }
        move, head = _MOVE.format(self._mark), _HEAD.format(self._mark)
        place = {name: at for at, name in enumerate(rows.columns["movement"])}
        for start in range(first, first + count, at_once):
            self._cursor.execute(self._begin)
            for table, insert in inserts.items():
                # Of a batch the store keeps one command.
                many = 1 if table == "command" else at_once
                self._cursor.executemany(insert, rows.of(table, start, many))
            moves = [
                (
                    row[place["amount_minor"]],
                    row[place["on_day"]],
                    BARE,
                    row[place["kind"]],
                    row[place["number_key"]],
                    row[place["currency"]],
                    row[place["amount_minor"]],
                )
                for row in rows.of("movement", start, at_once)
            ]
            self._cursor.executemany(move, moves)
            assert self._cursor.rowcount == len(moves), "there is enough left"
            facts = rows.of("fact", start, at_once)
            self._cursor.execute(head, (facts[-1][1], facts[-1][-2], BARE, facts[0][1] - 1))
            assert self._cursor.rowcount == 1, "nobody else writes"
            self._cursor.execute("COMMIT")


def through_the_store(store: Store, facts: Sequence[Application], *, at_once: int) -> None:
    """Record applications, so many in one transaction, each with a command where it is alone."""
    for start in range(0, len(facts), at_once):
        some = facts[start : start + at_once]
        key = key_of(some[0]) if at_once == 1 else f"batch {some[0].number}"
        with store.unit() as deals:
            deals.record(*some, key=key)
