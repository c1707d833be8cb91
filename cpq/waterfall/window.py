"""When the window of a limit ends (限额周期截止), read off the key of its counter.

A limit that is used up by others is free again when its calendar window ends. A rolling window, the
term of a contract and a limit for ever have no such day.
"""

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta

_MONTHS = 12
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def window_end(key: str, owners: Collection[str]) -> date | None:
    """The first day after the window of a counter that belongs to one of ``owners``.

    ``None`` for a counter of others, and where no day is known.

    >>> window_end("TENT-15/1/customer=C-1/2026-11/units", {"TENT-15"})
    datetime.date(2026, 12, 1)
    >>> window_end("TENT-15/1/lifetime/orders", {"TENT-15"})
    """
    parts = [part.replace("%2F", "/").replace("%25", "%") for part in key.split("/")]
    if len(parts) < 4 or parts[0] not in owners:
        return None
    for form, end in _FORMS:
        found = form.fullmatch(parts[-2])
        if found is not None:
            return end(*(int(figure) for figure in found.groups()))
    return None


def _after_month(year: int, month: int) -> date:
    return date(year + month // _MONTHS, month % _MONTHS + 1, 1)


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., date]], ...] = (
    (
        re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
        lambda year, month, day: date(year, month, day) + _DAY,
    ),
    (
        re.compile(r"(\d{4})-W(\d\d)"),
        lambda year, week: date.fromisocalendar(year, week, 1) + _WEEK,
    ),
    (re.compile(r"(\d{4})-(\d\d)"), _after_month),
    (re.compile(r"(\d{4})-Q(\d)"), lambda year, quarter: _after_month(year, quarter * 3)),
    (re.compile(r"(\d{4})"), lambda year: date(year + 1, 1, 1)),
)
