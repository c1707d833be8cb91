"""The caps of a policy on one sale (限额适用): what is left of each, and what a grant takes of it.

A cap without memory bounds this order; one that is counted bounds it by what others have left of
its counter. A coupon's own caps stand beside those of its promotion.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.cap import Cap, CapTake, Counter, counters_of
from cpq.coupon import Coupon
from cpq.kernel.money import EXACT, Rounding, currency_places, rounded_fraction
from cpq.promotion.offer import Gift
from cpq.promotion.policy import PromotionPolicy
from cpq.promotion.sale import Sale

_UNIT_PLACES = 9


class Limit(NamedTuple):
    """A cap on this sale: ``left`` of it, for one ``product`` where it counts by product.

    ``left`` is ``None`` of a gate that is open: it bounds nothing, and counts. ``returns`` is
    whether a cancelled order gives back what it took.
    """

    cap: Cap
    counter: Counter | None
    left: Fraction | None
    product: str = ""
    returns: bool = True

    @property
    def hard(self) -> bool:
        """Whether it is kept, rather than told of or asked about."""
        return self.cap.behaviour in ("clip", "reject")

    def is_of(self, coupon: Coupon) -> bool:
        """Whether it is the coupon's own, or counts for each coupon."""
        if self.counter is None:
            return False
        return self.counter.owner == coupon.owner or ("coupon", coupon.key) in self.counter.scope

    def covers(self, product: str) -> bool:
        """Whether it counts a product."""
        return not self.product or self.product == product


def limits_of(
    policy: PromotionPolicy, sale: Sale, places: Sequence[int], coupon: Coupon | None
) -> list[Limit]:
    """What is left of every cap that bears on a policy and the coupon that opened it."""
    if not policy.caps and coupon is None:
        return []
    if coupon is not None:  # what a cap counts per coupon, it counts of the one that opened it
        values = {**sale.facts.values, "coupon": coupon.key}
        sale = sale._replace(facts=sale.facts._replace(values=values))
    named = _named_group(policy, sale)
    if named is not None:
        values = {**sale.facts.values, "group": named}
        sale = sale._replace(facts=sale.facts._replace(values=values))
    returns = policy.returns_on_cancel
    found = [
        limit
        for cap in policy.caps
        for limit in _limits(policy.code, policy, cap, sale, places, returns=returns)
    ]
    if coupon is not None:
        for cap in coupon.caps:
            returns = coupon.returns_on_cancel
            found += _limits(coupon.owner, policy, cap, sale, places, returns=returns)
    return found


def _named_group(policy: PromotionPolicy, sale: Sale) -> str | None:
    """The group of the customer that a policy is for; of several the nearest."""
    if not policy.customer_groups or sale.customer is None:
        return None
    return next((each for each in sale.customer.groups if each in policy.customer_groups), None)


def _lowered(policy: PromotionPolicy, cap: Cap, sale: Sale, places: Sequence[int]) -> set[str]:
    """The products that a cap counts: those a policy is for, and those that its benefit gives."""
    benefit = policy.benefit
    if cap.measure not in ("uses", "orders"):
        others = benefit.kind == "buy_get" and benefit.of is not None
        if others or benefit.kind in ("bundle_price", "free_shipping"):
            return {target.product for target in sale.targets}
        if benefit.kind == "free_goods" and benefit.product:
            return {benefit.product}
    return {sale.targets[place].product for place in places}


def _limits(
    owner: str,
    policy: PromotionPolicy,
    cap: Cap,
    sale: Sale,
    places: Sequence[int],
    *,
    returns: bool,
) -> Iterator[Limit]:
    products: tuple[str, ...] = ("",)
    if "product" in cap.scope and cap.window != "line":
        products = tuple(sorted(_lowered(policy, cap, sale, places)))
    if not cap.counted:
        for product in products:
            yield Limit(cap, None, _in_units(cap, sale), product)
        return
    for product in products:
        counter = counters_of(owner, cap, sale.facts, product=product)
        if counter is not None:
            used = Fraction(sale.deal.usage.used(counter))
            left = max(Fraction(cap.limit) - used, Fraction(0))
            if cap.measure == "amount":
                left *= 10**sale.places
            gate = cap.overshoot_last and left > 0
            yield Limit(cap, counter, None if gate else left, product, returns)


