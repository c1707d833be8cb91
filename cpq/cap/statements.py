"""What finance reads of all counters at once (额度总览): a statement of each, as of one day.

A cap stands in the catalogue and may be altered; what it was when somebody was granted something
stands in the movement. So the limit of a counter, as of a day, is that of its last reservation.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from cpq.cap.movement import BudgetMovement
from cpq.cap.statement import BudgetStatement, budget_statement


def limit_on(movements: Iterable[BudgetMovement], *, as_of: date) -> Decimal | None:
    """The limit of one counter as of a day, inclusive: that under which was reserved last.

    Movements are those of the counter, as recorded; ``None`` where nothing was reserved yet.

    >>> from cpq.cap import Counter
    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> offers = [BudgetMovement(kind="reserve", counter=counter, document=f"Q-{day}/1",
    ...                          on=date(2026, 11, day), reserved=1, expires_on="2026-12-21",
    ...                          limit=limit, command=f"{day}") for day, limit in ((1, 9), (5, 8))]
    >>> [str(limit_on(offers, as_of=date(2026, 11, day))) for day in (4, 5)]
    ['9', '8']
    """
    limit = None
    for movement in movements:
        if movement.limit is not None and movement.on <= as_of:
            limit = movement.limit
    return limit


def budget_statements(
    movements: Iterable[BudgetMovement], *, as_of: date
) -> tuple[BudgetStatement, ...]:
    """The statement of every counter that moved up to a day, inclusive, by the counters' keys.

    Movements come as recorded, those of all counters together; each statement has the counter's
    limit as of the day. Raises ``Refused`` (``budget.mismatch``) where some are missing.

    >>> from cpq.cap import Counter
    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> offer = BudgetMovement(kind="reserve", counter=counter, document="Q-1/1", on="2026-11-21",
    ...                        reserved=1, expires_on="2026-12-21", limit=100, command="1")
    >>> for day in (date(2026, 11, 20), date(2026, 12, 21), date(2026, 12, 22)):
    ...     print([str(each.remaining) for each in budget_statements([offer], as_of=day)])
    []
    ['99']
    ['100']
    """
    moved: dict[str, list[BudgetMovement]] = {}
    for movement in movements:
        moved.setdefault(movement.counter.key, []).append(movement)
    return tuple(
        budget_statement(own, own[0].counter, as_of=as_of, limit=limit_on(own, as_of=as_of))
        for _, own in sorted(moved.items())
        if any(movement.on <= as_of for movement in own)
    )
