"""What the checks stand on (检查基础): a catalogue indexed once, by what its rules speak of.

A rule speaks of a product (and its variants), of a category with all below it, or of everything;
here stands whom it reaches, when it holds, and which quantities can be ordered. Every index is
made once and in one pass, so that a hundred thousand rules are looked at once each. What was over
before ``start`` is not there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from fractions import Fraction
from functools import cached_property
from math import gcd

from cpq.catalogue import Catalogue
from cpq.kernel.money import quantum
from cpq.kernel.period import ALWAYS, Period, zone
from cpq.kernel.text import LocalText
from cpq.lint.kinds import Kinds
from cpq.lint.spans import END, Span, common
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion

Scope = tuple[str | None, str | None]
"""A product, a category, or (both ``None``) everything."""

EVERYTHING: Scope = (None, None)
_ONE = Fraction(1)


class Ground:
    """A catalogue as the checks see it, from ``start`` on."""

    def __init__(self, catalogue: Catalogue, *, start: datetime) -> None:
        self.catalogue = catalogue
        self.start = start
        self.home = zone(catalogue.zone)
        self.products = catalogue.products_by_code
        self._spans: dict[tuple[Period, tzinfo], Span | None] = {}
        self._scopes: dict[str, tuple[Scope, ...]] = {}
        self._steps: dict[str, Fraction] = {}
        self._grids: dict[str, Fraction] = {}
        self._reach_grids: dict[Scope, frozenset[Fraction]] = {}
        self.kinds = Kinds(self)

    @property
    def ever(self) -> Span:
        """All the time that is looked at."""
        return (self.start, END)

    @cached_property
    def books(self) -> tuple[PriceBook, ...]:
        """The books that sell, by code: all but the cost book and what only that derives from."""
        prices, costs = self.catalogue.prices, {*self.cost_chain}
        selling = {
            link.code
            for code in self.catalogue.currencies
            if code not in costs
            for link in prices.chain(code)
        }
        return tuple(prices.book(code) for code in sorted(selling))

    @cached_property
    def cost_chain(self) -> tuple[str, ...]:
        """The cost book and what it derives from, the root last."""
        code = self.catalogue.cost_book
        if code is None or code not in self.catalogue.currencies:
            return ()
        return tuple(book.code for book in self.catalogue.prices.chain(code))

    @property
    def every_book(self) -> Iterator[PriceBook]:
        """All books by code, those of costs too."""
        for code in sorted(self.catalogue.currencies):
            yield self.catalogue.prices.book(code)

    def span(self, period: Period, home: tzinfo) -> Span | None:
        """When a period holds from ``start`` on; ``None`` where it is over."""
        if period is ALWAYS:
            return (self.start, END)
        key = (period, home)
        if key not in self._spans:
            self._spans[key] = common(period.bounds(home), (self.start, END))
        return self._spans[key]

    def versions(self, book: PriceBook) -> list[tuple[PriceBookVersion, Span]]:
        """The versions of a book that are not over, in order of time."""
        found = ((version, self.span(version.period, book.home)) for version in book.versions)
        return sorted(
            ((version, span) for version, span in found if span is not None),
            key=lambda pair: pair[1],
        )

    def entry_span(self, row: PriceBookEntry, book: PriceBook, whole: Span) -> Span | None:
        """When an entry holds within the span of its version."""
        if row.period is ALWAYS:
            return whole
        own = self.span(row.period, book.home)
        return None if own is None else common(own, whole)

    def scopes(self, product: str) -> tuple[Scope, ...]:
        """What a rule may be for to speak of a product, the nearest first."""
        found = self._scopes.get(product)
        if found is None:
            thing = self.products[product]
            names: list[Scope] = [(product, None)]
            if thing.variant_of:
                names.append((thing.variant_of, None))
            names += ((None, category) for category in self.catalogue.lineage(thing))
            found = self._scopes[product] = (*names, EVERYTHING)
        return found

    def above(self, scope: Scope) -> tuple[Scope, ...]:
        """The scopes that hold all that a scope holds, itself first."""
        product, category = scope
        if product is not None:
            own = self.scopes(product) if product in self.products else (scope,)
            alone = len(self.reach(scope)) == 1
            return tuple(each for each in own if alone or each[0] in (None, product))
        path: list[Scope] = []
        while category is not None and (None, category) not in path:
            path.append((None, category))
            category = self._parents.get(category)
        return (*path, EVERYTHING)

    @cached_property
    def _parents(self) -> dict[str, str | None]:
        return {each.code: each.parent for each in self.catalogue.categories}

    @cached_property
    def _reached(self) -> dict[Scope, list[str]]:
        found: dict[Scope, list[str]] = {}
        for product in sorted(self.products):
            for scope in self.scopes(product):
                found.setdefault(scope, []).append(product)
        return found

    def reach(self, scope: Scope) -> list[str]:
        """The products that a rule for this scope speaks of, by code; none for unknown names."""
        return self._reached.get(scope, [])

    def reach_of(self, products: Iterable[str], categories: Iterable[str]) -> list[str]:
        """The products of a rule that names several products and categories; all where none."""
        names: list[Scope] = [(code, None) for code in products]
        names += ((None, code) for code in categories)
        if len(names) <= 1:
            return self.reach(names[0] if names else EVERYTHING)
        return sorted({product for name in names for product in self.reach(name)})

    @cached_property
    def freight(self) -> frozenset[str]:
        """The products that transport costs."""
        return frozenset(code for code, product in self.products.items() if product.freight)

    def sold(self, product: str) -> Span | None:
        """When a product is sold; ``None`` where its sale is over."""
        return self.span(self.products[product].sellable, self.home)

    @cached_property
    def dated_sale(self) -> bool:
        """Whether any product is sold for a time only."""
        return any(product.sellable is not ALWAYS for product in self.products.values())

    def step(self, unit: str) -> Fraction:
        """The least quantity of a unit that a line can be in."""
        found = self._steps.get(unit)
        if found is None:
            places = self.catalogue.units.unit(unit).places
            found = self._steps[unit] = Fraction(quantum(places))
        return found

    def factor(self, unit: str, own: str) -> Fraction:
        """How many of a product's own unit one unit is. Raises ``Invalid``."""
        return _ONE if unit == own else self.catalogue.units.factor(unit, own)

    def grid(self, unit: str) -> Fraction:
        """What every quantity in this unit is a multiple of, whichever unit it was asked in."""
        found = self._grids.get(unit)
        if found is None:
            dimension = self.catalogue.units.unit(unit).dimension
            found = self.step(unit)
            for other in self.catalogue.units.units:
                if other.dimension == dimension:
                    own = self.step(other.code) * self.catalogue.units.factor(other.code, unit)
                    found = _common_measure(found, own)
            self._grids[unit] = found
        return found

    def grids(self, row: PriceBookEntry) -> frozenset[Fraction]:
        """The grids that quantities of an entry's lines lie on: one for each unit it is for."""
        if row.unit is not None:
            return frozenset([self.step(row.unit)])
        return self.grids_of((row.product, row.category))

    def grids_of(self, scope: Scope) -> frozenset[Fraction]:
        """The grids of the units that the products of a scope are counted in."""
        found = self._reach_grids.get(scope)
        if found is None:
            units = {self.products[code].unit for code in self.reach(scope)}
            found = self._reach_grids[scope] = frozenset(self.grid(unit) for unit in units)
        return found

    @cached_property
    def books_of_somebody(self) -> frozenset[str]:
        """The books that a customer, an assignment or an agreement names."""
        catalogue = self.catalogue
        named = {each.price_book for each in catalogue.customers}
        named.update(each.price_book for each in catalogue.agreements)
        named.update(each.book for each in catalogue.assignments)
        return frozenset(code for code in named if code is not None) & {*catalogue.currencies}

    def classes(self, book: str) -> Sequence[tuple[str, ...]]:
        """The customers of a book, told apart by those of their groups that a rule asks for."""
        return self._classes.get(book, ((),))

    @cached_property
    def _classes(self) -> dict[str, list[tuple[str, ...]]]:
        catalogue = self.catalogue
        asked = {code for each in catalogue.promotions for code in each.customer_groups}
        asked |= {code for each in catalogue.floors for code in each.customer_groups}
        default = catalogue.default_book or ""
        found: dict[str, set[tuple[str, ...]]] = {default: {()}}
        by_target: dict[object, set[str]] = {}
        for row in catalogue.assignments:
            by_target.setdefault(row.target, set()).add(row.book)
        for pact in catalogue.agreements:
            if pact.price_book and (pact.customer or pact.customer_group):
                level = "customer" if pact.customer else "group"
                target = (level, pact.customer or pact.customer_group)
                by_target.setdefault(target, set()).add(pact.price_book)
        for each in catalogue.customers:
            groups = tuple(sorted(asked.intersection(each.groups)))
            targets = [("customer", each.code), ("channel", each.channel), ("region", each.region)]
            targets += (("group", group) for group in each.groups)
            books = {each.price_book or default}
            for target in targets:
                books |= by_target.get(target, set())
            for book in books:
                found.setdefault(book, set()).add(groups)
        return {book: sorted(classes) for book, classes in found.items()}

    def offered_values(self, product: str) -> dict[str, frozenset[str]]:
        """The values by attribute that a product's BOM offers; empty where it offers none."""
        bom = self.catalogue.boms_by_product.get(product)
        return {
            attribute.code: frozenset(attribute.codes)
            for attribute in (bom.attributes if bom else ())
        }

    def units_beside(self, unit: str) -> list[str]:
        """The other units that convert into one."""
        units = self.catalogue.units
        own = units.unit(unit).dimension
        return sorted(
            each.code for each in units.units if each.dimension == own and each.code != unit
        )

    def lineage(self, product: str) -> tuple[str, ...]:
        """The categories that a product lies in, the nearest first."""
        return tuple(code for _, code in self.scopes(product) if code is not None)

    def unit_name(self, unit: str) -> LocalText:
        """A unit in both languages; in English its code."""
        return LocalText(en=unit, zh=self.catalogue.units.unit(unit).name.zh or unit)

    def is_sold_in(self, product: str, unit: str) -> bool:
        """Whether a unit converts into the product's own."""
        units, own = self.catalogue.units, self.products[product].unit
        return units.unit(unit).dimension == units.unit(own).dimension

    @cached_property
    def currencies_sold(self) -> frozenset[str]:
        """The currencies that orders can be in: those of the books and of the stated rates."""
        rates = self.catalogue.rates.rates
        stated = {code for rate in rates for code in (rate.base, rate.quote)}
        return frozenset({book.currency for book in self.books} | stated)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups that customers are in."""
        return frozenset(group for each in self.catalogue.customers for group in each.groups)


def _common_measure(one: Fraction, other: Fraction) -> Fraction:
    """The largest fraction that both are multiples of."""
    numerator = gcd(one.numerator * other.denominator, other.numerator * one.denominator)
    return Fraction(numerator, one.denominator * other.denominator)


def dated(version: PriceBookVersion) -> bool:
    """Whether an entry of the version holds for a part of its time only."""
    return any(row.period is not ALWAYS for row in version.entries)
