"""A catalogue of 100,000 entries: load and compile time, memory, and a line's time by the size.

The books of ``_deals`` with 80,000 products: 80,000 list prices, 20,000 products with tiers of
their own, the rules for categories and for everything. Fresh processes load it, from a folder of
CSV files (checked on the way, as always) and from values made in memory, then price one line:
``hash_s`` and ``first_price_s`` are what has to be compiled before the first price. Memory is what
the process has grown by (``resident_mb``), and what Python allocated and holds (``traced_mb``).

Then lines are priced against it and against one of 1,000 entries, in turns: each of the large
one's 10,000 products that are asked for, and of the small one's 800, for the first time
(``first_line_us``), and warm (``line_us``): ``ratio`` is how much the size slows a line down.
"""

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

from benchmarks._deals import DAY, QUANTITY_MAX, Ware, catalogue, deals, quotes, wares
from benchmarks._fresh import python
from benchmarks._rounds import figures, take_turns, timed
from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.pricing import item, price

LOADS = 3
ROUNDS = 15
SIZES = {"1000": 800, "100000": 80_000}
"""Products by the number of entries: one product in four has an entry in the second book too."""

ASKED = 10_000
LINES = 10_000
LINES_PER_QUOTE = 100


class Shop(NamedTuple):
    """A catalogue, and the products of it that are asked for."""

    catalogue: Catalogue
    asked: tuple[Ware, ...]


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Load in fresh processes, price in turns; the figures. ``arguments`` are not used."""
    del arguments
    found = wares(SIZES["100000"])
    entries = len(found) + len(deals(found))
    print(f"{len(found):,} products, {entries:,} entries; {LOADS} loads, {ROUNDS} rounds\n")
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder), found)
        loaded = {
            "folder": _loads(folder),
            "memory": _loads(str(len(found))),
        }
    for name, figure in loaded["folder"].items():
        print(f"{name:24}{_cell(figure)} from CSV{_cell(loaded['memory'][name])} from memory")
    return {
        "products": len(found),
        "entries": entries,
        "loads": LOADS,
        **{f"{way}_{name}": each for way, own in loaded.items() for name, each in own.items()},
        **_by_size(found),
    }


def _cell(figure: object) -> str:
    return f"{figure!s:>12}"


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
    """Fresh processes that load and price once; medians, with their spread for the seconds."""
    timed_runs = [_process(source) for _ in range(LOADS)]
    found: dict[str, object] = {}
    for name in ("load_s", "hash_s", "first_price_s"):
        found |= figures(name, [each[name] or 0 for each in timed_runs])
    resident = [each["resident_mb"] for each in timed_runs]
    known = [megabytes for megabytes in resident if megabytes is not None]
    found["resident_mb"] = round(median(known)) if known else None
    found["traced_mb"] = round(_process(source, "traced")["traced_mb"] or 0)
    return found


def _process(*arguments: str) -> dict[str, float | None]:
    printed = python("-m", "benchmarks._load", *arguments)
    answer: dict[str, float | None] = json.loads(printed.splitlines()[-1])
    return answer


def _by_size(found: tuple[Ware, ...]) -> dict[str, object]:
    """Seconds per line for the first time and warm, against both catalogues."""
    shops = {}
    for size, count in SIZES.items():
        own = found[:count]
        shops[size] = Shop(catalogue(own), own[:: max(1, count // ASKED)])
    first = {size: _first_line_us(shop) for size, shop in shops.items()}
    small, large = take_turns(
        {size: _warm(shop) for size, shop in shops.items()}, rounds=ROUNDS
    ).values()
    ratios = large.ratio_to(small)
    print(f"\n{'µs per line':24}{'first time':>12}{'warm':>12}")
    for size, timing in zip(SIZES, (small, large), strict=True):
        print(f"{size + ' entries':24}{first[size]:>12.1f}{timing.median / LINES * 1e6:>12.2f}")
    print(f"{'ratio':24}{first['100000'] / first['1000']:>12.2f}{median(ratios):>12.2f}\n")
    return {
        "rounds": ROUNDS,
        **{f"first_line_us_{size}": round(each, 1) for size, each in first.items()},
        **figures("line_us_1000", [second / LINES * 1e6 for second in small.seconds]),
        **figures("line_us_100000", [second / LINES * 1e6 for second in large.seconds]),
        **figures("ratio", ratios),
    }


def _first_line_us(shop: Shop) -> float:
    """A line of a product that nobody has asked for; what the catalogue compiles once is not in.

    Every product is then asked for in its largest and its smallest quantity too, so that what
    follows finds it warm.
    """
    price([item(shop.asked[0].code)], catalogue=shop.catalogue, on=DAY)
    start = process_time()
    for ware in shop.asked[1:]:
        price([item(ware.code)], catalogue=shop.catalogue, on=DAY)
    spent = process_time() - start
    for quantity in range(1, QUANTITY_MAX + 1, 10):
        items = [item(ware.code, quantity) for ware in shop.asked if ware.own or quantity == 1]
        price(items, catalogue=shop.catalogue, on=DAY)
    return spent / (len(shop.asked) - 1) * 1e6


def _warm(shop: Shop) -> Callable[[], float]:
    asked = quotes(shop.asked, lines=LINES, size=LINES_PER_QUOTE, seed=LINES)
    items: list[list[Item]] = [[line.item for line in quote] for quote in asked]

    def work() -> None:
        for quote in items:
            price(quote, catalogue=shop.catalogue, on=DAY)

    return timed(work)
