"""Laws of money: sharing conserves, rounding is exact, currencies never mix, no context leaks."""

import copy
import math
import operator
import pickle
from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.allocation import allocate, refundable
from cpq.kernel.errors import Invalid
from cpq.kernel.money import (
    Money,
    Rounding,
    difference,
    exact,
    money_total,
    plain,
    rounded,
    rounded_fraction,
    split,
    split_within,
    total,
)
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from tests.laws.strategies import amounts, fractions, moneys, tried, weight_lists

wholes = st.integers(-(10**9), 10**9)


@tried(10)
@given(wholes, weight_lists())
def test_a_split_adds_up_and_is_fair(whole: int, weights: list[int]) -> None:
    parts = split(whole, weights)
    assert sum(parts) == whole
    sum_of_weights = sum(Fraction(weight) for weight in weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(whole) * Fraction(weight) / sum_of_weights) < 1
        assert part * whole >= 0
        assert weight or part == 0


@tried(4)
@given(wholes, weight_lists())
def test_a_split_is_the_same_with_the_other_sign(whole: int, weights: list[int]) -> None:
    assert split(-whole, weights) == tuple(-part for part in split(whole, weights))


@tried(4)
@given(wholes, weight_lists(), st.integers(1, 10**6))
def test_a_split_depends_on_the_ratio_of_weights_only(
    whole: int, weights: list[int], times: int
) -> None:
    assert split(whole, [Fraction(weight) * times for weight in weights]) == split(whole, weights)


@tried(4)
@given(wholes, weight_lists(), st.randoms(use_true_random=False))
def test_a_split_in_the_order_of_ids_ignores_the_order_of_lines(
    whole: int, weights: list[int], random: object
) -> None:
    def by_id(lines: list[tuple[int, int]]) -> dict[int, int]:
        ordered = sorted(lines)
        parts = split(whole, [weight for _, weight in ordered])
        return {line: part for (line, _), part in zip(ordered, parts, strict=True)}

    lines = list(enumerate(weights))
    shuffled = lines.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert by_id(shuffled) == by_id(lines)


@tried(4)
@given(wholes, weight_lists())
def test_zero_weights_leave_the_other_parts_alone(whole: int, weights: list[int]) -> None:
    parts = split(whole, weights)
    with_zeros = split(whole, [each for weight in weights for each in (0, weight)])
    assert with_zeros == tuple(each for part in parts for each in (0, part))


@tried(10)
@given(st.integers(0, 10**6), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 10**6))))
def test_water_filling_conserves_and_respects_rooms(
    whole: int, lines: list[tuple[int, int]]
) -> None:
    weights, rooms = [weight for weight, _ in lines], [room for _, room in lines]
    parts, left = split_within(whole, weights, rooms)
    assert sum(parts) + left == whole
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)
    open_room = sum(room for weight, room in lines if weight)
    assert left == max(0, whole - open_room)


@tried(4)
@given(st.integers(0, 10**6), weight_lists())
def test_water_filling_with_room_enough_is_a_split(whole: int, weights: list[int]) -> None:
    assert split_within(whole, weights, [whole] * len(weights)) == (split(whole, weights), 0)


@given(st.lists(st.tuples(amounts(), amounts()), min_size=1), amounts())
def test_an_allocation_conserves_within_rooms(
    lines: list[tuple[Decimal, Decimal]], amount: Decimal
) -> None:
    rooms = [Money(room, "CNY") for _, room in lines]
    shared = allocate(Money(amount, "CNY"), weights=[weight for weight, _ in lines], rooms=rooms)
    assert money_total([*shared.shares, shared.unallocated], "CNY") == Money(amount, "CNY")
    assert all(share <= room for share, room in zip(shared.shares, rooms, strict=True))


@given(
    st.integers(0, 10**6),
    st.recursive(
        st.integers(1, 9), lambda kids: st.lists(kids, min_size=1, max_size=3), max_leaves=20
    ),
)
def test_nested_sharing_conserves_at_each_level(whole: int, tree: object) -> None:
    def weight(node: object) -> int:
        return node if isinstance(node, int) else sum(weight(kid) for kid in node)  # type: ignore[attr-defined]

    def leaves(amount: int, node: object) -> int:
        if isinstance(node, int):
            return amount
        parts = split(amount, [weight(kid) for kid in node])  # type: ignore[attr-defined]
        return sum(leaves(part, kid) for part, kid in zip(parts, node, strict=True))  # type: ignore[call-overload]

    assert leaves(whole, tree) == whole


