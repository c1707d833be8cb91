"""The nearest solution with another value (就近修复): a few changes to the base, or a proof.

A value is put in, what follows is followed, and then only what broke is mended: variables whose
base value was taken away, then tables, clauses and sums that the changes broke. Whatever is decided
is one variable with all its values in turn, so the search misses nothing: it ends with changes that
make a solution, or has proved that there is none. Most ends come after a handful of decisions.
"""

from collections.abc import Iterator, Mapping, Sequence

from cpq.solver.base import Base
from cpq.solver.network import Total, values_of
from cpq.solver.space import Space


class OutOfPatience(Exception):
    """The search was given up: it has neither found nor refuted."""


Decision = tuple[int, list[int]]
"""A variable, and its values in the order in which they are tried."""


def repaired(
    space: Space,
    base: Base,
    mark: int,
    free: Sequence[int],
    *,
    patience: int,
    over: int | None = None,
) -> dict[int, int] | None:
    """The changes to ``base`` that make it a solution within the space; ``None``: there are none.

    The space was narrowed since ``mark``, and is taken back to it in the end. ``free`` are the
    values of each variable that fit beside the base. The base is a solution but for the sum
    ``over``, where one is named. Raises ``OutOfPatience`` after ``patience`` tries.
    """
    open_: list[tuple[int, int, Iterator[int]]] = []
    tried = 0
    while True:
        changes = _forced(space, base, mark)
        decision = (
            changes if isinstance(changes, tuple) else _broken(space, base, changes, free, over)
        )
        if decision is None:
            space.back(mark)
            assert not isinstance(changes, tuple)
            return changes
        variable, order = decision
        open_.append((len(space.trail), variable, iter(order)))
        while open_:
            before, variable, values = open_[-1]
            space.back(before)
            value = next(values, None)
            if value is None:
                open_.pop()
                continue
            tried += 1
            space.tried += 1
            if tried > patience:
                space.back(mark)
                raise OutOfPatience
            if space.keep(variable, 1 << value):
                break
        else:
            space.back(mark)
            return None


def _forced(space: Space, base: Base, mark: int) -> dict[int, int] | Decision:
    """The variables whose base value is gone, with their last value; or one that has several."""
    left, values = space.left, base.values
    changes: dict[int, int] = {}
    widest, chosen = 0, -1
    for variable, _ in space.trail[mark:]:
        mask = left[variable]
        if mask >> values[variable] & 1:
            continue
        if mask & (mask - 1):
            count = mask.bit_count()
            if not widest or count < widest:
                widest, chosen = count, variable
        else:
            changes[variable] = mask.bit_length() - 1
    if not widest:
        return changes
    return chosen, values_of(left[chosen])


def _broken(
    space: Space,
    base: Base,
    changes: Mapping[int, int],
    free: Sequence[int],
    over: int | None,
) -> Decision | None:
    """A variable of something that the changes broke, its mending values first."""
    network, values, left = base.network, base.values, space.left
    for variable, value in changes.items():
        for place, long in network.longs_of[variable]:
            if long.literals[place][1] >> value & 1:
                continue
            if any(mask >> changes.get(v, values[v]) & 1 for v, mask in long.literals):
                continue
            for other, mask in long.literals:
                if left[other] & (left[other] - 1) and left[other] & mask:
                    return other, _first(left[other], mask, free[other])
            return _dead_end(space, variable, long.rule)
        for _, wide in network.wides_of[variable]:
            rows = -1
            for at, other in enumerate(wide.scope):
                rows &= wide.rows[at].parts[changes.get(other, values[other])]
            if not rows:
                for other in wide.scope:
                    mask = left[other]
                    if mask & (mask - 1):
                        return other, _first(mask, ~(1 << values[other]), free[other])
                return _dead_end(space, variable, wide.rule)
    for number, excess in base.overweight(changes, over).items():
        return _lighter(space, base, network.totals[number], excess, free)
    return None


def _dead_end(space: Space, variable: int, rule: int) -> Decision:
    """No value of a variable mends a broken rule."""
    if space.seen is not None:
        space.blame((rule,))
    return variable, []


def _first(mask: int, wanted: int, free: int) -> list[int]:
    """The values of a mask: wanted and free ones first, then wanted ones, then the others."""
    best = mask & wanted & free
    good = mask & wanted & ~best
    return values_of(best) + values_of(good) + values_of(mask & ~wanted)


def _lighter(space: Space, base: Base, total: Total, excess: int, free: Sequence[int]) -> Decision:
    """The variable that brings a sum nearest to its bounds, if it can by a value that fits."""
    left, values = space.left, base.values
    sign = 1 if excess > 0 else -1
    needed = excess * sign
    chosen: tuple[int, tuple[int, ...]] | None = None
    most = 0
    for variable, weights, extremes, far_apart in total.terms:
        if far_apart <= most:
            break
        mask = left[variable]
        if not mask & (mask - 1) or not mask >> values[variable] & 1:
            continue
        own = weights[values[variable]]
        low, high = extremes[mask]
        gain = own - low if sign > 0 else high - own
        if gain > most:
            most, chosen = gain, (variable, weights)
        easy = mask & free[variable]
        if gain >= needed and easy:
            low, high = extremes[easy]
            if (own - low if sign > 0 else high - own) >= needed:
                chosen = (variable, weights)
                break
    if chosen is None:
        return _dead_end(space, total.terms[0][0], total.rule)
    variable, weights = chosen
    own, easy = weights[values[variable]], free[variable]

    def rank(value: int) -> tuple[bool, bool, int]:
        gain = (own - weights[value]) * sign
        return gain < needed, not easy >> value & 1, abs(gain - needed)

    return variable, sorted(values_of(left[variable]), key=rank)
