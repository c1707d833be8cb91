"""Which promotion policies may act on an order, and why the others may not (促销适用判定)."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property

from cpq.customer import Customer
from cpq.kernel.period import ALWAYS, zone
from cpq.promotion.group import UNGROUPED, PromotionGroup
from cpq.promotion.policy import PromotionPolicy, refusal
from cpq.trace import Step

_KEPT_MAX = 1024


def ordered(policies: Sequence[PromotionPolicy]) -> tuple[PromotionPolicy, ...]:
    """The policies in the order they act: priority from high to low, then code."""
    return tuple(sorted(policies, key=lambda policy: (-policy.priority, policy.code)))


def in_force(
    promotion: PromotionPolicy, *, at: datetime, customer: Customer | None, currency: str
) -> Step | None:
    """``None`` where the policy may act on this order, else the row that says why it may not."""
    home = promotion.home
    if promotion.period is not ALWAYS and not promotion.period.contains(at, home):
        day = at.astimezone(home).date().isoformat()
        return refusal(promotion, "outside_period", str(promotion.period), day)
    for wanted, has in _scopes(promotion, customer):
        if wanted and not set(wanted).intersection(has):
            found = ", ".join(each for each in has if each) or "none"
            return refusal(promotion, "other_customer", ", ".join(wanted), found)
    if promotion.currency not in (None, currency):
        return refusal(promotion, "other_currency", str(promotion.currency), currency)
    return None


def _scopes(
    promotion: PromotionPolicy, customer: Customer | None
) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Whom a policy is for, each beside what the customer is."""
    return (
        (promotion.customer_groups, customer.groups if customer else ()),
        (promotion.customers, (customer.code,) if customer else ()),
        (promotion.regions, (customer.region,) if customer else ()),
        (promotion.channels, (customer.channel,) if customer else ()),
    )


class InForce:
    """The policies that may act on an order, in their order, and why the others may not."""

    def __init__(self, acting: tuple[PromotionPolicy, ...], refused: tuple[Step, ...]) -> None:
        self.acting = acting
        self.refused = refused
        self._covering: dict[str, tuple[int, ...]] = {}

    def covering(
        self,
        product: str,
        categories: tuple[str, ...],
        *,
        family: str | None = None,
        freight: bool = False,
    ) -> tuple[int, ...]:
        """The places in ``acting`` of the policies that are for a product; for freight those that
        name it.
        """
        found = self._covering.get(product)
        if found is None:
            found = self._covering[product] = tuple(
                place
                for place, policy in enumerate(self.acting)
                if (
                    policy.target.names(product, categories, family)
                    if freight
                    else policy.target.covers(product, categories, family=family)
                )
            )
        return found

    @cached_property
    def _idle(self) -> tuple[Step, ...]:
        return tuple(
            refusal(policy, "not_covered", str(policy.target), "") for policy in self.acting
        )

    @cached_property
    def untouched(self) -> tuple[Step, ...]:
        """The rows of an order of which no policy is for any line."""
        return self.refused + self._idle

    def without(self, touched: Collection[int]) -> tuple[Step, ...]:
        """The rows of the policies that may not act, and of those that are for no line."""
        idle = self._idle
        if len(touched) == len(idle):
            return self.refused
        rest = tuple(row for place, row in enumerate(idle) if place not in touched)
        return self.refused + rest


class PromotionLookup:
    """The promotion policies of a catalogue, ready to be asked which of them may act.

    What may act changes only at the bounds of periods and what is said about it with the day, so
    an answer is kept per interval, local day, kind of customer and currency: a policy that cannot
    hold costs an order next to nothing.
    """

    def __init__(
        self, policies: Sequence[PromotionPolicy], groups: Sequence[PromotionGroup] = ()
    ) -> None:
        self._policies = ordered(policies)
        self.groups = {group.code: group for group in groups}
        dated = [policy for policy in self._policies if policy.period is not ALWAYS]
        self._zones = tuple(
            zone(name) for name in sorted({policy.zone or "UTC" for policy in dated})
        )
        bounds = (policy.period.bounds(policy.home) for policy in dated)
        self._times = sorted({bound for pair in bounds for bound in pair})
        self._named = frozenset(code for policy in policies for code in policy.customers)
        self._kept: dict[tuple[object, ...], InForce] = {}

    @cached_property
    def by_code(self) -> dict[str, PromotionPolicy]:
        """The policies by code."""
        return {policy.code: policy for policy in self._policies}

    def group_of(self, policy: PromotionPolicy) -> PromotionGroup:
        """The group that a policy is in; one that nobody describes stacks, at rank 0."""
        if policy.group is None:
            return UNGROUPED
        found = self.groups.get(policy.group)
        if found is None:
            found = self.groups[policy.group] = PromotionGroup(code=policy.group)
        return found

    def in_force(self, *, at: datetime, customer: Customer | None, currency: str) -> InForce:
        """The policies that may act at an instant, on a customer, in a currency."""
        days = tuple(at.astimezone(home).date() for home in self._zones)
        who: tuple[object, ...] = ()
        if customer is not None:
            named = customer.code if customer.code in self._named else None
            who = (customer.groups, customer.region, customer.channel, named)
        key = (bisect_right(self._times, at), days, who, currency)
        answer = self._kept.get(key)
        if answer is None:
            if len(self._kept) >= _KEPT_MAX:
                self._kept.clear()
            judged = [
                (policy, in_force(policy, at=at, customer=customer, currency=currency))
                for policy in self._policies
            ]
            answer = self._kept[key] = InForce(
                tuple(policy for policy, refusal in judged if refusal is None),
                tuple(refusal for _, refusal in judged if refusal is not None),
            )
        return answer
