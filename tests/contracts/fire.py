"""Sellers who all sell the same promotion at once: processes, threads, some of them killed.

A seller sends a list of commands, one after the other, and writes each answer into a file of its
own before it sends the next; so what was answered is known whatever happens to the seller. Every
command has its own key and document: whoever sends it again means the same.
"""

import os
import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from cpq.cap import CapTake
from cpq.kernel.errors import DomainError
from revenue.adapters.store import Deals, Store, open_store
from revenue.testing.budget_trade import DAY, LAST, MONEY, ORDERS

SELLERS, ATTEMPTS, CAP = 16, 400, 100
BUDGET = Decimal("20000.00")

# Forked from a process that has everything loaded and no threads.
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["revenue.adapters.store", "tests.contracts.fire"])


class Command(NamedTuple):
    """One order, and some money: what an offer takes of the promotion."""

    key: str
    money: Decimal

    @property
    def takes(self) -> tuple[CapTake, ...]:
        orders = CapTake(counter=ORDERS, amount=1, limit=CAP)
        if not self.money:
            return (orders,)
        return orders, CapTake(counter=MONEY, amount=self.money, limit=BUDGET)

    def send(self, store: Store) -> str:
        """The answer: ``won``, or the code of the refusal."""

        def work(deals: Deals) -> None:
            deals.budget.reserve(
                self.takes, document=self.key, on=DAY, expires_on=LAST, key=self.key
            )

        try:
            store.run(work)
        except DomainError as error:
            return error.code
        return "won"


class Book(NamedTuple):
    """Where the sellers sell: a tenant of a store, and a folder for what they were answered."""

    url: str
    tenant: str
    folder: Path

    def open(self) -> Store:
        return open_store(self.url, tenant=self.tenant)

    def answers(self) -> dict[str, list[str]]:
        """What each command was answered, as often as it was sent and answered."""
        found: dict[str, list[str]] = {}
        for file in sorted(self.folder.glob(f"{self.tenant}-*.txt")):
            for line in file.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    key, answer = line.split()
                    found.setdefault(key, []).append(answer)
        return found


def sell(book: Book, name: str, commands: Iterable[Command], start: object = None) -> None:
    """Send the commands; with a barrier only once everybody is there."""
    with book.open() as store:
        if start is not None:
            start.wait()  # type: ignore[attr-defined]
        _sell(store, book, name, commands)


def sell_rounds(books: Sequence[Book], place: int, start: object) -> None:
    """Round after round the share of one seller, each from one start."""
    for book in books:
        sell(book, str(place), shares(orders_of(book))[place], start)
        start.wait()  # type: ignore[attr-defined]


def sell_in_threads(book: Book, start: object) -> None:
    """All sellers as threads of this process, on one store."""
    with book.open() as store:
        store.engine.pool._max_overflow = SELLERS
        found = [
            Thread(target=_begun, args=(start, store, book, str(place), share))
            for place, share in enumerate(shares(orders_of(book)))
        ]
        for thread in found:
            thread.start()
        for thread in found:
            thread.join()


def _begun(start: object, store: Store, book: Book, name: str, share: Sequence[Command]) -> None:
    start.wait()  # type: ignore[attr-defined]
    _sell(store, book, name, share)


def _sell(store: Store, book: Book, name: str, commands: Iterable[Command]) -> None:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.open(book.folder / f"{book.tenant}-{name}.txt", flags)
    for command in commands:
        os.write(file, f"{command.key} {command.send(store)}\n".encode())
    os.close(file)


def orders_of(book: Book) -> list[Command]:
    """Attempts to get one order each; no money is asked for."""
    return [Command(f"{book.tenant}/{place}", Decimal(0)) for place in range(ATTEMPTS)]


def sales_of(book: Book) -> list[Command]:
    """Attempts to get one order and a random amount each."""
    dice = random.Random(book.tenant)
    return [
        Command(f"{book.tenant}/{place}", Decimal(dice.randint(1, 50_000)).scaleb(-2))
        for place in range(ATTEMPTS)
    ]


def shares(commands: Sequence[Command]) -> list[Sequence[Command]]:
    """Every seller's own share of the commands."""
    return [commands[place::SELLERS] for place in range(SELLERS)]


def shares_twice(commands: Sequence[Command]) -> list[Sequence[Command]]:
    """Every seller's own share and a neighbour's, mixed: each command is sent by two."""
    own = shares(commands)
    return [
        [command for pair in zip(own[place], own[place - 1], strict=True) for command in pair]
        for place in range(SELLERS)
    ]
