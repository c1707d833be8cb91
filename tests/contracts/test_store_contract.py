"""The shipped store contract on a file, in memory and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from revenue.adapters.store import Store, open_store
from revenue.testing import DurableStoreContract, StoreContract


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        with open_store("sqlite://") as store:
            yield store


class TestFile(DurableStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store(f"sqlite:///{tmp_path}/deals.db") as store:
            yield store


@pytest.mark.postgres
class TestPostgres(DurableStoreContract):
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[Store]:
        with open_store(postgres_url) as store:
            yield store
