"""Under fire: sixteen sellers at once, a cap of 100, 400 attempts; some of the sellers are killed.

``CPQ_FIRE_ROUNDS`` says how many rounds; each is a tenant of its own in one database.
"""

import os
import random
import time
from collections.abc import Iterator
from decimal import Decimal
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from cpq.kernel.money import total
from revenue.adapters.store import Store, open_store
from revenue.testing.budget_trade import DAY, MONEY, ORDERS
from tests.contracts.fire import (
    ATTEMPTS,
    BUDGET,
    CAP,
    CONTEXT,
    SELLERS,
    Book,
    Command,
    orders_of,
    sales_of,
    sell,
    sell_in_threads,
    sell_rounds,
    shares_twice,
)

ROUNDS = int(os.environ.get("CPQ_FIRE_ROUNDS", "1"))
KILLS = 10
_PATIENCE_S = 120

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> list[Book]:
    """A tenant for each round, in one database whose schema is there."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/deals.db"
    else:
        url = str(request.getfixturevalue("postgres_url"))
    open_store(url).close()
    return [Book(url, f"round-{place}", tmp_path) for place in range(ROUNDS)]


@pytest.fixture
def sellers() -> Iterator[list[BaseProcess]]:
    """Processes that end with the test, however it ends."""
    found: list[BaseProcess] = []
    yield found
    for process in found:
        if process.is_alive():
            process.kill()
        process.join()


def test_sixteen_processes_get_exactly_the_cap(books, sellers) -> None:
    start = CONTEXT.Barrier(SELLERS + 1)
    for place in range(SELLERS):
        sellers.append(CONTEXT.Process(target=sell_rounds, args=(books, place, start)))
        sellers[-1].start()
    for book in books:
        start.wait(_PATIENCE_S)
        start.wait(_PATIENCE_S)
        exactly_the_cap_is_granted(book)


def test_sixteen_threads_get_exactly_the_cap(books) -> None:
    for book in books:
        sell_in_threads(book, Barrier(SELLERS))
        exactly_the_cap_is_granted(book)


def test_commands_sent_twice_by_sellers_who_are_killed(books, sellers) -> None:
    """Orders and random amounts of money; who is killed has somebody else send everything again."""
    for book in books:
        killed = storm(book, sellers)
        assert killed == KILLS, f"only {killed} sellers were killed in their work"
        commands = {command.key: command for command in sales_of(book)}
        answers = book.answers()
        assert answers.keys() == commands.keys()
        assert all(len(set(said)) == 1 for said in answers.values()), "two answers to one command"
        won = [commands[key] for key, said in answers.items() if said[0] == "won"]
        refused = [commands[key] for key, said in answers.items() if said[0] == "cap.exceeded"]
        assert len(won) + len(refused) == ATTEMPTS
        money = total(command.money for command in won)
        with book.open() as store, store.view() as deals:
            used = deals.budget.used(ORDERS, on=DAY), deals.budget.used(MONEY, on=DAY)
            assert used == (len(won), money)
            rows_say_the_same(store, won)
            assert deals.verify() == ()
        assert len(won) <= CAP
        assert money <= BUDGET
        # Room only ever shrank: who was refused does not fit into what is left either.
        assert all(len(won) == CAP or money + each.money > BUDGET for each in refused)


def storm(book: Book, sellers: list[BaseProcess]) -> int:
    """Everybody sells; now and then one is killed and replaced. How many died in their work."""
    dice = random.Random(book.tenant)
    start = CONTEXT.Barrier(SELLERS + 1)
    jobs = shares_twice(sales_of(book))
    working = []
    for place, job in enumerate(jobs):
        working.append((CONTEXT.Process(target=sell, args=(book, f"{place}", job, start)), job))
        working[-1][0].start()
    sellers.extend(process for process, _ in working)
    start.wait(_PATIENCE_S)
    killed = 0
    for name in range(50 * KILLS):
        time.sleep(dice.uniform(0.005, 0.03))
        alive = [place for place, (process, _) in enumerate(working) if process.is_alive()]
        if killed == KILLS or not alive:
            break
        place = dice.choice(alive)
        process, job = working[place]
        process.kill()
        process.join()
        if process.exitcode != 0:
            killed += 1
            again = CONTEXT.Process(target=sell, args=(book, f"again-{name}", job))
            again.start()
            sellers.append(again)
            working[place] = again, job
    for process, _ in working:
        process.join(_PATIENCE_S)
        assert process.exitcode == 0
    return killed


def exactly_the_cap_is_granted(book: Book) -> None:
    answers = book.answers()
    commands = {command.key: command for command in orders_of(book)}
    assert answers.keys() == commands.keys()
    said = [answer for (answer,) in answers.values()]
    assert (said.count("won"), said.count("cap.exceeded")) == (CAP, ATTEMPTS - CAP)
    with book.open() as store, store.view() as deals:
        assert deals.budget.used(ORDERS, on=DAY) == CAP
        rows_say_the_same(store, [commands[key] for key in answers if answers[key] == ["won"]])
        assert deals.verify() == ()


def rows_say_the_same(store: Store, won: list[Command]) -> None:
    """One movement and one hold for each take that was granted, and the commands that won."""
    takes = [take for command in won for take in command.takes]
    money = total(command.money for command in won)
    expected = {
        "budget_hold": len(takes),
        "budget_movement": len(takes),
        "command": len(won),
        "budget_counter": len({take.counter.key for take in takes}),
    }
    with store.engine.connect() as connection:
        for table, count in expected.items():
            statement = text(f"SELECT COUNT(*) FROM cpq_{table} WHERE tenant = :tenant")
            assert connection.execute(statement, {"tenant": store.tenant}).scalar_one() == count
        figures = text(
            "SELECT c.reserved, SUM(h.reserved) FROM cpq_budget_counter c JOIN cpq_budget_hold h "
            "ON h.tenant = c.tenant AND h.counter_key = c.counter_key WHERE c.tenant = :tenant "
            "GROUP BY c.counter_key, c.reserved ORDER BY c.counter_key"
        )
        rows = connection.execute(figures, {"tenant": store.tenant}).all()
    steps = [len(won) * 10**9, *([int(money.scaleb(2))] if money else [])]
    assert [tuple(map(int, row)) for row in rows] == [(each, each) for each in steps]
    assert isinstance(money, Decimal)
