"""Floors and margins (底价、毛利): what a thing is not sold below, and what a deal earns.

Before promotions each line, with the cost of its parts (``with_parts``), asks for its floors
(``floors_of``): the highest that clips leaves the promotions only so much room. After pricing the
nets are held against all floors (``judged``), and whatever was not kept is a finding: some forbid
the deal, some need an approval, some are notes.
"""

from cpq.margin.earned import Margin, line_margins, margin_of, margin_of_lines, pocket_margin
from cpq.margin.floor import Floor, FloorKind, FloorLevel, FloorLookup, FloorPolicy, FloorSource
from cpq.margin.guard import (
    Convert,
    FloorPrice,
    GuardedLine,
    LineFloors,
    floor_prices,
    floors_of,
    with_parts,
)
from cpq.margin.judge import FloorFinding, judged
from cpq.margin.line import CostedLine, Sold, counted

__all__ = [
    "Convert",
    "CostedLine",
    "Floor",
    "FloorFinding",
    "FloorKind",
    "FloorLevel",
    "FloorLookup",
    "FloorPolicy",
    "FloorPrice",
    "FloorSource",
    "GuardedLine",
    "LineFloors",
    "Margin",
    "Sold",
    "counted",
    "floor_prices",
    "floors_of",
    "judged",
    "line_margins",
    "margin_of",
    "margin_of_lines",
    "pocket_margin",
    "with_parts",
]
