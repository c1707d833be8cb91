"""Assigning a rebate to what is sold, returned and invoiced anew (返利计提、冲回、重算).

    ============  ==========================================  ==================================
    event         its own line                                other lines
    ============  ==========================================  ==================================
    sale          at the rate of the tier that is reached     retroactive, tier crossed: at the
                  (incremental: of the tiers it lies in)      difference of the rates
    invoiced      the difference only, at the rate of the     the same, up or down
    anew          tier then reached, or taken back at the
                  rate before
    return        at the rates as assigned                    retroactive, tier lost: the
                                                              difference is clawed back;
                                                              incremental: nothing, or with
                                                              "closed" gaps they move down
    ============  ==========================================  ==================================

At any moment the rows of a customer, in incremental mode on each tier, add up to rate × base,
rounded once, half up. Retroactively that depends on nothing but what is kept. In incremental mode
it depends on the order in which sales were assigned, unless what climbs is what is rated (units
and units, or an amount and that amount), and with "refilled" gaps on when returns came in between.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import Conflict, NotFound, Refused
from cpq.kernel.money import Money, difference, plain, total
from cpq.rebate.agreement import RebateAgreement
from cpq.rebate.assignment import RebateAssignment, RowKind
from cpq.rebate.cents import borne, nearest
from cpq.rebate.coverage import counted, covers
from cpq.rebate.laying import Part, emptied, filled, sliced
from cpq.rebate.sale import RebateSale
from cpq.rebate.standing import Figure, HeldLine, Named, Piece, Slot, Standing, named

_NOTHING = Decimal(0)
_NONE = Fraction(0)
_NAME_MAX = 40


class _Draft(NamedTuple):
    """A row before anybody knows which minor units it bears."""

    line: HeldLine
    place: int
    kind: RowKind
    quantity: Decimal
    net: Decimal
    base: Decimal
    rate: Decimal


class _Event(NamedTuple):
    """What a document says anew of a line: by how much what is kept of it changes."""

    document: str
    number: str
    on: date
    line: HeldLine
    kind: RowKind
    quantity: Decimal
    net: Decimal


class RebateStanding(Standing):
    """Takes one sale after the other; what ``assigned`` does for who hands in many.

    >>> from cpq.rebate.agreement import RebateTier
    >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), currency="CNY", tiers=(
    ...     RebateTier(percent=10), RebateTier(lower=15, percent=20)))
    >>> standing = RebateStanding(agreement)
    >>> for number, units in (("INV-1", 13), ("INV-2", 3)):
    ...     rows = standing.take(RebateSale(document=number, line="1", customer="C-1",
    ...         product="M8", quantity=units, net=Money("10.00", "CNY"), on="2026-03-02"))
    >>> [(row.document, row.kind, str(row.amount)) for row in rows], standing.earned("C-1")
    ([('INV-2', 'assign', '2.00'), ('INV-1', 're_rate', '1.00')], Money('4.00', 'CNY'))
    """

    def take(self, sale: RebateSale) -> tuple[RebateAssignment, ...]:
        """The rows that a sale or a return adds; none where it is known or not covered.

        Raises what ``assigned`` raises.
        """
        event = self._event(sale)
        return () if event is None else self._moved(event)

    def suppose(
        self, customer: str, *, quantity: Decimal, net: Decimal, on: date
    ) -> tuple[RebateAssignment, ...]:
        """The rows that buying so much more would add, whatever the product and the day.

        The standing then holds it: suppose on one that nobody keeps.
        """
        number = f"{self.agreement.code[:_NAME_MAX]} {self._rows_count + 1}"
        line = HeldLine(number, "?", customer, "?")
        return self._moved(_Event(number, "?", on, line, "assign", quantity, net))

    # --- what happened ------------------------------------------------------------------------

    def _event(self, sale: RebateSale) -> _Event | None:
        line = self._line_of(sale)
        if line is None:
            return None
        quantity, net = counted(self.agreement, sale)
        by = named(sale.document, sale.line)
        known = line.said.get(by)
        said_quantity, said_net = known or (_NOTHING, _NOTHING)
        more = _Event(
            sale.document,
            sale.line,
            sale.on,
            line,
            "reverse" if sale.returned else "adjust" if known else "assign",
            difference(quantity, said_quantity),
            difference(net, said_net),
        )
        if known and not more.quantity and not more.net:
            return None
        left = total((line.quantity, more.quantity)), total((line.net, more.net))
        if min(left) < 0:
            raise Refused(
                "rebate.returns_exceed_sale",
                f"{sale.document} line {sale.line} leaves {plain(left[0])} {sale.unit} for "
                f"{plain(left[1])} {sale.currency} of {line.document} line {line.line}; no more "
                "comes back than was sold",
                document=sale.document,
                line=sale.line,
            )
        return more

    def _line_of(self, sale: RebateSale) -> HeldLine | None:
        by = named(sale.document, sale.line)
        target = by if sale.returned is None else _target(sale)
        if self._events.get(by, target) != target:
            raise Conflict(
                "rebate.event_differs",
                f"{sale.document} line {sale.line} was assigned to another line before; a return "
                "takes back one line, and a document number names one event",
                document=sale.document,
            )
        line = self._lines.get(target)
        if line is None:
            return self._new_line(sale)
        if (line.customer, line.product) != (sale.customer, sale.product):
            raise Conflict(
                "rebate.other_line",
                f"{line.document} line {line.line} is {line.product} of customer {line.customer}, "
                f"and {sale.document} line {sale.line} is {sale.product} of {sale.customer}; take "
                "the first back, and give the second a line of its own",
                document=sale.document,
            )
        return line

    def _new_line(self, sale: RebateSale) -> HeldLine | None:
        if not covers(self.agreement, sale):
            return None
        if sale.returned is not None:
            raise NotFound(
                "rebate.sale_unknown",
                f"{sale.document} line {sale.line} returns {sale.returned.document} line "
                f"{sale.returned.line}, of which nothing is assigned; assign the sale first",
                document=sale.returned.document,
                line=sale.returned.line,
            )
        return HeldLine(sale.document, sale.line, sale.customer, sale.product)

    def _moved(self, event: _Event) -> tuple[RebateAssignment, ...]:
        spread = self._tiers_of if self.agreement.mode == "incremental" else self._tier_of_all
        drafts = spread(event)
        self._held(event.line)
        return self._rows(drafts, event)

    # --- retroactive: one tier for everything -------------------------------------------------

    def _tier_of_all(self, event: _Event) -> list[_Draft]:
        line = event.line
        quantity, net = line.quantity, line.net
        before = self._reached(line.customer)
        base = self.base_of(quantity, net)
        quantity, net = total((quantity, event.quantity)), total((net, event.net))
        measured = self._measure(quantity, net)
        parts = self._parts({}, quantity, net)
        self._settle(line, {0: measured} if measured else {}, parts)
        after = self._reached(line.customer)
        more = difference(parts[None].base, base)
        # what comes is rated as it is rated from now on, what goes as it was rated until now
        place = after if more >= 0 else before
        rate = self.agreement.ladder[place].rate
        own = _Draft(line, place, event.kind, event.quantity, event.net, more, rate)
        standing = {line.key: min(base, parts[None].base)}
        return [own, *self._re_rated(line.customer, before, after, standing)]

    def _re_rated(
        self, customer: str, before: int, after: int, standing: dict[Named, Decimal]
    ) -> Iterable[_Draft]:
        """Every line at the difference of two rates, as much of it as ``standing`` says."""
        ladder = self.agreement.ladder
        rate = difference(ladder[after].rate, ladder[before].rate)
        for line in self._pool_lines(customer) if rate else ():
            base = standing.get(line.key)
            if base is None:
                base = self.base_of(line.quantity, line.net)
            if base:
                yield _Draft(line, after, "re_rate", _NOTHING, _NOTHING, base, rate)

    # --- incremental: each tier for what lies in it -------------------------------------------

    def _tiers_of(self, event: _Event) -> list[_Draft]:
        line = event.line
        quantity = total((line.quantity, event.quantity))
        net = total((line.net, event.net))
        laid = self._laid_anew(line, self._measure(quantity, net))
        drafts = self._lay(line, laid, (quantity, net), event.kind)
        for other, place in self._moved_along(line) if line.key in self._lines else ():
            drafts += self._lay(other, place, (other.quantity, other.net), "re_rate")
        return drafts

    def _laid_anew(self, line: HeldLine, measured: Fraction) -> dict[int, Fraction]:
        more = measured - sum(line.laid.values(), _NONE)
        if more > 0 and self.agreement.gaps == "closed" and line.key in self._lines:
            return sliced(self.agreement, self._before(line), measured)
        if more <= 0:
            return emptied(line.laid, -more)
        room = filled(self.agreement, self._taken(line.customer), more)
        return {
            place: line.laid.get(place, _NONE) + room.get(place, _NONE)
            for place in sorted({*line.laid, *room})
        }

    def _before(self, line: HeldLine) -> Fraction:
        """How much was bought before a line."""
        start = _NONE
        for each in self._pool_lines(line.customer):
            if each is line:
                break
            start += sum(each.laid.values(), _NONE)
        return start

    def _moved_along(self, line: HeldLine) -> list[tuple[HeldLine, dict[int, Fraction]]]:
        """Where lines lie once no gap is left between them; only those that move."""
        moved: list[tuple[HeldLine, dict[int, Fraction]]] = []
        if self.agreement.gaps == "refilled":
            return moved
        start = _NONE
        for each in self._pool_lines(line.customer):
            length = sum(each.laid.values(), _NONE)
            laid = sliced(self.agreement, start, length)
            if laid != each.laid:
                moved.append((each, laid))
            start += length
        return moved

    def _lay(
        self,
        line: HeldLine,
        laid: dict[int, Fraction],
        kept: tuple[Decimal, Decimal],
        kind: RowKind,
    ) -> list[_Draft]:
        """Put a line into these tiers; a draft for each in which its rows do not say so yet."""
        parts = self._parts(laid, *kept)
        self._settle(line, laid, parts)
        nothing = Part(_NOTHING, _NOTHING, _NOTHING, _NONE)
        drafts = []
        for place in sorted(slot for slot in {*line.pieces, *parts} if slot is not None):
            piece, part = line.pieces.get(place, Piece()), parts.get(place, nothing)
            draft = _Draft(
                line,
                place,
                kind,
                difference(part.quantity, piece.quantity),
                difference(part.net, piece.net),
                difference(part.base, piece.base),
                self.agreement.ladder[place].rate,
            )
            if draft.quantity or draft.net or draft.base or kind == "assign":
                drafts.append(draft)
        return drafts

    # --- rows ---------------------------------------------------------------------------------

    def _rows(self, drafts: Sequence[_Draft], event: _Event) -> tuple[RebateAssignment, ...]:
        """The drafts with their minor units, and who else bears one so that the sum is right."""
        pieces: dict[Figure, dict[tuple[Named, Slot], list[_Draft]]] = defaultdict(dict)
        for draft in drafts:
            slot = self._slot(draft.place)
            own = pieces[draft.line.customer, slot].setdefault((draft.line.key, slot), [])
            own.append(draft)
        minor: dict[int, int] = {}
        more: list[tuple[_Draft, int]] = []
        for figure, of_line in pieces.items():
            place = figure[1] if figure[1] is not None else self._reached(figure[0])
            for (key, slot), now in self._borne(figure, place, of_line).items():
                line = self._lines[key]
                own = of_line.get((key, slot), [])
                due = now - line.pieces.get(slot, Piece()).minor
                for draft in own[:-1]:
                    minor[id(draft)] = nearest(self._worth(draft))
                    due -= minor[id(draft)]
                if own:
                    minor[id(own[-1])] = due
                else:
                    more.append((self._rounding(line, place), due))
        return tuple(
            self._row(draft, amount, event)
            for draft, amount in (*((draft, minor[id(draft)]) for draft in drafts), *more)
        )

    def _reached(self, customer: str) -> int:
        return self.agreement.place_at(self._climbed(customer))

    def _borne(
        self, figure: Figure, place: int, of_line: dict[tuple[Named, Slot], list[_Draft]]
    ) -> dict[tuple[Named, Slot], int]:
        rate = self.agreement.ladder[place].rate
        exact, has = self._figures.get(figure, (_NONE, 0))
        lines = {key: self._lines[key[0]] for key in of_line}
        had = sum(line.pieces.get(slot, Piece()).minor for (_, slot), line in lines.items())
        touched = {
            key: self.agreement.minor(rate, line.exact.get(key[1], _NONE))
            for key, line in lines.items()
        }
        return borne(
            touched,
            whole=nearest(self.agreement.minor(rate, exact)) - (has - had),
            others=lambda: {
                key: share
                for key, share in self._shares(figure, rate).items()
                if key not in touched
            },
        )

    def _worth(self, draft: _Draft) -> Fraction:
        return self.agreement.minor(draft.rate, Fraction(draft.base))

    def _rounding(self, line: HeldLine, place: int) -> _Draft:
        rate = self.agreement.ladder[place].rate
        return _Draft(line, place, "rounding", _NOTHING, _NOTHING, _NOTHING, rate)

    def _row(self, draft: _Draft, minor: int, event: _Event) -> RebateAssignment:
        row = RebateAssignment(
            agreement=self.agreement.code,
            place=self._rows_count + 1,
            customer=draft.line.customer,
            document=draft.line.document,
            line=draft.line.line,
            product=draft.line.product,
            kind=draft.kind,
            tier=self.agreement.ladder[draft.place].lower,
            quantity=draft.quantity,
            net=draft.net,
            base=draft.base,
            rate=draft.rate,
            amount=Money.from_minor(minor, self.agreement.currency).amount,
            currency=self.agreement.currency,
            on=event.on,
            by_document=event.document,
            by_line=event.number,
        )
        self._book(row)
        return row


def assigned(
    agreement: RebateAgreement, assignments: Iterable[RebateAssignment], *sales: RebateSale
) -> tuple[RebateAssignment, ...]:
    """The rows that sales and returns add to those so far, in order; none for what is known.

    ``assignments`` are all rows of the agreement; those of others are passed over, and so is a
    sale that the agreement does not cover. Raises ``Refused`` (``rebate.currency_mismatch``,
    ``rebate.unit_mismatch``, ``rebate.paid_unknown``, ``rebate.returns_exceed_sale``),
    ``NotFound`` (``rebate.sale_unknown``), ``Conflict`` (``rebate.event_differs``,
    ``rebate.other_line``, ``rebate.rows_differ``, ``rebate.rows_missing``,
    ``rebate.terms_changed``); then nothing is assigned.

    >>> from cpq.rebate.agreement import RebateTier
    >>> agreement = RebateAgreement(code="RB-1", customers=("C-1",), currency="CNY", tiers=(
    ...     RebateTier(percent=10), RebateTier(lower=15, percent=20)), mode="incremental")
    >>> def sale(number: str, units: int) -> RebateSale:
    ...     return RebateSale(document=number, line="1", customer="C-1", product="M8",
    ...                       quantity=units, net=Money("10.00", "CNY"), on="2026-03-02")
    >>> rows = assigned(agreement, (), sale("INV-1", 13))
    >>> [(str(row.quantity), str(row.rate), str(row.amount))
    ...  for row in assigned(agreement, rows, sale("INV-2", 3))]
    [('1', '10', '0.33'), ('2', '20', '1.33')]
    >>> assigned(agreement, rows, sale("INV-1", 13))
    ()
    """
    standing = RebateStanding(agreement, assignments)
    return tuple(row for sale in sales for row in standing.take(sale))


def _target(sale: RebateSale) -> Named:
    assert sale.returned is not None
    return named(sale.returned.document, sale.returned.line)
