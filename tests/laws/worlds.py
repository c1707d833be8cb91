"""Worlds in which everything that pricing knows is in use: drawn for the laws of the waterfall."""

from decimal import Decimal

from hypothesis import strategies as st

from cpq import (
    AgreedPrice,
    AttributePrice,
    Catalogue,
    Category,
    Commitment,
    Customer,
    ExchangeRate,
    Floor,
    Item,
    ManualPrice,
    Money,
    PercentOfTotal,
    PriceAgreement,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    PriceEnding,
    Product,
    Rails,
    RateTable,
    RoundingPolicy,
    TaxMapping,
    TaxRate,
    TaxRegime,
    Tier,
    entry,
)
from cpq.kernel.quantity import STANDARD_UNITS, Unit
from cpq.purchased import Purchased
from cpq.tax import CHINA_VAT, TaxTable
from tests.laws.campaigns import campaigns, groups
from tests.laws.strategies import amounts

CODES = ("A", "B", "C", "D", "CARE")
SOLD = CODES[:4]
BUYER = "C-1"
COLOURS = ("red", "blue", "none")
PRODUCTS = (
    Product(code="A", name="A", category="sub", tax_code="VAT13"),
    Product(code="B", name="B", category="top", tax_code="VAT9", variant_of="A"),
    Product(code="C", name="C", tax_code="VAT13"),
    Product(code="D", name="D", category="sub", tax_code="BOTTLE", unit="kg"),
    Product(code="CARE", name="Care", tax_code="VAT6"),
    Product(code="SHIP", name="Freight", tax_code="VAT9", freight=True),
)
CATEGORIES = (Category(code="top"), Category(code="sub", parent="top"))
TAXES = TaxTable(
    rates=(*CHINA_VAT.rates, TaxRate(code="BOTTLE", percent=13, per_unit="0.25", currency="CNY"))
)
REGIME = TaxRegime(
    code="ABROAD",
    mappings=(
        TaxMapping(code="VAT13", becomes="VAT6"),
        TaxMapping(code="VAT9", becomes="VAT0", basis="net"),
    ),
)
UNITS = STANDARD_UNITS.with_units([Unit(code="box", numerator=5)])
SCOPES: tuple[dict[str, str], ...] = (
    {},
    {"category": "top"},
    {"category": "sub"},
    *({"product": code} for code in SOLD),
)
POLICIES = (
    RoundingPolicy(),
    RoundingPolicy(tax="group"),
    RoundingPolicy(contractual=False),
    RoundingPolicy(unit_places=2, mode="ROUND_HALF_EVEN"),
    RoundingPolicy(amount_places=4, unit_places=6, tax="group", contractual=False),
)


@st.composite
def tiered(draw: st.DrawFn) -> dict[str, object]:
    """The tiers and the mode of an entry that gives prices."""
    mode = draw(
        st.sampled_from(
            ["volume", "volume", "volume", "graduated", "block", "package", "stairstep", "overage"]
        )
    )
    bounds = draw(st.lists(st.integers(1, 30), max_size=2, unique=True))
    above = mode != "volume" and draw(st.booleans())
    tiers = []
    for lower in (0, *sorted(bounds)):
        row: dict[str, object] = {
            "lower": lower,
            "above": above and lower > 0,
            "price": draw(amounts("0.01", "900", 2)),
        }
        if mode in ("block", "package"):
            row["size"] = draw(st.integers(1, 9))
        if mode == "overage":
            row["overage"] = draw(amounts("0", "9", 2))
        if mode == "graduated" and draw(st.booleans()):
            row["flat"] = draw(amounts("0", "20", 2))
        tiers.append(Tier.model_validate(row))
    free = draw(st.integers(0, 5)) if mode == "package" else 0
    return {"tiers": tuple(tiers), "mode": mode, "free": free}


@st.composite
def entries(draw: st.DrawFn) -> tuple[PriceBookEntry, ...]:
    """A price for everything, and more specific ones of all modes and bases."""
    scopes = draw(st.lists(st.sampled_from(range(1, len(SCOPES))), max_size=4, unique=True))
    rows = [entry(price=draw(amounts("1", "500", 2)))]
    for scope in scopes:
        counts = draw(st.sampled_from(["line", "line", "product", "family", "group", "period"]))
        rows.append(PriceBookEntry(**SCOPES[scope], counts=counts, **draw(tiered())))  # type: ignore[arg-type]
    return tuple(draw(st.permutations(rows)))


@st.composite
def discounts(draw: st.DrawFn) -> tuple[PriceBookEntry, ...]:
    """What a derived book changes: percentages, amounts, endings, rails, markups on cost."""
    scopes = draw(st.lists(st.sampled_from(range(len(SCOPES))), max_size=3, unique=True))
    rows = []
    for scope in scopes:
        kind = draw(st.sampled_from(["percent_off", "amount_off", "markup", "formula"]))
        value: object = draw(amounts("0", "60", 1))
        if kind == "formula":
            value = draw(st.sampled_from(["cost * 1.25 + 2", "max(cost, 3)", "min(cost, 400)"]))
        finish: dict[str, object] = {}
        if draw(st.booleans()):
            finish["ending"] = PriceEnding(multiple="1", ending="0.99")
        if draw(st.booleans()):
            finish["rails"] = Rails(lowest=draw(amounts("0.5", "5", 2)))
        if draw(st.booleans()):
            finish["surcharge"] = draw(amounts("0", "5", 2))
        if kind == "percent_off" and not draw(st.booleans()):
            finish = {}  # may stand on a price that has tiers
        elif kind in ("percent_off", "amount_off"):
            finish = {}
        rows.append(
            PriceBookEntry(
                **SCOPES[scope],
                tiers=(
                    Tier.model_validate({"percent_off" if kind == "amount_off" else kind: value}),
                ),
                **finish,  # type: ignore[arg-type]
            )
        )
    return tuple(rows)


