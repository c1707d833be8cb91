"""A small trade under rebates: two tiers, invoices and returns of one line each."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cpq.kernel.money import Money, total
from cpq.rebate import RebateAgreement, RebateAssignment, RebateSale, RebateTier, assigned

FIRST = date(2026, 1, 1)
LAST = date(2026, 12, 31)
TIERS = (RebateTier(percent=10), RebateTier(lower=15, percent=20))


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def day(number: int) -> date:
    """The nth day of 2026."""
    return FIRST + timedelta(days=number - 1)


def rebate(**fields: object) -> RebateAgreement:
    """10 % of what C-1 buys in 2026, 20 % from the 15th piece on, unless said otherwise."""
    said = {
        "code": "RB-1",
        "customers": ("C-1",),
        "currency": "CNY",
        "period": {"start": FIRST, "end": LAST},
        "tiers": TIERS,
        **fields,
    }
    return RebateAgreement.model_validate(said)


def sold(document: str, quantity: object, net: object, **fields: object) -> RebateSale:
    """Line 1 of an invoice to C-1 in March."""
    said = {
        "document": document,
        "line": "1",
        "customer": "C-1",
        "product": "M8",
        "quantity": quantity,
        "net": cny(net),
        "on": day(61),
        **fields,
    }
    return RebateSale.model_validate(said)


def back(document: str, of: str, quantity: object, net: object, **fields: object) -> RebateSale:
    """Line 1 of a credit note in April that takes some of line 1 of ``of`` back."""
    units, amount = -Decimal(str(quantity)), -cny(net)
    returned = {"document": of, "line": "1", "on": fields.pop("sold_on", day(61))}
    whole = {"on": day(91), **fields, "returned": returned}
    return sold(document, units, amount.amount, **whole)


def rows_after(
    agreement: RebateAgreement, sales: Iterable[RebateSale]
) -> tuple[RebateAssignment, ...]:
    return assigned(agreement, (), *sales)


def amount(rows: Iterable[RebateAssignment]) -> str:
    """The sum of rows as text."""
    return str(total(row.amount for row in rows))


def told(rows: Sequence[RebateAssignment]) -> list[tuple[Any, ...]]:
    """Rows as a person compares them: line, kind, tier, base, rate, amount."""
    return [
        (row.document, row.kind, str(row.tier), str(row.base), str(row.rate), str(row.amount))
        for row in rows
    ]
