"""Pricing quotes: lines per second of one core, against a bare loop of the same arithmetic.

``python -m benchmarks pricing [FOLDER]``. Quotes of 10, 100 and 1,000 lines, each a random one of
200 products in a random quantity, are priced by a book of 161 rules (``_deals``), with and without
the trace. The catalogue is warm: each product has been asked for before, as in a process that has
priced a while; what the first quote of a fresh one costs is a figure of its own. Every round
prices quotes that nobody has priced before, and of what comes back every line is read (with the
trace: its rows) and the three totals.

The bare loop is the floor: the same multiplications, additions and roundings on plain ``Decimal``
that the figures of a line come from, with the rule already found, keeping nothing but the totals.
It reckons each unit price, which ``price()`` may keep; a second ratio leaves that step out of the
loop. The rest of ``price()`` is looking up, checking, explaining every rule, returning values.

Second, the orders of AdventureWorks (in FOLDER) are priced again: figures ``adventureworks_…``.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from time import process_time
from typing import NamedTuple

from benchmarks._deals import (
    DAY,
    RULES,
    TAX_CODES,
    Asked,
    Ware,
    catalogue,
    deals,
    quotes,
    wares,
)
from benchmarks._orders import PUBLISHED
from benchmarks._replay import replay
from benchmarks._rounds import Timing, added_up, figures, in_rounds, timed
from cpq.catalogue import Catalogue
from cpq.configuration import Item
from cpq.pricing import price
from cpq.waterfall import Pricing

ROUNDS = 15
BARE_TIMES = 3
SIZES = (10, 100, 1000)
LINES = 10_000
"""Lines of each size in a round."""

TRACES = {"": False, "_trace": True}
PRODUCTS = 200
_FIRST_SEED = 1_000_000
_ZERO = Decimal(0)
_UNIT = Decimal("0.0001")
_CENT = Decimal("0.01")

Quote = Sequence[Item]


class Totals(NamedTuple):
    """What a quote comes to."""

    net: Decimal
    tax: Decimal
    gross: Decimal


class BareLine(NamedTuple):
    """A line's figures before anything is multiplied; percentages are of what is paid, and tax."""

    quantity: Decimal
    list_price: Decimal
    unit_price: Decimal
    paid_percent: Decimal
    tax_percent: Decimal


def bare_line(asked: Asked) -> BareLine:
    """What the bare loop needs of a line, from what the generator knows, not from ``price()``."""
    quantity, ware = asked.item.quantity, asked.ware
    paid = ware.paid_percent(quantity)
    each = (ware.list_price * paid * _CENT).quantize(_UNIT, ROUND_HALF_UP)
    return BareLine(quantity, ware.list_price, each, paid, TAX_CODES[ware.tax_code])


def bare_quote(lines: Sequence[BareLine], *, unit_prices: bool = True) -> Totals:
    """The arithmetic of one quote and nothing else."""
    net = taxes = gross = _ZERO
    for quantity, list_price, unit_price, paid_percent, tax_percent in lines:
        each = unit_price
        if unit_prices:
            each = (list_price * paid_percent * _CENT).quantize(_UNIT, ROUND_HALF_UP)
        (quantity * list_price).quantize(_CENT, ROUND_HALF_UP)
        amount = (quantity * each).quantize(_CENT, ROUND_HALF_UP)
        tax = (amount * tax_percent * _CENT).quantize(_CENT, ROUND_HALF_UP)
        net += amount
        taxes += tax
        gross += amount + tax
    return Totals(net, taxes, gross)


def priced(quote: Quote, against: Catalogue, *, trace: bool) -> Pricing:
    """A quote through the public API."""
    return price(quote, catalogue=against, on=DAY, trace=trace)


def read(pricing: Pricing, *, trace: bool) -> Totals:
    """Look at what came back, so that nothing can be left for later."""
    for line in pricing.lines:
        _ = line.steps if trace else line.gross
    return Totals(pricing.net.amount, pricing.tax.amount, pricing.gross.amount)


