"""Clean catalogues, of which the linter says nothing: a shop, a maker, a trader, a provider.

Between them they use all that a catalogue can say: versions, tiers of every mode, derived books,
every way to choose an entry, attribute prices, shares of other lines, costs and floors, promotions,
agreements, assignments, scopes, two currencies, prices with tax in them.
"""

from functools import cache

from cpq.agreement import AgreedPrice, Commitment, PriceAgreement
from cpq.assignment import BookAssignment
from cpq.availability import SalesScope
from cpq.bom import BOM, Component, OptionGroup
from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from cpq.margin import Floor
from cpq.pricebook import (
    AttributePrice,
    PercentOfTotal,
    PriceBookVersion,
    PriceEnding,
    Rails,
    entry,
)
from cpq.product import Attribute, Category, Product
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy
from cpq.rate import ExchangeRate, RateTable
from tests.cpq.lint.making import UNITS, YEAR_2025, YEAR_2026, book, buyer, cny, tier
from tests.cpq.lint.retail import retailer


@cache
def shop() -> Catalogue:
    """Fasteners: two years of lists, a dealers' book, costs and floors, a campaign with a cap."""
    first = (
        entry("BOLT", price="10.00", tiers=(tier(10, price="9.50"), tier(20, price="9.25"))),
        entry("NUT", price="2.00"),
        entry("NUT", unit="box", price="9.00"),
        entry(category="wire", price="4.00"),
        entry("GLUE", price="30.00"),
    )
    second = (
        *first[1:],
        entry("BOLT", price="11.00", tiers=(tier(10, price="10.50"), tier(20, price="10.25"))),
        entry("BOLT-RED", price="12.00"),
    )
    dealers = (
        entry(percent_off=5),
        entry(category="metal", percent_off=8),
        entry("GLUE", amount_off="3.00", rank=1),
        entry("GLUE", amount_off="4.00", period=Period(start="2026-06-01", end="2026-06-30")),
    )
    return Catalogue(
        products=(
            Product(code="BOLT", name="Bolt", category="metal"),
            Product(code="BOLT-RED", name="Red bolt", variant_of="BOLT", category="metal"),
            Product(code="NUT", name="Nut", category="metal"),
            Product(code="WIRE", name="Wire", unit="m", category="wire"),
            Product(
                code="GLUE", name="Glue", sellable=Period(start="2025-01-01", end="2026-12-31")
            ),
        ),
        categories=(
            Category(code="goods"),
            Category(code="metal", parent="goods"),
            Category(code="wire", parent="goods"),
        ),
        units=UNITS,
        books=(
            book(
                "LIST",
                versions=(
                    PriceBookVersion(period=YEAR_2025, entries=first),
                    PriceBookVersion(period=YEAR_2026, entries=second),
                ),
            ),
            book(
                "DEALER",
                base="LIST",
                versions=(PriceBookVersion(period=YEAR_2026, entries=dealers),),
            ),
            book(
                "COST",
                entry(category="goods", price="1.00"),
                entry("BOLT", price="6.00"),
                entry("GLUE", price="15.00"),
            ),
        ),
        default_book="LIST",
        cost_book="COST",
        customers=(
            buyer("C-1", "dealer", price_book="DEALER"),
            buyer("C-2", "retail"),
        ),
        promotions=(
            PromotionPolicy(
                code="SPRING",
                period=Period(start="2026-03-01", end="2026-05-31"),
                categories=("metal",),
                customer_groups=("retail",),
                quantity_from=5,
                benefit=PercentOff(percent=10),
                priority=2,
            ),
            PromotionPolicy(
                code="BASKET",
                amount_from=cny(200),
                benefit=AmountOff(amount=cny(20)),
                caps=(Cap(amount=cny(20)),),
            ),
        ),
        floors=(
            Floor(code="EARN", category="metal", margin=20, policy="block"),
            Floor(code="HALF", percent_of_list=50, policy="approve", customer_groups=("dealer",)),
            Floor(code="GLUE-LOW", product="GLUE", price=cny(20), policy="clip"),
        ),
    )


