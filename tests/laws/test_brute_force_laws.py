"""All that the solver says of small random models, against trying everything.

An example is ``MODELS`` models, drawn from a seed, because drawing costs more than solving: 300 in
the profile ``ci``, 480 in ``normal``, 12,000 in ``nightly``. Of each model every rule is tried on
every combination of values once; whatever is asked afterwards, also under a part of the rules, is
looked up there.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpq.solver.count import count
from cpq.solver.explain import corrections, explain
from cpq.solver.optimum import complete
from cpq.solver.problem import Clause, Constraint, Problem, Sum, Table, Values, problem
from cpq.solver.solver import Impossible, Solver, Unsatisfiable
from tests.laws.problems import costs_of, masks, patient, whole

MODELS = 12
_COMBINATIONS = 1_500
Pair = tuple[int, int]


def model(random: Random) -> Problem:
    """Two to eight variables of one to five values; most have a solution."""
    sizes, most = [random.randint(1, 4)], random.randint(2, 8)
    while len(sizes) < most:
        size = random.choice((1, 2, 2, 3, 3, 4, 5))
        if _ways([*sizes, size]) > _COMBINATIONS:
            break
        sizes.append(size)
    planted = [random.randrange(size) for size in sizes]
    drawn = [_rule(random, sizes, planted) for _ in range(random.randint(1, 10))]
    if random.random() < 0.1:  # another solution for half of the rules, and often none for all
        other = [random.randrange(size) for size in sizes]
        drawn += [_rule(random, sizes, other) for _ in drawn]
    else:
        drawn = [each for each in drawn if each.holds(planted)]
    return problem(sizes, drawn)


def _ways(sizes: Sequence[int]) -> int:
    found = 1
    for size in sizes:
        found *= size
    return found


def _rule(random: Random, sizes: Sequence[int], planted: Sequence[int]) -> Constraint:
    variables = range(len(sizes))
    kind = random.randrange(3)
    if kind == 0:
        scope = random.choices(variables, k=random.randint(1, 4))
        return Clause("clause", tuple((v, random.randrange(1 << sizes[v])) for v in scope))
    scope = random.sample(variables, random.randint(1, len(sizes)))
    if kind == 1:
        scope = scope[:3]
        every = list(product(*(range(sizes[v]) for v in scope)))
        share = random.choice((0.3, 0.6, 0.9))
        rows = [row for row in every if random.random() < share]
        return Table("table", tuple(scope), (*rows, tuple(planted[v] for v in scope)))
    least = random.choice((0, 0, -9))
    terms = tuple((v, tuple(random.randint(least, 9) for _ in range(sizes[v]))) for v in scope)
    reached, near = Sum("sum", terms).of(planted), random.choice((0, 1, 4))
    low, high = random.choice(((None, near), (near, None), (near, near)))
    return Sum(
        "sum",
        terms,
        low=None if low is None else reached - low,
        high=None if high is None else reached + high,
    )


class Everything:
    """Every combination of values, with the rules that it breaks as a mask."""

    def __init__(self, asked: Problem) -> None:
        self.broken = [
            (
                values,
                sum(1 << at for at, rule in enumerate(asked.constraints) if not rule.holds(values)),
            )
            for values in product(*(range(size) for size in asked.sizes))
        ]
        self.solutions = [values for values, broken in self.broken if not broken]

    def left(self, pairs: Iterable[Pair]) -> list[Values]:
        """The solutions that have all pairs."""
        wanted = list(pairs)
        return [each for each in self.solutions if all(each[v] == value for v, value in wanted)]

    def stands(self, pairs: Iterable[Pair], rules: Iterable[int]) -> bool:
        """Whether the pairs go together under some of the rules."""
        wanted, kept = list(pairs), sum(1 << rule for rule in rules)
        return any(
            not broken & kept and all(values[v] == value for v, value in wanted)
            for values, broken in self.broken
        )


class Trial:
    """A model, a solver of it, and all there is to know about it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.asked = model(random)
        self.every = Everything(self.asked)

    def begun(self) -> Solver | None:
        """A solver with nothing chosen; none where the model has no solution and it says so."""
        if self.every.solutions:
            return patient(self.asked)
        with pytest.raises(Unsatisfiable):
            Solver(self.asked)
        return None

    def offered(self, solver: Solver) -> list[Pair]:
        """What can be chosen of variables without a choice."""
        chosen = {variable for variable, _ in solver.choices}
        return [
            (variable, value)
            for variable, mask in enumerate(solver.domains())
            for value in range(mask.bit_length())
            if mask >> value & 1 and variable not in chosen
        ]

    def chosen(self, most: int) -> Solver | None:
        """A solver with some choices, at most so many."""
        solver = self.begun()
        for _ in range(self.random.randint(0, most)):
            if solver is not None and (offered := self.offered(solver)):
                solver.choose(*self.random.choice(offered))
        return solver

    def gone(self, solver: Solver) -> list[Pair]:
        """What the choices and the rules exclude."""
        return [
            (variable, value)
            for variable, size in enumerate(self.asked.sizes)
            for value in range(size)
            if not solver.domain(variable) >> value & 1
        ]

    def is_exact(self, solver: Solver) -> None:
        """A value is shown where a solution has it, with one such; what is gone, none has."""
        left = self.every.left(solver.choices)
        assert solver.domains() == masks(self.asked, left)
        assert not any(solver.unproved(variable) for variable in range(len(self.asked.sizes)))
        assert solver.solution() in left
        for variable, value in self.offered(solver):
            found = solver.witness(variable, value)
            assert found in left
            assert found[variable] == value


