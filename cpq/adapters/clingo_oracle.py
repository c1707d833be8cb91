"""Ask clingo (外部求解器 clingo): whether there is a solution within masks, and the cheapest one.

The problem is handed over once; each question only assumes which values may be used, and what the
engine learned from one it knows for the next. It is an optional extra behind the solver's own
search; for the cheapest solution it is written anew, without the values that are ruled out.

Where a wide sum is tight, such as a budget near the cheapest solution, to find a solution within it
is hard, and to find the best of that sum is not: a core-guided search rises from below, and what it
ends at lies within the bound or proves that nothing does. So a question that is not answered soon
is also asked in this way, with more patience each time; what answered last is asked first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property

from cpq.adapters.clingo_program import Program
from cpq.solver.oracle import Cheapest, Undecided
from cpq.solver.problem import Problem, Sum, Values

SECONDS = 10
"""For one question, unless said otherwise."""

_WIDE, _WAYS_MAX = 24, 4
"""From how many terms on a sum is wide, and how many of them are looked at."""

_CONFLICTS, _MORE = 1_000, 8
"""How many conflicts a way of asking may run into at first, and how many times more the next."""


Way = Callable[[Sequence[int], int, float, list[Values]], bool | None]
"""Asks whether there is a solution within masks; it may be added to what was found."""


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
        self._ways: list[Way] = [self._plainly]
        self._ways += [Leaning(problem, total).solve for total in _wide(problem)]

    def solve(self, domains: Sequence[int]) -> Values | None:
        """A solution within the masks, or ``None`` if proved that there is none.

        Raises ``Undecided`` when out of time.
        """
        found: list[Values] = []
        return found[-1] if self._ask(domains, seconds=self._seconds, found=found) else None

    def _ask(self, domains: Sequence[int], *, seconds: float, found: list[Values]) -> bool:
        if not all(whole & mask for whole, mask in zip(self._whole, domains, strict=True)):
            return False
        end, conflicts = time.monotonic() + seconds, _CONFLICTS
        while (left := end - time.monotonic()) > 0:
            for way in self._ways:
                answer = way(domains, conflicts, left, found)
                if answer is not None:
                    self._ways.remove(way)
                    self._ways.insert(0, way)
                    return answer
            conflicts *= _MORE
        raise Undecided(f"{seconds} seconds did not suffice for clingo")

    def _plainly(
        self, domains: Sequence[int], conflicts: int, seconds: float, found: list[Values]
    ) -> bool | None:
        """Whether any solution is found; ``None`` where the conflicts or the time ran out."""
        ended = self._program.ask(
            self._program.assumed(domains) or (),
            seconds=seconds,
            on_solution=found.append,
            conflicts=conflicts,
        )
        return bool(found) if found or ended else None

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


def _wide(problem: Problem) -> list[Sum]:
    """The sums with one bound over many variables, the widest first."""
    found = [
        rule
        for rule in problem.constraints
        if isinstance(rule, Sum)
        and len(rule.terms) >= _WIDE
        and (rule.low is None) is not (rule.high is None)
    ]
    return sorted(found, key=lambda rule: -len(rule.terms))[:_WAYS_MAX]


class Leaning:
    """The problem without one sum, which is brought as far from its bound as it goes instead."""

    def __init__(self, problem: Problem, total: Sum) -> None:
        bound, sign = (total.low or 0, -1) if total.high is None else (total.high, 1)
        self._bound = sign * bound
        self._costs = [(0,) * size for size in problem.sizes]
        for variable, weights in total.terms:
            self._costs[variable] = tuple(sign * weight for weight in weights)
        self._problem, self._total = problem, total

    @cached_property
    def _program(self) -> Program:
        """Written when it is first needed."""
        others = tuple(rule for rule in self._problem.constraints if rule is not self._total)
        whole = [(1 << size) - 1 for size in self._problem.sizes]
        program = Program(
            self._problem._replace(constraints=others), whole, "--models=0", "--opt-strategy=usc"
        )
        program.minimise(self._costs)
        return program

    def solve(
        self, domains: Sequence[int], conflicts: int, seconds: float, found: list[Values]
    ) -> bool | None:
        """Whether the best of the sum lies within its bound; ``None``: not known in time."""
        met: list[Values] = []
        bounds: list[int] = []
        ended = self._program.ask(
            self._program.assumed(domains) or (),
            seconds=seconds,
            on_solution=met.append,
            on_bound=lambda lower: bounds.append(self._program.at_least(lower)),
            conflicts=conflicts,
        )
        found += [values for values in met if _cost(self._costs, values) <= self._bound]
        if found or ended or (bounds and max(bounds) > self._bound):
            return bool(found)
        return None


def _cost(costs: Sequence[Sequence[int]], values: Values) -> int:
    return sum(each[value] for each, value in zip(costs, values, strict=True))


def _least(costs: Sequence[Sequence[int]], masks: Sequence[int]) -> int:
    """What the cheapest value of each variable costs: less is not possible."""
    return sum(
        min(cost for value, cost in enumerate(each) if mask >> value & 1)
        for each, mask in zip(costs, masks, strict=True)
    )