@tried(4)
@given(moneys, st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_partial_returns_add_up_to_the_whole(money: Money, steps: list[int]) -> None:
    returned, quantity = Decimal(0), Decimal(sum(steps))
    back = Money.zero(money.code)
    for step in steps:
        back += refundable(money, returned=Decimal(step), quantity=quantity, already=returned)
        returned += step
    assert back == money


def _independently(value: Fraction, places: int, mode: Rounding) -> Fraction:
    scaled = value * 10**places
    below = math.floor(scaled)
    rest = scaled - below
    away = below + 1 if value >= 0 else below
    toward = below if value >= 0 else below + 1
    if rest == 0:
        return Fraction(below, 10**places)
    nearest = below if rest < Fraction(1, 2) else below + 1
    tie = rest == Fraction(1, 2)
    chosen = {
        Rounding.UP: away,
        Rounding.DOWN: toward,
        Rounding.CEILING: below + 1,
        Rounding.FLOOR: below,
        Rounding.HALF_UP: away if tie else nearest,
        Rounding.HALF_DOWN: toward if tie else nearest,
        Rounding.HALF_EVEN: below + below % 2 if tie else nearest,
    }[mode]
    return Fraction(chosen, 10**places)


@tried(20)
@given(fractions, st.integers(0, 9), st.sampled_from(Rounding))
def test_a_fraction_rounds_like_an_independent_reckoning(
    value: Fraction, places: int, mode: Rounding
) -> None:
    result = rounded_fraction(value, places, mode)
    assert Fraction(result) == _independently(value, places, mode)
    assert -int(result.as_tuple().exponent) == places


@tried(10)
@given(amounts("-99999", "99999", 6), st.integers(0, 6), st.sampled_from(Rounding))
def test_a_decimal_rounds_as_its_fraction_does(value: Decimal, places: int, mode: Rounding) -> None:
    assert rounded(value, places, mode) == rounded_fraction(Fraction(value), places, mode)


@tried(4)
@given(st.lists(amounts("-99999", "99999", 4)), st.randoms(use_true_random=False))
def test_a_total_does_not_depend_on_the_order(numbers: list[Decimal], random: object) -> None:
    shuffled = numbers.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total(shuffled) == total(numbers) == sum(Fraction(number) for number in numbers)


@tried(4)
@given(amounts("-99999999", "99999999", 6))
def test_a_number_reads_back_as_it_was_written(number: Decimal) -> None:
    again = exact(plain(number))
    assert (again, again.as_tuple().exponent) == (number, number.as_tuple().exponent)


MIXING: tuple[Callable[[Money, Money], object], ...] = (
    operator.add,
    operator.sub,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    lambda a, b: sum([a], b),
    max,
    lambda a, b: min(b, a),
    lambda a, b: sorted([a, b]),
    lambda a, b: money_total([a], b.code),
    lambda a, b: a.ratio_to(b),
    operator.iadd,
)


@given(moneys, moneys, st.sampled_from(MIXING))
def test_currencies_never_mix(
    first: Money, second: Money, act: Callable[[Money, Money], object]
) -> None:
    assert (first == second) is (first.code == second.code and first.amount == second.amount)
    if first.code != second.code:
        with pytest.raises(Invalid) as refusal:
            act(first, second)
        assert refusal.value.code == "money.currency_mismatch"


@given(moneys, moneys)
def test_what_is_added_can_be_taken_away(first: Money, second: Money) -> None:
    other = Money.from_minor(second.minor, first.code)
    assert first + other - other == first
    assert (first < other) is (first.minor < other.minor)
    assert first - other == -(other - first)


@given(moneys)
def test_money_is_the_same_after_every_journey(money: Money) -> None:
    for again in (
        pickle.loads(pickle.dumps(money)),
        copy.copy(money),
        copy.deepcopy(money),
        Money.from_minor(money.minor, money.code),
        Money(plain(money.amount), money.code),
    ):
        assert (again, hash(again), str(again)) == (money, hash(money), str(money))


@given(moneys, weight_lists(), amounts("-99", "99", 4))
def test_no_result_depends_on_the_context_of_the_caller(
    money: Money, weights: list[int], factor: Decimal
) -> None:
    def results() -> tuple[object, ...]:
        return (
            str(money * factor),
            str((money * factor).rounded()),
            [str(part) for part in money.split(weights)],
            str(money.share(Fraction(1, 3))),
            str(-money - money),
            plain(difference(factor, money.amount)),
            str(refundable(money, returned=Decimal("1.234"), quantity=Decimal(1007))),
            repr(abs(money)),
        )

    expected = results()
    with localcontext(Context(prec=2, rounding=ROUND_DOWN, traps=[Inexact])):
        assert results() == expected


TABLE = STANDARD_UNITS.with_units(
    [
        Unit(code="third", numerator=1, denominator=3),
        Unit(code="gross", numerator=144),
        Unit(code="seventh", numerator=2, denominator=7, places=4),
    ]
)
COUNTED = ("pc", "dozen", "third", "gross", "seventh")


@tried(4)
@given(amounts("-9999", "9999", 3), st.sampled_from(COUNTED), st.sampled_from(COUNTED))
def test_a_conversion_is_the_exact_factor_rounded_once(
    value: Decimal, source: str, target: str
) -> None:
    factor = TABLE.factor(source, target)
    assert factor * TABLE.factor(target, source) == 1
    there = TABLE.convert(value, source, target)
    step = Fraction(1, 10 ** max(0, -int(there.as_tuple().exponent)))
    assert abs(Fraction(there) - Fraction(value) * factor) <= step / 2
