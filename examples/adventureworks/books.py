"""AdventureWorks' books as one catalogue: a bicycle maker's products, prices, offers and BOMs.

What the files say outright is read as it stands. One thing they do not say, and the orders show:
a reseller pays a share of the list price that depends on the quantity of the line. That is the
derived book ``RESELLER`` below; all else comes from a row.

Not read: costs, exchange rates (amounts are in US dollars) and sales taxes (they depend on a
state that the orders do not name); so a price here is net of tax.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from materials import UNITS, boms_of, read_parts, units_of
from rows import Row, read_rows

from cpq.catalogue import Catalogue
from cpq.customer import Customer, Party
from cpq.kernel.money import RoundingPolicy, product
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.product import Category, Product
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.tax import TaxRate, TaxTable

SOURCE_MONEY = RoundingPolicy(name="adventureworks", unit_places=4, amount_places=6)
"""The source's own precision: unit prices with 4 decimals (half up), line amounts with 6, which
a whole quantity × 4 decimals × a discount with 2 decimals never exceeds: line amounts are exact."""

RESELLER_TIERS = (
    Tier(lower=Decimal(1), percent_off=Decimal(40)),
    Tier(lower=Decimal(11), percent_off=Decimal(42)),
    Tier(lower=Decimal(15), percent_off=Decimal(45)),
    Tier(lower=Decimal(25), percent_off=Decimal(50)),
)
"""What resellers pay of the list price, found from 2,229 order lines of May to August 2011: 0.60 of
it for 1 to 10 of a product, 0.58 from 11, 0.55 from 15 and 0.50 from 25. The last rests on one
line, of 26; larger quantities do not occur in these months, so a step above it would not show.
Rounded half up to 4 decimals the shares give each unit price (no line lies on a half)."""

CONSUMER = Customer(
    code="CONSUMER", party=Party(name="Consumer"), groups=("consumer",), price_book="LIST"
)
RESELLER = Customer(
    code="RESELLER", party=Party(name="Reseller"), groups=("reseller",), price_book="RESELLER"
)

_GROUPS = {"Customer": CONSUMER.groups, "Reseller": RESELLER.groups}
_UNTAXED = TaxTable(rates=(TaxRate(code="NONE", percent=Decimal(0)),))


class AdventureWorks(NamedTuple):
    """The catalogue, and the product codes by the ids that the source's other files use."""

    catalogue: Catalogue
    codes: Mapping[str, str]


def read_books(folder: Path) -> AdventureWorks:
    """The catalogue in a folder of AdventureWorks files.

    Periods are days, both ends inclusive; prices are US dollars per unit. Raises ``Unreadable``
    with file, line and column for what cannot be read.
    """
    categories = _categories(folder)
    parts = read_parts(folder)
    products = _products(folder, categories, units_of(parts))
    codes = {key: thing.code for key, thing in products.items()}
    catalogue = Catalogue(
        products=tuple(products.values()),
        categories=tuple(categories.values()),
        boms=boms_of(parts, codes),
        books=(_list_book(folder, codes), _reseller_book()),
        promotions=_offers(folder, codes),
        customers=(CONSUMER, RESELLER),
        taxes=_UNTAXED,
        units=UNITS,
        default_book="LIST",
    )
    return AdventureWorks(catalogue, codes)


def _categories(folder: Path) -> dict[str, Category]:
    """The tree of two levels, known by the names; keys are ``c1`` above and ``s1`` below."""
    found: dict[str, Category] = {}
    for row in read_rows(folder, "ProductCategory.csv", ("category_id", "name")):
        key = f"c{row.text('category_id')}"
        found[key] = row.make(Category, code=row.text("name"), name=row.text("name"))
    columns = ("subcategory_id", "category_id", "name")
    for row in read_rows(folder, "ProductSubcategory.csv", columns):
        tops = {key[1:]: category for key, category in found.items() if key[0] == "c"}
        above = row.one_of("category_id", tops, what="category")
        found[f"s{row.text('subcategory_id')}"] = row.make(
            Category, code=row.text("name"), name=row.text("name"), parent=above.code
        )
    return found


