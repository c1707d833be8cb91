"""The promotions on the lines of one order: who acts on what, and what they leave on the sheet.

Parts that their parent's price includes and optional lines take no part: they are neither counted
by a condition nor discounted. Nor do lines whose price was agreed or given by a person, unless the
agreement or the person says so. Quantities are compared in the product's own unit. What a floor
keeps, no promotion takes.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from cpq.allocation import Allocation, Ungranted
from cpq.cap import CapScope, CapTake, Facts
from cpq.catalogue import Catalogue
from cpq.coupon import Coupon
from cpq.coupon import refusal as coupon_refusal
from cpq.funding import budget_left, budget_takes, funded
from cpq.kernel.errors import Finding
from cpq.kernel.money import difference
from cpq.kernel.text import LocalText
from cpq.pricing.coupons import other_currency, outcomes
from cpq.pricing.draft import Draft
from cpq.pricing.gift import (
    add_gift,
    fixed_tax,
    minor_of,
    next_number,
    priced_gift,
    share_revenue,
    tax_sides,
    worth_of_gift,
)
from cpq.pricing.scene import Scene
from cpq.pricing.sheet import Sheet
from cpq.promotion import (
    Candidate,
    Gift,
    Grant,
    InForce,
    Sale,
    Target,
    Worth,
    acted,
    content_order,
    gift_row,
    refusal,
    rows_of,
)
from cpq.promotion.share import Over

_WHOLE = Fraction(1)


def promote(sheet: Sheet, *, wanted: bool) -> None:
    """Let the policies in force act on the sheet: nets, shares, rows, gifts, what they take."""
    if not wanted:
        return
    policies = promotions_of(sheet.catalogue, sheet.scene, at=sheet.at)
    touched = _touched(sheet, policies)
    if sheet.traced:
        sheet.refused = policies.without(touched.keys())
    if not touched:
        sheet.coupons = outcomes(sheet, policies, ())
        return
    places, targets = _targets(sheet, touched, policies)
    sale = _sale(sheet, targets)
    outcome = acted(sale, _candidates(sheet, policies, touched, places))
    sheet.combinations = outcome.combinations
    _settle(sheet, sale, places, outcome.grants)
    sheet.coupons = outcomes(sheet, policies, outcome.grants)


def promotions_of(catalogue: Catalogue, scene: Scene, *, at: datetime) -> InForce:
    """The promotions that may act on a document of a scene, and why the others may not."""
    return catalogue.policies.in_force(at=at, customer=scene.customer, currency=scene.currency)


def _touched(sheet: Sheet, policies: InForce) -> dict[int, list[int]]:
    """The places of the lines that each policy is for, by the policy's place."""
    touched: dict[int, list[int]] = {}
    for place, draft in enumerate(sheet.drafts):
        if draft.counts and not draft.manner.rolled_up:
            for policy_place in _acting_on(draft, policies):
                touched.setdefault(policy_place, []).append(place)
    return touched


def _acting_on(draft: Draft, policies: InForce) -> Sequence[int]:
    """The policies for the line's product, and those for what it is part of that cascade."""
    own = _covering(draft, policies)
    if not draft.manner.cascades:
        return own
    found = set(own)
    for above in draft.manner.cascades:
        product = above.product
        found.update(policies.covering(product.code, above.categories, family=product.variant_of))
    return sorted(found)


def _covering(draft: Draft, policies: InForce) -> Sequence[int]:
    product = draft.shelved.product
    return policies.covering(
        product.code,
        draft.shelved.categories,
        family=product.variant_of,
        freight=product.freight,
    )


