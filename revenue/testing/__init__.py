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
``store``.
"""

from revenue.testing.deal import (
    example_contract,
    example_deliveries,
    example_facts,
    example_order,
    example_quote,
)
from revenue.testing.durable import DurableStoreContract
from revenue.testing.guest import GuestContract
from revenue.testing.history import DealPricesContract
from revenue.testing.inspect import content, refused
from revenue.testing.store import StoreContract
from revenue.testing.stored_history import StoredPricesContract

__all__ = [
    "DealPricesContract",
    "DurableStoreContract",
    "GuestContract",
    "StoreContract",
    "StoredPricesContract",
    "content",
    "example_contract",
    "example_deliveries",
    "example_facts",
    "example_order",
    "example_quote",
    "refused",
]
