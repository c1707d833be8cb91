"""Money before goods: advances, deposits, and how much of them a delivery uses up (预付款、定金).

==================  ====================================================  =============
figure              reckoned from                                         rounded
==================  ====================================================  =============
usable of an        delivered value × percent, at most what is left;      down
advance             of the final invoice, all that is left, at most its
                    own amount
net of a deposit    invoice − deposit recalled, at most what was paid     –
advance and rest    order × percent, and the rest of the order            largest
                                                                          remainder
==================  ====================================================  =============
"""

from datetime import date
from fractions import Fraction
from typing import Literal

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, Rounding, exact, money_total, plain
from cpq.kernel.text import number_key
from revenue.contract import Contract
from revenue.ledger import ReceivablesLedger
from revenue.receipt import Identification, Receipt
from revenue.receivable import Receivable


def usable_prepayment(
    delivered: Money, *, percent: object, left: Money, final: bool = False
) -> Money:
    """How much of an advance pays an invoice of ``delivered`` value.

    ``percent`` of the value, at most what is ``left`` of the advance; of the ``final`` invoice all
    that is left, at most its value. Rounded down, so that the share is never exceeded. Raises
    ``Invalid``: ``prepayment.bad_percent``, ``prepayment.negative``.

    >>> left = Money("11053.92", "CNY")
    >>> usable_prepayment(Money("100000", "CNY"), percent=30, left=left)
    Money('11053.92', 'CNY')
    >>> usable_prepayment(Money("50000", "CNY"), percent=30, left=left, final=True)
    Money('11053.92', 'CNY')
    """
    _refuse_negative(delivered=delivered, left=left)
    if final:
        return min(left, delivered)
    return min(left, delivered.share(_part(percent), Rounding.DOWN))


def recall_deposit(invoice: Money, *, deposit: Money, recall: Money) -> Money:
    """What is left to pay of an invoice that recalls so much of a deposit (定金抵作价款).

    ``deposit`` is what of it was paid and not recalled yet. Raises ``Refused``:
    ``prepayment.exceeds_deposit``, ``prepayment.exceeds_invoice``; ``Invalid``
    (``prepayment.negative``).

    >>> final, paid = Money("500", "CNY"), Money("100", "CNY")
    >>> recall_deposit(final, deposit=paid, recall=paid)
    Money('400', 'CNY')
    """
    _refuse_negative(invoice=invoice, deposit=deposit, recall=recall)
    if recall > deposit:
        raise Refused(
            "prepayment.exceeds_deposit",
            f"{recall} are to be recalled, but {deposit} of the deposit are there; recall at most "
            "that",
            asked=recall,
            available=deposit,
        )
    if recall > invoice:
        raise Refused(
            "prepayment.exceeds_invoice",
            f"{recall} are to be recalled on an invoice of {invoice}; recall at most that and "
            "leave the rest for the next one, or pay it back",
            asked=recall,
            available=invoice,
        )
    return invoice - recall


def advance_invoices(
    order: Money,
    *,
    percent: object,
    cancelled: Literal["ignore", "recreate"] | None = None,
) -> tuple[Money, ...]:
    """What an order is billed in all: the advance, then the rest; an advance of 0 makes no bill.

    Once the advance was ``cancelled``, a person says what becomes of it: ignored, so that all of
    the order is in the final invoice, or recreated. Raises ``Invalid``: ``prepayment.bad_percent``,
    ``prepayment.negative``.

    >>> order = Money("100", "CNY")
    >>> advance_invoices(order, percent=10)
    (Money('10.00', 'CNY'), Money('90.00', 'CNY'))
    >>> advance_invoices(order, percent=10, cancelled="ignore")
    (Money('100.00', 'CNY'),)
    """
    _refuse_negative(order=order)
    share = _part(percent)
    weights = [share, 1 - share] if cancelled != "ignore" else [Fraction(0), Fraction(1)]
    return tuple(part for part in order.split(weights) if part.amount)


def unpaid_advance(
    ledger: ReceivablesLedger, contract: Contract, *, as_of: date, percent: object = 0
) -> Money:
    """What is missing of the money that must be there before goods leave, in its own currency.

    Needed is what the plan asks for at signing, and at least ``percent`` of the contract. There is
    what was settled of the contract's receivables, and what is free of receipts that are directed
    to it; money on account that is directed to nothing does not count until it is applied.
    Raises ``Invalid`` (``prepayment.bad_percent``).
    """
    zero = Money.zero(contract.currency)
    planned = money_total(
        (each.amount for each in contract.instalments if each.event == "signing"),
        contract.currency,
    )
    needed = max(planned, contract.gross.share(_part(percent), Rounding.UP))
    return max(needed - _paid_in(ledger, contract, as_of), zero)


def _paid_in(ledger: ReceivablesLedger, contract: Contract, as_of: date) -> Money:
    key, amounts = number_key(contract.number), []
    for fact in ledger.facts_until(as_of):
        if not isinstance(fact, Receivable | Receipt | Identification):
            continue
        if number_key(fact.contract) != key or fact.amount.code != contract.currency:
            continue
        if isinstance(fact, Receivable):
            amounts.append(fact.amount - ledger.open_amount(fact.number, as_of=as_of))
        else:
            amounts.append(ledger.free_amount(fact.number, as_of=as_of))
    return money_total(amounts, contract.currency)


def _part(percent: object) -> Fraction:
    found = exact(percent)
    if not 0 <= found <= 100:
        raise Invalid(
            "prepayment.bad_percent",
            f"a share paid in advance is 0 to 100 %; found {plain(found)} %",
            percent=found,
        )
    return Fraction(found) / 100


def _refuse_negative(**amounts: Money) -> None:
    for name, amount in amounts.items():
        if amount.amount < 0:
            raise Invalid(
                "prepayment.negative", f"{name} is 0 or more; found {amount}", amount=amount
            )
