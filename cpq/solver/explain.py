"""Why a value is impossible, and what to give up for it (冲突解释与修正).

An explanation is a set of choices and rules that together leave no solution with the value, and of
which every member is needed: leave one out and there is a solution. It is found by halving
(QuickXplain, Junker 2004): first among the choices with all rules in force, then among the rules
that the proof touched. A correction is a set of choices without which the value is possible;
smallest ones come first (the conflicts are hit as in Reiter 1987).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from cpq.solver.dive import first_solution
from cpq.solver.network import Network
from cpq.solver.problem import Clause, Constraint, Problem, Sum
from cpq.solver.repair import OutOfPatience
from cpq.solver.solver import Solver
from cpq.solver.space import Space
from cpq.solver.trial import Pair

_NODES_MAX = 2_000
"""How many sets of choices are looked at for corrections."""


class Explanation(NamedTuple):
    """Choices and constraints (their places in the problem) that together exclude a value.

    ``minimal`` says that every one of them was seen to be needed.
    """

    choices: tuple[Pair, ...]
    rules: tuple[int, ...]
    minimal: bool


class Correction(NamedTuple):
    """Choices to take back so that a value is possible."""

    choices: tuple[Pair, ...]


Member = TypeVar("Member")


def explain(solver: Solver, variable: int, value: int) -> Explanation:
    """What excludes a value of a variable. Raises ``ValueError`` where nothing does.

    >>> from cpq.solver.problem import Clause, problem
    >>> rules = [Clause("one needs two", ((0, 0b01), (1, 0b10))),
    ...          Clause("two needs three", ((1, 0b01), (2, 0b10)))]
    >>> solver = Solver(problem([2, 2, 2, 2], rules))
    >>> solver.choose(3, 0)
    >>> solver.choose(0, 1)
    >>> explain(solver, 2, 0)
    Explanation(choices=((0, 1),), rules=(0, 1), minimal=True)
    """
    if solver.domain(variable) >> value & 1:
        raise ValueError(f"variable {variable} can have the value {value}")
    wanted = (variable, value)
    trial = solver.trial
    doubts: list[bool] = []

    def excluded(choices: Sequence[Pair]) -> bool:
        found = trial.possible((wanted, *choices))
        doubts.append(found is None)
        return found is False

    others = [choice for choice in solver.choices if choice[0] != variable]
    own = [choice for choice in solver.choices if choice[0] == variable]
    if own and not excluded(others):
        return Explanation(tuple(own), (), minimal=True)
    choices = minimal_conflict(others, excluded)
    pairs = (wanted, *choices)
    touched = solver.bare_trial.rules_seen(pairs)
    rules = _rules(solver, pairs, sorted(touched), doubts)
    return Explanation(tuple(choices), tuple(rules), minimal=not any(doubts))


def corrections(
    solver: Solver, variable: int, value: int, *, most: int = 5
) -> tuple[Correction, ...]:
    """The smallest sets of choices without which a value is possible, at most so many.

    None where no set of choices helps: then the rules alone exclude it.

    >>> from cpq.solver.problem import Clause, problem
    >>> rules = [Clause("one needs three", ((0, 0b01), (2, 0b10))),
    ...          Clause("two needs three", ((1, 0b01), (2, 0b10)))]
    >>> solver = Solver(problem([2, 2, 2], rules))
    >>> for chosen in (0, 1):
    ...     solver.choose(chosen, 1)
    >>> corrections(solver, 2, 0)
    (Correction(choices=((0, 1), (1, 1))),)
    """
    wanted = (variable, value)
    trial = solver.trial
    own = tuple(choice for choice in solver.choices if choice[0] == variable)
    others = tuple(choice for choice in solver.choices if choice[0] != variable)

    def excluded(choices: Sequence[Pair]) -> bool:
        return trial.possible((wanted, *choices)) is not True

    found: list[frozenset[Pair]] = []
    waiting: list[frozenset[Pair]] = [frozenset()]
    known = set(waiting)
    at = 0
    while at < len(waiting) and len(found) < most and at < _NODES_MAX:
        given_up = waiting[at]
        at += 1
        if any(smaller <= given_up for smaller in found):
            continue
        kept = [choice for choice in others if choice not in given_up]
        if not excluded(kept):
            found.append(given_up)
            continue
        for choice in minimal_conflict(kept, excluded):
            more = given_up | {choice}
            if more not in known:
                known.add(more)
                waiting.append(more)
    return tuple(
        Correction((*own, *(choice for choice in others if choice in given_up)))
        for given_up in found
    )


def minimal_conflict(
    members: Sequence[Member], excluded: Callable[[Sequence[Member]], bool]
) -> list[Member]:
    """A smallest part of ``members`` that is excluded, in their order; none if nothing is enough.

    >>> minimal_conflict([1, 2, 3, 4, 5], lambda some: {2, 5} <= set(some))
    [2, 5]
    """
    if not members or excluded(()):
        return []

    def conflict(
        behind: list[Member], fresh: Sequence[Member], rest: Sequence[Member]
    ) -> list[Member]:
        if fresh and excluded(behind):
            return []
        if len(rest) == 1:
            return list(rest)
        half = len(rest) // 2
        first, second = rest[:half], rest[half:]
        upper = conflict([*behind, *first], first, second)
        lower = conflict([*behind, *upper], upper, first)
        return [*lower, *upper]

    return conflict([], (), members)


def _rules(
    solver: Solver, pairs: Sequence[Pair], touched: list[int], doubts: list[bool]
) -> list[int]:
    """A smallest part of the rules that excludes the pairs.

    A proof from fewer rules touches fewer still, so it is repeated until it needs all it is given.
    """

    def needed(rules: Sequence[int]) -> list[int] | None:
        try:
            return _touched(solver.problem, rules, pairs, patience=solver.patience)
        except OutOfPatience:
            doubts.append(True)
            return None

    def excluded(rules: Sequence[int]) -> bool:
        return needed(rules) is not None

    known, fewer = touched, needed(touched)
    if fewer is None:
        known = list(range(len(solver.problem.constraints)))
        fewer = needed(known)
    while fewer is not None and len(fewer) < len(known):
        known, fewer = fewer, needed(fewer)
    return minimal_conflict(known, excluded)


def _touched(
    whole: Problem, rules: Sequence[int], pairs: Sequence[Pair], *, patience: int
) -> list[int] | None:
    """Those of the rules by which the pairs are found not to go together under them.

    ``None`` where the pairs do go together. Raises ``OutOfPatience``.
    """
    constraints = [whole.constraints[rule] for rule in rules]
    fixed = {variable for variable, _ in pairs}
    kept = _needed(constraints, fixed)
    place = {variable: at for at, variable in enumerate(kept)}
    small = Problem(
        tuple(whole.sizes[variable] for variable in kept),
        tuple(_restated(constraint, place) for constraint in constraints),
    )
    network = Network(small)
    space = Space(network)
    seen = space.seen = set()
    if (
        space.begin()
        and all(space.keep(place[variable], 1 << value) for variable, value in pairs)
        and first_solution(space, patience=patience) is not None
    ):
        return None
    return [rules[at] for at in sorted(seen.union(network.never))]


def _needed(constraints: Sequence[Constraint], fixed: set[int]) -> list[int]:
    """The variables of which more is to be known than what suits a single sum best."""
    spoken: dict[int, int] = {}
    for constraint in constraints:
        for variable in set(constraint.scope):
            spoken[variable] = spoken.get(variable, 0) + 1
    shared = (variable for variable, times in spoken.items() if times > 1)
    return sorted({*shared, *fixed, *_of_others(constraints)})


def _of_others(constraints: Sequence[Constraint]) -> set[int]:
    """The variables that clauses, tables and sums with two bounds speak of."""
    return {
        variable
        for constraint in constraints
        if not isinstance(constraint, Sum)
        or (constraint.low is not None and constraint.high is not None)
        for variable in constraint.scope
    }


def _restated(constraint: Constraint, place: dict[int, int]) -> Constraint:
    """A constraint on the variables that are kept; in a sum the others weigh what suits it best."""
    if isinstance(constraint, Clause):
        return constraint._replace(literals=tuple((place[v], m) for v, m in constraint.literals))
    if not isinstance(constraint, Sum):
        return constraint._replace(scope=tuple(place[v] for v in constraint.scope))
    low, high = constraint.low, constraint.high
    for variable, weights in constraint.terms:
        if variable not in place:
            high = None if high is None else high - min(weights)
            low = None if low is None else low - max(weights)
    terms = tuple((place[v], weights) for v, weights in constraint.terms if v in place)
    return constraint._replace(terms=terms, low=low, high=high)
