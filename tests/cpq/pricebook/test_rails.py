"""Cost-plus, endings and rails, and the order in which an entry applies them."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid
from cpq.pricebook.rails import PriceEnding, Rails, on_margin, on_markup


def F(number: str) -> Fraction:  # noqa: N802
    return Fraction(number)


# --- markup and margin ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "percent", "by_markup", "by_margin"),
    [
        ("80", "25", "100", "320/3"),
        ("80", "20", "96", "100"),
        ("80", "0", "80", "80"),
        ("80", "-100", "0", "40"),
        ("0", "50", "0", "0"),
        ("10", "99.99", "19.999", "100000"),
    ],
)
def test_markup_is_of_the_cost_and_margin_of_the_price(
    cost: str, percent: str, by_markup: str, by_margin: str
) -> None:
    assert on_markup(F(cost), Decimal(percent)) == F(by_markup)
    assert on_margin(F(cost), Fraction(percent)) == F(by_margin)


@pytest.mark.parametrize("margin", [Decimal(100), Decimal("250.5"), Fraction(301, 3)])
def test_no_price_earns_a_margin_of_100_percent(margin: Decimal | Fraction) -> None:
    with pytest.raises(Invalid, match=f"found {margin}") as refusal:
        on_margin(Fraction(80), margin)
    assert refusal.value.code == "price.margin_too_high"


def test_a_markup_leaves_no_negative_price() -> None:
    with pytest.raises(Invalid, match=r"-100\.01") as refusal:
        on_markup(Fraction(80), Decimal("-100.01"))
    assert refusal.value.code == "price.markup_too_low"


# --- endings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("multiple", "ending", "price", "up", "down", "nearest"),
    [
        ("1", "0.99", "12.30", "12.99", "11.99", "11.99"),
        ("1", "0.99", "12.49", "12.99", "11.99", "12.99"),
        ("1", "0.99", "12.50", "12.99", "11.99", "12.99"),
        ("1", "0.99", "12.99", "12.99", "12.99", "12.99"),
        ("1", "0.99", "13", "13.99", "12.99", "12.99"),
        ("10", "9.90", "104", "109.90", "99.90", "99.90"),
        ("10", "0.99", "104", "110.99", "100.99", "100.99"),
        ("50", "0", "1225", "1250", "1200", "1250"),
        ("0.05", "0", "0.33", "0.35", "0.30", "0.35"),
        ("5", "0", "20/3", "10", "5", "5"),
    ],
)
def test_a_price_comes_onto_the_grid(
    multiple: str, ending: str, price: str, up: str, down: str, nearest: str
) -> None:
    for mode, result in (("up", up), ("down", down), ("nearest", nearest)):
        rule = PriceEnding.model_validate({"multiple": multiple, "ending": ending, "mode": mode})
        assert rule.applied(F(price)) == F(result), mode
        assert rule.applied(-F(price)) == -F(result), mode


@pytest.mark.parametrize("mode", ["up", "down", "nearest"])
def test_a_price_is_never_rounded_to_nothing(mode: Any) -> None:
    assert PriceEnding(multiple=10, mode=mode).applied(F("0.01")) == 10
    assert PriceEnding(multiple=1, ending="0.99", mode=mode).applied(F("0.01")) == F("0.99")
    assert PriceEnding(multiple=1, ending="0.99", mode=mode).applied(Fraction(0)) == 0


def test_an_ending_scales_with_the_unit() -> None:
    ending = PriceEnding(multiple=1, ending="0.99", mode="up")
    assert ending.applied(F("12.30") * 12, scale=Fraction(12)) == F("12.99") * 12
    assert ending.applied(F("12.30") / 3, scale=Fraction(1, 3)) == F("12.99") / 3


@pytest.mark.parametrize(
    "fields",
    [
        {"multiple": 0},
        {"multiple": -1},
        {"multiple": 1, "ending": 1},
        {"multiple": "0.05", "ending": "0.99"},
        {"multiple": 1, "ending": "-0.01"},
        {"multiple": 1, "mode": "bankers"},
        {"multiple": 0.05},
    ],
    ids=str,
)
def test_an_ending_that_makes_no_grid_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PriceEnding.model_validate(fields)


def test_an_ending_reads_as_people_say_it() -> None:
    assert str(PriceEnding(multiple=1, ending="0.99")) == "nearest to a multiple of 1 + 0.99"
    assert str(PriceEnding(multiple="0.05", mode="up")) == "up to a multiple of 0.05"


# --- rails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rails", "price", "result"),
    [
        ({"min_over_base": 10}, "105", "110"),
        ({"min_over_base": 10}, "120", "120"),
        ({"max_over_base": 90}, "200", "190"),
        ({"min_over_base": -20}, "70", "80"),
        ({"lowest": 99}, "90", "99"),
        ({"highest": 150}, "190", "150"),
        ({"lowest": 99, "highest": 150}, "120", "120"),
        ({"min_over_base": 80, "highest": 150}, "100", "150"),
        ({"max_over_base": 10, "lowest": 150}, "100", "150"),
        ({"min_over_base": 10, "max_over_base": 20, "lowest": 112}, "100", "112"),
        ({"max_over_base": -150}, "100", "0"),
    ],
    ids=str,
)
def test_a_price_is_kept_between_rails(rails: dict[str, Any], price: str, result: str) -> None:
    assert Rails.model_validate(rails).applied(F(price), base=Fraction(100)) == F(result)


def test_rails_scale_with_the_unit() -> None:
    rails = Rails(min_over_base=10, max_over_base=20, lowest=5, highest=200)
    for scale in (Fraction(12), Fraction(1, 1000)):
        for price in (Fraction(0), Fraction(115), Fraction(500)):
            one = rails.applied(price, base=Fraction(100))
            assert rails.applied(price * scale, base=100 * scale, scale=scale) == one * scale


def test_bounds_say_what_holds_the_price() -> None:
    base = Fraction(100)
    for rails, low, high in (
        (Rails(min_over_base=10), F("110"), None),
        (Rails(min_over_base=10, highest=105), F("105"), F("105")),
        (Rails(lowest=50, highest=60), F("50"), F("60")),
    ):
        assert rails.bounds(base=base) == (low, high)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"min_over_base": 20, "max_over_base": 10},
        {"lowest": 20, "highest": 10},
        {"lowest": -1},
        {"highest": -1},
    ],
    ids=str,
)
def test_rails_that_leave_no_room_are_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rails.model_validate(fields)


def test_rails_read_as_people_say_them() -> None:
    rails = Rails(min_over_base=-9, max_over_base="-2.50", highest=150)
    assert str(rails) == "at least base -9, at most base -2.50, at most 150"
    assert str(Rails(lowest=1, max_over_base=3)) == "at most base +3, at least 1"


# --- the order in which an entry applies them ---------------------------------------------------


@pytest.mark.parametrize(
    ("case", "surcharge", "rails", "price"),
    [
        ("CP-01", "100", None, "10100"),
        ("CP-02", "0", Rails(min_over_base=10, max_over_base=100), "10010"),
        ("CP-03", "100", Rails(max_over_base=90), "10090"),
    ],
)
def test_the_base_is_converted_before_the_amounts_act(
    case: str, surcharge: str, rails: Rails | None, price: str
) -> None:
    converted = Fraction(1000) * 10
    charged = converted + F(surcharge)
    assert (rails.applied(charged, base=converted) if rails else charged) == F(price), case


def test_a_discount_is_taken_off_the_marked_up_price() -> None:
    """CP-06 and CP-07: 1000, 10 % on it, then 10 % or 110 off it, makes 990."""
    marked_up = on_markup(Fraction(1000), Decimal(10))
    assert marked_up == 1100
    assert marked_up * 90 / 100 == marked_up - 110 == 990


def test_the_ending_comes_before_the_surcharge_and_the_rails_last() -> None:
    ending = PriceEnding(multiple=10, mode="up").applied(on_margin(Fraction(70), Decimal(30)))
    assert ending == 100
    assert Rails(highest="102.50").applied(ending + 3, base=Fraction(70)) == F("102.5")
