"""Which price books are searched for a product's price (价目表适用), in which order, and why.

Explicit on the request, then that of an agreement, then the customer's own, then assignments to the
customer, to its groups from the nearest on, to its channel, to its region, then the default of the
catalogue. What is explicit, the customer's own or *forced* ends the search; from the others a
product that they do not price falls through to the next book in the same currency.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Literal, NamedTuple

from pydantic import model_validator

from cpq.customer import Customer
from cpq.kernel.errors import Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import Code, Line, LocalText

Level = Literal["explicit", "agreement", "customer", "group", "channel", "region", "default"]
"""Who chose a book, in the order in which they are asked."""

_LEVELS_ZH: Mapping[Level, str] = {
    "explicit": "指定",
    "agreement": "协议",
    "customer": "客户",
    "group": "客户组",
    "channel": "渠道",
    "region": "区域",
    "default": "默认",
}
_ANY_CURRENCY: Mapping[str, str] = {}


class BookAssignment(Frozen):
    """A price book for one customer, customer group, channel or region: exactly one of them.

    It holds while ``period`` does (days inclusive, in ``zone``, else in the catalogue's) and, where
    it names a ``currency``, for orders in that. Of several for the same, the higher ``priority`` is
    searched first; after a ``forced`` one nothing is.

    >>> BookAssignment(book="VIP-2026", customer_group="VIP").target
    ('group', 'VIP')
    """

    book: Code
    customer: Code | None = None
    customer_group: Code | None = None
    channel: Line = ""
    region: Line = ""
    priority: int = 0
    forced: bool = False
    currency: CurrencyCode | None = None
    period: Period = ALWAYS
    zone: str | None = None

    @model_validator(mode="after")
    def _is_for_one(self) -> "BookAssignment":
        zone(self.zone or "UTC")
        given = (self.customer, self.customer_group, self.channel, self.region)
        if sum(bool(value) for value in given) != 1:
            raise ValueError(
                f"an assignment of price book {self.book!r} names exactly one of customer, "
                "customer_group, channel and region"
            )
        return self

    @property
    def home(self) -> tzinfo:
        """The time zone of its days; UTC where neither it nor a catalogue names one."""
        return zone(self.zone or "UTC")

    @property
    def target(self) -> tuple[Level, str]:
        """Whom it is for."""
        if self.customer:
            return "customer", self.customer
        if self.customer_group:
            return "group", self.customer_group
        return ("channel", self.channel) if self.channel else ("region", self.region)


class Choice(NamedTuple):
    """A book that is searched, who chose it, and whether the search ends with it."""

    book: str
    level: Level
    by: str = ""
    final: bool = False

    @property
    def reason(self) -> LocalText:
        """Why it is searched, in words.

        >>> Choice("VIP-2026", "group", "VIP").reason.in_("en")
        'group VIP'
        """
        zh = _LEVELS_ZH[self.level]
        return LocalText(en=f"{self.level} {self.by}".strip(), zh=f"{zh} {self.by}".strip())


class _Row(NamedTuple):
    """A choice as its assignment says it."""

    choice: Choice
    priority: int = 0
    currency: str | None = None


class AssignmentLookup:
    """The assignments of a catalogue, ready to be asked; their order does not matter."""

    def __init__(self, assignments: Iterable[BookAssignment]) -> None:
        self._for: dict[tuple[Level, str], list[BookAssignment]] = {}
        for each in assignments:
            self._for.setdefault(each.target, []).append(each)
        for rows in self._for.values():
            rows.sort(key=lambda each: (-each.priority, each.book, not each.forced))

    def book_order(
        self,
        customer: Customer | None,
        *,
        at: datetime,
        explicit: str | None = None,
        agreement_book: str | None = None,
        default: str | None = None,
        currency: str | None = None,
        currencies: Mapping[str, str] = _ANY_CURRENCY,
    ) -> tuple[Choice, ...]:
        """The books in the order they are searched for a product's price; none where none is named.

        ``currencies`` are those of the books by code. Only books in ``currency`` are searched, else
        in that of the first; the customer's own and the default in any, where there is no other.
        Raises ``Refused`` (``price_book.tie``) where two assignments to the same with the same
        priority name different books.

        >>> lookup = AssignmentLookup([BookAssignment(book="WEB", channel="web")])
        >>> buyer = Customer(code="C-1", party={"name": "Hengtai"}, channel="web")
        >>> noon = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
        >>> [choice.book for choice in lookup.book_order(buyer, at=noon, default="LIST")]
        ['WEB', 'LIST']
        """
        if explicit:
            return (Choice(explicit, "explicit", final=True),)
        own = customer.price_book if customer else None
        order: dict[str, Choice] = {}
        wanted = currency
        for rows in self._asked(None if own else customer, agreement_book, at=at):
            told = [(row, row.currency or currencies.get(row.choice.book)) for row in rows]
            held = [row for row, its in told if wanted is None or its in (None, wanted)]
            _refuse_tie(held)
            for row, its in told:
                wanted = wanted or its
                if row in held and its in (None, wanted):
                    order.setdefault(row.choice.book, row.choice)
                    if row.choice.final:
                        return tuple(order.values())
        last = Choice(own, "customer", final=True) if own else Choice(default or "", "default")
        if last.book and (not order or wanted in (None, currencies.get(last.book, wanted))):
            order.setdefault(last.book, last)
        return tuple(order.values())

    def _asked(
        self, customer: Customer | None, agreement_book: str | None, *, at: datetime
    ) -> Iterator[list["_Row"]]:
        """What those say who choose, from the nearest on, each in the order of priorities."""
        if agreement_book:
            yield [_Row(Choice(agreement_book, "agreement"))]
        if customer is None:
            return
        targets: list[tuple[Level, str]] = [("customer", customer.code)]
        targets += [("group", group) for group in customer.groups]
        targets += [("channel", customer.channel), ("region", customer.region)]
        for level, name in targets:
            yield [
                _Row(Choice(each.book, level, name, each.forced), each.priority, each.currency)
                for each in self._for.get((level, name), ())
                if each.period.contains(at, each.home)
            ]


def book_order(
    customer: Customer | None,
    *,
    assignments: Iterable[BookAssignment] = (),
    at: datetime,
    explicit: str | None = None,
    agreement_book: str | None = None,
    default: str | None = None,
    currency: str | None = None,
) -> tuple[Choice, ...]:
    """As ``AssignmentLookup.book_order``, for who asks once.

    >>> noon = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
    >>> [str(choice.reason) for choice in book_order(None, at=noon, default="LIST")]
    ['default']
    """
    return AssignmentLookup(assignments).book_order(
        customer,
        at=at,
        explicit=explicit,
        agreement_book=agreement_book,
        default=default,
        currency=currency,
    )


def _refuse_tie(held: list[_Row]) -> None:
    """Raise where two of the same priority differ; ``held`` is in the order of priorities.

    Behind a forced one nothing is searched, so nothing there can tie.
    """
    for earlier, later in pairwise(held):
        one, two = earlier.choice, later.choice
        if earlier.priority > later.priority and one.final:
            return
        if earlier.priority == later.priority and one.book != two.book:
            raise Refused(
                "price_book.tie",
                f"price books {one.book!r} and {two.book!r} are both assigned to {two.level} "
                f"{two.by!r} with priority {later.priority}; raise one, or end one",
                books=(one.book, two.book),
            )
