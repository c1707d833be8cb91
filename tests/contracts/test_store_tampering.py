"""Somebody changed rows behind our back: ``verify`` names the row, whatever the column."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from revenue.adapters.store import Deals, Store, open_store
from revenue.application import Reversal
from revenue.testing import refused
from revenue.testing.small import DAY, applied, owed, paid, record_deal
from revenue.testing.statements import example_statement, receipt_number

# A document that is moved to another tenant, or deleted, leaves no trace in this tenant's rows:
# facts are chained, documents and deal prices are not. A movement of a budget has a number only
# to be in an order: the last one may have any that is larger.
_NOT_SEEN = {
    ("quote", "tenant"),
    ("contract", "tenant"),
    ("sales_order", "tenant"),
    ("command", "tenant"),
    ("deal_price", "tenant"),
    ("coupon_block", "tenant"),
    ("given_number", "tenant"),
    ("quote_document", "tenant"),
    ("budget_movement", "seq"),
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/deals.db"
    else:
        url = request.getfixturevalue("postgres_url")
    with open_store(url) as store:
        with store.unit() as deals:
            record_deal(deals)
            deals.record(owed("AR-7"), paid("R-7"), key="import-1")
        yield store


def _guards_off(connection: Connection) -> None:
    """What somebody with the file, or the server's superuser, can do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    connection.execute(text("PRAGMA ignore_check_constraints = ON"))
    triggers = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for (name,) in triggers.all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def _after(store: Store, change: Callable[[Connection], object]) -> list[str] | None:
    """The places that verify names after a change; ``None`` where the database refuses it."""
    with store.engine.connect() as connection:
        _guards_off(connection)
        try:
            change(connection)
        except DBAPIError:
            return None
        finally:
            if connection.dialect.name == "sqlite":
                connection.execute(text("PRAGMA ignore_check_constraints = OFF"))
        places = [finding.place for finding in Deals(connection, tenant="default").verify()]
        connection.rollback()
    return places


def _columns(store: Store) -> Iterator[tuple[str, str, bool, str]]:
    inspector = inspect(store.engine)
    for table in inspector.get_table_names():
        if not table.endswith("alembic_version"):
            key = inspector.get_pk_constraint(table)["constrained_columns"][-1]
            for column in inspector.get_columns(table):
                number = column["type"].python_type is int
                yield table, column["name"], number, key


def test_a_change_of_any_column_is_named(store: Store) -> None:
    assert store.verify() == ()
    seen = 0
    for table, column, number, key in _columns(store):
        # The last row of each table, so that nothing after it hides the change.
        new = f"COALESCE({column}, 0) + 1" if number else f"COALESCE({column}, '') || 'x'"
        if column == "currency":
            new = "'USD'"
        where = f"tenant = 'default' AND {key} = (SELECT MAX({key}) FROM {table} t)"
        places = _after(
            store,
            lambda connection, table=table, column=column, new=new, where=where: connection.execute(
                text(f"UPDATE {table} SET {column} = {new} WHERE {where}")
            ),
        )
        if (table.removeprefix("cpq_"), column) in _NOT_SEEN:
            continue
        assert places != [], f"{table}.{column} was changed and nobody saw it"
        seen += places is not None
    assert seen > 90


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM cpq_fact WHERE seq = (SELECT MAX(seq) FROM cpq_fact)",
        "DELETE FROM cpq_fact WHERE seq = 3",
        "UPDATE cpq_fact SET seq = seq + 100 WHERE seq > 3",
        "DELETE FROM cpq_movement WHERE kind = 'receipt' AND seq = 13",
        "DELETE FROM cpq_reversal",
        "DELETE FROM cpq_journal_line WHERE place = 1",
        "DELETE FROM cpq_journal_entry WHERE number_key = 'receipt/r-1'",
        "DELETE FROM cpq_head",
        "UPDATE cpq_balance SET left_minor = left_minor - 1 WHERE number_key = 'inv-2'",
        (
            "INSERT INTO cpq_balance SELECT tenant, kind, 'r-9', 999, number, customer, "
            "customer_key, currency, on_day, due_on, source_key, amount_minor, left_minor, "
            "book_currency, book_minor, book_left_minor, revalued_minor, last_day "
            "FROM cpq_balance WHERE kind = 'receipt' AND number_key = 'r-1'"
        ),
        "DELETE FROM cpq_contract",
    ],
)
def test_rows_gone_or_put_in_are_named(store: Store, change: str) -> None:
    places = _after(store, lambda connection: connection.execute(text(change)))
    assert places, f"nobody saw: {change}"


def test_an_imported_line_that_was_changed_is_named(store: Store) -> None:
    """Neither what a bank line was nor what it became is altered unseen."""
    with store.unit() as deals:
        deals.import_statement(example_statement(), number=receipt_number)
        first = len(deals.facts()) - 3
    assert store.verify() == ()
    for change in (
        "fingerprint = 'x'",
        "key = key || '0'",
        f"result = replace(result, '{first}', '{first + 1}')",
        "result = replace(result, 'content', 'contents')",
        "result = replace(result, 'a', 'b')",
        "result = ''",
    ):
        statement = text(
            f"UPDATE cpq_command SET {change} WHERE op = 'bank_line' AND key LIKE '%/1'"
        )
        places = _after(
            store, lambda connection, statement=statement: connection.execute(statement)
        )
        assert places, f"nobody saw: {change}"


