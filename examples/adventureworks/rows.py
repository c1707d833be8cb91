"""Rows of a CSV file, read strictly: whatever cannot be read names its file, line and column.

A row is asked for what a cell *means* (a day, a number, a reference), so that a bad cell is
refused where it stands and never travels into the catalogue as text.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from cpq.kernel.errors import Invalid, Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.money import exact
from cpq.kernel.period import Period

Value = TypeVar("Value")
Model = TypeVar("Model", bound=Frozen)


class Row(NamedTuple):
    """One row of a file: its cells by column, and where it stands (``line`` counts from 1)."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        cell = self.cells[column].strip()
        if not cell:
            raise self.unreadable(column, "the cell is empty")
        return cell

    def number(self, column: str) -> Decimal:
        """The cell as an exact number.

        >>> Row("prices.csv", 2, {"price": "2024.994"}).number("price")
        Decimal('2024.994')
        """
        try:
            return exact(self.text(column))
        except Invalid as error:
            raise self.unreadable(column, error.message) from None

    def number_or_none(self, column: str) -> Decimal | None:
        """The cell as an exact number; ``None`` where it is empty."""
        return self.number(column) if self.cells[column].strip() else None

    def day(self, column: str) -> date:
        """The cell as an ISO date."""
        cell = self.text(column)
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise self.unreadable(column, f"{cell!r} is not a date such as 2011-05-31") from None

    def period(self, start: str, end: str) -> Period:
        """From one cell to the other, both days inclusive; an empty end is open."""
        last = self.day(end) if self.cells[end].strip() else None
        return self.make(Period, start=self.day(start), end=last)

    def one_of(self, column: str, known: Mapping[str, Value], *, what: str) -> Value:
        """What the cell refers to: a product by its id, a word by its meaning."""
        cell = self.text(column)
        if cell not in known:
            raise self.unreadable(column, f"{cell!r} is not a known {what}")
        return known[cell]

    def make(self, model: type[Model], **fields: object) -> Model:
        """The value that the row describes; what the model refuses is refused at this row."""
        try:
            return model(**fields)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or model.__name__
            raise self.unreadable(place, first["msg"]) from None

    def unreadable(self, column: str, rule: str) -> Unreadable:
        """The refusal of one cell (``row.unreadable``)."""
        return Unreadable(
            "row.unreadable",
            f"{self.file}, line {self.line}, column {column}: {rule}",
            file=self.file,
            line=self.line,
            column=column,
        )


def read_rows(folder: Path, file: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a UTF-8 file with a header row; more columns than those asked for may be there.

    Raises ``Unreadable``: ``file.unreadable`` where there is no such file, ``column.missing``,
    ``row.unreadable`` for a row of another length or bytes that are no text.
    """
    reader = csv.reader(_text(folder, file).splitlines(keepends=True), strict=True)
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            raise Unreadable(
                "column.missing",
                f"{file}, line 1, column {missing[0]}: the header row does not name it",
                file=file,
                line=1,
                column=missing[0],
            )
        for cells in reader:
            row = Row(file, reader.line_num, dict(zip(header, cells, strict=False)))
            if len(cells) < len(header):
                raise row.unreadable(header[len(cells)], "the row ends before this column")
            if len(cells) > len(header):
                raise row.unreadable(header[-1], f"the row has {len(cells)} cells, more than named")
            yield row
    except csv.Error as error:
        raise Row(file, reader.line_num, {}).unreadable("1", str(error)) from None


def _text(folder: Path, file: str) -> str:
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        raise Unreadable(
            "file.unreadable", f"{folder / file}: {error.strerror or error}", file=file
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Row(file, line, {}).unreadable("1", "the line is not UTF-8 text") from None
