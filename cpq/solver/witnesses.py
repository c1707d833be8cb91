"""Which changes prove which values (见证): kept so that what a move breaks is found at once.

One set of changes proves a value of every variable that it changes, so it is kept once with all the
values that it is the proof of. From a variable one gets to the witnesses that change it.
"""

from collections.abc import Iterable, Mapping

from cpq.solver.base import Base
from cpq.solver.network import Network


class Witness:
    """Changes to the base, and the values of which they are the proof."""

    __slots__ = ("changes", "proves")

    def __init__(self, changes: Mapping[int, int]) -> None:
        self.changes = changes
        self.proves: set[tuple[int, int]] = set()


class Witnesses:
    """The witnesses of all values that need more than themselves."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.of: list[dict[int, Witness]] = [{} for _ in network.sizes]
        self._through: list[set[Witness]] = [set() for _ in network.sizes]
        self._reach = [0] * len(network.totals)

    def add(self, variable: int, value: int, witness: Witness) -> None:
        """Let a witness prove a value."""
        self.of[variable][value] = witness
        if not witness.proves:
            for changed in witness.changes:
                self._through[changed].add(witness)
        witness.proves.add((variable, value))

    def drop(self, variable: int, value: int) -> None:
        """Leave a value without a witness."""
        witness = self.of[variable].pop(value)
        witness.proves.discard((variable, value))
        if not witness.proves:
            for changed in witness.changes:
                self._through[changed].discard(witness)

    def stretch(self, moved: Mapping[int, int]) -> None:
        """Note how far a new witness moves the sums."""
        for number, more in moved.items():
            self._reach[number] = max(self._reach[number], abs(more))

    def through(self, variables: Iterable[int]) -> set[Witness]:
        """The witnesses that change one of some variables."""
        found: set[Witness] = set()
        for variable in variables:
            found |= self._through[variable]
        return found

    def overreaching(self, base: Base, sums: Iterable[int]) -> set[int]:
        """The variables of sums that have less room now than some witness may take."""
        found: set[int] = set()
        for number in sums:
            total, weight = self.network.totals[number], base.weights[number]
            reach = self._reach[number]
            if (total.high is not None and weight + reach > total.high) or (
                total.low is not None and weight - reach < total.low
            ):
                found.update(term[0] for term in total.terms)
        return found
