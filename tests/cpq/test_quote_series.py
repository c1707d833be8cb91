"""Numbers of a series: one for each place of the count, none left out, none twice."""

from datetime import date

import pytest
from pydantic import ValidationError

from cpq.quote import NumberSeries, missing_numbers, next_number

DAY = date(2026, 3, 9)
YEARLY = NumberSeries(code="quotes", pattern="Q-{year}-{n:04}")


@pytest.mark.parametrize(
    ("pattern", "restart", "number", "period"),
    [
        ("Q-{year}-{n:04}", "year", "Q-2026-0012", "2026"),
        ("{yy}{month}/{n:03}", "month", "2603/012", "2026-03"),
        ("{n}", "never", "12", ""),
        ("报价{year}第{n:02}号", "year", "报价2026第12号", "2026"),
        ("Q{{x}}{year}{n}", "year", "Q{x}202612", "2026"),
        ("{n:01}.{year}", "year", "12.2026", "2026"),
    ],
)
def test_a_number_is_written_and_read_again(
    pattern: str, restart: str, number: str, period: str
) -> None:
    series = NumberSeries.model_validate({"code": "s", "pattern": pattern, "restart": restart})
    assert series.number(12, on=DAY) == number
    assert series.place(number, on=DAY) == 12
    assert series.period(DAY) == period


@pytest.mark.parametrize(
    ("pattern", "restart"),
    [
        ("Q-{year}", "year"),
        ("Q-{n}-{n}-{year}", "year"),
        ("Q-{n:4}-{year}", "year"),
        ("Q-{n:04x}-{year}", "year"),
        ("Q-{n!r}-{year}", "year"),
        ("Q-{n.real}-{year}", "year"),
        ("Q-{n}-{year:02}", "year"),
        ("Q-{n}-{day}", "never"),
        ("Q-{n", "never"),
        ("Q-{n}-{}", "never"),
        ("Q-{n:04}", "year"),
        ("Q-{month}-{n:04}", "month"),
        ("Q-{year}-{n:04}", "month"),
        ("Q-{n}" + "x" * 40, "never"),
    ],
)
def test_a_pattern_that_would_repeat_or_say_nothing_is_malformed(
    pattern: str, restart: str
) -> None:
    with pytest.raises(ValidationError):
        NumberSeries.model_validate({"code": "s", "pattern": pattern, "restart": restart})


@pytest.mark.parametrize(
    "number",
    ["Q-2025-0012", "Q-2026-012", "Q-2026-00012", "Q-2026-", "Q-2026-0012/2", "x", "Q-2026-٠٠١٢"],
)
def test_what_the_series_would_not_write_has_no_place(number: str) -> None:
    assert YEARLY.place(number, on=DAY) is None


def test_a_number_is_found_however_it_is_written() -> None:
    assert YEARLY.place("ｑ－2026-００12", on=DAY) == 12
    assert YEARLY.place("q-2026-10000", on=DAY) == 10000


def test_the_next_number_follows_the_highest_of_its_period() -> None:
    taken = ["Q-2025-0099", "Q-2026-0001", "q-2026-0007", "PO 4711"]
    assert next_number(YEARLY, taken, on=DAY) == "Q-2026-0008"
    assert next_number(YEARLY, taken, on=date(2027, 1, 1)) == "Q-2027-0001"
    assert next_number(YEARLY, ["Q-2026-9999"], on=DAY) == "Q-2026-10000"
    assert next_number(YEARLY.with_(first=100), taken, on=DAY) == "Q-2026-0100"
    assert next_number(YEARLY.with_(first=0), [], on=DAY) == "Q-2026-0000"


def test_what_does_not_start_anew_goes_on() -> None:
    ever = NumberSeries(code="s", pattern="{yy}-{n:03}", restart="never")
    assert next_number(ever, ["25-099"], on=DAY) == "26-100"
    assert missing_numbers(ever, ["25-001", "26-003"], on=DAY) == ("26-002",)
    monthly = NumberSeries(code="s", pattern="{year}/{month}/{n}-{year}", restart="year")
    taken = ["2026/02/7-2026", "2025/12/80-2025", "2026/02/9-2025", "2026/2/9-2026"]
    assert next_number(monthly, taken, on=DAY) == "2026/03/8-2026"


def test_gaps_are_told() -> None:
    taken = ["Q-2026-0004", "Q-2026-0001", "Q-2025-0009"]
    assert missing_numbers(YEARLY, taken, on=DAY) == ("Q-2026-0002", "Q-2026-0003")
    assert missing_numbers(YEARLY, [], on=DAY) == ()
    assert missing_numbers(YEARLY.with_(first=3), ["Q-2026-0004"], on=DAY) == ("Q-2026-0003",)
