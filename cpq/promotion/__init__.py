"""Promotion policies (促销政策): who gets what off which products, until when, up to how much.

A policy is written in ``policy``, with what it gives (``benefit``), what it asks for
(``condition``), which lines it means (``selector``) and which group it acts in (``group``).
``lookup`` says which of them may act on an order; an order is a ``sale``. What one policy takes off
it is a ``grant``: ``judge`` looks at its conditions; ``reckon``, ``sets`` and ``goods`` say what
its benefit asks for, an ``offer``; ``limit`` looks at its caps, ``share`` shares what they let
through. How they act together says ``act``, with ``best`` where the best combination is wanted;
``rows`` is what the trace shows of it.
"""

from cpq.promotion.act import Candidate, Combination, Outcome, acted
from cpq.promotion.benefit import (
    AmountOff,
    Benefit,
    BundleItem,
    BundlePrice,
    BuyGet,
    EveryOff,
    FixedPrice,
    FreeGoods,
    FreeShipping,
    Ladder,
    LadderStep,
    PercentOff,
)
from cpq.promotion.condition import (
    Buyer,
    Condition,
    Either,
    Every,
    LinesAmount,
    LinesQuantity,
    OrderNumber,
    Unless,
)
from cpq.promotion.grant import Grant, granted
from cpq.promotion.group import PromotionGroup
from cpq.promotion.lookup import InForce, PromotionLookup, in_force, ordered
from cpq.promotion.offer import Gift
from cpq.promotion.policy import Basis, PromotionPolicy, refusal
from cpq.promotion.rows import gift_row, rows_of
from cpq.promotion.sale import Running, Sale, Target, Worth, content_order, opened
from cpq.promotion.selector import Selector

__all__ = [
    "AmountOff",
    "Basis",
    "Benefit",
    "BundleItem",
    "BundlePrice",
    "BuyGet",
    "Buyer",
    "Candidate",
    "Combination",
    "Condition",
    "Either",
    "Every",
    "EveryOff",
    "FixedPrice",
    "FreeGoods",
    "FreeShipping",
    "Gift",
    "Grant",
    "InForce",
    "Ladder",
    "LadderStep",
    "LinesAmount",
    "LinesQuantity",
    "OrderNumber",
    "Outcome",
    "PercentOff",
    "PromotionGroup",
    "PromotionLookup",
    "PromotionPolicy",
    "Running",
    "Sale",
    "Selector",
    "Target",
    "Unless",
    "Worth",
    "acted",
    "content_order",
    "gift_row",
    "granted",
    "in_force",
    "opened",
    "ordered",
    "refusal",
    "rows_of",
]
