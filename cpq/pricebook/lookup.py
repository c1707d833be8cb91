"""The price books of a catalogue, compiled (价目表索引): chains, who speaks of a product, bounds.

What a book says of a product changes only at the bounds of periods and of tiers. Whoever asks many
times asks here for those bounds first, and then once per interval of time and quantity.

A missing price is an answer (``NoPrice``), never 0.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Rounding, rounded_fraction
from cpq.pricebook.attribute import AttributePrice
from cpq.pricebook.book import PriceBook, PriceBookEntry, PriceBookVersion
from cpq.pricebook.resolve import Measure, measure_of
from cpq.pricebook.share import PercentOfTotal, share_at
from cpq.product import Category, Product, lineage

_BOOK_DEPTH_MAX = 16
_QUANTITY_PLACES = 9
_EVERYTHING = 1000
EXACTLY: Measure = ("line", "")
"""The line itself, where every quantity has an answer of its own."""
BEGINNING = datetime.min.replace(tzinfo=UTC)


class NoPrice(NamedTuple):
    """No entry speaks of the product: which product, which unit, and the books searched.

    >>> NoPrice("M8", "pc", ("DEALER", "LIST")).searched
    ('DEALER', 'LIST')
    """

    product: str
    unit: str
    searched: tuple[str, ...]


class Bounds(NamedTuple):
    """Where the price of a product may change: instants, quantities in the asked unit.

    ``measures`` are what else than the line's own quantity is counted; ``tiered`` says that an
    entry makes a price that depends on the quantity within a tier.
    """

    times: set[datetime]
    sizes: set[Decimal]
    measures: set[Measure]
    tiered: bool = False


class PriceLookup:
    """The price books of a catalogue, ready to be asked.

    Raises ``Refused`` (``price_book.cycle``) where a book derives from itself,
    (``price_book.too_deep``) where it derives from more than 16 one after the other, ``NotFound``
    (``price_book.unknown``) for a missing base, ``Refused`` for a base in another currency where
    there are no rates (``price_book.other_currency``), or one with the other tax basis
    (``price_book.other_basis``).
    """

    def __init__(
        self,
        books: Iterable[PriceBook],
        products: Mapping[str, Product],
        categories: Mapping[str, Category],
        *,
        converts: bool = False,
    ) -> None:
        self._books = {book.code: book for book in books}
        self._products = products
        self._categories = categories
        self._converts = converts
        self._chains = {code: self._chain(code) for code in self._books}
        self._scopes: dict[str, dict[tuple[str | None, str | None], int]] = {}

    def book(self, code: str) -> PriceBook:
        """The book of that code. Raises ``NotFound`` (``price_book.unknown``)."""
        found = self._books.get(code)
        if found is None:
            known = ", ".join(sorted(self._books)) or "none"
            raise NotFound("price_book.unknown", f"price book {code!r} is unknown; known: {known}")
        return found

    def chain(self, code: str) -> tuple[PriceBook, ...]:
        """The book and the books it derives from, the root last.

        Raises ``NotFound`` (``price_book.unknown``).
        """
        return self._chains[self.book(code).code]

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
            if chain:
                self._refuse_mixture(chain[0], book)
            chain.append(book)
            current = book.base
        return tuple(chain)

    def _refuse_mixture(self, book: PriceBook, base: PriceBook) -> None:
        if book.currency != base.currency and not self._converts:
            raise Refused(
                "price_book.other_currency",
                f"price book {book.code!r} is in {book.currency} and its base {base.code!r} in "
                f"{base.currency}; give the catalogue exchange rates, or both one currency",
            )
        if book.tax_basis != base.tax_basis:
            raise Refused(
                "price_book.other_basis",
                f"price book {book.code!r} has {book.tax_basis} prices and its base {base.code!r} "
                f"{base.tax_basis} ones; a book and its base share one tax basis",
            )

    def covering(
        self, version: PriceBookVersion, product: Product
    ) -> Iterator[tuple[PriceBookEntry, int]]:
        """The entries that speak of a product, each with its distance: 0 is the product itself."""
        found = [
            (place, row, distance)
            for scope, distance in self._scopes_of(product).items()
            for place, row in version.by_scope.get(scope, ())
        ]
        for _, row, distance in sorted(found, key=itemgetter(0)):
            yield row, distance

    def _scopes_of(self, product: Product) -> dict[tuple[str | None, str | None], int]:
        """What an entry may be for to speak of a product, with the distance from it."""
        names = self._scopes.get(product.code)
        if names is None:
            names = {(product.code, None): 0}
            if product.variant_of:
                names[(product.variant_of, None)] = 1
            for depth, category in enumerate(lineage(product, self._products, self._categories)):
                names[(None, category)] = 2 + depth
            names[(None, None)] = _EVERYTHING
            self._scopes[product.code] = names
        return names

    def attributes(
        self, book: PriceBook, product: Product, at: datetime
    ) -> tuple[AttributePrice, ...]:
        """The attribute prices of a book's version in force that speak of a product."""
        scopes = self._scopes_of(product)
        return tuple(
            rule
            for version in book.versions
            if version.attributes and version.period.contains(at, book.home)
            for rule in version.attributes
            if (rule.product, rule.category) in scopes
        )

    def share(self, book: PriceBook, product: Product, at: datetime) -> PercentOfTotal | None:
        """The share of other lines that prices a product, the nearest book of the chain first."""
        for link in self.chain(book.code):
            for version in link.versions:
                if version.shares and version.period.contains(at, link.home):
                    found = share_at(
                        version.shares,
                        product=product.code,
                        family=product.variant_of,
                        at=at,
                        home=link.home,
                    )
                    if found is not None:
                        return found
        return None

    def bounds(self, book: str, product: Product, *, unit: str, factor: Fraction) -> Bounds:
        """Where the price of a product in a book may change.

        A bound that counts something else than the line's own quantity is not among ``sizes``.
        Where a book takes the best for the customer and tiers make a total, another entry may be
        the best at any quantity: then ``measures`` has the line itself.
        """
        found = Bounds({BEGINNING}, {Decimal(0)}, set())
        compared = tiered = False
        for link in self._chains[book]:
            home = link.home
            compared = compared or link.resolution == "best_for_customer"
            for version in link.versions:
                found.times.update(version.period.bounds(home))
                for rule in version.attributes:
                    found.times.update(rule.period.bounds(home))
                for row, _ in self.covering(version, product):
                    found.times.update(row.period.bounds(home))
                    if row.unit not in (None, unit):
                        continue
                    tiered = tiered or not row.plain
                    if row.counts != "line":
                        found.measures.add(measure_of(row))
                        continue
                    scale = Fraction(1) if row.unit else factor
                    for tier in row.tiers:
                        found.sizes.add(reached_at(tier.lower, scale, above=tier.above))
        if compared and tiered:
            found.measures.add(EXACTLY)
        return found._replace(tiered=tiered)


def reached_at(lower: Decimal, scale: Fraction, *, above: bool = False) -> Decimal:
    """The least quantity in the asked unit, on its grid, that reaches a bound.

    >>> reached_at(Decimal(10), Fraction(3)), reached_at(Decimal(1), Fraction(1), above=True)
    (Decimal('3.333333334'), Decimal('1.000000001'))
    """
    exact = Fraction(lower) / scale
    least = rounded_fraction(exact, _QUANTITY_PLACES, Rounding.CEILING)
    if above and least == exact:
        return rounded_fraction(exact + Fraction(1, 10**_QUANTITY_PLACES), _QUANTITY_PLACES)
    return least
