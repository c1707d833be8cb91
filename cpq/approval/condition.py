"""When an approval is needed (审批条件): comparisons of measures, joined by and, or and not.

A measure may be undefined: the margin of a deal whose cost nobody knows, the discount off a list
price of zero. What is undefined never passes silently: reckoning has three values, and a rule whose
condition comes out undefined asks for its approval. So a ``Not`` cannot turn "unknown" into "fine",
while a condition that is false whatever the unknown may be stays false.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, exact, plain
from cpq.kernel.text import Line, LocalText

Measure = Literal[
    "discount_percent",
    "margin_percent",
    "max_line_discount_percent",
    "min_line_margin_percent",
    "net",
    "gross",
    "floor_violations",
    "payment_days",
    "valid_days",
    "currency",
    "customer",
    "customer_group",
    "region",
    "channel",
    "floor_percent",
    "finding_count",
]
"""What can be measured of a quote (指标).

``discount_percent`` is off the list total and ``max_line_discount_percent`` the highest of a line;
``margin_percent`` that of the whole and ``min_line_margin_percent`` the lowest of a line; ``net``
and ``gross`` are money; ``floor_violations`` counts findings of floors, notes left out;
``payment_days`` are the longest of the payment terms, ``valid_days`` from the day of issue to the
last day. ``floor_percent`` and ``finding_count`` measure findings and stand in no rule.
"""

Op = Literal["<", "<=", ">", ">=", "==", "!=", "in", "not in"]
"""Numbers and money are compared by the first six; texts lie ``in`` or ``not in`` a list."""

Figure = Decimal | Money | tuple[str, ...]
Outcome = bool | None
"""Whether a condition holds; ``None`` where what it measures is undefined."""

_MONEYS = frozenset({"net", "gross"})
_TEXTS = frozenset({"currency", "customer", "customer_group", "region", "channel"})
_OF_FINDINGS = frozenset({"floor_percent", "finding_count"})
_NEGATED: dict[Op, Op] = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
}
_MONEY = TypeAdapter(Money)
_LINES = TypeAdapter(tuple[Line, ...])
_NAMES: dict[Measure, tuple[str, str]] = {
    "discount_percent": ("discount", "整单折扣率"),
    "margin_percent": ("margin", "毛利率"),
    "max_line_discount_percent": ("highest discount of a line", "单行最高折扣率"),
    "min_line_margin_percent": ("lowest margin of a line", "单行最低毛利率"),
    "net": ("net", "未税金额"),
    "gross": ("gross", "价税合计"),
    "floor_violations": ("prices below a floor", "低于底价项数"),
    "payment_days": ("days to pay", "账期天数"),
    "valid_days": ("days of validity", "有效天数"),
    "currency": ("currency", "币种"),
    "customer": ("customer", "客户"),
    "customer_group": ("customer group", "客户组"),
    "region": ("region", "区域"),
    "channel": ("channel", "渠道"),
    "floor_percent": ("part of the floor", "底价达成率"),
    "finding_count": ("findings to approve", "待审批事项数"),
}


def _written(value: Figure | None) -> Any:
    """A figure as JSON has it."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Money):
        return {"amount": plain(value.amount), "currency": value.code}
    return list(value)


Stored = Annotated[Figure, PlainSerializer(_written, when_used="json")]
StoredOrNone = Annotated[Figure | None, PlainSerializer(_written, when_used="json")]


def figure_of(measure: str, value: Any) -> Figure:
    """What a measure may be compared with: a number, money, or a list of texts.

    Raises ``ValueError`` for anything else; a float is never a number.

    >>> figure_of("net", "100000 CNY"), figure_of("region", "north")
    (Money('100000', 'CNY'), ('north',))
    """
    if measure in _MONEYS:
        return _MONEY.validate_python(value)
    if measure not in _TEXTS:
        return exact(value)
    texts = _LINES.validate_python((value,) if isinstance(value, str) else value)
    if not texts:
        raise ValueError(f"{measure} is compared with at least one text")
    return texts


