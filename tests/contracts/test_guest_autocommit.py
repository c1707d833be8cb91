"""Hosts whose connections commit each statement, and transactions that are already lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from revenue.adapters.schema import upgrade
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing import refused
from revenue.testing.small import owed


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Store]:
    with open_store(postgres_url) as store:
        yield store


@pytest.mark.postgres
def test_autocommit_is_refused_by_postgresql(postgres: Store) -> None:
    """A savepoint has no meaning there, and all or nothing could not be kept."""
    with postgres.engine.connect() as connection:
        careless = connection.execution_options(isolation_level="AUTOCOMMIT")
        deals = Deals(careless, tenant="default")
        with refused("store.autocommit"):
            deals.record(owed())
        with refused("store.autocommit"):
            upgrade(careless, prefix="x_")
        assert deals.facts() == ()


def test_autocommit_on_sqlite_is_a_transaction(tmp_path: Path) -> None:
    """SQLite can begin one even so; it is the host's commit that ends it."""
    engine = create_engine(f"sqlite:///{tmp_path}/crm.db", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        upgrade(connection)
        connection.commit()
        Deals(connection, tenant="default").record(owed())
        connection.rollback()
        assert Deals(connection, tenant="default").facts() == ()
    engine.dispose()


@pytest.mark.postgres
def test_a_lost_transaction_is_not_committed(postgres: Store) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK and no error, once a statement has failed."""
    with refused("store.aborted"), postgres.unit() as deals:
        deals.record(owed())
        with pytest.raises(DBAPIError):
            deals.connection.execute(text("SELECT nonsense"))
    with postgres.view() as deals:
        assert deals.facts() == ()


@pytest.mark.postgres
def test_a_server_that_goes_away_is_unavailable(postgres: Store) -> None:
    """The next unit works again, on a new connection."""
    with refused("store.unreachable"), postgres.unit() as deals:
        pid = deals.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with postgres.engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        deals.record(owed())
    with postgres.unit() as deals:
        deals.record(owed())
    assert postgres.verify() == ()
