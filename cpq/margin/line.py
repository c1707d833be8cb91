"""What margins and floors need to know of a line, and which lines count (参与核算的行).

Written against protocols, so that a line before pricing, a priced line and a line of an order all
serve. A line that the customer may still leave out, that is not sold or whose price its parent
holds earns nothing and can fall below nothing: it never counts, nor does what lies below it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar


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
        """Whether its parent holds its price, and its parent's cost its cost."""


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


def counted(lines: Iterable[L], *, head: str | None = None) -> tuple[L, ...]:
    """The lines that count, of the bundle ``head`` or of all: not optional, not included in the
    price of another, not of quantity zero, and not below a line that is optional or of zero.

    >>> lines = (Sold("1", Decimal(9), None), Sold("2", Decimal(9), None, optional=True),
    ...          Sold("2.1", Decimal(9), None))
    >>> [line.number for line in counted(lines)]
    ['1']
    """
    every = tuple(lines)
    out = {line.number for line in every if line.optional or not line.quantity}
    return tuple(
        line
        for line in every
        if not line.included
        and (head is None or below(line.number, head))
        and not (out and _inside(line.number, out))
    )


def _inside(number: str, heads: set[str]) -> bool:
    while number:
        if number in heads:
            return True
        number = number.rpartition(".")[0]
    return False
