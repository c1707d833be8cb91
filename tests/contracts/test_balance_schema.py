"""The step to balances and movements: the old tables go, and nothing of what they held."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from cpq.adapters.sql import open_engine
from revenue.adapters import balances, excerpt, facts, imported, receivables
from revenue.adapters.rows import Rows, in_chunks
from revenue.adapters.schema import prepare, schema_version
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing import content
from revenue.testing.small import applied, owed, paid
from tests.contracts.old_books import kept, write_old_books

_TENANTS = ("default", "other")
_GONE = {f"cpq_{name}" for name in ("receivable", "receipt", "application", "write_off")}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path}/old.db")
    else:
        engine = open_engine(str(request.getfixturevalue("postgres_url")))
    yield engine
    engine.dispose()


def test_old_books_are_upgraded_and_sound(engine: Engine) -> None:
    """Receivables, receipts, write-offs, recoveries, reversals, of two tenants."""
    write_old_books(engine, "0006", books="0006")
    before = content(engine)
    assert before.keys() >= _GONE
    prepare(engine, prefix="cpq_")
    after = content(engine)
    assert not after.keys() & {*_GONE, "cpq_recovery", "cpq_customer_0007"}
    same = kept(before, after)
    assert same == {table: before[table] for table in same}
    assert {"cpq_fact", "cpq_journal_line", "cpq_command", "cpq_reversal"} <= same.keys()
    with engine.begin() as connection:
        for tenant in _TENANTS:
            deals = Deals(connection, tenant=tenant)
            assert deals.verify() == ()
            deals.record(applied("A-9", "50.00"))
            assert deals.verify() == ()


def test_the_copied_rows_are_those_of_a_new_store(engine: Engine, tmp_path: Path) -> None:
    """Recording the old facts anew writes the same balances and movements, to the last column."""
    write_old_books(engine, "0006", books="0006")
    prepare(engine, prefix="cpq_")
    with open_store(f"sqlite:///{tmp_path}/new.db") as store:
        with engine.connect() as old, store.unit() as new:
            for tenant in _TENANTS:
                old_facts = Deals(old, tenant=tenant).facts()
                Deals(new.connection, tenant=tenant).record(*old_facts)
        fresh = content(store.engine)
    upgraded = content(engine)
    for table in ("balance", "movement", "reversal", "fact", "journal_line", "journal_entry"):
        assert upgraded[f"cpq_{table}"] == fresh[f"cpq_{table}"], table
    assert len(fresh["cpq_balance"]), len(fresh["cpq_movement"]) == (14, 32)


def test_an_empty_store_is_upgraded(engine: Engine) -> None:
    write_old_books(engine, "0006", books="none")
    prepare(engine, prefix="cpq_")
    with engine.begin() as connection:
        deals = Deals(connection, tenant="default")
        deals.record(owed(), paid(), applied())
        assert deals.verify() == ()


def test_an_upgrade_that_dies_leaves_the_old_books(engine: Engine) -> None:
    """An error at each statement of the step: the old rows, or the new schema; never between."""
    write_old_books(engine, "0006", books="0006")
    before = content(engine)
    points = 0
    while _dies(engine, points) and _version(engine) == "0006":
        assert content(engine) == before
        points += 1
    assert points > 30
    prepare(engine, prefix="cpq_")
    with engine.connect() as connection:
        assert Deals(connection, tenant="default").verify() == ()


def test_balances_have_their_guards(engine: Engine) -> None:
    """What a program with a fault in it would do is refused by the database."""
    write_old_books(engine, "0006", books="0006")
    prepare(engine, prefix="cpq_")
    found = inspect(engine)
    (of_fact, of_balance) = sorted(
        found.get_foreign_keys("cpq_movement"), key=lambda each: -len(each["referred_table"])
    )[::-1]
    assert of_fact["referred_table"] == "cpq_fact"
    assert of_balance["constrained_columns"] == ["tenant", "kind", "number_key", "currency"]
    columns = "tenant, kind, number_key, seq, currency, on_day, amount_minor, book_minor"
    for change in (
        "UPDATE cpq_balance SET left_minor = -1",
        "UPDATE cpq_balance SET left_minor = amount_minor + 1",
        "UPDATE cpq_balance SET customer = 'C-2'",
        "UPDATE cpq_balance SET book_left_minor = 1",
        "DELETE FROM cpq_balance",
        "UPDATE cpq_movement SET amount_minor = 1",
        "DELETE FROM cpq_movement",
        # In another currency, of nothing, of a fact that is not there, of no amount, twice.
        _copied(columns, seq="1", currency="'USD'"),
        _copied(columns, seq="1", kind="'payable'"),
        _copied(columns, seq="999"),
        _copied(columns, seq="1", amount_minor="0"),
        _copied(columns),
    ):
        with engine.connect() as connection:
            with pytest.raises(IntegrityError):
                connection.execute(text(change))
            connection.rollback()


def _copied(columns: str, **changes: str) -> str:
    """One movement again, with something else in it."""
    chosen = ", ".join(changes.get(name, name) for name in columns.split(", "))
    return (
        f"INSERT INTO cpq_movement ({columns}) SELECT {chosen} FROM cpq_movement "
        "WHERE tenant = 'default' AND kind = 'receipt' AND number_key = 'r-1' AND seq = 3"
    )


class _Death(Exception):
    """What a test raises inside a statement."""


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema_version(connection)


def _dies(engine: Engine, point: int) -> bool:
    """Upgrade, and fail once, at a statement; whether there was such a statement."""
    left = [point]

    def fail(connection: Connection, *_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise _Death

    event.listen(engine, "after_cursor_execute", fail)
    try:
        prepare(engine, prefix="cpq_")
    except _Death:
        return True
    finally:
        event.remove(engine, "after_cursor_execute", fail)
    return False


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    """Some hundred receivables, one of which is paid."""
    with open_store(engine.url.render_as_string(hide_password=False)) as store:
        with store.unit() as deals:
            deals.record(*(owed(f"AR-{place}") for place in range(300)), paid(), applied())
        yield store


_PAIRS, _PAIR = next(in_chunks([("receivable", "ar-1")]))
STATEMENTS = {
    "balances": balances.BALANCES.replace("PAIRS", _PAIRS),
    "moves": balances._MOVES.replace("PAIRS", _PAIRS),
    "move": balances._MOVE,
    "numbered": facts.NUMBERED.replace("PAIRS", _PAIRS),
    "same number": facts.SAME_NUMBER,
    "about": facts.ABOUT,
    "periods": facts.PERIODS,
    "position": facts.POSITION,
    "of contract": facts.OF_CONTRACT,
    "of order": facts.OF_ORDER,
    "claims": facts.CLAIMS,
    "rebates": facts.REBATES,
    "first accrual": facts.FIRST_ACCRUAL,
    "reversed by": facts.REVERSED_BY,
    "owed": excerpt._OWED,
    "items of one": receivables._ITEMS + receivables._OF_CUSTOMER,
    "concerned": receivables._CONCERNED,
    "known lines": imported._KNOWN,
}


@pytest.mark.parametrize("name", list(STATEMENTS))
def test_statements_go_by_an_index(store: Store, name: str) -> None:
    """However many rows there are: what recording needs is found, not searched for."""
    sqlite = store.engine.dialect.name == "sqlite"
    bound = {
        **dict.fromkeys(("kind", "key", "customer", "code", "currency"), "c-1"),
        **dict.fromkeys(("as_of", "last_day"), "2026-12-01"),
        **dict.fromkeys(("amount", "book", "revalued"), 0),
        **dict.fromkeys((f"k{place}" for place in range(100)), "x"),
        **_PAIR,
    }
    with store.unit() as deals:
        rows = Rows(deals.connection, tenant=store.tenant, prefix=store.prefix)
        if not sqlite:
            deals.connection.execute(text("ANALYZE"))
            deals.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        wanted = {key: bound[key] for key in bound if f":{key}" in STATEMENTS[name]}
        plan = [str(row[-1]) for row in rows.all(f"{explain} {STATEMENTS[name]}", **wanted)]
    scanned = [step for step in plan if step.startswith("SCAN") or "Seq Scan" in step]
    # What was put in as values, or found by its parts, is a table of its own, of some rows.
    few = ("SCAN v", "SCAN every")
    assert not [step for step in scanned if step not in few and "CONSTANT" not in step], plan
    by_tenant_alone = [step for step in plan if step.startswith("SEARCH") and "(tenant=?)" in step]
    assert not by_tenant_alone, plan
