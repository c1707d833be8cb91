"""The parts of a bill of materials (子件): how many there are, and the groups to pick from.

A part has a fixed quantity per parent, a range of quantities to choose from, or one that a formula
derives from what was chosen. Where its instances may differ from each other it is ``distinct``:
each is then a place of its own, ``press[1]``, ``press[2]`` …
"""

from decimal import Decimal
from functools import cached_property
from typing import Final, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from cpq.bom.formula import QuantityFormula
from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact, plain
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import Code, LocalText
from cpq.product import NumberRange

INSTANCES_MAX: Final = 1000
"""How many separate instances a distinct component may have."""

Sold = Literal["included", "priced"]
"""Whether a part's price is held by its parent (included) or the part is priced on its own."""


Rollup = Literal["as_sold", "parent", "components", "sum", "allocated"]
"""How the price of a configured product comes from its own and its parts' (捆绑计价方式).

``as_sold``: each part says itself whether it is priced; ``parent``: the parent's price holds all
its parts; ``components``: the parent costs what its parts cost; ``sum``: the parent's own price
and its parts'; ``allocated``: the parent's price holds all, and each part bears a share of it by
its stand-alone price, for revenue.
"""


class Component(Frozen):
    """A part: so many of a product per parent; ``key`` names its place in paths.

    ``sold`` says whether its price is included in the parent's; ``cascade`` lets promotions for
    the parent hold for the part as well. The period is in days, inclusive. With ``quantity_to`` any
    quantity from ``quantity`` (0: it may be left out) in steps is to be chosen at
    ``<place>.quantity``; ``quantity_formula`` derives it instead. ``distinct`` instances are
    configured one by one. ``preference`` is what picking it costs where the most preferred
    completion is asked for: the lower the better.

    >>> Component(product="CHILLER", quantity=1).key
    'CHILLER'
    >>> Component(product="BAG", quantity=0, quantity_to=2).span.codes
    ('0', '1', '2')
    """

    product: Code
    quantity_to: Exact | None = added(None)
    quantity: Exact = Field(default=Decimal(1), ge=0)
    unit: Code | None = None
    sold: Sold = "included"
    cascade: bool = False
    place: Code | None = None
    period: Period = ALWAYS
    quantity_step: Exact = added(Decimal(1))
    quantity_formula: QuantityFormula | None = added(None)
    distinct: bool = added(False)
    preference: int = added(0)

    @field_validator("quantity")
    @classmethod
    def _is_there(cls, quantity: Decimal, known: ValidationInfo) -> Decimal:
        if quantity == 0 and known.data.get("quantity_to") is None:
            raise ValueError(
                "a component with the quantity 0 needs a quantity_to, up to which it may be "
                "chosen; else its quantity is above 0"
            )
        return quantity

    @model_validator(mode="after")
    def _can_be_counted(self) -> "Component":
        if self.quantity_to is not None and self.quantity_formula is not None:
            raise ValueError(
                f"component {self.key!r} has quantity_to and quantity_formula; a quantity is "
                "either chosen or derived"
            )
        if self.quantity_to is not None:
            NumberRange(low=self.quantity, high=self.quantity_to, step=self.quantity_step)
        if self.distinct:
            self._can_be_separate()
        return self

    def _can_be_separate(self) -> None:
        most = self.quantity_to or self.quantity
        whole = all(each % 1 == 0 for each in (self.quantity, self.quantity_step, most))
        if self.quantity_formula is not None or not whole or most > INSTANCES_MAX:
            raise ValueError(
                f"component {self.key!r} is distinct; its quantity is then a whole number, not "
                f"derived, and at most {INSTANCES_MAX}; found up to {plain(most)}"
            )

    @property
    def key(self) -> str:
        """The name of its place: ``place`` where given, else the product's code."""
        return self.place or self.product

    @cached_property
    def span(self) -> NumberRange | None:
        """The quantities to choose from; ``None`` where the quantity is fixed or derived."""
        if self.quantity_to is None:
            return None
        return NumberRange(low=self.quantity, high=self.quantity_to, step=self.quantity_step)

    @property
    def fixed(self) -> bool:
        """Whether every configuration has this quantity of it."""
        return self.quantity_to is None and self.quantity_formula is None


class OptionGroup(Frozen):
    """Options of which ``minimum`` to ``maximum`` are picked (选配分组); ``preset`` are picked
    where nobody chose. Raises ``Invalid``: ``bom.no_value`` without options, ``bom.group_bounds``
    where so many can never be picked.

    >>> OptionGroup(code="head", options=({"product": "H-6"}, {"product": "H-12"})).maximum
    1
    """

    code: Code
    name: LocalText = LocalText()
    options: tuple[Component, ...] = Field(json_schema_extra={"minItems": 1})
    minimum: int = Field(default=1, ge=0)
    maximum: int = Field(default=1, ge=1)
    preset: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _can_be_satisfied(self) -> "OptionGroup":
        keys = [option.key for option in self.options]
        if not keys:
            raise Invalid(
                "bom.no_value",
                f"group {self.code!r} has no option to pick; give it one, or remove the group",
                message_zh=f"分组 {self.code} 没有任何选项；请补充选项或删除该分组",
            )
        if len(set(keys)) != len(keys):
            raise ValueError(f"group {self.code!r} offers the same option twice: {keys}")
        if self.minimum > self.maximum or self.minimum > len(keys):
            raise Invalid(
                "bom.group_bounds",
                f"group {self.code!r} asks for at least {self.minimum} and at most "
                f"{self.maximum} of {len(keys)} options, which nobody can pick; let minimum be at "
                "most maximum and at most the number of options",
                message_zh=f"分组 {self.code} 要求从 {len(keys)} 个选项中至少选 {self.minimum} 项、"
                f"最多选 {self.maximum} 项，无法满足；minimum 不得大于 maximum 和选项个数",
            )
        unknown = [code for code in self.preset if code not in keys]
        if unknown or len(self.preset) > self.maximum:
            raise ValueError(f"group {self.code!r} has an impossible preset {self.preset}")
        none = [option.key for option in self.options if option.quantity == 0]
        if none:
            raise ValueError(
                f"group {self.code!r} offers {', '.join(none)} with the quantity 0; an option that "
                "is picked is there at least once"
            )
        return self
