"""Groups of promotions (促销分组): which of them act together, which compete, and in what order.

Groups act one after the other, each on what those before have left. Inside a group the order is
priority from high to low, then code: never the order in which somebody typed a coupon.
"""

from typing import Literal

from pydantic import Field

from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, LocalText

GroupMode = Literal[
    "stack", "additive", "best_per_line", "best_per_order", "first", "best_combination"
]
"""How the promotions of a group go together."""


class PromotionGroup(Frozen):
    """A group of promotions; policies name it by ``code``, low ``rank`` acts first.

    ``stack``: one after the other on what is left. ``additive``: each on what the group began with.
    ``best_per_line``: on each line the one that gives most there. ``best_per_order``: the one that
    gives most in all. ``first``: the first that gives anything. ``best_combination``: the permitted
    combination that gives the customer most or, ``aim`` ``margin``, that costs us least of those to
    which no further promotion of the group could be added; at most ``limit`` promotions are tried
    out, and where that does not suffice for a proof the better of the best found and the order of
    priority stands.

    >>> PromotionGroup(code="SEASON", mode="best_per_order").rank
    0
    """

    code: Code
    name: LocalText = LocalText()
    rank: int = 0
    mode: GroupMode = "stack"
    aim: Literal["customer", "margin"] = "customer"
    limit: int = Field(default=2000, ge=1, le=1_000_000)


UNGROUPED = PromotionGroup(code="UNGROUPED")
"""The group of policies that name none: they stack, at rank 0."""
