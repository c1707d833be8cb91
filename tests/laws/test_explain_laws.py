"""Laws of explanations: what they name is contradictory, and every member of it is needed."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.solver.explain import corrections, explain
from cpq.solver.problem import Problem
from cpq.solver.solver import Impossible, Solver
from tests.laws.models import bill, expected, feature_model
from tests.laws.problems import patient, soluble, solutions
from tests.laws.strategies import tried

Pair = tuple[int, int]


def _stands(asked: Problem, pairs: Iterable[Pair], rules: Iterable[int] | None = None) -> bool:
    """Whether the pairs go together under some of the rules, by trying everything."""
    kept = asked.constraints if rules is None else tuple(asked.constraints[at] for at in rules)
    wanted = dict(pairs)
    if len(wanted) < len(set(pairs)):
        return False
    return bool(solutions(asked._replace(constraints=kept), tuple(wanted.items())))


def _without(members: Sequence[Any], at: int) -> list[Any]:
    return [*members[:at], *members[at + 1 :]]


@st.composite
def excluded(draw: Any) -> tuple[Solver, int, int]:
    """A solver with some choices, and a value that they leave impossible."""
    asked = draw(soluble())
    solver = patient(asked)
    left = solutions(asked)
    for variable in draw(st.permutations(range(len(asked.sizes))))[: draw(st.integers(0, 5))]:
        value = draw(st.sampled_from(sorted({values[variable] for values in left})))
        solver.choose(variable, value)
        left = [values for values in left if values[variable] == value]
    gone = [
        (variable, value)
        for variable, size in enumerate(asked.sizes)
        for value in range(size)
        if not solver.domain(variable) >> value & 1
    ]
    return (solver, *draw(st.sampled_from(gone))) if gone else (solver, -1, -1)


@tried(15)
@given(excluded())
def test_an_explanation_is_contradictory_and_no_part_of_it_is(
    case: tuple[Solver, int, int],
) -> None:
    solver, variable, value = case
    if variable < 0:
        return
    asked = solver.problem
    found = explain(solver, variable, value)
    wanted = (variable, value)
    assert found.minimal
    assert set(found.choices) <= set(solver.choices)
    assert not _stands(asked, (wanted, *found.choices), found.rules)
    for at in range(len(found.choices)):
        assert _stands(asked, (wanted, *_without(found.choices, at)), found.rules)
    for at in range(len(found.rules)):
        assert _stands(asked, (wanted, *found.choices), _without(found.rules, at))


@tried(15)
@given(excluded())
def test_corrections_are_the_smallest_that_help(case: tuple[Solver, int, int]) -> None:
    solver, variable, value = case
    if variable < 0:
        return
    asked, choices = solver.problem, solver.choices
    wanted = (variable, value)
    helping = [
        set(given_up)
        for count in range(len(choices) + 1)
        for given_up in combinations(choices, count)
        if _stands(asked, (wanted, *(each for each in choices if each not in given_up)))
    ]
    smallest = [each for each in helping if not any(other < each for other in helping)]
    found = [set(each.choices) for each in corrections(solver, variable, value, most=3)]
    assert len(found) == min(len(smallest), 3)
    assert all(each in smallest for each in found)
    assert [len(each) for each in found] == sorted(map(len, smallest))[: len(found)]


@tried(5)
@given(excluded(), st.data())
def test_applying_a_correction_makes_the_value_possible(
    case: tuple[Solver, int, int], data: Any
) -> None:
    solver, variable, value = case
    if variable < 0:
        return
    before = solver.domains(), solver.choices, solver.solution()
    offered = corrections(solver, variable, value)
    assert before == (solver.domains(), solver.choices, solver.solution())
    if not offered:
        assert not _stands(solver.problem, [(variable, value)])
        return
    for given_up, _ in data.draw(st.sampled_from(offered)).choices:
        solver.retract(given_up)
    solver.choose(variable, value)
    assert solver.problem.holds(solver.solution())


@tried(5)
@given(excluded())
def test_explaining_leaves_everything_as_it_was(case: tuple[Solver, int, int]) -> None:
    solver, variable, value = case
    if variable < 0:
        return
    before = solver.domains(), solver.choices, solver.solution()
    explain(solver, variable, value)
    assert before == (solver.domains(), solver.choices, solver.solution())


@tried(2)
@given(soluble())
def test_what_is_possible_has_no_explanation(asked: Problem) -> None:
    solver = patient(asked)
    with pytest.raises(ValueError, match="variable 0"):
        explain(solver, 0, solver.solution()[0])


def _is_explained(solver: Solver, variable: int, value: int) -> None:
    """Large problems are tried with a solver of their own instead of trying everything."""
    found = explain(solver, variable, value)
    assert found.minimal
    pairs = [(variable, value), *found.choices]
    rules = list(found.rules)
    assert not _is_soluble(solver.problem, pairs, rules)
    for at in range(len(found.choices)):
        assert _is_soluble(solver.problem, _without(pairs, at + 1), rules)
    for at in range(len(rules)):
        assert _is_soluble(solver.problem, pairs, _without(rules, at))


def _is_soluble(asked: Problem, pairs: Sequence[Pair], rules: Sequence[int]) -> bool:
    if len(dict(pairs)) < len(set(pairs)):
        return False
    kept = [asked.constraints[at] for at in rules]
    spoken = sorted({each for rule in kept for each in rule.scope} | dict(pairs).keys())
    assert len(spoken) <= 200
    try:
        solver = Solver(Problem(asked.sizes, tuple(kept)))
        for pair in pairs:
            solver.choose(*pair)
    except (Impossible, ValueError):
        return False
    return True


@pytest.mark.parametrize("name", ["berkeleydb", "eshop", "printer", "pc_richmond"])
def test_conflicts_of_feature_models_are_explained(name: str) -> None:
    known = expected("fm")[name]
    solver = Solver(feature_model(name))
    for literal in known["choices"]:
        solver.choose(abs(literal) - 1, int(literal > 0))
    for literal in known["conflict_probes"][:3]:
        _is_explained(solver, abs(literal) - 1, int(literal > 0))


@pytest.mark.parametrize("components", [10, 100])
def test_conflicts_of_bills_of_materials_are_explained(components: int) -> None:
    known = expected("bom")[str(components)]
    solver = Solver(bill(components)[0])
    for choice in known["choices"]:
        solver.choose(*choice)
    for probe in known["conflict_probes"][:3]:
        _is_explained(solver, *probe)
