"""A formula as a value: its text, the names it needs, what it gives."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Self

from pydantic import field_validator

from cpq.kernel.as_text import AsText
from cpq.kernel.errors import Invalid
from cpq.kernel.expression.compiled import Formula, compiled
from cpq.kernel.expression.source import LENGTH_MAX, Source, too_deep, written
from cpq.kernel.money import exact
from cpq.kernel.ratio import fits

_COMPILED_MAX = 4096
_NAMES_SHOWN = 20


class Expression(AsText):
    """A formula for a price, written as text; in JSON it is that text.

    Numbers as ``1200`` or ``0.25`` (exact), names, ``+ - * /``, comparisons that may be chained,
    ``and``, ``or``, ``not``, ``x if condition else y``, parentheses, and ``abs(x)``, ``min(x, y)``,
    ``max(x, y)``, ``round(x, places)`` (half up), ``ceil(x, multiple)``, ``floor(x, multiple)``.
    Whole numbers are meant where places or the multiple are left out. Names may be Chinese.

    Refused inside pydantic's ``ValidationError``: ``formula.syntax``,
    ``formula.not_allowed``, ``formula.too_large``, ``formula.not_a_number``,
    ``formula.not_a_condition``, ``formula.wrong_arguments``.

    >>> cost_plus = Expression(text="max(base * 1.2, cost + 5)")
    >>> cost_plus.value({"base": 100, "cost": Decimal("115.10")})
    Fraction(1201, 10)
    >>> sorted(Expression.model_validate("长度 * rate if 长度 > 3 else 3 * rate").names)
    ['rate', '长度']
    """

    length_max: ClassVar[int] = LENGTH_MAX

    @field_validator("text")
    @classmethod
    def _can_be_reckoned(cls, text: str) -> str:
        line = written(text)
        _formula(line)
        return line

    @classmethod
    def of(cls, text: str, *, rule: str = "") -> Self:
        """The formula of a text; refusals are not wrapped in pydantic's and name the ``rule``.

        >>> Expression.of("base ** 2", rule="R-7")
        Traceback (most recent call last):
        ...
        cpq.kernel.errors.Invalid: rule 'R-7': formula 'base ** 2', character 6: '**' is not
        allowed; a formula has numbers, names, + - * /, comparisons, and, or, not, '… if … else …',
        parentheses and the functions abs, ceil, floor, max, min, round [formula.not_allowed]
        """
        try:
            _formula(written(text))
        except Invalid as error:
            raise _of_rule(error, rule) from None
        return cls(text=text)

    @property
    def names(self) -> frozenset[str]:
        """The names that a context must give."""
        return frozenset(_formula(self.text).names)

    def declared(self, names: Iterable[str], *, rule: str = "") -> Self:
        """This formula, where it uses no names but these.

        Raises ``Invalid`` (``formula.unknown_name``), which lists those it may use.

        >>> str(Expression(text="base * 2").declared(["base", "cost"]))
        'base * 2'
        """
        known = frozenset(names)
        for name in _formula(self.text).names:
            if name not in known:
                raise _of_rule(self._unknown(name, known), rule)
        return self

    def value(self, context: Mapping[str, Fraction | Decimal | int], *, rule: str = "") -> Fraction:
        """What the formula gives where its names stand for these numbers: exact, not rounded.

        Every name must be given, also in the branch that is not taken. Refusals name the ``rule``.
        Raises ``Invalid``: ``formula.unknown_name``, ``formula.not_a_number``,
        ``formula.division_by_zero``, ``formula.not_positive``, ``formula.too_large``.

        >>> Expression(text="ceil(length * 1.05, 0.5)").value({"length": 3})
        Fraction(7, 2)
        """
        formula = _formula(self.text)
        try:
            return formula.run(tuple(self._given(name, context) for name in formula.names))
        except Invalid as error:
            raise _of_rule(error, rule) from None
        except RecursionError:
            raise _of_rule(too_deep(Source(self.text)), rule) from None

    def _given(self, name: str, context: Mapping[str, Fraction | Decimal | int]) -> Fraction:
        if name not in context:
            raise self._unknown(name, context)
        given: object = context[name]
        if isinstance(given, Fraction):
            if fits(given):
                return given
        elif isinstance(given, bool) or not isinstance(given, Decimal | int):
            raise self._failure(
                "formula.not_a_number",
                name,
                f"stands for {type(given).__name__} {str(given)[:40]!r}, which is not an exact "
                "number; give a Decimal, an int or a Fraction",
            )
        elif isinstance(given, Decimal) and not given.is_finite():
            raise self._failure(
                "formula.not_a_number", name, f"stands for {given}; give a finite number"
            )
        else:
            try:
                return Fraction(exact(given))
            except Invalid:
                pass
        raise self._failure(
            "formula.too_large",
            name,
            "stands for a number that is too large or too long; below 1E18 and 36 digits fit",
        )

    def _unknown(self, name: str, known: Iterable[str]) -> Invalid:
        listed = sorted(known)
        shown = ", ".join(listed[:_NAMES_SHOWN]) + ("…" if len(listed) > _NAMES_SHOWN else "")
        return self._failure(
            "formula.unknown_name",
            name,
            f"is not known here; known are {shown}" if listed else "is not known; no name is",
        )

    def _failure(self, code: str, name: str, what: str) -> Invalid:
        formula = _formula(self.text)
        start = formula.starts[formula.names.index(name)]
        return Source(self.text).refused(code, start, f"{name!r} {what}", found=name)


@lru_cache(maxsize=_COMPILED_MAX)
def _formula(text: str) -> Formula:
    """The functions of a text that is as ``written`` says: made once, shared by equal formulas."""
    return compiled(Source(text))


def _of_rule(error: Invalid, rule: str) -> Invalid:
    """The refusal, with the rule that the formula belongs to."""
    if not rule:
        return error
    named = Invalid(error.code, f"rule {rule!r}: {error.message}", rule=rule)
    named.facts.update(error.facts)
    return named
