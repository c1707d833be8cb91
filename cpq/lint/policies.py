"""Promotion policies as the checks see them (促销政策概览): whom they reach, when, and how simply.

What a policy gives on a line can be told from the catalogue alone only where it looks at nothing
but that line: no coupon, no memory, no company. Of such *simple* ones figures are shown; of others
only what holds whatever the order is.
"""

from collections.abc import Iterable
from datetime import tzinfo
from fractions import Fraction
from typing import NamedTuple

from cpq.cap import Cap
from cpq.kernel.period import zone
from cpq.lint.ground import Ground
from cpq.lint.spans import Span, common
from cpq.promotion import AmountOff, FreeGoods, PromotionPolicy, Selector
from cpq.promotion import ordered as in_order

_OF_ALL = frozenset(("promotion", "product"))
_OF_CUSTOMERS = frozenset(("customer",))


class Held(NamedTuple):
    """A policy, when it holds, the products that it is for, and with them the parts that it may
    lower with what they are part of.
    """

    policy: PromotionPolicy
    span: Span
    reach: frozenset[str]
    wide: frozenset[str]
    home: tzinfo

    @property
    def place(self) -> str:
        """Where it stands in the catalogue."""
        return f"promotions/{self.policy.code}"


def held(ground: Ground) -> list[Held]:
    """The policies that are not over and are for some product, in the order of their priority."""
    found = []
    for policy in in_order(ground.catalogue.promotions):
        home = zone(policy.zone or ground.catalogue.zone)
        span = ground.span(policy.period, home)
        reach = frozenset(reach_of(ground, policy))
        if span is not None and reach:
            found.append(Held(policy, span, reach, _with_parts(ground, reach), home))
    return found


def _with_parts(ground: Ground, products: frozenset[str]) -> frozenset[str]:
    """The products and the parts of them that share what is given on the whole."""
    boms = ground.catalogue.boms_by_product
    found, open_ones = set(products), [code for code in products if code in boms]
    while open_ones:
        for part in boms[open_ones.pop()].parts():
            if part.cascade and part.product not in found:
                found.add(part.product)
                if part.product in boms:
                    open_ones.append(part.product)
    return frozenset(found)


def reach_of(ground: Ground, policy: PromotionPolicy) -> list[str]:
    """The products that a policy is for, by code: without what is excepted, and freight only where
    it is named.
    """
    return meant(ground, policy.target)


def meant(ground: Ground, selector: Selector) -> list[str]:
    """The products that a selector means, by code: freight only where it names it."""
    named = bool(selector.products or selector.categories)
    never = set() if named else set(ground.freight)
    if selector.except_products or selector.except_categories:
        never.update(ground.reach_of(selector.except_products, selector.except_categories))
    found = ground.reach_of(selector.products, selector.categories)
    return [code for code in found if code not in never] if never else found


def is_simple(policy: PromotionPolicy) -> bool:
    """Whether what it gives on a line follows from that line and the groups of its customer."""
    benefit = policy.benefit
    for_groups = not (policy.customers or policy.regions or policy.channels)
    shared = policy.unit is None and policy.weights == "amount"
    taxed = isinstance(benefit, AmountOff) and benefit.tax is not None
    capped = all(cap.window == "order" and cap.tax is None for cap in policy.caps)
    return policy.is_plain and for_groups and shared and capped and not taxed


def within_caps(policy: PromotionPolicy, asked: Fraction) -> Fraction:
    """What the caps of a simple policy let through of an amount."""
    granted = asked
    for cap in policy.caps:
        if cap.behaviour not in ("clip", "reject") or asked <= Fraction(cap.limit):
            continue
        if cap.behaviour == "reject":
            return Fraction(0)
        granted = min(granted, Fraction(cap.limit))
    return granted


def holds_always(cap: Cap, policy: PromotionPolicy) -> bool:
    """Whether a cap keeps back what it does not let through, whatever the sale.

    One that counts for a salesperson or a contract does not hold where there is none; goods that
    are worth nothing are within any amount.
    """
    if cap.behaviour not in ("clip", "reject"):
        return False
    if cap.measure in ("amount", "percent") and isinstance(policy.benefit, FreeGoods):
        return False
    if not cap.counted:
        return True
    for_somebody = bool(policy.customers or policy.customer_groups)
    known = _OF_ALL | _OF_CUSTOMERS if for_somebody else _OF_ALL
    return known.issuperset(cap.scope) and cap.window != "contract"


def barred(policies: Iterable[PromotionPolicy]) -> frozenset[str]:
    """The promotions and groups that some policy does not go together with."""
    return frozenset(name for policy in policies for name in policy.not_with)


def includes(one: Held, other: Held) -> bool:
    """Whether a policy holds for everybody and everything that another one holds for."""
    mine, theirs = one.policy, other.policy
    scopes = (
        (mine.customer_groups, theirs.customer_groups),
        (mine.customers, theirs.customers),
        (mine.regions, theirs.regions),
        (mine.channels, theirs.channels),
    )
    everybody = all(not own or (bool(also) and {*also} <= {*own}) for own, also in scopes)
    paid = mine.currency in (None, theirs.currency)
    return (
        everybody
        and paid
        and common(one.span, other.span) == other.span
        and other.reach <= one.reach
    )
