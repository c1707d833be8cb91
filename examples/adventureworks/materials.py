"""AdventureWorks' bills of materials: four levels, every row dated, the rows in force picked later.

A row says how many of a component go into one assembly, in which unit, from which day to which
(both inclusive). One component may stand in an assembly twice, at different times; so a place in
a BOM is named by the row's own id. A row without an assembly marks a finished good.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from rows import Row, read_rows

from cpq.bom import BOM, Component
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.kernel.text import LocalText

COLUMNS = (
    "bill_of_materials_id",
    "assembly_id",
    "component_id",
    "start",
    "end",
    "unit",
    "per_assembly_qty",
)


UNITS = STANDARD_UNITS.with_units(
    (
        Unit(
            code="OZ",
            dimension="mass",
            numerator=28349523125,
            denominator=10**12,
            places=2,
            name=LocalText(en="ounce", zh="盎司"),
        ),
        Unit(
            code="IN",
            dimension="length",
            numerator=254,
            denominator=10**4,
            places=2,
            name=LocalText(en="inch", zh="英寸"),
        ),
    )
)
"""The units of the catalogue: paint is counted in ounces and tubes in inches."""

_KNOWN_UNITS = {unit.code: unit.code for unit in UNITS.units}


def read_parts(folder: Path) -> tuple[Row, ...]:
    """The rows of the bills of materials, those that only mark a finished good among them."""
    return tuple(read_rows(folder, "BillOfMaterials.csv", COLUMNS))


def units_of(parts: Sequence[Row]) -> dict[str, str]:
    """The unit each component is counted in, by its id: the files name it nowhere else."""
    found: dict[str, str] = {}
    for row in parts:
        unit = row.one_of("unit", _KNOWN_UNITS, what="unit")
        if found.setdefault(row.text("component_id"), unit) != unit:
            raise row.unreadable("unit", f"{unit!r} here, another unit in a row above")
    return found


def boms_of(parts: Sequence[Row], codes: Mapping[str, str]) -> tuple[BOM, ...]:
    """One BOM per assembly, over all its days; ``Catalogue.bom(on=…)`` picks those in force."""
    assemblies: defaultdict[str, list[Component]] = defaultdict(list)
    for row in parts:
        component = _component(row, codes)
        if row.cells["assembly_id"]:
            assembly = row.one_of("assembly_id", codes, what="product")
            assemblies[assembly].append(component)
    return tuple(
        BOM(product=assembly, components=tuple(components))
        for assembly, components in assemblies.items()
    )


def _component(row: Row, codes: Mapping[str, str]) -> Component:
    return row.make(
        Component,
        product=row.one_of("component_id", codes, what="product"),
        quantity=row.number("per_assembly_qty"),
        unit=row.text("unit"),
        place=row.text("bill_of_materials_id"),
        period=row.period("start", "end"),
    )