@st.composite
def attributes(draw: st.DrawFn) -> tuple[AttributePrice, ...]:
    """Up to three rules by colour and length, none of which tie."""
    rules = (
        AttributePrice(code="RED", match={"colour": "red"}, percent=draw(amounts("0", "30", 1))),
        AttributePrice(
            code="RED-A", product="A", match={"colour": "red"}, percent=draw(amounts("0", "9", 1))
        ),
        AttributePrice(code="BLUE", match={"colour": "blue"}, percent=draw(amounts("1", "9", 1))),
    )
    return tuple(draw(st.lists(st.sampled_from(rules), max_size=3, unique=True)))


@st.composite
def agreements(draw: st.DrawFn) -> tuple[PriceAgreement, ...]:
    """Nothing, or one agreement with the buyer, with a commitment or without."""
    if not draw(st.booleans()):
        return ()
    commitment = draw(
        st.none()
        | st.builds(
            Commitment, committed=st.integers(1, 30), over=st.sampled_from(["book", "warn"])
        )
    )
    kind = draw(st.sampled_from(["percent_off_book", "percent_off_list", "not_above", "price"]))
    line = AgreedPrice.model_validate(
        {"product": "C", kind: draw(amounts("1", "60", 1)), "commitment": commitment}
    )
    return (
        PriceAgreement(
            code="FW-1",
            customer=BUYER,
            currency="CNY",
            promotable=draw(st.booleans()),
            lines=(line,),
        ),
    )


@st.composite
def floors(draw: st.DrawFn) -> tuple[Floor, ...]:
    """Up to two floors of all policies."""
    every = (
        Floor(code="F-CLIP", price=Money(draw(amounts("0", "90")), "CNY"), policy="clip"),
        Floor(code="F-WARN", percent_of_list=draw(amounts("1", "99", 1)), policy="warn"),
        Floor(code="F-COST", margin=draw(amounts("1", "60", 1)), policy="approve"),
        Floor(code="F-BLOCK", product="A", price=Money("5.00", "CNY"), policy="block"),
    )
    return tuple(draw(st.lists(st.sampled_from(every), max_size=2, unique=True)))


@st.composite
def worlds(draw: st.DrawFn) -> Catalogue:
    """A catalogue of which every table may be in use."""
    basis = draw(st.sampled_from(["net", "net", "gross"]))
    share = PercentOfTotal(
        code="CARE-18", product="CARE", percent="18", of=draw(st.sampled_from(["net", "list"]))
    )
    listed = PriceBook(
        code="LIST",
        currency="CNY",
        tax_basis=basis,
        resolution=draw(st.sampled_from(["most_specific", "best_for_customer"])),
        versions=(
            PriceBookVersion(
                entries=(*draw(entries()), entry("SHIP", price=draw(amounts("0", "60")))),
                attributes=draw(attributes()),
                shares=(share,),
            ),
        ),
    )
    vip = PriceBook(
        code="VIP",
        currency="CNY",
        base="LIST",
        tax_basis=basis,
        versions=(PriceBookVersion(entries=draw(discounts())),),
    )
    costs = PriceBook(
        code="COST",
        currency="USD",
        versions=(PriceBookVersion(entries=(entry(price=draw(amounts("1", "90", 2))),)),),
    )
    return Catalogue(
        products=PRODUCTS,
        categories=CATEGORIES,
        units=UNITS,
        taxes=TAXES,
        regimes=(REGIME,),
        books=(listed, vip, costs),
        cost_book="COST",
        default_book=draw(st.sampled_from(["LIST", "VIP"])),
        rates=RateTable(
            rates=(
                ExchangeRate(base="USD", quote="CNY", rate="7.1234", on="2026-01-01"),
                ExchangeRate(base="EUR", quote="CNY", rate="7.9", on="2026-01-01"),
            ),
            pivot="CNY",
        ),
        promotions=draw(campaigns(SOLD)),
        promotion_groups=draw(groups()),
        agreements=draw(agreements()),
        floors=draw(floors()),
        customers=(Customer(code=BUYER, party={"name": "Buyer"}),),
    )


@st.composite
def requests(draw: st.DrawFn) -> list[Item]:
    """One to five lines, some in boxes, red, optional, returned, or a share of the others."""
    items = []
    for _ in range(draw(st.integers(1, 5))):
        product = draw(st.sampled_from(SOLD))
        quantity = draw(st.integers(1, 40) | st.just(1))
        items.append(
            Item(
                product=product,
                quantity=-quantity if draw(st.integers(0, 9)) == 0 else quantity,
                unit=draw(st.sampled_from([None, None, "box"])) if product != "D" else None,
                attributes=draw(st.sampled_from([(), (("colour", "red"),), (("colour", "blue"),)])),
                optional=draw(st.integers(0, 5)) == 0,
            )
        )
    if draw(st.integers(0, 3)) == 0:
        items.append(Item(product="SHIP", quantity=1))
    if draw(st.booleans()) and any(not each.optional for each in items):
        items.append(Item(product="CARE", quantity=1))
    return items


manual_prices = st.dictionaries(
    st.just("1"),
    st.builds(ManualPrice, price=amounts("0", "500", 2), promotable=st.booleans()),
    max_size=1,
)
policies = st.sampled_from(POLICIES)
purchases = st.none() | st.just(Purchased(period=(("A", Decimal(7)), ("C", Decimal(12)))))
