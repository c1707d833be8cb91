"""Periods: instants half-open, days whole."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError, Invalid, NotFound
from cpq.kernel.period import ALWAYS, Period, instant, zone

SHANGHAI = zone("Asia/Shanghai")


def test_an_instant_at_the_end_no_longer_counts() -> None:
    period = Period(start="2020-04-06T09:00:00Z", end="2020-04-09T12:00:00Z")
    edges = [
        datetime(2020, 4, 6, 8, 59, 59, 999999, tzinfo=UTC),
        datetime(2020, 4, 6, 9, tzinfo=UTC),
        datetime(2020, 4, 9, 11, 59, 59, 999999, tzinfo=UTC),
        datetime(2020, 4, 9, 12, tzinfo=UTC),
    ]
    assert [period.contains(moment) for moment in edges] == [False, True, True, False]


def test_a_day_at_the_end_counts_whole_in_its_zone() -> None:
    period = Period(start="2026-01-01", end="2026-01-31")
    last = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)
    assert period.contains(last, SHANGHAI)
    assert not period.contains(last + timedelta(seconds=1), SHANGHAI)
    assert period.contains(last + timedelta(seconds=1))


def test_a_period_of_one_day_is_that_day() -> None:
    period = Period(start="2026-02-28", end="2026-02-28")
    days = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert [period.contains(day) for day in days] == [False, True, False]


def test_neighbouring_days_do_not_overlap() -> None:
    first, second = Period(end="2026-06-30"), Period(start="2026-07-01")
    assert not first.overlaps(second)
    assert first.overlaps(Period(start="2026-06-30"))
    assert ALWAYS.overlaps(first)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-02-01", "2026-01-31"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+02:00"),
    ],
)
def test_an_empty_period_is_refused(start: str, end: str) -> None:
    with pytest.raises(ValidationError, match="before it starts"):
        Period(start=start, end=end)


@pytest.mark.parametrize("value", ["2026-11-21T09:00:00", datetime(2026, 11, 21)], ids=str)  # noqa: DTZ001
def test_a_naive_instant_is_refused_with_its_code(value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Period.model_validate({"start": value})
    causes = [
        row["ctx"]["error"] for row in refusal.value.errors() if "error" in row.get("ctx", {})
    ]
    assert [cause.code for cause in causes if isinstance(cause, DomainError)] == ["instant.naive"]
    with pytest.raises(Invalid) as plain:
        instant(datetime(2026, 11, 21))  # noqa: DTZ001
    assert plain.value.code == "instant.naive"


@pytest.mark.parametrize("value", [5, 1.5, True, "tomorrow", "2026-13-01", "21.11.2026", b"x"])
def test_what_is_no_day_is_malformed(value: object) -> None:
    with pytest.raises(ValidationError):
        Period.model_validate({"start": value})


def test_the_ends_of_the_calendar_are_refused_not_crashed() -> None:
    assert Period(end="9999-12-31").contains(date(9999, 12, 31))
    with pytest.raises(Invalid) as refusal:
        instant(date.min, SHANGHAI)
    assert refusal.value.code == "instant.out_of_range"
    with pytest.raises(Invalid) as refusal:
        instant(datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))))
    assert refusal.value.code == "instant.out_of_range"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "a\x00b"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(NotFound) as refusal:
        zone(name)
    assert refusal.value.code == "zone.unknown"
