"""How many solutions a problem has (方案数), exactly, without listing them.

A variable is given each of its values in turn, and what follows is ruled out. What is then left
falls apart into groups of variables that no open constraint links: their counts multiply, and each
is counted by itself. The same group is met again and again, under other values of the variables
that no longer matter to it; it is counted once and looked up from then on. So the cost follows how
entangled the problem is, not how many solutions there are: a count of 559 digits can take less
than a second, and one of 30 digits for ever. Whoever counts therefore says how much effort it is
worth, and ``None`` says that it was not enough.
"""

from collections.abc import Generator, Sequence
from typing import NamedTuple

from cpq.solver.problem import Problem
from cpq.solver.residue import Residue, bits

EFFORT = 20_000_000
"""Steps, of which plain Python takes some millions in a second."""

Counting = Generator["_Group", int, int]
"""Asks for the counts of smaller groups, and ends with its own."""

Key = tuple[object, ...]


def count(
    problem: Problem, domains: Sequence[int] | None = None, *, effort: int = EFFORT
) -> int | None:
    """The number of solutions within the masks; ``None`` where the effort did not suffice.

    The effort is a number of steps, so that the answer depends on no clock: a value looked at in
    a constraint is one step. The memory taken grows with it: some bytes for each step at most.

    >>> from cpq.solver.problem import Clause, Sum, problem
    >>> not_both = Clause("not both", ((0, 0b01), (1, 0b01)))
    >>> count(problem([2, 2, 5], [not_both]))
    15
    >>> count(problem([2, 2, 5], [not_both]), [0b01, 0b11, 0b00111])
    6
    >>> weights = tuple((each, (0, 3 + each)) for each in range(20))
    >>> few = problem([2] * 20, [Sum("weight", weights, high=100)])
    >>> count(few), count(few, effort=100)
    (227335, None)
    """
    residue = Residue(problem)
    if not residue.close(domains):
        return 0
    return _Count(residue, effort).run(range(len(problem.sizes)))


class _Group(NamedTuple):
    """Variables that open constraints link, the one to branch on, and what tells it apart."""

    variables: list[int]
    branch: int
    key: Key


class _Count:
    """The groups counted so far, and the effort that is left."""

    def __init__(self, residue: Residue, effort: int) -> None:
        self._residue = residue
        self._effort = effort
        self._known: dict[Key, int] = {}

    def run(self, variables: Sequence[int]) -> int | None:
        """Count without recursion: as deep as the problem has variables is too deep for it."""
        running: list[tuple[Counting, Key]] = [(self._product(variables), ())]
        answer: int | None = None
        while running:
            try:
                group = running[-1][0].send(answer)  # type: ignore[arg-type]
            except StopIteration as done:
                answer = self._known[running.pop()[1]] = done.value
                continue
            answer = self._known.get(group.key)
            if answer is None:
                if self._residue.steps > self._effort:
                    return None
                running.append((self._sum(group), group.key))
        return answer

    def _sum(self, group: _Group) -> Counting:
        """The count of a group: those with one value of its branch, and with the next."""
        residue, whole = self._residue, 0
        for value, alike in self._kinds(group.branch):
            mark = len(residue.trail)
            if residue.restrict(group.branch, 1 << value):
                whole += alike * (yield from self._product(group.variables))
            residue.undo(mark)
        return whole

    def _product(self, variables: Sequence[int]) -> Counting:
        """The count of all groups into which the variables fall apart."""
        groups, product = self._split(variables)
        groups.sort(key=lambda group: len(group.variables))
        for group in groups:
            product *= yield group
            if not product:
                break
        return product

    def _kinds(self, variable: int) -> list[tuple[int, int]]:
        """Values of a variable, one of each kind that no open constraint tells apart; how many."""
        residue = self._residue
        kinds: dict[Key, list[int]] = {}
        clauses = [
            mask for clause, mask in residue.clauses_of[variable] if not residue.true[clause]
        ]
        tables = [residue.tables[each].kinds(variable) for each in residue.tables_of[variable]]
        sums = [residue.sums[each].weights[variable] for each in residue.sums_of[variable]]
        for value in bits(residue.domains[variable]):
            kind = (
                *(mask >> value & 1 for mask in clauses),
                *(alike[value] for alike in tables),
                *(weights[value] for weights in sums),
            )
            kinds.setdefault(kind, []).append(value)
        residue.steps += len(kinds)
        return [(values[0], len(values)) for values in kinds.values()]

    def _split(self, variables: Sequence[int]) -> tuple[list[_Group], int]:
        """The groups, and how many ways there are for the variables that nothing links."""
        domains = self._residue.domains
        seen: set[int] = set()
        groups, ways = [], 1
        for variable in variables:
            mask = domains[variable]
            if variable in seen or not mask & (mask - 1):
                continue
            group = _Walk(self._residue, seen).group(variable)
            if group is None:
                ways *= mask.bit_count()
            else:
                groups.append(group)
        return groups, ways


