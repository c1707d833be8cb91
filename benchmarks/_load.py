"""A fresh process that loads a large catalogue and prices one line: ``python -m benchmarks._load``.

Arguments: the catalogue folder, or the number of products to make values of in memory; and
``traced`` where every byte that Python allocates is to be counted, which slows the rest too much
to time it. The last line is one line of JSON: seconds of the processor, megabytes.
"""

import gc
import json
import os
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

from benchmarks._deals import DAY, catalogue, wares
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.catalogue import Catalogue
from cpq.pricing import item, price

_PAGES = Path("/proc/self/statm")
_MB = 1024 * 1024


def main(arguments: Sequence[str]) -> None:
    """Load, hash, price; print what each took."""
    source, *traced = arguments
    if source.isdecimal():
        found = wares(int(source))
        figures = _loaded(lambda: catalogue(found), traced=bool(traced))
    else:
        figures = _loaded(lambda: read_catalogue(source), traced=bool(traced))
    print(json.dumps(figures))


def _loaded(load: Callable[[], Catalogue], *, traced: bool) -> dict[str, float | None]:
    gc.collect()
    resident = _resident_mb()
    if traced:
        tracemalloc.start()
    start = process_time()
    held = load()
    loaded = process_time()
    gc.collect()
    after_load, held_mb = _resident_mb(), tracemalloc.get_traced_memory()[0] / _MB
    begun = process_time()
    _ = held.hash
    hashed = process_time()
    price([item(held.products[0].code)], catalogue=held, on=DAY)
    done = process_time()
    grown = None if resident is None or after_load is None else after_load - resident
    return {
        "load_s": loaded - start,
        "hash_s": hashed - begun,
        "first_price_s": done - hashed,
        "resident_mb": grown,
        "traced_mb": held_mb if traced else None,
    }


def _resident_mb() -> float | None:
    """What the process holds of the machine's memory; ``None`` where the system does not say."""
    if not _PAGES.exists():
        return None
    return int(_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MB


if __name__ == "__main__":
    main(sys.argv[1:])
