"""A quote in which everything that pricing knows is in use, priced by the library itself."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, Literal

from cpq import (
    BOM,
    AgreedPrice,
    AttributePrice,
    Cap,
    Catalogue,
    Category,
    Commitment,
    Component,
    Configuration,
    Customer,
    ExchangeRate,
    Floor,
    Item,
    ManualPrice,
    Money,
    PercentOff,
    PercentOfTotal,
    PriceAgreement,
    PriceBook,
    PriceBookVersion,
    Product,
    PromotionPolicy,
    RateTable,
    RoundingPolicy,
    TaxRate,
    Tier,
    configure,
    draft_quote,
    entry,
    item,
    price,
)
from cpq.kernel.text import LocalText
from cpq.purchased import Purchased
from cpq.quote import Quote
from cpq.tax import CHINA_VAT, TaxTable
from cpq.waterfall import Pricing
from tests.cpq.adapters.document_quotes import quoted

TODAY = date(2026, 11, 21)
BUYER = Customer(
    code="C-0042",
    party={
        "name": {"en": "Hengtai Machinery Co., Ltd.", "zh": "恒泰机械有限公司"},
        "address": {"en": "1288 Xinghu Street, Suzhou", "zh": "苏州市星湖街 1288 号"},
        "tax_id": "91320594MA1XXXX00K",
    },
    groups=("key-account",),
)
_PRODUCTS = (
    ("FILL-200", "Filling line FILL-200", "FILL-200 灌装线", "set", "machines", "VAT13"),
    ("PUMP", "Dosing pump", "计量泵", "pc", "machines", "VAT13"),
    ("FRAME", "Stainless frame", "不锈钢机架", "pc", "machines", "VAT13"),
    ("BOLTS", "Bolt kit", "螺栓包", "pc", "parts", "VAT13"),
    ("SERVO", "Servo drive set", "伺服驱动套装", "set", "machines", "VAT13"),
    ("MOTOR", "Servo motor", "伺服电机", "pc", "parts", "VAT13"),
    ("DRIVE", "Servo amplifier", "伺服放大器", "pc", "parts", "VAT13"),
    ("CABLE", "Shielded cable", "屏蔽电缆", "m", "parts", "VAT13"),
    ("LABEL", "Labels", "标签", "pc", "parts", "VAT13"),
    ("CLOUD", "Line monitoring, users", "产线监控（用户）", "pc", "services", "VAT6"),
    ("OIL", "Gear oil", "齿轮油", "l", "parts", "OIL"),
    ("STEEL", "Wear plate", "耐磨板", "pc", "parts", "VAT13"),
    ("GLOVE", "Glove box", "手套箱", "pc", "parts", "VAT13"),
    ("CARE", "Care plan, first year", "首年维护计划", "year", "services", "VAT6"),
    ("TRAIN", "Operator training on site", "现场操作培训", "day", "services", "VAT6"),
    ("ROBOT", "Palletising robot", "码垛机器人", "set", "machines", "VAT13"),
    ("GRIP", "Vacuum gripper", "真空抓手", "pc", "machines", "VAT13"),
)
PRODUCTS = tuple(
    Product(code=code, name={"en": en, "zh": zh}, unit=unit, category=category, tax_code=tax)
    for code, en, zh, unit, category, tax in _PRODUCTS
)
BOMS = (
    BOM(
        product="FILL-200",
        rollup="components",
        components=(Component(product="PUMP", quantity=4), Component(product="FRAME")),
    ),
    BOM(
        product="SERVO",
        rollup="allocated",
        components=(Component(product="MOTOR"), Component(product="DRIVE")),
    ),
    BOM(
        product="ROBOT",
        components=(Component(product="GRIP", sold="priced"), Component(product="BOLTS")),
    ),
)
_LISTED = {
    "PUMP": "38600.00",
    "FRAME": "142500.00",
    "BOLTS": "120.00",
    "SERVO": "26800.00",
    "MOTOR": "15200.00",
    "DRIVE": "13800.00",
    "STEEL": "318.50",
    "GLOVE": "4980.00",
    "TRAIN": "3200.00",
    "ROBOT": "298000.00",
    "GRIP": "18600.00",
    "OIL": "46.50",
}
_COSTS = {
    "FILL-200": "0",
    "PUMP": "3350.00",
    "FRAME": "12400.00",
    "SERVO": "0",
    "MOTOR": "1410.00",
    "DRIVE": "1265.00",
    "CABLE": "0.85",
    "LABEL": "0.011",
    "OIL": "4.10",
    "STEEL": "31.20",
    "GLOVE": "520.00",
    "ROBOT": "27400.00",
    "GRIP": "1650.00",
    "BOLTS": "9.80",
    "TRAIN": "210.00",
    "CLOUD": "2.20",
    "CARE": "310.00",
}


def tier(lower: object, amount: str, **fields: object) -> Tier:
    """From ``lower`` units on, this price."""
    return Tier.model_validate({"lower": lower, "price": amount, **fields})


_TIERED = (
    entry("CABLE", mode="graduated", tiers=(tier(0, "10.00"), tier(10, "5.00", above=True))),
    entry("LABEL", mode="block", tiers=(tier(0, "96.00", size=1000),)),
    entry(
        "CLOUD",
        mode="overage",
        tiers=(tier(0, "500.00", overage="60.00"), tier(10, "500.00", overage="45.00")),
    ),
)
CARE = PercentOfTotal(
    code="CARE-18",
    name={"en": "Care plan", "zh": "维护计划"},
    product="CARE",
    percent="4.5",
    categories=("machines",),
)
RED = AttributePrice(
    code="RED",
    name={"en": "special colour", "zh": "特殊颜色"},
    product="GLOVE",
    match={"colour": "red"},
    percent="6",
)
PROMOTIONS = (
    PromotionPolicy(
        code="YEAREND",
        name={"en": "Year-end campaign", "zh": "年终促销"},
        benefit=PercentOff(percent="3"),
        categories=("machines",),
        caps=(Cap(amount=Money("9000.00", "CNY")),),
    ),
    PromotionPolicy(
        code="OIL-LOT",
        name={"en": "Oil by the drum", "zh": "整桶优惠"},
        benefit=PercentOff(percent="5"),
        products=("OIL",),
        quantity_from="200",
    ),
    PromotionPolicy(
        code="DEALERS",
        name={"en": "Dealer weeks", "zh": "经销商周"},
        benefit=PercentOff(percent="2"),
        customer_groups=("dealer",),
    ),
)
AGREEMENT = PriceAgreement(
    code="FW-2026",
    name={"en": "Framework 2026", "zh": "2026 年框架协议"},
    customer="C-0042",
    currency="CNY",
    lines=(
        AgreedPrice(
            product="STEEL",
            price="286.00",
            commitment=Commitment(committed=1000, consumed=960, over="book"),
        ),
    ),
)
FLOORS = (
    Floor(code="GLOVE-MIN", product="GLOVE", price=Money("4800.00", "CNY"), policy="approve"),
    Floor(code="FRAME-MIN", product="FRAME", price=Money("138000.00", "CNY"), policy="clip"),
    Floor(code="EARN-40", margin="40", level="quote", policy="approve", approval="director"),
)
MANUAL = {"8": ManualPrice(percent_off="5", reason="trade fair sample", by="Li Wenjing")}
PURCHASED = Purchased(period=(("OIL", "120"),))
RATES = RateTable(
    rates=(ExchangeRate(base="USD", quote="CNY", rate="7.1234", on="2026-11-20", source="PBOC"),),
)
TAXES = TaxTable(
    rates=(*CHINA_VAT.rates, TaxRate(code="OIL", percent=13, per_unit="1.52", currency="CNY"))
)


@cache
def catalogue(basis: Literal["net", "gross"] = "net") -> Catalogue:
    """All of it; prices are before tax, or include it."""
    listed = PriceBook(
        code="LIST-2026",
        currency="CNY",
        tax_basis=basis,
        versions=(
            PriceBookVersion(
                entries=(*(entry(code, price=each) for code, each in _LISTED.items()), *_TIERED),
                attributes=(RED,),
                shares=(CARE,),
            ),
        ),
    )
    vip = PriceBook(
        code="KEY-2026",
        currency="CNY",
        base="LIST-2026",
        tax_basis=basis,
        versions=(
            PriceBookVersion(
                entries=(
                    entry(
                        category="machines",
                        tiers=(Tier(percent_off=5), Tier(lower=4, percent_off=8)),
                    ),
                )
            ),
        ),
    )
    costs = PriceBook(
        code="COST",
        currency="USD",
        versions=(
            PriceBookVersion(entries=tuple(entry(code, price=c) for code, c in _COSTS.items())),
        ),
    )
    return Catalogue(
        products=PRODUCTS,
        categories=tuple(Category(code=code) for code in ("machines", "parts", "services")),
        boms=BOMS,
        books=(listed, vip, costs),
        cost_book="COST",
        default_book="KEY-2026",
        promotions=PROMOTIONS,
        agreements=(AGREEMENT,),
        floors=FLOORS,
        rates=RATES,
        taxes=TAXES,
        customers=(BUYER,),
    )


def items(basis: Literal["net", "gross"] = "net") -> Sequence[Item | Configuration]:
    """Eleven lines, two of them options."""
    books = catalogue(basis)

    def built(code: str, quantity: object = 1) -> Configuration:
        return configure(books.bom(code, on=TODAY), quantity=quantity)

    return (
        built("FILL-200"),
        built("SERVO", 2),
        item("CABLE", 15),
        item("LABEL", 12500),
        item("CLOUD", 14),
        item("OIL", 60),
        item("STEEL", 65),
        item("GLOVE", 1, attributes={"colour": "red"}),
        item("TRAIN", 3, optional=True),
        item("CARE", 1),
        built("ROBOT").with_(optional=True),
    )


def full_pricing(basis: Literal["net", "gross"] = "net", **changes: Any) -> Pricing:
    """The pricing of all of it."""
    fields: dict[str, Any] = {"manual": MANUAL, "purchased": PURCHASED, **changes}
    return price(items(basis), catalogue=catalogue(basis), customer="C-0042", on=TODAY, **fields)


def full_quote(basis: Literal["net", "gross"] = "net", **changes: Any) -> Quote:
    """The quote of all of it, as a draft."""
    around = quoted()
    return draft_quote(
        full_pricing(basis, **changes),
        number="Q-2026-0042",
        customer=BUYER,
        seller=around.seller,
        issued_on=TODAY,
        valid_until=date(2026, 12, 21),
        title=LocalText(en="Filling line, everything on it", zh="灌装线（全功能示例）"),
        delivery=around.delivery,
        payment=around.payment,
        terms=around.terms,
        salesperson=around.salesperson,
    )


GROUPED = RoundingPolicy(tax="group")
"""Tax rounded once per tax code of the document."""
