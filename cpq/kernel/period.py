"""When something holds: half-open on instants, inclusive where people write days.

A rule "from 6 April 09:00 to 9 April 12:00" holds at its start and no longer at its end. A rule
"until 31 December" holds through the whole of that day, in the time zone of the book that says
so. Both are one ``Period``: a bound is an aware instant or a day, and a day at the end means the
end of that day. What is asked is likewise a day or an instant; a day is its first moment, so a
day lies in a period of days when it is one of them.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, model_validator

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.model import Frozen

Moment = date | datetime
"""A business day or an aware instant."""

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        return (
            date.fromisoformat(text)
            if len(text) == len("2026-11-21")
            else datetime.fromisoformat(text)
        )
    if not isinstance(value, date):
        raise ValueError("a day is written 2026-11-21, an instant 2026-11-21T09:00:00+08:00")
    return value


def _aware(value: Moment) -> Moment:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Invalid(
            "instant.naive",
            f"the instant {value} names no time zone; write 2026-11-21T09:00:00+08:00",
        )
    return value


Bound = Annotated[Moment, BeforeValidator(_moment), AfterValidator(_aware)]
"""A model field for a day or an aware instant; a naive instant is refused."""


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name. Raises ``NotFound`` (``zone.unknown``).

    >>> zone("Asia/Shanghai").utcoffset(datetime(2026, 1, 1)) == timedelta(hours=8)
    True
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NotFound(
            "zone.unknown", f"{name!r} is not an IANA time zone; write one such as 'Asia/Shanghai'"
        ) from None


def instant(moment: Moment, zone: tzinfo = UTC) -> datetime:
    """The instant in UTC that ``moment`` begins at; a day begins at midnight in ``zone``.

    Raises ``Invalid``: ``instant.naive`` without a time zone, ``instant.out_of_range`` before
    year 1 or after year 9999 in UTC.

    >>> instant(date(2026, 11, 21))
    datetime.datetime(2026, 11, 21, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(moment, datetime):
        local = datetime.combine(moment, time(), tzinfo=zone)
    elif moment.tzinfo is None:
        raise Invalid("instant.naive", f"the instant {moment} names no time zone")
    else:
        local = moment
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise Invalid(
            "instant.out_of_range", f"{moment} lies outside the years 1 to 9999 in UTC"
        ) from None


class Period(Frozen):
    """From ``start`` to ``end``; ``None`` is open. Instants half-open, days inclusive.

    >>> year = Period(start="2026-01-01", end="2026-12-31")
    >>> year.contains(date(2026, 12, 31)), year.contains(date(2027, 1, 1))
    (True, False)
    """

    start: Bound | None = None
    end: Bound | None = None

    @model_validator(mode="after")
    def _start_before_end(self) -> "Period":
        first, last = self.bounds()
        if first >= last:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self

    def bounds(self, zone: tzinfo = UTC) -> tuple[datetime, datetime]:
        """Both ends as instants in UTC, half-open; a day at the end counts whole, in ``zone``."""
        first = _EARLIEST if self.start is None else instant(self.start, zone)
        if self.end is None:
            last = _LATEST
        elif isinstance(self.end, datetime):
            last = instant(self.end)
        else:
            last = _LATEST if self.end == date.max else instant(self.end + _DAY, zone)
        return first, last

    def contains(self, moment: Moment, zone: tzinfo = UTC) -> bool:
        """Whether the period holds at ``moment`` (a day: at its first moment in ``zone``)."""
        first, last = self.bounds(zone)
        return first <= instant(moment, zone) < last

    def overlaps(self, other: "Period", zone: tzinfo = UTC) -> bool:
        """Whether one moment lies in both."""
        first, last = self.bounds(zone)
        other_first, other_last = other.bounds(zone)
        return first < other_last and other_first < last

    def __str__(self) -> str:
        return f"{self.start or '…'} to {self.end or '…'}"


ALWAYS = Period()
"""The period that is open at both ends."""
