"""The shipped contracts of the budget ledger: in memory, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from revenue.adapters.store import Store, open_store
from revenue.testing.budget import BudgetContract
from revenue.testing.budget_trade import Budget, MemoryBudget
from revenue.testing.durable_budget import DurableBudgetContract
from revenue.testing.stored_budget import StoredBudgetContract


class TestMemory(BudgetContract):
    @pytest.fixture
    def budget(self) -> Budget:
        return MemoryBudget()


class TestDatabaseInMemory(BudgetContract, StoredBudgetContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        with open_store("sqlite://") as store:
            yield store

    @pytest.fixture
    def budget(self, store: Store) -> Iterator[Budget]:
        with store.unit() as deals:
            yield deals.budget
            assert deals.verify() == ()


class TestFile(DurableBudgetContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store(f"sqlite:///{tmp_path}/deals.db") as store:
            yield store


@pytest.mark.postgres
class TestPostgres(TestDatabaseInMemory, DurableBudgetContract):
    @pytest.fixture
    def store(self, postgres_url: str) -> Iterator[Store]:
        with open_store(postgres_url) as store:
            yield store
