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

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item
from cpq.customer import Customer
from cpq.kernel.errors import DomainError, Finding, Invalid, NotFound, refuse_if
from cpq.kernel.money import EXACT, Rounding, RoundingPolicy, exact, rounded
from cpq.kernel.period import Moment, instant, zone
from cpq.kernel.text import LocalText
from cpq.pricebook import NoPrice, Price
from cpq.pricing.draft import Draft, drafted, finding_of
from cpq.pricing.promote import Promoted, promote
from cpq.tax import TaxRate, tax_on
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

__all__ = ["COMMERCIAL", "item", "price"]

_NOTHING = Decimal(0)
_FREE = Price(_NOTHING, _NOTHING, ())
_LARGEST_EXPONENT = 15
COMMERCIAL = RoundingPolicy()
"""Unit prices with four decimals, amounts on the currency's grid, half up."""


class _Paper(NamedTuple):
    """What every line of one document shares: the currency, and where amounts are rounded."""

    currency: str
    places: int
    mode: Rounding


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

    Raises ``Refused`` (``pricing.invalid``) with a finding for everything that keeps a line from
    having a price, all at once; ``NotFound`` for an unknown customer or book; ``Invalid``
    (``pricing.empty``) where nothing is asked for.

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
    chosen = _book(catalogue, buyer, book)
    currency = catalogue.prices.book(chosen).currency
    at = instant(on, zone(catalogue.zone))
    drafts, findings = drafted(items, catalogue, at=at)
    prices = _prices(drafts, catalogue, book=chosen, at=at, policy=policy, findings=findings)
    rates = _rates(drafts, catalogue, on=on, findings=findings)
    refuse_if(findings, code="pricing.invalid", subject="the request cannot be priced")
    paper = _Paper(currency, policy.places_for(currency), policy.mode)
    amounts = [
        _NOTHING if draft.included else _extended(draft, found.unit_price, paper)
        for draft, found in zip(drafts, prices, strict=True)
    ]
    groups = buyer.groups if buyer else ()
    acting = catalogue.policies.in_force(at=at, groups=groups, currency=currency)
    promoted = promote(
        drafts, amounts, acting if promotions else None, currency=currency, policy=policy
    )
    lines = _lines(drafts, prices, amounts=amounts, promoted=promoted, rates=rates, paper=paper)
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


def _prices(
    drafts: Sequence[Draft],
    catalogue: Catalogue,
    *,
    book: str,
    at: datetime,
    policy: RoundingPolicy,
    findings: list[Finding],
) -> list[Price]:
    """A price per line, free for parts that are included; what has none is a finding."""
    find = catalogue.prices.under(book, policy=policy).find
    prices: list[Price] = []
    for draft in drafts:
        if draft.included:
            prices.append(_FREE)
            continue
        try:
            found = find(draft.product.code, unit=draft.unit, quantity=draft.quantity, at=at)
        except DomainError as error:
            findings.append(finding_of(f"lines/{draft.number}", error))
            continue
        if isinstance(found, NoPrice):
            findings.append(_unpriced(draft, found, at.astimezone(zone(catalogue.zone))))
        else:
            prices.append(found)
    return prices


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


def _rates(
    drafts: Sequence[Draft], catalogue: Catalogue, *, on: Moment, findings: list[Finding]
) -> dict[str, TaxRate]:
    rates: dict[str, TaxRate] = {}
    for draft in drafts:
        code = draft.product.tax_code
        if code not in rates:
            try:
                rates[code] = catalogue.taxes.rate(code, on=on, zone=zone(catalogue.zone))
            except NotFound as error:
                findings.append(finding_of(f"lines/{draft.number}", error))
    return rates


def _extended(draft: Draft, unit_price: Decimal, paper: _Paper) -> Decimal:
    amount = rounded(EXACT.multiply(draft.quantity, unit_price), paper.places, paper.mode)
    if amount.adjusted() > _LARGEST_EXPONENT:
        raise Invalid(
            "number.out_of_range",
            f"line {draft.number}: {draft.quantity} × {unit_price} = {amount} is 1E16 or more",
        )
    return amount


def _lines(
    drafts: Sequence[Draft],
    prices: Sequence[Price],
    *,
    amounts: Sequence[Decimal],
    promoted: Promoted,
    rates: Mapping[str, TaxRate],
    paper: _Paper,
) -> tuple[PricedLine, ...]:
    return tuple(
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


def _line(
    draft: Draft,
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
