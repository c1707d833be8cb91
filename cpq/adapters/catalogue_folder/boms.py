"""Bills of materials from TOML files, their tables from CSV beside them; resources (BOM 与资源)."""

from collections.abc import Iterator
from typing import Any

from cpq.adapters.rows import Reading
from cpq.bom import BOM, Supply

_SUPPLY = ("product", "resource", "amount")


def read_boms(reading: Reading) -> Iterator[BOM]:
    """The bills of materials, one file each.

    The rows of a compatibility table may stand in a CSV file beside it, ``rows_file``, whose header
    has the table's columns, in any order; an empty cell is nothing, ``*`` anything.
    """
    seen: dict[str, str] = {}
    for path in sorted((reading.folder / "boms").glob("*.toml")):
        name = f"boms/{path.name}"
        before = len(reading.findings)
        fields = reading.toml(name)
        tables = fields.get("tables")
        for number, table in enumerate(tables if isinstance(tables, list) else (), start=1):
            if isinstance(table, dict) and "rows_file" in table:
                _fill(reading, table, place=f"{name}:tables.{number}")
        if len(reading.findings) > before:
            continue
        bom = reading.value(BOM, fields, place=name) if fields else None
        if bom is not None and not reading.refuse_twice(seen, bom.product, place=name):
            reading.came(f"boms/{bom.product}", name)
            yield bom


def _fill(reading: Reading, table: dict[str, Any], *, place: str) -> None:
    """The rows of a table from its file."""
    file, columns = table.pop("rows_file"), table.get("columns")
    name = f"boms/{file}"
    if "rows" in table:
        reading.find("file.columns", place, "rows and rows_file are given; keep one of them")
    elif not isinstance(columns, list) or not all(isinstance(each, str) for each in columns):
        reading.find("file.columns", f"{place}.columns", "a list of paths, as in the file's header")
    elif not isinstance(file, str) or "/" in file or "\\" in file:
        reading.find("file.columns", f"{place}.rows_file", "the name of a file beside this one")
    else:
        rows = reading.rows(name, columns=columns, optional=False)
        table["rows"] = [[row.get(column) or "" for column in columns] for row in rows]


def read_supplies(reading: Reading) -> tuple[Supply, ...]:
    """What products supply and draw, from ``resources.csv``: drawn is negative."""
    supplies: list[Supply] = []
    known: dict[str, str] = {}
    for row in reading.rows("resources.csv", columns=_SUPPLY, needs=_SUPPLY):
        supply = reading.of_row(Supply, row.filled(*_SUPPLY), row)
        if supply is None:
            continue
        key = f"{supply.product}/{supply.resource}"
        if not reading.refuse_twice(known, key, place=row.place("resource")):
            reading.came(f"supplies/{key}", row)
            supplies.append(supply)
    return tuple(supplies)
