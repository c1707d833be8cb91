"""Configure, price, quote (选配、计价、报价): pure functions on frozen values.

The modules stand in the order in which a deal lives: product, bom, configuration, pricebook,
promotion, catalogue, pricing, quote. Importing this package loads no database, no template engine
and no PDF engine; those live in ``cpq.adapters``.
"""

from cpq.allocation import Allocation, allocate, refundable
from cpq.bom import BOM, Component, Excludes, OptionGroup, Pick, Requires, explode
from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item, configure, parts_total
from cpq.customer import Customer, Party
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import Money, Rounding, RoundingPolicy
from cpq.kernel.period import Period
from cpq.kernel.text import LocalText
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier, entry
from cpq.pricing import item, price
from cpq.product import Attribute, Category, Product
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy
from cpq.quote import (
    Clause,
    PaymentTerm,
    Quote,
    accept,
    draft_quote,
    payment_terms,
    published,
    revise,
    send,
    supersede,
)
from cpq.tax import CHINA_VAT, TaxRate, TaxTable
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

__all__ = [
    "BOM",
    "CHINA_VAT",
    "Allocation",
    "AmountOff",
    "Attribute",
    "Cap",
    "Catalogue",
    "Category",
    "Clause",
    "Component",
    "Configuration",
    "Customer",
    "DomainError",
    "Excludes",
    "Finding",
    "Item",
    "LocalText",
    "Money",
    "OptionGroup",
    "Party",
    "PaymentTerm",
    "PercentOff",
    "Period",
    "Pick",
    "PriceBook",
    "PriceBookEntry",
    "PriceBookVersion",
    "PricedLine",
    "Pricing",
    "Product",
    "PromotionPolicy",
    "Quote",
    "Requires",
    "Rounding",
    "RoundingPolicy",
    "Step",
    "TaxRate",
    "TaxTable",
    "Tier",
    "accept",
    "allocate",
    "configure",
    "draft_quote",
    "entry",
    "explode",
    "item",
    "parts_total",
    "payment_terms",
    "price",
    "published",
    "refundable",
    "revise",
    "send",
    "supersede",
]
