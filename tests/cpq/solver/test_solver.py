"""The solver at work: what it says, what it refuses, and what it keeps."""

import pytest

from cpq.solver import (
    Clause,
    Impossible,
    Malformed,
    Problem,
    Solver,
    Sum,
    Table,
    Undecided,
    Unsatisfiable,
    problem,
)
from cpq.solver.descent import Descent
from cpq.solver.dive import first_solution
from cpq.solver.forest import relaxed
from cpq.solver.network import Network
from cpq.solver.repair import OutOfPatience
from cpq.solver.space import Space
from cpq.solver.stages import by_stages

PAIR = Table("pair", (0, 1), ((0, 0), (1, 1), (2, 2)))


def pigeons(birds: int, holes: int) -> Problem:
    """Every bird in a hole of its own: hard for every search that only looks nearby."""
    rules = [
        Clause(
            f"{one} and {other} not both in {hole}",
            ((one, ~(1 << hole) & 2**holes - 1), (other, ~(1 << hole) & 2**holes - 1)),
        )
        for hole in range(holes)
        for one in range(birds)
        for other in range(one)
    ]
    return problem([holes] * birds, rules)


def test_a_choice_leaves_what_agrees_with_it() -> None:
    solver = Solver(problem([3, 3], [PAIR]))
    solver.choose(0, 2)
    assert solver.domains() == (0b100, 0b100)
    assert solver.witness(1, 2) == solver.solution() == (2, 2)


def test_choosing_what_is_chosen_changes_nothing() -> None:
    solver = Solver(problem([3, 3], [PAIR]))
    solver.choose(0, 2)
    solver.choose(0, 2)
    assert solver.choices == ((0, 2),)
    solver.retract(0)
    assert solver.domains() == (0b111, 0b111)


def test_what_is_impossible_is_refused_and_nothing_moves() -> None:
    solver = Solver(problem([3, 3], [PAIR]))
    solver.choose(0, 2)
    for value in (0, 7, -1):
        with pytest.raises(Impossible):
            solver.choose(1, value)
    assert solver.choices == ((0, 2),)
    assert solver.domains() == (0b100, 0b100)


@pytest.mark.parametrize("variable", [-1, 2])
def test_a_variable_that_there_is_not_is_refused(variable: int) -> None:
    with pytest.raises(Malformed, match="there is no variable"):
        Solver(problem([3, 3], [PAIR])).choose(variable, 0)


def test_what_was_not_chosen_cannot_be_taken_back() -> None:
    with pytest.raises(KeyError):
        Solver(problem([2])).retract(0)


def test_an_early_choice_is_taken_back_and_later_ones_stay() -> None:
    rules = [Sum("two of four", tuple((each, (0, 1)) for each in range(4)), low=2, high=2)]
    solver = Solver(problem([2] * 4, rules))
    solver.choose(0, 1)
    solver.choose(1, 1)
    assert solver.domains() == (2, 2, 1, 1)
    solver.retract(0)
    assert solver.choices == ((1, 1),)
    assert solver.domains() == (3, 2, 3, 3)


@pytest.mark.parametrize(
    "rules",
    [
        [Clause("nothing", ())],
        [Sum("too much", ((0, (5, 6)),), high=4)],
        [Table("no row", (0, 1), ())],
        [Clause("yes", ((0, 0b10),)), Clause("no", ((0, 0b01),))],
        [Sum("odd", ((0, (0, 2)), (1, (0, 2))), low=1, high=1)],
    ],
)
def test_rules_that_exclude_each_other_are_told_at_once(rules: list[object]) -> None:
    with pytest.raises(Unsatisfiable):
        Solver(problem([2, 2], rules))  # type: ignore[arg-type]


def test_more_birds_than_holes_are_refuted() -> None:
    with pytest.raises(Unsatisfiable):
        Solver(pigeons(5, 4))
    assert Solver(pigeons(4, 4)).domains() == (0b1111,) * 4


