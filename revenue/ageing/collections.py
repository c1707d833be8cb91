"""What came in, week by week or month by month (回款统计), beside what fell due in that time.

What came in are receipts, also of unknown payers; what the bank took back or was paid back is
counted on its own day. Settlements without money are no collections: a credit note, a rebate that
was offset, a netting.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from cpq.kernel.errors import Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.ageing.history import CHARGES
from revenue.application import Reversal
from revenue.ledger import Fact, ReceivablesLedger
from revenue.receipt import Receipt, Refund
from revenue.receivable import Receivable

Spell = Literal["week", "month"]
"""A calendar month, or a week from Monday to Sunday (ISO 8601)."""

_SPELLS_MAX = 1200


class CollectionSpell(Frozen):
    """From ``start`` to ``end``, both inclusive: ``received`` came in, ``returned`` went back,
    ``fell_due`` was to be paid, counted with its whole amount.

    >>> spell = CollectionSpell(start=date(2026, 12, 1), end=date(2026, 12, 31),
    ...     received=Money("90", "CNY"), returned=Money("10", "CNY"), fell_due=Money("100", "CNY"))
    >>> spell.net
    Money('80', 'CNY')
    """

    start: date
    end: date
    received: Money
    returned: Money
    fell_due: Money

    @property
    def net(self) -> Money:
        """What came in less what went back."""
        return self.received - self.returned


def spells(since: date, until: date, by: Spell) -> tuple[tuple[date, date], ...]:
    """The weeks or months that a stretch of days consists of, cut to it, both ends inclusive.

    Raises ``Invalid``: ``collections.no_days`` where ``until`` lies before ``since``,
    ``collections.too_many`` for more than 1,200 of them.

    >>> [(str(start), str(end)) for start, end in
    ...  spells(date(2026, 11, 28), date(2026, 12, 3), "month")]
    [('2026-11-28', '2026-11-30'), ('2026-12-01', '2026-12-03')]
    """
    if until < since:
        raise Invalid("collections.no_days", f"from {since} to {until} there is no day; swap them")
    found = []
    start = since
    while True:
        end = min(_end(start, by), until)
        found.append((start, end))
        if len(found) > _SPELLS_MAX:
            raise Invalid(
                "collections.too_many",
                f"from {since} to {until} there are more than {_SPELLS_MAX:,} {by}s; ask for fewer",
            )
        if end == until:
            return tuple(found)
        start = end + timedelta(days=1)


def _end(start: date, by: Spell) -> date:
    if by == "week":
        days = 6 - start.weekday()
        return start + timedelta(days=min(days, (date.max - start).days))
    if start.month == 12:
        return start.replace(day=31)
    return start.replace(month=start.month + 1, day=1) - timedelta(days=1)


def collections(
    ledger: ReceivablesLedger, *, currency: str, since: date, until: date, by: Spell = "month"
) -> tuple[CollectionSpell, ...]:
    """What came in and fell due in one currency, from a day to a day, both inclusive.

    Raises ``Invalid``: ``collections.no_days``, ``collections.too_many``.

    >>> ledger = ReceivablesLedger().record(
    ...     Receipt(number="R-1", customer="C-1", on=date(2026, 12, 5), amount=Money("80", "CNY")))
    >>> [str(each.net) for each in collections(
    ...     ledger, currency="CNY", since=date(2026, 11, 1), until=date(2026, 12, 31))]
    ['0.00 CNY', '80.00 CNY']
    """
    found = spells(since, until, by)
    due = (
        (fact.due_on, fact.amount)
        for fact in ledger.facts
        if isinstance(fact, Receivable) and fact.origin not in CHARGES
    )
    sums = [
        _by_spell(found, moves, currency)
        for moves in (_received(ledger.facts), _returned(ledger.facts), due)
    ]
    return tuple(
        CollectionSpell(start=start, end=end, received=came, returned=back, fell_due=owed)
        for (start, end), came, back, owed in zip(found, *sums, strict=True)
    )


def _received(facts: tuple[Fact, ...]) -> Iterator[tuple[date, Money]]:
    for fact in facts:
        if isinstance(fact, Receipt) and not fact.rebate:
            yield fact.on, fact.amount


def _returned(facts: tuple[Fact, ...]) -> Iterator[tuple[date, Money]]:
    """Refunds of receipts, and below 0 their reversals."""
    refunds: dict[str, Refund] = {}
    for fact in facts:
        if isinstance(fact, Refund) and fact.means == "receipt":
            refunds[number_key(fact.number)] = fact
            yield fact.on, fact.amount
        elif isinstance(fact, Reversal) and number_key(fact.reverses) in refunds:
            yield fact.on, -refunds[number_key(fact.reverses)].amount


def _by_spell(
    found: Sequence[tuple[date, date]], moves: Iterable[tuple[date, Money]], currency: str
) -> list[Money]:
    """What moved in each spell, in one currency."""
    starts = [start for start, _ in found]
    minor = [0] * len(found)
    for on, amount in moves:
        place = bisect_right(starts, on) - 1
        if amount.code == currency and place >= 0 and on <= found[place][1]:
            minor[place] += amount.minor
    return [Money.from_minor(each, currency) for each in minor]
