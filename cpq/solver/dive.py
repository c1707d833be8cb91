"""The first solution (初始解): each variable in turn gets a value, and what follows is followed.

Values that weigh little come first, so that the solution leaves room under the bounds that are
upper ones. Where a search runs into the ground it begins again with the variables that failed most
often in front, and with the values that it had.
"""

from collections.abc import Sequence

from cpq.solver.network import Network, values_of
from cpq.solver.repair import OutOfPatience
from cpq.solver.space import Space

_FIRST_TRIES = 200
_FINE = 1_000_000


def first_solution(
    space: Space, *, patience: int, hint: Sequence[int] | None = None
) -> list[int] | None:
    """A solution within the space, which is taken back then; ``None`` where there is none.

    The values of ``hint`` are tried first.
    Raises ``OutOfPatience`` after ``patience`` values that led nowhere.
    """
    network = space.network
    order = _by_nearness(network)
    preferred = _light(network)
    if hint is not None:
        for wishes, value in zip(preferred, hint, strict=True):
            if value in wishes:
                wishes.remove(value)
                wishes.insert(0, value)
    failures = [0] * len(network.sizes)
    tries = _FIRST_TRIES
    while True:
        found = _dive(space, order, preferred, failures, tries=min(tries, patience))
        if not isinstance(found, bool):
            return found
        if found:
            return None
        patience -= tries
        if patience <= 0:
            raise OutOfPatience
        tries *= 2
        order = sorted(order, key=lambda variable: -failures[variable])


def _dive(
    space: Space,
    order: Sequence[int],
    preferred: list[list[int]],
    failures: list[int],
    *,
    tries: int,
) -> list[int] | bool:
    """A solution; ``True`` where there is none, ``False`` where the tries came to an end."""
    left, trail = space.left, space.trail
    start = len(trail)
    open_: list[tuple[int, int, list[int]]] = []
    at = 0
    while True:
        while at < len(order) and not left[order[at]] & (left[order[at]] - 1):
            at += 1
        if at == len(order):
            found = [mask.bit_length() - 1 for mask in left]
            space.back(start)
            return found
        variable = order[at]
        mask = left[variable]
        waiting = [value for value in reversed(preferred[variable]) if mask >> value & 1]
        open_.append((len(trail), at, waiting))
        while open_:
            mark, at, waiting = open_[-1]
            space.back(mark)
            if not waiting:
                open_.pop()
                continue
            variable, value = order[at], waiting.pop()
            if space.keep(variable, 1 << value):
                wishes = preferred[variable]
                wishes.remove(value)
                wishes.insert(0, value)
                break
            failures[variable] += 1
            tries -= 1
            if tries <= 0:
                space.back(start)
                return False
        else:
            space.back(start)
            return True


def _by_nearness(network: Network) -> list[int]:
    """The variables such that those which constrain each other stand together."""
    reached: dict[int, None] = {}
    for variable in range(len(network.sizes)):
        waiting = [variable]
        while waiting:
            here = waiting.pop()
            if here not in reached:
                reached[here] = None
                waiting += sorted((v for v in network.near(here) if v not in reached), reverse=True)
    return list(reached)


def _light(network: Network) -> list[list[int]]:
    """The values of each variable, those that use up least of the sums first."""
    found = []
    for variable, mask in enumerate(network.start):
        load = [0] * network.sizes[variable]
        for number, weights, _ in network.totals_of[variable]:
            total = network.totals[number]
            scale = total.widest or 1
            for value, weight in enumerate(weights):
                if total.high is not None:
                    load[value] += weight * _FINE // scale
                if total.low is not None:
                    load[value] -= weight * _FINE // scale
        found.append(sorted(values_of(mask), key=lambda value: (load[value], value)))
    return found
