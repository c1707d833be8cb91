"""What margins and floors need to know of a line, and which lines count (参与核算的行).

Written against protocols, so that a line before pricing, a priced line and a line of an order all
serve. A line that the customer may still leave out, that is not sold or whose price its parent
holds earns nothing and can fall below nothing: it never counts. What an included part costs is a
cost of the line that holds its price.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Generic, NamedTuple, Protocol, TypeVar


class Numbered(Protocol):
    """A line by its number; ``1.2`` is the second part of line 1."""

    @property
    def number(self) -> str:
        """Where it stands."""

    @property
    def quantity(self) -> Decimal:
        """How much of its unit."""

    @property
    def optional(self) -> bool:
        """Whether it is offered beside the totals."""

    @property
    def included(self) -> bool:
        """Whether its parent holds its price."""


class CostedLine(Numbered, Protocol):
    """A line with what it brings before tax and what it costs us, in the document's currency."""

    @property
    def net(self) -> Decimal:
        """The amount before tax."""

    @property
    def cost(self) -> Decimal | None:
        """The cost of the whole line; ``None`` where nobody knows it."""


class Shared(Protocol):
    """A row of cost sharing: how much of a line's discount who bears."""

    @property
    def line(self) -> str:
        """The number of the line."""

    @property
    def funder(self) -> str:
        """Who bears it; ``own`` is the seller."""

    @property
    def amount(self) -> Decimal:
        """How much."""


class Sold(NamedTuple):
    """A line with a cost, for those who have no priced line at hand.

    >>> Sold("1", net=Decimal(100), cost=Decimal(80)).quantity
    Decimal('1')
    """

    number: str
    net: Decimal
    cost: Decimal | None
    quantity: Decimal = Decimal(1)
    optional: bool = False
    included: bool = False


L = TypeVar("L", bound=Numbered)


def below(number: str, head: str) -> bool:
    """Whether a line is ``head`` or lies below it.

    >>> below("1.2", "1"), below("12", "1")
    (True, False)
    """
    return number == head or number.startswith(f"{head}.")


C = TypeVar("C", Decimal, Fraction)


class Costs(NamedTuple, Generic[C]):
    """The costs that a line bears: its own and those of included parts; who has none known."""

    known: tuple[C, ...]
    unknown: tuple[str, ...]


def standing(lines: Iterable[L]) -> tuple[L, ...]:
    """The lines that are sold: not optional, not of quantity zero, and not below one that is."""
    every = tuple(lines)
    out = {line.number for line in every if line.optional or not line.quantity}
    if not out:
        return every
    return tuple(line for line in every if not _inside(line.number, out))


def counted(lines: Iterable[L], *, head: str | None = None) -> tuple[L, ...]:
    """The lines that count, of the bundle ``head`` or of all: those that are sold and not included
    in the price of another.

    >>> lines = (Sold("1", Decimal(9), None), Sold("2", Decimal(9), None, optional=True),
    ...          Sold("2.1", Decimal(9), None))
    >>> [line.number for line in counted(lines)]
    ['1']
    """
    return tuple(
        line
        for line in standing(lines)
        if not line.included and (head is None or below(line.number, head))
    )


def costs_of(lines: Iterable[L], cost_of: Callable[[L], C | None]) -> dict[str, Costs[C]]:
    """For each line that counts the costs it bears: its own, and those of the parts it includes.

    A part without a cost is contained in the cost of a line above it, where that has one that is
    not zero; else its cost is unknown.

    >>> lines = (Sold("1", Decimal(99), Decimal(0)), Sold("1.1", Decimal(0), Decimal(7),
    ...          included=True), Sold("1.2", Decimal(0), None, included=True))
    >>> costs_of(lines, lambda line: line.cost)
    {'1': Costs(known=(Decimal('0'), Decimal('7')), unknown=('1.2',))}
    """
    every = standing(lines)
    costs = {line.number: cost_of(line) for line in every}
    known: dict[str, list[C]] = {line.number: [] for line in every if not line.included}
    unknown: dict[str, list[str]] = {number: [] for number in known}
    for line in every:
        path = _upwards(line.number)
        steps = next((steps for steps, above in enumerate(path) if above in known), None)
        if steps is None:
            continue
        bearer, cost = path[steps], costs[line.number]
        if cost is not None:
            known[bearer].append(cost)
        elif not any(costs.get(above) for above in path[1 : steps + 1]):
            unknown[bearer].append(line.number)
    return {number: Costs(tuple(found), tuple(unknown[number])) for number, found in known.items()}


def _inside(number: str, heads: set[str]) -> bool:
    return any(above in heads for above in _upwards(number))


def _upwards(number: str) -> Sequence[str]:
    """A line's number and those of the lines above it, from the nearest up.

    >>> _upwards("1.2.3")
    ['1.2.3', '1.2', '1']
    """
    found = []
    while number:
        found.append(number)
        number = number.rpartition(".")[0]
    return found
