"""Letting an order or a shipment go, or holding it (订单放行、发货放行).

Credit is checked twice: before an order is released, and again before goods leave, since what was
paid, delivered or learnt in between counts. A check gives a ``Release``: the decision, and the
facts to record, a hold where credit is not given, the release of one where it now is. A person who
lets a thing through makes both, the hold with its reasons and the release with his, so that the
record shows what was overridden.

Check and recording belong in one transaction that holds the ledger of the tenant.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.contract import Contract
from revenue.credit.check import CreditDecision, Override, check_credit
from revenue.credit.exposure import Exposure, exposure
from revenue.credit.hold import BY_CHECK, Stage, is_let_go, live_holds
from revenue.credit.policy import STANDARD_POLICY, CreditPolicy
from revenue.credit.prepayment import unpaid_advance
from revenue.credit.standing import limit_on, status_on
from revenue.fulfilment import Delivery
from revenue.hold import CreditHold, HoldRelease
from revenue.ledger import ReceivablesLedger
from revenue.order import SalesOrder
from revenue.risk import CreditTerms, Rates, as_line, converted


class Release(Frozen):
    """What came of it: whether it goes, why, and the ``facts`` to record."""

    decision: CreditDecision
    is_released: bool
    facts: tuple[CreditHold | HoldRelease, ...] = ()

    def require(self) -> None:
        """Raise ``Refused`` unless it goes (``credit.refused``, ``credit.needs_approval``)."""
        if not self.is_released:
            self.decision.require()


class _Case(NamedTuple):
    """What a check is about; ``day`` is when it takes place, ``on`` when it is decided."""

    ledger: ReceivablesLedger
    order: SalesOrder
    at: Stage
    number: str
    on: date
    day: date


def release_order(
    ledger: ReceivablesLedger,
    order: SalesOrder,
    *,
    contracts: Iterable[Contract],
    orders: Iterable[SalesOrder] = (),
    number: str,
    on: date,
    currency: str,
    policy: CreditPolicy = STANDARD_POLICY,
    rates: Rates | None = None,
    override: Override | None = None,
) -> Release:
    """Let an order go where the customer's credit allows it, else hold it.

    ``contracts`` and ``orders`` are all of the customer; the order itself may be among them.
    ``number`` is that of the hold or release. An order of a later day is checked as of that day.
    Raises what ``exposure`` raises, and ``Refused``
    (``credit.refused``) where somebody overrides what nobody may.
    """
    key = number_key(order.number)
    known, others = tuple(contracts), [each for each in orders if number_key(each.number) != key]
    case = _Case(ledger, order, "order", number, on, max(on, order.on))
    before, after = (
        _exposed(case, known, sold, currency=currency, rates=rates)
        for sold in (others, [*others, order])
    )
    holds = _of_customer(case)
    decision = check_credit(
        before,
        limit_on(ledger.facts, order.customer, as_of=case.day),
        asking=after,
        at="order",
        status=status_on(ledger.facts, order.customer, as_of=case.day),
        policy=policy,
        holds=holds,
    )
    return _released(case, decision, override)


def release_shipment(
    ledger: ReceivablesLedger,
    order: SalesOrder,
    delivery: Delivery,
    *,
    contracts: Iterable[Contract],
    number: str,
    on: date,
    currency: str,
    policy: CreditPolicy = STANDARD_POLICY,
    rates: Rates | None = None,
    override: Override | None = None,
    terms: CreditTerms | None = None,
) -> Release:
    """Let a delivery of an order leave where the customer's credit allows it, else hold it.

    Held against the limit is what is owed and delivered, with this delivery; what other orders
    have yet to deliver does not count here. What the contract asks for at signing must be paid
    unless the policy says otherwise, and the advance of ``terms`` where they hold shipments. An
    order that is held itself stays where it is. The ``delivery`` is not recorded yet; one of a
    later day is checked as of that day. Raises as ``release_order`` and as ``record`` of the
    delivery, and ``NotFound`` (``contract.unknown``), ``Refused`` (``credit.other_order``).
    """
    if number_key(delivery.order) != number_key(order.number):
        raise Refused(
            "credit.other_order",
            f"delivery {delivery.number} is of order {delivery.order}, not {order.number}",
            delivery=delivery.number,
            order=order.number,
        )
    known = tuple(contracts)
    case = _Case(ledger, order, "shipment", number, on, max(on, delivery.on))
    before = _exposed(case, known, (), currency=currency, rates=rates)
    after = _exposed(
        case._replace(ledger=ledger.record(delivery)), known, (), currency=currency, rates=rates
    )
    decision = check_credit(
        before,
        limit_on(ledger.facts, order.customer, as_of=case.day),
        asking=after,
        at="shipment",
        status=status_on(ledger.facts, order.customer, as_of=case.day),
        policy=policy,
        unpaid_advance=_missing(case, known, policy, terms, currency=currency, rates=rates),
        holds=(*_of_customer(case), *_standing(case, "order")),
    )
    return _released(case, decision, override)


def _exposed(
    case: _Case,
    contracts: Iterable[Contract],
    orders: Iterable[SalesOrder],
    *,
    currency: str,
    rates: Rates | None,
) -> Exposure:
    return exposure(
        case.ledger,
        case.order.customer,
        contracts=contracts,
        orders=orders,
        as_of=case.day,
        currency=currency,
        rates=rates,
        though_held=(case.order.number,),
    )


def _of_customer(case: _Case) -> tuple[CreditHold, ...]:
    """Holds of the customer as a whole, at this stage or at the order."""
    stages = ("order",) if case.at == "order" else ("order", "shipment")
    holds = live_holds(case.ledger, as_of=case.day, customer=case.order.customer, order="")
    return tuple(hold for hold in holds if hold.at in stages)


def _standing(case: _Case, at: Stage) -> tuple[CreditHold, ...]:
    return live_holds(case.ledger, as_of=case.day, order=case.order.number, at=at)


def _missing(
    case: _Case,
    contracts: Iterable[Contract],
    policy: CreditPolicy,
    terms: CreditTerms | None,
    *,
    currency: str,
    rates: Rates | None,
) -> Money | None:
    held = terms is not None and terms.ship_hold
    if not policy.ship_after_advance and not held:
        return None
    key = number_key(case.order.contract)
    for contract in contracts:
        if number_key(contract.number) == key:
            percent = terms.prepaid_percent if terms is not None and held else 0
            missing = unpaid_advance(case.ledger, contract, as_of=case.day, percent=percent)
            what = f"the advance on contract {contract.number}"
            return converted(missing, currency, rates=rates or {}, what=what)
    raise NotFound(
        "contract.unknown",
        f"order {case.order.number} is of contract {case.order.contract}, which is not among the "
        "contracts given; give all contracts of the customer",
        contract=case.order.contract,
    )


def _released(case: _Case, decision: CreditDecision, override: Override | None) -> Release:
    standing = _standing(case, case.at)
    if decision.verdict == "allowed":
        gone = Override(by=BY_CHECK, reason="what it was held for is gone")
        return Release(decision=decision, is_released=True, facts=_let_go(case, standing, gone))
    made = () if standing else (_hold(case, decision),)
    if override is not None:
        decision.require(override)
        let_go = _let_go(case, standing or made, override)
        return Release(decision=decision, is_released=True, facts=(*made, *let_go))
    if decision.verdict == "approval" and not standing and _is_let_go(case):
        return Release(decision=decision, is_released=True)
    return Release(decision=decision, is_released=False, facts=made)


def _is_let_go(case: _Case) -> bool:
    return is_let_go(case.ledger, case.order.number, at=case.at, as_of=case.day)


def _let_go(
    case: _Case, holds: Iterable[CreditHold], override: Override
) -> tuple[HoldRelease, ...]:
    """A release of each hold, numbered number, number/2, number/3 …."""
    return tuple(
        HoldRelease(
            number=case.number if place == 1 else f"{case.number}/{place}",
            hold=hold.number,
            on=case.on,
            reason=override.reason,
            by=override.by,
        )
        for place, hold in enumerate(holds, start=1)
    )


def _hold(case: _Case, decision: CreditDecision) -> CreditHold:
    said = [str(each.message) for each in decision.findings if each.severity != "note"]
    return CreditHold(
        number=case.number,
        customer=case.order.customer,
        order=case.order.number,
        at=case.at,
        on=case.on,
        reasons=tuple(map(as_line, said)),
    )
