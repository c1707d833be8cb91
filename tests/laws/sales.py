"""Sales of which goods may come back: promotions of all kinds, gifts, bundles, funders."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

from cpq.bom import BOM, Component
from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item, configure
from cpq.coupon import Coupon
from cpq.customer import Customer
from cpq.deal import DealFacts
from cpq.funding import FundingPlan
from cpq.kernel.money import Money, Rounding, RoundingPolicy, rounded_fraction
from cpq.pricebook import PriceBook, PriceBookVersion, Tier, entry
from cpq.pricing import item, price
from cpq.product import Product
from cpq.promotion import AmountOff, BuyGet, FreeGoods, PercentOff, PromotionPolicy
from cpq.returns import ReturnCredit, ReturnPolicy
from cpq.tax import CHINA_VAT, TaxRate, TaxTable
from cpq.waterfall import Pricing
from tests.laws.strategies import amounts

DAY = date(2026, 11, 21)
BUYER = Customer(code="C-1", party={"name": "Hengtai"})
PRODUCTS = (
    Product(code="A", name="A", tax_code="VAT13"),
    Product(code="B", name="B", tax_code="VAT9"),
    Product(code="C", name="C", tax_code="VAT6", unit="kg"),
    Product(code="D", name="D", tax_code="BOTTLE"),
    Product(code="CASE", name="Case", tax_code="VAT13"),
    Product(code="KIT", name="Kit", tax_code="VAT13"),
    Product(code="SET", name="Set", tax_code="VAT13"),
    Product(code="NEST", name="Nest", tax_code="VAT9"),
    Product(code="BOX", name="Box", tax_code="VAT6"),
)
BOMS = (
    BOM(
        product="KIT",
        rollup="allocated",
        components=(Component(product="A", quantity=2), Component(product="B")),
    ),
    BOM(
        product="SET",
        rollup="components",
        components=(
            Component(product="A", sold="priced"),
            Component(product="C", quantity=3, sold="priced"),
        ),
    ),
    BOM(
        product="NEST",
        components=(
            Component(product="KIT", sold="priced", cascade=True),
            Component(product="D", quantity=2, sold="priced"),
        ),
    ),
    BOM(
        product="BOX",
        rollup="allocated",
        components=(Component(product="KIT", quantity=2), Component(product="D")),
    ),
)
BUNDLES = ("KIT", "SET", "NEST", "BOX")
DEPOSIT = TaxRate(code="BOTTLE", percent=13, per_unit="0.25", currency="CNY")
PLANS: tuple[dict[str, Any], ...] = (
    {"shares": ({"funder": "own", "percent": 100},)},
    {"shares": ({"funder": "own", "percent": 40}, {"funder": "ACME", "percent": 60})},
    {
        "shares": (
            {"funder": "own", "percent": "33.3"},
            {"funder": "ACME", "percent": "33.3"},
            {"funder": "SHOP", "percent": "33.4", "cap": "5.00 CNY"},
        )
    },
    {"layers": ({"funder": "ACME", "up_to": "10.00 CNY"}, {"funder": "own"})},
)
CAPS = (
    Cap(code="money", amount=Money("200.00", "CNY"), window="lifetime"),
    Cap(code="gross", amount=Money("300.00", "CNY"), window="month", tax="gross"),
    Cap(code="each", amount=Money("90.00", "CNY"), scope=("product", "customer"), window="year"),
    Cap(code="units", units=40, window="lifetime"),
    Cap(code="orders", orders=100, scope=("customer",), window="lifetime"),
    Cap(code="uses", uses=100, window="rolling", days=30),
)
POLICIES = (
    RoundingPolicy(),
    RoundingPolicy(tax="group"),
    RoundingPolicy(contractual=False, unit_places=6, mode="ROUND_HALF_EVEN"),
    RoundingPolicy(amount_places=4, unit_places=6),
)


class Sale(NamedTuple):
    """What was sold, and the snapshot that it was priced against."""

    pricing: Pricing
    catalogue: Catalogue


@st.composite
def _promotion(draw: st.DrawFn, code: str) -> PromotionPolicy:
    kinds = ["percent", "percent", "steep", "amount", "gift", "same", "get", "kit"]
    kind = draw(st.sampled_from(kinds))
    fields: dict[str, object] = {"code": code, "priority": draw(st.integers(0, 2))}
    if kind == "percent":
        fields["benefit"] = PercentOff(percent=draw(amounts("0.5", "60", 1)))
        fields["amount_from"] = Money(draw(amounts("0", "300", 0)), "CNY")
    elif kind == "steep":
        fields["benefit"] = PercentOff(percent=draw(amounts("40", "95", 0)))
        fields["quantity_from"] = draw(st.integers(4, 20))
        fields["products"] = tuple(draw(st.sampled_from([("A",), ("A", "B"), ("B", "D")])))
    elif kind == "amount":
        fields["benefit"] = AmountOff(amount=Money(draw(amounts("0.01", "300")), "CNY"))
        fields["quantity_from"] = draw(st.none() | st.integers(1, 30))
        fields["products"] = tuple(draw(st.sampled_from([("A",), ("A", "B"), ("KIT", "D")])))
    elif kind == "gift":
        fields["benefit"] = FreeGoods(product="CASE", every=draw(st.integers(2, 9)))
        fields["products"] = ("A",)
    elif kind == "same":
        fields["benefit"] = FreeGoods(every=draw(st.integers(2, 9)), quantity=2)
        fields["products"] = ("B",)
    elif kind == "get":
        fields["benefit"] = BuyGet(buy=draw(st.integers(1, 4)), get=1, reward="same")
        fields["products"] = ("A", "D")
    else:
        fields["benefit"] = PercentOff(percent=draw(amounts("1", "50", 1)))
        fields["products"] = ("KIT", "NEST", "BOX")
    fields["funding"] = FundingPlan.model_validate(draw(st.sampled_from(PLANS)))
    fields["caps"] = tuple(draw(st.lists(st.sampled_from(CAPS), max_size=2, unique=True)))
    fields["needs_coupon"] = draw(st.integers(0, 5)) == 0
    fields["returns_on_cancel"] = draw(st.integers(0, 5)) > 0
    return PromotionPolicy.model_validate(fields)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Prices with cents, a tier on A, one to three promotions."""
    cents = amounts("0.01", "99") | amounts("1", "9")
    dear = draw(amounts("1", "99"))
    rows = [
        entry("A", tiers=(Tier(price=dear), Tier(lower=10, price=draw(amounts("0.5", "1"))))),
        *(entry(code, price=draw(cents)) for code in ("B", "C", "CASE", "KIT", "NEST", "BOX")),
        entry("D", price=draw(amounts("1", "99"))),
        entry("SET", price="0"),
    ]
    basis = draw(st.sampled_from(["net", "gross"]))
    book = PriceBook(
        code="LIST",
        currency="CNY",
        tax_basis=basis,
        versions=(PriceBookVersion(entries=tuple(rows)),),
    )
    return Catalogue(
        products=PRODUCTS,
        boms=BOMS,
        taxes=TaxTable(rates=(*CHINA_VAT.rates, DEPOSIT)),
        books=(book,),
        default_book="LIST",
        customers=(BUYER,),
        promotions=tuple(
            draw(_promotion(f"P{place}")) for place in range(1, draw(st.integers(1, 3)) + 1)
        ),
    )


