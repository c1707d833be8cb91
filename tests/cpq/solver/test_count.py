"""Counting solutions: known counts, counts of many digits, and effort that does not suffice."""

import inspect
import sys
from math import comb, factorial

import pytest

from cpq.solver.count import count
from cpq.solver.problem import Clause, Sum, Table, problem
from tests.laws.models import expected, feature_model


@pytest.mark.parametrize(
    "name", ["berkeleydb", "eshop", "printer", "pc_richmond", "busybox", "finsrv"]
)
def test_feature_models_have_the_published_count(name: str) -> None:
    assert str(count(feature_model(name))) == expected("fm")[name]["exact_count"]


def test_a_count_may_have_559_digits() -> None:
    assert (
        str(count(feature_model("agri", folder="fm_large")))
        == expected("fm")["agri"]["exact_count"]
    )


def test_an_entangled_model_is_given_up_and_not_guessed() -> None:
    assert count(feature_model("erp", folder="fm_large"), effort=10_000) is None


def test_without_constraints_the_sizes_multiply() -> None:
    assert count(problem([3] * 400)) == 3**400
    assert count(problem([])) == 1
    assert count(problem([10_000, 2]), [(1 << 5_000) - 1, 0b10]) == 5_000


def test_what_contradicts_itself_has_no_solution() -> None:
    assert count(problem([2], [Clause("nothing", ())])) == 0
    assert count(problem([2], [Table("no rows", (0,), ())])) == 0
    assert count(problem([2], [Sum("too heavy", ((0, (1, 2)),), high=0)])) == 0
    assert count(problem([2], [Sum("too light", (), low=1)])) == 0
    assert count(problem([2, 2]), [0b11, 0]) == 0


def test_what_always_holds_rules_nothing_out() -> None:
    rules = [
        Clause("any value", ((0, 0b11), (1, 0b1))),
        Table("anything", (), ((),)),
        Table("all rows", (0, 1), ((0, 0), (0, 1), (1, 0), (1, 1), (1, 1))),
        Sum("no bounds", ((0, (1, 9)),)),
    ]
    assert count(problem([2, 2], rules)) == 4


def test_picks_between_bounds_are_binomial() -> None:
    picks = tuple((each, (0, 1)) for each in range(60))
    asked = problem([2] * 60, [Sum("picks", picks, low=2, high=5)])
    assert count(asked) == sum(comb(60, each) for each in range(2, 6))


def test_a_long_chain_of_tables_falls_into_halves() -> None:
    pairs = ((0, 1), (1, 2), (2, 0), (0, 0))
    chain = [Table("next", (each, each + 1), pairs) for each in range(300)]
    ends = [1, 0, 0]
    for _ in range(300):
        ends = [ends[0] + ends[2], ends[0], ends[1]]
    assert count(problem([3] * 301, chain), [0b001] + [0b111] * 300) == sum(ends)


def test_one_of_many_is_counted_deeper_than_recursion_goes() -> None:
    picks = tuple((each, (0, 1)) for each in range(200))
    one = problem([2] * 200, [Sum("one", picks, low=1, high=1)])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 80)
    try:
        assert count(one) == 200
    finally:
        sys.setrecursionlimit(limit)


def test_arrangements_of_all_different_values_are_counted() -> None:
    size = 6
    different = [
        Clause("different", ((one, ~(1 << value) & 63), (other, ~(1 << value) & 63)))
        for one in range(size)
        for other in range(one)
        for value in range(size)
    ]
    assert count(problem([size] * size, different)) == factorial(size)


def test_values_that_nothing_tells_apart_are_counted_together() -> None:
    wide = (1 << 10_000) - 1
    either = [Clause("either", ((0, wide ^ 0b111), (1, wide ^ 0b1)))]
    assert count(problem([10_000, 10_000], either), effort=100_000) == 10_000**2 - 3


def test_the_same_effort_always_gives_the_same_answer() -> None:
    asked = feature_model("pc_richmond")
    efforts = [10**power for power in range(1, 8)]
    first = [count(asked, effort=effort) for effort in efforts]
    assert first == [count(asked, effort=effort) for effort in efforts]
    assert first[0] is None
    assert first[-1] is not None
