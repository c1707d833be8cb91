"""Finding the price of a product in a book, as of an instant, and saying why it is that one.

``resolve`` is the rule, written plainly: walk down the book, fall back to its base, judge every
entry that speaks of the product. What it answers is constant between the bounds of periods and
tiers, so ``PriceLookup`` asks it once per interval of time and quantity and keeps the answer:
pricing ten thousand lines costs ten thousand look-ups in small tables.

A missing price is an answer (``NoPrice``), never 0.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Rounding, RoundingPolicy, plain, rounded_fraction
from cpq.kernel.quantity import UnitTable
from cpq.pricebook.book import PriceBook, PriceBookEntry, PriceBookVersion, Tier
from cpq.product import Category, Product, lineage
from cpq.trace import PricePoint, Step

_BOOK_DEPTH_MAX = 16
_QUANTITY_PLACES = 9
_SHOWN_PLACES = 6
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Price(NamedTuple):
    """What a unit costs: in the root of the book's chain, in the book, and why."""

    list_price: Decimal
    unit_price: Decimal
    steps: tuple[Step, ...]


class NoPrice(NamedTuple):
    """No entry speaks of the product: which product, which unit, and the books searched."""

    product: str
    unit: str
    searched: tuple[str, ...]


class _Candidate(NamedTuple):
    entry: PriceBookEntry
    distance: int
    tier: Tier | None
    refused: tuple[str, str, str] | None


class _Asked(NamedTuple):
    """What is asked: ``factor`` of the product's own unit is one of the asked unit."""

    product: Product
    unit: str
    factor: Fraction
    quantity: Decimal = Decimal(0)
    at: datetime = _BEGINNING