@st.composite
def _thing(draw: st.DrawFn, catalogue: Catalogue) -> Item | Configuration:
    code = draw(st.sampled_from(["A", "A", "A", "B", "B", "C", "D", *BUNDLES]))
    if code in BUNDLES:
        return configure(catalogue.bom(code), quantity=draw(st.integers(1, 12)))
    if code == "C":
        return item("C", draw(amounts("0.1", "30", 3)))
    return item(code, draw(st.integers(1, 60)))


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """A sale of one to four things, each its price and each share of it not below its tax."""
    catalogue = draw(catalogues())
    things = draw(st.lists(_thing(catalogue), min_size=1, max_size=4))
    opened = [
        Coupon(code=f"CODE-{each.code}", promotion=each.code)
        for each in catalogue.promotions
        if each.needs_coupon
    ]
    deal = DealFacts(coupons=tuple(opened)) if opened else None
    sold = price(
        things,
        catalogue=catalogue,
        on=DAY,
        customer="C-1",
        deal=deal,
        policy=draw(st.sampled_from(POLICIES)),
    )
    for line in sold.lines:
        paid = line.allocated if line.included else line.gross
        assume(paid is None or line.basis == "net" or paid >= line.tax)
    return Sale(sold, catalogue)


return_policies = st.builds(
    ReturnPolicy,
    on_return=st.sampled_from(["keep", "claw_back", "rebill"]),
    promotions=st.lists(
        st.tuples(
            st.sampled_from(["P1", "P2", "P3"]), st.sampled_from(["keep", "claw_back", "rebill"])
        ),
        max_size=2,
        unique_by=lambda pair: pair[0],
    ).map(tuple),
    customer_pays=st.booleans(),
)


