"""Bikes as configurable products (可选配的自行车): one BOM per model, made from its variants' BOMs.

What all variants of a model have in common is a component. What differs is a group to pick from,
and a table says which option belongs to which colour and size. What differs further down, such as
the paint of a frame, comes with the option: every frame brings its own BOM. Rows are dated and
rules are not; so a BOM is made as of a day, from the rows in force, and each of its parts keeps the
days on which it holds for all variants that have it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shares import book_with
from variants import BikeModel, Variant, colours, sizes

from cpq.bom import BOM, CompatibilityTable, Component, OptionGroup
from cpq.catalogue import Catalogue
from cpq.kernel.money import total
from cpq.kernel.period import Period
from cpq.kernel.text import LocalText
from cpq.product import Attribute, AttributeValue, Product, number_code

COLOUR, SIZE = "colour", "size"
SOLD = "SOLD"
"""The table of the colours and sizes that are sold together."""

_CHINESE = {
    "Colour": "颜色",
    "Size": "尺寸",
    "Black": "黑色",
    "Blue": "蓝色",
    "Grey": "灰色",
    "Multi": "多色",
    "Red": "红色",
    "Silver": "银色",
    "Silver/Black": "银黑色",
    "White": "白色",
    "Yellow": "黄色",
    "Mountain Bikes": "山地自行车",
    "Road Bikes": "公路自行车",
    "Touring Bikes": "旅行自行车",
    "Mountain Frames": "山地车架",
    "Road Frames": "公路车架",
    "Touring Frames": "旅行车架",
}

Lines = Mapping[str, Component]
"""What a variant is made of on a day, by product."""


class Difference(NamedTuple):
    """What variants do not have in common: a group, and what each of them picks, empty: nothing."""

    group: OptionGroup
    picks: Mapping[Variant, str]


def with_models(catalogue: Catalogue, models: Iterable[BikeModel], *, on: date) -> Catalogue:
    """The catalogue with each model as a configurable product: the variants sold on a day.

    A model of which none is sold then is left out. Raises ``NotFound`` (``bom.unknown``) for a
    variant without a BOM.
    """
    sold = [(model, found) for model in models if (found := model.sold_on(on))]
    return catalogue.with_(
        products=(*catalogue.products, *(_product(model) for model, _ in sold)),
        boms=(
            *catalogue.boms,
            *(bom_of(model.name, found, catalogue, on=on) for model, found in sold),
        ),
        books=tuple(book_with(book, [model for model, _ in sold]) for book in catalogue.books),
    )


def bom_of(product: str, variants: Sequence[Variant], catalogue: Catalogue, *, on: date) -> BOM:
    """The bill of materials of a model with these variants, from the rows in force on a day.

    Raises as ``with_models`` does.
    """
    made = {variant: _lines(variant, catalogue, on) for variant in variants}
    codes = tuple(dict.fromkeys(code for lines in made.values() for code in lines))
    shared = [code for code in codes if len({_amount(code, lines) for lines in made.values()}) == 1]
    rest = [code for code in codes if code not in shared]
    differences = [
        _difference(name, group, made) for name, group in _grouped(rest, made, catalogue).items()
    ]
    return BOM(
        product=product,
        attributes=(
            _attribute(COLOUR, "Colour", colours(variants)),
            _attribute(SIZE, "Size", sizes(variants)),
        ),
        components=tuple(_common([lines[code] for lines in made.values()]) for code in shared),
        groups=tuple(each.group for each in differences),
        tables=(_sold(variants), *(_tied(each) for each in differences)),
    )


# what variants are made of ------------------------------------------------------------------------


def _lines(variant: Variant, catalogue: Catalogue, on: date) -> Lines:
    """Everything right below a variant; what stands there twice on that day is one line."""
    bom = catalogue.bom(variant.product, on=on).bom(variant.product)
    rows: defaultdict[str, list[Component]] = defaultdict(list)
    for part in bom.components if bom else ():
        rows[part.product].append(part)
    return {
        code: _common(parts).with_(quantity=total(part.quantity for part in parts))
        for code, parts in rows.items()
    }


def _amount(code: str, lines: Lines) -> tuple[Decimal, str | None] | None:
    return (lines[code].quantity, lines[code].unit) if code in lines else None


def _common(parts: Sequence[Component]) -> Component:
    """One part for several, on the days that all of them hold for; its place is its product's."""
    starts = [part.period.start for part in parts if part.period.start is not None]
    ends = [part.period.end for part in parts if part.period.end is not None]
    period = Period(start=max(starts, default=None), end=min(ends, default=None))
    return parts[0].with_(place=None, period=period)


