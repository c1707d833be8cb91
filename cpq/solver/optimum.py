"""The cheapest completion (最优补全): the best solution that agrees with the choices.

It starts from the solution at hand and from a hint, and takes cheaper values as long as some fit.
Then the cost becomes a sum like any other, bounded by one less than the best: whatever solution is
found is better, and where it is shown that there is none, the best is proved. Where patience runs
out, the answer says how far below it the optimum might lie.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cpq.solver.base import Base
from cpq.solver.dive import first_solution
from cpq.solver.forest import relaxed
from cpq.solver.network import Network, values_of
from cpq.solver.problem import Problem, Sum, Values
from cpq.solver.repair import OutOfPatience, repaired
from cpq.solver.solver import Solver
from cpq.solver.space import Space

PATIENCE = 2_000
"""How many values are tried, unless said: some seconds for a thousand components."""

_LOOK = 30
"""How many values are tried to put a single cheaper value in."""


class Completion(NamedTuple):
    """A solution, what it costs, and that none costs less than ``bound``.

    ``proven`` says that none costs less than this one.
    """

    values: Values
    cost: int
    bound: int
    proven: bool


def complete(
    solver: Solver, costs: Sequence[Sequence[int]], *, patience: int = PATIENCE
) -> Completion:
    """The cheapest solution that agrees with the choices: a cost for each value of each variable.

    The same question gets the same answer. ``patience`` is how many values are tried in all.

    >>> from cpq.solver.problem import Clause, problem
    >>> solver = Solver(problem([2, 2], [Clause("one of them", ((0, 0b10), (1, 0b10)))]))
    >>> complete(solver, [(0, 5), (0, 3)])
    Completion(values=(0, 1), cost=3, bound=3, proven=True)
    """
    return _Search(solver, costs, patience).run()


class _Search:
    """The best solution so far as a base, and the cost as the last of the sums."""

    def __init__(self, solver: Solver, costs: Sequence[Sequence[int]], patience: int) -> None:
        terms = tuple((variable, tuple(row)) for variable, row in enumerate(costs))
        whole = solver.problem
        self.most = sum(max(row) for row in costs)
        goal = Sum("cost", terms, high=self.most)
        self.costs = costs
        self.patience = patience
        self.network = Network(Problem(whole.sizes, (*whole.constraints, goal)))
        self.goal = len(self.network.totals) - 1
        self.space = Space(self.network)
        begun = self.space.begin() and all(
            self.space.keep(variable, mask) for variable, mask in enumerate(solver.domains())
        )
        assert begun, "the solver has a solution"
        self.base = Base(self.network, solver.solution())
        self.free = [0] * len(whole.sizes)

    @property
    def cost(self) -> int:
        return self.base.weights[self.goal]

    def run(self) -> Completion:
        bound, hint = relaxed(self.network, self.space.left, self.costs)
        self._take_cheaper(range(len(self.costs)))
        self._start_from(hint)
        try:
            while self.cost > bound and (self._nearby() or self._below(self.cost - 1)):
                pass
            bound = self.cost
        except OutOfPatience:
            bound = max(bound, self._floor(self.cost - 1))
        return Completion(tuple(self.base.values), self.cost, bound, proven=bound >= self.cost)

    def _move(self, changes: Mapping[int, int]) -> None:
        self.base.move(changes)
        near = {other for variable in changes for other in self.network.near(variable)}
        self._take_cheaper(sorted(near | changes.keys()))

    def _take_cheaper(self, variables: Iterable[int]) -> None:
        """Put cheaper values in as long as some fit with nothing else changed."""
        waiting = dict.fromkeys(variables)
        while waiting:
            variable = next(iter(waiting))
            del waiting[variable]
            own, row = self.base.values[variable], self.costs[variable]
            fitting = self.base.beside(variable) & self.space.left[variable]
            best = min(values_of(fitting), key=lambda value: (row[value], value), default=own)
            if row[best] < row[own]:
                self.base.move({variable: best})
                waiting.update(dict.fromkeys(sorted(self.network.near(variable))))

    def _start_from(self, hint: Sequence[int]) -> None:
        """Begin at the solution nearest to the hint, where that is cheaper."""
        try:
            found = first_solution(self.space, patience=_LOOK * _LOOK, hint=hint)
        except OutOfPatience:
            return
        if found is not None:
            cost, before = self.cost, list(self.base.values)
            self._move({v: new for v, new in enumerate(found) if new != before[v]})
            if self.cost > cost:
                self.base.move(dict(enumerate(before)))

    def _nearby(self) -> bool:
        """Put a cheaper value in with a few others changed, wherever that is cheaper in all."""
        better = False
        for variable, row in enumerate(self.costs):
            own = self.base.values[variable]
            cheaper = [v for v in values_of(self.space.left[variable]) if row[v] < row[own]]
            for value in sorted(cheaper, key=row.__getitem__):
                changes = self._with(variable, value)
                if changes and self.base.moved(changes).get(self.goal, 0) < 0:
                    self._move(changes)
                    better = True
                    break
        return better

    def _with(self, variable: int, value: int) -> dict[int, int] | None:
        """A solution near the best one with a value, if a short look finds one."""
        self.patience -= 1
        if self.patience <= 0:
            raise OutOfPatience
        space = self.space
        mark = len(space.trail)
        if not space.keep(variable, 1 << value):
            space.back(mark)
            return None
        try:
            return repaired(space, self.base, mark, self.free, patience=_LOOK)
        except OutOfPatience:
            return None

    def _below(self, high: int) -> bool:
        """Find a solution that costs at most so much; no where it is proved that there is none."""
        space = self.space
        mark = len(space.trail)
        self.network.bound(self.goal, high)
        try:
            if not space.follow(self.goal):
                space.back(mark)
                return False
            changes = repaired(
                space, self.base, mark, self.free, patience=self.patience, over=self.goal
            )
        finally:
            self.network.bound(self.goal, self.most)
        if changes is None:
            return False
        self._move(changes)
        return True

    def _floor(self, high: int) -> int:
        """What the costs come to at least in whatever costs no more than ``high``."""
        space = self.space
        mark = len(space.trail)
        self.network.bound(self.goal, high)
        possible = space.follow(self.goal)
        found = relaxed(self.network, space.left, self.costs).bound if possible else high + 1
        space.back(mark)
        self.network.bound(self.goal, self.most)
        return found
