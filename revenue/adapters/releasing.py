"""Credit checked where it is used: orders and shipments let go one after the other (信用放行).

Whoever lets an order go takes the tenant's head row first and looks after that; so of two orders
that each fit, but not both, the second is held. What came of it is recorded in the same savepoint.
"""

from collections.abc import Callable

from revenue.adapters import documents, recording
from revenue.adapters.receivables import customer_ledger
from revenue.adapters.rows import Rows
from revenue.chart import ChartOfAccounts
from revenue.contract import Contract
from revenue.credit import Release
from revenue.ledger import ReceivablesLedger
from revenue.order import SalesOrder

Check = Callable[[ReceivablesLedger, tuple[Contract, ...], tuple[SalesOrder, ...]], Release]
"""What decides, of the books, the contracts and the orders of a customer."""


def checked(rows: Rows, customer: str, check: Check, *, chart: ChartOfAccounts) -> Release:
    """Hold the books, check, and record the holds and releases that it comes to."""
    recording.hold_head(rows)
    contracts = tuple(
        documents.read_contract(rows, each.number, None)
        for each in documents.list_contracts(rows, customer)
    )
    orders = tuple(
        order for contract in contracts for order in documents.read_orders(rows, contract.number)
    )
    books = customer_ledger(rows, customer, [each.number for each in contracts])
    release = check(books, contracts, orders)
    if release.facts:
        recording.record(rows, release.facts, key=None, chart=chart)
    return release
