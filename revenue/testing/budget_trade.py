"""The words of a budget ledger, one that is kept in memory, and a long trade (额度契约用例).

A contract speaks to a ledger in these words, so that the same tests run in memory and on databases.
"""

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from cpq.cap import CapTake, CapUsage, Counter
from cpq.cap.ledger import BudgetLedger
from cpq.cap.movement import BudgetMovement, Hold
from cpq.cap.statement import BudgetStatement
from cpq.kernel.errors import DomainError

DAY = date(2026, 11, 21)
LAST = DAY + timedelta(days=30)
AFTER = LAST + timedelta(days=1)

ORDERS = Counter(owner="AUTUMN", cap="1", measure="orders")
MONEY = Counter(owner="AUTUMN", cap="2", measure="amount", currency="CNY")
ROLLING = Counter(
    owner="AUTUMN",
    cap="3",
    scope=(("customer", "C-1"),),
    window="7 days",
    days=7,
    measure="orders",
)


class Budget(Protocol):
    """The words of a budget ledger: those of ``BudgetLedger``, whatever its commands give back."""

    def reserve(
        self, takes: Iterable[CapTake], *, document: str, on: date, expires_on: date, key: str
    ) -> object: ...
    def move(
        self,
        takes: Iterable[CapTake],
        *,
        from_document: str,
        to_document: str,
        on: date,
        expires_on: date,
        key: str,
    ) -> object: ...
    def commit(
        self, *, document: str, on: date, key: str, amounts: Mapping[str, Decimal] | None = None
    ) -> object: ...
    def release(self, *, document: str, on: date, key: str) -> object: ...
    def cancel(
        self, *, document: str, on: date, key: str, keep: Collection[str] = ()
    ) -> object: ...
    def give_back(
        self, *, document: str, on: date, key: str, amounts: Mapping[str, Decimal]
    ) -> object: ...
    def expire(self, *, on: date, key: str) -> object: ...
    def used(self, counter: Counter, *, on: date) -> Decimal: ...
    def remaining(self, counter: Counter, limit: Decimal | int, *, on: date) -> Decimal: ...
    def usage(
        self, counters: Iterable[Counter], *, on: date, apart_from: str | None = None
    ) -> CapUsage: ...
    def held(self, document: str) -> tuple[Hold, ...]: ...
    @property
    def counters(self) -> tuple[Counter, ...]: ...
    @property
    def movements(self) -> tuple[BudgetMovement, ...]: ...
    def statement(
        self,
        counter: Counter | str,
        *,
        as_of: date,
        since: date | None = None,
        limit: Decimal | int | None = None,
    ) -> BudgetStatement: ...


class MemoryBudget:
    """A ``BudgetLedger`` that is kept: each command puts the next ledger in its place.

    >>> budget = MemoryBudget()
    >>> budget.reserve([take()], document="Q-1/1", on=DAY, expires_on=LAST, key="1")
    >>> str(budget.used(ORDERS, on=DAY))
    '1'
    """

    def __init__(self) -> None:
        self.ledger = BudgetLedger()

    def __getattr__(self, name: str) -> Any:
        said = getattr(self.ledger, name)
        if name not in {"reserve", "move", "commit", "release", "cancel", "give_back", "expire"}:
            return said

        def command(*takes: Any, **what: Any) -> None:
            self.ledger = said(*takes, **what)

        return command


def take(
    amount: Decimal | int | str = 1,
    counter: Counter = ORDERS,
    *,
    limit: Decimal | int | str = 3,
    **terms: bool,
) -> CapTake:
    """One order of three at most, unless said otherwise.

    >>> str(take(2).amount)
    '2'
    """
    return CapTake.model_validate({"counter": counter, "amount": amount, "limit": limit, **terms})


class Trade:
    """Random commands of a few documents on three counters; the same ones for the same seed."""

    def __init__(self, *, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a trade, no secret
        self.today = DAY
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def command(self) -> tuple[str, dict[str, Any]]:
        """A method and its arguments: a new command, or now and then one that was sent."""
        if self.sent and self.dice.random() < 0.1:
            return self.dice.choice(self.sent)
        self.today += timedelta(days=self.dice.choice((0, 0, 0, 0, 1)))
        word = self.dice.choice(("reserve", "reserve", "move", "commit", "commit", "release",
                                 "cancel", "give_back", "expire"))  # fmt: skip
        made: Callable[[], dict[str, Any]] = getattr(self, f"_{word}", dict)
        what = {"on": self.today, "key": f"command {len(self.sent)}", **made()}
        if word not in {"move", "expire"}:
            what["document"] = self._document()
        self.sent.append((word, what))
        return word, what

    def _document(self) -> str:
        return f"Q-{self.dice.randint(1, 4)}/{self.dice.randint(1, 2)}"

    def _reserve(self) -> dict[str, Any]:
        limits = ((ORDERS, 6, False), (MONEY, 9, True), (ROLLING, 4, False))
        takes = [
            take(self.dice.randint(1, 4), counter, limit=limit, overshoot=gate)
            for counter, limit, gate in limits
            if self.dice.random() < 0.6
        ]
        takes += [take(1, MONEY, limit=1, hard=False)] if self.dice.random() < 0.1 else []
        return {"takes": takes, "expires_on": self.today + timedelta(days=self.dice.randint(0, 4))}

    def _move(self) -> dict[str, Any]:
        number = self.dice.randint(1, 4)
        documents = {"from_document": f"Q-{number}/1", "to_document": f"Q-{number}/2"}
        return {**self._reserve(), **documents}

    def _give_back(self) -> dict[str, Any]:
        counter = self.dice.choice((ORDERS, MONEY, ROLLING))
        return {"amounts": {counter.key: Decimal(self.dice.randint(1, 2))}}


def outcome(command: Callable[[], object]) -> DomainError | None:
    """The refusal of a command, if it is refused."""
    try:
        command()
    except DomainError as error:
        return error
    return None


def said_by(budget: Budget, word: str, what: Mapping[str, Any]) -> str:
    """What a budget answers to a command: ``done``, or the refusal with its facts."""
    refusal = outcome(lambda: getattr(budget, word)(**what))
    return "done" if refusal is None else f"{refusal.code} {refusal.facts}"


def compared(budget: Budget, ledger: MemoryBudget, today: date) -> None:
    """Both must give the same answers about every counter and document of the trade."""
    known: BudgetLedger = ledger.ledger
    for counter in known.counters:
        for days in range(-3, 6):
            on = today + timedelta(days=days)
            assert budget.used(counter, on=on) == known.used(counter, on=on)
            for number in (None, "Q-1", "Q-2/1"):
                usage = known.usage([counter], on=on, apart_from=number)
                assert budget.usage([counter], on=on, apart_from=number) == usage
            statement = known.statement(counter, as_of=on, limit=9)
            assert budget.statement(counter, as_of=on, limit=9) == statement
    for quote in range(1, 5):
        for document in (f"Q-{quote}/1", f"Q-{quote}/2"):
            assert budget.held(document) == known.held(document)
    assert len(budget.movements) == len(known.movements)
