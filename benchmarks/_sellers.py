"""Sellers of one promotion: through the store, and through the bare driver, as many at once."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from multiprocessing import get_context
from time import perf_counter
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import make_url

from cpq.adapters.sql import BUSY_MS
from cpq.cap import CapTake, Counter
from cpq.kernel.errors import Conflict
from revenue.adapters.store import Deals, open_store

ORDERS = Counter(owner="AUTUMN", cap="1", measure="orders")
PLENTY = 10**9
_DAY, _LAST = date(2026, 11, 21), date(2026, 12, 21)
_TEXT = "x" * 64

# What a grant of the store writes beside its counter: a command of about 400 characters, a
# movement and a hold, each with a key of its own.
_ROWS = (
    "INSERT INTO bare_command VALUES ({0}, {0}, {0})",
    "INSERT INTO bare_hold VALUES ({0}, {0}, {0})",
    "INSERT INTO bare_movement VALUES ({0}, {0}, {0})",
)
_UPDATE = "UPDATE bare_counter SET used = used + 1 WHERE id = 1 AND used + 1 <= {0}"

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["benchmarks._sellers"])

Grant = Callable[[str], object]


class Race(NamedTuple):
    """What a field of sellers did: grants in all, and the seconds from the common start."""

    grants: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Grants per second."""
        return self.grants / self.seconds


def prepare(url: str) -> None:
    """The store's schema, and beside it the tables of the bare driver, one row to be counted up."""
    open_store(url).close()
    with closing(_connected(url)) as connection:
        for table in ("command", "hold", "movement"):
            strict = " WITHOUT ROWID" if _is_sqlite(url) else ""
            connection.execute(
                f"CREATE TABLE bare_{table} (key TEXT PRIMARY KEY, one TEXT, two TEXT){strict}"
            )
        connection.execute("CREATE TABLE bare_counter (id INTEGER PRIMARY KEY, used BIGINT)")
        connection.execute("INSERT INTO bare_counter VALUES (1, 0)")


def race(kind: str, url: str, *, sellers: int, seconds: float, name: str) -> Race:
    """``sellers`` processes that all grant as fast as they can, from one start."""
    start, answers = CONTEXT.Barrier(sellers + 1), CONTEXT.SimpleQueue()
    field = [
        CONTEXT.Process(
            target=_sell,
            args=(kind, url, f"{name}-{place}"),
            kwargs={"seconds": seconds, "start": start, "answers": answers},
        )
        for place in range(sellers)
    ]
    for process in field:
        process.start()
    start.wait()
    done = [answers.get() for _ in field]
    for process in field:
        process.join()
    return Race(sum(grants for grants, _ in done), max(took for _, took in done))


def _sell(kind: str, url: str, name: str, *, seconds: float, start: Any, answers: Any) -> None:
    makers = {"store": _through_the_store, "update": _bare_update, "rows": _bare_rows}
    with closing(_Opened(makers[kind], url)) as opened:
        opened.grant(f"{name}-warm")
        start.wait()
        begun, grants = perf_counter(), 0
        while perf_counter() - begun < seconds:
            opened.grant(f"{name}-{grants}")
            grants += 1
        answers.put((grants, perf_counter() - begun))


class _Opened:
    """A way to grant, and what has to be closed after it."""

    def __init__(self, make: Callable[[str], tuple[Grant, Any]], url: str) -> None:
        self.grant, self._held = make(url)

    def close(self) -> None:
        self._held.close()


def _through_the_store(url: str) -> tuple[Grant, Any]:
    store = open_store(url)
    takes = [CapTake(counter=ORDERS, amount=1, limit=PLENTY)]

    def grant(key: str) -> None:
        def work(deals: Deals) -> None:
            deals.budget.reserve(takes, document=key, on=_DAY, expires_on=_LAST, key=key)

        store.run(work)

    return grant, store


def _bare_update(url: str) -> tuple[Grant, Any]:
    return _bare(url, ())


def _bare_rows(url: str) -> tuple[Grant, Any]:
    return _bare(url, _ROWS)


def _bare(url: str, rows: tuple[str, ...]) -> tuple[Grant, Any]:
    """A transaction of the driver's own: the rows, the conditional UPDATE, its row count."""
    connection = _connected(url)
    mark = "?" if _is_sqlite(url) else "%s"
    begin = "BEGIN IMMEDIATE" if _is_sqlite(url) else "BEGIN"
    inserts = [row.format(mark) for row in rows]
    update = _UPDATE.format(mark)

    def grant(key: str) -> None:
        connection.execute(begin)
        for insert in inserts:
            connection.execute(insert, (key, _TEXT * 3, _TEXT * 3))
        granted = connection.execute(update, (PLENTY,)).rowcount
        connection.execute("COMMIT")
        assert granted == 1, "there is plenty"

    return grant, connection


def _connected(url: str) -> Any:
    """A connection of the bare driver with the store's settings, which commits when it is told."""
    if not _is_sqlite(url):
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def attempt(url: str, *, cap: int, attempts: int, sellers: int) -> int:
    """How many of the attempts were granted under a cap, by sellers from one start."""
    start, answers = CONTEXT.Barrier(sellers), CONTEXT.SimpleQueue()
    field = [
        CONTEXT.Process(
            target=_ask,
            args=(url, f"cap-{place}"),
            kwargs={
                "cap": cap,
                "attempts": attempts // sellers,
                "start": start,
                "answers": answers,
            },
        )
        for place in range(sellers)
    ]
    for process in field:
        process.start()
    granted: int = sum(answers.get() for _ in field)
    for process in field:
        process.join()
    return granted


def _ask(url: str, name: str, *, cap: int, attempts: int, start: Any, answers: Any) -> None:
    takes = [CapTake(counter=ORDERS.with_(cap="fire"), amount=1, limit=cap)]
    granted = 0
    with open_store(url) as store:
        start.wait()
        for place in range(attempts):
            key = f"{name}-{place}"

            def work(deals: Deals, key: str = key) -> None:
                deals.budget.reserve(takes, document=key, on=_DAY, expires_on=_LAST, key=key)

            try:
                store.run(work)
            except Conflict:
                continue
            granted += 1
    answers.put(granted)
