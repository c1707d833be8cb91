"""A comparison as tables for a terminal (版本比较表): the bridge, the lines, the rules, the terms.

Before and after of a line stand side by side where the terminal is wide enough, else one above the
other. No figure is cut in either. The words are those of the printed comparison.
"""

from rich.table import Table
from rich.text import Text

from cpq.adapters.compare_lines import line_view, signed_amount
from cpq.adapters.compare_view import ComparedLineView, PairView
from cpq.adapters.hand import Hand
from cpq.adapters.simulation_table import fitting
from cpq.adapters.trace_table import plain_table
from cpq.comparison import DRIVERS, Comparison, LineDifference
from cpq.comparison.words import (
    DRIVER_WORDS,
    FATE_WORDS,
    FIELD_WORDS,
    given_text,
    lines_text,
    reason_text,
)
from cpq.kernel.money import Money
from cpq.waterfall.text import POINTS

_NONE = "\N{EN DASH}"


def bridge_table(comparison: Comparison, hand: Hand) -> Table:
    """The totals before, what each driver does to them, the totals after: net, tax, with tax."""
    table = plain_table(_said(hand, "driver"))
    for name in ("net", "tax", "with_tax"):
        table.add_column(_said(hand, name), justify="right", no_wrap=True)
    write = hand.figures.amount
    for key in ("before", "after"):
        net, gross = _totals(comparison, key)
        cells = (write(each.amount) for each in (net, gross - net, gross))
        table.add_row(_said(hand, key), *cells, style="bold")
        if key == "before":
            for each in comparison.effects:
                amounts = (each.net.amount, each.tax.amount, each.gross.amount)
                figures = (signed_amount(hand.figures, amount) for amount in amounts)
                table.add_row(f"  {_said(hand, f'driver_{each.driver}')}", *figures)
    return table


def line_table(comparison: Comparison, hand: Hand) -> Table:
    """The lines that differ, amounts before tax; below each what makes its difference."""
    return fitting(lambda wide: _lines(comparison, hand, wide=wide))


def rule_table(comparison: Comparison, hand: Hand) -> Table:
    """The rules that act otherwise, on which lines, and why."""
    table = plain_table(*(_said(hand, name) for name in ("fate", "point", "rule", "lines", "why")))
    tongue = hand.spoken.first
    for rule in comparison.rules:
        why = [told(rule, tongue) for told in (given_text, reason_text)]
        table.add_row(
            FATE_WORDS[rule.fate].in_(tongue),
            POINTS[rule.point].in_(tongue),
            rule.title(tongue),
            lines_text(rule.lines, tongue),
            "\n".join(text for text in why if text),
        )
    return table


def term_table(comparison: Comparison, hand: Hand) -> Table:
    """What else has changed: parties, days, payment, delivery, clauses, what it was priced by."""
    table = plain_table(*(_said(hand, name) for name in ("what", "before", "after")))
    tongue = hand.spoken.first
    for change in comparison.changes:
        name = f"{FIELD_WORDS[change.field].in_(tongue)} {change.place}".strip()
        sides = (side.in_(tongue) or _NONE for side in (change.before, change.after))
        table.add_row(name, *sides)
    return table


def finding_table(comparison: Comparison, hand: Hand) -> Table:
    """The findings that appeared or vanished."""
    table = plain_table(*(_said(hand, name) for name in ("fate", "place", "what_was_found")))
    for key, findings in (("appeared", comparison.appeared), ("vanished", comparison.vanished)):
        for each in findings:
            message = f"{each.message.in_(hand.spoken.first)} [{each.code}]"
            table.add_row(_said(hand, key), each.place, message)
    return table


def _lines(comparison: Comparison, hand: Hand, *, wide: bool) -> Table:
    table = plain_table(_said(hand, "number"), _said(hand, "product"))
    pairs = _pair(_said(hand, "before"), _said(hand, "after"), wide=wide)
    for head in (_said(hand, "quantity"), _said(hand, "unit_price"), *pairs):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column(_said(hand, "difference"), justify="right", no_wrap=True)
    for line in comparison.lines:
        view = line_view(line, DRIVERS, hand)
        table.add_row(
            view.number,
            _title(line, view, hand),
            f"{_arrow(view.quantity, wide=wide)} {view.unit.text}",
            _arrow(view.unit_price, wide=wide) or (view.price_note.text if view.price_note else ""),
            *_pair(view.before, view.after, wide=wide),
            view.change,
        )
    totals = (comparison.net_before, comparison.net_after)
    one, other = (hand.figures.amount(money.amount) for money in totals)
    moved = signed_amount(hand.figures, comparison.change.amount)
    table.add_row(
        "", _said(hand, "total"), "", "", *_pair(one, other, wide=wide), moved, style="bold"
    )
    return table


def _title(line: LineDifference, view: ComparedLineView, hand: Hand) -> Text:
    """Name and code of a line, and below it what makes its difference and what else changed."""
    tongue = hand.spoken.first
    colon = "：" if tongue == "zh" else ": "
    state = "" if view.state is None else f"{view.state.text}{colon}"
    title = Text(f"{state}{view.name.text} {view.code}")
    told = [
        f"{DRIVER_WORDS[driver].in_(tongue)} {effect}"
        for driver, effect in zip(DRIVERS, view.effects, strict=True)
        if effect and driver != "mix"
    ]
    below = [view.moved.text] if view.moved else []
    below += [("，" if tongue == "zh" else ", ").join(told)] if told else []
    below += [view.periods.text] if view.periods and line.kind == "changed" else []
    for text in (*below, *(note.text for note in view.notes)):
        title.append(f"\n{text}", style="dim")
    return title


def _totals(comparison: Comparison, key: str) -> tuple[Money, Money]:
    if key == "before":
        return comparison.net_before, comparison.gross_before
    return comparison.net_after, comparison.gross_after


def _arrow(pair: PairView, *, wide: bool) -> str:
    if not pair.before:
        return pair.after
    return f"{pair.before} → {pair.after}" if wide else f"{pair.before} →\n{pair.after}"


def _pair(one: str, other: str, *, wide: bool) -> tuple[str, ...]:
    """Two cells, or one with the second below the first."""
    return (one, other) if wide else (f"{one}\n{other}",)


def _said(hand: Hand, key: str) -> str:
    return hand.say(key).text
