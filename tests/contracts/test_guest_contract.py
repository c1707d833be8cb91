"""The shipped guest contract on engines as hosts make them, not as we would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from cpq.adapters.sql import open_engine
from revenue.testing import GuestContract


def _disposed(engine: Engine) -> Iterator[Engine]:
    yield engine
    engine.dispose()


class TestPlainSqliteHost(GuestContract):
    """SQLAlchemy's own settings: the driver begins transactions when it sees fit."""

    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Engine]:
        yield from _disposed(create_engine(f"sqlite:///{tmp_path}/crm.db", poolclass=NullPool))


class TestCarefulSqliteHost(GuestContract):
    """A host that emits BEGIN itself, as SQLAlchemy's manual advises."""

    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Engine]:
        engine = create_engine(f"sqlite:///{tmp_path}/crm.db")

        @event.listens_for(engine, "connect")
        def _connected(connection, _record) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def _begins(connection) -> None:
            connection.exec_driver_sql("BEGIN")

        yield from _disposed(engine)


class TestOurSqliteEngine(GuestContract):
    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Engine]:
        yield from _disposed(open_engine(f"sqlite:///{tmp_path}/crm.db"))


@pytest.mark.postgres
class TestPostgresHost(GuestContract):
    @pytest.fixture
    def host(self, postgres_url: str) -> Iterator[Engine]:
        yield from _disposed(create_engine(postgres_url))


@pytest.mark.postgres
class TestSerializablePostgresHost(GuestContract):
    @pytest.fixture
    def host(self, postgres_url: str) -> Iterator[Engine]:
        yield from _disposed(create_engine(postgres_url, isolation_level="SERIALIZABLE"))
