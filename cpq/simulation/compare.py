"""Two pricings of one request side by side (计价对比): lines, rules of the trace, findings.

It is the same request, so lines are matched by number and product; two versions of an offer, in
which lines come, go and move, are compared by ``cpq.comparison``. Rules are compared as there.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cpq.comparison.acting import comparable, costs, rule_changes
from cpq.comparison.change import LineChange, LineFigures
from cpq.kernel.errors import Finding
from cpq.product import Product
from cpq.waterfall import PricedLine, Pricing

_NO_PRODUCTS: Mapping[str, Product] = {}
Key = tuple[str, str]


def compare(
    before: Pricing,
    after: Pricing | None,
    *,
    products: Mapping[str, Product] = _NO_PRODUCTS,
    refusals: Iterable[Finding] = (),
) -> tuple[LineChange, ...]:
    """Every line of both, in the order of ``before``; those that are only in ``after`` come last.

    ``products`` say which category a line is in. Where there is no ``after``, the ``refusals`` say
    why, each at its line.
    """
    was = _sides(before)
    now = {} if after is None else _sides(after)
    ruled = after is not None and comparable(before) and comparable(after)
    faults = _faults(refusals)
    return tuple(
        _line(was.get(key), now.get(key), products, faults.get(key[0], ()), ruled=ruled)
        for key in dict.fromkeys((*was, *now))
    )


def _sides(pricing: Pricing) -> dict[Key, tuple[PricedLine, LineFigures]]:
    borne = costs(pricing)
    return {
        (line.number, line.product): (line, _figures(line, pricing.book, borne[line.number]))
        for line in pricing.lines
    }


def _figures(line: PricedLine, usual: str, cost: Decimal | None) -> LineFigures:
    return LineFigures.built(
        {
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "net": line.net,
            "cost": cost,
            "book": line.book or usual,
            "included": line.included,
            "optional": line.optional,
        }
    )


def _line(
    was: tuple[PricedLine, LineFigures] | None,
    now: tuple[PricedLine, LineFigures] | None,
    products: Mapping[str, Product],
    faults: tuple[Finding, ...],
    *,
    ruled: bool,
) -> LineChange:
    either = now or was
    assert either is not None, "a line stands on one side at least"
    line, product = either[0], products.get(either[0].product)
    return LineChange.built(
        {
            "number": line.number,
            "product": line.product,
            "name": line.name,
            "unit": line.unit,
            "currency": line.currency,
            "category": product.category if product else None,
            "before": was[1] if was else None,
            "after": now[1] if now else None,
            "rules": tuple(rule_changes(was[0], now[0])) if was and now and ruled else (),
            "findings": faults,
        }
    )


def _faults(refusals: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    """The refusals by the number of the line that they stand at: ``items/2`` is line 2."""
    found: dict[str, tuple[Finding, ...]] = {}
    for refusal in refusals:
        what, _, rest = refusal.place.partition("/")
        if what in ("items", "lines"):
            number = rest.partition("/")[0]
            found[number] = (*found.get(number, ()), refusal)
    return found
