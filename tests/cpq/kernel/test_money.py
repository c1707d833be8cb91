"""Money, exact numbers and rounding: figures worked by hand."""

import copy
import pickle
from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext
from fractions import Fraction

import moneyed
import pytest
from pydantic import BaseModel, ValidationError

from cpq.kernel.errors import DomainError, Invalid, NotFound
from cpq.kernel.money import (
    CurrencyCode,
    Exact,
    Money,
    Rounding,
    RoundingPolicy,
    currency_places,
    difference,
    exact,
    money_total,
    places_of,
    plain,
    product,
    rounded,
    rounded_fraction,
    total,
)

YUAN = Money("12.34", "CNY")


class Row(BaseModel):
    """A model as a host writes one."""

    number: Exact = Decimal(0)
    money: Money = YUAN
    currency: CurrencyCode = "CNY"


def _code(error: ValidationError) -> str:
    """The code of the refusal that pydantic wrapped."""
    cause = error.errors()[0]["ctx"]["error"]
    assert isinstance(cause, DomainError)
    return cause.code


@pytest.mark.parametrize(
    "value",
    [
        1.1,
        float("nan"),
        True,
        None,
        [],
        "",
        "NaN",
        "Infinity",
        "1E5",
        "1_000",
        "1,234",
        "12,50",
        "0x10",
        "(5.00)",
        "5.00-",
        "¥5",
        "\uff11\uff12",
        "\U0001d7d9",
        "\u22125",
        "1.",
        ".5",
        "9" * 1_000_000,
        "1 2",
        b"12",
    ],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_not_plain_digits_is_no_number(value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        exact(value)
    assert refusal.value.code == "number.not_exact"
    assert len(refusal.value.message) < 200


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-NaN123"),
        Decimal("Infinity"),
        Decimal("1E+1000000"),
        Decimal("1E-1000000"),
        Decimal("1E+18"),
        10**18,
        "1000000000000000000",
        Decimal("1E-19"),
        Decimal("123456789012345678.1234567890123456789"),
    ],
    ids=str,
)
def test_numbers_out_of_range_are_refused(value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        exact(value)
    assert refusal.value.code == "number.out_of_range"


@pytest.mark.parametrize(
    "value",
    ["999999999999999999.999999999999999999", "-999999999999999999", "0.000000000000000001"],
)
def test_the_edge_of_the_range_is_kept_to_the_digit(value: str) -> None:
    assert str(exact(value)) in (value, "1E-18")
    assert exact(value) == Decimal(value)


def test_white_space_around_digits_is_no_matter() -> None:
    assert exact(" 12.50\n") == Decimal("12.50")


def test_zero_never_prints_with_a_minus_sign() -> None:
    assert plain(Decimal("-0.00")) == "0.00"
    assert str(Money("-0.00", "CNY")) == "0.00 CNY"
    assert plain(rounded(Decimal("-0.004"), 2)) == "0.00"


def test_exponents_print_as_plain_digits() -> None:
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("1E-7")) == "0.0000001"
    assert (places_of(Decimal("1E-7")), places_of(Decimal("1E+3"))) == (7, 0)


@pytest.mark.parametrize(
    ("mode", "figures"),
    [
        (Rounding.HALF_UP, ["2.35", "2.36", "-2.35", "0.01", "0.00"]),
        (Rounding.HALF_EVEN, ["2.34", "2.36", "-2.34", "0.00", "0.00"]),
        (Rounding.HALF_DOWN, ["2.34", "2.35", "-2.34", "0.00", "0.00"]),
        (Rounding.UP, ["2.35", "2.36", "-2.35", "0.01", "0.01"]),
        (Rounding.DOWN, ["2.34", "2.35", "-2.34", "0.00", "0.00"]),
        (Rounding.CEILING, ["2.35", "2.36", "-2.34", "0.01", "0.01"]),
        (Rounding.FLOOR, ["2.34", "2.35", "-2.35", "0.00", "0.00"]),
    ],
)
def test_each_mode_decides_a_tie_in_its_own_way(mode: Rounding, figures: list[str]) -> None:
    numbers = ["2.345", "2.355", "-2.345", "0.005", "0.001"]
    assert [plain(rounded(Decimal(number), 2, mode)) for number in numbers] == figures
    assert [plain(rounded_fraction(Fraction(number), 2, mode)) for number in numbers] == figures