@cache
def maker() -> Catalogue:
    """A machine with options and attributes, what they do to price and cost, care as a share."""
    rules = (
        AttributePrice(code="RED", product="PRESS", match={"colour": "red"}, percent=5),
        AttributePrice(code="TALL", product="PRESS", match={"frame": "tall"}, add="4000"),
        AttributePrice(code="LOW", product="PRESS", match={"frame": "low"}, add="-1500"),
        AttributePrice(
            code="TALL-RED", product="PRESS", match={"colour": "red", "frame": "tall"}, add="4500"
        ),
        AttributePrice(code="CUT", product="HOSE", match={"cut": "yes"}, add="1.50"),
    )
    listed = PriceBookVersion(
        entries=(
            entry("PRESS", price="90000"),
            entry("HEAD-S", price="8000"),
            entry("HEAD-L", price="15000"),
            entry("HOSE", price="12.00", ending=PriceEnding(multiple="0.10")),
            entry("VALVE", markup=40, rails=Rails(lowest="20.00")),
        ),
        attributes=rules,
        shares=(
            PercentOfTotal(code="CARE", product="CARE", percent=8, categories=("machines",)),
            PercentOfTotal(
                code="SHIP", product="SHIP", percent="1.5", excludes_categories=("services",)
            ),
        ),
    )
    costs = PriceBookVersion(
        entries=(
            entry("PRESS", price="60000"),
            entry(category="modules", price="6000"),
            entry("HOSE", price="7.00"),
            entry("VALVE", price="18.00"),
        ),
        attributes=(
            AttributePrice(code="RED", product="PRESS", match={"colour": "red"}, add="900"),
        ),
    )
    return Catalogue(
        products=(
            Product(code="PRESS", name="Press", unit="set", category="machines"),
            Product(code="FRAME", name="Frame", category="modules"),
            Product(code="HEAD-S", name="Small head", category="modules"),
            Product(code="HEAD-L", name="Large head", category="modules"),
            Product(code="HOSE", name="Hose", unit="m", category="spares"),
            Product(code="VALVE", name="Valve", category="spares"),
            Product(code="CARE", name="Care", category="services"),
            Product(code="SHIP", name="Shipping", category="services"),
        ),
        categories=(
            Category(code="machines"),
            Category(code="modules", parent="machines"),
            Category(code="spares"),
            Category(code="services"),
        ),
        boms=(
            BOM(
                product="PRESS",
                components=(Component(product="FRAME"),),
                groups=(
                    OptionGroup(
                        code="head",
                        options=(
                            Component(product="HEAD-S", sold="priced"),
                            Component(product="HEAD-L", sold="priced"),
                        ),
                    ),
                ),
                attributes=(
                    Attribute(code="colour", values=({"code": "grey"}, {"code": "red"})),
                    Attribute(
                        code="frame", values=({"code": "std"}, {"code": "tall"}, {"code": "low"})
                    ),
                ),
            ),
        ),
        books=(
            book("LIST", versions=(listed,), tax_basis="gross"),
            book("COST", versions=(costs,)),
        ),
        default_book="LIST",
        cost_book="COST",
        floors=(Floor(code="EARN", category="machines", margin=15, policy="approve"),),
        customers=(buyer("C-1"),),
        zone="Asia/Shanghai",
    )


