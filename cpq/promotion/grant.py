"""What one policy takes off the lines that it covers (促销优惠计算): reckoned, capped, shared."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.money import (
    EXACT,
    Money,
    RoundingPolicy,
    difference,
    plain,
    product,
    rounded,
    split_within,
    total,
)
from cpq.promotion.policy import PercentOff, PromotionPolicy, refusal
from cpq.trace import Effect, Step

_CENT = Decimal("0.01")
_KEPT_MAX = 1024


class Target(NamedTuple):
    """A priced line as promotions see it; ``running`` is what earlier ones have left, ``least``
    what a floor keeps of it.
    """

    product: str
    categories: tuple[str, ...]
    quantity: Decimal
    amount: Decimal
    running: Decimal
    least: Decimal = Decimal(0)


class Grant(NamedTuple):
    """What one policy gives: a share per line (zero for most), and a row of the trace per line."""

    shares: tuple[Decimal, ...]
    steps: tuple[Step | None, ...]


def grant(
    promotion: PromotionPolicy,
    targets: Sequence[Target],
    *,
    currency: str,
    policy: RoundingPolicy,
) -> Grant:
    """What a policy in force takes off each of the lines it covers, in the order of ``targets``.

    Amounts are in ``currency``, rounded to the policy's places; no share exceeds what its line
    still costs, and the cap bounds their sum.
    """
    if not targets:
        return Grant((), ())
    steps: list[Step | None] = [None] * len(targets)
    if promotion.basis == "line":
        for place, target in enumerate(targets):
            steps[place] = _condition(promotion, (target,))
        kept = [place for place, refusal in enumerate(steps) if refusal is None]
    else:
        refusal = _condition(promotion, targets)
        steps = [refusal] * len(targets)
        kept = [] if refusal else list(range(len(targets)))
    shares = [Decimal(0)] * len(targets)
    asked = (
        _share(promotion, targets, kept, shares, currency=currency, policy=policy)
        if kept
        else Decimal(0)
    )
    granted = total(shares)
    for place in kept:
        steps[place] = _given(promotion, targets[place], shares[place], asked, granted)
    return Grant(tuple(shares), tuple(steps))


def _given(
    promotion: PromotionPolicy,
    target: Target,
    share: Decimal,
    asked: Decimal,
    granted: Decimal,
) -> Step:
    """The row of a line that a policy acted on; what was kept from it says by what."""
    limited = asked > granted
    left = difference(target.running, share)
    reason = "applied"
    if target.least and left <= target.least:
        reason = "floored" if share else "at_floor"
    elif limited:
        reason = "capped" if promotion.cap else "floored"
    elif not share:
        reason = "nothing_left"
    limited = limited and reason in ("capped", "floored")
    return Step(
        point="promotion",
        rule=promotion.code,
        name=promotion.title,
        applied=bool(share),
        reason=reason,
        needed=plain(asked) if limited else "",
        actual=plain(granted) if limited else "",
        before=target.running,
        after=left,
        effect=Effect(kind="add", value=-Fraction(share)) if share else None,
    )


def _condition(promotion: PromotionPolicy, group: Sequence[Target]) -> Step | None:
    quantity = group[0].quantity
    if len(group) > 1:
        quantity = total(target.quantity for target in group)
    low, high = promotion.quantity_from, promotion.quantity_to
    if low is not None and quantity < low:
        return refusal(promotion, "quantity_below", promotion.least, plain(quantity))
    if high is not None and quantity > high:
        return refusal(promotion, "quantity_above", plain(high), plain(quantity))
    if promotion.amount_from is not None:
        least, amount = promotion.amount_from.amount, total(target.amount for target in group)
        if amount < least:
            return refusal(promotion, "amount_below", plain(least), plain(amount))
    return None


def _share(
    promotion: PromotionPolicy,
    targets: Sequence[Target],
    kept: Sequence[int],
    shares: list[Decimal],
    *,
    currency: str,
    policy: RoundingPolicy,
) -> Decimal:
    """Write each kept line's share into ``shares``; what was asked before any cap is returned."""
    places = policy.places_for(currency)
    # spare cents go by what the lines are, never by where they stand: permuting changes no total
    kept = sorted(kept, key=lambda place: targets[place])
    wholes = [max(targets[place].running, Decimal(0)) for place in kept]
    rooms = [_room(targets[place]) for place in kept]
    # what comes back lowers what the rest may be discounted by: an exchange pays nobody
    base = max(total(targets[place].running for place in kept), Decimal(0))
    benefit = promotion.benefit
    per_line = isinstance(benefit, PercentOff) and promotion.spread == "per_line"
    if isinstance(benefit, PercentOff) and per_line:
        wished = [rounded(product(r, benefit.percent, _CENT), places, policy.mode) for r in wholes]
        asked = min(total(wished), base)
    else:
        wished = wholes
        asked = (
            rounded(product(base, benefit.percent, _CENT), places, policy.mode)
            if isinstance(benefit, PercentOff)
            else min(benefit.amount.amount, base)
        )
    granted = asked
    if promotion.cap is not None:
        granted = promotion.cap.granted(Money(asked, currency)).amount
    unbound = all(wish <= room for wish, room in zip(wished, rooms, strict=True))
    if per_line and unbound and granted == total(wished):
        parts = wished
    else:
        units, _ = split_within(
            int(granted.scaleb(places, context=EXACT)),
            [int(wish.scaleb(places, context=EXACT)) for wish in wished],
            [int(room.scaleb(places, context=EXACT)) for room in rooms],
        )
        parts = [Decimal(unit).scaleb(-places, context=EXACT) for unit in units]
    for place, part in zip(kept, parts, strict=True):
        shares[place] = part
    return asked


def _room(target: Target) -> Decimal:
    """How much may still be taken off a line."""
    return max(difference(target.running, target.least), Decimal(0))
