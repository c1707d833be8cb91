"""Balances that grow with the facts: what is left of each document that settles or is settled.

A balance is a fold over facts, but folding all of them for every new one would make the cost of
recording grow with the ledger. So the ledger carries its fold along, as values that share what
did not change (``cpq.kernel.layers``).
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cpq.kernel.layers import Layers
from cpq.kernel.money import Money
from revenue.claim import Claim
from revenue.credit_note import CreditNote, Payable
from revenue.ledger.fact import Fact
from revenue.rebate.fact import RebateFact
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.retention import Retention
from revenue.writeoff import WriteOff


class Move(NamedTuple):
    """What a fact took from (negative) or gave back to a balance, from a day on; ``book`` is what
    it moved in the book currency, of a document that bears a value there.
    """

    on: date
    amount: Money
    book: Money | None = None

    def with_(self, other: "Move") -> "Move":
        """Both moves of one day as one."""
        return Move(self.on, self.amount + other.amount, added_up(self.book, other.book))


def added_up(first: Money | None, second: Money | None) -> Money | None:
    """The sum of what is there.

    >>> added_up(None, Money("2", "CNY")), added_up(None, None)
    (Money('2', 'CNY'), None)
    """
    if first is None or second is None:
        return second if first is None else first
    return first + second


Document = Receivable | Receipt | CreditNote | Payable | Retention | WriteOff
"""What a settlement takes from."""


def value_of(document: Document) -> Money | None:
    """What all of a document is worth in the books where that is not its amount: in their currency,
    or of an advance with output VAT inside the net.

    >>> paid = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1), advance=True,
    ...                amount=Money("113", "CNY"), tax=Money("13", "CNY"))
    >>> value_of(paid)
    Money('100.00', 'CNY')
    """
    if isinstance(document, WriteOff):
        return None
    if isinstance(document, Receipt) and document.tax is not None:
        return document.amount - document.tax
    return document.booked


class Balance(NamedTuple):
    """What is left of a document: of a receivable it is open, of a receipt free, of a write-off
    not recovered, of a claim owed or settled, of a rebate owed (its document is the earliest fact
    of it). ``last_on`` is the latest day on which it moved; ``moves`` are the sums of each day on
    which it did, by day. ``book`` is what is left of its ``value_of``, where it has one, and
    ``revalued`` what was left of the document when only that value moved last.
    """

    document: Document | Claim | RebateFact
    customer: str
    left: Money
    last_on: date
    moves: tuple[Move, ...] = ()
    book: Money | None = None
    revalued: Money | None = None

    def moved(self, move: Move) -> "Balance":
        """The balance after one more move, whenever it took place."""
        return Balance(
            self.document,
            self.customer,
            self.left + move.amount,
            max(self.last_on, move.on),
            self._with(move),
            added_up(self.book, move.book),
            self.revalued if move.amount.amount else self.left,
        )

    def _with(self, move: Move) -> tuple[Move, ...]:
        moves = self.moves
        place = bisect_left(moves, move.on, key=lambda each: each.on)
        if place < len(moves) and moves[place].on == move.on:
            return (*moves[:place], moves[place].with_(move), *moves[place + 1 :])
        return (*moves[:place], move, *moves[place:])

    def left_on(self, as_of: date | None) -> Money:
        """What is left at the end of a day (``None``: after everything), 0 before it began."""
        if as_of is None or as_of >= self.last_on:
            return self.left
        left = self.left
        if as_of < self.document.on:
            return left - left
        for move in reversed(self.moves):
            if move.on <= as_of:
                break
            left = left - move.amount
        return left

    def book_on(self, as_of: date | None) -> Money | None:
        """What is left of the value in the book currency at the end of a day."""
        book = self.book
        if book is None or as_of is None or as_of >= self.last_on:
            return book
        if as_of < self.document.on:
            return book - book
        for move in reversed(self.moves):
            if move.on <= as_of:
                break
            book = book if move.book is None else book - move.book
        return book

    def share_of_book(self, amount: Money) -> Money | None:
        """The book value of ``amount`` of what is left: its share, rounded half up, and all of it
        for all that is left and for more, which is refused elsewhere.
        """
        if self.book is None or amount >= self.left:
            return self.book
        return self.book.share(amount.ratio_to(self.left))

    def available_from(self, on: date) -> Money:
        """What can be taken on a day: the least that is left on it or on any later day.

        A fact may be dated before facts that are recorded already; what they took later is not
        there to be taken earlier.
        """
        return self.span_from(on)[0]

    def span_from(self, on: date) -> tuple[Money, Money]:
        """The least and the most that is left on a day or on any later one, 0 before it began."""
        least = most = left = self.left
        if on < self.document.on:
            return left - left, left - left
        for move in reversed(self.moves):
            if move.on <= on:
                break
            left = left - move.amount
            least, most = min(least, left), max(most, left)
        return least, most


Key = tuple[str, str]
"""A document: its kind and ``number_key`` of its number."""


@dataclass(slots=True)
class Balances:
    """The fold over all facts of a ledger: a draft inside ``record``, a value once ``sealed``.

    ``reversals`` maps a settlement to the number of its reversal, ``receivables`` a customer to
    its receivables as recorded, ``delivered`` (contract, line) to a quantity, ``delivered_net`` a
    contract to an amount, ``currencies`` a contract to the currency of its deliveries and invoices
    (a rebate agreement to that of its rebates), ``books`` a contract to the currency in which these
    are valued (``""``: in none), ``covered`` a receivable to the invoice that billed it later,
    ``billed`` (contract, line) to a gross amount,
    ``owed`` an invoice to its receivables' sum,
    ``claimed`` (contract, funder, promotion, line, tax code) to what was claimed of it, and (claim,
    line, tax code) to what was reversed of it. ``about`` maps a kind of facts and what they are
    about (``revenue.ledger.series.about``) to those facts, ``closed`` nothing (``""``) to the day
    through which the books are closed.
    """

    facts: Layers[Key, Fact] = field(default_factory=Layers)
    documents: Layers[Key, Balance] = field(default_factory=Layers)
    reversals: Layers[str, str] = field(default_factory=Layers)
    receivables: Layers[str, tuple[str, ...]] = field(default_factory=Layers)
    delivered: Layers[tuple[str, str], Decimal] = field(default_factory=Layers)
    delivered_net: Layers[str, Money] = field(default_factory=Layers)
    currencies: Layers[str, str] = field(default_factory=Layers)
    books: Layers[str, str] = field(default_factory=Layers)
    covered: Layers[str, str] = field(default_factory=Layers)
    billed: Layers[tuple[str, str], Money] = field(default_factory=Layers)
    owed: Layers[str, Money] = field(default_factory=Layers)
    claimed: Layers[tuple[str, ...], Money] = field(default_factory=Layers)
    about: Layers[Key, tuple[Fact, ...]] = field(default_factory=Layers)
    closed: Layers[str, date] = field(default_factory=Layers)

    def draft(self) -> "Balances":
        """A copy for one call of ``record``."""
        return Balances(*(getattr(self, name).draft() for name in self.__slots__))

    def sealed(self) -> "Balances":
        """The draft as a value."""
        return Balances(*(getattr(self, name).sealed() for name in self.__slots__))

    def move(self, key: Key, on: date, amount: Money, book: Money | None = None) -> None:
        """Take from or give back to a document; only in a draft."""
        balance = self.documents.get(key)
        assert balance is not None, f"{key} was found before it moves"
        self.documents.put(key, balance.moved(Move(on, amount, book)))
