"""Whole months after a day, as laws count them (按月推算)."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last day of that month where it is shorter.

    >>> months_later(date(2026, 8, 31), 6), months_later(date(2024, 2, 29), 36)
    (datetime.date(2027, 2, 28), datetime.date(2027, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
