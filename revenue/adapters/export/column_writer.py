"""The journal in the columns of another program (金蝶、用友凭证引入文件): one writer for every map.

The map says everything; nothing here knows a product. Text that would break a file without quotes
is written with full-width signs, amounts are refused rather than rounded, and the same entries give
the same bytes.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from cpq.adapters.whole_file import write_whole
from cpq.kernel.errors import Refused
from cpq.kernel.money import places_of, plain, rounded, rounded_fraction
from revenue.adapters.export.column_map import Column, ColumnMap
from revenue.adapters.export.guard import guarded
from revenue.adapters.export.sheet import Sheet, sheets
from revenue.entry import JournalEntry, JournalLine

_RATE_PLACES = 6
_NUMBERS = frozenset(
    (
        *("year", "month", "number", "line", "rule_version", "sheet", "row"),
        *("debit", "credit", "original", "original_debit", "original_credit"),
        *("foreign", "foreign_debit", "foreign_credit", "rate", "foreign_rate"),
    )
)
_CUT = frozenset(("memo", "memo_en", "memo_zh", "account_name", "account_name_en"))
_WIDE = str.maketrans({",": "，", ";": "；", '"': "＂", "\t": " ", "\n": " "})
_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")


class _Row(NamedTuple):
    """A line of an entry, with what its cells are made of."""

    sheet: Sheet
    line: JournalLine
    place: int
    columns: ColumnMap
    names: Mapping[str, str]


def render_journal(
    entries: Iterable[JournalEntry],
    columns: ColumnMap,
    *,
    first_number: int = 1,
    names: Mapping[str, str] | None = None,
) -> bytes:
    """The entries as the file that a map describes, by day.

    ``names`` are the customers' names by their codes, ``first_number`` is the number of the first
    entry in its period. Raises ``Refused``: ``journal_export.no_book_value``,
    ``journal_export.unknown_currency``, ``journal_export.does_not_fit``.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> from revenue import Receipt, journal
    >>> from revenue.adapters.export.column_map import column_map
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> text = render_journal(journal([receipt]), column_map("yonyou-u8")).decode("gb18030")
    >>> for line in text.splitlines():
    ...     print(line[:43])
    填制凭证,V800
    2026-12-01,记,1,0,收到 C-1 款 R-1,1002,300.00,0
    2026-12-01,记,1,0,收到 C-1 款 R-1,224101,0,300.
    """
    stream = io.StringIO(newline="")
    end = "\r\n" if columns.ends == "crlf" else "\n"
    stream.writelines(line + end for line in columns.head)
    write = _writer(stream, columns, end)
    for row in columns.titles:
        write([column.title if row == "title" else column.key for column in columns.columns])
    for sheet in sheets(entries, columns, first_number=first_number):
        for place, line in enumerate(sheet.entry.lines):
            row_of = _Row(sheet, line, place, columns, names or {})
            write([_cell(row_of, column) for column in columns.columns])
    return stream.getvalue().encode(columns.encoding)


def export_journal(
    entries: Iterable[JournalEntry],
    columns: ColumnMap,
    path: Path,
    *,
    first_number: int = 1,
    names: Mapping[str, str] | None = None,
) -> Path:
    """Write the file that ``render_journal`` makes; it appears whole, or not at all.

    Raises what ``render_journal`` raises, ``Refused`` (``file.not_plain``), ``Unavailable``
    (``file.not_written``).
    """
    content = render_journal(entries, columns, first_number=first_number, names=names)
    return write_whole(path, content)


def _writer(stream: io.StringIO, columns: ColumnMap, end: str) -> Callable[[list[str]], object]:
    if columns.quoting == "standard":
        return csv.writer(stream, delimiter=columns.separator, lineterminator=end).writerow
    return lambda cells: stream.write(
        columns.separator.join(cell.translate(_WIDE) for cell in cells) + end
    )


def _cell(row: _Row, column: Column) -> str:
    if column.where == "first" and row.place:
        return ""
    if column.template:
        parts = {name: _VALUES[name](row, column) for name in column.placeholders}
        filled = _PLACEHOLDER.sub(lambda found: parts[found[1]], column.template)
        text = filled if all(parts.values()) else ""
    elif column.value is None:
        return column.fixed or column.empty
    else:
        text = _VALUES[column.value](row, column)
    if not text:
        return column.empty
    text = _fitting(text, row, column)
    return guarded(text) if row.columns.guard and column.value not in _NUMBERS else text


def _fitting(text: str, row: _Row, column: Column) -> str:
    if column.longest is None or len(text) <= column.longest:
        return text
    if column.value in _CUT:
        return text[: column.longest]
    raise _does_not_fit(row, column, f"{text!r} has more than {column.longest} characters")


def _does_not_fit(row: _Row, column: Column, why: str) -> Refused:
    return Refused(
        "journal_export.does_not_fit",
        f"entry {row.sheet.entry.number} does not fit column {column.title!r} of "
        f"{row.columns.code}: {why}; change the column in a map of your own",
        entry=row.sheet.entry.number,
        column=column.title,
    )


def _day(row: _Row) -> str:
    on = row.sheet.entry.on
    return {
        "2026-01-31": on.isoformat(),
        "2026/1/31": f"{on.year}/{on.month}/{on.day}",
        "2026/01/31": on.isoformat().replace("-", "/"),
        "20260131": on.isoformat().replace("-", ""),
    }[row.columns.days]


def _account(row: _Row) -> str:
    code = row.line.account.code
    return next((each.code for each in row.columns.accounts if each.account == code), code)


def _currency(row: _Row) -> tuple[str, str]:
    code = row.line.signed.code
    known = row.columns.currencies
    if not known:
        return code, code
    for each in known:
        if each.currency == code:
            return each.code, each.name or each.code
    raise Refused(
        "journal_export.unknown_currency",
        f"{row.columns.code} has no code for {code}, in which entry {row.sheet.entry.number} is; "
        "add it under [[currencies]] in a map of your own",
        currency=code,
    )


def _booked(row: _Row, column: Column, *, credit: bool) -> str:
    if (row.line.debit is None) != credit:
        return ""
    value = row.line.value.amount
    return _number(-value if credit else value, row, column)


def _original(row: _Row, column: Column, *, side: str = "") -> str:
    if side and getattr(row.line, side) is None:
        return ""
    return _number(abs(row.line.signed.amount), row, column)


def _foreign(row: _Row, column: Column, *, side: str = "") -> str:
    return _original(row, column, side=side) if _is_foreign(row) else ""


def _is_foreign(row: _Row) -> bool:
    return row.line.signed.code != row.columns.book


def _rate(row: _Row, column: Column) -> str:
    places = _RATE_PLACES if column.places is None else column.places
    if not _is_foreign(row):
        return "1"
    rate = Fraction(row.line.value.amount) / Fraction(row.line.signed.amount)
    return plain(rounded_fraction(rate, places))


def _has_customer(row: _Row) -> bool:
    wanted = row.columns.customer_accounts
    return not wanted or row.line.account.code.startswith(wanted)


def _customer_name(row: _Row) -> str:
    code = row.line.customer
    return row.names.get(code, code) if _has_customer(row) else ""


def _number(amount: Decimal, row: _Row, column: Column) -> str:
    """The amount with the decimals of the column; those it has are never rounded away."""
    if column.places is None:
        return f"{amount:f}"
    if places_of(amount) > column.places:
        raise _does_not_fit(row, column, f"{amount} has more than {column.places} decimals")
    return f"{rounded(amount, column.places):f}"


def _values() -> Iterator[tuple[str, Callable[[_Row, Column], str]]]:
    """What each name of a value writes; the empty text where there is nothing."""
    yield "date", lambda row, _: _day(row)
    yield "year", lambda row, _: str(row.sheet.entry.on.year)
    yield "month", lambda row, _: str(row.sheet.entry.on.month)
    yield "period", lambda row, _: row.sheet.entry.on.isoformat()[:7]
    yield "word", lambda row, _: row.columns.word
    yield "number", lambda row, _: str(row.sheet.number)
    yield "sheet", lambda row, _: str(row.sheet.place)
    yield "row", lambda row, _: str(row.sheet.before + row.place + 1)
    yield "line", lambda row, _: str(row.columns.first_line + row.place)
    yield "memo", lambda row, _: row.sheet.entry.memo.in_(row.columns.language)
    yield "memo_en", lambda row, _: row.sheet.entry.memo.en
    yield "memo_zh", lambda row, _: row.sheet.entry.memo.zh
    yield "account", lambda row, _: _account(row)
    yield "account_name", lambda row, _: row.line.account.name.in_(row.columns.language)
    yield "account_name_en", lambda row, _: row.line.account.name.en
    yield "currency", lambda row, _: _currency(row)[0]
    yield "currency_name", lambda row, _: _currency(row)[1]
    yield "side", lambda row, _: row.columns.sides[row.line.debit is None]
    yield "debit", lambda row, column: _booked(row, column, credit=False)
    yield "credit", lambda row, column: _booked(row, column, credit=True)
    yield "original", _original
    yield "original_debit", lambda row, column: _original(row, column, side="debit")
    yield "original_credit", lambda row, column: _original(row, column, side="credit")
    yield "foreign", _foreign
    yield "foreign_debit", lambda row, column: _foreign(row, column, side="debit")
    yield "foreign_credit", lambda row, column: _foreign(row, column, side="credit")
    yield "rate", _rate
    yield "foreign_rate", lambda row, column: _rate(row, column) if _is_foreign(row) else ""
    yield "customer", lambda row, _: row.line.customer if _has_customer(row) else ""
    yield "customer_name", lambda row, _: _customer_name(row)
    yield "contract", lambda row, _: row.line.contract
    yield "entry", lambda row, _: row.sheet.entry.number
    yield "fact_kind", lambda row, _: row.sheet.entry.fact_kind
    yield "fact", lambda row, _: row.sheet.entry.fact
    yield "rule", lambda row, _: row.sheet.entry.rule
    yield "rule_version", lambda row, _: str(row.sheet.entry.rule_version)


_VALUES = dict(_values())
