"""Delivery and acceptance."""

from revenue import ReceivablesLedger, accept_delivery, bill, deliver
from revenue.testing import example_deliveries
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, EARLY, LATE, contract, order, untouched, usd


@reproduces(
    "delivery.other_contract",
    en="The order belongs to another contract than the one that is delivered.",
    zh="订单不属于该合同。",
    do="Give the contract of the order.",
    names=("SO-1", "HT-2026-017", "HT-2"),
)
def an_order_of_another_contract() -> None:
    deliver(contract().with_(number="HT-2"), order(), {"1": 1}, number="D-1", on=DAY)


@reproduces(
    "delivery.empty",
    en="A delivery delivers nothing.",
    zh="发货单没有行。",
    do="Name at least one line with its quantity.",
    names="D-1",
)
def a_delivery_of_nothing() -> None:
    deliver(contract(), order(), {}, number="D-1", on=DAY)


@reproduces(
    "delivery.quantity_not_positive",
    en="A delivered quantity is 0 or less.",
    zh="发货数量必须大于零。",
    do="Give a quantity above 0; goods that come back are another document.",
    names=("line 1", "found 0"),
)
def a_delivery_of_zero() -> None:
    deliver(contract(), order(), {"1": 0}, number="D-1", on=DAY)


@reproduces(
    "delivery.exceeds_order",
    en="More is delivered of a line than was ordered, or than the contract holds.",
    zh="发货数量超过订单或合同数量。",
    do="Deliver at most what the message says is left.",
    names=("3 pc ordered", "0 delivered", "4 asked", "at most 3"),
)
def more_than_ordered() -> None:
    deliver(contract(), order(), {"1": 4}, number="D-1", on=DAY)


@reproduces(
    "delivery.too_early",
    en="The delivery is dated before its order.",
    zh="发货日早于订单日。",
    do="Date it on the day of the order or later.",
    names=("D-1", "2026-11-01", "2026-11-29"),
)
def a_delivery_before_its_order() -> None:
    deliver(contract(), order(), {"1": 1}, number="D-1", on=EARLY)


@reproduces(
    "delivery.out_of_date",
    en="The delivery was made without knowing of an earlier one that is recorded.",
    zh="发货单未计入此前已登记的发货，须重做。",
    do="`deliver()` it again with `before=` all recorded deliveries of the contract.",
    names=("D-2", "SO-1", "when 0.00 CNY", "now 1234.57 CNY"),
)
def two_deliveries_at_once() -> None:
    first = deliver(contract(), order(), {"1": 1}, number="D-1", on=DAY)
    second = deliver(contract(), order(), {"1": 1}, number="D-2", on=DAY)
    ledger = ReceivablesLedger().record(first)
    with untouched(ledger):
        ledger.record(second)


@reproduces(
    "delivery.currency_mismatch",
    en="A delivery is in another currency than what is recorded of its contract.",
    zh="发货单币种与合同已登记的币种不同。",
    do="Deliver from the contract that the message names, in its currency.",
    names=("D-1", "HT-2026-017", "CNY and USD"),
)
def a_delivery_in_another_currency() -> None:
    one = deliver(contract(), order(), {"1": 1}, number="D-1", on=DAY)
    lines = (one.lines[0].with_(net=usd("1.00")),)
    ledger = ReceivablesLedger().record(*bill(contract(), event="signing", on=DAY, number="INV-1"))
    with untouched(ledger):
        ledger.record(one.with_(net_before=usd("0.00"), lines=lines))


@reproduces(
    "acceptance.not_delivered",
    en="An order is accepted (验收) before all of it was delivered.",
    zh="货物未全部发出，不能验收。",
    do="Deliver what the message names first.",
    names=("SO-1", "2 of line 1"),
)
def accepting_half() -> None:
    first, _ = example_deliveries(contract(), order())
    accept_delivery(order(), number="Y-1", on=LATE, by="Li Wei", deliveries=[first])


@reproduces(
    "acceptance.too_early",
    en="The acceptance is dated before the last delivery.",
    zh="验收日早于最后一次发货。",
    do="Date it on the day of the last delivery or later.",
    names=("Y-1", "2026-12-01", "2026-12-08"),
)
def accepting_before_delivery() -> None:
    deliveries = example_deliveries(contract(), order())
    accept_delivery(order(), number="Y-1", on=DAY, by="Li Wei", deliveries=deliveries)
