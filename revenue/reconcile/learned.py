"""What the ledger's own history teaches about payers (付款人学习): a fold, stored nowhere else.

Every receipt whose customer a person said, or a reference proved, teaches under which name and from
which account that customer pays. Reverse the identification and the lesson is gone: what was
learned is never more than what stands.
"""

from collections.abc import Iterator

from cpq.kernel.text import number_key
from revenue.application import Application
from revenue.ledger import ReceivablesLedger
from revenue.matching import NOTHING_LEARNED, Confirmation, Learned, learn
from revenue.receipt import Identification, Receipt


def learned_from(ledger: ReceivablesLedger, *, before: Learned = NOTHING_LEARNED) -> Learned:
    """``before`` with a lesson for each receipt whose customer was confirmed and still is.

    >>> from datetime import date
    >>> from cpq.kernel.money import Money
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receipt(number="R-9", customer="", on=day, amount=Money("80", "CNY"), payer="ACME Ltd"),
    ...     Identification(number="ID-1", receipt="R-9", customer="C-1", on=day, by="Li",
    ...                    amount=Money("80", "CNY")))
    >>> learned_from(ledger).named("ACME LTD.")
    'C-1'
    """
    return learn(before, *_confirmations(ledger))


def _confirmations(ledger: ReceivablesLedger) -> Iterator[Confirmation]:
    receipts = {number_key(fact.number): fact for fact in ledger.facts if isinstance(fact, Receipt)}
    whole: set[str] = set()
    for fact in ledger.facts:
        if isinstance(fact, Identification) and ledger.stands(fact):
            origin = receipts.get(number_key(fact.receipt))
            if origin is not None and fact.amount == origin.amount:
                whole.add(number_key(fact.receipt))
                yield _confirmation(origin, fact.customer)
    applied = {
        number_key(fact.receipt)
        for fact in ledger.facts
        if isinstance(fact, Application) and fact.means == "receipt" and ledger.stands(fact)
    }
    for key in applied - whole:
        known = receipts.get(key)
        if known is not None and known.customer and known.bank:
            yield _confirmation(known, known.customer)


def _confirmation(receipt: Receipt, customer: str) -> Confirmation:
    return Confirmation(customer=customer, payer=receipt.payer, payer_account=receipt.payer_account)
