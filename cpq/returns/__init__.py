"""What goes back to the customer when goods come back (退货退款), with exact money.

A return is reckoned as a difference: what is due after it, less what earlier returns of the sale
gave. What is due depends on how much of each line is left with the customer and on nothing else,
so whoever returns in three steps gets what he would have got in one. ``sold`` says what was paid
for each line and what of it comes back, ``deduct`` what of the discount on the goods that stay is
lost (``policy``: kept, clawed back, rebilled), ``counters`` what the caps get back.
"""

from cpq.returns.credit import (
    AllocationBack,
    Deduction,
    DeductionReason,
    ReturnCredit,
    ReturnedLine,
    given_back,
)
from cpq.returns.kept import Kept, Reprice, repricing
from cpq.returns.policy import KEEP, ReturnPolicy, return_policy
from cpq.returns.take_back import everything_left, take_back

__all__ = [
    "KEEP",
    "AllocationBack",
    "Deduction",
    "DeductionReason",
    "Kept",
    "Reprice",
    "ReturnCredit",
    "ReturnPolicy",
    "ReturnedLine",
    "everything_left",
    "given_back",
    "repricing",
    "return_policy",
    "take_back",
]
