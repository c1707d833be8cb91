"""Values that are left, and what follows from fewer of them (传播).

A space narrows values until nothing more follows from any constraint by itself: arc consistency on
relations and wide tables, the last literal of a clause, the bounds of a sum. Every change is noted,
so that a space is taken back to any earlier *mark* exactly. What is left need not be possible; what
was taken away is impossible.
"""

from collections.abc import Iterator, Sequence

from cpq.solver.network import Long, Network, Total, values_of

Change = tuple[int, int]
"""A variable, and the values that it had left."""


class Space:
    """The values that are left of each variable of a network, and the way back.

    ``seen`` collects the constraints by which it said no, where somebody asks for it: those whose
    work led there, and no others that had some. ``tried`` counts the values that searches tried.
    """

    def __init__(self, network: Network, *, left: Sequence[int] | None = None) -> None:
        self.network = network
        self.left = list(network.start if left is None else left)
        self.trail: list[Change] = []
        self.seen: set[int] | None = None
        self.tried = 0
        self.failed: tuple[int, ...] = tuple(network.never)
        self._because: dict[int, tuple[int, ...]] = {}
        self._least = [0] * len(network.totals)
        self._most = [0] * len(network.totals)
        for number, total in enumerate(network.totals):
            for variable, _, extremes, _ in total.terms:
                if self.left[variable]:
                    low, high = extremes[self.left[variable]]
                    self._least[number] += low
                    self._most[number] += high
        self._watching: list[list[tuple[Long, list[int]]]] = [[] for _ in network.sizes]
        for long in network.longs:
            watched = [at for at, (v, mask) in enumerate(long.literals) if self.left[v] & mask][:2]
            watched += [at for at in range(2) if at not in watched][: 2 - len(watched)]
            for place in watched:
                self._watching[long.literals[place][0]].append((long, watched))
        self._queue: list[int] = []
        self._queued = bytearray(len(network.sizes))
        self._sums: dict[int, None] = {}

    # --- narrowing ------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Follow every constraint once, from the values that each variable begins with."""
        if self.failed:
            return False
        self._queue = [v for v in range(len(self.left)) if self.left[v]][::-1]
        for variable in self._queue:
            self._queued[variable] = 1
        self._sums = dict.fromkeys(range(len(self.network.totals)))
        return self.propagate()

    def keep(self, variable: int, mask: int) -> bool:
        """Leave a variable only the values of a mask, and follow what comes of it.

        Where nothing is left of something it says no; take the space back to a mark then.
        """
        old = self.left[variable]
        new = old & mask
        if new == old:
            return True
        if self.seen is not None:
            self._because.pop(len(self.trail), None)
            if not new:
                self.blame((), variable)
        if not new:
            self.failed = ()
            return False
        self._set(variable, old, new)
        return self.propagate()

    def follow(self, number: int) -> bool:
        """Follow a sum whose bounds have changed, and what comes of it."""
        self._sums[number] = None
        return self.propagate()

    def back(self, mark: int) -> None:
        """Take back every change since the trail was ``mark`` long."""
        trail, left, least, most = self.trail, self.left, self._least, self._most
        totals_of = self.network.totals_of
        while len(trail) > mark:
            variable, old = trail.pop()
            new = left[variable]
            left[variable] = old
            for number, _, extremes in totals_of[variable]:
                low, high = extremes[old]
                low_then, high_then = extremes[new]
                least[number] += low - low_then
                most[number] += high - high_then

    def blame(self, rules: tuple[int, ...], *variables: int) -> None:
        """Note the constraints that led to what some constraints, or variables, came to.

        Back along the trail: what narrowed a variable that matters makes its own variables matter.
        """
        assert self.seen is not None
        constraints, narrowing = self.network.problem.constraints, self.network.narrowing
        matter = {*variables, *(each for rule in rules for each in constraints[rule].scope)}
        self.seen.update(rules)
        for at in range(len(self.trail) - 1, -1, -1):
            if self.trail[at][0] in matter:
                for rule in self._because.get(at, ()):
                    self.seen.add(rule)
                    matter.update(constraints[rule].scope)
        for variable in matter:
            self.seen.update(narrowing.get(variable, ()))

    def changed(self, mark: int) -> Iterator[int]:
        """The variables that have fewer values than at a mark."""
        return iter(dict.fromkeys(variable for variable, _ in self.trail[mark:]))

    def _set(self, variable: int, old: int, new: int) -> None:
        self.trail.append((variable, old))
        self.left[variable] = new
        if not self._queued[variable]:
            self._queued[variable] = 1
            self._queue.append(variable)
        for number, _, extremes in self.network.totals_of[variable]:
            low, high = extremes[new]
            low_then, high_then = extremes[old]
            if low != low_then:
                self._least[number] += low - low_then
                self._sums[number] = None
            if high != high_then:
                self._most[number] += high - high_then
                self._sums[number] = None

    # --- following ------------------------------------------------------------------------------

    def propagate(self) -> bool:
        """Follow the changes until nothing more comes of them; no where nothing is left."""
        queue, queued = self._queue, self._queued
        while True:
            if queue:
                variable = queue.pop()
                queued[variable] = 0
                if self._relations(variable) and self._wides(variable) and self._longs(variable):
                    continue
            elif self._sums:
                number = next(iter(self._sums))
                del self._sums[number]
                if self._sum(number):
                    continue
            else:
                return True
            for waiting in queue:
                queued[waiting] = 0
            queue.clear()
            self._sums.clear()
            if self.seen is not None:
                self.blame(self.failed)
            return False

    def _take(self, variable: int, new: int, rules: tuple[int, ...]) -> bool:
        """Leave a variable fewer values, because of some constraints."""
        if not new:
            self.failed = rules
            return False
        if self.seen is not None:
            self._because[len(self.trail)] = rules
        self._set(variable, self.left[variable], new)
        return True

    def _relations(self, variable: int) -> bool:
        left = self.left
        mask = left[variable]
        for other, reach, _, rules in self.network.relations[variable]:
            there = left[other]
            new = there & reach[mask]
            if new != there and not self._take(other, new, rules):
                return False
        return True

    def _wides(self, variable: int) -> bool:
        left = self.left
        for _, wide in self.network.wides_of[variable]:
            rows = -1
            for place, other in enumerate(wide.scope):
                rows &= wide.rows[place][left[other]]
            for place, other in enumerate(wide.scope):
                by_value, new = wide.rows[place].parts, 0
                for value in values_of(left[other]):
                    if by_value[value] & rows:
                        new |= 1 << value
                if new != left[other] and not self._take(other, new, (wide.rule,)):
                    return False
        return True

    def _longs(self, variable: int) -> bool:
        """Watch two literals of each clause; they need not be taken back."""
        left, watching = self.left, self._watching
        here = watching[variable]
        place = 0
        while place < len(here):
            long, watched = here[place]
            literals = long.literals
            mine = 0 if literals[watched[0]][0] == variable else 1
            if literals[watched[mine]][1] & left[variable]:
                place += 1
                continue
            other, mask = literals[watched[1 - mine]]
            if not left[other] & ~mask and left[other]:
                place += 1
                continue
            for at, (candidate, wanted) in enumerate(literals):
                if at not in watched and left[candidate] & wanted:
                    watched[mine] = at
                    watching[candidate].append(here[place])
                    here[place] = here[-1]
                    here.pop()
                    break
            else:
                place += 1
                new = left[other] & mask
                if new != left[other] and not self._take(other, new, (long.rule,)):
                    return False
        return True

    def _sum(self, number: int) -> bool:
        total = self.network.totals[number]
        if total.high is not None:
            room = total.high - self._least[number]
            if room < total.widest and not self._bounded(total, room, upwards=True):
                return False
        if total.low is not None:
            room = self._most[number] - total.low
            if room < total.widest and not self._bounded(total, room, upwards=False):
                return False
        return True

    def _bounded(self, total: Total, room: int, *, upwards: bool) -> bool:
        """Take away what weighs more than ``room`` above the least, or below the most."""
        if room < 0:
            self.failed = (total.rule,)
            return False
        left = self.left
        for variable, _, extremes, far_apart in total.terms:
            if far_apart <= room:
                break
            mask = left[variable]
            low, high = extremes[mask]
            if high - low <= room:
                continue
            if upwards:
                new = extremes.within(mask, low, low + room)
            else:
                new = extremes.within(mask, high - room, high)
            if new != mask and not self._take(variable, new, (total.rule,)):
                return False
        return True
