"""Bills of materials (多级销售 BOM): how they are written, and the structure they make together."""

from cpq.bom.component import Component, OptionGroup, Rollup, Sold
from cpq.bom.condition import Condition
from cpq.bom.formula import QuantityFormula
from cpq.bom.model import BOM
from cpq.bom.resource import Resource, Supply
from cpq.bom.rule import Excludes, IfThen, Pick, Requires, SumRule, Term
from cpq.bom.structure import PartTotal, Structure, dead_picks, explode, structure
from cpq.bom.table import CompatibilityTable

__all__ = [
    "BOM",
    "CompatibilityTable",
    "Component",
    "Condition",
    "Excludes",
    "IfThen",
    "OptionGroup",
    "PartTotal",
    "Pick",
    "QuantityFormula",
    "Requires",
    "Resource",
    "Rollup",
    "Sold",
    "Structure",
    "SumRule",
    "Supply",
    "Term",
    "dead_picks",
    "explode",
    "structure",
]
