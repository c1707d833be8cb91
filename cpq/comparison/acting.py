"""What acts on a line, read off its trace (生效规则), and what else two pricings are compared by.

A rule is *lost* where it acted before and does not now, *gained* the other way round, and *altered*
where it says something else: another effect on the price of a unit, another percentage, another
cap. That a promotion takes a share of a higher amount does not alter it.
"""

from collections.abc import Iterator
from decimal import Decimal

from cpq.comparison.change import RuleChange
from cpq.kernel.errors import Finding
from cpq.kernel.money import total
from cpq.margin import FloorFinding
from cpq.margin.line import costs_of
from cpq.plan import UNIT_POINTS, PricePoint
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

_NOTHING = Decimal(0)
Acting = dict[tuple[PricePoint, str], list[Step]]


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
