"""Looking at a store from outside: every row it holds, and what it refuses (检视)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from cpq.kernel.errors import DomainError
from revenue.adapters.schema import PREFIX

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
