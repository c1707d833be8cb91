"""Applications persisted per second, against the bare driver committing the same rows.

``python -m benchmarks application [ROUNDS [SINGLES [BATCHES]]]``. On SQLite (synchronous FULL) and
on a PostgreSQL server that the benchmark starts, in turns and in one run: the store records
applications one by one, and the bare driver commits their very rows, with the same triggers and
keys, the conditional UPDATE of both balances and of the head among them; then both do so in batches
of 500 per commit. Every application is of a receipt and a receivable of its own. A ratio is of one
round, the figure is the median. At the end the store's books are verified.

For scale, applications per CPU second elsewhere, as measured on a like machine: Odoo 9 to 19,
python-accounting 41 to 63, django-ledger 60, a Rust engine with Python bindings 5,600 to 9,200.
"""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from statistics import median

from benchmarks._applying import (
    BATCH,
    STORE,
    Driver,
    Took,
    applications,
    prepared,
    taking,
    through_the_store,
)
from benchmarks._rounds import figures
from benchmarks._server import postgres
from revenue.adapters.store import open_store

ROUNDS, SINGLES, BATCHES = 5, 300, 2


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure both databases; the figures."""
    rounds = max(2, int(arguments[0])) if arguments else ROUNDS
    singles = int(arguments[1]) if len(arguments) > 1 else SINGLES
    batches = int(arguments[2]) if len(arguments) > 2 else BATCHES
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for name, url in (("sqlite", f"sqlite:///{folder}/deals.db"), ("postgresql", server)):
            if url is None:
                print(f"{name}: no server here")
                found[f"ratio_to_driver_{name}"] = None
                continue
            found |= _measured(name, url, rounds=rounds, sizes={1: singles, BATCH: batches * BATCH})
    return found


def _measured(name: str, url: str, *, rounds: int, sizes: dict[int, int]) -> dict[str, object]:
    count = rounds * sum(sizes.values())
    rows, facts = prepared(url, count), applications(count)
    took: dict[tuple[str, int], list[Took]] = {}
    with open_store(url, tenant=STORE) as store, closing(Driver(url)) as driver:
        first = 0
        for _ in range(rounds):
            for at_once, size in sizes.items():
                part = slice(first, first + size)
                own = partial(through_the_store, store, facts[part], at_once=at_once)
                bare = partial(driver.write, rows, first, size, at_once=at_once)
                took.setdefault(("store", at_once), []).append(taking(size, own))
                took.setdefault(("driver", at_once), []).append(taking(size, bare))
                first += size
        assert store.verify() == (), "the books are sound"
    return _figures(name, took)


def _figures(name: str, took: dict[tuple[str, int], list[Took]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for at_once, what in ((1, ""), (BATCH, "_batched")):
        own, bare = took["store", at_once], took["driver", at_once]
        ratios = [mine.per_second / its.per_second for mine, its in zip(own, bare, strict=True)]
        found |= figures(f"ratio_to_driver{what}_{name}", ratios)
        rate = found[f"applications_per_second{what}_{name}"] = round(
            median(each.per_second for each in own)
        )
        cpu = found[f"applications_per_cpu_second{what}_{name}"] = round(
            median(each.per_cpu_second for each in own)
        )
        driver = round(median(each.per_second for each in bare))
        its_cpu = round(median(each.per_cpu_second for each in bare))
        print(
            f"{name:12}{at_once:>4} per commit: {rate:>7,} applications/s, {cpu:>7,} per CPU "
            f"second; bare driver {driver:>7,}/s, {its_cpu:>7,} per CPU second"
        )
    return found
