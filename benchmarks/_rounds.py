"""Measuring in turns: every contestant once per round, so that all meet the same machine."""

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import process_time
from typing import NamedTuple


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


def take_turns(contestants: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, Timing]:
    """The timings of functions that each say how many seconds they took."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            seconds[name].append(contestant())
    return {name: Timing(tuple(times)) for name, times in seconds.items()}


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
