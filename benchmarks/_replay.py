"""AdventureWorks' orders priced again, against a bare loop of their arithmetic.

Real books, promotions and customers, where the rules of ``_deals`` are made up. The bare loop makes
the same multiplications, additions and roundings that the figures of a priced line come from,
starting at its list price and its percentages, on plain ``Decimal``, and keeps nothing but the
total. Totals are not asked of ``price()`` here; the trace is made.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from time import process_time
from typing import NamedTuple

from benchmarks._orders import Orders, read_orders, reseller_percent
from benchmarks._rounds import figures, take_turns, timed
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


def replay(folder: Path) -> dict[str, object]:
    """Price the orders of a folder in rounds that take turns with the bare loop; the figures."""
    work = read_orders(folder)
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
    lines, priced = len(bare), timings["price()"]
    ratios = priced.ratio_to(timings["bare loop"])
    print(f"{len(work.orders)} orders, {lines} lines: {work.source}")
    print(f"{ROUNDS} rounds, all in turns; lines per second of one core\n")
    print(f"{'':24}{'best':>12}{'median':>12}")
    for name, timing in timings.items():
        print(f"{name:24}{lines / timing.best:>12,.0f}{lines / timing.median:>12,.0f}")
    print(
        f"{'times the bare loop':24}{min(ratios):>12.1f}{sorted(ratios)[len(ratios) // 2]:>12.1f}"
    )
    print(f"{'first time':24}{'':12}{lines / first:>12,.0f}   (look-up tables compiled)\n")
    return {
        "source": work.source,
        "orders": len(work.orders),
        "lines": lines,
        "rounds": ROUNDS,
        **figures("lines_per_second", [lines / second for second in priced.seconds], digits=None),
        "lines_per_second_first_time": round(lines / first),
        "bare_lines_per_second": round(lines / timings["bare loop"].median),
        **figures("ratio_to_bare_loop", ratios),
        **figures("ratio_without_unit_prices", priced.ratio_to(timings["no unit prices"])),
    }
