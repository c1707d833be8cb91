"""Which approvals a quote would need with another pricing in it (审批需求对比).

The matrix measures a quote by the facts of its pricing. An approval that is given is bound to the
hash of those facts; here nobody gives one, so the hash, which costs more than the pricing, is left
out.
"""

from collections.abc import Sequence
from datetime import date

from cpq.approval import ApprovalMatrix, ApprovalNeed, approval_facts, required
from cpq.customer import Customer
from cpq.kernel.errors import Finding
from cpq.kernel.money import Money
from cpq.quote import PaymentTerm, Quote
from cpq.waterfall import PricedLine, Pricing


class _Priced:
    """A pricing as rules measure it, without its hash."""

    def __init__(self, pricing: Pricing) -> None:
        self.currency: str = pricing.currency
        self.lines: Sequence[PricedLine] = pricing.lines
        self.net: Money = pricing.net
        self.gross: Money = pricing.gross
        self.findings: Sequence[Finding] = pricing.findings

    def content_hash(self) -> str:
        """Nothing: what is measured here is not approved."""
        return ""


class _Offered:
    """A quote as rules measure it, with another pricing and the customer as it is now."""

    def __init__(self, quote: Quote, pricing: Pricing, customer: Customer) -> None:
        self.number: str = quote.number
        self.customer = customer
        self.pricing = _Priced(pricing)
        self.payment: Sequence[PaymentTerm] = quote.payment
        self.issued_on: date = quote.issued_on
        self.valid_until: date = quote.valid_until


def needs_of(
    quote: Quote, pricing: Pricing, customer: Customer, matrix: ApprovalMatrix
) -> tuple[ApprovalNeed, ...]:
    """Every yes that the quote would need with this pricing, given or not."""
    if not matrix.rules and not any(each.severity == "approval" for each in pricing.findings):
        return ()
    return required(approval_facts(_Offered(quote, pricing, customer)), matrix)
