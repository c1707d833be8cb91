"""The schema: made once by whoever comes first, whole or not at all, with every guard."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text

from cpq.adapters.sql import open_engine
from cpq.kernel.errors import DomainError
from revenue.adapters import schema
from revenue.adapters.schema import STEPS, prepare, schema_version
from revenue.adapters.store import open_store
from revenue.testing import content

_OPENERS = 6
_TABLES = {
    None: 0, "0001": 15, "0002": 16, "0003": 19, "0004": 21, "0005": 22, "0006": 23, "0007": 20
}  # fmt: skip
"""How many tables there are after each step, Alembic's own among them."""

_NEWEST = max(filter(None, _TABLES))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deals.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def test_the_steps_are_those_of_the_folder() -> None:
    script = ScriptDirectory(str(Path(schema.__file__).with_name("migrations")))
    assert tuple(step.revision for step in script.walk_revisions())[::-1] == STEPS


def test_many_open_an_empty_database_at_once(url: str) -> None:
    start = Barrier(_OPENERS)

    def work(_: int) -> str:
        start.wait()
        try:
            with open_store(url) as store:
                return f"opened {len(content(store.engine))}"
        except DomainError as error:
            return str(error)

    with ThreadPoolExecutor(_OPENERS) as pool:
        assert set(pool.map(work, range(_OPENERS))) == {f"opened {_TABLES[_NEWEST]}"}


class _Crash(Exception):
    pass


def test_a_crash_while_migrating_leaves_nothing(engine: Engine) -> None:
    """An error at each statement: a step is there or not, never half; the next goes on from it."""
    points, seen = 0, set()
    while _crashes(engine, points):
        with engine.connect() as connection:
            version = schema_version(connection)
        assert len(inspect(engine).get_table_names()) == _TABLES[version]
        seen.add(version)
        points += 7
    assert points > 40
    assert None in seen
    with engine.connect() as connection:
        assert schema_version(connection) == _NEWEST


def _crashes(engine: Engine, point: int) -> bool:
    left = [point]

    def fail(*_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise _Crash

    event.listen(engine, "after_cursor_execute", fail)
    try:
        prepare(engine, prefix="cpq_")
    except _Crash:
        return True
    finally:
        event.remove(engine, "after_cursor_execute", fail)
    return False


def test_every_table_has_its_guards(engine: Engine) -> None:
    prepare(engine, prefix="cpq_")
    found = inspect(engine)
    for table in found.get_table_names():
        if table == "cpq_alembic_version":
            continue
        key = found.get_pk_constraint(table)
        assert key["constrained_columns"][0] == "tenant", table
        for foreign in found.get_foreign_keys(table):
            assert foreign["constrained_columns"][0] == "tenant", table
            assert foreign["name"], table
        for column in found.get_columns(table):
            kind = str(column["type"]).upper()
            assert not any(word in kind for word in ("NUMERIC", "FLOAT", "REAL", "DOUBLE")), kind
            if column["name"].endswith("_minor"):
                assert kind in {"BIGINT", "INTEGER"}
        for check in found.get_check_constraints(table):
            assert (check["name"] or "").startswith("cpq_"), table
    money = {column["name"] for column in found.get_columns("cpq_balance")}
    assert {"currency", "amount_minor", "left_minor"} <= money


def test_sqlite_tables_refuse_other_types(tmp_path: Path) -> None:
    """In a STRICT table a float, or words, are no whole number."""
    open_store(f"sqlite:///{tmp_path}/deals.db").close()
    connection = sqlite3.connect(tmp_path / "deals.db")
    for value in ("1.5", "'twelve'", "9223372036854775808"):
        with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
            connection.execute(f"INSERT INTO cpq_head VALUES ('x', {value}, 'y', NULL)")
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%STRICT'"
    )
    assert rows.fetchall() == [("cpq_alembic_version",)]
    connection.close()


def test_two_prefixes_live_side_by_side(engine: Engine) -> None:
    """Two books in one database: the second comes as a guest of the first."""
    from revenue.adapters.schema import upgrade

    prepare(engine, prefix="cpq_")
    with engine.begin() as connection:
        upgrade(connection, prefix="b_")
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        assert len(names) == 2 * _TABLES[_NEWEST]
        assert schema_version(connection, prefix="b_") == schema_version(connection)
        triggers = text(
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'"
            if engine.dialect.name == "sqlite"
            else "SELECT COUNT(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
        # Two for each table of ours, and two that look at the journal.
        assert connection.execute(triggers).scalar_one() == 2 * (2 * (_TABLES[_NEWEST] - 1) + 2)
