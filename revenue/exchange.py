"""Currencies other than that of the books (外币): values kept, and revalued at a period's end.

A document in a foreign currency bears its value in the book currency, ``booked``, from its first
day. What an application takes of it takes the same share of that value, and the last one takes the
rest; so nothing stays in the books of what is settled. Where the two sides of an application are
worth different amounts, the difference is realised there and then, per application, on partial
ones as well.

At the end of a period a ``Revaluation`` of each receivable books the difference to the rate of that
day, unrealised. It belongs to its receivable, so that no difference is booked twice (the fault of
ERPNext #43327): either a reversal takes it back on the next day, or it stays and becomes part of
the value that the next application takes. Both ways add up to the same:

    ====================  =========================  ==================  ===========
    100,000 USD           at the close (7.20)        settled at 7.15     in all
    ====================  =========================  ==================  ===========
    reversed next day     +10,000, then −10,000      +5,000              +5,000
    kept                  +10,000                    −5,000              +5,000
    ====================  =========================  ==================  ===========

Advances are no money items and are never revalued: they keep the rate of their day (IFRIC 22, IAS
21.16; 企业会计准则第19号). Applied to a receivable, an advance takes of its value what it is worth
itself, so no difference arises but on what closes the receivable.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, currency_places, exact, plain, product, rounded
from cpq.kernel.text import Line, Number
from revenue.amount import NotZero


class Revaluation(Frozen):
    """Changes the book value of what is open of a receivable by ``difference``, unrealised.

    Above zero is a gain. ``rate`` is the rate it was made at, for people.

    >>> Revaluation(number="RV-1", receivable="AR-1", on=date(2026, 12, 31), rate="7.20",
    ...             difference=Money("10000", "CNY")).difference
    Money('10000.00', 'CNY')
    """

    kind: Literal["revaluation"] = "revaluation"
    number: Number
    receivable: Number
    on: date
    difference: NotZero
    rate: Exact = Field(gt=0)
    note: Line = ""


def in_books(amount: Money, *, rate: object, currency: str) -> Money:
    """``amount`` at ``rate`` (units of the book currency for one of the amount's), rounded half up.

    Convert line by line and add up, never the other way round (spec 1.4: 40.43, not 40.44).
    Raises ``Invalid`` (``exchange.bad_rate``).

    >>> in_books(Money("100", "USD"), rate="7.1055", currency="CNY")
    Money('710.55', 'CNY')
    """
    found = exact(rate)
    if found <= 0:
        raise Invalid(
            "exchange.bad_rate",
            "a rate says what one unit is worth in the book currency, more than 0; "
            f"found {plain(found)}",
        )
    places = currency_places(currency)
    return Money(rounded(product(amount.amount, found), places), currency)
