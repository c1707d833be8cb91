"""Money, and all rounding there is.

Money is never a float and never divided: it is *split*, by largest remainder, so that the parts
add up. A sum is computed exactly and rounded once, at a place that a document names. The decimal
context of the host's thread is never used: a caller who set six digits and ROUND_DOWN gets the
same cents as everybody else, because every operation names its own context.

A unit price may carry more decimals than its currency has (``Money("6.6667", "CNY")``); what is
booked, billed or split lies on the currency's grid.
"""

from cpq.kernel.money.amount import Money, money_total
from cpq.kernel.money.currency import (
    COMMERCIAL,
    CurrencyCode,
    RoundingPolicy,
    currency,
    currency_places,
)
from cpq.kernel.money.number import (
    EXACT,
    Exact,
    Rounding,
    difference,
    exact,
    places_of,
    plain,
    product,
    quantum,
    rounded,
    rounded_fraction,
    total,
)
from cpq.kernel.money.split import Weightless, split, split_within

__all__ = [
    "COMMERCIAL",
    "EXACT",
    "CurrencyCode",
    "Exact",
    "Money",
    "Rounding",
    "RoundingPolicy",
    "Weightless",
    "currency",
    "currency_places",
    "difference",
    "exact",
    "money_total",
    "places_of",
    "plain",
    "product",
    "quantum",
    "rounded",
    "rounded_fraction",
    "split",
    "split_within",
    "total",
]
