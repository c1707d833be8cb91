"""A desk that writes on a budget ledger, with a key of its own for each command."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpq.cap import CapTake, Counter
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import DomainError

DAY = date(2026, 11, 1)
LAST = date(2026, 11, 10)
MONEY = Counter(owner="AUTUMN", cap="1", measure="amount", currency="CNY")
ORDERS = Counter(owner="AUTUMN", cap="2", measure="orders")
PIECES = Counter(owner="AUTUMN", cap="3", measure="units")
WEEKLY = Counter(owner="AUTUMN", cap="4", window="7 days", days=7, measure="orders")


def day(number: int) -> date:
    return DAY + timedelta(days=number - 1)


def take(
    counter: Counter, amount: object, limit: object, *, hard: bool = True, overshoot: bool = False
) -> CapTake:
    return CapTake.model_validate(
        {
            "counter": counter,
            "amount": amount,
            "limit": limit,
            "hard": hard,
            "overshoot": overshoot,
        }
    )


class Desk:
    """A ledger that is written on."""

    def __init__(self) -> None:
        self.ledger = BudgetLedger()
        self.commands = 0

    def key(self) -> str:
        self.commands += 1
        return f"command {self.commands}"

    def offer(self, document: str, *takes: CapTake, on: date = DAY, until: date = LAST) -> None:
        self.ledger = self.ledger.reserve(
            takes, document=document, on=on, expires_on=until, key=self.key()
        )

    def revise(
        self, old: str, new: str, *takes: CapTake, on: date = DAY, until: date = LAST
    ) -> None:
        self.ledger = self.ledger.move(
            takes, from_document=old, to_document=new, on=on, expires_on=until, key=self.key()
        )

    def order(self, document: str, on: date = DAY, **amounts: Any) -> None:
        self.ledger = self.ledger.commit(document=document, on=on, key=self.key(), **amounts)

    def sell(self, document: str, *takes: CapTake, on: date = DAY) -> None:
        self.offer(document, *takes, on=on, until=on)
        self.order(document, on=on)

    def lose(self, document: str, on: date = DAY) -> None:
        self.ledger = self.ledger.release(document=document, on=on, key=self.key())

    def cancel(self, document: str, on: date = DAY, keep: tuple[str, ...] = ()) -> None:
        self.ledger = self.ledger.cancel(document=document, on=on, key=self.key(), keep=keep)

    def back(self, document: str, amounts: Mapping[Counter, object], on: date = DAY) -> None:
        self.ledger = self.ledger.give_back(
            document=document,
            on=on,
            key=self.key(),
            amounts={counter.key: Decimal(str(amount)) for counter, amount in amounts.items()},
        )

    def expire(self, on: date) -> None:
        self.ledger = self.ledger.expire(on=on, key=self.key())

    def used(self, counter: Counter, on: date = DAY) -> str:
        return str(self.ledger.used(counter, on=on))

    def kinds(self) -> list[tuple[str, str, str, str]]:
        return [
            (each.kind, each.document, str(each.reserved), str(each.committed))
            for each in self.ledger.movements
        ]

    def rows(self, counter: Counter, as_of: date, **asked: Any) -> list[tuple[str, str, str]]:
        statement = self.ledger.statement(counter, as_of=as_of, **asked)
        return [(row.on.isoformat()[5:], row.kind, str(row.used)) for row in statement.rows]


def refused(code: str, kind: type[DomainError]) -> Any:
    """The refusal with this code, of this kind."""
    return pytest.raises(kind, match=rf"\[{code}\]")
