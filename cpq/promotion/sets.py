"""Sets of units (买赠、组合成套): how many an order holds, and which units they take.

A buy-get set is so many units that are bought and so many that are given; a bundle is so many of
each of its parts. Units are counted on lines of any quantity, sets are whole. A unit is in one set
at most, of this promotion or of another: what an earlier one used up is not there any more. No unit
both triggers and receives, and what is given is the cheapest there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from cpq.promotion.benefit import BundlePrice, BuyGet
from cpq.promotion.judge import Looked, Missed, count
from cpq.promotion.offer import Allowance

_NONE = Fraction(0)


class Sets(NamedTuple):
    """How many sets, the units that are given by line, and all units that the sets use up."""

    sets: int
    rewards: Mapping[int, Fraction]
    used: Mapping[int, Fraction]


def rewarded(
    looked: Looked,
    benefit: BuyGet,
    *,
    allowed: Allowance,
) -> Sets | Missed:
    """The sets of a buy-get on an order, within what caps let through."""
    pools = _pools(looked, benefit)
    left = units = allowed.units
    sets, rewards, used = 0, dict[int, Fraction](), dict[int, Fraction]()
    short: Fraction | None = None
    bound = _least(allowed.uses, benefit.times)
    for bought, given in pools:
        most = bound - sets if bound is not None else None
        within = _allowed(looked, given, allowed)
        found = _pool(looked, benefit, (bought, within), most=most, units=left)
        if not found.sets:
            have = sum(_free(looked, {*bought, *given}).values(), _NONE)
            short = have if short is None else max(short, have)
            continue
        sets += found.sets
        rewards.update(found.rewards)
        used.update(found.used)
        if left is not None:
            left -= sum(found.rewards.values(), _NONE)
    if sets:
        return Sets(sets, rewards, used)
    if bound == 0 or (units is not None and units < benefit.get):
        return Missed("cap_exhausted", count(benefit.get), count(units or _NONE))
    needed = Fraction(benefit.buy) + Fraction(benefit.get)
    return Missed("quantity_below", count(needed), count(short or _NONE))


def _pools(looked: Looked, benefit: BuyGet) -> list[tuple[list[int], list[int]]]:
    """Lines that are bought and lines that are given, for each pool of sets."""
    places = list(looked.places)
    if benefit.reward == "cheapest":
        return [(places, places)]
    if benefit.of is not None:
        given = [
            place
            for place in looked.sale.meaning(benefit.of)
            if looked.sale.targets[place].amount > 0
        ]
        return [(places, given)]
    by_product: dict[str, list[int]] = {}
    for place in places:
        by_product.setdefault(looked.sale.targets[place].product, []).append(place)
    return [(lines, lines) for _, lines in sorted(by_product.items())]


def _free(looked: Looked, places: Iterable[int]) -> dict[int, Fraction]:
    """The units of lines that no set has used up."""
    used = looked.running.used
    free = {}
    for place in filter(looked.may_lower, places):
        units = Fraction(looked.sale.targets[place].quantity) - used.get(place, _NONE)
        if units > 0:
            free[place] = units
    return free


def _allowed(looked: Looked, given: Sequence[int], allowed: Allowance) -> dict[int, Fraction]:
    """How many units of each line may be given."""
    free = _free(looked, given)
    left = dict(allowed.by_product)
    for place in sorted(free, key=lambda place: looked.sale.order[place]):
        free[place] = min(free[place], allowed.by_line.get(place, free[place]))
        product = looked.sale.targets[place].product
        if product in left:
            free[place] = min(free[place], left[product])
            left[product] -= free[place]
    return free


def _pool(
    looked: Looked,
    benefit: BuyGet,
    lines: tuple[Sequence[int], Mapping[int, Fraction]],
    *,
    most: int | None,
    units: Fraction | None,
) -> Sets:
    bought, given = _free(looked, lines[0]), dict(lines[1])
    buy, get = Fraction(benefit.buy), Fraction(benefit.get)
    both = {
        place: max(bought.get(place, _NONE), given.get(place, _NONE)) for place in {*bought, *given}
    }
    sets = min(
        sum(bought.values(), _NONE) // buy,
        sum(given.values(), _NONE) // get,
        sum(both.values(), _NONE) // (buy + get),
    )
    if units is not None:
        sets = min(sets, units // get)
    if most is not None:
        sets = min(sets, most)
    if sets <= 0:
        return Sets(0, {}, {})
    # a line that is in both may give only what the bought ones can do without
    spare = sum(bought.values(), _NONE) - buy * sets
    rewards = _cheapest(looked, given, get * sets, shared=bought, spare=spare)
    triggers = _triggers(looked, bought, rewards, buy * sets)
    used = {
        place: rewards.get(place, _NONE) + triggers.get(place, _NONE)
        for place in {*rewards, *triggers}
    }
    return Sets(int(sets), rewards, used)


def _each(looked: Looked, place: int) -> Fraction:
    """What a unit of a line costs before promotions: promotions do not change which is cheap."""
    target = looked.sale.targets[place]
    return target.amount / Fraction(target.quantity)


def _cheapest(
    looked: Looked,
    given: Mapping[int, Fraction],
    wanted: Fraction,
    *,
    shared: Mapping[int, Fraction],
    spare: Fraction,
) -> dict[int, Fraction]:
    """The cheapest units, of lines that are also bought no more than ``spare``."""
    order = looked.sale.order
    rewards: dict[int, Fraction] = {}
    for place in sorted(given, key=lambda place: (_each(looked, place), order[place])):
        take = min(given[place], wanted)
        if place in shared:
            take = min(take, spare)
            spare -= take
        if take > 0:
            rewards[place] = take
            wanted -= take
    return rewards


def _triggers(
    looked: Looked,
    bought: Mapping[int, Fraction],
    rewards: Mapping[int, Fraction],
    wanted: Fraction,
) -> dict[int, Fraction]:
    """The units that were bought for it, the dearest first, none that is given."""
    order = looked.sale.order
    triggers: dict[int, Fraction] = {}
    for place in sorted(bought, key=lambda place: (-_each(looked, place), order[place])):
        take = min(bought[place] - rewards.get(place, _NONE), wanted)
        if take > 0:
            triggers[place] = take
            wanted -= take
    return triggers


def bundled(looked: Looked, benefit: BundlePrice, *, times: int | None) -> Sets | Missed:
    """The whole sets of a bundle that an order holds, the dearest units first."""
    every = range(len(looked.sale.targets))
    free = _free(looked, [place for place in every if looked.sale.targets[place].amount > 0])
    parts = [
        ([place for place in meant if place in free], Fraction(item.quantity))
        for item in benefit.items
        for meant in (looked.sale.meaning(item.of),)
    ]
    sets = min(int(sum((free[place] for place in lines), _NONE) // size) for lines, size in parts)
    bound = _least(times, benefit.times)
    if sets and bound == 0:
        return Missed("cap_exhausted", "1", "0")
    sets = sets if bound is None else min(sets, bound)
    fit, found = 0, None
    while fit < sets:  # parts may compete for a line: the most sets that there is enough for
        tried = (fit + sets + 1) // 2
        used = _taken(looked, parts, dict(free), tried)
        fit, sets, found = (fit, tried - 1, found) if used is None else (tried, sets, used)
    if found is not None:
        return Sets(fit, found, found)
    lines, size = min(parts, key=lambda part: sum((free[p] for p in part[0]), _NONE) / part[1])
    have = sum((free[place] for place in lines), _NONE)
    return Missed("quantity_below", count(size), count(have))


def _taken(
    looked: Looked,
    parts: Sequence[tuple[Sequence[int], Fraction]],
    free: dict[int, Fraction],
    sets: int,
) -> dict[int, Fraction] | None:
    """The units of so many sets; ``None`` where two parts compete for lines that do not suffice.

    The part with the fewest lines chooses first.
    """
    order = looked.sale.order
    used: dict[int, Fraction] = {}
    for lines, size in sorted(parts, key=lambda part: len(part[0])):
        wanted = size * sets
        for place in sorted(lines, key=lambda place: (-_each(looked, place), order[place])):
            take = min(free[place], wanted)
            if take > 0:
                used[place] = used.get(place, _NONE) + take
                free[place] -= take
                wanted -= take
        if wanted:
            return None
    return used


def _least(*bounds: int | None) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)