class PriceLookup:
    """The price books of a catalogue, ready to be asked.

    Raises ``Refused`` (``price_book.cycle``) where a book derives from itself,
    (``price_book.too_deep``) where it derives from more than 16 one after the other, ``NotFound``
    (``price_book.unknown``) for a missing base, ``Refused`` (``price_book.other_currency``) for a
    base in another currency.
    """

    def __init__(
        self,
        books: Iterable[PriceBook],
        products: Mapping[str, Product],
        categories: Mapping[str, Category],
        units: UnitTable,
    ) -> None:
        self._books = {book.code: book for book in books}
        self._products = products
        self._categories = categories
        self._units = units
        self._chains = {code: self._chain(code) for code in self._books}
        self._pages: dict[tuple[str, RoundingPolicy], BookPrices] = {}

    def book(self, code: str) -> PriceBook:
        """The book of that code. Raises ``NotFound`` (``price_book.unknown``)."""
        found = self._books.get(code)
        if found is None:
            known = ", ".join(sorted(self._books)) or "none"
            raise NotFound("price_book.unknown", f"price book {code!r} is unknown; known: {known}")
        return found

    def under(self, book: str, *, policy: RoundingPolicy) -> "BookPrices":
        """The prices of one book, rounded to the policy's ``unit_places``.

        Raises ``NotFound`` (``price_book.unknown``).
        """
        page = self._pages.get((book, policy))
        if page is None:
            page = self._pages[(self.book(book).code, policy)] = BookPrices(self, book, policy)
        return page

    def _chain(self, code: str) -> tuple[PriceBook, ...]:
        chain: list[PriceBook] = []
        current: str | None = code
        while current is not None:
            book = self.book(current)
            names = [link.code for link in chain]
            path = " > ".join([*names, book.code])
            if book.code in names:
                raise Refused(
                    "price_book.cycle",
                    f"price book {code!r} derives from itself: {path}; take the base off one",
                )
            if len(chain) == _BOOK_DEPTH_MAX:
                raise Refused(
                    "price_book.too_deep",
                    f"price book {code!r} derives from more than {_BOOK_DEPTH_MAX} books, {path}; "
                    "derive it from one nearer to the last",
                )
            if chain and chain[0].currency != book.currency:
                raise Refused(
                    "price_book.other_currency",
                    f"price book {code!r} is in {chain[0].currency} and its base {book.code!r} in "
                    f"{book.currency}; a book and its base share one currency",
                )
            chain.append(book)
            current = book.base
        return tuple(chain)

    def grid(self, book: str, product: str, unit: str) -> "_Table":
        """An empty table for a product, with the bounds between which its price is constant."""
        thing = self._products.get(product)
        if thing is None:
            raise NotFound(
                "product.unknown", f"product {product!r} is not in the catalogue; correct or add it"
            )
        factor = self._units.factor(unit, thing.unit)
        times = {_BEGINNING}
        sizes = {Decimal(0)}
        for link in self._chains[book]:
            home = link.home
            for version in link.versions:
                times.update(version.period.bounds(home))
                for row, _ in self._covering(version, thing):
                    times.update(row.period.bounds(home))
                    scale = Fraction(1) if row.unit else factor
                    sizes.update(_reached_at(tier.lower, scale) for tier in row.tiers)
        return _Table(_Asked(thing, unit, factor), sorted(times), sorted(sizes))

    def answer(self, book: str, asked: "_Asked", policy: RoundingPolicy) -> Price | NoPrice:
        """What the rule says to one question, worked out anew."""
        chain = self._chains[book]
        exact, steps = self._resolve(chain, asked)
        if exact is None:
            return NoPrice(asked.product.code, asked.unit, tuple(book.code for book in chain))
        root, _ = self._resolve(chain[-1:], asked)
        price = rounded_fraction(exact, policy.unit_places, policy.mode)
        if root is None or root == exact:
            return Price(price, price, tuple(steps))
        listed = rounded_fraction(root, policy.unit_places, policy.mode)
        return Price(listed, price, tuple(steps))

    def _resolve(
        self, chain: tuple[PriceBook, ...], asked: _Asked
    ) -> tuple[Fraction | None, list[Step]]:
        """The exact price in the first book of the chain, and the rows of the trace."""
        book, bases = chain[0], chain[1:]
        below, steps = self._resolve(bases, asked) if bases else (None, [])
        candidates = list(self._candidates(book, asked))
        winner = _winner(book, candidates)
        price = below if winner is None else _priced(winner, below, asked)
        for candidate in candidates:
            won = candidate is winner
            steps.append(_won(book, candidate, below, price) if won else _lost(book, candidate))
        return price, steps

    def _candidates(self, book: PriceBook, asked: _Asked) -> Iterator[_Candidate]:
        home = book.home
        for version in book.versions:
            if not version.period.contains(asked.at, home):
                continue
            for row, distance in self._covering(version, asked.product):
                yield self._judged(row, distance, asked, home)

    def _judged(
        self, row: PriceBookEntry, distance: int, asked: _Asked, home: tzinfo
    ) -> _Candidate:
        if not row.period.contains(asked.at, home):
            return _Candidate(
                row, distance, None, ("outside_period", str(row.period), "another day")
            )
        if row.unit is not None and row.unit != asked.unit:
            return _Candidate(row, distance, None, ("other_unit", row.unit, asked.unit))
        size = Fraction(asked.quantity) * (1 if row.unit else asked.factor)
        tier = row.reached(size)
        if tier is None:
            needed = plain(row.tiers[0].lower)
            return _Candidate(row, distance, None, ("quantity_below", needed, "fewer"))
        return _Candidate(row, distance, tier, None)

    def _covering(
        self, version: PriceBookVersion, product: Product
    ) -> Iterator[tuple[PriceBookEntry, int]]:
        """The entries that speak of a product, each with its distance: 0 is the product itself."""
        names: dict[tuple[str | None, str | None], int] = {(product.code, None): 0}
        if product.variant_of:
            names[(product.variant_of, None)] = 1
        for depth, category in enumerate(lineage(product, self._products, self._categories)):
            names[(None, category)] = 2 + depth
        names[(None, None)] = 1000
        found = [
            (place, row, distance)
            for scope, distance in names.items()
            for place, row in version.by_scope.get(scope, ())
        ]
        for _, row, distance in sorted(found, key=itemgetter(0)):
            yield row, distance


def _reached_at(lower: Decimal, scale: Fraction) -> Decimal:
    """The least quantity in the asked unit, on its grid, that reaches a bound."""
    return rounded_fraction(Fraction(lower) / scale, _QUANTITY_PLACES, Rounding.CEILING)


class _Table:
    """The answers for one product and unit: one cell per interval of time and quantity."""

    def __init__(self, asked: _Asked, times: list[datetime], sizes: list[Decimal]) -> None:
        self.asked = asked
        self.times = times
        self.sizes = sizes
        self.cells: dict[tuple[int, int], Price | NoPrice] = {}


