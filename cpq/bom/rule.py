"""Rules of a bill of materials (配置约束): what a choice needs, excludes, implies, weighs.

Paths start at the product whose BOM holds the rule, and the rule holds wherever that product is. A
path through a ``distinct`` component that names none of its instances speaks of each of them: a
rule must then hold for every instance that is there, and a sum runs over all of them.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from pydantic import Field, model_validator

from cpq.bom.condition import Condition, number_of
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, product, total
from cpq.kernel.text import Code, Line, LocalText


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


class IfThen(Frozen):
    """Where ``when`` holds, ``then`` must hold too.

    >>> rule = IfThen(code="I1", when="colour=red", then="extras!=LOADER and length<=3")
    >>> str(rule.then)
    'extras!=LOADER and length<=3'
    """

    code: Code
    when: Condition
    then: Condition
    message: LocalText = LocalText()


class Term(Frozen):
    """What a choice weighs in a sum: ``weights`` by value, or ``each`` per unit of a number.

    What is not there, or has no weight of its own, weighs nothing. In TOML ``weights`` is a table.

    >>> Term(path="head", weights={"H-6": "6", "H-12": "12.5"}).weight(("H-12",))
    Decimal('12.5')
    >>> Term(path="fans.quantity", each="0.4").weight(("3",))
    Decimal('1.2')
    """

    path: Line
    weights: tuple[tuple[Code, Exact], ...] = ()
    each: Exact | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_table(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and isinstance(value.get("weights"), Mapping):
            return {**value, "weights": tuple(value["weights"].items())}
        return value

    @model_validator(mode="after")
    def _weighs_one_way(self) -> "Term":
        codes = [code for code, _ in self.weights]
        if bool(codes) is (self.each is not None) or len(set(codes)) < len(codes):
            raise ValueError(
                f"the term at {self.path!r} has either weights, one for each value, or each, for "
                "every unit of a number"
            )
        return self

    def weight(self, codes: tuple[str, ...]) -> Decimal:
        """What these values weigh together; nothing for none."""
        if len(codes) == 1:
            return self._of(codes[0])
        return total(self._of(code) for code in codes)

    @cached_property
    def _by_code(self) -> dict[str, Decimal]:
        return dict(self.weights)

    def _of(self, code: str) -> Decimal:
        if self.each is None:
            return self._by_code.get(code, Decimal(0))
        number = number_of(code)
        return Decimal(0) if number is None else product(self.each, number)


class SumRule(Frozen):
    """What the terms weigh together is at least and at most so much, both inclusive (求和约束).

    >>> SumRule(code="W", terms=({"path": "slots.quantity", "each": 1},), at_most=8).at_most
    Decimal('8')
    """

    code: Code
    terms: tuple[Term, ...] = Field(min_length=1)
    at_least: Exact | None = None
    at_most: Exact | None = None
    message: LocalText = LocalText()

    @model_validator(mode="after")
    def _has_a_bound(self) -> "SumRule":
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"sum {self.code!r} has no bound; give at_least, at_most or both")
        return self
