"""The process dies at each statement of applying, undoing, importing, closing, and at its commit.

Each kind of work has the book of a tenant of its own. After every death the rows are what they were
before; the work that came through, done again, changes nothing.
"""

import itertools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from cpq.kernel.money import Money
from revenue.adapters.store import Deals, Store, open_store
from revenue.application import Application, DebtorChange, Difference, Reversal
from revenue.period import PeriodClose
from revenue.receipt import Identification
from revenue.testing.small import DAY, owed, paid
from revenue.testing.statements import example_statement, receipt_number

_DIED = 9
_LATER = DAY + timedelta(days=30)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deals.db"
    return str(request.getfixturevalue("postgres_url"))


def _begin(deals: Deals) -> None:
    """A receivable, two receipts of which one is nobody's, and an application."""
    deals.record(
        owed(),
        owed("AR-2"),
        paid(),
        paid("R-2").with_(customer=""),
        Application(
            number="A-1", receipt="R-1", receivable="AR-2", on=DAY, amount=Money("10.00", "CNY")
        ),
        key="begin",
    )


def applies(deals: Deals) -> None:
    """A receipt on two receivables, with a discount, a fee and a part that is disputed."""
    cny = "CNY"
    deals.record(
        Application(
            number="A-2", receipt="R-1", receivable="AR-1", on=DAY, amount=Money("180.00", cny),
            differences=(
                Difference(reason="discount", amount=Money("11.30", cny), tax=Money("1.30", cny)),
                Difference(reason="bank_fee", amount=Money("8.70", cny)),
                Difference(
                    reason="dispute", amount=Money("100.00", cny), residual="AR-1/D", due_on=_LATER
                ),
            ),
        ),
        Application(
            number="A-3", receipt="R-1", receivable="AR-2", on=DAY, amount=Money("160.00", cny)
        ),
        key="apply",
    )  # fmt: skip


def undoes(deals: Deals) -> None:
    """An application is reversed."""
    deals.record(Reversal(number="X-1", reverses="A-1", on=DAY, reason="wrong"), key="undo")


def hands_on(deals: Deals) -> None:
    """Money and a debt become another customer's, and meet."""
    amount = Money("50.00", "CNY")
    deals.record(
        Identification(number="ID-1", receipt="R-2", customer="C-2", amount=amount, on=DAY, by="L"),
        DebtorChange(
            number="DC-1", receivable="AR-1", customer="C-2", amount=amount, on=DAY, due_on=_LATER,
            reason="merged", by="L",
        ),
        Application(number="A-4", receipt="ID-1", receivable="DC-1", amount=amount, on=DAY),
        key="hand on",
    )  # fmt: skip


def imports(deals: Deals) -> None:
    """A bank statement."""
    deals.import_statement(example_statement(), number=receipt_number)


def closes(deals: Deals) -> None:
    """The first period."""
    deals.record(PeriodClose(number="11", through=DAY, on=_LATER, by="W"), key="close")


WORK = (applies, undoes, hands_on, imports, closes)


def _work(url: str, tenant: str, work: int, moment: str, point: int) -> None:
    """Do it in a unit; the process ends at a statement, or at the commit."""
    with open_store(url, tenant=tenant) as store:
        left = [point]

        def die(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                os._exit(_DIED)

        event.listen(store.engine, moment, die)
        with store.unit() as deals:
            WORK[work](deals)
        event.remove(store.engine, moment, die)


def _died(url: str, tenant: str, work: int, moment: str, point: int) -> bool:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _work(url, tenant, work, moment, point)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, _DIED}, code
    return code == _DIED


def _rows(store: Store) -> list[list[tuple[object, ...]]]:
    """Every row of the tenant that such work may write."""
    tables = (
        *("head", "command", "fact", "balance", "movement", "reversal"),
        *("journal_entry", "journal_line"),
    )
    with store.engine.connect() as connection:
        return [
            sorted(
                map(
                    tuple,
                    connection.execute(
                        text(f"SELECT * FROM cpq_{table} WHERE tenant = '{store.tenant}'")
                    ),
                ),
                key=repr,
            )
            for table in tables
        ]


def die_everywhere(url: str) -> int:
    """Die at every point of every kind of work; to die after a statement is to die before the
    next one, or before the commit.
    """
    points = 0
    for place, (work, moment) in enumerate(
        itertools.product(range(len(WORK)), ("before_cursor_execute", "commit"))
    ):
        tenant = f"t-{place}"
        with open_store(url, tenant=tenant) as store:
            with store.unit() as deals:
                _begin(deals)
            before = _rows(store)
            for point in itertools.count():
                if not _died(url, tenant, work, moment, point):
                    break
                points += 1
                assert _rows(store) == before, f"{WORK[work].__name__} {point}"
            # The last try came through; whoever does not know that sends it again.
            after = _rows(store)
            assert after != before
            with store.unit() as deals:
                WORK[work](deals)
                assert deals.verify() == ()
            assert _rows(store) == after
    return points


def test_a_dead_process_leaves_all_or_nothing(url: str) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(die_everywhere, url).result() > 70
