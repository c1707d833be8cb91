"""A simulation for programs (模拟结果导出): rows for a spreadsheet, a document for everything else.

Figures are plain digits without separators, percentages without their sign; what is not known is
empty. Of a table by line every line is there, changed or not, and those without a price any more.
"""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, get_args

from cpq.kernel.model import canonical_json
from cpq.kernel.money import Money, plain
from cpq.margin import Margin
from cpq.simulation import (
    LineChange,
    LineFigures,
    QuoteChange,
    RuleFate,
    RuleTally,
    Simulation,
    Tally,
)

By = Literal["customer", "product", "category", "book", "quote", "line", "rule"]
"""What a row of the result is about."""
BYS: tuple[By, ...] = get_args(By)

Row = dict[str, str]
_FATES: tuple[RuleFate, ...] = ("lost", "gained", "altered")


def rows(simulation: Simulation, by: By, *, tongue: str = "en") -> Iterator[Row]:
    """The rows of a result; all have the same columns."""
    if by == "line":
        for change in simulation.changes:
            yield from (_line(change, line, tongue) for line in change.lines)
    elif by == "rule":
        yield from (_rule(each, tongue) for each in simulation.rules)
    else:
        yield from (_tally(each) for each in simulation.by(by))


def csv_text(simulation: Simulation, by: By, *, tongue: str = "en") -> str:
    """The rows as CSV with a header, lines ended by CR LF as spreadsheets want."""
    found = list(rows(simulation, by, tongue=tongue))
    text = io.StringIO(newline="")
    if found:
        writer = csv.DictWriter(text, fieldnames=list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return text.getvalue()


def json_text(simulation: Simulation, by: By, *, tongue: str = "en") -> str:
    """Totals, the rows that were asked for, and every change in full, as one JSON document."""
    return canonical_json(
        {
            "draft": simulation.draft,
            "on": None if simulation.on is None else simulation.on.isoformat(),
            "book": simulation.book,
            "totals": [_tally(each) for each in simulation.totals],
            "by": by,
            "rows": list(rows(simulation, by, tongue=tongue)),
            "changes": [change.model_dump(mode="json") for change in simulation.changes],
        }
    )


def _tally(each: Tally) -> Row:
    return {
        "key": each.key,
        "currency": each.currency,
        "quotes": str(each.quotes),
        "lines": str(each.lines),
        "net_before": _money(each.before),
        "net_after": _money(each.after),
        "change": _money(each.change),
        "percent": _decimal(each.percent),
        "left_out": _money(each.left_out),
        "cost_before": _money(each.cost_before),
        "cost_after": _money(each.cost_after),
        "margin_percent_before": _margin(each.margin_before),
        "margin_percent_after": _margin(each.margin_after),
    }


def _line(change: QuoteChange, line: LineChange, tongue: str) -> Row:
    before, after = _side(line.before), _side(line.after)
    fates = {
        fate: "; ".join(rule.rule for rule in line.rules if rule.fate == fate) for fate in _FATES
    }
    row = {
        "quote": change.reference,
        "customer": change.customer or "",
        "priced_on": change.on.isoformat(),
        "line": line.number,
        "product": line.product,
        "name": line.name.in_(tongue),
        "category": line.category or "",
        "unit": line.unit,
        "currency": line.currency,
    }
    for name in before:
        row[f"{name}_before"], row[f"{name}_after"] = before[name], after[name]
    row["change"] = "" if change.after is None else plain(line.change)
    row["percent"] = "" if change.after is None else _decimal(line.percent)
    row.update({f"rules_{fate}": said for fate, said in fates.items()})
    row["counts"] = "yes" if line.before is None or line.before.counts else "no"
    refusals = line.findings or (change.refusals if change.after is None else ())
    row["findings"] = "; ".join(f"{each.message.in_(tongue)} [{each.code}]" for each in refusals)
    return row


def _side(side: LineFigures | None) -> Row:
    if side is None:
        return dict.fromkeys(("quantity", "unit_price", "net", "cost", "book"), "")
    return {
        "quantity": plain(side.quantity),
        "unit_price": plain(side.unit_price),
        "net": plain(side.net),
        "cost": _decimal(side.cost),
        "book": side.book,
    }


def _rule(each: RuleTally, tongue: str) -> Row:
    return {
        "rule": each.rule,
        "name": each.name.in_(tongue),
        "point": each.point,
        "fate": each.fate,
        "quotes": str(each.quotes),
        "lines": str(each.lines),
    }


def _decimal(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _money(money: Money | None) -> str:
    return "" if money is None else plain(money.amount)


def _margin(margin: Margin) -> str:
    return _decimal(margin.percent)
