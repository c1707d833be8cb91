"""Which holds stand, and what a person let go (信用冻结与放行).

A hold stands from its day on until it is released. A release at the order lets the order through
for good; a release at the shipment lets one delivery through, the next one is checked again.
"""

from datetime import date
from typing import Final, Literal

from cpq.kernel.text import number_key
from revenue.fulfilment import Delivery
from revenue.hold import CreditHold, HoldRelease
from revenue.ledger import ReceivablesLedger

Stage = Literal["order", "shipment"]
"""When credit is checked: before an order is released, and before goods leave."""

BY_CHECK: Final = "credit check"
"""Who releases a hold whose reason is gone."""


def live_holds(
    ledger: ReceivablesLedger,
    *,
    as_of: date,
    customer: str | None = None,
    order: str | None = None,
    at: Stage | None = None,
) -> tuple[CreditHold, ...]:
    """The holds that stand at the end of a day, as recorded: of a customer, an order, a stage.

    >>> hold = CreditHold(number="H-1", customer="C-1", order="SO-1", on=date(2026, 12, 1),
    ...                   reasons=("limit exceeded",))
    >>> ledger = ReceivablesLedger().record(hold)
    >>> [each.number for each in live_holds(ledger, as_of=date(2026, 12, 1), order="so-1")]
    ['H-1']
    """
    facts = tuple(ledger.facts_until(as_of))
    released = {number_key(fact.hold) for fact in facts if isinstance(fact, HoldRelease)}
    return tuple(
        fact
        for fact in facts
        if isinstance(fact, CreditHold)
        and number_key(fact.number) not in released
        and (customer is None or number_key(fact.customer) == number_key(customer))
        and (order is None or number_key(fact.order) == number_key(order))
        and (at is None or fact.at == at)
    )


def release_hold(
    ledger: ReceivablesLedger, hold: str, *, number: str, on: date, by: str, reason: str
) -> HoldRelease:
    """The release of a hold by a person, for a reason, to be recorded.

    Raises what ``record`` raises for it: a hold that is not known, is released already, or is of a
    later day.
    """
    fact = HoldRelease(number=number, hold=hold, on=on, by=by, reason=reason)
    ledger.record(fact)
    return fact


def is_let_go(ledger: ReceivablesLedger, order: str, *, at: Stage, as_of: date) -> bool:
    """Whether a person released this order at this stage, and that still counts.

    At the shipment it counts for one delivery: one that was recorded later uses it up.
    """
    key, holds, let_go = number_key(order), set[str](), False
    for fact in ledger.facts_until(as_of):
        match fact:
            case CreditHold() if number_key(fact.order) == key and fact.at == at:
                holds.add(number_key(fact.number))
            case HoldRelease() if number_key(fact.hold) in holds and fact.by != BY_CHECK:
                let_go = True
            case Delivery() if number_key(fact.order) == key and at == "shipment":
                let_go = False
    return let_go
