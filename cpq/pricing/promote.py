"""The promotions on the lines of one order: who acts on what, and the rows they leave.

Parts that their parent's price includes take no part: they are neither counted by a condition nor
discounted. Quantities are compared in the product's own unit.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from cpq.allocation import Allocation
from cpq.kernel.money import RoundingPolicy, difference
from cpq.pricing.draft import Draft
from cpq.promotion import InForce, PromotionPolicy, Target, grant
from cpq.trace import Step


class Promoted(NamedTuple):
    """Nets after the promotions, rows of the trace by line, shares, policies that were refused."""

    nets: Sequence[Decimal]
    steps: Sequence[tuple[Step, ...]]
    allocations: tuple[Allocation, ...]
    refused: tuple[Step, ...]


def promote(
    drafts: Sequence[Draft],
    amounts: Sequence[Decimal],
    policies: InForce | None,
    *,
    currency: str,
    policy: RoundingPolicy,
) -> Promoted:
    """The nets of the lines after the policies in force, in their order; ``None`` for no policy."""
    if policies is None or not policies.acting:
        nothing: list[tuple[Step, ...]] = [()] * len(drafts)
        return Promoted(amounts, nothing, (), () if policies is None else policies.refused)
    nets = list(amounts)
    steps: list[list[Step]] = [[] for _ in drafts]
    allocations: list[Allocation] = []
    for promotion, places in zip(policies.acting, _covered(drafts, policies), strict=True):
        if not places:
            continue
        targets = [_target(drafts[place], amounts[place], nets[place]) for place in places]
        given = grant(promotion, targets, currency=currency, policy=policy)
        for place, share, step in zip(places, given.shares, given.steps, strict=True):
            if step is not None:
                steps[place].append(step)
            if share:
                nets[place] = difference(nets[place], share)
                allocations.append(_allocation(drafts[place], promotion, share, currency))
    return Promoted(nets, [tuple(rows) for rows in steps], tuple(allocations), policies.refused)


def _covered(drafts: Sequence[Draft], policies: InForce) -> list[list[int]]:
    """For each policy the places of the lines that it covers."""
    covered: list[list[int]] = [[] for _ in policies.acting]
    for place, draft in enumerate(drafts):
        if not draft.included:
            product = draft.product
            acting = policies.covering(product.code, draft.categories, family=product.variant_of)
            for policy_place in acting:
                covered[policy_place].append(place)
    return covered


def _target(draft: Draft, amount: Decimal, running: Decimal) -> Target:
    return Target(draft.product.code, draft.categories, draft.own_quantity, amount, running)


def _allocation(
    draft: Draft, promotion: PromotionPolicy, share: Decimal, currency: str
) -> Allocation:
    return Allocation(
        line=draft.number,
        promotion=promotion.code,
        name=promotion.name,
        tax_code=draft.product.tax_code,
        funder=promotion.funder,
        amount=share,
        currency=currency,
    )