def domains_are_exact(trial: Trial) -> None:
    """After each choice, in any order, and after each that is taken back, in any other."""
    solver = trial.begun()
    if solver is None:
        return
    trial.is_exact(solver)
    before = solver.domains()
    while offered := trial.offered(solver):
        shown, choice = solver.domains(), trial.random.choice(offered)
        solver.choose(*choice)
        trial.is_exact(solver)
        solver.retract(choice[0])
        assert solver.domains() == shown
        solver.choose(*choice)
        for impossible in trial.gone(solver)[:2]:
            with pytest.raises(Impossible):
                solver.choose(*impossible)
    other = patient(trial.asked)
    for choice in trial.random.sample(solver.choices, len(solver.choices)):
        other.choose(*choice)
        trial.is_exact(other)
    assert other.domains() == solver.domains()
    for variable, _ in trial.random.sample(solver.choices, len(solver.choices)):
        solver.retract(variable)
        trial.is_exact(solver)
    assert solver.domains() == before


def what_is_offered_can_be_chosen_to_the_end(trial: Trial) -> None:
    """Any value that is shown, and then any that is shown, until nothing is open."""
    solver = trial.chosen(2)
    if solver is None:
        return
    for choice in trial.offered(solver):
        other = patient(trial.asked)
        for each in (*solver.choices, choice):
            other.choose(*each)
        while more := trial.offered(other):
            other.choose(*trial.random.choice(more))
        assert trial.asked.holds(other.solution())
        assert set(solver.choices) | {choice} <= set(enumerate(other.solution()))


def explanations_are_minimal(trial: Trial) -> None:
    """The members are contradictory, and with any one of them left out they are not."""
    solver = trial.chosen(6)
    if solver is None:
        return
    before = solver.domains(), solver.choices, solver.solution()
    for wanted in trial.gone(solver):
        found = explain(solver, *wanted)
        pairs, rules = [wanted, *found.choices], list(found.rules)
        assert found.minimal
        assert set(found.choices) <= set(solver.choices)
        assert not trial.every.stands(pairs, rules)
        for choice in found.choices:
            assert trial.every.stands([each for each in pairs if each != choice], rules)
        for rule in rules:
            assert trial.every.stands(pairs, [each for each in rules if each != rule])
    assert before == (solver.domains(), solver.choices, solver.solution())


def corrections_are_the_smallest(trial: Trial) -> None:
    """Each helps, none has another inside it, smaller ones come first, and none is missing."""
    solver = trial.chosen(5)
    if solver is None or not (gone := trial.gone(solver)):
        return
    wanted, choices = trial.random.choice(gone), solver.choices
    helping = [
        set(given_up)
        for number in range(len(choices) + 1)
        for given_up in combinations(choices, number)
        if trial.every.left([wanted, *(each for each in choices if each not in given_up)])
    ]
    smallest = [each for each in helping if not any(other < each for other in helping)]
    found = [set(each.choices) for each in corrections(solver, *wanted, most=32)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, smallest))
    assert [len(each) for each in found] == sorted(map(len, smallest))


def completions_are_the_cheapest(trial: Trial) -> None:
    """What all solutions with the choices cost, and the least of it, is known here."""
    solver = trial.chosen(3)
    if solver is None:
        return
    most = trial.random.choice((1, 9, 10**12))
    costs = [tuple(trial.random.randint(-most, most) for _ in range(s)) for s in trial.asked.sizes]
    left = trial.every.left(solver.choices)
    found = complete(solver, costs)
    assert found.values in left
    assert found.cost == costs_of(costs, found.values) == min(costs_of(costs, e) for e in left)
    assert (found.bound, found.proven) == (found.cost, True)
    impatient = complete(solver, costs, patience=trial.random.randint(0, 9))
    assert impatient.values in left
    assert impatient.bound <= found.cost <= impatient.cost == costs_of(costs, impatient.values)


def counts_are_exact(trial: Trial) -> None:
    """Of all, of those with the choices, and of those within masks."""
    assert count(trial.asked) == len(trial.every.solutions)
    within = [trial.random.randrange(mask + 1) for mask in whole(trial.asked)]
    assert count(trial.asked, within) == sum(
        all(mask >> value & 1 for mask, value in zip(within, values, strict=True))
        for values in trial.every.solutions
    )
    solver = trial.chosen(4)
    if solver is not None:
        assert count(trial.asked, solver.domains()) == sum(
            all(mask >> value & 1 for mask, value in zip(solver.domains(), values, strict=True))
            for values in trial.every.solutions
        )


LAWS: tuple[Callable[[Trial], None], ...] = (
    domains_are_exact,
    what_is_offered_can_be_chosen_to_the_end,
    explanations_are_minimal,
    corrections_are_the_smallest,
    completions_are_the_cheapest,
    counts_are_exact,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(seed=st.integers(0, 2**64))
def test_trying_everything_finds_the_same(law: Callable[[Trial], None], seed: int) -> None:
    for number in range(MODELS):
        law(Trial(Random(f"{seed}/{number}")))


def test_the_models_are_of_every_kind() -> None:
    drawn = [model(Random(f"kinds/{number}")) for number in range(300)]
    rules = [rule for each in drawn for rule in each.constraints]
    assert {type(rule) for rule in rules} == {Clause, Table, Sum}
    assert sum(not Everything(each).solutions for each in drawn) > 5
    assert sum(1 < len(Everything(each).solutions) < 100 for each in drawn) > 100
