"""A solver for choices among finite values (有限域求解器), which knows nothing of products.

A problem is variables with few values, and clauses, tables and sums between them. A ``Solver``
takes choices in any order and says after each, exactly, what is still possible; ``explain`` why
something is not, ``corrections`` what to give up for it, ``complete`` what is cheapest, ``count``
how many solutions there are. It is pure Python with no dependency, and may ask another engine
where its own search gives up.

>>> from cpq.solver import Clause, Solver, problem
>>> solver = Solver(problem([2, 2], [Clause("one needs two", ((0, 0b01), (1, 0b10)))]))
>>> solver.choose(0, 1)
>>> solver.domains()
(2, 2)
"""

from cpq.solver.count import count
from cpq.solver.explain import Correction, Explanation, corrections, explain
from cpq.solver.network import mask_of, values_of
from cpq.solver.optimum import complete
from cpq.solver.oracle import Cheapest, CostOracle, Oracle, Undecided
from cpq.solver.problem import Clause, Constraint, Malformed, Problem, Sum, Table, problem
from cpq.solver.solver import Impossible, Solver, Unsatisfiable

__all__ = [
    "Cheapest",
    "Clause",
    "Constraint",
    "Correction",
    "CostOracle",
    "Explanation",
    "Impossible",
    "Malformed",
    "Oracle",
    "Problem",
    "Solver",
    "Sum",
    "Table",
    "Undecided",
    "Unsatisfiable",
    "complete",
    "corrections",
    "count",
    "explain",
    "mask_of",
    "problem",
    "values_of",
]
