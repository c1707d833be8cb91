"""Agreed prices on what the books said (协议价取价), also where that is tiers and not one price.

An agreement speaks of a price per unit. Against tiers it is held against what one unit of the
asked quantity comes to on average; a percentage is taken off every tier instead.
"""

from fractions import Fraction
from typing import NamedTuple

from cpq.agreement import Agreed, Candidates
from cpq.pricebook import Charge, Value
from cpq.trace import Effect, Step


class Contracted(NamedTuple):
    """What a unit costs by the agreement that wins, if any, and the rows of all that were tried."""

    value: Value | None
    agreed: Agreed | None
    steps: tuple[Step, ...]


def contracted(
    found: Candidates, listed: Value | None, base: Value | None, *, quantity: Fraction
) -> Contracted:
    """What the winning line makes of the list price and of the price so far, per asked unit."""
    tiers = _tiers(found, listed, base)
    if tiers is not None:
        made = found.on(list_price=Fraction(1), book_price=Fraction(1))
        bare = {"before": None, "after": None, "effect": None}
        rows = tuple(row.with_(**bare) if row.effect else row for row in made.steps)
        value = None if made.price is None else tiers.scaled(made.price)
        return Contracted(value, made.agreed, rows)
    made = found.on(list_price=each_of(listed, quantity), book_price=each_of(base, quantity))
    steps = made.steps
    if isinstance(base, Charge) and made.agreed is not None and made.price is not None:
        # nothing per unit stands in the rows before this one, so it sets what the others bound
        steps = tuple(_setting(row, made.price) if row.effect else row for row in steps)
    return Contracted(made.price, made.agreed, steps)


def _tiers(found: Candidates, listed: Value | None, base: Value | None) -> Charge | None:
    """The tiers that the winner takes a percentage off, where it does."""
    kind = found.winner.line.said[0] if found.winner else ""
    value = {"percent_off_book": base, "percent_off_list": listed}.get(kind)
    return value if isinstance(value, Charge) else None


def each_of(value: Value | None, quantity: Fraction) -> Fraction | None:
    """What one unit comes to when so many are bought; ``None`` where tiers price none."""
    if not isinstance(value, Charge):
        return value
    return value.amount(quantity) / quantity if quantity else None


def _setting(row: Step, price: Fraction) -> Step:
    return row.with_(effect=Effect(kind="set", value=price))
