"""What the movements of a budget come to: the figure of each counter, the hold of each document.

The fold is carried along from command to command, so a command costs the same in a ledger of ten
movements and of ten thousand. It knows which reservations end on which day, so that those which
lapsed are found without looking at the others.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from cpq.cap.counter import Counter
from cpq.cap.movement import BudgetMovement, Hold, after
from cpq.kernel.layers import Layers
from cpq.kernel.money import total
from cpq.kernel.text import number_key

Days = tuple[tuple[date, Decimal], ...]
"""Sums by day, in order; days of 0 are left out."""

K = TypeVar("K")
V = TypeVar("V")

_NOTHING = Decimal(0)


class Figure(NamedTuple):
    """One counter: what is committed and reserved of it in all, lapsed reservations included.

    ``by_last_day`` says through which day how much is reserved; ``by_day`` when it was committed,
    for a rolling counter alone.
    """

    counter: Counter
    committed: Decimal = _NOTHING
    reserved: Decimal = _NOTHING
    by_last_day: Days = ()
    by_day: Days = ()

    def moved(self, movement: BudgetMovement, last_day: date) -> "Figure":
        """The figure after one more movement, of a reservation through ``last_day``."""
        rolling = self.counter.days is not None
        return Figure(
            self.counter,
            total((self.committed, movement.committed)),
            total((self.reserved, movement.reserved)),
            _with(self.by_last_day, last_day, movement.reserved),
            _with(self.by_day, movement.counted_on, movement.committed) if rolling else (),
        )

    def committed_on(self, on: date) -> Decimal:
        """What is committed as a sale on a day sees it: of a rolling counter what lies in the
        window that ends then, and what is dated later, since a later window has both.
        """
        days = self.counter.days
        if days is None:
            return self.committed
        return total(amount for day, amount in self.by_day if (on - day).days < days)

    def used(self, on: date) -> Decimal:
        """Committed, and reserved through that day or longer."""
        live = (amount for day, amount in self.by_last_day if day >= on)
        return total((self.committed_on(on), *live))

    def overall(self, on: date) -> Decimal:
        """Committed and reserved, lapsed reservations included: never less than ``used``."""
        return total((self.committed_on(on), self.reserved))


class Lists(Generic[K, V]):
    """Lists by key that grow at the end; adding to one costs the same however long it is.

    >>> lists = Lists().draft()
    >>> lists.add("a", 7), lists.add("a", 8)
    (0, 1)
    >>> lists.of("a"), lists.of("b")
    ([7, 8], [])
    """

    __slots__ = ("_lengths", "_values")

    def __init__(
        self,
        lengths: Layers[K, int] | None = None,
        values: Layers[tuple[K, int], V] | None = None,
    ) -> None:
        self._lengths: Layers[K, int] = Layers() if lengths is None else lengths
        self._values: Layers[tuple[K, int], V] = Layers() if values is None else values

    def of(self, key: K) -> list[V]:
        """The list of ``key``, empty where nothing was added."""
        found = (self._values.get((key, place)) for place in range(self._lengths.get(key) or 0))
        return [value for value in found if value is not None]

    def add(self, key: K, value: V) -> int:
        """Add to the list of ``key`` and say in which place; only in a draft."""
        place = self._lengths.get(key) or 0
        self._values.put((key, place), value)
        self._lengths.put(key, place + 1)
        return place

    def clear(self, key: K) -> None:
        """Begin the list of ``key`` anew; only in a draft."""
        self._lengths.put(key, 0)

    def draft(self) -> "Lists[K, V]":
        """A copy to add to."""
        return Lists(self._lengths.draft(), self._values.draft())

    def sealed(self) -> "Lists[K, V]":
        """The draft as a value."""
        return Lists(self._lengths.sealed(), self._values.sealed())


@dataclass(slots=True)
class BudgetFold:
    """The fold over all movements: a draft inside a command, a value once ``sealed``.

    ``commands`` maps a key to the content of its command, ``holds`` (document, counter) to a hold,
    ``counters`` a document to its counters, ``family`` a number to the documents ``number/…``,
    ``lapsing`` (counter, last day) to documents, ``due`` a last day to counters; ``last_days`` are
    the last days of reservations that were not all released.
    """

    commands: Layers[str, str] = field(default_factory=Layers)
    figures: Layers[str, Figure] = field(default_factory=Layers)
    holds: Layers[tuple[str, str], Hold] = field(default_factory=Layers)
    counters: Layers[str, tuple[str, ...]] = field(default_factory=Layers)
    family: Lists[str, str] = field(default_factory=Lists)
    lapsing: Lists[tuple[str, date], str] = field(default_factory=Lists)
    due: Lists[date, str] = field(default_factory=Lists)
    last_days: tuple[date, ...] = ()

    def draft(self) -> "BudgetFold":
        """A copy for one command."""
        return BudgetFold(
            self.commands.draft(),
            self.figures.draft(),
            self.holds.draft(),
            self.counters.draft(),
            self.family.draft(),
            self.lapsing.draft(),
            self.due.draft(),
            self.last_days,
        )

    def sealed(self) -> "BudgetFold":
        """The draft as a value."""
        return BudgetFold(
            self.commands.sealed(),
            self.figures.sealed(),
            self.holds.sealed(),
            self.counters.sealed(),
            self.family.sealed(),
            self.lapsing.sealed(),
            self.due.sealed(),
            self.last_days,
        )

    def figure(self, counter: Counter) -> Figure:
        """The figure of a counter, empty where nothing moved it."""
        return self.figures.get(counter.key) or Figure(counter)

    def held(self, document: str) -> tuple[Hold, ...]:
        """What a document has, in the order of the counters' keys."""
        key = number_key(document)
        return tuple(self._hold(key, counter) for counter in self.counters.get(key) or ())

    def reserved_by(self, number: str, counter: Counter, on: date) -> Decimal:
        """What the documents ``number`` and ``number/…`` keep of a counter from others on a day."""
        holds = (
            self.holds.get((document, counter.key))
            for document in self.family.of(number_key(number))
        )
        return total(hold.live(on) for hold in holds if hold is not None)

    def lapsed(self, on: date, counter: Counter | None = None) -> Iterator[Hold]:
        """The reservations, of one counter or of all, that lapsed and were not released."""
        days = self.last_days[: bisect_left(self.last_days, on)]
        if counter is not None:
            due = [(day, counter.key) for day in days]
        else:
            due = [(day, key) for day in days for key in dict.fromkeys(self.due.of(day))]
        for day, key in due:
            for document in dict.fromkeys(self.lapsing.of((key, day))):
                hold = self._hold(document, key)
                if hold.phase == "reserved" and hold.expires_on == day:
                    yield hold

    def move(self, movement: BudgetMovement) -> None:
        """Add a movement; only in a draft. Raises what ``after`` does."""
        counter = movement.counter.key
        document = number_key(movement.document)
        before = self.holds.get((document, counter))
        hold = after(before, movement)
        self.holds.put((document, counter), hold)
        if before is None:
            self._file(document, counter)
        if movement.kind == "reserve":
            self._await_end(hold.expires_on, counter, document)
        figure = self.figure(movement.counter)
        self.figures.put(counter, figure.moved(movement, hold.expires_on))

    def forget(self, on: date) -> None:
        """Leave out the last days before ``on``: all that ended then is released."""
        place = bisect_left(self.last_days, on)
        for day in self.last_days[:place]:
            for counter in self.due.of(day):
                self.lapsing.clear((counter, day))
            self.due.clear(day)
        self.last_days = self.last_days[place:]

    def _hold(self, document: str, counter: str) -> Hold:
        hold = self.holds.get((document, counter))
        assert hold is not None, "a document is filed with its first hold of a counter"
        return hold

    def _file(self, document: str, counter: str) -> None:
        counters = self.counters.get(document) or ()
        self.counters.put(document, tuple(sorted((*counters, counter))))
        if counters:
            return
        for number in {document, document.rpartition("/")[0] or document}:
            self.family.add(number, document)

    def _await_end(self, day: date, counter: str, document: str) -> None:
        if self.lapsing.add((counter, day), document) == 0:
            self.due.add(day, counter)
        place = bisect_left(self.last_days, day)
        if self.last_days[place : place + 1] != (day,):
            self.last_days = (*self.last_days[:place], day, *self.last_days[place:])


def _with(days: Days, day: date, amount: Decimal) -> Days:
    """The sums with ``amount`` added to a day's."""
    if not amount:
        return days
    place = bisect_left(days, day, key=lambda each: each[0])
    if place == len(days) or days[place][0] != day:
        return (*days[:place], (day, amount), *days[place:])
    left = total((days[place][1], amount))
    return (*days[:place], *(((day, left),) if left else ()), *days[place + 1 :])
