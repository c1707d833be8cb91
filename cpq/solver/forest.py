"""The best that a forest of relations allows (松弛下界): a bound for every solution, and a hint.

Leave out all constraints but a relation of each variable with one that stands nearer to the root,
and the cheapest values are found in one pass from the leaves to the roots. What remains is a
relaxation: no solution costs less. Its values are a good place to look for a cheap solution.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from cpq.solver.network import Network, Relation, values_of


class Relaxed(NamedTuple):
    """The least that any solution costs, and values that cost it; they need not be a solution."""

    bound: int
    values: list[int]


def relaxed(network: Network, left: Sequence[int], costs: Sequence[Sequence[int]]) -> Relaxed:
    """The cheapest values under a forest of the relations, of those that are left.

    >>> from cpq.solver.problem import Table, problem
    >>> network = Network(problem([2, 2], [Table("pair", (0, 1), ((0, 1), (1, 0), (1, 1)))]))
    >>> relaxed(network, [0b11, 0b11], [(1, 5), (0, 9)])
    Relaxed(bound=5, values=[1, 0])
    """
    order, above = _forest(network)
    least = [list(row) for row in costs]
    chosen: list[dict[int, int]] = [{} for _ in order]
    bound = 0
    for variable in reversed(order):
        relation = above[variable]
        own = least[variable]
        mine = values_of(left[variable])
        if relation is None:
            best = min(mine, key=own.__getitem__)
            bound += own[best]
            chosen[variable][-1] = best
            continue
        parent = relation.other
        for value in values_of(left[parent]):
            partners = values_of(relation.back[value] & left[variable])
            if partners:
                best = min(partners, key=own.__getitem__)
                least[parent][value] += own[best]
                chosen[variable][value] = best
            else:
                least[parent][value] += _NEVER
    values = [0] * len(order)
    for variable in order:
        relation = above[variable]
        at = -1 if relation is None else values[relation.other]
        values[variable] = chosen[variable].get(at, values_of(left[variable])[0])
    return Relaxed(bound, values)


_NEVER = 10**15
"""More than any solution costs."""


def _forest(network: Network) -> tuple[list[int], list[Relation | None]]:
    """The variables, parents first, and the relation of each with its parent.

    A tight relation says more than a loose one, so the tightest ones make the forest.
    """
    edges = sorted(
        (_looseness(network, variable, relation), variable, relation.other, relation)
        for variable, relations in enumerate(network.relations)
        for relation in relations
        if variable < relation.other
    )
    root = list(range(len(network.sizes)))

    def top(variable: int) -> int:
        while root[variable] != variable:
            root[variable] = root[root[variable]]
            variable = root[variable]
        return variable

    joined: list[list[int]] = [[] for _ in root]
    for _, one, other, _ in edges:
        first, second = top(one), top(other)
        if first != second:
            root[first] = second
            joined[one].append(other)
            joined[other].append(one)
    by_pair = [{relation.other: relation for relation in each} for each in network.relations]
    above: list[Relation | None] = [None] * len(root)
    order: list[int] = []
    reached = bytearray(len(root))
    for start in range(len(root)):
        if reached[start]:
            continue
        reached[start] = 1
        waiting = [start]
        while waiting:
            here = waiting.pop()
            order.append(here)
            for there in joined[here]:
                if not reached[there]:
                    reached[there] = 1
                    above[there] = by_pair[there][here]
                    waiting.append(there)
    return order, above


def _looseness(network: Network, variable: int, relation: Relation) -> Fraction:
    allowed = sum(mask.bit_count() for mask in relation.back)
    return Fraction(allowed, network.sizes[variable] * network.sizes[relation.other])
