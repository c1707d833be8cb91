"""What a store of deals must keep, as tests to run on one's own database (契约测试).

A host that runs on an engine we have not seen shows that it holds with a few lines of pytest::

    class TestOurStore(StoreContract):
        @pytest.fixture
        def store(self):
            with open_store("postgresql://…") as store:
                yield store

``StoreContract`` asks for a fixture ``store``, an empty ``Store`` for each test;
``DurableStoreContract`` adds what needs a second process and a second connection;
``GuestContract`` asks for ``host``, an engine of the host's own on an empty database.
``DealPricesContract`` asks for ``prices``, an empty history, ``StoredPricesContract`` for
``store``; ``BudgetContract`` for ``budget``, an empty budget ledger, ``StoredBudgetContract`` and
``DurableBudgetContract`` for ``store``.
"""

from revenue.testing.budget import BudgetContract
from revenue.testing.budget_trade import Budget, MemoryBudget
from revenue.testing.deal import (
    example_contract,
    example_deliveries,
    example_facts,
    example_order,
    example_quote,
)
from revenue.testing.durable import DurableStoreContract
from revenue.testing.durable_budget import DurableBudgetContract
from revenue.testing.guest import GuestContract
from revenue.testing.history import DealPricesContract
from revenue.testing.inspect import content, refused
from revenue.testing.store import StoreContract
from revenue.testing.stored_budget import StoredBudgetContract
from revenue.testing.stored_history import StoredPricesContract

__all__ = [
    "Budget",
    "BudgetContract",
    "DealPricesContract",
    "DurableBudgetContract",
    "DurableStoreContract",
    "GuestContract",
    "MemoryBudget",
    "StoreContract",
    "StoredBudgetContract",
    "StoredPricesContract",
    "content",
    "example_contract",
    "example_deliveries",
    "example_facts",
    "example_order",
    "example_quote",
    "refused",
]
