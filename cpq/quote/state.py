"""The states of an offer and the arrows between them (报价单状态): what may follow what.

What is stored is what somebody did. That an offer has expired is not among it: nobody does it, it
is so from an instant on, and ``state_at`` says whether it is.
"""

from typing import Literal

QuoteState = Literal[
    "draft",
    "in_approval",
    "approved",
    "sent",
    "accepted",
    "superseded",
    "lost",
    "withdrawn",
]
"""What is stored. ``lost`` is an offer that the customer rejected, with his reason (丢单)."""

QuoteStateAt = Literal[
    "draft",
    "in_approval",
    "approved",
    "sent",
    "accepted",
    "superseded",
    "lost",
    "withdrawn",
    "expired",
]
"""The state at an instant: a sent offer whose last day is over is ``expired`` (已过期)."""

ARROWS: dict[QuoteState, frozenset[QuoteState]] = {
    "draft": frozenset({"in_approval", "approved", "sent", "superseded"}),
    "in_approval": frozenset({"draft", "approved", "superseded"}),
    "approved": frozenset({"in_approval", "sent", "superseded"}),
    "sent": frozenset({"accepted", "lost", "withdrawn", "superseded"}),
    "accepted": frozenset(),
    "superseded": frozenset(),
    "lost": frozenset(),
    "withdrawn": frozenset(),
}
"""The states that may follow each state, one step on."""

UNSENT: frozenset[QuoteState] = frozenset({"draft", "in_approval", "approved"})
"""The states of an offer that its customer has not seen: its content may still change."""

LIVE: frozenset[QuoteState] = frozenset({"sent", "accepted"})
"""The states that bind the seller; of the versions of one quote one is in them, or none."""

OFFERED: frozenset[QuoteState] = frozenset({"sent", "accepted", "lost", "withdrawn"})
"""The states of a version that was sent, and that nothing later has overtaken."""


def leads_to(state: QuoteState, later: QuoteState) -> bool:
    """Whether arrows lead from a state to a later one, in one step or in several.

    >>> leads_to("draft", "accepted"), leads_to("sent", "draft"), leads_to("lost", "sent")
    (True, False, False)
    """
    reached: set[QuoteState] = set()
    ahead: set[QuoteState] = set(ARROWS[state])
    while ahead:
        reached |= ahead
        ahead = {after for each in ahead for after in ARROWS[each]} - reached
    return later in reached
