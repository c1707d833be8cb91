"""Conditions over features as clauses (合取范式).

A small condition becomes clauses by distribution, which adds no variable. Where that would blow
up, a part of it becomes a helper variable that is true exactly when the part is (Tseitin's way, in
both directions): the features decide every helper, so a model has as many solutions as products.
The same holds for a sum that is only one part of a condition.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from math import prod
from typing import NamedTuple

from cpq.solver.problem import WEIGHT_MAX, Clause, Constraint, Sum

DISTRIBUTION_MAX = 24
"""The most clauses that one ``or`` becomes by distribution."""


class Junction(NamedTuple):
    """``&`` and ``|`` of any number of parts, ``=`` of two; without parts it is true, or false."""

    sign: str
    parts: tuple["Condition", ...]


Condition = int | Junction
"""A literal is a variable and one, negative where it is 0: ``-3`` says that variable 2 is 0."""

TRUE = Junction("&", ())
FALSE = Junction("|", ())


class TooHeavy(Exception):
    """A sum with weights that the solver does not take."""


def all_of(parts: Iterable[Condition]) -> Condition:
    """True where each of the parts is.

    >>> all_of((1, all_of((2, 3)))), all_of((1, FALSE)) == FALSE
    (Junction(sign='&', parts=(1, 2, 3)), True)
    """
    return _junction("&", parts, FALSE)


def any_of(parts: Iterable[Condition]) -> Condition:
    """True where one of the parts is.

    >>> any_of((1,)), any_of(()) == FALSE
    (1, True)
    """
    return _junction("|", parts, TRUE)


def _junction(sign: str, parts: Iterable[Condition], decides: Junction) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        if part == decides:
            return decides
        if isinstance(part, Junction) and part.sign == sign:
            flat.extend(part.parts)
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else Junction(sign, tuple(flat))


def same(one: Condition, other: Condition) -> Condition:
    """True where both are or neither is.

    >>> same(TRUE, 4), same(4, FALSE)
    (4, -4)
    """
    for this, that in ((one, other), (other, one)):
        if this == TRUE:
            return that
        if this == FALSE:
            return negated(that)
    return Junction("=", (one, other))


def negated(condition: Condition) -> Condition:
    """True where the condition is not.

    >>> negated(Junction("&", (1, -2)))
    Junction(sign='|', parts=(-1, 2))
    """
    if isinstance(condition, int):
        return -condition
    sign, parts = condition
    if sign == "=":
        return Junction("=", (negated(parts[0]), parts[1]))
    return Junction("|" if sign == "&" else "&", tuple(negated(part) for part in parts))


class Conditions:
    """Constraints as they are gathered, and the variables that they need.

    >>> conditions = Conditions(2)
    >>> conditions.require(any_of((-1, 2)), name="Bell => Bike")
    >>> conditions.constraints
    [Clause(name='Bell => Bike', literals=((0, 1), (1, 2)))]
    """

    def __init__(self, variables: int) -> None:
        self.variables = variables
        self.constraints: list[Constraint] = []
        self._name = ""
        self._known: dict[Junction, int] = {}

    def mark(self) -> tuple[int, int]:
        """Where the gathering stands, for ``undo``."""
        self._known.clear()
        return self.variables, len(self.constraints)

    def undo(self, mark: tuple[int, int]) -> None:
        """Forget what was gathered since the mark."""
        self.variables = mark[0]
        del self.constraints[mark[1] :]
        self._known.clear()

    def require(self, condition: Condition, *, name: str) -> None:
        """Let the condition hold; its constraints bear the name."""
        self._name = name
        for clause in dict.fromkeys(self._clauses(condition)):
            self._add(clause)

    def bound(
        self, weights: Mapping[int, int], *, name: str, low: int | None, high: int | None
    ) -> None:
        """Let what the selected variables weigh lie within the bounds, both inclusive.

        Raises ``TooHeavy``.
        """
        self._sum(name, {variable: (0, weight) for variable, weight in weights.items()}, low, high)

    def reaches(self, weights: Mapping[int, int], low: int, *, name: str) -> Condition:
        """The condition that the selected variables weigh at least ``low``.

        Raises ``TooHeavy``.
        """
        least = sum(weight for weight in weights.values() if weight < 0)
        most = sum(weight for weight in weights.values() if weight > 0)
        if least >= low:
            return TRUE
        if most < low:
            return FALSE
        if len(weights) == 1:
            ((variable, weight),) = weights.items()
            return variable + 1 if weight > 0 else -(variable + 1)
        helper = self._helper()
        terms = {variable: (0, weight) for variable, weight in weights.items()}
        self._sum(name, {**terms, helper - 1: (low - least, 0)}, low, None)
        self._sum(name, {**terms, helper - 1: (0, low - 1 - most)}, None, low - 1)
        return helper

    def _sum(
        self,
        name: str,
        terms: Mapping[int, tuple[int, int]],
        low: int | None,
        high: int | None,
    ) -> None:
        if any(abs(weight) > WEIGHT_MAX for weights in terms.values() for weight in weights):
            raise TooHeavy
        self.constraints.append(Sum(name, tuple(terms.items()), low, high))

    def _helper(self) -> int:
        self.variables += 1
        return self.variables

    def _add(self, clause: frozenset[int]) -> None:
        literals = sorted(clause, key=abs)
        self.constraints.append(
            Clause(self._name, tuple((abs(each) - 1, 2 if each > 0 else 1) for each in literals))
        )

    def _clauses(self, condition: Condition) -> list[frozenset[int]]:
        if isinstance(condition, int):
            return [frozenset((condition,))]
        sign, parts = condition
        if sign == "&":
            return [clause for part in parts for clause in self._clauses(part)]
        if sign == "=":
            one, other = (self._literal(part) if _compares(part) else part for part in parts)
            return [
                *self._clauses(any_of((negated(one), other))),
                *self._clauses(any_of((one, negated(other)))),
            ]
        return self._distributed(parts)

    def _distributed(self, parts: tuple[Condition, ...]) -> list[frozenset[int]]:
        """Clauses of an ``or``: one of each part, in every combination."""
        single = {part for part in parts if isinstance(part, int)}
        joint = sorted((part for part in parts if not isinstance(part, int)), key=_size)
        while joint and prod(map(_size, joint)) > DISTRIBUTION_MAX:
            single.add(self._literal(joint.pop()))
        lists = [self._clauses(part) for part in joint]
        clauses = (frozenset(single.union(*chosen)) for chosen in product(*lists))
        return [clause for clause in clauses if not any(-each in clause for each in clause)]

    def _literal(self, condition: Condition) -> int:
        """A literal that is true exactly when the condition is."""
        if isinstance(condition, int):
            return condition
        sign = condition.sign
        if sign == "|":
            return -self._literal(negated(condition))
        parts = tuple(self._literal(part) for part in condition.parts)
        key = Junction(sign, tuple(sorted(parts)))
        if key in self._known:
            return self._known[key]
        helper = self._known[key] = self._helper()
        if sign == "&":
            clauses: list[tuple[int, ...]] = [(-helper, part) for part in parts]
            clauses.append((helper, *(-part for part in parts)))
        else:
            one, other = parts
            clauses = [(-helper, -one, other), (-helper, one, -other)]
            clauses += [(helper, one, other), (helper, -one, -other)]
        for clause in clauses:
            if not any(-each in clause for each in clause):
                self._add(frozenset(clause))
        return helper


def _compares(condition: Condition) -> bool:
    """Whether there is a ``=`` in it: written out, each doubles what is below it."""
    return isinstance(condition, Junction) and (
        condition.sign == "=" or any(_compares(part) for part in condition.parts)
    )


def _size(condition: Condition) -> int:
    """How many clauses it becomes by distribution alone; what compares becomes a helper first."""
    if isinstance(condition, int):
        return 1
    sign, parts = condition
    if sign == "=":
        one, other = (1 if _compares(part) else part for part in parts)
        return _size(any_of((negated(one), other))) + _size(any_of((one, negated(other))))
    sizes = [_size(part) for part in parts]
    return sum(sizes) if sign == "&" else prod(sizes)
