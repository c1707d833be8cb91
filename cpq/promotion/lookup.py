"""Which promotion policies may act on an order, and why the others may not (促销适用判定)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from cpq.kernel.period import ALWAYS, zone
from cpq.promotion.policy import PromotionPolicy, refusal
from cpq.trace import Step

_CENT = Decimal("0.01")
_KEPT_MAX = 1024


def ordered(policies: Sequence[PromotionPolicy]) -> tuple[PromotionPolicy, ...]:
    """The policies in the order they act: priority from high to low, then code."""
    return tuple(sorted(policies, key=lambda policy: (-policy.priority, policy.code)))


def in_force(
    promotion: PromotionPolicy, *, at: datetime, groups: tuple[str, ...], currency: str
) -> Step | None:
    """``None`` where the policy may act on this order, else the row that says why it may not."""
    home = promotion.home
    if promotion.period is not ALWAYS and not promotion.period.contains(at, home):
        day = at.astimezone(home).date().isoformat()
        return refusal(promotion, "outside_period", str(promotion.period), day)
    if promotion.customer_groups and not set(promotion.customer_groups) & set(groups):
        needed, actual = (
            ", ".join(promotion.customer_groups),
            ", ".join(groups) or "none",
        )
        return refusal(promotion, "other_customer", needed, actual)
    if promotion.currency not in (None, currency):
        return refusal(promotion, "other_currency", str(promotion.currency), currency)
    return None


class InForce:
    """The policies that may act on an order, in their order, and why the others may not."""

    def __init__(self, acting: tuple[PromotionPolicy, ...], refused: tuple[Step, ...]) -> None:
        self.acting = acting
        self.refused = refused
        self._covering: dict[str, tuple[int, ...]] = {}

    def covering(
        self, product: str, categories: tuple[str, ...], *, family: str | None = None
    ) -> tuple[int, ...]:
        """The places in ``acting`` of the policies that cover a product."""
        found = self._covering.get(product)
        if found is None:
            found = self._covering[product] = tuple(
                place
                for place, policy in enumerate(self.acting)
                if policy.covers(product, categories, family=family)
            )
        return found


class PromotionLookup:
    """The promotion policies of a catalogue, ready to be asked which of them may act.

    What may act changes only at the bounds of periods and what is said about it with the day, so
    an answer is kept per interval, local day, customer groups and currency: a policy that cannot
    hold costs an order next to nothing.
    """

    def __init__(self, policies: Sequence[PromotionPolicy]) -> None:
        self._policies = ordered(policies)
        dated = [policy for policy in self._policies if policy.period is not ALWAYS]
        self._zones = tuple(
            zone(name) for name in sorted({policy.zone or "UTC" for policy in dated})
        )
        bounds = (policy.period.bounds(policy.home) for policy in dated)
        self._times = sorted({bound for pair in bounds for bound in pair})
        self._kept: dict[tuple[object, ...], InForce] = {}

    def in_force(self, *, at: datetime, groups: tuple[str, ...], currency: str) -> InForce:
        """The policies that may act at an instant, on a customer in ``groups``, in a currency."""
        days = tuple(at.astimezone(home).date() for home in self._zones)
        key = (bisect_right(self._times, at), days, groups, currency)
        answer = self._kept.get(key)
        if answer is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            judged = [
                (policy, in_force(policy, at=at, groups=groups, currency=currency))
                for policy in self._policies
            ]
            answer = self._kept[key] = InForce(
                tuple(policy for policy, refusal in judged if refusal is None),
                tuple(refusal for _, refusal in judged if refusal is not None),
            )
        return answer
