"""The rule of an attribute price (属性价格): what it matches, and the one thing that it does."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from cpq.kernel.expression import Expression
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, plain
from cpq.kernel.period import ALWAYS, Period
from cpq.kernel.text import Code, Line, LocalText

AttributeEffect = Literal["set", "add", "percent"]
"""What a rule does to the running price: make it the value, add it, or add so many percent."""

_EVERYTHING = 1000
_LINE_MAX = 200


class AttributePrice(Frozen):
    """What a set of attribute values does to the price of a product, a category or everything.

    Exactly one of ``price`` (replaces, per unit), ``add`` (per unit, may be negative), ``percent``
    (10 is dearer by 10 %) and ``formula`` (per unit, over numeric attributes and ``base``; at
    least ``minimum``; adds, or with ``replaces`` is the price). Amounts are in the book's currency
    and per ``unit``, in which case only lines in that unit are meant, else per the product's own.
    A replacement or a formula with an empty ``match`` holds for all values: the fallback row.

    >>> red = AttributePrice(code="RED", match={"colour": "red"}, percent="10")
    >>> red.match, str(red)
    ((('colour', 'red'),), 'colour=red: +10%')
    """

    code: Code
    name: LocalText = LocalText()
    product: Code | None = None
    category: Code | None = None
    unit: Code | None = None
    match: tuple[tuple[Code, Line], ...] = ()
    period: Period = ALWAYS
    rank: int = 0
    price: Exact | None = Field(default=None, ge=0)
    add: Exact | None = None
    percent: Exact | None = Field(default=None, ge=-100)
    formula: Expression | None = None
    minimum: Exact | None = Field(default=None, ge=0)
    replaces: bool = False
    on: Literal["base", "running"] = "base"

    @field_validator("match", mode="before")
    @classmethod
    def _from_mapping(cls, value: Any) -> Any:
        return tuple(value.items()) if isinstance(value, Mapping) else value

    @field_validator("match")
    @classmethod
    def _in_one_order(cls, match: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        names = [attribute for attribute, _ in match]
        if len(set(names)) < len(names):
            raise ValueError(f"a rule wants one value of an attribute; found {', '.join(names)}")
        return tuple(sorted(match))

    @model_validator(mode="after")
    def _says_one_thing(self) -> "AttributePrice":
        if self.product and self.category:
            raise ValueError(f"{self.code!r} is for product {self.product!r} or a category")
        given = (self.price, self.add, self.percent, self.formula)
        if sum(value is not None for value in given) != 1:
            raise ValueError(f"{self.code!r} gives one of price, add, percent and formula")
        if self.formula is None and (self.replaces or self.minimum is not None):
            raise ValueError(f"{self.code!r} has no formula to replace a price or have a minimum")
        if self.on == "running" and self.percent is None:
            raise ValueError(f"{self.code!r}: on='running' is for percentages")
        if not self.match and self.price is None and self.formula is None:
            raise ValueError(f"{self.code!r} matches nothing; an entry changes all prices")
        return self

    @cached_property
    def subject(self) -> tuple[str, frozenset[str]]:
        """What the rule is about: rules about the same thing may compete."""
        if self.price is not None or self.replaces:
            return ("set", frozenset())
        if self.formula is not None:
            return ("formula", self.formula.names)
        return ("percent" if self.percent is not None else "add", frozenset())

    @property
    def effect(self) -> AttributeEffect:
        """What the rule does to a price."""
        kind = self.subject[0]
        return "set" if kind == "set" else "percent" if kind == "percent" else "add"

    @property
    def stated(self) -> str:
        """What the rule does, as it is written: ``+10%``, ``= 88``, ``+length * 12.5``."""
        if self.formula is not None:
            least = "" if self.minimum is None else f", at least {plain(self.minimum)}"
            return f"{'= ' if self.replaces else '+'}{self.formula}{least}"
        if self.price is not None:
            return f"= {plain(self.price)}"
        number = self.add if self.add is not None else self.percent or Decimal(0)
        sign = "" if number < 0 else "+"
        return f"{sign}{plain(number)}{'' if self.percent is None else '%'}"

    def distance(
        self, *, product: str, family: str | None = None, categories: Sequence[str] = ()
    ) -> int | None:
        """How far the rule is from a product: 0 is the product itself; ``None``: not for it."""
        if self.product is not None:
            return 0 if self.product == product else 1 if self.product == family else None
        if self.category is None:
            return _EVERYTHING
        return 2 + categories.index(self.category) if self.category in categories else None

    def __str__(self) -> str:
        return f"{listed(self.match) or 'any'}: {self.stated}"


def listed(pairs: Iterable[tuple[str, str]]) -> str:
    """``colour=red, size=L``, at most one line of a trace long."""
    return cut(", ".join(f"{attribute}={value}" for attribute, value in pairs))


def cut(text: str, most: int = _LINE_MAX) -> str:
    """The text, or as much of it as fits."""
    return text if len(text) <= most else f"{text[: most - 2]} …"
