"""Price books (价目表): dated versions of entries, and finding the price in them."""

from cpq.pricebook.book import PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.pricebook.lookup import NoPrice, Price, PriceLookup

__all__ = [
    "NoPrice",
    "Price",
    "PriceBook",
    "PriceBookEntry",
    "PriceBookVersion",
    "PriceLookup",
    "Tier",
    "entry",
]
