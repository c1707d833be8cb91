"""Looking at a store from outside: every row it holds, and what it refuses (检视)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from cpq.kernel.errors import DomainError
from revenue.adapters.deals import Deals
from revenue.adapters.schema import PREFIX
from revenue.adapters.store import Store

Content = dict[str, list[tuple[Any, ...]]]


def content(engine: Engine, *, prefix: str = PREFIX) -> Content:
    """Every row of every table of ours, by table, in order: equal contents are equal values."""
    with engine.connect() as connection:
        return content_of(connection, prefix=prefix)


def content_of(connection: Connection, *, prefix: str = PREFIX) -> Content:
    """Every row that a transaction sees."""
    tables = [name for name in inspect(connection).get_table_names() if name.startswith(prefix)]
    return {
        name: sorted(
            # The names come from the database's own list of tables.
            (tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))),  # noqa: S608
            key=repr,
        )
        for name in tables
    }


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block must end in the refusal of that code.

    >>> with refused("quote.expired"):
    ...     raise DomainError("quote.expired", "too late")
    """
    refusal: DomainError | None = None
    try:
        yield
    except DomainError as error:
        refusal = error
    assert refusal is not None, f"was not refused; expected {code}"
    assert refusal.code == code, f"refused with {refusal!s}, expected {code}"


def database_refuses(store: Store, statement: str) -> None:
    """The database itself must refuse the statement."""
    refusal: Exception | None = None
    try:
        with store.engine.begin() as connection:
            connection.execute(text(statement))
    except IntegrityError as error:
        refusal = error
    assert refusal is not None, f"the database took: {statement}"


class _Crash(Exception):
    """What a test raises inside a statement."""


class _Done(Exception):
    """The work got to its end, and is undone."""


def dies_at(store: Store, when: str, point: int, work: Callable[[Deals], object]) -> bool:
    """Work in a unit that fails at its statement number ``point``; whether there was such a one.

    ``when`` is the name of SQLAlchemy's event. Work that gets to its end is undone.
    """
    left = [point]

    def fail(*_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise _Crash

    event.listen(store.engine, when, fail)
    try:
        with store.unit() as deals:
            work(deals)
            left[0] = -1
            raise _Done
    except (_Crash, _Done) as end:
        return isinstance(end, _Crash)
    finally:
        event.remove(store.engine, when, fail)
