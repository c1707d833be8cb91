"""What the ledger's own history teaches about payers (付款人学习): a fold, stored nowhere else.

Every receipt whose customer a person said, or a reference proved, teaches under which name and from
which account that customer pays. Reverse the identification and the lesson is gone: what was
learned is never more than what stands.
"""

from collections.abc import Iterator, Mapping

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
    whole = _identified(ledger, receipts)
    for key, customer in whole.items():
        yield _confirmation(receipts[key], customer)
    applied = {
        number_key(fact.receipt)
        for fact in ledger.facts
        if isinstance(fact, Application) and fact.means == "receipt" and ledger.stands(fact)
    }
    for key in sorted(applied - whole.keys()):
        known = receipts.get(key)
        if known is not None and known.customer and known.bank:
            yield _confirmation(known, known.customer)


def _identified(ledger: ReceivablesLedger, receipts: Mapping[str, Receipt]) -> dict[str, str]:
    """Whose each receipt is as a whole, by what was said of it last; parts teach nothing."""
    origins = {key: key for key in receipts}
    found: dict[str, str] = {}
    for fact in ledger.facts:
        if isinstance(fact, Identification) and ledger.stands(fact):
            origin = origins.get(number_key(fact.receipt))
            if origin is not None:
                found.pop(origin, None)
                if fact.amount == receipts[origin].amount:
                    origins[number_key(fact.number)] = origin
                    found[origin] = fact.customer
    return found


def _confirmation(receipt: Receipt, customer: str) -> Confirmation:
    return Confirmation(customer=customer, payer=receipt.payer, payer_account=receipt.payer_account)