def _targets(
    sheet: Sheet, touched: dict[int, list[int]], policies: InForce
) -> tuple[list[int], list[Target]]:
    """The lines that take part, by their places on the sheet, as promotions see them."""
    covering: dict[int, list[int]] = {}
    for policy_place, places in touched.items():
        for place in places:
            covering.setdefault(place, []).append(policy_place)
    found, targets = [], []
    for place, draft in enumerate(sheet.drafts):
        if not draft.counts or draft.manner.rolled_up:
            continue
        if sheet.prices[place].promotable:
            found.append(place)
            targets.append(_target(sheet, place, tuple(sorted(covering.get(place, ())))))
        else:
            for policy_place in covering.get(place, ()):
                sheet.noted(place, refusal(policies.acting[policy_place], "not_promotable"))
    return found, targets


def _target(sheet: Sheet, place: int, covering: tuple[int, ...]) -> Target:
    draft, price = sheet.drafts[place], sheet.prices[place]
    product, floors = draft.shelved.product, sheet.floors.get(place)
    net, gross = _WHOLE, _WHOLE
    if price.position is not None:
        net, gross = tax_sides(price.position.rate.percent, price.basis)
    cost = sheet.cost(place) if sheet.catalogue.cost_book else None
    return Target(
        draft.number,
        product.code,
        product.variant_of,
        draft.shelved.categories,
        draft.own_quantity,
        product.unit,
        minor_of(sheet, sheet.amounts[place]),
        max(
            0 if floors is None else minor_of(sheet, floors.least),
            fixed_tax(sheet, draft, price),
        ),
        net,
        gross,
        product.freight,
        None if cost is None else int(cost * Fraction(draft.extent) * 10**sheet.places),
        covering,
        draft.unit,
        draft.times,
    )


def _sale(sheet: Sheet, targets: Sequence[Target]) -> Sale:
    def value(product: str, quantity: Decimal) -> Worth | None:
        found = priced_gift(sheet, product, quantity)
        return None if found is None else worth_of_gift(sheet, found)

    coupons: dict[str, list[Coupon]] = {}
    for coupon in sorted(sheet.deal.coupons, key=lambda coupon: coupon.key):
        if _stands(coupon, sheet):
            coupons.setdefault(coupon.promotion, []).append(coupon)
    return Sale(
        targets,
        content_order(targets),
        sheet.scene.currency,
        sheet.places,
        sheet.policy.mode,
        facts_of(sheet),
        sheet.catalogue.units,
        value,
        {},
        sheet.customer,
        sheet.deal,
        coupons,
    )


def _stands(coupon: Coupon, sheet: Sheet) -> bool:
    code = sheet.customer.code if sheet.customer else None
    if other_currency(coupon, sheet.scene.currency) is not None:
        return False
    return coupon_refusal(coupon, customer=code, at=sheet.at, zone=sheet.catalogue.zone) is None


def facts_of(sheet: Sheet) -> Facts:
    """The sale as caps see it."""
    values: dict[CapScope, str] = {}
    customer, deal = sheet.customer, sheet.deal
    if customer is not None:
        values["customer"] = customer.code
        values["region"] = customer.region
        values["channel"] = customer.channel
        if customer.groups:
            values["group"] = customer.groups[0]
    values["salesperson"] = deal.salesperson
    values["contract"] = deal.contract
    return Facts(values, sheet.at, sheet.catalogue.zone)


def _candidates(
    sheet: Sheet, policies: InForce, touched: dict[int, list[int]], places: Sequence[int]
) -> list[Candidate]:
    """The policies that are for lines which take part, with those, in their order."""
    index = {place: number for number, place in enumerate(places)}
    found = []
    for policy_place in sorted(touched):
        policy = policies.acting[policy_place]
        own = [index[place] for place in touched[policy_place] if place in index]
        if own:
            found.append(Candidate(policy, sheet.catalogue.policies.group_of(policy), own))
    return found


