"""What a command of the budget ledger does: the movements it makes and the room they need.

``decide`` looks at nothing but the command and what its documents hold, so it says the same in
memory and in a database. Whoever keeps the counters then asks of each ``Guard`` whether what is
used leaves room, and appends all movements or none. A guard has two questions. The first is cheap
and needs one figure of the counter: what was reserved and committed in all, lapsed reservations
included. Only where that leaves no room are the lapsed ones left out, and then they are released
with the command. So committed and reserved never come to more than a hard limit, in whatever order
the days of the commands run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, NoReturn, assert_never

from cpq.cap.command import (
    BudgetCommand,
    Cancel,
    Commit,
    Expire,
    GiveBack,
    Release,
    Reserve,
    on_grid,
)
from cpq.cap.counter import Counter
from cpq.cap.movement import BudgetMovement, Hold, MovementKind, lapse
from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from cpq.kernel.money import difference, plain, total
from cpq.kernel.text import number_key

_NOTHING = Decimal(0)


class Guard(NamedTuple):
    """The room that a command needs of a counter with a hard limit.

    It takes ``taken`` for good or for a while, and ends what its documents held: what of that was
    live is ``held``, and needs no room again, whatever the limit is by now. ``overshoot`` is a
    declared gate: the last one passes whole while anything is left.

    >>> guard = Guard(Counter(owner="AUTUMN", cap="1", measure="orders"), taken=Decimal(3),
    ...               held=Decimal(0), limit=Decimal(5), overshoot=False)
    >>> [guard.fits(Decimal(others)) for others in (2, 3)]
    [True, False]
    """

    counter: Counter
    taken: Decimal
    held: Decimal
    limit: Decimal
    overshoot: bool

    def fits(self, others: Decimal) -> bool:
        """Whether there is room beside what ``others`` use, reserved or committed."""
        if self.taken <= self.held:
            return True
        return others < self.limit if self.overshoot else total((others, self.taken)) <= self.limit

    def exceeded(self, others: Decimal) -> Conflict:
        """The refusal where there is none, with what is left."""
        counter, remaining = self.counter, max(difference(self.limit, others), _NOTHING)
        of = f"{plain(self.limit)}{f' {counter.currency}' if counter.currency else ''}"
        return Conflict(
            "cap.exceeded",
            f"cap {counter.cap!r} of {counter.owner!r} has {plain(remaining)} left of {of} "
            f"{counter.measure} ({counter.key}), {plain(self.taken)} is asked for; price it again "
            "to see what is still granted",
            counter=counter.key,
            limit=self.limit,
            remaining=remaining,
            asked=self.taken,
        )


class Decision(NamedTuple):
    """The room that a command needs, in the order of the counters, and what it moves then."""

    guards: tuple[Guard, ...]
    movements: tuple[BudgetMovement, ...]


HoldsOf = Callable[[str], Sequence[Hold]]
"""What a document holds, of every counter it ever moved, in the order of the counters' keys."""


def decide(command: BudgetCommand, holds_of: HoldsOf) -> Decision:
    """What a command does to what its documents hold; ``Expire`` is the keeper's own walk.

    Raises ``NotFound`` (``budget.unknown_document``, ``budget.unknown_counter``), ``Conflict``
    (``budget.committed``, ``budget.reserved``), ``Refused`` (``budget.released``,
    ``budget.not_committed``, ``budget.exceeds_committed``, ``budget.too_early``), ``Invalid``
    (``budget.ends_early``, ``budget.off_grid``).

    >>> from cpq.cap.counter import CapTake
    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> offer = Reserve(key="1", document="Q-1/1", on="2026-11-21", expires_on="2026-12-21",
    ...                 takes=[CapTake(counter=counter, amount=1, limit=100)])
    >>> decision = decide(offer, lambda document: ())
    >>> [movement.kind for movement in decision.movements], str(decision.guards[0].limit)
    (['reserve'], '100')
    """
    match command:
        case Reserve():
            return _reserve(command, holds_of)
        case Commit():
            return _commit(command, _known(command.document, holds_of))
        case Release():
            return _release(command, _known(command.document, holds_of))
        case Cancel():
            return _cancel(command, _known(command.document, holds_of))
        case GiveBack():
            return _give_back(command, _known(command.document, holds_of))
        case Expire():
            return Decision((), ())
        case _:
            assert_never(command)


