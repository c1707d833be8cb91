"""What can be solved (约束问题): variables with few values, and what may not be together.

A variable is a number from 0, its values are the numbers from 0 below its size, and a set of values
is a *mask*: bit ``v`` stands for the value ``v``. Three kinds of constraint say everything that a
product says: a *clause* (at least one of several things holds: if-then, requires, excludes), a
*table* (the rows that are allowed: compatibility) and a *sum* (weights that stay between two
bounds: power, slots, weight, budget, how many are picked). What the variables stand for is known to
whoever writes the problem; each constraint carries a ``name`` for him to recognise it by.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

Literal = tuple[int, int]
"""A variable, and the mask of values of which it has one."""

Values = tuple[int, ...]
"""A value for each variable, in their order."""

WEIGHT_MAX = 10**12
"""The largest weight of a sum, so that whatever adds them up stays within 64 bits."""


class Clause(NamedTuple):
    """At least one of the literals holds; none at all can never hold.

    >>> Clause("red needs leather", ((0, 0b110), (1, 0b010))).holds((2, 0))
    True
    """

    name: str
    literals: tuple[Literal, ...]

    @property
    def scope(self) -> tuple[int, ...]:
        """The variables that it speaks of."""
        return tuple(variable for variable, _ in self.literals)

    def holds(self, values: Sequence[int]) -> bool:
        """Whether it holds for a value of each variable."""
        return any(mask >> values[variable] & 1 for variable, mask in self.literals)


class Table(NamedTuple):
    """The variables of ``scope`` together have one of the ``rows``.

    >>> Table("head and lens", (0, 1), ((0, 0), (1, 0), (1, 1))).holds((0, 1))
    False
    """

    name: str
    scope: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]

    def holds(self, values: Sequence[int]) -> bool:
        """Whether it holds for a value of each variable."""
        return tuple(values[variable] for variable in self.scope) in self.rows


class Sum(NamedTuple):
    """What the values weigh together lies from ``low`` to ``high``, both inclusive.

    A term is a variable and the weight of each of its values. ``None`` is no bound.

    >>> power = Sum("power", ((0, (0, 40)), (1, (0, 90))), low=None, high=100)
    >>> power.holds((1, 0)), power.holds((1, 1))
    (True, False)
    """

    name: str
    terms: tuple[tuple[int, tuple[int, ...]], ...]
    low: int | None = None
    high: int | None = None

    @property
    def scope(self) -> tuple[int, ...]:
        """The variables that it speaks of."""
        return tuple(variable for variable, _ in self.terms)

    def of(self, values: Sequence[int]) -> int:
        """What the values weigh together."""
        return sum(weights[values[variable]] for variable, weights in self.terms)

    def holds(self, values: Sequence[int]) -> bool:
        """Whether it holds for a value of each variable."""
        weight = self.of(values)
        return (self.low is None or weight >= self.low) and (
            self.high is None or weight <= self.high
        )


Constraint = Clause | Table | Sum


class Malformed(ValueError):
    """A problem that says something impossible about itself: a bug of whoever wrote it."""


class Problem(NamedTuple):
    """Variables by their sizes, and the constraints between them; made by ``problem``."""

    sizes: tuple[int, ...]
    constraints: tuple[Constraint, ...]

    def holds(self, values: Sequence[int]) -> bool:
        """Whether a value for each variable is a solution."""
        return all(constraint.holds(values) for constraint in self.constraints)


def problem(sizes: Iterable[int], constraints: Iterable[Constraint] = ()) -> Problem:
    """The problem, checked: every constraint speaks of variables and values that there are.

    Raises ``Malformed``, which names the constraint.

    >>> problem([2, 2], [Clause("not both", ((0, 0b01), (1, 0b01)))]).holds((1, 0))
    True
    >>> problem([2], [Table("pair", (0, 1), ((0, 0),))])
    Traceback (most recent call last):
    cpq.solver.problem.Malformed: pair: there is no variable 1
    """
    made = Problem(tuple(sizes), tuple(constraints))
    for variable, size in enumerate(made.sizes):
        if size < 1:
            raise Malformed(f"variable {variable} has no value")
    for constraint in made.constraints:
        for what in _wrong(made.sizes, constraint):
            raise Malformed(f"{constraint.name}: {what}")
    return made


def _wrong(sizes: Sequence[int], constraint: Constraint) -> Iterator[str]:
    scope = constraint.scope
    yield from (f"there is no variable {each}" for each in scope if not 0 <= each < len(sizes))
    if not isinstance(constraint, Clause) and len(set(scope)) < len(scope):
        yield f"it names a variable twice: {scope}"
    match constraint:
        case Clause():
            for variable, mask in constraint.literals:
                if not 0 <= mask < 1 << sizes[variable]:
                    yield f"variable {variable} has no values like {mask:b}"
        case Table():
            for row in constraint.rows:
                if len(row) != len(scope):
                    yield f"the row {row} has {len(row)} values for {len(scope)} variables"
                elif not all(0 <= at < sizes[each] for at, each in zip(row, scope, strict=True)):
                    yield f"the row {row} has a value that there is not"
        case Sum():
            for variable, weights in constraint.terms:
                if len(weights) != sizes[variable]:
                    yield f"variable {variable} has {sizes[variable]} values, not {len(weights)}"
                elif any(abs(weight) > WEIGHT_MAX for weight in weights):
                    yield f"a weight of variable {variable} is beyond {WEIGHT_MAX}"
