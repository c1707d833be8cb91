"""What recurs: a term for each service, and none for what is charged once."""

from cpq import (
    BOM,
    Catalogue,
    Component,
    PriceBook,
    PriceBookVersion,
    Product,
    configure,
    entry,
    item,
    price,
)
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, goods


def services() -> Catalogue:
    """A seat by the month, which has care by the year below it."""
    version = PriceBookVersion(entries=(entry("SEAT", price="50"), entry("CARE", price="90")))
    bom = BOM(product="SEAT", components=(Component(product="CARE", sold="priced"),))
    return Catalogue(
        products=(
            Product(code="SEAT", name="Seat", billing="month"),
            Product(code="CARE", name="Care", billing="year"),
        ),
        books=(PriceBook(code="LIST", currency="CNY", versions=(version,)),),
        boms=(bom,),
        default_book="LIST",
    )


@reproduces(
    "pricing.no_periods",
    en="The price of the product is for one month, quarter or year, and nobody said for how many.",
    zh="该产品按月、按季或按年计费，但未说明期数。",
    do="Give the item its `periods`, in a request as in code: `periods: 36`.",
    names=("items/1", "'CARE'", "one year", "periods"),
)
def a_service_without_a_term() -> None:
    price([item("CARE", 1)], catalogue=services(), on=DAY)


@reproduces(
    "pricing.not_recurring",
    en="Periods are asked for of a product that is charged once.",
    zh="一次性收费的产品被要求按期数计价。",
    do="Leave `periods` out, or give the product a `billing` period.",
    names=("items/1", "'BOLT'", "36 periods"),
)
def a_bolt_for_three_years() -> None:
    price([item("BOLT", 1, periods=36)], catalogue=goods(), on=DAY)


@reproduces(
    "pricing.mixed_billing",
    en="One configuration holds services of different billing periods, and has one number of them.",
    zh="同一选配结果中的服务计费周期不同，而期数只有一个。",
    do="Sell one of the services as an item of its own, with its own `periods`.",
    names=("items/1", "'SEAT'", "month", "'CARE'", "year"),
)
def months_and_years_in_one() -> None:
    catalogue = services()
    made = configure(catalogue.bom("SEAT")).with_(periods=12)
    price([made], catalogue=catalogue, on=DAY)