def _known(document: str, holds_of: HoldsOf) -> Sequence[Hold]:
    held = holds_of(document)
    if not held:
        raise NotFound(
            "budget.unknown_document",
            f"the budget ledger knows nothing of {document!r}; reserve first, or correct it",
            document=document,
        )
    return held


def _reserve(command: Reserve, holds_of: HoldsOf) -> Decision:
    if command.expires_on < command.on:
        raise Invalid(
            "budget.ends_early",
            f"the reservation of {command.document} ends on {command.expires_on}, before it begins "
            f"on {command.on}",
            document=command.document,
        )
    leaves = "" if command.leaves is None else command.leaves
    leaving = holds_of(leaves) if leaves else ()
    itself = number_key(leaves) == number_key(command.document)
    held = () if itself else holds_of(command.document)
    _refuse_committed((*leaving, *held))
    for hold in held:
        if hold.phase == "reserved" and hold.expires_on >= command.on:
            raise Conflict(
                "budget.reserved",
                f"{hold.document} holds {plain(hold.reserved)} of {hold.counter.key} through "
                f"{hold.expires_on} already; move it, or release it first",
                document=hold.document,
            )
    taken = {take.counter.key for take in command.takes}
    movements: list[BudgetMovement] = []
    for hold in leaving:
        movements += _ended(hold, command, on=command.on)
    for hold in held:
        if hold.counter.key in taken:
            _refuse_early("reserve", hold, command.on)
            movements += _lapsed(hold, command, on=command.on)
        else:
            movements += _ended(hold, command, on=command.on)
    guards = []
    for take in command.takes:
        own = [hold for hold in (*leaving, *held) if hold.counter.key == take.counter.key]
        if take.hard:
            guards.append(
                Guard(
                    take.counter,
                    taken=take.amount,
                    held=total(hold.live(command.on) for hold in own),
                    limit=take.limit,
                    overshoot=take.overshoot,
                )
            )
        movements.append(
            BudgetMovement(
                kind="reserve",
                counter=take.counter,
                document=command.document,
                on=command.on,
                reserved=take.amount,
                expires_on=command.expires_on,
                limit=take.limit,
                hard=take.hard,
                overshoot=take.overshoot,
                command=command.key,
            )
        )
    return Decision(tuple(guards), tuple(movements))


def _commit(command: Commit, held: Sequence[Hold]) -> Decision:
    _refuse_committed(held)
    offered = [hold for hold in held if hold.phase != "released"]
    if not offered:
        raise Refused(
            "budget.released",
            f"what {command.document} reserved was released on {held[0].last_on}; reserve again",
            document=command.document,
        )
    amounts = _by_counter(command.amounts, offered, command.document)
    guards, movements = [], []
    for hold in offered:
        taken = amounts.get(hold.counter.key, hold.asked)
        live = hold.live(command.on)
        if hold.hard:
            guards.append(Guard(hold.counter, taken, live, hold.limit, hold.overshoot))
        movements += _lapsed(hold, command, on=command.on)
        movements.append(
            _movement("commit", hold, command, reserved=live.copy_negate(), committed=taken)
        )
    return Decision(tuple(guards), tuple(movements))


def _release(command: Release, held: Sequence[Hold]) -> Decision:
    _refuse_committed(held)
    movements: list[BudgetMovement] = []
    for hold in held:
        movements += _ended(hold, command, on=command.on)
    return Decision((), tuple(movements))


def _cancel(command: Cancel, held: Sequence[Hold]) -> Decision:
    taken = _committed(command, held)
    kept = _by_counter(((key, _NOTHING) for key in command.keep), taken, command.document)
    return Decision(
        (),
        tuple(
            _movement(
                "release",
                hold,
                command,
                committed=kept.get(hold.counter.key, hold.committed).copy_negate(),
            )
            for hold in taken
        ),
    )


