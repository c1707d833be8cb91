"""How a customer pays (付款行为): days to pay, days late, what is overdue, from its own history.

Averages are weighted by amount, so that one large invoice paid late counts for more than ten small
ones paid in time. The day of a payment is that on which the money came in. What was settled
without money, by a credit note, a discount or a netting, says nothing about how somebody pays; nor
do fees and interest.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.ratio import Ratio
from cpq.kernel.text import Code, number_key
from revenue.ageing.history import CHARGES, Payment, ReceivableHistory
from revenue.ledger import OpenItem, ReceivablesLedger
from revenue.ledger.open_item import days_overdue
from revenue.receivable import Receivable


class PaymentDays(Frozen):
    """How a customer paid in one currency, and what is overdue in it.

    ``payments`` are applications of receipts; ``paid`` is their sum, ``paid_late`` the part of it
    that came after its due date. ``days_to_pay`` counts from the debt's day (0 for what was paid
    before), ``days_late`` from the due date and is below 0 where customers pay early; both are
    averages by amount and ``None`` without payments. ``overdue`` is open and late on the day,
    ``overdue_days`` the age of the oldest of it.
    """

    currency: CurrencyCode
    payments: int
    late_payments: int
    paid: Money
    paid_late: Money
    days_to_pay: Ratio | None
    days_late: Ratio | None
    days_late_max: int
    overdue: Money
    overdue_days: int

    @property
    def late_share(self) -> Fraction:
        """The part of what was paid that came late, 0 to 1; 0 without payments."""
        return self.paid_late.ratio_to(self.paid) if self.paid.amount else Fraction(0)


class PaymentBehaviour(Frozen):
    """A customer's payments from ``since`` to ``as_of``, both inclusive, by currency."""

    customer: Code
    since: date
    as_of: date
    currencies: tuple[PaymentDays, ...]

    @property
    def payments(self) -> int:
        """How many payments there were, in all currencies."""
        return sum(each.payments for each in self.currencies)

    @property
    def late_payments(self) -> int:
        """How many of them came after the due date."""
        return sum(each.late_payments for each in self.currencies)

    @property
    def days_late_max(self) -> int:
        """The most days by which one was late, what is overdue now included; 0 for never."""
        return max(
            (max(each.days_late_max, each.overdue_days) for each in self.currencies), default=0
        )


class _Paid(NamedTuple):
    amount: Money
    to_pay: int
    late: int


def payment_behaviour(
    ledger: ReceivablesLedger, customer: str, *, since: date, as_of: date
) -> PaymentBehaviour:
    """How a customer paid from a day to a day, both inclusive, as known at the end of the last.

    >>> from revenue.receipt import Receipt
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=date(2026, 11, 1),
    ...                due_on=date(2026, 12, 1), amount=Money("300.00", "CNY")),
    ...     Receipt(number="R-1", customer="C-1", on=date(2026, 12, 5),
    ...             amount=Money("300.00", "CNY"))
    ... ).apply("R-1", to="AR-1", number="A-1", on=date(2026, 12, 9))
    >>> paid = payment_behaviour(ledger, "C-1", since=date(2026, 1, 1), as_of=date(2026, 12, 31))
    >>> paid.currencies[0].days_to_pay, paid.currencies[0].days_late
    (Fraction(34, 1), Fraction(4, 1))
    """
    key = number_key(customer)
    found = _behaviours(ledger, customer, since=since, as_of=as_of).get(key)
    return found or PaymentBehaviour(customer=customer, since=since, as_of=as_of, currencies=())


def payment_behaviours(
    ledger: ReceivablesLedger, *, since: date, as_of: date
) -> tuple[PaymentBehaviour, ...]:
    """How every customer paid that paid something or is overdue, by customer; read once.

    >>> payment_behaviours(ReceivablesLedger(), since=date(2026, 1, 1), as_of=date(2026, 12, 31))
    ()
    """
    found = _behaviours(ledger, None, since=since, as_of=as_of)
    return tuple(found[key] for key in sorted(found))


def _behaviours(
    ledger: ReceivablesLedger, customer: str | None, *, since: date, as_of: date
) -> dict[str, PaymentBehaviour]:
    """The behaviour of one customer, or of all, by the key of its code."""
    wanted = None if customer is None else number_key(customer)
    names: dict[str, str] = {}
    paid: defaultdict[tuple[str, str], list[_Paid]] = defaultdict(list)
    late: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for debt, each in _payments(ReceivableHistory(ledger, as_of), since=since):
        key = number_key(debt.customer)
        if wanted in (None, key):
            names.setdefault(key, debt.customer)
            days, days_late = (each.paid_on - debt.on).days, (each.paid_on - debt.due_on).days
            paid[key, each.amount.code].append(_Paid(each.amount, max(days, 0), days_late))
    for item in ledger.open_items(customer, as_of=as_of):
        if item.receivable.due_on < as_of and item.receivable.origin not in CHARGES:
            key = number_key(item.receivable.customer)
            names.setdefault(key, item.receivable.customer)
            late[key, item.open.code].append(item)
    found: defaultdict[str, list[PaymentDays]] = defaultdict(list)
    for key, code in sorted({*paid, *late}):
        found[key].append(
            _days(code, paid.get((key, code), []), late.get((key, code), []), as_of=as_of)
        )
    return {
        key: PaymentBehaviour(
            customer=customer or names[key], since=since, as_of=as_of, currencies=tuple(days)
        )
        for key, days in found.items()
    }


def _payments(history: ReceivableHistory, *, since: date) -> Iterator[tuple[Receivable, Payment]]:
    """Every payment by a receipt from a day on, with the receivable that it paid."""
    for number in history.paid():
        debt = history.ledger.receivable(number)
        if debt.origin not in CHARGES:
            for each in history.payments_of(number):
                if each.means == "receipt" and each.paid_on >= since:
                    yield debt, each


def _days(currency: str, paid: list[_Paid], overdue: list[OpenItem], *, as_of: date) -> PaymentDays:
    late = [each for each in paid if each.late > 0]
    return PaymentDays(
        currency=currency,
        payments=len(paid),
        late_payments=len(late),
        paid=money_total((each.amount for each in paid), currency),
        paid_late=money_total((each.amount for each in late), currency),
        days_to_pay=_average((each.amount, each.to_pay) for each in paid),
        days_late=_average((each.amount, each.late) for each in paid),
        days_late_max=max((each.late for each in late), default=0),
        overdue=money_total((item.open for item in overdue), currency),
        overdue_days=max(
            (days_overdue(item.receivable.due_on, as_of) for item in overdue), default=0
        ),
    )


def _average(days: Iterable[tuple[Money, int]]) -> Fraction | None:
    weighed = list(days)
    weight = sum((Fraction(amount.amount) for amount, _ in weighed), Fraction(0))
    if not weight:
        return None
    return sum((Fraction(amount.amount) * each for amount, each in weighed), Fraction(0)) / weight
