"""The orders that are priced: AdventureWorks' own where the folder is, else a generated set."""

import random
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.kernel.money import RoundingPolicy
from cpq.kernel.period import Period
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.product import Product
from cpq.promotion import PercentOff, PromotionPolicy

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT / "examples" / "adventureworks"))

from books import CONSUMER, RESELLER, RESELLER_TIERS, SOURCE_MONEY, read_books  # noqa: E402
from sales import read_sales  # noqa: E402

PUBLISHED = _ROOT.parent / "shared" / "data" / "adventureworks"
_FIRST_DAY = date(2011, 5, 31)


class Order(NamedTuple):
    """What is asked for: items, day, customer."""

    items: tuple[Item, ...]
    on: date
    customer: str


class Orders(NamedTuple):
    """The work: orders, what they are priced against, and where they come from."""

    source: str
    catalogue: Catalogue
    orders: tuple[Order, ...]
    policy: RoundingPolicy


def read_orders(folder: Path) -> Orders:
    """The orders of an AdventureWorks folder; a generated set where there is none."""
    if not folder.is_dir():
        return generated_orders(f"there is no folder {folder}")
    books = read_books(folder)
    orders = tuple(
        Order(tuple(line.item for line in sale.lines), sale.on, sale.customer)
        for sale in read_sales(folder, books.codes)
    )
    return Orders(f"AdventureWorks in {folder}", books.catalogue, orders, SOURCE_MONEY)


def reseller_percent(quantity: Decimal) -> Decimal:
    """The percentage of the list price that a reseller pays for a quantity."""
    off = [tier.percent_off for tier in RESELLER_TIERS if tier.lower <= quantity][-1]
    return Decimal(100) - (off or Decimal(0))


def generated_orders(why: str, *, orders: int = 665, lines: int = 2681) -> Orders:
    """Made-up orders of AdventureWorks' size and mix; the same ones every time."""
    dice = random.Random(2681)
    products = tuple(Product(code=f"P-{key}", name=f"Part {key}", unit="EA") for key in range(266))
    sizes = [1] * orders
    for _ in range(lines - orders):
        sizes[dice.randrange(orders // 4)] += 1
    asked = []
    for size in sizes:
        customer, most = (CONSUMER, 1) if size == 1 else (RESELLER, 14)
        items = tuple(
            Item(product=one.code, quantity=Decimal(dice.randint(1, most)))
            for one in dice.sample(products, k=size)
        )
        day = _FIRST_DAY + timedelta(days=dice.randrange(92))
        asked.append(Order(items, day, customer.code))
    source = f"a generated set of the same size ({why})"
    return Orders(source, _generated_catalogue(products, dice), tuple(asked), SOURCE_MONEY)


def _generated_catalogue(products: tuple[Product, ...], dice: random.Random) -> Catalogue:
    years = [Period(start=f"{year}-05-31", end=f"{year + 1}-05-30") for year in (2011, 2012, 2013)]
    prices = tuple(
        entry(one.code, price=Decimal(dice.randint(10**4, 10**7)).scaleb(-4), period=year)
        for one in products
        for year in years
    )
    listed = PriceBookVersion(entries=prices)
    everything = PriceBookVersion(entries=(entry(tiers=RESELLER_TIERS),))
    return Catalogue(
        products=products,
        books=(
            PriceBook(code="LIST", currency="USD", versions=(listed,)),
            PriceBook(code="RESELLER", currency="USD", base="LIST", versions=(everything,)),
        ),
        promotions=tuple(
            PromotionPolicy(
                code=f"OFFER-{number}",
                period=years[number // 5],
                customer_groups=RESELLER.groups if number % 5 else CONSUMER.groups,
                products=tuple(one.code for one in dice.sample(products, k=40)),
                basis="line",
                spread="per_line",
                quantity_from=Decimal(10 + number % 5),
                quantity_to=Decimal(10 + number % 5),
                benefit=PercentOff(percent=Decimal(number + 1)),
            )
            for number in range(15)
        ),
        customers=(CONSUMER, RESELLER),
        default_book="LIST",
    )
