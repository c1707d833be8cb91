"""What moved on a counter (占用、核减、释放、调整), and what a document holds of it in consequence.

A promotion's budget is not a number that is counted up: two sellers who read it at the same moment
would both find room. It is a list of movements, each a fact with the command that made it, and a
document's hold is the fold over its own. An offer reserves, an order commits, what ends without an
order is released, what a return or a cancellation gives back lowers what was committed.

    ========  =============================  ============  ============
    kind      made when                      reserved      committed
    ========  =============================  ============  ============
    reserve   an offer goes out              what it asks  0
    commit    it is ordered                  − held        what it took
    release   it lapsed, or was withdrawn    − held        0
    release   the order was cancelled        0             − what it had
    adjust    goods came back                0             − part of it
    ========  =============================  ============  ============
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from cpq.cap.counter import Counter
from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.money import Exact, plain, total
from cpq.kernel.text import Line, Number

MovementKind = Literal["reserve", "commit", "release", "adjust"]
"""Why a counter moved."""

HoldPhase = Literal["reserved", "lapsed", "released", "committed", "cancelled"]
"""What became of what a document reserved: ``lapsed`` by time, ``released`` by a decision."""

_NOTHING = Decimal(0)
_DAY = timedelta(days=1)


class BudgetMovement(Frozen):
    """One fact of the budget ledger: what a command moved on one counter for one document.

    ``reserved`` and ``committed`` are signed, in the counter's currency or counts. ``on`` is the
    day on which it holds. A ``reserve`` names ``expires_on``, its last day (inclusive), and on what
    terms it was granted (``limit``, ``hard``, ``overshoot``); a ``release`` that names
    ``expires_on`` says that the reservation lapsed, and holds from the day after. ``counts_on`` is
    the day whose rolling windows the committed part is in, where that is not ``on``: what comes
    back counts on the day on which it was taken. Raises ``Invalid`` (``budget.bad_movement``).

    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> BudgetMovement(kind="reserve", counter=counter, document="Q-1/1", on="2026-11-21",
    ...                reserved=1, expires_on="2026-12-21", limit=100, command="send Q-1/1").change
    Decimal('1')
    """

    kind: MovementKind
    counter: Counter
    document: Number
    on: date
    reserved: Exact = _NOTHING
    committed: Exact = _NOTHING
    expires_on: date | None = None
    counts_on: date | None = None
    limit: Exact | None = None
    hard: bool = True
    overshoot: bool = False
    command: Line = Field(min_length=1)

    @model_validator(mode="after")
    def _means_one_thing(self) -> "BudgetMovement":
        reserved, committed = self.reserved, self.committed
        good = {
            "reserve": reserved >= 0 == committed and None not in (self.expires_on, self.limit),
            "commit": reserved <= 0 <= committed,
            "release": reserved <= 0 and committed <= 0 and 0 in (reserved, committed),
            "adjust": reserved == 0 >= committed,
        }[self.kind]
        if not good:
            raise Invalid(
                "budget.bad_movement",
                f"no {self.kind} moves {plain(reserved)} reserved and {plain(committed)} "
                f"committed of {self.counter.key}, last day {self.expires_on}, limit {self.limit}; "
                "see the table of cpq.cap.movement",
                counter=self.counter.key,
            )
        return self

    @property
    def change(self) -> Decimal:
        """What it adds to what is used, reserved or committed."""
        return total((self.reserved, self.committed))

    @property
    def counted_on(self) -> date:
        """The day whose rolling windows the committed part is in."""
        return self.counts_on or self.on


class Hold(NamedTuple):
    """What one document has of one counter: the fold over its movements.

    ``asked`` is what it last reserved, ``reserved`` what of that has not ended (it counts through
    ``expires_on``), ``committed`` what it took and did not give back, ``counts_on`` when it took
    it; ``last_on`` is the day of the last decision about it; ``limit``, ``hard`` and ``overshoot``
    are the terms on which it reserved.
    """

    counter: Counter
    document: str
    phase: HoldPhase
    asked: Decimal
    reserved: Decimal
    committed: Decimal
    expires_on: date
    counts_on: date | None
    last_on: date
    limit: Decimal
    hard: bool
    overshoot: bool

    def live(self, on: date) -> Decimal:
        """What it keeps from others on a day: 0 after the reservation's last day."""
        return self.reserved if self.expires_on >= on else _NOTHING


