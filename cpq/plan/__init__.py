"""The pricing plan (计价方案): which step makes which price point out of which, as data.

A price is a row of points that stand side by side, from the cost to the gross amount. A *step*
reads points and writes points; a *plan* is its steps in the order of their ranks. Because each
step declares what it reads, a plan is refused before it prices anything: one whose step reads what
is not there yet, or whose work is thrown away on the way to the net, would otherwise be found out
by a customer.

A step takes as its *base* the first of its ``reads`` that is there: ``("manual", "book")`` is the
price typed in, else that of the book. Some kinds always leave their point where they have a base:
``list``, ``book``, ``formula``, ``promotion``, ``floor``, ``net``, ``tax``, ``gross``. The others
(``cost``, the tier of a book, ``attribute``, ``contracted``, ``manual``, ``share``) leave one only
where a rule acts, so a plan must reach the gross amount without them.
"""

from cpq.plan.plan import (
    STANDARD_PLAN,
    PricingPlan,
    plan_at,
    refuse_two_list_setters,
    refuse_two_published,
)
from cpq.plan.step import (
    POINTS,
    UNIT_POINTS,
    AmountPoint,
    PlanStep,
    PricePoint,
    StepKind,
    UnitPoint,
)

__all__ = [
    "POINTS",
    "STANDARD_PLAN",
    "UNIT_POINTS",
    "AmountPoint",
    "PlanStep",
    "PricePoint",
    "PricingPlan",
    "StepKind",
    "UnitPoint",
    "plan_at",
    "refuse_two_list_setters",
    "refuse_two_published",
]
