"""AdventureWorks' bikes by product model (车型): which colours and sizes a model is made in.

The source sells each colour and size as a product of its own, a *variant*. What they have in common
is the product model, which the files give by number only; its name is what the names of its
variants begin with: ``Road-150 Red, 62``.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from books import AdventureWorks
from materials import read_parts
from rows import Row, read_rows

from cpq.kernel.period import Period

COLUMNS = ("product_id", "name", "color", "size", "model_id", "sell_start", "sell_end")


class Variant(NamedTuple):
    """A bike as the source sells it; ``sold`` are the days on which it is, both inclusive."""

    product: str
    colour: str
    size: str
    sold: Period


class BikeModel(NamedTuple):
    """A product model: its name, its category, its variants in the order of the file."""

    name: str
    category: str | None
    variants: tuple[Variant, ...]

    def sold_on(self, day: date) -> tuple[Variant, ...]:
        """The variants that are sold on a day."""
        return tuple(variant for variant in self.variants if variant.sold.contains(day))


def colours(variants: Sequence[Variant]) -> tuple[str, ...]:
    """The colours that occur, in alphabetical order."""
    return tuple(sorted({variant.colour for variant in variants}))


def sizes(variants: Sequence[Variant]) -> tuple[str, ...]:
    """The sizes that occur, the smallest first.

    >>> sizes([Variant("A", "Red", size, Period()) for size in ("62", "9", "44")])
    ('9', '44', '62')
    """
    return tuple(sorted({each.size for each in variants}, key=lambda size: (len(size), size)))


def read_models(folder: Path, books: AdventureWorks) -> tuple[BikeModel, ...]:
    """The models of all finished goods: what a row of the bills of materials marks as one.

    Raises ``Unreadable`` with file, line and column, also where a bike's name does not say its
    colour and size, or two bikes of a model have the same.
    """
    finished = {
        row.text("component_id") for row in read_parts(folder) if not row.cells["assembly_id"]
    }
    found: dict[str, BikeModel] = {}
    for row in read_rows(folder, "Product.csv", COLUMNS):
        if row.text("product_id") in finished:
            key, name = row.text("model_id"), _model_name(row)
            product = books.catalogue.product(books.codes[row.text("product_id")])
            model = found.setdefault(key, BikeModel(name, product.category, ()))
            if model.name != name:
                raise row.unreadable("model_id", f"{name!r} here, {model.name!r} in a row above")
            variant = Variant(product.code, row.text("color"), row.text("size"), product.sellable)
            if any(_looks_like(variant, other) for other in model.variants):
                look = f"{variant.colour}, {variant.size}"
                raise row.unreadable("size", f"{name!r} stands in the file as {look} twice")
            found[key] = model._replace(variants=(*model.variants, variant))
    return tuple(found.values())


def _model_name(row: Row) -> str:
    look = f" {row.text('color')}, {row.text('size')}"
    name = row.text("name").removesuffix(look)
    if name == row.text("name"):
        raise row.unreadable("name", f"{name!r} does not end in the colour and size,{look}")
    return name


def _looks_like(one: Variant, other: Variant) -> bool:
    return (one.colour, one.size) == (other.colour, other.size)


def days_of(model: BikeModel, books: AdventureWorks) -> tuple[date, ...]:
    """The days on which something begins that a buyer sees: a sale or a list price of a variant."""
    return tuple(sorted(set(_beginnings(model, books))))


def _beginnings(model: BikeModel, books: AdventureWorks) -> Iterator[date]:
    products = {variant.product for variant in model.variants}
    periods = [variant.sold for variant in model.variants]
    for book in books.catalogue.books:
        for version in book.versions:
            periods += [row.period for row in version.entries if row.product in products]
    for period in periods:
        if period.start is not None and model.sold_on(period.start):
            yield period.start
