"""Questions on the side (试算): whether other choices than those made could stand together.

A trial has a space of its own over the same network, so that nothing of the solver moves. It starts
from a solution that agrees with most of what is asked, and so looks only at what differs.
"""

from collections.abc import Iterable, Sequence

from cpq.solver.base import Base
from cpq.solver.network import Network
from cpq.solver.repair import OutOfPatience, repaired
from cpq.solver.space import Space

Pair = tuple[int, int]
"""A variable and a value of it."""


class Trial:
    """A space beside the solver's, and the solver's base, at which questions begin.

    ``domains`` are values to begin with, from which nothing more follows. Without them nothing is
    ruled out beforehand, so that ``rules_seen`` names every rule that it takes.
    """

    def __init__(
        self,
        network: Network,
        base: Base,
        *,
        domains: Sequence[int] | None = None,
        patience: int,
    ) -> None:
        self._space = Space(network, left=domains)
        self._base = base
        self._free = [0] * len(network.sizes)
        self._patience = patience

    def solution(self, pairs: Iterable[Pair]) -> dict[int, int] | None:
        """The changes that make the solution one with all pairs; ``None`` where there are none.

        Raises ``OutOfPatience``.
        """
        space = self._space
        mark = len(space.trail)
        for variable, value in pairs:
            if not space.keep(variable, 1 << value):
                space.back(mark)
                return None
        return repaired(space, self._base, mark, self._free, patience=self._patience)

    def possible(self, pairs: Iterable[Pair]) -> bool | None:
        """Whether some solution has all pairs; ``None`` where that was not found out in time."""
        try:
            return self.solution(pairs) is not None
        except OutOfPatience:
            return None

    def rules_seen(self, pairs: Iterable[Pair]) -> set[int]:
        """The constraints by which the pairs were found not to go together; none where they do."""
        seen: set[int] = set()
        self._space.seen = seen
        try:
            found = self.possible(pairs)
        finally:
            self._space.seen = None
        return set() if found else seen
