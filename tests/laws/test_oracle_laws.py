"""Laws of the oracle: clingo answers what trying everything answers, in 32 bits and beyond."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("clingo")

from benchmarks._machines import Machine, machine
from cpq.adapters.clingo_oracle import ClingoOracle, Leaning
from cpq.solver.problem import Clause, Problem, Sum, Table, Values, problem
from cpq.solver.solver import Solver
from tests.laws.problems import costs_of, domains, prices, problems, solutions, sums, whole
from tests.laws.strategies import tried


def _domains(asked: Problem) -> tuple[int, ...]:
    """One question for each value, all of them to one oracle."""
    oracle = ClingoOracle(asked)
    found = [0] * len(asked.sizes)
    for variable, size in enumerate(asked.sizes):
        for value in range(size):
            masks = list(whole(asked))
            masks[variable] = 1 << value
            answer = oracle.solve(masks)
            if answer is not None:
                assert asked.holds(answer)
                assert answer[variable] == value
                found[variable] |= 1 << value
    return tuple(found)


@tried(5)
@given(problems())
def test_asking_for_each_value_gives_the_exact_domains(asked: Problem) -> None:
    assert _domains(asked) == domains(asked)


@tried(5)
@given(problems(), st.data())
def test_an_answer_within_masks_is_a_solution_within(asked: Problem, data: Any) -> None:
    oracle = ClingoOracle(asked)
    for _ in range(3):
        within = [data.draw(st.integers(0, mask)) for mask in whole(asked)]
        every = [
            values
            for values in solutions(asked)
            if all(mask >> value & 1 for mask, value in zip(within, values, strict=True))
        ]
        answer = oracle.solve(within)
        assert answer in every if every else answer is None


@tried(5)
@given(problems(), st.data())
def test_the_cheapest_is_what_trying_everything_finds(asked: Problem, data: Any) -> None:
    costs = data.draw(prices(asked, most=data.draw(st.sampled_from([1, 9, 10**12]))))
    every = solutions(asked)
    found = ClingoOracle(asked).cheapest(costs)
    if not every:
        assert found is None
        return
    assert found is not None
    assert found.proven
    assert found.values in every
    least = min(costs_of(costs, values) for values in every)
    assert costs_of(costs, found.values) == found.cost == found.bound == least


@tried(2)
@given(problems(), st.data())
def test_the_cheapest_within_masks_keeps_to_them(asked: Problem, data: Any) -> None:
    costs = data.draw(prices(asked))
    within = [data.draw(st.integers(0, mask)) for mask in whole(asked)]
    every = [
        costs_of(costs, values)
        for values in solutions(asked)
        if all(mask >> value & 1 for mask, value in zip(within, values, strict=True))
    ]
    found = ClingoOracle(asked).cheapest(costs, domains=within)
    assert (None if found is None else found.cost) == min(every, default=None)


@st.composite
def weighed(draw: Any) -> tuple[Problem, Sum]:
    """A problem, and one of its sums that has a single bound."""
    asked = draw(problems())
    total = draw(sums(asked.sizes).filter(lambda each: (each.low is None) != (each.high is None)))
    at = draw(st.integers(0, len(asked.constraints)))
    rules = (*asked.constraints[:at], total, *asked.constraints[at:])
    return asked._replace(constraints=rules), total


@tried(8)
@given(weighed(), st.data())
def test_the_best_of_a_sum_says_whether_there_is_a_solution(
    case: tuple[Problem, Sum], data: Any
) -> None:
    asked, total = case
    leaning = Leaning(asked, total)
    for _ in range(3):
        within = [data.draw(st.integers(1, mask)) for mask in whole(asked)]
        every = [
            values
            for values in solutions(asked)
            if all(mask >> value & 1 for mask, value in zip(within, values, strict=True))
        ]
        found: list[Values] = []
        assert leaning.solve(within, 10**6, 10, found) is bool(every)
        assert bool(found) is bool(every)
        assert set(found) <= set(every)


def _budgeted(made: Machine, high: int) -> Problem:
    rules = tuple(
        rule._replace(high=high) if isinstance(rule, Sum) and rule.name == "budget" else rule
        for rule in made.problem.constraints
    )
    return made.problem._replace(constraints=rules)


@pytest.mark.parametrize("components", [10, 40, 70])
def test_a_budget_near_the_cheapest_leaves_nothing_unproved(components: int) -> None:
    made = machine(components)
    without = ClingoOracle(_budgeted(made, 10**6))
    least = [[10**9] * size for size in made.problem.sizes]
    for variable, row in enumerate(least):
        for value in range(len(row)):
            masks = list(whole(made.problem))
            masks[variable] = 1 << value
            found = without.cheapest(made.prices, domains=masks)
            row[value] = 10**9 if found is None else found.cost
            assert found is None or found.proven
    cheapest = min(least[0])
    for high in (cheapest, cheapest + 1, cheapest * 103 // 100):
        asked = _budgeted(made, high)
        solver = Solver(asked, oracle=ClingoOracle(asked))
        assert not any(solver.unproved(variable) for variable in range(len(asked.sizes)))
        assert solver.domains() == tuple(
            sum(1 << value for value, cost in enumerate(row) if cost <= high) for row in least
        )


@st.composite
def heavy(draw: Any) -> Problem:
    """Sums that 32 bits do not hold."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
    most = draw(st.sampled_from([2**30, 2**31, 10**12]))
    return problem(sizes, draw(st.lists(sums(sizes, most=most), min_size=1, max_size=3)))


@tried(5)
@given(heavy())
def test_sums_beyond_32_bits_are_exact(asked: Problem) -> None:
    assert _domains(asked) == domains(asked)


@tried(5)
@given(st.lists(st.integers(1, 10**12), min_size=2, max_size=7), st.data())
def test_a_bound_one_too_low_is_told_from_one_that_is_reached(
    weights: list[int], data: Any
) -> None:
    sizes = [2] * len(weights)
    terms = tuple((each, (0, weight)) for each, weight in enumerate(weights))
    chosen = data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)))
    reached = sum(weight for weight, taken in zip(weights, chosen, strict=True) if taken)
    exact = Sum("exact", terms, low=reached, high=reached)
    masks = [1 << taken for taken in chosen]
    assert ClingoOracle(problem(sizes, [exact])).solve(masks) is not None
    for one in (-1, 1):
        other = exact._replace(low=reached + one, high=reached + one)
        assert ClingoOracle(problem(sizes, [other])).solve(masks) is None


def test_a_problem_of_every_kind_at_its_edges() -> None:
    edges = [
        Clause("nothing", ()),
        Table("no rows", (0, 1), ()),
        Sum("nothing to weigh", (), low=1),
    ]
    for each in edges:
        assert ClingoOracle(problem([2, 2], [each])).solve([3, 3]) is None
    free = [Table("anything", (), ((),)), Sum("no bounds", ((0, (1, 2)),))]
    assert ClingoOracle(problem([2, 2], free)).solve([1, 2]) == (0, 1)