# what differs -------------------------------------------------------------------------------------


def _grouped(
    codes: Iterable[str], made: Mapping[Variant, Lines], catalogue: Catalogue
) -> dict[str, list[str]]:
    """The products that differ, by category as long as no variant has two of one; else alone."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in codes:
        found[catalogue.product(code).category or code].append(code)
    groups: dict[str, list[str]] = {}
    for name, group in found.items():
        if all(len(lines.keys() & set(group)) <= 1 for lines in made.values()):
            groups[name] = group
        else:
            groups.update({code: [code] for code in group})
    return groups


def _difference(name: str, codes: Sequence[str], made: Mapping[Variant, Lines]) -> Difference:
    """The group of these products, an option for each product and quantity that a variant has."""
    rows = {
        variant: next((lines[code] for code in codes if code in lines), None)
        for variant, lines in made.items()
    }
    options: defaultdict[str, list[Component]] = defaultdict(list)
    picks: dict[Variant, str] = {}
    for variant, row in rows.items():
        if row is None:
            picks[variant] = ""
        else:
            picks[variant] = f"{number_code(row.quantity)}x {row.product}"
            options[picks[variant]].append(row)
    names = {key: _short(key, options) for key in options}
    group = OptionGroup(
        code=name.replace(" ", "-").replace(".", "-").lower(),
        name=_named(name),
        options=tuple(
            _common(parts).with_(place=names[key] if names[key] == key else None)
            for key, parts in options.items()
        ),
        minimum=0 if "" in picks.values() else 1,
    )
    return Difference(group, {variant: names.get(key, "") for variant, key in picks.items()})


def _short(key: str, options: Iterable[str]) -> str:
    """A product's code alone where it is an option in one quantity only."""
    product = key.partition(" ")[2]
    return product if sum(each.partition(" ")[2] == product for each in options) == 1 else key


def _tied(difference: Difference) -> CompatibilityTable:
    """Each colour and size with its option."""
    return CompatibilityTable(
        code=difference.group.code.upper(),
        columns=(COLOUR, SIZE, difference.group.code),
        rows=tuple((each.colour, each.size, pick) for each, pick in difference.picks.items()),
        message=LocalText(
            en="what is built in follows from colour and size", zh="部件由颜色和尺寸决定"
        ),
    )


# what is chosen -----------------------------------------------------------------------------------


def _sold(variants: Iterable[Variant]) -> CompatibilityTable:
    return CompatibilityTable(
        code=SOLD,
        columns=(COLOUR, SIZE),
        rows=tuple((variant.colour, variant.size) for variant in variants),
        message=LocalText(
            en="not every colour is sold in every size", zh="并非每种颜色都有所有尺寸"
        ),
    )


def _attribute(code: str, name: str, values: Iterable[str]) -> Attribute:
    return Attribute(
        code=code,
        name=_named(name),
        values=tuple(AttributeValue(code=value, name=_named(value)) for value in values),
    )


def _named(name: str) -> LocalText:
    """A name of the source in both languages, where its Chinese is known."""
    return LocalText(en=name, zh=_CHINESE.get(name, ""))


def _product(model: BikeModel) -> Product:
    """The model itself: sold from the first day of its first variant to the last of its last."""
    periods = [variant.sold for variant in model.variants]
    starts = [period.start for period in periods if period.start is not None]
    ends = [period.end for period in periods if period.end is not None]
    kind = _CHINESE.get(model.category or "", "")
    return Product(
        code=model.name,
        name=LocalText(en=model.name, zh=f"{model.name} {kind}" if kind else ""),
        unit="EA",
        category=model.category,
        sellable=Period(
            start=min(starts, default=None),
            end=max(ends) if len(ends) == len(periods) else None,
        ),
    )