def test_a_fraction_is_rounded_once_only() -> None:
    almost_half = Fraction(5, 1000) - Fraction(1, 10**60)
    assert rounded_fraction(almost_half, 2) == Decimal("0.00")
    assert rounded_fraction(Fraction(5, 1000), 2) == Decimal("0.01")


def test_sums_and_products_keep_every_digit() -> None:
    assert total([Decimal("999999999999999999.99"), Decimal("0.01")]) == Decimal("1E18")
    assert product(Decimal("0.000000001"), Decimal(999999999999999999)) == Decimal(
        "999999999.999999999"
    )
    assert difference(Decimal("0.3"), Decimal("0.1")) == Decimal("0.2")
    assert total([]) == 0


def test_a_digit_that_would_be_lost_raises() -> None:
    long = Decimal("1." + "1" * 100)
    with pytest.raises(Inexact):
        product(long, long)


@pytest.mark.parametrize(("code", "places"), [("CNY", 2), ("JPY", 0), ("KWD", 3), ("BHD", 3)])
def test_minor_units_come_from_the_standard(code: str, places: int) -> None:
    assert currency_places(code) == places
    assert Money.from_minor(12345, code).minor == 12345


@pytest.mark.parametrize(
    "code", ["XXQ", "cny", "RMB", "", "CN¥", "\uff23\uff2e\uff39", None, 5, []]
)
def test_an_unknown_currency_is_refused(code: object) -> None:
    with pytest.raises(NotFound) as refusal:
        Money("1", code)  # type: ignore[arg-type]
    assert refusal.value.code == "currency.unknown"


