"""The solver against clingo, on problems too large for trying everything."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("clingo")

from cpq.adapters.clingo_oracle import ClingoOracle
from cpq.solver.count import count
from cpq.solver.explain import corrections, explain
from cpq.solver.optimum import complete
from cpq.solver.problem import Clause, Constraint, Problem, Sum, Table, problem
from cpq.solver.solver import Solver
from tests.laws.models import bill, expected, feature_model
from tests.laws.problems import costs_of


def entangled(random: Random, *, variables: int, rules: int) -> Problem:
    """Rules between neighbours mostly, around a planted solution: tables, clauses and sums."""
    sizes = [random.randint(1, 5) for _ in range(variables)]
    planted = [random.randrange(size) for size in sizes]
    made: list[Constraint] = []
    for number in range(rules):
        middle = random.randrange(variables)
        near = [each for each in range(middle - 4, middle + 5) if 0 <= each < variables]
        far = random.randrange(variables)
        scope = random.sample(near, random.randint(2, 3))
        if far not in scope and random.random() < 0.2:
            scope[0] = far
        made.append(_rule(random, scope, sizes, planted, str(number)))
    everywhere = random.sample(range(variables), variables * 2 // 3)
    made.append(_sum(random, everywhere, sizes, planted, "everywhere"))
    return problem(sizes, made)


def _rule(
    random: Random, scope: list[int], sizes: list[int], planted: list[int], name: str
) -> Constraint:
    kind = random.randrange(3)
    if kind == 0:
        literals = [(each, random.randrange(1 << sizes[each])) for each in scope]
        lucky = random.choice(scope)
        return Clause(name, (*literals, (lucky, 1 << planted[lucky])))
    if kind == 1:
        rows = {tuple(planted[each] for each in scope)}
        for _ in range(random.randint(1, 12)):
            rows.add(tuple(random.randrange(sizes[each]) for each in scope))
        return Table(name, tuple(scope), tuple(sorted(rows)))
    return _sum(random, scope, sizes, planted, name)


def _sum(random: Random, scope: list[int], sizes: list[int], planted: list[int], name: str) -> Sum:
    terms = tuple(
        (each, tuple(random.randint(-3, 9) for _ in range(sizes[each]))) for each in scope
    )
    reached = Sum(name, terms).of(planted)
    low = random.choice([None, reached, reached - random.randint(0, 6)])
    high = random.choice([None, reached, reached + random.randint(0, 6)])
    return Sum(name, terms, low=low, high=high)


def _exact(oracle: ClingoOracle, asked: Problem, choices: Any) -> tuple[int, ...]:
    """One question for each value that no answer has shown yet."""
    masks = [(1 << size) - 1 for size in asked.sizes]
    for variable, value in choices:
        masks[variable] = 1 << value
    found = [0] * len(masks)
    for variable, mask in enumerate(masks):
        for value in range(asked.sizes[variable]):
            if not mask >> value & 1 or found[variable] >> value & 1:
                continue
            answer = oracle.solve([*masks[:variable], 1 << value, *masks[variable + 1 :]])
            for each, its in enumerate(answer or ()):
                found[each] |= 1 << its
    return tuple(found)


@given(st.integers(0, 10**9), st.sampled_from([(15, 12), (30, 25)]))
def test_large_entangled_problems_show_the_exact_domains(seed: int, size: tuple[int, int]) -> None:
    random = Random(seed)
    asked = entangled(random, variables=size[0], rules=size[1])
    oracle = ClingoOracle(asked)
    solver = Solver(asked, oracle=oracle)
    chosen: list[tuple[int, int]] = []
    for _ in range(6):
        assert solver.domains() == _exact(oracle, asked, chosen)
        assert asked.holds(solver.solution())
        offered = [
            (variable, value)
            for variable, mask in enumerate(solver.domains())
            for value in range(5)
            if mask & (mask - 1) and mask >> value & 1
        ]
        if not offered:
            break
        chosen.append(random.choice(offered))
        solver.choose(*chosen[-1])
    for pair in random.sample(chosen, len(chosen)):
        chosen.remove(pair)
        solver.retract(pair[0])
        assert solver.domains() == _exact(oracle, asked, chosen)


@given(st.integers(0, 10**9))
def test_large_entangled_problems_are_explained_and_corrected(seed: int) -> None:
    random = Random(seed)
    asked = entangled(random, variables=25, rules=25)
    solver = Solver(asked)
    for variable in random.sample(range(25), 8):
        values = [at for at in range(5) if solver.domain(variable) >> at & 1]
        solver.choose(variable, random.choice(values))
    gone = [
        (variable, value)
        for variable, size in enumerate(asked.sizes)
        for value in range(size)
        if not solver.domain(variable) >> value & 1
    ]
    for wanted in random.sample(gone, min(2, len(gone))):
        found = explain(solver, *wanted)
        assert found.minimal
        members = [("choice", each) for each in found.choices]
        members += [("rule", each) for each in found.rules]
        assert not _stands(asked, wanted, members)
        for at in range(len(members)):
            assert _stands(asked, wanted, [*members[:at], *members[at + 1 :]])
        whole = [("rule", at) for at in range(len(asked.constraints))]
        for correction in corrections(solver, *wanted, most=3):
            kept = [("choice", each) for each in solver.choices if each not in correction.choices]
            assert _stands(asked, wanted, [*whole, *kept])
            for back in correction.choices:
                assert not _stands(asked, wanted, [*whole, *kept, ("choice", back)])


def _stands(asked: Problem, wanted: tuple[int, int], members: list[tuple[str, Any]]) -> bool:
    pairs = {wanted, *(what for kind, what in members if kind == "choice")}
    if len(dict(pairs)) < len(pairs):
        return False
    rules = tuple(asked.constraints[what] for kind, what in members if kind == "rule")
    masks = [(1 << size) - 1 for size in asked.sizes]
    for variable, value in pairs:
        masks[variable] = 1 << value
    return ClingoOracle(asked._replace(constraints=rules)).solve(masks) is not None


@given(st.integers(0, 10**9))
def test_large_entangled_problems_are_completed_like_clingo_does(seed: int) -> None:
    random = Random(seed)
    asked = entangled(random, variables=25, rules=25)
    costs = [tuple(random.randint(0, 50) for _ in range(size)) for size in asked.sizes]
    solver = Solver(asked)
    found = complete(solver, costs)
    best = ClingoOracle(asked).cheapest(costs)
    assert best is not None
    assert best.proven
    assert asked.holds(found.values)
    assert costs_of(costs, found.values) == found.cost
    assert found.bound <= best.cost <= found.cost
    assert found.proven == (found.bound == found.cost)


@given(st.integers(0, 10**9))
def test_a_count_is_none_left_exactly_where_clingo_finds_none(seed: int) -> None:
    random = Random(seed)
    asked = entangled(random, variables=15, rules=14)
    masks = [random.randrange(1, 1 << size) for size in asked.sizes]
    found = count(asked, masks)
    assert found is not None
    assert bool(found) == (ClingoOracle(asked).solve(masks) is not None)


@pytest.mark.parametrize("components", [10, 100, 1000])
def test_clingo_finds_the_known_cheapest_bill_of_materials(components: int) -> None:
    asked, costs = bill(components)
    found = ClingoOracle(asked).cheapest(costs, seconds=60)
    assert found is not None
    assert found.proven
    assert asked.holds(found.values)
    assert found.cost == found.bound == expected("bom")[str(components)]["min_price"]


@pytest.mark.parametrize("name", ["berkeleydb", "eshop"])
def test_clingo_shows_the_same_feature_model(name: str) -> None:
    asked = feature_model(name)
    assert _exact(ClingoOracle(asked), asked, ()) == Solver(asked).domains()