def test_without_patience_nothing_is_guessed() -> None:
    whole = Solver(pigeons(4, 4))
    hasty = Solver(pigeons(4, 4), patience=0, effort=0)
    hasty.choose(0, 0)
    whole.choose(0, 0)
    for variable in range(4):
        lost = hasty.domain(variable) & ~whole.domain(variable)
        assert lost & ~hasty.unproved(variable) == 0
        assert whole.domain(variable) & ~hasty.domain(variable) == 0


def test_who_insists_gets_an_answer() -> None:
    rules = [
        Sum("half", tuple((each, (0, 3, 5)) for each in range(12)), low=29, high=29),
        *(
            Table(f"step {each}", (each, each + 1), ((0, 1), (1, 2), (2, 0), (1, 0), (0, 0)))
            for each in range(11)
        ),
    ]
    exact, hasty = Solver(problem([3] * 12, rules)), None
    hasty = Solver(problem([3] * 12, rules), patience=0, effort=0)
    for variable in range(12):
        assert hasty.insist(variable, patience=100_000) == 0
    assert hasty.domains() == exact.domains()


def test_an_unproved_value_cannot_be_chosen() -> None:
    solver = Solver(pigeons(5, 5), patience=0, effort=0)
    open_ = [(each, v) for each in range(5) for v in range(5) if solver.unproved(each) >> v & 1]
    assert open_
    for variable, value in open_:
        with pytest.raises(Undecided):
            solver.choose(variable, value)
    assert solver.choices == ()


def test_an_unproved_value_is_looked_at_for_longer_before_it_is_refused() -> None:
    solver = Solver(pigeons(5, 5), patience=1, effort=0)
    solver.choose(0, 4)
    solver.choose(1, 0)
    assert solver.choices == ((0, 4), (1, 0))


class Answers:
    """An oracle that knows the answers, and counts the questions."""

    def __init__(self, whole: Problem) -> None:
        self.whole = whole
        self.asked = 0

    def solve(self, domains: object) -> tuple[int, ...] | None:
        self.asked += 1
        space = Space(Network(self.whole))
        kept = space.begin() and all(space.keep(v, m) for v, m in enumerate(domains))  # type: ignore[arg-type]
        found = first_solution(space, patience=100_000) if kept else None
        return None if found is None else tuple(found)


def test_where_patience_ends_the_oracle_is_asked() -> None:
    whole = pigeons(5, 5)
    oracle = Answers(whole)
    solver = Solver(whole, patience=0, effort=0, oracle=oracle)
    exact = Solver(whole)
    for variable, value in ((0, 3), (1, 1), (2, 4)):
        solver.choose(variable, value)
        exact.choose(variable, value)
        assert solver.domains() == exact.domains()
        assert not any(solver.unproved(each) for each in range(5))


def test_a_tight_budget_over_many_is_met_by_stages() -> None:
    terms = tuple((each, (7, 3, 4, 9)) for each in range(40))
    rules = [
        *(
            Table(f"pair {each}", (each, each + 1), ((0, 1), (1, 2), (2, 1), (3, 0), (2, 2)))
            for each in range(39)
        ),
        Sum("budget", terms, high=142),
    ]
    whole = problem([4] * 40, rules)
    found = by_stages(whole, patience=5_000)
    assert found is not None
    assert whole.holds(found)
    # 1 and 2 in turn cost 7 a pair: 140 for forty; less there is not
    impossible = problem([4] * 40, [*rules[:-1], Sum("budget", terms, high=139)])
    assert by_stages(impossible, patience=5_000) is None


def test_the_forest_is_a_bound_and_the_descent_reaches_the_optimum() -> None:
    costs = [(5, 1, 4), (9, 8, 1)]
    whole = problem([3, 3], [PAIR])
    space = Space(Network(whole))
    assert space.begin()
    assert relaxed(Network(whole), space.left, costs).bound == 5
    descent = Descent(whole, (0, 0), costs, domains=space.left, patience=100)
    assert (descent.go(), descent.cost, descent.base.values) == (5, 5, [2, 2])


def test_a_dive_that_may_not_try_anything_gives_up() -> None:
    space = Space(Network(pigeons(6, 5)))
    assert space.begin()
    before = list(space.left)
    with pytest.raises(OutOfPatience):
        first_solution(space, patience=1)
    assert space.left == before
