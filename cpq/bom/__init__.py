"""Bills of materials (多级销售 BOM): how they are written, and the structure they make together."""

from cpq.bom.model import BOM, Component, Excludes, OptionGroup, Pick, Requires, Rollup, Sold
from cpq.bom.structure import PartTotal, Structure, dead_picks, explode, structure

__all__ = [
    "BOM",
    "Component",
    "Excludes",
    "OptionGroup",
    "PartTotal",
    "Pick",
    "Requires",
    "Rollup",
    "Sold",
    "Structure",
    "dead_picks",
    "explode",
    "structure",
]
