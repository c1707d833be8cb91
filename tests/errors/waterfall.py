"""What the unit phase, the document phase and the questions about a trace refuse."""

from decimal import Decimal

from cpq import (
    BOM,
    STANDARD_PLAN,
    Catalogue,
    Component,
    Customer,
    ManualPrice,
    PercentOfTotal,
    PriceBook,
    PriceBookVersion,
    PricingPlan,
    Product,
    TaxMapping,
    TaxRate,
    TaxRegime,
    Tier,
    configure,
    entry,
    item,
    price,
)
from cpq.bom import structure
from cpq.kernel.errors import Finding
from cpq.pricebook import PriceBookEntry
from cpq.tax import CHINA_VAT, TaxTable
from tests.errors.registry import reproduces
from tests.errors.shop import DAY

STEPS = (Tier(lower=0, price=7), Tier(lower=5, above=True, price=6))


def _book(*rows: PriceBookEntry, code: str = "LIST", **fields: object) -> PriceBook:
    versions = fields.pop("versions", None) or (PriceBookVersion(entries=rows),)
    return PriceBook.model_validate(
        {"code": code, "currency": "CNY", "versions": versions, **fields}
    )


def _trade(*books: PriceBook, **fields: object) -> Catalogue:
    products = (Product(code="BOLT", name="Bolt"), Product(code="CARE", name="Care"))
    given = {"products": products, "books": books, "default_book": books[-1].code, **fields}
    return Catalogue.model_validate(given)


@reproduces(
    "price_book.no_cost",
    en="An entry is priced on the cost, and the cost of the product is not known.",
    zh="按成本加成定价，但产品成本未知。",
    do="Add the product to the cost book, or give the entry a price.",
    names=("'LIST'", "cost +20%", "'BOLT'"),
)
def a_markup_on_nothing() -> None:
    price([item("BOLT")], catalogue=_trade(_book(entry("BOLT", markup=20))), on=DAY)


@reproduces(
    "price_book.other_basis",
    en="A price book has prices with tax and its base prices without, or the reverse.",
    zh="价目表与其上级价目表的含税口径不同。",
    do="Give both the same `tax_basis`.",
    names=("'SHOP'", "gross", "'LIST'", "net"),
)
def a_gross_book_on_a_net_one() -> None:
    shop = _book(entry(percent_off=5), code="SHOP", base="LIST", tax_basis="gross")
    price([item("BOLT")], catalogue=_trade(_book(entry("BOLT", price=1)), shop), on=DAY)


@reproduces(
    "price_book.tiers_meet",
    en="A derived book makes tiers out of a price that has tiers of its own.",
    zh="派生价目表在已分段计价的价格上再设阶梯。",
    do="Write prices in the derived book, or one percentage for all quantities.",
    names=("'VIP'", "graduated"),
)
def tiers_on_tiers() -> None:
    listed = _book(PriceBookEntry(product="BOLT", tiers=STEPS, mode="graduated"))
    off = (Tier(percent_off=5), Tier(lower=5, above=True, percent_off=10))
    vip = _book(
        PriceBookEntry(product="BOLT", tiers=off, mode="graduated"), code="VIP", base="LIST"
    )
    price([item("BOLT", 9)], catalogue=_trade(listed, vip), on=DAY)


@reproduces(
    "price.nothing_covered",
    en="A line costs a share of other lines, and none of them counts.",
    zh="按其他行比例计价，但没有可计入的行。",
    do="Add a line that it covers, or leave it out.",
    names=("lines/1", "'CARE'", "18"),
)
def care_for_nothing() -> None:
    share = PercentOfTotal(code="CARE-18", product="CARE", percent=18)
    version = PriceBookVersion(entries=(), shares=(share,))
    price([item("CARE")], catalogue=_trade(_book(versions=(version,))), on=DAY)


@reproduces(
    "price.cheaper_at",
    en="A larger quantity costs less than the quantity that is asked for.",
    zh="更大的数量总价反而更低。",
    do="Offer the larger quantity, or smooth the tiers: mode `graduated` has no such place.",
    names=("26 pc", "2080.00", "25 pc", "2250.00"),
)
def seats_that_get_cheaper() -> tuple[Finding, ...]:
    tiers = (Tier(price=90), Tier(lower=26, price=80))
    return price(
        [item("BOLT", 25)], catalogue=_trade(_book(entry("BOLT", tiers=tiers))), on=DAY
    ).findings


