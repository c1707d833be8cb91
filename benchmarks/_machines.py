"""Generated machines: a tree of assemblies with variants, quantities, capacities and cross links.

Around a solution that is drawn first, so that there is one. An assembly has a frame and a class;
what is in it has a variant or a quantity. Tables tie the class of an assembly to those of its
assemblies, frames to frames and parts, a part to the next one, quantities to quantities; each
assembly bounds the power and the slots of what it holds, the machine bounds all power and the
budget. Some rules go across the tree. The seed makes it the same each time.
"""

import random
from itertools import product
from typing import NamedTuple

from cpq.solver.problem import Constraint, Problem, Sum, Table, problem

_CHILDREN, _CLASSES = 6, 3


class Place(NamedTuple):
    """The component that a variable is of, and what of it: frame, class, variant or count."""

    component: int
    what: str


class Machine(NamedTuple):
    """A problem, the price of each value, a solution, and where each variable stands.

    ``assemblies`` are the first components; the others are parts.
    """

    problem: Problem
    prices: tuple[tuple[int, ...], ...]
    planted: tuple[int, ...]
    places: tuple[Place, ...]
    assemblies: int

    def above(self, component: int) -> tuple[int, ...]:
        """The assemblies that a component is in, the outermost first."""
        found: list[int] = []
        while component:
            component = (component - 1) // _CHILDREN
            component = component if component < self.assemblies else 0
            found.insert(0, component)
        return tuple(found)


def machine(
    components: int, *, seed: int = 7, budget: float = 1.10, crossing: float = 0.1
) -> Machine:
    """A machine of so many components.

    ``budget`` is the bound of what all may cost, as a multiple of what the drawn solution costs;
    ``crossing`` how many rules there are across the tree for each component.
    """
    return _Drawing(components, seed=seed, budget=budget, crossing=crossing).machine()


class _Drawing:
    def __init__(self, components: int, *, seed: int, budget: float, crossing: float) -> None:
        self.random = random.Random(seed)
        self.components = components
        self.budget = budget
        self.crossing = crossing
        self.sizes: list[int] = []
        self.prices: list[tuple[int, ...]] = []
        self.powers: list[tuple[int, ...]] = []
        self.slots: list[tuple[int, ...]] = []
        self.planted: list[int] = []
        self.rules: list[Constraint] = []
        self.frames: dict[int, int] = {}
        self.classes: dict[int, int] = {}
        self.parts: dict[int, tuple[int, bool]] = {}
        self.places: dict[int, Place] = {}

    def machine(self) -> Machine:
        assemblies = max(2, self.components // _CHILDREN)
        for node in range(assemblies):
            self.frames[node] = self._variant(2, 4, lowest=1)
            self.classes[node] = self._plain(_CLASSES)
            self.places[self.frames[node]] = Place(node, "frame")
            self.places[self.classes[node]] = Place(node, "class")
        for node in range(assemblies, self.components):
            counted = self.random.random() < 0.4
            self.parts[node] = self._counted() if counted else self._variant(2, 6), counted
            self.places[self.parts[node][0]] = Place(node, "count" if counted else "variant")
        for node in range(assemblies):
            self._assemble(node)
        for _ in range(int(self.components * self.crossing)):
            self._across()
        self._bound("all power", range(self.components), self.powers, slack=1.15)
        self._bound("budget", range(self.components), self.prices, slack=self.budget)
        return Machine(
            problem(self.sizes, self.rules),
            tuple(self.prices),
            tuple(self.planted),
            tuple(self.places[variable] for variable in range(len(self.sizes))),
            assemblies,
        )

    # --- variables ------------------------------------------------------------------------------

    def _add(self, prices: tuple[int, ...], powers: tuple[int, ...], slots: tuple[int, ...]) -> int:
        self.sizes.append(len(prices))
        self.prices.append(prices)
        self.powers.append(powers)
        self.slots.append(slots)
        self.planted.append(self.random.randrange(len(prices)))
        return len(self.sizes) - 1

    def _variant(self, least: int, most: int, *, lowest: int = 0) -> int:
        draw = self.random.randint
        size = draw(least, most)
        prices = tuple(draw(10, 80) for _ in range(size))
        return self._add(
            prices,
            tuple(draw(lowest, 20) for _ in range(size)),
            tuple(draw(1, 3) for _ in range(size)),
        )

    def _counted(self) -> int:
        most, price, power = 2 ** self.random.randint(1, 4), *self._each()
        return self._add(
            tuple(price * count for count in range(most + 1)),
            tuple(power * count for count in range(most + 1)),
            tuple((count + 1) // 2 for count in range(most + 1)),
        )

    def _each(self) -> tuple[int, int]:
        return self.random.randint(2, 9), self.random.randint(1, 6)

    def _plain(self, size: int) -> int:
        return self._add((0,) * size, (0,) * size, (0,) * size)

    def _main(self, node: int) -> int:
        return self.frames[node] if node in self.frames else self.parts[node][0]

    # --- rules ----------------------------------------------------------------------------------

    def _assemble(self, node: int) -> None:
        first = node * _CHILDREN + 1
        children = [each for each in range(first, first + _CHILDREN) if each < self.components]
        for child, following in zip(children, [*children[1:], None], strict=True):
            if child in self.frames:
                share = 0.33 if self.random.random() < 0.4 else 0.8
                self._table("class", self.classes[node], self.classes[child], share)
                if self.random.random() < 0.7:
                    self._table("frames", self.frames[node], self.frames[child], 0.75)
                continue
            variable, counted = self.parts[child]
            if not counted and self.random.random() < 0.5:
                self._table("frame and part", self.frames[node], variable, 0.8)
            if following is not None and following in self.parts:
                other, counted_too = self.parts[following]
                if counted and counted_too:
                    self._in_step(variable, other)
                elif not counted and not counted_too:
                    self._table("parts", variable, other, 0.75)
        held = [*children, node]
        self._bound(f"power of {node}", held, self.powers, slack=1.2)
        self._bound(f"slots of {node}", held, self.slots, slack=1.2)

    def _table(self, name: str, one: int, other: int, share: float) -> None:
        here = (self.planted[one], self.planted[other])
        rows = [
            row
            for row in product(range(self.sizes[one]), range(self.sizes[other]))
            if row == here or self.random.random() < share
        ]
        self.rules.append(Table(f"{name} {one} {other}", (one, other), tuple(rows)))

    def _in_step(self, one: int, other: int) -> None:
        """Quantities that go together: the other is the one and a bit."""
        apart = self.planted[other] - self.planted[one]
        rows = [
            (count, count + apart)
            for count in range(self.sizes[one])
            if 0 <= count + apart < self.sizes[other]
        ]
        self.rules.append(Table(f"in step {one} {other}", (one, other), tuple(rows)))

    def _across(self) -> None:
        one, other = (self._main(self.random.randrange(self.components)) for _ in range(2))
        if one != other:
            self._table("across", one, other, 0.75)

    def _bound(
        self, name: str, nodes: "list[int] | range", weights: list[tuple[int, ...]], *, slack: float
    ) -> None:
        variables = [self._main(node) for node in nodes]
        weight = sum(weights[variable][self.planted[variable]] for variable in variables)
        terms = tuple((variable, weights[variable]) for variable in variables)
        self.rules.append(Sum(name, terms, high=int(weight * slack)))
