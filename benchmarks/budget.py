"""Guarded reservation of a promotion's budget: grants per second, against the bare driver.

``python -m benchmarks budget [SECONDS [ROUNDS]]``. One counter that everybody writes, on SQLite
and on a PostgreSQL server that the benchmark starts, both as safe against a power cut as the store
keeps them. In each round everybody has his turn: the store, which writes the command, a movement, a
hold and the counter in one transaction; the bare driver with a transaction that holds nothing but
the conditional UPDATE; and the bare driver with three rows of like size before it. Each does so
with one seller and with sixteen. Ratios are of one round, the figure is their median; then sixteen
sellers ask 400 times for 100.
"""

import tempfile
from collections.abc import Sequence
from statistics import median

from benchmarks._rounds import figures
from benchmarks._sellers import Race, attempt, prepare, race
from benchmarks._server import postgres

SECONDS, ROUNDS = 2.0, 3
SELLERS, ATTEMPTS, CAP = 16, 400, 100
_KINDS = {"store": "store", "update": "driver, UPDATE alone", "rows": "driver, same rows"}


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Measure both databases; the figures."""
    seconds = float(arguments[0]) if arguments else SECONDS
    rounds = max(2, int(arguments[1])) if len(arguments) > 1 else ROUNDS
    found: dict[str, object] = {}
    oversold = 0
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for name, url in (("sqlite", f"sqlite:///{folder}/deals.db"), ("postgresql", server)):
            if url is None:
                print(f"{name}: no server here")
                found[f"ratio_to_driver_{name}"] = None
                continue
            prepare(url)
            found |= _measured(name, url, seconds=seconds, rounds=rounds)
            granted = attempt(url, cap=CAP, attempts=ATTEMPTS, sellers=SELLERS)
            print(f"{name}: {granted} of {ATTEMPTS} attempts granted under a cap of {CAP}\n")
            oversold += granted - CAP
    return {**found, "oversold": oversold}


def _measured(name: str, url: str, *, seconds: float, rounds: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for sellers in (1, SELLERS):
        races: dict[str, list[Race]] = {kind: [] for kind in _KINDS}
        for number in range(rounds):
            for kind, done in races.items():
                label = f"{kind}-{sellers}-{number}"
                done.append(race(kind, url, sellers=sellers, seconds=seconds, name=label))
        for kind, done in races.items():
            rate = median(each.per_second for each in done)
            print(f"{name:12}{sellers:>3} sellers  {_KINDS[kind]:22}{rate:>9,.0f} grants/s")
        by = {"update": "", "rows": "_same_rows"}
        for kind, what in by.items():
            ratios = [
                own.per_second / bare.per_second
                for own, bare in zip(races["store"], races[kind], strict=True)
            ]
            crowd = "" if sellers == SELLERS else "_alone"
            found |= figures(f"ratio_to_driver{what}_{name}{crowd}", ratios)
        found[f"grants_per_second_{name}_{sellers}"] = round(
            median(each.per_second for each in races["store"])
        )
    return found
