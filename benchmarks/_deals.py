"""A list book and a book of deals over it: 161 rules for 200 products, and quotes to price.

The list has one price per product. The deals are percentages off the list: 50 products have three
quantity tiers each, 10 categories have a rule, and one rule is for everything else. So one product
in four is priced by its own tiers, half by a category, one in four by the last rule. With more
products the same pattern grows: 80,000 products give 100,000 entries.
"""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, entry
from cpq.pricebook.book import Tier
from cpq.product import Category, Product

DAY = date(2026, 11, 21)
RULES = 161
QUANTITY_MAX = 200
TAX_CODES = {"VAT13": Decimal(13), "VAT9": Decimal(9), "VAT6": Decimal(6)}
BOUNDS = (0, 10, 50)
_WITH_RULE, _CATEGORIES = 10, 15
_HUNDRED = Decimal(100)


class Ware(NamedTuple):
    """A product as the generator made it; ``off`` is the percent off at each of its bounds."""

    code: str
    category: int
    tax_code: str
    list_price: Decimal
    off: tuple[Decimal, ...]

    @property
    def own(self) -> bool:
        """Whether it is priced by tiers of its own."""
        return len(self.off) > 1

    def paid_percent(self, quantity: Decimal) -> Decimal:
        """What is paid of the list price, in percent, by the rule that holds for a quantity."""
        if not self.own:
            return _HUNDRED - self.off[0]
        return _HUNDRED - self.off[(quantity >= BOUNDS[1]) + (quantity >= BOUNDS[2])]


def wares(count: int) -> tuple[Ware, ...]:
    """``count`` products with their prices and percentages; the same ones every time."""
    dice = random.Random(161)
    category_off = [_percent(dice, 1, 8) for _ in range(_WITH_RULE)]
    everything_off = Decimal("0.5")
    found = []
    for place in range(count):
        category = place % _CATEGORIES
        off: tuple[Decimal, ...] = (
            category_off[category] if category < _WITH_RULE else everything_off,
        )
        if place % 4 == 0:
            off = (_percent(dice, 1, 5), _percent(dice, 6, 12), _percent(dice, 13, 25))
        code, tax = f"P-{place:06}", dice.choice(tuple(TAX_CODES))
        price = Decimal(dice.randint(10**4, 10**7)).scaleb(-4)
        found.append(Ware(code, category, tax, price, off))
    return tuple(found)


def _percent(dice: random.Random, low: int, high: int) -> Decimal:
    """A percentage in steps of a half."""
    return Decimal(dice.randint(2 * low, 2 * high)) / 2


def products(found: tuple[Ware, ...]) -> Iterator[Product]:
    """The products themselves."""
    for ware in found:
        yield Product(
            code=ware.code,
            name=f"Part {ware.code}",
            category=f"C-{ware.category}",
            tax_code=ware.tax_code,
        )


def deals(found: tuple[Ware, ...]) -> tuple[PriceBookEntry, ...]:
    """The entries of the book of deals: own tiers first, then categories, then everything."""
    of_category = {ware.category: ware.off[0] for ware in found if not ware.own}
    return (
        *(
            entry(
                ware.code,
                tiers=tuple(
                    Tier(lower=Decimal(lower), percent_off=off)
                    for lower, off in zip(BOUNDS, ware.off, strict=True)
                ),
            )
            for ware in found
            if ware.own
        ),
        *(
            entry(category=f"C-{place}", percent_off=of_category[place])
            for place in range(_WITH_RULE)
        ),
        entry(percent_off=of_category[_WITH_RULE]),
    )


def catalogue(found: tuple[Ware, ...]) -> Catalogue:
    """The products with both books; the book of deals is the one that prices."""
    listed = tuple(entry(ware.code, price=ware.list_price) for ware in found)
    return Catalogue(
        products=tuple(products(found)),
        categories=tuple(Category(code=f"C-{place}") for place in range(_CATEGORIES)),
        books=(
            PriceBook(code="LIST", currency="CNY", versions=(PriceBookVersion(entries=listed),)),
            PriceBook(
                code="DEALS",
                currency="CNY",
                base="LIST",
                versions=(PriceBookVersion(entries=deals(found)),),
            ),
        ),
        default_book="DEALS",
    )


class Asked(NamedTuple):
    """One line that is asked for: what ``price()`` is given, and the product behind it."""

    item: Item
    ware: Ware


def quotes(
    found: tuple[Ware, ...], *, lines: int, size: int, seed: int
) -> tuple[tuple[Asked, ...], ...]:
    """Quotes of ``size`` lines each, ``lines`` in all: random products, random quantities."""
    dice = random.Random(seed)
    return tuple(
        tuple(_asked(dice.choice(found), dice.randint(1, QUANTITY_MAX)) for _ in range(size))
        for _ in range(lines // size)
    )


def _asked(ware: Ware, quantity: int) -> Asked:
    return Asked(Item(product=ware.code, quantity=Decimal(quantity)), ware)
