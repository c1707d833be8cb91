"""Offers to test the life of a quote with: alternatives, options with parts, caps."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from cpq.approval import (
    ApprovalLevel,
    ApprovalMatrix,
    ApprovalNeed,
    ApprovalRule,
    Decision,
    when,
)
from cpq.cap import CapTake, Counter
from cpq.kernel.money import RoundingPolicy, product, rounded, total
from cpq.quote import Alternative, Quote, approval_status, draft_quote, payment_terms
from cpq.waterfall import PricedLine, Pricing
from revenue.testing import example_quote

DAY = date(2026, 11, 21)
LAST = date(2026, 12, 21)
MORNING = datetime.fromisoformat("2026-11-21T09:00:00+08:00")
ORDERS = Counter(owner="AUTUMN", cap="1", measure="orders")
UNITS = Counter(owner="AUTUMN", cap="2", measure="units")


def line(number: str, net: str, **fields: object) -> PricedLine:
    """One piece at a net price, with 13 % tax and a list price of 100."""
    amount = Decimal(net)
    tax = rounded(product(amount, Decimal("0.13")), 2)
    return PricedLine.model_validate(
        {
            "number": number,
            "product": f"P-{number}",
            "name": f"Product {number}",
            "quantity": 1,
            "unit": "pc",
            "currency": "CNY",
            "list_price": 100,
            "unit_price": amount,
            "list_amount": 100,
            "amount": amount,
            "discount": 0,
            "net": amount,
            "tax_code": "VAT13",
            "tax_percent": 13,
            "tax": tax,
            "gross": total((amount, tax)),
            **fields,
        }
    )


def pricing_of(*lines: PricedLine, **fields: object) -> Pricing:
    return Pricing.model_validate(
        {
            "customer": "C-0042",
            "book": "LIST",
            "currency": "CNY",
            "on": DAY,
            "policy": RoundingPolicy(),
            "catalogue": "0" * 64,
            "items": (),
            "lines": lines,
            **fields,
        }
    )


def take(counter: Counter, amount: int, limit: int = 10) -> CapTake:
    return CapTake(counter=counter, amount=amount, limit=limit)


PLAIN = pricing_of(
    line("1", "95.00"),
    line("2", "33.33", optional=True),
    line("2.1", "7.77", optional=True),
    line("2.1.1", "0.01", optional=True),
    line("3", "20.00", optional=True),
    line("22", "5.00", optional=True),
)
BASIC = Alternative(code="BASIC", title="The smaller one", pricing=pricing_of(line("1", "60.00")))
LARGE = Alternative(
    code="LARGE",
    title="The larger one",
    pricing=pricing_of(line("1", "180.00"), line("2", "12.34", optional=True)),
)


def offer(pricing: Pricing = PLAIN, **fields: object) -> Quote:
    """A draft for C-0042 that is valid through 21 December in Shanghai."""
    like = example_quote()
    return draft_quote(
        pricing,
        **{  # type: ignore[arg-type]
            "number": like.number,
            "customer": like.customer,
            "seller": like.seller,
            "issued_on": DAY,
            "valid_until": LAST,
            "zone": "Asia/Shanghai",
            "payment": payment_terms(("30%", "signing", 7), ("70%", "delivery", 30)),
            **fields,
        },
    )


MATRIX = ApprovalMatrix(
    rules=(
        ApprovalRule(
            code="DEEP",
            condition=when("discount_percent", ">", 20),
            chain="sequential",
            levels=(
                ApprovalLevel(code="manager", roles=("sales-manager",)),
                ApprovalLevel(code="director", roles=("director",)),
            ),
        ),
    )
)
"""More than 20 % off needs the manager, then the director."""


def sold_at(net: str) -> Pricing:
    """One piece of a list price of 100 for so much."""
    return pricing_of(line("1", net))


def decide(quote: Quote, *, verdict: str = "approve", after: int = 0) -> Decision:
    """The decision of whoever is asked first, some hours after the morning of the issue."""
    need: ApprovalNeed = approval_status(quote, matrix=MATRIX).asked[0].need
    return Decision.model_validate(
        {
            "need": need,
            "verdict": verdict,
            "by": "wang",
            "role": need.level.roles[0],
            "at": MORNING + timedelta(hours=after),
        }
    )
