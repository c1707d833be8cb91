"""Laws of the solver: what it shows is exactly what trying everything finds, after every choice."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cpq.solver import oracle
from cpq.solver.problem import Problem, Sum, Table, Values, problem
from cpq.solver.solver import Impossible, Solver, Undecided, Unsatisfiable
from tests.laws.problems import domains, patient, problems, soluble, solutions
from tests.laws.strategies import tried


def _pairs(masks: Sequence[int]) -> list[tuple[int, int]]:
    """Every variable with every value of its mask."""
    return [
        (variable, value)
        for variable, mask in enumerate(masks)
        for value in range(mask.bit_length())
        if mask >> value & 1
    ]


def _open(solver: Solver) -> list[tuple[int, int]]:
    """What can be chosen of variables without a choice."""
    chosen = {variable for variable, _ in solver.choices}
    return [pair for pair in _pairs(solver.domains()) if pair[0] not in chosen]


class Everything:
    """An oracle that tries everything; it counts what it was asked."""

    def __init__(self, asked: Problem) -> None:
        self._solutions = solutions(asked)
        self.questions = 0

    def solve(self, masks: Sequence[int]) -> Values | None:
        self.questions += 1
        for values in self._solutions:
            if all(mask >> value & 1 for mask, value in zip(masks, values, strict=True)):
                return values
        return None


class Speechless:
    """An oracle that never knows."""

    def solve(self, masks: Sequence[int]) -> Values | None:
        raise oracle.Undecided("no time")


@tried(10)
@given(problems())
def test_a_problem_without_a_solution_is_told_from_one_with(asked: Problem) -> None:
    exact = domains(asked)
    if all(exact):
        assert Solver(asked).domains() == exact
    else:
        with pytest.raises(Unsatisfiable):
            Solver(asked)


@tried(10)
@given(soluble(), st.data())
def test_domains_are_exact_after_each_choice(asked: Problem, data: Any) -> None:
    solver = patient(asked)
    assert solver.domains() == domains(asked)
    while offered := _open(solver):
        solver.choose(*data.draw(st.sampled_from(offered)))
        assert solver.domains() == domains(asked, solver.choices)
        assert not any(solver.unproved(variable) for variable in range(len(asked.sizes)))
    assert asked.holds(solver.solution())


@tried(5)
@given(soluble(), st.data())
def test_choosing_in_any_order_gives_the_same_domains(asked: Problem, data: Any) -> None:
    planted = data.draw(st.sampled_from(solutions(asked)))
    pairs = data.draw(st.lists(st.sampled_from(list(enumerate(planted))), unique=True))
    one, other = patient(asked), patient(asked)
    for variable, value in pairs:
        one.choose(variable, value)
    for variable, value in data.draw(st.permutations(pairs)):
        other.choose(variable, value)
    assert one.domains() == other.domains()
    assert sorted(one.choices) == sorted(other.choices) == sorted(pairs)


@tried(5)
@given(soluble(), st.data())
def test_taking_back_undoes_choosing_also_out_of_order(asked: Problem, data: Any) -> None:
    solver = patient(asked)
    before = solver.domains()
    while offered := _open(solver):
        shown = solver.domains()
        variable, value = data.draw(st.sampled_from(offered))
        solver.choose(variable, value)
        solver.retract(variable)
        assert solver.domains() == shown
        solver.choose(variable, value)
    for variable, _ in data.draw(st.permutations(solver.choices)):
        solver.retract(variable)
        assert solver.domains() == domains(asked, solver.choices)
    assert solver.domains() == before
    assert solver.choices == ()


@tried(5)
@given(soluble(), st.data())
def test_every_offered_value_can_be_chosen_to_the_end(asked: Problem, data: Any) -> None:
    solver = patient(asked)
    if (offered := _open(solver)) and data.draw(st.booleans()):
        solver.choose(*data.draw(st.sampled_from(offered)))
    for variable, value in _pairs(solver.domains()):
        found = solver.witness(variable, value)
        assert asked.holds(found)
        assert found[variable] == value
        assert all(found[chosen] == its for chosen, its in solver.choices)
    for variable, value in _open(solver):
        other = patient(asked)
        for pair in (*solver.choices, (variable, value)):
            other.choose(*pair)
        while more := _open(other):
            other.choose(*more[0])
        assert asked.holds(other.solution())
        assert other.solution()[variable] == value


@tried(5)
@given(soluble(), st.data())
def test_an_impossible_choice_leaves_everything_as_it_was(asked: Problem, data: Any) -> None:
    solver = patient(asked)
    while offered := _open(solver):
        solver.choose(*data.draw(st.sampled_from(offered)))
        before = solver.domains(), solver.choices, solver.solution()
        for variable, size in enumerate(asked.sizes):
            for value in range(size):
                if not solver.domain(variable) >> value & 1:
                    with pytest.raises(Impossible):
                        solver.choose(variable, value)
                    with pytest.raises(Impossible):
                        solver.witness(variable, value)
        assert before == (solver.domains(), solver.choices, solver.solution())


def test_a_witness_of_which_a_part_is_done_is_weighed_again() -> None:
    one = ((5, (0,)), (4, (0, 0, 0, 1)), (1, (0, 0)), (2, (0, 0, 2)))
    two = (
        *((4, (0, 1, 6, 3)), (1, (0, 1)), (3, (2, 0, 0))),
        *((2, (0, 1, 0)), (0, (5, 0, 4, 8))),
    )
    sums = [Sum("one", one, low=-7), Sum("two", two, low=13)]
    solver = Solver(problem((4, 2, 3, 3, 4, 1), sums))
    for choice in ((4, 2), (1, 0), (0, 2)):
        solver.choose(*choice)
        assert solver.problem.holds(solver.solution())
        assert solver.domains() == domains(solver.problem, solver.choices)


def test_taking_back_what_was_not_chosen_is_refused() -> None:
    solver = Solver(Problem((2, 2), ()))
    solver.choose(0, 1)
    with pytest.raises(KeyError):
        solver.retract(1)
    assert solver.choices == ((0, 1),)


def test_taking_back_keeps_the_later_choices_however_impatient() -> None:
    rows = ((0, 2), (0, 3), (1, 0), (1, 2), (1, 3))
    solver = Solver(problem((4, 1, 2, 1), [Table("pair", (2, 0), rows)]), patience=0)
    for choice in ((0, 2), (1, 0), (2, 0), (3, 0)):
        solver.choose(*choice)
    solver.retract(0)
    assert solver.choices == ((1, 0), (2, 0), (3, 0))


@tried(5)
@given(soluble(), st.integers(0, 3), st.data())
def test_impatience_leaves_values_unproved_and_never_guesses(
    asked: Problem, patience: int, data: Any
) -> None:
    try:
        solver = Solver(asked, patience=patience)
    except Undecided:
        return
    for _ in range(4):
        exact = domains(asked, solver.choices)
        for variable, shown in enumerate(solver.domains()):
            assert shown & exact[variable] == exact[variable]
            assert shown & ~exact[variable] & ~solver.unproved(variable) == 0
            assert solver.unproved(variable) & ~shown == 0
        assert solver.solution() in solutions(asked, solver.choices)
        if not (offered := _open(solver)):
            break
        variable, value = data.draw(st.sampled_from(offered))
        before = solver.domains(), solver.choices
        try:
            solver.choose(variable, value)
        except Undecided:
            assert solver.unproved(variable) >> value & 1
            assert before == (solver.domains(), solver.choices)
        except Impossible:
            assert not exact[variable] >> value & 1
    for variable, _ in data.draw(st.permutations(solver.choices)):
        others = [pair for pair in solver.choices if pair[0] != variable]
        solver.retract(variable)
        assert list(solver.choices) == others
        assert solver.solution() in solutions(asked, others)
    exact = domains(asked)
    for variable, shown in enumerate(solver.domains()):
        assert shown & exact[variable] == exact[variable]
        assert shown & ~exact[variable] & ~solver.unproved(variable) == 0


@tried(5)
@given(soluble(), st.integers(0, 2), st.data())
def test_an_oracle_makes_an_impatient_solver_exact(
    asked: Problem, patience: int, data: Any
) -> None:
    solver = Solver(asked, patience=patience, oracle=Everything(asked))
    assert solver.domains() == domains(asked)
    while offered := _open(solver):
        solver.choose(*data.draw(st.sampled_from(offered)))
        assert solver.domains() == domains(asked, solver.choices)
        assert not any(solver.unproved(variable) for variable in range(len(asked.sizes)))
    for variable, _ in data.draw(st.permutations(solver.choices)):
        solver.retract(variable)
        assert solver.domains() == domains(asked, solver.choices)


@tried(2)
@given(soluble(), st.integers(0, 2))
def test_an_oracle_that_does_not_know_is_no_refusal(asked: Problem, patience: int) -> None:
    try:
        solver = Solver(asked, patience=patience, oracle=Speechless())
    except Undecided:
        return
    exact = domains(asked)
    for variable, shown in enumerate(solver.domains()):
        assert shown & ~exact[variable] & ~solver.unproved(variable) == 0
        assert shown & exact[variable] == exact[variable]


class Game(RuleBasedStateMachine):
    """Choose and take back as one likes; what is shown is always what trying everything finds."""

    @initialize(asked=soluble())
    def begin(self, asked: Problem) -> None:
        self.asked = asked
        self.every = solutions(asked)
        self.solver = patient(asked)
        self.chosen: dict[int, int] = {}

    def _left(self, chosen: dict[int, int]) -> list[Values]:
        return [
            values
            for values in self.every
            if all(values[variable] == value for variable, value in chosen.items())
        ]

    @rule(data=st.data())
    def choose(self, data: Any) -> None:
        free = [each for each in range(len(self.asked.sizes)) if each not in self.chosen]
        if not free:
            return
        variable = data.draw(st.sampled_from(free))
        value = data.draw(st.integers(0, self.asked.sizes[variable] - 1))
        if self._left({**self.chosen, variable: value}):
            self.solver.choose(variable, value)
            self.chosen[variable] = value
        else:
            with pytest.raises(Impossible):
                self.solver.choose(variable, value)

    @precondition(lambda self: len(self.chosen) > 1)
    @rule(data=st.data())
    def choose_another_value(self, data: Any) -> None:
        variable = data.draw(st.sampled_from(sorted(self.chosen)))
        value = data.draw(st.integers(0, self.asked.sizes[variable] - 1))
        del self.chosen[variable]
        self.solver.retract(variable)
        if self._left({**self.chosen, variable: value}):
            self.solver.choose(variable, value)
            self.chosen[variable] = value

    @precondition(lambda self: self.chosen)
    @rule(data=st.data())
    def take_back(self, data: Any) -> None:
        variable = data.draw(st.sampled_from(sorted(self.chosen)))
        self.solver.retract(variable)
        del self.chosen[variable]

    @invariant()
    def what_is_shown_is_exact(self) -> None:
        left = self._left(self.chosen)
        exact = [0] * len(self.asked.sizes)
        for values in left:
            for variable, value in enumerate(values):
                exact[variable] |= 1 << value
        assert self.solver.domains() == tuple(exact)
        assert self.solver.solution() in left
        assert dict(self.solver.choices) == self.chosen
        for variable, value in _pairs(exact):
            assert self.solver.witness(variable, value) in left


def test_a_long_game_of_choosing_and_taking_back() -> None:
    run_state_machine_as_test(Game, settings=settings(stateful_step_count=60))
