"""What a person decides on the workbench (人工处理): confirm, split, assign, take back.

Each decision gives the next ledger; what it adds are ordinary facts with the person's name, so the
audit trail and what is learned come from them alone.
"""

from collections.abc import Mapping
from datetime import date

from cpq.kernel.errors import NotFound, Refused
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Application, Reversal
from revenue.ledger import ReceivablesLedger, Taking
from revenue.ledger.effect import taken
from revenue.matching import Candidate, Match, Share
from revenue.receipt import Identification
from revenue.reconcile.carry_out import refuse_other_sum, settlement_of


def confirm(
    ledger: ReceivablesLedger,
    match: Match,
    *,
    on: date,
    by: str,
    choice: int = 1,
) -> ReceivablesLedger:
    """Carry out one of the candidates of a match, the best unless said, as a person's decision.

    Raises ``NotFound`` (``reconcile.no_candidate``), ``Refused`` (``reconcile.exceeds_free``) where
    the receipt was used meanwhile, and what ``record`` raises.
    """
    number = match.payment.number
    if not 1 <= choice <= len(match.candidates):
        raise NotFound(
            "reconcile.no_candidate",
            f"receipt {number} has {len(match.candidates)} candidates, and number {choice} was "
            "chosen; choose one of them, or assign the receivables by hand",
            receipt=number,
            candidates=len(match.candidates),
        )
    candidate = match.candidates[choice - 1]
    refuse_other_sum(number, candidate, ledger.balance("receipt", number).available_from(on))
    return ledger.settle(*settlement_of(ledger, number, candidate, on=on, by=by))


def assign(
    ledger: ReceivablesLedger,
    receipt: str,
    receivables: Mapping[str, Money | None],
    *,
    on: date,
    by: str,
) -> ReceivablesLedger:
    """Pay these receivables with a receipt, whosever they are: the customer is theirs.

    An amount of ``None`` is all that is open, as far as the receipt goes. What is left stays free.
    Raises what ``record`` raises, and ``Refused`` (``reconcile.exceeds_free``).

    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     *(Receivable(number=f"AR-{n}", customer=f"C-{n}", on=day, due_on=day,
    ...                  amount=Money("50", "CNY")) for n in (1, 2)),
    ...     Receipt(number="R-9", customer="", on=day, amount=Money("80", "CNY"), payer="ACME"))
    >>> after = assign(ledger, "R-9", {"AR-1": None, "AR-2": Money("20", "CNY")}, on=day, by="Li")
    >>> [str(after.open_amount(number)) for number in ("AR-1", "AR-2")]
    ['0.00 CNY', '30.00 CNY']
    >>> str(after.free_amount("R-9"))
    '10.00 CNY'
    """
    free = ledger.balance("receipt", receipt).available_from(on)
    left = free
    shares = []
    for number, asked in receivables.items():
        balance = ledger.balance("receivable", number)
        amount = min(balance.available_from(on), left) if asked is None else asked
        if asked is not None or amount.amount > 0:
            shares.append(Share(receivable=number, customer=balance.customer, amount=amount))
            left = left - amount
    if not shares:
        raise Refused(
            "reconcile.nothing_to_assign",
            f"nothing of receipt {receipt} is free, or nothing is open of "
            f"{', '.join(receivables) or 'what is named'}; name receivables that are open",
            receipt=receipt,
        )
    chosen = Candidate(
        proof="suggestion", shares=tuple(shares), rest_on_account=free - free, score=0
    )
    refuse_other_sum(receipt, chosen, free)
    return ledger.settle(*settlement_of(ledger, receipt, chosen, on=on, by=by))


def take_back(
    ledger: ReceivablesLedger, receipt: str, *, number: str, on: date, reason: str
) -> ReceivablesLedger:
    """Undo all that a receipt settled, and whose it was said to be, last first (反核销).

    So it can be assigned anew. Reversals are numbered number/1, number/2 …. Raises ``Refused``
    (``reconcile.nothing_to_take_back``) and what ``record`` raises.

    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("50", "CNY")),
    ...     Receipt(number="R-9", customer="", on=day, amount=Money("80", "CNY")))
    >>> wrong = assign(ledger, "R-9", {"AR-1": None}, on=day, by="Li")
    >>> again = take_back(wrong, "R-9", number="X-1", on=day, reason="another customer's")
    >>> again.open_items() == ledger.open_items(), str(again.free_amount("R-9"))
    (True, '80.00 CNY')
    """
    receipts = {number_key(receipt)}
    undone: list[Taking] = []
    for fact in ledger.facts:
        if not isinstance(fact, Application | Identification) or not ledger.stands(fact):
            continue
        if any(part.kind == "receipt" and part.key[1] in receipts for part in taken(fact)):
            undone.append(fact)
            if isinstance(fact, Identification):
                receipts.add(number_key(fact.number))
    if not undone:
        raise Refused(
            "reconcile.nothing_to_take_back",
            f"receipt {ledger.receipt(receipt).number} settled nothing that stands; there is "
            "nothing to undo",
            receipt=receipt,
        )
    return ledger.record(
        *(
            Reversal(number=f"{number}/{place}", reverses=fact.number, on=on, reason=reason)
            for place, fact in enumerate(reversed(undone), start=1)
        )
    )
