"""What a benefit comes to on the lines of an order (优惠计算), before caps and floors.

Every benefit ends as the same *offer*: a whole that is asked for, weights by which lines share it,
how many units of each line it touches and how often it was applied. Money is rounded once for the
whole, or once for each line where each line is asked for by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

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
from cpq.promotion.judge import Looked, Missed, amount_seen, quantity_seen, sale_minor
from cpq.promotion.sale import Running
from cpq.promotion.sets import bundled, rewarded

_NO_UNITS: Mapping[int, Fraction] = {}


class Allowance(NamedTuple):
    """What caps still let through: applications, units in all, units by product."""

    uses: int | None = None
    units: Fraction | None = None
    by_product: Mapping[str, Fraction] = {}

    @property
    def free(self) -> bool:
        """Whether no cap says anything."""
        return self.uses is None and self.units is None and not self.by_product


ANY = Allowance()


class Gift(NamedTuple):
    """Goods that are added to the order: so many of a product, worth ``value`` minor units, of
    which the promotion takes off ``off``.
    """

    product: str
    quantity: Decimal
    value: int
    off: int


class Offer(NamedTuple):
    """What a benefit asks for.

    ``asked`` minor units are shared over ``places`` by ``weights``; ``each`` is what each line is
    asked for by itself, where the benefit is of each line. ``units`` are the discounted units where
    these are not all, ``used`` those that no other set may take, ``uses`` how often it was applied.
    """

    places: Sequence[int]
    weights: Sequence[int | Fraction]
    asked: int
    each: Sequence[int] | None = None
    units: Mapping[int, Fraction] | None = None
    used: Mapping[int, Fraction] = _NO_UNITS
    uses: int = 1
    gifts: tuple[Gift, ...] = ()


def offered(looked: Looked, allowed: Allowance) -> Offer | Missed:
    """What the benefit of a policy comes to on the lines that it is for."""
    return _RECKONERS[type(looked.policy.benefit)](looked, looked.policy.benefit, allowed)


def positive(running: Running, places: Sequence[int]) -> list[int]:
    """What is left of the lines; a line that comes back offers nothing to lower."""
    return [max(running.left[place], 0) for place in places]


def _base(running: Running, places: Sequence[int]) -> int:
    # what comes back lowers what the rest may be discounted by: an exchange pays nobody
    return max(sum(running.left[place] for place in places), 0)


def _percent_off(looked: Looked, benefit: PercentOff, allowed: Allowance) -> Offer:
    return _percent(looked, benefit.percent, allowed)


def _percent(looked: Looked, percent: Decimal, allowed: Allowance) -> Offer:
    sale, running, places = looked.sale, looked.running, looked.places
    wholes, units = _within_units(looked, allowed)
    if looked.policy.spread == "per_line":
        each = [sale.percent_of(whole, percent) for whole in wholes]
        base = _base(running, places) if units is None else sum(each)
        return Offer(places, each, min(sum(each), base), each, units)
    whole = _base(running, places) if units is None else sum(wholes, Fraction(0))
    asked = sale.percent_of(whole, percent)
    return Offer(places, weights_of(looked, wholes), asked, units=units)


def _within_units(
    looked: Looked, allowed: Allowance
) -> tuple[Sequence[int | Fraction], Mapping[int, Fraction] | None]:
    """What is left of the units that caps let through, the dearest first."""
    wholes: Sequence[int | Fraction] = positive(looked.running, looked.places)
    if allowed.units is None and not allowed.by_product:
        return wholes, None
    units = allowed_units(looked, allowed)
    scaled = [
        whole * units[place] / Fraction(looked.sale.targets[place].quantity) if whole else 0
        for whole, place in zip(wholes, looked.places, strict=True)
    ]
    return scaled, units


def allowed_units(looked: Looked, allowed: Allowance) -> dict[int, Fraction]:
    """How many units of each line caps let through; the dearest units come first."""
    sale, running = looked.sale, looked.running

    def dearest(place: int) -> tuple[Fraction, int]:
        quantity = Fraction(sale.targets[place].quantity)
        each = running.left[place] / quantity if quantity else Fraction(0)
        return (-each, sale.order[place])

    total, by_product = allowed.units, dict(allowed.by_product)
    found: dict[int, Fraction] = {}
    for place in sorted(looked.places, key=dearest):
        target = sale.targets[place]
        units = max(Fraction(target.quantity), Fraction(0))
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
        return [max(Fraction(target.quantity), Fraction(0)) for target in targets]
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
        base = _base(looked.running, places) if units is None else int(sum(wholes))
        if benefit.tax is not None:
            amount = _untaxed(looked, benefit, amount)
        return Offer(places, weights_of(looked, wholes), min(amount, base), units=units)
    quantities = [Fraction(sale.targets[place].quantity) for place in places]
    counts = [Fraction(1)] * len(places) if benefit.per == "line" else quantities
    if units is not None and benefit.per == "unit":
        counts = [units[place] for place in places]
    exact = [
        Fraction(amount) * count / _taxed(looked, benefit, place)
        for count, place in zip(counts, places, strict=True)
    ]
    each = [
        min(sale.whole(max(wish, Fraction(0))), int(whole))
        for wish, whole in zip(exact, wholes, strict=True)
    ]
    return Offer(places, each, sum(each), each, units)


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
        [Fraction(sale.targets[place].quantity) for place in places]
        if units is None
        else [units[place] for place in places]
    )
    each = [
        max(sale.whole(whole - price * count), 0) if count > 0 else 0
        for whole, count in zip(wholes, counts, strict=True)
    ]
    return Offer(places, each, sum(each), each, units)


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
            return Missed("quantity_below", first, str(found))
        actual = sale.shown(sale.whole(found))
        return Missed("amount_below", str(sale.shown(int(steps[0][0]))), str(actual))
    step = reached[-1]
    if step.percent is not None:
        return _percent(looked, step.percent, allowed)
    assert step.amount is not None, "a step gives a percent or an amount"
    return _amount_off(looked, AmountOff(amount=step.amount), allowed)


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
            return Missed("quantity_below", str(benefit.every_quantity), str(found))
        seen = sale.shown(sale.whole(found))
        return Missed("amount_below", str(sale.shown(int(size))), str(seen))
    times = _at_most(times, benefit.times, allowed.uses)
    whole = AmountOff(amount=benefit.amount * times) if times else None
    if whole is None:
        return Missed("cap_exhausted", "1", "0")
    return _amount_off(looked, whole, allowed)._replace(uses=times)


def _at_most(times: int, *bounds: int | None) -> int:
    return min([times, *(bound for bound in bounds if bound is not None)])


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
        times=allowed.uses,
        units=allowed.units,
        by_product=allowed.by_product,
    )
    if isinstance(found, Missed):
        return found
    rate = Fraction(benefit.percent) / 100
    places = sorted(found.rewards, key=lambda place: looked.sale.order[place])
    wishes = [worth_of(looked, place, found.rewards[place]) * rate for place in places]
    asked = looked.sale.whole(sum(wishes, Fraction(0)))
    return Offer(places, wishes, asked, units=found.rewards, used=found.used, uses=found.sets)


def worth_of(looked: Looked, place: int, units: Fraction) -> Fraction:
    """What so many units of a line that no set has used still cost."""
    running = looked.running
    free = Fraction(looked.sale.targets[place].quantity) - running.used.get(place, 0)
    return max(running.left[place] - running.held.get(place, 0), 0) * units / free


def _bundle_price(looked: Looked, benefit: BundlePrice, allowed: Allowance) -> Offer | Missed:
    found = bundled(looked, benefit, times=allowed.uses)
    if isinstance(found, Missed):
        return found
    places = sorted(found.used, key=lambda place: looked.sale.order[place])
    worth = [worth_of(looked, place, found.used[place]) for place in places]
    price = sale_minor(looked, benefit.price.amount) * found.sets
    asked = max(looked.sale.whole(sum(worth, Fraction(0)) - price), 0)
    return Offer(places, worth, asked, units=found.used, used=found.used, uses=found.sets)


def _free_goods(looked: Looked, benefit: FreeGoods, allowed: Allowance) -> Offer | Missed:
    gifts: list[Gift] = []
    uses = 0
    found = _gift_times(looked, benefit)
    if isinstance(found, Missed):
        return found
    units = allowed.units
    for product, times in found:
        sets = _at_most(times, benefit.times, None if allowed.uses is None else allowed.uses - uses)
        for bound in (units, allowed.by_product.get(product)):
            if bound is not None:
                sets = min(sets, int(bound // Fraction(benefit.quantity)))
        if sets <= 0:
            continue
        uses += sets
        quantity = benefit.quantity * sets
        if units is not None:
            units -= Fraction(quantity)
        gift = _gift(looked, benefit, product, quantity)
        if gift is None:
            return Missed("gift_unpriced", product)
        gifts.append(gift)
    if not gifts:
        return Missed("cap_exhausted", "1", "0")
    return Offer((), (), sum(gift.off for gift in gifts), uses=uses, gifts=tuple(gifts))


def _gift_times(looked: Looked, benefit: FreeGoods) -> list[tuple[str, int]] | Missed:
    """How often each product is given."""
    targets = [looked.sale.targets[place] for place in looked.places]
    if benefit.every_amount is not None:
        size = sale_minor(looked, benefit.every_amount.amount)
        seen = amount_seen(looked, looked.places, looked.policy.tax, looked.policy.sees)
        counts = {benefit.product or "": int(seen // size)}
        shown = looked.sale.shown(looked.sale.whole(seen))
        missed = Missed("amount_below", str(looked.sale.shown(int(size))), str(shown))
    elif benefit.every is not None:
        bought: dict[str, Fraction] = {}
        for target in targets:
            code = benefit.product or target.product
            bought[code] = bought.get(code, Fraction(0)) + Fraction(target.quantity)
        counts = {code: int(count // Fraction(benefit.every)) for code, count in bought.items()}
        most = max(bought.values(), default=Fraction(0))
        missed = Missed("quantity_below", str(benefit.every), str(most))
    elif sum(target.quantity for target in targets) > 0:
        return [(benefit.product or "", 1)]
    else:
        return Missed("nothing_left")  # nothing is bought, or more comes back
    found = [(code, times) for code, times in sorted(counts.items()) if times > 0]
    return found or missed


def _gift(looked: Looked, benefit: FreeGoods, product: str, quantity: Decimal) -> Gift | None:
    sale = looked.sale
    value = sale.gift_value(product, quantity)
    if value is None:
        return None
    paid = 0
    if benefit.price is not None:
        paid = sale.whole(sale_minor(looked, benefit.price.amount) * Fraction(quantity))
    return Gift(product, quantity, value, max(value - paid, 0))


_RECKONERS: dict[type, Callable[[Looked, Any, Allowance], Offer | Missed]] = {
    PercentOff: _percent_off,
    AmountOff: _amount_off,
    FixedPrice: _fixed_price,
    BuyGet: _buy_get,
    FreeGoods: _free_goods,
    BundlePrice: _bundle_price,
    Ladder: _ladder,
    EveryOff: _every_off,
    FreeShipping: _free_shipping,
}
