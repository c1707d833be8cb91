"""Configurations (选配结果): what they are, how choices make them, and choosing step by step.

A configuration is a value: it prices, prints, compares and reorders without the BOM it came from.
``configure`` makes one from choices at once; ``Configurator`` leads to one step by step, over the
problem that ``compiled`` makes of a structure.
"""

from cpq.configuration.compare import (
    Change,
    ExplodedLine,
    Revalidation,
    diff,
    explode_configuration,
    revalidate,
    validate,
)
from cpq.configuration.compile import compiled
from cpq.configuration.compiled import NOTHING, Compiled, Costs, Level, Variable
from cpq.configuration.configure import check, configure, parts_total
from cpq.configuration.lint import lint_model
from cpq.configuration.model import Choice, Chosen, Configuration, Item, Origin, Part
from cpq.configuration.offered import not_offered
from cpq.configuration.reason import Filtered, Reason
from cpq.configuration.selection import Completed, Domain, Explanation, Offer, Selection
from cpq.configuration.state import Configurator

__all__ = [
    "NOTHING",
    "Change",
    "Choice",
    "Chosen",
    "Compiled",
    "Completed",
    "Configuration",
    "Configurator",
    "Costs",
    "Domain",
    "Explanation",
    "ExplodedLine",
    "Filtered",
    "Item",
    "Level",
    "Offer",
    "Origin",
    "Part",
    "Reason",
    "Revalidation",
    "Selection",
    "Variable",
    "check",
    "compiled",
    "configure",
    "diff",
    "explode_configuration",
    "lint_model",
    "not_offered",
    "parts_total",
    "revalidate",
    "validate",
]
