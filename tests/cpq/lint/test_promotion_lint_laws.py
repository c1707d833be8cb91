"""Laws of the linter about promotions of every kind: what it says never happens does not happen.

Random campaigns, with groups, coupons, caps and company, are linted; then random orders are priced,
and what was called impossible must not be found in any of them.
"""

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from cpq.catalogue import Catalogue
from cpq.deal import DealFacts
from cpq.kernel.money import Money
from cpq.lint import LintFinding, lint
from cpq.margin import Floor
from cpq.pricebook import PriceBook, PriceBookVersion, entry
from cpq.pricing import item, price
from cpq.product import Product
from cpq.promotion import PromotionPolicy
from cpq.waterfall import Pricing
from tests.laws.campaigns import campaigns, deals, groups
from tests.laws.strategies import DAY, amounts, tried

SOLD = ("A", "B", "C")
GOODS = tuple(Product(code=code, name=code, tax_code="VAT13") for code in SOLD)
FREIGHT = Product(code="FREIGHT", name="Freight", freight=True)
NEVER = frozenset(
    f"lint.{code}"
    for code in (
        *("cap_zero", "cap_rejects_all", "no_quantity", "no_currency", "never_met", "no_room"),
        *("set_beyond_max", "gift_unpriced"),
    )
)
_BARE: dict[str, Any] = {
    "exclusive": "no",
    "group": None,
    "conditions": (),
    "caps": (),
    "not_with": (),
    "quantity_from": None,
    "needs_coupon": False,
    "picks": "all",
    "undiscounted": False,
    "sees": None,
    "weights": "amount",
    "products": (),
    "basis": "order",
}
"""A policy that looks at nothing but its own lines."""
_TWISTS: tuple[dict[str, Any], ...] = (
    {},
    {"quantity_to": 3},
    {"quantity_to": 2, "basis": "order"},
    {"amount_from": "900.00 CNY", "caps": ({"amount": "20.00 CNY", "over": "reject"},)},
    {"caps": ({"units": 1, "window": "order"},)},
    {"caps": ({"units": 0, "window": "month"},)},
    {"caps": ({"amount": "0.00 CNY", "scope": ("product",), "window": "lifetime"},)},
    {"conditions": ({"kind": "quantity", "most": 2}, {"kind": "quantity", "least": 4})},
    {"conditions": ({"kind": "order_number", "nth": 2}, {"kind": "order_number", "nth": 1})},
    {"conditions": ({"kind": "quantity", "most": 2},), "quantity_from": 3},
    {"benefit": {"kind": "free_goods", "product": "GHOST"}},
    {"benefit": {"kind": "percent_off", "percent": 100}, "priority": 3, "caps": ()},
    {"exclusive": "order", "priority": 3, "benefit": {"kind": "percent_off", "percent": 30}},
    {**_BARE, "exclusive": "order", "benefit": {"kind": "percent_off", "percent": 10}},
    {**_BARE, "priority": 9, "benefit": {"kind": "percent_off", "percent": 100}},
    {**_BARE, "benefit": {"kind": "amount_off", "amount": "40.00 CNY"}},
    {**_BARE, "quantity_from": 2, "benefit": {"kind": "percent_off", "percent": 60}},
)


@st.composite
def policies(draw: st.DrawFn) -> tuple[PromotionPolicy, ...]:
    """Campaigns of which some are bent until they can hardly act."""
    found = []
    for policy in draw(campaigns(SOLD, most=4)):
        twist = draw(st.sampled_from(_TWISTS))
        try:
            found.append(policy.with_(**twist))
        except ValidationError:
            found.append(policy)
    return tuple(found)


@st.composite
def shops(draw: st.DrawFn) -> Catalogue:
    """Three goods at some prices, with campaigns and perhaps a floor."""
    prices = draw(st.lists(amounts("1", "90"), min_size=3, max_size=3))
    rows = [entry(code, price=price) for code, price in zip(SOLD, prices, strict=True)]
    version = PriceBookVersion(entries=(*rows, entry("FREIGHT", price="9.00")))
    floor = draw(amounts("0", "70"))
    behaviour = draw(st.sampled_from(["block", "approve", "clip", "clip"]))
    return Catalogue(
        products=(*GOODS, FREIGHT, Product(code="GHOST", name="Ghost")),
        books=(PriceBook(code="LIST", currency="CNY", versions=(version,)),),
        default_book="LIST",
        promotions=draw(policies()),
        promotion_groups=draw(groups()),
        floors=(Floor(code="LOW", price=Money(floor, "CNY"), policy=behaviour, product="A"),),
    )


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[str, int]]:
    """One to four lines, of one product perhaps twice."""
    return draw(
        st.lists(
            st.tuples(st.sampled_from((*SOLD, "FREIGHT")), st.integers(1, 30)),
            min_size=1,
            max_size=4,
        )
    )


def priced(shop: Catalogue, lines: list[tuple[str, int]], deal: DealFacts | None) -> Pricing:
    return price([item(*line) for line in lines], catalogue=shop, on=DAY, deal=deal)


def acting(pricing: Pricing) -> set[str]:
    """The promotions that gave something, if only goods that are worth nothing."""
    return {
        *(row.promotion for row in pricing.allocations),
        *(line.free_by for line in pricing.lines if line.free_by is not None),
    }


def code_of(finding: LintFinding) -> str:
    return finding.place.removeprefix("promotions/")


@tried(4)
@given(shops(), st.lists(st.tuples(orders(), deals()), min_size=4, max_size=8))
def test_what_never_gives_anything_never_does(
    shop: Catalogue, tries: list[tuple[list[tuple[str, int]], DealFacts | None]]
) -> None:
    found = lint(shop)
    dead = {code_of(each): each.code for each in found if each.code in NEVER}
    starved = [each.rules for each in found if each.code == "lint.promotion_starved"]
    assume(dead or starved)
    for lines, deal in tries:
        acted = acting(priced(shop, lines, deal))
        for code, why in dead.items():
            assert code not in acted, (code, why, lines)
        for code, other in starved:
            assert not {code, other} <= acted, (code, other, lines)


@tried(2)
@given(shops())
def test_a_floor_that_is_told_broken_can_be_broken(shop: Catalogue) -> None:
    told = [each for each in lint(shop) if each.code == "lint.below_floor"]
    assume(told)
    assert any(_breaks(shop, size) for size in range(1, 31)) or any(
        _breaks(shop, size) for size in _thresholds(shop)
    )


def _breaks(shop: Catalogue, size: int) -> bool:
    found = priced(shop, [("A", size)], None).findings
    return any(each.code == "floor.below" for each in found)


def _thresholds(shop: Catalogue) -> list[int]:
    version = shop.books[0].versions[0]
    each = next(row.tiers[0].price for row in version.entries if row.product == "A")
    assert each is not None
    least = [policy.amount_from.amount for policy in shop.promotions if policy.amount_from]
    return [int(-(-amount // each)) for amount in least if amount > Decimal(0)]


@given(shops())
def test_findings_do_not_depend_on_the_order_of_promotions(shop: Catalogue) -> None:
    turned = shop.with_(
        promotions=shop.promotions[::-1], promotion_groups=shop.promotion_groups[::-1]
    )
    assert lint(turned) == lint(shop)
