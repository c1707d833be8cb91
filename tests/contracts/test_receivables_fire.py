"""Under fire: sixteen processes apply, import and close at once; some of them are killed.

``CPQ_FIRE_ROUNDS`` says how many rounds; each is a tenant of its own in one database. Nobody's
command is tried again by itself, so neither a deadlock nor a busy database stays unseen.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cpq.kernel.money import Money
from revenue.adapters.store import Deals, open_store
from revenue.application import Application
from revenue.testing.stored_books import credit_limit
from tests.contracts.collectors import (
    DAY,
    Apply,
    Bill,
    Close,
    Import,
    Sell,
    cny,
    mixed_applications,
    owed,
    paid,
)
from tests.contracts.fire import ATTEMPTS, SELLERS, Book, Job, Seller, shares, shares_twice

ROUNDS = int(os.environ.get("CPQ_FIRE_ROUNDS", "1"))
KILLS = 6
_PATIENCE_S = 180
_REFUSALS = {"application.exceeds_open", "application.exceeds_receipt"}

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
    """Sixteen processes, which end with the test however it ends."""
    found = [Seller(books[0].url) for _ in range(SELLERS)]
    yield found
    for seller in found:
        seller.kill()


def test_one_receipt_is_applied_once(books, field) -> None:
    """400 attempts to apply 10 yuan of one receipt over 1,000: exactly 100 are granted."""
    for book in books:
        debts = [owed(f"AR-{place}", 1000) for place in range(ATTEMPTS)]
        _record(book, paid("R-1", 100_000), *debts)
        commands = [Apply(f"A-{n}", (("R-1", f"AR-{n}", 1000),)) for n in range(ATTEMPTS)]
        said = _at_once(field, book, commands)
        assert Counter(said.values()) == {"won": 100, "application.exceeds_receipt": 300}
        with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
            assert deals.balance_of("receipt", "R-1").left == cny(0)
            assert len(deals.open_items()) == 300
        _rows_say_the_same(book, commands, said)


def test_the_last_open_amount_goes_to_one(books, field) -> None:
    """400 receipts of 10 yuan for one receivable of 1,000: exactly 100 find room."""
    for book in books:
        receipts = [paid(f"R-{place}", 1000) for place in range(ATTEMPTS)]
        _record(book, owed("AR-1", 100_000), *receipts)
        commands = [Apply(f"A-{n}", ((f"R-{n}", "AR-1", 1000),)) for n in range(ATTEMPTS)]
        said = _at_once(field, book, commands)
        assert Counter(said.values()) == {"won": 100, "application.exceeds_open": 300}
        with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
            assert deals.open_items() == ()
        _rows_say_the_same(book, commands, said)


def test_receipts_over_many_receivables_in_any_order(books, field) -> None:
    """Everybody touches the same documents in another order: nobody waits in a ring."""
    for book in books:
        commands = _mixed(book)
        said = _at_once(field, book, commands)
        assert set(said.values()) <= {"won", *_REFUSALS}
        assert "won" in said.values()
        _rows_say_the_same(book, commands, said)
        _who_was_refused_does_not_fit(book, commands, said)


def test_applications_sent_twice_by_people_who_are_killed(books, field) -> None:
    """Who is killed has somebody else send everything again: nothing is applied twice."""
    for book in books:
        commands = _mixed(book)
        _begin(field, book, shares_twice(commands))
        _kill_some(field, random.Random(book.tenant))
        assert all(seller.wait(_PATIENCE_S) for seller in field)
        answers = book.answers()
        assert answers.keys() == {command.key for command in commands}
        said = {}
        for key, each in answers.items():
            # Refused at first, a command may find room when it comes again? Room only shrinks.
            assert len(set(each) - _REFUSALS) <= 1, each
            assert len({answer in _REFUSALS for answer in each}) == 1, "both granted and refused"
            said[key] = each[0]
        _rows_say_the_same(book, commands, said)


def test_nothing_enters_a_period_after_its_close(books, field) -> None:
    """Fifteen bill into ten days while one closes the first five, a day after the other."""
    for book in books:
        bills = [Bill(f"AR-{place}", place % 10) for place in range(ATTEMPTS)]
        closes = [Close("Wang", days) for days in range(5)]
        jobs: list[Sequence[Any]] = [bills[place :: SELLERS - 1] for place in range(SELLERS - 1)]
        said = _at_once(field, book, bills, jobs=[*jobs, closes])
        assert set(said.values()) <= {"won", "period.closed"}
        with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
            facts = deals.facts()
            assert deals.verify() == ()
            assert deals.ledger().closed_through == DAY.replace(day=5)
        through = None
        for fact in facts:
            if fact.kind == "period_close":
                through = fact.through
            else:
                assert through is None or fact.on > through, fact.number
        won = {key for key, answer in said.items() if answer == "won"} - {"Wang"}
        assert {fact.number for fact in facts if fact.kind == "receivable"} == won


def test_one_statement_imported_by_everybody(books, field) -> None:
    """Each line becomes one receipt, whoever comes first; two statements in both orders."""
    for book in books:
        lines = {"27/1": 120, "28/1": 80}
        commands = [
            Import(f"{place}:{name}", name, lines[name])
            for place in range(SELLERS)
            for name in (list(lines) if place % 2 else list(lines)[::-1])
        ]
        jobs = [commands[2 * place : 2 * place + 2] for place in range(SELLERS)]
        said = _at_once(field, book, commands, jobs=jobs)
        for name, count in lines.items():
            made = [int(each) for key, each in said.items() if key.endswith(name)]
            assert sorted(made) == [0] * (SELLERS - 1) + [count - 1]
        with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
            assert len(deals.facts()) == len({fact.bank for fact in deals.facts()}) == 198
            assert deals.verify() == ()


def test_orders_of_one_customer_stay_within_its_limit(books, field) -> None:
    """48 orders of 4,354.65 yuan at once under a limit of 45,000: ten are let go."""
    for book in books:
        _record(book, credit_limit("45000.00"))
        commands = [Sell(f"H-{place}", place) for place in range(3 * SELLERS)]
        said = _at_once(field, book, commands)
        assert Counter(said.values()) == {"won": 10, "held": 38}
        with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
            held = {fact.number for fact in deals.facts() if fact.kind == "credit_hold"}
            assert held == {key for key, answer in said.items() if answer == "held"}
            assert len(deals.orders()) == 48
            assert deals.verify() == ()


def _record(book: Book, *facts: Any) -> None:
    with open_store(book.url, tenant=book.tenant) as store, store.unit() as deals:
        deals.record(*facts)


def _mixed(book: Book) -> list[Apply]:
    """Four receipts and twenty receivables, and more applications than there is room for."""
    _record(
        book,
        *(paid(f"R-{place}", 60_000) for place in range(4)),
        *(owed(f"AR-{place}", 10_000) for place in range(20)),
    )
    return mixed_applications(book.tenant, 320)


def _at_once(
    field: list[Seller],
    book: Book,
    commands: Sequence[Any],
    *,
    jobs: Sequence[Sequence[Any]] | None = None,
) -> dict[str, str]:
    """Everybody's share from one start; the answer to each command."""
    _begin(field, book, shares(commands) if jobs is None else jobs)
    assert all(seller.wait(_PATIENCE_S) for seller in field)
    return {key: each[0] for key, each in book.answers().items()}


