"""A small trade whose goods come back: products L1, L2 … at given prices, one promotion or none."""

from typing import Any

from cpq.bom import BOM, Component
from cpq.catalogue import Catalogue
from cpq.configuration import configure
from cpq.kernel.money import Money
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.pricing import item, price
from cpq.product import Product
from cpq.promotion import PromotionPolicy
from cpq.tax import CHINA_VAT, TaxRate, TaxTable
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY

TAXES = TaxTable(
    rates=(
        *CHINA_VAT.rates,
        TaxRate(code="T10", percent=10),
        TaxRate(code="T20", percent=20),
        TaxRate(code="BOTTLE", percent=13, per_unit="0.50", currency="CNY"),
    )
)
KIT = BOM(
    product="L3",
    rollup="allocated",
    components=(Component(product="L1", quantity=2), Component(product="L2")),
)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def percent(of: object) -> dict[str, object]:
    return {"kind": "percent_off", "percent": of}


def off(amount: str) -> dict[str, object]:
    return {"kind": "amount_off", "amount": cny(amount)}


def trade(
    *prices: object, boms: tuple[BOM, ...] = (), basis: str = "net", **promotion: Any
) -> Catalogue:
    """L1, L2 … at these prices, untaxed or (price, tax code); the promotion is called P."""
    told = [each if isinstance(each, tuple) else (each, "NONE") for each in prices]
    rows = tuple(
        entry(f"L{place}", price=amount) for place, (amount, _) in enumerate(told, start=1)
    )
    version = PriceBookVersion(entries=rows)
    book = {"code": "LIST", "currency": "CNY", "tax_basis": basis, "versions": (version,)}
    policies = (PromotionPolicy.model_validate({"code": "P", **promotion}),) if promotion else ()
    return Catalogue(
        products=tuple(
            Product(code=f"L{place}", name=f"L{place}", tax_code=tax)
            for place, (_, tax) in enumerate(told, start=1)
        ),
        boms=boms,
        taxes=TAXES,
        books=(PriceBook.model_validate(book),),
        default_book="LIST",
        promotions=policies,
    )


def sold(catalogue: Catalogue, *quantities: object, **asked: Any) -> Pricing:
    """So many of L1, L2 …, priced."""
    items = [item(f"L{place}", each) for place, each in enumerate(quantities, start=1)]
    return price(items, catalogue=catalogue, on=DAY, **asked)


def kits(quantity: int = 2, **promotion: Any) -> tuple[Catalogue, Pricing]:
    """Kits at 100.00 that are shared over two bolts at 10.00 and one nut at 5.00."""
    catalogue = trade((10, "VAT13"), (5, "VAT13"), (100, "VAT13"), boms=(KIT,), **promotion)
    whole = configure(catalogue.bom("L3"), quantity=quantity)
    return catalogue, price([whole], catalogue=catalogue, on=DAY)
