"""Two pricings of one request side by side (计价对比): lines, rules of the trace, findings.

Lines are matched by number and product. Rules are those whose rows were applied: a rule is *lost*
where it acted before and does not now, *gained* the other way round, and *altered* where it says
something else: another effect on the price of a unit, another percentage, another cap. That a
promotion takes a share of a higher amount does not alter it.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from cpq.kernel.errors import Finding
from cpq.kernel.money import total
from cpq.margin import FloorFinding
from cpq.margin.line import costs_of
from cpq.plan import UNIT_POINTS, PricePoint
from cpq.product import Product
from cpq.simulation.change import LineChange, LineFigures, RuleChange
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

_NO_PRODUCTS: Mapping[str, Product] = {}
_NOTHING = Decimal(0)
Acting = dict[tuple[PricePoint, str], list[Step]]
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


def traced(pricing: Pricing) -> bool:
    """Whether a pricing was kept with its trace."""
    return bool(pricing.refused) or any(line.steps for line in pricing.lines)


def comparable(pricing: Pricing) -> bool:
    """Whether its trace can be compared: rows that release 0.1 kept name their rules otherwise."""
    return any(str(step.name) for line in pricing.lines for step in line.steps)


def costs(pricing: Pricing) -> dict[str, Decimal | None]:
    """What each line costs us with the parts that it includes, by number; ``None``: not known.

    A part that another line includes costs nothing by itself.
    """
    if all(line.cost is None for line in pricing.lines):
        return dict.fromkeys((line.number for line in pricing.lines), None)
    borne = costs_of(pricing.lines, lambda line: line.cost)
    found: dict[str, Decimal | None] = {}
    for line in pricing.lines:
        each = borne.get(line.number)
        if each is not None:
            found[line.number] = None if each.unknown else total(each.known)
        else:
            found[line.number] = line.cost if line.optional else _NOTHING
    return found


def rule_changes(before: PricedLine, after: PricedLine) -> Iterator[RuleChange]:
    """The rules that make the line's price otherwise, in the order in which they acted."""
    if before.steps is after.steps:
        return
    was, now = _acting(before), _acting(after)
    for key, rows in was.items():
        others = now.get(key)
        if others is None:
            yield _rule("lost", rows, None)
        elif _said(rows) != _said(others):
            yield _rule("altered", rows, others)
    for key, rows in now.items():
        if key not in was:
            yield _rule("gained", None, rows)


def findings_only_in(one: Pricing, other: Pricing) -> tuple[FloorFinding | Finding, ...]:
    """The findings of one pricing that the other does not have, whatever their figures."""
    if not one.findings:
        return ()
    known = {_finding_key(found) for found in other.findings}
    return tuple(found for found in one.findings if _finding_key(found) not in known)


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


def _acting(line: PricedLine) -> Acting:
    found: Acting = {}
    for step in line.steps:
        if step.applied:
            found.setdefault((step.point, step.rule), []).append(step)
    return found


def _said(rows: list[Step]) -> list[tuple[object, ...]]:
    """What the rows of a rule say, apart from what follows from the figure they act on."""
    return [(step.name, step.effect if step.point in UNIT_POINTS else step.reason) for step in rows]


def _rule(fate: str, was: list[Step] | None, now: list[Step] | None) -> RuleChange:
    rows = now or was
    assert rows, "a rule acted on one side at least"
    return RuleChange.built(
        {
            "fate": fate,
            "point": rows[-1].point,
            "rule": rows[-1].rule,
            "name": rows[-1].name,
            "before": was[-1].after if was else None,
            "after": now[-1].after if now else None,
        }
    )


def _finding_key(found: Finding) -> tuple[str, str, str]:
    return found.code, found.place, found.floor if isinstance(found, FloorFinding) else ""


def _faults(refusals: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    """The refusals by the number of the line that they stand at: ``items/2`` is line 2."""
    found: dict[str, tuple[Finding, ...]] = {}
    for refusal in refusals:
        what, _, rest = refusal.place.partition("/")
        if what in ("items", "lines"):
            number = rest.partition("/")[0]
            found[number] = (*found.get(number, ()), refusal)
    return found
