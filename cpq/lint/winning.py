"""Which entry of one book wins (择优规则), as ``cpq.pricebook.resolve`` has it, without the trace.

A linter asks for every tier of every product, so the rule is followed here without the rows that
tell a person what was looked at; what an entry makes of a price is reckoned by the rule itself. A
law holds that both find the same price.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from cpq.kernel.errors import Refused
from cpq.pricebook import Asked, Charge, Grounds, PriceBook, PriceBookEntry, Tier, Value
from cpq.pricebook.resolve import counted, made

Rows = Sequence[tuple[PriceBookEntry, int]]
"""Entries that speak of a product, each with its distance from it."""

Candidate = tuple[PriceBookEntry, int, Tier]
"""An entry, how far it is from the product, and the tier that is reached."""


def priced(
    book: PriceBook, rows: Rows, asked: Asked, grounds: Grounds
) -> tuple[Candidate | None, Value | None]:
    """The entry that wins in one book, and what it makes of the price below it.

    Raises what the rule raises: ``Refused`` (``price_book.ambiguous``) and others.
    """
    matching = [
        (row, distance, tier)
        for row, distance in rows
        if row.unit in (None, asked.unit) and (tier := _reached(row, asked)) is not None
    ]
    if not matching:
        return None, grounds.below
    if book.resolution == "best_for_customer":
        return _cheapest(book, matching, asked, grounds)
    winner = matching[0]
    if len(matching) > 1:
        first = book.resolution == "first_match"
        winner = min(matching, key=lambda each: each[0].rank) if first else _nearest(book, matching)
    return winner, made(winner[0], winner[2], asked, grounds, book=book.code)


def _reached(row: PriceBookEntry, asked: Asked) -> Tier | None:
    if starts_at_once(row):
        return row.tiers[0]
    own = row.counts == "line" and (asked.factor == 1 or row.unit is not None)
    size = asked.quantity if own else counted(row, asked)
    if size.denominator != 1:
        return row.reached(size)
    whole, best = size.numerator, None
    for tier in row.tiers:
        if tier.lower > whole or (tier.above and tier.lower == whole):
            break
        best = tier
    return best


def _nearest(book: PriceBook, matching: Sequence[Candidate]) -> Candidate:
    winner, *others = sorted(matching, key=_specificity)
    level = _specificity(winner)
    for other in others:
        if _specificity(other) == level and not alike(other, winner):
            raise Refused("price_book.ambiguous", f"{book.code}: two entries for {winner[0]}")
    return winner


def _specificity(candidate: Candidate) -> tuple[int, bool, int, Decimal]:
    """What wins where the most specific does sorts first."""
    row, distance, tier = candidate
    return (distance, row.unit is None, row.rank, tier.lower.copy_negate())


def _cheapest(
    book: PriceBook, matching: Sequence[Candidate], asked: Asked, grounds: Grounds
) -> tuple[Candidate | None, Value | None]:
    ranked = sorted(matching, key=_specificity)
    values = [made(row, tier, asked, grounds, book=book.code) for row, _, tier in ranked]
    known = [
        (total(value, asked.quantity), place)
        for place, value in enumerate(values)
        if value is not None
    ]
    best = min(known)[1] if known else 0
    return ranked[best], values[best]


def start_of(tier: Tier, grid: Fraction) -> Fraction:
    """The least quantity on a grid that reaches a tier.

    >>> start_of(Tier(lower="10.5", price=1), Fraction(1))
    Fraction(11, 1)
    >>> start_of(Tier(lower=10, above=True, price=1), Fraction(1, 2))
    Fraction(21, 2)
    """
    if grid == 1 and not tier.lower % 1:
        return Fraction(int(tier.lower) + tier.above)
    steps = Fraction(tier.lower) / grid
    return grid * (floor(steps) + 1 if tier.above else ceil(steps))


def starts_at_once(row: PriceBookEntry) -> bool:
    """Whether an entry says one thing from the first unit on."""
    return len(row.tiers) == 1 and not row.tiers[0].lower and not row.tiers[0].above


def makes_a_price(row: PriceBookEntry) -> bool:
    """Whether an entry prices without a base book below it."""
    return any(tier.percent_off is None and tier.amount_off is None for tier in row.tiers)


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether two entries that tie make the same price, as ``price_book.ambiguous`` sees it."""
    first, second = one[0], other[0]
    if not (first.plain and second.plain):
        return first == second
    finish = (first.surcharge, first.ending, first.rails)
    return said(one[2]) == said(other[2]) and finish == (
        second.surcharge,
        second.ending,
        second.rails,
    )


def said(tier: Tier) -> tuple[object, ...]:
    """What a tier says, wherever it starts."""
    return (
        *(tier.price, tier.percent_off, tier.amount_off, tier.markup, tier.margin),
        *(tier.formula, tier.flat, tier.size, tier.overage),
    )


def total(value: Value, quantity: Fraction) -> Fraction:
    """What a quantity costs."""
    return value.amount(quantity) if isinstance(value, Charge) else value * quantity


def stands_on_more(speaking: tuple[PriceBookEntry, int]) -> bool:
    """Whether an entry may look at the cost."""
    return any(
        tier.markup is not None or tier.margin is not None or tier.formula is not None
        for tier in speaking[0].tiers
    )
