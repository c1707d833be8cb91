"""A discount shared over its lines within the caps on money (优惠分摊): largest remainder, no more.

What is asked for is first bounded by caps on the order and on counters, then each line by caps on
lines and products and by its floor; within these rooms the rest is shared by weight on minor units,
and what overflows a line is shared again among the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from cpq.kernel.money import split_within
from cpq.promotion.judge import Looked, Missed
from cpq.promotion.limit import Counted, Limit, Used, gift_taxed, taxed
from cpq.promotion.offer import Offer
from cpq.promotion.sale import Sale


class Over(NamedTuple):
    """A limit that was passed where that is allowed: what was asked and what was left."""

    limit: Limit
    asked: Fraction


def shared(
    looked: Looked, offer: Offer, limits: Sequence[Limit], over: list[Over]
) -> tuple[Mapping[int, int] | Missed, bool]:
    """The offer within the caps on money, shared over its lines; whether a cap kept some back."""
    sale = looked.sale
    rooms = [_room(looked, place) for place in offer.places]
    most = offer.each or offer.most
    if most is not None:  # no line is lowered in the place of another
        rooms = [min(pair) for pair in zip(rooms, most, strict=True)]
    whole, narrow = offer.asked, list(rooms)
    wishes = _Wishes(looked, offer, limits)
    moved = False
    money = [limit for limit in limits if limit.cap.measure in ("amount", "percent")]
    for limit in money:
        if limit.cap.window == "line":
            narrow = _by_line(limit, looked, offer, narrow, over)
            continue
        asked = wishes.of(limit)
        left = _left_of(limit, looked, offer)
        if left is None:
            continue
        if asked > left and not limit.hard:
            over.append(Over(limit, asked))
        elif asked > left and limit.cap.behaviour == "reject":
            refused = Missed("capped", money_text(sale, asked), money_text(sale, left))
            return refused._replace(asked=offer.asked), True
        elif limit.product and limit.hard and offer.places:
            # also where less is asked of it: what other lines have no room for comes to its own
            wishes.narrow(limit, left, narrow)
            moved = moved or asked > left
        elif asked <= left:
            continue
        else:
            whole = min(whole, floor(left if limit.cap.tax is None else whole * left / asked))
    if moved:  # what a product may not take, no other one takes in its place
        narrow = [min(pair) for pair in zip(narrow, wishes.each(), strict=True)]
    parts = _parts(offer, whole, narrow)
    shares = {place: part for place, part in zip(offer.places, parts, strict=True) if part}
    bound = whole < offer.asked or narrow != rooms
    return _fitted(looked, offer, money, shares, narrow), bound


def _parts(offer: Offer, whole: int, rooms: Sequence[int]) -> Sequence[int]:
    each = offer.each
    fits = each is not None and all(w <= room for w, room in zip(each, rooms, strict=True))
    if each is not None and fits and whole == sum(each):
        return each
    parts, _ = split_within(whole, offer.weights, rooms)
    return parts


def _fitted(
    looked: Looked,
    offer: Offer,
    limits: Sequence[Limit],
    shares: Mapping[int, int],
    rooms: Sequence[int],
) -> Mapping[int, int]:
    """The shares, less the few units by which rounding passes a cap on the other tax basis."""
    sides = [
        limit
        for limit in limits
        if limit.cap.tax is not None and limit.left is not None and limit.hard
    ]
    for limit in sides:
        if limit.cap.window == "line" or limit.cap.measure == "percent":
            continue
        most = max((taxed(limit.cap, looked.sale, place) for place in offer.places), default=1)
        counted = Counted(Used(shares, {}, (), 0), looked.sale, limits)
        while shares and (over := counted.measured(limit) - (limit.left or 0)) > 0:
            # no unit weighs more than the most, so fewer than these cannot do
            parts = _parts(offer, sum(shares.values()) - max(ceil(over / most), 1), rooms)
            shares = {place: part for place, part in zip(offer.places, parts, strict=True) if part}
            counted = Counted(Used(shares, {}, (), 0), looked.sale, limits)
    return shares


class _Wishes:
    """What an offer asks of caps on money, each on its own basis and for its own product."""

    def __init__(self, looked: Looked, offer: Offer, limits: Sequence[Limit]) -> None:
        self._sale = looked.sale
        self._offer = offer
        self._whole = sum(Fraction(weight) for weight in offer.weights)
        self._lines: dict[str, list[int]] = {}
        if any(limit.product for limit in limits):
            for number, place in enumerate(offer.places):
                product = looked.sale.targets[place].product
                self._lines.setdefault(product, []).append(number)

    def lines(self, limit: Limit) -> Sequence[int]:
        """Where the lines that a cap counts stand in the offer."""
        if not limit.product:
            return range(len(self._offer.places))
        return self._lines.get(limit.product, ())

    def of(self, limit: Limit) -> Fraction:
        """What is asked of a cap, in minor units on its basis."""
        offer, cap = self._offer, limit.cap
        gifts = (gift for gift in offer.gifts if limit.covers(gift.product))
        if offer.gifts and not offer.places:
            return sum((gift.off * gift_taxed(cap, gift) for gift in gifts), Fraction(0))
        if cap.tax is None and not limit.product:
            return Fraction(offer.asked)
        if not self._whole:
            return Fraction(0)
        sides = (
            Fraction(offer.weights[number]) * taxed(cap, self._sale, offer.places[number])
            for number in self.lines(limit)
        )
        return offer.asked * sum(sides, Fraction(0)) / self._whole

    def each(self) -> Iterator[int]:
        """What each line is asked for by itself, rounded up."""
        for weight in self._offer.weights:
            wish = self._offer.asked * Fraction(weight) / self._whole if self._whole else 0
            yield ceil(wish)

    def narrow(self, limit: Limit, left: Fraction, rooms: list[int]) -> None:
        """Narrow the rooms of the lines that a cap per product counts."""
        lines, places = self.lines(limit), self._offer.places
        sides = [taxed(limit.cap, self._sale, places[number]) for number in lines]
        within = [floor(rooms[number] * side) for number, side in zip(lines, sides, strict=True)]
        if sum(within) <= left:
            return
        parts, _ = split_within(floor(left), within, within)
        for number, part, side in zip(lines, parts, sides, strict=True):
            rooms[number] = min(rooms[number], floor(part / side))


def _left_of(limit: Limit, looked: Looked, offer: Offer) -> Fraction | None:
    if limit.left is None or limit.cap.measure == "amount":
        return limit.left
    targets = (looked.sale.targets[place] for place in offer.places or looked.places)
    counted = (target for target in targets if offer.gifts or limit.covers(target.product))
    return sum(max(target.amount, 0) for target in counted) * limit.left / 100


def _by_line(
    limit: Limit, looked: Looked, offer: Offer, rooms: Sequence[int], over: list[Over]
) -> list[int]:
    """The rooms of lines within a cap on each; one that rejects shuts the lines that ask more."""
    sale, cap = looked.sale, limit.cap
    whole = sum(Fraction(weight) for weight in offer.weights)
    found = []
    for room, weight, place in zip(rooms, offer.weights, offer.places, strict=True):
        most = limit.left or Fraction(0)
        if cap.measure == "percent":
            most = max(sale.targets[place].amount, 0) * most / 100
        most /= taxed(cap, sale, place)
        asked = offer.asked * Fraction(weight) / whole if whole else Fraction(0)
        if asked > most and not limit.hard:
            over.append(Over(limit, asked))
        rejected = asked > most and cap.behaviour == "reject"
        # what a line may not take, no other one takes in its place
        within = 0 if rejected else min(room, floor(most), ceil(asked))
        found.append(within if limit.hard else room)
    return found


def _room(looked: Looked, place: int) -> int:
    """How much may still be taken off a line."""
    return max(looked.running.left[place] - looked.sale.targets[place].least, 0)


def money_text(sale: Sale, minor: Fraction) -> str:
    """Minor units as a trace writes them."""
    return str(sale.shown(ceil(minor)))
