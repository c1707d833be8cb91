"""Bills of materials from TOML files, their tables from CSV beside them; resources (BOM 与资源)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from cpq.adapters.rows import Reading
from cpq.bom import BOM, Supply
from cpq.bom.misfits import misfits
from cpq.kernel.errors import DomainError, Finding

_SUPPLY = ("product", "resource", "amount")
_EVERYTHING: Final = frozenset({"*"})
_NAMED: Mapping[str, tuple[str, ...]] = {
    "groups": ("code",),
    "attributes": ("code",),
    "components": ("place", "product"),
}


class BOMFolder:
    """The BOM files of a folder: what could be read of each, and what could not.

    A file that is wrong in one place is read without it, only so that the rest can be looked at.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._boms: dict[str, BOM] = {}
        self._unread: dict[str, frozenset[str]] = {}
        self._all_named = True
        seen: dict[str, str] = {}
        for path in sorted((reading.folder / "boms").glob("*.toml")):
            self._read(path, seen)

    @property
    def boms(self) -> tuple[BOM, ...]:
        """The bills of materials, one file each; whole where nothing was found wrong."""
        return tuple(self._boms.values())

    def misfits(self, *, supplies: Iterable[Supply]) -> Iterator[Finding]:
        """What is wrong with what could be read, where what could not be is not held against it."""
        unread = dict(self._unread)
        if not self._all_named:
            parts = {part.product for bom in self.boms for part in bom.parts()}
            unread |= dict.fromkeys(parts - self._boms.keys(), _EVERYTHING)
        return misfits(self._boms, supplies=supplies, unread=unread)

    def _read(self, path: Path, seen: dict[str, str]) -> None:
        reading, name = self._reading, f"boms/{path.name}"
        before = len(reading.findings)
        fields = reading.toml(name)
        if len(reading.findings) > before:
            self._all_named = False
            return
        _fill_tables(reading, fields, name=name)
        bom = reading.value(BOM, fields, place=name)
        if bom is None:
            bom = self._without_wrong(fields)
        if bom is None:
            product = fields.get("product")
            self._unread[str(product)] = _EVERYTHING
            self._all_named = self._all_named and _is_code(product)
        elif not reading.refuse_twice(seen, bom.product, place=name):
            reading.came(f"boms/{bom.product}", name)
            self._boms[bom.product] = bom

    def _without_wrong(self, fields: Mapping[str, Any]) -> BOM | None:
        """What can be read of a BOM without its wrong parts and rules; ``None``: nothing."""
        try:
            return BOM.model_validate(dict(fields))
        except ValidationError as error:
            wrong = {problem["loc"][:2] for problem in error.errors(include_url=False)}
        except DomainError:
            return None
        left = dict(fields)
        lost: set[str] = set()
        for field in sorted({str(loc[0]) for loc in wrong if loc}):
            rows = left.pop(field, None)
            gone = [loc[1] for loc in wrong if loc[:1] == (field,) and len(loc) > 1]
            if isinstance(rows, list) and all(isinstance(each, int) for each in gone) and gone:
                left[field] = [row for place, row in enumerate(rows) if place not in gone]
                lost.update(_names(field, [rows[int(place)] for place in gone]))
            else:
                lost.update(_names(field, [rows]))
        try:
            bom = BOM.model_validate(left)
        except (ValidationError, DomainError):
            return None
        self._unread[bom.product] = frozenset(lost)
        return bom


def _is_code(product: object) -> bool:
    """Whether others can name a product by this."""
    try:
        return BOM.model_validate({"product": product}).product == product
    except (ValidationError, DomainError):
        return False


def _names(field: str, rows: Iterable[Any]) -> Iterator[str]:
    """What paths call the parts, groups or attributes of some rows; ``*`` where that is not said.

    Rules have no names that paths could lead to; a field that is not known may be any other.
    """
    if field in BOM.model_fields and field not in _NAMED:
        return
    for row in rows:
        keys = _NAMED.get(field, ())
        said = [row.get(key) for key in keys] if isinstance(row, Mapping) else []
        yield next((name for name in said if isinstance(name, str)), "*")


def _fill_tables(reading: Reading, fields: Mapping[str, Any], *, name: str) -> None:
    """The rows of the tables that have them in files of their own.

    The header of such a file, ``rows_file``, has the table's columns, in any order; an empty cell
    is nothing, ``*`` anything.
    """
    tables = fields.get("tables")
    if not isinstance(tables, list):
        return
    for number, table in enumerate(tuple(tables), start=1):
        if isinstance(table, dict) and "rows_file" in table:
            before = len(reading.findings)
            _fill(reading, table, place=f"{name}:tables.{number}")
            if len(reading.findings) > before:
                tables.remove(table)


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
