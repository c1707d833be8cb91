"""Down to what costs less (代价下降): from one solution to cheaper ones, and to a proof.

Cheaper values are put in as long as some fit with nothing else changed, then as long as a few other
changes make them fit. At last the cost becomes a sum like any other, bounded by one less than the
best: whatever solution is found is better, and where it is shown that there is none, the best is
proved.
"""

from collections.abc import Iterable, Mapping, Sequence

from cpq.solver.base import Base
from cpq.solver.dive import first_solution
from cpq.solver.forest import relaxed
from cpq.solver.network import Network, values_of
from cpq.solver.problem import Problem, Sum
from cpq.solver.repair import OutOfPatience, repaired
from cpq.solver.space import Space

_LOOK = 30
"""How many values are tried to put a single cheaper value in."""


class Descent:
    """The best solution so far as a base, and the cost as the last of the sums.

    ``values`` is a solution of ``whole`` within ``domains``. ``patience`` is how many values are
    tried in all.
    """

    def __init__(
        self,
        whole: Problem,
        values: Sequence[int],
        costs: Sequence[Sequence[int]],
        *,
        domains: Sequence[int],
        patience: int,
    ) -> None:
        terms = tuple((variable, tuple(row)) for variable, row in enumerate(costs))
        self.most = sum(max(row) for row in costs)
        goal = Sum("cost", terms, high=self.most)
        self.costs = costs
        self.patience = patience
        self.network = Network(Problem(whole.sizes, (*whole.constraints, goal)))
        self.goal = len(self.network.totals) - 1
        self.space = Space(self.network)
        begun = self.space.begin() and all(
            self.space.keep(variable, mask) for variable, mask in enumerate(domains)
        )
        assert begun, "there is a solution"
        self.base = Base(self.network, values)
        self.free = [0] * len(whole.sizes)

    @property
    def cost(self) -> int:
        """What the best solution so far costs."""
        return self.base.weights[self.goal]

    def go(self, *, least: int | None = None) -> int:
        """Go down until no solution costs less, or to ``least``; say what none costs less than.

        Where patience runs out, that is less than the best costs.
        """
        bound, hint = relaxed(self.network, self.space.left, self.costs)
        enough = bound if least is None else max(bound, least)
        self._take_cheaper(range(len(self.costs)))
        self._start_from(hint)
        try:
            while self.cost > enough and (self._nearby(enough) or self._below(self.cost - 1)):
                pass
        except OutOfPatience:
            return max(bound, self._floor(self.cost - 1))
        return bound if least is not None else self.cost

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

    def _nearby(self, enough: int) -> bool:
        """Put a cheaper value in with a few others changed, wherever that is cheaper in all."""
        better = False
        for variable, row in enumerate(self.costs):
            if self.cost <= enough:
                break
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
