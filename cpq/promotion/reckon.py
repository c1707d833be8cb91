"""What a benefit comes to on the lines of an order (优惠计算), before caps and floors.

Every benefit ends as the same *offer*: a whole that is asked for, weights by which lines share it,
how many units of each line it touches and how often it was applied. Money is rounded once for the
whole, or once for each line where each line is asked for by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from cpq.promotion.benefit import (
    AmountOff,
    BundlePrice,
    BuyGet,
    EveryOff,
    FixedPrice,
    FreeGoods,
    FreeShipping,
    Ladder,
    PercentOff,
)
from cpq.promotion.goods import free_goods
from cpq.promotion.judge import Looked, Missed, amount_seen, count, quantity_seen, sale_minor
from cpq.promotion.offer import Allowance, Offer, at_most, base_of, positive, worth_of
from cpq.promotion.sets import bundled, rewarded


def offered(looked: Looked, allowed: Allowance) -> Offer | Missed:
    """What the benefit of a policy comes to on the lines that it is for."""
    return _RECKONERS[type(looked.policy.benefit)](looked, looked.policy.benefit, allowed)


def _percent_off(looked: Looked, benefit: PercentOff, allowed: Allowance) -> Offer:
    return _percent(looked, benefit.percent, allowed)


def _percent(looked: Looked, percent: Decimal, allowed: Allowance) -> Offer:
    sale, running, places = looked.sale, looked.running, looked.places
    wholes, units = _within_units(looked, allowed)
    if looked.policy.spread == "per_line":
        each = [sale.percent_of(whole, percent) for whole in wholes]
        return Offer(places, each, _together(looked, each, units), each, units=units)
    whole = base_of(running, places) if units is None else sum(wholes, Fraction(0))
    asked = sale.percent_of(whole, percent)
    return Offer(places, weights_of(looked, wholes), asked, units=units)


def _within_units(
    looked: Looked, allowed: Allowance
) -> tuple[Sequence[int | Fraction], Mapping[int, Fraction] | None]:
    """What is left of the units that caps let through, the dearest first."""
    wholes: Sequence[int | Fraction] = positive(looked.running, looked.places)
    if not allowed.counts_units:
        return wholes, None
    units = allowed_units(looked, allowed)
    scaled = [
        whole * units[place] / looked.running.bought(looked.sale, place) if units[place] else 0
        for whole, place in zip(wholes, looked.places, strict=True)
    ]
    return scaled, units


def allowed_units(looked: Looked, allowed: Allowance) -> dict[int, Fraction]:
    """How many units of each line caps let through; the dearest units come first."""
    sale, running = looked.sale, looked.running

    def dearest(place: int) -> tuple[Fraction, int]:
        quantity = running.bought(sale, place)
        each = running.left[place] / quantity if quantity else Fraction(0)
        return (-each, sale.order[place])

    total, by_product = allowed.units, dict(allowed.by_product)
    found: dict[int, Fraction] = {}
    for place in sorted(looked.places, key=dearest):
        target = sale.targets[place]
        units = max(running.bought(sale, place), Fraction(0))
        units = min(units, allowed.by_line.get(place, units))
        if total is not None:
            units = min(units, total)
        if target.product in by_product:
            units = min(units, by_product[target.product])
            by_product[target.product] -= units
        if total is not None:
            total -= units
        found[place] = units
    return found


def weights_of(looked: Looked, wholes: Sequence[int | Fraction]) -> Sequence[int | Fraction]:
    """By what lines share: what is left of them, or what the policy says instead."""
    policy, sale = looked.policy, looked.sale
    if policy.weights == "amount":
        return wholes
    targets = [sale.targets[place] for place in looked.places]
    if policy.weights == "quantity":
        bought = (looked.running.bought(sale, place) for place in looked.places)
        return [max(units, Fraction(0)) for units in bought]
    if policy.weights == "gross":
        return [whole * target.gross for whole, target in zip(wholes, targets, strict=True)]
    if policy.weights == "margin":
        return [
            max(whole - (target.cost or 0), 0)
            for whole, target in zip(wholes, targets, strict=True)
        ]
    manual = {code: Fraction(weight) for code, weight in policy.manual_weights}
    return [manual.get(target.product, Fraction(0)) for target in targets]


def _amount_off(looked: Looked, benefit: AmountOff, allowed: Allowance) -> Offer:
    sale, places = looked.sale, looked.places
    amount = sale.minor(benefit.amount)
    wholes, units = _within_units(looked, allowed)
    if benefit.per == "order":
        base = base_of(looked.running, places) if units is None else int(sum(wholes))
        if benefit.tax is not None:
            amount = _untaxed(looked, benefit, amount)
        return Offer(places, weights_of(looked, wholes), min(amount, base), units=units)
    quantities = [looked.running.bought(sale, place) for place in places]
    counts = [Fraction(1)] * len(places) if benefit.per == "line" else quantities
    if benefit.per == "unit":
        counts = _dues(looked, quantities if units is None else [units[place] for place in places])
    exact = [
        Fraction(amount) * size / _taxed(looked, benefit, place)
        for size, place in zip(counts, places, strict=True)
    ]
    each = [
        min(sale.whole(max(wish, Fraction(0))), int(whole))
        for wish, whole in zip(exact, wholes, strict=True)
    ]
    return Offer(places, each, _together(looked, each, units), each, units=units)


def _dues(looked: Looked, units: Sequence[Fraction]) -> list[Fraction]:
    """How often the price of a unit is due on so many units: once a period where it recurs."""
    targets = (looked.sale.targets[place] for place in looked.places)
    return [size * target.times for size, target in zip(units, targets, strict=True)]


def _together(looked: Looked, each: Sequence[int], units: Mapping[int, Fraction] | None) -> int:
    """What lines are asked for by themselves, together; an exchange pays nobody."""
    return (
        sum(each) if units is not None else min(sum(each), base_of(looked.running, looked.places))
    )


def _taxed(looked: Looked, benefit: AmountOff, place: int) -> Fraction:
    """What one of the price of a line is on the tax basis of the benefit."""
    target = looked.sale.targets[place]
    if benefit.tax is None:
        return Fraction(1)
    return target.gross if benefit.tax == "gross" else target.net


def _untaxed(looked: Looked, benefit: AmountOff, amount: int) -> int:
    """An amount with (or before) tax in the prices of the lines, shared as they are taxed."""
    running, places = looked.running, looked.places
    left = positive(running, places)
    taxed = sum(
        whole * _taxed(looked, benefit, place) for whole, place in zip(left, places, strict=True)
    )
    return looked.sale.whole(Fraction(amount) * sum(left) / taxed) if taxed else amount


def _fixed_price(looked: Looked, benefit: FixedPrice, allowed: Allowance) -> Offer:
    sale, places = looked.sale, looked.places
    price = sale_minor(looked, benefit.price.amount)
    wholes, units = _within_units(looked, allowed)
    counts = (
        [looked.running.bought(sale, place) for place in places]
        if units is None
        else [units[place] for place in places]
    )
    each = [
        max(sale.whole(whole - price * size), 0) if size > 0 else 0
        for whole, size in zip(wholes, _dues(looked, counts), strict=True)
    ]
    return Offer(places, each, _together(looked, each, units), each, units=units)


def _ladder(looked: Looked, benefit: Ladder, allowed: Allowance) -> Offer | Missed:
    sale, policy = looked.sale, looked.policy
    if benefit.of == "quantity":
        found = quantity_seen(looked, looked.places, policy.unit)
        if isinstance(found, Missed):
            return found
        steps = [(Fraction(step.least), step) for step in benefit.steps]
    else:
        found = amount_seen(looked, looked.places, policy.tax, policy.sees)
        steps = [(sale_minor(looked, step.least), step) for step in benefit.steps]
    reached = [step for least, step in steps if found >= least]
    if not reached:
        first = str(benefit.steps[0].least)
        if benefit.of == "quantity":
            return Missed("quantity_below", first, count(found))
        actual = sale.shown(sale.whole(found))
        return Missed("amount_below", str(sale.shown(int(steps[0][0]))), str(actual))
    step = reached[-1]
    if step.percent is not None:
        return _percent(looked, step.percent, allowed)
    assert step.amount is not None, "a step gives a percent or an amount"
    return _amount_off(looked, AmountOff(amount=step.amount, tax=policy.tax), allowed)


def _every_off(looked: Looked, benefit: EveryOff, allowed: Allowance) -> Offer | Missed:
    sale, policy = looked.sale, looked.policy
    if benefit.every is not None:
        found: Fraction | Missed = amount_seen(looked, looked.places, policy.tax, policy.sees)
        size = sale_minor(looked, benefit.every.amount)
    else:
        found = quantity_seen(looked, looked.places, policy.unit)
        size = Fraction(benefit.every_quantity or 1)
    if isinstance(found, Missed):
        return found
    times = max(int(found // size), 0)
    if not times:
        if benefit.every is None:
            return Missed("quantity_below", str(benefit.every_quantity), count(found))
        seen = sale.shown(sale.whole(found))
        return Missed("amount_below", str(sale.shown(int(size))), str(seen))
    times = at_most(times, benefit.times, allowed.uses)
    if not times:
        return Missed("cap_exhausted", "1", "0")
    whole = AmountOff(amount=benefit.amount * times, tax=policy.tax)
    return _amount_off(looked, whole, allowed)._replace(uses=times)


def _free_shipping(looked: Looked, benefit: FreeShipping, _: Allowance) -> Offer | Missed:
    sale, running = looked.sale, looked.running
    freight = (place for place, target in enumerate(sale.targets) if target.freight)
    places = [place for place in freight if looked.may_lower(place)]
    if not places:
        return Missed("nothing_left", "freight", "none")
    left = positive(running, places)
    asked = sale.whole(sum(left) * Fraction(benefit.percent) / 100)
    if benefit.up_to is not None:
        asked = min(asked, sale.minor(benefit.up_to))
    return Offer(places, left, asked)


def _buy_get(looked: Looked, benefit: BuyGet, allowed: Allowance) -> Offer | Missed:
    found = rewarded(
        looked,
        benefit,
        allowed=allowed,
    )
    if isinstance(found, Missed):
        return found
    rate = Fraction(benefit.percent) / 100
    places = sorted(found.rewards, key=lambda place: looked.sale.order[place])
    wishes = [worth_of(looked, place, found.rewards[place]) * rate for place in places]
    asked = looked.sale.whole(sum(wishes, Fraction(0)))
    return Offer(
        places,
        wishes,
        asked,
        most=[ceil(wish) for wish in wishes],
        units=found.rewards,
        used=found.used,
        uses=found.sets,
    )


def _bundle_price(looked: Looked, benefit: BundlePrice, allowed: Allowance) -> Offer | Missed:
    found = bundled(looked, benefit, times=allowed.uses)
    if isinstance(found, Missed):
        return found
    places = sorted(found.used, key=lambda place: looked.sale.order[place])
    worth = [worth_of(looked, place, found.used[place]) for place in places]
    price = sale_minor(looked, benefit.price.amount) * found.sets
    asked = max(looked.sale.whole(sum(worth, Fraction(0)) - price), 0)
    return Offer(
        places,
        worth,
        asked,
        most=[ceil(each) for each in worth],
        units=found.used,
        used=found.used,
        uses=found.sets,
    )


_RECKONERS: dict[type, Callable[[Looked, Any, Allowance], Offer | Missed]] = {
    PercentOff: _percent_off,
    AmountOff: _amount_off,
    FixedPrice: _fixed_price,
    BuyGet: _buy_get,
    FreeGoods: free_goods,
    BundlePrice: _bundle_price,
    Ladder: _ladder,
    EveryOff: _every_off,
    FreeShipping: _free_shipping,
}
