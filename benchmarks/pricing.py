"""Pricing orders: lines per second on one core, against a bare loop of the same arithmetic.

``python -m benchmarks pricing [FOLDER]``, FOLDER being AdventureWorks' files. The bare loop makes
the same multiplications, additions and roundings that the figures of a priced line come from,
starting at its list price and its percentages, on plain ``Decimal``, and keeps nothing but the
total. A reseller's unit price is reckoned by the loop each time; ``price()`` keeps what it found
once, so a second ratio leaves that step out of the loop. The rest of ``price()`` is looking up,
checking, explaining every rule and returning values.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from time import process_time
from typing import NamedTuple

from benchmarks._orders import PUBLISHED, Orders, read_orders, reseller_percent
from benchmarks._rounds import Timing, take_turns, timed
from cpq.kernel.money import total
from cpq.pricing import price
from cpq.promotion import PercentOff
from cpq.waterfall import Pricing

ROUNDS = 15
BARE_TIMES = 5
_UNIT = Decimal("0.0001")
_STEP = Decimal("0.000001")
_CENT = Decimal("0.01")


class BareLine(NamedTuple):
    """A line's figures before anything is multiplied; ``None`` where a step does not occur."""

    quantity: Decimal
    list_price: Decimal
    unit_price: Decimal
    book_percent: Decimal | None
    discount_percent: Decimal | None
    tax_percent: Decimal


def bare_lines(work: Orders, pricings: Sequence[Pricing]) -> list[BareLine]:
    """What the bare loop works on, taken from the priced orders."""
    percents = {
        policy.code: policy.benefit.percent
        for policy in work.catalogue.promotions
        if isinstance(policy.benefit, PercentOff)
    }
    found = []
    for pricing in pricings:
        given = {share.line: percents[share.promotion] for share in pricing.allocations}
        derived = work.catalogue.prices.book(pricing.book).base is not None
        for line in pricing.lines:
            share = reseller_percent(line.quantity) if derived else None
            found.append(
                BareLine(
                    *(line.quantity, line.list_price, line.unit_price, share),
                    *(given.get(line.number), line.tax_percent),
                )
            )
    return found


def bare_loop(lines: Sequence[BareLine], *, unit_prices: bool = True) -> Decimal:
    """The arithmetic of the lines and nothing else; Σ net."""
    subtotal = Decimal(0)
    for quantity, list_price, unit_price, book_percent, discount_percent, tax_percent in lines:
        each = unit_price
        if book_percent is not None:
            if unit_prices:
                each = (list_price * book_percent * _CENT).quantize(_UNIT, ROUND_HALF_UP)
            (quantity * list_price).quantize(_STEP, ROUND_HALF_UP)
        net = amount = (quantity * each).quantize(_STEP, ROUND_HALF_UP)
        if discount_percent is not None:
            net = amount - (amount * discount_percent * _CENT).quantize(_STEP, ROUND_HALF_UP)
        tax = (net * tax_percent * _CENT).quantize(_STEP, ROUND_HALF_UP)
        net + tax
        subtotal += net
    return subtotal


def price_all(work: Orders) -> Iterator[Pricing]:
    """Every order through the public API, one after the other; the caller keeps what it needs."""
    for order in work.orders:
        yield price(
            order.items,
            catalogue=work.catalogue,
            on=order.on,
            customer=order.customer,
            policy=work.policy,
        )


def run(arguments: Sequence[str]) -> dict[str, object]:
    """Price the orders in rounds that take turns with the bare loop; the figures."""
    work = read_orders(Path(arguments[0]) if arguments else PUBLISHED)
    start = process_time()
    pricings = list(price_all(work))
    first = process_time() - start
    bare = bare_lines(work, pricings)
    assert bare_loop(bare) == total(pricing.net.amount for pricing in pricings)
    timings = take_turns(
        {
            "price()": timed(lambda: deque(price_all(work), maxlen=0)),
            "bare loop": timed(lambda: bare_loop(bare), times=BARE_TIMES),
            "no unit prices": timed(lambda: bare_loop(bare, unit_prices=False), times=BARE_TIMES),
        },
        rounds=ROUNDS,
    )
    _print_table(work, len(bare), first, timings)
    return _figures(work, len(bare), first, timings)


def _print_table(work: Orders, lines: int, first: float, timings: Mapping[str, Timing]) -> None:
    priced, bare = timings["price()"], timings["bare loop"]
    print(f"{len(work.orders)} orders, {lines} lines: {work.source}")
    print(f"{ROUNDS} rounds, all in turns; lines per second on one core\n")
    print(f"{'':20}{'best':>12}{'median':>12}")
    for name, timing in timings.items():
        print(f"{name:20}{lines / timing.best:>12,.0f}{lines / timing.median:>12,.0f}")
    best, median = priced.best / bare.best, priced.median / bare.median
    print(f"{'times the bare loop':20}{best:>12.1f}{median:>12.1f}")
    print(f"{'first time':20}{lines / first:>12,.0f}   (look-up tables compiled on the way)\n")


def _figures(
    work: Orders, lines: int, first: float, timings: Mapping[str, Timing]
) -> dict[str, object]:
    priced, bare, least = timings.values()
    return {
        "source": work.source,
        "orders": len(work.orders),
        "lines": lines,
        "rounds": ROUNDS,
        "lines_per_second": round(lines / priced.median),
        "lines_per_second_best": round(lines / priced.best),
        "lines_per_second_first_time": round(lines / first),
        "bare_lines_per_second": round(lines / bare.median),
        "bare_lines_per_second_best": round(lines / bare.best),
        "ratio_to_bare_loop": round(priced.median / bare.median, 2),
        "ratio_to_bare_loop_best": round(priced.best / bare.best, 2),
        "ratio_without_unit_prices": round(priced.median / least.median, 2),
    }
