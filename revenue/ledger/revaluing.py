"""The rules of revaluations (调汇规则): what they move, and when they may be taken back."""

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.exchange import Revaluation
from revenue.ledger.balance import Balance, Balances
from revenue.ledger.series import refuse_before
from revenue.ledger.taking import document, named


def record_revaluation(draft: Balances, fact: Revaluation) -> None:
    """Change the book value of what is open of a receivable on a day.

    One that is taken back on a later day may come after what settled the item meanwhile, because
    it leaves nothing behind; one that stays may not.
    """
    balance = document(draft, "receivable", fact.receivable)
    refuse_before(fact, balance.document.on, named(balance))
    book = balance.book_on(fact.on)
    if book is None or fact.difference.code != book.code:
        raise Refused(
            "revaluation.not_booked",
            f"{named(balance)} bears {f'a value in {book.code}' if book else 'no book value'}, "
            f"revaluation {fact.number} changes it in {fact.difference.code}; revalue what is in "
            "a foreign currency, in the currency of the books",
            number=fact.number,
        )
    _refuse_unfinished(draft, fact)
    open_then = balance.left_on(fact.on)
    settled_since = fact.reversed_on is None and balance.left != open_then
    if not open_then.amount or fact.open != open_then or settled_since:
        raise Refused(
            "revaluation.other_amount",
            f"revaluation {fact.number} is of {fact.open} of {named(balance)}, of which "
            f"{open_then} is open on {fact.on} and {balance.left} in the end; revalue what is open "
            "then, and take it back on a later day (reversed_on) where something was settled since",
            number=fact.number,
            open=open_then,
        )
    if (book + fact.difference).amount < 0:
        raise Refused(
            "revaluation.below_nothing",
            f"revaluation {fact.number} lowers {named(balance)}, worth {book} on {fact.on}, by "
            f"{-fact.difference}; what is open is not worth less than 0",
            number=fact.number,
        )
    _move(draft, fact, balance, sign=1)


def _refuse_unfinished(draft: Balances, fact: Revaluation) -> None:
    """Refuse a revaluation of an item whose last one is yet to be taken back."""
    for each in draft.about.get(("revaluation", number_key(fact.receivable))) or ():
        planned = isinstance(each, Revaluation) and each.reversed_on
        if planned and draft.reversals.get(number_key(each.number)) is None:
            raise Refused(
                "revaluation.unfinished",
                f"revaluation {each.number} of receivable {fact.receivable} is to be taken back on "
                f"{planned}, and {fact.number} comes before that; record its reversal first",
                number=fact.number,
                revaluation=each.number,
            )


def undo_revaluation(draft: Balances, fact: Reversal, revaluation: Revaluation) -> None:
    """Take a revaluation back: on its day where it has one, else only while nothing else of what
    it revalued was settled.
    """
    balance = document(draft, "receivable", revaluation.receivable)
    planned = revaluation.reversed_on
    if planned is not None and fact.on != planned:
        raise Refused(
            "reversal.other_day",
            f"revaluation {revaluation.number} is taken back on {planned}, reversal {fact.number} "
            f"is dated {fact.on}; date it that day",
            number=fact.number,
            on=planned,
        )
    wanted = revaluation.open if planned is None else balance.revalued
    if balance.left != wanted:
        raise Refused(
            "reversal.settled_since",
            f"of {named(balance)} {wanted} was revalued and {balance.left} is open now, at the new "
            "value; reverse what settled it first, or let the revaluation stand",
            number=fact.number,
            revaluation=revaluation.number,
        )
    _move(draft, fact, balance, sign=-1, difference=revaluation.difference)


def _move(
    draft: Balances,
    fact: Revaluation | Reversal,
    balance: Balance,
    *,
    sign: int,
    difference: Money | None = None,
) -> None:
    change = fact.difference if isinstance(fact, Revaluation) else difference
    assert change is not None, "a reversal takes back what a revaluation says"
    key = "receivable", number_key(balance.document.number)
    draft.move(key, fact.on, Money.zero(balance.left.code), change * sign)