def _begin(field: list[Seller], book: Book, jobs: Sequence[Sequence[Any]]) -> None:
    at = time.monotonic() + 0.05
    for place, (seller, commands) in enumerate(zip(field, jobs, strict=True)):
        seller.give(Job(book, str(place), commands, at))


def _kill_some(field: list[Seller], dice: random.Random) -> None:
    """Kill people in the middle of their work; each time somebody begins the work again."""
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


def _rows_say_the_same(book: Book, commands: Sequence[Apply], said: dict[str, str]) -> None:
    """Every application that was granted once, its movements and entries, and nothing else."""
    granted = [fact for each in commands if said[each.key] == "won" for fact in each.facts()]
    with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
        applied = [fact for fact in deals.facts() if isinstance(fact, Application)]
        assert sorted(applied, key=lambda fact: fact.number) == sorted(
            granted, key=lambda fact: fact.number
        )
        assert _count(deals, "movement") == 2 * len(granted)
        assert _count(deals, "command") == sum(answer == "won" for answer in said.values())
        assert _count(deals, "balance WHERE left_minor < 0 OR left_minor > amount_minor") == 0
        assert deals.verify() == ()


def _count(deals: Deals, table: str) -> int:
    where = "AND" if "WHERE" in table else "WHERE"
    statement = text(f"SELECT COUNT(*) FROM cpq_{table} {where} tenant = :tenant")
    return int(deals.connection.execute(statement, {"tenant": deals.tenant}).scalar_one())


def _who_was_refused_does_not_fit(
    book: Book, commands: Sequence[Apply], said: dict[str, str]
) -> None:
    """Room only shrinks: what was refused is refused by what is left in the end as well."""
    with open_store(book.url, tenant=book.tenant) as store, store.view() as deals:
        left = {
            (kind, f"{letters}-{place}"): deals.balance_of(kind, f"{letters}-{place}").left
            for kind, letters, count in (("receipt", "R", 4), ("receivable", "AR", 20))
            for place in range(count)
        }
    for command in commands:
        if said[command.key] != "won":
            asked: Counter[tuple[str, str]] = Counter()
            for receipt, debt, cents in command.shares:
                asked["receipt", receipt] += cents
                asked["receivable", debt] += cents
            assert any(cny(cents) > left[key] for key, cents in asked.items()), command.key
    assert all(amount >= Money.zero("CNY") for amount in left.values())
