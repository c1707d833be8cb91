"""The process dies at each statement of ``record``, and at its commit: all or nothing is there."""

import itertools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from revenue.adapters.store import open_store
from revenue.application import Application
from revenue.testing.small import applied, owed, paid

_DIED = 9

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deals.db"
    return str(request.getfixturevalue("postgres_url"))


def _facts(moment: str) -> tuple[Application, Application]:
    return applied(f"{moment}-1", "40.00"), applied(f"{moment}-2", "60.00")


def _record(url: str, point: int, moment: str) -> None:
    """Record in a unit; the process ends at a statement, or at the commit."""
    with open_store(url) as store:
        left = [point]

        def die(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                os._exit(_DIED)

        event.listen(store.engine, moment, die)
        with store.unit() as deals:
            deals.record(*_facts(moment), key=moment)
        event.remove(store.engine, moment, die)


def _died(url: str, point: int, moment: str) -> bool:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _record(url, point, moment)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, _DIED}, code
    return code == _DIED


def die_everywhere(url: str) -> int:
    """Die at every point; what is there afterwards is looked at from another process."""
    points = 0
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        with open_store(url) as store, store.view() as deals:
            before = deals.facts()
        for point in itertools.count():
            if not _died(url, point, moment):
                break
            points += 1
            with open_store(url) as store, store.view() as deals:
                assert deals.facts() == before, f"{moment} {point}"
                assert deals.verify() == ()
        # The last try came through; whoever does not know that sends it again.
        with open_store(url) as store, store.unit() as deals:
            again = deals.record(*_facts(moment), key=moment)
            assert again.last == len(deals.facts())
            assert deals.facts() == before + _facts(moment)
            assert deals.verify() == ()
    return points


def test_a_dead_process_leaves_all_or_nothing(url: str) -> None:
    with open_store(url) as store, store.unit() as deals:
        deals.record(owed(), paid())
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(die_everywhere, url).result() > 25
