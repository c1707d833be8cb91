"""The month that a text names: 付2026年2月货款, FEBRUARY 2026 STATEMENT (对账月份).

A day of the calendar names no month; a month without a year is the last one before the payment.
"""

import re
from datetime import date, timedelta

from revenue.matching.token import folded

_ENGLISH = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ZH = re.compile(r"(?:(\d{4})年)?(?<!\d)(\d{1,2})月(?!\d)")
_EN = re.compile(
    rf"\b({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _ENGLISH)})\b\.? ?(\d{{4}})?"
)
_DAY_BEFORE = re.compile(r"\d{1,2}(?:st|nd|rd|th|\.)?\s*$")


def month_of(text: str, on: date) -> tuple[date, date] | None:
    """The first and the last day of the one month that a text names; ``None`` for none or several.

    >>> month_of("付2026年2月货款", date(2026, 3, 2))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> month_of("转账 3月2日", date(2026, 3, 2)) is None
    True
    """
    plain = folded(text)
    found: set[date] = set()
    for said in _ZH.finditer(plain):
        number = int(said[2])
        if 1 <= number <= 12:
            found.add(_first(number, int(said[1]) if said[1] else None, on))
    for said in _EN.finditer(plain):
        if not _DAY_BEFORE.search(plain[: said.start()]):
            number = 1 + next(at for at, name in enumerate(_ENGLISH) if name[:3] == said[1][:3])
            found.add(_first(number, int(said[2]) if said[2] else None, on))
    if len(found) != 1:
        return None
    first = found.pop()
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _first(number: int, year: int | None, on: date) -> date:
    if year is None:
        year = on.year if number <= on.month else on.year - 1
    return date(min(max(year, 1), 9998), number, 1)
