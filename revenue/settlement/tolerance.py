"""Settling in full what was paid almost in full (尾差核销): only within every tolerance."""

from datetime import date

from cpq.kernel.errors import Refused
from revenue.ledger import ReceivablesLedger
from revenue.matching.policy import STRICT, MatchPolicy
from revenue.settlement.difference import make_difference
from revenue.settlement.instruction import Instruction
from revenue.settlement.settle import settle


def settle_within(
    ledger: ReceivablesLedger,
    receipt: str,
    receivable: str,
    *,
    number: str,
    on: date,
    policy: MatchPolicy = STRICT,
    by: str = "",
) -> ReceivablesLedger:
    """Settle a receivable with a receipt, and charge off what is missing within the tolerances.

    Of ``policy`` only the tolerances of employee and customer count: both must allow what is
    missing, by amount and by percentage of the receivable; blank means none, ``"none"`` no limit.
    Only what is missing is looked at: what is paid too much stays on account. Raises ``Refused``
    (``settlement.beyond_tolerance``) and what ``settle`` raises.

    >>> from cpq.kernel.money import Money
    >>> from revenue.matching.policy import ToleranceGroup
    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("1000", "EUR")),
    ...     Receipt(number="R-1", customer="C-1", on=day, amount=Money("990", "EUR")))
    >>> percent = ToleranceGroup(amount="none", percent="1")
    >>> rules = MatchPolicy(employee=percent, customer=percent)
    >>> settle_within(ledger, "R-1", "AR-1", number="A-1", on=day, policy=rules).open_items()
    ()
    """
    balance = ledger.balance("receivable", receivable)
    open_amount = balance.available_from(on)
    free = ledger.balance("receipt", receipt).available_from(on)
    if free.code != open_amount.code or free >= open_amount:
        return settle(ledger, [receipt], [receivable], number=number, on=on, by=by)
    short = open_amount - free
    debt = ledger.receivable(receivable)
    if not policy.tolerates(short, of=debt.amount, customer=debt.customer):
        raise Refused(
            "settlement.beyond_tolerance",
            f"receipt {receipt} is {short} less than the {open_amount} open of receivable "
            f"{receivable}, and the tolerances do not both allow that; apply it in part, or give "
            "the difference a reason",
            receipt=receipt,
            receivable=receivable,
            short=short,
        )
    missing = make_difference(ledger, receivable, "short_pay", short)
    item = Instruction(receivable=receivable, differences=(missing,))
    return settle(ledger, [receipt], [item], number=number, on=on, by=by, proof="tolerance")
