"""A store of one's own, for people without a host: deals in a database file or a server (存储).

``open_store`` makes or upgrades the schema, checks that the database is ours and answers, and owns
engine, transactions and retries. Inside a transaction everything is done by ``Deals``, which is
also what a host uses inside its own transaction.

>>> with open_store("sqlite://") as store:
...     with store.unit() as deals:
...         deals.quotes()
()
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine

from cpq.adapters.sql import READ_ONLY, open_engine, refuse_aborted, translated
from cpq.kernel.errors import Finding, Unavailable
from revenue.adapters.books import checked_tenant
from revenue.adapters.deals import Deals
from revenue.adapters.schema import PREFIX, prepare, upgrade
from revenue.adapters.verification import Seal
from revenue.chart import STANDARD_CHART, ChartOfAccounts

__all__ = ["Deals", "Seal", "Store", "open_store", "upgrade"]

_TRIES = 12

Result = TypeVar("Result")


class Store:
    """An open store of one tenant. ``engine`` is for a host's own listeners and metrics."""

    def __init__(self, engine: Engine, *, tenant: str, prefix: str, chart: ChartOfAccounts) -> None:
        self.engine = engine
        self.tenant = tenant
        self.prefix = prefix
        self.chart = chart

    def _deals(self, connection: Connection) -> Deals:
        return Deals(connection, tenant=self.tenant, prefix=self.prefix, chart=self.chart)

    @contextmanager
    def unit(self) -> Iterator[Deals]:
        """One transaction that writes: committed at the end of the block, undone by an error.

        Raises ``Unavailable`` (``store.busy``) where another writer does not let go in time; use
        ``run`` to have it tried again.
        """
        with translated():
            connection = self.engine.connect()
        with _closing(connection):
            with translated():
                transaction = connection.begin()
            try:
                yield self._deals(connection)
                refuse_aborted(connection)
            except BaseException:
                with translated():
                    transaction.rollback()
                raise
            with translated():
                transaction.commit()

    @contextmanager
    def view(self) -> Iterator[Deals]:
        """One transaction that only reads, and sees one state of the store from end to end."""
        with translated():
            connection = self.engine.connect().execution_options(**{READ_ONLY: True})
        with _closing(connection):
            with translated():
                if connection.dialect.name == "postgresql":
                    connection = connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                connection.begin()
            yield self._deals(connection)

    def run(self, work: Callable[[Deals], Result]) -> Result:
        """``work`` in a unit, tried again from the start while the database is busy.

        At most 12 times, with growing pauses. The work may run more than once, so it must have no
        effect outside the store. Raises ``Unavailable`` (``store.busy``) in the end.
        """
        for attempt in range(_TRIES):
            try:
                with self.unit() as deals:
                    return work(deals)
            except Unavailable as error:
                if error.code != "store.busy" or attempt == _TRIES - 1:
                    raise
            # Two who collided must not collide again: the pause is not the same for both.
            time.sleep(min(0.01 * 2**attempt, 1.0) * random.uniform(0.5, 1.0))  # noqa: S311
        raise AssertionError("the last try returns or raises")

    def verify(self, *, seal: Seal | None = None) -> tuple[Finding, ...]:
        """What is wrong in this tenant's rows; nothing, in a sound store. See ``Deals.verify``."""
        with self.view() as deals:
            return deals.verify(seal=seal)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _closing(connection: Connection) -> Iterator[None]:
    try:
        yield
    finally:
        with translated():
            connection.close()


def open_store(
    url: str,
    *,
    tenant: str = "default",
    prefix: str = PREFIX,
    chart: ChartOfAccounts = STANDARD_CHART,
    create: bool = True,
) -> Store:
    """The store at ``sqlite:///path``, ``sqlite://`` (in memory) or ``postgresql://…``.

    Makes the schema where there is none and upgrades an older one; without ``create`` a database
    file that is not there is refused (``store.missing``), so that a slip in its name does not look
    like empty books. Raises ``Invalid``
    (``store.bad_url``, ``store.bad_prefix``, ``store.bad_tenant``), ``Unreadable``
    (``store.corrupt``, ``store.newer_schema``, ``store.foreign``), ``Unavailable``
    (``store.no_folder``, ``store.read_only``, ``store.busy``, ``store.unreachable`` and others).
    """
    tenant = checked_tenant(tenant)
    engine = open_engine(url)
    file = engine.url.database or ""
    on_disk = engine.dialect.name == "sqlite" and file and not file.startswith((":", "file:"))
    if not create and on_disk and not Path(file).exists():
        engine.dispose()
        raise Unavailable(
            "store.missing",
            f"there is no store at {file}; correct its name, or record into it first",
        )
    try:
        prepare(engine, prefix=prefix)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, tenant=tenant, prefix=prefix, chart=chart)
