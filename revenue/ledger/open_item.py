"""Open items and the ageing of what is open (未清项、账龄分析).

Ageing counts days after the due date. With the edges 0, 30, 60, 90 there are five buckets: not
due yet (the due day itself is in time), 1 to 30 days overdue, 31 to 60, 61 to 90, more than 90.
The buckets of a row add up to what the customer has open in that currency on that day.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Money, money_total
from cpq.kernel.text import Code, Line, number_key
from revenue.credit_note import CreditNote
from revenue.receipt import Receipt
from revenue.receivable import Receivable


class OpenItem(Frozen):
    """A receivable of which ``open`` is left (未清项).

    ``days_overdue`` counts from the due date to the day that was asked about, 0 while it is not
    due; it is ``None`` where no day was asked about. ``booked`` is what is left of its value in the
    book currency, where it is in another one.
    """

    receivable: Receivable
    open: Money
    days_overdue: int | None = None
    booked: Money | None = added(None)

    @property
    def disputed(self) -> bool:
        """Whether it is what a customer disputes of a receivable."""
        return self.receivable.origin == "dispute"


class Credit(Frozen):
    """A receipt or a credit note of which ``free`` is left to apply or to pay back."""

    document: Receipt | CreditNote
    free: Money


def days_overdue(due_on: date, as_of: date) -> int:
    """Days from the due date to a day; 0 up to and on the due date.

    >>> due = date(2026, 12, 5)
    >>> days_overdue(due, date(2026, 12, 8)), days_overdue(due, due)
    (3, 0)
    """
    return max((as_of - due_on).days, 0)


class AgeingRow(Frozen):
    """What one customer has open in one currency, by bucket."""

    customer: Code
    currency: CurrencyCode
    amounts: tuple[Money, ...]

    @property
    def total(self) -> Money:
        """Σ buckets: all that is open."""
        return money_total(self.amounts, self.currency)


class Ageing(Frozen):
    """The ageing of open items at the end of a day: a row per customer and currency."""

    as_of: date
    buckets: tuple[Line, ...]
    rows: tuple[AgeingRow, ...]

    def totals(self, currency: str) -> tuple[Money, ...]:
        """Each bucket over all customers, in one currency."""
        own = [row for row in self.rows if row.currency == currency]
        return tuple(
            money_total((row.amounts[place] for row in own), currency)
            for place in range(len(self.buckets))
        )


def bucket_names(edges: Sequence[int]) -> tuple[str, ...]:
    """The buckets in words. Raises ``Invalid`` (``ageing.buckets_invalid``).

    >>> bucket_names((0, 30, 60))
    ('0', '1-30', '31-60', '61+')
    """
    ascending = all(first < second for first, second in pairwise(edges))
    if not edges or edges[0] < 0 or not ascending:
        raise Invalid(
            "ageing.buckets_invalid",
            f"buckets are days overdue, 0 or more, each larger than the one before; "
            f"found {tuple(edges)}",
        )
    first = "0" if edges[0] == 0 else f"0-{edges[0]}"
    inner = [f"{low + 1}-{high}" for low, high in pairwise(edges)]
    return first, *inner, f"{edges[-1] + 1}+"


def age(items: Iterable[OpenItem], *, as_of: date, buckets: Sequence[int]) -> Ageing:
    """Sort open items into buckets of days overdue; rows by customer, then currency."""
    names = bucket_names(buckets)
    table: dict[tuple[str, str], list[Money]] = {}
    spelt: dict[str, str] = {}
    for item in items:
        currency = item.open.code
        customer = item.receivable.customer
        key = number_key(customer)
        spelt[key] = min(customer, spelt.get(key, customer))
        row = table.setdefault((key, currency), [Money.zero(currency)] * len(names))
        days = days_overdue(item.receivable.due_on, as_of)
        place = sum(days > edge for edge in buckets)
        row[place] = row[place] + item.open
    return Ageing(
        as_of=as_of,
        buckets=names,
        rows=tuple(
            AgeingRow(customer=spelt[key], currency=currency, amounts=tuple(amounts))
            for (key, currency), amounts in sorted(table.items())
        ),
    )
