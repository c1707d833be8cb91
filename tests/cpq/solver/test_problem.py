"""What a problem can say, and what it may not say about itself."""

import pytest

from cpq.solver.problem import (
    WEIGHT_MAX,
    Clause,
    Constraint,
    Malformed,
    Problem,
    Sum,
    Table,
    problem,
)


def test_a_clause_holds_where_one_literal_does() -> None:
    clause = Clause("either", ((0, 0b10), (1, 0b01)))
    assert [clause.holds(values) for values in ((0, 0), (0, 1), (1, 0), (1, 1))] == [
        *(True, False, True, True)
    ]
    assert not Clause("nothing", ()).holds((0, 0))
    assert clause.scope == (0, 1)


def test_a_table_holds_for_its_rows_only() -> None:
    table = Table("pair", (2, 0), ((0, 1), (1, 1)))
    assert table.holds((1, 9, 0))
    assert table.holds((1, 9, 1))
    assert not table.holds((0, 9, 0))
    assert Table("anything", (), ((),)).holds((0,))
    assert not Table("no rows", (0,), ()).holds((0,))


@pytest.mark.parametrize(
    ("low", "high", "holding"),
    [
        (None, None, [-5, 0, 2, 7]),
        (0, None, [0, 2, 7]),
        (None, 2, [-5, 0, 2]),
        (2, 2, [2]),
        (3, 6, []),
    ],
)
def test_the_bounds_of_a_sum_are_inclusive(
    low: int | None, high: int | None, holding: list[int]
) -> None:
    total = Sum("weight", ((0, (-5, 0)), (1, (0, 2, 7))), low=low, high=high)
    reached = [(0, 0), (1, 0), (1, 1), (1, 2)]
    assert [total.of(values) for values in reached if total.holds(values)] == holding
    assert total.scope == (0, 1)


def test_a_solution_satisfies_every_constraint() -> None:
    asked = problem([2, 3], [Clause("one", ((0, 0b10),)), Sum("low", ((1, (0, 1, 2)),), low=1)])
    assert asked.sizes == (2, 3)
    assert asked.holds((1, 1))
    assert not asked.holds((0, 1))
    assert not asked.holds((1, 0))
    assert problem([1]) == Problem((1,), ())


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (Clause("c", ((2, 1),)), "c: there is no variable 2"),
        (Clause("c", ((-1, 1),)), "c: there is no variable -1"),
        (Clause("c", ((0, 0b100),)), "c: variable 0 has no values like 100"),
        (Clause("c", ((0, -1),)), "c: variable 0 has no values like -1"),
        (Table("t", (0, 0), ((0, 0),)), "t: it names a variable twice: (0, 0)"),
        (Table("t", (0, 1), ((0,),)), "t: the row (0,) has 1 values for 2 variables"),
        (Table("t", (0, 1), ((0, 2),)), "t: the row (0, 2) has a value that there is not"),
        (Table("t", (0, 1), ((-1, 0),)), "t: the row (-1, 0) has a value that there is not"),
        (Sum("s", ((0, (1, 2)), (0, (1, 2)))), "s: it names a variable twice: (0, 0)"),
        (Sum("s", ((0, (1, 2, 3)),)), "s: variable 0 has 2 values, not 3"),
        (Sum("s", ((0, (0, WEIGHT_MAX + 1)),)), "s: a weight of variable 0 is beyond"),
        (Sum("s", ((0, (0, -WEIGHT_MAX - 1)),)), "s: a weight of variable 0 is beyond"),
    ],
)
def test_what_cannot_be_meant_is_named(constraint: Constraint, message: str) -> None:
    with pytest.raises(Malformed) as wrong:
        problem([2, 2], [constraint])
    assert str(wrong.value).startswith(message)


def test_what_is_just_allowed_is_kept() -> None:
    clause = Clause("twice, and none", ((0, 0b11), (0, 0)))
    total = Sum("heaviest", ((0, (WEIGHT_MAX, -WEIGHT_MAX)),))
    assert problem([2, 2], [clause, total]).constraints == (clause, total)


def test_a_variable_without_values_is_refused() -> None:
    with pytest.raises(Malformed, match="variable 1 has no value"):
        problem([2, 0])
