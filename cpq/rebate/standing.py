"""What was bought under a rebate agreement so far and what it has earned (返利台账).

It is folded from the rows once and then moved by each event, so that assigning a thousand sales
does not read the rows a thousand times. It holds nothing that the rows do not say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.money import Money, total
from cpq.kernel.text import number_key
from cpq.rebate.agreement import RebateAgreement, RebateTier
from cpq.rebate.assignment import RebateAssignment, rows_of
from cpq.rebate.cents import Share
from cpq.rebate.laying import Part, parts_of

_NOTHING = Decimal(0)
_NONE = Fraction(0)

Named = tuple[str, str]
"""A line by its document and its own number, in the form in which two are the same."""

Slot = int | None
"""The place of a tier; ``None`` in retroactive mode, where one tier holds for everything."""

Figure = tuple[str, Slot]
"""What is rounded once: a customer's rebate, in incremental mode on each tier of its own."""


def named(document: str, line: str) -> Named:
    """The key of a line.

    >>> named("inv－1", "1") == named("INV-1", "1")
    True
    """
    return number_key(document), line


@dataclass(slots=True)
class Piece:
    """What of a line its rows put into one tier, and what it has earned there in minor units."""

    quantity: Decimal = _NOTHING
    net: Decimal = _NOTHING
    base: Decimal = _NOTHING
    minor: int = 0


@dataclass(slots=True)
class HeldLine:
    """A line that is assigned: ``said`` is what each event stated of it (quantity and net: its own
    document's, less those of the returns), ``pieces`` what its rows say, ``laid`` how much of it
    is measured in which tier, and ``exact`` the base of which it earns.
    """

    document: str
    line: str
    customer: str
    product: str
    said: dict[Named, tuple[Decimal, Decimal]] = field(default_factory=dict)
    pieces: dict[Slot, Piece] = field(default_factory=dict)
    laid: dict[int, Fraction] = field(default_factory=dict)
    exact: dict[Slot, Fraction] = field(default_factory=dict)

    @property
    def key(self) -> Named:
        """Its document and line."""
        return named(self.document, self.line)

    @property
    def quantity(self) -> Decimal:
        """What is kept of it."""
        return total(quantity for quantity, _ in self.said.values())

    @property
    def net(self) -> Decimal:
        """What that comes to."""
        return total(net for _, net in self.said.values())


