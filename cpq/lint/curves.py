"""Which schedules are looked at (价格曲线清单): of which products, in which books and units.

A schedule is looked at as the customer meets it: through the whole chain of books, with whichever
entry wins at each quantity. A rule for many products is looked at once where all of them have one
list price each, because then a percentage does the same to each; else on every one of them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from cpq.kernel.text import LocalText
from cpq.lint.ground import Ground
from cpq.lint.places import rule_of
from cpq.lint.schedule import Piece, Schedule, Won
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion


class Case(NamedTuple):
    """A schedule that is looked at: of a product in a unit, counted in steps, in a book."""

    product: str
    unit: LocalText
    step: Fraction
    book: PriceBook
    pieces: Sequence[Piece]

    def reached(self, quantity: Fraction) -> tuple[Won, ...]:
        """The entries that make the price of a quantity, the root's first."""
        below = [piece for piece in self.pieces if piece.start <= quantity]
        return below[-1].answer.won if below else ()

    def winner(self, quantity: Fraction) -> Won | None:
        """Who makes the price of a quantity in the book that is looked at, if anybody."""
        won = self.reached(quantity)
        return won[-1] if won and won[-1].book.code == self.book.code else None

    def rules(self, *quantities: Fraction) -> tuple[str, ...]:
        """The tiers that make the prices of quantities, those of the asked book first."""
        made = (won for quantity in quantities for won in reversed(self.reached(quantity)))
        return tuple(dict.fromkeys(rule_of(won.book, won.entry, won.tier) for won in made))


Below = Callable[[], Case]
"""The schedule of the base book, where somebody asks for it."""


def cases(
    ground: Ground, schedule: Schedule, book: PriceBook
) -> Iterator[tuple[Case, Below | None]]:
    """The schedules of a book that depend on the quantity, each with that of its base book."""
    base = None if book.base is None else ground.catalogue.prices.book(book.base)
    for version, span in ground.versions(book):
        for product, unit in _looked_at(ground, book, version):
            for at in schedule.moments_in(product, book.code, span):
                below = None if base is None else partial(_case, schedule, product, unit, base, at)
                yield _case(schedule, product, unit, book, at), below


def _case(schedule: Schedule, product: str, unit: str, book: PriceBook, at: datetime) -> Case:
    pieces = schedule.pieces(product, book.code, at, unit=unit)
    priced = [piece for piece in pieces if piece.answer.value is not None]
    ground = schedule.ground
    return Case(product, ground.unit_name(unit), ground.step(unit), book, priced)


def _looked_at(
    ground: Ground, book: PriceBook, version: PriceBookVersion
) -> Iterator[tuple[str, str]]:
    """The products whose price changes with the quantity, with the unit it does so in."""
    stepping = [row for row in version.entries if _steps(row, derived=book.base is not None)]
    wanted: dict[tuple[str, str | None], bool] = {}
    for row in stepping:
        if row.product is not None:
            wanted[(row.product, row.unit)] = True
        else:
            for product in ground.reach((None, row.category)):
                wanted.setdefault((product, row.unit), False)
    seen: set[object] = set()
    for (product, unit), own in sorted(wanted.items(), key=lambda each: str(each[0])):
        if product not in ground.products or (unit and not ground.is_sold_in(product, unit)):
            continue
        counted = unit or ground.products[product].unit
        shape = None if own else _shape(ground, book, product, counted)
        if shape is None or shape not in seen:
            seen.add(shape)
            yield product, counted


def _steps(row: PriceBookEntry, *, derived: bool) -> bool:
    """Whether the price that an entry makes may change with the quantity."""
    first = row.tiers[0]
    if len(row.tiers) > 1 or first.lower > 1 or first.above or not row.plain:
        return True
    return derived and (first.amount_off is not None or first.formula is not None)


def _shape(ground: Ground, book: PriceBook, product: str, unit: str) -> object | None:
    """What products have in common that percentages do the same to; ``None`` where they may not."""
    if book.resolution == "best_for_customer":
        return None
    rows: list[object] = [ground.step(unit), unit]
    for link in ground.catalogue.prices.chain(book.code):
        for version, _ in ground.versions(link):
            for row, _ in ground.catalogue.prices.covering(version, ground.products[product]):
                if _is_flat_price(row):
                    rows.append((link.code, row.period))
                elif _scales(row):
                    rows.append(id(row))
                else:
                    return None
    return tuple(rows)


def _is_flat_price(row: PriceBookEntry) -> bool:
    one = len(row.tiers) == 1 and row.tiers[0].price is not None and not row.tiers[0].above
    return one and row.plain and row.tiers[0].lower <= 1 and row.rails is None


def _scales(row: PriceBookEntry) -> bool:
    """Whether what an entry does to the totals of one price it does to those of any other."""
    if row.surcharge is not None or row.ending is not None or row.rails is not None:
        return False
    percent = all(tier.percent_off is not None for tier in row.tiers)
    return row.plain and (percent or all(tier.price is not None for tier in row.tiers))
