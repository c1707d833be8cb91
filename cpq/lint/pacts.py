"""Agreements as the checks go through them (协议清单): when they hold, and for whom."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from cpq.agreement import AgreedPrice, PriceAgreement
from cpq.customer import Customer
from cpq.kernel.errors import DomainError
from cpq.kernel.period import zone
from cpq.lint.ground import Ground, Scope
from cpq.lint.spans import Span

Target = tuple[str, str]
"""``("customer", code)``, ``("group", code)`` or ``("campaign", "")``."""


class Pact(NamedTuple):
    """An agreement, when it holds from the day of the check on, and when it started."""

    agreement: PriceAgreement
    span: Span
    started: datetime

    @property
    def target(self) -> Target:
        """With whom it is made."""
        if self.agreement.customer:
            return "customer", self.agreement.customer
        if self.agreement.customer_group:
            return "group", self.agreement.customer_group
        return "campaign", ""


class Pacts:
    """The agreements of a catalogue that are not over, by code, and who they are for."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.every = list(_held(ground))
        self.by_target: dict[Target, list[Pact]] = {}
        for pact in self.every:
            self.by_target.setdefault(pact.target, []).append(pact)
        self._customers = {each.code: each for each in ground.catalogue.customers}
        self.members: dict[str, list[Customer]] = {}
        for customer in sorted(ground.catalogue.customers, key=lambda each: each.code):
            for group in dict.fromkeys(customer.groups):
                self.members.setdefault(group, []).append(customer)
        self._books: dict[object, tuple[str, ...]] = {}

    def customers(self, pact: Pact) -> Sequence[Customer]:
        """The customers that an agreement names, by itself or by their group."""
        kind, code = pact.target
        if kind == "group":
            return self.members.get(code, ())
        return [self._customers[code]] if code in self._customers else []

    def books(self, pact: Pact) -> tuple[str, ...]:
        """The books whose prices an agreement may meet; none where nobody can say."""
        key = (pact.target, pact.agreement.price_book, pact.span[0])
        found = self._books.get(key)
        if found is None:
            found = self._books[key] = tuple(sorted(self._books_of(pact)))
        return found

    def _books_of(self, pact: Pact) -> set[str]:
        ground, found = self.ground, set[str]()
        buyers: list[Customer | None] = [*self.customers(pact)]
        if pact.target[0] == "campaign" or pact.agreement.covers_children:
            buyers = [None, *ground.catalogue.customers]
        for buyer in buyers:
            try:
                order = ground.catalogue.choosing.book_order(
                    buyer,
                    at=pact.span[0],
                    agreement_book=pact.agreement.price_book,
                    default=ground.catalogue.default_book,
                    currencies=ground.catalogue.currencies,
                )
            except DomainError:
                return set()
            found.update(choice.book for choice in order)
        return found & {*ground.catalogue.currencies}


def _held(ground: Ground) -> Iterator[Pact]:
    for agreement in sorted(ground.catalogue.agreements, key=lambda each: each.code):
        home = zone(agreement.zone or ground.catalogue.zone)
        span = ground.span(agreement.period, home)
        if span is not None:
            yield Pact(agreement, span, agreement.period.bounds(home)[0])


def scope_of(line: AgreedPrice) -> Scope:
    """What a line prices."""
    return (line.product, line.category)


def applied(
    pact: Pact,
    line: AgreedPrice,
    *,
    book: Fraction,
    listed: Fraction | None,
    scale: Fraction | int,
) -> Fraction | None:
    """What a line makes of the prices per asked unit; ``None`` where it makes nothing or no less.

    One asked unit is ``scale`` of the unit that the line is written in.
    """
    kind, figure = line.said
    left_over = (100 - Fraction(figure)) / 100
    if kind == "percent_off_book":
        price: Fraction | None = book * left_over
    elif kind == "percent_off_list":
        price = None if listed is None else listed * left_over
    else:
        price = Fraction(figure) * scale
    bounds = pact.agreement.is_campaign or kind == "not_above"
    return None if price is None or (bounds and price >= book) else price


def share_a_currency(one: PriceAgreement, other: PriceAgreement) -> bool:
    """Whether both can hold for one order."""
    return None in (one.currency, other.currency) or one.currency == other.currency
