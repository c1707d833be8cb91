"""How a customer has paid so far, read from the ledger (付款记录).

What the seller's own books say of a customer beats what others say: how late it paid, how long it
has bought, for how much a month. All of it is a fold over facts and is never recorded, so it needs
no keeping up to date.
"""

from datetime import date, timedelta
from fractions import Fraction

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Code, number_key
from revenue.application import Application, Reversal
from revenue.ledger import ReceivablesLedger
from revenue.receivable import Receivable
from revenue.risk.conversion import Rates, converted
from revenue.risk_record import RiskRecord
from revenue.writeoff import WriteOff

_YEAR_DAYS = 365
_MONTHS = 12
_NO_SALE = ("opening", "dunning_fee", "interest")


class PaymentRecord(Frozen):
    """What a customer bought and how it paid in the ``days`` up to a day, that day included.

    ``sales`` is what fell to it as receivables, in one currency; ``late`` counts receivables paid
    or still unpaid after they were due, ``days_late`` is the worst of them. ``first_on`` is the day
    of its first receivable ever, ``settled`` says whether it ever paid one in full.
    """

    customer: Code
    as_of: date
    days: int
    sales: Money
    late: int
    days_late: int
    first_on: date | None
    settled: bool

    @property
    def monthly_sales(self) -> Fraction:
        """``sales`` over the months of the span, exactly, in major units; a year has twelve."""
        return Fraction(self.sales.amount) * _YEAR_DAYS / (_MONTHS * self.days)

    @property
    def ceilings(self) -> tuple[str, ...]:
        """The circumstances of the standard scorecard that follow: a first deal, less than a year.

        It is a first deal until one receivable was paid in full.
        """
        if not self.settled or self.first_on is None:
            return ("first_deal",)
        return ("under_a_year",) if (self.as_of - self.first_on).days < _YEAR_DAYS else ()


def payment_record(
    ledger: ReceivablesLedger,
    customer: str,
    *,
    as_of: date,
    currency: str,
    rates: Rates | None = None,
    days: int = _YEAR_DAYS,
) -> PaymentRecord:
    """How a customer paid, as of the end of a day; ``days`` is how far to look back.

    What was paid late counts by the day on which it was settled, what is open by the day asked
    about. Raises ``Invalid`` (``credit.no_rate``).

    >>> day = date(2026, 1, 1)
    >>> ledger = ReceivablesLedger().record(Receivable(number="AR-1", customer="C-1", on=day,
    ...     due_on=date(2026, 1, 31), amount=Money("1200.00", "CNY")))
    >>> found = payment_record(ledger, "C-1", as_of=date(2026, 2, 10), currency="CNY")
    >>> found.late, found.days_late, found.monthly_sales, found.ceilings
    (1, 10, Fraction(100, 1), ('first_deal',))
    """
    every = [fact for fact in ledger.facts_until(as_of) if _is_of(fact, customer)]
    owed = [fact for fact in every if isinstance(fact, Receivable)]
    since = as_of - timedelta(days=days - 1) if (as_of - date.min).days >= days else date.min
    ends = _settled_on(ledger, as_of)
    late = [
        (min(ends.get(number_key(debt.number), as_of), as_of) - debt.due_on).days
        for debt in owed
        if ends.get(number_key(debt.number), as_of) >= since
    ]
    sums = [
        converted(debt.amount, currency, rates=rates or {}, what=f"receivable {debt.number}")
        for debt in owed
        if debt.on >= since and debt.origin not in _NO_SALE
    ]
    return PaymentRecord(
        customer=customer,
        as_of=as_of,
        days=days,
        sales=money_total(sums, currency),
        late=sum(each > 0 for each in late),
        days_late=max([0, *late]),
        first_on=min((debt.on for debt in owed), default=None),
        settled=any(number_key(debt.number) in ends for debt in owed),
    )


def overdue_record(record: PaymentRecord) -> RiskRecord | None:
    """The payment record as a risk record of the type ``overdue_history``; ``None`` if never late.

    It is reckoned and not recorded; it stands in for the day it was asked about only.

    >>> record = PaymentRecord(customer="C-1", as_of=date(2026, 2, 10), days=365, late=1,
    ...     sales=Money("1200.00", "CNY"), days_late=10, first_on=date(2026, 1, 1), settled=False)
    >>> overdue_record(record).days
    10
    """
    if not record.days_late:
        return None
    return RiskRecord(
        number="payment-record",
        customer=record.customer,
        type="overdue_history",
        on=record.as_of,
        expires_on=record.as_of,
        source="ledger",
        days=record.days_late,
        note=f"late {record.late} times in {record.days} days, at worst {record.days_late} days",
    )


def _is_of(fact: object, customer: str) -> bool:
    return isinstance(fact, Receivable) and number_key(fact.customer) == number_key(customer)


def _settled_on(ledger: ReceivablesLedger, as_of: date) -> dict[str, date]:
    """The day on which each receivable that is paid in full was paid, by its key.

    What was written off was never paid: it is as late as the day asked about.
    """
    facts = tuple(ledger.facts_until(as_of))
    undone = {number_key(fact.reverses) for fact in facts if isinstance(fact, Reversal)}
    standing = [
        fact
        for fact in facts
        if isinstance(fact, Application | WriteOff) and number_key(fact.number) not in undone
    ]
    last: dict[str, date] = {}
    for fact in standing:
        key = number_key(fact.receivable)
        last[key] = max(last.get(key, fact.on), fact.on)
    given_up = {number_key(fact.receivable) for fact in standing if isinstance(fact, WriteOff)}
    return {
        key: day
        for key, day in last.items()
        if key not in given_up and not ledger.open_amount(key, as_of=as_of).amount
    }
