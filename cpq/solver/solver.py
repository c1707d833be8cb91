"""What is still possible, after every choice, exactly and at once (见证差分).

A solver holds one solution, the *base*. Every value in it is possible. For every other value it
keeps a *witness*: a few changes to the base that make a solution with that value. Most values need
no more than themselves; those are known together, as a mask. A value without a witness is proved
again, near the base; where that shows that no solution has it, it is taken away and what follows
from that is followed. So a choice costs what it touches: the base moves by the witness of the
chosen value, which is at hand, and only witnesses that the move, the values taken away or a sum
with little room could have broken are looked at.

A value is possible, impossible, or *unproved* where the search ran out of patience; it is never
guessed. Going back takes every note back in turn, so it is exact.

>>> from cpq.solver.problem import Clause, Sum, problem
>>> rules = [Clause("not both red", ((0, 0b110), (1, 0b110))),
...          Sum("budget", ((0, (1, 2, 3)), (1, (4, 5, 9))), high=8)]
>>> solver = Solver(problem([3, 3], rules))
>>> [bin(mask) for mask in solver.domains()]
['0b111', '0b11']
>>> solver.choose(1, 0)
>>> solver.domain(0), solver.solution()
(6, (1, 0))
>>> solver.retract(1)
>>> solver.domain(0)
7
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from cpq.solver.base import Base
from cpq.solver.network import Network, values_of
from cpq.solver.oracle import Oracle, Undecided
from cpq.solver.problem import Malformed, Problem, Values
from cpq.solver.repair import OutOfPatience, repaired
from cpq.solver.space import Space
from cpq.solver.stages import begun
from cpq.solver.trial import Trial
from cpq.solver.witnesses import Witness, Witnesses

PATIENCE = 500
"""How many values the search for one witness tries before it is given up, unless said."""

_EFFORT_FIRST, _EFFORT_LEAST = 5, 1_000
_INSISTENCE = 20
_GLANCE = 5
_SOON = 30
"""How many before somebody else is asked, where there is somebody."""


class Unsatisfiable(ValueError):
    """The problem has no solution at all."""


class Impossible(ValueError):
    """A value that no solution has which agrees with the choices."""


class _Level:
    """One choice: where the notes stood before it."""

    __slots__ = ("mark", "note", "value", "variable")

    def __init__(self, variable: int, value: int, mark: int, note: int) -> None:
        self.variable = variable
        self.value = value
        self.mark = mark
        self.note = note


Note = tuple[str, int, int, Witness | None]
_BASE, _FREE, _FAR, _HARD = "base", "free", "far", "hard"


class Solver:
    """The solutions of a problem that agree with the choices made so far.

    ``patience`` is how many values the search for one witness tries; ``effort`` how many all of
    them try after one choice before they are cut short (unless said: one for each value that there
    is, and five before the first choice). ``root`` is what was possible before the first choice.
    Raises ``Unsatisfiable``, or ``Undecided`` where no first solution was found in time.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        patience: int = PATIENCE,
        effort: int | None = None,
        oracle: Oracle | None = None,
    ) -> None:
        self.problem = problem
        self.patience = patience
        each = max(_EFFORT_LEAST, sum(problem.sizes)) if effort is None else effort
        self.effort = each if effort is not None else _EFFORT_FIRST * each
        self._oracle = oracle
        self.network = Network(problem)
        self._space = Space(self.network)
        if not self._space.begin():
            raise Unsatisfiable("the constraints exclude each other")
        values = begun(problem, self._space, patience=patience, oracle=oracle)
        if values is None:
            raise Unsatisfiable("no values satisfy all constraints")
        self._base = Base(self.network, values)
        count = len(problem.sizes)
        self._free = [0] * count
        self._witnesses = Witnesses(self.network)
        self._hard = [0] * count
        self._notes: list[Note] = []
        self._levels: list[_Level] = []
        self._look_again(range(count))
        self._settle(range(count))
        self.effort = each
        self.root = self.domains()

    # --- what is possible -----------------------------------------------------------------------

    @property
    def choices(self) -> tuple[tuple[int, int], ...]:
        """The choices, as (variable, value), in the order in which they were made."""
        return tuple((level.variable, level.value) for level in self._levels)

    def domain(self, variable: int) -> int:
        """The values of a variable that are not known to be impossible: a mask."""
        return self._space.left[variable]

    def domains(self) -> tuple[int, ...]:
        """``domain`` of every variable."""
        return tuple(self._space.left)

    def unproved(self, variable: int) -> int:
        """Of those, the values of which it was not found out in time: a mask, nearly always 0."""
        return self._hard[variable] & self._space.left[variable]

    def solution(self) -> Values:
        """A solution that agrees with all choices."""
        return tuple(self._base.values)

    def witness(self, variable: int, value: int) -> Values:
        """A solution with a value that agrees with all choices.

        Raises ``Impossible``, ``Undecided``.
        """
        values = list(self._base.values)
        for changed, new in self._changes(variable, value).items():
            values[changed] = new
        return tuple(values)

    @cached_property
    def trial(self) -> Trial:
        """Questions on the side, about any choices."""
        return Trial(self.network, self._base, domains=self.root, patience=self.patience)

    @cached_property
    def bare_trial(self) -> Trial:
        """The same, with nothing ruled out beforehand."""
        return Trial(self.network, self._base, patience=self.patience)

    # --- choosing -------------------------------------------------------------------------------

    def choose(self, variable: int, value: int) -> None:
        """Choose a value: from here on only solutions with it count.

        What is chosen already stays as it is; an unproved value is looked at for longer.
        Raises ``Impossible`` where no solution has it and ``Undecided`` where that is not known;
        nothing is chosen then.
        """
        try:
            changes = self._changes(variable, value)
        except Undecided:
            self.insist(variable, patience=_INSISTENCE * self.patience)
            changes = self._changes(variable, value)
        if (variable, value) not in self.choices:
            self._choose(variable, value, changes)

    def _choose(self, variable: int, value: int, changes: Mapping[int, int]) -> None:
        space = self._space
        self._levels.append(_Level(variable, value, len(space.trail), len(self._notes)))
        mark = len(space.trail)
        possible = space.keep(variable, 1 << value)
        assert possible, "the value has a witness"
        self._settle(self._moved(changes, mark))

    def retract(self, variable: int) -> None:
        """Take the choice of a variable back; the others stay. Raises ``KeyError``: not chosen."""
        places = [at for at, level in enumerate(self._levels) if level.variable == variable]
        if not places:
            raise KeyError(variable)
        later = self._levels[places[0] + 1 :]
        agrees = self.solution()
        while len(self._levels) > places[0]:
            self._undo()
        for level in later:
            try:
                changes = self._changes(level.variable, level.value)
            except Undecided:
                changes = self._difference(agrees)
            self._choose(level.variable, level.value, changes)

    def insist(self, variable: int, *, patience: int) -> int:
        """Look longer for the unproved values of a variable; the mask of those that stay so.

        >>> from cpq.solver.problem import problem
        >>> Solver(problem([3])).insist(0, patience=10_000)
        0
        """
        unproved = self.unproved(variable)
        if unproved:
            self._notes.append((_HARD, variable, self._hard[variable], None))
            self._hard[variable] &= ~unproved
            usual = self.patience, self.effort
            self.patience, self.effort = patience, patience * unproved.bit_count()
            try:
                self._settle([variable])
            finally:
                self.patience, self.effort = usual
        return self.unproved(variable)

    def _undo(self) -> None:
        level = self._levels.pop()
        self._space.back(level.mark)
        while len(self._notes) > level.note:
            kind, variable, value, witness = self._notes.pop()
            if kind == _BASE:
                self._base.move({variable: value})
            elif kind == _FREE:
                self._free[variable] = value
            elif kind == _HARD:
                self._hard[variable] = value
            elif witness is None:
                self._witnesses.drop(variable, value)
            else:
                self._witnesses.add(variable, value, witness)

    def _changes(self, variable: int, value: int) -> Mapping[int, int]:
        """What makes the base a solution with a value."""
        if not 0 <= variable < len(self.problem.sizes):
            raise Malformed(f"there is no variable {variable}")
        if not value >= 0 or not self._space.left[variable] >> value & 1:
            raise Impossible(f"variable {variable} cannot have the value {value}")
        if self._base.values[variable] == value:
            return {}
        if self._free[variable] >> value & 1:
            return {variable: value}
        witness = self._witnesses.of[variable].get(value)
        if witness is None:
            raise Undecided(f"whether variable {variable} can have the value {value}")
        return witness.changes

    # --- keeping every value proved -------------------------------------------------------------

    def _moved(self, changes: Mapping[int, int], mark: int) -> set[int]:
        """Move the base, and forget the witnesses that the move or lost values broke.

        Gives the variables of which some value may have no witness now.
        """
        base, network = self._base, self.network
        moved = {v: new for v, new in changes.items() if base.values[v] != new}
        for variable in moved:
            self._notes.append((_BASE, variable, base.values[variable], None))
        base.move(moved)
        near = set(moved)
        for variable in moved:
            near |= network.near(variable)
        sums = {number for variable in moved for number, _, _ in network.totals_of[variable]}
        tight = self._tightened(sums)
        self._look_again(near | tight)
        doubtful = near.union(self._space.changed(mark), self._witnesses.overreaching(base, sums))
        return near | tight | self._forget(doubtful, moved)

    def _tightened(self, sums: Iterable[int]) -> set[int]:
        """The variables of sums that have less room now than one value may take."""
        found: set[int] = set()
        for number in sums:
            total, weight = self.network.totals[number], self._base.weights[number]
            room = total.widest
            if total.high is not None:
                room = min(room, total.high - weight)
            if total.low is not None:
                room = min(room, weight - total.low)
            for variable, _, _, far_apart in total.terms:
                if far_apart <= room:
                    break
                found.add(variable)
        return found

    def _look_again(self, variables: Iterable[int]) -> None:
        """See which values fit beside the base now."""
        free, notes = self._free, self._notes
        for variable in variables:
            found = self._base.beside(variable)
            if found != free[variable]:
                notes.append((_FREE, variable, free[variable], None))
                free[variable] = found

    def _forget(self, doubtful: Iterable[int], moved: Collection[int] = ()) -> set[int]:
        """Drop the witnesses through some variables that are none any more; whose they were."""
        found: set[int] = set()
        for witness in self._witnesses.through(doubtful):
            if self._is_witness(witness.changes, moved):
                # what it changes of the sums may be more, now that the base has moved
                self._witnesses.stretch(self._base.moved(witness.changes))
                continue
            for variable, value in sorted(witness.proves):
                self._witnesses.drop(variable, value)
                self._notes.append((_FAR, variable, value, witness))
                found.add(variable)
        return found

    def _is_witness(self, changes: Mapping[int, int], moved: Collection[int]) -> bool:
        left = self._space.left
        return all(
            left[variable] >> value & 1 for variable, value in changes.items()
        ) and self._base.still_allows(changes, moved)

    def _settle(self, variables: Iterable[int]) -> None:
        """Give every value of some variables a witness, or take it away."""
        waiting = dict.fromkeys(sorted(variables))
        self._until = self._space.tried + self.effort
        while waiting:
            variable = next(iter(waiting))
            del waiting[variable]
            for value in self._without_witness(variable):
                if (
                    not self._space.left[variable] >> value & 1
                    or value in self._witnesses.of[variable]
                ):
                    continue
                mark = len(self._space.trail)
                if self._prove(variable, value):
                    continue
                possible = self._space.keep(variable, ~(1 << value))
                assert possible, "the base is a solution without it"
                for lost in sorted(self._forget(set(self._space.changed(mark)))):
                    waiting[lost] = None

    def _without_witness(self, variable: int) -> list[int]:
        known = self._free[variable] | 1 << self._base.values[variable] | self._hard[variable]
        unknown = self._space.left[variable] & ~known
        known_far = self._witnesses.of[variable]
        return [value for value in values_of(unknown) if value not in known_far]

    def _prove(self, variable: int, value: int) -> bool:
        """Find a witness, note that none was found in time, or say that there is none."""
        try:
            found = self._sought(variable, value)
        except Undecided:
            self._notes.append((_HARD, variable, self._hard[variable], None))
            self._hard[variable] |= 1 << value
            return True
        if found is None:
            return False
        witness = Witness(found)
        self._witnesses.stretch(self._base.moved(found))
        for changed, new in found.items():
            if not self._free[changed] >> new & 1 and new not in self._witnesses.of[changed]:
                self._notes.append((_FAR, changed, new, None))
                self._witnesses.add(changed, new, witness)
        return True

    def _sought(self, variable: int, value: int) -> Mapping[int, int] | None:
        """What makes the base a solution with a value, if anything does. Raises ``Undecided``."""
        patience = min(self.patience, max(_GLANCE, self._until - self._space.tried))
        try:
            if self._oracle is not None:
                with suppress(OutOfPatience):
                    return self._nearby(variable, value, patience=min(patience, _SOON))
                with suppress(Undecided):
                    domains = list(self._space.left)
                    domains[variable] = 1 << value
                    solution = self._oracle.solve(domains)
                    return None if solution is None else self._difference(solution)
            return self._nearby(variable, value, patience=patience)
        except OutOfPatience:
            raise Undecided(f"whether variable {variable} can have the value {value}") from None

    def _nearby(self, variable: int, value: int, *, patience: int) -> Mapping[int, int] | None:
        space = self._space
        mark = len(space.trail)
        if not space.keep(variable, 1 << value):
            space.back(mark)
            return None
        return repaired(space, self._base, mark, self._free, patience=patience)

    def _difference(self, solution: Sequence[int]) -> dict[int, int]:
        base = self._base.values
        return {v: new for v, new in enumerate(solution) if new != base[v]}
