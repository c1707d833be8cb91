"""A command of the budget ledger as statements, in the order that keeps locks short (额度写入).

The counter of a running promotion is the one row that everybody writes. It is written last, by an
UPDATE that finds the row only while enough of the limit is left; several are written in the order
of their keys. Holds are read under a lock before that, so that what was decided stays true.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cpq.cap import Counter
from cpq.cap.command import BudgetCommand, Expire, Reserve
from cpq.cap.decision import Guard, decide
from cpq.cap.movement import BudgetMovement, Hold, after, lapse
from cpq.kernel.errors import Conflict, DomainError, Invalid, Unavailable
from cpq.kernel.money import difference, plain, total
from revenue.adapters import budget_reading as reading
from revenue.adapters.budget_rows import (
    FIGURE_MAX,
    amount_of,
    counter_key,
    counter_row,
    hold_row,
    movement_row,
    places,
    room_under,
    whole,
)
from revenue.adapters.rows import Rows, key_of, sha256
from revenue.adapters.shapes import Values

OP = "budget"
"""The name of this ledger's commands in the table of commands."""

_DONE = "SELECT fingerprint FROM {p}command WHERE tenant = :tenant AND op = 'budget' AND key = :key"
_FACTS = (
    "document_key, counter_key, document, kind, on_day, counts_on, reserved, committed, "
    "expires_on, granted_limit, hard, overshoot, command, sha256"
)
_BOUND = ", ".join(f":{name}" for name in _FACTS.split(", "))
_MOVED = {
    "postgresql": (
        f"INSERT INTO {{p}}budget_movement (tenant, {_FACTS}) "  # noqa: S608
        f"VALUES (:tenant, {_BOUND})"
    ),
    # One writer at a time, so the next number is the last and one.
    "sqlite": (
        f"INSERT INTO {{p}}budget_movement (tenant, seq, {_FACTS}) "  # noqa: S608
        "VALUES (:tenant, (SELECT COALESCE(MAX(seq), 0) + 1 FROM {p}budget_movement "
        f"WHERE tenant = :tenant), {_BOUND})"
    ),
}
_HOLD_CHANGED = (
    "UPDATE {p}budget_hold SET document = :document, phase = :phase, asked = :asked, "
    "reserved = :reserved, committed = :committed, expires_on = :expires_on, "
    "counts_on = :counts_on, last_on = :last_on, granted_limit = :granted_limit, hard = :hard, "
    "overshoot = :overshoot WHERE tenant = :tenant AND document_key = :document_key "
    "AND counter_key = :counter_key"
)
_COUNTER_MOVED = (
    "UPDATE {p}budget_counter SET reserved = reserved + :reserved, "
    "committed = committed + :committed WHERE tenant = :tenant AND counter_key = :key "
    "AND reserved + committed <= :room"
)
_COUNTER = (
    "SELECT reserved, committed FROM {p}budget_counter "
    "WHERE tenant = :tenant AND counter_key = :key"
)


class OutOfRoom(Exception):
    """A counter leaves no room while lapsed reservations stand on it; the command starts over."""

    def __init__(self, counter: str) -> None:
        super().__init__(counter)
        self.counter = counter


class _Move(NamedTuple):
    """What a command does to one counter, in whole numbers; ``lapsed`` is what it releases of
    reservations whose last day is over.
    """

    key: str
    counter: Counter
    reserved: int
    committed: int
    lapsed: int
    guard: Guard | None


_Place = tuple[str, str]
"""A document and a counter, as they are stored."""


def record(rows: Rows, command: BudgetCommand, *, clear: frozenset[str]) -> None:
    """Do a command, unless it was done, inside a savepoint; ``clear`` are the stored counters
    whose lapsed reservations are released with it.

    Raises ``OutOfRoom`` where releasing those of one more would help; ``Conflict``
    (``cap.exceeded``, ``command.key_reused``), ``Unavailable`` (``store.busy``), ``Invalid``
    (``budget.too_large``) and what ``decide`` raises.
    """
    if not _first_time(rows, command):
        return
    held: list[Hold] = []

    def holds_of(document: str) -> Sequence[Hold]:
        found = reading.holds_of(rows, document, lock=True)
        held.extend(found)
        return found

    guards, decided = decide(command, holds_of)
    due = _in_the_way(rows, command, clear)
    made = [lapse(hold, command=command.key) for hold in due]
    facts = [(movement, movement_row(movement)) for movement in (*made, *decided)]
    _write_holds(rows, (*held, *due), facts)
    statement = _MOVED[rows.connection.dialect.name]
    for _, values in facts:
        rows.change(statement, **values)
    for move in _moves(facts, guards):
        others = _others_in_the_way(rows, move, on=command.on, cleared=move.key in clear)
        if others is None:
            continue
        if move.key not in clear and _may_help(rows, move, on=command.on):
            raise OutOfRoom(move.key)
        raise _refusal(move, others)


def _first_time(rows: Rows, command: BudgetCommand) -> bool:
    """Write the command down; whether it was not there. Its result is what it said."""
    said = command.canonical()
    content = sha256(said)
    if rows.insert(
        "command", unless_there=True, op=OP, key=command.key, fingerprint=content, result=said
    ):
        return True
    found = rows.first(_DONE, key=command.key)
    if found is None or found.fingerprint != content:
        raise Conflict(
            "command.key_reused",
            f"the key {command.key!r} was used for another command; a key names one command for "
            "ever",
            key=command.key,
        )
    return False


