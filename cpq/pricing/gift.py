"""Lines that promotions add to an order (赠品行): drafted, priced and numbered like any other.

Free goods have the price that they would have if they were bought, by themselves: it is what they
are worth, what the promotion costs, and the weight by which revenue is shared between them and what
earned them. They never count for the tiers of the lines that were bought.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.configuration import Item
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import EXACT, split
from cpq.pricebook import NoPrice, Slice
from cpq.pricing.amounts import extend
from cpq.pricing.draft import Draft, drafted
from cpq.pricing.found import UnitPrice
from cpq.pricing.sheet import Sheet


class Priced(NamedTuple):
    """Goods that could be added: the line, its price, what it is worth, and by which tiers."""

    draft: Draft
    price: UnitPrice
    amount: Decimal
    breakdown: tuple[Slice, ...]


def priced_gift(sheet: Sheet, product: str, quantity: Decimal) -> Priced | None:
    """Goods as a line of the document; ``None`` where they are not sold or have no price."""
    assert sheet.price_of is not None, "a document that is priced can price one more line"
    try:
        wanted = [Item(product=product, quantity=quantity)]
        drafts, findings = drafted(wanted, sheet.catalogue, at=sheet.at)
        if findings:
            return None
        draft = drafts[0]._replace(number=_next(sheet.drafts))
        found = sheet.price_of(draft)
    except DomainError:
        return None
    if isinstance(found, NoPrice | Finding):
        return None
    alone = Sheet(sheet.catalogue, sheet.scene, [draft], [found], at=sheet.at, traced=False)
    extend(alone)
    return Priced(draft, alone.prices[0], alone.amounts[0], alone.breakdowns.get(0, ()))


def add_gift(sheet: Sheet, gift: Priced, *, promotion: str) -> int:
    """Put the goods on the document, as free by a promotion; the place of their line."""
    draft = gift.draft._replace(number=_next(sheet.drafts))
    place = sheet.append(draft, gift.price, gift.amount)
    if gift.breakdown:
        sheet.breakdowns[place] = gift.breakdown
    sheet.gifts[place] = promotion
    return place


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
    merged: list[set[int]] = []
    for each in sets:
        apart = [other for other in merged if other.isdisjoint(each)]
        met = [other for other in merged if not other.isdisjoint(each)]
        merged = [*apart, each.union(*met)]
    return merged


def _next(drafts: Sequence[Draft]) -> str:
    """The number after the last line of its own."""
    return str(1 + max(int(draft.number.partition(".")[0]) for draft in drafts))
