"""Under fire: sixteen sellers at once, a cap of 100, 400 attempts; some of the sellers are killed.

``CPQ_FIRE_ROUNDS`` says how many rounds; each is a tenant of its own in one database.
"""

import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from cpq.kernel.money import total
from revenue.adapters.store import open_store
from revenue.testing.budget_trade import DAY, MONEY, ORDERS
from tests.contracts.fire import (
    ATTEMPTS,
    BUDGET,
    CAP,
    SELLERS,
    Book,
    Command,
    Job,
    Seller,
    orders_of,
    sales_of,
    sell_in_threads,
    shares,
    shares_twice,
)

ROUNDS = int(os.environ.get("CPQ_FIRE_ROUNDS", "1"))
KILLS = 6
_PATIENCE_S = 120

pytestmark = [
    pytest.mark.fire,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork"),
]


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
def field(books: list[Book]) -> Iterator[list[Seller]]:
    """Sixteen sellers, who end with the test however it ends."""
    found = [Seller(books[0].url) for _ in range(SELLERS)]
    yield found
    for seller in found:
        seller.kill()


def test_sixteen_processes_get_exactly_the_cap(books, field) -> None:
    for book in books:
        begin(field, book, shares(orders_of(book)))
        assert all(seller.wait(_PATIENCE_S) for seller in field)
        exactly_the_cap_is_granted(book)


def test_sixteen_threads_get_exactly_the_cap(books) -> None:
    for book in books:
        sell_in_threads(book)
        exactly_the_cap_is_granted(book)


def test_commands_sent_twice_by_sellers_who_are_killed(books, field) -> None:
    """Orders and random amounts of money; who is killed has somebody else send everything again."""
    for book in books:
        begin(field, book, shares_twice(sales_of(book)))
        kill_some(field, random.Random(book.tenant))
        assert all(seller.wait(_PATIENCE_S) for seller in field)
        commands = {command.key: command for command in sales_of(book)}
        answers = book.answers()
        assert answers.keys() == commands.keys()
        assert all(len(set(said)) == 1 for said in answers.values()), "two answers to one command"
        won = [commands[key] for key, said in answers.items() if said[0] == "won"]
        refused = [commands[key] for key, said in answers.items() if said[0] == "cap.exceeded"]
        assert len(won) + len(refused) == ATTEMPTS
        money = total(command.money for command in won)
        assert len(won) <= CAP
        assert money <= BUDGET
        rows_say_the_same(book, won)
        # Room only ever shrank: who was refused does not fit into what is left either.
        assert all(len(won) == CAP or money + each.money > BUDGET for each in refused)


def begin(field: list[Seller], book: Book, jobs: Sequence[Sequence[Command]]) -> None:
    """Give everybody his commands; all begin at the same instant."""
    at = time.monotonic() + 0.05
    for place, (seller, commands) in enumerate(zip(field, jobs, strict=True)):
        seller.give(Job(book, str(place), commands, at))


def kill_some(field: list[Seller], dice: random.Random) -> None:
    """Kill sellers in the middle of their work; each time a new one begins the work again."""
    time.sleep(0.1)
    for number in range(KILLS):
        time.sleep(dice.uniform(0.005, 0.05))
        working = [place for place, seller in enumerate(field) if not seller.line.poll()]
        assert working, "everybody was done before the last was to be killed"
        place = dice.choice(working)
        field[place].kill()
        again = Seller(field[place].url)
        again.give(field[place].job._replace(name=f"again-{number}"))
        field[place] = again


def exactly_the_cap_is_granted(book: Book) -> None:
    answers = book.answers()
    commands = {command.key: command for command in orders_of(book)}
    assert answers.keys() == commands.keys()
    said = [answer for (answer,) in answers.values()]
    assert (said.count("won"), said.count("cap.exceeded")) == (CAP, ATTEMPTS - CAP)
    rows_say_the_same(book, [commands[key] for key in answers if answers[key] == ["won"]])


def rows_say_the_same(book: Book, won: Sequence[Command]) -> None:
    """The counters, the holds behind them, the movements, the commands: each grant once."""
    takes = [take for command in won for take in command.takes]
    money = total(command.money for command in won)
    expected = {
        "budget_hold": len(takes),
        "budget_movement": len(takes),
        "command": len(won),
        "budget_counter": len({take.counter.key for take in takes}),
    }
    with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
        for table, count in expected.items():
            statement = text(f"SELECT COUNT(*) FROM cpq_{table} WHERE tenant = :tenant")
            found = deals.connection.execute(statement, {"tenant": book.tenant})
            assert found.scalar_one() == count, table
        figures = text(
            "SELECT c.reserved, SUM(h.reserved) FROM cpq_budget_counter c JOIN cpq_budget_hold h "
            "ON h.tenant = c.tenant AND h.counter_key = c.counter_key WHERE c.tenant = :tenant "
            "GROUP BY c.counter_key, c.reserved ORDER BY c.counter_key"
        )
        rows = deals.connection.execute(figures, {"tenant": book.tenant}).all()
        steps = [len(won) * 10**9, *([int(money.scaleb(2))] if money else [])]
        assert [tuple(map(int, row)) for row in rows] == [(each, each) for each in steps]
        assert deals.budget.used(ORDERS, on=DAY) == len(won)
        assert deals.budget.used(MONEY, on=DAY) == money
        assert deals.verify() == ()
