"""Lines that promotions add to an order (赠品行): drafted, priced and numbered like any other.

Free goods have the price that they would have if they were bought, by themselves: it is what they
are worth, what the promotion costs, and the weight by which revenue is shared between them and what
earned them. They never count for the tiers of the lines that were bought.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from cpq.configuration import Item
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import EXACT, split
from cpq.pricebook import NoPrice, Slice
from cpq.pricing.amounts import extend
from cpq.pricing.draft import Draft, drafted
from cpq.pricing.found import UnitPrice
from cpq.pricing.sheet import Sheet
from cpq.promotion import Worth
from cpq.tax import TaxBasis


class Priced(NamedTuple):
    """Goods that could be added: the line, its price, what it is worth, and by which tiers."""

    draft: Draft
    price: UnitPrice
    amount: Decimal
    breakdown: tuple[Slice, ...]


def priced_gift(sheet: Sheet, product: str, quantity: Decimal) -> Priced | None:
    """Goods as a line of the document; ``None`` where they are not sold or have no price."""
    key = (product, quantity)
    if key not in sheet.gift_prices:
        sheet.gift_prices[key] = _priced(sheet, product, quantity)
    found = sheet.gift_prices[key]
    return found if isinstance(found, Priced) else None


def _priced(sheet: Sheet, product: str, quantity: Decimal) -> Priced | None:
    assert sheet.price_of is not None, "a document that is priced can price one more line"
    try:
        wanted = [Item(product=product, quantity=quantity, periods=_term(sheet, product))]
        drafts, findings = drafted(wanted, sheet.catalogue, at=sheet.at)
        if findings:
            return None
        draft = drafts[0]
        found = sheet.price_of(draft)
    except DomainError:
        return None
    if isinstance(found, NoPrice | Finding) or draft.quantity != quantity:
        return None
    alone = Sheet(sheet.catalogue, sheet.scene, [draft], [found], at=sheet.at, traced=False)
    extend(alone)
    return Priced(draft, alone.prices[0], alone.amounts[0], alone.breakdowns.get(0, ()))


def _term(sheet: Sheet, product: str) -> int | None:
    """For how many periods goods are given: those that the document has them for, if it is one."""
    terms = {
        draft.manner.periods
        for draft in sheet.drafts
        if draft.counts and draft.shelved.product.code == product
    }
    return terms.pop() if len(terms) == 1 else None


def worth_of_gift(sheet: Sheet, gift: Priced) -> Worth:
    """What goods are worth to promotions; tax per unit stays owed on what is free."""
    position, value = gift.price.position, minor_of(sheet, gift.amount)
    if position is None:
        return Worth(value, times=gift.draft.times)
    net, gross = tax_sides(position.rate.percent, gift.price.basis)
    least = min(fixed_tax(sheet, gift.draft, gift.price), value)
    return Worth(value, least, net, gross, gift.draft.times)


@lru_cache(maxsize=256)
def tax_sides(percent: Decimal, basis: TaxBasis) -> tuple[Fraction, Fraction]:
    """What one of a price is before tax and with it."""
    taxed = 1 + Fraction(percent) / 100
    return (1 / taxed, Fraction(1)) if basis == "gross" else (Fraction(1), taxed)


def fixed_tax(sheet: Sheet, draft: Draft, price: UnitPrice) -> int:
    """The tax per unit that is in the price of a line: what promotions must leave of it."""
    rate = price.position.rate if price.position is not None else None
    if rate is None or not rate.per_unit or price.basis != "gross" or draft.own_quantity <= 0:
        return 0
    owed = Fraction(rate.per_unit_in(sheet.scene.currency)) * Fraction(draft.own_extent)
    return ceil(owed * Fraction(10**sheet.places))


def minor_of(sheet: Sheet, amount: Decimal) -> int:
    """An amount of the sheet in minor units of its grid."""
    return int(amount.scaleb(sheet.places, context=EXACT))


def add_gift(sheet: Sheet, gift: Priced, number: int, *, promotion: str) -> int:
    """Put the goods on the document as its line ``number``, as free; the place of the line."""
    place = sheet.append(gift.draft._replace(number=str(number)), gift.price, gift.amount)
    if gift.breakdown:
        sheet.breakdowns[place] = gift.breakdown
    sheet.gifts[place] = promotion
    return place


def next_number(drafts: Sequence[Draft]) -> int:
    """The number after the last line of its own."""
    return 1 + max(int(draft.number.partition(".")[0]) for draft in drafts)


def share_revenue(sheet: Sheet, sets: Iterable[set[int]]) -> None:
    """Share what is paid for goods and what came free with them over both, by what they are worth.

    Sets that meet on a line are shared together. Source: IFRS 15.76-80, relative stand-alone
    selling prices.
    """
    for places in _merged(sets):
        order = sorted(places)
        weights = [max(Fraction(sheet.amounts[place]), Fraction(0)) for place in order]
        paid = sum(int(sheet.nets[place].scaleb(sheet.places, context=EXACT)) for place in order)
        if not any(weights):
            continue
        for place, share in zip(order, split(paid, weights), strict=True):
            sheet.allocated[place] = Decimal(share).scaleb(-sheet.places, context=EXACT)


def _merged(sets: Iterable[set[int]]) -> list[set[int]]:
    """Sets that have a line in common, put together."""
    owner: dict[int, set[int]] = {}
    for each in sets:
        met = {id(owner[place]): owner[place] for place in each if place in owner}
        whole = max(met.values(), key=len, default=set[int]())
        for other in met.values():
            if other is not whole:
                whole |= other
        whole |= each
        changed = each.union(*(other for other in met.values() if other is not whole))
        owner.update(dict.fromkeys(changed, whole))
    return list({id(each): each for each in owner.values()}.values())
