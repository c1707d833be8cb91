"""The shipped contract of deal prices, in memory and in databases; and the step to their schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from cpq.adapters.sql import open_engine
from cpq.history import DealPrices, MemoryDealPrices, deal_prices
from cpq.quote import lose, send
from revenue.adapters.schema import prepare, schema_version, upgrade
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing import (
    content,
    example_quote,
    refused,
)
from revenue.testing.history import DealPricesContract, example_deals
from revenue.testing.small import DAY, accepted, revised
from revenue.testing.stored_history import StoredPricesContract
from tests.contracts.old_books import kept, write_old_books


class TestMemory(DealPricesContract):
    @pytest.fixture
    def prices(self) -> DealPrices:
        return MemoryDealPrices()


class TestDatabaseInMemory(DealPricesContract, StoredPricesContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        with open_store("sqlite://") as store:
            yield store

    @pytest.fixture
    def prices(self, store: Store) -> Iterator[DealPrices]:
        with store.unit() as deals:
            yield deals.prices


@pytest.mark.postgres
class TestPostgres(TestDatabaseInMemory):
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[Store]:
        with open_store(postgres_url) as store:
            yield store


def test_the_history_is_there_in_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deals.db"
    with open_store(url) as store, store.unit() as deals:
        deals.prices.record(example_deals())
    with open_store(url) as store, store.view() as deals:
        assert deals.prices.last("LASER", customer="C-1") is not None
        assert deals.verify() == ()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path}/old.db")
    else:
        engine = open_engine(str(request.getfixturevalue("postgres_url")))
    yield engine
    engine.dispose()


def _first_schema(engine: Engine) -> None:
    """What the release before deal prices left: its schema, and a deal from quote to recovery."""
    write_old_books(engine, "0001")


def test_an_older_store_is_upgraded_with_its_rows(engine: Engine) -> None:
    _first_schema(engine)
    before = content(engine)
    assert before["cpq_alembic_version"] == [("0001",)]
    prepare(engine, prefix="cpq_")
    after = content(engine)
    assert after["cpq_deal_price"] == []
    assert after["cpq_alembic_version"] > before["cpq_alembic_version"]
    same = kept(before, after)
    assert same == {table: before[table] for table in same}
    assert sum(map(len, same.values())) > 80
    with engine.begin() as connection:
        deals = Deals(connection, tenant="default")
        assert deals.verify() == ()
        quote = deals.quote("Q-2026-0001")
        assert quote == accepted(revised(example_quote()))
        # Saved again it leaves no prices: they are recorded by whoever has the catalogue.
        deals.save(quote)
        assert deals.prices.last("P-1", customer="C-0042") is None
        deals.prices.record(deal_prices(quote))
        assert deals.prices.last("P-1", customer="C-0042") == deal_prices(quote)[0]
        assert deals.verify() == ()


def test_an_upgraded_table_of_quotes_has_its_guards(engine: Engine) -> None:
    """Its CHECKs, its indexes and its triggers are those of a new store, but for the new state."""
    _first_schema(engine)
    with engine.begin() as connection, refused("store.constraint"):
        lost = lose(send(example_quote("Q-9")), on=DAY, reason="price")
        Deals(connection, tenant="default").save(lost)
    prepare(engine, prefix="cpq_")
    with engine.begin() as connection:
        Deals(connection, tenant="default").save(lost)
    found = inspect(engine)
    names = {check["name"] for check in found.get_check_constraints("cpq_quote")}
    assert names == {"cpq_quote_state", "cpq_quote_version", "cpq_quote_iso4217",
                     "cpq_quote_sha256"}  # fmt: skip
    indexes = {(index["name"], index["unique"] == 1) for index in found.get_indexes("cpq_quote")}
    assert indexes == {("cpq_quote_one_accepted", True), ("cpq_quote_customer", False)}
    columns = (
        "number, {state}, customer, currency, gross, issued_on, valid_until, format, body, sha256 "
        "FROM cpq_quote"
    )
    copied = "INSERT INTO cpq_quote SELECT tenant, number_key, version + 1, revision, " + columns
    for change in (
        "UPDATE cpq_quote SET state = 'sent' WHERE state = 'lost'",
        "DELETE FROM cpq_quote",
        copied.format(state="'won'"),
        copied.format(state="state") + " WHERE state = 'accepted'",
    ):
        with engine.connect() as connection:
            with pytest.raises(IntegrityError):
                connection.execute(text(change))
            connection.rollback()


def test_an_upgrade_that_dies_leaves_the_old_store(engine: Engine) -> None:
    """An error at each statement of the step: the old rows, or the new schema; never between."""
    _first_schema(engine)
    before = content(engine)
    points = 0
    while _dies(engine, points) and _version(engine) == "0001":
        assert content(engine) == before
        points += 1
    assert points > (20 if engine.dialect.name == "sqlite" else 10)
    assert _version(engine) == "0002"
    prepare(engine, prefix="cpq_")
    with engine.connect() as connection:
        assert Deals(connection, tenant="default").verify() == ()


def test_a_hosts_view_on_our_quotes_outlives_the_upgrade(tmp_path: Path) -> None:
    """A view looks into the new table as it did into the old, and is not written anew."""
    engine = open_engine(f"sqlite:///{tmp_path}/crm.db")
    _first_schema(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW open_quote AS SELECT number, state FROM cpq_quote"))
        before = connection.execute(text("SELECT * FROM open_quote")).all()
        upgrade(connection)
        assert connection.execute(text("SELECT * FROM open_quote")).all() == before
        legacy = connection.execute(text("PRAGMA legacy_alter_table")).scalar_one()
        assert (len(before), legacy) == (5, 0)
    engine.dispose()


class _Death(Exception):
    """What a test raises inside a statement."""


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema_version(connection)


def _dies(engine: Engine, point: int) -> bool:
    """Upgrade, and fail once, at a statement; whether there was such a statement."""
    left = [point]

    def fail(*_: object) -> None:
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
