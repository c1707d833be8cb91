"""The scene of a document (计价场景): books, currency, plan and rounding that its lines share."""

from datetime import date, datetime
from typing import NamedTuple

from cpq.assignment import Choice
from cpq.catalogue import Catalogue
from cpq.customer import Customer
from cpq.kernel.errors import NotFound
from cpq.kernel.money import RoundingPolicy
from cpq.kernel.period import zone
from cpq.plan import PricingPlan


class Scene(NamedTuple):
    """What all lines of one document share: where prices come from and what they are in."""

    books: tuple[Choice, ...]
    currency: str
    policy: RoundingPolicy
    plan: PricingPlan
    customer: Customer | None
    day: date


def scene_of(
    catalogue: Catalogue,
    buyer: Customer | None,
    *,
    at: datetime,
    plan: PricingPlan,
    policy: RoundingPolicy,
    book: str | None = None,
    currency: str | None = None,
) -> Scene:
    """The scene of a document for a buyer at an instant.

    Raises ``NotFound``: ``price_book.none``, ``price_book.unknown``, ``rate.unknown``.
    """
    own = None if currency is not None and catalogue.rates.rates else currency
    agreed = catalogue.contracts.book_for(buyer, at=at, currency=own)
    books: tuple[Choice, ...] = ()
    for wanted in dict.fromkeys((currency, own)):
        books = books or catalogue.choosing.book_order(
            buyer,
            at=at,
            explicit=book,
            agreement_book=agreed.book if agreed else None,
            default=catalogue.default_book,
            currency=wanted,
            currencies=catalogue.currencies,
        )
    if not books:
        raise NotFound(
            "price_book.none",
            "no price book: name one with book=, or give the customer or the catalogue one",
        )
    first = catalogue.prices.book(books[0].book)
    if currency not in (None, first.currency) and not catalogue.rates.rates:
        raise NotFound(
            "rate.unknown",
            f"prices are in {first.currency} and {currency} is asked for; give the catalogue "
            "exchange rates, or name a book in that currency",
        )
    day = at.astimezone(zone(catalogue.zone)).date()
    return Scene(books, currency or first.currency, policy, plan, buyer, day)
