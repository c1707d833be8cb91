"""Price books (价目表): dated versions of entries, and finding the price in them."""

from cpq.pricebook.attribute import AttributePrice, adjusted
from cpq.pricebook.book import (
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    QuantityBasis,
    Resolution,
    Tier,
    entry,
)
from cpq.pricebook.charge import Charge, Slice, TierMode
from cpq.pricebook.lookup import BEGINNING, EXACTLY, Bounds, NoPrice, PriceLookup
from cpq.pricebook.rails import PriceEnding, Rails
from cpq.pricebook.resolve import Asked, Grounds, Measure, Value, Worked, numbers_of, worked
from cpq.pricebook.rows import shown
from cpq.pricebook.share import PercentOfTotal

__all__ = [
    "BEGINNING",
    "EXACTLY",
    "Asked",
    "AttributePrice",
    "Bounds",
    "Charge",
    "Grounds",
    "Measure",
    "NoPrice",
    "PercentOfTotal",
    "PriceBook",
    "PriceBookEntry",
    "PriceBookVersion",
    "PriceEnding",
    "PriceLookup",
    "QuantityBasis",
    "Rails",
    "Resolution",
    "Slice",
    "Tier",
    "TierMode",
    "Value",
    "Worked",
    "adjusted",
    "entry",
    "numbers_of",
    "shown",
    "worked",
]