class BookPrices:
    """The prices of one book under one rounding policy, as far as they have been asked for."""

    def __init__(self, books: PriceLookup, book: str, policy: RoundingPolicy) -> None:
        self._books = books
        self._book = book
        self._policy = policy
        self._tables: dict[tuple[str, str], _Table] = {}

    def find(self, product: str, *, unit: str, quantity: Decimal, at: datetime) -> Price | NoPrice:
        """What one ``unit`` of a product costs when ``quantity`` of it is bought at an instant.

        The quantity's sign does not matter: a return reaches the tier of what is returned. Raises
        ``Refused`` (``price_book.ambiguous``), ``NotFound`` (``product.unknown``,
        ``unit.unknown``), ``Invalid`` (``unit.incompatible``).
        """
        table = self._tables.get((product, unit))
        if table is None:
            table = self._tables[(product, unit)] = self._books.grid(self._book, product, unit)
        cell = (
            bisect_right(table.times, at) - 1,
            bisect_right(table.sizes, quantity.copy_abs()) - 1,
        )
        answer = table.cells.get(cell)
        if answer is None:
            asked = table.asked._replace(at=table.times[cell[0]], quantity=table.sizes[cell[1]])
            answer = table.cells[cell] = self._books.answer(self._book, asked, self._policy)
        return answer


def _winner(book: PriceBook, candidates: list[_Candidate]) -> _Candidate | None:
    matching = [candidate for candidate in candidates if candidate.tier is not None]
    if not matching:
        return None
    if book.resolution == "first_match":
        return min(matching, key=lambda candidate: candidate.entry.rank)
    best, *others = sorted(matching, key=_specificity)
    for other in others:
        if _specificity(other) == _specificity(best) and _value(other) != _value(best):
            raise Refused(
                "price_book.ambiguous",
                f"price book {book.code!r} has two prices for {best.entry}: {best.tier} and "
                f"{other.tier}; remove one, or give one of them a period or a lower rank",
                book=book.code,
                entry=str(best.entry),
            )
    return best


def _specificity(candidate: _Candidate) -> tuple[int, bool, int, Decimal]:
    lower = candidate.tier.lower if candidate.tier else Decimal(0)
    return (
        candidate.distance,
        candidate.entry.unit is None,
        candidate.entry.rank,
        lower.copy_negate(),
    )


def _value(candidate: _Candidate) -> tuple[Decimal | None, ...]:
    tier = candidate.tier
    return () if tier is None else (tier.price, tier.percent_off, tier.amount_off)


def _priced(winner: _Candidate, below: Fraction | None, asked: _Asked) -> Fraction | None:
    tier = winner.tier
    assert tier is not None
    scale = Fraction(1) if winner.entry.unit else asked.factor
    if tier.price is not None:
        return Fraction(tier.price) * scale
    if below is None:
        return None
    if tier.percent_off is not None:
        return below * (100 - Fraction(tier.percent_off)) / 100
    assert tier.amount_off is not None
    return max(Fraction(0), below - Fraction(tier.amount_off) * scale)


def _won(
    book: PriceBook, winner: _Candidate, below: Fraction | None, price: Fraction | None
) -> Step:
    return Step(
        point=_point(book),
        rule=_rule(book, winner),
        applied=True,
        reason="applied",
        before=None if below is None else rounded_fraction(below, _SHOWN_PLACES),
        after=None if price is None else rounded_fraction(price, _SHOWN_PLACES),
    )


def _lost(book: PriceBook, candidate: _Candidate) -> Step:
    reason, needed, actual = candidate.refused or ("less_specific", "", "")
    return Step(
        point=_point(book),
        rule=_rule(book, candidate),
        applied=False,
        reason=reason,
        needed=needed,
        actual=actual,
    )


def _point(book: PriceBook) -> PricePoint:
    return "book" if book.base else "list"


def _rule(book: PriceBook, candidate: _Candidate) -> str:
    tier = candidate.tier
    start = f" from {plain(tier.lower)}" if tier and tier.lower > 1 else ""
    change = f" {tier}" if tier and tier.price is None else ""
    return f"{book.code}: {candidate.entry}{start}{change}"[:200]
