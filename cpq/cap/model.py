"""A cap on a promotion (促销限额): how much of what, for whom, in which time, and what then.

A cap protects the margin of the one who funds the promotion. It is a measure (money, a percentage,
units, uses, orders), a scope that has a figure of its own for each customer, region or product, a
window in which it is counted, and a behaviour at the limit. A window of one line or one order needs
no memory; all others run on a counter that is reserved from when a quote is sent.
"""

from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, Money
from cpq.kernel.period import zone
from cpq.kernel.text import Code, Line

CapScope = Literal[
    "promotion", "customer", "group", "salesperson", "channel", "region", "product", "coupon",
    "contract",
]  # fmt: skip
"""Whom a cap counts for: each customer, customer group, … has a counter of its own."""

CapWindow = Literal[
    "line", "order", "day", "week", "month", "quarter", "year", "rolling", "contract", "lifetime"
]
"""In which time a cap counts: calendar windows in its zone, ``rolling`` the last ``days`` days."""

Measure = Literal["amount", "percent", "units", "uses", "orders"]
"""What a cap counts; a use is one application of a benefit, an order counts once."""

Behaviour = Literal["clip", "reject", "warn", "approve"]
"""At the limit: give what is left, give nothing, give all and say so, give all once approved."""

_MEASURES: tuple[Measure, ...] = ("amount", "percent", "units", "uses", "orders")
_OWN_WINDOWS = ("line", "order")
_UNITS_MAX = 10**9


class Cap(Frozen):
    """At most so much of a promotion: exactly one of ``amount``, ``percent``, ``units``, ``uses``
    and ``orders``.

    ``amount`` is money on the tax basis ``tax`` (by default that of the prices it lowers);
    ``percent`` is of what the covered lines cost before promotions; ``units`` are discounted
    or free units in the product's own unit. Limits are inclusive. Several ``scope`` names make one
    counter for each combination. ``over`` is by default ``clip``, for uses and orders ``reject``.
    ``overshoot_last`` declares a gate: while anything is left, an order may take all it asks.

    >>> Cap(amount=Money("500.00", "CNY")).behaviour
    'clip'
    >>> str(Cap(orders=1, scope=("customer",), window="month"))
    '1 order per customer and month'
    """

    amount: Money | None = None
    over: Behaviour | None = None
    code: Code = added("1")
    percent: Exact | None = added(None)
    units: Exact | None = added(None)
    uses: Exact | None = added(None)
    orders: Exact | None = added(None)
    scope: tuple[CapScope, ...] = added(("promotion",))
    window: CapWindow = added("order")
    days: int | None = Field(default=None, ge=1, le=3660)
    zone: Line | None = added(None)
    tax: Literal["net", "gross"] | None = added(None)
    overshoot_last: bool = added(False)

    @model_validator(mode="after")
    def _means_one_thing(self) -> "Cap":
        given = [name for name in _MEASURES if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise Invalid(
                "cap.one_measure",
                f"a cap limits one of {', '.join(_MEASURES)}; found {found}: write one cap each",
            )
        limit = self.limit
        if limit < 0:
            found = str(limit if self.amount is None else self.amount)
            raise Invalid("cap.negative", f"a cap is 0 or more; found {found}")
        if self.measure == "percent" and (limit > 100 or self.window not in _OWN_WINDOWS):
            raise Invalid(
                "cap.percent",
                f"a percentage is 0 to 100 of one line or order; found {limit} per {self.window}",
            )
        if self.counted and self.measure != "amount" and limit > _UNITS_MAX:
            raise Invalid("cap.too_large", f"a counter goes up to {_UNITS_MAX}; found {limit}")
        if (self.window == "rolling") != (self.days is not None):
            raise Invalid("cap.days", "a rolling window, and only that, has days; give days=30")
        if self.measure in ("uses", "orders") and self.window == "line":
            raise Invalid("cap.line", "lines have no uses and no orders; cap the order instead")
        if self.overshoot_last and (not self.counted or self.behaviour not in ("clip", "reject")):
            raise Invalid(
                "cap.overshoot",
                "overshoot_last is for a limit that holds over several orders: clip or reject, in "
                "a window longer than an order",
            )
        zone(self.zone or "UTC")
        return self

    @cached_property
    def measure(self) -> Measure:
        """What is limited."""
        return next(name for name in _MEASURES if getattr(self, name) is not None)

    @cached_property
    def limit(self) -> Exact:
        """The limit as a number: an amount in the currency of ``amount``, else a count."""
        if self.amount is not None:
            return self.amount.amount
        value: Exact = getattr(self, self.measure)
        return value

    @property
    def behaviour(self) -> Behaviour:
        """What happens at the limit."""
        if self.over is not None:
            return self.over
        return "reject" if self.measure in ("uses", "orders") else "clip"

    @property
    def counted(self) -> bool:
        """Whether it runs on a counter that outlives the order."""
        return self.window not in _OWN_WINDOWS

    def __str__(self) -> str:
        what = f"{self.limit} {self.measure}" if self.amount is None else str(self.amount)
        if self.measure in ("units", "uses", "orders") and self.limit == 1:
            what = what.removesuffix("s")
        if self.measure == "percent":
            what = f"{self.limit}%"
        window = f"{self.days} days" if self.window == "rolling" else self.window
        named = (*(name for name in self.scope if name != "promotion"), window)
        return f"{what} per {' and '.join(named)}"
