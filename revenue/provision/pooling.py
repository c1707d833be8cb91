"""Rates that never fall with age, from rates that do: pooling adjacent violators (保序回归).

Experience is noisy: of a few receivables the older ones were paid and the younger ones lost.
Neighbours whose rates fall are one class with one rate, the mean by weight, again and again until
no rate falls (Ayer and others, 1955). Of all rising rows this is the one nearest to the observed
one by weighted squares. A bucket of which nothing was observed has the rate of the next older one
that was, which is the prudent side; after the last such one, that of the younger.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class PooledRate(NamedTuple):
    """A rate of a rising row, and from which to which place it was pooled, both inclusive."""

    rate: Fraction
    first: int
    last: int


def pooled(rates: Sequence[Fraction | None], weights: Sequence[int]) -> tuple[PooledRate, ...]:
    """The rising row nearest to ``rates``; ``None`` was not observed and weighs nothing.

    At least one rate was observed.

    >>> row = pooled([Fraction(1, 10), Fraction(3, 10), Fraction(1, 10), None], [50, 10, 30, 0])
    >>> [(str(each.rate), each.first, each.last) for each in row]
    [('1/10', 0, 0), ('3/20', 1, 2), ('3/20', 1, 2), ('3/20', 3, 3)]
    """
    blocks: list[tuple[Fraction, int, int, int]] = []
    for place, (rate, weight) in enumerate(zip(rates, weights, strict=True)):
        if rate is None:
            continue
        blocks.append((rate, weight, place, place))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            blocks[-2:] = [_merged(blocks[-2], blocks[-1])]
    assert blocks, "some bucket was observed"
    observed = {
        place: PooledRate(rate, first, last)
        for rate, _, first, last in blocks
        for place in range(first, last + 1)
        if rates[place] is not None
    }
    return tuple(
        observed.get(place) or PooledRate(_beside(observed, place), place, place)
        for place in range(len(rates))
    )


def _merged(
    one: tuple[Fraction, int, int, int], two: tuple[Fraction, int, int, int]
) -> tuple[Fraction, int, int, int]:
    weight = one[1] + two[1]
    mean = (one[0] * one[1] + two[0] * two[1]) / weight if weight else max(one[0], two[0])
    return mean, weight, one[2], two[3]


def _beside(observed: dict[int, PooledRate], place: int) -> Fraction:
    older = [at for at in observed if at > place]
    return observed[min(older) if older else max(observed)].rate
