"""What became of each coupon that was entered (用券结果): applied, or why not, what is missing."""

from collections.abc import Sequence

from cpq.coupon import Coupon, CouponOutcome, outcome_of, refusal
from cpq.kernel.money import Money, difference, exact
from cpq.pricing.sheet import Sheet
from cpq.promotion import Grant, InForce
from cpq.promotion.judge import Missed


def outcomes(sheet: Sheet, policies: InForce, grants: Sequence[Grant]) -> tuple[CouponOutcome, ...]:
    """The outcomes in the order of the coupons' keys, whatever the order they were typed in."""
    if not sheet.deal.coupons:
        return ()
    by_code = {grant.policy.code: grant for grant in grants}
    found = []
    taken: set[str] = set()
    for coupon in sorted(sheet.deal.coupons, key=lambda coupon: coupon.key):
        found.append(_outcome(coupon, sheet, policies, by_code.get(coupon.promotion), taken))
        taken.add(coupon.key)
    return tuple(found)


def _outcome(
    coupon: Coupon, sheet: Sheet, policies: InForce, grant: Grant | None, seen: set[str]
) -> CouponOutcome:
    if coupon.key in seen:
        return outcome_of(coupon, "same_promotion", "", coupon.code)
    customer = sheet.customer.code if sheet.customer else None
    own = refusal(coupon, customer=customer, at=sheet.at, zone=sheet.catalogue.zone)
    if own is not None:
        return outcome_of(coupon, *own)
    code, currency = coupon.promotion, sheet.scene.currency
    other = other_currency(coupon, currency)
    if other is not None:
        return outcome_of(coupon, "other_currency", other, currency)
    if code not in sheet.catalogue.policies.by_code:
        return outcome_of(coupon, "promotion_unknown")
    if grant is None:
        acting = any(policy.code == code for policy in policies.acting)
        return outcome_of(coupon, "not_covered" if acting else "promotion_not_in_force")
    if grant.coupon is not None and grant.coupon.key != coupon.key:
        return outcome_of(coupon, "same_promotion", "", grant.coupon.code)
    if grant.coupon is None and not grant.policy.needs_coupon:
        return outcome_of(coupon, "cap_exhausted", "1", "0")
    if grant.acts:
        return outcome_of(coupon, "applied")
    missed = grant.missed or next(iter(grant.refused.values()), None)
    if missed is None:
        return outcome_of(coupon, "nothing_left")
    return _missing(coupon, missed, sheet.scene.currency)


def other_currency(coupon: Coupon, currency: str) -> str | None:
    """The currency of a coupon's own caps, where that is not the document's."""
    codes = (cap.amount.code for cap in coupon.caps if cap.amount is not None)
    return next((code for code in codes if code != currency), None)


def _missing(coupon: Coupon, missed: Missed, currency: str) -> CouponOutcome:
    if missed.reason != "amount_below":
        return outcome_of(coupon, missed.reason, missed.needed, missed.actual)
    missing = Money(difference(exact(missed.needed), exact(missed.actual)), currency)
    return outcome_of(
        coupon,
        missed.reason,
        f"{missed.needed} {currency}",
        f"{missed.actual} {currency}",
        missing=missing,
    )
