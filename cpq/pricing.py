"""The waterfall (计价): from what is asked to what it costs, a pure function.

Steps, in this order, each from the ones before, nothing ever overwritten:

1. lines: an item is one line; a configuration is a line and one line per part below it;
2. list and book price per unit, by book, day, unit and quantity; a part that its parent's price
   includes costs nothing by itself;
3. amounts: quantity × price, rounded once to the policy's places;
4. promotions, in the order of their priority, shared over the lines they are for;
5. net = amount − discounts; tax on the net of each line; gross = net + tax.

Pricing always starts from the list: a rule that no longer holds leaves nothing behind. It reads
no clock and no context: the same request, snapshot and day give the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from cpq.allocation import Allocation
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item
from cpq.customer import Customer
from cpq.kernel.errors import DomainError, Finding, Invalid, NotFound, refuse_if
from cpq.kernel.money import (
    EXACT,
    Rounding,
    RoundingPolicy,
    difference,
    exact,
    places_of,
    quantum,
    rounded,
)
from cpq.kernel.period import Moment, instant, zone
from cpq.kernel.text import LocalText, legible
from cpq.pricebook import NoPrice, Price
from cpq.product import Product
from cpq.promotion import PromotionPolicy, Target, grant
from cpq.tax import TaxRate, tax_on
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

_NOTHING = Decimal(0)
COMMERCIAL = RoundingPolicy()
"""Unit prices with four decimals, amounts on the currency's grid, half up."""

_LARGEST_EXPONENT = 15


class _Paper(NamedTuple):
    """What every line of one document shares: the currency, and where amounts are rounded."""

    currency: str
    places: int
    mode: Rounding


class _Draft(NamedTuple):
    """A line before it has a price."""

    number: str
    product: Product
    quantity: Decimal
    unit: str
    included: bool
    detail: tuple[LocalText, ...]


def item(product: str, quantity: object = 1, *, unit: str | None = None) -> Item:
    """So many of a product as it stands.

    >>> item("M8", 200).quantity
    Decimal('200')
    """
    return Item(product=product, quantity=exact(quantity), unit=unit)


