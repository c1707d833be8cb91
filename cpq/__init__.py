"""Configure, price, quote (选配、计价、报价): pure functions on frozen values.

The modules stand in the order in which a deal lives: product, bom, configuration, pricebook,
agreement, promotion, margin, catalogue, pricing, quote. Importing this package loads no database,
no template engine and no PDF engine; those live in ``cpq.adapters``.
"""

from cpq.agreement import AgreedPrice, Commitment, Drawdown, PriceAgreement
from cpq.allocation import Allocation, allocate, refundable
from cpq.approval import (
    AllOf,
    AnyOf,
    ApprovalLevel,
    ApprovalMatrix,
    ApprovalRule,
    Compare,
    Decision,
    Delegation,
    Not,
    when,
)
from cpq.assignment import BookAssignment
from cpq.availability import SalesScope
from cpq.bom import BOM, Component, Excludes, OptionGroup, Pick, Requires, explode
from cpq.cap import Cap
from cpq.catalogue import Catalogue
from cpq.configuration import Configuration, Item, configure, parts_total
from cpq.customer import Customer, Party
from cpq.history import Comparables, DealPrice, deal_prices, history_findings, lowest_in
from cpq.kernel.errors import DomainError, Finding
from cpq.kernel.money import Money, Rounding, RoundingPolicy
from cpq.kernel.period import Period
from cpq.kernel.text import LocalText
from cpq.manual import ManualPrice
from cpq.margin import Floor, Margin, margin_of, pocket_margin
from cpq.plan import STANDARD_PLAN, PlanStep, PricingPlan
from cpq.ports import TaxEngine
from cpq.pricebook import (
    AttributePrice,
    NoPrice,
    PercentOfTotal,
    PriceBook,
    PriceBookEntry,
    PriceBookVersion,
    PriceEnding,
    Rails,
    Tier,
    entry,
)
from cpq.pricing import item, price, unit_price
from cpq.product import Attribute, Category, Product
from cpq.promotion import AmountOff, PercentOff, PromotionPolicy
from cpq.purchased import Purchased
from cpq.quote import (
    Clause,
    PaymentTerm,
    Quote,
    accept,
    approval_needs,
    approval_status,
    approve,
    draft_quote,
    lose,
    payment_terms,
    published,
    revise,
    send,
    supersede,
)
from cpq.rate import ExchangeRate, RateTable, UsedRate
from cpq.tax import CHINA_VAT, TaxMapping, TaxRate, TaxRegime, TaxTable
from cpq.trace import Effect, Step
from cpq.waterfall import PricedLine, Pricing, Trigger, Why, WhyNot

__all__ = [
    "BOM",
    "CHINA_VAT",
    "STANDARD_PLAN",
    "AgreedPrice",
    "AllOf",
    "Allocation",
    "AmountOff",
    "AnyOf",
    "ApprovalLevel",
    "ApprovalMatrix",
    "ApprovalRule",
    "Attribute",
    "AttributePrice",
    "BookAssignment",
    "Cap",
    "Catalogue",
    "Category",
    "Clause",
    "Commitment",
    "Comparables",
    "Compare",
    "Component",
    "Configuration",
    "Customer",
    "DealPrice",
    "Decision",
    "Delegation",
    "DomainError",
    "Drawdown",
    "Effect",
    "ExchangeRate",
    "Excludes",
    "Finding",
    "Floor",
    "Item",
    "LocalText",
    "ManualPrice",
    "Margin",
    "Money",
    "NoPrice",
    "Not",
    "OptionGroup",
    "Party",
    "PaymentTerm",
    "PercentOfTotal",
    "PercentOff",
    "Period",
    "Pick",
    "PlanStep",
    "PriceAgreement",
    "PriceBook",
    "PriceBookEntry",
    "PriceBookVersion",
    "PriceEnding",
    "PricedLine",
    "Pricing",
    "PricingPlan",
    "Product",
    "PromotionPolicy",
    "Purchased",
    "Quote",
    "Rails",
    "RateTable",
    "Requires",
    "Rounding",
    "RoundingPolicy",
    "SalesScope",
    "Step",
    "TaxEngine",
    "TaxMapping",
    "TaxRate",
    "TaxRegime",
    "TaxTable",
    "Tier",
    "Trigger",
    "UsedRate",
    "Why",
    "WhyNot",
    "accept",
    "allocate",
    "approval_needs",
    "approval_status",
    "approve",
    "configure",
    "deal_prices",
    "draft_quote",
    "entry",
    "explode",
    "history_findings",
    "item",
    "lose",
    "lowest_in",
    "margin_of",
    "parts_total",
    "payment_terms",
    "pocket_margin",
    "price",
    "published",
    "refundable",
    "revise",
    "send",
    "supersede",
    "unit_price",
    "when",
]
