"""Ask clingo (外部求解器 clingo): whether there is a solution within masks, and the cheapest one.

The problem is handed over once; each question only assumes which values may be used, and what the
engine learned from one it knows for the next. It is an optional extra behind the solver's own
search; for the cheapest solution it is written anew, without the values that are ruled out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from cpq.adapters.clingo_program import Program
from cpq.solver.oracle import Cheapest, Undecided
from cpq.solver.problem import Problem, Values

SECONDS = 10
"""For one question, unless said otherwise."""


class ClingoOracle:
    """A problem in clingo, asked again and again; ``seconds`` for each question.

    Raises ``Unavailable`` (``solver.clingo_missing``).

    >>> from cpq.solver.problem import Sum, problem
    >>> power = Sum("power", ((0, (0, 40)), (1, (0, 90))), high=100)
    >>> oracle = ClingoOracle(problem([2, 2], [power]))
    >>> oracle.solve([0b10, 0b11]), oracle.solve([0b10, 0b10])
    ((1, 0), None)
    >>> oracle.cheapest([(5, 0), (7, 0)])
    Cheapest(values=(0, 1), cost=5, bound=5, proven=True)
    """

    def __init__(self, problem: Problem, *, seconds: float = SECONDS) -> None:
        self._problem = problem
        self._seconds = seconds
        self._whole = tuple((1 << size) - 1 for size in problem.sizes)
        self._program = Program(problem, self._whole, "--models=1")

    def solve(self, domains: Sequence[int]) -> Values | None:
        """A solution within the masks, or ``None`` if proved that there is none.

        Raises ``Undecided`` when out of time.
        """
        found: list[Values] = []
        return found[-1] if self._ask(domains, seconds=self._seconds, found=found) else None

    def _ask(self, domains: Sequence[int], *, seconds: float, found: list[Values]) -> bool:
        assumptions = self._program.assumed(domains)
        if assumptions is None:
            return False
        ended = self._program.ask(assumptions, seconds=seconds, on_solution=found.append)
        if not found and not ended:
            raise Undecided(f"{seconds} seconds did not suffice for clingo")
        return bool(found)

    def cheapest(
        self,
        costs: Sequence[Sequence[int]],
        *,
        domains: Sequence[int] | None = None,
        seconds: float | None = None,
    ) -> Cheapest | None:
        """The cheapest solution within the masks, or ``None`` if proved that there is none.

        ``costs`` has for each variable what each of its values costs, in any whole unit. Out of
        time it is the best found, with ``proven`` false and a ``bound`` below which nothing costs.
        Raises ``Undecided`` when out of time before any was found.
        """
        masks = self._whole if domains is None else tuple(domains)
        if not all(masks):
            return None
        given = self._seconds if seconds is None else seconds
        end = time.monotonic() + given
        found: list[Values] = []
        if not self._ask(masks, seconds=given, found=found):
            return None
        program = Program(self._problem, masks, "--models=0", "--opt-strategy=usc,oll")
        program.minimise(costs)
        bounds = [_least(costs, masks)]
        ended = program.ask(
            (),
            seconds=max(end - time.monotonic(), 0),
            on_solution=found.append,
            on_bound=lambda lower: bounds.append(program.at_least(lower)),
        )
        best = min(found, key=lambda values: _cost(costs, values))
        cost = _cost(costs, best)
        bound = cost if ended else min(max(bounds), cost)
        return Cheapest(values=best, cost=cost, bound=bound, proven=bound == cost)


def _cost(costs: Sequence[Sequence[int]], values: Values) -> int:
    return sum(each[value] for each, value in zip(costs, values, strict=True))


def _least(costs: Sequence[Sequence[int]], masks: Sequence[int]) -> int:
    """What the cheapest value of each variable costs: less is not possible."""
    return sum(
        min(cost for value, cost in enumerate(each) if mask >> value & 1)
        for each, mask in zip(costs, masks, strict=True)
    )
