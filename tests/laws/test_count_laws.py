"""Laws of counting: it counts what trying everything finds, and otherwise says that it cannot."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cpq.solver.count import count
from cpq.solver.problem import Clause, Problem, Sum, Table, problem
from tests.laws.problems import problems, solutions, whole
from tests.laws.strategies import tried


@tried(15)
@given(problems())
def test_a_count_is_the_number_of_solutions(asked: Problem) -> None:
    assert count(asked) == len(solutions(asked))


@tried(5)
@given(problems(), st.data())
def test_a_count_within_masks_is_of_the_solutions_within(asked: Problem, data: Any) -> None:
    within = [data.draw(st.integers(0, mask)) for mask in whole(asked)]
    found = [
        values
        for values in solutions(asked)
        if all(mask >> value & 1 for mask, value in zip(within, values, strict=True))
    ]
    assert count(asked, within) == len(found)


@tried(5)
@given(problems(), st.data())
def test_the_counts_of_the_values_of_a_variable_add_up(asked: Problem, data: Any) -> None:
    variable = data.draw(st.integers(0, len(asked.sizes) - 1))
    parts = []
    for value in range(asked.sizes[variable]):
        masks = list(whole(asked))
        masks[variable] = 1 << value
        parts.append(count(asked, masks) or 0)
    assert sum(parts) == count(asked)


@tried(5)
@given(problems(), problems())
def test_the_count_of_two_problems_side_by_side_is_the_product(one: Problem, two: Problem) -> None:
    shift = len(one.sizes)
    moved: list[Clause | Table | Sum] = []
    for each in two.constraints:
        match each:
            case Clause():
                literals = tuple((variable + shift, mask) for variable, mask in each.literals)
                moved.append(each._replace(literals=literals))
            case Table():
                moved.append(each._replace(scope=tuple(at + shift for at in each.scope)))
            case Sum():
                terms = tuple((variable + shift, weights) for variable, weights in each.terms)
                moved.append(each._replace(terms=terms))
    both = problem((*one.sizes, *two.sizes), (*one.constraints, *moved))
    first, second = count(one), count(two)
    assert first is not None
    assert second is not None
    assert count(both) == first * second


@tried(5)
@given(problems(), st.integers(0, 200))
def test_a_count_without_enough_effort_is_right_or_none(asked: Problem, effort: int) -> None:
    assert count(asked, effort=effort) in (None, len(solutions(asked)))
