"""Laws of completions: what is called the cheapest is, and the bound is never above it."""

import hashlib
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.solver.network import values_of
from cpq.solver.optimum import Joint, complete
from cpq.solver.problem import Problem
from cpq.solver.solver import Solver
from tests.laws.models import bill, expected, feature_model
from tests.laws.problems import costs_of, patient, prices, soluble, solutions
from tests.laws.strategies import tried


def _chosen(asked: Problem, data: Any) -> Solver:
    """A solver with some choices that go together."""
    solver = patient(asked)
    planted = data.draw(st.sampled_from(solutions(asked)))
    variables = data.draw(st.permutations(range(len(asked.sizes))))
    for variable in variables[: data.draw(st.integers(0, len(asked.sizes)))]:
        solver.choose(variable, planted[variable])
    return solver


@tried(15)
@given(soluble(), st.data())
def test_a_completion_is_the_cheapest_solution_with_the_choices(asked: Problem, data: Any) -> None:
    solver = _chosen(asked, data)
    costs = data.draw(prices(asked, most=data.draw(st.sampled_from([1, 9, 10**12]))))
    every = solutions(asked, solver.choices)
    before = solver.domains(), solver.choices, solver.solution()
    found = complete(solver, costs)
    assert found.proven
    assert found.values in every
    assert costs_of(costs, found.values) == found.cost == found.bound
    assert found.cost == min(costs_of(costs, values) for values in every)
    assert before == (solver.domains(), solver.choices, solver.solution())
    assert complete(solver, costs) == found


@tried(15)
@given(soluble(), st.integers(0, 40), st.data())
def test_an_impatient_completion_has_a_bound_that_holds(
    asked: Problem, patience: int, data: Any
) -> None:
    solver = _chosen(asked, data)
    costs = data.draw(prices(asked))
    every = solutions(asked, solver.choices)
    least = min(costs_of(costs, values) for values in every)
    found = complete(solver, costs, patience=patience)
    assert found.values in every
    assert costs_of(costs, found.values) == found.cost
    assert found.bound <= least <= found.cost
    assert found.proven == (found.bound == found.cost)


@tried(3)
@given(soluble(), st.integers(-100, 100), st.data())
def test_a_cost_that_all_solutions_bear_changes_nothing_else(
    asked: Problem, more: int, data: Any
) -> None:
    solver = _chosen(asked, data)
    costs = data.draw(prices(asked))
    dearer = (tuple(cost + more for cost in costs[0]), *costs[1:])
    assert complete(solver, dearer).cost == complete(solver, costs).cost + more


@tried(3)
@given(soluble(), st.data())
def test_costs_that_several_decide_are_counted_together(asked: Problem, data: Any) -> None:
    solver = _chosen(asked, data)
    costs = data.draw(prices(asked))
    joint = []
    for _ in range(data.draw(st.integers(1, 2))):
        variables = st.lists(st.integers(0, len(asked.sizes) - 1), min_size=1, max_size=3)
        scope = tuple(data.draw(variables.map(dict.fromkeys)))
        ranges = (values_of(solver.domain(variable)) for variable in scope)
        joint.append(
            Joint(scope, {each: data.draw(st.integers(-20, 20)) for each in product(*ranges)})
        )

    def whole(values: Sequence[int]) -> int:
        shared = (each.costs[tuple(values[v] for v in each.scope)] for each in joint)
        return costs_of(costs, values) + sum(shared)

    found = complete(solver, costs, joint=joint)
    every = solutions(asked, solver.choices)
    assert found.proven
    assert found.values in every
    assert whole(found.values) == found.cost == found.bound == min(map(whole, every))


@pytest.mark.parametrize("components", [10, 100])
def test_a_bill_of_materials_is_completed_at_no_more_than_its_bound(components: int) -> None:
    asked, costs = bill(components)
    known = expected("bom")[str(components)]["min_price"]
    found = complete(Solver(asked), costs)
    assert asked.holds(found.values)
    assert costs_of(costs, found.values) == found.cost
    assert found.bound <= known <= found.cost
    assert not found.proven or found.cost == known


def _price(variable: int) -> int:
    """What the published prices say that a selected feature costs."""
    return (
        1
        + int(hashlib.md5(str(variable + 1).encode(), usedforsecurity=False).hexdigest(), 16) % 100
    )


@pytest.mark.parametrize("name", ["berkeleydb", "eshop", "printer", "pc_richmond", "busybox"])
def test_a_feature_model_is_completed_at_the_known_cost(name: str) -> None:
    known = expected("fm")[name]
    asked = feature_model(name)
    solver = Solver(asked)
    for literal in known["choices"][:5]:
        solver.choose(abs(literal) - 1, int(literal > 0))
    costs = [(0, _price(variable)) for variable in range(len(asked.sizes))]
    found = complete(solver, costs)
    assert asked.holds(found.values)
    assert costs_of(costs, found.values) == found.cost
    assert found.bound <= known["min_cost_after_first_5_choices"] <= found.cost
    assert not found.proven or found.cost == known["min_cost_after_first_5_choices"]
