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

Invoices and deliveries of a contract in a foreign currency bear the value of each of their lines;
what becomes of the contract's asset and liability says ``revenue.posting.position``.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, Money, currency_places, exact, plain, product, rounded
from cpq.kernel.text import Line, Number
from revenue.amount import NotZero, Positive


class Revaluation(Frozen):
    """Changes the book value of what is ``open`` of a receivable on a day by ``difference``,
    unrealised.

    Above zero is a gain. ``rate`` is the rate it was made at, for people. ``reversed_on`` is the
    day on which a reversal takes it back; without one it stays.

    >>> Revaluation(number="RV-1", receivable="AR-1", on=date(2026, 12, 31), rate="7.20",
    ...             open=Money("100000", "USD"), difference=Money("10000", "CNY")).difference
    Money('10000.00', 'CNY')
    """

    kind: Literal["revaluation"] = "revaluation"
    number: Number
    receivable: Number
    on: date
    open: Positive
    difference: NotZero
    rate: Exact = Field(gt=0)
    reversed_on: date | None = None
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


def book_value(amount: Money, *, rate: object, books: str) -> Money | None:
    """``amount`` at ``rate`` in the currency ``books``; ``None`` where it is in that one already,
    and where neither is given. Raises ``Invalid`` (``exchange.half_given``, ``exchange.bad_rate``).

    >>> book_value(Money("100", "USD"), rate="7.1055", books="CNY")
    Money('710.55', 'CNY')
    >>> book_value(Money("100", "CNY"), rate=None, books="CNY") is None
    True
    """
    if amount.code == books or (rate is None and not books):
        return None
    if rate is None or not books:
        raise Invalid(
            "exchange.half_given",
            f"to value {amount} give both rate, what one unit is worth, and books, the currency "
            f"of the books; found rate {rate!s} and books {books!r}",
        )
    return in_books(amount, rate=rate, currency=books)


def refuse_half_valued(amounts: Sequence[Money], values: Sequence[Money | None]) -> None:
    """Raise ``ValueError`` unless all amounts bear a value or none does, all values in one other
    currency, and nothing is worth something.

    >>> refuse_half_valued([Money("1", "USD"), Money("2", "USD")], [Money("7", "CNY"), None])
    Traceback (most recent call last):
    ValueError: either all amounts bear a value in the book currency or none
    """
    given = [value for value in values if value is not None]
    if not given:
        return
    if len(given) < len(amounts):
        raise ValueError("either all amounts bear a value in the book currency or none")
    if len({value.code for value in given}) > 1 or given[0].code == amounts[0].code:
        raise ValueError("booked is in one currency, that of the books, and not that of the amount")
    if any(
        value.amount and not amount.amount for amount, value in zip(amounts, given, strict=True)
    ):
        raise ValueError("an amount of 0 is worth 0")
