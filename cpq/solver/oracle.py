"""Whom to ask when one's own search gives up (外部求解器): one question, one honest answer.

A complete engine is asked seldom, for one value at a time, when the search near the present
solution neither finds nor refutes. What it answers is turned into a witness or a removal. The
engine is optional and stays outside: this module only says what is asked of it, and that an engine
which runs out of time must say so and never guess.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from cpq.solver.problem import Values


class Undecided(Exception):
    """The time given was too short for an answer; nothing is known.

    >>> str(Undecided("2 seconds did not suffice"))
    '2 seconds did not suffice'
    """


class Cheapest(NamedTuple):
    """A solution, what it costs, below which nothing can cost, and whether the two are proved one.

    >>> Cheapest(values=(0, 1), cost=12, bound=10, proven=False).gap
    2
    """

    values: Values
    cost: int
    bound: int
    proven: bool

    @property
    def gap(self) -> int:
        """By how much a better solution could at most be cheaper."""
        return self.cost - self.bound


class Oracle(Protocol):
    """A complete engine for one problem."""

    def solve(self, domains: Sequence[int]) -> Values | None:
        """A solution within the masks, or ``None`` if proved that there is none.

        Raises ``Undecided`` when out of time.
        """
        ...


@runtime_checkable
class CostOracle(Oracle, Protocol):
    """A complete engine that also finds what is cheapest."""

    def cheapest(
        self,
        costs: Sequence[Sequence[int]],
        *,
        domains: Sequence[int] | None = None,
        seconds: float | None = None,
    ) -> Cheapest | None:
        """The cheapest solution within the masks, or ``None`` if proved that there is none.

        ``costs`` has for each variable what each of its values costs, in any whole unit. Out of
        time it is the best found, with ``proven`` false. Raises ``Undecided`` when out of time
        before any was found.
        """
        ...
