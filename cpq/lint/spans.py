"""Spans of time (时间区间) as pairs of instants, half-open, and what is left when others are cut.

Whether something holds on *some* day or on *every* day is asked of whole spans, so that nothing is
tried day by day.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)

Span = tuple[datetime, datetime]
"""From an instant up to, and without, another one."""

EVER: Span = (BEGINNING, END)


def common(one: Span, other: Span) -> Span | None:
    """What lies in both spans; ``None`` where nothing does.

    >>> from datetime import timedelta
    >>> day = timedelta(days=1)
    >>> common((BEGINNING, BEGINNING + 2 * day), (BEGINNING + day, END)) == (
    ...     BEGINNING + day, BEGINNING + 2 * day)
    True
    """
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that neither overlap nor touch."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def minus(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What of ``spans`` lies in none of ``holes``, in order.

    >>> minus([EVER], [EVER])
    []
    """
    left: list[Span] = []
    cut = merged(holes)
    for first, end in merged(spans):
        start = first
        for hole_start, hole_end in cut:
            if hole_end <= start or hole_start >= end:
                continue
            if hole_start > start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return left


def within(spans: Sequence[Span], bounds: Iterable[Span]) -> list[Span]:
    """What of ``spans`` lies in one of ``bounds``, in order."""
    found = (common(span, bound) for bound in bounds for span in spans)
    return merged(span for span in found if span is not None)


def meets(spans: Iterable[Span], other: Span) -> bool:
    """Whether one of the spans has an instant in common with another."""
    return any(start < other[1] and other[0] < end for start, end in spans)
