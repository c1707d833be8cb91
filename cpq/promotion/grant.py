"""What one policy takes off the lines that it is for (促销优惠): reckoned, capped, shared.

The steps are always the same: which of its lines are open to it, whether its conditions hold, what
its benefit asks for, what its caps let through, and how that is shared over the lines, none of
which goes below what a floor keeps. What was asked and could not be given is known, not lost.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import NamedTuple

from cpq.cap import CapTake
from cpq.coupon import Coupon
from cpq.kernel.money import EXACT, plain, rounded_fraction
from cpq.promotion.judge import Looked, Missed, missed
from cpq.promotion.limit import Counted, Limit, Used, limits_of, takes_of
from cpq.promotion.offer import ANY, Allowance, Gift, Offer, worth_of
from cpq.promotion.policy import PromotionPolicy
from cpq.promotion.reckon import offered
from cpq.promotion.sale import Running, Sale
from cpq.promotion.share import Over, money_text, shared

_NOBODY: Mapping[int, Missed] = {}
_NO_SHARES: Mapping[int, int] = {}
_UNIT_PLACES = 9


class Grant(NamedTuple):
    """What one policy gives: shares by line, and why it gives nothing, or not all that it asks.

    ``places`` are the lines that it was for, ``lowers`` those that its benefit lowers, ``left``
    what was left of these before; ``missed`` says why it gives nothing at all, ``refused`` why
    nothing of a line. ``capped`` is whether a cap kept something back, ``used`` are the units that
    its sets use up and ``worth`` what these cost before, ``given`` those that are free, ``spent``
    is what caps count of it.
    """

    policy: PromotionPolicy
    places: Sequence[int]
    shares: Mapping[int, int] = _NO_SHARES
    asked: int = 0
    missed: Missed | None = None
    refused: Mapping[int, Missed] = _NOBODY
    capped: bool = False
    gifts: tuple[Gift, ...] = ()
    used: Mapping[int, Fraction] = {}
    given: Mapping[int, Fraction] = {}
    worth: Mapping[int, Fraction] = {}
    takes: tuple[CapTake, ...] = ()
    over: tuple[Over, ...] = ()
    coupon: Coupon | None = None
    left: Mapping[int, int] = _NO_SHARES
    lowers: Sequence[int] = ()
    spent: Used | None = None

    @property
    def total(self) -> int:
        """All that it gives, gifts included, in minor units."""
        return sum(self.shares.values()) + sum(gift.off for gift in self.gifts)

    @property
    def acts(self) -> bool:
        """Whether it gives anything, if only goods that are worth nothing."""
        return bool(self.shares or self.gifts)


def granted(policy: PromotionPolicy, sale: Sale, running: Running, places: Sequence[int]) -> Grant:
    """What a policy in force takes off the lines ``places`` that it is for."""
    coupon, refusal = _opened(policy, sale, places)
    if refusal is not None:
        return Grant(policy, places, missed=refusal, coupon=coupon)
    open_places, refused = _open(policy, sale, running, places)
    looked = Looked(policy, sale, running, open_places)
    if policy.basis == "line":
        refused = {**refused, **_each_judged(looked)}
        open_places = [place for place in open_places if place not in refused]
        looked = looked._replace(places=open_places)
        if not open_places:
            return Grant(policy, places, refused=refused, coupon=coupon)
    elif open_places or not refused:
        found = missed(looked)
        if found is not None:
            return Grant(policy, places, missed=found, refused=refused, coupon=coupon)
    if not open_places:
        return Grant(policy, places, refused=refused, coupon=coupon)
    given = _given(looked, coupon)
    if isinstance(given, Missed):
        return Grant(
            policy, places, asked=given.asked, missed=given, refused=refused, coupon=coupon
        )
    return given._replace(places=places, refused=refused, coupon=coupon)


def applied(grant: Grant, running: Running) -> None:
    """Take what a grant gives off what is left."""
    for place, share in grant.shares.items():
        if place in running.held and place not in grant.used:
            running.held[place] *= 1 - Fraction(share, running.left[place])
        running.left[place] -= share
    for place, units in grant.used.items():
        running.used[place] = running.used.get(place, Fraction(0)) + units
        kept = max(grant.worth[place] - grant.shares.get(place, 0), Fraction(0))
        running.held[place] = running.held.get(place, Fraction(0)) + kept
    policy = grant.policy
    for place, units in grant.given.items():
        running.given[place] = running.given.get(place, Fraction(0)) + units
    if policy.exclusive == "line":
        running.locked.update(dict.fromkeys(grant.shares, policy.code))
    entered(policy, running)


def entered(policy: PromotionPolicy, running: Running) -> None:
    """Put down that a policy acts, and whom it keeps away."""
    running.acted[policy.code] = policy.code
    if policy.group is not None:
        running.acted.setdefault(policy.group, policy.code)
    for name in policy.not_with:
        running.barred.setdefault(name, policy.code)


def kept_away(policy: PromotionPolicy, running: Running) -> str | None:
    """The promotion that has acted and that a policy does not go together with."""
    for name in (policy.code, policy.group):
        if name in running.barred:
            return running.barred[name]
    found = (running.acted.get(name) for name in policy.not_with)
    return next((code for code in found if code is not None), None)


def reduced(grant: Grant, sale: Sale, shares: Mapping[int, int]) -> Grant:
    """A grant of which only these shares stand, with what it takes of caps reckoned again."""
    grant = grant._replace(shares=shares, used=grant.used if shares else {})
    if grant.spent is None:
        return grant
    units = {place: units for place, units in grant.spent.units.items() if place in shares}
    spent = grant.spent._replace(shares=shares, units=units)
    limits = limits_of(grant.policy, sale, grant.places, grant.coupon)
    takes = takes_of(limits, sale, spent) if grant.acts else ()
    return grant._replace(spent=spent, takes=takes)


def _opened(
    policy: PromotionPolicy, sale: Sale, places: Sequence[int]
) -> tuple[Coupon | None, Missed | None]:
    """The coupon that opens a policy; of several the first, by its key, that is not used up."""
    coupons = sale.coupons.get(policy.code, ())
    if policy.needs_coupon and not coupons:
        return None, Missed("no_coupon", "a coupon", "none")
    for coupon in coupons:
        own = [limit for limit in limits_of(policy, sale, places, coupon) if limit.is_of(coupon)]
        if not any(limit.hard and limit.left == 0 for limit in own):
            return coupon, None
    if policy.needs_coupon:
        return coupons[0], Missed("cap_exhausted", "1", "0")
    return None, None


def _open(
    policy: PromotionPolicy, sale: Sale, running: Running, places: Sequence[int]
) -> tuple[list[int], dict[int, Missed]]:
    """The lines that a policy may lower, in the order of what they are, and why not the others."""
    refused: dict[int, Missed] = {}
    found = []
    for place in places:
        if place in running.locked:
            refused[place] = Missed("excluded_by", "", running.locked[place])
        elif policy.undiscounted and running.left[place] != sale.targets[place].amount:
            refused[place] = Missed("already_discounted")
        else:
            found.append(place)
    order = sale.order
    found.sort(key=lambda place: (order[place], running.left[place]))
    if policy.picks != "all" and len(found) > 1:
        found = _picked(policy, sale, found, refused)
    return found, refused


def _picked(
    policy: PromotionPolicy, sale: Sale, places: list[int], refused: dict[int, Missed]
) -> list[int]:
    """The one line whose unit is cheapest, or dearest; of equal ones the first by what it is."""

    def each(place: int) -> Fraction:
        target = sale.targets[place]
        quantity = Fraction(target.quantity)
        return target.amount / quantity if quantity else Fraction(target.amount)

    costing = [place for place in places if sale.targets[place].amount > 0]
    chosen = (min if policy.picks == "cheapest" else max)(costing or places, key=each)
    for place in places:
        if place != chosen:
            refused[place] = Missed(f"not_{policy.picks}")
    return [chosen]


def _each_judged(looked: Looked) -> dict[int, Missed]:
    found = ((place, missed(looked._replace(places=(place,)))) for place in looked.places)
    return {place: each for place, each in found if each is not None}


def _given(looked: Looked, coupon: Coupon | None) -> Grant | Missed:
    policy, sale = looked.policy, looked.sale
    limits = limits_of(policy, sale, looked.places, coupon)
    offer: Offer | Missed = offered(looked, ANY)
    over: list[Over] = []
    capped = False
    if limits and isinstance(offer, Offer):
        first = offer
        offer = _within_counts(looked, offer, limits, over)
        capped = offer is not first
    if isinstance(offer, Missed):
        return offer
    shares, bound = shared(looked, offer, limits, over)
    if isinstance(shares, Missed):
        return shares
    if offer.gifts and bound:
        return _fewer_gifts(looked, offer, limits)
    used = _used(looked, offer, shares)
    acts = bool(used.shares or used.gifts)
    asked = first.asked if capped and isinstance(first, Offer) else offer.asked
    return Grant(
        policy,
        looked.places,
        used.shares,
        asked,
        capped=capped or bound,
        gifts=offer.gifts,
        used=offer.used if acts else {},
        given=_free_units(policy, offer, shares),
        worth={place: worth_of(looked, place, units) for place, units in offer.used.items()},
        takes=takes_of(limits, sale, used) if acts else (),
        over=tuple(over) if acts else (),
        left={place: looked.running.left[place] for place in offer.places},
        lowers=offer.places,
        spent=used,
    )


def _free_units(
    policy: PromotionPolicy, offer: Offer, shares: Mapping[int, int]
) -> Mapping[int, Fraction]:
    """The units that are given for nothing: as many whole ones as the shares pay for."""
    benefit, units = policy.benefit, offer.units
    if benefit.kind != "buy_get" or benefit.percent != 100 or units is None:
        return {}
    wishes = {
        place: Fraction(wish) for place, wish in zip(offer.places, offer.weights, strict=True)
    }
    return {
        place: units[place]
        if share + 1 > wishes[place]
        else Fraction(floor(units[place] * share / wishes[place]))
        for place, share in shares.items()
    }


def _used(looked: Looked, offer: Offer, shares: Mapping[int, int]) -> Used:
    """What of lines and gifts an offer uses once it is shared; all units of a line that is lowered
    where it does not say.
    """
    units = {
        place: looked.running.bought(looked.sale, place)
        if offer.units is None
        else offer.units[place]
        for place in shares
    }
    return Used(shares, units, offer.gifts, offer.uses)


def _within_counts(
    looked: Looked, offer: Offer, limits: Sequence[Limit], over: list[Over]
) -> Offer | Missed:
    """The offer within the caps on orders, uses and units."""
    allowed, sale = ANY, looked.sale
    lowered = (place for place, weight in zip(offer.places, offer.weights, strict=True) if weight)
    everything = _used(looked, offer, dict.fromkeys(lowered, 1))
    counted = Counted(everything, sale, limits)
    for limit in limits:
        cap = limit.cap
        if cap.measure not in ("orders", "uses", "units") or limit.left is None:
            continue
        if cap.window == "line":
            allowed = _per_line(everything, limit, allowed, over)
            continue
        asked = counted.measured(limit)
        if asked <= limit.left:
            continue
        if not limit.hard:
            over.append(Over(limit, asked))
        elif not limit.left or (limit.left < 1 and cap.measure != "units"):
            return Missed("cap_exhausted", _plain(asked), _plain(limit.left), asked=offer.asked)
        elif cap.behaviour == "reject" or cap.measure == "orders":
            return Missed("capped", _plain(asked), _plain(limit.left), asked=offer.asked)
        else:
            allowed = _narrowed(allowed, limit)
    return offer if allowed.free else offered(looked, allowed)


def _narrowed(allowed: Allowance, limit: Limit) -> Allowance:
    assert limit.left is not None, "an open gate bounds nothing"
    if limit.cap.measure == "uses":
        left = floor(limit.left)
        return allowed._replace(uses=left if allowed.uses is None else min(allowed.uses, left))
    if limit.product:
        before = allowed.by_product.get(limit.product, limit.left)
        by_product = {**allowed.by_product, limit.product: min(before, limit.left)}
        return allowed._replace(by_product=by_product)
    units = limit.left if allowed.units is None else min(allowed.units, limit.left)
    return allowed._replace(units=units)


def _per_line(used: Used, limit: Limit, allowed: Allowance, over: list[Over]) -> Allowance:
    """At most so many units of each line; a line that asks for more gets none where it rejects."""
    most = limit.left or Fraction(0)
    by_line = dict(allowed.by_line)
    for place, units in used.units.items():
        if units > most and not limit.hard:
            over.append(Over(limit, units))
        elif units > most:
            within = Fraction(0) if limit.cap.behaviour == "reject" else most
            by_line[place] = min(within, by_line.get(place, within))
    return allowed._replace(by_line=by_line)


def _plain(number: Fraction) -> str:
    """A count as people write it: at most nine decimals."""
    if number.denominator == 1:
        return str(number)
    return plain(rounded_fraction(number, _UNIT_PLACES).normalize(EXACT))


def _fewer_gifts(looked: Looked, offer: Offer, limits: Sequence[Limit]) -> Grant | Missed:
    """As many gifts as a cap on money lets through: nobody gets half a gift."""
    found: tuple[Offer, Used, list[Over]] | None = None
    fit, most = 0, offer.uses - 1
    while fit < most:
        uses = (fit + most + 1) // 2
        fewer, over = offered(looked, Allowance(uses=uses)), list[Over]()
        fits = None if isinstance(fewer, Missed) else _fits(looked, fewer, limits, over)
        if fits is None or isinstance(fewer, Missed):
            most = uses - 1
        else:
            fit, found = uses, (fewer, fits, over)
    if found is not None:
        fewer, used, over = found
        return Grant(
            looked.policy,
            looked.places,
            asked=offer.asked,
            capped=True,
            gifts=fewer.gifts,
            takes=takes_of(limits, looked.sale, used),
            over=tuple(over),
            spent=used,
        )
    return Missed("cap_exhausted", money_text(looked.sale, Fraction(offer.asked)), "0")


def _fits(looked: Looked, offer: Offer, limits: Sequence[Limit], over: list[Over]) -> Used | None:
    """What gifts use up where every cap on money, units and uses lets all of them through."""
    shares, bound = shared(looked, offer, limits, over)
    if isinstance(shares, Missed) or bound:
        return None
    used = _used(looked, offer, shares)
    hard = (limit for limit in limits if limit.hard and limit.left is not None)
    counts = (limit for limit in hard if limit.cap.measure in ("units", "uses"))
    counted = Counted(used, looked.sale, limits)
    passed = any(counted.measured(limit) > (limit.left or 0) for limit in counts)
    return None if passed else used