class Standing:
    """The lines, how far they climb, and what was earned, after all rows or those up to a day.

    Raises what ``rows_of`` raises.
    """

    def __init__(
        self,
        agreement: RebateAgreement,
        assignments: Iterable[RebateAssignment] = (),
        *,
        as_of: date | None = None,
    ) -> None:
        self.agreement = agreement
        self._lines: dict[Named, HeldLine] = {}
        self._events: dict[Named, Named] = {}
        self._of_customer: dict[str, list[HeldLine]] = {}
        self._pools: dict[str, dict[int, Fraction]] = {}
        self._figures: dict[Figure, tuple[Fraction, int]] = {}
        self._rows_count = 0
        for row in rows_of(agreement, assignments, as_of=as_of):
            self._book(row)
        for line in self._lines.values():
            laid = self._laid_of(line)
            self._settle(line, laid, self._parts(laid, line.quantity, line.net))

    # --- questions ----------------------------------------------------------------------------

    @property
    def customers(self) -> tuple[str, ...]:
        """Who has bought under it, in the order of their first rows."""
        return tuple(self._of_customer)

    def measured(self, customer: str) -> Decimal:
        """How far a customer has climbed, with the others of its pool."""
        quantities = self.agreement.measure == "quantity"
        return total(
            line.quantity if quantities else line.net for line in self._pool_lines(customer)
        )

    def tier(self, customer: str) -> RebateTier:
        """The tier that is reached."""
        return self.agreement.tier_at(self._climbed(customer))

    def earned(self, customer: str) -> Money:
        """The sum of the customer's rows."""
        minor = sum(has for (owner, _), (_, has) in self._figures.items() if owner == customer)
        return Money.from_minor(minor, self.agreement.currency)

    def base_of(self, quantity: Decimal, net: Decimal) -> Decimal:
        """What of a quantity and its net the rates are of."""
        return quantity if self.agreement.base == "units" else net

    def kept(self, customer: str) -> tuple[Decimal, Decimal]:
        """Quantity and net of what a customer itself has bought and kept."""
        own = self._of_customer.get(customer, ())
        return total(line.quantity for line in own), total(line.net for line in own)

    def _pool_lines(self, customer: str) -> Iterator[HeldLine]:
        if self.agreement.pooled:
            return iter(self._lines.values())
        return iter(self._of_customer.get(customer, ()))

    def _taken(self, customer: str) -> dict[int, Fraction]:
        return self._pools.setdefault(self.agreement.pool_of(customer), {})

    def _climbed(self, customer: str) -> Fraction:
        return sum(self._taken(customer).values(), _NONE)

    def _slot(self, place: int) -> Slot:
        return place if self.agreement.mode == "incremental" else None

    def _measure(self, quantity: Decimal, net: Decimal) -> Fraction:
        return Fraction(quantity if self.agreement.measure == "quantity" else net)

    def _parts(
        self, laid: Mapping[int, Fraction], quantity: Decimal, net: Decimal
    ) -> dict[Slot, Part]:
        if self.agreement.mode == "incremental":
            parts = parts_of(self.agreement, laid, quantity=quantity, net=net)
            return dict(parts.items())
        base = self.base_of(quantity, net)
        return {None: Part(quantity, net, base, Fraction(base))}

    def _laid_of(self, line: HeldLine) -> dict[int, Fraction]:
        """Where a line lies by its rows; retroactively it is only measured."""
        found = {
            slot or 0: self._measure(piece.quantity, piece.net)
            for slot, piece in line.pieces.items()
        }
        return {place: amount for place, amount in found.items() if amount}

    def _shares(self, figure: Figure, rate: Decimal) -> dict[tuple[Named, Slot], Share]:
        """What each line of a figure should have, and has."""
        customer, slot = figure
        return {
            (line.key, slot): Share(
                self.agreement.minor(rate, line.exact.get(slot, _NONE)), line.pieces[slot].minor
            )
            for line in self._of_customer.get(customer, ())
            if slot in line.pieces
        }

    # --- moves --------------------------------------------------------------------------------

    def _held(self, line: HeldLine) -> HeldLine:
        if line.key not in self._lines:
            self._lines[line.key] = line
            self._of_customer.setdefault(line.customer, []).append(line)
        return line

    def _book(self, row: RebateAssignment) -> None:
        """Take a row into the pieces of its line; ``_settle`` follows for the line as a whole."""
        line = self._lines.get(named(row.document, row.line)) or self._held(
            HeldLine(row.document, row.line, row.customer, row.product)
        )
        slot = self._slot(self.agreement.place_at(row.tier))
        piece = line.pieces.setdefault(slot, Piece())
        piece.minor += row.money.minor
        piece.quantity = total((piece.quantity, row.quantity))
        piece.net = total((piece.net, row.net))
        piece.base = total((piece.base, row.base))
        if row.kind in ("assign", "adjust", "reverse"):
            by = named(row.by_document, row.by_line)
            quantity, net = line.said.get(by, (_NOTHING, _NOTHING))
            line.said[by] = total((quantity, row.quantity)), total((net, row.net))
            self._events[by] = line.key
        exact, has = self._figures.get((line.customer, slot), (_NONE, 0))
        self._figures[line.customer, slot] = exact, has + row.money.minor
        self._rows_count = row.place

    def _settle(
        self, line: HeldLine, laid: Mapping[int, Fraction], parts: Mapping[Slot, Part]
    ) -> None:
        """The line lies there from now on: its pool climbs, and its figures have its base."""
        taken = self._taken(line.customer)
        for place in {*line.laid, *laid}:
            more = laid.get(place, _NONE) - line.laid.get(place, _NONE)
            taken[place] = taken.get(place, _NONE) + more
        for slot in {*line.exact, *parts}:
            now = parts[slot].exact if slot in parts else _NONE
            exact, has = self._figures.get((line.customer, slot), (_NONE, 0))
            moved = exact + now - line.exact.get(slot, _NONE)
            self._figures[line.customer, slot] = moved, has
        line.laid = dict(laid)
        line.exact = {slot: part.exact for slot, part in parts.items()}
