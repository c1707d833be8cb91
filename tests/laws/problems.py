"""Small random problems of every kind of constraint, and their solutions by trying everything."""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import product
from operator import or_
from typing import Any

from hypothesis import strategies as st

from cpq.solver.problem import Clause, Constraint, Problem, Sum, Table, Values, problem
from cpq.solver.solver import Solver

Choices = Sequence[tuple[int, int]]


def solutions(asked: Problem, choices: Choices = ()) -> list[Values]:
    """Every solution that agrees with the choices, by trying everything."""
    ranges: list[Iterable[int]] = [range(size) for size in asked.sizes]
    for variable, value in choices:
        ranges[variable] = (value,)
    return [values for values in product(*ranges) if asked.holds(values)]


def masks(asked: Problem, found: Sequence[Values]) -> tuple[int, ...]:
    """For each variable the values that it has in one of the solutions."""
    return tuple(
        reduce(or_, (1 << values[variable] for values in found), 0)
        for variable in range(len(asked.sizes))
    )


def domains(asked: Problem, choices: Choices = ()) -> tuple[int, ...]:
    """For each variable the values that it has in a solution that agrees with the choices."""
    return masks(asked, solutions(asked, choices))


def patient(asked: Problem) -> Solver:
    """A solver that leaves nothing unproved of what is this small."""
    return Solver(asked, patience=50_000, effort=10**7)


def whole(asked: Problem) -> tuple[int, ...]:
    """Every value of every variable."""
    return tuple((1 << size) - 1 for size in asked.sizes)


def costs_of(costs: Sequence[Sequence[int]], values: Values) -> int:
    """What the values cost together."""
    return sum(each[value] for each, value in zip(costs, values, strict=True))


@st.composite
def clauses(draw: Any, sizes: Sequence[int]) -> Clause:
    """Two to four literals of any masks; sometimes a variable comes twice, or a mask is empty."""
    variables = draw(st.lists(st.integers(0, len(sizes) - 1), min_size=1, max_size=4))
    literals = tuple((each, draw(st.integers(0, (1 << sizes[each]) - 1))) for each in variables)
    return Clause("clause", literals)


@st.composite
def tables(draw: Any, sizes: Sequence[int]) -> Table:
    """A relation of two or three variables with some of the rows that there can be."""
    arity = draw(st.integers(1, min(3, len(sizes))))
    order = draw(st.permutations(range(len(sizes))))
    scope = tuple(order[:arity])
    every = list(product(*(range(sizes[each]) for each in scope)))
    kept = draw(st.lists(st.booleans(), min_size=len(every), max_size=len(every)))
    rows = tuple(row for row, keep in zip(every, kept, strict=True) if keep)
    return Table("table", scope, rows or tuple(every[:1]))


@st.composite
def sums(draw: Any, sizes: Sequence[int], *, most: int = 9) -> Sum:
    """Weights of either sign between one bound, two, or two that are the same."""
    count = draw(st.integers(1, len(sizes)))
    scope = draw(st.permutations(range(len(sizes))))[:count]
    weights = st.integers(0, most) if draw(st.booleans()) else st.integers(-most, most)
    terms = tuple((each, tuple(draw(weights) for _ in range(sizes[each]))) for each in scope)
    total = Sum("sum", terms)
    # Near what the values can come to, so that the bounds bind and seldom forbid everything.
    reached = draw(st.sampled_from(["low", "high", "both", "equal"]))
    somewhere = total.of([draw(st.integers(0, size - 1)) for size in sizes])
    around = draw(st.integers(0, most))
    low = somewhere if reached == "equal" else somewhere - around
    high = somewhere if reached == "equal" else somewhere + around
    return total._replace(
        low=None if reached == "high" else low, high=None if reached == "low" else high
    )


def constraints(sizes: Sequence[int]) -> st.SearchStrategy[Constraint]:
    """Any constraint over the variables."""
    return st.one_of(clauses(sizes), tables(sizes), sums(sizes))


@st.composite
def problems(draw: Any, *, most: int = 6, values: int = 4) -> Problem:
    """Two to six variables of one to four values, and none to eight constraints."""
    sizes = draw(st.lists(st.integers(1, values), min_size=2, max_size=most))
    number = draw(st.integers(0, 8))
    drawn = st.lists(constraints(sizes), min_size=number, max_size=number)
    return problem(sizes, draw(drawn))


@st.composite
def soluble(draw: Any, *, most: int = 6, values: int = 4) -> Problem:
    """Problems that have a solution: what a planted one does not keep to is left out."""
    sizes = draw(st.lists(st.integers(1, values), min_size=2, max_size=most))
    planted = [draw(st.integers(0, size - 1)) for size in sizes]
    number = draw(st.integers(1, 12))
    drawn = draw(st.lists(constraints(sizes), min_size=number, max_size=number))
    return problem(sizes, [each for each in drawn if each.holds(planted)])


@st.composite
def prices(draw: Any, asked: Problem, *, most: int = 9) -> tuple[tuple[int, ...], ...]:
    """What each value of each variable costs, of either sign."""
    return tuple(tuple(draw(st.integers(-most, most)) for _ in range(size)) for size in asked.sizes)
