"""The journal as a table for any program (通用凭证 CSV): one row a line, and back again.

UTF-8, with a byte order mark unless told otherwise, because Excel takes a file without one for the
local encoding. Amounts are plain decimals in their own currency; the columns ``booked_*`` are
filled where a line is worth something else in the currency of the books. ``read_journal_csv`` gives
back the very entries that were written.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Unreadable
from cpq.kernel.money import Money
from revenue.adapters.export.guard import guarded, unguarded
from revenue.entry import JournalEntry, JournalLine

COLUMNS = (
    *("entry", "on", "period", "fact_kind", "fact", "rule", "rule_version", "line"),
    *("account", "account_en", "account_zh", "debit", "credit", "currency"),
    *("booked_debit", "booked_credit", "booked_currency", "book_only"),
    *("customer", "contract", "memo_en", "memo_zh"),
)
"""The titles, in order; ``period`` is the calendar month of the day."""

_TEXT = frozenset(
    (
        *("entry", "fact_kind", "fact", "rule", "account", "account_en", "account_zh"),
        *("customer", "contract", "memo_en", "memo_zh"),
    )
)
_MARK = "\ufeff"


def journal_csv(entries: Iterable[JournalEntry], *, mark: bool = True) -> bytes:
    """The entries as UTF-8 CSV, in their order; ``mark`` puts a byte order mark in front.

    >>> from datetime import date
    >>> from revenue import Receipt, journal
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> text = journal_csv(journal([receipt]), mark=False).decode()
    >>> print(text.splitlines()[1])
    receipt/R-1,2026-12-01,2026-12,receipt,R-1,receipt.received,1,1,1002,Bank
    deposits,银行存款,300.00,,CNY,,,,,C-1,,Receipt R-1 from C-1,收到 C-1 款 R-1
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        for place, line in enumerate(entry.lines, start=1):
            cells = _cells(entry, line, place)
            writer.writerow(
                guarded(cells[name]) if name in _TEXT else cells[name] for name in COLUMNS
            )
    return ((_MARK if mark else "") + stream.getvalue()).encode()


def _cells(entry: JournalEntry, line: JournalLine, place: int) -> dict[str, str]:
    booked = line.booked
    return {
        "entry": entry.number,
        "on": entry.on.isoformat(),
        "period": entry.on.isoformat()[:7],
        "fact_kind": entry.fact_kind,
        "fact": entry.fact,
        "rule": entry.rule,
        "rule_version": str(entry.rule_version),
        "line": str(place),
        "account": line.account.code,
        "account_en": line.account.name.en,
        "account_zh": line.account.name.zh,
        "debit": _amount(line.debit),
        "credit": _amount(line.credit),
        "currency": line.signed.code,
        "booked_debit": "" if booked is None or booked.amount < 0 else _amount(booked),
        "booked_credit": "" if booked is None or booked.amount >= 0 else _amount(-booked),
        "booked_currency": "" if booked is None else booked.code,
        "book_only": "yes" if line.book_only else "",
        "customer": line.customer,
        "contract": line.contract,
        "memo_en": entry.memo.en,
        "memo_zh": entry.memo.zh,
    }


def _amount(money: Money | None) -> str:
    return "" if money is None else f"{money.amount:f}"


def read_journal_csv(content: bytes) -> tuple[JournalEntry, ...]:
    """The entries that ``journal_csv`` wrote.

    Raises ``Unreadable`` (``journal_export.unreadable``), which names the row of the table.

    >>> read_journal_csv(journal_csv([]))
    ()
    """
    rows = _rows(content)
    if next(rows, None) != (1, list(COLUMNS)):
        raise _unreadable(1, f"the titles must be {','.join(COLUMNS)}")
    entries: list[JournalEntry] = []
    fields: dict[str, Any] = {}
    first = 1
    for row, found in rows:
        if len(found) != len(COLUMNS):
            raise _unreadable(row, f"{len(found)} cells are there, and {len(COLUMNS)} are wanted")
        cells = dict(zip(COLUMNS, found, strict=True))
        cells |= {name: unguarded(cells[name]) for name in _TEXT}
        if cells["line"] == "1":
            entries.extend(_entry(fields, first))
            fields, first = _head(cells), row
        elif cells["line"] != str(len(fields.get("lines", ())) + 1) or _head(cells) != {
            **fields,
            "lines": [],
        }:
            raise _unreadable(row, "the line does not follow the one before it in its entry")
        fields["lines"].append(_line(cells, row))
    entries.extend(_entry(fields, first))
    return tuple(entries)


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    row = 0
    try:
        text = content.decode("utf-8-sig")
        for row, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            yield row, cells
    except UnicodeDecodeError as error:
        raise _unreadable(1, f"the file is not UTF-8: {error.reason}") from None
    except csv.Error as error:
        raise _unreadable(row + 1, f"it is not CSV: {error}") from None


def _head(cells: dict[str, str]) -> dict[str, Any]:
    return {
        "number": cells["entry"],
        "on": cells["on"],
        "fact_kind": cells["fact_kind"],
        "fact": cells["fact"],
        "rule": cells["rule"],
        "rule_version": cells["rule_version"],
        "memo": {"en": cells["memo_en"], "zh": cells["memo_zh"]},
        "lines": [],
    }


def _line(cells: dict[str, str], row: int) -> JournalLine:
    names = {"en": cells["account_en"], "zh": cells["account_zh"]}
    try:
        fields: dict[str, Any] = {
            side: Money(cells[side], cells["currency"])
            for side in ("debit", "credit")
            if cells[side]
        }
        if cells["booked_currency"]:
            credit = cells["booked_credit"]
            value = Money(credit or cells["booked_debit"], cells["booked_currency"])
            fields["booked"] = -value if credit else value
        if cells["book_only"]:
            fields["book_only"] = cells["book_only"]
        return JournalLine.model_validate(
            {
                "account": {"code": cells["account"], "name": names},
                "customer": cells["customer"],
                "contract": cells["contract"],
                **fields,
            }
        )
    except (ValidationError, DomainError) as error:
        raise _unreadable(row, _why(error)) from None


def _entry(fields: dict[str, Any], row: int) -> Iterator[JournalEntry]:
    if fields:
        try:
            yield JournalEntry.model_validate(fields)
        except ValidationError as error:
            raise _unreadable(row, _why(error)) from None


def _why(error: ValidationError | DomainError) -> str:
    if isinstance(error, DomainError):
        return error.message
    found = error.errors(include_url=False)[0]
    place = ".".join(map(str, found["loc"]))
    return f"{place}: {found['msg'].removeprefix('Value error, ')}".removeprefix(": ")


def _unreadable(row: int, why: str) -> Unreadable:
    return Unreadable(
        "journal_export.unreadable",
        f"row {row} of the journal cannot be read: {why}; export it again",
        row=row,
    )