def after(hold: Hold | None, movement: BudgetMovement) -> Hold:
    """The hold after one more of its movements; ``None`` before the first.

    Raises ``Refused`` (``budget.mismatch``) where the movement ends what is not held: more
    reserved or committed than there is, a reservation beside another.

    >>> counter = Counter(owner="AUTUMN", cap="1", measure="orders")
    >>> first = BudgetMovement(kind="reserve", counter=counter, document="Q-1/1", on="2026-11-21",
    ...                        reserved=1, expires_on="2026-12-21", limit=100, command="1")
    >>> order = BudgetMovement(kind="commit", counter=counter, document="Q-1/1", on="2026-11-25",
    ...                        reserved=-1, committed=1, command="2")
    >>> hold = after(after(None, first), order)
    >>> hold.phase, hold.reserved, hold.committed
    ('committed', Decimal('0'), Decimal('1'))
    """
    if movement.kind == "reserve":
        return _reserved(hold, movement)
    if hold is None or not _fits(hold, movement):
        raise _mismatch(hold, movement)
    reserved = total((hold.reserved, movement.reserved))
    committed = total((hold.committed, movement.committed))
    on = max(hold.last_on, movement.on)
    match movement.kind:
        case "commit":
            return hold._replace(
                phase="committed",
                reserved=reserved,
                committed=committed,
                counts_on=movement.counted_on,
                last_on=on,
            )
        case "adjust":
            return hold._replace(committed=committed, last_on=on)
    if hold.phase == "committed":
        # what a cancellation does not give back stays used, but it is no longer the document's
        return hold._replace(phase="cancelled", committed=_NOTHING, last_on=on)
    if movement.expires_on is not None:
        # somebody's clock may run ahead of the order that comes: it is not dated before a decision
        return hold._replace(phase="lapsed", reserved=reserved)
    return hold._replace(phase="released", reserved=reserved, last_on=on)


def lapse(hold: Hold, *, command: str) -> BudgetMovement:
    """The release of a reservation that lapsed, on the day after its last."""
    return BudgetMovement(
        kind="release",
        counter=hold.counter,
        document=hold.document,
        on=hold.expires_on + _DAY,
        reserved=hold.reserved.copy_negate(),
        expires_on=hold.expires_on,
        command=command,
    )


def _reserved(hold: Hold | None, movement: BudgetMovement) -> Hold:
    if hold is not None and hold.phase in ("reserved", "committed"):
        raise _mismatch(hold, movement)
    assert movement.expires_on is not None, "a reserve has a last day"
    assert movement.limit is not None, "a reserve has a limit"
    return Hold(
        counter=movement.counter,
        document=movement.document,
        phase="reserved",
        asked=movement.reserved,
        reserved=movement.reserved,
        committed=_NOTHING,
        expires_on=movement.expires_on,
        counts_on=None,
        last_on=movement.on if hold is None else max(hold.last_on, movement.on),
        limit=movement.limit,
        hard=movement.hard,
        overshoot=movement.overshoot,
    )


def _fits(hold: Hold, movement: BudgetMovement) -> bool:
    """Whether a movement that ends or gives back has that to end or to give back."""
    whole = total((hold.reserved, movement.reserved)) == 0
    left = total((hold.committed, movement.committed))
    match movement.kind:
        case "commit":
            return whole and hold.phase != "committed"
        case "adjust":
            return whole and hold.phase == "committed" and left >= 0
    # a cancellation gives back all that is left, or keeps all of it used
    return whole and (left == 0 or movement.committed == 0)


def _mismatch(hold: Hold | None, movement: BudgetMovement) -> Refused:
    held = (
        "holds nothing there"
        if hold is None
        else f"is {hold.phase} with {plain(hold.reserved)} reserved and "
        f"{plain(hold.committed)} committed"
    )
    return Refused(
        "budget.mismatch",
        f"a {movement.kind} of {plain(movement.reserved)} reserved and "
        f"{plain(movement.committed)} committed of {movement.counter.key} does not follow: "
        f"{movement.document} {held}; a movement is missing or was altered",
        document=movement.document,
        counter=movement.counter.key,
    )
