"""Tier tables of other systems: what they become, and what is wrong with them."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from cpq.kernel.errors import Finding, Invalid, Refused
from cpq.pricebook.bounds import Bound, adjacent, from_to, up_to, widths

F = Fraction


def starts(bounds: tuple[Bound[str], ...]) -> list[tuple[Fraction, bool]]:
    return [(bound.lower, bound.above) for bound in bounds]


def findings(make: Callable[[], object]) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as raised:
        make()
    assert raised.value.code == "tier.invalid"
    return raised.value.findings


def codes(make: Callable[[], object]) -> list[tuple[str, str]]:
    return [(finding.place, finding.code) for finding in findings(make)]


def test_rows_one_step_apart_are_read_as_up_to() -> None:
    bounds = from_to([(1, 10, "A"), (11, 20, "B"), (21, None, "C")])
    assert starts(bounds) == [(F(1), False), (F(10), True), (F(20), True)]
    assert [bound.row for bound in bounds] == ["A", "B", "C"]


def test_a_unit_with_decimals_takes_rows_in_its_own_steps() -> None:
    bounds = from_to([(0, "1.5", "A"), ("1.501", "inf", "B")], step="0.001")
    assert starts(bounds) == [(F(0), False), (F("1.5"), True)]


def test_a_row_of_one_quantity_is_a_row() -> None:
    assert starts(from_to([(1, 1, "A"), (2, None, "B")])) == [(F(1), False), (F(1), True)]


def test_an_end_belongs_to_its_row_in_up_to_lists() -> None:
    assert starts(up_to([("5", "A"), (10, "B"), ("INF", "C")])) == [
        (F(0), False),
        (F(5), True),
        (F(10), True),
    ]


def test_a_shared_bound_belongs_before_or_after() -> None:
    rows: list[tuple[int | str, int | str | None, str]]
    rows = [(0, "0.1", "A"), ("0.1", 1, "B"), (1, None, "C")]
    assert starts(adjacent(rows)) == [(F(0), False), (F("0.1"), True), (F(1), True)]
    assert starts(adjacent(rows, shared="after")) == [
        (F(0), False),
        (F("0.1"), False),
        (F(1), False),
    ]


def test_widths_are_laid_end_to_end() -> None:
    assert starts(widths([(1000, "A"), (100000, "B"), (None, "C")])) == [
        (F(0), False),
        (F(1000), True),
        (F(101000), True),
    ]


def test_the_end_of_the_last_row_is_let_go() -> None:
    assert up_to([(5, "A"), (10, "B")]) == up_to([(5, "A"), (None, "B")])
    assert from_to([(1, 5, "A"), (6, 9, "B")]) == from_to([(1, 5, "A"), (6, None, "B")])


def test_whatever_a_row_holds_comes_out_with_it() -> None:
    held = {"price": "1.00"}
    assert up_to([(None, held)])[0].row is held


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (lambda: from_to([]), [("tiers", "tier.none")]),
        (lambda: up_to([]), [("tiers", "tier.none")]),
        (lambda: adjacent([]), [("tiers", "tier.none")]),
        (lambda: widths([]), [("tiers", "tier.none")]),
        (lambda: from_to([(1, 10, "A"), (12, None, "B")]), [("tiers/2", "tier.gap")]),
        (lambda: from_to([(1, 10, "A"), (10, None, "B")]), [("tiers/2", "tier.overlap")]),
        (lambda: from_to([(1, None, "A"), (11, None, "B")]), [("tiers/2", "tier.overlap")]),
        (lambda: from_to([(11, None, "B"), (1, 10, "A")]), [("tiers/2", "tier.overlap")]),
        (lambda: from_to([(0, 10, "A"), (11, None, "B")], step="0.01"), [("tiers/2", "tier.step")]),
        (lambda: from_to([(0, 10, "A"), (12, None, "B")], step="0.01"), [("tiers/2", "tier.gap")]),
        (lambda: from_to([(0, 1, "A"), ("1.5", None, "B")], step="0.1"), [("tiers/2", "tier.gap")]),
        (lambda: from_to([(0, 10, "A"), ("10.5", None, "B")]), [("tiers/2", "tier.step")]),
        (lambda: from_to([(0, "10.5", "A")]), [("tiers/1", "tier.step")]),
        (lambda: from_to([(0, None, "A")], step=0), [("step", "tier.step")]),
        (lambda: from_to([(5, 4, "A")]), [("tiers/1", "tier.backwards")]),
        (lambda: from_to([(-1, 4, "A")]), [("tiers/1", "tier.out_of_range")]),
        (lambda: up_to([(10, "A"), (5, "B")]), [("tiers/2", "tier.backwards")]),
        (lambda: up_to([(10, "A"), (10, "B")]), [("tiers/2", "tier.backwards")]),
        (lambda: up_to([(0, "A"), (10, "B")]), [("tiers/1", "tier.backwards")]),
        (lambda: up_to([("inf", "A"), (10, "B")]), [("tiers/2", "tier.overlap")]),
        (lambda: adjacent([(0, 1, "A"), (2, None, "B")]), [("tiers/2", "tier.gap")]),
        (lambda: adjacent([(0, 2, "A"), (1, None, "B")]), [("tiers/2", "tier.overlap")]),
        (lambda: adjacent([(0, 0, "A"), (0, None, "B")]), [("tiers/1", "tier.backwards")]),
        (lambda: widths([(10, "A"), (0, "B")]), [("tiers/2", "tier.backwards")]),
        (lambda: widths([(None, "A"), (10, "B")]), [("tiers/2", "tier.overlap")]),
    ],
)
def test_a_faulty_table_is_refused(
    make: Callable[[], object], wrong: list[tuple[str, str]]
) -> None:
    assert codes(make) == wrong


def test_every_fault_of_a_table_is_found_at_once() -> None:
    rows = [(-2, 10, "A"), (12, 20, "B"), (20, 15, "C"), (16, None, "D")]
    assert codes(lambda: from_to(rows)) == [
        ("tiers/1", "tier.out_of_range"),
        ("tiers/3", "tier.backwards"),
        ("tiers/2", "tier.gap"),
        ("tiers/3", "tier.overlap"),
    ]


def test_a_finding_names_both_rows_in_two_languages() -> None:
    (gap,) = findings(lambda: from_to([(1, 10, "A"), (12, None, "B")]))
    assert gap.message.en.startswith("row 1 ends at 10 and row 2 starts at 12")
    assert gap.message.zh == "第 1 档止于 10，第 2 档起于 12，中间有空档。"


def test_floats_are_refused_as_bounds() -> None:
    half: Any = 0.5
    for rows in ([(half, None, "A")], [(0, half, "A")]):
        with pytest.raises(Invalid) as raised:
            from_to(rows)
        assert raised.value.code == "number.not_exact"
