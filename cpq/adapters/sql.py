"""The floor that every table of ours stands on: engine, transactions, faults (存储).

SQLite and PostgreSQL disagree in places where money is lost: SQLite begins no transaction before a
read, waits for nobody unless told, and lets `INSERT OR REPLACE` walk round a trigger. What makes
the two alike is here, once. Above this module nobody sees an exception of SQLAlchemy or a driver:
``translated()`` turns each into ``Conflict``, ``Unavailable`` or ``Unreadable`` with a stable code.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, exc, make_url
from sqlalchemy import event as events
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from cpq.kernel.errors import Conflict, DomainError, Invalid, Unavailable, Unreadable

READ_ONLY = "cpq_read_only"
"""Execution option of a connection: its transactions only read."""

BUSY_MS = 10_000
"""How long a statement waits for another writer, in milliseconds."""

_POSTGRES_SETTINGS = (
    "SET lock_timeout = '5s'",
    "SET statement_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '60s'",
)
_SQLITE_SETTINGS = {"foreign_keys": 1, "recursive_triggers": 1, "synchronous": 2}


def open_engine(url: str) -> Engine:
    """An engine for ``sqlite:///path``, ``sqlite://`` (memory) or ``postgresql://…``.

    SQLite: every write transaction begins IMMEDIATE, WAL, synchronous=FULL, foreign keys and
    recursive triggers on, 10 s patience. PostgreSQL: READ COMMITTED with time limits. Nothing is
    connected yet. Raises ``Invalid`` (``store.bad_url``), ``Unavailable``
    (``store.driver_missing``, ``store.no_folder``).
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgres", "postgresql"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed)
        if parsed.get_backend_name() == "postgresql":
            return _postgres_engine(parsed)
    except (exc.ArgumentError, ValueError) as error:
        if isinstance(error, DomainError):
            raise
        raise Invalid(
            "store.bad_url", "the store's URL cannot be read; write sqlite:///deals.db"
        ) from error
    except ImportError as error:
        raise Unavailable(
            "store.driver_missing",
            f"the driver of {parsed.drivername} is not installed; "
            "pip install 'cpq-revenue[postgres]'",
        ) from error
    raise Invalid(
        "store.bad_url",
        f"a store is SQLite or PostgreSQL, not {parsed.get_backend_name()}; "
        "write sqlite:///deals.db or postgresql://user@host/database",
    )


def _sqlite_engine(url: URL) -> Engine:
    memory = url.database in {None, "", ":memory:"}
    options: dict[str, Any] = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
    if not memory and not str(url.database).startswith("file:"):
        folder = Path(str(url.database)).absolute().parent
        if not folder.is_dir():
            raise Unavailable(
                "store.no_folder",
                f"the folder {folder} of the database file does not exist; make it first",
                folder=str(folder),
            )
    # A database in memory lives in one connection: threads take turns instead of sharing it.
    pool = {"pool_size": 1, "max_overflow": 0} if memory else {}
    engine = create_engine(
        url,
        poolclass=QueuePool,
        connect_args=options,
        hide_parameters=True,
        pool_timeout=BUSY_MS / 1000,
        **pool,
    )
    events.listen(engine, "connect", _sqlite_connected)
    events.listen(engine, "begin", _sqlite_begins)
    return engine


