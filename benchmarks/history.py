"""Historical prices: comparables with percentiles among 1,000,000 deal prices in SQLite.

``python -m benchmarks history [ROWS [LOOK_UPS]]``. The rows lie in a file of their own in a
temporary folder. Each look-up begins with a query and ends with every percentile, the weighted mean
and twenty rows of evidence; the deals asked for are drawn from the deals themselves, so that what
sells most is asked for most. The database is asked how it finds the rows of each kind of look-up,
and the run fails where that is not by an index.
"""

import random
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks._history import TODAY, deals, rate
from cpq.history import Comparables, DealPrice, Insufficient, QuantityBand
from revenue.adapters import open_store
from revenue.adapters.deals import Deals
from revenue.adapters.history import plan_of
from revenue.adapters.rows import Rows
from revenue.adapters.shapes import deal_price_row
from revenue.adapters.store import Store

ROWS, LOOK_UPS = 1_000_000, 2_000
LAST = "customer's last price"
_CHUNK = 20_000


class LookUp(NamedTuple):
    """A kind of look-up: what is asked about a deal, and whether other currencies count."""

    name: str
    ask: Callable[[DealPrice], Comparables]
    converted: bool = False


class Timing(NamedTuple):
    """What one look-up took, in seconds, and how many deals its figures come from."""

    wall: float
    processor: float
    hits: int


def _asked(deal: DealPrice, **narrower: object) -> Comparables:
    asked = {"on": TODAY, "k": 1, "currency": "CNY", **narrower}
    return Comparables.like(deal, **asked)  # type: ignore[arg-type]


KINDS = (
    LookUp("product, one year", _asked),
    LookUp("product, five years", lambda deal: _asked(deal, days=1825)),
    LookUp("one year, any currency", _asked, converted=True),
    LookUp("one year, quantity ÷2 to ×2", lambda deal: _asked(
        deal, band=QuantityBand.around(deal.base_quantity, factor=2))),
    LookUp("one year, segment", lambda deal: _asked(deal, group=deal.groups[0])),
    LookUp("family, one year", lambda deal: _asked(deal, family=deal.family)),
    LookUp("customer, five years", lambda deal: _asked(
        deal, days=1825, customers=(deal.customer,))),
)  # fmt: skip


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Fill a database, look prices up in it; the figures."""
    count = int(arguments[0]) if arguments else ROWS
    look_ups = int(arguments[1]) if len(arguments) > 1 else LOOK_UPS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deals.db"
        with open_store(f"sqlite:///{file}") as store:
            seconds = _fill(store, count)
            size = file.stat().st_size
            print(f"{count:,} deal prices in {size / 2**20:,.0f} MiB, filled in {seconds:,.0f} s\n")
            with store.view() as view:
                plans = _plans(view)
                timings = _measured(view, count, look_ups)
    every = [timing for name, found in timings.items() if name != LAST for timing in found]
    print(f"{'look-up':30}{'asked':>7}{'hits':>8}{'most':>8}{'median ms':>11}{'p99 ms':>9}")
    rows = {name: _row(name, found) for name, found in timings.items()}
    total = _row("all", every)
    print()
    return {
        "rows": count,
        "file_mib": round(size / 2**20),
        "fill_seconds": round(seconds),
        "look_ups": len(every),
        **total,
        "by_kind": rows,
        "plans": plans,
    }


def _fill(store: Store, count: int) -> float:
    start = perf_counter()
    made = deals(count)
    with store.unit() as deals_:
        rows = Rows(deals_.connection, tenant=store.tenant, prefix=store.prefix)
        # Filling a table that large is a job for more memory than a look-up needs.
        deals_.connection.exec_driver_sql("PRAGMA cache_size = -600000")
        while chunk := list(islice(made, _CHUNK)):
            rows.insert_all("deal_price", [deal_price_row(deal) for deal in chunk])
    store.engine.dispose()
    return perf_counter() - start


def _plans(view: Deals) -> dict[str, str]:
    rows = Rows(view.connection, tenant=view.tenant, prefix=view.prefix)
    (deal,) = deals(1)
    plans = {}
    for kind in KINDS:
        plan = " / ".join(plan_of(rows, kind.ask(deal), converted=kind.converted))
        assert "COVERING INDEX" in plan, f"{kind.name}: {plan}"
        assert "SCAN" not in plan, f"{kind.name}: {plan}"
        print(f"{kind.name:30}{plan}")
        plans[kind.name] = plan
    print()
    return plans


def _measured(view: Deals, count: int, look_ups: int) -> dict[str, list[Timing]]:
    """The kinds take turns; every deal that is asked about is drawn anew."""
    dice = random.Random(3)
    wanted = sorted(dice.randrange(count) for _ in range(look_ups))
    picked = set(wanted)
    asked = [deal for place, deal in enumerate(deals(count)) if place in picked]
    dice.shuffle(asked)
    timings: dict[str, list[Timing]] = {kind.name: [] for kind in KINDS}
    for place, deal in enumerate(asked):
        kind = KINDS[place % len(KINDS)]
        query = kind.ask(deal)
        wall, processor = perf_counter(), process_time()
        found = view.prices.comparables(query, rate=rate if kind.converted else None)
        took = perf_counter() - wall, process_time() - processor
        hits = 0 if isinstance(found, Insufficient) else found.n
        timings[kind.name].append(Timing(*took, hits))
    timings[LAST] = [_last(view, deal) for deal in asked[:: len(KINDS)]]
    return timings


def _last(view: Deals, deal: DealPrice) -> Timing:
    wall, processor = perf_counter(), process_time()
    found = view.prices.last(deal.product, customer=deal.customer or "", unit=deal.base_unit)
    return Timing(perf_counter() - wall, process_time() - processor, int(found is not None))


def _row(name: str, found: Sequence[Timing]) -> dict[str, object]:
    hits = [timing.hits for timing in found]
    wall = [timing.wall * 1000 for timing in found]
    last = quantiles(wall, n=100)[-1] if len(wall) > 1 else wall[0]
    print(
        f"{name:30}{len(found):>7}{median(hits):>8,.0f}{max(hits):>8,}"
        f"{median(wall):>11.2f}{last:>9.2f}"
    )
    return {
        "hits_median": round(median(hits)),
        "hits_most": max(hits),
        "median_ms": round(median(wall), 2),
        "p99_ms": round(last, 2),
        "median_cpu_ms": round(median(timing.processor * 1000 for timing in found), 2),
    }