class Measured(Frozen):
    """A comparison that asks for an approval: what was found, and what it was held against.

    ``value`` is ``None`` where the measure is undefined.

    >>> Measured(measure="discount_percent", op=">", threshold=20, value="25").message.en
    'discount 25 % > 20 %'
    """

    measure: Measure
    op: Op
    threshold: Stored
    value: StoredOrNone

    @field_validator("threshold", "value", mode="plain")
    @classmethod
    def _of_its_kind(cls, value: Any, about: ValidationInfo) -> Figure | None:
        if value is None and about.field_name == "value":
            return None
        measure = about.data.get("measure", "")
        if about.field_name == "value" and measure in _TEXTS and value in ((), []):
            return ()
        return figure_of(measure, value)

    @property
    def message(self) -> LocalText:
        """The comparison in words."""
        en, zh = _NAMES[self.measure]
        bound = _shown(self.measure, self.threshold)
        found = "unknown", "未知"
        if self.value is not None:
            shown = _shown(self.measure, self.value)
            found = shown or "none", shown or "无"
        return LocalText(
            en=f"{en} {found[0]} {self.op} {bound}", zh=f"{zh} {found[1]} {self.op} {bound}"
        )

    def no_worse(self, approved: "Measured") -> bool:
        """Whether this is no worse than what was approved, in the direction of the comparison.

        More is worse under ``>`` and ``>=``, less under ``<`` and ``<=``, any change under the
        others. What is or was undefined cannot be told to be no worse.

        >>> def found(value):
        ...     return Measured(measure="margin_percent", op="<", threshold=20, value=value)
        >>> found("15").no_worse(found("14")), found("13").no_worse(found("14"))
        (True, False)
        """
        mine, theirs = self.value, approved.value
        if mine is None or theirs is None:
            return False
        if isinstance(mine, tuple) or isinstance(theirs, tuple):
            return mine == theirs
        (new, unit), (old, other) = _sized(mine), _sized(theirs)
        if unit != other:
            return False
        if self.op in (">", ">="):
            return new <= old
        return new >= old if self.op in ("<", "<=") else new == old


def _sized(value: Decimal | Money) -> tuple[Decimal, str]:
    """A figure as a bare number, and its currency where it has one."""
    return (value.amount, value.code) if isinstance(value, Money) else (value, "")


def _shown(measure: Measure, value: Figure) -> str:
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(value)
    whole, dot, decimals = plain(value).partition(".")
    kept = decimals.rstrip("0")
    return f"{whole}{dot if kept else ''}{kept}{' %' if measure.endswith('percent') else ''}"


class Compare(Frozen):
    """One comparison of a measure with a figure: ``discount_percent`` ``>`` 20.

    ``net`` and ``gross`` are compared with money; a quote in another currency leaves the comparison
    undefined. A customer in several groups lies ``in`` a list that names one of them.

    >>> Compare(measure="gross", op=">=", value="100000 CNY").value
    Money('100000', 'CNY')
    """

    kind: Literal["compare"] = "compare"
    measure: Measure
    op: Op
    value: Stored

    @field_validator("value", mode="plain")
    @classmethod
    def _of_its_kind(cls, value: Any, about: ValidationInfo) -> Figure:
        return figure_of(about.data.get("measure", ""), value)

    @model_validator(mode="after")
    def _makes_sense(self) -> "Compare":
        if self.measure in _OF_FINDINGS:
            raise ValueError(f"{self.measure} measures findings and stands in no rule")
        if (self.measure in _TEXTS) != (self.op in ("in", "not in")):
            raise ValueError(
                f"{self.measure} cannot be compared by {self.op!r}: texts lie 'in' or 'not in' a "
                "list, numbers and money are compared by < <= > >= == !="
            )
        return self


