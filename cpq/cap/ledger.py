"""The budget ledger (促销额度台账): what offers hold, what orders took, and what is left.

What remains of a counter is its limit less what was committed less what is reserved and still live.
All of it is a fold over movements, and movements are appended by commands. A command is granted
whole or not at all; it comes with a key, and where it comes again nothing more is done. Nobody
counts up a number that somebody else read: the room that a command needs is looked for when it is
recorded, beside everything recorded before it, whatever day that bears. So a hard limit holds in
the order in which things became known.

A reservation counts through its last day, whether or not anybody writes its end down. An order that
comes later has to find room again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Self

from pydantic import model_validator

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
from cpq.cap.counter import CapTake, CapUsage, Counter
from cpq.cap.decision import Guard, decide
from cpq.cap.fold import BudgetFold
from cpq.cap.movement import BudgetMovement, Hold, lapse
from cpq.cap.statement import BudgetRow, BudgetStatement, budget_statement
from cpq.kernel.errors import Conflict, NotFound
from cpq.kernel.model import Frozen
from cpq.kernel.money import difference, exact
from cpq.kernel.text import number_key

__all__ = [
    "BudgetLedger",
    "BudgetMovement",
    "BudgetRow",
    "BudgetStatement",
    "DoneCommand",
    "Hold",
    "budget_statement",
]


class DoneCommand(Frozen):
    """A command that was done: its key, and the hash of what it said."""

    key: str
    content: str


class BudgetLedger(Frozen):
    """Movements, and what is used as a fold over them; each command gives the next ledger.

    Read back without its ``commands``, it takes no key again that its movements bear.

    >>> autumn = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> take = CapTake(counter=autumn, amount=1, limit=100)
    >>> day, last = date(2026, 11, 21), date(2026, 12, 21)
    >>> offered = BudgetLedger().reserve([take], document="Q-1/1", on=day, expires_on=last, key="1")
    >>> ordered = offered.commit(document="Q-1/1", on=date(2026, 11, 25), key="2")
    >>> [str(each.remaining(autumn, 100, on=last)) for each in (BudgetLedger(), offered, ordered)]
    ['100', '99', '99']
    >>> str(offered.remaining(autumn, 100, on=date(2026, 12, 22)))
    '100'
    >>> ordered.commit(document="Q-1/1", on=date(2026, 11, 25), key="2") is ordered
    True
    """

    movements: tuple[BudgetMovement, ...] = ()
    commands: tuple[DoneCommand, ...] = ()

    @model_validator(mode="after")
    def _movements_follow(self) -> Self:
        _ = self._fold
        return self

    @cached_property
    def _fold(self) -> BudgetFold:
        draft = BudgetFold().draft()
        for movement in self.movements:
            draft.move(movement)
            draft.commands.put(movement.command, "")
        for command in self.commands:
            draft.commands.put(command.key, command.content)
        return draft.sealed()

    # --- commands -------------------------------------------------------------------------------

    def reserve(
        self, takes: Iterable[CapTake], *, document: str, on: date, expires_on: date, key: str
    ) -> "BudgetLedger":
        """Hold what an offer takes, through ``expires_on`` inclusive; all of it or nothing.

        Takes of one counter add up. Raises ``Conflict`` (``cap.exceeded``: a hard limit leaves no
        room; ``budget.reserved``, ``budget.committed``: the document holds something already;
        ``command.key_reused``) and ``Invalid`` (``budget.ends_early``, ``budget.off_grid``,
        ``command.bad_key``), ``Refused`` (``budget.too_early``).
        """
        return self._done(
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
    ) -> "BudgetLedger":
        """Release what one document holds and reserve for another, in one step: a new version.

        What is released does not stand in the way of what is reserved, and a document that held
        nothing stands in nobody's. The same document twice changes its reservation, or extends it.
        Raises what ``reserve`` does.
        """
        return self._done(
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
    ) -> "BudgetLedger":
        """Take what a document reserved: it was ordered. ``amounts`` says otherwise, by counter.

        What is live needs no room, whatever the limit is by now; what is more, or comes after the
        last day, has to find it again. Raises ``Conflict`` (``cap.exceeded``, ``budget.committed``,
        ``command.key_reused``), ``NotFound`` (``budget.unknown_document``,
        ``budget.unknown_counter``), ``Refused`` (``budget.released``, ``budget.too_early``),
        ``Invalid`` (``budget.negative``, ``budget.off_grid``, ``command.bad_key``).
        """
        return self._done(
            Commit(key=command_key(key), document=document, on=on, amounts=amounts_of(amounts))
        )

    def release(self, *, document: str, on: date, key: str) -> "BudgetLedger":
        """Let go of what a document reserved: lost, withdrawn or refused; it cannot be ordered now.

        Where it was released before, nothing moves. Raises ``NotFound``
        (``budget.unknown_document``), ``Conflict`` (``budget.committed``, ``command.key_reused``),
        ``Refused`` (``budget.too_early``), ``Invalid`` (``command.bad_key``).
        """
        return self._done(Release(key=command_key(key), document=document, on=on))

    def cancel(
        self, *, document: str, on: date, key: str, keep: Collection[str] = ()
    ) -> "BudgetLedger":
        """Give back all that a cancelled order took, but for the counters whose keys are kept.

        It may be ordered again, where there is room. Raises ``NotFound``
        (``budget.unknown_document``, ``budget.unknown_counter``), ``Refused``
        (``budget.not_committed``, ``budget.too_early``), ``Conflict`` (``command.key_reused``),
        ``Invalid`` (``command.bad_key``).
        """
        kept = tuple(sorted(keep))
        return self._done(Cancel(key=command_key(key), document=document, on=on, keep=kept))

    def give_back(
        self, *, document: str, on: date, key: str, amounts: Mapping[str, Decimal]
    ) -> "BudgetLedger":
        """Give back a part of what an order took, by counter: never more than is left of it.

        In a rolling window it counts on the day on which it was taken. Raises ``Refused``
        (``budget.exceeds_committed``, ``budget.not_committed``, ``budget.too_early``), ``NotFound``
        (``budget.unknown_document``, ``budget.unknown_counter``), ``Invalid``
        (``budget.negative``, ``budget.off_grid``, ``command.bad_key``), ``Conflict``
        (``command.key_reused``).
        """
        rows = amounts_of(amounts)
        return self._done(GiveBack(key=command_key(key), document=document, on=on, amounts=rows))

    def expire(self, *, on: date, key: str) -> "BudgetLedger":
        """Write down the release of every reservation whose last day lies before ``on``.

        Changes nothing that is used or remains on that day. Raises ``Conflict``
        (``command.key_reused``), ``Invalid`` (``command.bad_key``).
        """
        return self._done(Expire(key=command_key(key), on=on))

    # --- questions ------------------------------------------------------------------------------

    def used(self, counter: Counter, *, on: date) -> Decimal:
        """What is committed and reserved of a counter for a sale on a day.

        Facts dated later are in it: what they took is not there to be taken earlier. What was used
        on a past day is what ``statement`` says.
        """
        return self._fold.figure(counter).used(on)

    def remaining(self, counter: Counter, limit: Decimal | int, *, on: date) -> Decimal:
        """What is left of ``limit`` for a sale on a day; below 0 where a soft limit was passed."""
        return difference(exact(limit), self.used(counter, on=on))

    def usage(
        self, counters: Iterable[Counter], *, on: date, apart_from: str | None = None
    ) -> CapUsage:
        """What is used of counters, as ``price`` is told; reservations of the quote ``apart_from``
        and of its versions (``apart_from/…``) are left out, as they do not stand in its own way.

        >>> autumn = Counter(owner="AUTUMN", cap="1", measure="orders")
        >>> day = date(2026, 11, 21)
        >>> ledger = BudgetLedger().reserve([CapTake(counter=autumn, amount=1, limit=100)],
        ...                                 document="Q-1/1", on=day, expires_on=day, key="1")
        >>> [str(ledger.usage([autumn], on=day, apart_from=number).used(autumn))
        ...  for number in (None, "Q-1", "Q-2")]
        ['1', '0', '1']
        """
        rows = {}
        for counter in counters:
            used = self.used(counter, on=on)
            if apart_from is not None:
                used = difference(used, self._fold.reserved_by(apart_from, counter, on))
            rows[counter.key] = used
        return CapUsage(rows=tuple(rows.items()))

    def held(self, document: str) -> tuple[Hold, ...]:
        """What a document holds or took, in the order of the counters' keys; none of an unknown."""
        return self._fold.held(document)

    @property
    def counters(self) -> tuple[Counter, ...]:
        """Every counter that ever moved, in the order of their keys."""
        by_key = {movement.counter.key: movement.counter for movement in self.movements}
        return tuple(by_key[key] for key in sorted(by_key))

    def statement(
        self,
        counter: Counter | str,
        *,
        as_of: date,
        since: date | None = None,
        limit: Decimal | int | None = None,
    ) -> BudgetStatement:
        """The statement of a counter, or of its key, from ``since`` to ``as_of``, both inclusive.

        Raises ``NotFound`` (``budget.unknown_counter``) for a key that nothing ever moved.
        """
        if isinstance(counter, str):
            found = self._fold.figures.get(counter)
            if found is None:
                raise NotFound(
                    "budget.unknown_counter",
                    f"nothing ever moved the counter {counter!r}; see counters for those that did",
                    counter=counter,
                )
            counter = found.counter
        return budget_statement(self.movements, counter, as_of=as_of, since=since, limit=limit)

    # --- inside ---------------------------------------------------------------------------------

    def _done(self, command: BudgetCommand) -> "BudgetLedger":
        """The ledger after a command; this one where the command was done before."""
        fold, content = self._fold, command.content_hash()
        before = fold.commands.get(command.key)
        if before is not None:
            _refuse_other_content(command, before, content)
            return self
        if isinstance(command, Expire):
            movements = tuple(lapse(hold, command=command.key) for hold in fold.lapsed(command.on))
        else:
            guards, decided = decide(command, fold.held)
            movements = (*_room(fold, guards, command), *decided)
        draft = fold.draft()
        for movement in movements:
            draft.move(movement)
        if isinstance(command, Expire):
            draft.forget(command.on)
        draft.commands.put(command.key, content)
        # validating the whole tuple again would make the cost of a command grow with the ledger
        ledger = BudgetLedger.model_construct(
            movements=self.movements + movements,
            commands=(*self.commands, DoneCommand(key=command.key, content=content)),
        )
        ledger.__dict__["_fold"] = draft.sealed()
        return ledger


def _refuse_other_content(command: BudgetCommand, before: str, content: str) -> None:
    if before != content:
        raise Conflict(
            "command.key_reused",
            f"the key {command.key!r} was used for another command; a key names one command for "
            "ever",
            key=command.key,
        )


def _room(
    fold: BudgetFold,
    guards: Sequence[Guard],
    command: Reserve | Commit | Release | Cancel | GiveBack,
) -> list[BudgetMovement]:
    """Make room: the releases of lapsed reservations without which a command would find none.

    Raises ``Conflict`` (``cap.exceeded``).
    """
    own = {number_key(command.document)}
    if isinstance(command, Reserve) and command.leaves is not None:
        own.add(number_key(command.leaves))
    made: list[BudgetMovement] = []
    for guard in guards:
        figure = fold.figure(guard.counter)
        if guard.fits(difference(figure.overall(command.on), guard.held)):
            continue
        others = difference(figure.used(command.on), guard.held)
        if not guard.fits(others):
            raise guard.exceeded(others)
        made += [
            lapse(hold, command=command.key)
            for hold in fold.lapsed(command.on, guard.counter)
            if number_key(hold.document) not in own
        ]
    return made
