"""What finance reads of a counter (额度台账): every movement of it, with what is used after each.

The statement is of a day that may lie in the past: it shows what holds up to that day. Time moves
a counter too: a reservation lapses on the day after its last, and what was committed leaves a
rolling window. Such rows come from the calendar, so they are the same whether or not somebody wrote
the release of a lapsed reservation down meanwhile, and they stand at the beginning of their day.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from cpq.cap.counter import Counter
from cpq.cap.movement import BudgetMovement, Hold, MovementKind, after
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, difference, exact, total
from cpq.kernel.text import Line, Number, number_key

_NOTHING = Decimal(0)
_DAY = timedelta(days=1)


class BudgetRow(Frozen):
    """One movement on a statement: what it adds to reserved and committed, and what is used then.

    ``lapse`` is what time does: the end of a reservation, or of a rolling window; it has no
    command.
    """

    on: date
    kind: MovementKind | Literal["lapse"]
    document: Number
    command: Line = ""
    reserved: Exact
    committed: Exact
    used: Exact


class BudgetStatement(Frozen):
    """The statement of one counter from ``since`` (``None``: its first movement) to ``as_of``, both
    inclusive. ``opening`` and ``closing`` are what is used before and after the rows; ``closing``
    is ``reserved`` and ``committed`` together, and ``remaining`` what is left of ``limit``.
    """

    counter: Counter
    since: date | None
    as_of: date
    opening: Exact
    rows: tuple[BudgetRow, ...]
    closing: Exact
    reserved: Exact
    committed: Exact
    limit: Exact | None = None
    remaining: Exact | None = None


class _Event(NamedTuple):
    """A row before it is in its place: events of time come before those of people on a day."""

    on: date
    by_people: bool
    document: str
    kind: MovementKind | Literal["lapse"]
    command: str
    reserved: Decimal
    committed: Decimal


def budget_statement(
    movements: Iterable[BudgetMovement],
    counter: Counter,
    *,
    as_of: date,
    since: date | None = None,
    limit: Decimal | int | None = None,
) -> BudgetStatement:
    """The statement of a counter out of movements, whose other counters are left out.

    Movements come as recorded. Raises ``Refused`` (``budget.mismatch``) where some are missing.

    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> offer = BudgetMovement(kind="reserve", counter=counter, document="Q-1/1", on="2026-11-21",
    ...                        reserved=1, expires_on="2026-12-21", limit=100, command="1")
    >>> lapsed = budget_statement([offer], counter, as_of=date(2026, 12, 31), limit=Decimal(100))
    >>> [(str(row.on), row.kind, str(row.used)) for row in lapsed.rows], str(lapsed.remaining)
    ([('2026-11-21', 'reserve', '1'), ('2026-12-22', 'lapse', '0')], '100')
    """
    own = (each for each in movements if each.counter.key == counter.key)
    events = [event for event in _events(own, counter, as_of) if event.on <= as_of]
    # people in the order in which it became known, time in an order that is always the same
    events.sort(key=lambda each: (each.on, each.by_people, "" if each.by_people else each.document))
    opening = reserved = committed = _NOTHING
    rows = []
    for event in events:
        reserved = total((reserved, event.reserved))
        committed = total((committed, event.committed))
        used = total((reserved, committed))
        if since is not None and event.on < since:
            opening = used
            continue
        rows.append(
            BudgetRow(
                on=event.on,
                kind=event.kind,
                document=event.document,
                command=event.command,
                reserved=event.reserved,
                committed=event.committed,
                used=used,
            )
        )
    closing = total((reserved, committed))
    return BudgetStatement(
        counter=counter,
        since=since,
        as_of=as_of,
        opening=opening,
        rows=tuple(rows),
        closing=closing,
        reserved=reserved,
        committed=committed,
        limit=None if limit is None else exact(limit),
        remaining=None if limit is None else difference(exact(limit), closing),
    )


def _events(movements: Iterable[BudgetMovement], counter: Counter, as_of: date) -> Iterator[_Event]:
    holds: dict[str, Hold] = {}
    leaving: dict[tuple[str, date], Decimal] = {}
    for movement in movements:
        key = number_key(movement.document)
        holds[key] = after(holds.get(key), movement)
        if movement.kind == "release" and movement.expires_on is not None:
            yield _lapsed(movement.on, movement.document, reserved=movement.reserved)
            continue
        yield _Event(
            movement.on,
            True,
            movement.document,
            movement.kind,
            movement.command,
            movement.reserved,
            movement.committed,
        )
        on = _leaves_on(movement, counter.days, as_of)
        committed = movement.committed.copy_negate()
        if on is not None and on <= movement.on:
            # what comes back after its window changes nothing any more
            yield _lapsed(movement.on, movement.document, committed=committed, by_people=True)
        elif on is not None:
            leaving[key, on] = total((leaving.get((key, on), _NOTHING), committed))
    for (key, on), committed in leaving.items():
        if committed:
            yield _lapsed(on, holds[key].document, committed=committed)
    for hold in holds.values():
        if hold.phase == "reserved" and hold.expires_on < as_of:
            yield _lapsed(
                hold.expires_on + _DAY, hold.document, reserved=hold.reserved.copy_negate()
            )


def _leaves_on(movement: BudgetMovement, days: int | None, as_of: date) -> date | None:
    """The day on which a committed part is no longer in a rolling window, where that has come."""
    if days is None or not movement.committed or (as_of - movement.counted_on).days < days:
        return None
    return movement.counted_on + timedelta(days=days)


def _lapsed(
    on: date,
    document: str,
    *,
    reserved: Decimal = _NOTHING,
    committed: Decimal = _NOTHING,
    by_people: bool = False,
) -> _Event:
    return _Event(on, by_people, document, "lapse", "", reserved, committed)
