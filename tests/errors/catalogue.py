"""What a catalogue names and does not hold: products, categories, customers, taxes."""

from cpq import Category, Product, price
from cpq import item as ordered
from cpq.tax import CHINA_VAT
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, goods


@reproduces(
    "product.unknown",
    en="No product of the catalogue has this code.",
    zh="产品不存在。",
    do="Correct the code, or add the product to the catalogue.",
    names="'SCREW'",
)
def an_unknown_product() -> None:
    goods().product("SCREW")


@reproduces(
    "customer.unknown",
    en="No customer of the catalogue has this code.",
    zh="客户不存在。",
    do="Correct the code, or add the customer to the catalogue.",
    names="'C-9'",
)
def an_unknown_customer() -> None:
    price([ordered("BOLT", 1)], catalogue=goods(), customer="C-9", on=DAY)


@reproduces(
    "category.unknown",
    en="A product, a price or a promotion names a category that the catalogue does not hold.",
    zh="产品、价格或促销引用的分类不存在。",
    do="Add the category, or correct the code at the place that the finding names.",
    names=("products/NUT", "'metal'"),
)
def a_category_nobody_made() -> object:
    nut = Product(code="NUT", name="Nut", category="metal")
    return goods().with_(products=(nut,), categories=(Category(code="metals"),)).check()


@reproduces(
    "tax_code.unknown",
    en="A product names a tax code that the tax table does not hold.",
    zh="产品引用的税码不在税率表中。",
    do="Add the rate to the tax table, or correct the product's `tax_code`.",
    names=("products/NUT", "'VAT17'"),
)
def a_tax_code_of_the_past() -> object:
    nut = Product(code="NUT", name="Nut", tax_code="VAT17")
    return goods().with_(products=(nut,)).check()


@reproduces(
    "tax.unknown_code",
    en="The tax table has no rate for a code on the day that is asked about.",
    zh="该税码在该日没有税率。",
    do="Add a rate whose period covers the day, or correct the product's `tax_code`.",
    names=("'VAT17'", "2026-12-01", "VAT13"),
)
def no_rate_on_the_day() -> None:
    CHINA_VAT.rate("VAT17", on=DAY)
