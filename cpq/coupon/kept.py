"""Coupons that are kept somewhere (优惠券库): what every store of them answers, and one in memory.

A register is a value; whoever keeps coupons has one that changes. A database does the same by the
same contract.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from cpq.coupon.model import Coupon
from cpq.coupon.register import CouponBatch, CouponRegister
from cpq.kernel.period import Moment


class Coupons(Protocol):
    """Coupons that are kept: issued, found by what somebody typed, blocked."""

    def issue(self, coupons: Iterable[Coupon]) -> None:
        """Keep coupons, all or none; one that is there already changes nothing.

        Raises ``Conflict`` (``coupon.code_taken``) where a code is another's while both are valid.
        """
        ...

    def find(self, code: str, *, at: Moment, zone: str = "UTC") -> Coupon:
        """The coupon of a code as typed: the one valid ``at``, else the next, else the last.

        Blocked where it was blocked on that day or before; ``zone`` is that of days of coupons
        that name none. Raises ``NotFound`` (``coupon.unknown``), which says so of a mistyped code.
        """
        ...

    def block(self, code: str, *, on: date, reason: str, zone: str = "UTC") -> Coupon:
        """Block the coupon that ``find`` gives on a day, from that day on, and give it blocked.

        Once: to say the same again changes nothing. Raises ``NotFound`` (``coupon.unknown``),
        ``Conflict`` (``coupon.blocked_already``).
        """
        ...

    def batch(self, name: str) -> tuple[Coupon, ...]:
        """The coupons of a batch by code; blocked where they ever were."""
        ...

    def batches(self) -> tuple[CouponBatch, ...]:
        """Every batch by name and promotion, with how many it has."""
        ...


class MemoryCoupons:
    """Coupons in memory: a ``CouponRegister`` that changes.

    >>> coupons = MemoryCoupons()
    >>> coupons.issue([Coupon(code="AUTUMN-7K4P", promotion="AUTUMN")])
    >>> coupons.block("autumn7k4p", on=date(2026, 11, 21), reason="given out twice").state
    'blocked'
    """

    def __init__(self, register: CouponRegister | None = None) -> None:
        self.register = register or CouponRegister()

    def issue(self, coupons: Iterable[Coupon]) -> None:
        """Keep coupons; see ``Coupons.issue``."""
        self.register = self.register.issued(coupons)

    def find(self, code: str, *, at: Moment, zone: str = "UTC") -> Coupon:
        """The coupon of a code as typed; see ``Coupons.find``."""
        return self.register.find(code, at=at, zone=zone)

    def block(self, code: str, *, on: date, reason: str, zone: str = "UTC") -> Coupon:
        """Block a coupon; see ``Coupons.block``."""
        self.register = self.register.blocked(code, on=on, reason=reason, zone=zone)
        return self.register.find(code, at=on, zone=zone)

    def batch(self, name: str) -> tuple[Coupon, ...]:
        """The coupons of a batch by code."""
        return self.register.batch(name)

    def batches(self) -> tuple[CouponBatch, ...]:
        """Every batch by name and promotion."""
        return self.register.batches()
