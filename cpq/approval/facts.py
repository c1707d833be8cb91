"""What an approval is about (审批事实): the measures of one quote, bound to its content.

The facts hold what rules may measure and the hash of the pricing they were measured on. An approval
is bound to the hash of the facts: whatever changes later, it is known what was approved. Lines that
are optional, included or of quantity zero are measured by nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from cpq.approval.condition import Figure, Measure
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    CurrencyCode,
    Exact,
    Money,
    Rounding,
    difference,
    rounded_fraction,
    total,
)
from cpq.kernel.text import Code, Line, Number
from cpq.margin import CostedLine, FloorFinding, Margin, counted, line_margins, margin_of_lines

_PLACES = 6
"""Decimals of a measured percentage, rounded to the side that asks for more approval."""


class MeasuredLine(CostedLine, Protocol):
    """A priced line as it is measured; ``amount`` − ``discount`` is what is paid of the list."""

    @property
    def list_amount(self) -> Decimal:
        """The line at list price."""

    @property
    def amount(self) -> Decimal:
        """The line at the price of the book."""

    @property
    def discount(self) -> Decimal:
        """What promotions take off."""


class MeasuredPricing(Protocol):
    """A pricing as it is measured."""

    @property
    def currency(self) -> str:
        """The currency of every amount."""

    @property
    def lines(self) -> Sequence[MeasuredLine]:
        """The lines."""

    @property
    def net(self) -> Money:
        """The total before tax."""

    @property
    def gross(self) -> Money:
        """The total to pay."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What the pricing found."""

    def content_hash(self) -> str:
        """The hash of the whole."""


class MeasuredCustomer(Protocol):
    """A customer as it is measured; an empty region or channel is not known."""

    @property
    def code(self) -> str:
        """The code."""

    @property
    def groups(self) -> Sequence[str]:
        """The groups."""

    @property
    def region(self) -> str:
        """The region."""

    @property
    def channel(self) -> str:
        """The channel."""


class MeasuredTerm(Protocol):
    """A term of payment as it is measured."""

    @property
    def days(self) -> int:
        """Days after the event."""


class MeasuredQuote(Protocol):
    """A quote as it is measured."""

    @property
    def number(self) -> str:
        """The number, the same for every version."""

    @property
    def customer(self) -> MeasuredCustomer:
        """Whom it is for."""

    @property
    def pricing(self) -> MeasuredPricing:
        """What it costs."""

    @property
    def payment(self) -> Sequence[MeasuredTerm]:
        """When it is paid."""

    @property
    def issued_on(self) -> date:
        """The day of issue."""

    @property
    def valid_until(self) -> date:
        """The last day."""


class ApprovalFacts(Frozen):
    """The measures of a quote and the hash of its pricing; ``None`` is undefined.

    Percentages have six decimals: discounts rounded up, margins down. ``floors`` and ``findings``
    are what the pricing found; notes are left out.

    >>> facts = ApprovalFacts(quote="Q-1", pricing="", currency="CNY", net="80.00 CNY",
    ...                       gross="90.40 CNY", discount_percent=20, customer="C-1")
    >>> facts.value("discount_percent"), facts.value("margin_percent")
    (Decimal('20'), None)
    """

    quote: Number
    pricing: str
    currency: CurrencyCode
    net: Money
    gross: Money
    discount_percent: Exact | None = None
    margin_percent: Exact | None = None
    max_line_discount_percent: Exact | None = None
    min_line_margin_percent: Exact | None = None
    payment_days: int | None = None
    valid_days: int | None = None
    customer: Code
    customer_groups: tuple[Code, ...] = ()
    region: Line = ""
    channel: Line = ""
    floors: tuple[FloorFinding, ...] = ()
    findings: tuple[Finding, ...] = ()

    def value(self, measure: Measure) -> Figure | None:
        """What was measured; ``None`` where that is undefined."""
        texts = {
            "currency": (self.currency,),
            "customer": (self.customer,),
            "customer_group": self.customer_groups,
            "region": (self.region,) if self.region else None,
            "channel": (self.channel,) if self.channel else None,
        }
        if measure in texts:
            return texts[measure]
        counts: dict[str, int | None] = {
            "floor_violations": len(self.floors),
            "payment_days": self.payment_days,
            "valid_days": self.valid_days,
        }
        if measure in counts:
            count = counts[measure]
            return None if count is None else Decimal(count)
        figures: dict[str, Figure | None] = {
            "net": self.net,
            "gross": self.gross,
            "discount_percent": self.discount_percent,
            "margin_percent": self.margin_percent,
            "max_line_discount_percent": self.max_line_discount_percent,
            "min_line_margin_percent": self.min_line_margin_percent,
        }
        return figures[measure]


def approval_facts(quote: MeasuredQuote) -> ApprovalFacts:
    """The measures of a quote as it stands.

    Discounts are off the list amounts, margins of the net. The discount off a list total of zero or
    less, a margin without a cost and the days of a quote without terms of payment are undefined.
    A line that brings and costs nothing has no margin that could be the lowest; one that comes back
    is left out of the measures by line.
    """
    pricing = quote.pricing
    lines = counted(pricing.lines)
    sold = [line for line in lines if line.quantity > 0]
    by_line = line_margins(pricing.lines, currency=pricing.currency)
    margins = [
        margin
        for margin in (by_line[line.number] for line in sold)
        if margin.net.amount or margin.cost is None or margin.cost.amount
    ]
    whole = margin_of_lines(pricing.lines, currency=pricing.currency)
    acting = tuple(found for found in pricing.findings if found.severity != "note")
    floors = tuple(found for found in acting if isinstance(found, FloorFinding))
    return ApprovalFacts(
        quote=quote.number,
        pricing=pricing.content_hash(),
        currency=pricing.currency,
        net=pricing.net,
        gross=pricing.gross,
        discount_percent=_discount(lines),
        margin_percent=_margin((whole,)),
        max_line_discount_percent=_highest_discount(sold),
        min_line_margin_percent=_margin(margins),
        payment_days=max((term.days for term in quote.payment), default=None),
        valid_days=(quote.valid_until - quote.issued_on).days,
        customer=quote.customer.code,
        customer_groups=tuple(quote.customer.groups),
        region=quote.customer.region,
        channel=quote.customer.channel,
        floors=floors,
        findings=tuple(found for found in acting if not isinstance(found, FloorFinding)),
    )


def _discount(lines: Sequence[MeasuredLine]) -> Decimal | None:
    listed = total(line.list_amount for line in lines)
    if listed <= 0:
        return None
    paid = total(difference(line.amount, line.discount) for line in lines)
    off = Fraction(difference(listed, paid)) / Fraction(listed) * 100
    return rounded_fraction(off, _PLACES, Rounding.CEILING)


def _highest_discount(lines: Iterable[MeasuredLine]) -> Decimal | None:
    found = [_discount((line,)) for line in lines if line.list_amount > 0]
    return max((percent for percent in found if percent is not None), default=None)


def _margin(margins: Sequence[Margin]) -> Decimal | None:
    """The lowest of the margins, undefined where one is."""
    parts = [margin.part for margin in margins]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    return rounded_fraction(min(known), _PLACES, Rounding.FLOOR)
