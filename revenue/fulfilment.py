"""Delivery and acceptance (发货、验收): how a contract is fulfilled.

A delivery carries the part of each line's net that it delivers. The parts are the difference of
two cumulative shares, each rounded once, so whatever the deliveries of a line, their parts add up
to its net. The acceptance is the customer's word that all of it is there and works.

Where the books are kept in another currency each line bears the value of its net at the rate of the
day on which control passes (IAS 21.21; 企业会计准则第19号 第十条).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money, difference, exact, money_total, plain, total
from cpq.kernel.text import Code, Line, Number, number_key
from revenue.amount import NotNegative
from revenue.contract import Contract, ContractLine
from revenue.exchange import book_value, refuse_half_valued
from revenue.order import OrderLine, SalesOrder


class DeliveryLine(Frozen):
    """A delivered quantity: ``net`` is its part of the line's net, ``quantity_before`` what
    earlier deliveries of the contract's line delivered. ``booked`` is the value of the net in the
    book currency where the contract is in another one.

    >>> DeliveryLine(line="1", product="L-1", quantity="1", unit="pc",
    ...              net=Money("33.33", "CNY")).quantity_before
    Decimal('0')
    """

    line: Line
    product: Code
    quantity: Exact = Field(gt=0)
    quantity_before: Exact = Field(default=Decimal(0), ge=0)
    unit: Code
    net: NotNegative
    booked: NotNegative | None = added(None)


class Delivery(Frozen):
    """Goods that left for the customer on a day: control of them passes with it.

    ``net_before`` is the net of all earlier deliveries of the contract, whatever their order.
    """

    kind: Literal["delivery"] = "delivery"
    number: Number
    order: Number
    contract: Number
    on: date
    net_before: NotNegative
    lines: tuple[DeliveryLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "Delivery":
        refuse_half_valued([line.net for line in self.lines], [line.booked for line in self.lines])
        return self

    @property
    def net(self) -> Money:
        """The part of the contract's net that this delivery delivers."""
        return money_total((line.net for line in self.lines), self.lines[0].net.code)

    @property
    def booked(self) -> Money | None:
        """What its net is worth in the book currency, line by line; ``None`` if not valued."""
        values = [line.booked for line in self.lines if line.booked is not None]
        return money_total(values, values[0].code) if values else None


class Acceptance(Frozen):
    """The customer's acceptance of a delivered order, and who declared it (验收).

    >>> Acceptance(number="Y-1", order="SO-1", contract="HT-1", on=date(2026, 12, 1), by="Li").by
    'Li'
    """

    kind: Literal["acceptance"] = "acceptance"
    number: Number
    order: Number
    contract: Number
    on: date
    by: Line = Field(min_length=1)


