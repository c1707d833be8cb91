"""The snapshot: what it names and does not hold is said at once."""

import pytest
from pydantic import ValidationError

from cpq.bom import BOM, Component
from cpq.catalogue import Catalogue
from cpq.customer import Customer, Party
from cpq.kernel.errors import NotFound
from cpq.kernel.period import Period
from cpq.pricebook import entry
from cpq.pricing import item, price
from cpq.product import Category, Product
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.tax import CHINA_VAT, TaxRate, TaxTable
from tests.cpq.trade import DAY, PRODUCTS, book, catalogue


def test_everything_that_is_missing_is_named_at_once() -> None:
    wrong = Catalogue(
        products=(
            Product(code="A", name="A", unit="furlong", category="c", tax_code="T", variant_of="V"),
        ),
        categories=(Category(code="d", parent="e"),),
        boms=(BOM(product="B", components=(Component(product="C", unit="ell"),)),),
        books=(book(entry("D", price=1), entry(category="f", price=1, unit="rod"), base="BASE"),),
        promotions=(
            PromotionPolicy(
                code="P", products=("E",), categories=("g",), benefit=PercentOff(percent=1)
            ),
        ),
        customers=(Customer(code="K", party=Party(name="K"), price_book="VIP"),),
        default_book="GONE",
    )
    codes = sorted(finding.code for finding in wrong.check())
    assert codes == [
        "category.unknown",
        "category.unknown",
        "category.unknown",
        "category.unknown",
        "price_book.unknown",
        "price_book.unknown",
        "price_book.unknown",
        "product.unknown",
        "product.unknown",
        "product.unknown",
        "product.unknown",
        "product.unknown",
        "tax_code.unknown",
        "unit.unknown",
        "unit.unknown",
        "unit.unknown",
    ]
    assert catalogue().check() == ()


@pytest.mark.parametrize("field", ["products", "categories", "books", "customers"])
def test_a_code_names_one_thing(field: str) -> None:
    rows = {
        "products": Product(code="A", name="A"),
        "categories": Category(code="A"),
        "books": book(code="A"),
        "customers": Customer(code="A", party=Party(name="A")),
    }
    with pytest.raises(ValidationError, match="twice"):
        Catalogue.model_validate({field: (rows[field], rows[field])})


def test_a_product_has_one_bill_of_materials() -> None:
    bill = BOM(product="BOLT", components=(Component(product="NUT"),))
    with pytest.raises(ValidationError, match="two bills"):
        catalogue().with_(boms=(bill, bill))


def test_unknown_names_are_refused_with_their_codes() -> None:
    trade = catalogue()
    for ask, code in (
        (trade.product, "product.unknown"),
        (trade.customer, "customer.unknown"),
        (trade.bom, "bom.unknown"),
    ):
        with pytest.raises(NotFound) as refusal:
            ask("GONE\x00")
        assert refusal.value.code == code
        assert "\x00" not in str(refusal.value)


def test_a_snapshot_changes_by_content_only() -> None:
    trade = catalogue()
    assert trade.hash == catalogue().hash
    assert trade.prices is trade.prices
    changed = trade.with_(zone="Asia/Shanghai")
    assert changed.hash != trade.hash
    assert changed.with_(zone="UTC") == trade


def test_categories_that_lie_in_each_other_end_somewhere() -> None:
    ring = (Category(code="a", parent="b"), Category(code="b", parent="a"))
    trade = Catalogue(products=(Product(code="X", name="X", category="a"),), categories=ring)
    assert trade.lineage(trade.product("X")) == ("a", "b")


def test_a_tax_code_has_one_rate_at_a_time() -> None:
    old = TaxRate(code="V", percent="16", period=Period(end="2019-03-31"))
    new = TaxRate(code="V", percent="13", period=Period(start="2019-04-01"))
    table = TaxTable(rates=(old, new))
    assert table.rate("V", on=DAY).percent == 13
    assert table.rate("V", on=DAY.replace(year=2018)).percent == 16
    with pytest.raises(ValidationError, match="two rates"):
        TaxTable(rates=(old, new.with_(period=Period(start="2019-03-31"))))
    with pytest.raises(NotFound) as refusal:
        CHINA_VAT.rate("VAT17", on=DAY)
    assert refusal.value.code == "tax.unknown_code"


def test_a_variant_lies_in_the_categories_of_its_family() -> None:
    trade = catalogue().with_(
        products=(*PRODUCTS, Product(code="BOLT-R", name="Red bolt", variant_of="BOLT"))
    )
    assert trade.lineage(trade.product("BOLT-R")) == ("metal", "parts")
    books = (book(entry(category="parts", price=3)),)
    priced = price([item("BOLT-R")], catalogue=trade.with_(books=books), on=DAY)
    assert str(priced.net) == "3.00 CNY"
