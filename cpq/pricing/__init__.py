"""The waterfall (计价): from what is asked to what it costs, a pure function.

The pricing plan says which steps there are and in which order (``cpq.plan``). In two phases:

1. the unit phase finds what one unit of each line costs: cost, list, book and tier, attributes,
   agreements, formulas, a manual price, by book, day, unit, quantity and customer; a part that its
   parent's price includes costs nothing by itself;
2. the document phase looks at the whole: amounts = quantity × price, rounded once to the policy's
   places; lines that are a percentage of others; promotions by priority, down to the floors;
   net = amount − discounts; tax on each line or each tax code; gross = net + tax.

Pricing always starts from the list: a rule that no longer holds leaves nothing behind. It reads
no clock and no context: the same request, snapshot and day give the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cpq.agreement import Agreed, carried
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item
from cpq.kernel.errors import DomainError, Finding, NotFound, refuse_if
from cpq.kernel.money import COMMERCIAL, RoundingPolicy, exact
from cpq.kernel.period import Moment, instant, zone
from cpq.kernel.text import LocalText
from cpq.manual import ManualPrice
from cpq.plan import PricingPlan
from cpq.ports import TaxEngine
from cpq.pricebook import NoPrice
from cpq.pricing.amounts import extend
from cpq.pricing.document import Shares, follow_document
from cpq.pricing.draft import PLAIN, Draft, drafted, finding_of
from cpq.pricing.found import UnitPrice
from cpq.pricing.lines import lines_of
from cpq.pricing.measure import Counted
from cpq.pricing.scene import scene_of
from cpq.pricing.sheet import Sheet
from cpq.pricing.unit import UnitPrices, unit_price, unit_prices
from cpq.purchased import Purchased
from cpq.waterfall import Pricing

__all__ = ["COMMERCIAL", "item", "price", "unit_price"]

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
) -> Item:
    """So many of a product as it stands.

    >>> item("M8", 200).quantity
    Decimal('200')
    >>> item("CLOTH", 3, attributes={"length": "2.5"}).attributes
    (('length', '2.5'),)
    """
    return Item(
        product=product,
        quantity=exact(quantity),
        unit=unit,
        attributes=tuple((code, str(value)) for code, value in sorted(attributes.items())),
        optional=optional,
        full_quantity=None if full_quantity is None else exact(full_quantity),
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
    that count it. ``plan`` and ``taxes`` stand in for the catalogue's plan and tax table. Without
    ``trace``, lines have no ``steps``; every figure is the same.

    Raises ``Refused`` (``pricing.invalid``) with a finding for everything that keeps a line from
    having a price, all at once; ``NotFound`` for an unknown customer, book, rate or line;
    ``Invalid`` (``pricing.empty``) where nothing is asked for.

    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
    >>> from cpq.product import Product
    >>> from datetime import date
    >>> catalogue = Catalogue(
    ...     products=(Product(code="M8", name="Bolt", tax_code="VAT13"),),
    ...     books=(PriceBook(code="LIST", currency="CNY", versions=(
    ...         PriceBookVersion(entries=(entry("M8", price="0.35"),)),)),),
    ...     default_book="LIST",
    ... )
    >>> price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 21)).gross
    Money('79.10', 'CNY')
    """
    buyer = None if customer is None else catalogue.customer(customer)
    at = instant(on, zone(catalogue.zone))
    plan = plan or catalogue.plan_at(at)
    scene = scene_of(
        catalogue, buyer, at=at, book=book, currency=currency, plan=plan, policy=policy
    )
    drafts, findings = drafted(items, catalogue, at=at)
    _refuse_strangers(manual, drafts)
    page = unit_prices(catalogue, scene)
    counted = Counted(drafts, catalogue, purchased)
    allocated = frozenset(draft.number for draft in drafts if draft.manner.allocated)
    asking = _Asking(catalogue, page, at, manual, counted, findings, {}, {}, allocated)
    prices = _prices(asking, drafts)
    refuse_if(findings, code="pricing.invalid", subject="the request cannot be priced")
    sheet = Sheet(catalogue, scene, drafts, prices, at=at, traced=trace, purchased=purchased)
    extend(sheet)
    follow_document(sheet, asking.shares, promotions=promotions)
    errors = [each for each in sheet.findings if each.code in _KEEP_FROM_PRICING]
    refuse_if(errors, code="pricing.invalid", subject="the request cannot be priced")
    lines = lines_of(sheet, on=on, engine=taxes)
    return Pricing.built(
        {
            "customer": customer,
            "book": scene.books[0].book,
            "currency": scene.currency,
            "on": on,
            "policy": policy,
            "catalogue": catalogue.hash,
            "items": tuple(items),
            "lines": lines,
            "allocations": sheet.allocations,
            "refused": sheet.refused if trace else (),
            "plan": f"{scene.plan.code} {scene.plan.version}",
            "rates": page.rates,
            "manual": tuple(sorted(manual.items())),
            "purchased": purchased,
            "drawn": sheet.drawn,
            "promoted": promotions,
            "findings": tuple(sheet.findings),
        }
    )


