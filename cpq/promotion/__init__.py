"""Promotion policies (促销政策): who gets what off which products, until when, up to how much.

A policy is written in ``policy``; ``lookup`` says which of them may act on an order, ``grant``
what one of them takes off the lines that it covers.
"""

from cpq.promotion.grant import Grant, Target, grant
from cpq.promotion.lookup import InForce, PromotionLookup, in_force, ordered
from cpq.promotion.policy import (
    AmountOff,
    Basis,
    Benefit,
    PercentOff,
    PromotionPolicy,
    refusal,
)

__all__ = [
    "AmountOff",
    "Basis",
    "Benefit",
    "Grant",
    "InForce",
    "PercentOff",
    "PromotionLookup",
    "PromotionPolicy",
    "Target",
    "grant",
    "in_force",
    "ordered",
    "refusal",
]
