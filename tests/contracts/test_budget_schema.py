"""The schema of the budget ledger: reached from an older store, guarded, looked up by index."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect, text

from cpq.adapters.sql import open_engine
from revenue.adapters import budget_reading, budget_writing
from revenue.adapters.rows import Rows
from revenue.adapters.schema import prepare, schema_version
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing import content
from revenue.testing.small import offer
from tests.contracts.old_books import kept, write_old_books


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path}/old.db")
    else:
        engine = open_engine(str(request.getfixturevalue("postgres_url")))
    yield engine
    engine.dispose()


def second_schema(engine: Engine) -> None:
    """What the release before budgets left: its schema, a quote, facts."""
    write_old_books(engine, "0002")


def version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema_version(connection)


class Death(Exception):
    pass


def dies(engine: Engine, point: int) -> bool:
    """Upgrade, and fail once, at a statement; whether there was such a statement."""
    left = [point]

    def fail(*_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise Death

    event.listen(engine, "after_cursor_execute", fail)
    try:
        prepare(engine, prefix="cpq_")
    except Death:
        return True
    finally:
        event.remove(engine, "after_cursor_execute", fail)
    return False


def test_an_older_store_learns_budgets(engine: Engine) -> None:
    """An error at each statement of the step leaves the old rows; then it sells at once."""
    second_schema(engine)
    before = content(engine)
    points = 0
    while dies(engine, points) and version(engine) == "0002":
        assert content(engine) == before
        points += 1
    assert points > 10
    prepare(engine, prefix="cpq_")
    same = kept(before, content(engine))
    assert same == {table: before[table] for table in same}
    assert len(same) > 9
    with engine.begin() as connection:
        deals = Deals(connection, tenant="default")
        offer(deals, "Q-1/1", 10)
        assert deals.verify() == ()


def test_budgets_have_their_guards(engine: Engine) -> None:
    prepare(engine, prefix="cpq_")
    found = inspect(engine)
    checks = {
        check["name"]
        for table in ("counter", "hold", "movement")
        for check in found.get_check_constraints(f"cpq_budget_{table}")
    }
    assert checks == {
        *(f"cpq_budget_counter_{name}" for name in ("reserved", "committed", "iso4217", "sha256")),
        *(
            f"cpq_budget_hold_{name}"
            for name in ("reserved", "committed", "one_of", "phase", "day", "yes_no")
        ),
        *(f"cpq_budget_movement_{name}" for name in ("day", "kind", "yes_no", "sha256")),
    }
    for table, parent in (("hold", "counter"), ("movement", "hold")):
        (foreign,) = found.get_foreign_keys(f"cpq_budget_{table}")
        assert foreign["referred_table"] == f"cpq_budget_{parent}"
    for name in ("reserved", "committed"):
        kinds = {
            str(column["type"])
            for table in ("counter", "hold", "movement")
            for column in found.get_columns(f"cpq_budget_{table}")
            if column["name"] == name
        }
        assert kinds <= {"BIGINT", "INTEGER"}


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    """Some hundred holds of one counter."""
    url = engine.url.render_as_string(hide_password=False)
    with open_store(url) as store:
        with store.unit() as deals:
            for place in range(300):
                offer(deals, f"Q-{place}/1", 0)
        yield store


STATEMENTS = {
    name: getattr(module, name)
    for module, names in (
        (budget_reading, ("_ANY_HOLD", "_HOLDS", "_ANY_LAPSED", "_OWN", "_WINDOW", "_COUNTER")),
        (budget_writing, ("_DONE", "_HOLD_CHANGED", "_COUNTER_MOVED")),
    )
    for name in names
} | {
    "lapsed": budget_reading._LAPSED + budget_reading._OF_COUNTER + budget_reading._IN_ORDER,
    "usage": f"{budget_reading._USAGE} (:counter)",
    "moved": budget_reading._MOVEMENTS + budget_reading._MOVED_COUNTER,
}


@pytest.mark.parametrize("name", list(STATEMENTS))
def test_statements_go_by_an_index(store: Store, name: str) -> None:
    """However many movements there are: what a command or a question needs is found, not read."""
    sqlite = store.engine.dialect.name == "sqlite"
    bound = {
        **dict.fromkeys(("document", "document_key", "number", "first", "beyond"), "q-7/1"),
        **dict.fromkeys(("counter", "counter_key", "key"), "AUTUMN/1/lifetime/orders"),
        **dict.fromkeys(("on", "before", "expires_on", "counts_on", "last_on"), "2026-11-30"),
        **dict.fromkeys(("reserved", "committed", "room", "asked", "hard", "overshoot"), 0),
        **dict.fromkeys(("phase", "granted_limit"), "0"),
    }
    with store.unit() as deals:
        rows = Rows(deals.connection, tenant=store.tenant, prefix=store.prefix)
        if not sqlite:
            deals.connection.execute(text("ANALYZE"))
            deals.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        plan = [str(row[-1]) for row in rows.all(f"{explain} {STATEMENTS[name]}", **bound)]
    if sqlite:
        assert not any(step.startswith("SCAN") for step in plan), plan
    else:
        assert not any("Seq Scan" in step for step in plan), plan
    if name in ("_ANY_LAPSED", "lapsed", "usage"):
        assert any("budget_hold_lapsing" in step for step in plan), plan
