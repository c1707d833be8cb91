"""The rows of the trace that promotions leave on the lines of an order (促销追溯)."""

from collections.abc import Iterator
from fractions import Fraction

from cpq.promotion.grant import Grant
from cpq.promotion.judge import Missed
from cpq.promotion.policy import PromotionPolicy, refusal
from cpq.promotion.sale import Sale
from cpq.trace import Effect, Step


def rows_of(grant: Grant, sale: Sale) -> Iterator[tuple[int, Step]]:
    """A row for every line that a policy looked at: what it gave, or why it gave nothing there."""
    policy = grant.policy
    lowers = {*grant.lowers}
    granted = grant.total
    for place in sorted({*grant.places, *lowers}) if lowers - {*grant.places} else grant.places:
        own = grant.refused.get(place)
        if own is not None:
            yield place, refused_row(policy, own, sale, place)
        elif grant.missed is not None:
            yield place, refused_row(policy, grant.missed, sale, place)
        elif place in lowers:
            yield place, _given(grant, sale, place, granted)
        elif grant.acts:
            yield place, _counted(grant)


def refused_row(policy: PromotionPolicy, missed: Missed, sale: Sale, place: int) -> Step:
    """The row of a line on which a policy does not act."""
    basis = missed.basis
    if missed.reason in ("quantity_below", "quantity_above"):
        target = sale.targets[place]
        unit = basis or ("" if target.unit == target.sold_in else target.unit)
        basis = f"{policy.basis} {unit}" if unit else ""
    return refusal(policy, missed.reason, missed.needed, missed.actual, basis)


def gift_row(grant: Grant, before: int, off: int, sale: Sale) -> Step:
    """The row of a line that a policy adds."""
    policy = grant.policy
    return Step(
        point="promotion",
        rule=policy.code,
        name=policy.title,
        applied=True,
        reason="free_goods",
        before=sale.shown(before),
        after=sale.shown(before - off),
        effect=Effect(kind="add", value=-Fraction(sale.shown(off))),
    )


def _counted(grant: Grant) -> Step:
    """The row of a line that brought about what a policy gives elsewhere."""
    policy = grant.policy
    what = ", ".join(f"{gift.quantity} {gift.product}" for gift in grant.gifts)
    return Step(
        point="promotion",
        rule=policy.code,
        name=policy.title,
        applied=True,
        reason="counted",
        actual=what[:200],
    )


def _given(grant: Grant, sale: Sale, place: int, granted: int) -> Step:
    """The row of a line that a policy lowers; what was kept from it says by what."""
    policy, target = grant.policy, sale.targets[place]
    share = grant.shares.get(place, 0)
    before = grant.left[place]
    left = before - share
    limited = grant.asked > granted
    reason = "applied"
    if target.least and left <= target.least:
        reason = "floored" if share else "at_floor"
    elif limited:
        reason = "capped" if grant.capped else "floored"
    elif not share:
        reason = "nothing_left"
    limited = limited and reason in ("capped", "floored")
    return Step.built(
        {
            "point": "promotion",
            "rule": policy.code,
            "applied": bool(share),
            "reason": reason,
            "needed": str(sale.shown(grant.asked)) if limited else "",
            "actual": str(sale.shown(granted)) if limited else "",
            "before": sale.shown(before),
            "after": sale.shown(left),
            "name": policy.title,
            "effect": Effect.built({"kind": "add", "value": -Fraction(share, 10**sale.places)})
            if share
            else None,
            "basis": "",
        }
    )
