"""Which sets of open amounts come to a payment, and how many would by chance (凑数).

The search meets in the middle: the sets of one half of the items are looked up among the sets of
the other half, so that all sets are judged while only the halves are listed. It is complete, or it
says that it is not: past its limit nothing was proven.

That a set fits proves little where many sets exist. Of forty open items some set comes to almost
any amount, and where every amount is a multiple of 50.00 even one item fits by chance. So the sets
that come to about the amount are counted, without listing them, and spread over the amounts that
they could have come to: that is how many fits mere chance would give.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import comb
from typing import NamedTuple

_MILLION = 1_000_000
_BUCKETS = 80
_FIRST, _LAST = 48, 80
"""Of 80 buckets up to 5/4 of the amount, those from 3/4 of it on."""

_COUNTED_MAX = 1_000
_MANY, _MANY_SIZE, _PAIRED = 150, 3, 400
"""Of more items than these no sets are searched, and small ones counted or guessed: too many."""

_GRIDS: tuple[int, ...] = tuple(step * 10**power for power in range(9, -1, -1) for step in (5, 1))


class Fits(NamedTuple):
    """Sets that fit, as places of the values, small sets first; ``met`` counts all.

    ``complete`` says that no other set fits.
    """

    sets: tuple[tuple[int, ...], ...]
    met: int
    complete: bool
    nodes: int


_SIZE_BITS = 8
"""A set is one integer: its sum, the places of its values as bits, and its size in eight bits."""


def fits(
    values: Sequence[int], low: int, high: int, *, size_max: int, node_limit: int, found_max: int
) -> Fits:
    """The sets of at most ``size_max`` values that come to ``low`` to ``high``, in minor units.

    >>> fits([10000, 20000, 30000], 30000, 30000, size_max=3, node_limit=100, found_max=9).sets
    ((2,), (0, 1))
    """
    order = sorted(range(len(values)), key=lambda place: (-values[place], place))
    usable = [place for place in order if 0 < values[place] <= high]
    if len(usable) > _MANY:
        return Fits((), 0, complete=False, nodes=0)
    size_max = min(size_max, len(usable), 255)
    width = len(values) + _SIZE_BITS
    first, nodes = _half(values, usable[::2], high, size_max, node_limit)
    second, more = _half(values, usable[1::2], high, size_max, node_limit - nodes)
    nodes += more
    if nodes > node_limit:
        return Fits((), 0, complete=False, nodes=nodes)
    by_sum: dict[int, list[int]] = {}
    for each in second:
        by_sum.setdefault(each >> width, []).append(each)
    pairs = _exact if low == high else _within
    found: list[tuple[int, int]] = []
    for one, other in pairs(first, by_sum, low, high, width):
        size = (one & 255) + (other & 255)
        if 0 < size <= size_max:
            found.append((size, (one | other) >> _SIZE_BITS & (1 << len(values)) - 1))
            if len(found) == _COUNTED_MAX:
                break
    found.sort()
    sets = [
        tuple(place for place in range(len(values)) if mask >> place & 1)
        for _, mask in found[:found_max]
    ]
    ordered = tuple(sorted(sets, key=lambda each: (len(each), each)))
    return Fits(ordered, len(found), complete=True, nodes=nodes)


def _half(
    values: Sequence[int], places: Sequence[int], limit: int, size_max: int, node_limit: int
) -> tuple[list[int], int]:
    """Every set of these values up to a sum and a size; how many there were when it gave up."""
    sets = [0]
    width = len(values) + _SIZE_BITS
    for place in places:
        more = (values[place] << width) + (1 << place + _SIZE_BITS) + 1
        past = (limit - values[place] + 1) << width
        sets += [each + more for each in sets if each < past and each & 255 < size_max]
        if len(sets) > node_limit:
            return [], len(sets)
    return sets, len(sets)


_Pairs = Iterator[tuple[int, int]]


def _exact(
    first: list[int], by_sum: dict[int, list[int]], low: int, _high: int, width: int
) -> _Pairs:
    for one in first:
        for other in by_sum.get(low - (one >> width), ()):
            yield one, other


def _within(
    first: list[int], by_sum: dict[int, list[int]], low: int, high: int, width: int
) -> _Pairs:
    sums = sorted(by_sum)
    for one in first:
        total = one >> width
        for rest in sums[bisect_left(sums, low - total) : bisect_right(sums, high - total)]:
            for other in by_sum[rest]:
                yield one, other


def chance(values: Sequence[int], target: int, *, size_max: int) -> int:
    """How many sets of at most ``size_max`` values are expected to come to ``target`` by chance.

    In millionths. Sets of round amounts come to round amounts only, and so hit one more often:
    of every grid that the target lies on the sets on that grid are counted.

    >>> chance([123_45, 678_90, 246_80], 678_90, size_max=1)
    294
    >>> chance([100_00 * n for n in range(1, 13)], 700_00, size_max=1)
    857142
    """
    if target < 2:
        return _MILLION
    most, alike = 0, -1
    for step in reversed(_GRIDS):
        if target % step:
            continue
        on_grid = [value for value in values if value % step == 0]
        if not on_grid:
            break
        if len(on_grid) != alike:
            alike, near = len(on_grid), _near(on_grid, target, size_max)
        most = max(most, near * step * _MILLION * 2 // target)
    return most


def grid(amount: int) -> int:
    """The roundest step that an amount is a multiple of: 1, 5, 10, 50 and so on.

    >>> grid(113_000), grid(250_000), grid(12_345)
    (1000, 50000, 5)
    """
    return next(step for step in _GRIDS if amount % step == 0)


def _near(values: Sequence[int], target: int, size_max: int) -> int:
    """How many sets come to 3/4 to 5/4 of the target, counted in buckets.

    A polynomial per size is packed into one integer: a field per bucket, wide enough for any count.
    """
    usable = [value for value in values if 0 < value * 4 <= target * 5]
    if size_max == 1:
        return sum(value * 4 >= target * 3 for value in usable)
    if len(usable) > _PAIRED:
        return comb(len(usable), min(size_max, _MANY_SIZE))
    size_max = min(size_max, len(usable), _MANY_SIZE if len(usable) > _MANY else size_max)
    width = sum(comb(len(usable), size) for size in range(size_max + 1)).bit_length() + 1
    mask = (1 << width * _BUCKETS) - 1
    counts = [1] + [0] * size_max
    for value in usable:
        shift = width * ((value * _BUCKETS * 4 + target * 5 // 2) // (target * 5))
        for size in range(size_max, 0, -1):
            if counts[size - 1]:
                counts[size] += (counts[size - 1] << shift) & mask
    field = (1 << width) - 1
    return sum(
        count >> width * place & field for count in counts[1:] for place in range(_FIRST, _LAST)
    )
