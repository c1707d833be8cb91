"""What an adversary found in finished pricing: quantities of nothing, other units, what is said."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest

from cpq import (
    BOM,
    STANDARD_PLAN,
    AgreedPrice,
    AttributePrice,
    Catalogue,
    Commitment,
    Component,
    Customer,
    Floor,
    Item,
    ManualPrice,
    Money,
    Party,
    PercentOff,
    PercentOfTotal,
    PriceAgreement,
    PriceBook,
    PriceBookVersion,
    Pricing,
    PricingPlan,
    Product,
    PromotionPolicy,
    Purchased,
    Tier,
    configure,
    draft_quote,
    entry,
    item,
    price,
    published,
)
from cpq.kernel.errors import Refused
from cpq.pricebook import PriceBookEntry, QuantityBasis, TierMode
from cpq.tax import TaxRate, TaxTable
from cpq.trace import Step
from cpq.waterfall.replay import replay

DAY = date(2026, 11, 21)
BUYER = Customer(code="C-1", party=Party(name={"en": "Hengtai"}), parent="GROUP", channel="dealers")


def trade(
    *rows: PriceBookEntry, version: dict[str, object] | None = None, **fields: object
) -> Catalogue:
    dated = PriceBookVersion.model_validate({"entries": rows, **(version or {})})
    book = {"code": "LIST", "currency": "CNY", "versions": (dated,)}
    given = {
        "products": (
            Product(code="BOLT", name="Bolt", tax_code="VAT13"),
            Product(code="KIT", name="Kit", tax_code="VAT13"),
            Product(code="CARE", name="Care", tax_code="VAT6"),
        ),
        "books": (PriceBook.model_validate(book),),
        "default_book": "LIST",
        "customers": (BUYER,),
        **fields,
    }
    return Catalogue.model_validate(given)


def bolts(
    *tiers: Tier, counts: QuantityBasis = "line", mode: TierMode = "volume"
) -> PriceBookEntry:
    return PriceBookEntry(product="BOLT", tiers=tiers, counts=counts, mode=mode)


def priced(catalogue: Catalogue, *items: Item, **asked: object) -> Pricing:
    return price(items, catalogue=catalogue, on=DAY, **asked)  # type: ignore[arg-type]


# --- quantities of nothing --------------------------------------------------------------------

MODES: list[tuple[TierMode, tuple[Tier, ...]]] = [
    ("graduated", (Tier(price=10, flat=3), Tier(lower=10, price=8, flat=2))),
    ("block", (Tier(price=100, size=12),)),
    ("package", (Tier(price=100, size=12),)),
    ("stairstep", (Tier(price=100), Tier(lower=10, price=150))),
    ("overage", (Tier(price=100, overage=9), Tier(lower=10, price=150, overage=7))),
]


@pytest.mark.parametrize(("mode", "tiers"), MODES)
@pytest.mark.parametrize("counts", ["product", "group", "period"])
def test_nothing_of_a_pool_costs_nothing(
    mode: TierMode, tiers: tuple[Tier, ...], counts: QuantityBasis
) -> None:
    catalogue = trade(bolts(*tiers, counts=counts, mode=mode))
    before = Purchased(period=(("BOLT", Decimal(13)),))
    for purchased in (None, before):
        pricing = priced(catalogue, item("BOLT", 0), purchased=purchased)
        assert pricing.net == Money("0.00", "CNY")
        mixed = priced(catalogue, item("BOLT", 0), item("BOLT", 12), purchased=purchased)
        alone = priced(catalogue, item("BOLT", 12), purchased=purchased)
        assert mixed.net == alone.net
    prorated = priced(catalogue, item("BOLT", 5, full_quantity=0))
    (line,) = prorated.lines
    assert replay(line, prorated.policy) == line.net


# --- what is said would trigger ---------------------------------------------------------------


def trigger(catalogue: Catalogue, asked: Item, rule: str) -> str:
    return str(priced(catalogue, asked, customer="C-1").what_would_trigger(rule)[0])


def acts(catalogue: Catalogue, asked: Item, rule: str) -> bool:
    (line,) = priced(catalogue, asked, customer="C-1").lines
    return any(step.applied and step.named(rule) for step in line.steps)


PACT = PriceAgreement(
    code="FW-1",
    customer="C-1",
    currency="CNY",
    lines=(
        AgreedPrice(
            product="BOLT", price=7, lower=30, commitment=Commitment(committed=40, over="book")
        ),
    ),
)
THIRTY = bolts(Tier(price=10), Tier(lower=30, price=8))
ABOVE = bolts(Tier(price=10), Tier(lower=24, above=True, price=8))
BROKEN = bolts(Tier(price=10), Tier(lower="30.4", price=8))


@pytest.mark.parametrize(
    ("catalogue", "rule", "unit", "more"),
    [
        (trade(THIRTY), "LIST: BOLT from 30", "dozen", 2),
        (trade(ABOVE), "LIST: BOLT above 24", "dozen", 2),
        (trade(BROKEN), "LIST: BOLT from 30.4", "pc", 30),
        (trade(entry("BOLT", price=10), agreements=(PACT,)), "FW-1", "dozen", 2),
    ],
)
def test_so_many_more_in_the_asked_unit_trigger(
    catalogue: Catalogue, rule: str, unit: str, more: int
) -> None:
    assert trigger(catalogue, item("BOLT", 1, unit=unit), rule) == f"{more} more {unit}"
    assert not acts(catalogue, item("BOLT", more, unit=unit), rule)
    assert acts(catalogue, item("BOLT", 1 + more, unit=unit), rule)


def test_a_promotion_is_missing_units_that_it_counts() -> None:
    off = PromotionPolicy(code="OFF", benefit=PercentOff(percent=10), quantity_from=Decimal(30))
    catalogue = trade(entry("BOLT", price=10), promotions=(off,))
    assert trigger(catalogue, item("BOLT", 1, unit="dozen"), "OFF") == "18 more pc"
    dozens = ceil(Fraction(12 + 18, 12))
    assert acts(catalogue, item("BOLT", dozens, unit="dozen"), "OFF")


def test_what_is_missing_of_a_full_quantity_is_said() -> None:
    asked = item("BOLT", 5, full_quantity=28)
    assert trigger(trade(THIRTY), asked, "LIST: BOLT from 30") == "2 more pc"
    assert acts(trade(THIRTY), item("BOLT", 5, full_quantity=30), "LIST: BOLT from 30")
    (answer,) = priced(trade(THIRTY), asked).why_not("LIST: BOLT from 30", "1")
    assert (answer.needed, answer.actual, answer.missing) == ("30", "28", Decimal(2))


def test_an_attribute_price_is_asked_for_by_its_code() -> None:
    red = AttributePrice(code="RED", match={"colour": "red"}, add=2)
    catalogue = trade(entry("BOLT", price=10), version={"attributes": (red,)})
    pricing = priced(catalogue, item("BOLT", attributes={"colour": "blue"}))
    assert [each.reason for each in pricing.why_not("RED", "1")] == ["attribute_differs"]
    assert [str(each) for each in pricing.what_would_trigger("RED")] == ["choose colour=red"]


# --- prices that people give ------------------------------------------------------------------


def test_a_manual_price_stands_in_for_a_share() -> None:
    share = PercentOfTotal(code="CARE-18", product="CARE", percent=Decimal(18))
    catalogue = trade(entry("BOLT", price=10), version={"shares": (share,)})
    given = {"2": ManualPrice(price=Decimal(1), reason="trade fair")}
    pricing = priced(catalogue, item("BOLT", 3), item("CARE"), manual=given)
    assert [line.net for line in pricing.lines] == [30, 1]


@pytest.mark.parametrize(("step", "of"), [("share_of_prices", "list"), ("share_of_net", "net")])
def test_a_share_whose_step_is_dropped_costs_no_zero(step: str, of: str) -> None:
    share = PercentOfTotal.model_validate(
        {"code": "CARE-18", "product": "CARE", "percent": 18, "of": of}
    )
    kept = [each for each in STANDARD_PLAN.steps if each.code != step]
    written = {point for each in kept for point in each.writes}
    steps = (
        each.with_(reads=tuple(point for point in each.reads if point in written)) for each in kept
    )
    plan = PricingPlan(code="OWN", steps=tuple(steps))
    version: dict[str, object] = {"shares": (share,)}
    with pytest.raises(Refused, match="no price for 'CARE'"):
        priced(
            trade(entry("BOLT", price=10), version=version), item("BOLT"), item("CARE"), plan=plan
        )
    listed = trade(entry("BOLT", price=10), entry("CARE", price=3), version=version)
    assert priced(listed, item("BOLT"), item("CARE"), plan=plan).lines[1].net == 3


@pytest.mark.parametrize(("rollup", "line"), [("as_sold", "1.1"), ("components", "1")])
def test_a_manual_price_where_there_is_none_is_refused(rollup: str, line: str) -> None:
    kit = BOM.model_validate(
        {"product": "KIT", "components": (Component(product="BOLT"),), "rollup": rollup}
    )
    catalogue = trade(entry("BOLT", price=10), entry("KIT", price=99), boms=(kit,))
    whole = configure(catalogue.bom("KIT"))
    with pytest.raises(Refused) as refusal:
        price([whole], catalogue=catalogue, on=DAY, manual={line: ManualPrice(price=Decimal(5))})
    assert [each.code for each in refusal.value.findings] == ["manual.no_base"]


# --- what another tier cannot say -------------------------------------------------------------


def test_a_tier_that_cannot_be_priced_holds_up_no_other() -> None:
    rows = bolts(Tier(price=10), Tier(lower=30, markup=10))
    assert priced(trade(rows), item("BOLT", 5)).net == Money("50.00", "CNY")
    with pytest.raises(Refused, match="the cost of 'BOLT' is not known"):
        priced(trade(rows), item("BOLT", 30))


def test_many_tiers_keep_their_prices_and_hints() -> None:
    tiers = (Tier(lower=1, price=20), *(Tier(lower=n * 10, price=20 - n) for n in range(1, 20)))
    pricing = priced(trade(bolts(*tiers)), item("BOLT", 19), item("BOLT", 10), item("BOLT", 195))
    assert [line.unit_price for line in pricing.lines] == [19, 19, 1]
    assert [each.place for each in pricing.findings] == ["lines/1"]
    skipped = [step for step in pricing.lines[0].steps if step.reason == "quantity_below"]
    assert len(skipped) == 18


def test_a_hint_is_true_and_none_is_missing() -> None:
    steps = (Tier(lower=1, price=20), Tier(lower=20, price=19), Tier(lower=26, price=13))
    beside = (
        Tier(lower=1, price=20),
        Tier(lower=16, above=True, price=7),
        Tier(lower=17, price=19),
        Tier(lower=39, price=3),
    )
    for tiers in (steps, beside):
        catalogue = trade(bolts(*tiers))
        nets = {size: priced(catalogue, item("BOLT", size)).net.amount for size in range(1, 60)}
        for size in range(1, 40):
            pricing = priced(catalogue, item("BOLT", size))
            least = next((more for more in range(size, 60) if nets[more] < nets[size]), None)
            hints = [found.message.en.split()[:4:3] for found in pricing.findings]
            said = [] if least is None else [[str(least), f"{nets[least]}"]]
            assert hints == said


# --- floors and tax per unit ------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["pc", "dozen"])
def test_a_floor_counts_the_tax_per_unit_in_a_price(unit: str) -> None:
    taxes = TaxTable(
        rates=(
            TaxRate(code="VAT13", percent=Decimal(13), per_unit=Decimal("0.5"), currency="CNY"),
            TaxRate(code="VAT6", percent=Decimal(6)),
        )
    )
    floor = Floor(code="LOW", price=Money("8.30", "CNY"), policy="clip")
    off = PromotionPolicy(code="OFF", benefit=PercentOff(percent=50))
    catalogue = trade(entry("BOLT", price=10), taxes=taxes, floors=(floor,), promotions=(off,))
    gross = catalogue.with_(books=(catalogue.books[0].with_(tax_basis="gross"),))
    pricing = priced(gross, item("BOLT", 2, unit=unit))
    (line,) = pricing.lines
    count = 2 if unit == "pc" else 24
    assert 0 <= line.net - Decimal("8.30") * count < Decimal("0.02")
    assert pricing.findings == ()


# --- what a customer may see ------------------------------------------------------------------


def test_a_published_quote_names_no_agreement_or_parent() -> None:
    catalogue = trade(entry("BOLT", price=10), agreements=(PACT,))
    pricing = priced(catalogue, item("BOLT", 40), customer="C-1")
    assert [taken.agreement for taken in pricing.drawn] == ["FW-1"]
    quote = draft_quote(
        pricing,
        number="Q-1",
        customer=BUYER,
        seller=Party(name={"en": "Maker"}),
        issued_on=DAY,
        valid_until=DAY,
    )
    seen = published(quote).canonical()
    assert not [word for word in ("FW-1", "GROUP", "dealers") if word in seen]
    assert published(quote).gross == quote.gross


def test_a_row_is_named_by_code_or_by_book() -> None:
    row = Step(point="attribute", rule="LIST: RED", applied=False, reason="attribute_missing")
    assert [row.named(asked) for asked in ("RED", "LIST", "LIST: RED")] == [True] * 3
    assert not row.with_(point="list").named("RED")
