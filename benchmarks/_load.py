"""A fresh process that loads a large catalogue and prices one line: ``python -m benchmarks._load``.

Its argument is the catalogue folder, or the number of products to make values of in memory. The
last line is one line of JSON: seconds of the processor, megabytes.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from benchmarks._deals import DAY, catalogue, wares
from cpq.adapters.catalogue_folder import read_catalogue
from cpq.catalogue import Catalogue
from cpq.pricing import item, price

_PAGES = Path("/proc/self/statm")
_MB = 1024 * 1024


def main(source: str) -> None:
    """Load, hash, price; print what each took."""
    if source.isdecimal():
        found = wares(int(source))
        figures = _loaded(lambda: catalogue(found))
    else:
        figures = _loaded(lambda: read_catalogue(source))
    print(json.dumps(figures))


def _loaded(load: Callable[[], Catalogue]) -> dict[str, float | None]:
    gc.collect()
    before = _resident_mb()
    start = process_time()
    held = load()
    loaded = process_time()
    gc.collect()
    after = _resident_mb()
    begun = process_time()
    _ = held.hash
    hashed = process_time()
    price([item(held.products[0].code)], catalogue=held, on=DAY)
    done = process_time()
    return {
        "load_s": loaded - start,
        "hash_s": hashed - begun,
        "first_price_s": done - hashed,
        "memory_mb": None if before is None or after is None else after - before,
    }


def _resident_mb() -> float | None:
    """What the process holds of the machine's memory; ``None`` where the system does not say."""
    if not _PAGES.exists():
        return None
    return int(_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MB


if __name__ == "__main__":
    main(sys.argv[1])
