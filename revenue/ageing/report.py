"""The ageing report (账龄分析表): what is open by days overdue, and what stands beside it.

Every instalment is a receivable of its own and ages by its own due date. What a customer disputes
is shown apart, because no bucket says when it will be paid; so is what was paid on account, which
makes no debt younger until it is applied. Receipts whose payer nobody knows age from the day on
which they came in. A report is by customer, contract or segment, in the currencies of the debts or,
as far as they were booked, in that of the books.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.text import Line, number_key
from revenue.ledger import ReceivablesLedger
from revenue.ledger.open_item import bucket_names, days_overdue

Grouping = Literal["customer", "contract", "segment"]
"""What the rows of a report are for."""

_BUCKETS = (0, 30, 60, 90)
_NO_SEGMENTS: Mapping[str, str] = {}


class AgedRow(Frozen):
    """What is open in one currency of one group, by bucket; what is disputed is in no bucket.

    >>> row = AgedRow(group="C-1", currency="CNY", amounts=[Money("100", "CNY")],
    ...               disputed=Money("5", "CNY"), on_account=Money("30", "CNY"))
    >>> row.open, row.net
    (Money('105.00', 'CNY'), Money('75.00', 'CNY'))
    """

    group: Line
    currency: CurrencyCode
    amounts: tuple[Money, ...]
    disputed: Money
    on_account: Money

    @property
    def open(self) -> Money:
        """Σ buckets and what is disputed: all that is open."""
        return money_total(self.amounts, self.currency) + self.disputed

    @property
    def net(self) -> Money:
        """What is open less what is on account; below 0 where more was paid than is owed."""
        return self.open - self.on_account


class AgeingReport(Frozen):
    """The ageing at the end of a day, a row for each group and currency.

    ``unidentified`` are receipts of unknown payers by days since they came in, ``unbooked`` what is
    open in other currencies and has no value in that of the books, where the report is in that.
    """

    as_of: date
    by: Grouping
    buckets: tuple[Line, ...]
    rows: tuple[AgedRow, ...]
    unidentified: tuple[AgedRow, ...] = ()
    unbooked: tuple[Money, ...] = ()

    def totals(self, currency: str) -> AgedRow:
        """All rows of a currency as one."""
        rows = [row for row in self.rows if row.currency == currency]
        return AgedRow(
            group="",
            currency=currency,
            amounts=tuple(
                money_total((row.amounts[place] for row in rows), currency)
                for place in range(len(self.buckets))
            ),
            disputed=money_total((row.disputed for row in rows), currency),
            on_account=money_total((row.on_account for row in rows), currency),
        )


class _Cells(NamedTuple):
    """Where a report is added up: minor units by group and currency, then by column."""

    sums: defaultdict[tuple[str, str], defaultdict[int, int]]
    columns: int

    def add(self, group: str, column: int, amount: Money) -> None:
        if amount.amount:
            self.sums[group, amount.code][column] += amount.minor

    def rows(self) -> tuple[AgedRow, ...]:
        return tuple(
            AgedRow(
                group=group,
                currency=code,
                amounts=tuple(
                    Money.from_minor(self.sums[group, code][place], code)
                    for place in range(self.columns)
                ),
                disputed=Money.from_minor(self.sums[group, code][_DISPUTED], code),
                on_account=Money.from_minor(self.sums[group, code][_ON_ACCOUNT], code),
            )
            for group, code in sorted(self.sums)
        )


_DISPUTED, _ON_ACCOUNT = -1, -2


def _cells(columns: int) -> _Cells:
    return _Cells(defaultdict(lambda: defaultdict(int)), columns)


def ageing_report(
    ledger: ReceivablesLedger,
    *,
    as_of: date,
    buckets: Sequence[int] = _BUCKETS,
    by: Grouping = "customer",
    segments: Mapping[str, str] = _NO_SEGMENTS,
    book: str | None = None,
) -> AgeingReport:
    """What is open at the end of a day; ``buckets`` are the last days of all but the last bucket.

    ``segments`` are customers' codes to their segments, for ``by="segment"``. With ``book``, the
    code of the book currency, every amount is in it, as the ledger carries it. Raises ``Invalid``
    (``ageing.buckets_invalid``).

    >>> from revenue.receipt import Receipt
    >>> from revenue.receivable import Receivable
    >>> day = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", contract="HT-1", on=day, due_on=day,
    ...                amount=Money("300.00", "CNY")),
    ...     Receipt(number="R-1", customer="", on=day, amount=Money("80.00", "CNY")))
    >>> report = ageing_report(ledger, as_of=date(2026, 12, 8), by="contract")
    >>> report.rows[0].group, report.rows[0].amounts[1], report.unidentified[0].open
    ('HT-1', Money('300.00', 'CNY'), Money('80.00', 'CNY'))
    """
    names = bucket_names(buckets)
    of = {number_key(customer): segment for customer, segment in segments.items()}
    cells, strangers = _cells(len(names)), _cells(len(names))
    unbooked: dict[str, Money] = {}
    for item in ledger.open_items(as_of=as_of):
        debt = item.receivable
        value = _value(item.open, item.booked, book)
        if value is None:
            code = item.open.code
            unbooked[code] = unbooked.get(code, Money.zero(code)) + item.open
            continue
        column = _place(days_overdue(debt.due_on, as_of), buckets)
        group = _group(by, customer=debt.customer, contract=debt.contract, segments=of)
        cells.add(group, _DISPUTED if debt.origin == "dispute" else column, value)
    for credit in ledger.credits(as_of=as_of):
        paid = credit.document
        booked = ledger.book_value(paid.kind, paid.number, as_of=as_of)
        value = _value(credit.free, booked, book)
        if value is None:
            continue
        if paid.customer:
            group = _group(by, customer=paid.customer, contract=paid.contract, segments=of)
            cells.add(group, _ON_ACCOUNT, value)
        else:
            strangers.add("", _place((as_of - paid.on).days, buckets), value)
    return AgeingReport(
        as_of=as_of,
        by=by,
        buckets=names,
        rows=cells.rows(),
        unidentified=strangers.rows(),
        unbooked=tuple(unbooked[code] for code in sorted(unbooked)),
    )


def _value(own: Money, booked: Money | None, book: str | None) -> Money | None:
    """The amount in the currency of the report; ``None`` where it was not booked in it."""
    if book is None or own.code == book:
        return own
    return booked if booked is not None and booked.code == book else None


def _place(days: int, buckets: Sequence[int]) -> int:
    return sum(days > edge for edge in buckets)


def _group(by: Grouping, *, customer: str, contract: str, segments: Mapping[str, str]) -> str:
    if by == "customer":
        return customer
    return contract if by == "contract" else segments.get(number_key(customer), "")
