"""Is the budget ledger sound: movements, holds, counters, commands (额度核对).

The movements are folded again from the first to the last. What a hold or a counter says is held
against that fold column by column, and what a command said against the movements that bear its key;
whatever differs is a finding that names its row.
"""

from collections import Counter as Tally
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import Row

from cpq.cap.command import BudgetCommand, Cancel, Commit, GiveBack, Reserve
from cpq.cap.movement import BudgetMovement, Hold, after
from cpq.kernel.errors import Finding, Refused, Unreadable
from revenue.adapters import doubts as found
from revenue.adapters.budget_reading import every_movement
from revenue.adapters.budget_rows import (
    counter_of,
    counter_row,
    hold_row,
    movement_of,
    movement_row,
    place_of,
)
from revenue.adapters.rows import Rows, sha256
from revenue.adapters.verification import others_write

_COUNTERS = "SELECT * FROM {p}budget_counter WHERE tenant = :tenant ORDER BY counter_key"
_HOLDS = "SELECT * FROM {p}budget_hold WHERE tenant = :tenant ORDER BY document_key, counter_key"
_COMMANDS = (
    "SELECT key, fingerprint, result FROM {p}command "
    "WHERE tenant = :tenant AND op = 'budget' ORDER BY key"
)
_LOST_HOLDS = (
    "SELECT h.document_key, h.counter_key FROM {p}budget_hold h WHERE h.tenant = :tenant "
    "AND NOT EXISTS (SELECT 1 FROM {p}budget_counter c WHERE c.tenant = h.tenant "
    "AND c.counter_key = h.counter_key) ORDER BY h.document_key, h.counter_key"
)
_LOST_MOVEMENTS = (
    "SELECT m.seq FROM {p}budget_movement m WHERE m.tenant = :tenant AND (NOT EXISTS "
    "(SELECT 1 FROM {p}budget_counter c WHERE c.tenant = m.tenant "
    "AND c.counter_key = m.counter_key) OR NOT EXISTS "
    "(SELECT 1 FROM {p}command c WHERE c.tenant = m.tenant AND c.op = 'budget' "
    "AND c.key = m.command)) ORDER BY m.seq"
)
_COMMAND: TypeAdapter[BudgetCommand] = TypeAdapter(
    Annotated[BudgetCommand, Field(discriminator="verb")]
)

_Place = tuple[str, str]


class _Fold:
    """What movements come to, of the ``known`` counters; some of the ``doubtful`` are broken."""

    def __init__(self, known: set[str]) -> None:
        self.known = known
        self.holds: dict[_Place, Hold] = {}
        self.figures: dict[str, list[int]] = {}
        self.made: Tally[tuple[str, str]] = Tally()
        self.doubtful: set[str] = set()

    def add(self, movement: BudgetMovement, row: Row[Any]) -> None:
        """One more movement. Raises what ``after`` does."""
        figure = self.figures.setdefault(row.counter_key, [0, 0])
        figure[0] += row.reserved
        figure[1] += row.committed
        self.made[movement.command, movement.kind] += 1
        place = row.document_key, row.counter_key
        self.holds[place] = after(self.holds.get(place), movement)


def verify_budget(rows: Rows) -> Iterator[Finding]:
    """Every finding about the budget ledger of a tenant; none in a sound one."""
    commands = rows.all(_COMMANDS)
    # Every command writes its counters: held, they show one moment. Those that are new since then
    # are left for the next time.
    counters = rows.all(f"{_COUNTERS} FOR SHARE" if others_write(rows) else _COUNTERS)
    holds = rows.all(_HOLDS)
    fold = _Fold({row.counter_key for row in counters})
    yield from _movements(rows, fold)
    for row in counters:
        yield from _counter(row, fold)
    yield from _holds(holds, fold)
    for row in rows.all(_LOST_HOLDS):
        yield found.orphan(_hold_place(row))
    for row in rows.all(_LOST_MOVEMENTS):
        yield found.orphan(place_of(row))
    for row in commands:
        yield from _command(row, fold)


def _movements(rows: Rows, fold: _Fold) -> Iterator[Finding]:
    for row in every_movement(rows):
        if row.counter_key not in fold.known:
            continue
        try:
            movement = movement_of(row)
            fold.add(movement, row)
        except Unreadable as error:
            fold.doubtful.add(row.counter_key)
            if error.facts.get("place") == place_of(row):
                yield found.corrupt(place_of(row), error)
            continue
        except Refused as error:
            # After one that cannot be read, others would only say so again.
            if row.counter_key not in fold.doubtful:
                fold.doubtful.add(row.counter_key)
                yield found.broken_rule(place_of(row), error)
            continue
        values = movement_row(movement)
        del values["sha256"]
        yield from found.columns(row, values, place_of(row))


def _counter(row: Row[Any], fold: _Fold) -> Iterator[Finding]:
    place = f"budget_counter {row.counter_key}"
    try:
        values = counter_row(counter_of(row))
    except Unreadable as error:
        yield found.corrupt(place, error)
        return
    del values["reserved"], values["committed"]
    if row.counter_key not in fold.doubtful:
        reserved, committed = fold.figures.get(row.counter_key, (0, 0))
        values |= {"reserved": reserved, "committed": committed}
    yield from found.columns(row, values, place)


def _holds(holds: Any, fold: _Fold) -> Iterator[Finding]:
    sure = fold.known - fold.doubtful
    missing = {place: hold for place, hold in fold.holds.items() if place[1] in sure}
    for row in holds:
        if row.counter_key not in sure:
            continue
        hold = missing.pop((row.document_key, row.counter_key), None)
        if hold is None:
            yield found.orphan(_hold_place(row))
        else:
            yield from found.columns(row, hold_row(hold), _hold_place(row))
    for document, counter in sorted(missing):
        yield found.gap(f"budget_hold {document} {counter}")


def _hold_place(row: Row[Any]) -> str:
    return f"budget_hold {row.document_key} {row.counter_key}"


def _command(row: Row[Any], fold: _Fold) -> Iterator[Finding]:
    place = f"command budget {row.key}"
    try:
        command = _COMMAND.validate_json(row.result)
    except ValidationError:
        yield found.differs(place, "result")
        return
    if command.key != row.key or sha256(row.result) != row.fingerprint:
        yield found.differs(place, "fingerprint")
    elif not fold.doubtful and _movements_missing(command, fold):
        yield found.gap(place)


def _movements_missing(command: BudgetCommand, fold: _Fold) -> bool:
    """Whether there are fewer movements of a command than it must have made."""
    match command:
        case Reserve():
            return fold.made[command.key, "reserve"] < len(command.takes)
        case Commit():
            return not fold.made[command.key, "commit"]
        case Cancel():
            return not fold.made[command.key, "release"]
        case GiveBack():
            return fold.made[command.key, "adjust"] < len(command.amounts)
        case _:
            return False
