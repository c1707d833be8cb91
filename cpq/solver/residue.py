"""What is left of a problem when some of its values are ruled out (剩余问题), and what follows.

Each variable has a mask of the values that it may still have. Ruling one out is followed through
the constraints: a clause of which one literal is left makes it true, a table keeps its rows that
are still allowed, a sum keeps the weights that still fit between its bounds. Everything is undone
by a trail. What then still links variables to each other are *open* constraints only: a clause
without a true literal, a table that still forbids something, a sum that may still miss a bound.
"""

from collections.abc import Iterator, Sequence

from cpq.solver.problem import Clause, Constraint, Problem, Sum, Table


def bits(mask: int) -> Iterator[int]:
    """The values of a mask, the smallest first.

    >>> list(bits(0b1101))
    [0, 2, 3]
    """
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class _Rows:
    """A table by the rows, as bits, in which a column has a value."""

    def __init__(self, table: Table, sizes: Sequence[int]) -> None:
        self.scope = table.scope
        self.rows = tuple(sorted(set(table.rows)))
        self.having: list[list[int]] = [[0] * sizes[each] for each in self.scope]
        for number, row in enumerate(self.rows):
            for column, value in zip(self.having, row, strict=True):
                column[value] |= 1 << number
        self._kinds = {each: self._alike(at) for at, each in enumerate(self.scope)}

    def kinds(self, variable: int) -> list[int]:
        """For each value a number, the same for values that the table does not tell apart."""
        return self._kinds[variable]

    def rest(self, live: int, variables: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """The rows that are left, as far as they speak of the variables."""
        columns = [at for at, each in enumerate(self.scope) if each in variables]
        return tuple(tuple(self.rows[row][at] for at in columns) for row in bits(live))

    def _alike(self, at: int) -> list[int]:
        """For each value of a column a number, the same where the rest of the rows is the same."""
        rests: dict[frozenset[tuple[int, ...]], int] = {}
        found = []
        for having in self.having[at]:
            rest = frozenset(self.rows[row][:at] + self.rows[row][at + 1 :] for row in bits(having))
            found.append(rests.setdefault(rest, len(rests)))
        return found


class _Weights:
    """A sum, with the least and the greatest weight within a mask looked up."""

    def __init__(self, total: Sum) -> None:
        self.low, self.high = total.low, total.high
        self.scope = total.scope
        self.terms = total.terms
        self.weights = dict(total.terms)
        self._ranges: dict[tuple[int, int], tuple[int, int]] = {}

    def range(self, variable: int, mask: int) -> tuple[int, int]:
        """The least and the greatest weight of the values in the mask."""
        found = self._ranges.get((variable, mask))
        if found is None:
            weights = self.weights[variable]
            within = [weights[value] for value in bits(mask)]
            found = self._ranges[variable, mask] = min(within), max(within)
        return found

    def bounds(self, domains: Sequence[int]) -> tuple[int, int]:
        """The least and the greatest that the whole can weigh."""
        least = greatest = 0
        for variable in self.scope:
            low, high = self.range(variable, domains[variable])
            least += low
            greatest += high
        return least, greatest

    def is_kept(self, least: int, greatest: int) -> bool:
        """Whether nothing between the two can miss a bound."""
        return (self.low is None or least >= self.low) and (
            self.high is None or greatest <= self.high
        )


class Residue:
    """The masks of a problem's variables, closed under what follows from them.

    >>> from cpq.solver.problem import problem
    >>> residue = Residue(problem([2, 2], [Clause("not both", ((0, 0b01), (1, 0b01)))]))
    >>> residue.restrict(0, 0b10), residue.domains
    (True, [2, 1])
    >>> residue.undo(0); residue.domains
    [3, 3]
    """

    def __init__(self, problem: Problem) -> None:
        self.domains = [(1 << size) - 1 for size in problem.sizes]
        self.literals: list[tuple[tuple[int, int], ...]] = []
        self.tables: list[_Rows] = []
        self.sums: list[_Weights] = []
        self.true: list[int] = []
        self.left: list[int] = []
        self.live: list[int] = []
        self.steps = 0
        self.clauses_of: list[list[tuple[int, int]]] = [[] for _ in problem.sizes]
        self.tables_of: list[list[int]] = [[] for _ in problem.sizes]
        self.sums_of: list[list[int]] = [[] for _ in problem.sizes]
        self.trail: list[tuple[int, int]] = []
        self._moves: dict[tuple[int, int, int], tuple[list[int], list[int]]] = {}
        self._soluble = True
        for constraint in problem.constraints:
            self._add(constraint, problem.sizes)

    def _add(self, constraint: Constraint, sizes: Sequence[int]) -> None:
        match constraint:
            case Clause():
                self._add_clause(constraint, sizes)
            case Table():
                for variable in constraint.scope:
                    self.tables_of[variable].append(len(self.tables))
                self.tables.append(_Rows(constraint, sizes))
                self.live.append((1 << len(self.tables[-1].rows)) - 1)
            case Sum():
                for variable in constraint.scope:
                    self.sums_of[variable].append(len(self.sums))
                self.sums.append(_Weights(constraint))

    def _add_clause(self, clause: Clause, sizes: Sequence[int]) -> None:
        masks: dict[int, int] = {}
        for variable, mask in clause.literals:
            masks[variable] = masks.get(variable, 0) | mask
        literals = tuple((variable, mask) for variable, mask in masks.items() if mask)
        if any(mask == (1 << sizes[variable]) - 1 for variable, mask in literals):
            return
        for variable, mask in literals:
            self.clauses_of[variable].append((len(self.literals), mask))
        self.literals.append(literals)
        self.true.append(0)
        self.left.append(len(literals))

    def is_open(self, variable: int) -> bool:
        """Whether the variable still has more than one value."""
        mask = self.domains[variable]
        return mask & (mask - 1) != 0

    def close(self, domains: Sequence[int] | None = None) -> bool:
        """Keep to the masks and to what the constraints say at once; False: no solution."""
        agenda = list(enumerate(self.domains if domains is None else domains))
        agenda += [literals[0] for literals in self.literals if len(literals) == 1]
        return (
            all(self.literals)
            and self._follow(agenda)
            and all(self._narrow(agenda, table) for table in range(len(self.tables)))
            and all(self._weigh(agenda, total) for total in range(len(self.sums)))
            and self._follow(agenda)
        )

    def restrict(self, variable: int, mask: int) -> bool:
        """Keep a variable to the mask, and what follows; False: no solution, undo it."""
        return self._follow([(variable, mask)])

    def undo(self, mark: int) -> None:
        """Everything as it was when the trail was ``mark`` long."""
        trail, domains = self.trail, self.domains
        while len(trail) > mark:
            variable, before = trail.pop()
            if variable < 0:
                self.live[~variable] = before
                continue
            lost, won = self._moves[variable, before, domains[variable]]
            for clause in lost:
                self.left[clause] += 1
            for clause in won:
                self.true[clause] -= 1
            domains[variable] = before

    def _follow(self, agenda: list[tuple[int, int]]) -> bool:
        domains, trail = self.domains, self.trail
        tables: dict[int, None] = {}
        sums: dict[int, None] = {}
        while True:
            while agenda:
                variable, mask = agenda.pop()
                before = domains[variable]
                mask &= before
                if mask == before:
                    continue
                if not mask:
                    return False
                domains[variable] = mask
                trail.append((variable, before))
                if not self._settle(agenda, variable, before):
                    return False
                tables.update(dict.fromkeys(self.tables_of[variable]))
                sums.update(dict.fromkeys(self.sums_of[variable]))
            if tables:
                if not self._narrow(agenda, tables.popitem()[0]):
                    return False
            elif sums:
                if not self._weigh(agenda, sums.popitem()[0]):
                    return False
            else:
                return True

    def _move(self, variable: int, before: int, after: int) -> tuple[list[int], list[int]]:
        """The clauses whose literal becomes false, and those whose literal becomes true."""
        lost, won = [], []
        for clause, mask in self.clauses_of[variable]:
            if before & mask and not after & mask:
                lost.append(clause)
            elif before & ~mask and not after & ~mask:
                won.append(clause)
        move = self._moves[variable, before, after] = lost, won
        return move

    def _settle(self, agenda: list[tuple[int, int]], variable: int, before: int) -> bool:
        """Count true literals and those that are left; the last that is left must hold."""
        after = self.domains[variable]
        move = self._moves.get((variable, before, after)) or self._move(variable, before, after)
        lost, won = move
        true, left = self.true, self.left
        self.steps += len(lost) + len(won) + 1
        for clause in won:
            true[clause] += 1
        sound = True
        for clause in lost:
            left[clause] -= 1
            if left[clause] > 1 or true[clause]:
                continue
            if not left[clause]:
                sound = False
                continue
            agenda.append(
                next(each for each in self.literals[clause] if self.domains[each[0]] & each[1])
            )
        return sound

    def _narrow(self, agenda: list[tuple[int, int]], number: int) -> bool:
        """Keep the rows of a table that are still allowed, and the values that they have."""
        table, domains = self.tables[number], self.domains
        live = self.live[number]
        for variable, having in zip(table.scope, table.having, strict=True):
            allowed = 0
            for value in bits(domains[variable]):
                allowed |= having[value]
            live &= allowed
        self.steps += len(table.rows)
        if live != self.live[number]:
            self.trail.append((~number, self.live[number]))
            self.live[number] = live
        if not live:
            return False
        for variable, having in zip(table.scope, table.having, strict=True):
            gone = 0
            for value in bits(domains[variable]):
                if not having[value] & live:
                    gone |= 1 << value
            if gone:
                agenda.append((variable, domains[variable] & ~gone))
        return True

    def _weigh(self, agenda: list[tuple[int, int]], number: int) -> bool:
        """Keep the weights with which a sum can stay within its bounds."""
        total, domains = self.sums[number], self.domains
        least, greatest = total.bounds(domains)
        low, high = total.low, total.high
        self.steps += len(total.terms)
        if (high is not None and least > high) or (low is not None and greatest < low):
            return False
        for variable, weights in total.terms:
            mask = domains[variable]
            if not mask & (mask - 1):
                continue
            lightest, heaviest = total.range(variable, mask)
            most = None if high is None else high - least + lightest
            fewest = None if low is None else low - greatest + heaviest
            if (most is None or heaviest <= most) and (fewest is None or lightest >= fewest):
                continue
            kept = 0
            for value in bits(mask):
                weight = weights[value]
                if (most is None or weight <= most) and (fewest is None or weight >= fewest):
                    kept |= 1 << value
            agenda.append((variable, kept))
        return True
