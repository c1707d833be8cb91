"""What a budget ledger must do that outlives a process and has several writers (并发契约)."""

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

from cpq.cap import CapTake
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import DomainError
from revenue.adapters.deals import Deals
from revenue.adapters.store import Store, open_store
from revenue.testing.budget_trade import AFTER, DAY, MONEY, ORDERS, ROLLING, Trade, take
from revenue.testing.durable import url_of
from revenue.testing.stored_budget import StoredBudgetContract, reserve, used

_WRITERS = 4

Answer = TypeVar("Answer")


class DurableBudgetContract(StoredBudgetContract):
    """``StoredBudgetContract`` and more, for a store that a second process can open."""

    def test_processes_cannot_oversell(self, store: Store) -> None:
        """Of many who ask for the last three at once, three get them."""
        with _processes(_WRITERS) as pool:
            started = [
                pool.submit(reserve_elsewhere, url_of(store), store.prefix, f"Q-{place}/1")
                for place in range(2 * _WRITERS)
            ]
            outcomes = sorted(each.result() for each in started)
        assert outcomes == ["cap.exceeded"] * (2 * _WRITERS - 3) + ["won"] * 3
        _full(store)

    def test_threads_cannot_oversell(self, store: Store) -> None:
        """The same inside one process, from one start."""
        outcomes = _at_once(lambda place: _wins(store, f"Q-{place}/1", take()))
        assert sorted(outcomes) == ["cap.exceeded"] * (_WRITERS - 3) + ["won"] * 3
        _full(store)

    def test_a_rolling_window_is_not_oversold(self, store: Store) -> None:
        """Its limit is looked for in the movements, while the counter is locked."""
        outcomes = _at_once(lambda place: _wins(store, f"Q-{place}/1", take(2, ROLLING)))
        assert sorted(outcomes) == ["cap.exceeded"] * (_WRITERS - 1) + ["won"]
        assert store.verify() == ()

    def test_a_command_sent_at_once_counts_once(self, store: Store) -> None:
        """Whoever comes second finds it done."""
        assert set(_at_once(lambda _: _wins(store, "Q-1/1", take()))) == {"won"}
        with store.view() as deals:
            assert len(deals.budget.movements) == 1

    def test_one_document_reserves_once(self, store: Store) -> None:
        """Commands of one document under different keys: the first holds, the others are told."""

        def work(place: int) -> str:
            return _wins(store, "Q-1/1", take(), key=f"key {place}")

        assert sorted(_at_once(work)) == ["budget.reserved"] * (_WRITERS - 1) + ["won"]
        assert store.verify() == ()

    def test_what_lapsed_is_given_once(self, store: Store) -> None:
        """Many who need the same lapsed reservations, while their owners order or lose them."""
        with store.unit() as deals:
            for place in range(3):
                reserve(deals, f"old-{place}/1", take())

        def work(place: int) -> str:
            if place % 2:
                return _wins(store, f"Q-{place}/1", take(), on=AFTER)
            command = partial(_orders_late, document=f"old-{place // 2}/1")
            return _outcome(store, command)

        assert sorted(_at_once(work)) == ["cap.exceeded"] + ["won"] * 3
        _full(store, on=AFTER)

    def test_counters_in_any_order_do_not_block_each_other(self, store: Store) -> None:
        """Commands that name the same counters the other way round both come through."""
        takes = (take(limit=100), take(1, MONEY, limit=100), take(1, ROLLING, limit=100))

        def work(place: int) -> list[str]:
            order = takes if place % 2 else takes[::-1]
            return [_wins(store, f"Q-{place}-{step}/1", *order) for step in range(5)]

        assert _at_once(work) == [["won"] * 5] * _WRITERS
        with store.view() as deals:
            assert used(deals) == (5 * _WRITERS, 5 * _WRITERS)
            assert deals.verify() == ()

    def test_a_trade_of_many_keeps_every_figure(self, store: Store) -> None:
        """Every command there is, of the same few documents, at once: the rows stay sound, and
        the ledger in memory reads them.
        """

        def work(place: int) -> int:
            trade, done = Trade(seed=place), 0
            for _ in range(60):
                word, what = trade.command()
                what = {**what, "key": f"{place} {what['key']}"}
                done += _outcome(store, partial(_command, word=word, what=what)) == "won"
            return done

        won = _at_once(work)
        assert sum(won) > 5 * len(won)
        with store.view() as deals:
            known = BudgetLedger(movements=deals.budget.movements)
            on = DAY + timedelta(days=60)
            for counter in deals.budget.counters:
                assert deals.budget.used(counter, on=on) == known.used(counter, on=on)
            assert deals.budget.used(ORDERS, on=DAY) <= 6
            assert deals.verify() == ()


def _command(deals: Deals, *, word: str, what: Mapping[str, Any]) -> None:
    getattr(deals.budget, word)(**what)


def reserve_elsewhere(url: str, prefix: str, document: str) -> str:
    """Take one order of three; ``won``, or the code of the refusal."""
    with open_store(url, prefix=prefix) as store:
        return _wins(store, document, take())


def _wins(
    store: Store, document: str, *takes: CapTake, on: date = DAY, key: str | None = None
) -> str:
    work = partial(_reserve_late, document=document, takes=takes, on=on, key=key)
    return _outcome(store, work)


def _outcome(store: Store, work: Callable[[Deals], None]) -> str:
    try:
        store.run(work)
    except DomainError as error:
        return error.code
    return "won"


def _reserve_late(
    deals: Deals, *, document: str, takes: Sequence[CapTake], on: date, key: str | None
) -> None:
    reserve(deals, document, *takes, on=on, expires_on=on, key=key)


def _orders_late(deals: Deals, *, document: str) -> None:
    deals.budget.commit(document=document, on=AFTER, key=f"order {document}")


def _full(store: Store, *, on: date = DAY) -> None:
    """All three are taken, and every row says so."""
    with store.view() as deals:
        assert deals.budget.used(ORDERS, on=on) == 3
        assert deals.verify() == ()


def _at_once(work: Callable[[int], Answer]) -> list[Answer]:
    """The answers of several threads that begin together."""
    start = Barrier(_WRITERS)

    def begun(place: int) -> Answer:
        start.wait()
        return work(place)

    with ThreadPoolExecutor(_WRITERS) as pool:
        return list(pool.map(begun, range(_WRITERS)))


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
