"""PySAT's glucose4: everything as clauses, and one question for all values not yet seen.

A literal for each value; a sum is added up bit by bit, by full adders over what the variables
weigh, and compared with its bounds. A question is a clause over all values that no answer has
shown, under a literal of its own; the sign that the engine tries first is set to what is asked for.
Choices are assumptions, so what the engine learned stays.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import Any

from cpq.solver.network import values_of
from cpq.solver.problem import Clause, Problem, Sum, Table


class Glucose:
    """One set of clauses, which grows by the questions."""

    def __init__(self, problem: Problem) -> None:
        from pysat.solvers import Solver as Engine

        self._engine: Any = Engine(name="glucose4")
        self._last = 0
        self._literals = [[self._new() for _ in range(size)] for size in problem.sizes]
        self._possible = [(1 << size) - 1 for size in problem.sizes]
        self._chosen: list[int] = []
        for mine in self._literals:
            self._add(mine)
            for one, other in combinations(mine, 2):
                self._add((-one, -other))
        for rule in problem.constraints:
            match rule:
                case Clause():
                    self._add(
                        self._literals[variable][value]
                        for variable, mask in rule.literals
                        for value in values_of(mask)
                    )
                case Table():
                    self._table(rule)
                case Sum():
                    self._sum(rule)

    def choose(self, variable: int, value: int) -> None:
        """Add a choice."""
        self._chosen.append(self._literals[variable][value])

    def domains(self) -> tuple[int, ...]:
        """The values of each variable that some solution has; choices only ever take away."""
        unseen = list(self._possible)
        found = [0] * len(unseen)
        while asked := [
            self._literals[v][x] for v, mask in enumerate(unseen) for x in values_of(mask)
        ]:
            question = self._new()
            self._add([-question, *asked])
            self._engine.set_phases(asked)
            soluble = self._engine.solve(assumptions=[*self._chosen, question])
            self._add([-question])
            if not soluble:
                break
            true = set(self._engine.get_model())
            for variable, mine in enumerate(self._literals):
                value = next(at for at, literal in enumerate(mine) if literal in true)
                found[variable] |= 1 << value
                unseen[variable] &= ~(1 << value)
        self._possible = found
        return tuple(found)

    # --- what is written --------------------------------------------------------------------------

    def _new(self) -> int:
        self._last += 1
        return self._last

    def _add(self, literals: Iterable[int]) -> None:
        self._engine.add_clause(list(literals))

    def _table(self, table: Table) -> None:
        """Each value of each variable needs one of the rows that it stands in."""
        holders: dict[tuple[int, int], list[int]] = {
            (place, value): []
            for place, variable in enumerate(table.scope)
            for value in range(len(self._literals[variable]))
        }
        for row in table.rows:
            cells = [self._literals[v][x] for v, x in zip(table.scope, row, strict=True)]
            for place, value in enumerate(row):
                # of two variables each row is the other one's value; wider ones are named
                holders[place, value].append(cells[1 - place] if len(cells) == 2 else 0)
            if len(cells) != 2:
                named = self._new()
                for place, value in enumerate(row):
                    holders[place, value][-1] = named
                    self._add((-named, cells[place]))
        for (place, value), rows in holders.items():
            self._add([-self._literals[table.scope[place]][value], *rows])

    def _sum(self, total: Sum) -> None:
        for bound, sign in ((total.high, 1), (total.low, -1)):
            if bound is None:
                continue
            shift, columns = 0, [list[int]()]
            for variable, weights in total.terms:
                least = min(sign * weight for weight in weights)
                shift += least
                self._weigh(columns, variable, [sign * weight - least for weight in weights])
            self._at_most(self._added(columns), sign * bound - shift)

    def _weigh(self, columns: list[list[int]], variable: int, weights: Sequence[int]) -> None:
        """A literal for each bit of what a variable weighs, into the column of the bit."""
        for bit in range(max(weights).bit_length()):
            while len(columns) <= bit:
                columns.append([])
            heavy = self._new()
            columns[bit].append(heavy)
            for value, weight in enumerate(weights):
                literal = self._literals[variable][value]
                self._add((-literal, heavy if weight >> bit & 1 else -heavy))

    def _added(self, columns: list[list[int]]) -> list[int]:
        """The bits of what all comes to, the lowest first; 0 where a bit is never set."""
        bits: list[int] = []
        at = 0
        while at < len(columns):
            column = columns[at]
            while len(column) > 1:
                three = [column.pop(0) for _ in range(min(3, len(column)))]
                if at + 1 == len(columns):
                    columns.append([])
                column.append(self._parity(three))
                columns[at + 1].append(self._majority(three))
            bits.append(column[0] if column else 0)
            at += 1
        return bits

    def _parity(self, literals: Sequence[int]) -> int:
        """Whether an odd number of them holds."""
        odd = self._new()
        for signs in product((1, -1), repeat=len(literals)):
            wanted = odd if signs.count(1) % 2 else -odd
            self._add([wanted, *(-s * each for s, each in zip(signs, literals, strict=True))])
        return odd

    def _majority(self, literals: Sequence[int]) -> int:
        """Whether at least two of them hold."""
        carry = self._new()
        for one, other in combinations(literals, 2):
            self._add((-one, -other, carry))
        if len(literals) == 2:
            self._add((-carry, literals[0]))
            self._add((-carry, literals[1]))
        else:
            for one, other in combinations(literals, 2):
                self._add((one, other, -carry))
        return carry

    def _at_most(self, bits: Sequence[int], bound: int) -> None:
        """A number, by its bits, is no more than the bound."""
        if bound < 0:
            never = self._new()
            self._add([never])
            self._add([-never])
            return
        for at, bit in enumerate(bits):
            if bit and not bound >> at & 1:
                above = [i for i in range(at + 1, len(bits)) if bound >> i & 1]
                if all(bits[i] for i in above) and bound < 1 << len(bits):
                    self._add([-bit, *(-bits[i] for i in above)])
