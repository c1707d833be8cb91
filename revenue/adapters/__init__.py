"""Where receivables meet a database and a terminal: the store, own or in the host's session."""

from revenue.adapters.store import Deals, Store, open_store, upgrade

__all__ = ["Deals", "Store", "open_store", "upgrade"]
