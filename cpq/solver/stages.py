"""A first solution where a budget is tight (分步求解): without the wide sums, then one by one.

A sum over many variables says nothing to any one of them until little room is left, and then it is
too late. So a solution without such sums is found first, and goes down in one of them after the
other until it keeps to all. Where there is somebody to ask, he is asked before that.
"""

from collections.abc import Sequence
from contextlib import suppress

from cpq.solver.descent import Descent
from cpq.solver.dive import first_solution
from cpq.solver.network import Network
from cpq.solver.oracle import Oracle, Undecided
from cpq.solver.problem import Problem, Sum
from cpq.solver.repair import OutOfPatience
from cpq.solver.space import Space

_WIDE = 24
"""From how many terms on a sum is wide."""


_TRIES, _TRIES_SOON = 2_000, 200
"""How many values lead nowhere before another way is taken, and where there is somebody to ask."""


def begun(
    problem: Problem, space: Space, *, patience: int, oracle: Oracle | None = None
) -> Sequence[int] | None:
    """The solution to begin with; ``None`` where there is none. Raises ``Undecided``.

    >>> from cpq.solver.problem import problem
    >>> pair = problem([2, 2], [Sum("both", ((0, (0, 1)), (1, (0, 1))), low=2)])
    >>> begun(pair, Space(Network(pair)), patience=100)
    [1, 1]
    """
    try:
        return first_solution(space, patience=_TRIES if oracle is None else _TRIES_SOON)
    except OutOfPatience:
        if oracle is not None:
            with suppress(Undecided):
                return oracle.solve(space.left)
    try:
        return by_stages(problem, patience=patience)
    except OutOfPatience:
        raise Undecided("no solution was found in time") from None


def by_stages(problem: Problem, *, patience: int) -> list[int] | None:
    """A solution; ``None`` where there is none. Raises ``OutOfPatience`` after so many values.

    >>> from cpq.solver.problem import problem
    >>> budget = Sum("budget", tuple((each, (3, 1, 2)) for each in range(30)), high=33)
    >>> budget.of(by_stages(problem([3] * 30, [budget]), patience=1000))
    30
    """
    wide = [each for each in problem.constraints if _is_wide(each)]
    kept = [each for each in problem.constraints if not _is_wide(each)]
    whole = Problem(problem.sizes, tuple(kept))
    space = Space(Network(whole))
    if not space.begin():
        return None
    values = first_solution(space, patience=patience)
    for each in wide:
        if values is None:
            return None
        assert isinstance(each, Sum)
        values = _within(whole, values, each, patience=patience)
        whole = Problem(whole.sizes, (*whole.constraints, each))
    return values


def _is_wide(constraint: object) -> bool:
    return isinstance(constraint, Sum) and len(constraint.terms) >= _WIDE


def _within(
    whole: Problem, values: Sequence[int], total: Sum, *, patience: int
) -> list[int] | None:
    """A solution that keeps to one more sum; ``None`` where there is none."""
    found = list(values)
    for sign, least in ((1, total.high), (-1, total.low)):
        if least is None or (total.of(found) - least) * sign <= 0:
            continue
        costs = [(0,) * size for size in whole.sizes]
        for variable, weights in total.terms:
            costs[variable] = tuple(sign * weight for weight in weights)
        descent = Descent(
            whole,
            found,
            costs,
            domains=[(1 << size) - 1 for size in whole.sizes],
            patience=patience,
        )
        bound = descent.go(least=sign * least)
        if bound > sign * least:
            return None
        if descent.cost > sign * least:
            raise OutOfPatience
        found = list(descent.base.values)
    if not total.holds(found):
        raise OutOfPatience
    return found
