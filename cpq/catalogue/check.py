"""What is wrong with a catalogue as a whole (目录检查): all of it, before anybody prices with it.

A snapshot may name what it does not hold, a BOM may contain itself, a rule may speak of an option
that nobody can pick, a price book may derive from itself, a customer may belong to itself, a plan
may set one list price twice. Each is a finding with its place. Customer groups, regions and
channels have no table of their own, so any name of one is known.
"""

from collections.abc import Container, Iterator
from datetime import tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from cpq.bom.misfits import misfits
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.period import zone
from cpq.kernel.text import LocalText, legible
from cpq.plan import PricingPlan, refuse_two_list_setters, refuse_two_published
from cpq.pricebook import PriceBookVersion
from cpq.promotion.names import names_of

if TYPE_CHECKING:
    from cpq.catalogue.snapshot import Catalogue


def findings(catalogue: "Catalogue") -> Iterator[Finding]:
    """Everything that is wrong with a catalogue: what it names and lacks first, then circles."""
    names = _Names(catalogue)
    yield from names.products()
    yield from names.boms()
    bases = list(names.bases())
    yield from bases
    yield from names.prices()
    yield from names.promotions()
    yield from names.agreements()
    yield from names.assignments()
    yield from names.scopes()
    yield from names.floors()
    yield from names.regimes()
    yield from names.customers()
    yield from names.chosen_books()
    yield from names.plans()
    yield from _belonging(catalogue)
    try:
        home = zone(catalogue.zone)
    except DomainError as error:
        yield _of_error(error, "zone")
        return
    yield from misfits(
        catalogue.boms_by_product, supplies=catalogue.supplies, resources=catalogue.resources
    )
    if not bases:
        yield from _circles(catalogue)
    yield from _plans(catalogue, home)


class _Names:
    """What a catalogue holds, by the kinds of names that others call it by."""

    def __init__(self, catalogue: "Catalogue") -> None:
        self._catalogue = catalogue
        self._known: dict[str, Container[str]] = {
            "product": catalogue.products_by_code,
            "category": {category.code for category in catalogue.categories},
            "unit": {unit.code for unit in catalogue.units.units},
            "tax_code": {rate.code for rate in catalogue.taxes.rates},
            "price_book": {book.code for book in catalogue.books},
            "customer": {customer.code for customer in catalogue.customers},
        }

    @cached_property
    def _regimes(self) -> frozenset[str]:
        return frozenset(regime.code for regime in self._catalogue.regimes)

    def _lacking(self, kind: str, *codes: str | None, place: str) -> Iterator[Finding]:
        known = self._known[kind]
        for code in codes:
            if code is not None and code not in known:
                yield Finding(
                    code=f"{kind}.unknown",
                    place=place,
                    message=_unknown(kind.replace("_", " "), code),
                )

    def _scope(
        self, product: str | None, category: str | None, unit: str | None, *, place: str
    ) -> Iterator[Finding]:
        yield from self._lacking("product", product, place=place)
        yield from self._lacking("category", category, place=place)
        yield from self._lacking("unit", unit, place=place)

    def products(self) -> Iterator[Finding]:
        for product in self._catalogue.products:
            place = f"products/{product.code}"
            yield from self._lacking("unit", product.unit, place=place)
            yield from self._lacking("category", product.category, place=place)
            yield from self._lacking("product", product.variant_of, place=place)
            yield from self._lacking("tax_code", product.tax_code, place=place)
        for category in self._catalogue.categories:
            yield from self._lacking(
                "category", category.parent, place=f"categories/{category.code}"
            )

    def boms(self) -> Iterator[Finding]:
        for bom in self._catalogue.boms:
            place = f"boms/{bom.product}"
            yield from self._lacking("product", bom.product, place=place)
            for part in bom.parts():
                yield from self._scope(part.product, None, part.unit, place=place)
            for row in bom.supplies:
                yield from self._lacking("product", row.product, place=place)
        for row in self._catalogue.supplies:
            place = f"supplies/{row.product}/{row.resource}"
            yield from self._lacking("product", row.product, place=place)

    def bases(self) -> Iterator[Finding]:
        for book in self._catalogue.books:
            yield from self._lacking("price_book", book.base, place=f"books/{book.code}")

    def prices(self) -> Iterator[Finding]:
        for book in self._catalogue.books:
            for version in book.versions:
                yield from self._version(f"books/{book.code}", version)

    def _version(self, book: str, version: PriceBookVersion) -> Iterator[Finding]:
        for row in version.entries:
            place = f"{book}/{row}"
            yield from self._scope(row.product, row.category, row.unit, place=place)
        for rule in version.attributes:
            place = f"{book}/attributes/{rule.code}"
            yield from self._scope(rule.product, rule.category, rule.unit, place=place)
        for share in version.shares:
            place = f"{book}/shares/{share.code}"
            products = (share.product, *share.products, *share.excludes_products)
            categories = (*share.categories, *share.excludes_categories)
            yield from self._lacking("product", *products, place=place)
            yield from self._lacking("category", *categories, place=place)

    def promotions(self) -> Iterator[Finding]:
        for promotion in self._catalogue.promotions:
            place = f"promotions/{promotion.code}"
            yield from self._lacking("product", *promotion.products, place=place)
            yield from self._lacking("category", *promotion.categories, place=place)
            for name in names_of(promotion):
                yield from self._lacking(name.kind, name.code, place=f"{place}/{name.field}")

    def agreements(self) -> Iterator[Finding]:
        for agreement in self._catalogue.agreements:
            place = f"agreements/{agreement.code}"
            whom = (agreement.customer, *agreement.excluded)
            yield from self._lacking("customer", *whom, place=place)
            yield from self._lacking("price_book", agreement.price_book, place=place)
            for line in agreement.lines:
                where = f"{place}/{line.scope}"
                yield from self._scope(line.product, line.category, line.unit, place=where)

    def assignments(self) -> Iterator[Finding]:
        for each in self._catalogue.assignments:
            place = f"assignments/{each.book}/{' '.join(each.target)}"
            yield from self._lacking("price_book", each.book, place=place)
            yield from self._lacking("customer", each.customer, place=place)

    def scopes(self) -> Iterator[Finding]:
        for scope in self._catalogue.scopes:
            place = f"scopes/{scope.code}"
            yield from self._lacking("product", *scope.products, place=place)
            yield from self._lacking("category", *scope.categories, place=place)
            yield from self._lacking("customer", *scope.customers, place=place)
            yield from self._lacking("price_book", *scope.books, place=place)

    def floors(self) -> Iterator[Finding]:
        for floor in self._catalogue.floors:
            place = f"floors/{floor.code}"
            yield from self._scope(floor.product, floor.category, floor.unit, place=place)

    def regimes(self) -> Iterator[Finding]:
        for regime in self._catalogue.regimes:
            codes = (code for row in regime.mappings for code in (row.code, row.becomes))
            yield from self._lacking("tax_code", *codes, place=f"regimes/{regime.code}")

    def customers(self) -> Iterator[Finding]:
        for customer in self._catalogue.customers:
            place = f"customers/{customer.code}"
            yield from self._lacking("price_book", customer.price_book, place=place)
            yield from self._lacking("customer", customer.parent, place=place)
            regime = customer.tax_regime
            if regime is not None and regime not in self._regimes:
                yield Finding(
                    code="tax.unknown_regime", place=place, message=_unknown("tax regime", regime)
                )

    def chosen_books(self) -> Iterator[Finding]:
        for field in ("default_book", "cost_book"):
            yield from self._lacking("price_book", getattr(self._catalogue, field), place=field)

    def plans(self) -> Iterator[Finding]:
        for plan in self._catalogue.plans:
            for step in plan.steps:
                place = f"plans/{plan}/{step.code}"
                yield from self._lacking("product", *step.products, place=place)
                yield from self._lacking("category", *step.categories, place=place)


