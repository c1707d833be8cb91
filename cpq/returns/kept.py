"""What stays with the customer (留存商品), as items that can be priced anew.

Items of which nothing is left are left out, so the others move up: ``lines`` says which line of
the sale a line of the new pricing is. What is in the price of a bundle stays in it: a part that
came back alone makes the bundle no cheaper, it only brings its own share of the price.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item, Part
from cpq.kernel.model import Frozen
from cpq.kernel.text import Line
from cpq.manual import ManualPrice
from cpq.plan import PricingPlan
from cpq.ports import TaxEngine
from cpq.pricing.again import repriced
from cpq.returns.sold import Fractions, Sold
from cpq.waterfall import Pricing


class Kept(Frozen):
    """What is left of a sale: the items, and for each new line number the one it was sold as.

    ``manual`` are the prices that people gave, by new line number. Gifts are not among the items:
    pricing adds those that what is left still earns.

    >>> Kept(items=(Item(product="M8", quantity=1),), lines=(("1", "2"),)).lines
    (('1', '2'),)
    """

    items: tuple[Item | Configuration, ...]
    lines: tuple[tuple[Line, Line], ...]
    manual: tuple[tuple[Line, ManualPrice], ...] = ()


Reprice = Callable[[Kept], Pricing]
"""Prices what is left as of the day of the sale."""


def repricing(
    pricing: Pricing,
    *,
    catalogue: Catalogue,
    plan: PricingPlan | None = None,
    taxes: TaxEngine | None = None,
) -> Reprice:
    """Prices what is left of a sale as the sale was priced: same snapshot, day, customer, facts.

    ``catalogue`` is the snapshot of the sale, ``plan`` and ``taxes`` those that were given to
    ``price``. The answer raises ``Refused``, ``replay.other_catalogue``, ``replay.other_plan`` and
    ``replay.never_taxed`` where they are not, and what ``price`` raises.

    >>> from datetime import date
    >>> from cpq.pricebook import PriceBook, PriceBookVersion, entry
    >>> from cpq.pricing import item, price
    >>> from cpq.product import Product
    >>> listed = PriceBook(code="LIST", currency="CNY", versions=(
    ...     PriceBookVersion(entries=(entry("M8", price="0.35"),)),))
    >>> catalogue = Catalogue(products=(Product(code="M8", name="Bolt"),), books=(listed,),
    ...                       default_book="LIST")
    >>> sold = price([item("M8", 200)], catalogue=catalogue, on=date(2026, 11, 21))
    >>> again = repricing(sold, catalogue=catalogue)
    >>> again(Kept(items=(item("M8", 10),), lines=(("1", "1"),))).net
    Money('3.50', 'CNY')
    """

    def reprice(kept: Kept) -> Pricing:
        asked = pricing.with_(items=kept.items, manual=kept.manual)
        return repriced(asked, catalogue=catalogue, plan=plan, taxes=taxes)

    return reprice


def kept_of(sold: Sold, back: Fractions) -> Kept:
    """What is left of a sale when so much of each line has come back."""
    items: list[Item | Configuration] = []
    lines: list[tuple[str, str]] = []
    for place, thing in enumerate(sold.pricing.items, start=1):
        old = str(place)
        if thing.optional or back.get(old) == 1:
            continue
        new = str(len(items) + 1)
        if isinstance(thing, Item):
            items.append(_item(thing, sold, back, old))
            lines.append((new, old))
        else:
            items.append(_configuration(thing, sold, back, old))
            lines += _numbers(thing, new, old, back)
    renamed = {old: new for new, old in lines}
    manual = [(renamed[line], each) for line, each in sold.pricing.manual if line in renamed]
    return Kept(items=tuple(items), lines=tuple(lines), manual=tuple(sorted(manual)))


def carried(sold: Sold, back: Fractions, number: str) -> Fraction:
    """How much of a line the items carry: what is in the price of its parent, as much as that."""
    while sold.lines[number].included:
        number = number.rpartition(".")[0]
    return 1 - back[number]


def _item(thing: Item, sold: Sold, back: Fractions, number: str) -> Item:
    if not back.get(number):
        return thing
    return thing.with_(quantity=sold.quantity(number, 1 - back[number]))


def _configuration(thing: Configuration, sold: Sold, back: Fractions, number: str) -> Configuration:
    touched = (each for each in sold.lines if each.startswith(f"{number}."))
    if not back[number] and not any(back[each] for each in touched):
        return thing
    return thing.with_(
        quantity=sold.quantity(number, carried(sold, back, number)),
        parts=tuple(_parts(thing.parts, sold, back, number)),
    )


def _parts(parts: tuple[Part, ...], sold: Sold, back: Fractions, number: str) -> Iterator[Part]:
    """The parts as far as the items carry them; ``quantity`` stays what it is per parent."""
    for place, part in enumerate(parts, start=1):
        below = f"{number}.{place}"
        if _stays(part, below, back):
            yield part.with_(
                total=sold.quantity(below, carried(sold, back, below)),
                parts=tuple(_parts(part.parts, sold, back, below)),
            )


def _stays(part: Part, number: str, back: Fractions) -> bool:
    return part.sold == "included" or back[number] != 1


def _numbers(
    thing: Configuration | Part, new: str, old: str, back: Fractions
) -> Iterator[tuple[str, str]]:
    """The new and the old number of a configuration and of its parts that are left."""
    yield new, old
    place = 0
    for old_place, part in enumerate(thing.parts, start=1):
        below = f"{old}.{old_place}"
        if _stays(part, below, back):
            place += 1
            yield from _numbers(part, f"{new}.{place}", below, back)
