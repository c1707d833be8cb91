"""All coupons that were given out (优惠券登记簿), and which of them a typed code is.

A code names one coupon at a time: it may be given out again once it has run out, never while it is
still good for something. What was issued stays as it was issued; that one was blocked is a fact of
its own, from its day on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import NoReturn

from pydantic import Field, model_validator

from cpq.coupon.key import coupon_key
from cpq.coupon.model import Coupon
from cpq.coupon.outcome import unknown
from cpq.kernel.errors import Conflict, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.period import Moment, instant
from cpq.kernel.period import zone as zone_of
from cpq.kernel.text import Line, legible

# The widest that days reach where it is not said whose days they are.
_FIRST_ZONE, _LAST_ZONE = "Etc/GMT-14", "Etc/GMT+12"


class CouponBlock(Frozen):
    """That a coupon was blocked: it no longer counts from ``on``, inclusive.

    ``coupon`` is the ``owner`` of the coupon, which tells it from another of the same code.
    """

    coupon: Line
    on: date
    reason: Line = Field(min_length=1)


class CouponBatch(Frozen):
    """A batch in a list: for which promotion, how many coupons, how many of them blocked."""

    batch: str
    promotion: str
    issued: int
    blocked: int


class CouponRegister(Frozen):
    """Coupons by their codes, each unique among those that are valid at the same time.

    Raises ``Conflict`` (``coupon.code_taken``).

    >>> register = CouponRegister(coupons=(Coupon(code="AUTUMN-7K4P", promotion="AUTUMN"),))
    >>> register.find("autumn 7k4p", at=date(2026, 11, 21)).promotion
    'AUTUMN'
    """

    coupons: tuple[Coupon, ...] = ()
    blocks: tuple[CouponBlock, ...] = ()

    @model_validator(mode="after")
    def _one_at_a_time(self) -> "CouponRegister":
        for group in self._by_key.values():
            for place, coupon in enumerate(group[1:], start=1):
                refuse_taken(coupon, group[:place])
        return self

    @cached_property
    def _by_key(self) -> dict[str, list[Coupon]]:
        groups: dict[str, list[Coupon]] = {}
        for coupon in self.coupons:
            groups.setdefault(coupon.key, []).append(coupon)
        return groups

    @cached_property
    def _blocks(self) -> dict[str, CouponBlock]:
        return {block.coupon: block for block in self.blocks}

    def issued(self, coupons: Iterable[Coupon]) -> "CouponRegister":
        """The register with more coupons; one that is there already changes nothing.

        Raises ``Conflict`` (``coupon.code_taken``).
        """
        known = self._by_key
        new = [each for each in dict.fromkeys(coupons) if each not in known.get(each.key, ())]
        return self.with_(coupons=(*self.coupons, *new)) if new else self

    def find(self, code: str, *, at: Moment, zone: str = "UTC") -> Coupon:
        """The coupon of a code as typed: the one valid ``at``, else the next, else the last.

        Blocked where it was blocked on that day or before; ``zone`` is that of days of coupons
        that name none. Raises ``NotFound`` (``coupon.unknown``), which says so of a mistyped code.
        """
        found = chosen(self._by_key.get(coupon_key(code), ()), at=at, zone=zone)
        if found is None:
            refuse_unknown(code)
        return as_of(found, self._blocks.get(found.owner), at=at, zone=zone)

    def blocked(self, code: str, *, on: date, reason: str, zone: str = "UTC") -> "CouponRegister":
        """The register in which the coupon that ``find`` gives on a day is blocked from it on.

        Once: to say the same again changes nothing. Raises ``NotFound`` (``coupon.unknown``),
        ``Conflict`` (``coupon.blocked_already``).
        """
        found = self.find(code, at=on, zone=zone)
        block = CouponBlock(coupon=found.owner, on=on, reason=reason)
        before = self._blocks.get(found.owner)
        if before is not None:
            refuse_blocked(found, before, block)
            return self
        return self.with_(blocks=(*self.blocks, block))

    def batch(self, name: str) -> tuple[Coupon, ...]:
        """The coupons of a batch by code; blocked where they ever were."""
        found = [self._now(coupon) for coupon in self.coupons if coupon.batch == name]
        return tuple(sorted(found, key=lambda coupon: (coupon.key, coupon.owner)))

    def batches(self) -> tuple[CouponBatch, ...]:
        """Every batch by name and promotion, with how many it has."""
        counts: Counter[tuple[str, str, str]] = Counter(
            (coupon.batch, coupon.promotion, self._now(coupon).state) for coupon in self.coupons
        )
        return tuple(
            CouponBatch(
                batch=batch,
                promotion=promotion,
                issued=counts[batch, promotion, "issued"] + counts[batch, promotion, "blocked"],
                blocked=counts[batch, promotion, "blocked"],
            )
            for batch, promotion in sorted({name[:2] for name in counts})
        )

    def _now(self, coupon: Coupon) -> Coupon:
        return coupon.with_(state="blocked") if coupon.owner in self._blocks else coupon


def chosen(coupons: Sequence[Coupon], *, at: Moment, zone: str) -> Coupon | None:
    """Of the coupons of one code the one valid ``at``, else the next to be, else the last."""
    if len(coupons) < 2:
        return coupons[0] if coupons else None
    holding = [coupon for coupon in coupons if coupon.holds(at, zone=zone)]
    if holding:
        return holding[0]
    bounds = {coupon.owner: coupon.period.bounds(coupon.home(zone)) for coupon in coupons}
    now = {coupon.owner: instant(at, coupon.home(zone)) for coupon in coupons}
    ahead = [each for each in coupons if bounds[each.owner][0] > now[each.owner]]
    if ahead:
        return min(ahead, key=lambda coupon: bounds[coupon.owner])
    return max(coupons, key=lambda coupon: bounds[coupon.owner])


def as_of(coupon: Coupon, block: CouponBlock | None, *, at: Moment, zone: str) -> Coupon:
    """The coupon, blocked where it was so on the day of ``at``."""
    if block is None or coupon.day(at, zone=zone) < block.on:
        return coupon
    return coupon.with_(state="blocked")


def refuse_taken(coupon: Coupon, others: Iterable[Coupon]) -> None:
    """Refuse a second coupon of a code that another has while both are valid.

    Raises ``Conflict`` (``coupon.code_taken``).
    """
    for other in others:
        if other.owner == coupon.owner or _meet(coupon, other):
            raise Conflict(
                "coupon.code_taken",
                f"the code of coupon {legible(coupon.code)!r} ({coupon.period}) is taken: coupon "
                f"{legible(other.code)!r} for promotion {other.promotion} has it from "
                f"{other.period}; wait until that has run out, or choose another code",
                coupon=coupon.code,
                other=other.code,
            )


def refuse_blocked(coupon: Coupon, before: CouponBlock, again: CouponBlock) -> None:
    """Refuse to block a coupon anew, unless it is the same fact.

    Raises ``Conflict`` (``coupon.blocked_already``).
    """
    if before != again:
        raise Conflict(
            "coupon.blocked_already",
            f"coupon {legible(coupon.code)!r} was blocked on {before.on} ({before.reason}); that "
            "stands, and it cannot be blocked twice",
            coupon=coupon.code,
            on=before.on,
        )


def refuse_unknown(code: str) -> NoReturn:
    """Refuse a code that nobody issued. Raises ``NotFound`` (``coupon.unknown``)."""
    told = unknown(code)
    raise NotFound(
        "coupon.unknown", str(told), typed=told.coupon, mistyped=told.reason == "mistyped"
    )


def _meet(one: Coupon, other: Coupon) -> bool:
    """Whether there may be a moment at which both are valid."""
    if one.zone == other.zone:
        return one.period.overlaps(other.period, zone_of(one.zone or "UTC"))
    (first, last), (other_first, other_last) = _widest(one), _widest(other)
    return first < other_last and other_first < last


def _widest(coupon: Coupon) -> tuple[datetime, datetime]:
    """Its first and last instant; where it does not say in which zone, wherever that may be."""
    first, _ = coupon.period.bounds(zone_of(coupon.zone or _FIRST_ZONE))
    _, last = coupon.period.bounds(zone_of(coupon.zone or _LAST_ZONE))
    return first, last