def _in_units(cap: Cap, sale: Sale) -> Fraction:
    limit = Fraction(cap.limit)
    return limit * 10**sale.places if cap.measure == "amount" else limit


def taxed(cap: Cap, sale: Sale, place: int) -> Fraction:
    """What one of the price of a line is on the tax basis of a cap."""
    if cap.tax is None:
        return Fraction(1)
    target = sale.targets[place]
    return target.gross if cap.tax == "gross" else target.net


class Used(NamedTuple):
    """What a grant uses: money and units by line, gifts, applications."""

    shares: Mapping[int, int]
    units: Mapping[int, Fraction]
    gifts: Sequence[Gift]
    uses: int


_NOTHING = Used({}, {}, (), 0)


def by_product(used: Used, sale: Sale) -> dict[str, Used]:
    """What a grant uses, product by product."""
    shares: dict[str, dict[int, int]] = {}
    units: dict[str, dict[int, Fraction]] = {}
    gifts: dict[str, list[Gift]] = {}
    for place, share in used.shares.items():
        shares.setdefault(sale.targets[place].product, {})[place] = share
    for place, size in used.units.items():
        units.setdefault(sale.targets[place].product, {})[place] = size
    for gift in used.gifts:
        gifts.setdefault(gift.product, []).append(gift)
    return {
        code: Used(shares.get(code, {}), units.get(code, {}), gifts.get(code, ()), used.uses)
        for code in {*shares, *units, *gifts}
    }


class Counted:
    """What a grant uses, ready to be asked by one cap after the other."""

    def __init__(self, used: Used, sale: Sale, limits: Sequence[Limit]) -> None:
        self._used = used
        self._sale = sale
        self._parts = by_product(used, sale) if any(each.product for each in limits) else {}

    def measured(self, limit: Limit) -> Fraction:
        """How much of what a cap counts it uses; money in minor units."""
        used = self._parts.get(limit.product, _NOTHING) if limit.product else self._used
        return measured(limit, self._sale, used)


def takes_of(limits: Sequence[Limit], sale: Sale, used: Used) -> tuple[CapTake, ...]:
    """What a grant takes of the counters of its caps."""
    found = []
    counted = Counted(used, sale, limits)
    for limit in limits:
        amount = counted.measured(limit) if limit.counter is not None else None
        if limit.counter is not None and amount:
            found.append(
                CapTake(
                    counter=limit.counter,
                    amount=_number(limit, sale, amount),
                    limit=limit.cap.limit,
                    hard=limit.hard,
                    overshoot=limit.cap.overshoot_last,
                    returns=limit.returns,
                )
            )
    return tuple(found)


def measured(limit: Limit, sale: Sale, used: Used) -> Fraction:
    """How much of what a cap counts is used, of its product where it has one."""
    cap = limit.cap
    if cap.measure in ("orders", "uses"):
        return Fraction(1 if cap.measure == "orders" else used.uses)
    if cap.measure == "units":
        given = (Fraction(gift.quantity) for gift in used.gifts)
        return sum(used.units.values(), Fraction(0)) + sum(given, Fraction(0))
    lowered = (share * taxed(cap, sale, place) for place, share in used.shares.items())
    given = (gift.off * gift_taxed(cap, gift) for gift in used.gifts)
    return sum(lowered, Fraction(0)) + sum(given, Fraction(0))


def gift_taxed(cap: Cap, gift: Gift) -> Fraction:
    """What one of the price of a gift is on the tax basis of a cap."""
    if cap.tax is None:
        return Fraction(1)
    return gift.gross if cap.tax == "gross" else gift.net


def _number(limit: Limit, sale: Sale, amount: Fraction) -> Decimal:
    """On the grid of the counter, rounded up: what fits what is left still does."""
    if limit.cap.measure == "amount":
        places = currency_places(sale.currency)
        return rounded_fraction(amount / 10**sale.places, places, Rounding.UP)
    return rounded_fraction(amount, _UNIT_PLACES, Rounding.UP).normalize(EXACT)
