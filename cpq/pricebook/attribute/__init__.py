"""Attribute prices (属性定价): what a colour, a length or a voltage does to a price per unit.

A rule *matches* a set of attribute values and does one thing: it replaces the price, adds an
amount per unit, adds a percentage, or works out a formula of numeric attributes. The same rules
serve the cost, so that the margin follows the configuration.

The order is fixed. First the one replacement; then all amounts, those of formulas included; then
the percentages, each on the same base + amounts, so that 10 % and 5 % are 15 % whatever their
order; last the percentages that say ``on="running"``, each on what stands then.

Rules *compete* where one says what the other says more closely: two amounts, two percentages or
two formulas of the same names, of which one matches all that the other does; replacements always.
Of competing rules one acts. Rules for other attributes do not compete, and add up.
"""

from cpq.pricebook.attribute.adjust import (
    Adjusted,
    Adjustment,
    AttributeRow,
    Competition,
    adjusted,
)
from cpq.pricebook.attribute.rule import AttributeEffect, AttributePrice

__all__ = [
    "Adjusted",
    "Adjustment",
    "AttributeEffect",
    "AttributePrice",
    "AttributeRow",
    "Competition",
    "adjusted",
]
