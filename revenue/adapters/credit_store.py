"""Credit checks in a store: one at a time per tenant, checked and recorded as one (并发信用检查).

Two orders of one customer that are checked at the same moment would each find the same free rest
of the limit. So a check first takes the tenant's head row, which everything that records waits
for, reads the ledger after that, and records what came of it in the same transaction: the second
order sees what the first one took.
"""

from collections.abc import Callable
from datetime import date

from cpq.adapters.sql import savepoint
from revenue.adapters.deals import Deals
from revenue.adapters.recording import hold_head
from revenue.adapters.rows import Rows
from revenue.contract import Contract
from revenue.credit import (
    STANDARD_POLICY,
    CreditPolicy,
    Exposure,
    Override,
    Release,
    exposure,
    release_order,
    release_shipment,
)
from revenue.fulfilment import Delivery
from revenue.ledger import ReceivablesLedger
from revenue.order import SalesOrder
from revenue.risk import CreditTerms, Rates


def stored_contracts(deals: Deals, customer: str) -> tuple[Contract, ...]:
    """The newest version of each contract of a customer."""
    return tuple(deals.contract(each.number) for each in deals.contracts(customer=customer))


def stored_orders(deals: Deals, contracts: tuple[Contract, ...]) -> tuple[SalesOrder, ...]:
    """The orders of these contracts."""
    return tuple(order for each in contracts for order in deals.orders(contract=each.number))


def stored_exposure(
    deals: Deals,
    customer: str,
    *,
    as_of: date,
    currency: str,
    rates: Rates | None = None,
) -> Exposure:
    """The exposure of a customer as the store holds it: a look, which locks nothing.

    Raises what ``exposure`` raises.
    """
    contracts = stored_contracts(deals, customer)
    return exposure(
        deals.ledger(),
        customer,
        contracts=contracts,
        orders=stored_orders(deals, contracts),
        as_of=as_of,
        currency=currency,
        rates=rates,
    )


def store_order_release(
    deals: Deals,
    order: str,
    *,
    number: str,
    on: date,
    currency: str,
    policy: CreditPolicy = STANDARD_POLICY,
    rates: Rates | None = None,
    override: Override | None = None,
) -> Release:
    """Check a stored order and record its hold or release, while nobody else records.

    Raises what ``release_order`` and ``record`` raise, ``NotFound`` (``order.unknown``).
    """
    sold = deals.order(order)

    def checked(ledger: ReceivablesLedger, contracts: tuple[Contract, ...]) -> Release:
        return release_order(
            ledger,
            sold,
            contracts=contracts,
            orders=stored_orders(deals, contracts),
            number=number,
            on=on,
            currency=currency,
            policy=policy,
            rates=rates,
            override=override,
        )

    return _alone(deals, sold, checked)


def store_shipment_release(
    deals: Deals,
    delivery: Delivery,
    *,
    number: str,
    on: date,
    currency: str,
    policy: CreditPolicy = STANDARD_POLICY,
    rates: Rates | None = None,
    override: Override | None = None,
    terms: CreditTerms | None = None,
) -> Release:
    """Check a delivery of a stored order and record its hold or release, and with a release the
    delivery, while nobody else records.

    Raises what ``release_shipment`` and ``record`` raise, ``NotFound`` (``order.unknown``).
    """
    sold = deals.order(delivery.order)

    def checked(ledger: ReceivablesLedger, contracts: tuple[Contract, ...]) -> Release:
        return release_shipment(
            ledger,
            sold,
            delivery,
            contracts=contracts,
            number=number,
            on=on,
            currency=currency,
            policy=policy,
            rates=rates,
            override=override,
            terms=terms,
        )

    return _alone(deals, sold, checked, delivery=delivery)


def _alone(
    deals: Deals,
    order: SalesOrder,
    checked: Callable[[ReceivablesLedger, tuple[Contract, ...]], Release],
    *,
    delivery: Delivery | None = None,
) -> Release:
    with savepoint(deals.connection):
        hold_head(Rows(deals.connection, tenant=deals.tenant, prefix=deals.prefix))
        found = checked(deals.ledger(), stored_contracts(deals, order.customer))
        goods = (delivery,) if delivery is not None and found.is_released else ()
        if found.facts or goods:
            deals.record(*found.facts, *goods)
        return found
