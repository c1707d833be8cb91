"""What a configuration is (选配结果): a frozen tree of parts with quantities, and its choices."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from cpq.bom import Rollup, Sold
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Exact
from cpq.kernel.text import Code, Line, LocalText
from cpq.product import Periods

Origin = Literal["user", "preset", "rule"]
"""Who made a choice: a person, the model's own preset, or the rules that left nothing else."""

Chosen = str | Sequence[str]
"""What was chosen at a path: one code, or several where the group allows them."""


class Item(Frozen):
    """A product as it stands, to be priced: so many of it, in its own unit unless said.

    ``attributes`` are its values by attribute code, for attribute prices. Tiers are reached by
    ``full_quantity`` where it is given, and priced by ``quantity``: what is prorated buys at the
    tier of the whole. An ``optional`` item is offered beside the totals. ``periods`` is for how
    many months, quarters or years a product that recurs is sold.

    >>> Item(product="M8", quantity="200").unit is None
    True
    """

    product: Code
    quantity: Exact
    unit: Code | None = None
    attributes: tuple[tuple[Code, Line], ...] = added(())
    full_quantity: Exact | None = added(None)
    optional: bool = added(False)
    periods: Periods | None = added(None)


class Choice(Frozen):
    """A pick that was made, and by whom: the user, the group's preset, or the rules.

    ``author`` names the person, where somebody did.
    """

    path: Line
    value: Code
    origin: Origin
    author: Line = added("")


class Part(Frozen):
    """A node of the configured tree: ``quantity`` per parent, ``total`` over the whole line.

    ``attributes`` are what was chosen as it is printed, ``values`` the same by code. One of several
    instances has its number in its ``key``: ``press[2]``.
    """

    key: Line
    product: Code
    quantity: Exact
    total: Exact
    unit: Code
    sold: Sold
    attributes: tuple[tuple[LocalText, LocalText], ...] = ()
    parts: "tuple[Part, ...]" = ()
    values: tuple[tuple[Code, Line], ...] = added(())
    rollup: Rollup = added("as_sold")
    cascade: bool = added(False)


class Configuration(Frozen):
    """A configured product: the tree of its parts, the choices it came from.

    ``quantity`` counts ``unit``, the product's own; it is priced as one line and one line per part.
    ``configure`` makes it; an ``optional`` one is offered beside the totals. ``periods`` is for how
    many months, quarters or years all of it that recurs is sold.

    >>> desk = Configuration(product="DESK", quantity=2, unit="pc", choices=(), parts=(
    ...     {"key": "LEG", "product": "LEG", "quantity": 4, "total": 8, "unit": "pc",
    ...      "sold": "priced"},))
    >>> [(number, str(part.total)) for number, part in desk.numbered()]
    [('1', '8')]
    """

    product: Code
    quantity: Exact = Field(gt=0)
    unit: Code
    choices: tuple[Choice, ...]
    attributes: tuple[tuple[LocalText, LocalText], ...] = ()
    parts: tuple[Part, ...]
    values: tuple[tuple[Code, Line], ...] = added(())
    rollup: Rollup = added("as_sold")
    optional: bool = added(False)
    periods: Periods | None = added(None)

    def chosen(self, path: str) -> tuple[str, ...]:
        """The values picked at a path, none where nothing was."""
        return tuple(choice.value for choice in self.choices if choice.path == path)

    def numbered(self) -> Iterator[tuple[str, Part]]:
        """Every part with its number in the tree: ``1``, ``1.1``, ``2`` …, parents first."""
        yield from _numbered(self.parts, "")


def _numbered(parts: tuple[Part, ...], above: str) -> Iterator[tuple[str, Part]]:
    for place, part in enumerate(parts, start=1):
        number = f"{above}{place}"
        yield number, part
        yield from _numbered(part.parts, f"{number}.")
