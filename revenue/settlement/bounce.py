"""A payment that the bank took back (退票): everything that it paid is owed again."""

from collections.abc import Iterator
from datetime import date

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Application, Reversal
from revenue.ledger import Fact, ReceivablesLedger, Taking
from revenue.ledger.effect import taken
from revenue.receipt import Identification, Refund


def bounce(
    ledger: ReceivablesLedger,
    receipt: str,
    *,
    number: str,
    on: date,
    reason: str,
    by: str,
    booked: Money | None = None,
    reference: str = "",
) -> ReceivablesLedger:
    """Undo what a receipt paid, last first, and take the receipt back.

    Reversals are numbered number/1, number/2 …, the refund takes ``number``. ``booked`` is what
    left the bank in the books' currency, for a receipt in another one, ``reference`` is that of the
    refund, such as the place on the bank's statement. Raises what ``record``
    raises, such as ``reversal.recovered`` and ``reversal.used_since`` for what cannot be undone
    yet, and ``Refused``: ``refund.nothing_left``, ``refund.paid_back_in_part``.

    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("80", "CNY")),
    ...     Receipt(number="R-1", customer="C-1", on=day, amount=Money("80", "CNY")))
    >>> paid = ledger.apply("R-1", to="AR-1", number="A-1", on=day)
    >>> gone = bounce(paid, "R-1", number="B-1", on=date(2026, 12, 4), reason="account closed",
    ...               by="bank")
    >>> gone.open_amount("AR-1"), gone.free_amount("R-1")
    (Money('80.00', 'CNY'), Money('0.00', 'CNY'))
    """
    undone = [
        Reversal(number=f"{number}/{place}", reverses=fact.number, on=on, reason=reason)
        for place, fact in enumerate(reversed([*_paid_by(ledger, receipt)]), start=1)
    ]
    free = ledger.record(*undone)
    amount = free.balance("receipt", receipt).available_from(on)
    if not amount.amount:
        raise Refused(
            "refund.nothing_left",
            f"nothing of receipt {receipt} is left to take back from {on} on; it was paid back "
            "already",
            receipt=receipt,
        )
    whole = free.receipt(receipt).amount
    if amount != whole:
        raise Refused(
            "refund.paid_back_in_part",
            f"the bank took back all of receipt {receipt}, {whole}, and only {amount} of it is "
            "left: the rest was paid back or handed on; reverse that first, then record what is "
            "lost",
            receipt=receipt,
            available=amount,
        )
    return free.settle(
        Refund(
            number=number,
            source=receipt,
            amount=amount,
            on=on,
            cause="bounced",
            reason=reason,
            by=by,
            booked=booked,
            reference=reference,
        )
    )


def _paid_by(ledger: ReceivablesLedger, receipt: str) -> Iterator[Taking]:
    """What took from a receipt, or from one that an identification made of it, and still stands."""
    receipts = {number_key(receipt)}
    for fact in ledger.facts:
        if isinstance(fact, Taking) and _takes_from(fact, receipts) and ledger.stands(fact):
            if isinstance(fact, Identification):
                receipts.add(number_key(fact.number))
            if not isinstance(fact, Refund):
                yield fact


def _takes_from(fact: Fact, receipts: set[str]) -> bool:
    assert isinstance(fact, Taking)
    if isinstance(fact, Application) and fact.means != "receipt":
        return False
    return any(part.kind == "receipt" and part.key[1] in receipts for part in taken(fact))
