"""What a store must do that outlives a process and has several writers (持久与并发契约)."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from threading import Barrier

from cpq.kernel.errors import DomainError
from cpq.quote import Quote, missing_numbers, send
from revenue.adapters.store import Deals, Store, open_store
from revenue.application import Application
from revenue.ledger import Fact
from revenue.testing.deal import example_quote
from revenue.testing.inspect import content
from revenue.testing.small import DAY, SERIES, accepted, applied, owed, paid, record_deal, revised
from revenue.testing.store import StoreContract

_WRITERS = 4


def url_of(store: Store) -> str:
    """The URL with which another process opens the same store."""
    return store.engine.url.render_as_string(hide_password=False)


def read_elsewhere(url: str, prefix: str) -> tuple[tuple[Fact, ...], str, str]:
    """What a process that never wrote reads: facts, a quote, the journal."""
    with open_store(url, prefix=prefix) as store, store.view() as deals:
        assert deals.verify() == ()
        quote = deals.quote(example_quote().number).canonical()
        return deals.facts(), quote, "".join(entry.canonical() for entry in deals.journal())


def apply_elsewhere(url: str, prefix: str, number: str) -> str:
    """Apply all that is open; ``won``, or the code of the refusal."""
    with open_store(url, prefix=prefix) as store:
        return _applies(store, applied(number))


def _applies(store: Store, fact: Application) -> str:
    try:
        store.run(lambda deals: deals.record(fact))
    except DomainError as error:
        return error.code
    return "won"


def _saves(store: Store, quote: Quote) -> str:
    try:
        store.run(lambda deals: deals.save(quote))
    except DomainError as error:
        return error.code
    return "saved"


def _counts(deals: Deals, *, fails: bool) -> None:
    """Take a number and save a quote that bears it, or think better of it."""
    savepoint = deals.connection.begin_nested()
    deals.save(example_quote(deals.number(SERIES, on=DAY)))
    if fails:
        savepoint.rollback()
    else:
        savepoint.commit()


def open_elsewhere(url: str, prefix: str) -> str:
    """Open the store, whoever else does; the code of the refusal, if any."""
    try:
        open_store(url, prefix=prefix).close()
    except DomainError as error:
        return error.code
    return "opened"


class DurableStoreContract(StoreContract):
    """``StoreContract`` and more, for a store that a second process can open."""

    def test_another_process_reads_equal_values(self, store: Store) -> None:
        """Facts, documents and journal are the same where nobody remembers them."""
        with store.unit() as deals:
            ledger = record_deal(deals)
            quote = deals.quote(example_quote().number).canonical()
            entries = "".join(entry.canonical() for entry in deals.journal())
        with _processes(1) as pool:
            read = pool.submit(read_elsewhere, url_of(store), store.prefix).result()
        assert read == (ledger.facts, quote, entries)

    def test_two_processes_cannot_both_apply(self, store: Store) -> None:
        """All that is open is applied by one of them; the others are refused."""
        _owe(store)
        with _processes(_WRITERS) as pool:
            outcomes = [
                pool.submit(apply_elsewhere, url_of(store), store.prefix, f"A-{place}")
                for place in range(_WRITERS)
            ]
            _one_won(store, [outcome.result() for outcome in outcomes])

    def test_two_threads_cannot_both_apply(self, store: Store) -> None:
        """The same inside one process, from one start."""
        _owe(store)
        start = Barrier(_WRITERS)

        def work(place: int) -> str:
            start.wait()
            return _applies(store, applied(f"A-{place}"))

        _one_won(store, _in_threads(work))

    def test_numbers_have_no_gap_whoever_counts(self, store: Store) -> None:
        """Several at once, every third of whom changes his mind: none twice, none left out."""
        start = Barrier(_WRITERS)

        def work(place: int) -> str:
            start.wait()
            for turn in range(6):
                store.run(partial(_counts, fails=(place + turn) % 3 == 0))
            return "done"

        assert set(_in_threads(work)) == {"done"}
        with store.view() as deals:
            given = [each.number for each in deals.numbers(SERIES.code)]
            assert len(given) == _WRITERS * 4
            assert missing_numbers(SERIES, given, on=DAY) == ()
            assert deals.verify() == ()

    def test_an_acceptance_and_a_next_version_exclude_each_other(self, store: Store) -> None:
        """Whoever comes first, one of them is refused."""
        draft = example_quote()
        with store.unit() as deals:
            deals.save(send(draft))
        start = Barrier(_WRITERS)

        def work(place: int) -> str:
            start.wait()
            return _saves(store, accepted(draft) if place % 2 else revised(draft))

        outcomes = _in_threads(work)
        assert {*outcomes[::2]} != {*outcomes[1::2]}
        assert {*outcomes} == {"saved", "quote.overtaken"}, outcomes

    def test_one_key_sent_at_once_counts_once(self, store: Store) -> None:
        """Whoever comes second gets the answer of the first."""
        start = Barrier(_WRITERS)

        def work(_: int) -> object:
            start.wait()
            return store.run(lambda deals: deals.record(owed(), paid(), key="import-1"))

        answers = _in_threads(work)
        assert len(set(answers)) == 1
        with store.view() as deals:
            assert deals.facts() == (owed(), paid())
            assert deals.verify() == ()

    def test_writers_at_once_leave_no_gap(self, store: Store) -> None:
        """Many small commands from several threads: every fact once, in one sequence."""

        def work(place: int) -> None:
            for step in range(5):
                fact = paid(f"R-{place}-{step}")
                store.run(partial(_record, fact=fact))

        _in_threads(work)
        with store.view() as deals:
            assert len(deals.facts()) == 5 * _WRITERS
            assert deals.verify() == ()

    def test_reopening_changes_nothing(self, store: Store) -> None:
        """The schema is found as it is."""
        with store.unit() as deals:
            record_deal(deals)
        rows = content(store.engine)
        with open_store(url_of(store), prefix=store.prefix) as again:
            assert content(again.engine) == rows


def _record(deals: Deals, *, fact: Fact) -> None:
    deals.record(fact)


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


def _in_threads(work: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(_WRITERS) as pool:
        return list(pool.map(work, range(_WRITERS)))


def _owe(store: Store) -> None:
    with store.unit() as deals:
        deals.record(owed(), paid())


def _one_won(store: Store, outcomes: list[object]) -> None:
    assert sorted(map(str, outcomes)) == ["application.exceeds_open"] * (_WRITERS - 1) + ["won"]
    with store.view() as deals:
        assert not deals.ledger().open_amount("AR-1").amount
        assert deals.verify() == ()