class _Walk:
    """From a variable along open constraints to all that it is linked with."""

    def __init__(self, residue: Residue, seen: set[int]) -> None:
        self._residue = residue
        self._seen = seen
        self._linked: list[int] = []
        self._clauses: set[int] = set()
        self._others: dict[int, Key | None] = {}

    def group(self, start: int) -> _Group | None:
        """The group of the variable; ``None`` where it stands alone."""
        residue, seen, linked = self._residue, self._seen, self._linked
        seen.add(start)
        linked.append(start)
        # The list grows while it is read: each variable links those that come after it.
        scores = [self._clausal(each) + self._other(each) for each in linked]
        residue.steps += len(linked) + len(self._clauses)
        if len(linked) == 1 and not self._clauses and not any(self._others.values()):
            return None
        # Of those that decide as much, one from the middle: what is left falls into halves.
        middle = len(linked) // 2
        branch = linked[max(range(len(linked)), key=lambda at: (scores[at], -abs(at - middle)))]
        linked.sort()
        domains = residue.domains
        others = tuple(sorted(each for each in self._others.items() if each[1]))
        key: Key = (
            *(tuple(linked), tuple(domains[each] for each in linked)),
            *(tuple(sorted(self._clauses)), others),
        )
        return _Group(linked, branch, key)

    def _clausal(self, variable: int) -> int:
        """Link what an unsatisfied clause links; a score of how much the variable decides."""
        residue, seen, linked, clauses = self._residue, self._seen, self._linked, self._clauses
        domains, true = residue.domains, residue.true
        mine, score = domains[variable], 0
        residue.steps += len(residue.clauses_of[variable])
        for clause, mask in residue.clauses_of[variable]:
            if true[clause] or not mine & mask:
                continue
            score += 2 if residue.left[clause] == 2 else 1
            if clause in clauses:
                continue
            clauses.add(clause)
            residue.steps += len(residue.literals[clause])
            for other, its in residue.literals[clause]:
                if other not in seen and domains[other] & its:
                    seen.add(other)
                    linked.append(other)
        return score

    def _other(self, variable: int) -> int:
        """Link what a table or a sum links; a score of how much the variable decides."""
        residue, score = self._residue, 0
        for number in residue.tables_of[variable]:
            if number not in self._others:
                self._others[number] = self._table(number)
            score += 2 * bool(self._others[number])
        for number in residue.sums_of[variable]:
            low, high = residue.sums[number].range(variable, residue.domains[variable])
            if low == high:
                continue
            if ~number not in self._others:
                self._others[~number] = self._sum(number)
            score += bool(self._others[~number])
        return score

    def _link(self, variables: Sequence[int]) -> None:
        fresh = [each for each in variables if each not in self._seen]
        self._seen.update(fresh)
        self._linked += fresh

    def _table(self, number: int) -> Key | None:
        """What is left of a table; ``None`` where all is allowed."""
        residue = self._residue
        table, live = residue.tables[number], residue.live[number]
        residue.steps += len(table.rows)
        open_ = [each for each in table.scope if residue.is_open(each)]
        ways = 1
        for each in open_:
            ways *= residue.domains[each].bit_count()
        if ways == live.bit_count():
            return None
        self._link(open_)
        return table.rest(live, open_)

    def _sum(self, number: int) -> Key | None:
        """How far a sum may still go; ``None`` where it cannot miss its bounds."""
        residue = self._residue
        total = residue.sums[number]
        residue.steps += len(total.scope)
        fixed = least = greatest = 0
        linked = []
        for variable in total.scope:
            low, high = total.range(variable, residue.domains[variable])
            if low == high:
                fixed += low
            else:
                linked.append(variable)
                least += low
                greatest += high
        if total.is_kept(least + fixed, greatest + fixed):
            return None
        self._link(linked)
        # Bounds beyond what the weights reach are all alike; so more groups are found again.
        low = least if total.low is None else max(total.low - fixed, least)
        high = greatest if total.high is None else min(total.high - fixed, greatest)
        return low, high