@cache
def trader() -> Catalogue:
    """Films in two currencies: books by assignment, agreements, scopes, ways to choose an entry."""
    rates = RateTable(
        rates=(ExchangeRate(base="USD", quote="CNY", rate="7.2", on="2026-01-01"),), pivot="CNY"
    )
    vip = (
        entry("FILM-A", percent_off=10, rank=1),
        entry(category="film", percent_off=8, rank=2),
        entry(percent_off=2, rank=9),
    )
    best = (
        entry(category="film", percent_off=5),
        entry("FILM-A", percent_off=7),
        entry("FILM-B", price="38.00"),
    )
    return Catalogue(
        products=(
            Product(code="FILM-A", name="Film A", category="film"),
            Product(code="FILM-B", name="Film B", category="film"),
            Product(code="TAPE", name="Tape"),
        ),
        categories=(Category(code="film"),),
        rates=rates,
        books=(
            book(
                "LIST",
                entry("FILM-A", price="50.00"),
                entry("FILM-B", price="40.00"),
                entry("TAPE", price="6.00"),
            ),
            book("VIP", *vip, base="LIST", resolution="first_match"),
            book("WEB", *best, base="LIST", resolution="best_for_customer"),
            book(
                "EXPORT",
                entry(percent_off=10),
                entry("TAPE", price="0.90"),
                base="LIST",
                currency="USD",
            ),
        ),
        default_book="LIST",
        customers=(
            buyer("GROUP"),
            buyer("SHOP", "vip", parent="GROUP", region="CN"),
            buyer("NET", "vip", "online", channel="web", region="CN"),
            buyer("INC", region="US", currency="USD"),
        ),
        assignments=(
            BookAssignment(book="VIP", customer_group="vip"),
            BookAssignment(book="WEB", channel="web", priority=1, period=YEAR_2026),
            BookAssignment(book="LIST", channel="web"),
            BookAssignment(book="EXPORT", region="US", forced=True),
        ),
        agreements=(
            PriceAgreement(
                code="FW-1",
                currency="CNY",
                customer="GROUP",
                covers_children=True,
                period=YEAR_2026,
                lines=(
                    AgreedPrice(
                        product="FILM-A", price="42.00", commitment=Commitment(committed=500)
                    ),
                    AgreedPrice(product="FILM-A", lower=100, price="41.90"),
                    AgreedPrice(product="TAPE", not_above="5.50"),
                ),
            ),
            PriceAgreement(
                code="FW-2",
                currency="CNY",
                customer="SHOP",
                period=Period(start="2026-07-01", end="2026-12-31"),
                lines=(AgreedPrice(product="FILM-B", price="35.00"),),
            ),
            PriceAgreement(
                code="CLUB",
                customer_group="online",
                promotable=True,
                lines=(AgreedPrice(percent_off_book=1),),
            ),
            PriceAgreement(
                code="SALE",
                currency="CNY",
                period=Period(start="2026-11-01", end="2026-11-30"),
                lines=(AgreedPrice(product="TAPE", price="5.00"),),
            ),
        ),
        scopes=(
            SalesScope(code="CN", products=("FILM-B",), regions=("CN",)),
            SalesScope(code="NO-WEB", allow=False, products=("TAPE",), channels=("kiosk", "web")),
        ),
        promotions=(
            PromotionPolicy(
                code="P-USD",
                benefit=AmountOff(amount=Money("50.00", "USD")),
                amount_from=Money("1000.00", "USD"),
            ),
            PromotionPolicy(
                code="P-FILM",
                categories=("film",),
                benefit=PercentOff(percent=3),
                customer_groups=("online",),
                priority=1,
            ),
        ),
        floors=(
            Floor(code="FILM-LOW", category="film", price=cny(20), policy="block"),
            Floor(code="TAPE-LOW", product="TAPE", price=cny("2.00"), policy="clip"),
        ),
    )


@cache
def provider() -> Catalogue:
    """Hosting: tiers of every mode, none of which makes more cost less."""
    rows = (
        entry(
            "SEAT",
            mode="graduated",
            price="90.00",
            tiers=(tier(26, price="80.00"), tier(101, price="70.00")),
        ),
        entry(
            "DISK",
            mode="block",
            tiers=(tier(0, price="50.00", size=10), tier(100, above=True, price="46.00", size=10)),
        ),
        entry(
            "CALLS",
            mode="package",
            free=100,
            tiers=(tier(0, price="5.00", size=50), tier(1000, above=True, price="4.80", size=50)),
        ),
        entry(
            "PLAN",
            mode="stairstep",
            tiers=(tier(1, price="100.00"), tier(11, price="180.00"), tier(51, price="700.00")),
        ),
        entry(
            "DATA",
            mode="overage",
            tiers=(
                tier(0, price="20.00", overage="0.50"),
                tier(100, price="70.00", overage="0.40"),
            ),
        ),
        entry("SETUP", price="500.00", tiers=(tier(3, price="480.00"),), counts="product"),
        entry("HOURS", tiers=(tier(0, price="80.00", flat="10.00"),)),
    )
    return Catalogue(
        products=tuple(
            Product(code=code, name=code.title(), unit="h" if code == "HOURS" else "pc")
            for code in ("SEAT", "DISK", "CALLS", "PLAN", "DATA", "SETUP", "HOURS")
        ),
        books=(
            book("LIST", *rows),
            book(
                "PARTNER",
                entry("SEAT", percent_off=10),
                entry("SETUP", formula="base * 0.9"),
                entry("HOURS", price="70.00"),
                base="LIST",
            ),
        ),
        default_book="LIST",
        customers=(buyer("C-1", price_book="PARTNER"),),
    )


CLEAN = {each.__name__: each for each in (shop, maker, trader, provider, retailer)}
"""The clean catalogues by name."""
