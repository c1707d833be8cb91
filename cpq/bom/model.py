"""What a configurable product is made of (多级销售 BOM): parts, groups to pick from, rules.

A BOM belongs to a product; a component may have a BOM of its own, to any depth, so a two-level
machine is a BOM whose components have BOMs. A group offers options of which between ``minimum``
and ``maximum`` are picked. Rules speak of picks by path: ``head=HEAD-12KW`` is an option of the
top level, ``chiller.pump=PUMP-2`` one of the component ``chiller``'s group.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import Code, Line, LocalText
from cpq.product import Attribute

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
    the parent hold for the part as well. The period is in days, inclusive.

    >>> Component(product="CHILLER", quantity=1).key
    'CHILLER'
    """

    product: Code
    quantity: Exact = Field(default=Decimal(1), gt=0)
    unit: Code | None = None
    sold: Sold = "included"
    cascade: bool = False
    place: Code | None = None
    period: Period = ALWAYS

    @property
    def key(self) -> str:
        """The name of its place: ``place`` where given, else the product's code."""
        return self.place or self.product


class OptionGroup(Frozen):
    """Options of which ``minimum`` to ``maximum`` are picked (选配分组); ``preset`` are picked
    where nobody chose.

    >>> OptionGroup(code="head", options=({"product": "H-6"}, {"product": "H-12"})).maximum
    1
    """

    code: Code
    name: LocalText = LocalText()
    options: tuple[Component, ...] = Field(min_length=1)
    minimum: int = Field(default=1, ge=0)
    maximum: int = Field(default=1, ge=1)
    preset: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _can_be_satisfied(self) -> "OptionGroup":
        keys = [option.key for option in self.options]
        if len(set(keys)) != len(keys):
            raise ValueError(f"group {self.code!r} offers the same option twice: {keys}")
        if self.minimum > self.maximum or self.minimum > len(keys):
            raise ValueError(
                f"group {self.code!r} asks for at least {self.minimum} and at most "
                f"{self.maximum} of {len(keys)} options"
            )
        unknown = [code for code in self.preset if code not in keys]
        if unknown or len(self.preset) > self.maximum:
            raise ValueError(f"group {self.code!r} has an impossible preset {self.preset}")
        return self


class Pick(Frozen):
    """A choice that a rule speaks of: the option or attribute value ``value`` at ``path``.

    >>> str(Pick.read("chiller.pump=PUMP-2"))
    'chiller.pump=PUMP-2'
    """

    path: Line
    value: Code

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        path, equals, code = value.partition("=")
        if not (path.strip() and equals and code.strip()):
            raise ValueError(
                f"a pick is written path=value, such as head=HEAD-12KW; found {value!r}"
            )
        return {"path": path.strip(), "value": code.strip()}

    @classmethod
    def read(cls, text: str) -> "Pick":
        """A pick from its text, ``path=value``."""
        return cls.model_validate(text)

    def __str__(self) -> str:
        return f"{self.path}={self.value}"


class Requires(Frozen):
    """If ``when`` is picked, at least one of ``needs`` must be (依赖).

    >>> rule = Requires(code="R1", when="head=H-12", needs=("cooling=WATER", "cooling=OIL"))
    >>> str(rule.needs[1])
    'cooling=OIL'
    """

    code: Code
    when: Pick
    needs: tuple[Pick, ...] = Field(min_length=1)
    message: LocalText = LocalText()


class Excludes(Frozen):
    """The picks of ``together`` must not all be picked at once (互斥).

    >>> len(Excludes(code="X1", together=("head=H-12", "cooling=AIR")).together)
    2
    """

    code: Code
    together: tuple[Pick, ...] = Field(min_length=2)
    message: LocalText = LocalText()


class BOM(Frozen):
    """The bill of materials of one product: fixed parts, groups, attributes and rules.

    ``rollup`` says how its price comes from its own and its parts'. Quantities are per one of the
    product's own unit.

    >>> desk = BOM(product="DESK", components=({"product": "TOP"}, {"product": "LEG",
    ...            "quantity": 4, "sold": "priced"}))
    >>> [(part.key, part.sold) for part in desk.parts()]
    [('TOP', 'included'), ('LEG', 'priced')]
    """

    product: Code
    rollup: Rollup = "as_sold"
    components: tuple[Component, ...] = ()
    groups: tuple[OptionGroup, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    requires: tuple[Requires, ...] = ()
    excludes: tuple[Excludes, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "BOM":
        names = [component.key for component in self.components]
        names += [group.code for group in self.groups]
        names += [attribute.code for attribute in self.attributes]
        dotted = [
            name
            for name in (*(g.code for g in self.groups), *(a.code for a in self.attributes))
            if "." in name
        ]
        if dotted:
            raise ValueError(
                f"the BOM of {self.product!r} names {', '.join(dotted)}; groups and attributes "
                "have no dot in their code, because dots part the steps of a path"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"the BOM of {self.product!r} uses a name for two things: {', '.join(twice)}; "
                "give one of them another place or code"
            )
        return self

    def parts(self) -> Iterator[Component]:
        """Every component that the BOM may contain: fixed parts, then all options."""
        yield from self.components
        for group in self.groups:
            yield from group.options