def price(
    items: Sequence[Item | Configuration],
    *,
    catalogue: Catalogue,
    on: Moment,
    customer: str | None = None,
    book: str | None = None,
    promotions: bool = True,
    policy: RoundingPolicy = COMMERCIAL,
) -> Pricing:
    """What the items cost a customer on a day, with the trace of every rule looked at.

    The book is ``book``, else the customer's, else the catalogue's default; amounts are in its
    currency. ``on`` is a business day in the catalogue's zone or an aware instant.

    Raises ``Refused`` (``pricing.invalid``) with one finding per line that cannot be priced,
    ``NotFound`` for an unknown customer or book, ``Refused`` (``price_book.ambiguous``).

    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
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
    chosen = _book(catalogue, buyer, book)
    currency = catalogue.prices.book(chosen).currency
    at = instant(on, zone(catalogue.zone))
    drafts = _drafts(items, catalogue)
    prices = _prices(drafts, catalogue, book=chosen, at=at, policy=policy)
    paper = _Paper(currency, policy.places_for(currency), policy.mode)
    amounts = [
        _NOTHING if draft.included else _extended(draft, found.unit_price, paper)
        for draft, found in zip(drafts, prices, strict=True)
    ]
    promoted = _Promoted(amounts, [()] * len(drafts), (), ())
    if promotions and catalogue.promotions:
        groups = buyer.groups if buyer else ()
        promoted = _promote(
            drafts,
            amounts,
            catalogue,
            at=at,
            groups=groups,
            currency=currency,
            policy=policy,
        )
    rates = _rates(drafts, catalogue, on)
    lines = tuple(
        _line(
            draft,
            found,
            amount=amount,
            net=net,
            promoted=steps,
            rate=rates[draft.product.tax_code],
            paper=paper,
        )
        for draft, found, amount, net, steps in zip(
            drafts, prices, amounts, promoted.nets, promoted.steps, strict=True
        )
    )
    return Pricing.built(
        {
            "customer": customer,
            "book": chosen,
            "currency": currency,
            "on": on,
            "policy": policy,
            "catalogue": catalogue.hash,
            "items": tuple(items),
            "lines": lines,
            "allocations": promoted.allocations,
            "refused": promoted.refused,
        }
    )


def _book(catalogue: Catalogue, buyer: Customer | None, book: str | None) -> str:
    chosen = book or (buyer.price_book if buyer else None) or catalogue.default_book
    if chosen is None:
        raise NotFound(
            "price_book.none",
            "no price book: name one with book=, or give the customer or the catalogue one",
        )
    return chosen


def _drafts(items: Iterable[Item | Configuration], catalogue: Catalogue) -> list[_Draft]:
    """The lines of all items; everything that is unknown is said at once."""
    drafts: list[_Draft] = []
    findings: list[Finding] = []
    for place, thing in enumerate(items, start=1):
        try:
            if isinstance(thing, Item):
                drafts.append(
                    _draft(
                        str(place),
                        thing.product,
                        catalogue,
                        quantity=thing.quantity,
                        unit=thing.unit,
                    )
                )
            else:
                drafts += _configured(str(place), thing, catalogue)
        except DomainError as error:
            findings.append(_finding(f"items/{place}", error))
    if not drafts and not findings:
        raise Invalid("pricing.empty", "there is nothing to price: give at least one item")
    refuse_if(findings, code="pricing.invalid", subject="the request cannot be priced")
    return drafts


def _draft(
    number: str,
    code: str,
    catalogue: Catalogue,
    *,
    quantity: Decimal,
    unit: str | None,
    included: bool = False,
    attributes: Sequence[tuple[LocalText, LocalText]] = (),
) -> _Draft:
    thing = catalogue.product(code)
    counted = unit or thing.unit
    places = catalogue.units.unit(counted).places
    size = quantity
    if not quantity.same_quantum(quantum(places)) and places_of(quantity) > places:
        size = rounded(quantity, places)
    detail = tuple(_detail(*pair) for pair in attributes) if attributes else ()
    return _Draft(number, thing, size, counted, included, detail)


def _detail(name: LocalText, value: LocalText) -> LocalText:
    return LocalText(
        en=f"{name.in_('en')}: {value.in_('en')}",
        zh=f"{name.in_('zh')}：{value.in_('zh')}",
    )


def _configured(number: str, whole: Configuration, catalogue: Catalogue) -> list[_Draft]:
    head = _draft(
        number,
        whole.product,
        catalogue,
        quantity=whole.quantity,
        unit=whole.unit,
        attributes=whole.attributes,
    )
    return [head] + [
        _draft(
            f"{number}.{below}",
            part.product,
            catalogue,
            quantity=part.total,
            unit=part.unit,
            included=part.sold == "included",
            attributes=part.attributes,
        )
        for below, part in whole.numbered()
    ]


_FREE = Price(_NOTHING, _NOTHING, ())


def _prices(
    drafts: Sequence[_Draft],
    catalogue: Catalogue,
    *,
    book: str,
    at: datetime,
    policy: RoundingPolicy,
) -> list[Price]:
    find = catalogue.prices.find
    prices: list[Price] = []
    findings: list[Finding] = []
    for draft in drafts:
        if draft.included:
            prices.append(_FREE)
            continue
        try:
            found = find(
                draft.product.code,
                book=book,
                unit=draft.unit,
                quantity=draft.quantity,
                at=at,
                policy=policy,
            )
        except (Invalid, NotFound) as error:
            findings.append(_finding(f"lines/{draft.number}", error))
            continue
        if isinstance(found, NoPrice):
            findings.append(_unpriced(draft, found, at.astimezone(zone(catalogue.zone))))
        else:
            prices.append(found)
    refuse_if(findings, code="pricing.invalid", subject="the request cannot be priced")
    return prices


def _unpriced(draft: _Draft, missing: NoPrice, at: datetime) -> Finding:
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


def _finding(place: str, error: DomainError) -> Finding:
    return Finding(code=error.code, place=place, message=LocalText(en=legible(error.message)))


def _extended(draft: _Draft, unit_price: Decimal, paper: _Paper) -> Decimal:
    amount = rounded(EXACT.multiply(draft.quantity, unit_price), paper.places, paper.mode)
    if amount.adjusted() > _LARGEST_EXPONENT:
        raise Invalid(
            "number.out_of_range",
            f"line {draft.number}: {draft.quantity} × {unit_price} = {amount} is 1E16 or more",
        )
    return amount


class _Promoted(NamedTuple):
    """What the promotions made of the amounts."""

    nets: Sequence[Decimal]
    steps: Sequence[tuple[Step, ...]]
    allocations: tuple[Allocation, ...]
    refused: tuple[Step, ...]


def _promote(
    drafts: Sequence[_Draft],
    amounts: Sequence[Decimal],
    catalogue: Catalogue,
    *,
    at: datetime,
    groups: tuple[str, ...],
    currency: str,
    policy: RoundingPolicy,
) -> _Promoted:
    nets = list(amounts)
    steps: list[tuple[Step, ...]] = [()] * len(drafts)
    allocations: list[Allocation] = []
    found = catalogue.policies.in_force(at=at, groups=groups, currency=currency)
    if not found.acting:
        return _Promoted(nets, steps, (), found.refused)
    covered: list[list[int]] = [[] for _ in found.acting]
    scopes = [(draft.product.code, catalogue.lineage(draft.product)) for draft in drafts]
    for place, scope in enumerate(scopes):
        for policy_place in found.covering(*scope):
            covered[policy_place].append(place)
    for promotion, own in zip(found.acting, covered, strict=True):
        if not own:
            continue
        targets = [
            Target(*scopes[place], drafts[place].quantity, amounts[place], nets[place])
            for place in own
        ]
        given = grant(promotion, targets, currency=currency, policy=policy)
        for place, share, step in zip(own, given.shares, given.steps, strict=True):
            if step is not None:
                steps[place] += (step,)
            if share:
                nets[place] = difference(nets[place], share)
                allocations.append(_allocation(drafts[place], promotion, share, currency))
    return _Promoted(nets, steps, tuple(allocations), found.refused)


def _allocation(
    draft: _Draft, promotion: PromotionPolicy, share: Decimal, currency: str
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


def _rates(drafts: Iterable[_Draft], catalogue: Catalogue, on: Moment) -> dict[str, TaxRate]:
    codes = dict.fromkeys(draft.product.tax_code for draft in drafts)
    return {code: catalogue.taxes.rate(code, on=on) for code in codes}


def _line(
    draft: _Draft,
    found: Price,
    *,
    amount: Decimal,
    net: Decimal,
    promoted: tuple[Step, ...],
    rate: TaxRate,
    paper: _Paper,
) -> PricedLine:
    listed = amount
    if found.list_price is not found.unit_price and not draft.included:
        listed = _extended(draft, found.list_price, paper)
    tax = tax_on(net, rate.percent, places=paper.places, mode=paper.mode)
    return PricedLine.built(
        {
            "number": draft.number,
            "product": draft.product.code,
            "name": draft.product.name,
            "detail": draft.detail,
            "quantity": draft.quantity,
            "unit": draft.unit,
            "included": draft.included,
            "currency": paper.currency,
            "list_price": found.list_price,
            "unit_price": found.unit_price,
            "list_amount": listed,
            "amount": amount,
            "discount": EXACT.subtract(amount, net),
            "net": net,
            "tax_code": draft.product.tax_code,
            "tax_percent": rate.percent,
            "tax": tax,
            "gross": EXACT.add(net, tax),
            "steps": found.steps + promoted if promoted else found.steps,
        }
    )
