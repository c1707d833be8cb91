"""What a product costs in a book at an instant, quantity by quantity (价格曲线), and by which tier.

The rule of price books (``cpq.pricebook.resolve``) is followed without its trace, because a linter
asks it for every tier of every product: a law holds that the prices are those that pricing finds.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import DomainError
from cpq.kernel.period import zone
from cpq.lint.ground import Ground, dated
from cpq.lint.spans import BEGINNING, Span, meets, merged
from cpq.lint.winning import (
    Rows,
    makes_a_price,
    priced,
    stands_on_more,
    start_of,
    starts_at_once,
)
from cpq.pricebook import (
    Asked,
    Grounds,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    Tier,
    Value,
)

_ONE = Fraction(1)


class Won(NamedTuple):
    """The entry that made the price in one book of a chain, and the tier that was reached."""

    book: PriceBook
    version: PriceBookVersion
    entry: PriceBookEntry
    tier: Tier


class Answer(NamedTuple):
    """A price per unit, in the currency of the book that was asked; ``None``: there is none.

    ``won`` are the entries that made it, the root's first. ``refused``: pricing would refuse.
    ``listed`` is the price of the root, in the currency of the root.
    """

    value: Value | None
    won: tuple[Won, ...] = ()
    refused: bool = False
    listed: Value | None = None


_NOTHING = Answer(None)


class Piece(NamedTuple):
    """From ``start`` on, up to the next piece, the price is the same."""

    start: Fraction
    answer: Answer


_ONE = Fraction(1)


class Schedule:
    """The prices of a catalogue as the checks ask for them; every answer is kept."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._prices = ground.catalogue.prices
        self._moments: dict[str, tuple[datetime, ...]] = {}
        self._dated: dict[str, list[tuple[PriceBook, PriceBookVersion, Span]]] = {}
        self._versions: dict[tuple[str, datetime], tuple[PriceBookVersion, bool] | None] = {}
        self._pieces: dict[tuple[str, str, str, datetime], tuple[Piece, ...]] = {}
        rates = ground.catalogue.rates.rates
        self._latest = max((rate.on for rate in rates), default=date.min)

    def moments(self, product: str, book: str) -> tuple[datetime, ...]:
        """The first instants of the intervals in which the price of a product is the same."""
        links = [self._prices.book(code) for code in self._links(book)]
        if book not in self._moments:
            known = [(link, *pair) for link in links for pair in self.ground.versions(link)]
            self._moments[book] = _starts(span for _, _, span in known)
            self._dated[book] = [row for row in known if dated(row[1])]
        own = [
            span
            for link, version, whole in self._dated[book]
            for row, _ in self._covering(version, product)
            if (span := self.ground.entry_span(row, link, whole)) is not None
        ]
        found = self._moments[book]
        return tuple(sorted({*found, *_starts(own)})) if own else found

    def moments_in(self, product: str, book: str, span: Span) -> list[datetime]:
        """The first instants of the parts of a span in which the price is the same."""
        first, last = span
        inside = (at for at in self.moments(product, book) if first < at < last)
        return [first, *inside]

    def _links(self, book: str) -> list[str]:
        own = [link.code for link in self._prices.chain(book)]
        return [*own, *(code for code in self.ground.cost_chain if code not in own)]

    def _covering(self, version: PriceBookVersion, product: str) -> Rows:
        return list(self._prices.covering(version, self.ground.products[product]))

    def version(self, book: PriceBook, at: datetime) -> PriceBookVersion | None:
        """The version of a book that holds at an instant."""
        found = self._version(book, at)
        return None if found is None else found[0]

    def _version(self, book: PriceBook, at: datetime) -> tuple[PriceBookVersion, bool] | None:
        key = (book.code, at)
        if key not in self._versions:
            held = (
                (version, dated(version))
                for version, (start, end) in self.ground.versions(book)
                if start <= at < end
            )
            self._versions[key] = next(held, None)
        return self._versions[key]

    def rows(self, book: PriceBook, product: str, at: datetime) -> Rows:
        """The entries of a book that speak of a product at an instant, with their distances."""
        found = self._version(book, at)
        if found is None:
            return ()
        version, in_part = found
        rows = self._covering(version, product)
        if not in_part:
            return rows
        return [(row, far) for row, far in rows if row.period.contains(at, book.home)]

    def pieces(
        self, product: str, book: str, at: datetime, *, unit: str | None = None
    ) -> tuple[Piece, ...]:
        """The price of a product in one of its units, from the least quantity on.

        Raises ``Invalid`` (``unit.incompatible``) for a unit that the product cannot be sold in.
        """
        own = self.ground.products[product].unit
        key = (product, book, unit or own, at)
        found = self._pieces.get(key)
        if found is None:
            found = self._pieces[key] = self._walked(product, book, at, unit or own)
        return found

    def _walked(self, product: str, book: str, at: datetime, unit: str) -> tuple[Piece, ...]:
        """A book on the pieces of its base: what it does not mention costs what it does there."""
        link = self._prices.book(book)
        base = () if link.base is None else self.pieces(product, link.base, at, unit=unit)
        rows = self.rows(link, product, at)
        thing, step = self.ground.products[product], self.ground.step(unit)
        factor = self.ground.factor(unit, thing.unit)
        sizes = {step, *(piece.start for piece in (*base, *self._costs(product, book, at, unit)))}
        for row, _ in rows:
            if row.unit in (None, unit) and not starts_at_once(row):
                scale = _ONE if row.unit else factor
                grid = step if scale == 1 else step * scale
                starts = (start_of(tier, grid) / scale for tier in row.tiers)
                sizes.update(start for start in starts if start > step)
        asked, below = Asked(thing, unit, factor, at, step), iter(base)
        under, following = _NOTHING, next(below, None)
        found: list[Piece] = []
        for size in sorted(sizes):
            while following is not None and following.start <= size:
                under, following = following.answer, next(below, None)
            found.append(Piece(size, self._on(link, rows, asked._replace(quantity=size), under)))
        return tuple(found)

    def _costs(self, product: str, book: str, at: datetime, unit: str) -> Sequence[Piece]:
        """The pieces of the cost, which a price and a floor may stand on."""
        costs = self.ground.cost_chain
        return self.pieces(product, costs[0], at, unit=unit) if costs and book not in costs else ()

    def cost(self, product: str, at: datetime, quantity: Fraction, unit: str) -> Answer:
        """What a unit costs us, in the currency of the cost book; ``None``: nobody knows."""
        costs = self.ground.cost_chain
        pieces = self.pieces(product, costs[0], at, unit=unit) if costs else ()
        reached = [piece.answer for piece in pieces if piece.start <= quantity]
        return reached[-1] if reached else _NOTHING

    def _on(self, link: PriceBook, rows: Rows, asked: Asked, under: Answer) -> Answer:
        """What one book makes of the price below it."""
        if under.refused:
            return under
        root = self._prices.chain(link.code)[-1]
        try:
            below, listed = under.value, under.listed
            if link.base is not None:
                currency = self._prices.book(link.base).currency
                below = self.converted(below, currency, link.currency, asked.at)
                listed = self.converted(listed, root.currency, link.currency, asked.at)
            cost = self._cost_in(link, asked) if any(map(stands_on_more, rows)) else None
            winner, value = priced(link, rows, asked, Grounds(below, listed, cost))
        except DomainError:
            return Answer(None, under.won, refused=True)
        won = under.won
        if winner is not None:
            version = self.version(link, asked.at)
            assert version is not None, "an entry that wins stands in a version"
            won = (*won, Won(link, version, winner[0], winner[2]))
        return Answer(value, won, listed=value if link.base is None else under.listed)

    def _cost_in(self, link: PriceBook, asked: Asked) -> Fraction | None:
        """The cost of one asked unit in the currency of a book, where it is one figure."""
        costs = self.ground.cost_chain
        if not costs or link.code in costs:
            return None
        found = self.cost(asked.product.code, asked.at, asked.quantity, asked.unit).value
        own = self._prices.book(costs[0]).currency
        cost = self.converted(found, own, link.currency, asked.at)
        return cost if isinstance(cost, Fraction) else None

    def listed(self, book: PriceBook, answer: Answer, at: datetime) -> Fraction | None:
        """The list price behind an answer of a book, in its currency, where it is one figure."""
        root = self._prices.chain(book.code)[-1]
        own = self.converted(answer.listed, root.currency, book.currency, at)
        return own if isinstance(own, Fraction) else None

    def converted(self, value: Value | None, currency: str, to: str, at: datetime) -> Value | None:
        """A price in another currency, at the rate of the day or the latest that is stated.

        Raises ``NotFound`` (``rate.unknown``).
        """
        if value is None or currency == to:
            return value
        day = at.astimezone(zone(self.ground.catalogue.zone)).date() if at > BEGINNING else date.min
        rate = self.ground.catalogue.rates.used(currency, to, on=max(day, self._latest)).rate
        return value * rate if isinstance(value, Fraction) else value.scaled(rate)

    def covered(self, product: str, books: Sequence[str], *, root: bool = False) -> list[Span]:
        """When one of the books makes a price of a product out of nothing, in no order.

        With ``root``, every entry of the last of them does.
        """
        found: list[Span] = []
        for code in books:
            book = self._prices.book(code)
            for version, whole in self.ground.versions(book):
                for row, _ in self._covering(version, product):
                    if (root and code == books[-1]) or makes_a_price(row):
                        span = self.ground.entry_span(row, book, whole)
                        found += [] if span is None else [span]
        return found

    def has_cost(self, product: str, span: Span) -> bool:
        """Whether the cost of a product is known at some instant of a span."""
        chain = self.ground.cost_chain
        if product in self.ground.kinds.replaced_costs:
            return True
        return bool(chain) and meets(self.covered(product, chain, root=True), span)


def _starts(spans: Iterable[Span]) -> tuple[datetime, ...]:
    """Where something starts, or ends while something else holds on."""
    held = merged(spans := list(spans))
    bounds = sorted({bound for span in spans for bound in span})
    return tuple(at for at in bounds if any(start <= at < end for start, end in held))
