"""Somebody changed a budget behind our back: ``verify`` names the row that is broken, and no other.

Where rows are missing it names what they leave behind.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cpq.cap import CapTake
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing import refused
from revenue.testing.budget_trade import DAY, LAST, MONEY, ORDERS, ROLLING

COUNTER = "budget_counter AUTUMN/1/lifetime/orders"
HOLD = "budget_hold q-1/1 AUTUMN/1/lifetime/orders"
COMMITTED = "budget_hold q-2/1 AUTUMN/1/lifetime/orders"
OF_FIRST = "document_key = 'q-1/1' AND counter_key = 'AUTUMN/1/lifetime/orders'"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Three offers on three counters: one live, one ordered and returned in part, one lapsed."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/deals.db"
    else:
        url = str(request.getfixturevalue("postgres_url"))
    with open_store(url) as store:
        with store.unit() as deals:
            for place, last in ((1, LAST), (2, LAST), (3, DAY)):
                takes = [
                    CapTake(counter=counter, amount=2, limit=99)
                    for counter in (ORDERS, MONEY, ROLLING)
                ]
                document = f"Q-{place}/1"
                deals.budget.reserve(
                    takes, document=document, on=DAY, expires_on=last, key=f"send {place}"
                )
            deals.budget.commit(document="Q-2/1", on=DAY, key="order")
            deals.budget.give_back(document="Q-2/1", on=DAY, key="back", amounts={ORDERS.key: 1})
            deals.budget.expire(on=DAY + timedelta(days=1), key="night")
        assert store.verify() == ()
        yield store


def guards_off(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for (name,) in triggers.all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def named(store: Store, *changes: str) -> set[str]:
    """The places that verify names after some changes, and the codes that it says."""
    with store.engine.connect() as connection:
        guards_off(connection)
        for change in changes:
            assert connection.execute(text(change)).rowcount > 0, change
        found = Deals(connection, tenant="default").verify()
        connection.rollback()
    return {finding.place for finding in found}


@pytest.mark.parametrize(
    "change",
    [
        "document = 'Q-9/1'", "document_key = 'q-2/1'", "on_day = '2026-11-20'",
        "counts_on = '2026-11-20'", "reserved = reserved - 1", "reserved = reserved + 1",
        "expires_on = '2026-12-22'", "granted_limit = '98'", "hard = 0", "overshoot = 1",
        "command = 'send 2'", f"sha256 = '{'0' * 64}'",
    ],
)  # fmt: skip
def test_a_changed_movement_is_named_alone(store: Store, change: str) -> None:
    assert named(store, f"UPDATE cpq_budget_movement SET {change} WHERE seq = 1") == {
        "budget_movement 1"
    }


@pytest.mark.parametrize(
    "change",
    [
        "document = 'q-1/1'", "phase = 'lapsed'", "asked = asked + 1", "reserved = reserved - 1",
        "expires_on = '2026-12-22'", "counts_on = '2026-12-22'", "last_on = '2026-12-22'",
        "granted_limit = '99.0'", "hard = 0", "overshoot = 1",
    ],
)  # fmt: skip
def test_a_changed_hold_is_named_alone(store: Store, change: str) -> None:
    assert named(store, f"UPDATE cpq_budget_hold SET {change} WHERE {OF_FIRST}") == {HOLD}


@pytest.mark.parametrize(
    "change",
    [
        "reserved = reserved + 1", "reserved = reserved - 1", "committed = committed + 1",
        "owner = 'autumn'", "cap = '2'", "time_window = 'day'", "days = 1", "measure = 'uses'",
        "currency = 'CNY'", "places = 2", "format = 2", "body = body || ' '",
        f"sha256 = '{'0' * 64}'",
    ],
)  # fmt: skip
def test_a_changed_counter_is_named_alone(store: Store, change: str) -> None:
    statement = f"UPDATE cpq_budget_counter SET {change} WHERE counter_key LIKE 'AUTUMN/1/%'"
    assert named(store, statement) == {COUNTER}


def test_rows_that_are_gone_are_missed(store: Store) -> None:
    first = "DELETE FROM cpq_budget_movement WHERE seq = 1"
    assert named(store, first) == {COUNTER, HOLD, "command budget send 1"}
    assert named(store, f"DELETE FROM cpq_budget_hold WHERE {OF_FIRST}") == {HOLD}
    assert named(store, "DELETE FROM cpq_command WHERE key = 'send 1'") == {
        "budget_movement 1", "budget_movement 2", "budget_movement 3",
    }  # fmt: skip
    gone = named(store, "DELETE FROM cpq_budget_counter WHERE counter_key LIKE 'AUTUMN/1/%'")
    assert HOLD in gone
    assert "budget_movement 1" in gone


def test_a_grant_wiped_out_with_every_trace_but_its_command_is_missed(store: Store) -> None:
    """Movement and hold gone and the counter lowered: only what was asked still says so."""
    wiped = (
        "DELETE FROM cpq_budget_movement WHERE seq = 1",
        f"DELETE FROM cpq_budget_hold WHERE {OF_FIRST}",
        "UPDATE cpq_budget_counter SET reserved = 0 WHERE counter_key LIKE 'AUTUMN/1/%'",
    )
    assert named(store, *wiped) == {"command budget send 1"}
    returned = "DELETE FROM cpq_budget_movement WHERE command = 'back'"
    assert named(store, returned) == {COUNTER, COMMITTED, "command budget back"}


def test_a_command_that_says_something_else_is_named(store: Store) -> None:
    for change in (
        "result = replace(result, 'Q-1/1', 'Q-9/1')", "fingerprint = 'x'", "key = 'send 9'",
        "result = '{}'", "op = 'other'",
    ):  # fmt: skip
        (place,) = named(store, f"UPDATE cpq_command SET {change} WHERE key = 'send 1'") - {
            f"budget_movement {seq}" for seq in (1, 2, 3)
        }
        assert place.startswith("command "), change


def test_movements_in_another_order_break_a_rule(store: Store) -> None:
    """A commit before its reservation, a release of what was never held."""
    order = "command = 'order' AND counter_key LIKE 'AUTUMN/1/%'"
    statement = f"UPDATE cpq_budget_movement SET seq = -1 WHERE {order}"
    with store.engine.connect() as connection:
        guards_off(connection)
        connection.execute(text(statement))
        found = Deals(connection, tenant="default").verify()
        assert {(each.code, each.place) for each in found} >= {
            ("store.broken_rule", "budget_movement -1")
        }
        connection.rollback()


def test_what_is_broken_is_not_read(store: Store) -> None:
    with store.engine.connect() as connection:
        guards_off(connection)
        connection.execute(text("UPDATE cpq_budget_movement SET reserved = 1 WHERE seq = 1"))
        budget = Deals(connection, tenant="default").budget
        for read in (lambda: budget.movements, lambda: budget.statement(ORDERS, as_of=DAY)):
            with refused("store.corrupt_document"):
                read()
        connection.rollback()
        guards_off(connection)
        connection.execute(text("UPDATE cpq_budget_hold SET last_on = 'yesterday!'"))
        with refused("store.corrupt_document"):
            Deals(connection, tenant="default").budget.held("Q-1/1")
        connection.rollback()


def test_replace_and_truncate_are_refused(store: Store) -> None:
    sqlite = store.engine.dialect.name == "sqlite"
    for table in ("movement", "hold", "counter"):
        name = f"cpq_budget_{table}"
        statement = (
            f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}"
            if sqlite
            else f"TRUNCATE {name} CASCADE"
        )
        with store.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(statement))
            connection.rollback()
    assert store.verify() == ()
