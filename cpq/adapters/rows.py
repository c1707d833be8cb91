"""Rows from files, each of which knows where it stands (file, line, column).

A spreadsheet export is read as it is or not at all: an unknown column, a short row, an open quote
that swallows the lines below, a figure that is no figure are findings that name file, line and
column, all of them at once. Nothing is skipped and nothing is guessed. What was read stays known
by its line, so that what is wrong with the whole is said where somebody can put it right.
"""

import csv
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from cpq.adapters.problems import problems
from cpq.kernel.errors import Finding, NotFound, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText, legible

Value = TypeVar("Value", bound=Frozen)
_AS_NAMED: Mapping[str, str] = {}


class Row(Frozen):
    """One row of a file: its cells by column, empty cells left out.

    ``lines`` are where cells stand that were said in another line than the first of several.
    """

    file: str
    line: int
    cells: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, int], ...] = ()

    @cached_property
    def _by_column(self) -> dict[str, str]:
        return dict(self.cells)

    def get(self, column: str) -> str | None:
        """The cell, or ``None`` where it is empty."""
        return self._by_column.get(column)

    def filled(self, *columns: str) -> dict[str, str]:
        """The cells of these columns that are not empty, by column."""
        return {column: text for column, text in self.cells if column in columns}

    def several(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that lists several, separated by ``;``."""
        parts = (part.strip() for part in (self.get(column) or "").split(";"))
        return tuple(part for part in parts if part)

    def local_text(self, column: str) -> dict[str, str]:
        """The cells ``column_en`` and ``column_zh`` as words in both languages."""
        found = {tag: self.get(f"{column}_{tag}") or "" for tag in ("en", "zh")}
        return {tag: text for tag, text in found.items() if text}

    def place(self, column: str = "") -> str:
        """Where the row stands, or one of its cells: ``prices.csv:3:price``."""
        line = dict(self.lines).get(column, self.line)
        return ":".join(part for part in (self.file, str(line), column) if part)


class Reading:
    """Files of one folder, read together; what is wrong in any of them is collected."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Unreadable(
                "folder.missing", f"{folder} is not a folder; give the folder that holds the files"
            )
        self.folder = folder
        self.findings: list[Finding] = []
        self._origins: dict[str, list[Row | str]] = {}

    def find(self, code: str, place: str, message: str) -> None:
        """Note what is wrong, and where."""
        self.findings.append(
            Finding(code=code, place=legible(place), message=LocalText(en=legible(message)))
        )

    def rows(
        self, name: str, *, columns: Sequence[str], needs: Sequence[str] = (), optional: bool = True
    ) -> Iterator[Row]:
        """The rows of a CSV file with a header: UTF-8, comma, the columns it may have.

        Every column of ``needs`` must be there and filled. A missing file has no rows where it is
        ``optional``.
        """
        path = self.folder / name
        if not path.exists():
            if not optional:
                self.find("file.missing", name, f"the file is missing in {self.folder}")
            return
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            self.find("file.unreadable", name, f"cannot be read: {error.strerror}")
            return
        except UnicodeDecodeError as error:
            self.find(
                "file.encoding", name, f"not UTF-8 at byte {error.start}; save the file as UTF-8"
            )
            return
        yield from self._rows(name, text.splitlines(keepends=True), columns, needs)

    def _rows(
        self, name: str, lines: Sequence[str], columns: Sequence[str], needs: Sequence[str]
    ) -> Iterator[Row]:
        reader = csv.reader(lines, strict=True)
        try:
            header = [column.strip() for column in next(reader, [])]
            unknown = [column for column in header if column not in columns]
            missing = [column for column in needs if column not in header]
            if unknown or missing or len(set(header)) < len(header):
                self.find(
                    "file.columns",
                    f"{name}:1",
                    f"columns are {', '.join(columns)}; unknown: {', '.join(unknown) or 'none'}; "
                    f"missing: {', '.join(missing) or 'none'}; each at most once",
                )
                return
            start = reader.line_num
            for cells in reader:
                first, start = start + 1, reader.line_num
                row = self._row(name, first, header, cells, needs)
                if row is not None:
                    yield row
        except csv.Error as error:
            self.find("row.unreadable", f"{name}:{reader.line_num}", f"not CSV: {error}")

    def _row(
        self, name: str, line: int, header: list[str], cells: list[str], needs: Sequence[str]
    ) -> Row | None:
        if not any(cell.strip() for cell in cells):
            return None
        if len(cells) != len(header):
            self.find(
                "row.unreadable",
                f"{name}:{line}",
                f"{len(cells)} cells where the header has {len(header)} columns",
            )
            return None
        filled = {
            column: cell.strip() for column, cell in zip(header, cells, strict=True) if cell.strip()
        }
        empty = [column for column in needs if column not in filled]
        for column in empty:
            self.find("row.unreadable", f"{name}:{line}:{column}", "the cell is empty; fill it in")
        return None if empty else Row(file=name, line=line, cells=tuple(filled.items()))

    def toml(self, name: str) -> dict[str, Any]:
        """A TOML file; decimals are exact. Empty where it is missing."""
        path = self.folder / name
        if not path.exists():
            return {}
        try:
            return read_toml(path)
        except Unreadable as error:
            self.find("file.unreadable", name, error.message)
            return {}

    def tables(self, fields: Mapping[str, Any], name: str, *, file: str) -> list[Any]:
        """The ``[[name]]`` tables of a TOML file; a finding where they are something else."""
        found = fields.get(name, [])
        if not isinstance(found, list):
            self.find("file.columns", f"{file}:{name}", f"written [[{name}]], once for each")
            return []
        return found

    def value(self, kind: type[Value], fields: Any, *, place: str) -> Value | None:
        """A value of ``kind``, or one finding per field that is wrong and ``None``."""
        if not isinstance(fields, Mapping):
            self.find("row.unreadable", place, f"a table of fields is wanted; found {fields!r}")
            return None
        try:
            return kind.model_validate(dict(fields))
        except ValidationError as error:
            self.findings += problems(error, otherwise="row.unreadable", place=place, fields=fields)
        except NotFound as error:
            self.find(error.code, place, error.message)
        return None

    def of_row(
        self, kind: type[Value], fields: Any, row: Row, *, columns: Mapping[str, str] = _AS_NAMED
    ) -> Value | None:
        """A value out of a row, or one finding per cell that is wrong and ``None``.

        ``columns`` says in which column a field stands, where the two differ in their names.
        """
        try:
            return kind.model_validate(fields)
        except ValidationError as error:
            for found in problems(error, otherwise="row.unreadable"):
                column = _column(found.place, columns)
                self.findings.append(found.with_(place=legible(row.place(column))))
        except NotFound as error:
            self.find(error.code, row.place(), error.message)
        return None

    def together(self, rows: Sequence[Row], columns: Sequence[str], *, about: str) -> Row:
        """What several rows say of the one thing ``about``: each cell once, in any of them.

        A row that says something else than one before it is a finding.
        """
        if len(rows) == 1:
            return rows[0]
        said: dict[str, Row] = {}
        for row in rows:
            for column, text in row.filled(*columns).items():
                first = said.setdefault(column, row)
                if first.get(column) != text:
                    self.find(
                        "row.contradicts",
                        row.place(column),
                        f"{about} has {column} {first.get(column)!r} in line {first.line} and "
                        f"{text!r} here; say it in one of its rows, or the same in all",
                    )
        return Row(
            file=rows[0].file,
            line=rows[0].line,
            cells=tuple((column, row.get(column) or "") for column, row in said.items()),
            lines=tuple((column, row.line) for column, row in said.items()),
        )

    def refuse_twice(
        self, seen: dict[str, str], code: str, *, place: str, within: str = ""
    ) -> bool:
        """Note a code that was ``seen`` before, which maps codes to their places.

        The same code may stand once ``within`` each of several things.
        """
        first = seen.setdefault(f"{within}/{code}", place)
        if first != place:
            self.find(
                "row.unreadable",
                place,
                f"{code!r} stands in {first} already; a code names one thing: rename or remove one",
            )
        return first != place

    def came(self, name: str, origin: Row | str) -> None:
        """Remember from which row or place what a catalogue calls ``name`` was read."""
        self._origins.setdefault(name, []).append(origin)

    def located(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Findings about a catalogue as findings about the files that it was read from.

        What several rows say is found in each of them, once.
        """
        told: set[tuple[str, str]] = set()
        for finding in findings:
            for place in self._places(finding):
                if (place, finding.message.en) not in told:
                    told.add((place, finding.message.en))
                    yield finding.with_(place=legible(place))

    def _places(self, finding: Finding) -> list[str]:
        name, rest = finding.place, ""
        while name not in self._origins and "/" in name:
            name, _, last = name.rpartition("/")
            rest = f"{last}/{rest}" if rest else last
        origins = self._origins.get(name)
        if origins is None:
            return [finding.place]
        if rest:
            return [f"{_whole(origin)}:{rest}" for origin in origins]
        return [_cell(origin, finding.message.en) for origin in origins]

    def finish(self, code: str) -> None:
        """Raise ``Unreadable`` with everything that is wrong, where anything is."""
        if self.findings:
            shown = "; ".join(str(finding) for finding in self.findings[:3])
            more = len(self.findings) - 3
            rest = f"; and {more} more" if more > 0 else ""
            raise Unreadable(code, f"{self.folder}: {shown}{rest}", findings=self.findings)


def given(**fields: Any) -> dict[str, Any]:
    """The fields that say something: without ``None`` and without empty tables and lists."""
    return {name: value for name, value in fields.items() if value not in (None, {}, ())}


def grouped(
    rows: Iterable[Row], columns: tuple[str, ...]
) -> dict[tuple[str | None, ...], list[Row]]:
    """The rows by what stands in some columns, in the order of first appearance."""
    groups: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(column) for column in columns), []).append(row)
    return groups


def _whole(origin: Row | str) -> str:
    return origin if isinstance(origin, str) else origin.place()


def _cell(origin: Row | str, message: str) -> str:
    """Where it stands: the last cell that holds what the message quotes, else the row."""
    if isinstance(origin, str):
        return origin
    for column, text in reversed(origin.cells):
        if any(repr(part) in message for part in (text, *origin.several(column))):
            return origin.place(column)
    return origin.place()


def _column(where: str, columns: Mapping[str, str]) -> str:
    """The column that a field stands in: by its whole path, else by the start of it."""
    path, rest = where, ""
    while path and path not in columns:
        path, _, last = path.rpartition(".")
        rest = f".{last}{rest}"
    return f"{columns[path]}{rest}" if path in columns and (path or not where) else where


def read_json(path: Path) -> Any:
    """A JSON file with exact decimals.

    Raises ``Unreadable`` (``file.missing``, ``file.unreadable``).
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise Unreadable("file.missing", f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable("file.unreadable", f"{path} is not JSON: {error}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file with exact decimals.

    Raises ``Unreadable`` (``file.missing``, ``file.unreadable``).
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise Unreadable("file.missing", f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("file.unreadable", f"{path} is not TOML: {error}") from None