@reproduces(
    "bundle.no_standalone_price",
    en="The price of a bundle is to be shared over its parts, and no part has a price of its own.",
    zh="捆绑价格需分摊到子件，但子件均无单独售价。",
    do="Give the parts prices in the book.",
    names="line 1",
)
def a_kit_of_priceless_parts() -> tuple[Finding, ...]:
    kit = BOM(product="BOLT", rollup="allocated", components=(Component(product="CARE"),))
    trade = _trade(_book(entry("BOLT", price=9)), boms=(kit,))
    whole = configure(structure("BOLT", {"BOLT": kit}))
    return price([whole], catalogue=trade, on=DAY).findings


@reproduces(
    "manual.no_base",
    en="A manual discount is off a line that has no price per unit.",
    zh="手工折扣所在行没有单价。",
    do="Give the line a manual price instead of a discount.",
    names=("-5%", "'BOLT'"),
)
def a_discount_on_tiers() -> None:
    listed = _book(PriceBookEntry(product="BOLT", tiers=STEPS, mode="graduated"))
    off = {"1": ManualPrice(percent_off=5)}
    price([item("BOLT", 9)], catalogue=_trade(listed), on=DAY, manual=off)


@reproduces(
    "manual.unknown_line",
    en="A manual price is given for a line that is not there.",
    zh="手工价对应的行不存在。",
    do="Name a line as the pricing numbers it: 1, 2, 2.1.",
    names="line 7",
)
def a_manual_price_for_nobody() -> None:
    trade = _trade(_book(entry("BOLT", price=9)))
    price([item("BOLT")], catalogue=trade, on=DAY, manual={"7": ManualPrice(price=Decimal(8))})


@reproduces(
    "rule.unknown",
    en="The trace of a pricing has no row of the rule that is asked about.",
    zh="计价追溯中没有该规则。",
    do="Ask with a rule that the trace names: `[step.rule for step in line.steps]`.",
    names="'SUMMER'",
)
def a_rule_that_nobody_looked_at() -> None:
    pricing = price([item("BOLT")], catalogue=_trade(_book(entry("BOLT", price=9))), on=DAY)
    pricing.what_would_trigger("SUMMER")


@reproduces(
    "tax.regime_on_tiers",
    en="A price with tax in it has tiers and a tax per unit, and the customer's regime changes it.",
    zh="含税阶梯价中含有单位税额，适用税制改变时无法换算。",
    do="Write the prices of the product before tax.",
    names="'BOLT'",
)
def a_regime_on_tiers_with_a_deposit() -> None:
    deposit = TaxRate(code="DEPOSIT", percent=13, per_unit="0.25", currency="CNY")
    free = TaxRegime(code="EXPORT", mappings=(TaxMapping(code="DEPOSIT", becomes="VAT0"),))
    row = PriceBookEntry(product="BOLT", tiers=STEPS, mode="graduated")
    trade = _trade(
        _book(row, tax_basis="gross"),
        products=(Product(code="BOLT", name="Bolt", tax_code="DEPOSIT"),),
        taxes=TaxTable(rates=(*CHINA_VAT.rates, deposit)),
        regimes=(free,),
        customers=(Customer(code="C-1", party={"name": "Abroad"}, tax_regime="EXPORT"),),
    )
    price([item("BOLT", 9)], catalogue=trade, on=DAY, customer="C-1")


@reproduces(
    "manual.not_in_plan",
    en="A manual price is given, and the pricing plan has no step for manual prices.",
    zh="给出了手工价，但计价方案没有手工价步骤。",
    do="Add a step of the kind `manual` to the plan, or leave the manual price out.",
    names=("line 1", "plan BARE version 1"),
)
def a_manual_price_that_no_step_reads() -> None:
    steps = [
        step.with_(reads=tuple(point for point in step.reads if point != "manual"))
        for step in STANDARD_PLAN.steps
        if step.kind != "manual"
    ]
    plan = PricingPlan(code="BARE", steps=tuple(steps))
    trade = _trade(_book(entry("BOLT", price=9)))
    given = {"1": ManualPrice(price=Decimal(8))}
    price([item("BOLT")], catalogue=trade, on=DAY, manual=given, plan=plan)