def left_of(pricing: Pricing, credits_: Sequence[ReturnCredit]) -> dict[str, Decimal]:
    """What of each line may still be named, parts too; reckoned apart from the library."""
    named: dict[str, Fraction] = {}
    for credit in credits_:
        for line, quantity in credit.returned:
            part = Fraction(quantity) / Fraction(pricing.line(line).quantity)
            named[line] = named.get(line, Fraction(0)) + part
    left = {}
    for line in pricing.lines:
        levels = line.number.split(".")
        above = (".".join(levels[:depth]) for depth in range(1, len(levels) + 1))
        rest = Fraction(line.quantity) * (1 - sum(named.get(each, Fraction(0)) for each in above))
        if rest > 0 and not (line.included and not line.allocated):
            left[line.number] = rounded_fraction(rest, 9, Rounding.DOWN).normalize()
    return {line: rest for line, rest in left.items() if rest}


@st.composite
def coming_back(draw: st.DrawFn, left: dict[str, Decimal]) -> dict[str, Decimal]:
    """Some of what is left, in whole units or all of it; a part only without what it is part of."""
    found: dict[str, Decimal] = {}
    for line in draw(st.lists(st.sampled_from(sorted(left)), min_size=1, max_size=3, unique=True)):
        if not any(f"{line}.".startswith(f"{other}.") for other in found) and not any(
            f"{other}.".startswith(f"{line}.") for other in found
        ):
            whole = min(int(left[line]), draw(st.sampled_from([1, 1, 2, 60])))
            found[line] = Decimal(draw(st.integers(1, whole))) if whole else left[line]
    return found


@st.composite
def steps(draw: st.DrawFn, pricing: Pricing) -> list[dict[str, Decimal]]:
    """Returns that may come in any order: of each bundle either the whole comes back or parts."""
    above = {line.number.rpartition(".")[0] for line in pricing.lines}
    whole = {line.number: draw(st.booleans()) for line in pricing.lines if line.level == 0}
    every = left_of(pricing, ())
    left = {
        line: rest
        for line, rest in every.items()
        if ("." in line or whole[line] or line not in above)
        and ("." not in line or (line not in above and not whole[line.partition(".")[0]]))
    } or {line: rest for line, rest in every.items() if "." not in line}
    found = []
    for _ in range(draw(st.integers(1, 5))):
        if left:
            step = draw(coming_back(left))
            found.append(step)
            for line, quantity in step.items():
                left[line] -= quantity
            left = {line: rest for line, rest in left.items() if rest}
    return found
