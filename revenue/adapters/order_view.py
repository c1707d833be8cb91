"""The order confirmation as its template prints it (订单确认书).

The order says what is delivered, the contract at what price: so the confirmation needs both, and
they must agree. The amounts are those of the contract, to the cent; the sums are checked.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cpq.adapters.hand import Hand
from cpq.adapters.layout import Layout
from cpq.adapters.view import TaxView, TotalView
from cpq.adapters.words import Phrase
from cpq.kernel.errors import Refused
from cpq.kernel.money import money_total, plain, rounded_fraction
from cpq.kernel.text import LocalText
from revenue.adapters.print_sums import Share, addition, refuse_other_contract, tax_rows
from revenue.adapters.print_view import (
    TableView,
    Written,
    column,
    paper_view,
    print_hand,
    refuse_if_too_long,
    refuse_unless_equal,
    table_view,
)
from revenue.contract import Contract, ContractLine, Instalment
from revenue.order import SalesOrder

_PRICE_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineView:
    """A row of the lines; ``price`` is the net price of one unit, empty where none is shown.

    ``by_parts``: the lines below it hold its price, and it has no amounts of its own.
    """

    number: str
    level: int
    has_parts: bool
    by_parts: bool
    name: Phrase
    code: str
    quantity: str
    unit: Phrase
    price: str
    percent: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRowView:
    """An instalment of the payment plan."""

    index: str
    falls_due: Phrase
    percent: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order confirmation, ready to print; empty text and ``None`` for what is not there."""

    opening: Phrase
    currency: str
    total: str
    in_words: str
    delivery: Phrase | None
    lines: tuple[OrderLineView, ...]
    table: TableView
    prices: bool
    taxes: tuple[TaxView, ...]
    totals: tuple[TotalView, ...]
    plan: tuple[PlanRowView, ...]
    reply: Phrase | None


def order_view(
    order: SalesOrder,
    contract: Contract,
    layout: Layout,
    *,
    delivery: LocalText | None = None,
    reply_days: int | None = None,
    draft: bool = False,
) -> Written[OrderView]:
    """The confirmation of an order under its contract; ``delivery`` are its terms of delivery.

    With ``reply_days`` it says that it is taken as correct unless the customer answers within so
    many days. Raises ``Refused``: ``document.other_contract``, ``document.not_whole`` (the order
    is not of all that the contract prices), ``document.too_long``, ``document.does_not_add_up``.
    """
    _refuse_other(order, contract)
    refuse_if_too_long(len(order.lines), f"order {order.number}", "split the order")
    hand = print_hand(layout, currency=contract.currency, table="order")
    day = hand.figures.day
    paper = paper_view(
        hand,
        layout,
        number=order.number,
        strip=(
            ("date", day(order.on)),
            ("contract", contract.number),
            ("quote", contract.quote),
            ("currency", contract.currency),
        ),
        customer=contract.customer.party,
        seller=contract.seller,
        on=order.on,
        draft=draft,
    )
    lines, prices = _lines(contract, hand)
    view = OrderView(
        opening=hand.say("opening", contract=contract.number, signed_on=day(contract.signed_on)),
        currency=contract.currency,
        total=hand.figures.money(contract.gross),
        in_words=hand.in_capitals(contract.gross),
        delivery=hand.given(delivery) if delivery else None,
        lines=lines,
        table=_table(lines, hand, prices=prices, total=hand.figures.money(contract.gross)),
        prices=prices,
        taxes=tax_rows(_shares(contract), hand),
        totals=_totals(contract, hand),
        plan=_plan(contract, hand),
        reply=_reply(reply_days, hand),
    )
    return Written(paper, view, hand)


def _refuse_other(order: SalesOrder, contract: Contract) -> None:
    refuse_other_contract(f"order {order.number}", order.contract, contract)
    wanted = {line.line: line.quantity for line in contract.lines}
    found = {line.line: line.quantity for line in order.lines}
    if wanted != found:
        odd = next(
            number for number in (*wanted, *found) if wanted.get(number) != found.get(number)
        )
        told = [plain(each.get(odd, Decimal(0))) for each in (found, wanted)]
        raise Refused(
            "document.not_whole",
            f"order {order.number} has {told[0]} of line {odd}, contract {contract.number} prices "
            f"{told[1]}; confirm an order of all that the contract prices",
            order=order.number,
            line=odd,
        )


