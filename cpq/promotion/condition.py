"""When a promotion holds (促销条件): a tree of what the order, the buyer and the past must be.

A leaf looks at one thing and says, where it does not hold, what it needed and what it found; the
tree passes on the words of the leaf that failed. Conditions on amounts see a declared basis: what
lines cost before any promotion, or what the groups of promotions before this one have left.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money
from cpq.kernel.text import Code, Line
from cpq.promotion.benefit import TaxSide
from cpq.promotion.selector import Selector

Sees = Literal["original", "running"]
"""The amounts that a condition looks at: before any promotion, or after those that acted."""


class LinesQuantity(Frozen):
    """So many units of the targeted lines together, or of those that ``of`` means; inclusive.

    Counted in ``unit``, where lines of other dimensions do not count; else in the one unit that
    the lines have, or in the base unit of their one dimension.

    >>> LinesQuantity(least=10).least
    Decimal('10')
    """

    kind: Literal["quantity"] = "quantity"
    least: Exact | None = None
    most: Exact | None = None
    of: Selector | None = None
    unit: Code | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> "LinesQuantity":
        _bounded(self.least, self.most, "a quantity")
        return self


class LinesAmount(Frozen):
    """So much for the targeted lines together, or for those that ``of`` means; inclusive.

    ``tax`` says whether tax is in it; by default it is as in the prices. ``sees`` is by default
    what the policy sees.

    >>> LinesAmount(least=Money("1000.00", "CNY")).tax is None
    True
    """

    kind: Literal["amount"] = "amount"
    least: Money | None = None
    most: Money | None = None
    of: Selector | None = None
    tax: TaxSide | None = None
    sees: Sees | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> "LinesAmount":
        low, high = (each and each.amount for each in (self.least, self.most))
        _bounded(low, high, "an amount")
        return self

    def moneys(self) -> tuple[Money, ...]:
        """Its bounds."""
        return tuple(each for each in (self.least, self.most) if each is not None)


class Buyer(Frozen):
    """Who buys: one of the customers, of the groups, in one of the regions, through a channel.

    What is not named does not matter; of what is named, each must fit.

    >>> Buyer(regions=("east",)).regions
    ('east',)
    """

    kind: Literal["buyer"] = "buyer"
    customers: tuple[Code, ...] = ()
    groups: tuple[Code, ...] = ()
    regions: tuple[Line, ...] = ()
    channels: tuple[Line, ...] = ()


class OrderNumber(Frozen):
    """The customer's order number ``nth``, or with ``every`` each nth one (首单、第 n 单).

    Orders that were cancelled do not count; how many were placed before is a fact of the deal.

    >>> OrderNumber(nth=1).every
    False
    """

    kind: Literal["order_number"] = "order_number"
    nth: int = Field(ge=1)
    every: bool = False


class Every(Frozen):
    """All of the conditions hold.

    >>> Every(of=(OrderNumber(nth=1), Buyer(regions=("east",)))).kind
    'every'
    """

    kind: Literal["every"] = "every"
    of: tuple["Condition", ...] = Field(min_length=1)


class Either(Frozen):
    """At least one of the conditions holds.

    >>> Either(of=(OrderNumber(nth=1), Buyer(regions=("east",)))).kind
    'either'
    """

    kind: Literal["either"] = "either"
    of: tuple["Condition", ...] = Field(min_length=1)


class Unless(Frozen):
    """The condition does not hold.

    >>> Unless(of=Buyer(channels=("online",))).kind
    'unless'
    """

    kind: Literal["unless"] = "unless"
    of: "Condition"


Condition = Annotated[
    LinesQuantity | LinesAmount | Buyer | OrderNumber | Every | Either | Unless,
    Field(discriminator="kind"),
]

_DEPTH_MAX = 12


def leaves(condition: Condition, depth: int = 0) -> tuple[Condition, ...]:
    """The leaves of a tree. Raises ``Invalid`` (``promotion.too_deep``) below twelve levels.

    >>> len(leaves(Every(of=(OrderNumber(nth=1), Unless(of=Buyer(regions=("east",)))))))
    2
    """
    if depth > _DEPTH_MAX:
        raise Invalid(
            "promotion.too_deep", f"conditions go {_DEPTH_MAX} levels deep; write them flatter"
        )
    if isinstance(condition, Every | Either):
        return tuple(leaf for each in condition.of for leaf in leaves(each, depth + 1))
    if isinstance(condition, Unless):
        return leaves(condition.of, depth + 1)
    return (condition,)


def _bounded(least: object, most: object, what: str) -> None:
    low, high = least, most
    if low is None and high is None:
        raise Invalid("promotion.no_bound", f"{what} is bounded by least, most or both; give one")
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        raise Invalid("promotion.no_bound", f"{what} of {low} to {high}: nothing is both")


for _tree in (Every, Either, Unless):
    _tree.model_rebuild()

__all__ = [
    "Buyer",
    "Condition",
    "Either",
    "Every",
    "LinesAmount",
    "LinesQuantity",
    "OrderNumber",
    "Sees",
    "Unless",
    "leaves",
]
