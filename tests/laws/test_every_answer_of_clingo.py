"""Every answer that the solver gives on whole machines and feature models, also asked of clingo.

Domains after each choice and after each that is taken back, each explanation and each smaller part
of it, corrections, the cheapest completion, counts. ``CPQ_CLINGO_COMPONENTS`` says how large the
machines are at most: 100 unless said, 1,000 in ``.ci/run``, where larger feature models come in as
well. clingo has a program of its own here, which shares nothing with the solver or the adapter.
"""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

import pytest

pytest.importorskip("clingo")

from benchmarks._clingo import Clingo
from benchmarks._engines import choices_for
from benchmarks._machines import machine
from cpq.adapters.clingo_oracle import ClingoOracle
from cpq.solver.count import count
from cpq.solver.explain import corrections, explain
from cpq.solver.optimum import complete
from cpq.solver.problem import Clause, Constraint, Problem, Sum, Table
from cpq.solver.solver import Solver
from tests.laws.models import bill, expected, feature_model
from tests.laws.problems import costs_of

pytestmark = pytest.mark.slow

COMPONENTS = int(os.environ.get("CPQ_CLINGO_COMPONENTS", "100"))
CHOICES = 31
_EXPLAINED, _CORRECTED, _COUNTED = 200, 30, 20_000
Pair = tuple[int, int]

SIZES = [size for size in (10, 100, 1_000) if size <= COMPONENTS]
FEATURES = ["berkeleydb", "eshop", "printer"]
if COMPONENTS >= 1_000:
    FEATURES += ["pc_richmond", "busybox", "finsrv"]
MACHINES = [f"{kind} {size}" for kind in ("stored", "generated") for size in SIZES]


class Case(NamedTuple):
    """A problem, the choices made of it one after the other, and what its values cost."""

    problem: Problem
    choices: tuple[Pair, ...]
    prices: tuple[tuple[int, ...], ...]


@cache
def case(name: str) -> Case:
    """A machine or a feature model by its name."""
    kind, _, size = name.partition(" ")
    if kind == "stored":
        asked, prices = bill(int(size))
        known = [(variable, value) for variable, value in expected("bom")[size]["choices"]]
        return Case(asked, tuple(known), prices)
    if kind == "generated":
        made = machine(int(size))
        return Case(
            made.problem, tuple(choices_for(made.problem, CHOICES, pick=Random(size))), made.prices
        )
    literals = expected("fm")[name]["choices"]
    asked = feature_model(name)
    return Case(asked, tuple((abs(each) - 1, int(each > 0)) for each in literals), ())


@cache
def engine(name: str) -> Clingo:
    """clingo with a model, written once."""
    return Clingo(case(name).problem)


def chosen(name: str) -> Solver:
    """A solver with all choices made."""
    solver = Solver(case(name).problem)
    for choice in case(name).choices:
        solver.choose(*choice)
    return solver


def gone(solver: Solver) -> list[Pair]:
    """What rules and choices exclude, but other values of what is chosen."""
    taken = dict(solver.choices)
    return [
        (variable, value)
        for variable, size in enumerate(solver.problem.sizes)
        for value in range(size)
        if not solver.domain(variable) >> value & 1 and variable not in taken
    ]


@pytest.mark.parametrize("name", [*MACHINES, *FEATURES])
def test_domains_are_those_of_clingo_after_each_choice_and_each_taken_back(name: str) -> None:
    solver, clingo = Solver(case(name).problem), Clingo(case(name).problem)
    assert solver.domains() == clingo.domains()
    for choice in case(name).choices:
        solver.choose(*choice)
        clingo.choose(*choice)
        assert solver.domains() == clingo.domains()
        assert solver.problem.holds(solver.solution())
    order = Random(name).sample(solver.choices, len(solver.choices))
    for place, (variable, _) in enumerate(order, start=1):
        solver.retract(variable)
        clingo.retract(variable)
        if place % 8 == 0 or len(solver.problem.sizes) < 200:
            assert solver.domains() == clingo.domains()


