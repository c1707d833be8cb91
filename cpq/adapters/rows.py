"""Rows from files, each of which knows where it stands (file, line, column).

A spreadsheet export is read as it is or not at all: an unknown column, a short row, an open quote
that swallows the lines below, a figure that is no figure are findings that name file, line and
column, all of them at once. Nothing is skipped and nothing is guessed.
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from cpq.adapters.problems import problems
from cpq.kernel.errors import Finding, NotFound, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.text import LocalText, legible

Value = TypeVar("Value", bound=Frozen)


class Row(Frozen):
    """One row of a file: its cells by column, empty cells left out."""

    file: str
    line: int
    cells: tuple[tuple[str, str], ...]

    def get(self, column: str) -> str | None:
        """The cell, or ``None`` where it is empty."""
        return dict(self.cells).get(column)

    def local_text(self, column: str) -> dict[str, str]:
        """The cells ``column_en`` and ``column_zh`` as words in both languages."""
        cells = dict(self.cells)
        found = {tag: cells.get(f"{column}_{tag}", "") for tag in ("en", "zh")}
        return {tag: text for tag, text in found.items() if text}


class Reading:
    """Files of one folder, read together; what is wrong in any of them is collected."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Unreadable(
                "folder.missing", f"{folder} is not a folder; give the folder that holds the files"
            )
        self.folder = folder
        self.findings: list[Finding] = []

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
            self.findings += problems(error, otherwise="row.unreadable", place=place)
        except NotFound as error:
            self.find(error.code, place, error.message)
        return None

    def finish(self, code: str) -> None:
        """Raise ``Unreadable`` with everything that is wrong, where anything is."""
        if self.findings:
            shown = "; ".join(str(finding) for finding in self.findings[:3])
            more = len(self.findings) - 3
            rest = f"; and {more} more" if more > 0 else ""
            raise Unreadable(code, f"{self.folder}: {shown}{rest}", findings=self.findings)


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
