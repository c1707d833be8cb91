"""Sales scopes: who may buy what, and what the others are told."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from cpq.availability import Buyer, SalesScope, ScopeLookup, Withheld
from cpq.customer import Customer
from cpq.kernel.errors import NotFound

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHINA = Customer(code="C-1", party={"name": "C"}, groups=("VIP",), region="CN", channel="direct")
ABROAD = Customer(code="C-2", party={"name": "D"}, region="US", channel="web")


def scope(code: str = "S", **fields: object) -> SalesScope:
    """An allowing scope on the laser, unless said otherwise."""
    return SalesScope.model_validate({"code": code, "products": ("LASER",), **fields})


def why_not(
    *scopes: SalesScope,
    product: str = "LASER",
    categories: tuple[str, ...] = ("lasers", "machines"),
    family: str | None = None,
    customer: Customer | None = CHINA,
    book: str = "LIST",
    at: datetime = NOON,
) -> Withheld | None:
    return ScopeLookup(scopes).why_not(
        product, categories=categories, family=family, customer=customer, book=book, at=at
    )


def test_what_no_scope_speaks_of_is_sold_to_all() -> None:
    assert why_not() is None
    assert why_not(scope(customers=("C-2",)), product="BOLT", categories=()) is None
    assert not ScopeLookup(())
    assert ScopeLookup((scope(),))


@pytest.mark.parametrize(
    "whom",
    [
        {"customers": ("C-1",)},
        {"customer_groups": ("VIP",)},
        {"customers": ("C-9",), "customer_groups": ("VIP",)},
        {"regions": ("DE", "CN")},
        {"channels": ("direct",)},
        {"books": ("LIST",)},
        {"customers": ("C-1",), "regions": ("CN",), "books": ("LIST",)},
    ],
)
def test_a_scope_admits_those_it_matches_only(whom: dict[str, object]) -> None:
    assert why_not(scope(**whom)) is None
    refused = why_not(scope(**whom), customer=ABROAD, book="WEB")
    assert refused is not None
    assert (refused.denied, refused.scope) == (False, "S")
    denied = why_not(scope(allow=False, **whom))
    assert denied is not None
    assert denied.denied
    assert why_not(scope(allow=False, **whom), customer=ABROAD, book="WEB") is None


def test_all_that_a_scope_names_must_match() -> None:
    assert why_not(scope(regions=("CN",), channels=("web",))) is not None
    assert why_not(scope(customers=("C-1",), books=("VIP",))) is not None


def test_one_of_several_scopes_that_allow_is_enough() -> None:
    scopes = (scope("A", regions=("US",)), scope("B", channels=("direct",)))
    assert why_not(*scopes) is None
    assert why_not(*scopes, customer=ABROAD) is None
    neither = why_not(*scopes, customer=None)
    assert neither is not None
    assert neither.scope == "A, B"
    assert neither.needed.en == "region US or channel direct"


def test_a_denial_beats_every_permission() -> None:
    assert why_not(scope("A", customers=("C-1",)), scope("B", allow=False, regions=("CN",)))
    assert why_not(scope("B", customers=("C-1",)), scope("A", allow=False)) is not None


def test_a_scope_speaks_of_families_categories_or_everything() -> None:
    closed = {"customers": ("C-9",)}
    variant = {"product": "LASER-RED", "family": "LASER", "categories": ("lasers", "machines")}
    assert why_not(scope(**closed), **variant)  # type: ignore[arg-type]
    by_category = scope(products=(), categories=("machines",), **closed)
    assert why_not(by_category)
    assert why_not(by_category, product="BOLT", categories=("bolts",)) is None
    assert why_not(scope(products=(), **closed), product="BOLT", categories=())
    assert why_not(scope(categories=("bolts",), **closed), product="BOLT", categories=("bolts",))


def test_a_scope_holds_while_its_period_does() -> None:
    days = {"start": "2026-11-01", "end": "2026-11-21"}
    dated = scope(allow=False, zone="Asia/Shanghai", period=days)
    lookup = ScopeLookup([dated])
    asked = [datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in (15, 16)]
    told = [lookup.why_not("LASER", categories=(), customer=CHINA, at=at) for at in asked]
    assert [row is None for row in told] == [False, True]
    assert why_not(scope(customers=("C-9",), period={"end": "2026-11-20"})) is None


def test_who_is_refused_is_told_why_in_two_languages() -> None:
    reason = {"en": "Needs an export licence", "zh": "需要出口许可"}
    refused = why_not(scope("EXPORT", regions=("CN",), reason=reason), customer=ABROAD)
    assert refused is not None
    finding = refused.finding("lines/1")
    assert (finding.code, finding.place) == ("availability.not_offered", "lines/1")
    assert finding.message.en == (
        "Needs an export licence: product 'LASER' is sold only to region CN (scope EXPORT); "
        "asked for by customer C-2, region US, channel web, price book LIST"
    )
    assert finding.message.zh == (
        "需要出口许可：产品 'LASER' 只售予 区域 CN（可售范围 EXPORT）；"
        "询价方为 客户 C-2，区域 US，渠道 web，价目表 LIST"
    )
    assert (refused.needed.en, refused.actual.en[:12]) == ("region CN", "customer C-2")


def test_a_denial_names_whom_it_denies() -> None:
    denied = why_not(scope("BAN", allow=False, customer_groups=("VIP",)))
    assert denied is not None
    finding = denied.finding("lines/2")
    assert finding.code == "availability.denied"
    assert finding.message.en.startswith("product 'LASER' is not sold: scope BAN denies group VIP;")
    everybody = why_not(scope("OLD", allow=False), customer=None, book="")
    assert everybody is not None
    assert everybody.finding("").message.en.endswith(
        "denies everybody; asked for by nobody in particular"
    )


def test_a_long_list_is_told_in_short() -> None:
    codes = tuple(f"{place:060d}" for place in range(100))
    scopes = [scope(f"{code}", customers=codes, regions=codes, books=codes) for code in codes]
    refused = why_not(*scopes)
    assert refused is not None
    assert refused.scope.endswith(", …")
    assert len(refused.finding("lines/1").message.zh) <= 2000


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises((ValidationError, NotFound), match="not an IANA time zone"):
        scope(zone="Mars")


def test_the_order_of_scopes_does_not_matter() -> None:
    scopes = [scope("B", allow=False), scope("A", allow=False, regions=("CN",)), scope("C")]
    assert why_not(*scopes) == why_not(*reversed(scopes))
    by_product = scope("Z", customers=("C-9",))
    by_category = scope("A", products=(), categories=("lasers",), customers=("C-8",))
    told = why_not(by_product, by_category)
    assert told is not None
    assert (told.scope, told.needed.en) == ("A, Z", "customer C-8 or customer C-9")
    assert Buyer() == Buyer("", (), "", "", "")
