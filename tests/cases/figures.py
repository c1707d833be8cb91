"""The figures that worked cases speak of, read off what pricing gave back.

A figure has one value per line, or one per document; a case may expect any of them. Where a line
is said by the piece, what it bears is split over its pieces by the library's own rule.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cpq import Customer, LocalText, Money, Party, PricedLine, Pricing, draft_quote, send
from cpq.kernel.errors import Refused
from cpq.kernel.money import rounded_fraction

_DAY = date(2026, 1, 1)
_KILO = {"kg": Decimal(1), "g": Decimal(1000)}


def figures(found: Sequence[Pricing], wanted: Sequence[str]) -> dict[str, list[Any]]:
    """The wanted figures: of every line of every document, or of every document."""
    lines = [line for pricing in found for line in pricing.lines]
    return {
        name: [OF_LINES[name](line) for line in lines]
        if name in OF_LINES
        else [OF_DOCUMENTS[name](pricing) for pricing in found]
        for name in wanted
    }


def percent_below(line: PricedLine) -> Decimal:
    """How far the price lies below the list price, in percent as it is printed."""
    off = Fraction(line.list_price) - Fraction(line.unit_price)
    return rounded_fraction(off * 100 / Fraction(line.list_price), 2)


def winner(line: PricedLine) -> tuple[str, str]:
    """The book and the entry that made the price."""
    book, said = [step.rule for step in line.steps if step.applied][-1].split(": ", 1)
    return book, said


def _pieces(amount: Decimal, line: PricedLine) -> list[Decimal]:
    parts = Money(amount, line.currency).split(int(line.quantity))
    return [part.amount for part in parts]


def _unplaced(pricing: Pricing) -> Decimal:
    """What a promotion could not take off, by the rows that it left on the lines."""
    rows = [step for line in pricing.lines for step in line.steps if step.reason == "floored"]
    return Decimal(rows[0].needed) - Decimal(rows[0].actual)


def _sent(pricing: Pricing) -> str:
    """What becomes of a quote of it that is sent: its state, or the code of the refusal."""
    party = Party(name=LocalText(en=pricing.customer or ""))
    quote = draft_quote(
        pricing,
        number="Q-1",
        customer=Customer(code=pricing.customer or "", party=party),
        seller=party,
        issued_on=_DAY,
        valid_until=_DAY,
    )
    try:
        return send(quote).state
    except Refused as refused:
        return refused.code


OF_LINES: dict[str, Callable[[PricedLine], Any]] = {
    "quantity": lambda line: line.quantity,
    "list_price": lambda line: line.list_price,
    "unit_price": lambda line: line.unit_price,
    "unit_price_per_kg": lambda line: line.unit_price * _KILO[line.unit],
    "over_list": lambda line: line.unit_price - line.list_price,
    "list_amount": lambda line: line.list_amount,
    "amount": lambda line: line.amount,
    "discount": lambda line: line.discount,
    "discount_per_piece": lambda line: _pieces(line.discount, line),
    "net_per_piece": lambda line: _pieces(line.net, line),
    "net": lambda line: line.net,
    "tax": lambda line: line.tax,
    "gross": lambda line: line.gross,
    "percent": percent_below,
    # a document shows a discount only where the price lies below the list
    "discount_shown_percent": lambda line: max(Decimal(0), percent_below(line)),
    "slices": lambda line: [[each.quantity, each.amount] for each in line.breakdown],
    "book": lambda line: winner(line)[0],
    "entry": lambda line: winner(line)[1],
}

OF_DOCUMENTS: dict[str, Callable[[Pricing], Any]] = {
    "amount_total": lambda pricing: pricing.amount.amount,
    "discount_total": lambda pricing: pricing.discount.amount,
    "net_total": lambda pricing: pricing.net.amount,
    "tax_total": lambda pricing: pricing.tax.amount,
    "gross_total": lambda pricing: pricing.gross.amount,
    "unplaced": _unplaced,
    "granted_by": lambda pricing: [row.promotion for row in pricing.allocations],
    "granted_per_piece": lambda pricing: [
        _pieces(row.amount, pricing.line(row.line)) for row in pricing.allocations
    ],
    "tax_codes_discounted": lambda pricing: len({row.tax_code for row in pricing.allocations}),
    "refused": lambda pricing: [row.reason for row in pricing.refused],
    "findings": lambda pricing: [finding.code for finding in pricing.findings],
    "severity": lambda pricing: [finding.severity for finding in pricing.findings],
    "sent": _sent,
}
