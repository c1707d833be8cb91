"""The snapshot: what it names and does not hold is said at once."""

import pytest
from pydantic import ValidationError

from cpq.agreement import AgreedPrice, PriceAgreement
from cpq.assignment import BookAssignment
from cpq.availability import SalesScope
from cpq.bom import BOM, Component
from cpq.catalogue import Catalogue
from cpq.customer import Customer, Party
from cpq.kernel.errors import NotFound
from cpq.kernel.period import Period
from cpq.margin import Floor
from cpq.plan import STANDARD_PLAN, PlanStep, PricingPlan
from cpq.pricebook import AttributePrice, PercentOfTotal, PriceBook, PriceBookVersion, entry
from cpq.pricing import item, price
from cpq.product import Category, Product
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.tax import CHINA_VAT, TaxMapping, TaxRate, TaxRegime, TaxTable
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


# --- what the newer tables name -------------------------------------------------------------------


def found(trade: Catalogue) -> list[tuple[str, str]]:
    return [(finding.place, finding.code) for finding in trade.check()]


def listing(**fields: object) -> PriceBook:
    version = {"entries": (entry("BOLT", price=1),), **fields}
    return PriceBook(code="LIST", currency="CNY", versions=(PriceBookVersion(**version),))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "agreements": (
                    PriceAgreement(code="A", customer="X", price_book="Y", excluded=("Z",)),
                )
            },
            [("A", "customer.unknown"), ("A", "customer.unknown"), ("A", "price_book.unknown")],
        ),
        (
            {
                "agreements": (
                    PriceAgreement(
                        code="A",
                        currency="CNY",
                        lines=(
                            AgreedPrice(product="X", unit="ell", price=1),
                            AgreedPrice(category="y", percent_off_book=1),
                        ),
                    ),
                )
            },
            [
                ("A/X per ell", "product.unknown"),
                ("A/X per ell", "unit.unknown"),
                ("A/category y", "category.unknown"),
            ],
        ),
        (
            {"assignments": (BookAssignment(book="VIP", customer="X"),)},
            [("VIP/customer X", "price_book.unknown"), ("VIP/customer X", "customer.unknown")],
        ),
        ({"assignments": (BookAssignment(book="LIST", customer_group="any"),)}, []),
        (
            {
                "scopes": (
                    SalesScope(
                        code="S",
                        products=("BOLT", "X"),
                        categories=("y",),
                        customers=("Z",),
                        books=("VIP",),
                        customer_groups=("any",),
                        regions=("any",),
                    ),
                )
            },
            [
                ("S", "product.unknown"),
                ("S", "category.unknown"),
                ("S", "customer.unknown"),
                ("S", "price_book.unknown"),
            ],
        ),
        (
            {
                "floors": (
                    Floor(code="F", product="X", price="1.00 CNY", unit="ell"),
                    Floor(code="G", category="y", margin=5),
                )
            },
            [("F", "product.unknown"), ("F", "unit.unknown"), ("G", "category.unknown")],
        ),
        (
            {
                "regimes": (
                    TaxRegime(code="R", mappings=(TaxMapping(code="VAT13", becomes="V"),)),
                )
            },
            [("R", "tax_code.unknown")],
        ),
        (
            {"customers": (Customer(code="K", party=Party(name="K"), parent="P", tax_regime="R"),)},
            [("K", "customer.unknown"), ("K", "tax.unknown_regime")],
        ),
        ({"cost_book": "COST"}, [("", "price_book.unknown")]),
    ],
)  # fmt: skip
def test_unknown_codes_of_every_table_are_found(
    fields: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    ((field, _),) = fields.items()
    places = [(f"{field}/{place}" if place else field, code) for place, code in expected]
    assert found(catalogue().with_(**fields)) == places


def test_unknown_codes_in_a_version_are_found() -> None:
    rule = AttributePrice(code="RED", product="X", unit="ell", match={"colour": "red"}, add=1)
    share = PercentOfTotal(
        code="CARE", product="Y", percent=2, categories=("z",), excludes_products=("X",)
    )
    trade = catalogue().with_(books=(listing(attributes=(rule,), shares=(share,)),))
    assert found(trade) == [
        ("books/LIST/attributes/RED", "product.unknown"),
        ("books/LIST/attributes/RED", "unit.unknown"),
        ("books/LIST/shares/CARE", "product.unknown"),
        ("books/LIST/shares/CARE", "product.unknown"),
        ("books/LIST/shares/CARE", "category.unknown"),
    ]


def test_an_unknown_book_elsewhere_hides_no_circle() -> None:
    books = (book(code="A", base="B"), book(code="B", base="A"))
    trade = catalogue().with_(books=books, default_book="A", cost_book="GONE")
    assert found(trade) == [("cost_book", "price_book.unknown"), ("books", "price_book.cycle")]


def test_customers_that_belong_to_each_other_are_found_once() -> None:
    parents = {"A": "B", "B": "C", "C": "B", "D": "D", "E": None, "F": "A"}
    customers = tuple(
        Customer(code=code, party=Party(name=code), parent=parent)
        for code, parent in parents.items()
    )
    assert found(catalogue().with_(customers=customers)) == [
        ("customers/B", "customer.cycle"),
        ("customers/D", "customer.cycle"),
    ]


def test_a_zone_that_is_none_is_found() -> None:
    assert found(catalogue().with_(zone="China")) == [("zone", "zone.unknown")]


# --- plans ----------------------------------------------------------------------------------------


def plan(*steps: PlanStep, **fields: object) -> PricingPlan:
    """The standard plan with other list steps in place of its own."""
    others = tuple(step for step in STANDARD_PLAN.steps if step.kind != "list")
    return PricingPlan.model_validate({"code": "P", "steps": (*steps, *others), **fields})


def setter(code: str, rank: int, **fields: object) -> PlanStep:
    return PlanStep.model_validate(
        {"code": code, "rank": rank, "kind": "list", "writes": ("list",), **fields}
    )


def test_two_steps_that_set_one_list_price_are_found() -> None:
    plans = (
        plan(setter("bolts", 11, products=("BOLT",)), setter("metal", 12, categories=("metal",))),
    )
    (finding,) = catalogue().with_(plans=plans).check()
    assert (finding.place, finding.code) == ("plans/P version 1", "plan.two_list_setters")
    assert "BOLT" in finding.message.en


def test_steps_for_what_nobody_sells_are_found() -> None:
    plans = (plan(setter("a", 11, products=("X",)), setter("b", 12, categories=("y",))),)
    assert found(catalogue().with_(plans=plans)) == [
        ("plans/P version 1/a", "product.unknown"),
        ("plans/P version 1/b", "category.unknown"),
    ]


def test_two_plans_in_force_at_once_are_found() -> None:
    trade = catalogue().with_(
        plans=(STANDARD_PLAN, STANDARD_PLAN.with_(version=2, period=Period(start="2026-01-01")))
    )
    assert found(trade) == [("plans", "plan.two_published")]
