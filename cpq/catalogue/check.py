"""What is wrong with a catalogue as a whole (目录检查): all of it, before anybody prices with it.

A snapshot may name what it does not hold, a BOM may contain itself, a rule may speak of an option
that nobody can pick, a price book may derive from itself. Each is a finding with its place.
"""

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from cpq.bom import dead_picks
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.text import LocalText, legible

if TYPE_CHECKING:
    from cpq.catalogue.snapshot import Catalogue


def findings(catalogue: "Catalogue") -> Iterator[Finding]:
    """Everything that is wrong with a catalogue: what it names and lacks first, then circles."""
    missing = [
        *_products(catalogue),
        *_boms(catalogue),
        *_books(catalogue),
        *_others(catalogue),
    ]
    yield from missing
    yield from _structures(catalogue)
    if not any(finding.code == "price_book.unknown" for finding in missing):
        yield from _circles(catalogue)


def _lacking(
    known: Container[str], code: str | None, *, kind: str, place: str
) -> Iterator[Finding]:
    if code is not None and code not in known:
        yield Finding(
            code=f"{kind}.unknown",
            place=place,
            message=LocalText(
                en=f"{kind.replace('_', ' ')} {code!r} is not in the catalogue",
                zh=f"目录中没有 {code!r}",
            ),
        )


def _products(catalogue: "Catalogue") -> Iterator[Finding]:
    units = {unit.code for unit in catalogue.units.units}
    taxes = {rate.code for rate in catalogue.taxes.rates}
    categories = {category.code for category in catalogue.categories}
    for product in catalogue.products:
        place = f"products/{product.code}"
        yield from _lacking(units, product.unit, kind="unit", place=place)
        yield from _lacking(categories, product.category, kind="category", place=place)
        yield from _lacking(
            catalogue.products_by_code, product.variant_of, kind="product", place=place
        )
        yield from _lacking(taxes, product.tax_code, kind="tax_code", place=place)
    for category in catalogue.categories:
        place = f"categories/{category.code}"
        yield from _lacking(categories, category.parent, kind="category", place=place)


def _boms(catalogue: "Catalogue") -> Iterator[Finding]:
    units = {unit.code for unit in catalogue.units.units}
    for bom in catalogue.boms:
        place = f"boms/{bom.product}"
        products = catalogue.products_by_code
        yield from _lacking(products, bom.product, kind="product", place=place)
        for part in bom.parts():
            yield from _lacking(products, part.product, kind="product", place=place)
            yield from _lacking(units, part.unit, kind="unit", place=place)


def _books(catalogue: "Catalogue") -> Iterator[Finding]:
    units = {unit.code for unit in catalogue.units.units}
    books = {book.code for book in catalogue.books}
    categories = {category.code for category in catalogue.categories}
    for book in catalogue.books:
        yield from _lacking(books, book.base, kind="price_book", place=f"books/{book.code}")
        for version in book.versions:
            for row in version.entries:
                place = f"books/{book.code}/{row}"
                products = catalogue.products_by_code
                yield from _lacking(products, row.product, kind="product", place=place)
                yield from _lacking(categories, row.category, kind="category", place=place)
                yield from _lacking(units, row.unit, kind="unit", place=place)


def _others(catalogue: "Catalogue") -> Iterator[Finding]:
    books = {book.code for book in catalogue.books}
    categories = {category.code for category in catalogue.categories}
    for promotion in catalogue.promotions:
        place = f"promotions/{promotion.code}"
        for code in promotion.products:
            yield from _lacking(catalogue.products_by_code, code, kind="product", place=place)
        for code in promotion.categories:
            yield from _lacking(categories, code, kind="category", place=place)
    for customer in catalogue.customers:
        place = f"customers/{customer.code}"
        yield from _lacking(books, customer.price_book, kind="price_book", place=place)
    yield from _lacking(books, catalogue.default_book, kind="price_book", place="default_book")


def _structures(catalogue: "Catalogue") -> Iterator[Finding]:
    told: set[frozenset[str]] = set()
    for bom in catalogue.boms:
        place = f"boms/{bom.product}"
        try:
            whole = catalogue.bom(bom.product)
        except DomainError as error:
            path = error.facts.get("path", ())
            circle = frozenset(path if isinstance(path, tuple) else ())
            if not any(circle & known for known in told):
                told.add(circle)
                yield _of_error(error, place)
            continue
        for rule, pick in dead_picks(whole, bom):
            yield Finding(
                code="bom.dead_rule",
                place=f"{place}/{rule}",
                message=LocalText(
                    en=f"rule {rule} speaks of {pick}, which nobody can pick; correct the path",
                    zh=f"规则 {rule} 所指的 {pick} 无法选择",
                ),
            )


def _circles(catalogue: "Catalogue") -> Iterator[Finding]:
    try:
        catalogue.prices  # noqa: B018  looking at it compiles the books
    except DomainError as error:
        yield _of_error(error, "books")


def _of_error(error: DomainError, place: str) -> Finding:
    return Finding(code=error.code, place=place, message=LocalText(en=legible(error.message)))
