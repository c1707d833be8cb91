"""Percent of total: what is covered, what is left out, the bounds, and nothing at all."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from cpq.kernel.period import Period
from cpq.pricebook.share import (
    LeftOut,
    NothingCovered,
    PercentOfTotal,
    Share,
    ShareLine,
    share_at,
    share_of,
)

DAY = date(2026, 11, 21)


def _rule(percent: object = 18, **fields: Any) -> PercentOfTotal:
    return PercentOfTotal.model_validate(
        {"code": "CARE", "product": "CARE", "percent": percent, **fields}
    )


def _line(number: str, amount: int, product: str = "M8", **fields: Any) -> ShareLine:
    return ShareLine(number, product, Fraction(amount), **fields)


def _found(rule: PercentOfTotal, *lines: ShareLine, **fields: Any) -> Share:
    found = share_of(rule, lines, **fields)
    assert isinstance(found, Share)
    return found


def _figures(found: Share, *names: str) -> tuple[object, ...]:
    return tuple(getattr(found, name) for name in names)


def test_case_pc_03_the_floor_holds_over_the_share() -> None:
    found = _found(_rule(floor=200), _line("1", 600), _line("2", 400))
    assert _figures(found, "value", "base", "bound") == (200, 1000, "floor")


def test_case_pc_01_of_what_is_beyond_the_exempt_amount() -> None:
    """(800 - 250) * 1.3 % = 7.15; two of the four payments beyond the free two cost 2.00 each."""
    payments = [_line(str(number), 200) for number in range(1, 5)]
    found = _found(_rule("1.3", exempt=250), *payments)
    assert _figures(found, "value", "base") == (Fraction("7.15"), 550)
    found = _found(_rule("1.3", exempt=250, fee=2, free_lines=2), *payments)
    assert _figures(found, "value", "fees") == (Fraction("11.15"), 4)


def test_more_free_lines_than_lines_cost_no_fee() -> None:
    assert _found(_rule(10, fee=2, free_lines=3), _line("1", 100)).fees == 0


def test_the_ceiling_bounds_the_share() -> None:
    found = _found(_rule(ceiling=100, floor=50), _line("1", 1000))
    assert _figures(found, "value", "bound") == (100, "ceiling")
    found = _found(_rule(ceiling=180, floor=180), _line("1", 1000))
    assert _figures(found, "value", "bound") == (180, "")


def test_a_share_is_not_rounded() -> None:
    assert _found(_rule("33.33"), _line("1", 1)).value == Fraction(3333, 10000)
    found = _found(_rule(1, aggregate="avg"), _line("1", 100), _line("2", 100), _line("3", 0))
    assert _figures(found, "value", "base") == (Fraction(2, 3), Fraction(200, 3))
    assert found.counted == ("1", "2", "3")


@pytest.mark.parametrize(
    ("aggregate", "base"), [("sum", 600), ("min", 100), ("max", 300), ("avg", 200)]
)
def test_the_base_is_the_aggregate_of_the_lines(aggregate: str, base: int) -> None:
    lines = [_line(str(place), amount) for place, amount in enumerate((200, 100, 300), start=1)]
    found = _found(_rule(10, aggregate=aggregate), *lines)
    assert _figures(found, "base", "value") == (base, Fraction(base, 10))


def test_lines_that_never_count_say_why() -> None:
    lines = (
        _line("1", 1000),
        _line("2", 500, "TAXI", derived=True),
        _line("3", 500, optional=True),
        _line("4", 0, included=True),
        _line("5", 0, quantity=Decimal(0)),
        _line("6", 500, "CARE"),
    )
    found = _found(_rule(10), *lines)
    assert found.value == 100
    assert found.counted == ("1",)
    assert found.left_out == (
        LeftOut("2", "derived"),
        LeftOut("3", "optional"),
        LeftOut("4", "included"),
        LeftOut("5", "no_quantity"),
        LeftOut("6", "derived"),
    )


def test_a_share_covers_products_families_and_categories() -> None:
    rule = _rule(10, products=("LASER",), categories=("metal",))
    lines = (
        _line("1", 100, "LASER"),
        _line("2", 100, "LASER-3000", family="LASER"),
        _line("3", 100, "NUT", categories=("bolts", "metal")),
        _line("4", 100, "FILM", categories=("plastic",)),
    )
    found = _found(rule, *lines)
    assert found.counted == ("1", "2", "3")
    assert found.left_out == (LeftOut("4", "not_covered"),)


def test_what_is_excluded_wins_over_what_is_covered() -> None:
    rule = _rule(
        10, categories=("parts",), excludes_products=("NUT",), excludes_categories=("freight",)
    )
    lines = (
        _line("1", 100, "NUT", categories=("parts",)),
        _line("2", 100, "BOX", categories=("freight", "parts")),
        _line("3", 100, "BOLT", categories=("parts",)),
    )
    found = _found(rule, *lines)
    assert found.counted == ("3",)
    assert [line.reason for line in found.left_out] == ["excluded", "excluded"]


@pytest.mark.parametrize("lines", [(), (_line("1", 100, "FILM"),)], ids=["no line", "another"])
def test_a_share_of_nothing_is_not_zero(lines: tuple[ShareLine, ...]) -> None:
    found = share_of(_rule(10, floor=200, products=("LASER",)), lines)
    assert isinstance(found, NothingCovered)
    assert (found.rule, found.product) == ("CARE", "CARE")
    assert [line.reason for line in found.left_out] == ["not_covered"] * len(lines)


def test_a_base_of_zero_is_a_share_of_zero() -> None:
    assert _found(_rule(10), _line("1", 0)).value == 0
    assert _found(_rule(10, exempt=2000), _line("1", 1000)).value == 0


def test_goods_that_come_back_give_the_share_back() -> None:
    rule = _rule("1.3", exempt=250, floor=5, fee=2)
    sold = _found(rule, _line("1", 500), _line("2", 300))
    back = _found(rule, _line("1", -500), _line("2", -300))
    assert back.value == -sold.value
    assert back.base == -sold.base
    assert back.fees == -sold.fees


def test_amounts_of_a_share_are_converted() -> None:
    rule = _rule(10, exempt=100, floor=20, ceiling=30, fee=1)
    twice = Fraction(2)
    assert _found(rule, _line("1", 500), scale=twice).value == 40
    assert _found(rule, _line("1", 700), scale=twice).value == 52
    assert _found(rule, _line("1", 900), scale=twice).value == 60


@pytest.mark.parametrize(
    "fields",
    [
        {"percent": 0},
        {"floor": 2, "ceiling": 1},
        {"products": ("CARE",)},
        {"products": ("A", "B"), "excludes_products": ("B",)},
        {"categories": ("metal",), "excludes_categories": ("metal",)},
        {"free_lines": 2},
        {"of": "gross"},
        {"exempt": -1},
    ],
    ids=str,
)
def test_a_share_that_means_nothing_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _rule(**fields)


def test_a_share_says_when_it_is_found() -> None:
    assert [_rule(of=point).of_results for point in ("list", "manual", "promotion", "net")] == [
        *(False, False, True, True)
    ]
    assert str(_rule("1.30", of="list", aggregate="avg")) == "1.30% of avg list"


def test_the_share_of_a_product_is_that_of_its_day() -> None:
    old = _rule(18, period=Period(end="2026-06-30"))
    new = _rule(20, period=Period(start="2026-07-01"))
    assert share_at([old, new], product="CARE", at=DAY) is new
    assert share_at([old, new], product="CARE", at=date(2026, 6, 30)) is old
    assert share_at([old], product="CARE", at=DAY) is None


def test_a_variant_takes_its_own_share_before_the_familys() -> None:
    family, own = _rule(18), _rule(20, code="CARE-3Y", product="CARE-3Y")
    assert share_at([family, own], product="CARE-3Y", family="CARE", at=DAY) is own
    assert share_at([family], product="CARE-3Y", family="CARE", at=DAY) is family
    assert share_at([own], product="CARE", at=DAY) is None


def test_two_shares_for_one_product_are_refused() -> None:
    with pytest.raises(Refused, match=r"percent_of_total\.ambiguous"):
        share_at([_rule(18), _rule(20, code="TOO")], product="CARE", at=DAY)
