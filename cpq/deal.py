"""What a sale is beside its lines (交易信息): coupons, who sells, which contract, what is used.

Pricing is told these facts and keeps them, so that the same facts give the same price again. How
much of a cap is used comes from whoever keeps the budget ledger, as of the moment of asking.
"""

from pydantic import Field, model_validator

from cpq.cap import CapUsage
from cpq.coupon import Coupon
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.text import Line

_NOTHING_USED = CapUsage()


class DealFacts(Frozen):
    """What promotions look at beside the order and its customer.

    ``coupons`` are those that were entered, in any order; ``usage`` what of the counters of caps is
    used, without what this offer itself holds; ``salesperson`` and ``contract`` are what caps may
    count for; ``orders_placed`` how many orders the customer placed before, cancelled ones apart.

    >>> DealFacts(coupons=(Coupon(code="AUTUMN-7K4P", promotion="AUTUMN"),)).orders_placed
    0
    """

    coupons: tuple[Coupon, ...] = ()
    usage: CapUsage = _NOTHING_USED
    salesperson: Line = ""
    contract: Line = ""
    orders_placed: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _codes_are_of_one_coupon(self) -> "DealFacts":
        known: dict[str, Coupon] = {}
        for coupon in self.coupons:
            if known.setdefault(coupon.key, coupon) != coupon:
                raise Invalid(
                    "coupon.ambiguous",
                    f"two coupons that differ have the code {coupon.code!r}; give the one that was "
                    "found for the code",
                    coupon=coupon.code,
                )
        return self


NO_FACTS = DealFacts()
"""A sale of which nothing is said."""
