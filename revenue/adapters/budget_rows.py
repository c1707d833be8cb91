"""What the budget ledger looks like as rows: pure functions (额度台账的行).

Figures are whole numbers on the grid of their counter: minor units of its currency, or counts times
10^9, so that the database adds and compares them exactly. A movement's columns are the whole fact,
with a hash over them; counters and holds are what movements come to, and ``verify`` reckons them
again.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row

from cpq.cap import Counter
from cpq.cap.movement import BudgetMovement, Hold
from cpq.kernel.errors import Invalid, Unreadable
from cpq.kernel.model import canonical_json
from cpq.kernel.money import EXACT, Rounding, currency_places, plain, rounded
from revenue.adapters.rows import body_of, document, key_of, sha256
from revenue.adapters.shapes import Values

FIGURE_MAX = 4 * 10**18
"""The largest figure of a counter; two of them and an amount still add up in 64 bits."""

_AMOUNT_MAX = 10**18
_COUNT_PLACES = 9
_READABLE_KEY = 200

HELD = (
    "h.document_key, h.counter_key, h.document, h.phase, h.asked, h.reserved, h.committed, "
    "h.expires_on, h.counts_on, h.last_on, h.granted_limit, h.hard, h.overshoot, "
    "c.format, c.body, c.sha256"
)
"""The columns that ``hold_of`` reads, of a hold ``h`` and its counter ``c``."""

_FACT = (
    *("document_key", "counter_key", "document", "kind", "on_day", "counts_on", "reserved"),
    *("committed", "expires_on", "granted_limit", "hard", "overshoot", "command"),
)
MOVED = (
    f"m.seq, {', '.join(f'm.{name}' for name in _FACT)}, m.sha256 AS own_sha256, "
    "c.format, c.body, c.sha256"
)
"""The columns that ``movement_of`` reads, of a movement ``m`` and its counter ``c``."""


def counter_key(key: str) -> str:
    """The key of a counter as it is stored: a long one by its beginning and its hash.

    >>> counter_key("AUTUMN/1/lifetime/orders")
    'AUTUMN/1/lifetime/orders'
    >>> len(counter_key("A" * 201))
    265
    """
    if len(key) <= _READABLE_KEY:
        return key
    return f"{key[:_READABLE_KEY]}#{sha256(key)}"


def places(counter: Counter) -> int:
    """How many decimals the counter moves in: those of its currency, nine for counts.

    >>> places(Counter(owner="AUTUMN", cap="1", measure="amount", currency="CNY"))
    2
    """
    return _COUNT_PLACES if counter.currency is None else currency_places(counter.currency)


def whole(amount: Decimal, counter: Counter) -> int:
    """An amount on the counter's grid as a whole number. Raises ``Invalid`` (``budget.too_large``).

    >>> whole(Decimal("12.5"), Counter(owner="AUTUMN", cap="1", measure="units"))
    12500000000
    """
    steps = int(amount.scaleb(places(counter), context=EXACT))
    if abs(steps) > _AMOUNT_MAX:
        raise Invalid(
            "budget.too_large",
            f"{plain(amount)} of {counter.key} cannot be stored; the largest amount is "
            f"{plain(amount_of(_AMOUNT_MAX, places(counter)))}",
            counter=counter.key,
        )
    return steps


def amount_of(steps: int, decimals: int) -> Decimal:
    """The amount that a stored whole number is: money with its decimals, counts without zeros.

    >>> amount_of(70000, 2), amount_of(12500000000, 9), amount_of(3 * 10**9, 9)
    (Decimal('700.00'), Decimal('12.5'), Decimal('3'))
    """
    if decimals == _COUNT_PLACES:
        count, rest = divmod(steps, 10**_COUNT_PLACES)
        if not rest:
            return Decimal(count)
        return Decimal(steps).scaleb(-decimals, context=EXACT).normalize(EXACT)
    return Decimal(steps).scaleb(-decimals, context=EXACT)


def room_under(limit: Decimal, taken: Decimal, counter: Counter, *, overshoot: bool) -> int:
    """How much others may use at most so that ``taken`` fits under ``limit``, as a whole number.

    With ``overshoot`` it fits while anything is left. Limits may lie between two steps of the grid.

    >>> orders = Counter(owner="AUTUMN", cap="1", measure="amount", currency="CNY")
    >>> room_under(Decimal("100.005"), Decimal("0.01"), orders, overshoot=False)
    9999
    >>> room_under(Decimal("100.005"), Decimal("50.00"), orders, overshoot=True)
    10000
    """
    mode = Rounding.CEILING if overshoot else Rounding.FLOOR
    steps = int(rounded(limit.scaleb(places(counter), context=EXACT), 0, mode))
    return min(steps, FIGURE_MAX) - (1 if overshoot else whole(taken, counter))


def counter_row(counter: Counter) -> Values:
    """A counter that nothing moved yet."""
    return {
        "counter_key": counter_key(counter.key),
        "owner": counter.owner,
        "cap": counter.cap,
        "time_window": counter.window,
        "days": counter.days,
        "measure": counter.measure,
        "currency": counter.currency,
        "places": places(counter),
        "reserved": 0,
        "committed": 0,
        **body_of(counter),
    }


def hold_row(hold: Hold) -> Values:
    """What a document has of a counter."""
    counter = hold.counter
    return {
        "document_key": key_of(hold.document),
        "counter_key": counter_key(counter.key),
        "document": hold.document,
        "phase": hold.phase,
        "asked": whole(hold.asked, counter),
        "reserved": whole(hold.reserved, counter),
        "committed": whole(hold.committed, counter),
        "expires_on": hold.expires_on.isoformat(),
        "counts_on": None if hold.counts_on is None else hold.counts_on.isoformat(),
        "last_on": hold.last_on.isoformat(),
        "granted_limit": plain(hold.limit),
        "hard": int(hold.hard),
        "overshoot": int(hold.overshoot),
    }


def hold_of(row: Row[Any]) -> Hold:
    """The hold that a row with its counter is. Raises ``Unreadable`` (``store.corrupt_document``).

    What the figures of a hold have to be is known to ``verify`` alone.
    """
    place = f"budget_hold {row.document_key} {row.counter_key}"
    counter = counter_of(row)
    try:
        return Hold(
            counter=counter,
            document=row.document,
            phase=row.phase,
            asked=amount_of(row.asked, places(counter)),
            reserved=amount_of(row.reserved, places(counter)),
            committed=amount_of(row.committed, places(counter)),
            expires_on=date.fromisoformat(row.expires_on),
            counts_on=None if row.counts_on is None else date.fromisoformat(row.counts_on),
            last_on=date.fromisoformat(row.last_on),
            limit=Decimal(row.granted_limit),
            hard=row.hard == 1,
            overshoot=row.overshoot == 1,
        )
    except (ValueError, ArithmeticError) as error:
        raise _corrupt(place, "it holds a figure or a day that is none") from error


def movement_row(movement: BudgetMovement) -> Values:
    """A movement: the columns are the whole of it, and its hash is that of the columns."""
    counter, expires_on, limit = movement.counter, movement.expires_on, movement.limit
    values: Values = {
        "document_key": key_of(movement.document),
        "counter_key": counter_key(counter.key),
        "document": movement.document,
        "kind": movement.kind,
        "on_day": movement.on.isoformat(),
        "counts_on": movement.counted_on.isoformat(),
        "reserved": whole(movement.reserved, counter),
        "committed": whole(movement.committed, counter),
        "expires_on": None if expires_on is None else expires_on.isoformat(),
        "granted_limit": None if limit is None else plain(limit),
        "hard": int(movement.hard),
        "overshoot": int(movement.overshoot),
        "command": movement.command,
    }
    return {**values, "sha256": sha256(canonical_json(values))}


def movement_of(row: Row[Any]) -> BudgetMovement:
    """The movement that a row with its counter is, its hash checked.

    Raises ``Unreadable`` (``store.corrupt_document``), which names the row.
    """
    if sha256(canonical_json({name: getattr(row, name) for name in _FACT})) != row.own_sha256:
        raise _corrupt(place_of(row), "its content does not have the hash that was stored with it")
    counter = counter_of(row)
    try:
        return BudgetMovement(
            kind=row.kind,
            counter=counter,
            document=row.document,
            on=row.on_day,
            reserved=amount_of(row.reserved, places(counter)),
            committed=amount_of(row.committed, places(counter)),
            expires_on=row.expires_on,
            counts_on=None if row.counts_on == row.on_day else row.counts_on,
            limit=row.granted_limit,
            hard=row.hard == 1,
            overshoot=row.overshoot == 1,
            command=row.command,
        )
    except (ValidationError, Invalid, ArithmeticError) as error:
        raise _corrupt(place_of(row), "it cannot be read") from error


def counter_of(row: Row[Any]) -> Counter:
    """The counter of a row, its hash checked.

    Raises ``Unreadable`` (``store.corrupt_document``).
    """
    return document(Counter, row, place=f"budget_counter {row.counter_key}")


def place_of(row: Row[Any]) -> str:
    """How a movement is named where it is wrong."""
    return f"budget_movement {row.seq}"


def _corrupt(place: str, why: str) -> Unreadable:
    return Unreadable(
        "store.corrupt_document",
        f"{place}: {why}; restore the row from a backup, and run verify()",
        place=place,
    )
