"""Reading the budget ledger: what documents hold, what of counters is used (额度查询)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from cpq.cap import CapUsage, Counter
from cpq.cap.movement import BudgetMovement, Hold
from cpq.kernel.money import total
from revenue.adapters.budget_rows import (
    HELD,
    MOVED,
    amount_of,
    counter_key,
    counter_of,
    hold_of,
    movement_of,
    places,
)
from revenue.adapters.rows import Rows, key_of

_CHUNK = 100
_ANY_HOLD = (
    "SELECT h.counter_key FROM {p}budget_hold h WHERE h.tenant = :tenant "
    "AND h.document_key = :document ORDER BY h.counter_key"
)
_HOLDS = (
    f"SELECT {HELD} FROM {{p}}budget_hold h JOIN {{p}}budget_counter c "  # noqa: S608
    "ON c.tenant = h.tenant AND c.counter_key = h.counter_key "
    "WHERE h.tenant = :tenant AND h.document_key = :document ORDER BY h.counter_key"
)
_LAPSED = (
    f"SELECT {HELD} FROM {{p}}budget_hold h JOIN {{p}}budget_counter c "  # noqa: S608
    "ON c.tenant = h.tenant AND c.counter_key = h.counter_key "
    "WHERE h.tenant = :tenant AND h.phase = 'reserved' AND h.expires_on < :on"
)
_ANY_LAPSED = (
    "SELECT 1 FROM {p}budget_hold h WHERE h.tenant = :tenant AND h.counter_key = :counter "
    "AND h.phase = 'reserved' AND h.expires_on < :on LIMIT 1"
)
_OF_COUNTER = " AND h.counter_key = :counter"
_IN_ORDER = " ORDER BY h.expires_on, h.document_key, h.counter_key"
_MOVEMENTS = (
    f"SELECT {MOVED} FROM {{p}}budget_movement m JOIN {{p}}budget_counter c "  # noqa: S608
    "ON c.tenant = m.tenant AND c.counter_key = m.counter_key WHERE m.tenant = :tenant"
)
_PAGE = " AND m.seq > :seq ORDER BY m.seq LIMIT 500"
_MOVED_COUNTER = " AND m.counter_key = :counter ORDER BY m.seq"
_COUNTER = (
    "SELECT counter_key, format, body, sha256 FROM {p}budget_counter "
    "WHERE tenant = :tenant AND counter_key = :counter"
)
_COUNTERS = (
    "SELECT counter_key, format, body, sha256 FROM {p}budget_counter "
    "WHERE tenant = :tenant ORDER BY counter_key"
)
# One statement, so that counters and holds are of one moment.
_USAGE = (
    "SELECT c.counter_key, c.committed, c.reserved, COALESCE((SELECT SUM(h.reserved) "
    "FROM {p}budget_hold h WHERE h.tenant = c.tenant AND h.counter_key = c.counter_key "
    "AND h.phase = 'reserved' AND h.expires_on < :on), 0) AS lapsed "
    "FROM {p}budget_counter c WHERE c.tenant = :tenant AND c.counter_key IN "
)
_OWN = (
    "SELECT counter_key, reserved FROM {p}budget_hold "
    "WHERE tenant = :tenant AND document_key >= :number AND document_key < :beyond "
    "AND (document_key = :number OR document_key >= :first) "
    "AND phase = 'reserved' AND expires_on >= :on"
)
_WINDOW = (
    "SELECT COALESCE(SUM(committed), 0) AS committed FROM {p}budget_movement "
    "WHERE tenant = :tenant AND counter_key = :counter AND counts_on > :before"
)


def holds_of(rows: Rows, document: str, *, lock: bool = False) -> list[Hold]:
    """What a document holds, in the order of the counters' keys; with ``lock`` it stays so.

    Mostly that is nothing, and asked in a way that costs little.
    """
    bound = {"document": key_of(document)}
    if not rows.all(_locked(rows, _ANY_HOLD, lock=lock), **bound):
        return []
    return sorted(map(hold_of, rows.all(_HOLDS, **bound)), key=lambda hold: hold.counter.key)


def lapsed(rows: Rows, on: date, *, counter: str | None = None) -> list[Hold]:
    """The reservations, of one stored counter or of all, that lapsed and were not released; they
    stay so until the transaction ends.
    """
    chosen, bound = ("", {}) if counter is None else (_OF_COUNTER, {"counter": counter})
    statement = _locked(rows, f"{_LAPSED}{chosen}{_IN_ORDER}", lock=True)
    return [hold_of(row) for row in rows.all(statement, on=on.isoformat(), **bound)]


def any_lapsed(rows: Rows, on: date, *, counter: str) -> bool:
    """Whether a reservation of a stored counter lapsed and was not released."""
    return rows.first(_ANY_LAPSED, on=on.isoformat(), counter=counter) is not None


def _locked(rows: Rows, statement: str, *, lock: bool) -> str:
    """The statement such that its holds are locked; in a write unit of SQLite everything is."""
    postgres = rows.connection.dialect.name == "postgresql"
    return f"{statement} FOR UPDATE OF h" if lock and postgres else statement


def usage(
    rows: Rows, counters: Iterable[Counter], *, on: date, apart_from: str | None = None
) -> CapUsage:
    """What is used of counters for a sale on a day, without what a quote and its versions hold."""
    asked = {counter_key(counter.key): counter for counter in counters}
    figures = {row.counter_key: row for row in _figures(rows, tuple(asked), on)}
    own = {} if apart_from is None else _own(rows, apart_from, on)
    return CapUsage(
        rows=tuple(
            (counter.key, _used(rows, counter, figures.get(key), own.get(key, 0), on))
            for key, counter in asked.items()
        )
    )


def _used(rows: Rows, counter: Counter, row: Row[Any] | None, own: int, on: date) -> Decimal:
    if row is None:
        return Decimal(0)
    # A sum of whole numbers is no whole number on one of the databases.
    live = amount_of(row.reserved - int(row.lapsed) - own, places(counter))
    if counter.days is None:
        return total((amount_of(row.committed, places(counter)), live))
    return total((committed_in_window(rows, counter, on), live))


def _figures(rows: Rows, keys: Sequence[str], on: date) -> Iterator[Row[Any]]:
    for start in range(0, len(keys), _CHUNK):
        bound = {f"k{at}": key for at, key in enumerate(keys[start : start + _CHUNK])}
        among = ", ".join(f":{name}" for name in bound)
        yield from rows.all(f"{_USAGE}({among})", on=on.isoformat(), **bound)


def _own(rows: Rows, number: str, on: date) -> dict[str, int]:
    """What the documents ``number`` and ``number/…`` keep of each counter."""
    key = key_of(number)
    found: dict[str, int] = {}
    bound = {"number": key, "first": f"{key}/", "beyond": f"{key}0", "on": on.isoformat()}
    for row in rows.all(_OWN, **bound):
        found[row.counter_key] = found.get(row.counter_key, 0) + row.reserved
    return found


def committed_in_window(rows: Rows, counter: Counter, on: date) -> Decimal:
    """What of a rolling counter is committed in the window that ends on a day, or later."""
    assert counter.days is not None, "only a rolling counter has a window of days"
    reach = min(counter.days, on.toordinal() - 1)
    before = (on - timedelta(days=reach)).isoformat() if reach == counter.days else ""
    row = rows.first(_WINDOW, counter=counter_key(counter.key), before=before)
    return amount_of(0 if row is None else int(row.committed), places(counter))


def counter(rows: Rows, key: str) -> Counter | None:
    """The counter of a key, if something ever moved it."""
    row = rows.first(_COUNTER, counter=counter_key(key))
    return None if row is None else counter_of(row)


def counters(rows: Rows) -> tuple[Counter, ...]:
    """Every counter, in the order of their keys."""
    found = (counter_of(row) for row in rows.all(_COUNTERS))
    return tuple(sorted(found, key=lambda each: each.key))


def movements(rows: Rows) -> Iterator[BudgetMovement]:
    """Every movement, as recorded, some hundred at a time."""
    return (movement_of(row) for row in every_movement(rows))


def every_movement(rows: Rows) -> Iterator[Row[Any]]:
    """The rows of all movements, with their counters, as recorded."""
    seq = -(2**63)
    while page := rows.all(f"{_MOVEMENTS}{_PAGE}", seq=seq):
        yield from page
        seq = page[-1].seq


def movements_of(rows: Rows, counter: Counter) -> list[BudgetMovement]:
    """The movements of a counter, as recorded."""
    found = rows.all(f"{_MOVEMENTS}{_MOVED_COUNTER}", counter=counter_key(counter.key))
    return [movement_of(row) for row in found]
