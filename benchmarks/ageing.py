"""The ageing of a million open items as of a day: seconds and memory, on SQLite and PostgreSQL.

``python -m benchmarks ageing [ITEMS [ROUNDS]]``. The rows are those that the store writes for
receivables of 2,000 customers in two currencies, of which one in ten was paid in part, half of
these after the day of the past that is asked about; the bare driver puts them in, since filling is
not what is measured, and a small book that the store itself filled must hold the same rows. Asked
are the ageing as of today, as of that day, and of one customer, each by a process of its own:
seconds of the clock and of that process on the processor (of PostgreSQL the server does the work),
and how much more memory the process held at its peak than before it asked.
"""

import json
import tempfile
from collections.abc import Sequence
from datetime import date
from statistics import median

from benchmarks._aged import PAST, TODAY, facts, fill, rows
from benchmarks._fresh import python
from benchmarks._server import postgres
from revenue.adapters.store import open_store
from revenue.ledger import ReceivablesLedger

ITEMS, ROUNDS = 1_000_000, 3
_SMALL = 400


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure both databases; the figures."""
    items = int(arguments[0]) if arguments else ITEMS
    rounds = int(arguments[1]) if len(arguments) > 1 else ROUNDS
    _refuse_other_rows()
    found: dict[str, object] = {"items": items}
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for name, url in (("sqlite", f"sqlite:///{folder}/deals.db"), ("postgresql", server)):
            if url is None:
                print(f"{name}: no server here")
                continue
            fill(url, items)
            for what, day, customer in (
                ("today", TODAY, ""),
                ("past", PAST, ""),
                ("one_customer", PAST, "c-0007"),
            ):
                found |= _asked(f"{what}_{name}", url, day, customer, rounds=rounds)
    return found


def _asked(name: str, url: str, day: date, customer: str, *, rounds: int) -> dict[str, object]:
    program = ["-m", "benchmarks._aged", url, day.isoformat(), customer]
    answers = [json.loads(python(*program)) for _ in range(rounds)]
    seconds = median(each["seconds"] for each in answers)
    processor = median(each["processor"] for each in answers)
    memory = median(each["memory_mb"] or 0.0 for each in answers)
    print(
        f"{name:24}{seconds:>8.3f} s {processor:>8.3f} CPU s {memory:>7.1f} MB  "
        f"{answers[0]['rows']:>6,} rows, {answers[0]['total'] / 100:,.2f} in all"
    )
    return {
        f"seconds_{name}": round(seconds, 3),
        f"cpu_seconds_{name}": round(processor, 3),
        f"memory_mb_{name}": round(memory, 1),
    }


def _refuse_other_rows() -> None:
    """A small book through the store: the rows are ours, and its ageing is the ledger's."""
    with open_store("sqlite://") as store, store.unit() as deals:
        deals.record(*facts(_SMALL))
        for place, table in enumerate(("balance", "movement")):
            own = [row[place] for row in rows("default", _SMALL) if row[place] is not None]
            stored = deals.connection.exec_driver_sql(
                f"SELECT * FROM cpq_{table} WHERE kind = 'receivable' ORDER BY number_key"  # noqa: S608
            )
            assert [tuple(row) for row in stored] == own, table
        ledger = ReceivablesLedger().record(*facts(_SMALL))
        for day in (TODAY, PAST):
            assert deals.ageing(as_of=day) == ledger.ageing(as_of=day), day
