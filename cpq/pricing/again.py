"""A past pricing once more (重新计价): to the same cent, or under another catalogue.

A pricing keeps what was asked: items, day, customer, the book and the currency that the request
named, policy, plan, manual prices, what was bought before, and what promotions were told of the
sale. The same snapshot therefore gives the identical value again (``repriced``), and another one
says what the same request would cost under it (``priced_under``). What the host's own tax engine
said is kept on the lines, and read off there. Rows of earlier releases do not say whether their
book was named; that is read off what the catalogue itself would choose.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.deal import DealFacts
from cpq.kernel.errors import DomainError, Refused
from cpq.kernel.period import Moment, instant, zone
from cpq.plan import PricingPlan
from cpq.ports import TaxEngine
from cpq.pricing import price
from cpq.pricing.kept_taxes import KeptTaxes
from cpq.pricing.scene import Scene, scene_of
from cpq.purchased import Purchased
from cpq.waterfall import Pricing

_SINCE_ASKED = ("asked_book", "asked_currency", "own_plan", "taxed_by_host")
"""What rows of earlier releases do not have: left out where the row that is replayed has none."""


class _Way(NamedTuple):
    """The book and the currency that a request named, where it did."""

    book: str | None = None
    currency: str | None = None


class _Terms(NamedTuple):
    """What a request is priced under this time."""

    on: Moment
    plan: PricingPlan | None
    taxes: TaxEngine | None
    purchased: Purchased | None
    deal: DealFacts | None


def repriced(
    pricing: Pricing,
    *,
    catalogue: Catalogue,
    plan: PricingPlan | None = None,
    taxes: TaxEngine | None = None,
) -> Pricing:
    """The pricing reckoned anew from what was asked: a replay, equal to what was kept.

    ``plan`` and ``taxes`` stand in for those that the pricing kept. Raises ``Refused``:
    ``replay.other_catalogue`` under another snapshot than it was priced against,
    ``replay.other_plan`` where another plan or version would be followed, ``replay.never_taxed``
    where what the host's tax engine said of a line does not fit it; and what ``price`` raises.

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
    _refuse_other_catalogue(pricing, catalogue)
    plan = plan or pricing.own_plan
    _refuse_other_plan(pricing, plan or catalogue.plan_at(_at(pricing.on, catalogue)))
    if taxes is None and pricing.taxed_by_host:
        taxes = KeptTaxes(pricing)
    terms = _Terms(pricing.on, plan, taxes, pricing.purchased, pricing.deal)
    first = None
    for way in _ways(pricing, catalogue, on=pricing.on, plan=plan):
        again = _as_kept(_again(pricing, catalogue, way, terms), pricing)
        if again == pricing:
            return again
        first = first or again
    if first is None:
        # no way leads to the book and currency that were kept: priced as asked, or refused by name
        way = _Way(pricing.asked_book, pricing.asked_currency)
        return _as_kept(_again(pricing, catalogue, way, terms), pricing)
    return first


def priced_under(
    pricing: Pricing,
    *,
    draft: Catalogue,
    current: Catalogue | None = None,
    on: Moment | None = None,
    book: str | None = None,
    taxes: TaxEngine | None = None,
    plan: PricingPlan | None = None,
    purchased: Purchased | None = None,
    deal: DealFacts | None = None,
) -> Pricing:
    """What the same request costs under another catalogue, in the same currency.

    On the day or instant it was priced on, unless ``on`` says another. From ``book`` where that is
    given. Else a request that named its book keeps it, and one that did not gets what the draft
    chooses. Rows of earlier releases do not say which it was: there the two are told apart by what
    ``current`` chooses, and without ``current``, the book it was priced by is kept as long as the
    draft has it. ``plan``, ``purchased`` and ``deal`` stand in for what the pricing kept, and
    ``taxes`` for the draft's tax table. Raises what ``price`` raises.
    """
    day = pricing.on if on is None else on
    way = _way_under(pricing, draft=draft, current=current, on=day, book=book)
    terms = _Terms(
        day,
        plan or pricing.own_plan,
        taxes,
        pricing.purchased if purchased is None else purchased,
        pricing.deal if deal is None else deal,
    )
    return _again(pricing, draft, way, terms)


def _refuse_other_catalogue(pricing: Pricing, catalogue: Catalogue) -> None:
    if catalogue.hash != pricing.catalogue:
        raise Refused(
            "replay.other_catalogue",
            f"the pricing was made against the snapshot {pricing.catalogue[:12]}…, not "
            f"{catalogue.hash[:12]}…; give that one, or ask what this one would say with reprice() "
            "or priced_under()",
            catalogue=pricing.catalogue,
            found=catalogue.hash,
        )


def _refuse_other_plan(pricing: Pricing, followed: PricingPlan) -> None:
    named = f"{followed.code} {followed.version}"
    if pricing.plan not in ("", named):
        raise Refused(
            "replay.other_plan",
            f"the pricing followed the plan {pricing.plan}, not {named}; give that plan",
            plan=pricing.plan,
            found=named,
        )


def _as_kept(again: Pricing, pricing: Pricing) -> Pricing:
    """As an earlier release would have kept it: without what it did not keep."""
    fields = {name: getattr(again, name) for name in type(again).model_fields}
    for name in _SINCE_ASKED:
        if not getattr(pricing, name):
            fields[name] = getattr(pricing, name)
    return Pricing.built(fields)


def _at(on: Moment, catalogue: Catalogue) -> datetime:
    return instant(on, zone(catalogue.zone))


def _way_under(
    pricing: Pricing, *, draft: Catalogue, current: Catalogue | None, on: Moment, book: str | None
) -> _Way:
    named = book or pricing.asked_book
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
    """The ways to ask that lead to the book and the currency of a pricing, the plainest first.

    What the request named is named again; where nothing is known of it, both are tried.
    """
    asked, currency_asked = pricing.asked_book, pricing.asked_currency
    for book in (asked,) if asked else (None, pricing.book):
        for currency in (currency_asked,) if currency_asked else (None, pricing.currency):
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


def _again(pricing: Pricing, catalogue: Catalogue, way: _Way, terms: _Terms) -> Pricing:
    return price(
        pricing.items,
        catalogue=catalogue,
        on=terms.on,
        customer=pricing.customer,
        book=way.book,
        currency=way.currency,
        promotions=pricing.promoted,
        manual=dict(pricing.manual),
        purchased=terms.purchased,
        deal=terms.deal,
        policy=pricing.policy,
        plan=terms.plan,
        taxes=terms.taxes,
        trace=_traced(pricing),
    )


def _traced(pricing: Pricing) -> bool:
    """Whether a pricing was kept with its trace."""
    return bool(pricing.refused) or any(line.steps for line in pricing.lines)
