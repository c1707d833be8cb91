"""The running figure of a cap for one sale (限额计数), and what a sale takes of it.

A cap of 100 orders per customer and month is one counter for each customer and month. Which one a
sale runs on follows from the sale's facts and its day, so two sales meet on the same counter
exactly where they compete. What of a counter is used is passed into pricing as a value; what a
priced document takes is a value too, and whoever keeps the ledger reserves it when the offer goes
out.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field

from cpq.cap.model import Cap, CapScope
from cpq.kernel.model import Frozen, added
from cpq.kernel.money import CurrencyCode, Exact
from cpq.kernel.period import zone
from cpq.kernel.text import Code, Line

CounterMeasure = Literal["amount", "units", "uses", "orders"]
_NOTHING = Decimal(0)


class Counter(Frozen):
    """One running figure of a cap: whose, for whom, in which window, and what it counts.

    ``owner`` is the code of the promotion, ``coupon CODE`` for a coupon's own cap, or
    ``promotion/funder`` for what one of its funders pays at most.

    >>> Counter(owner="AUTUMN", cap="1", scope=(("customer", "C-1"),), window="2026-11",
    ...         measure="orders").key
    'AUTUMN/1/customer=C-1/2026-11/orders'
    """

    owner: Line
    cap: Code
    scope: tuple[tuple[CapScope, Line], ...] = ()
    window: Line = "lifetime"
    days: int | None = Field(default=None, ge=1)
    measure: CounterMeasure
    currency: CurrencyCode | None = None

    @cached_property
    def key(self) -> str:
        """The counter as one text that no other counter has."""
        scope = [f"{name}={_escaped(value)}" for name, value in self.scope]
        what = self.measure if self.currency is None else f"{self.measure} {self.currency}"
        return "/".join((_escaped(self.owner), self.cap, *scope, _escaped(self.window), what))


class CapTake(Frozen):
    """What a priced document takes of a counter once it is offered.

    ``amount`` and ``limit`` are in the counter's currency, or counts; ``hard`` limits are never
    passed, others were warned of or approved; ``overshoot`` is a declared gate, which lets the last
    one in whole; what a cancelled order took is given back where it ``returns``.

    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> CapTake(counter=counter, amount=1, limit=100).hard
    True
    """

    counter: Counter
    amount: Exact = Field(ge=0)
    limit: Exact = Field(ge=0)
    hard: bool = True
    overshoot: bool = False
    returns: bool = added(True)


class CapUsage(Frozen):
    """What of counters is used: committed, and held by reservations that are still live.

    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> CapUsage(rows=((counter.key, "98"),)).used(counter)
    Decimal('98')
    """

    rows: tuple[tuple[str, Exact], ...] = ()

    @cached_property
    def _by_key(self) -> dict[str, Decimal]:
        return dict(self.rows)

    def used(self, counter: Counter) -> Decimal:
        """What is used of a counter; 0 of one that was never taken from."""
        return self._by_key.get(counter.key, _NOTHING)


class Facts(NamedTuple):
    """What a sale is, as caps see it: the value of each scope, the instant, the home zone.

    ``values`` lacks what a sale has not: a cap per salesperson does not hold where nobody sells.
    """

    values: Mapping[CapScope, str]
    at: datetime
    zone: str


def counters_of(owner: str, cap: Cap, facts: Facts, *, product: str = "") -> Counter | None:
    """The counter of a cap for a sale, for one of its products where the cap counts by product.

    ``None`` where the sale has no such thing as the cap counts for, or the cap needs no counter.

    >>> from datetime import UTC
    >>> facts = Facts({"customer": "C-1"}, datetime(2026, 11, 22, 17, tzinfo=UTC), "Asia/Shanghai")
    >>> cap = Cap(orders=1, scope=("customer",), window="day")
    >>> counters_of("AUTUMN", cap, facts).window
    '2026-11-23'
    """
    if not cap.counted:
        return None
    scope: list[tuple[CapScope, str]] = []
    for name in _scopes(cap):
        value = product if name == "product" else facts.values.get(name, "")
        if not value:
            return None
        scope.append((name, value))
    return Counter(
        owner=owner,
        cap=cap.code,
        scope=tuple(scope),
        window=_window(cap, facts),
        days=cap.days,
        measure="units" if cap.measure == "percent" else cap.measure,
        currency=None if cap.amount is None else cap.amount.code,
    )


def _scopes(cap: Cap) -> Iterator[CapScope]:
    """The scopes in a fixed order; a window of the contract's term is a scope of its own."""
    named = set(cap.scope)
    if cap.window == "contract":
        named.add("contract")
    yield from sorted(named - {"promotion"})


def _window(cap: Cap, facts: Facts) -> str:
    day = facts.at.astimezone(zone(cap.zone or facts.zone)).date()
    if cap.window == "day":
        return day.isoformat()
    if cap.window == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if cap.window == "month":
        return f"{day.year:04}-{day.month:02}"
    if cap.window == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if cap.window == "year":
        return f"{day.year:04}"
    return f"{cap.days} days" if cap.window == "rolling" else cap.window


def _escaped(text: str) -> str:
    """Text without the sign that parts a key."""
    return text.replace("%", "%25").replace("/", "%2F")
