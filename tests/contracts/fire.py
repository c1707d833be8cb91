"""Sellers who all sell the same promotion at once: processes, threads, some of them killed.

A seller sends a list of commands, one after the other, and writes each answer into a file of its
own before it sends the next; so what was answered is known whatever happens to the seller. Every
command has its own key and document: whoever sends it again means the same.
"""

import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier
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

    def within(self, store: Store) -> Store:
        """The book in a store that is open already."""
        return Store(store.engine, tenant=self.tenant, prefix=store.prefix, chart=store.chart)

    def answers(self) -> dict[str, list[str]]:
        """What each command was answered, as often as it was sent and answered."""
        found: dict[str, list[str]] = {}
        for file in sorted(self.folder.glob(f"{self.tenant}-*.txt")):
            for line in file.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    key, answer = line.split()
                    found.setdefault(key, []).append(answer)
        return found


class Job(NamedTuple):
    """What a seller is to do: its commands, from an instant of the machine's clock on."""

    book: Book
    name: str
    commands: Sequence[Command]
    at: float

    def do(self, store: Store) -> None:
        time.sleep(max(0.0, self.at - time.monotonic()))
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        file = os.open(self.book.folder / f"{self.book.tenant}-{self.name}.txt", flags)
        for command in self.commands:
            os.write(file, f"{command.key} {command.send(store)}\n".encode())
        os.close(file)


class Seller:
    """A process that does one job after the other; it may be killed at any moment."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.line, other = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=_work, args=(url, other))
        self.process.start()
        other.close()

    def give(self, job: Job) -> None:
        self.job = job
        self.line.send(job)

    def wait(self, seconds: float) -> bool:
        """Whether the job is done within so many seconds."""
        return bool(self.line.poll(seconds)) and bool(self.line.recv())

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


def _work(url: str, line: Connection) -> None:
    with open_store(url) as store:
        while True:
            try:
                job = line.recv()
            except EOFError:
                return
            job.do(job.book.within(store))
            line.send(True)


def sell_in_threads(book: Book) -> None:
    """All sellers as threads of this process, on one store, from one start."""
    start = Barrier(SELLERS)
    with open_store(book.url) as opened:
        store = book.within(opened)

        def work(place: int) -> None:
            start.wait()
            Job(book, str(place), shares(orders_of(book))[place], time.monotonic()).do(store)

        with ThreadPoolExecutor(SELLERS) as pool:
            list(pool.map(work, range(SELLERS)))


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