def _lines(contract: Contract, hand: Hand) -> tuple[tuple[OrderLineView, ...], bool]:
    """The rows, and whether their unit prices are shown: where each can be told exactly."""
    numbers = {line.line for line in contract.lines}
    parents = {above for number in numbers for above in _above(number)}
    units = [_unit_price(line) for line in contract.lines]
    prices = None not in units
    return tuple(
        _line(line, hand, price if prices else None, numbers, has_parts=line.line in parents)
        for line, price in zip(contract.lines, units, strict=True)
    ), prices


def _line(
    line: ContractLine, hand: Hand, price: Decimal | None, numbers: set[str], *, has_parts: bool
) -> OrderLineView:
    write = hand.figures.amount
    by_parts = has_parts and not line.gross.amount
    return OrderLineView(
        number=line.line,
        level=min(sum(above in numbers for above in _above(line.line)), 4),
        has_parts=has_parts,
        by_parts=by_parts,
        name=hand.spoken.phrase(line.name),
        code=line.product,
        quantity=hand.figures.number(line.quantity),
        unit=hand.unit(line.unit),
        price="" if by_parts or price is None else write(price),
        percent="" if by_parts else hand.figures.percent(line.tax_percent),
        net="" if by_parts else write(line.net.amount),
        tax="" if by_parts else write(line.tax.amount),
        gross="" if by_parts else write(line.gross.amount),
    )


def _above(number: str) -> list[str]:
    """The numbers of the lines above a line: ``1.2.3`` has ``1.2`` and ``1``."""
    parts = number.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def _unit_price(line: ContractLine) -> Decimal | None:
    """What one unit costs before tax; ``None`` where it has too many decimals to be written."""
    price = Fraction(line.net.amount) / Fraction(line.quantity)
    written = rounded_fraction(price, _PRICE_PLACES)
    return written if Fraction(written) == price else None


def _table(lines: tuple[OrderLineView, ...], hand: Hand, *, prices: bool, total: str) -> TableView:
    counted = (f"{line.quantity} {line.unit.text} {line.unit.other}" for line in lines)
    price = (column(hand, "net_price", (line.price for line in lines), 18),) if prices else ()
    return table_view(
        column(hand, "line", (line.number for line in lines), 9),
        None,
        column(hand, "quantity", counted, 15),
        *price,
        column(hand, "net_amount", (line.net for line in lines), 20),
        column(hand, "tax_rate", (line.percent for line in lines), 9),
        column(hand, "tax_of_line", (line.tax for line in lines), 18),
        column(hand, "gross_amount", (line.gross for line in lines), 22),
        total=total,
    )


def _totals(contract: Contract, hand: Hand) -> tuple[TotalView, ...]:
    planned = money_total((part.amount for part in contract.instalments), contract.currency)
    what = f"contract {contract.number}"
    refuse_unless_equal(planned, contract.gross, what)
    return addition(_shares(contract), net=contract.net, gross=contract.gross, hand=hand, what=what)


def _shares(contract: Contract) -> list[Share]:
    return [Share(line.tax_percent, line.net, line.tax) for line in contract.lines]


def _plan(contract: Contract, hand: Hand) -> tuple[PlanRowView, ...]:
    return tuple(
        PlanRowView(
            index=str(part.index),
            falls_due=falls_due(part, hand),
            percent=hand.figures.percent(part.percent),
            amount=hand.figures.amount(part.amount.amount),
        )
        for part in contract.instalments
    )


def falls_due(part: Instalment, hand: Hand) -> Phrase:
    """When an instalment falls due, in words: ``30 days after delivery``."""
    if not part.days:
        return hand.say(f"due_{part.event}")
    return hand.say(f"due_after_{part.event}", days=str(part.days))


def _reply(days: int | None, hand: Hand) -> Phrase | None:
    if days is None:
        return None
    return hand.say("reply_within_one" if days == 1 else "reply_within", days=str(days))
