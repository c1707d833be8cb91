"""A small trade to test with: two taxed products, a service by weight, one list."""

from datetime import date

from cpq.catalogue import Catalogue
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, entry
from cpq.product import Category, Product
from cpq.promotion import PromotionPolicy

DAY = date(2026, 11, 21)
UNITS = STANDARD_UNITS.with_units(
    [Unit(code="box", numerator=5), Unit(code="third", numerator=1, denominator=3)]
)
PRODUCTS = (
    Product(code="BOLT", name="Bolt", category="metal", tax_code="VAT13"),
    Product(code="NUT", name="Nut", category="metal", tax_code="VAT13"),
    Product(code="FILM", name="Film", tax_code="VAT6"),
    Product(code="WIRE", name="Wire", unit="kg", tax_code="VAT9"),
)
CATEGORIES = (Category(code="parts"), Category(code="metal", parent="parts"))


def book(
    *entries: PriceBookEntry,
    code: str = "LIST",
    base: str | None = None,
    resolution: str = "most_specific",
    currency: str = "CNY",
) -> PriceBook:
    """A book with one version that always holds."""
    return PriceBook.model_validate(
        {
            "code": code,
            "currency": currency,
            "base": base,
            "resolution": resolution,
            "versions": (PriceBookVersion(entries=entries),),
        }
    )


def catalogue(*books: PriceBook, promotions: tuple[PromotionPolicy, ...] = ()) -> Catalogue:
    """The trade with these books, or with 10, 0.30, 7.77 and 12.50 per unit; the last is asked."""
    listed = books or (
        book(
            entry("BOLT", price="10"),
            entry("NUT", price="0.30"),
            entry("FILM", price="7.77"),
            entry("WIRE", price="12.50"),
        ),
    )
    return Catalogue(
        products=PRODUCTS,
        categories=CATEGORIES,
        books=listed,
        promotions=promotions,
        units=UNITS,
        default_book=listed[-1].code,
    )