def _sqlite_connected(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions begin too late (before the first change, not before the first
    # read); without them the "begin" event below decides.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode not in {"wal", "memory"}:
        mode = _switched_to_wal(cursor)
    for name, value in _SQLITE_SETTINGS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
        found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise Unavailable(
                "store.unsafe",
                f"SQLite keeps {name} at {found}, and {value} is needed; use another build of it",
            )
    cursor.execute("PRAGMA trusted_schema = OFF")
    cursor.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")
    cursor.close()


def _switched_to_wal(cursor: sqlite3.Cursor) -> str:
    # The switch does not wait for other connections, so it is tried for as long as one would wait.
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            return str(cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _sqlite_begins(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, isolation_level="READ COMMITTED", pool_pre_ping=True
    )
    events.listen(engine, "connect", _postgres_connected)
    return engine


def _postgres_connected(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        for setting in _POSTGRES_SETTINGS:
            cursor.execute(setting)
    connection.commit()


def begun(connection: Connection) -> None:
    """See to it that a transaction runs in the database, not only in SQLAlchemy's books.

    Raises ``Invalid`` (``store.autocommit``) on a connection that commits each statement.
    """
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        # The driver's own transactions begin before the first change. A savepoint before it
        # would be the outermost, and releasing the outermost savepoint commits.
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif getattr(driver, "autocommit", False):
        raise Invalid(
            "store.autocommit",
            "the connection commits each statement by itself; hand in one with transactions",
        )


def refuse_aborted(connection: Connection) -> None:
    """Refuse to commit a transaction that PostgreSQL has given up.

    Somebody caught an error inside it; COMMIT would then silently mean ROLLBACK.
    Raises ``Unavailable`` (``store.aborted``).
    """
    driver: Any = connection.connection.dbapi_connection
    status = getattr(getattr(driver, "info", None), "transaction_status", None)
    if getattr(status, "name", "") == "INERROR":
        raise Unavailable(
            "store.aborted",
            "an earlier error ended this transaction, and nothing of it can be kept; start again",
        )


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """All or nothing inside the transaction that runs: an error undoes only what is inside.

    Begins a transaction where the host's connection has none; never ends it.
    Raises ``Invalid``: ``store.autocommit`` on a connection that commits each statement,
    ``store.only_reads`` in a view.
    """
    if connection.get_execution_options().get(READ_ONLY, False):
        raise Invalid("store.only_reads", "a view only reads; write in a unit")
    with translated():
        begun(connection)
        connection.exec_driver_sql("SAVEPOINT cpq")
    try:
        yield
        with translated():
            connection.exec_driver_sql("RELEASE SAVEPOINT cpq")
    except BaseException:
        _undo(connection)
        raise


def _undo(connection: Connection) -> None:
    """Go back to the savepoint; where a fault ended the whole transaction, there is none."""
    if connection.invalidated:
        return
    with suppress(exc.SQLAlchemyError, sqlite3.Error):
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT cpq")
        connection.exec_driver_sql("RELEASE SAVEPOINT cpq")


@contextmanager
def translated() -> Iterator[None]:
    """Errors of SQLAlchemy and of the drivers leave this block as refusals of ours."""
    try:
        yield
    except DomainError:
        raise
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        raise refusal(error) from error


_SQLITE_FAULTS: dict[int, tuple[type[DomainError], str, str]] = {
    sqlite3.SQLITE_BUSY: (Unavailable, "busy", "another writer holds the database; try again"),
    sqlite3.SQLITE_LOCKED: (Unavailable, "busy", "another writer holds a table; try again"),
    sqlite3.SQLITE_READONLY: (Unavailable, "read_only", "the database cannot be written to"),
    sqlite3.SQLITE_IOERR: (Unavailable, "io_error", "the disk does not answer"),
    sqlite3.SQLITE_FULL: (Unavailable, "full", "the disk is full; nothing was written"),
    sqlite3.SQLITE_CANTOPEN: (Unavailable, "cannot_open", "the database file cannot be opened"),
    sqlite3.SQLITE_PERM: (Unavailable, "not_permitted", "the database file may not be opened"),
    sqlite3.SQLITE_CORRUPT: (Unreadable, "corrupt", "the database file is damaged; restore it"),
    sqlite3.SQLITE_NOTADB: (Unreadable, "corrupt", "the file is not an SQLite database"),
    sqlite3.SQLITE_CONSTRAINT: (Conflict, "constraint", "the database refused a row"),
    sqlite3.SQLITE_MISMATCH: (Conflict, "constraint", "the database refused a value"),
}
_POSTGRES_FAULTS: dict[str, tuple[type[DomainError], str, str]] = {
    "40": (Unavailable, "busy", "another transaction was in the way; try again"),
    "55P03": (Unavailable, "busy", "another transaction holds a row; try again"),
    "57014": (Unavailable, "busy", "the statement took too long; try again"),
    "57P": (Unavailable, "unreachable", "the server ended the connection"),
    "08": (Unavailable, "unreachable", "the server does not answer"),
    "25006": (Unavailable, "read_only", "the database cannot be written to"),
    "25P03": (Unavailable, "unreachable", "the server ended an idle transaction"),
    "28": (Unavailable, "login_refused", "the server refuses the login"),
    "3D": (Unavailable, "no_database", "the server has no database of that name"),
    "42501": (Unavailable, "not_permitted", "the login may not do this"),
    "42P01": (Unreadable, "no_schema", "our tables are not there; run upgrade() first"),
    "42703": (Unreadable, "no_schema", "our tables are of another version; run upgrade()"),
    "53": (Unavailable, "full", "the server has no room left"),
    "58": (Unavailable, "io_error", "the server's disk does not answer"),
    "XX00": (Unreadable, "corrupt", "the database is damaged; restore it"),
    "22": (Conflict, "constraint", "the database refused a value"),
    "23": (Conflict, "constraint", "the database refused a row"),
    "P0001": (Conflict, "constraint", "the database refused to change what happened"),
}


def refusal(error: Exception) -> DomainError:
    """The refusal that says what an error of SQLAlchemy or a driver means. Values are not shown."""
    cause = getattr(error, "orig", None) or error
    kind, reason, words_ = _meaning(error, cause)
    diagnosis = getattr(cause, "diag", None)
    said = getattr(diagnosis, "message_primary", None) or str(cause).splitlines()[0:1]
    detail = said if isinstance(said, str) else "".join(said)
    return kind(f"store.{reason}", f"{words_} ({detail})" if detail else words_)


def _meaning(error: Exception, cause: Any) -> tuple[type[DomainError], str, str]:
    if isinstance(cause, sqlite3.Error):
        number = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if number == sqlite3.SQLITE_ERROR and "no such" in str(cause):
            return Unreadable, "no_schema", "our tables are not there; run upgrade() first"
        return _SQLITE_FAULTS.get(number, (Unavailable, "failed", "the database failed"))
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
    for length in (5, 4, 3, 2):
        if state[:length] in _POSTGRES_FAULTS:
            return _POSTGRES_FAULTS[state[:length]]
    if isinstance(error, exc.TimeoutError):
        return Unavailable, "busy", "all connections of the store are in use; try again"
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        return Unavailable, "unreachable", "the database does not answer"
    return Unavailable, "failed", "the database failed"
