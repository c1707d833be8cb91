"""Both phases of pricing, step by step, with figures worked out by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from cpq import (
    BOM,
    STANDARD_PLAN,
    AgreedPrice,
    AttributePrice,
    BookAssignment,
    Catalogue,
    Category,
    Commitment,
    Component,
    Customer,
    ExchangeRate,
    Floor,
    ManualPrice,
    Money,
    PercentOff,
    PercentOfTotal,
    PlanStep,
    PriceAgreement,
    PriceBook,
    PriceBookVersion,
    PricingPlan,
    Product,
    PromotionPolicy,
    Purchased,
    RateTable,
    RoundingPolicy,
    SalesScope,
    TaxMapping,
    TaxRegime,
    Tier,
    configure,
    entry,
    item,
    price,
)
from cpq.kernel.errors import NotFound, Refused
from cpq.pricebook import PriceBookEntry
from cpq.waterfall.replay import replay

DAY = date(2026, 11, 21)
PRODUCTS = (
    Product(code="BOLT", name="Bolt", tax_code="VAT13", category="metal"),
    Product(code="NUT", name="Nut", tax_code="VAT13", category="metal", variant_of="BOLT"),
    Product(code="KIT", name="Kit", tax_code="VAT13"),
    Product(code="CLOTH", name="Cloth", unit="m", tax_code="VAT13"),
    Product(code="CARE", name="Care", tax_code="VAT6"),
)
LISTED = (
    entry("BOLT", price=10),
    entry("NUT", price=4),
    entry("KIT", price=100),
    entry("CLOTH", price=30),
)


def book(*rows: PriceBookEntry, code: str = "LIST", **fields: object) -> PriceBook:
    version = {name: fields.pop(name) for name in ("attributes", "shares") if name in fields}
    given = {"currency": "CNY", **fields, "code": code}
    given["versions"] = (PriceBookVersion(entries=rows, **version),)  # type: ignore[arg-type]
    return PriceBook.model_validate(given)


def trade(*books: PriceBook, **fields: object) -> Catalogue:
    every = books or (book(*LISTED),)
    given = {
        "products": PRODUCTS,
        "categories": (Category(code="metal"),),
        "books": every,
        "default_book": every[-1].code,
        "customers": (Customer(code="C-1", party={"name": "Hengtai"}, groups=("VIP",)),),
        **fields,
    }
    return Catalogue.model_validate(given)


def off(percent: object = 10, **fields: object) -> PromotionPolicy:
    return PromotionPolicy.model_validate(
        {"code": "OFF", "benefit": PercentOff(percent=percent), **fields}  # type: ignore[arg-type]
    )


def without(*codes: str, more: tuple[PlanStep, ...] = ()) -> PricingPlan:
    """The standard plan less some steps, with their points no longer read."""
    kept = [step for step in STANDARD_PLAN.steps if step.code not in codes]
    written = {point for step in (*kept, *more) for point in step.writes}
    steps = tuple(
        step.with_(
            reads=tuple(point for point in step.reads if point in written),
            uses=tuple(point for point in step.uses if point in written),
        )
        for step in kept
    )
    return PricingPlan(code="OWN", version=3, steps=(*steps, *more))


# --- the plan ---------------------------------------------------------------------------------


def test_a_plan_without_promotions_gives_none() -> None:
    catalogue = trade(promotions=(off(),))
    asked = {"catalogue": catalogue, "on": DAY}
    assert price([item("BOLT", 3)], **asked).net == Money("27.00", "CNY")  # type: ignore[arg-type]
    steps = {step.code: step for step in STANDARD_PLAN.steps}
    net = steps["net"].with_(reads=steps["promotion"].reads)
    plan = without("promotion", "floor", "net", more=(net,))
    pricing = price([item("BOLT", 3)], plan=plan, **asked)  # type: ignore[arg-type]
    assert (pricing.net, pricing.plan) == (Money("30.00", "CNY"), "OWN 3")


def test_a_formula_step_sets_the_special_price() -> None:
    step = PlanStep.model_validate(
        {
            "code": "scrap",
            "rank": 65,
            "kind": "formula",
            "reads": ("manual", "contracted", "attribute", "tier", "book", "list"),
            "writes": ("special",),
            "formula": "base * 0.5 + 1",
            "categories": ("metal",),
        }
    )
    plan = PricingPlan(code="SCRAP", steps=(*STANDARD_PLAN.steps, step))
    pricing = price([item("BOLT", 2), item("KIT")], catalogue=trade(plans=(plan,)), on=DAY)
    assert [line.unit_price for line in pricing.lines] == [6, 100]
    assert pricing.lines[0].at("special") == 6
    assert replay(pricing.lines[0], pricing.policy) == 12


def test_attributes_before_the_book_are_discounted_with_it() -> None:
    red = AttributePrice(code="RED", match={"colour": "red"}, add=2)
    vip = book(entry(percent_off=10), code="VIP", base="LIST")
    catalogue = trade(book(*LISTED, attributes=(red,)), vip)
    wanted = [item("BOLT", attributes={"colour": "red"})]
    assert price(wanted, catalogue=catalogue, on=DAY).lines[0].unit_price == 11  # 10 × 0.9 + 2
    steps = {step.code: step for step in STANDARD_PLAN.steps}
    moved = (
        steps["attribute"].with_(rank=25, reads=("list",)),
        steps["book"].with_(rank=30, reads=("attribute", "list")),
    )
    with pytest.raises(ValidationError, match="never reaches the gross"):
        without("attribute", "book", more=moved)  # later steps still ask for the attribute first
    after = tuple(
        step.with_(reads=tuple(point for point in step.reads if point != "attribute"))
        for step in STANDARD_PLAN.steps
        if "attribute" in step.reads
    )
    early = without("attribute", "book", *(step.code for step in after), more=(*moved, *after))
    pricing = price(wanted, catalogue=catalogue, on=DAY, plan=early)
    assert pricing.lines[0].unit_price == Decimal("10.8")  # (10 + 2) × 0.9


# --- books, agreements, availability ----------------------------------------------------------


def test_a_book_that_is_assigned_falls_through_to_the_next() -> None:
    vip = book(entry("BOLT", price=8), code="VIP")
    catalogue = trade(
        vip, book(*LISTED), assignments=(BookAssignment(book="VIP", customer_group="VIP"),)
    )
    pricing = price([item("BOLT"), item("KIT")], catalogue=catalogue, on=DAY, customer="C-1")
    assert [(line.unit_price, line.book) for line in pricing.lines] == [(8, None), (100, "LIST")]
    forced = catalogue.with_(
        assignments=(BookAssignment(book="VIP", customer_group="VIP", forced=True),)
    )
    with pytest.raises(Refused, match="no price for 'KIT'"):
        price([item("KIT")], catalogue=forced, on=DAY, customer="C-1")


def test_what_remains_of_a_commitment_has_the_agreed_price() -> None:
    pact = PriceAgreement(
        code="FW-1",
        customer="C-1",
        currency="CNY",
        lines=(
            AgreedPrice(product="BOLT", price=7, commitment=Commitment(committed=5, over="book")),
        ),
    )
    catalogue = trade(agreements=(pact,), promotions=(off(),))
    pricing = price([item("BOLT", 8)], catalogue=catalogue, on=DAY, customer="C-1")
    (line,) = pricing.lines
    assert line.net == 5 * 7 + 3 * 10
    assert [(part.quantity, part.unit_price) for part in line.breakdown] == [(5, 7), (3, 10)]
    assert pricing.drawn[0].taken == 5
    assert [each.reason for each in pricing.why_not("OFF", "1")] == ["not_promotable"]
    assert [finding.code for finding in pricing.findings] == ["commitment.remainder_at_book"]


def test_what_is_out_of_scope_is_refused_with_its_own_reason() -> None:
    scope = SalesScope(code="CN", products=("BOLT",), customer_groups=("DEALER",))
    with pytest.raises(Refused) as refusal:
        price([item("BOLT")], catalogue=trade(scopes=(scope,)), on=DAY, customer="C-1")
    assert [finding.code for finding in refusal.value.findings] == ["availability.not_offered"]


# --- tiers over more than a line --------------------------------------------------------------


def test_lines_of_a_group_reach_its_tier_together() -> None:
    tiers = (Tier(price=10), Tier(lower=10, price=8))
    rows = (PriceBookEntry(category="metal", tiers=tiers, counts="group"),)
    pricing = price([item("BOLT", 4), item("NUT", 6)], catalogue=trade(book(*rows)), on=DAY)
    assert [line.unit_price for line in pricing.lines] == [8, 8]
    assert pricing.lines[0].steps[0].basis == "group"
    fewer = price([item("BOLT", 4), item("NUT", 5)], catalogue=trade(book(*rows)), on=DAY)
    assert [line.unit_price for line in fewer.lines] == [10, 10]
    (trigger,) = fewer.what_would_trigger("LIST: category metal from 10")[:1]
    assert (trigger.more, trigger.unit, str(trigger)) == (1, "pc", "1 more pc")


def test_what_was_bought_in_the_period_counts() -> None:
    tiers = (Tier(price=10), Tier(lower=15, price=8))
    rows = (PriceBookEntry(product="BOLT", tiers=tiers, counts="period"),)
    before = Purchased(period=(("BOLT", Decimal(13)),))
    asked = {"catalogue": trade(book(*rows)), "on": DAY}
    assert price([item("BOLT", 3)], **asked).lines[0].unit_price == 10  # type: ignore[arg-type]
    pricing = price([item("BOLT", 3)], purchased=before, **asked)  # type: ignore[arg-type]
    assert pricing.lines[0].unit_price == 8


def test_a_pool_of_blocks_is_shared_by_quantity() -> None:
    tiers = (Tier(price=100, size=12),)
    rows = (PriceBookEntry(product="BOLT", tiers=tiers, mode="block", counts="product"),)
    pricing = price([item("BOLT", 9), item("BOLT", 9)], catalogue=trade(book(*rows)), on=DAY)
    assert [line.net for line in pricing.lines] == [100, 100]  # two blocks for 18, not one each


# --- shares, bundles, options -----------------------------------------------------------------


@pytest.mark.parametrize(("of", "care"), [("net", "4.86"), ("list", "5.40")])
def test_a_share_is_of_the_point_it_names(of: str, care: str) -> None:
    share = PercentOfTotal.model_validate(
        {"code": "CARE-18", "product": "CARE", "percent": 18, "of": of, "products": ("BOLT",)}
    )
    catalogue = trade(book(*LISTED, shares=(share,)), promotions=(off(products=("BOLT",)),))
    pricing = price([item("BOLT", 3), item("CARE")], catalogue=catalogue, on=DAY)
    assert pricing.lines[1].net == Decimal(care)
    assert pricing.lines[1].steps[-1].basis == "lines 1"
    assert replay(pricing.lines[1], pricing.policy) == pricing.lines[1].net


KIT = BOM(
    product="KIT",
    components=(Component(product="BOLT", quantity=2), Component(product="NUT", sold="priced")),
)


@pytest.mark.parametrize(
    ("rollup", "nets"),
    [
        ("as_sold", [100, 0, 4]),
        ("parent", [100, 0, 0]),
        ("components", [0, 20, 4]),
        ("sum", [100, 20, 4]),
        ("allocated", [100, 0, 0]),
    ],
)
def test_a_bundle_rolls_up_as_its_bom_says(rollup: str, nets: list[int]) -> None:
    bom = BOM.model_validate({**KIT.model_dump(), "rollup": rollup})
    catalogue = trade(boms=(bom,))
    pricing = price([configure(catalogue.bom("KIT"))], catalogue=catalogue, on=DAY)
    assert [line.net for line in pricing.lines] == nets
    shares = [line.allocated for line in pricing.lines]
    expected = [None, Decimal("83.33"), Decimal("16.67")] if rollup == "allocated" else [None] * 3
    assert shares == expected  # 20 : 4 of 100


def test_a_discount_on_the_parent_cascades_where_a_part_lets_it() -> None:
    bom = BOM(
        product="KIT",
        components=(
            Component(product="BOLT", sold="priced", cascade=True),
            Component(product="NUT", sold="priced"),
        ),
    )
    catalogue = trade(boms=(bom,), promotions=(off(products=("KIT",)),))
    pricing = price([configure(catalogue.bom("KIT"))], catalogue=catalogue, on=DAY)
    assert [line.net for line in pricing.lines] == [90, 9, 4]


def test_options_are_priced_and_in_no_total() -> None:
    catalogue = trade(promotions=(off(amount_from=Money("35", "CNY")),))
    pricing = price([item("BOLT", 3), item("KIT", optional=True)], catalogue=catalogue, on=DAY)
    assert [line.net for line in pricing.lines] == [30, 100]
    assert (pricing.net, pricing.gross) == (Money("30.00", "CNY"), Money("33.90", "CNY"))
    assert [(tax.code, tax.net) for tax in pricing.taxes] == [("VAT13", Money("30.00", "CNY"))]


# --- currency, tax, rounding ------------------------------------------------------------------

RATES = RateTable(
    rates=(
        ExchangeRate(base="USD", quote="CNY", rate="7", on="2026-11-01"),
        ExchangeRate(base="USD", quote="CNY", rate="8", on="2026-12-01"),
    )
)


def test_the_rate_of_the_day_converts_and_is_kept() -> None:
    catalogue = trade(rates=RATES)
    pricing = price([item("BOLT", 7)], catalogue=catalogue, on=DAY, currency="USD")
    assert pricing.lines[0].unit_price == Decimal("1.4286")
    assert [(rate.base, rate.rate) for rate in pricing.rates] == [("CNY", Fraction(1, 7))]
    exact = price(
        [item("BOLT", 7)],
        catalogue=catalogue,
        on=DAY,
        currency="USD",
        policy=RoundingPolicy(contractual=False),
    )
    assert (pricing.net, exact.net) == (Money("10.00", "USD"), Money("10.00", "USD"))
    later = price([item("BOLT")], catalogue=catalogue, on=date(2026, 12, 2), currency="USD")
    assert later.lines[0].unit_price == Decimal("1.2500")


def test_a_currency_without_a_rate_is_refused() -> None:
    with pytest.raises(NotFound, match="EUR"):
        price([item("BOLT")], catalogue=trade(), on=DAY, currency="EUR")


def test_prices_with_tax_keep_their_gross() -> None:
    catalogue = trade(book(*LISTED, tax_basis="gross"), promotions=(off(),))
    pricing = price([item("BOLT", 3)], catalogue=catalogue, on=DAY)
    (line,) = pricing.lines
    assert (line.amount, line.discount, line.gross) == (30, 3, 27)
    assert (line.net, line.tax) == (Decimal("23.89"), Decimal("3.11"))
    assert "to pay" in pricing.explain()


def test_a_regime_changes_the_code_and_keeps_the_net_price() -> None:
    regime = TaxRegime(code="EXPORT", mappings=(TaxMapping(code="VAT13", becomes="VAT0"),))
    buyer = Customer(code="C-2", party={"name": "Abroad"}, tax_regime="EXPORT")
    catalogue = trade(regimes=(regime,), customers=(buyer,))
    pricing = price([item("BOLT", 3)], catalogue=catalogue, on=DAY, customer="C-2")
    assert (pricing.lines[0].tax_code, pricing.gross) == ("VAT0", Money("30.00", "CNY"))


def test_tax_by_group_is_rounded_once() -> None:
    rows = (entry("BOLT", price="0.04"), entry("NUT", price="0.04"), entry("KIT", price="0.04"))
    items = [item("BOLT"), item("NUT"), item("KIT")]
    asked = {"catalogue": trade(book(*rows)), "on": DAY}
    by_line = price(items, **asked)  # type: ignore[arg-type]
    by_group = price(items, policy=RoundingPolicy(tax="group"), **asked)  # type: ignore[arg-type]
    assert (by_line.tax, by_group.tax) == (Money("0.03", "CNY"), Money("0.02", "CNY"))


# --- people, floors, margins ------------------------------------------------------------------


def test_a_manual_price_is_said_and_never_clipped() -> None:
    floor = Floor(code="LOW", price=Money("9", "CNY"), policy="clip")
    given = ManualPrice(price=6, reason="trade fair", by="Li Wei")
    catalogue = trade(floors=(floor,), promotions=(off(),))
    pricing = price([item("BOLT", 2)], catalogue=catalogue, on=DAY, manual={"1": given})
    (line,) = pricing.lines
    assert (line.unit_price, line.net, line.at("book")) == (6, 12, 10)
    assert [finding.severity for finding in pricing.findings] == ["approval"]
    assert "trade fair" in str(pricing.why("1")[-1])


def test_a_floor_keeps_promotions_out_and_says_what_was_lost() -> None:
    floor = Floor(code="LOW", price=Money("9.50", "CNY"), policy="clip")
    pricing = price(
        [item("BOLT", 2)], catalogue=trade(floors=(floor,), promotions=(off(),)), on=DAY
    )
    (line,) = pricing.lines
    assert (line.net, line.floor) == (19, 19)
    step = line.steps[-1]
    assert (step.reason, step.needed, step.actual) == ("floored", "2.00", "1.00")


def test_the_margin_follows_the_cost_book_and_its_attributes() -> None:
    costs = book(
        entry("BOLT", price=1),
        code="COST",
        currency="USD",
        attributes=(AttributePrice(code="RED", match={"colour": "red"}, percent=100),),
    )
    catalogue = trade(costs, book(*LISTED), rates=RATES, cost_book="COST")
    plain = price([item("BOLT", 2)], catalogue=catalogue, on=DAY)
    red = price([item("BOLT", 2, attributes={"colour": "red"})], catalogue=catalogue, on=DAY)
    assert (plain.lines[0].cost, plain.margin.percent) == (14, 30)
    assert (red.lines[0].cost, red.margin.percent) == (28, -40)
    unknown = price([item("KIT")], catalogue=catalogue, on=DAY)
    assert (unknown.margin.percent, str(unknown.margin)) == (None, "n/a")


def test_a_markup_stands_on_the_cost_in_the_books_currency() -> None:
    costs = book(entry("BOLT", price=1), code="COST", currency="USD")
    rows = (entry("BOLT", markup=50), entry("NUT", price=1))
    catalogue = trade(costs, book(*rows), rates=RATES, cost_book="COST")
    (line,) = price([item("BOLT")], catalogue=catalogue, on=DAY).lines
    assert line.unit_price == Decimal("10.5")


# --- the questions ----------------------------------------------------------------------------


def test_the_trace_answers_in_both_languages() -> None:
    tiers = (Tier(price=10), Tier(lower=10, price=8))
    catalogue = trade(
        book(entry("BOLT", tiers=tiers)),
        promotions=(
            off(quantity_from=9),
            off(code="VIPS", customer_groups=("DEALER",)),
            off(code="LATE", period={"start": "2026-12-01"}),
        ),
    )
    pricing = price([item("BOLT", 8)], catalogue=catalogue, on=DAY, customer="C-1")
    (more,) = pricing.what_would_trigger("LIST: BOLT from 10")
    assert (more.more, more.text.en, more.text.zh) == (2, "2 more pc", "再加 2 pc")
    (one,) = pricing.what_would_trigger("OFF")
    assert (one.kind, one.more) == ("quantity", 1)
    (other,) = pricing.what_would_trigger("VIPS")
    assert (other.kind, other.text.en) == ("customer", "a customer of DEALER")
    (day,) = pricing.what_would_trigger("LATE")
    assert (day.kind, day.needed) == ("day", "2026-12-01 to …")
    assert [each.rule for each in pricing.why("1")] == ["LIST: BOLT"]
    (not_yet,) = pricing.why_not("LIST: BOLT from 10", "1")
    assert (not_yet.needed, not_yet.actual, not_yet.missing) == ("10", "8", 2)
    assert "数量不足" in not_yet.text.zh


def test_an_ordinary_document_goes_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def general(*_: object) -> None:
        raise AssertionError("priced the general way")

    monkeypatch.setattr("cpq.pricing._generally", general)
    pricing = price([item("BOLT", 3), item("NUT")], catalogue=trade(), on=DAY)
    assert pricing.net == Money("34.00", "CNY")
    with pytest.raises(AssertionError, match="the general way"):
        price([item("BOLT", 3)], catalogue=trade(promotions=(off(),)), on=DAY)
