"""Measuring in turns: every contestant once per round, so that all meet the same machine."""

import gc
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from time import process_time
from typing import NamedTuple

Contestants = Mapping[str, Callable[[], float]]


class Timing(NamedTuple):
    """The seconds of one contestant, a figure per round."""

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The quickest round."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The round in the middle."""
        return median(self.seconds)

    def ratio_to(self, other: "Timing") -> tuple[float, ...]:
        """How many times the other's seconds, round by round: both met the same machine there."""
        return tuple(own / its for own, its in zip(self.seconds, other.seconds, strict=True))


def take_turns(contestants: Contestants, *, rounds: int) -> dict[str, Timing]:
    """The timings of functions that each say how many seconds they took."""
    return in_rounds(lambda _: contestants, rounds=rounds)


def in_rounds(prepared: Callable[[int], Contestants], *, rounds: int) -> dict[str, Timing]:
    """Like ``take_turns``, with contestants made anew for each round: new work, nothing cached."""
    seconds: dict[str, list[float]] = {}
    for number in range(rounds):
        for name, contestant in prepared(number).items():
            seconds.setdefault(name, []).append(contestant())
    return {name: Timing(tuple(times)) for name, times in seconds.items()}


def added_up(timings: Sequence[Timing]) -> Timing:
    """Several contestants as one that did the work of all."""
    return Timing(tuple(map(sum, zip(*(timing.seconds for timing in timings), strict=True))))


def figures(name: str, values: Sequence[float], *, digits: int | None = 2) -> dict[str, object]:
    """A median and its spread: ``name``, and ``name_quartiles`` with the lower and the upper.

    Of two values or more.
    """
    low, _, high = quantiles(values, n=4, method="inclusive")
    return {
        name: round(median(values), digits),
        f"{name}_quartiles": [round(low, digits), round(high, digits)],
    }


def timed(work: Callable[[], object], *, times: int = 1) -> Callable[[], float]:
    """``work`` as a contestant: seconds per call over ``times`` calls, garbage collected before.

    The seconds are this process's own on the processor, so that a neighbour's do not count.
    """

    def contestant() -> float:
        gc.collect()
        start = process_time()
        for _ in range(times):
            work()
        return (process_time() - start) / times

    return contestant
