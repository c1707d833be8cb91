"""The budget ledger in a database (促销额度台账存储): nothing is oversold, whoever sells at once.

Commands are decided by ``cpq.cap``, the same as in memory; here is what makes their answer true for
sixteen sellers at once. The command's key is written first, so that a repeated command does
nothing. What its documents hold is read under a lock, movements and holds are written, and last of
all each counter is moved by one UPDATE that matches only where enough room is left. Its row count
is looked at: where it matched nothing, everything that the command wrote is undone. So a counter is
locked for no longer than it must be, and in an order that is the same for everybody.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from cpq.adapters.sql import savepoint
from cpq.cap import CapTake, CapUsage, Counter
from cpq.cap.command import (
    BudgetCommand,
    Cancel,
    Commit,
    Expire,
    GiveBack,
    Release,
    Reserve,
    amounts_of,
    command_key,
    gathered,
)
from cpq.cap.movement import BudgetMovement, Hold
from cpq.cap.statement import BudgetStatement, budget_statement
from cpq.kernel.errors import NotFound
from cpq.kernel.money import difference, exact
from revenue.adapters import budget_reading as reading
from revenue.adapters.budget_writing import OutOfRoom, record
from revenue.adapters.rows import Rows


class StoredBudget:
    """The budget ledger of one tenant in somebody's transaction, in the words of ``BudgetLedger``.

    Commands give nothing back. Besides what they raise there, each raises ``Unavailable``
    (``store.busy``) where another command has the same document, ``Invalid``
    (``budget.too_large``, ``number.too_long``, ``number.unreadable``, ``store.only_reads``).
    """

    def __init__(self, rows: Callable[[], Rows]) -> None:
        self._rows = rows

    # --- commands -------------------------------------------------------------------------------

    def reserve(
        self, takes: Iterable[CapTake], *, document: str, on: date, expires_on: date, key: str
    ) -> None:
        """Hold what an offer takes, through ``expires_on`` inclusive; all of it or nothing.

        Raises ``Conflict``: ``cap.exceeded``, ``budget.reserved``, ``budget.committed``,
        ``command.key_reused``; and what ``BudgetLedger.reserve`` raises.
        """
        self._do(
            Reserve(
                key=command_key(key),
                document=document,
                on=on,
                expires_on=expires_on,
                takes=gathered(takes),
            )
        )

    def move(
        self,
        takes: Iterable[CapTake],
        *,
        from_document: str,
        to_document: str,
        on: date,
        expires_on: date,
        key: str,
    ) -> None:
        """Release what one document holds and reserve for another, in one step: a new version.

        Raises what ``reserve`` does.
        """
        self._do(
            Reserve(
                key=command_key(key),
                document=to_document,
                on=on,
                expires_on=expires_on,
                takes=gathered(takes),
                leaves=from_document,
            )
        )

    def commit(
        self, *, document: str, on: date, key: str, amounts: Mapping[str, Decimal] | None = None
    ) -> None:
        """Take what a document reserved, or the ``amounts`` by counter: it was ordered.

        Raises ``Conflict`` (``cap.exceeded``, ``budget.committed``), ``Refused``
        (``budget.released``), and what ``BudgetLedger.commit`` raises.
        """
        self._do(
            Commit(key=command_key(key), document=document, on=on, amounts=amounts_of(amounts))
        )

    def release(self, *, document: str, on: date, key: str) -> None:
        """Let go of what a document reserved. Raises what ``BudgetLedger.release`` does."""
        self._do(Release(key=command_key(key), document=document, on=on))

    def cancel(self, *, document: str, on: date, key: str, keep: Collection[str] = ()) -> None:
        """Give back all that a cancelled order took, but for the counters whose keys are kept.

        Raises what ``BudgetLedger.cancel`` does.
        """
        kept = tuple(sorted(keep))
        self._do(Cancel(key=command_key(key), document=document, on=on, keep=kept))

    def give_back(
        self, *, document: str, on: date, key: str, amounts: Mapping[str, Decimal]
    ) -> None:
        """Give back a part of what an order took, by counter.

        Raises what ``BudgetLedger.give_back`` does.
        """
        rows = amounts_of(amounts)
        self._do(GiveBack(key=command_key(key), document=document, on=on, amounts=rows))

    def expire(self, *, on: date, key: str) -> None:
        """Write down the release of every reservation whose last day lies before ``on``."""
        self._do(Expire(key=command_key(key), on=on))

    # --- questions ------------------------------------------------------------------------------

    def used(self, counter: Counter, *, on: date) -> Decimal:
        """What is committed and reserved of a counter for a sale on a day."""
        return self.usage([counter], on=on).used(counter)

    def remaining(self, counter: Counter, limit: Decimal | int, *, on: date) -> Decimal:
        """What is left of ``limit`` for a sale on a day; below 0 where a soft limit was passed."""
        return difference(exact(limit), self.used(counter, on=on))

    def usage(
        self, counters: Iterable[Counter], *, on: date, apart_from: str | None = None
    ) -> CapUsage:
        """What is used of counters, as ``price`` is told; reservations of the quote ``apart_from``
        and of its versions (``apart_from/…``) are left out.
        """
        return reading.usage(self._rows(), counters, on=on, apart_from=apart_from)

    def held(self, document: str) -> tuple[Hold, ...]:
        """What a document holds or took, in the order of the counters' keys; none of an unknown.

        Raises ``Unreadable`` (``store.corrupt_document``).
        """
        return tuple(reading.holds_of(self._rows(), document))

    @property
    def counters(self) -> tuple[Counter, ...]:
        """Every counter that ever moved, in the order of their keys.

        Raises ``Unreadable`` (``store.corrupt_document``).
        """
        return reading.counters(self._rows())

    @property
    def movements(self) -> tuple[BudgetMovement, ...]:
        """Every movement, as recorded. Raises ``Unreadable`` (``store.corrupt_document``)."""
        return tuple(reading.movements(self._rows()))

    def statement(
        self,
        counter: Counter | str,
        *,
        as_of: date,
        since: date | None = None,
        limit: Decimal | int | None = None,
    ) -> BudgetStatement:
        """The statement of a counter, or of its key, up to a day inclusive.

        Raises ``NotFound`` (``budget.unknown_counter``), ``Unreadable``
        (``store.corrupt_document``).
        """
        if isinstance(counter, str):
            counter = self._counter(counter)
        moved = reading.movements_of(self._rows(), counter)
        return budget_statement(moved, counter, as_of=as_of, since=since, limit=limit)

    def movements_of(self, counter: Counter | str) -> tuple[BudgetMovement, ...]:
        """The movements of a counter, or of its key, as recorded.

        Raises ``NotFound`` (``budget.unknown_counter``), ``Unreadable``
        (``store.corrupt_document``).
        """
        if isinstance(counter, str):
            counter = self._counter(counter)
        return tuple(reading.movements_of(self._rows(), counter))

    # --- inside ---------------------------------------------------------------------------------

    def _counter(self, key: str) -> Counter:
        found = reading.counter(self._rows(), key)
        if found is None:
            raise NotFound(
                "budget.unknown_counter",
                f"nothing ever moved the counter {key!r}; see counters for those that did",
                counter=key,
            )
        return found

    def _do(self, command: BudgetCommand) -> None:
        """The command, once. What leaves no room is tried again without what lapsed there."""
        rows, cleared = self._rows(), frozenset[str]()
        while True:
            try:
                with savepoint(rows.connection):
                    record(rows, command, clear=cleared)
            except OutOfRoom as full:
                cleared |= {full.counter}
            else:
                return