@pytest.mark.parametrize("name", [*MACHINES, *FEATURES])
def test_each_explanation_is_contradictory_and_no_part_of_it_is(name: str) -> None:
    solver = chosen(name)
    excluded = gone(solver)
    assert excluded or name.endswith(" 10")
    if name in FEATURES:
        excluded = Random(name).sample(excluded, min(_EXPLAINED, len(excluded)))
    for wanted in excluded:
        found = explain(solver, *wanted)
        assert found.minimal
        assert set(found.choices) <= set(solver.choices)
        _is_needed(solver.problem, wanted, found.choices, found.rules)


def _is_needed(asked: Problem, wanted: Pair, choices: Sequence[Pair], rules: Sequence[int]) -> None:
    """The members leave no solution with what is wanted; with any one left out there is one."""
    pairs = [wanted, *choices]
    part, place = _part(asked, pairs, rules)
    clingo = Clingo(part, optional=True)
    named = [(place[variable], value) for variable, value in pairs]
    every = range(len(rules))
    assert not clingo.stands(named, every)
    for choice in named[1:]:
        assert clingo.stands([each for each in named if each != choice], every)
    for rule in every:
        assert clingo.stands(named, [each for each in every if each != rule])


def _part(
    asked: Problem, pairs: Iterable[Pair], rules: Iterable[int]
) -> tuple[Problem, dict[int, int]]:
    """Some of the rules with the variables that they and the pairs name, numbered anew."""
    kept = [asked.constraints[rule] for rule in rules]
    named = sorted({v for rule in kept for v in rule.scope} | {variable for variable, _ in pairs})
    place = {variable: at for at, variable in enumerate(named)}
    sizes = tuple(asked.sizes[variable] for variable in named)
    return Problem(sizes, tuple(_renumbered(rule, place) for rule in kept)), place


def _renumbered(rule: Constraint, place: dict[int, int]) -> Constraint:
    match rule:
        case Clause():
            return rule._replace(literals=tuple((place[v], mask) for v, mask in rule.literals))
        case Table():
            return rule._replace(scope=tuple(place[v] for v in rule.scope))
        case Sum():
            return rule._replace(terms=tuple((place[v], weights) for v, weights in rule.terms))


@pytest.mark.parametrize("name", [*MACHINES, *FEATURES])
def test_each_correction_helps_and_all_of_it_is_needed(name: str) -> None:
    solver, clingo = chosen(name), engine(name)
    excluded = gone(solver)
    for wanted in Random(name).sample(excluded, min(_CORRECTED, len(excluded))):
        found = corrections(solver, *wanted, most=3)
        assert bool(found) is clingo.stands([wanted])
        for correction in found:
            kept = [each for each in solver.choices if each not in correction.choices]
            assert clingo.stands([wanted, *kept])
            for back in correction.choices:
                assert not clingo.stands([wanted, *kept, back])


@pytest.mark.parametrize("name", MACHINES)
def test_the_cheapest_completion_costs_what_clingo_proves(name: str) -> None:
    asked, _, prices = case(name)
    oracle = ClingoOracle(asked, seconds=60)
    for solver in (Solver(asked), chosen(name)):
        own = complete(solver, prices)
        both = complete(solver, prices, oracle=oracle)
        best = oracle.cheapest(prices, domains=solver.domains())
        assert best is not None
        assert best.proven
        assert own.bound <= best.cost <= own.cost
        assert own.proven is (own.bound == own.cost)
        assert (both.cost, both.bound, both.proven) == (best.cost, best.cost, True)
        for found in (own, both, best):
            assert asked.holds(found.values)
            assert costs_of(prices, found.values) == found.cost
            assert engine(name).stands(enumerate(found.values))
            assert set(solver.choices) <= set(enumerate(found.values))


@pytest.mark.parametrize("name", [f"{kind} 10" for kind in ("stored", "generated")])
def test_a_count_is_as_many_as_clingo_lists(name: str) -> None:
    solver, counted = Solver(case(name).problem), 0
    for choice in case(name).choices:
        solver.choose(*choice)
        found = count(solver.problem, solver.domains())
        assert found is not None
        if found < _COUNTED:
            assert engine(name).count(solver.choices, most=_COUNTED) == found
            counted += 1
    assert counted
