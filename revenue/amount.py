"""Amounts as documents carry them: on the currency's grid, so that equal amounts read the same.

A price may have more decimals than its currency; what is contracted, billed, received or written
off may not. ``100`` and ``100.00`` CNY are equal, and here they are also stored as one text, so
that equal documents have equal hashes.
"""

from typing import Annotated

from pydantic import AfterValidator

from cpq.kernel.money import Money


def _on_grid(amount: Money) -> Money:
    return Money.from_minor(amount.minor, amount.code)


def _not_negative(amount: Money) -> Money:
    if amount.amount < 0:
        raise ValueError(f"the amount must be 0 or more; found {amount}")
    return amount


def _positive(amount: Money) -> Money:
    if amount.amount <= 0:
        raise ValueError(f"the amount must be more than 0; found {amount}")
    return amount


def _not_zero(amount: Money) -> Money:
    if not amount.amount:
        raise ValueError("the amount must not be 0; there would be nothing to record")
    return amount


NotNegative = Annotated[Money, AfterValidator(_on_grid), AfterValidator(_not_negative)]
"""A model field for an amount of 0 or more, on its currency's grid."""

Positive = Annotated[Money, AfterValidator(_on_grid), AfterValidator(_positive)]
"""A model field for an amount of more than 0, on its currency's grid."""

NotZero = Annotated[Money, AfterValidator(_on_grid), AfterValidator(_not_zero)]
"""A model field for an amount that raises or lowers something, on its currency's grid."""
