"""Finance people who all work on the same customer at once: what each of them sends.

Every command has a key and a number of its own; whoever sends it again means the same. None is
tried again by itself: a database that is busy, or a deadlock, would be an answer.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from revenue.adapters.store import Deals, Store
from revenue.application import Application
from revenue.ledger import Fact
from revenue.period import PeriodClose
from revenue.receipt import Receipt
from revenue.receivable import Receivable
from revenue.testing.statements import example_statement, receipt_number
from revenue.testing.stored_books import sold_on_credit

DAY = date(2026, 12, 1)


def owed(number: str, cents: int, *, on: date = DAY) -> Receivable:
    """A receivable of the customer of whom everybody collects."""
    return Receivable(number=number, customer="C-1", on=on, due_on=on, amount=cny(cents))


def paid(number: str, cents: int) -> Receipt:
    """A receipt of that customer."""
    return Receipt(number=number, customer="C-1", on=DAY, amount=cny(cents))


def cny(cents: int) -> Money:
    return Money.from_minor(cents, "CNY")


def answer(store: Store, work: Callable[[Deals], object]) -> str:
    """``won`` or what the work says, or the code of the refusal."""
    try:
        with store.unit() as deals:
            said = work(deals)
    except DomainError as error:
        return error.code
    return said if isinstance(said, str) else "won"


class Apply(NamedTuple):
    """Applies receipts to receivables: all of it, or nothing. Each is (receipt, debt, cents)."""

    key: str
    shares: tuple[tuple[str, str, int], ...]

    def send(self, store: Store) -> str:
        return answer(store, lambda deals: deals.record(*self.facts(), key=self.key))

    def facts(self) -> list[Fact]:
        return [
            Application(
                number=f"{self.key}/{place}",
                receipt=receipt,
                receivable=debt,
                amount=cny(cents),
                on=DAY,
            )
            for place, (receipt, debt, cents) in enumerate(self.shares)
        ]


class Bill(NamedTuple):
    """Records a receivable of a day."""

    key: str
    days: int

    def send(self, store: Store) -> str:
        fact = owed(self.key, 100, on=DAY + timedelta(days=self.days))
        return answer(store, lambda deals: deals.record(fact, key=self.key))


class Close(NamedTuple):
    """Closes the books through a day."""

    key: str
    days: int

    def send(self, store: Store) -> str:
        through = DAY + timedelta(days=self.days)
        fact = PeriodClose(
            number=f"P-{self.days}", through=through, on=through + timedelta(days=30), by=self.key
        )
        return answer(store, lambda deals: deals.record(fact))


class Import(NamedTuple):
    """Imports a statement; says how many receipts that made."""

    key: str
    name: str
    lines: int

    def send(self, store: Store) -> str:
        statement = example_statement(self.name, lines=self.lines)

        def work(deals: Deals) -> str:
            return str(len(deals.import_statement(statement, number=receipt_number).receipts))

        return answer(store, work)


class Sell(NamedTuple):
    """Lets an order of a contract of its own go, or has it held."""

    key: str
    place: int

    def send(self, store: Store) -> str:
        def work(deals: Deals) -> str:
            order = sold_on_credit(deals, self.place)
            done = deals.release_order(order, number=self.key, on=order.on, currency="CNY")
            return "won" if done.is_released else "held"

        # It looks at every contract and order of the customer: on SQLite, whose one writer may
        # keep fifteen waiting beyond their patience, it is tried again as ``run`` does.
        return store.run(work)


def mixed_applications(tenant: str, count: int) -> list[Apply]:
    """Each of one receipt over some receivables, in random order and amounts."""
    dice = random.Random(tenant)
    return [
        Apply(
            f"M-{place}",
            tuple(
                (f"R-{place % 4}", f"AR-{debt}", dice.randint(1, 400))
                for debt in dice.sample(range(20), 6)
            ),
        )
        for place in range(count)
    ]
