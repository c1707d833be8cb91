"""Catalogues with one seeded defect each: a clean one, changed in one place.

One table: the name of the defect, the clean catalogue it is made from, what is changed, the code
and the place that the linter must report, and nothing else. Where one change makes two findings,
because two things have become wrong, the others are declared with it.
"""

from cpq.agreement import AgreedPrice
from cpq.assignment import BookAssignment
from cpq.availability import SalesScope
from cpq.cap import Cap
from cpq.kernel.money import Money
from cpq.kernel.period import Period
from cpq.margin import Floor
from cpq.pricebook import (
    PriceBookVersion,
    Rails,
    entry,
)
from cpq.product import Category, Product
from cpq.promotion import AmountOff
from tests.cpq.lint.making import YEAR_2025, YEAR_2026, buyer, cny, tier
from tests.cpq.lint.promotion_corpus import PROMOTION_DEFECTS
from tests.cpq.lint.seeds import (
    Defect,
    adding,
    agreed,
    agreement,
    attribute,
    changing,
    entries,
    instead,
    off,
    promotion,
    share,
    then,
    version,
)

_SUMMER = Period(start="2026-06-01", end="2026-08-31")
_NEXT_YEAR = Period(start="2027-01-01", end="2027-12-31")
_LIST = "books/LIST/2026-01-01"
_DEALER = "books/DEALER/2026-01-01"

# --- the table ------------------------------------------------------------------------------------

