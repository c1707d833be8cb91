"""Goods that an order earns (赠品计算): how often, of which product, and what they are worth.

They are earned by units that somebody pays for, never by free ones, and come in whole sets: what a
cap does not let through as a whole is a set less.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.promotion.benefit import FreeGoods
from cpq.promotion.judge import Looked, Missed, amount_seen, count, sale_minor
from cpq.promotion.offer import Allowance, Gift, Offer, at_most


class _Earned(NamedTuple):
    """A product that is earned so many times, and the lines that earn it."""

    product: str
    times: int
    places: Sequence[int]


def free_goods(looked: Looked, benefit: FreeGoods, allowed: Allowance) -> Offer | Missed:
    """The goods that the lines of a policy earn, as many sets as caps let through."""
    earned = _earned(looked, benefit)
    if isinstance(earned, Missed):
        return earned
    gifts: list[Gift] = []
    uses, units = 0, allowed.units
    most = at_most(sum(each.times for each in earned), benefit.times, allowed.uses)
    for each in earned:
        sets = min(each.times, most - uses)
        for bound in (units, allowed.by_product.get(each.product)):
            if bound is not None:
                sets = min(sets, int(bound // Fraction(benefit.quantity)))
        if sets <= 0:
            continue
        uses += sets
        quantity = benefit.quantity * sets
        if units is not None:
            units -= Fraction(quantity)
        gift = _gift(looked, benefit, each, quantity)
        if gift is None:
            return Missed("gift_unpriced", each.product)
        gifts.append(gift)
    if not gifts:
        return Missed("cap_exhausted", "1", "0")
    return Offer((), (), sum(gift.off for gift in gifts), uses=uses, gifts=tuple(gifts))


def _earned(looked: Looked, benefit: FreeGoods) -> list[_Earned] | Missed:
    sale, places, product = looked.sale, looked.places, benefit.product or ""
    bought = {place: looked.running.bought(sale, place) for place in places}
    if benefit.every_amount is not None:
        size = sale_minor(looked, benefit.every_amount.amount)
        seen = amount_seen(looked, places, looked.policy.tax, looked.policy.sees)
        times = int(seen // size)
        if times > 0:
            return [_Earned(product, times, places)]
        found = sale.shown(sale.whole(seen))
        return Missed("amount_below", str(sale.shown(int(size))), str(found))
    if benefit.every is None:
        if sum(bought.values()) > 0:
            return [_Earned(product, 1, places)]
        return Missed("nothing_left")  # nothing is bought, or more comes back
    lines: dict[str, list[int]] = {}
    for place in places:
        lines.setdefault(product or sale.targets[place].product, []).append(place)
    counts = {
        code: sum((bought[place] for place in own), Fraction(0)) for code, own in lines.items()
    }
    every = Fraction(benefit.every)
    earned = [_Earned(code, int(counts[code] // every), lines[code]) for code in sorted(lines)]
    most = max(counts.values(), default=Fraction(0))
    found_any = [each for each in earned if each.times > 0]
    return found_any or Missed("quantity_below", str(benefit.every), count(most))


def _gift(looked: Looked, benefit: FreeGoods, earned: _Earned, quantity: Decimal) -> Gift | None:
    sale = looked.sale
    worth = sale.gift_value(earned.product, quantity)
    if worth is None:
        return None
    paid = 0
    if benefit.price is not None:
        each = sale_minor(looked, benefit.price.amount) * worth.times
        paid = sale.whole(each * Fraction(quantity))
    off = max(worth.value - max(paid, worth.least), 0)
    return Gift(earned.product, quantity, worth.value, off, earned.places, worth.net, worth.gross)
