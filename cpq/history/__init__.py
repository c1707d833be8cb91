"""What was agreed before (历史成交价): deal prices as facts, comparables, percentiles, a guard.

Every accepted or lost quote leaves one price per line. A look-up names what is comparable and gets
back how the prices lie, with the deals as evidence, or that there are too few to say. The lowest
price before a reduction is a rule of law and stands by itself. A guard holds a new price against
history.
"""

from cpq.history.comparables import Comparables, QuantityBand
from cpq.history.deal import DealPrice, DealStatus, LinePrice, deal_prices, line_prices
from cpq.history.figures import Evidence, Insufficient, PriceStatistics, Spread, statistics
from cpq.history.footing import IndexLevel, PriceIndex, RateAt, rates_of
from cpq.history.guard import history_findings
from cpq.history.lowest import LowestPriceRule, PriceChange, lowest_in
from cpq.history.prices import DealPrices, MemoryDealPrices
from cpq.history.viewer import Viewer, refuse_unseen, visible

__all__ = [
    "Comparables",
    "DealPrice",
    "DealPrices",
    "DealStatus",
    "Evidence",
    "IndexLevel",
    "Insufficient",
    "LinePrice",
    "LowestPriceRule",
    "MemoryDealPrices",
    "PriceChange",
    "PriceIndex",
    "PriceStatistics",
    "QuantityBand",
    "RateAt",
    "Spread",
    "Viewer",
    "deal_prices",
    "history_findings",
    "line_prices",
    "lowest_in",
    "rates_of",
    "refuse_unseen",
    "statistics",
    "visible",
]
