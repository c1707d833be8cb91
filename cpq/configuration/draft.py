"""A problem as it is written (约束问题草稿): variables, constraints, and why each is there.

Rules become clauses: a condition is brought into conjunctive form by distribution, and where that
would make too many clauses a helper variable stands for a part of it. A helper is 1 exactly when
its part holds, so there are as many solutions with it as without.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as every
from math import lcm
from typing import Final

from cpq.bom.condition import And, Is, Node, Not, Or
from cpq.configuration.reason import Reason
from cpq.kernel.errors import Refused
from cpq.solver.problem import WEIGHT_MAX, Clause, Constraint, Problem, Sum, Table, problem

_CLAUSES_MAX: Final = 32
_ROWS_MAX: Final = 100_000

Literal = tuple[int, int]
Masks = Mapping[int, int]
"""A clause: of each variable at least one has a value of its mask."""

Clauses = tuple[Masks, ...]
ALWAYS: Clauses = ()
NEVER: Clauses = ({},)


@dataclass(frozen=True)
class All:
    """Parts that all hold; none: always."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True)
class Any:
    """Parts of which one holds; none: never."""

    parts: "tuple[Formula, ...]"


Formula = Literal | All | Any
"""What must hold of the variables: a literal, or several formulas together."""


class Draft:
    """Variables by number, with the size of each; constraints, each with its reason."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.constraints: list[Constraint] = []
        self.reasons: list[Reason] = []
        self._helpers: dict[Formula, int] = {}

    def variable(self, size: int) -> int:
        """A new variable with so many values."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def finished(self) -> Problem:
        """The problem, checked."""
        return problem(self.sizes, self.constraints)

    def inverse(self, formula: Formula) -> Formula:
        """What holds where the formula does not."""
        match formula:
            case All(parts):
                return Any(tuple(self.inverse(part) for part in parts))
            case Any(parts):
                return All(tuple(self.inverse(part) for part in parts))
            case (variable, mask):
                return variable, self._full(variable) & ~mask

    def require(self, formula: Formula, *, name: str, reason: Reason) -> None:
        """The formula always holds."""
        for masks in self._clauses(formula, name, reason):
            self._add(Clause(name, tuple(sorted(masks.items()))), reason)

    def allow(
        self,
        scope: Sequence[int],
        rows: Iterable[Sequence[Iterable[int]]],
        *,
        name: str,
        reason: Reason,
    ) -> None:
        """The variables together have values of one of the rows; a cell holds those that fit.

        Raises ``Refused`` (``bom.too_large``) where that are too many rows.
        """
        found: dict[tuple[int, ...], None] = {}
        once = tuple(dict.fromkeys(scope))
        for row in rows:
            for values in every(*_merged(scope, row)):
                found[values] = None
                if len(found) > _ROWS_MAX:
                    raise _too_large(f"the table {name} has more than {_ROWS_MAX} rows")
        self._add(Table(name, once, tuple(found)), reason)

    def weigh(
        self,
        weights: Mapping[int, Sequence[Fraction]],
        *,
        low: Fraction | None,
        high: Fraction | None,
        name: str,
        reason: Reason,
    ) -> None:
        """The weights of the values together are from ``low`` to ``high``.

        Raises ``Refused`` (``bom.too_large``) where the figures are too long to be whole numbers.
        """
        figures = [each for weight in weights.values() for each in weight]
        figures += [each for each in (low, high) if each is not None]
        scale = lcm(*(each.denominator for each in figures)) if figures else 1
        if any(abs(each * scale) > WEIGHT_MAX for each in figures):
            raise _too_large(
                f"the figures of {name} are too far apart to be added up: at most 12 digits, "
                "decimals included, fit"
            )
        terms = tuple(
            (variable, tuple(int(each * scale) for each in weight))
            for variable, weight in sorted(weights.items())
            if any(weight)
        )
        bounds = (None if each is None else int(each * scale) for each in (low, high))
        self._add(Sum(name, terms, *bounds), reason)

    def _add(self, constraint: Constraint, reason: Reason) -> None:
        self.constraints.append(constraint)
        self.reasons.append(reason)

    def _full(self, variable: int) -> int:
        return (1 << self.sizes[variable]) - 1

    def _clauses(self, formula: Formula, name: str, reason: Reason) -> Clauses:
        match formula:
            case All(parts):
                return tuple(masks for part in parts for masks in self._clauses(part, name, reason))
            case Any(parts):
                return self._either(parts, name, reason)
            case (variable, mask):
                if mask == self._full(variable):
                    return ALWAYS
                return ({variable: mask},) if mask else NEVER

    def _either(self, parts: Sequence[Formula], name: str, reason: Reason) -> Clauses:
        """Distribution: every way to take one clause of each part, joined."""
        sides: list[Clauses] = [NEVER]
        many = 1
        for part in parts:
            clauses = self._clauses(part, name, reason)
            if len(clauses) > 1 and many * len(clauses) > _CLAUSES_MAX:
                clauses = ({self._helper(part, name, reason): 0b10},)
            many *= max(1, len(clauses))
            sides.append(clauses)
        joined = (self._joined(chosen) for chosen in every(*sides))
        return _smallest(masks for masks in joined if masks is not None)

    def _joined(self, clauses: Sequence[Masks]) -> Masks | None:
        """One clause out of several; ``None`` where it always holds."""
        masks: dict[int, int] = {}
        for clause in clauses:
            for variable, mask in clause.items():
                masks[variable] = masks.get(variable, 0) | mask
                if masks[variable] == self._full(variable):
                    return None
        return masks

    def _helper(self, formula: Formula, name: str, reason: Reason) -> int:
        """A variable that is 1 exactly when the formula holds."""
        found = self._helpers.get(formula)
        if found is not None:
            return found
        helper = self._helpers[formula] = self.variable(2)
        for masks in self._clauses(formula, name, reason):
            self._add(Clause(name, (*sorted(masks.items()), (helper, 0b01))), reason)
        for masks in self._clauses(self.inverse(formula), name, reason):
            self._add(Clause(name, (*sorted(masks.items()), (helper, 0b10))), reason)
        return helper


def formula_of(node: Node, literals: Callable[[Is], Formula], draft: Draft) -> Formula:
    """The formula of a condition, where ``literals`` gives that of a comparison with ``=`` or of
    numbers, and of ``!=``.

    >>> draft = Draft()
    >>> number = draft.variable(3)
    >>> formula_of(Not(Is("a", "=", ("x",))), lambda comparison: (number, 0b010), draft)
    (0, 5)
    """
    match node:
        case Is():
            return literals(node)
        case Not(of):
            return draft.inverse(formula_of(of, literals, draft))
        case And(parts):
            return All(tuple(formula_of(part, literals, draft) for part in parts))
        case Or(parts):
            return Any(tuple(formula_of(part, literals, draft) for part in parts))


def _merged(scope: Sequence[int], row: Sequence[Iterable[int]]) -> list[tuple[int, ...]]:
    """The cells of a row, one for each variable: where one has several, what fits them all."""
    cells: dict[int, tuple[int, ...]] = {}
    for variable, cell in zip(scope, row, strict=True):
        fits = tuple(cell)
        before = cells.get(variable)
        cells[variable] = fits if before is None else tuple(v for v in before if v in fits)
    return list(cells.values())


def _smallest(clauses: Iterator[Masks]) -> Clauses:
    """Each clause once."""
    seen = {tuple(sorted(masks.items())): masks for masks in clauses}
    return tuple(seen.values())


def _too_large(what: str) -> Refused:
    return Refused("bom.too_large", f"{what}; say it with fewer or smaller figures")