class Rivals:
    """The contestants of a round: ``price()`` and the bare loop, on quotes of that round."""

    def __init__(self, found: tuple[Ware, ...]) -> None:
        self._wares = found
        self._warm = catalogue(found)
        for quote in quotes(found, lines=LINES * 10, size=LINES, seed=0):
            read(priced([asked.item for asked in quote], self._warm, trace=True), trace=True)

    def of_round(self, number: int) -> dict[str, Callable[[], float]]:
        """Each by its name, such as ``100_trace``, ``bare_100`` and ``first_100``."""
        found: dict[str, Callable[[], float]] = {}
        for size in SIZES:
            asked = quotes(self._wares, lines=LINES, size=size, seed=number * len(SIZES) + size)
            items = [[line.item for line in quote] for quote in asked]
            bare = [[bare_line(line) for line in quote] for quote in asked]
            _check(items, bare, self._warm)
            for name, trace in TRACES.items():
                found[f"{size}{name}"] = timed(self._pricing(items, trace=trace))
            found[f"bare_{size}"] = timed(_bare(bare, unit_prices=True), times=BARE_TIMES)
            found[f"least_{size}"] = timed(_bare(bare, unit_prices=False), times=BARE_TIMES)
            found[f"first_{size}"] = self._first(size, number)
        return found

    def _pricing(self, items: Sequence[Quote], *, trace: bool) -> Callable[[], object]:
        def work() -> None:
            for quote in items:
                read(priced(quote, self._warm, trace=trace), trace=trace)

        return work

    def _first(self, size: int, number: int) -> Callable[[], float]:
        """The first quote that a fresh catalogue prices; making the catalogue is not timed."""

        def contestant() -> float:
            fresh = catalogue(self._wares)
            seed = _FIRST_SEED + number
            (asked,) = quotes(self._wares, lines=size, size=size, seed=seed)
            items = [line.item for line in asked]
            gc.collect()
            start = process_time()
            read(priced(items, fresh, trace=True), trace=True)
            return process_time() - start

        return contestant


def _bare(lines: Sequence[Sequence[BareLine]], *, unit_prices: bool) -> Callable[[], object]:
    def work() -> None:
        for quote in lines:
            bare_quote(quote, unit_prices=unit_prices)

    return work


def _check(items: Sequence[Quote], bare: Sequence[Sequence[BareLine]], warm: Catalogue) -> None:
    """Both must come to the same: one quote of every round is compared, without being timed."""
    quote, lines = items[0], bare[0]
    assert read(priced(quote, warm, trace=False), trace=False) == bare_quote(lines)
    assert bare_quote(lines, unit_prices=False) == bare_quote(lines)


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Price the quotes in rounds that take turns with the bare loop, then the orders; figures."""
    found = wares(PRODUCTS)
    rules = sum(len(entry.tiers) for entry in deals(found))
    assert rules == RULES
    timings = in_rounds(Rivals(found).of_round, rounds=ROUNDS)
    print(f"{PRODUCTS} products, {rules} rules; {LINES:,} lines of each size, {ROUNDS} rounds")
    _print_table(timings)
    own = dict(_figures(timings))
    folder = Path(arguments[0]) if arguments else PUBLISHED
    orders = {f"adventureworks_{name}": figure for name, figure in replay(folder).items()}
    return {"products": PRODUCTS, "rules": rules, "rounds": ROUNDS, **own, **orders}


def _print_table(timings: dict[str, Timing]) -> None:
    columns = "".join(f"{f'{size} lines':>14}" for size in SIZES)
    print(f"\n{'lines per second':24}{columns}{'all':>14}")
    for title, name in (
        ("without trace", "{}"),
        ("with trace", "{}_trace"),
        ("bare loop", "bare_{}"),
        ("  no unit prices", "least_{}"),
    ):
        each = [timings[name.format(size)] for size in SIZES]
        cells = "".join(f"{LINES / timing.median:>14,.0f}" for timing in each)
        print(f"{title:24}{cells}{LINES * len(SIZES) / added_up(each).median:>14,.0f}")
    first = "".join(f"{timings[f'first_{size}'].median * 1000:>14.1f}" for size in SIZES)
    print(f"{'first quote, ms':24}{first}\n")


def _figures(timings: dict[str, Timing]) -> Iterator[tuple[str, object]]:
    def of_all(name: str) -> Timing:
        return added_up([timings[name.format(size)] for size in SIZES])

    yield "sizes", list(SIZES)
    bare, least, lines = of_all("bare_{}"), of_all("least_{}"), LINES * len(SIZES)
    yield "bare_lines_per_second", round(lines / bare.median)
    for name in TRACES:
        whole = of_all("{}" + name)
        speeds = [lines / seconds for seconds in whole.seconds]
        yield from figures(f"lines_per_second{name}", speeds, digits=None).items()
        yield from figures(f"ratio_to_bare_loop{name}", whole.ratio_to(bare)).items()
        yield from figures(f"ratio_without_unit_prices{name}", whole.ratio_to(least)).items()
        each = [timings[f"{size}{name}"] for size in SIZES]
        for size, timing in zip(SIZES, each, strict=True):
            yield f"lines_per_second_{size}{name}", round(LINES / timing.median)
        medians = [timing.median for timing in each]
        yield f"flatness{name}", round(max(medians) / min(medians), 2)
    for size in SIZES:
        first = [second * 1000 for second in timings[f"first_{size}"].seconds]
        yield from figures(f"first_quote_ms_{size}", first, digits=1).items()
