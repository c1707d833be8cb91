"""A small trade with agreements: bolts and a variant, nuts, film; a shop, its works, its group."""

from datetime import UTC, datetime
from decimal import Decimal

from cpq.agreement import Agreed, AgreedPrice, AgreementLookup, Candidates, PriceAgreement
from cpq.customer import Customer
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.product import Category, Product

UNITS = STANDARD_UNITS.with_units([Unit(code="box", numerator=5)])
PRODUCTS = (
    Product(code="BOLT", name="Bolt", category="metal"),
    Product(code="BOLT-RED", name="Red bolt", category="red", variant_of="BOLT"),
    Product(code="NUT", name="Nut", category="metal"),
    Product(code="FILM", name="Film"),
)
CATEGORIES = (Category(code="parts"), Category(code="metal", parent="parts"), Category(code="red"))
GROUP = Customer(code="GROUP", party={"name": "Group"})
WORKS = Customer(code="WORKS", party={"name": "Works"}, parent="GROUP")
SHOP = Customer(code="SHOP", party={"name": "Shop"}, parent="WORKS", groups=("VIP", "EAST"))
OTHER = Customer(code="OTHER", party={"name": "Other"})
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def agreement(code: str = "FW", **fields: object) -> PriceAgreement:
    """An agreement with the shop in yuan, on the bolt at 8, unless said otherwise."""
    said = {"customer": "SHOP", "currency": "CNY", "lines": [bolt(price=8)], **fields}
    return PriceAgreement.model_validate({"code": code, **said})


def bolt(**fields: object) -> AgreedPrice:
    return AgreedPrice.model_validate({"product": "BOLT", **fields})


def lookup(*agreements: PriceAgreement) -> AgreementLookup:
    return AgreementLookup(
        agreements,
        {product.code: product for product in PRODUCTS},
        {category.code: category for category in CATEGORIES},
        {customer.code: customer for customer in (GROUP, WORKS, SHOP, OTHER)},
        UNITS,
    )


def found(
    *agreements: PriceAgreement,
    customer: Customer | None = SHOP,
    product: str = "BOLT",
    unit: str = "pc",
    quantity: object = 1,
    at: datetime = NOON,
    above: Agreed | None = None,
) -> Candidates:
    terms = lookup(*agreements).for_customer(customer, currency="CNY")
    return terms.candidates(product, unit=unit, quantity=Decimal(str(quantity)), at=at, above=above)