def _products(
    folder: Path, categories: Mapping[str, Category], units: Mapping[str, str]
) -> dict[str, Product]:
    """The products by the source's id; in the catalogue they go by their product number."""
    below = {key[1:]: category for key, category in categories.items() if key[0] == "s"}
    found: dict[str, Product] = {}
    numbers: set[str] = set()
    columns = ("product_id", "name", "product_number", "subcategory_id", "sell_start", "sell_end")
    for row in read_rows(folder, "Product.csv", columns):
        key, number = row.text("product_id"), row.text("product_number")
        if key in found:
            raise row.unreadable("product_id", f"{key!r} stands in the file twice")
        if number in numbers:
            raise row.unreadable("product_number", f"{number!r} stands in the file twice")
        numbers.add(number)
        category = None
        if row.cells["subcategory_id"]:
            category = row.one_of("subcategory_id", below, what="subcategory").code
        found[key] = row.make(
            Product,
            code=number,
            name=row.text("name"),
            unit=units.get(key, "EA"),
            category=category,
            sellable=row.period("sell_start", "sell_end"),
        )
    return found


def _list_book(folder: Path, codes: Mapping[str, str]) -> PriceBook:
    """The list prices: one version, because each product's history has days of its own."""
    columns = ("product_id", "start", "end", "list_price")
    entries = tuple(
        row.make(
            PriceBookEntry,
            product=row.one_of("product_id", codes, what="product"),
            tiers=(row.make(Tier, price=row.number("list_price")),),
            period=row.period("start", "end"),
        )
        for row in read_rows(folder, "ProductListPriceHistory.csv", columns)
    )
    return PriceBook(code="LIST", currency="USD", versions=(PriceBookVersion(entries=entries),))


def _reseller_book() -> PriceBook:
    everything = PriceBookVersion(entries=(entry(tiers=RESELLER_TIERS),))
    return PriceBook(code="RESELLER", currency="USD", base="LIST", versions=(everything,))


def _offers(folder: Path, codes: Mapping[str, str]) -> tuple[PromotionPolicy, ...]:
    """The special offers as promotion policies; each line is judged and rounded by itself.

    An offer of no discount, and one that names no product, gives nothing to anybody and is no
    policy. Where two offers held for one line, the policies would act one after the other; the
    source knows one offer per line, and for the orders at hand never two of them hold.
    """
    targets = defaultdict(list)
    for row in read_rows(folder, "SpecialOfferProduct.csv", ("special_offer_id", "product_id")):
        product_code = row.one_of("product_id", codes, what="product")
        targets[row.text("special_offer_id")].append(product_code)
    columns = (
        *("special_offer_id", "description", "discount_pct", "category"),
        *("start", "end", "min_qty", "max_qty"),
    )
    return tuple(
        _offer(row, tuple(targets[row.text("special_offer_id")]))
        for row in read_rows(folder, "SpecialOffer.csv", columns)
        if row.number("discount_pct") and targets[row.text("special_offer_id")]
    )


def _offer(row: Row, products: tuple[str, ...]) -> PromotionPolicy:
    percent = product(row.number("discount_pct"), Decimal(100))
    return row.make(
        PromotionPolicy,
        code=offer_code(row.text("special_offer_id")),
        name=row.text("description"),
        period=row.period("start", "end"),
        customer_groups=row.one_of("category", _GROUPS, what="kind of customer"),
        products=products,
        basis="line",
        spread="per_line",
        quantity_from=row.number("min_qty"),
        quantity_to=row.number_or_none("max_qty"),
        benefit=row.make(PercentOff, percent=percent),
    )


def offer_code(special_offer_id: str) -> str:
    """The promotion policy's code of a special offer."""
    return f"OFFER-{special_offer_id}"
