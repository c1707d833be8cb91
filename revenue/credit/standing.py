"""Which limit and which status hold on a day (有效额度与状态).

Of several that hold, the one that starts last counts, and of those that start on one day the one
recorded last: a new limit replaces the old one, and once it is over the old one holds again.
"""

from collections.abc import Iterable
from datetime import date

from cpq.kernel.text import number_key
from revenue.credit_limit import CreditLimit, CreditStatus, CreditStatusCode


def limit_on(facts: Iterable[object], customer: str, *, as_of: date) -> CreditLimit | None:
    """The limit of a customer that holds on a day; ``None`` where none is set.

    >>> year = CreditLimit(number="CL-1", customer="C-1", amount="1000 CNY", on=date(2026, 1, 1),
    ...                    by="Wang")
    >>> season = year.with_(number="CL-2", amount="1500 CNY", on=date(2026, 9, 1),
    ...                     until=date(2026, 11, 30))
    >>> days = date(2025, 12, 31), date(2026, 11, 30), date(2026, 12, 1)
    >>> found = [limit_on((year, season), "c-1", as_of=day) for day in days]
    >>> [limit and limit.number for limit in found]
    [None, 'CL-2', 'CL-1']
    """
    key, found = number_key(customer), None
    for fact in facts:
        if not isinstance(fact, CreditLimit) or number_key(fact.customer) != key:
            continue
        if fact.holds_on(as_of) and (found is None or fact.on >= found.on):
            found = fact
    return found


def status_on(facts: Iterable[object], customer: str, *, as_of: date) -> CreditStatusCode:
    """The status of a customer on a day: O unless another one holds.

    >>> stopped = CreditStatus(number="CS-1", customer="C-1", status="S", on=date(2026, 12, 1),
    ...                        until=date(2026, 12, 9), by="Wang", reason="in arrears")
    >>> [status_on((stopped,), "C-1", as_of=date(2026, 12, day)) for day in (1, 9, 10)]
    ['S', 'S', 'O']
    """
    key, found = number_key(customer), None
    for fact in facts:
        if not isinstance(fact, CreditStatus) or number_key(fact.customer) != key:
            continue
        if fact.holds_on(as_of) and (found is None or fact.on >= found.on):
            found = fact
    return "O" if found is None else found.status
