"""Our tables in a database: are they there, are they ours, are they of this version (数据库结构).

The schema is made by migrations from the first day, one transaction for each step, by Alembic with
a script folder inside the package. A host calls ``upgrade(connection)`` on its own database; only
tables with our prefix are touched, and our version is noted in a table of ours, so that a host's
own Alembic history stays what it is.
"""

import re
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session

from cpq.adapters.sql import READ_ONLY, begun, translated
from cpq.kernel.errors import Invalid, Unreadable

PREFIX = "cpq_"
"""What the names of our tables begin with, unless the host says otherwise."""

STEPS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""The steps that this release knows, oldest first: the revisions in the folder ``migrations``."""

_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,19}")
_LOCK = 6_322_437_021_187
"""The advisory lock under which one process at a time changes a PostgreSQL schema."""


def checked_prefix(prefix: str) -> str:
    """The prefix, where it can begin a table's name. Raises ``Invalid`` (``store.bad_prefix``).

    >>> checked_prefix("cpq_")
    'cpq_'
    """
    if not _PREFIX.fullmatch(prefix):
        raise Invalid(
            "store.bad_prefix",
            "a table prefix is a lower-case letter and up to 19 letters, digits or underscores; "
            f"found {prefix[:40]!r}",
        )
    return prefix


def upgrade(host: Session | Connection, *, prefix: str = PREFIX) -> None:
    """Make our tables in the host's database, or bring them to this version.

    Inside the host's transaction, which the host commits. Raises ``Unreadable``
    (``store.newer_schema``) where a newer release was here.
    """
    connection = host.connection() if isinstance(host, Session) else host
    with translated():
        begun(connection)
        _lock(connection)
        while _pending(connection, checked_prefix(prefix)):
            _migrate(connection, prefix, "+1")


def prepare(engine: Engine, *, prefix: str) -> None:
    """Make or upgrade the schema of a store of our own, a transaction for each step.

    Raises ``Unreadable``: ``store.newer_schema``, or ``store.foreign`` for a database that holds
    other tables and none of ours.
    """
    checked_prefix(prefix)
    with translated():
        with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            if not _pending(connection, prefix):
                return
        while True:
            with engine.begin() as connection:
                _lock(connection)
                _refuse_foreign(connection, prefix)
                if not _pending(connection, prefix):
                    return
                _migrate(connection, prefix, "+1")


def _migrate(connection: Connection, prefix: str, step: str) -> None:
    """To a step, or by one. A store that lacks none does not wait for Alembic to be imported."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "prefix": prefix})
    # Paths may hold a percent sign, which the configuration would take for its own.
    folder = str(Path(__file__).with_name("migrations")).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    command.upgrade(config, step)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _pending(connection: Connection, prefix: str) -> bool:
    """Whether steps are missing. Raises ``Unreadable`` (``store.newer_schema``)."""
    found = schema_version(connection, prefix=prefix)
    if found is not None and found not in STEPS:
        raise Unreadable(
            "store.newer_schema",
            f"the database is of schema {found!r}, which this release does not know; "
            "install the release that made it, or a newer one",
            found=found,
        )
    return found != STEPS[-1]


def schema_version(connection: Connection, *, prefix: str = PREFIX) -> str | None:
    """The step that our tables are at; ``None`` where there are none."""
    table = f"{prefix}alembic_version"
    if not inspect(connection).has_table(table):
        return None
    # The prefix has been checked: it holds nothing but letters, digits and underscores.
    row = connection.execute(text(f"SELECT version_num FROM {table}")).first()  # noqa: S608
    return None if row is None else str(row[0])


def _refuse_foreign(connection: Connection, prefix: str) -> None:
    tables = inspect(connection).get_table_names()
    if tables and f"{prefix}alembic_version" not in tables:
        shown = ", ".join(sorted(tables)[:3])
        raise Unreadable(
            "store.foreign",
            f"the database holds other tables ({shown}) and none with the prefix {prefix!r}; "
            "open a database of its own, or be a guest: upgrade(connection), Deals(connection)",
            tables=len(tables),
        )
