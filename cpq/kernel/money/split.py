"""Sharing an amount so that the parts add up: largest remainder, and water-filling."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from cpq.kernel.errors import Invalid

Weightless = Literal["refuse", "evenly"]
"""What to do where every weight is zero: refuse (the default), or share evenly."""


def split(
    whole: int,
    weights: Sequence[int | Decimal | Fraction],
    *,
    weightless: Weightless = "refuse",
) -> tuple[int, ...]:
    """Share whole minor units by weight: the largest remainders get the spare units.

    The parts add up to ``whole``, each lies within one unit of its exact share and has the sign
    of ``whole``; a zero weight gets zero; ties go to the earlier part.
    Raises ``Invalid`` (``weights.invalid``) for none, a float, a negative one, or all zero.
    Source: Hamilton's method of apportionment.

    >>> split(95, [10, 20, 10, 30, 50, 20, 10, 40]), split(-299, [4300, 1400, 2300])
    ((5, 10, 5, 15, 25, 10, 5, 20), (-161, -52, -86))
    """
    exact_weights = [_exact_weight(weight) for weight in weights]
    if not exact_weights or any(weight < 0 for weight in exact_weights):
        raise Invalid(
            "weights.invalid",
            f"weights must be given and not negative; found {weights}",
        )
    sum_of_weights = sum(exact_weights)
    if not sum_of_weights:
        if weightless == "refuse":
            raise Invalid("weights.invalid", "all weights are zero; nothing says how to share")
        return split(whole, [1] * len(weights))
    magnitude = abs(whole)
    floors = [magnitude * weight // sum_of_weights for weight in exact_weights]
    rests = [magnitude * weight % sum_of_weights for weight in exact_weights]
    spare = magnitude - sum(floors)
    for place in sorted(range(len(rests)), key=lambda place: -rests[place])[:spare]:
        floors[place] += 1
    return tuple(-part for part in floors) if whole < 0 else tuple(floors)


def _exact_weight(weight: object) -> int | Fraction:
    if isinstance(weight, int):
        return weight
    if isinstance(weight, Fraction) or (isinstance(weight, Decimal) and weight.is_finite()):
        return Fraction(weight)
    raise Invalid(
        "weights.invalid",
        "a weight is an int, a finite Decimal or a Fraction; "
        f"found {type(weight).__name__} {weight}",
    )


def split_within(
    whole: int, weights: Sequence[int | Decimal | Fraction], rooms: Sequence[int]
) -> tuple[tuple[int, ...], int]:
    """Share ``whole`` ≥ 0 by weight where no part may exceed its room; what is left is returned.

    Parts that overflow are filled to the brim and their excess is shared again among the rest
    (water-filling) until it is placed or no room remains.

    >>> split_within(100, [1, 1, 1], [10, 50, 50])
    ((10, 45, 45), 0)
    >>> split_within(100, [1, 1], [10, 20])
    ((10, 20), 70)
    """
    parts = [0] * len(rooms)
    left = whole
    while left:
        open_places = [
            place for place, room in enumerate(rooms) if weights[place] and parts[place] < room
        ]
        if not open_places:
            break
        offered = split(left, [weights[place] for place in open_places])
        for place, offer in zip(open_places, offered, strict=True):
            taken = min(offer, rooms[place] - parts[place])
            parts[place] += taken
            left -= taken
    return tuple(parts), left
