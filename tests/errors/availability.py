"""Who may buy what: a scope that denies, and a product that is offered to others only."""

from datetime import UTC, datetime

from cpq.availability import SalesScope, ScopeLookup
from cpq.customer import Customer
from cpq.kernel.errors import Finding
from tests.errors.registry import reproduces

_NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
_BUYER = Customer(code="C-1", party={"name": "Hengtai"}, region="US")


def _found(scope: SalesScope) -> tuple[Finding, ...]:
    withheld = ScopeLookup([scope]).why_not(
        "LASER-3000", categories=("lasers",), customer=_BUYER, book="LIST", at=_NOON
    )
    return () if withheld is None else (withheld.finding("lines/1"),)


@reproduces(
    "availability.denied",
    en="A sales scope denies the product to who asks.",
    zh="可售范围不允许向该客户销售此产品。",
    do="Offer another product; the scope and whom it denies stand in the message.",
    names=("lines/1", "'LASER-3000'", "scope NO-EXPORT", "region US", "customer C-1"),
)
def a_laser_that_may_not_be_exported() -> tuple[Finding, ...]:
    reason = {"en": "Needs an export licence", "zh": "需要出口许可"}
    return _found(
        SalesScope(
            code="NO-EXPORT", allow=False, categories=("lasers",), regions=("US",), reason=reason
        )
    )


@reproduces(
    "availability.not_offered",
    en="The product is sold only to those whom a sales scope names, and who asks is none of them.",
    zh="该产品只售予可售范围内的客户。",
    do="Offer another product, or widen one of the scopes that the message names.",
    names=("lines/1", "'LASER-3000'", "scope HOME", "region CN", "region US"),
)
def a_laser_for_the_home_market() -> tuple[Finding, ...]:
    return _found(SalesScope(code="HOME", products=("LASER-3000",), regions=("CN",)))
