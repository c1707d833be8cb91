"""One solution, and how it changes (基解): what every possible value is compared with.

A base has a value for each variable and what every sum comes to. From it two questions are answered
quickly: which values of a variable can be put in place of its own with nothing else changed, and
whether a set of changes makes a solution again. Moving the base is noted like everything else.
"""

from collections.abc import Iterable, Mapping

from cpq.solver.network import Network

Changes = Mapping[int, int]
"""New values of some variables."""


class Base:
    """A solution of a network, with the weight of each sum and the true literals of each clause."""

    def __init__(self, network: Network, values: Iterable[int]) -> None:
        self.network = network
        self.values = list(values)
        self.weights = [
            sum(weights[self.values[variable]] for variable, weights, _, _ in total.terms)
            for total in network.totals
        ]

    def move(self, changes: Changes) -> None:
        """Put other values in place of some."""
        values, weights = self.values, self.weights
        for variable, value in changes.items():
            old = values[variable]
            if old != value:
                for number, by_value, _ in self.network.totals_of[variable]:
                    weights[number] += by_value[value] - by_value[old]
                values[variable] = value

    def beside(self, variable: int) -> int:
        """The values that a variable can have with nothing else changed: a mask."""
        network, values = self.network, self.values
        found = network.start[variable]
        for other, _, back, _ in network.relations[variable]:
            found &= back[values[other]]
        for place, wide in network.wides_of[variable]:
            rows = -1
            for at, other in enumerate(wide.scope):
                if at != place:
                    rows &= wide.rows[at].parts[values[other]]
            bits = wide.rows[place].parts
            for value in range(network.sizes[variable]):
                if not bits[value] & rows:
                    found &= ~(1 << value)
        for place, long in network.longs_of[variable]:
            for at, (other, mask) in enumerate(long.literals):
                if at != place and mask >> values[other] & 1:
                    break
            else:
                found &= long.literals[place][1]
        return self._within_sums(variable, found)

    def _within_sums(self, variable: int, found: int) -> int:
        own = self.values[variable]
        for number, by_value, extremes in self.network.totals_of[variable]:
            total = self.network.totals[number]
            rest = self.weights[number] - by_value[own]
            least, most = extremes[self.network.start[variable]]
            if (total.high is None or rest + most <= total.high) and (
                total.low is None or rest + least >= total.low
            ):
                continue
            for value, weight in enumerate(by_value):
                if (total.high is not None and rest + weight > total.high) or (
                    total.low is not None and rest + weight < total.low
                ):
                    found &= ~(1 << value)
        return found

    def still_allows(self, changes: Changes, moved: Iterable[int]) -> bool:
        """Whether changes that made a solution still do, now that the base has ``moved``.

        Only what ties a moved variable to a changed one can have been broken, or a sum.
        """
        return all(
            variable in changes or self._goes_with(variable, changes) for variable in moved
        ) and not self.overweight(changes)

    def _goes_with(self, variable: int, changes: Changes) -> bool:
        """Whether what ties a variable, as it is, to changed ones is kept."""
        network, values = self.network, self.values
        value, get = values[variable], changes.get
        ties = network.ties(variable)
        if len(ties) < len(changes):
            for other, allowed in ties.items():
                new = get(other)
                if new is not None and not allowed[value] >> new & 1:
                    return False
        else:
            for other, new in changes.items():
                found = ties.get(other)
                if found is not None and not found[value] >> new & 1:
                    return False
        for _, wide in network.wides_of[variable]:
            rows = -1
            for at, other in enumerate(wide.scope):
                rows &= wide.rows[at].parts[get(other, values[other])]
            if not rows:
                return False
        for place, long in network.longs_of[variable]:
            if not long.literals[place][1] >> value & 1 and not any(
                mask >> get(other, values[other]) & 1 for other, mask in long.literals
            ):
                return False
        return True

    def overweight(self, changes: Changes, over: int | None = None) -> dict[int, int]:
        """The sums that some changes bring over or under their bounds, and by how much.

        Above 0 it is too much, below 0 too little. The sum ``over`` is looked at in any case.
        """
        network = self.network
        moved = self.moved(changes)
        if over is not None:
            moved.setdefault(over, 0)
        found = {}
        for number, more in moved.items():
            total, weight = network.totals[number], self.weights[number] + more
            if total.high is not None and weight > total.high:
                found[number] = weight - total.high
            elif total.low is not None and weight < total.low:
                found[number] = weight - total.low
        return found

    def moved(self, changes: Changes) -> dict[int, int]:
        """By how much some changes move the sums."""
        values = self.values
        found: dict[int, int] = {}
        for variable, value in changes.items():
            old = values[variable]
            if old != value:
                for number, by_value, _ in self.network.totals_of[variable]:
                    found[number] = found.get(number, 0) + by_value[value] - by_value[old]
        return found
