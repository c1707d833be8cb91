"""The cheapest completion (最优补全): the best solution that agrees with the choices.

It goes down from the solution at hand. Where patience runs out, the answer says how far below it
the optimum might lie.
"""

from collections.abc import Sequence

from cpq.solver.descent import Descent
from cpq.solver.oracle import Cheapest, CostOracle, Undecided
from cpq.solver.solver import Solver

PATIENCE = 2_000
"""How many values are tried, unless said: some seconds for a thousand components."""


def complete(
    solver: Solver,
    costs: Sequence[Sequence[int]],
    *,
    patience: int = PATIENCE,
    oracle: CostOracle | None = None,
) -> Cheapest:
    """The cheapest solution that agrees with the choices: a cost for each value of each variable.

    ``patience`` is how many values are tried in all; what is not proved then is asked of the
    ``oracle``, where there is one. Without it the same question gets the same answer anywhere.

    >>> from cpq.solver.problem import Clause, problem
    >>> solver = Solver(problem([2, 2], [Clause("one of them", ((0, 0b10), (1, 0b10)))]))
    >>> complete(solver, [(0, 5), (0, 3)])
    Cheapest(values=(0, 1), cost=3, bound=3, proven=True)
    """
    descent = Descent(
        solver.problem,
        solver.solution(),
        costs,
        domains=solver.domains(),
        patience=patience,
    )
    bound = descent.go()
    cost = descent.cost
    own = Cheapest(tuple(descent.base.values), cost, bound, proven=bound >= cost)
    if own.proven or oracle is None:
        return own
    try:
        found = oracle.cheapest(costs, domains=solver.domains())
    except Undecided:
        return own
    assert found is not None, "there is a solution"
    best = found if found.cost < cost else own
    bound = max(found.bound, bound)
    return best._replace(bound=bound, proven=bound >= best.cost)
