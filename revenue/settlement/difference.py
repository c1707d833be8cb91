"""What is settled without money, and the tax inside it (差额与税额).

A settlement discount lowers the price, so the tax in it is corrected (595 with 95 of VAT less a
discount of 100: 15.97). A bank's fee is a cost and corrects none. Which reasons correct tax is a
policy; ours is the discount alone.
"""

from collections.abc import Collection
from datetime import date, timedelta
from fractions import Fraction

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, Difference, DifferenceReason
from revenue.invoice import Invoice
from revenue.ledger import ReceivablesLedger
from revenue.ledger.effect import differences
from revenue.receivable import Receivable

CORRECT_TAX: frozenset[DifferenceReason] = frozenset({"discount"})
"""The reasons that correct tax unless a house says otherwise."""


def tax_inside(ledger: ReceivablesLedger, receivable: str, amount: Money) -> Money | None:
    """The output VAT inside ``amount`` of a receivable, rounded half up; ``None`` if unknown.

    By the tax on the receivable, else by its invoice's, where the ledger holds that.
    """
    debt = ledger.receivable(receivable)
    if debt.tax is not None:
        return amount.share(debt.tax.ratio_to(debt.amount))
    key = number_key(debt.source)
    for fact in ledger.facts:
        if debt.source and isinstance(fact, Invoice) and number_key(fact.number) == key:
            return amount.share(fact.tax.ratio_to(fact.gross))
    return None


def make_difference(
    ledger: ReceivablesLedger,
    receivable: str,
    reason: DifferenceReason,
    amount: Money,
    *,
    corrects_tax: Collection[DifferenceReason] = CORRECT_TAX,
    residual: str = "",
    due_on: date | None = None,
    note: str = "",
) -> Difference:
    """A difference of a receivable with the tax inside it, where its reason corrects tax.

    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=day,
    ...                amount=Money("595", "EUR"), tax=Money("95", "EUR")))
    >>> make_difference(ledger, "AR-1", "discount", Money("100", "EUR")).tax
    Money('15.97', 'EUR')
    """
    tax = tax_inside(ledger, receivable, amount) if reason in corrects_tax else None
    return Difference(
        reason=reason, amount=amount, tax=tax, residual=residual, due_on=due_on, note=note
    )


def early_discount(
    ledger: ReceivablesLedger,
    receivable: str,
    *,
    on: date,
    grace_days: int = 0,
    paid: Money | None = None,
) -> Money:
    """The discount for paying on a day: that of the first term whose last day, and the days of
    grace after it, are not over; nothing once a discount was taken of the receivable.

    Of the whole amount, rounded half up; with ``paid`` only the share of the part that is paid.

    >>> from revenue.receivable import EarlyDiscount
    >>> day = date(2003, 1, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=day, due_on=date(2003, 1, 31),
    ...                amount=Money("2000", "USD"),
    ...                discounts=(EarlyDiscount(percent="10", until=date(2003, 1, 11)),)))
    >>> early_discount(ledger, "AR-1", on=date(2003, 1, 14), grace_days=5)
    Money('200.00', 'USD')
    """
    debt = ledger.receivable(receivable)
    zero = Money.zero(debt.amount.code)
    if _taken_before(ledger, debt):
        return zero
    for term in debt.discounts:
        if on <= term.until + timedelta(days=grace_days):
            whole = debt.amount.share(Fraction(term.percent) / 100)
            if paid is None:
                return whole
            share = min(paid.ratio_to(debt.amount - whole), Fraction(1))
            return whole.share(share)
    return zero


def _taken_before(ledger: ReceivablesLedger, debt: Receivable) -> bool:
    key = number_key(debt.number)
    return any(
        each.reason == "discount"
        for fact in ledger.facts
        if isinstance(fact, Application | Adjustment) and ledger.stands(fact)
        if key == number_key(fact.receivable if isinstance(fact, Application) else fact.document)
        for each in differences(fact)
    )
