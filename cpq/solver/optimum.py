"""The cheapest completion (最优补全): the best solution that agrees with the choices.

It goes down from the solution at hand. Where patience runs out, the answer says how far below it
the optimum might lie.

A cost that several variables decide at once, such as an amount times a rate, is *joint*: a variable
of its own stands for their combination while the best is looked for.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from cpq.solver.descent import Descent
from cpq.solver.network import values_of
from cpq.solver.oracle import Cheapest, CostOracle, Undecided
from cpq.solver.problem import Problem, Table, Values
from cpq.solver.solver import Solver

PATIENCE = 2_000
"""How many values are tried, unless said: some seconds for a thousand components."""

_SOON = 100
"""How many before somebody else is asked, where there is somebody."""


class Joint(NamedTuple):
    """What the variables of ``scope`` cost together, for every combination of their values.

    Combinations of values that the solver has found impossible may be left out.

    >>> rate = Joint((0, 1), {(a, b): a * b for a in range(3) for b in range(3)})
    >>> rate.costs[2, 2]
    4
    """

    scope: tuple[int, ...]
    costs: Mapping[tuple[int, ...], int]


def complete(
    solver: Solver,
    costs: Sequence[Sequence[int]],
    *,
    joint: Sequence[Joint] = (),
    patience: int = PATIENCE,
    oracle: CostOracle | None = None,
) -> Cheapest:
    """The cheapest solution that agrees with the choices: a cost for each value of each variable,
    and those that are ``joint``.

    ``patience`` is how many values are tried in all; what is not proved soon is asked of the
    ``oracle``, where there is one and no cost is joint. Without it the same question gets the same
    answer anywhere.

    >>> from cpq.solver.problem import Clause, problem
    >>> solver = Solver(problem([2, 2], [Clause("one of them", ((0, 0b10), (1, 0b10)))]))
    >>> complete(solver, [(0, 5), (0, 3)])
    Cheapest(values=(0, 1), cost=3, bound=3, proven=True)
    >>> both = Joint((0, 1), {(0, 1): 9, (1, 0): 6, (1, 1): 4, (0, 0): 0})
    >>> complete(solver, [(0, 5), (0, 3)], joint=[both])
    Cheapest(values=(1, 0), cost=11, bound=11, proven=True)
    """
    whole = _Whole(solver, costs, joint)
    asked = None if joint else oracle
    descent = Descent(
        whole.problem,
        whole.values,
        whole.costs,
        domains=whole.domains,
        patience=patience if asked is None else min(patience, _SOON),
    )
    own = _gone_down(descent, len(costs))
    if own.proven or asked is None:
        return own
    try:
        found = asked.cheapest(costs, domains=solver.domains())
    except Undecided:
        descent.patience = patience
        return _gone_down(descent, len(costs))
    assert found is not None, "there is a solution"
    best = found if found.cost < own.cost else own
    bound = max(found.bound, own.bound)
    return best._replace(bound=bound, proven=bound >= best.cost)


def _gone_down(descent: Descent, count: int) -> Cheapest:
    bound, cost = descent.go(), descent.cost
    return Cheapest(tuple(descent.base.values[:count]), cost, bound, proven=bound >= cost)


class _Whole:
    """The problem with a variable more for each joint cost, and its solution, costs and domains."""

    def __init__(
        self, solver: Solver, costs: Sequence[Sequence[int]], joint: Sequence[Joint]
    ) -> None:
        solution, domains = solver.solution(), solver.domains()
        sizes, rules = list(solver.problem.sizes), list(solver.problem.constraints)
        values, rows, masks = list(solution), list(costs), list(domains)
        for each in joint:
            possible = list(product(*(tuple(values_of(domains[v])) for v in each.scope)))
            table = tuple((*pair, number) for number, pair in enumerate(possible))
            rules.append(Table("joint cost", (*each.scope, len(sizes)), table))
            values.append(possible.index(tuple(solution[v] for v in each.scope)))
            rows.append(tuple(each.costs[pair] for pair in possible))
            masks.append((1 << len(possible)) - 1)
            sizes.append(len(possible))
        self.problem = Problem(tuple(sizes), tuple(rules)) if joint else solver.problem
        self.values: Values = tuple(values)
        self.costs: tuple[Sequence[int], ...] = tuple(rows)
        self.domains: tuple[int, ...] = tuple(masks)
