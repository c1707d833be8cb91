"""The rows of a CSV export: titles, movements, totals and notes told apart (CSV 对账单).

A line of the file is a row. A cell that goes over several lines, or an open quote that would
swallow the rows below, is refused. Above the titles stand names and numbers (账号、币种); below the
movements stand totals and notes: these are kept as details of the statement, and anything else that
is no movement is refused, so that every line of the file is accounted for.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from revenue.adapters.bank.columns import ColumnMap, Columns, columns_of, refuse_unclear, title_key
from revenue.adapters.bank.source import Detail, Source, TextLine, detail

_DELIMITERS = (",", "\t", ";", "|")
_AS_TEXT = re.compile(r'="(.*)"')
_BLANK = " \t\u3000\u00a0"
_SAID = re.compile(r"([^:：]{1,20})[:：](.*)")


class Row(NamedTuple):
    """A line of the file in cells, without the white space around them."""

    number: int
    cells: tuple[str, ...]
    raw: str

    def cell(self, place: int) -> str:
        """The cell in a column, empty where the row is shorter."""
        return self.cells[place] if place < len(self.cells) else ""

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that are not empty."""
        return tuple(cell for cell in self.cells if cell)


class Table(NamedTuple):
    """A CSV export: its columns, its movements, and what it says around them."""

    columns: Columns
    rows: tuple[Row, ...]
    said: dict[str, str]
    details: tuple[Detail, ...]


def read_table(source: Source, text: str, asked: ColumnMap) -> Table | None:
    """The table in a text, or ``None`` where no row of titles is recognised.

    Raises ``Unreadable`` (``bank_file.columns``, ``bank_line.unreadable``).
    """
    lines = list(source.lines(text))
    found = _header(source, lines, asked)
    if found is None:
        return None
    at, delimiter, columns = found
    refuse_unclear(source, columns, asked, line=lines[at].number)
    above = [row for row in _rows(source, lines[:at], delimiter, strict=False) if row.filled]
    below = list(_rows(source, lines[at + 1 :], delimiter))
    rows, notes = _movements(source, below, columns, asked)
    details = [*_notes("above", above), *_notes("below", notes)]
    return Table(columns, tuple(rows), _said(above), tuple(details))


def _header(
    source: Source, lines: Sequence[TextLine], asked: ColumnMap
) -> tuple[int, str, Columns] | None:
    """The first row that has titles for a day and an amount, with the mark that parts cells."""
    marks = _DELIMITERS if asked.delimiter == "auto" else (asked.delimiter,)
    for at, line in enumerate(lines[: asked.header_rows]):
        for mark in marks:
            if mark not in line.text:
                continue
            row = next(_rows(source, [line], mark, strict=False), None)
            columns = columns_of(row.cells, asked) if row else None
            if columns and columns.suffices:
                return at, mark, columns
    return None


def _rows(
    source: Source, lines: Sequence[TextLine], delimiter: str, *, strict: bool = True
) -> Iterator[Row]:
    for line in lines:
        if not line.text.strip():
            continue
        try:
            (cells,) = csv.reader([line.text], delimiter=delimiter, strict=True)
        except (csv.Error, ValueError) as error:
            if not strict:
                yield Row(line.number, (line.text.strip(),), line.text)
                continue
            raise source.refused(
                "bank_line.unreadable",
                f"a row is one line of cells, and every quote in it is closed ({error}); correct "
                "the quotes, or export the file again",
                line=line.number,
                found=line.text,
                zh="引号未配对或单元格跨行；请更正或重新导出",
            ) from None
        yield Row(line.number, tuple(cell.strip(_BLANK) for cell in cells), line.text)


def bare(text: str) -> str:
    """A number or a figure without what keeps it text in spreadsheets: ``="00123"``, ``'00123``.

    >>> bare('="00123"'), bare("'00123"), bare("O'Neill")
    ('00123', '00123', "O'Neill")
    """
    wrapped = _AS_TEXT.fullmatch(text)
    if wrapped:
        return wrapped[1].strip()
    return text[1:] if text[:1] == "'" and text[1:2].isdigit() else text


def _movements(
    source: Source, rows: Sequence[Row], columns: Columns, asked: ColumnMap
) -> tuple[list[Row], list[Row]]:
    """The movements, and the totals and notes that stand below them or between pages."""
    moved: list[Row] = []
    notes: list[Row] = []
    titles = [title_key(title) for title in columns.header]
    for row in rows:
        if not row.filled:
            continue
        repeated = [title_key(cell) for cell in row.cells] == titles
        if repeated or _is_total(row, columns, asked) or _is_note(row, columns):
            notes.append(row)
        else:
            _refuse_ragged(source, row, columns)
            moved.append(row)
    return moved, notes


def _is_total(row: Row, columns: Columns, asked: ColumnMap) -> bool:
    """A row without a day that begins with a word for totals."""
    first = title_key(row.filled[0])
    return _has_no_day(row, columns) and any(
        first == word or (first.startswith(word) and not word.isascii())
        for word in map(title_key, asked.totals)
    )


def _is_note(row: Row, columns: Columns) -> bool:
    """One remark in a row of its own, with neither day nor amount."""
    figures = [place for role in ("amount", "credit", "debit") for place in columns.of(role)]
    if any(row.cell(place) for place in figures) or len(row.filled) > 2:
        return False
    return _has_no_day(row, columns)


def _has_no_day(row: Row, columns: Columns) -> bool:
    day = row.cell(columns.of("booked_on")[0])
    return not any(letter.isdigit() for letter in day[:4])


def _refuse_ragged(source: Source, row: Row, columns: Columns) -> None:
    wide = len(columns.header)
    if len(row.cells) < wide or any(row.cells[wide:]):
        raise source.refused(
            "bank_line.unreadable",
            f"the row has {len(row.cells)} cells where the titles are {wide}; a mark between "
            "cells is missing or stands in a text without quotes: correct the row",
            line=row.number,
            found=row.raw,
            zh=f"本行有 {len(row.cells)} 个单元格，表头有 {wide} 列",
        )


def _said(rows: Sequence[Row]) -> dict[str, str]:
    """What the rows above the titles say: ``账号：6222…`` in one cell or in two."""
    said: dict[str, str] = {}
    for row in rows:
        cells = list(row.filled)
        for place, cell in enumerate(cells):
            found = _SAID.fullmatch(unicodedata.normalize("NFKC", cell))
            if found:
                following = cells[place + 1] if place + 1 < len(cells) else ""
                said.setdefault(title_key(found[1]), found[2].strip() or following)
    return said


def _notes(where: str, rows: Sequence[Row]) -> Iterator[Detail]:
    for row in rows:
        yield detail(f"{where}:{row.number}", " | ".join(row.filled))