def _settle(sheet: Sheet, sale: Sale, places: Sequence[int], grants: Sequence[Grant]) -> None:
    """Put what the promotions gave on the sheet."""
    nets = sheet.nets = list(sheet.amounts)
    together: list[set[int]] = []
    number = next_number(sheet.drafts)
    for grant in grants:
        if sheet.traced:
            for place, row in rows_of(grant, sale):
                sheet.noted(places[place], row)
        lowered = {places[place]: sale.shown(share) for place, share in grant.shares.items()}
        for gift in grant.gifts:
            place = _given(sheet, sale, grant, gift, number=number)
            number += 1
            nets.append(sheet.amounts[place])
            if gift.off:
                lowered[place] = sale.shown(gift.off)
            together.append({place, *(places[each] for each in gift.places)})
        for place, amount in lowered.items():
            nets[place] = difference(nets[place], amount)
        _book(sheet, sale, grant, lowered)
    if together:
        share_revenue(sheet, together)


def _given(sheet: Sheet, sale: Sale, grant: Grant, gift: Gift, *, number: int) -> int:
    """Put goods that are free on the sheet; the place of their line."""
    priced = priced_gift(sheet, gift.product, gift.quantity)
    assert priced is not None, "goods without a price are not given"
    place = add_gift(sheet, priced, number, promotion=grant.policy.code)
    sheet.noted(place, gift_row(grant, gift.value, gift.off, sale))
    return place


def _book(sheet: Sheet, sale: Sale, grant: Grant, lowered: dict[int, Decimal]) -> None:
    """Who bears what of a grant, what it takes of counters, and what is to be said of it."""
    policy = grant.policy
    sheet.taken += grant.takes
    if lowered:
        sheet.allocations += _allocations(sheet, sale, grant, lowered)
    if grant.asked > grant.total:
        sheet.ungranted += (
            Ungranted(
                promotion=policy.code,
                asked=sale.shown(grant.asked),
                granted=sale.shown(grant.total),
                reason="capped" if grant.capped or grant.missed else "floored",
            ),
        )
    sheet.findings += [_over(sale, grant, over) for over in grant.over]


def _allocations(
    sheet: Sheet, sale: Sale, grant: Grant, lowered: dict[int, Decimal]
) -> tuple[Allocation, ...]:
    """A row per line and funder; the funders' budgets are counted as caps are."""
    policy, plan = grant.policy, grant.policy.funding
    places = list(lowered)
    left = {}
    if plan.sole is None:
        usage = sheet.deal.usage
        left = budget_left(plan, promotion=policy.code, facts=sale.facts, usage=usage)
    paid = funded(
        plan,
        list(lowered.values()),
        currency=sale.currency,
        places=sheet.places,
        left=left,
    )
    if left:
        takes: tuple[CapTake, ...] = budget_takes(
            plan, paid, promotion=policy.code, facts=sale.facts
        )
        sheet.taken += takes
    coupon = grant.coupon.key if grant.coupon else ""
    return tuple(
        Allocation.built(
            {
                "line": sheet.drafts[place].number,
                "promotion": policy.code,
                "name": policy.name,
                "tax_code": sheet.drafts[place].shelved.product.tax_code,
                "funder": funder,
                "amount": amount,
                "currency": sale.currency,
                "coupon": coupon,
            }
        )
        for place, parts in zip(places, paid, strict=True)
        for funder, amount in parts
    )


def _over(sale: Sale, grant: Grant, over: Over) -> Finding:
    """A limit that was passed where that is told of, or asked about."""
    cap = over.limit.cap
    asked, left = over.asked, over.limit.left or Fraction(0)
    if cap.measure in ("amount", "percent"):
        shown = (f"{sale.shown(sale.whole(each))} {sale.currency}" for each in (asked, left))
    else:
        shown = (f"{each} {cap.measure}" for each in (asked, left))
    wants, has = shown
    code = grant.policy.code
    return Finding(
        code="promotion.over_cap",
        place=f"promotions/{code}",
        severity="approval" if cap.behaviour == "approve" else "note",
        message=LocalText(
            en=f"promotion {code} takes {wants} and {has} of its cap of {cap} are left",
            zh=f"促销 {code} 需占用 {wants}，其限额 {cap} 仅剩 {has}",
        ),
    )
