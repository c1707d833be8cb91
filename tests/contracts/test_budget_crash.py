"""The process dies at each statement of each command of the budget ledger, and at its commit."""

import itertools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, text

from revenue.adapters.store import Store, open_store
from revenue.testing.stored_budget import COMMANDS, begin

_DIED = 9
_TABLES = (
    *("budget_counter", "budget_hold", "budget_movement", "command"),
    *("quote", "contract", "sales_order"),
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deals.db"
    return str(request.getfixturevalue("postgres_url"))


def _work(url: str, tenant: str, command: int, moment: str, point: int) -> None:
    """Do the command in a unit; the process ends at a statement, or at the commit."""
    with open_store(url, tenant=tenant) as store:
        left = [point]

        def die(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                os._exit(_DIED)

        event.listen(store.engine, moment, die)
        with store.unit() as deals:
            COMMANDS[command](deals)
        event.remove(store.engine, moment, die)


def _died(url: str, tenant: str, command: int, moment: str, point: int) -> bool:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _work(url, tenant, command, moment, point)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, _DIED}, code
    return code == _DIED


def _rows(store: Store) -> list[list[tuple[object, ...]]]:
    """Every row of the tenant that a command may write."""
    statements = (
        f"SELECT * FROM cpq_{table} WHERE tenant = '{store.tenant}' ORDER BY 1, 2, 3"
        for table in _TABLES
    )
    with store.engine.connect() as connection:
        return [list(map(tuple, connection.execute(text(each)))) for each in statements]


def die_everywhere(url: str) -> int:
    """Die at every point of every command, each in the book of a tenant of its own.

    To die after a statement is to die before the next one, or before the commit.
    """
    points = 0
    for place, (command, moment) in enumerate(
        itertools.product(range(len(COMMANDS)), ("before_cursor_execute", "commit"))
    ):
        tenant = f"t-{place}"
        with open_store(url, tenant=tenant) as store:
            with store.unit() as deals:
                begin(deals)
            before = _rows(store)
            for point in itertools.count():
                if not _died(url, tenant, command, moment, point):
                    break
                points += 1
                assert _rows(store) == before, f"{COMMANDS[command].__name__} {point}"
            # The last try came through; whoever does not know that sends it again.
            after = _rows(store)
            assert after != before
            with store.unit() as deals:
                COMMANDS[command](deals)
                assert deals.verify() == ()
            assert _rows(store) == after
    return points


def test_a_dead_process_leaves_all_or_nothing(url: str) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(die_everywhere, url).result() > 80
