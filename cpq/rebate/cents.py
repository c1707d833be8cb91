"""Which line bears which minor unit of a rebate (尾差分配), as lines come and go.

What an agreement pays on a tier is rounded once, for all lines together, and the lines share it.
Shared anew each time it would move units between lines that nothing happened to. So a line that
something happened to gets its own share, rounded, and only what is then still missing from the
sum moves a unit elsewhere: first between those lines, then to the one that is furthest from its
exact share. Every line stays within less than one unit of it, and one of which nothing is left
stands at zero.
"""

from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeVar

from cpq.kernel.money import rounded_fraction

K = TypeVar("K", bound=Hashable)


class Share(NamedTuple):
    """A line's exact share in minor units, and what it has of it."""

    exact: Fraction
    has: int


def nearest(exact: Fraction) -> int:
    """Whole units, half up."""
    return int(rounded_fraction(exact, 0))


def borne(
    touched: Mapping[K, Fraction], *, whole: int, others: Callable[[], Mapping[K, Share]]
) -> dict[K, int]:
    """What each line has from now on: those that were touched, and others where that must be.

    ``touched`` are exact shares in minor units and ``whole`` what they and the others have in sum,
    less what the others have now: the exact sum of all, rounded, less that.

    >>> third = Fraction(100, 3)
    >>> borne({"b": third}, whole=34, others=lambda: {"a": Share(third, 33)})
    {'b': 34}
    >>> borne({"b": Fraction(0)}, whole=-1, others=lambda: {"a": Share(third, 34)})
    {'b': 0, 'a': 33}
    """
    now = {key: nearest(exact) for key, exact in touched.items()}
    spare = whole - sum(now.values())
    spare -= _given(now, {key: Share(touched[key], has) for key, has in now.items()}, spare)
    while spare:
        free = {key: Share(each.exact, now.get(key, each.has)) for key, each in others().items()}
        spare -= _given(now, free, spare)
    return now


def _given(now: dict[K, int], shares: Mapping[K, Share], spare: int) -> int:
    """Give a unit each to those that are furthest from their share; how many found a bearer."""
    step = 1 if spare > 0 else -1
    wanting = [key for key, share in shares.items() if (share.exact - share.has) * step > 0]
    # sorted is stable: among equals the earlier line takes the unit
    wanting.sort(key=lambda key: -abs(shares[key].exact - shares[key].has))
    bearing = wanting[: abs(spare)]
    now.update({key: shares[key].has + step for key in bearing})
    return step * len(bearing)