def _own(order: SalesOrder, deliveries: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """The deliveries of this order among others."""
    key = number_key(order.number)
    return tuple(each for each in deliveries if number_key(each.order) == key)


def _delivered(deliveries: Iterable[Delivery]) -> dict[str, Decimal]:
    """What deliveries of one order or contract delivered, by line."""
    sums: dict[str, Decimal] = {}
    for delivery in deliveries:
        for line in delivery.lines:
            sums[line.line] = total((sums.get(line.line, Decimal(0)), line.quantity))
    return sums


def deliver(
    contract: Contract,
    order: SalesOrder,
    quantities: Mapping[str, Decimal | int | str],
    *,
    number: str,
    on: date,
    before: Iterable[Delivery] = (),
    rate: Decimal | int | str | None = None,
    books: str = "",
) -> Delivery:
    """A delivery of some quantity of some lines, in the units of the order.

    ``before`` are the earlier deliveries of the contract: those of its other orders count too, so
    that no two orders deliver a line beyond its quantity. ``rate`` is what one unit of the
    contract's currency is worth on that day in ``books``, the currency of the books; each line is
    converted and rounded half up, a contract in that currency is not. Raises ``Refused``:
    ``delivery.other_contract``, ``delivery.empty``, ``delivery.exceeds_order`` (or the contract),
    ``delivery.too_early`` (before the order); ``NotFound`` (``order.unknown_line``); ``Invalid``
    (``delivery.quantity_not_positive``, ``exchange.half_given``, ``exchange.bad_rate``).
    """
    if number_key(order.contract) != number_key(contract.number):
        raise Refused(
            "delivery.other_contract",
            f"order {order.number} belongs to contract {order.contract}, not {contract.number}",
            order=order.number,
            contract=contract.number,
        )
    if not quantities:
        raise Refused(
            "delivery.empty", f"delivery {number} delivers nothing; name a line and a quantity"
        )
    _refuse_early(number, on, earliest=order.on, what=f"order {order.number}", noun="delivery")
    key = number_key(contract.number)
    earlier = tuple(each for each in before if number_key(each.contract) == key)
    delivered, of_order = _delivered(earlier), _delivered(_own(order, earlier))
    bare = tuple(
        _delivery_line(
            order.line(line),
            contract.line(line),
            exact(quantity),
            before=delivered.get(line, Decimal(0)),
            of_order=of_order.get(line, Decimal(0)),
        )
        for line, quantity in quantities.items()
    )
    lines = tuple(each.with_(booked=book_value(each.net, rate=rate, books=books)) for each in bare)
    return Delivery(
        number=number,
        order=order.number,
        contract=contract.number,
        on=on,
        net_before=money_total((each.net for each in earlier), contract.currency),
        lines=lines,
    )


def _delivery_line(
    line: OrderLine, sold: ContractLine, quantity: Decimal, *, before: Decimal, of_order: Decimal
) -> DeliveryLine:
    if quantity <= 0:
        raise Invalid(
            "delivery.quantity_not_positive",
            f"line {line.line}: a delivery delivers more than 0; found {plain(quantity)}",
            line=line.line,
            quantity=quantity,
        )
    _refuse_excess(line, quantity, whole=line.quantity, before=of_order, what="ordered")
    _refuse_excess(line, quantity, whole=sold.quantity, before=before, what="in the contract")
    after = total((before, quantity))
    net, whole = sold.net, Fraction(sold.quantity)
    return DeliveryLine(
        line=line.line,
        product=line.product,
        quantity=quantity,
        quantity_before=before,
        unit=line.unit,
        net=net.share(Fraction(after) / whole) - net.share(Fraction(before) / whole),
    )


def _refuse_excess(
    line: OrderLine, quantity: Decimal, *, whole: Decimal, before: Decimal, what: str
) -> None:
    if total((before, quantity)) > whole:
        raise Refused(
            "delivery.exceeds_order",
            f"line {line.line}: {plain(whole)} {line.unit} {what}, {plain(before)} "
            f"delivered, {plain(quantity)} asked; deliver at most "
            f"{plain(difference(whole, before))}",
            line=line.line,
            ordered=whole,
            delivered=before,
            asked=quantity,
        )


def accept_delivery(
    order: SalesOrder, *, number: str, on: date, by: str, deliveries: Iterable[Delivery]
) -> Acceptance:
    """The acceptance of an order of which everything is delivered.

    Raises ``Refused``: ``acceptance.not_delivered`` naming what is missing,
    ``acceptance.too_early`` (before the last delivery).
    """
    own = _own(order, deliveries)
    delivered = _delivered(own)
    missing = {
        line.line: difference(line.quantity, delivered.get(line.line, Decimal(0)))
        for line in order.lines
        if delivered.get(line.line, Decimal(0)) < line.quantity
    }
    if missing:
        listed = ", ".join(f"{plain(rest)} of line {line}" for line, rest in missing.items())
        raise Refused(
            "acceptance.not_delivered",
            f"order {order.number} cannot be accepted yet: {listed} not delivered",
            order=order.number,
            missing=missing,
        )
    last = max(each.on for each in own)
    _refuse_early(number, on, earliest=last, what="the last delivery", noun="acceptance")
    return Acceptance(number=number, order=order.number, contract=order.contract, on=on, by=by)


def _refuse_early(number: str, on: date, *, earliest: date, what: str, noun: str) -> None:
    if on < earliest:
        raise Refused(
            f"{noun}.too_early",
            f"{noun} {number} is dated {on}, before {what} ({earliest}); date it that day or later",
            on=on,
            earliest=earliest,
        )
