"""Versions reckoned once more (复算): the same figures again, or what would differ today.

``replay`` shows that a version's figures follow from its own inputs and the snapshot it names;
``reprice`` asks the same request of today's catalogue, so that an expired offer becomes a new
version with every difference explained; ``PrintedDocument`` is what is noted of each file that was
made of a version, so that a true copy can be told from a changed one years later.
"""

from cpq.pricing.again import priced_under, repriced
from cpq.pricing.kept_taxes import KeptTaxes
from cpq.replay.difference import Difference, differences
from cpq.replay.printed import DocumentKind, PrintedDocument
from cpq.replay.replayed import Replayed, replay
from cpq.replay.repricing import Repricing, reprice

__all__ = [
    "Difference",
    "DocumentKind",
    "KeptTaxes",
    "PrintedDocument",
    "Replayed",
    "Repricing",
    "differences",
    "priced_under",
    "replay",
    "reprice",
    "repriced",
]
