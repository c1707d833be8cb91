"""Vintages: what was lost of the receivables that fell due in one period (批次分析).

The table behind a loss rate. A vintage that is not over yet shows what is lost so far and what is
still open, so that one sees a bad month coming before its rate counts.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Line
from revenue.ledger import ReceivablesLedger
from revenue.ledger.open_item import bucket_names
from revenue.provision.course import Course, courses
from revenue.provision.history import HistoryPolicy, is_over

By = Literal["month", "quarter", "year"]


class VintageRow(Frozen):
    """Of the receivables of a segment due in ``period``: what entered a bucket, and its end so far.

    ``lost`` is written off since and not recovered, ``left`` still open; of a vintage that is
    ``over`` both count as lost.
    """

    period: Line
    segment: Line
    bucket: Line
    count: int
    entered: Money
    lost: Money
    left: Money
    over: bool


def vintages(
    ledger: ReceivablesLedger,
    policy: HistoryPolicy,
    *,
    as_of: date,
    currency: str,
    by: By = "month",
    segments: Mapping[str, str] | None = None,
) -> tuple[VintageRow, ...]:
    """A row per period of the due day, segment and bucket, by period, as of the end of a day.

    >>> from revenue.receivable import Receivable
    >>> debt = Receivable(number="AR-1", customer="C-1", on=date(2026, 1, 1),
    ...                   due_on=date(2026, 1, 31), amount=Money("100", "CNY"))
    >>> policy = HistoryPolicy(buckets=(0,), lost_after=90)
    >>> rows = vintages(ReceivablesLedger().record(debt), policy, as_of=date(2026, 3, 1),
    ...                 currency="CNY", by="quarter")
    >>> [(row.period, row.bucket, str(row.entered), row.over) for row in rows]
    [('2026-Q1', '0', '100.00 CNY', False), ('2026-Q1', '1+', '100.00 CNY', False)]
    """
    table: dict[tuple[str, str, int], list[tuple[int, int, int, bool]]] = {}
    found = courses(
        ledger, as_of=as_of, currency=currency, buckets=policy.buckets, segments=segments
    )
    for course in found:
        over = is_over(course.receivable.due_on, policy, as_of)
        for place, entered in enumerate(course.entered):
            if entered:
                lost = min(entered, course.lost_between(course.gates[place], as_of))
                key = _period(course, by), course.segment, place
                left = min(course.left, entered - lost)
                table.setdefault(key, []).append((entered, lost, left, over))
    names = bucket_names(policy.buckets)

    def money(rows: list[tuple[int, int, int, bool]], column: int) -> Money:
        return Money.from_minor(sum(row[column] for row in rows), currency)

    return tuple(
        VintageRow(
            period=period,
            segment=segment,
            bucket=names[place],
            count=len(rows),
            entered=money(rows, 0),
            lost=money(rows, 1),
            left=money(rows, 2),
            over=all(row[3] for row in rows),
        )
        for (period, segment, place), rows in sorted(table.items())
    )


def _period(course: Course, by: By) -> str:
    due = course.receivable.due_on
    if by == "year":
        return f"{due.year:04}"
    if by == "quarter":
        return f"{due.year:04}-Q{(due.month + 2) // 3}"
    return f"{due.year:04}-{due.month:02}"
