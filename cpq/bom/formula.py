"""Derived quantities (派生数量): ``2 * modules.quantity + 1``, reckoned from what was chosen.

A formula of the kernel has names without dots; here a name is a path: of a quantity, or of an
attribute that is a number. A path with other marks than letters, digits and underscores stands in
double quotes: ``"extras.LOADER-A.quantity"``. What is not there counts 0.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple

from pydantic import field_validator

from cpq.kernel.as_text import AsText
from cpq.kernel.errors import Invalid
from cpq.kernel.expression import Expression

_KEPT_MAX: Final = 1024
_LENGTH_MAX: Final = 1000
_STEP = r"\w+(?:\[[0-9]+\])?"
_PATH = re.compile(rf'"(?P<quoted>[^"]+)"|(?P<dotted>(?![0-9]){_STEP}(?:\.{_STEP})+)')


class _Read(NamedTuple):
    """A formula of the kernel, and the path that each of its names stands for."""

    expression: Expression
    paths: tuple[tuple[str, str], ...]


class QuantityFormula(AsText):
    """A formula over paths; in JSON and TOML it is its text.

    Refused as ``cpq.kernel.expression.Expression`` refuses formulas.

    >>> cables = QuantityFormula(text="2 * modules.quantity + 1")
    >>> cables.paths, cables.value({"modules.quantity": Decimal(3)})
    (('modules.quantity',), Fraction(7, 1))
    """

    length_max: ClassVar[int] = _LENGTH_MAX

    @field_validator("text")
    @classmethod
    def _can_be_reckoned(cls, text: str) -> str:
        line = " ".join(text.split())
        _read(line)
        return line

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that it needs, sorted."""
        return tuple(sorted(path for _, path in _read(self.text).paths))

    def value(self, numbers: Mapping[str, Decimal]) -> Fraction:
        """What it gives where the paths stand for these numbers; a path that is missing counts 0.

        Raises ``Invalid`` as ``Expression.value`` does, such as ``formula.division_by_zero``.
        """
        read = _read(self.text)
        nothing = Decimal(0)
        try:
            return read.expression.value(
                {name: numbers.get(path, nothing) for name, path in read.paths}
            )
        except Invalid as error:
            raise _in_own_words(error, read.paths) from None


@lru_cache(maxsize=_KEPT_MAX)
def _read(text: str) -> _Read:
    names: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return names.setdefault(match["quoted"] or match["dotted"], f"_path{len(names)}_")

    line = _PATH.sub(named, text)
    paths = tuple((name, path) for path, name in names.items())
    try:
        expression = Expression.of(line)
    except Invalid as error:
        raise _in_own_words(error, paths) from None
    plain = tuple((name, name) for name in sorted(expression.names - {name for name, _ in paths}))
    return _Read(expression, (*paths, *plain))


def _in_own_words(error: Invalid, paths: tuple[tuple[str, str], ...]) -> Invalid:
    """The refusal with the paths that were written, not the names that stood for them."""
    message = error.message
    for name, path in paths:
        message = message.replace(name, path)
    return Invalid(error.code, message)