_KEEP_FROM_PRICING = {"price.nothing_covered", "commitment.exceeded"}


def _refuse_strangers(manual: Mapping[str, ManualPrice], drafts: Sequence[Draft]) -> None:
    unknown = sorted(set(manual).difference(draft.number for draft in drafts))
    if unknown:
        raise NotFound(
            "manual.unknown_line",
            f"a manual price is given for line {', '.join(unknown)}, which is not there; lines are "
            "numbered 1, 2, 2.1",
            lines=tuple(unknown),
        )


class _Asking(NamedTuple):
    """What every line is asked with; ``agreed`` and ``shares`` fill as the lines go by."""

    catalogue: Catalogue
    page: UnitPrices
    at: datetime
    manual: Mapping[str, ManualPrice]
    counted: Counted
    findings: list[Finding]
    agreed: dict[str, Agreed | None]
    shares: Shares
    allocated: frozenset[str]


def _prices(asking: _Asking, drafts: Sequence[Draft]) -> list[UnitPrice]:
    """A price per line; what has none is a finding, and lines that are shares wait for theirs."""
    page, at = asking.page, asking.at
    special = bool(asking.manual) or page.has_shares or bool(asking.catalogue.availability)
    prices: list[UnitPrice] = []
    for place, draft in enumerate(drafts):
        found: UnitPrice | NoPrice | None
        try:
            if draft.manner is PLAIN and not special and not page.measures_of(draft):
                found = page.find(draft, at=at)
            else:
                found = _special(asking, draft, place)
        except DomainError as error:
            asking.findings.append(finding_of(f"lines/{draft.number}", error))
            continue
        if isinstance(found, NoPrice):
            day = at.astimezone(zone(asking.catalogue.zone))
            asking.findings.append(_unpriced(draft, found, day))
        elif found is not None:
            prices.append(found)
    return prices


def _special(asking: _Asking, draft: Draft, place: int) -> UnitPrice | NoPrice | None:
    """The price of a line that is out of the ordinary; ``None`` where a finding says why not."""
    page, at, manner = asking.page, asking.at, draft.manner
    if manner.included or manner.rolled_up:
        parent = draft.number.rpartition(".")[0]
        weighed = manner.included and parent in asking.allocated
        return page.held(draft, at=at, weighed=weighed)
    withheld = page.withheld(draft, at=at)
    if withheld is not None:
        asking.findings.append(withheld)
        return None
    rule = page.share(draft, at=at)
    if rule is not None:
        asking.shares[place] = rule
        return page.held(draft, at=at, weighed=False)
    above = asking.agreed.get(draft.number.rpartition(".")[0])
    measures = asking.counted.of(draft, page.measures_of(draft))
    given = asking.manual.get(draft.number)
    found = page.find(draft, at=at, measures=measures, manual=given, above=above)
    if not isinstance(found, NoPrice):
        asking.agreed[draft.number] = carried(found.agreed, above)
    return found


def _unpriced(draft: Draft, missing: NoPrice, at: datetime) -> Finding:
    books, day = ", ".join(missing.searched), at.date().isoformat()
    return Finding(
        code="price.none",
        place=f"lines/{draft.number}",
        message=LocalText(
            en=f"no price for {missing.product!r} per {missing.unit} on {day} in {books}; "
            "add an entry, or name another book",
            zh=f"{day} 在价目表 {books} 中没有 {missing.product!r} 每 {missing.unit} 的价格",
        ),
    )