def _unknown(kind: str, code: str) -> LocalText:
    return LocalText(
        en=legible(f"{kind} {code!r} is not in the catalogue; add it, or correct the code"),
        zh=legible(f"目录中没有 {code!r}，请补充或更正代码"),
    )


def _belonging(catalogue: "Catalogue") -> Iterator[Finding]:
    """Customers that belong to themselves by way of others: each circle once."""
    parents = {customer.code: customer.parent for customer in catalogue.customers}
    settled: set[str] = set()
    for start in parents:
        path: list[str] = []
        code: str | None = start
        while code is not None and code not in settled and code not in path:
            path.append(code)
            code = parents.get(code)
        if code is not None and code in path:
            circle = " > ".join((*path[path.index(code) :], code))
            yield Finding(
                code="customer.cycle",
                place=f"customers/{code}",
                message=LocalText(
                    en=legible(
                        f"customer {code!r} belongs to itself: {circle}; take the parent off one"
                    ),
                    zh=legible(f"客户 {code!r} 的上级关系成环：{circle}，请去掉其中一个上级"),
                ),
            )
        settled.update(path)


def _circles(catalogue: "Catalogue") -> Iterator[Finding]:
    try:
        catalogue.prices  # noqa: B018  looking at it compiles the books
    except DomainError as error:
        yield _of_error(error, "books")


def _plans(catalogue: "Catalogue", home: tzinfo) -> Iterator[Finding]:
    """Plans of which two are in force at once, and products whose list price two steps set."""
    try:
        refuse_two_published(catalogue.plans, zone=home)
    except DomainError as error:
        yield _of_error(error, "plans")
    for plan in catalogue.plans:
        if any(step.scoped and "list" in step.writes for step in plan.steps):
            yield from _list_setters(catalogue, plan)


def _list_setters(catalogue: "Catalogue", plan: PricingPlan) -> Iterator[Finding]:
    for product in catalogue.products:
        try:
            refuse_two_list_setters(
                plan,
                product=product.code,
                family=product.variant_of,
                categories=catalogue.lineage(product),
            )
        except DomainError as error:
            yield _of_error(error, f"plans/{plan}")


def _of_error(error: DomainError, place: str) -> Finding:
    return Finding(code=error.code, place=place, message=LocalText(en=legible(error.message)))
