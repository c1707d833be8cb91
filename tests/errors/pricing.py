"""Pricing a request, sharing a discount."""

from decimal import Decimal

from cpq import Period, allocate, item, price, refundable
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, cny, goods, laser, untouched


@reproduces(
    "pricing.empty",
    en="There is nothing to price.",
    zh="没有可计价的行。",
    do="Give at least one item.",
    names="at least one item",
)
def nothing_to_price() -> None:
    price([], catalogue=goods(), on=DAY)


@reproduces(
    "pricing.invalid",
    en="Some lines cannot be priced; `findings` has one entry for each.",
    zh="部分行无法计价；每行各有一条 finding。",
    do="Go through the findings; each names its line.",
    names=("items/1", "'SCREW'", "items/2", "'crate'"),
)
def lines_that_cannot_be_priced() -> None:
    catalogue = goods()
    with untouched(catalogue):
        price([item("SCREW", 1), item("BOLT", 1, unit="crate")], catalogue=catalogue, on=DAY)


@reproduces(
    "price.none",
    en="No entry of the price book, or of those it derives from, prices the product in this unit.",
    zh="价目表中没有该产品该单位的价格。",
    do="Add an entry, or name another book. A missing price is never 0.",
    names=("lines/1", "'NUT'", "2026-12-01", "LIST"),
)
def a_nut_without_price() -> None:
    price([item("NUT", 1)], catalogue=goods(), on=DAY)


@reproduces(
    "product.not_sellable",
    en="The product is not sold on the day.",
    zh="该产品在该日期不可销售。",
    do="Offer another product, or extend the period in which it is sold.",
    names=("'BOLT'", "2026-06-30", "2026-12-01"),
)
def a_bolt_that_is_no_longer_sold() -> None:
    catalogue = goods()
    bolt = catalogue.product("BOLT").with_(sellable=Period(end="2026-06-30"))
    others = tuple(product for product in catalogue.products if product.code != "BOLT")
    price([item("BOLT", 1)], catalogue=catalogue.with_(products=(bolt, *others)), on=DAY)


@reproduces(
    "item.not_configured",
    en="The product has options that somebody must choose.",
    zh="该产品需要先选配。",
    do="`configure()` it and price the configuration; in a request, write `configure`.",
    names="'LASER-3000'",
)
def a_machine_without_its_options() -> None:
    price([item("LASER-3000", 1)], catalogue=laser(), on=DAY)


@reproduces(
    "quantity.too_small",
    en="The quantity is 0 at the decimals that its unit has.",
    zh="数量按该单位的精度舍入后为零。",
    do="Ask for at least one step of the unit, or for a finer unit.",
    names=("0.4", "'BOLT'"),
)
def a_piece_of_a_bolt() -> None:
    price([item("BOLT", "0.4")], catalogue=goods(), on=DAY)


@reproduces(
    "allocation.negative",
    en="An amount below 0 is to be shared over lines.",
    zh="分摊金额不能为负。",
    do="Share the amount without its sign, and apply the sign to the shares.",
    names="-15.00 CNY",
)
def a_negative_discount() -> None:
    allocate(cny("-15.00"), weights=[20, 30, 100])


@reproduces(
    "return.exceeds_quantity",
    en="More of a line comes back than was sold.",
    zh="退货数量超过销售数量。",
    do="Return at most what is left of the line.",
    names=("2 returned", "2 of 3"),
)
def more_returned_than_sold() -> None:
    refundable(cny("100.00"), returned=Decimal(2), quantity=Decimal(3), already=Decimal(2))
