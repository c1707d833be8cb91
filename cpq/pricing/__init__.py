"""The waterfall (计价): from what is asked to what it costs, a pure function.

The pricing plan says which steps there are and in which order (``cpq.plan``). In two phases:

1. the unit phase finds what one unit of each line costs: cost, list, book and tier, attributes,
   agreements, formulas, a manual price, by book, day, unit, quantity and customer; a part that its
   parent's price includes costs nothing by itself;
2. the document phase looks at the whole: amounts = quantity × price (× periods where it recurs),
   rounded once to the policy's places; lines that are a percentage of others; promotions by
   priority, down to the floors; net = amount − discounts; tax on each line or each tax code;
   gross = net + tax.

Pricing always starts from the list: a rule that no longer holds leaves nothing behind. It reads
no clock and no context: the same request, snapshot and day give the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cpq.agreement import Taken
from cpq.allocation import Allocation, Ungranted
from cpq.cap import CapTake
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item
from cpq.coupon import CouponOutcome
from cpq.deal import NO_FACTS, DealFacts
from cpq.kernel.errors import Finding, NotFound, Refused, refuse_if
from cpq.kernel.money import COMMERCIAL, RoundingPolicy, exact
from cpq.kernel.period import Moment, instant, zone
from cpq.manual import ManualPrice
from cpq.plan import STANDARD_PLAN, PricingPlan
from cpq.ports import TaxEngine
from cpq.pricing.amounts import extend
from cpq.pricing.answers import Answers
from cpq.pricing.document import follow_document
from cpq.pricing.draft import Draft, drafted
from cpq.pricing.lines import lines_of
from cpq.pricing.promote import promotions_of
from cpq.pricing.scene import Scene, scene_of
from cpq.pricing.sheet import Sheet
from cpq.pricing.unit import UnitPrices, unit_price, unit_prices
from cpq.pricing.within import price_within
from cpq.promotion import Combination, InForce
from cpq.purchased import Purchased
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

__all__ = ["COMMERCIAL", "item", "price", "price_within", "unit_price"]

_NO_MANUAL: Mapping[str, ManualPrice] = {}
_NO_ATTRIBUTES: Mapping[str, object] = {}


def item(
    product: str,
    quantity: object = 1,
    *,
    unit: str | None = None,
    attributes: Mapping[str, object] = _NO_ATTRIBUTES,
    optional: bool = False,
    full_quantity: object = None,
    periods: int | None = None,
) -> Item:
    """So many of a product as it stands; of one that recurs for so many billing periods.

    >>> item("M8", 200).quantity
    Decimal('200')
    >>> item("CLOTH", 3, attributes={"length": "2.5"}).attributes
    (('length', '2.5'),)
    >>> item("CARE", 10, periods=36).periods
    36
    """
    return Item(
        product=product,
        quantity=exact(quantity),
        unit=unit,
        attributes=tuple((code, str(value)) for code, value in sorted(attributes.items())),
        optional=optional,
        full_quantity=None if full_quantity is None else exact(full_quantity),
        periods=periods,
    )


def price(
    items: Sequence[Item | Configuration],
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    book: str | None = None,
    currency: str | None = None,
    promotions: bool = True,
    manual: Mapping[str, ManualPrice] = _NO_MANUAL,
    purchased: Purchased | None = None,
    deal: DealFacts | None = None,
    policy: RoundingPolicy = COMMERCIAL,
    plan: PricingPlan | None = None,
    taxes: TaxEngine | None = None,
    trace: bool = True,
) -> Pricing:
    """What the items cost a customer on a day, with the trace of every rule looked at.

    The book is ``book``, else what agreements, the customer and assignments say, else the
    catalogue's default. Amounts are in ``currency``, else in the book's; another one is converted
    at the catalogue's rate of the day. ``on`` is a business day in the catalogue's zone or an aware
    instant. ``manual`` gives prices by line number, ``purchased`` what was bought before for tiers
    that count it, ``deal`` what else promotions look at: coupons, what of caps is used, who sells.
    ``plan`` and ``taxes`` stand in for the catalogue's plan and tax table. Without ``trace``, lines
    have no ``steps``; every figure is the same.

    Raises ``Refused`` (``pricing.invalid``) with a finding for everything that keeps a line from
    having a price, all at once; ``NotFound`` for an unknown customer, book, rate or line;
    ``Invalid`` (``pricing.empty``) where nothing is asked for.

    >>> from cpq import PriceBook, PriceBookVersion, Product, entry
    >>> from datetime import date
    >>> listed = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> catalogue = Catalogue(products=(Product(code="M8", name="Bolt", tax_code="VAT13"),),
    ...                       books=(listed,), default_book="LIST")
    >>> price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 21)).gross
    Money('79.10', 'CNY')
    """
    buyer = None if customer is None else catalogue.customer(customer)
    at = instant(on, zone(catalogue.zone))
    followed = plan or catalogue.plan_at(at)
    scene = scene_of(
        catalogue, buyer, at=at, book=book, currency=currency, plan=followed, policy=policy
    )
    page = unit_prices(catalogue, scene)
    made = None
    if not manual and taxes is None and deal is None:
        made = _quickly(items, page, scene, at=at, promotions=promotions, traced=trace)
    if made is None:
        asking = _Asking(page, scene, at, on, manual, purchased, taxes, promotions, trace, deal)
        made = _generally(items, asking)
    return Pricing.built(
        {
            "customer": customer,
            "book": scene.books[0].book,
            "currency": scene.currency,
            "on": on,
            "policy": policy,
            "catalogue": catalogue.hash,
            "items": tuple(items),
            "lines": made.lines,
            "allocations": made.allocations,
            "refused": made.refused if trace else (),
            "plan": f"{scene.plan.code} {scene.plan.version}",
            "rates": page.rates,
            "manual": tuple(sorted(manual.items())),
            "purchased": purchased,
            "promoted": promotions,
            "drawn": made.drawn,
            "findings": made.findings,
            "deal": deal,
            "taken": made.taken,
            "coupons": made.coupons,
            "combinations": made.combinations,
            "ungranted": made.ungranted,
            "asked_book": book,
            "asked_currency": currency,
            "own_plan": _own(plan, catalogue),
            "taxed_by_host": taxes is not None,
        }
    )


def _own(plan: PricingPlan | None, catalogue: Catalogue) -> PricingPlan | None:
    """The plan that a request brought along; none where it is what the catalogue would follow."""
    return None if plan == STANDARD_PLAN and not catalogue.plans else plan


_KEEP_FROM_PRICING = {"price.nothing_covered", "commitment.exceeded"}


def _refuse_strangers(
    manual: Mapping[str, ManualPrice], drafts: Sequence[Draft], plan: PricingPlan
) -> None:
    """Refuse manual prices that nobody would ever look at."""
    if manual and not any(step.kind == "manual" for step in plan.unit_steps):
        raise Refused(
            "manual.not_in_plan",
            f"line {', '.join(sorted(manual))} has a manual price, and plan {plan} has no step for "
            "manual prices; add one, or leave them out",
            plan=str(plan),
        )
    unknown = sorted(set(manual).difference(draft.number for draft in drafts))
    if unknown:
        raise NotFound(
            "manual.unknown_line",
            f"a manual price is given for line {', '.join(unknown)}, which is not there; lines are "
            "numbered 1, 2, 2.1",
            lines=tuple(unknown),
        )


class _Made(NamedTuple):
    """What pricing the lines of a document gave."""

    lines: tuple[PricedLine, ...]
    allocations: tuple[Allocation, ...] = ()
    refused: tuple[Step, ...] = ()
    drawn: tuple[Taken, ...] = ()
    findings: tuple[Finding, ...] = ()
    taken: tuple[CapTake, ...] = ()
    coupons: tuple[CouponOutcome, ...] = ()
    combinations: tuple[Combination, ...] = ()
    ungranted: tuple[Ungranted, ...] = ()


def _quickly(
    items: Sequence[Item | Configuration],
    page: UnitPrices,
    scene: Scene,
    *,
    at: datetime,
    promotions: bool,
    traced: bool,
) -> _Made | None:
    """A document on which nothing acts but the price of each line; ``None`` for any other."""
    if not page.ordinary:
        return None
    refused: tuple[Step, ...] = ()
    if promotions:
        policies = promotions_of(page.catalogue, scene, at=at)
        if policies.acting and any(_is_covered(each, page.catalogue, policies) for each in items):
            return None
        refused = policies.untouched
    quick = page.plain.lines(items, at=at, traced=traced)
    return None if quick is None else _Made(quick[0], refused=refused, findings=quick[1])


def _is_covered(thing: Item | Configuration, catalogue: Catalogue, policies: InForce) -> bool:
    """Whether a promotion is for it; of what has parts, or is unknown, others are to say."""
    if isinstance(thing, Configuration) or thing.product not in catalogue.products_by_code:
        return True
    shelved = catalogue.shelved(thing.product)
    product = shelved.product
    return bool(
        policies.covering(
            product.code, shelved.categories, family=product.variant_of, freight=product.freight
        )
    )


class _Asking(NamedTuple):
    """What a document is asked with."""

    page: UnitPrices
    scene: Scene
    at: datetime
    on: Moment
    manual: Mapping[str, ManualPrice]
    purchased: Purchased | None
    taxes: TaxEngine | None
    promotions: bool
    traced: bool
    deal: DealFacts | None


def _generally(items: Sequence[Item | Configuration], asking: _Asking) -> _Made:
    """Any document: its lines drafted, priced one by one, and then as a whole."""
    page, catalogue, scene = asking.page, asking.page.catalogue, asking.scene
    drafts, findings = drafted(items, catalogue, at=asking.at)
    _refuse_strangers(asking.manual, drafts, scene.plan)
    answers = Answers(page, drafts, at=asking.at, manual=asking.manual, before=asking.purchased)
    prices = answers.prices(findings)
    refuse_if(findings, code="pricing.invalid", subject="the request cannot be priced")
    sheet = Sheet(
        catalogue,
        scene,
        drafts,
        prices,
        at=asking.at,
        traced=asking.traced,
        purchased=asking.purchased,
        deal=asking.deal or NO_FACTS,
        price_of=lambda draft: page.withheld(draft, at=asking.at) or page.find(draft, at=asking.at),
    )
    extend(sheet)
    follow_document(sheet, answers.shares, promotions=asking.promotions)
    errors = [each for each in sheet.findings if each.code in _KEEP_FROM_PRICING]
    refuse_if(errors, code="pricing.invalid", subject="the request cannot be priced")
    return _Made(
        lines_of(sheet, on=asking.on, engine=asking.taxes),
        sheet.allocations,
        sheet.refused,
        sheet.drawn,
        tuple(sheet.findings),
        sheet.taken,
        sheet.coupons,
        sheet.combinations,
        sheet.ungranted,
    )
