"""The lines of a quote as its template prints them: those that count, and the options (可选项).

The amount of a line is quantity × unit price, of a service × the periods of its term. Where it is
not, because tiers made it or its parts hold it, a note below the line says what it is made of; a
note is printed only where its arithmetic holds to the cent, else the amounts stand without the sum.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from cpq.adapters.folded import Shown, shown_lines
from cpq.adapters.hand import Hand, Spoken
from cpq.adapters.share_note import share_note
from cpq.adapters.view import LineView
from cpq.adapters.words import Phrase
from cpq.kernel.money import RoundingPolicy, difference, rounded_fraction, total
from cpq.kernel.text import LocalText
from cpq.pricebook import Slice
from cpq.waterfall import PricedLine, Pricing

_LONG = 600
_DEEPEST = 4

PriceBasis = Literal["net", "gross", "mixed"]
"""Whether prices are before tax, include it, or some do and some do not."""


def price_basis(lines: Iterable[PricedLine]) -> PriceBasis:
    """The basis of the lines that have a price of their own; ``net`` where none has."""
    found = {line.basis for line in lines if not line.included and (line.amount or line.unit_price)}
    if len(found) > 1:
        return "mixed"
    return "gross" if "gross" in found else "net"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineViews:
    """The lines that count, the options, and the basis that all their prices are on.

    ``rows`` are the lines that count, each beside what is printed of it.
    """

    rows: tuple[tuple[PricedLine, LineView], ...]
    options: tuple[LineView, ...]
    basis: PriceBasis

    @property
    def counted(self) -> tuple[LineView, ...]:
        """What is printed of the lines that count."""
        return tuple(view for _, view in self.rows)


def line_views(
    pricing: Pricing,
    hand: Hand,
    *,
    style: Literal["detailed", "summary"] = "detailed",
    discounts: Literal["shown", "folded"] = "shown",
) -> LineViews:
    """The rows of the lines, each told with what stands below it.

    ``summary`` shows the lines at the top alone, a bundle at the sum of its parts; ``folded`` the
    prices after all discounts and nothing of them, and so does every summary.
    """
    basis = price_basis(pricing.lines)
    shown = shown_lines(pricing.lines, style=style, discounts=discounts)
    below = lines_below(each.line for each in shown)
    rows = [
        (each.line, _Row(each, below.get(each.line.number, []), pricing, hand, basis).view())
        for each in shown
    ]
    return LineViews(
        rows=tuple((line, view) for line, view in rows if not line.optional),
        options=tuple(view for line, view in rows if line.optional),
        basis=basis,
    )


def is_sum_of_parts(line: PricedLine, below: Sequence[PricedLine]) -> bool:
    """Whether a line costs nothing itself because lines below it hold its price."""
    own = line.included or line.unit_price or line.amount or line.list_amount
    return not own and any(not part.included for part in below)


def lines_below(lines: Iterable[PricedLine]) -> dict[str, list[PricedLine]]:
    """All lines below each line that has any, by its number."""
    found: dict[str, list[PricedLine]] = {}
    for line in lines:
        above = line.number.rpartition(".")[0]
        while above:
            found.setdefault(above, []).append(line)
            above = above.rpartition(".")[0]
    return found


def is_average(line: PricedLine) -> bool:
    """Whether no unit costs the unit price, which is the average of the tiers."""
    if not line.breakdown:
        return False
    first = line.breakdown[0]
    alone = len(line.breakdown) == 1 and first.size is None and not first.flat
    return not (alone and first.unit_price == line.unit_price)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line on its way into print."""

    shown: Shown
    below: Sequence[PricedLine]
    pricing: Pricing
    hand: Hand
    basis: PriceBasis

    @property
    def line(self) -> PricedLine:
        """The line with the figures that are to be printed."""
        return self.shown.line

    def view(self) -> LineView:
        line, hand, write = self.line, self.hand, self.hand.figures.amount
        by_parts = is_sum_of_parts(line, self.below)
        priced = not (line.included or by_parts)
        listed = priced and line.list_price > line.unit_price
        detail = tuple(hand.spoken.phrase(text) for text in line.detail)
        notes = tuple(self._notes(by_parts=by_parts))
        said = (hand.spoken.phrase(line.name), *detail, *notes)
        return LineView(
            number=line.number,
            level=min(line.level, _DEEPEST),
            has_parts=bool(self.below),
            is_long=sum(len(phrase.text + phrase.other) for phrase in said) > _LONG,
            name=said[0],
            code=line.product,
            detail=detail,
            notes=notes,
            quantity=hand.figures.number(line.quantity),
            unit=hand.unit(line.unit),
            included=line.included,
            by_parts=by_parts,
            is_average=priced and (self.shown.is_average or is_average(line)),
            basis=hand.say(f"basis_{line.basis}") if priced and self.basis == "mixed" else None,
            list_price=write(line.list_price) if listed else "",
            discount=hand.figures.percent(_discount(line)) if listed else "",
            unit_price=write(line.unit_price) if priced else "",
            per=hand.say(f"per_{line.billing}") if priced and line.billing else None,
            tax=hand.figures.percent(line.tax_percent) if priced and self.shown.one_tax else "",
            amount=write(line.amount) if priced else "",
        )

    def _notes(self, *, by_parts: bool) -> Iterator[Phrase]:
        line, hand = self.line, self.hand
        if line.free_by is not None:
            yield self._free(line.free_by)
        if line.billing and line.periods:
            yield hand.say(f"for_{line.billing}", count=str(line.periods))
        if is_average(line):
            yield hand.told(lambda tongue: breakdown_text(line, self.pricing.policy, hand, tongue))
        share = None if self.shown.folded else share_note(line, self.pricing, hand)
        if share is not None:
            yield share
        if by_parts:
            parts = total(part.amount for part in self.below)
            yield hand.say("sum_of_parts", amount=hand.figures.amount(parts))
        if line.tax_fixed:
            yield hand.say("fixed_tax", amount=hand.figures.amount(line.tax_fixed))
        if line.optional and not line.level:
            yield from self._with_tax()

    def _free(self, promotion: str) -> Phrase:
        """That a promotion added the line, and what is left to pay of it where it is not free."""
        line, hand = self.line, self.hand
        names = (each.name for each in self.pricing.allocations if each.promotion == promotion)
        name = next(names, LocalText())
        paid = difference(line.amount, line.discount)

        def told(tongue: Spoken) -> str:
            shown = name.in_(tongue) or promotion
            if paid:
                amount = hand.figures.amount(paid)
                return hand.word("reduced_goods", tongue, promotion=shown, amount=amount)
            return hand.word("free_goods", tongue, promotion=shown)

        return hand.told(told)

    def _with_tax(self) -> Iterator[Phrase]:
        """What an option costs in all, where its amount does not say so."""
        line = self.line
        gross = total(part.gross for part in (line, *self.below))
        if gross != line.amount:
            priced_parts = any(part.gross for part in self.below)
            key = "option_parts_gross" if priced_parts else "option_gross"
            yield self.hand.say(key, amount=self.hand.figures.amount(gross))


