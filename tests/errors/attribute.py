"""Attribute prices, and lines priced as a percentage of others."""

from fractions import Fraction

from cpq.pricebook.attribute import Adjusted, AttributePrice, adjusted
from cpq.pricebook.share import PercentOfTotal, share_at
from tests.errors.registry import reproduces
from tests.errors.shop import DAY


def on_a_cable(*rules: AttributePrice, **attributes: str) -> Adjusted:
    """A cable at 10 per unit with these attributes."""
    return adjusted(rules, Fraction(10), product="CABLE", unit="m", attributes=attributes, at=DAY)


@reproduces(
    "attribute_price.ambiguous",
    en="Two attribute prices fit a line equally well and say different things.",
    zh="两条属性价格同样匹配但内容不同。",
    do="Match more attributes in one of them, or give it the lower `rank`.",
    names=("'RED'", "'ROT'", "+10%", "+12%", "'CABLE'"),
)
def two_prices_for_red() -> None:
    on_a_cable(
        AttributePrice(code="RED", match={"colour": "red"}, percent=10),
        AttributePrice(code="ROT", match={"colour": "red"}, percent=12),
        colour="red",
    )


@reproduces(
    "attribute_price.below_zero",
    en="Attribute prices take off more than the product costs.",
    zh="属性价格扣减超过了产品价格。",
    do="Take off less, or write the price as a replacement: 0 is a price where it is entered as 0.",
    names=("'BARE'", "-12.50", "'CABLE'", "-2.5"),
)
def a_cable_that_pays_its_buyer() -> None:
    on_a_cable(AttributePrice(code="BARE", match={"sheath": "none"}, add="-12.50"), sheath="none")


@reproduces(
    "attribute.missing",
    en="A formula needs an attribute that the line does not have.",
    zh="公式所需的属性在该行上缺失。",
    do="Give the line the attribute.",
    names=("'BY-LENGTH'", "'length'", "'CABLE'"),
)
def a_cable_of_no_length() -> None:
    on_a_cable(AttributePrice(code="BY-LENGTH", formula="length * 12.5"))


@reproduces(
    "attribute.not_a_number",
    en="A formula needs a number, and the attribute holds something else.",
    zh="公式需要数值，但属性值不是数字。",
    do="Give the attribute plain digits such as `2.5`.",
    names=("'BY-LENGTH'", "'length'", "'long'"),
)
def a_cable_that_is_long() -> None:
    on_a_cable(AttributePrice(code="BY-LENGTH", formula="length * 12.5"), length="long")


@reproduces(
    "percent_of_total.ambiguous",
    en="Two rules price one product as a percentage of others at the same time.",
    zh="同一产品同时有两条按总额比例计价的规则。",
    do="End one before the other starts, or remove it.",
    names=("'CARE-18'", "'CARE-25'", "18% of net", "'CARE'"),
)
def two_shares_for_care() -> None:
    rules = [
        PercentOfTotal(code=f"CARE-{percent}", product="CARE", percent=percent)
        for percent in (18, 25)
    ]
    share_at(rules, product="CARE", at=DAY)