@pytest.mark.parametrize("code", ["XXQ", None, 5, []])
def test_a_field_with_an_unknown_currency_names_the_code(code: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Row.model_validate({"money": {"amount": "1", "currency": code}})
    assert _code(refusal.value) == "currency.unknown"


def test_a_currency_field_with_an_unknown_code_names_it() -> None:
    with pytest.raises(ValidationError) as refusal:
        Row(currency="XXQ")
    assert _code(refusal.value) == "currency.unknown"


def test_a_field_with_a_float_names_the_code() -> None:
    for fields in ({"number": 1.5}, {"money": {"amount": 1.5, "currency": "CNY"}}):
        with pytest.raises(ValidationError) as refusal:
            Row.model_validate(fields)
        assert _code(refusal.value) == "number.not_exact"


@pytest.mark.parametrize(
    "value",
    [5, "5", "CNY 5", {"amount": "5"}, {"amount": "5", "currency": "CNY", "note": ""}, None],
    ids=repr,
)
def test_money_in_another_shape_is_malformed(value: object) -> None:
    with pytest.raises(ValidationError):
        Row.model_validate({"money": value})


def test_an_amount_off_the_grid_has_no_minor_units() -> None:
    for money in (Money("1.239", "CNY"), Money("1.2345", "BHD"), Money("0.5", "JPY")):
        with pytest.raises(Invalid) as refusal:
            _ = money.minor
        assert refusal.value.code == "money.off_grid"


def test_money_is_a_value_that_nobody_changes() -> None:
    for name in ("amount", "currency", "note"):
        with pytest.raises(AttributeError):
            setattr(YUAN, name, Decimal(5))
    with pytest.raises(AttributeError):
        del YUAN.amount
    assert Money("12.34", "CNY") == YUAN


def test_equal_money_has_one_hash_however_it_is_written() -> None:
    assert len({Money("1.5", "CNY"), Money("1.50", "CNY"), Money("1.500", "CNY")}) == 1
    assert Money("1.5", "CNY") != Money("1.5", "USD")
    assert (Money("0", "CNY") == 0) is False
    assert not Money("0", "CNY")


@pytest.mark.parametrize(
    "act",
    [
        lambda m: m / 2,
        lambda m: m // 2,
        lambda m: 2 / m,
        lambda m: 5 % m,
        lambda m: m.round(),
    ],
)
def test_money_is_never_divided(act: object) -> None:
    with pytest.raises(Invalid) as refusal:
        act(YUAN)  # type: ignore[operator]
    assert refusal.value.code == "money.divided"


def test_money_meets_only_money() -> None:
    for other in (0, Decimal(1), "1.00 CNY", None, 1.5):
        for act in (lambda a, b: a + b, lambda a, b: b - a, lambda a, b: a < b):
            with pytest.raises(Invalid) as refusal:
                act(YUAN, other)
            assert refusal.value.code == "money.not_money"


def test_money_times_money_or_float_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        _ = YUAN * YUAN
    assert refusal.value.code == "money.not_number"
    with pytest.raises(Invalid) as refusal:
        _ = YUAN * 1.5
    assert refusal.value.code == "number.not_exact"


def test_sums_with_the_base_class_stay_ours() -> None:
    base = moneyed.Money("1.00", "CNY")
    for result in (base + YUAN, YUAN + base):
        assert type(result) is Money
        assert result == Money("13.34", "CNY")
    assert base - YUAN == Money("-11.34", "CNY")


def test_money_is_split_to_the_cent() -> None:
    assert [str(part.amount) for part in Money("10.00", "CNY").split(3)] == ["3.34", "3.33", "3.33"]
    assert [part.minor for part in Money("-1", "JPY").split([1, 1])] == [-1, 0]
    assert [part.minor for part in Money("0.10", "CNY").split([0, 0], weightless="evenly")] == [
        5,
        5,
    ]


@pytest.mark.parametrize("weights", [0, -1, [], [0, 0], [-1, 2], [0.5, 0.5], [Decimal("NaN")]])
def test_weights_that_say_nothing_are_refused(weights: object) -> None:
    with pytest.raises(Invalid) as refusal:
        YUAN.split(weights)  # type: ignore[arg-type]
    assert refusal.value.code == "weights.invalid"


def test_a_share_and_a_ratio_are_exact() -> None:
    assert Money("100.00", "CNY").share(Fraction(2, 3)) == Money("66.67", "CNY")
    assert Money("5.00", "CNY").ratio_to(Money("15.00", "CNY")) == Fraction(1, 3)


def test_the_total_of_nothing_is_zero_in_its_currency() -> None:
    assert money_total([], "JPY") == Money("0", "JPY")
    with pytest.raises(Invalid) as refusal:
        money_total([Money("1", "USD")], "CNY")
    assert refusal.value.code == "money.currency_mismatch"


def test_money_survives_pickling_copying_and_json() -> None:
    for again in (pickle.loads(pickle.dumps(YUAN)), copy.copy(YUAN), copy.deepcopy(YUAN)):
        assert (again, hash(again), type(again)) == (YUAN, hash(YUAN), Money)
    row = Row(number="1.50", money=YUAN)
    assert row.model_dump_json() == (
        '{"number":"1.50","money":{"amount":"12.34","currency":"CNY"},"currency":"CNY"}'
    )
    assert Row.model_validate_json(row.model_dump_json()) == row


def test_the_context_of_the_caller_changes_nothing() -> None:
    hostile = Context(prec=3, rounding=ROUND_DOWN, traps=[Inexact])
    with localcontext(hostile):
        assert Money("1234567.89", "CNY") + Money("0.01", "CNY") == Money("1234567.90", "CNY")
        assert plain(rounded(Decimal("1234567.895"), 2)) == "1234567.90"
        assert str(-Money("1234567.89", "CNY")) == "-1234567.89 CNY"
        assert str(abs(Money("-1234567.89", "CNY"))) == "1234567.89 CNY"
    assert hostile.prec == 3


def test_a_rounding_policy_has_at_most_18_places() -> None:
    assert RoundingPolicy().places_for("KWD") == 3
    for fields in ({"unit_places": 19}, {"unit_places": -1}, {"amount_places": 19}):
        with pytest.raises(ValidationError):
            RoundingPolicy.model_validate(fields)
