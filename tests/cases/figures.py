"""The figures that worked cases speak of, read off what pricing gave back.

A figure has one value per line, or one per document; a case may expect any of them. Where a line
is said by the piece, what it bears is split over its pieces by the library's own rule.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cpq import (
    Customer,
    LocalText,
    Money,
    Party,
    PricedLine,
    Pricing,
    Quote,
    Step,
    draft_quote,
    send,
)
from cpq.kernel.errors import Refused
from cpq.kernel.money import rounded_fraction, total

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


def _percent_off(line: PricedLine) -> Decimal:
    """How much promotions take off the amount of a line, in percent."""
    return rounded_fraction(Fraction(line.discount) * 100 / Fraction(line.amount), 2)


def _granted(pricing: Pricing) -> list[Decimal]:
    """What each promotion gives on all lines, in the order in which they act."""
    sums: dict[str, list[Decimal]] = {}
    for row in pricing.allocations:
        sums.setdefault(row.promotion, []).append(row.amount)
    return [total(amounts) for amounts in sums.values()]


def _refusals(pricing: Pricing) -> list[Step]:
    """Why promotions that hold for the order do not act on its lines: each once."""
    rows = (step for line in pricing.lines for step in line.steps if step.point == "promotion")
    first = {row.rule: row for row in reversed([row for row in rows if not row.applied])}
    return [first[rule] for rule in sorted(first)]


def _free(pricing: Pricing) -> list[PricedLine]:
    """The lines that promotions added."""
    return [line for line in pricing.lines if line.free_by is not None]


def offer_of(pricing: Pricing, *, on: date, until: date) -> Quote:
    """A quote of it, as a draft."""
    party = Party(name=LocalText(en=pricing.customer or ""))
    return draft_quote(
        pricing,
        number="Q-1",
        customer=Customer(code=pricing.customer or "", party=party),
        seller=party,
        issued_on=on,
        valid_until=until,
    )


def _sent(pricing: Pricing) -> str:
    """What becomes of a quote of it that is sent: its state, or the code of the refusal."""
    try:
        return send(offer_of(pricing, on=_DAY, until=_DAY)).state
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
    "percent_off": _percent_off,
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
    "unplaced": lambda pricing: total(row.missing for row in pricing.ungranted),
    "granted": _granted,
    "eligible": lambda pricing: bool(pricing.allocations),
    "held_back": lambda pricing: [row.reason for row in _refusals(pricing)],
    "found_instead": lambda pricing: [row.actual for row in _refusals(pricing)],
    "free_quantity": lambda pricing: total(line.quantity for line in _free(pricing)),
    "free_rate": lambda pricing: [line.net / line.quantity for line in _free(pricing)],
    "taken": lambda pricing: [take.amount for take in pricing.taken],
    "coupons": lambda pricing: [outcome.reason for outcome in pricing.coupons],
    "missing": lambda pricing: [
        outcome.missing.amount for outcome in pricing.coupons if outcome.missing is not None
    ],
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