def _give_back(command: GiveBack, held: Sequence[Hold]) -> Decision:
    taken = _committed(command, held)
    amounts = _by_counter(command.amounts, taken, command.document)
    movements = []
    for hold in taken:
        back = amounts.get(hold.counter.key)
        if back is None:
            continue
        if back > hold.committed:
            raise Refused(
                "budget.exceeds_committed",
                f"{command.document} gives back {plain(back)} of {hold.counter.key}, but only "
                f"{plain(hold.committed)} of what it took is left; give back at most that",
                document=command.document,
                counter=hold.counter.key,
                committed=hold.committed,
                asked=back,
            )
        movements.append(_movement("adjust", hold, command, committed=back.copy_negate()))
    return Decision((), tuple(movements))


def _ended(hold: Hold, command: Reserve | Release, *, on: date) -> list[BudgetMovement]:
    """What ends a hold for good: nothing where that was done, a release of 0 where it lapsed."""
    if hold.phase == "released":
        return []
    lapsed = _lapsed(hold, command, on=on)
    reserved = _NOTHING if lapsed else hold.reserved.copy_negate()
    return [*lapsed, _movement("release", hold, command, reserved=reserved)]


def _lapsed(hold: Hold, command: Reserve | Commit | Release, *, on: date) -> list[BudgetMovement]:
    """The release that time made of a reservation and nobody wrote down yet."""
    due = hold.phase == "reserved" and hold.expires_on < on
    return [lapse(hold, command=command.key)] if due else []


def _movement(
    kind: MovementKind,
    hold: Hold,
    command: Reserve | Commit | Release | Cancel | GiveBack,
    *,
    reserved: Decimal = _NOTHING,
    committed: Decimal = _NOTHING,
) -> BudgetMovement:
    """The next movement of a hold, which no earlier one follows."""
    _refuse_early(kind, hold, command.on)
    comes_back = committed < 0 and hold.counts_on != command.on
    return BudgetMovement(
        kind=kind,
        counter=hold.counter,
        document=hold.document,
        on=command.on,
        reserved=reserved,
        committed=committed,
        counts_on=hold.counts_on if comes_back else None,
        command=command.key,
    )


def _refuse_early(kind: MovementKind, hold: Hold, on: date) -> None:
    if on < hold.last_on:
        raise Refused(
            "budget.too_early",
            f"a {kind} of {hold.document} is dated {on}, before its last movement "
            f"({hold.last_on}); date it that day or later",
            document=hold.document,
            on=on,
            earliest=hold.last_on,
        )


def _refuse_committed(held: Iterable[Hold]) -> None:
    for hold in held:
        if hold.phase == "committed":
            raise Conflict(
                "budget.committed",
                f"{hold.document} is committed since {hold.counts_on}; cancel the order first, or "
                "reserve for another document",
                document=hold.document,
            )


def _committed(command: Cancel | GiveBack, held: Sequence[Hold]) -> list[Hold]:
    taken = [hold for hold in held if hold.phase == "committed"]
    if not taken:
        raise Refused(
            "budget.not_committed",
            f"{command.document} has nothing committed that could come back: it is "
            f"{held[0].phase}; a reservation is released",
            document=command.document,
        )
    return taken


def _by_counter(
    rows: Iterable[tuple[str, Decimal]], held: Sequence[Hold], document: str
) -> Mapping[str, Decimal]:
    """Amounts by counter, each of one that the document holds and on its grid."""
    counters = {hold.counter.key: hold.counter for hold in held}
    amounts = dict(rows)
    for key, amount in amounts.items():
        if key not in counters:
            _unknown_counter(key, document, counters)
        on_grid(amount, counters[key])
    return amounts


def _unknown_counter(key: str, document: str, counters: Iterable[str]) -> NoReturn:
    raise NotFound(
        "budget.unknown_counter",
        f"{document} holds nothing of {key!r}; it has {', '.join(sorted(counters))}",
        document=document,
        counter=key,
    )
