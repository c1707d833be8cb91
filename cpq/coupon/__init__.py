"""Coupons (优惠券): codes apart from promotions, made in bulk, typed in any way, refused in words.

``model`` says what a coupon is, ``key`` when two codes are the same one, ``check`` what the last
character is for, ``batch`` makes codes, ``register`` finds them, ``kept`` is what every store of
them answers, ``outcome`` says what became of them.
"""

from cpq.coupon.batch import ALPHABET, Entropy, coupons, seeded
from cpq.coupon.check import check_character, check_fits
from cpq.coupon.kept import Coupons, MemoryCoupons
from cpq.coupon.key import coupon_key
from cpq.coupon.model import ONCE, Coupon, CouponState
from cpq.coupon.outcome import REASONS, CouponOutcome, message, outcome_of, refusal, unknown
from cpq.coupon.register import CouponBatch, CouponBlock, CouponRegister

__all__ = [
    "ALPHABET",
    "ONCE",
    "REASONS",
    "Coupon",
    "CouponBatch",
    "CouponBlock",
    "CouponOutcome",
    "CouponRegister",
    "CouponState",
    "Coupons",
    "Entropy",
    "MemoryCoupons",
    "check_character",
    "check_fits",
    "coupon_key",
    "coupons",
    "message",
    "outcome_of",
    "refusal",
    "seeded",
    "unknown",
]
