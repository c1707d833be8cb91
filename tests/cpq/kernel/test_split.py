"""Sharing whole units: the figures that trip naive rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest

from cpq.kernel.errors import Invalid
from cpq.kernel.money import split, split_within


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (1, [1, 1], (1, 0)),
        (-1, [1, 1], (-1, 0)),
        (0, [1, 1, 1], (0, 0, 0)),
        (5, [0, 3, 0, 2], (0, 3, 0, 2)),
        (100, [Fraction(1, 3)] * 3, (34, 33, 33)),
        (100, [Decimal("0.1"), Decimal("0.2")], (33, 67)),
        (7, [Decimal("1.5"), 1, Fraction(1, 2)], (4, 2, 1)),
        (-299, [4300, 1400, 2300], (-161, -52, -86)),
        (300, [4300, 1400, 2300], (161, 53, 86)),
    ],
)
def test_the_largest_remainders_get_the_spare_units(
    whole: int, weights: list[int], parts: tuple[int, ...]
) -> None:
    assert split(whole, weights) == parts


def test_a_hundred_thousand_parts_still_add_up() -> None:
    parts = split(7, [1] * 100_000)
    assert (sum(parts), sum(parts[:7])) == (7, 7)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [0.5], [Decimal("Infinity")], ["1"]])
def test_weights_without_meaning_are_refused(weights: list[object]) -> None:
    with pytest.raises(Invalid) as refusal:
        split(10, weights)  # type: ignore[arg-type]
    assert refusal.value.code == "weights.invalid"


def test_weightless_parts_share_evenly_when_asked_to() -> None:
    assert split(10, [0, 0], weightless="evenly") == (5, 5)


@pytest.mark.parametrize(
    ("whole", "weights", "rooms", "parts", "left"),
    [
        (100, [1, 1, 1], [10, 50, 50], (10, 45, 45), 0),
        (100, [1, 1], [10, 20], (10, 20), 70),
        (100, [0, 1], [100, 30], (0, 30), 70),
        (5, [1, 1], [0, 9], (0, 5), 0),
        (0, [1, 1], [9, 9], (0, 0), 0),
        (3, [], [], (), 3),
    ],
)
def test_what_overflows_one_part_flows_to_the_others(
    whole: int, weights: list[int], rooms: list[int], parts: tuple[int, ...], left: int
) -> None:
    assert split_within(whole, weights, rooms) == (parts, left)