class AllOf(Frozen):
    """Every condition holds (且); undefined where one is undefined and none is false.

    >>> late = AllOf(of=(when("payment_days", ">", 60), when("gross", ">=", "2000 CNY")))
    >>> weighed(late, {"payment_days": Decimal(90)}.get).holds is None
    True
    """

    kind: Literal["all"] = "all"
    of: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(Frozen):
    """At least one condition holds (或); undefined where one is undefined and none holds.

    >>> risky = AnyOf(of=(when("margin_percent", "<", 10), when("region", "in", "north")))
    >>> weighed(risky, {"region": ("north",)}.get).holds
    True
    """

    kind: Literal["any"] = "any"
    of: tuple["Condition", ...] = Field(min_length=1)


class Not(Frozen):
    """The condition does not hold (非); what is undefined stays undefined.

    >>> weighed(Not(of=when("margin_percent", ">=", 20)), lambda _: None).holds is None
    True
    """

    kind: Literal["not"] = "not"
    of: "Condition"


Condition = Annotated[Compare | AllOf | AnyOf | Not, Field(discriminator="kind")]
for _tree in (AllOf, AnyOf, Not):
    _tree.model_rebuild()


class Weighed(NamedTuple):
    """A condition reckoned: whether it holds, and the comparisons that made it so."""

    holds: Outcome
    measured: tuple[Measured, ...]


def when(measure: Measure, op: Op, value: object) -> Compare:
    """A comparison, as people write it.

    >>> when("margin_percent", "<", 20).op
    '<'
    """
    return Compare(measure=measure, op=op, value=value)


def weighed(
    condition: Compare | AllOf | AnyOf | Not,
    value_of: Callable[[Measure], Figure | None],
    *,
    negated: bool = False,
) -> Weighed:
    """Whether a condition holds for what ``value_of`` measures, with the comparisons that say so.

    Comparisons below a ``Not`` are turned round, so that "not at least 20" is measured as "< 20".

    >>> tree = AllOf(of=(when("discount_percent", ">", 20), Not(of=when("gross", "<", "9 CNY"))))
    >>> figures = {"discount_percent": Decimal(25), "gross": Money("10", "CNY")}
    >>> outcome = weighed(tree, figures.get)
    >>> outcome.holds, [str(row.message) for row in outcome.measured]
    (True, ['discount 25 % > 20 %', 'gross 10 CNY >= 9 CNY'])
    """
    if isinstance(condition, Compare):
        return _compared(condition, value_of(condition.measure), negated=negated)
    if isinstance(condition, Not):
        return weighed(condition.of, value_of, negated=not negated)
    parts = [weighed(part, value_of, negated=negated) for part in condition.of]
    return _joined(parts, every=isinstance(condition, AllOf) != negated)


def _joined(parts: Sequence[Weighed], *, every: bool) -> Weighed:
    outcomes = {part.holds for part in parts}
    decisive = not every  # one of these settles it: false for "and", true for "or"
    if decisive in outcomes:
        holds: Outcome = decisive
    else:
        holds = None if None in outcomes else every
    if holds is False:
        return Weighed(False, ())
    return Weighed(
        holds,
        tuple(row for part in parts if part.holds is not False for row in part.measured),
    )


def _compared(condition: Compare, value: Figure | None, *, negated: bool) -> Weighed:
    op = _NEGATED[condition.op] if negated else condition.op
    holds = _holds(op, value, condition.value)
    if holds is False:
        return Weighed(False, ())
    row = Measured(measure=condition.measure, op=op, threshold=condition.value, value=value)
    return Weighed(holds, (row,))


def _holds(op: Op, value: Figure | None, threshold: Figure) -> Outcome:
    if value is None:
        return None
    if isinstance(value, tuple) and isinstance(threshold, tuple):
        common = not set(value).isdisjoint(threshold)
        return common if op == "in" else not common
    assert not isinstance(value, tuple), "texts are compared with texts"
    assert not isinstance(threshold, tuple), "numbers are compared with numbers"
    (found, unit), (bound, other) = _sized(value), _sized(threshold)
    if unit != other:
        return None
    outcomes: dict[Op, bool] = {
        "<": found < bound,
        "<=": found <= bound,
        ">": found > bound,
        ">=": found >= bound,
        "==": found == bound,
        "!=": found != bound,
    }
    return outcomes[op]
