"""A problem written for clingo (外部求解器 clingo): atoms, rules and sums, and one question to it.

A variable of two values is one atom, a larger one has an atom for each value, of which exactly one
holds. Clauses and tables become rules; sums stay sums, which the engine knows natively. It counts
in 32 bits: a sum that weighs more is written in digits with carries, so that it stays exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import gcd
from typing import TYPE_CHECKING

from cpq.kernel.errors import Unavailable
from cpq.solver.problem import Clause, Constraint, Problem, Sum, Table, Values

if TYPE_CHECKING:
    import clingo

WEIGHT_MAX = 2**31 - 1
"""The most that clingo lets a sum weigh."""

MASK_MAX = 8
"""A mask with more values gets an atom of its own, defined once."""

Weighted = list[tuple[int, int]]
"""Literals of the program, and their weights."""


def _control(options: Sequence[str]) -> clingo.Control:
    try:
        import clingo
    except ImportError as error:
        raise Unavailable(
            "solver.clingo_missing",
            "clingo, which answers what the solver's own search cannot, is not installed; "
            "pip install 'cpq-revenue[solver]'",
        ) from error
    return clingo.Control(["--warn=none", *options], logger=lambda *_: None)


def bits(mask: int) -> Iterator[int]:
    """The values of a mask, the smallest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class Program:
    """The problem within the masks, as clingo holds it, without what the masks rule out.

    Raises ``Unavailable`` (``solver.clingo_missing``).

    >>> program = Program(Problem((2, 3), (Clause("one", ((0, 0b10), (1, 0b100))),)), [0b11, 0b110])
    >>> found = []
    >>> program.ask(program.assumed([0b01, 0b110]), seconds=10, on_solution=found.append), found
    (True, [(0, 2)])
    """

    def __init__(self, problem: Problem, domains: Sequence[int], *options: str) -> None:
        self._control = _control(options)
        self._domains = tuple(domains)
        self._literals: list[dict[int, int]] = []
        self._named: dict[tuple[int, int], int] = {}
        self._shift, self._unit = 0, 1
        with self._control.backend() as self._backend:
            self._true = self._atom([])
            for mask in self._domains:
                self._literals.append(self._values(mask))
            for constraint in problem.constraints:
                self._write(constraint)

    # -- what is written ---------------------------------------------------------------------

    def _atom(self, *bodies: Sequence[int]) -> int:
        """An atom that holds where one of the bodies does."""
        atom: int = self._backend.add_atom()
        for body in bodies:
            self._backend.add_rule([atom], body)
        return atom

    def _forbid(self, body: Sequence[int]) -> None:
        self._backend.add_rule([], body)

    def _values(self, mask: int) -> dict[int, int]:
        """A literal for each value of a variable, exactly one of which holds."""
        values = list(bits(mask))
        if len(values) == 1:
            return {values[0]: self._true}
        if len(values) == 2:
            atom = self._backend.add_atom()
            self._backend.add_rule([atom], [], choice=True)
            return {values[0]: -atom, values[1]: atom}
        atoms = [self._backend.add_atom() for _ in values]
        self._backend.add_rule(atoms, [], choice=True)
        self._backend.add_weight_rule([], 2, [(atom, 1) for atom in atoms])
        self._forbid([-atom for atom in atoms])
        return dict(zip(values, atoms, strict=True))

    def _write(self, constraint: Constraint) -> None:
        match constraint:
            case Clause():
                self._clause(constraint.literals)
            case Table():
                self._table(constraint)
            case Sum():
                self._sum(constraint)

    def _clause(self, literals: Iterable[tuple[int, int]]) -> None:
        """At least one holds: it is forbidden that all are false."""
        body: list[int] = []
        for variable, mask in literals:
            inside, outside = mask & self._domains[variable], self._domains[variable] & ~mask
            if not outside:
                return
            if inside:
                body += self._missing(variable, inside, outside)
        self._forbid(body)

    def _missing(self, variable: int, inside: int, outside: int) -> list[int]:
        """Literals that say together that the variable has no value inside the mask."""
        literals = self._literals[variable]
        if outside.bit_count() == 1:
            return [literals[outside.bit_length() - 1]]
        if inside.bit_count() <= MASK_MAX:
            return [-literals[value] for value in bits(inside)]
        named = self._named.get((variable, inside))
        if named is None:
            named = self._atom(*([literals[value]] for value in bits(inside)))
            self._named[variable, inside] = named
        return [-named]

    def _table(self, table: Table) -> None:
        allowed = [
            row
            for row in sorted(set(table.rows))
            if all(self._domains[each] >> at & 1 for each, at in zip(table.scope, row, strict=True))
        ]
        if len(table.scope) == 2:
            self._pairs(table.scope[0], table.scope[1], allowed)
            self._pairs(table.scope[1], table.scope[0], [row[::-1] for row in allowed])
            return
        rows = []
        for row in allowed:
            pairs = zip(table.scope, row, strict=True)
            rows.append(self._atom([self._literals[each][at] for each, at in pairs]))
        self._forbid([-row for row in rows])

    def _pairs(self, first: int, second: int, rows: Iterable[tuple[int, ...]]) -> None:
        """Each value of the first needs one of those that it is allowed with."""
        partners = dict.fromkeys(self._literals[first], 0)
        for one, other in rows:
            partners[one] |= 1 << other
        for value, mask in partners.items():
            self._clause(((first, ~(1 << value)), (second, mask)))

    def _sum(self, total: Sum) -> None:
        if total.high is not None:
            terms, shift = self._weighted(total.terms, sign=1)
            self._at_most(terms, total.high - shift)
        if total.low is not None:
            terms, shift = self._weighted(total.terms, sign=-1)
            self._at_most(terms, -total.low - shift)

    def _weighted(
        self, terms: Iterable[tuple[int, Sequence[int]]], *, sign: int
    ) -> tuple[Weighted, int]:
        """Weights above the least of each variable, and what the least come to."""
        above: Weighted = []
        shift = 0
        for variable, weights in terms:
            mine = {value: sign * weights[value] for value in self._literals[variable]}
            least = min(mine.values())
            shift += least
            above += [
                (self._literals[variable][value], weight - least)
                for value, weight in mine.items()
                if weight > least
            ]
        return above, shift

    def _at_most(self, terms: Weighted, bound: int) -> None:
        """Weights, none below zero, come to no more than the bound."""
        if bound < 0:
            self._forbid([])
        elif sum(weight for _, weight in terms) > bound:
            step = gcd(*(weight for _, weight in terms))
            terms, bound = [(each, weight // step) for each, weight in terms], bound // step
            if sum(weight for _, weight in terms) <= WEIGHT_MAX:
                self._backend.add_weight_rule([], bound + 1, terms)
            else:
                digit, upper, lower = self._digits(terms)
                carries = self._carries(lower, digit, bound % digit + 1)
                self._at_most(upper + [(carry, 1) for carry in carries], bound // digit)

    def _digits(self, terms: Weighted) -> tuple[int, Weighted, Weighted]:
        """A digit so small that all lower digits fit, and the upper and lower parts."""
        digit = max(2, WEIGHT_MAX // len(terms))
        upper = [(each, weight // digit) for each, weight in terms if weight >= digit]
        lower = [(each, weight % digit) for each, weight in terms if weight % digit]
        return digit, upper, lower

    def _carries(self, lower: Weighted, digit: int, first: int) -> list[int]:
        """An atom for each time that the lower parts reach ``first``, and a digit more again."""
        carries = []
        for least in range(first, sum(weight for _, weight in lower) + 1, digit):
            carries.append(self._atom())
            self._backend.add_weight_rule([carries[-1]], least, lower)
        return carries

    def minimise(self, costs: Sequence[Sequence[int]]) -> None:
        """Prefer what costs less; costs beyond 32 bits digit by digit, the highest first."""
        with self._control.backend() as self._backend:
            terms, self._shift = self._weighted(enumerate(costs), sign=1)
            if not terms:
                return
            self._unit = gcd(*(weight for _, weight in terms))
            terms = [(each, weight // self._unit) for each, weight in terms]
            priority = 0
            while sum(weight for _, weight in terms) > WEIGHT_MAX:
                digit, upper, lower = self._digits(terms)
                carries = [(carry, 1) for carry in self._carries(lower, digit, digit)]
                rest = [(carry, -digit) for carry, _ in carries]
                self._backend.add_minimize(priority, lower + rest)
                terms, priority = upper + carries, priority + 1
                self._unit *= digit
            self._backend.add_minimize(priority, terms)

    def at_least(self, lower: Sequence[int]) -> int:
        """What clingo's lower bounds, the highest digit first, say of the costs to minimise."""
        return self._shift + self._unit * lower[0] if lower else self._shift

    # -- what is asked -----------------------------------------------------------------------

    def assumed(self, domains: Sequence[int]) -> list[int] | None:
        """Literals that keep to the masks; ``None`` where a variable has no value left."""
        literals: list[int] = []
        for mine, whole, mask in zip(self._literals, self._domains, domains, strict=True):
            kept = whole & mask
            if kept == whole:
                continue
            if not kept:
                return None
            if kept & (kept - 1):
                literals += [-mine[value] for value in bits(whole & ~mask)]
            else:
                literals.append(mine[kept.bit_length() - 1])
        return literals

    def ask(
        self,
        assumptions: Sequence[int],
        *,
        seconds: float,
        on_solution: Callable[[Values], None],
        on_bound: Callable[[Sequence[int]], None] | None = None,
        conflicts: int | None = None,
    ) -> bool:
        """Hand over each solution found; whether the search came to its end in time.

        It also ends after so many ``conflicts``, where they are given.
        """
        self._control.configuration.solve.solve_limit = (  # type: ignore[union-attr]
            "umax,umax" if conflicts is None else f"{conflicts},umax"
        )
        with self._control.solve(
            assumptions,
            on_model=lambda model: on_solution(self._read(model)),
            on_unsat=on_bound,
            async_=True,
        ) as handle:
            if not handle.wait(seconds):
                handle.cancel()
            result = handle.get()
            return bool(result.exhausted or (conflicts is None and not result.interrupted))

    def _read(self, model: clingo.Model) -> Values:
        return tuple(
            next(value for value, literal in mine.items() if model.is_true(literal))
            for mine in self._literals
        )
