"""Guided selling (选配导购): what a choice costs before it is made, and the best of what is left.

What a customer is offered, the running price of a machine being configured, what every other value
would make of it, and the best completion by price, cost or margin: all by the real prices of the
catalogue, for a customer, on a day.
"""

from cpq.guidance.best import Aim, Best, complete_by
from cpq.guidance.effects import PriceEffect, price_effects, running_price
from cpq.guidance.offered import configurator

__all__ = [
    "Aim",
    "Best",
    "PriceEffect",
    "complete_by",
    "configurator",
    "price_effects",
    "running_price",
]
