"""The scorecard: what weighs how much, and which tables are refused."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import NotFound
from cpq.kernel.money import Money, plain
from revenue.risk import GRADES, STANDARD_SCORECARD, TYPE_NAMES, RiskWeight, Scorecard


def weight(**changes: Any) -> RiskWeight:
    fields = {
        "type": "lawsuit",
        "points": 3,
        "most": 30,
        "amounts": ({"amount": "100 CNY", "points": 3}, {"amount": "1000 CNY", "points": 6}),
        "days": ({"days": 1, "points": 2}, {"days": 31, "points": 9}),
        "fading": ({"after_days": 365, "percent": 50}, {"after_days": 730, "percent": 0}),
    }
    return RiskWeight.model_validate({**fields, **changes})


def points(amount: str | None = None, *, days: int | None = None, age: int = 0) -> Fraction:
    money = None if amount is None else Money(amount, "CNY")
    return weight().points_of(money, days=days, age_days=age)


@pytest.mark.parametrize(
    ("amount", "found"), [(None, 3), ("99.99", 3), ("100", 6), ("999.99", 6), ("1000", 9)]
)
def test_a_band_begins_at_its_amount(amount: str | None, found: int) -> None:
    assert points(amount) == found


@pytest.mark.parametrize(("days", "found"), [(None, 3), (0, 3), (1, 5), (30, 5), (31, 12)])
def test_a_band_begins_at_its_day(days: int | None, found: int) -> None:
    assert points(days=days) == found


@pytest.mark.parametrize(("age", "found"), [(0, "3"), (365, "3"), (366, "3/2"), (731, "0")])
def test_a_record_fades_after_its_days(age: int, found: str) -> None:
    assert points(age=age) == Fraction(found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amounts": ({"amount": "100 CNY", "points": 6}, {"amount": "1000 CNY", "points": 3})},
        {"amounts": ({"amount": "1000 CNY", "points": 3}, {"amount": "100 CNY", "points": 6})},
        {"amounts": ({"amount": "100 CNY", "points": 3}, {"amount": "1000 USD", "points": 6})},
        {"days": ({"days": 31, "points": 1}, {"days": 31, "points": 2})},
        {"days": ({"days": 1, "points": 9}, {"days": 31, "points": 2})},
        {"fading": ({"after_days": 365, "percent": 0}, {"after_days": 730, "percent": 50})},
        {"points": -1},
        {"most": -1},
    ],
)
def test_a_table_in_which_worse_weighs_less_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        weight(**wrong)


def card(**changes: Any) -> Scorecard:
    fields = {
        "code": "OURS",
        "currency": "CNY",
        "lines": ({"grade": "AAA", "points": 80}, {"grade": "C", "points": 0}),
    }
    return Scorecard.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lines": ({"grade": "C", "points": 80}, {"grade": "AAA", "points": 0})}, "best grade"),
        ({"lines": ({"grade": "AAA", "points": 0}, {"grade": "C", "points": 0})}, "fewest"),
        ({"lines": ({"grade": "AAA", "points": 80}, {"grade": "C", "points": 1})}, "0 points"),
        ({"weights": (weight(), weight())}, "two of the weights"),
        ({"currency": "USD", "weights": (weight(),)}, "amounts are in USD"),
    ],
)
def test_a_scorecard_that_does_not_hold_together_is_refused(
    wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        card(**wrong)


def test_a_house_may_have_fewer_grades() -> None:
    ours = card()
    assert ours.worst == "C"
    assert [ours.grade_of(Fraction(each)) for each in (80, 79)] == ["AAA", "C"]


def test_an_unknown_ceiling_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="first_deal, export, under_a_year"):
        STANDARD_SCORECARD.ceiling("nepotism")


def test_in_the_standard_one_grade_is_fifteen_points() -> None:
    edges = [int(line.points) for line in STANDARD_SCORECARD.lines]
    assert edges == [85, 70, 55, 40, 0]
    assert tuple(line.grade for line in STANDARD_SCORECARD.lines) == GRADES


@pytest.mark.parametrize("weight", STANDARD_SCORECARD.weights, ids=lambda weight: weight.type)
def test_the_docs_tell_every_default_weight(weight: RiskWeight) -> None:
    page = (Path(__file__).parents[3] / "docs" / "credit-control.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.split("\n") if line.startswith(f"| `{weight.type}`"))
    _, _, points, more, most, fades, _ = (cell.strip() for cell in row.split("|"))
    assert (points, most) == (plain(weight.points), plain(weight.most))
    edges = [f"{int(band.amount.amount):,}" for band in weight.amounts]
    edges += [str(band.days) for band in weight.days]
    added = [plain(band.points) for band in (*weight.amounts, *weight.days)]
    told = re.findall(r"\+?(\d+) (?:from )(\d[\d,]*)", more)
    assert told == list(zip(added, edges, strict=True))
    assert re.findall(r"(half|none) after ([\d,]+)", fades) == [
        ({"50": "half", "0": "none"}[plain(step.percent)], f"{step.after_days:,}")
        for step in weight.fading
    ]


def test_the_standard_weighs_or_stops_every_type_but_insurance() -> None:
    weighed = {each.type for each in STANDARD_SCORECARD.weights} | set(STANDARD_SCORECARD.stops)
    assert set(TYPE_NAMES) - weighed == {"insurance_cover"}