def _in_the_way(rows: Rows, command: BudgetCommand, clear: frozenset[str]) -> list[Hold]:
    """The lapsed reservations that are released: all, or those of others on some counters."""
    if isinstance(command, Expire):
        return reading.lapsed(rows, command.on)
    own = {key_of(command.document)}
    if isinstance(command, Reserve) and command.leaves is not None:
        own.add(key_of(command.leaves))
    found = (
        hold for key in sorted(clear) for hold in reading.lapsed(rows, command.on, counter=key)
    )
    return [hold for hold in found if key_of(hold.document) not in own]


def _write_holds(
    rows: Rows, held: Iterable[Hold], facts: Iterable[tuple[BudgetMovement, Values]]
) -> None:
    """Put the movements into the holds, and each hold that changed into its row."""
    before = {(key_of(hold.document), counter_key(hold.counter.key)): hold for hold in held}
    changed: dict[_Place, Hold] = {}
    for movement, values in facts:
        place = values["document_key"], values["counter_key"]
        changed[place] = after(changed.get(place) or before.get(place), movement)
    for place, hold in sorted(changed.items()):
        if place in before:
            written = rows.change(_HOLD_CHANGED, **hold_row(hold)) == 1
        else:
            written = rows.insert("budget_hold", unless_there=True, **hold_row(hold))
        if not written:
            raise Unavailable(
                "store.busy", f"another command has {hold.document} at this moment; try again"
            )


def _moves(facts: Iterable[tuple[BudgetMovement, Values]], guards: Iterable[Guard]) -> list[_Move]:
    """What the movements come to for each counter, in the order of their stored keys."""
    moves: dict[str, _Move] = {}
    # What is held already needs no room.
    guarded = {
        counter_key(guard.counter.key): guard for guard in guards if guard.taken > guard.held
    }
    for movement, values in facts:
        key = values["counter_key"]
        move = moves.get(key, _Move(key, movement.counter, 0, 0, 0, guarded.get(key)))
        due = movement.kind == "release" and movement.expires_on is not None
        moves[key] = move._replace(
            reserved=move.reserved + values["reserved"],
            committed=move.committed + values["committed"],
            lapsed=move.lapsed - (values["reserved"] if due else 0),
        )
    return [moves[key] for key in sorted(moves)]


def _others_in_the_way(rows: Rows, move: _Move, *, on: date, cleared: bool) -> Decimal | None:
    """Move a counter; where there is no room for it, what others use of the counter.

    What lapsed is theirs until the counter is ``cleared``. The room of a rolling counter is looked
    for once its row is locked: what left the window is known from the movements alone.
    """
    counter, guard = move.counter, move.guard
    gone = move.lapsed if cleared else 0
    room, ours = FIGURE_MAX - move.reserved - move.committed, gone
    if guard is not None:
        ours += whole(guard.held, counter)
        if counter.days is None:
            free = room_under(guard.limit, guard.taken, counter, overshoot=guard.overshoot)
            room = min(room, free + ours)
    if not _moved(rows, move, room):
        used = _used(rows, move)
        if used > room:
            return amount_of(used - ours, places(counter))
        written = _moved(rows, move, room)
        assert written, "the row is locked since it was seen to have room"
    if guard is None or counter.days is None:
        return None
    used_now = _used_in_window(rows, move, on)
    others = total(
        (difference(used_now, guard.taken), amount_of(move.lapsed - gone, places(counter)))
    )
    return None if guard.fits(others) else others


def _may_help(rows: Rows, move: _Move, *, on: date) -> bool:
    """Whether there are lapsed reservations without which there may be room."""
    return move.lapsed > 0 or reading.any_lapsed(rows, on, counter=move.key)


def _moved(rows: Rows, move: _Move, room: int) -> bool:
    moved = rows.change(
        _COUNTER_MOVED, key=move.key, reserved=move.reserved, committed=move.committed, room=room
    )
    return moved == 1


def _used(rows: Rows, move: _Move) -> int:
    """What stands on a counter, which stays so until the end; it is made where it is not there."""
    locks = " FOR UPDATE" if rows.connection.dialect.name == "postgresql" else ""
    row = rows.first(f"{_COUNTER}{locks}", key=move.key)
    if row is None:
        rows.insert("budget_counter", unless_there=True, **counter_row(move.counter))
        row = rows.first(f"{_COUNTER}{locks}", key=move.key)
    assert row is not None, "it was written above and is never deleted"
    figure: int = row.reserved + row.committed
    return figure


def _used_in_window(rows: Rows, move: _Move, on: date) -> Decimal:
    row = rows.first(_COUNTER, key=move.key)
    assert row is not None, "it was moved before"
    committed = reading.committed_in_window(rows, move.counter, on)
    return total((committed, amount_of(row.reserved, places(move.counter))))


def _refusal(move: _Move, others: Decimal) -> DomainError:
    """That the limit leaves no room, or the figures that can be stored."""
    if move.guard is not None:
        return move.guard.exceeded(others)
    return Invalid(
        "budget.too_large",
        f"{move.counter.key} would pass {plain(amount_of(FIGURE_MAX, places(move.counter)))}, the "
        "largest figure that can be stored",
        counter=move.counter.key,
    )
