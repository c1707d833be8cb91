"""A past pricing once more (重新计价): to the same cent, or under another catalogue.

A pricing keeps what was asked, on which day, for whom, under which policy, and what promotions were
told of the sale: coupons, and what was used of limits then. The same snapshot therefore gives the
identical value again (``repriced``), and a draft of the next one says what the same request would
cost under it (``priced_under``). Whether the book was named on the request or chosen by assignments
is not kept; it is read off what the catalogue itself would choose.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.kernel.errors import DomainError, Refused
from cpq.kernel.period import Moment, instant, zone
from cpq.plan import PricingPlan
from cpq.ports import TaxEngine
from cpq.pricing import price
from cpq.pricing.scene import Scene, scene_of
from cpq.simulation.compare import traced
from cpq.waterfall import Pricing


class _Way(NamedTuple):
    """The book and the currency that a request named, where it did."""

    book: str | None = None
    currency: str | None = None


def repriced(
    pricing: Pricing,
    *,
    catalogue: Catalogue,
    plan: PricingPlan | None = None,
    taxes: TaxEngine | None = None,
) -> Pricing:
    """The pricing reckoned anew from what was asked: a replay, equal to what was kept.

    ``plan`` and ``taxes`` are those that were given to ``price``. Raises ``Refused``:
    ``simulation.other_catalogue`` under another snapshot than it was priced against,
    ``simulation.other_plan`` where another plan or version would be followed; and what ``price``
    raises.

    >>> from datetime import date
    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
    >>> from cpq.pricing import item
    >>> from cpq.product import Product
    >>> listed = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> catalogue = Catalogue(products=(Product(code="M8", name="Bolt"),), books=(listed,),
    ...                       default_book="LIST")
    >>> pricing = price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 21))
    >>> repriced(pricing, catalogue=catalogue) == pricing
    True
    """
    if catalogue.hash != pricing.catalogue:
        raise Refused(
            "simulation.other_catalogue",
            f"the pricing was made against the snapshot {pricing.catalogue[:12]}…, not "
            f"{catalogue.hash[:12]}…; give that one, or ask priced_under() what this one would say",
            catalogue=pricing.catalogue,
            found=catalogue.hash,
        )
    followed = plan or catalogue.plan_at(instant(pricing.on, zone(catalogue.zone)))
    named = f"{followed.code} {followed.version}"
    if pricing.plan not in ("", named):
        raise Refused(
            "simulation.other_plan",
            f"the pricing followed the plan {pricing.plan}, not {named}; give that plan",
            plan=pricing.plan,
            found=named,
        )
    first = None
    for way in _ways(pricing, catalogue, on=pricing.on, plan=followed):
        again = _again(pricing, catalogue, way, on=pricing.on, plan=plan, taxes=taxes)
        if again == pricing:
            return again
        first = first or again
    assert first is not None, "the book and the currency of a pricing are in its catalogue"
    return first


def priced_under(
    pricing: Pricing,
    *,
    draft: Catalogue,
    current: Catalogue | None = None,
    on: Moment | None = None,
    book: str | None = None,
    taxes: TaxEngine | None = None,
) -> Pricing:
    """What the same request costs under another catalogue, in the same currency.

    On the day or instant it was priced on, unless ``on`` says another. From ``book`` where that is
    given. Else a request that named its book keeps it, and one that did not gets what the draft
    chooses; the two are told apart by what ``current`` chooses. Without ``current``, the book it
    was priced by is kept as long as the draft has it. Raises what ``price`` raises.
    """
    day = pricing.on if on is None else on
    way = _way_under(pricing, draft=draft, current=current, on=day, book=book)
    return _again(pricing, draft, way, on=day, plan=None, taxes=taxes)


def _way_under(
    pricing: Pricing, *, draft: Catalogue, current: Catalogue | None, on: Moment, book: str | None
) -> _Way:
    named = book
    if named is None and current is not None:
        known = next(_ways(pricing, current, on=pricing.on), None)
        named = pricing.book if known is None else known.book
    elif named is None:
        kept = next(_ways(pricing, draft, on=on), None)
        named = None if kept is None else kept.book
    plainly = _scene(pricing, draft, _Way(named), on=on)
    same = plainly is not None and plainly.currency == pricing.currency
    return _Way(named, None if same else pricing.currency)


def _ways(
    pricing: Pricing, catalogue: Catalogue, *, on: Moment, plan: PricingPlan | None = None
) -> Iterator[_Way]:
    """The ways to ask that lead to the book and the currency of a pricing, the plainest first."""
    for book in (None, pricing.book):
        for currency in (None, pricing.currency):
            way = _Way(book, currency)
            scene = _scene(pricing, catalogue, way, on=on, plan=plan)
            if scene is None or scene.currency != pricing.currency:
                continue
            if scene.books[0].book == pricing.book:
                yield way


def _scene(
    pricing: Pricing,
    catalogue: Catalogue,
    way: _Way,
    *,
    on: Moment,
    plan: PricingPlan | None = None,
) -> Scene | None:
    """The scene that a way to ask leads to; ``None`` where it leads nowhere."""
    try:
        buyer = None if pricing.customer is None else catalogue.customer(pricing.customer)
        at = instant(on, zone(catalogue.zone))
        return scene_of(
            catalogue,
            buyer,
            at=at,
            plan=plan or catalogue.plan_at(at),
            policy=pricing.policy,
            book=way.book,
            currency=way.currency,
        )
    except DomainError:
        return None


def _again(
    pricing: Pricing,
    catalogue: Catalogue,
    way: _Way,
    *,
    on: Moment,
    plan: PricingPlan | None,
    taxes: TaxEngine | None,
) -> Pricing:
    return price(
        pricing.items,
        catalogue=catalogue,
        on=on,
        customer=pricing.customer,
        book=way.book,
        currency=way.currency,
        promotions=pricing.promoted,
        manual=dict(pricing.manual),
        purchased=pricing.purchased,
        deal=pricing.deal,
        policy=pricing.policy,
        plan=plan,
        taxes=taxes,
        trace=traced(pricing),
    )
