"""What a customer owes and will owe, part by part (信用敞口).

    exposure = receivables + unbilled + released and undelivered
               − billed ahead − usable prepayments − cover

Every part has a name and a sign and stands beside the others: which of them count, and whether one
has a limit of its own, is a matter of the limit. All of it is a fold over the ledger as of a day.
Whoever decides on it must hold the ledger while it is read and until the decision is recorded:
two orders that were each checked against the same free rest would otherwise both be let through.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, get_args

from pydantic import model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.text import Code, Number, number_key
from revenue.contract import Contract
from revenue.credit.hold import live_holds
from revenue.credit.position import ContractPosition, positions
from revenue.credit_limit import ExposurePart, PartLimit
from revenue.ledger import OpenItem, ReceivablesLedger
from revenue.order import SalesOrder
from revenue.receipt import Identification, Receipt
from revenue.reminder import Reminder
from revenue.risk import Rates, converted, counted_records

PARTS: Final[tuple[ExposurePart, ...]] = get_args(ExposurePart)
"""Every part of an exposure, in the order in which they are shown."""

LOWERING: Final[tuple[ExposurePart, ...]] = ("billed_ahead", "prepaid", "cover")
"""Parts that lower the exposure: their amounts are 0 or less."""


class ExposureAmount(Frozen):
    """What one part adds to the exposure; below 0, what it takes off."""

    part: ExposurePart
    amount: Money


class OverdueItem(Frozen):
    """A receivable that is overdue: what is open of it, in book currency, and for how long."""

    receivable: Number
    open: Money
    days: int


class Exposure(Frozen):
    """What a customer owes and will owe at the end of a day, in book currency, by part.

    ``open_items`` is how many receivables are open, ``overdue`` those past their due day with the
    longest first, ``dunning_level`` the highest level that an open one was reminded at.
    """

    customer: Code
    as_of: date
    currency: CurrencyCode
    amounts: tuple[ExposureAmount, ...]
    open_items: int = 0
    overdue: tuple[OverdueItem, ...] = ()
    dunning_level: int = 0

    @model_validator(mode="after")
    def _holds_together(self) -> "Exposure":
        parts = [each.part for each in self.amounts]
        if len(set(parts)) < len(parts):
            raise ValueError("each part of an exposure stands once")
        for part, amount in ((each.part, each.amount) for each in self.amounts):
            if amount.code != self.currency:
                raise ValueError(f"{part} is in {amount.code}, the exposure in {self.currency}")
            if (amount.amount > 0) if part in LOWERING else (amount.amount < 0):
                raise ValueError(f"{part} has the wrong sign: {amount}")
        return self

    def amount(self, part: ExposurePart) -> Money:
        """What one part adds; 0 where it is not there."""
        found = (each.amount for each in self.amounts if each.part == part)
        return next(found, Money.zero(self.currency))

    @property
    def total(self) -> Money:
        """The sum of all parts; below 0 where more is paid or insured than owed."""
        return money_total((each.amount for each in self.amounts), self.currency)

    def counted(self, parts: Iterable[PartLimit] = ()) -> Money:
        """The sum of the parts that count: all but those that ``parts`` leave out."""
        left_out = {each.part for each in parts if not each.included}
        included = (each.amount for each in self.amounts if each.part not in left_out)
        return money_total(included, self.currency)

    def plus(self, part: ExposurePart, amount: Money) -> "Exposure":
        """The exposure with ``amount`` more in one part."""
        return self.with_(
            amounts=tuple(
                ExposureAmount(part=name, amount=self.amount(name) + amount)
                if name == part
                else ExposureAmount(part=name, amount=self.amount(name))
                for name in PARTS
            )
        )


def exposure_of(
    customer: str, amounts: Mapping[ExposurePart, Money], *, as_of: date, currency: str
) -> Exposure:
    """An exposure whose parts the host knows: amounts in ``currency``, those that lower it below 0.

    >>> found = exposure_of("C-1", {"not_due": Money("300", "CNY"), "prepaid": Money("-50", "CNY")},
    ...                     as_of=date(2026, 11, 22), currency="CNY")
    >>> found.total
    Money('250.00', 'CNY')
    """
    zero = Money.zero(currency)
    return Exposure(
        customer=customer,
        as_of=as_of,
        currency=currency,
        amounts=tuple(
            ExposureAmount(part=part, amount=zero + amounts.get(part, zero)) for part in PARTS
        ),
    )


def exposure(
    ledger: ReceivablesLedger,
    customer: str,
    *,
    contracts: Iterable[Contract] = (),
    orders: Iterable[SalesOrder] = (),
    as_of: date,
    currency: str,
    rates: Rates | None = None,
    draft: Money | None = None,
    other: Money | None = None,
    though_held: Iterable[str] = (),
) -> Exposure:
    """The exposure of a customer at the end of a day, in the book currency.

    ``contracts`` and ``orders`` are all that the host has of the customer, those of others do not
    count; an order that is held (at "order") is not released and does not count either, but for the
    numbers in ``though_held``. Each amount in another currency is turned at ``rates``, rounded half
    up. ``draft`` and ``other`` are what only the host knows. Raises ``Invalid``
    (``credit.no_rate``), ``Refused`` (``exposure.no_contract``).

    >>> from revenue.receivable import Receivable
    >>> ledger = ReceivablesLedger().record(Receivable(number="AR-1", customer="C-1",
    ...     on=date(2026, 11, 1), due_on=date(2026, 11, 30), amount=Money("600", "CNY")))
    >>> exposure(ledger, "C-1", as_of=date(2026, 12, 10), currency="CNY").overdue[0].days
    10
    """
    held = {number_key(hold.order) for hold in live_holds(ledger, as_of=as_of, at="order")}
    held -= {number_key(number) for number in though_held}
    released = [each for each in orders if number_key(each.number) not in held]
    found = positions(ledger, customer, contracts=contracts, orders=released, as_of=as_of)
    items = ledger.open_items(customer, as_of=as_of)
    turn = _Turned(currency, rates or {})
    late = [item for item in items if item.days_overdue]
    amounts: dict[ExposurePart, Money] = {
        "not_due": turn.items(item for item in items if not item.days_overdue),
        "overdue": turn.items(late),
        "unbilled": turn.sum((each.unbilled, each.contract) for each in found),
        "undelivered": turn.sum((each.undelivered, each.contract) for each in found),
        "draft": turn.sum([] if draft is None else [(draft, "draft")]),
        "other": turn.sum([] if other is None else [(other, "other")]),
        "billed_ahead": -turn.sum((each.billed_ahead, each.contract) for each in found),
        "prepaid": -turn.sum(_usable(ledger, customer, found, items, as_of)),
        "cover": -turn.sum(
            (record.amount, f"risk record {record.number}")
            for record in counted_records(ledger.facts, customer, as_of=as_of)
            if record.type == "insurance_cover" and record.amount is not None
        ),
    }
    return Exposure(
        customer=customer,
        as_of=as_of,
        currency=currency,
        amounts=tuple(ExposureAmount(part=part, amount=amounts[part]) for part in PARTS),
        open_items=len(items),
        overdue=_overdue(late, turn),
        dunning_level=_dunning_level(ledger, customer, items, as_of),
    )


class _Turned:
    """Amounts in the book currency."""

    def __init__(self, currency: str, rates: Rates) -> None:
        self.currency, self.rates = currency, rates

    def one(self, amount: Money, what: str) -> Money:
        return converted(amount, self.currency, rates=self.rates, what=what)

    def sum(self, amounts: Iterable[tuple[Money, str]]) -> Money:
        return money_total((self.one(amount, what) for amount, what in amounts), self.currency)

    def items(self, items: Iterable[OpenItem]) -> Money:
        return self.sum((item.open, f"receivable {item.receivable.number}") for item in items)


def _overdue(items: Iterable[OpenItem], turn: _Turned) -> tuple[OverdueItem, ...]:
    found = [
        OverdueItem(
            receivable=item.receivable.number,
            open=turn.one(item.open, f"receivable {item.receivable.number}"),
            days=item.days_overdue or 0,
        )
        for item in items
    ]
    return tuple(sorted(found, key=lambda item: (-item.days, number_key(item.receivable))))


def _dunning_level(
    ledger: ReceivablesLedger, customer: str, items: Iterable[OpenItem], as_of: date
) -> int:
    key, still = number_key(customer), {number_key(item.receivable.number) for item in items}
    return max(
        (
            fact.level
            for fact in ledger.facts_until(as_of)
            if isinstance(fact, Reminder)
            and number_key(fact.customer) == key
            and still.intersection(map(number_key, fact.receivables))
        ),
        default=0,
    )


def _usable(
    ledger: ReceivablesLedger,
    customer: str,
    found: Iterable[ContractPosition],
    items: Iterable[OpenItem],
    as_of: date,
) -> list[tuple[Money, str]]:
    """What is on account, less what is directed to a contract beyond all that it comes to."""
    usable = [(free, "money on account") for free in ledger.on_account(customer, as_of=as_of)]
    rooms: dict[tuple[str, str], Money] = {}
    for place in found:
        room = place.unbilled + place.undelivered - place.billed_ahead
        rooms[number_key(place.contract), room.code] = room
    for item in items:
        owed = number_key(item.receivable.contract), item.open.code
        rooms[owed] = rooms.get(owed, Money.zero(item.open.code)) + item.open
    for (contract, code), free in _directed(ledger, customer, as_of).items():
        room = rooms.get((contract, code), Money.zero(code))
        if free > room:
            usable.append((room - free, f"money directed to contract {contract}"))
    return usable


def _directed(
    ledger: ReceivablesLedger, customer: str, as_of: date
) -> dict[tuple[str, str], Money]:
    """What is free of receipts that pay one contract only, by contract and currency (定向预收)."""
    key, sums = number_key(customer), dict[tuple[str, str], Money]()
    for fact in ledger.facts_until(as_of):
        if isinstance(fact, Receipt | Identification) and fact.contract:
            if number_key(fact.customer) != key:
                continue
            free = ledger.free_amount(fact.number, as_of=as_of)
            place = number_key(fact.contract), free.code
            sums[place] = sums.get(place, Money.zero(free.code)) + free
    return sums