DEFECTS: tuple[Defect, ...] = (
    # cliffs, and tiers that go the wrong way
    Defect(
        "25 seats cost more than 26",
        "provider",
        instead("LIST", "SEAT", entry("SEAT", price="90.00", tiers=(tier(26, price="80.00"),))),
        "lint.cliff",
        "books/LIST/SEAT from 26",
    ),
    Defect(
        "a cliff between two entries for one product",
        "shop",
        instead(
            "LIST",
            "BOLT",
            entry("BOLT", price="11.00"),
            entry("BOLT", tiers=(tier(10, price="9.00"),)),
        ),
        "lint.cliff",
        f"{_LIST}/BOLT from 10",
    ),
    Defect(
        "a cliff in the percentages of a derived book",
        "shop",
        instead("DEALER", "GLUE", entry("GLUE", percent_off=0, tiers=(tier(10, percent_off=20),))),
        "lint.cliff",
        f"{_DEALER}/GLUE from 10",
    ),
    Defect(
        "an amount off that makes a cliff of mild tiers",
        "provider",
        instead("PARTNER", "SETUP", entry("SETUP", amount_off="450.00")),
        "lint.cliff",
        "books/PARTNER/SETUP",
    ),
    Defect(
        "a cliff for everything in a derived book",
        "trader",
        entries("EXPORT", entry(category="film", percent_off=10, tiers=(tier(5, percent_off=40),))),
        "lint.cliff",
        "books/EXPORT/category film from 5",
    ),
    Defect(
        "a flat fee that the next tier drops",
        "provider",
        instead(
            "LIST",
            "HOURS",
            entry("HOURS", tiers=(tier(0, price="80.00", flat="100.00"), tier(8, price="80.00"))),
        ),
        "lint.cliff",
        "books/LIST/HOURS from 8",
    ),
    Defect(
        "a step that costs less than the one below",
        "provider",
        instead(
            "LIST",
            "PLAN",
            entry(
                "PLAN", mode="stairstep", tiers=(tier(1, price="100.00"), tier(11, price="90.00"))
            ),
        ),
        "lint.cliff",
        "books/LIST/PLAN from 11",
    ),
    Defect(
        "blocks that cost less from a hundred on",
        "provider",
        instead(
            "LIST",
            "DISK",
            entry(
                "DISK",
                mode="block",
                tiers=(tier(0, price="50.00", size=10), tier(100, price="40.00", size=10)),
            ),
        ),
        "lint.cliff",
        "books/LIST/DISK from 100",
    ),
    Defect(
        "a cliff between two agreed prices",
        "trader",
        agreement(
            "FW-9",
            agreed("FILM-B", price="36.00"),
            agreed("FILM-B", lower=20, price="30.00"),
            customer="NET",
        ),
        "lint.cliff",
        "agreements/FW-9/FILM-B from 20",
    ),
    Defect(
        "a cliff between the list and an agreed price",
        "trader",
        agreement("FW-9", agreed("FILM-B", lower=20, percent_off_list=25), customer="GROUP"),
        "lint.cliff",
        "agreements/FW-9/FILM-B from 20",
    ),
    Defect(
        "an agreed price that goes up with the quantity",
        "trader",
        agreement(
            "FW-9",
            agreed("FILM-B", price="30.00"),
            agreed("FILM-B", lower=20, price="33.00"),
            customer="NET",
        ),
        "lint.dearer_tier",
        "agreements/FW-9/FILM-B from 20",
    ),
    Defect(
        "a higher tier that is dearer",
        "shop",
        instead("LIST", "BOLT", entry("BOLT", price="11.00", tiers=(tier(10, price="105.00"),))),
        "lint.dearer_tier",
        f"{_LIST}/BOLT from 10",
    ),
    Defect(
        "a percentage that falls with the quantity",
        "shop",
        instead("DEALER", "GLUE", entry("GLUE", percent_off=8, tiers=(tier(10, percent_off=5),))),
        "lint.dearer_tier",
        f"{_DEALER}/GLUE from 10",
    ),
    Defect(
        "a slice that is dearer than the one before",
        "provider",
        instead(
            "LIST",
            "SEAT",
            entry("SEAT", mode="graduated", price="90.00", tiers=(tier(26, price="95.00"),)),
        ),
        "lint.dearer_tier",
        "books/LIST/SEAT from 26",
    ),
    # tiers that nobody reaches or that do nothing
    Defect(
        "a tier that starts at half a piece",
        "shop",
        instead(
            "LIST",
            "NUT",
            entry("NUT", price="2.00", tiers=(tier("2.5", price="1.90"),)),
            entry("NUT", unit="box", price="9.00"),
        ),
        "lint.tier_off_grid",
        f"{_LIST}/NUT from 2.5",
    ),
    Defect(
        "a tier between two pieces",
        "shop",
        instead(
            "LIST",
            "NUT",
            entry(
                "NUT", price="2.00", tiers=(tier("2.2", price="1.95"), tier("2.6", price="1.90"))
            ),
            entry("NUT", unit="box", price="9.00"),
        ),
        "lint.tier_empty",
        f"{_LIST}/NUT from 2.2",
        also=(("lint.tier_off_grid", f"{_LIST}/NUT from 2.6"),),
    ),
    Defect(
        "a first tier that ends before the first piece",
        "provider",
        instead(
            "LIST",
            "SETUP",
            entry("SETUP", tiers=(tier(0, price="510.00"), tier(1, price="500.00"))),
        ),
        "lint.tier_empty",
        "books/LIST/SETUP",
    ),
    Defect(
        "a tier that repeats the price before it",
        "shop",
        instead(
            "LIST",
            "BOLT",
            entry("BOLT", price="11.00", tiers=(tier(10, price="10.50"), tier(20, price="10.50"))),
        ),
        "lint.tier_idle",
        f"{_LIST}/BOLT from 20",
    ),
    Defect(
        "tiers that a lowest price levels",
        "shop",
        instead(
            "LIST",
            "BOLT",
            entry(
                "BOLT",
                price="11.00",
                tiers=(tier(10, price="10.50"), tier(20, price="10.25")),
                rails=Rails(lowest="10.50"),
            ),
        ),
        "lint.tier_idle",
        f"{_LIST}/BOLT from 20",
    ),
    Defect(
        "a package that is free as long as its tier lasts",
        "provider",
        instead(
            "LIST",
            "CALLS",
            entry(
                "CALLS",
                mode="package",
                free=100,
                tiers=(tier(0, price="5.00", size=50), tier(101, price="4.80", size=50)),
            ),
        ),
        "lint.tier_free",
        "books/LIST/CALLS",
    ),
    Defect(
        "a tier behind an entry of a lower rank",
        "provider",
        then(
            instead(
                "LIST",
                "SETUP",
                entry("SETUP", price="500.00", tiers=(tier(3, price="480.00"),), rank=1),
            ),
            entries("LIST", entry("SETUP", tiers=(tier(3, price="480.00"),))),
        ),
        "lint.tier_shadowed",
        "books/LIST/SETUP from 3 rank 1",
    ),
    Defect(
        "an agreed price from half a piece on",
        "trader",
        agreement("FW-9", agreed("TAPE", lower="10.5", price="5.80"), customer="NET"),
        "lint.tier_off_grid",
        "agreements/FW-9/TAPE from 10.5",
    ),
    # days and quantities without a price
    Defect(
        "two weeks without a version of the list",
        "shop",
        version("LIST", period=Period(start="2026-01-15", end="2026-12-31")),
        "lint.version_gap",
        "books/LIST/2026-01-15",
    ),
    Defect(
        "a month without the dealers' book",
        "shop",
        changing(
            "books",
            "DEALER",
            versions=(
                PriceBookVersion(period=YEAR_2025, entries=(entry(percent_off=5),)),
                PriceBookVersion(
                    period=Period(start="2026-02-01", end="2026-12-31"),
                    entries=(entry(percent_off=6),),
                ),
            ),
        ),
        "lint.version_gap",
        "books/DEALER/2026-02-01",
    ),
    Defect(
        "a product that the new list forgot",
        "shop",
        instead("LIST", "NUT"),
        "lint.price_gap",
        "products/NUT",
    ),
    Defect(
        "a price that ends a month before the next",
        "shop",
        instead(
            "LIST",
            "NUT",
            entry("NUT", price="2.00", period=Period(end="2026-05-31")),
            entry("NUT", price="2.10", period=Period(start="2026-07-01")),
        ),
        "lint.price_gap",
        "products/NUT",
    ),
    Defect(
        "a product without any price",
        "shop",
        adding("products", Product(code="RIVET", name="Rivet")),
        "lint.unpriced",
        "products/RIVET",
    ),
    Defect(
        "an option that is priced apart and has no price",
        "maker",
        instead("LIST", "HEAD-L"),
        "lint.unpriced",
        "products/HEAD-L",
    ),
    Defect(
        "no price for less than ten",
        "provider",
        instead("LIST", "SETUP", entry("SETUP", tiers=(tier(10, price="480.00"),))),
        "lint.starts_late",
        "books/LIST/SETUP from 10",
    ),
    # entries that stand on nothing
    Defect(
        "a discount on what the list does not price",
        "shop",
        then(
            adding("products", Product(code="RIVET", name="Rivet")),
            entries("DEALER", entry("RIVET", percent_off=9)),
        ),
        "lint.no_base",
        f"{_DEALER}/RIVET",
    ),
    Defect(
        "a markup on a cost that nobody knows",
        "maker",
        instead("COST", "VALVE"),
        "lint.no_cost",
        "books/LIST/VALVE",
    ),
    Defect(
        "a margin that a floor cannot reckon",
        "shop",
        then(
            adding("products", Product(code="RIVET", name="Rivet")),
            entries("LIST", entry("RIVET", price="3.00")),
            adding("floors", Floor(code="RIVETS", product="RIVET", margin=10)),
        ),
        "lint.no_cost",
        "floors/RIVETS",
    ),
    Defect(
        "a derived book in a currency without a rate",
        "trader",
        changing("books", "EXPORT", currency="CHF"),
        "lint.no_rate",
        "books/EXPORT",
    ),
    Defect(
        "a floor in a currency without a rate",
        "trader",
        adding("floors", Floor(code="CHF", product="TAPE", price=Money("0.10", "CHF"))),
        "lint.no_rate",
        "floors/CHF",
    ),
    Defect(
        "a floor per kilogram on what is sold by the piece",
        "shop",
        adding("floors", Floor(code="BY-MASS", product="NUT", price=cny("0.10"), unit="kg")),
        "lint.other_unit",
        "floors/BY-MASS",
    ),
    Defect(
        "an amount off that gives the thing away",
        "provider",
        instead("PARTNER", "SETUP", entry("SETUP", amount_off="500.00")),
        "lint.price_zero",
        "books/PARTNER/SETUP",
    ),
    # overlaps and ambiguity
    Defect(
        "two prices for one product",
        "shop",
        entries("LIST", entry("NUT", price="2.20")),
        "lint.entries_tie",
        f"{_LIST}/NUT",
    ),
    Defect(
        "a summer price over the price of the year",
        "shop",
        entries("LIST", entry("NUT", price="1.80", period=_SUMMER)),
        "lint.entries_tie",
        f"{_LIST}/NUT",
    ),
    Defect(
        "two tiers that start together in two entries",
        "shop",
        entries("LIST", entry("BOLT", tiers=(tier(20, price="10.40"),))),
        "lint.entries_tie",
        f"{_LIST}/BOLT from 20",
    ),
    Defect(
        "two discounts for one category",
        "shop",
        entries("DEALER", entry(category="metal", percent_off=9)),
        "lint.entries_tie",
        f"{_DEALER}/category metal",
    ),
    Defect(
        "two agreements with one customer of one day",
        "trader",
        agreement(
            "FW-3",
            agreed("FILM-B", price="34.00"),
            customer="SHOP",
            period=Period(start="2026-07-01"),
        ),
        "lint.agreements_tie",
        "agreements/FW-2/FILM-B",
    ),
    Defect(
        "agreements with two groups of one customer",
        "trader",
        agreement("VIPS", AgreedPrice(percent_off_book=2), customer_group="vip", currency=None),
        "lint.agreements_tie",
        "agreements/CLUB/everything",
    ),
    Defect(
        "two agreements that name two books",
        "trader",
        then(
            agreement("B-1", customer="SHOP", price_book="VIP"),
            agreement("B-2", customer="SHOP", price_book="LIST"),
        ),
        "lint.agreements_tie",
        "agreements/B-1",
    ),
    Defect(
        "two books for one group",
        "trader",
        adding("assignments", BookAssignment(book="WEB", customer_group="vip")),
        "lint.assignments_tie",
        "assignments/group vip/VIP",
    ),
    Defect(
        "two attribute prices for red",
        "maker",
        attribute("ROUGE", product="PRESS", match={"colour": "red"}, percent=6),
        "lint.attributes_tie",
        "books/LIST/attributes/RED PRESS",
    ),
    Defect(
        "two replacements that one machine can match",
        "maker",
        then(
            attribute("RED-NET", product="HEAD-S", match={"colour": "red"}, price=9000),
            attribute("BIG-NET", product="HEAD-S", match={"size": "big"}, price=9500),
        ),
        "lint.attributes_tie",
        "books/LIST/attributes/BIG-NET HEAD-S",
    ),
    Defect(
        "two shares for one product",
        "maker",
        share("CARE-2", product="CARE", percent=9, categories=("machines",)),
        "lint.shares_tie",
        "books/LIST/shares/CARE",
    ),
    Defect(
        "two shares that count each other",
        "maker",
        then(
            adding("products", Product(code="WARRANTY", name="Warranty", category="services")),
            adding("products", Product(code="RUSH", name="Rush", category="services")),
            share("RUSH", product="RUSH", percent=5, products=("PRESS", "WARRANTY")),
            share("WARRANTY", product="WARRANTY", percent=2, products=("PRESS", "RUSH")),
        ),
        "lint.share_of_share",
        "books/LIST/shares/RUSH",
    ),
    # rules that never win
    Defect(
        "an entry behind a rule for everything",
        "trader",
        entries("VIP", entry("TAPE", percent_off=4, rank=10)),
        "lint.shadowed",
        "books/VIP/TAPE rank 10",
    ),
    Defect(
        "an entry of a higher rank in another entry's time",
        "shop",
        entries("LIST", entry("NUT", price="1.80", rank=1)),
        "lint.shadowed",
        f"{_LIST}/NUT rank 1",
    ),
    Defect(
        "an entry that is written twice",
        "shop",
        entries("LIST", entry("NUT", price="2.00")),
        "lint.repeated",
        f"{_LIST}/NUT",
    ),
    Defect(
        "an entry that is never the best for the customer",
        "trader",
        entries("WEB", entry("TAPE", percent_off=1), entry("TAPE", percent_off=2)),
        "lint.always_dearer",
        "books/WEB/TAPE",
    ),
    Defect(
        "a price above the discount of its category",
        "trader",
        instead("WEB", "FILM-B", entry("FILM-B", price="39.00")),
        "lint.always_dearer",
        "books/WEB/FILM-B",
    ),
    Defect(
        "an agreement with a group whose customers all have their own",
        "trader",
        then(
            adding("customers", buyer("SOLO", "solo")),
            agreement("OWN", agreed("TAPE", price="4.00"), customer="SOLO"),
            agreement("SOLOS", agreed("TAPE", price="4.50"), customer_group="solo"),
        ),
        "lint.agreed_shadowed",
        "agreements/SOLOS/TAPE",
    ),
    Defect(
        "a highest price above what everybody pays",
        "trader",
        agreement("FW-9", agreed("FILM-B", not_above="60.00"), customer="GROUP"),
        "lint.agreed_idle",
        "agreements/FW-9/FILM-B",
    ),
    Defect(
        "a campaign that is dearer than the list",
        "trader",
        agreement("AUTUMN", agreed("FILM-A", price="55.00")),
        "lint.agreed_idle",
        "agreements/AUTUMN/FILM-A",
    ),
    Defect(
        "an agreed price above the list price",
        "trader",
        agreement("FW-9", agreed("FILM-B", price="45.00"), customer="GROUP"),
        "lint.agreed_dearer",
        "agreements/FW-9/FILM-B",
    ),
    Defect(
        "an assignment behind a forced one",
        "trader",
        then(
            adding(
                "assignments", BookAssignment(book="VIP", region="US", priority=-1, currency="USD")
            ),
        ),
        "lint.assignment_shadowed",
        "assignments/region US/VIP priority -1",
    ),
    Defect(
        "an assignment to who has a book of their own",
        "shop",
        adding("assignments", BookAssignment(book="LIST", customer="C-1")),
        "lint.assignment_shadowed",
        "assignments/customer C-1/LIST",
    ),
    Defect(
        "a promotion behind one that takes everything",
        "provider",
        then(
            promotion("FREE-HOURS", off(100), products=("HOURS",), priority=9),
            promotion("HOURS-10", off(10), products=("HOURS",), priority=1),
        ),
        "lint.promotion_starved",
        "promotions/HOURS-10",
    ),
    Defect(
        "a promotion with a cap of nothing",
        "shop",
        changing("promotions", "SPRING", caps=(Cap(amount=cny(0)),)),
        "lint.cap_zero",
        "promotions/SPRING",
    ),
    Defect(
        "a cap that rejects all that the condition lets in",
        "trader",
        promotion(
            "BIG",
            off(10),
            products=("TAPE",),
            amount_from=cny(5000),
            caps=(Cap(amount=cny(300), over="reject"),),
        ),
        "lint.cap_rejects_all",
        "promotions/BIG",
    ),
    Defect(
        "one promotion under two codes",
        "shop",
        promotion(
            "SPRING-2",
            off(10),
            categories=("metal",),
            customer_groups=("retail",),
            quantity_from=5,
            period=Period(start="2026-05-01", end="2026-06-30"),
        ),
        "lint.promotion_repeated",
        "promotions/SPRING-2",
    ),
    # rules outside the time of what they are for
    Defect(
        "an entry outside the year of its version",
        "shop",
        entries("LIST", entry("NUT", price="1.80", period=_NEXT_YEAR)),
        "lint.outside_version",
        f"{_LIST}/NUT (2027-01-01 to 2027-12-31)",
    ),
    Defect(
        "an attribute price outside its version",
        "maker",
        then(
            version("LIST", period=YEAR_2026),
            attribute(
                "MATT", product="PRESS", match={"colour": "grey"}, percent=2, period=_NEXT_YEAR
            ),
        ),
        "lint.outside_version",
        "books/LIST/2026-01-01/attributes/MATT PRESS (2027-01-01 to 2027-12-31)",
    ),
    Defect(
        "a dealers' book after the last list",
        "shop",
        changing(
            "books",
            "DEALER",
            versions=(PriceBookVersion(period=_NEXT_YEAR, entries=(entry(percent_off=5),)),),
        ),
        "lint.outside_base",
        "books/DEALER/2027-01-01",
    ),
    Defect(
        "an entry after the sale has ended",
        "shop",
        then(
            changing("products", "GLUE", sellable=Period(start="2025-01-01", end="2026-03-31")),
        ),
        "lint.outside_sale",
        f"{_DEALER}/GLUE (2026-06-01 to 2026-06-30)",
    ),
    Defect(
        "a promotion before the sale begins",
        "shop",
        promotion(
            "EARLY", off(5), products=("GLUE",), period=Period(start="2024-01-01", end="2024-12-31")
        ),
        "lint.outside_sale",
        "promotions/EARLY",
    ),
    # rules that combine below a floor
    Defect(
        "two promotions that break a floor together",
        "shop",
        promotion(
            "LOYAL",
            off(25),
            products=("BOLT",),
            customer_groups=("retail",),
            period=_SUMMER.with_(start="2026-05-01"),
        ),
        "lint.below_floor",
        "floors/EARN",
    ),
    Defect(
        "a dealers' discount below what needs an approval",
        "shop",
        instead("DEALER", "GLUE", entry("GLUE", percent_off=55)),
        "lint.below_floor",
        "floors/HALF",
        also=(("lint.below_floor", "floors/GLUE-LOW"),),
    ),
    Defect(
        "a list price below a floor",
        "shop",
        adding("floors", Floor(code="NUT-LOW", product="NUT", price=cny("2.50"))),
        "lint.below_floor",
        "floors/NUT-LOW",
    ),
    Defect(
        "an agreed price below a floor",
        "trader",
        agreement("FW-9", agreed("FILM-B", price="19.00"), customer="NET"),
        "lint.below_floor",
        "floors/FILM-LOW",
    ),
    Defect(
        "a floor below another one",
        "shop",
        adding("floors", Floor(code="EARN-LESS", product="BOLT", margin=10)),
        "lint.floor_shadowed",
        "floors/EARN-LESS",
    ),
    Defect(
        "a discount of all that there is",
        "provider",
        instead("PARTNER", "SETUP", entry("SETUP", percent_off=100)),
        "lint.price_zero",
        "books/PARTNER/SETUP",
    ),
    Defect(
        "a promotion below cost",
        "shop",
        promotion("DUMP", off(80), categories=("wire",), customer_groups=("retail",)),
        "lint.below_cost",
        "promotions/DUMP",
    ),
    Defect(
        "an amount off that leaves nothing",
        "provider",
        promotion("GIFT", AmountOff(amount=cny(100)), products=("SEAT",)),
        "lint.price_zero",
        "promotions/GIFT",
    ),
    Defect(
        "a clip floor that leaves a promotion nothing",
        "maker",
        then(
            adding(
                "floors",
                Floor(code="VALVE-LOW", product="VALVE", price=cny("25.20"), policy="clip"),
            ),
            promotion("VALVE-5", off(5), products=("VALVE",)),
        ),
        "lint.no_room",
        "promotions/VALVE-5",
    ),
    Defect(
        "attributes that take off more than the price",
        "maker",
        attribute("BARE", product="HOSE", match={"coat": "none"}, add="-13.00"),
        "lint.attributes_below_zero",
        "books/LIST/attributes/BARE HOSE",
    ),
    # conditions that nothing meets
    Defect(
        "a promotion for a group that nobody is in",
        "shop",
        changing("promotions", "SPRING", customer_groups=("gold",)),
        "lint.no_customer",
        "promotions/SPRING",
    ),
    Defect(
        "a floor for a group that nobody is in",
        "shop",
        changing("floors", "HALF", customer_groups=("gold",)),
        "lint.no_customer",
        "floors/HALF",
    ),
    Defect(
        "an agreement with a group that nobody is in",
        "trader",
        changing("agreements", "CLUB", customer_group="gold"),
        "lint.no_customer",
        "agreements/CLUB",
    ),
    Defect(
        "an agreement that excludes who it is with",
        "trader",
        changing("agreements", "FW-2", excluded=("SHOP",)),
        "lint.no_customer",
        "agreements/FW-2",
    ),
    Defect(
        "a book for a region without a customer",
        "trader",
        adding("assignments", BookAssignment(book="VIP", region="MARS")),
        "lint.no_customer",
        "assignments/region MARS/VIP",
    ),
    Defect(
        "a scope beside others that nobody is in",
        "trader",
        adding("scopes", SalesScope(code="MARS", products=("FILM-B",), regions=("MARS",))),
        "lint.no_customer",
        "scopes/MARS",
    ),
    Defect(
        "a product that only nobody may buy",
        "trader",
        changing("scopes", "CN", regions=("MARS",)),
        "lint.sold_to_nobody",
        "products/FILM-B",
    ),
    Defect(
        "a product that one scope allows and another denies",
        "trader",
        adding(
            "scopes", SalesScope(code="NO-CN", allow=False, products=("FILM-B",), regions=("CN",))
        ),
        "lint.sold_to_nobody",
        "products/FILM-B",
    ),
    Defect(
        "a book for a channel that nobody buys through",
        "trader",
        adding("assignments", BookAssignment(book="VIP", channel="kiosk")),
        "lint.no_customer",
        "assignments/channel kiosk/VIP",
    ),
    Defect(
        "a discount on a category without a product",
        "shop",
        then(
            adding("categories", Category(code="paint")),
            entries("DEALER", entry(category="paint", percent_off=9)),
        ),
        "lint.covers_nothing",
        f"{_DEALER}/category paint",
    ),
    Defect(
        "a price per kilogram of what is counted",
        "shop",
        entries("LIST", entry("NUT", unit="kg", price="90.00")),
        "lint.other_unit",
        f"{_LIST}/NUT per kg",
    ),
    Defect(
        "a promotion that also names an empty category",
        "shop",
        then(
            adding("categories", Category(code="paint")),
            changing("promotions", "SPRING", categories=("metal", "paint")),
        ),
        "lint.covers_nothing",
        "promotions/SPRING",
    ),
    Defect(
        "a floor for a category without a product",
        "shop",
        then(
            adding("categories", Category(code="paint")),
            adding("floors", Floor(code="PAINT", category="paint", price=cny(1))),
        ),
        "lint.covers_nothing",
        "floors/PAINT",
    ),
    Defect(
        "a share of goods that it excludes",
        "maker",
        share(
            "FIT",
            product="HEAD-L",
            percent=3,
            categories=("spares",),
            excludes_products=("HOSE", "VALVE"),
        ),
        "lint.covers_nothing",
        "books/LIST/shares/FIT",
    ),
    Defect(
        "an attribute price for a colour that is not offered",
        "maker",
        attribute("BLUE", product="PRESS", match={"colour": "blue"}, percent=3),
        "lint.no_such_value",
        "books/LIST/attributes/BLUE PRESS",
    ),
    Defect(
        "an attribute price for an attribute that is misspelt",
        "maker",
        attribute("COLOR", product="PRESS", match={"color": "red"}, percent=3),
        "lint.no_such_value",
        "books/LIST/attributes/COLOR PRESS",
    ),
    Defect(
        "a promotion window between two pieces",
        "shop",
        promotion("ODD", off(5), products=("NUT",), quantity_from="2.2", quantity_to="2.8"),
        "lint.no_quantity",
        "promotions/ODD",
    ),
    Defect(
        "a promotion in a currency that nobody pays in",
        "shop",
        promotion("YEN", AmountOff(amount=Money("500", "JPY")), amount_from=Money("50000", "JPY")),
        "lint.no_currency",
        "promotions/YEN",
    ),
    Defect(
        "an agreement in a currency that nobody pays in",
        "shop",
        agreement("FW-9", agreed("NUT", price="0.20"), customer="C-2", currency="EUR"),
        "lint.no_currency",
        "agreements/FW-9",
    ),
    # what the catalogue's own check says comes first and alone
    Defect(
        "a price for a product that is not there",
        "shop",
        entries("LIST", entry("GONE", price="1.00")),
        "product.unknown",
        "books/LIST/GONE",
    ),
    *PROMOTION_DEFECTS,
)
