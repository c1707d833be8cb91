"""A problem as its constraints see each other (约束网络): made once, never changed, shared by all.

Two variables that a table or a clause ties are *related*: for each set of values of the one it is
known which values of the other go with it. The answers are kept as they are asked for, so that
following a relation is one look-up. Wider tables keep a set of rows for each value, wider clauses
are watched, and sums know the least and the most of each term. What has one variable only narrows
it at the beginning.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import neg
from typing import NamedTuple, TypeVar

from cpq.solver.problem import Clause, Problem, Sum, Table

Tied = TypeVar("Tied")


class Union(dict[int, int]):
    """By a mask of values the union of what belongs to each, kept once it was asked for.

    >>> Union((0b001, 0b110))[0b11]
    7
    """

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[int]) -> None:
        super().__init__()
        self.parts = parts

    def __missing__(self, mask: int) -> int:
        found = 0
        for value in values_of(mask):
            found |= self.parts[value]
        self[mask] = found
        return found


class Extremes(dict[int, tuple[int, int]]):
    """By a mask of values the least and the most that they weigh.

    Weights that only rise or only fall, as quantities do, are looked up at the ends of the mask.

    >>> Extremes((5, 0, 9))[0b101], Extremes((0, 2, 4, 6)).within(0b1111, 1, 4)
    ((5, 9), 6)
    """

    __slots__ = ("_falls", "_rises", "weights")

    def __init__(self, weights: Sequence[int]) -> None:
        super().__init__()
        self.weights = weights
        self._rises = all(first <= second for first, second in pairwise(weights))
        self._falls = all(first >= second for first, second in pairwise(weights))

    def __missing__(self, mask: int) -> tuple[int, int]:
        weights = self.weights
        if self._rises or self._falls:
            ends = weights[(mask & -mask).bit_length() - 1], weights[mask.bit_length() - 1]
            span = ends if self._rises else ends[::-1]
        else:
            found = [weights[value] for value in values_of(mask)]
            span = min(found), max(found)
        self[mask] = span
        return span

    def within(self, mask: int, low: int, high: int) -> int:
        """The values of a mask that weigh from ``low`` to ``high``, both inclusive."""
        weights = self.weights
        if self._rises:
            first, end = bisect_left(weights, low), bisect_right(weights, high)
        elif self._falls:
            first = bisect_left(weights, -high, key=neg)
            end = bisect_right(weights, -low, key=neg)
        else:
            return mask_of(value for value in values_of(mask) if low <= weights[value] <= high)
        return mask >> first << first & (1 << end) - 1


def values_of(mask: int) -> list[int]:
    """The values in a mask, lowest first.

    >>> values_of(0b1010)
    [1, 3]
    """
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


class Relation(NamedTuple):
    """What a variable's values allow of ``other``.

    ``reach`` answers for a set of the variable's values, ``back`` says for each value of ``other``
    which of the variable's go with it; ``rules`` are the constraints that it comes from.
    """

    other: int
    reach: Union
    back: tuple[int, ...]
    rules: tuple[int, ...]


class Wide(NamedTuple):
    """A table of three variables or more; ``rows`` has for each of them the rows by its values."""

    rule: int
    scope: tuple[int, ...]
    rows: tuple[Union, ...]


class Long(NamedTuple):
    """A clause of three variables or more."""

    rule: int
    literals: tuple[tuple[int, int], ...]


class Total(NamedTuple):
    """A sum; its terms stand by how far apart their weights are, widest first."""

    rule: int
    terms: tuple[tuple[int, tuple[int, ...], Extremes, int], ...]
    low: int | None
    high: int | None
    widest: int


class Network:
    """The constraints of a problem by variable. ``start`` are the values each variable begins with.

    A problem in which a constraint rules out everything by itself has an empty ``start``.
    """

    def __init__(self, problem: Problem) -> None:
        count = len(problem.sizes)
        self.problem = problem
        self.sizes = problem.sizes
        self.start = [(1 << size) - 1 for size in problem.sizes]
        self.narrowing: dict[int, list[int]] = {}
        self.never: list[int] = []
        self.relations: list[list[Relation]] = [[] for _ in range(count)]
        self.wides: list[Wide] = []
        self.longs: list[Long] = []
        self.totals: list[Total] = []
        pairs: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
        for rule, constraint in enumerate(problem.constraints):
            match constraint:
                case Clause():
                    self._clause(rule, constraint, pairs)
                case Table():
                    self._table(rule, constraint, pairs)
                case Sum():
                    self._sum(rule, constraint)
        for (one, other), (supports, rules) in pairs.items():
            self._relate(one, other, supports, tuple(rules))
        self.wides_of = _by_variable(count, ((wide.scope, wide) for wide in self.wides))
        self.longs_of = _by_variable(
            count, ((tuple(v for v, _ in long.literals), long) for long in self.longs)
        )
        self.totals_of: list[list[tuple[int, tuple[int, ...], Extremes]]] = [
            [] for _ in range(count)
        ]
        for number, total in enumerate(self.totals):
            for variable, weights, extremes, _ in total.terms:
                self.totals_of[variable].append((number, weights, extremes))
        self._near: dict[int, frozenset[int]] = {}
        self._ties: dict[int, dict[int, Sequence[int]]] = {}

    def near(self, variable: int) -> frozenset[int]:
        """The variables that a table or a clause ties to this one."""
        found = self._near.get(variable)
        if found is None:
            tied = {relation.other for relation in self.relations[variable]}
            for _, wide in self.wides_of[variable]:
                tied.update(wide.scope)
            for _, long in self.longs_of[variable]:
                tied.update(other for other, _ in long.literals)
            tied.discard(variable)
            self._near[variable] = found = frozenset(tied)
        return found

    def ties(self, variable: int) -> dict[int, Sequence[int]]:
        """By related variable the values of it that go with each value of this one."""
        found = self._ties.get(variable)
        if found is None:
            found = {each.other: each.reach.parts for each in self.relations[variable]}
            self._ties[variable] = found
        return found

    def bound(self, number: int, high: int) -> None:
        """Give a sum another upper bound: for whoever shares the network with nobody."""
        self.totals[number] = self.totals[number]._replace(high=high)

    def _narrow(self, rule: int, variable: int, mask: int) -> None:
        self.start[variable] &= mask
        self.narrowing.setdefault(variable, []).append(rule)
        if not self.start[variable]:
            self.never.append(rule)

    def _clause(
        self, rule: int, clause: Clause, pairs: dict[tuple[int, int], tuple[list[int], list[int]]]
    ) -> None:
        masks: dict[int, int] = {}
        for variable, mask in clause.literals:
            masks[variable] = masks.get(variable, 0) | mask
        if any(mask == (1 << self.sizes[variable]) - 1 for variable, mask in masks.items()):
            return
        masks = {variable: mask for variable, mask in masks.items() if mask}
        if not masks:
            self.never.append(rule)
        elif len(masks) == 1:
            for variable, mask in masks.items():
                self._narrow(rule, variable, mask)
        elif len(masks) == 2:
            (one, first), (other, second) = sorted(masks.items())
            full = (1 << self.sizes[other]) - 1
            supports = [full if first >> v & 1 else second for v in range(self.sizes[one])]
            self._pair(rule, one, other, supports, pairs)
        else:
            self.longs.append(Long(rule, tuple(masks.items())))

    def _table(
        self, rule: int, table: Table, pairs: dict[tuple[int, int], tuple[list[int], list[int]]]
    ) -> None:
        if not table.scope:
            if not table.rows:
                self.never.append(rule)
        elif len(table.scope) == 1:
            self._narrow(rule, table.scope[0], mask_of(row[0] for row in table.rows))
        elif len(table.scope) == 2:
            one, other = table.scope
            at = (0, 1) if one < other else (1, 0)
            one, other = table.scope[at[0]], table.scope[at[1]]
            supports = [0] * self.sizes[one]
            for row in table.rows:
                supports[row[at[0]]] |= 1 << row[at[1]]
            self._pair(rule, one, other, supports, pairs)
        else:
            rows = tuple(dict.fromkeys(table.rows))
            by_place = []
            for place, variable in enumerate(table.scope):
                bits = [0] * self.sizes[variable]
                for number, row in enumerate(rows):
                    bits[row[place]] |= 1 << number
                by_place.append(Union(tuple(bits)))
            self.wides.append(Wide(rule, table.scope, tuple(by_place)))

    def _sum(self, rule: int, total: Sum) -> None:
        terms = []
        for variable, weights in total.terms:
            far_apart = max(weights) - min(weights)
            terms.append((variable, weights, Extremes(weights), far_apart))
        terms.sort(key=lambda term: (-term[3], term[0]))
        widest = terms[0][3] if terms else 0
        if not terms:
            if not total.holds(()):
                self.never.append(rule)
            return
        self.totals.append(Total(rule, tuple(terms), total.low, total.high, widest))

    @staticmethod
    def _pair(
        rule: int,
        one: int,
        other: int,
        supports: list[int],
        pairs: dict[tuple[int, int], tuple[list[int], list[int]]],
    ) -> None:
        known = pairs.get((one, other))
        if known is None:
            pairs[one, other] = (supports, [rule])
            return
        both, rules = known
        both[:] = [first & second for first, second in zip(both, supports, strict=True)]
        rules.append(rule)

    def _relate(self, one: int, other: int, supports: list[int], rules: tuple[int, ...]) -> None:
        back = [0] * self.sizes[other]
        for value, mask in enumerate(supports):
            for partner in values_of(mask):
                back[partner] |= 1 << value
        there, here = tuple(supports), tuple(back)
        self.relations[one].append(Relation(other, Union(there), here, rules))
        self.relations[other].append(Relation(one, Union(here), there, rules))


def mask_of(values: Iterable[int]) -> int:
    """The mask of some values.

    >>> mask_of((1, 3))
    10
    """
    found = 0
    for value in values:
        found |= 1 << value
    return found


def _by_variable(
    count: int, scoped: Iterable[tuple[Sequence[int], Tied]]
) -> list[list[tuple[int, Tied]]]:
    """For each variable the constraints that speak of it, each with its place there."""
    found: list[list[tuple[int, Tied]]] = [[] for _ in range(count)]
    for scope, tied in scoped:
        for place, variable in enumerate(scope):
            found[variable].append((place, tied))
    return found
