"""A catalogue of 100,000 entries: load and compile time, memory, and a line's time by the size.

The books of ``_deals`` with 80,000 products: 80,000 list prices, 20,000 products with tiers of
their own, the rules for categories and for everything. Fresh processes load it, from a folder of
CSV files (checked on the way, as always) and from values made in memory, then price one line:
``hash_s`` and ``first_price_s`` are what has to be compiled before the first price, ``memory_mb``
what the process has grown by, on systems that say it.

Then lines are priced against it and against one of 1,000 entries, in turns. ``first_line_us`` is a
line of a product that nobody has asked for, ``line_us`` one that is warm. ``ratio`` is how much the
size of the catalogue slows a warm line down where 800 products are asked for in both, in the large
one drawn from all. Ask the large one for 10,000 (``wide``), and they no longer fit into the
processor's caches: ``ratio_wide`` has that in it as well.
"""

import csv
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

from benchmarks._deals import BOUNDS, DAY, Ware, catalogue, deals, quotes, wares
from benchmarks._fresh import python
from benchmarks._rounds import figures, take_turns, timed
from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.pricing import item, price

LOADS = 3
ROUNDS = 9
SMALL, LARGE, WIDE = "1000", "100000", "100000_wide"
PRODUCTS = {SMALL: 800, LARGE: 80_000}
"""Products by the number of entries: one product in four has an entry in the second book too."""

ASKED, ASKED_WIDE = 800, 10_000
"""Products that are asked for, drawn from the whole catalogue."""

LINES = 10_000
LINES_PER_QUOTE = 100


class Shop(NamedTuple):
    """A catalogue, and the products of it that are asked for."""

    catalogue: Catalogue
    asked: tuple[Ware, ...]


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Load in fresh processes, price in turns; the figures. ``arguments`` are not used."""
    del arguments
    found = wares(PRODUCTS[LARGE])
    entries = len(found) + len(deals(found))
    print(f"{len(found):,} products, {entries:,} entries; {LOADS} loads, {ROUNDS} rounds\n")
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder), found)
        loaded = {
            "folder": _loads(folder),
            "values": _loads(str(len(found))),
        }
    print(f"{'median (quartiles)':24}{'from CSV':>24}{'from memory':>24}")
    for name in ("load_s", "hash_s", "first_price_s", "memory_mb"):
        print(f"{name:24}" + "".join(f"{_cell(own, name):>24}" for own in loaded.values()))
    return {
        "products": len(found),
        "entries": entries,
        "loads": LOADS,
        **{f"{way}_{name}": each for way, own in loaded.items() for name, each in own.items()},
        **_by_size(found),
    }


def _cell(own: dict[str, object], name: str) -> str:
    return f"{own[name]} {own.get(f'{name}_quartiles', '')}"


def write_folder(folder: Path, found: tuple[Ware, ...]) -> None:
    """The catalogue as the CSV files that people keep."""
    (folder / "catalogue.toml").write_text('default_book = "DEALS"\n', encoding="utf-8")
    _write(folder / "categories.csv", "code", sorted({(f"C-{ware.category}",) for ware in found}))
    _write(
        folder / "products.csv",
        "code,name_en,category,tax_code",
        ((each.code, f"Part {each.code}", f"C-{each.category}", each.tax_code) for each in found),
    )
    books = (("LIST", "CNY", ""), ("DEALS", "CNY", "LIST"))
    _write(folder / "price_books.csv", "code,currency,base", books)
    listed = (("LIST", ware.code, "", "", ware.list_price, "") for ware in found)
    dealt = (
        ("DEALS", entry.product or "", entry.category or "", tier.lower, "", tier.percent_off)
        for entry in deals(found)
        for tier in entry.tiers
    )
    _write(
        folder / "prices.csv", "book,product,category,lower,price,percent_off", (*listed, *dealt)
    )


def _write(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def _loads(source: str) -> dict[str, object]:
    """Fresh processes that load and price once: medians with their spread."""
    runs = [_process(source) for _ in range(LOADS)]
    found: dict[str, object] = {}
    for name in runs[0]:
        known = [each for run in runs if (each := run[name]) is not None]
        found |= figures(name, known) if known else {name: None}
    return found


def _process(source: str) -> dict[str, float | None]:
    printed = python("-m", "benchmarks._load", source)
    answer: dict[str, float | None] = json.loads(printed.splitlines()[-1])
    return answer


def _by_size(found: tuple[Ware, ...]) -> dict[str, object]:
    """Microseconds per line, for the first time and warm, against both catalogues."""
    shops = _shops(found)
    first = {name: _first_line_us(shop) for name, shop in shops.items()}
    timings = take_turns({name: _warm(shop) for name, shop in shops.items()}, rounds=ROUNDS)
    print(f"\n{'µs per line':24}{'products':>12}{'first time':>12}{'warm':>12}{'ratio':>12}")
    answer: dict[str, object] = {"rounds": ROUNDS}
    small = timings[SMALL]
    for name, timing in timings.items():
        warm = [second / LINES * 1e6 for second in timing.seconds]
        ratios = timing.ratio_to(small)
        cells = f"{len(shops[name].asked):>12,}{first[name]:>12.1f}{median(warm):>12.2f}"
        print(f"{name:24}{cells}{median(ratios):>12.2f}")
        answer[f"first_line_us_{name}"] = round(first[name], 1)
        answer |= figures(f"line_us_{name}", warm)
        if timing is not small:
            answer |= figures("ratio" + name.removeprefix(LARGE), ratios)
    print()
    return answer


def _shops(found: tuple[Ware, ...]) -> dict[str, Shop]:
    """Who is asked for what: none finds a product that another has warmed."""
    small = found[: PRODUCTS[SMALL]]
    drawn = random.Random(ASKED).sample(found, k=ASKED + ASKED_WIDE)
    large = catalogue(found)
    return {
        SMALL: Shop(catalogue(small), small),
        LARGE: Shop(large, tuple(drawn[:ASKED])),
        WIDE: Shop(large, tuple(drawn[ASKED:])),
    }


def _first_line_us(shop: Shop) -> float:
    """A line of a product that nobody has asked for; what the catalogue compiles once is not in.

    Every product is then asked for in each of its tiers, so that what follows finds it warm.
    """
    price([item(shop.asked[0].code)], catalogue=shop.catalogue, on=DAY)
    start = process_time()
    for ware in shop.asked[1:]:
        price([item(ware.code)], catalogue=shop.catalogue, on=DAY)
    spent = process_time() - start
    for quantity in BOUNDS:
        items = [item(ware.code, quantity) for ware in shop.asked]
        price(items, catalogue=shop.catalogue, on=DAY)
    return spent / (len(shop.asked) - 1) * 1e6


def _warm(shop: Shop) -> Callable[[], float]:
    asked = quotes(shop.asked, lines=LINES, size=LINES_PER_QUOTE, seed=LINES)
    items: list[list[Item]] = [[line.item for line in quote] for quote in asked]

    def work() -> None:
        for quote in items:
            price(quote, catalogue=shop.catalogue, on=DAY)

    return timed(work)
