"""Entries as another program numbers them (凭证编号、汇总): one for one, or one for each day.

What is summed up keeps every amount: lines of one day are added only where account, side, currency,
customer and, if it is shown, contract are the same, so debits stay debits and the trial balance
stays what it was. Numbers count from 1 in each period, in the order of the days.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import LocalText
from revenue.adapters.export.column_map import ColumnMap
from revenue.entry import JournalEntry, JournalLine


class Sheet(NamedTuple):
    """An entry as the other program numbers it, 记-12.

    ``place`` counts the entries of the file, ``before`` the lines before this one's.
    """

    entry: JournalEntry
    number: int
    place: int
    before: int


def sheets(
    entries: Iterable[JournalEntry], columns: ColumnMap, *, first_number: int = 1
) -> Iterator[Sheet]:
    """The entries by day, each with its number; ``first_number`` is that of the first period.

    Raises ``Refused`` (``journal_export.no_book_value``) where a line has no value in the book
    currency of the map.
    """
    ordered = sorted(entries, key=lambda entry: entry.on)
    for entry in ordered:
        _refuse_unvalued(entry, columns)
    if columns.per == "day":
        days = groupby(ordered, key=lambda entry: entry.on)
        ordered = [_summed(tuple(own), contracts=columns.uses("contract")) for _, own in days]
    counted, number, before = "", first_number - 1, 0
    for place, entry in enumerate(ordered, start=1):
        series = _series(entry, columns)
        number = 1 if counted and series != counted else number + 1
        counted = series
        yield Sheet(entry, number, place, before)
        before += len(entry.lines)


def _series(entry: JournalEntry, columns: ColumnMap) -> str:
    return entry.on.isoformat()[: {"period": 7, "year": 4, "file": 0}[columns.count]] or "file"


def _refuse_unvalued(entry: JournalEntry, columns: ColumnMap) -> None:
    for line in entry.lines:
        if line.value.code != columns.book:
            raise Refused(
                "journal_export.no_book_value",
                f"entry {entry.number} has {line.signed} on account {line.account.code} without "
                f"its value in {columns.book}, in which the books of {columns.code} are kept; "
                "record the fact with its booked amount, or name the currency of the books",
                entry=entry.number,
                currency=line.signed.code,
            )


def _summed(entries: tuple[JournalEntry, ...], *, contracts: bool) -> JournalEntry:
    """All entries of a day as one, its lines added up."""
    if len(entries) == 1:
        return entries[0]
    sums: dict[tuple[object, ...], JournalLine] = {}
    for entry in entries:
        for line in entry.lines:
            kept = line if contracts else line.with_(contract="")
            key = (
                *(line.account.code, line.signed.code, line.debit is None, kept.customer),
                *(kept.contract, line.book_only, line.booked is None),
            )
            sums[key] = _added(sums[key], kept) if key in sums else kept
    day = entries[0].on
    return JournalEntry(
        number=f"day/{day}",
        on=day,
        fact_kind="day",
        fact=str(day),
        rule="day.summed",
        rule_version=1,
        lines=tuple(sums.values()),
        memo=LocalText(en=f"{len(entries)} entries of {day}", zh=f"{day} 汇总 {len(entries)} 笔"),
    )


def _added(one: JournalLine, other: JournalLine) -> JournalLine:
    changes: dict[str, Money | None] = {
        side: getattr(one, side) + getattr(other, side)
        for side in ("debit", "credit")
        if getattr(one, side) is not None
    }
    if one.booked is not None and other.booked is not None:
        changes["booked"] = one.booked + other.booked
    return one.with_(**changes)
