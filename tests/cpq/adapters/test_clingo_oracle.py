"""Asking clingo: what it answers, when it gives up, and that it may be missing."""

import sys

import pytest

pytest.importorskip("clingo")

from cpq.adapters.clingo_oracle import ClingoOracle
from cpq.kernel.errors import Unavailable
from cpq.solver.oracle import CostOracle, Undecided
from cpq.solver.problem import Clause, Problem, Sum, Table, problem


def _pigeons(count: int) -> Problem:
    """One pigeon more than holes: no solution, and hard to see."""
    holes = count - 1
    whole = (1 << holes) - 1
    return problem(
        [holes] * count,
        [
            Clause("apart", ((one, whole ^ 1 << hole), (other, whole ^ 1 << hole)))
            for one in range(count)
            for other in range(one)
            for hole in range(holes)
        ],
    )


def test_one_grounding_answers_many_questions() -> None:
    pair = Table("pair", (0, 1), ((0, 0), (1, 1), (2, 2)))
    oracle: CostOracle = ClingoOracle(problem([3, 3], [pair]))
    assert oracle.solve([0b010, 0b111]) == (1, 1)
    assert oracle.solve([0b010, 0b101]) is None
    assert oracle.solve([0b110, 0b101]) == (2, 2)
    assert oracle.solve([0b111, 0]) is None
    assert oracle.solve([0b001, 0b111]) == (0, 0)


def test_out_of_time_nothing_is_claimed() -> None:
    pigeons = _pigeons(14)
    oracle = ClingoOracle(pigeons, seconds=0.05)
    whole = [(1 << size) - 1 for size in pigeons.sizes]
    for _ in range(2):
        with pytest.raises(Undecided, match="did not suffice"):
            oracle.solve(whole)
    with pytest.raises(Undecided, match="did not suffice"):
        oracle.cheapest([[0] * size for size in pigeons.sizes])


def test_after_giving_up_it_still_answers_what_is_easy() -> None:
    pigeons = _pigeons(13)
    apart = problem(
        [*pigeons.sizes, 2],
        [
            constraint._replace(literals=(*constraint.literals, (13, 0b01)))
            for constraint in pigeons.constraints
            if isinstance(constraint, Clause)
        ],
    )
    oracle = ClingoOracle(apart, seconds=0.2)
    whole = [(1 << size) - 1 for size in pigeons.sizes]
    with pytest.raises(Undecided):
        oracle.solve([*whole, 0b10])
    assert oracle.solve([*whole, 0b01]) is not None


def test_the_best_found_in_time_has_a_bound_below_it() -> None:
    weights = [(7 * each) % 41 + 20 for each in range(60)]
    picks = tuple((each, (0, weights[each])) for each in range(60))
    halves = [Sum("half", picks, low=sum(weights) // 2)]
    halves += [
        Sum("pairs", tuple((each, (0, 1)) for each in range(start, start + 9)), high=5)
        for start in range(0, 50, 3)
    ]
    costs = [(0, (weight * 37) % 97 + weight) for weight in weights]
    asked = problem([2] * 60, halves)
    found = ClingoOracle(asked).cheapest(costs, seconds=0.3)
    assert found is not None
    assert asked.holds(found.values)
    assert found.cost == sum(row[at] for row, at in zip(costs, found.values, strict=True))
    assert 0 <= found.bound <= found.cost
    assert found.gap == found.cost - found.bound
    assert found.proven == (found.gap == 0)


def test_no_solution_is_the_cheapest_of_none() -> None:
    never = problem([2, 2], [Clause("first", ((0, 0b10),)), Clause("not first", ((0, 0b01),))])
    assert ClingoOracle(never).cheapest([(1, 2), (3, 4)]) is None
    free = ClingoOracle(problem([2, 2]))
    assert free.cheapest([(1, 2), (3, 4)], domains=[0b11, 0]) is None


def test_costs_below_zero_and_alike_are_costs() -> None:
    oracle = ClingoOracle(problem([3, 2, 1]))
    assert oracle.cheapest([(5, -4, 9), (-1, -1), (-7,)], domains=[0b101, 0b11, 1]) == (
        (0, 0, 0),
        -3,
        -3,
        True,
    ) or oracle.cheapest([(5, -4, 9), (-1, -1), (-7,)], domains=[0b101, 0b11, 1]) == (
        (0, 1, 0),
        -3,
        -3,
        True,
    )


def test_a_long_mask_is_said_once_and_means_the_same() -> None:
    upper = (1 << 30) - (1 << 15)
    asked = problem(
        [30, 30],
        [
            Clause("upper", ((0, upper), (1, upper))),
            Clause("again", ((0, upper), (1, (1 << 30) - 1 ^ upper))),
        ],
    )
    oracle = ClingoOracle(asked)
    assert oracle.solve([(1 << 15) - 1, (1 << 30) - 1]) is None
    found = oracle.solve([1 << 15, 1 << 3])
    assert found == (15, 3)


def test_a_missing_clingo_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "clingo", None)
    with pytest.raises(Unavailable, match=r"pip install 'cpq-revenue\[solver\]'") as refusal:
        ClingoOracle(problem([2]))
    assert refusal.value.code == "solver.clingo_missing"