def _discount(line: PricedLine) -> Decimal:
    """What the unit price lies below the list price, in percent with one decimal."""
    off = Fraction(difference(line.list_price, line.unit_price))
    return rounded_fraction(off * 100 / Fraction(line.list_price), 1)


def breakdown_text(line: PricedLine, policy: RoundingPolicy, hand: Hand, tongue: Spoken) -> str:
    """What each tier bears: ``first 10 pc × 10.00 + 5 pc × 5.00``; a return in brackets."""
    parts = line.breakdown
    texts = []
    for place, part in enumerate(parts):
        first = place == 0 and len(parts) > 1 and not part.lower
        texts.append(slice_text(part, line, policy, hand, tongue, is_first=first))
    joined = " + ".join(texts)
    return f"\N{MINUS SIGN}({joined})" if line.quantity < 0 else joined


def slice_text(
    part: Slice,
    line: PricedLine,
    policy: RoundingPolicy,
    hand: Hand,
    tongue: Spoken,
    *,
    is_first: bool = False,
) -> str:
    """What one tier bears, without its sign: units × price, blocks × price, a fee, or nothing."""
    count, flat = part.quantity.copy_abs(), part.flat.copy_abs()
    units = hand.counted(count, line.unit, tongue)
    if is_first:
        units = hand.word("first_units", tongue, units=units)
    price, fee = hand.figures.amount(part.unit_price), hand.figures.amount(flat)
    factor = Fraction(count)
    if part.size is not None:
        factor = Fraction(ceil(factor / Fraction(part.size)))
        size = hand.counted(part.size, line.unit, tongue)
        units = hand.word("blocks", tongue, count=str(factor), size=size)
    places = policy.places_for(line.currency)
    worth = rounded_fraction(
        Fraction(part.unit_price) * factor + Fraction(flat), places, policy.mode
    )
    if worth != part.amount.copy_abs():
        amount = hand.figures.amount(part.amount.copy_abs())
        return hand.word("units_for", tongue, units=units, amount=amount)
    if part.unit_price:
        return f"{units} × {price}" + (hand.word("plus_fee", tongue, fee=fee) if flat else "")
    if flat:
        return hand.word("units_for", tongue, units=units, amount=fee)
    return hand.word("units_free", tongue, units=units)
