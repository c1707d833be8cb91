"""How well is collected (回款指标): days sales outstanding, days late, effectiveness.

All of them compare receivables with what was sold on credit, tax included on both sides; fees and
interest of dunning, opening balances and debts that another fact only passed on were not sold. The
formulas are those of the Credit Research Foundation (crfonline.org, National Summary of Domestic
Trade Receivables) and, for the countback, the one described for Nestlé and in use in the UK as the
exhaustion method:

    =========================  ==================================================================
    measure                    formula
    =========================  ==================================================================
    DSO, simple                receivables at the end ÷ sales of the period × days of the period
    DSO, countback             take the sales of the last month off the receivables and count its
                               days, then the month before, and of the month whose sales are more
                               than what is left that part of its days
    best possible DSO          receivables not due yet ÷ sales × days
    average days delinquent    simple DSO − best possible DSO
    collection effectiveness   (receivables before + sales − receivables at the end)
                               ÷ (receivables before + sales − receivables not due yet)
    =========================  ==================================================================

Figures are exact fractions; where they are shown they are rounded, once.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money
from cpq.kernel.ratio import Ratio
from revenue.ageing.collections import spells
from revenue.ageing.history import CHARGES
from revenue.credit_note import CreditNote
from revenue.ledger import Fact, ReceivablesLedger
from revenue.ledger.effect import names_opened
from revenue.receivable import Receivable

_SOLD = ("", "instalment", "delivery")
_DAY = timedelta(days=1)


class CollectionMeasures(Frozen):
    """Receivables before, sold, at the end, and of these not due yet, from ``since`` to ``until``.

    >>> quarter = CollectionMeasures(currency="USD", since=date(2026, 1, 1),
    ...     until=date(2026, 3, 31), before=Money("400", "USD"), sales=Money("900", "USD"),
    ...     after=Money("500", "USD"), current=Money("350", "USD"))
    >>> quarter.dso, quarter.best_possible_dso, quarter.average_days_delinquent
    (Fraction(50, 1), Fraction(35, 1), Fraction(15, 1))
    >>> quarter.collection_effectiveness
    Fraction(16, 19)
    """

    currency: CurrencyCode
    since: date
    until: date
    before: Money
    sales: Money
    after: Money
    current: Money

    @property
    def days(self) -> int:
        """The days of the period, both ends inclusive."""
        return (self.until - self.since).days + 1

    @property
    def dso(self) -> Fraction | None:
        """Days sales outstanding, simple; ``None`` where nothing was sold."""
        return self._in_days(self.after)

    @property
    def best_possible_dso(self) -> Fraction | None:
        """The DSO if nothing were overdue; ``None`` where nothing was sold."""
        return self._in_days(self.current)

    @property
    def average_days_delinquent(self) -> Fraction | None:
        """The days of the DSO that are due to late payment; ``None`` where nothing was sold."""
        return self._in_days(self.after - self.current)

    @property
    def collection_effectiveness(self) -> Fraction | None:
        """What was collected of what could be, 1 for all; ``None`` where nothing could be."""
        could = self.before + self.sales - self.current
        if could.amount <= 0:
            return None
        return (self.before + self.sales - self.after).ratio_to(could)

    def _in_days(self, owed: Money) -> Fraction | None:
        return owed.ratio_to(self.sales) * self.days if self.sales.amount > 0 else None


class Countback(Frozen):
    """DSO by countback: ``days``, and what of the receivables no sale of the ledger explains.

    Where something is ``unexplained`` (an opening balance, sales before the first fact) the days
    are too few by as much; a report should say so.
    """

    currency: CurrencyCode
    as_of: date
    days: Ratio
    unexplained: Money


def collection_measures(
    ledger: ReceivablesLedger, *, currency: str, since: date, until: date
) -> CollectionMeasures:
    """The measures of one currency from a day to a day, both inclusive.

    >>> sold = Receivable(number="AR-1", customer="C-1", on=date(2026, 12, 1),
    ...                   due_on=date(2026, 12, 16), amount=Money("310", "CNY"))
    >>> december = collection_measures(ReceivablesLedger().record(sold), currency="CNY",
    ...                                since=date(2026, 12, 1), until=date(2026, 12, 31))
    >>> december.dso, december.best_possible_dso
    (Fraction(31, 1), Fraction(0, 1))
    """
    return _Book(ledger, currency).measures(since, until)


def credit_sales(ledger: ReceivablesLedger, *, currency: str, since: date, until: date) -> Money:
    """What was sold on credit from a day to a day, less credit notes, tax included.

    >>> credit_sales(ReceivablesLedger(), currency="CNY", since=date(2026, 12, 1),
    ...              until=date(2026, 12, 31))
    Money('0.00', 'CNY')
    """
    return _Book(ledger, currency).sold(since, until)


def countback_dso(ledger: ReceivablesLedger, *, currency: str, as_of: date) -> Countback:
    """Days sales outstanding by countback at the end of a day, by calendar months.

    A day within a month begins with the days of that month so far.

    >>> debts = [Receivable(number=f"AR-{month}", customer="C-1", on=date(2026, month, 9),
    ...     due_on=date(2026, 12, 31), amount=Money(amount, "CNY"))
    ...     for month, amount in ((9, "70"), (10, "80"), (11, "100"))]
    >>> ledger = ReceivablesLedger().record(*debts).write_off("AR-9", number="W-1",
    ...     amount=Money("38", "CNY"), on=date(2026, 11, 9), reason="-", approved_by="Li")
    >>> countback_dso(ledger, currency="CNY", as_of=date(2026, 11, 30)).days
    Fraction(523, 7)
    """
    return _Book(ledger, currency).countback(as_of)


class DsoPoint(Frozen):
    """The DSO at the end of a day: by countback, simple and best possible for its month."""

    on: date
    countback: Ratio
    simple: Ratio | None
    best_possible: Ratio | None


def dso_series(
    ledger: ReceivablesLedger, *, currency: str, since: date, until: date
) -> tuple[DsoPoint, ...]:
    """The DSO at the end of each month from a day to a day, the last at the end of ``until``.

    Raises ``Invalid``: ``collections.no_days``, ``collections.too_many``.

    >>> [str(point.on) for point in dso_series(ReceivablesLedger(), currency="CNY",
    ...     since=date(2026, 11, 1), until=date(2026, 12, 15))]
    ['2026-11-30', '2026-12-15']
    """
    book = _Book(ledger, currency)
    points = []
    for start, end in spells(since, until, "month"):
        month, back = book.measures(start, end), book.countback(end)
        points.append(
            DsoPoint(
                on=end,
                countback=back.days,
                simple=month.dso,
                best_possible=month.best_possible_dso,
            )
        )
    return tuple(points)


class _Book:
    """The debts and sales of a ledger in one currency, read once, asked for many days."""

    def __init__(self, ledger: ReceivablesLedger, currency: str) -> None:
        self.ledger, self.currency = ledger, currency
        self.debts = [
            debt
            for fact in ledger.facts
            for kind, number in names_opened(fact)
            if kind == "receivable"
            for debt in (ledger.receivable(number),)
            if debt.amount.code == currency and debt.origin not in CHARGES
        ]
        self._owed: dict[date, tuple[Money, Money]] = {}
        self.sales: dict[date, int] = {}
        for on, amount in _sales(ledger.facts):
            if amount.code == currency:
                self.sales[on] = self.sales.get(on, 0) + amount.minor

    def sold(self, since: date, until: date) -> Money:
        """What was sold from a day to a day, less what was credited."""
        minor = sum(amount for on, amount in self.sales.items() if since <= on <= until)
        return Money.from_minor(minor, self.currency)

    def owed(self, as_of: date) -> tuple[Money, Money]:
        """What is open at the end of a day, and the part of it that is not overdue."""
        if as_of not in self._owed:
            self._owed[as_of] = self._summed(as_of)
        return self._owed[as_of]

    def _summed(self, as_of: date) -> tuple[Money, Money]:
        whole = current = 0
        for debt in self.debts:
            if debt.on <= as_of:
                left = self.ledger.open_amount(debt.number, as_of=as_of).minor
                whole += left
                current += left if debt.due_on >= as_of else 0
        return Money.from_minor(whole, self.currency), Money.from_minor(current, self.currency)

    def measures(self, since: date, until: date) -> CollectionMeasures:
        before = Money.zero(self.currency)
        if since > date.min:
            before, _ = self.owed(since - _DAY)
        after, current = self.owed(until)
        return CollectionMeasures(
            currency=self.currency,
            since=since,
            until=until,
            before=before,
            sales=self.sold(since, until),
            after=after,
            current=current,
        )

    def countback(self, as_of: date) -> Countback:
        left, _ = self.owed(as_of)
        first = min((on for on in self.sales if on <= as_of), default=as_of).replace(day=1)
        days = Fraction(0)
        for start, end in reversed(spells(first, as_of, "month")):
            if left.amount <= 0:
                break
            sold = self.sold(start, end)
            length = (end - start).days + 1
            if sold > left:
                days += left.ratio_to(sold) * length
                left = Money.zero(self.currency)
            else:
                days += length
                left = left - sold
        return Countback(currency=self.currency, as_of=as_of, days=days, unexplained=left)


def _sales(facts: Iterable[Fact]) -> Iterator[tuple[date, Money]]:
    """What was sold on credit, and below 0 what was credited, each on its day."""
    for fact in facts:
        if isinstance(fact, Receivable) and fact.origin in _SOLD:
            yield fact.on, fact.amount
        elif isinstance(fact, CreditNote):
            yield fact.on, -fact.amount