def test_a_body_with_a_new_hash_is_named(store: Store) -> None:
    """Whoever recomputes the hash of a row still breaks the chain and the typed rows."""
    with store.view() as deals:
        receipt = next(fact for fact in deals.facts() if fact.number == "R-1")
    more = receipt.with_(amount=receipt.amount * 2)
    statement = text("UPDATE cpq_fact SET body = :body, sha256 = :hash WHERE number_key = 'r-1'")
    values = {"body": more.canonical(), "hash": more.content_hash()}
    places = _after(store, lambda connection: connection.execute(statement, values))
    assert places is not None
    assert {"fact 12", "balance receipt r-1"} <= set(places)


def test_reading_a_changed_document_is_refused(store: Store) -> None:
    changes = (
        ("quote", "quote", "Q-2026-0001"),
        ("contract", "contract", "HT-2026-017"),
        ("sales_order", "order", "SO-1"),
    )
    for (table, noun, number), change in itertools.product(
        changes, ("body = body || ' '", "format = 2")
    ):
        with store.engine.connect() as connection:
            _guards_off(connection)
            connection.execute(text(f"UPDATE cpq_{table} SET {change}"))
            with refused("store.corrupt_document"):
                getattr(Deals(connection, tenant="default"), noun)(number)
            connection.rollback()


def test_a_changed_fact_is_not_read(store: Store) -> None:
    with store.engine.connect() as connection:
        _guards_off(connection)
        connection.execute(text("UPDATE cpq_fact SET body = body || ' ' WHERE seq = 2"))
        deals = Deals(connection, tenant="default")
        with refused("store.corrupt_document"):
            deals.ledger()
        assert next(finding.place for finding in deals.verify()) == "fact 2"
        connection.rollback()


def test_a_cut_tail_needs_a_seal(store: Store) -> None:
    """The end cut off with every trace is a sound, shorter book; a seal noted before tells."""
    with store.view() as deals:
        shorter = deals.seal()
        entries, lines = len(deals.journal()), deals.journal()[-1].lines
    with store.unit() as deals:
        deals.record(owed("AR-8"), key="import-2")
    with store.engine.connect() as connection:
        deals = Deals(connection, tenant="default")
        seal = deals.seal()
        assert (seal.seq, len(lines), len(deals.journal())) == (shorter.seq + 1, 2, entries + 1)
        assert deals.verify(seal=shorter) == deals.verify(seal=seal) == ()
        _guards_off(connection)
        for statement in (
            "DELETE FROM cpq_journal_line WHERE entry_key = 'receivable/ar-8'",
            "DELETE FROM cpq_journal_entry WHERE number_key = 'receivable/ar-8'",
            "DELETE FROM cpq_balance WHERE number_key = 'ar-8'",
            "DELETE FROM cpq_command WHERE key = 'import-2'",
            "DELETE FROM cpq_fact WHERE number_key = 'ar-8'",
        ):
            connection.execute(text(statement))
        connection.execute(
            text("UPDATE cpq_head SET last_seq = :seq, chain = :chain"), shorter.model_dump()
        )
        assert deals.verify() == deals.verify(seal=shorter) == ()
        assert [finding.place for finding in deals.verify(seal=seal)] == [f"fact {seal.seq}"]
        connection.rollback()


def test_replace_and_truncate_are_refused(store: Store) -> None:
    sqlite = store.engine.dialect.name == "sqlite"
    statement = (
        "INSERT OR REPLACE INTO cpq_fact SELECT * FROM cpq_fact"
        if sqlite
        else "TRUNCATE cpq_fact CASCADE"
    )
    with store.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(statement))
        connection.rollback()
    assert store.verify() == ()


def test_a_forged_fact_that_breaks_a_rule_is_named(store: Store) -> None:
    """A rule broken with every hash in order is found by replaying the rules."""
    with store.engine.connect() as connection:
        _guards_off(connection)
        deals = Deals(connection, tenant="default")
        deals.record(paid("R-8"), applied("A-9").with_(receipt="R-8", receivable="AR-7"))
        deals.record(Reversal(number="X-9", reverses="A-9", on=DAY, reason="wrong"))
        last = deals.facts()[-1]
        forged = last.with_(number="X-10")
        connection.execute(
            text(
                "INSERT INTO cpq_fact SELECT tenant, seq + 1, series, 'x-10', kind, 'X-10', "
                "on_day, contract_key, order_key, format, :body, :hash, chain, about_key "
                "FROM cpq_fact "
                "WHERE seq = (SELECT MAX(seq) FROM cpq_fact)"
            ),
            {"body": forged.canonical(), "hash": forged.content_hash()},
        )
        findings = deals.verify()
        assert "store.broken_rule" in {finding.code for finding in findings}
        assert {finding.place for finding in findings} >= {f"fact {len(deals.facts())}"}
        with refused("store.broken_rule"):
            deals.ledger()
        connection.rollback()
