"""Putting values in the book currency on a settlement before it is recorded (本位币价值).

A settlement says what it takes of the books, so that its entry can be posted from it alone and
never depends on what came later. What that is the ledger knows; ``valued`` writes it down.
"""

from typing import TypeVar

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from revenue.application import Adjustment, Application, Difference
from revenue.ledger.balance import Balances
from revenue.ledger.effect import differences
from revenue.ledger.fact import Taking
from revenue.ledger.taking import beside_advance, parts_of, worth

Settled = TypeVar("Settled", bound=Taking)
Value = TypeVar("Value", bound=Frozen)


def valued(balances: Balances, fact: Settled) -> Settled:
    """The settlement with the book values of what it takes; as it is where nothing bears one.

    A difference that bears no value yet gets its share of what is taken of the receivable, rounded
    half up, all of it together at most.
    """
    parts, found = parts_of(balances, fact)
    books = worth(fact, parts, found)
    changes: dict[str, object] = {}
    if books != fact.books:
        changes["books"] = books
    if found[-1].book is not None and differences(fact):
        beside = beside_advance(fact, parts, found)
        if isinstance(fact, Application) and beside is not None:
            shared = _shared(fact.differences, fact.settled - fact.amount, beside)
        else:
            shared = _shared(differences(fact), parts[-1].amount, books[-1])
        if isinstance(fact, Application):
            changes["differences"] = shared
        elif isinstance(fact, Adjustment):
            changes["difference"] = shared[0]
    return _changed(fact, changes) if changes else fact


def _changed(value: Value, changes: dict[str, object]) -> Value:
    return value.with_(**changes)


def _shared(given: tuple[Difference, ...], settled: Money, book: Money) -> tuple[Difference, ...]:
    """Each difference with its share; the last of those that settle all takes the rest."""
    done = []
    left = book
    for place, each in enumerate(given):
        value = each.booked
        if value is None:
            rest = money_total((one.amount for one in given[place:]), settled.code)
            whole = money_total((one.amount for one in given), settled.code) == settled
            value = (
                left if whole and rest == each.amount else book.share(each.amount.ratio_to(settled))
            )
            value = min(value, left)
        left = left - value
        done.append(each.with_(booked=value))
    return tuple(done)
