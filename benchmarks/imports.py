"""Importing: the time of ``import cpq, revenue`` as a ratio to that of ``import pydantic``.

Each import is timed inside a fresh process, so that the start of Python itself does not count.
Run as well: whether a library that only adapters may load came along.
"""

from collections.abc import Callable, Sequence

from benchmarks._fresh import python
from benchmarks._rounds import take_turns

ROUNDS = 15
HEAVY = ("sqlalchemy", "weasyprint", "jinja2", "alembic", "typer", "rich")
_TIMED = "from time import perf_counter as t; s = t(); import {}; print(t() - s)"
_LOADED = "import sys; import cpq, revenue; print(*({!r} & sys.modules.keys()))"


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Import both in fresh processes that take turns; the figures. ``arguments`` are not used."""
    del arguments
    timings = take_turns(
        {name: _importing(name) for name in ("pydantic", "cpq, revenue")}, rounds=ROUNDS
    )
    ours, peer = timings["cpq, revenue"], timings["pydantic"]
    heavy = sorted(python("-c", _LOADED.format(set(HEAVY))).split())
    print(f"{ROUNDS} rounds in turns, each import in a fresh process; milliseconds\n")
    print(f"{'':24}{'best':>10}{'median':>10}")
    for name, timing in timings.items():
        print(f"{'import ' + name:24}{timing.best * 1000:>10.1f}{timing.median * 1000:>10.1f}")
    ratio, ratio_best = ours.median / peer.median, ours.best / peer.best
    print(f"{'times pydantic':24}{ratio_best:>10.2f}{ratio:>10.2f}")
    print(f"\nloaded of {', '.join(HEAVY)}: {', '.join(heavy) or 'none'}\n")
    return {
        "rounds": ROUNDS,
        "import_ms": round(ours.median * 1000, 1),
        "import_pydantic_ms": round(peer.median * 1000, 1),
        "ratio_to_pydantic": round(ratio, 2),
        "ratio_to_pydantic_best": round(ratio_best, 2),
        "heavy_loaded": heavy,
    }


def _importing(names: str) -> Callable[[], float]:
    return lambda: float(python("-c", _TIMED.format(names)))
