"""The promotions on the lines of one order: who acts on what, and the rows they leave.

Parts that their parent's price includes and optional lines take no part: they are neither counted
by a condition nor discounted. Nor do lines whose price was agreed or given by a person, unless the
agreement or the person says so. Quantities are compared in the product's own unit. What a floor
keeps, no promotion takes.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from cpq.allocation import Allocation
from cpq.catalogue import Catalogue
from cpq.kernel.money import difference
from cpq.pricing.draft import Draft
from cpq.pricing.scene import Scene
from cpq.pricing.sheet import NOTHING, Sheet
from cpq.promotion import InForce, PromotionPolicy, Target, grant, refusal
from cpq.trace import Step


class Promoted(NamedTuple):
    """Nets after the promotions, rows of the trace by line, shares, policies that were refused."""

    nets: Sequence[Decimal]
    steps: Sequence[Sequence[Step]]
    allocations: tuple[Allocation, ...]
    refused: tuple[Step, ...]


def promote(sheet: Sheet, *, wanted: bool) -> Promoted:
    """The nets of the lines after the policies in force, in their order; none where not wanted."""
    if not wanted:
        return Promoted(sheet.amounts, (), (), ())
    policies = promotions_of(sheet.catalogue, sheet.scene, at=sheet.at)
    if not policies.acting:
        return Promoted(sheet.amounts, (), (), policies.refused)
    nets = list(sheet.amounts)
    steps: list[list[Step]] = [[] for _ in nets]
    allocations: list[Allocation] = []
    covered = _covered(sheet, policies)
    for promotion, covering in zip(policies.acting, covered, strict=True):
        places = [place for place in covering if sheet.prices[place].promotable]
        if len(places) < len(covering):
            for place in set(covering).difference(places):
                steps[place].append(refusal(promotion, "not_promotable"))
        if not places:
            continue
        targets = [_target(sheet, place, nets[place]) for place in places]
        given = grant(promotion, targets, currency=sheet.scene.currency, policy=sheet.policy)
        for place, share, step in zip(places, given.shares, given.steps, strict=True):
            if step is not None:
                steps[place].append(_in_own_unit(step, promotion, sheet.drafts[place]))
            if share:
                nets[place] = difference(nets[place], share)
                draft = sheet.drafts[place]
                allocations.append(_allocation(draft, promotion, share, sheet.scene.currency))
    return Promoted(nets, steps, tuple(allocations), policies.refused)


def promotions_of(catalogue: Catalogue, scene: Scene, *, at: datetime) -> InForce:
    """The promotions that may act on a document of a scene, and why the others may not."""
    groups = scene.customer.groups if scene.customer else ()
    return catalogue.policies.in_force(at=at, groups=groups, currency=scene.currency)


def _covered(sheet: Sheet, policies: InForce) -> list[list[int]]:
    """For each policy the places of the lines that it covers."""
    covered: list[list[int]] = [[] for _ in policies.acting]
    for place, draft in enumerate(sheet.drafts):
        if draft.counts and not draft.manner.rolled_up:
            for policy_place in _acting_on(draft, policies):
                covered[policy_place].append(place)
    return covered


def _acting_on(draft: Draft, policies: InForce) -> Sequence[int]:
    """The policies for the line's product, and those for what it is part of that cascade."""
    shelved = draft.shelved
    product = shelved.product
    own = policies.covering(product.code, shelved.categories, family=product.variant_of)
    if not draft.manner.cascades:
        return own
    found = set(own)
    for above in draft.manner.cascades:
        product = above.product
        found.update(policies.covering(product.code, above.categories, family=product.variant_of))
    return sorted(found)


def _target(sheet: Sheet, place: int, running: Decimal) -> Target:
    draft = sheet.drafts[place]
    floors = sheet.floors.get(place)
    return Target(
        draft.shelved.product.code,
        draft.shelved.categories,
        draft.own_quantity,
        sheet.amounts[place],
        running,
        NOTHING if floors is None else floors.least,
    )


def _in_own_unit(step: Step, promotion: PromotionPolicy, draft: Draft) -> Step:
    """The row, which names the unit that was counted where that is not the line's."""
    own = draft.shelved.product.unit
    if own == draft.unit or step.reason not in ("quantity_below", "quantity_above"):
        return step
    return step.with_(basis=f"{promotion.basis} {own}")


def _allocation(
    draft: Draft, promotion: PromotionPolicy, share: Decimal, currency: str
) -> Allocation:
    return Allocation(
        line=draft.number,
        promotion=promotion.code,
        name=promotion.name,
        tax_code=draft.shelved.product.tax_code,
        funder=promotion.funder,
        amount=share,
        currency=currency,
    )
