"""A simulation as tables for a terminal (模拟结果表): who pays more, by which rules, what stops.

The same figures in two shapes: side by side where the terminal is wide enough, else before and
after one above the other. No figure is cut in either.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cpq.adapters.figures import Figures
from cpq.adapters.pricing_words import WORDS
from cpq.adapters.simulation_rows import By
from cpq.adapters.trace_table import plain_table, signed
from cpq.adapters.words import Language
from cpq.approval import ApprovalNeed
from cpq.catalogue import Catalogue
from cpq.kernel.errors import Finding
from cpq.kernel.money import plain
from cpq.kernel.text import LocalText
from cpq.margin import Margin
from cpq.simulation import LineChange, LineFigures, QuoteChange, RuleTally, Simulation, Tally
from cpq.waterfall.text import POINTS

Names = Mapping[str, LocalText]
_MINUS = "\N{MINUS SIGN}"
_NONE = "\N{EN DASH}"
Shown = TypeVar("Shown")


def result_table(
    simulation: Simulation, by: By, *, names: Names, spoken: Language, top: int
) -> tuple[Table, int]:
    """The rows by what was asked, the largest change first, and how many more there are.

    ``top`` of them, all for 0; by line those that change. Sums by currency stand below.
    """
    if by == "rule":
        rules, more = first(simulation.rules, top)
        return rule_table(rules, spoken=spoken), more
    if by == "line":
        lines, more = first(_changed_lines(simulation), top)
        return fitting(lambda wide: _lines(lines, simulation, spoken, wide=wide)), more
    rows, more = first(simulation.by(by), top)
    head = WORDS[spoken.first][by]
    return fitting(lambda wide: _tallies(rows, simulation, head, names, spoken, wide=wide)), more


def first(rows: Sequence[Shown], top: int) -> tuple[Sequence[Shown], int]:
    """The first ``top`` rows, all for 0, and how many more there are.

    >>> first("abc", 2)
    ('ab', 1)
    """
    return (rows[:top], max(0, len(rows) - top)) if top else (rows, 0)


def names_in(by: By, catalogues: Iterable[Catalogue]) -> dict[str, LocalText]:
    """What the codes of a grouping are called; what an earlier catalogue says comes first."""
    found: dict[str, LocalText] = {}
    for each in catalogues:
        named: dict[By, Iterable[tuple[str, LocalText]]] = {
            "customer": ((row.code, row.party.name) for row in each.customers),
            "product": ((row.code, row.name) for row in each.products),
            "category": ((row.code, row.name) for row in each.categories),
            "book": ((row.code, row.name) for row in each.books),
        }
        for code, name in named.get(by, ()):
            found.setdefault(code, name)
    return found


def rule_table(rules: Sequence[RuleTally], *, spoken: Language) -> Table:
    """The rules that act otherwise, and on how many quotes and lines."""
    words = WORDS[spoken.first]
    table = plain_table(words["point"], words["rule"], words["fate"])
    for name in ("quotes", "lines"):
        table.add_column(words[name], justify="right")
    for each in rules:
        title = each.name.in_(spoken.first) or each.rule
        point = POINTS[each.point].in_(spoken.first)
        table.add_row(point, title, words[each.fate], str(each.quotes), str(each.lines))
    return table


def stopped_table(changes: Sequence[QuoteChange], *, spoken: Language) -> Table:
    """The quotes that cannot be priced any more, what they were worth, and why."""
    words = WORDS[spoken.first]
    table = plain_table(words["quote"])
    table.add_column(words["before"], justify="right")
    table.add_column(words["findings"])
    for change in changes:
        worth = _figures(change.currency, spoken).amount(change.before.amount)
        said = "\n".join(_said(each, spoken) for each in change.refusals)
        table.add_row(change.reference, f"{worth} {change.currency}", said)
    return table


def judged_table(changes: Sequence[QuoteChange], *, spoken: Language) -> Table:
    """The quotes in which findings or approvals appear (+) or vanish (−)."""
    words = WORDS[spoken.first]
    table = plain_table(words["quote"], words["findings"])
    for change in changes:
        said = [
            *(f"+ {each}" for each in _judged(change.appeared, change.asked, spoken)),
            *(f"{_MINUS} {each}" for each in _judged(change.vanished, change.spared, spoken)),
        ]
        table.add_row(change.reference, "\n".join(said))
    return table


def _judged(
    findings: Sequence[Finding], needs: Sequence[ApprovalNeed], spoken: Language
) -> Iterator[str]:
    """Findings, then approvals, but for those that a finding just asked for."""
    yield from (_said(each, spoken) for each in findings)
    for need in needs:
        if need.asking == "rule" or not findings:
            yield need.message.in_(spoken.first)


def fitting(made: Callable[[bool], Table]) -> Table:
    """The table side by side where the terminal holds it whole, else its narrow shape."""
    console, wide = Console(), made(True)
    if not console.is_terminal:
        return wide
    needed = Measurement.get(console, console.options.update(width=1000), wide).maximum
    return wide if needed <= console.width else made(False)


def _tallies(
    rows: Sequence[Tally],
    simulation: Simulation,
    head: str,
    names: Names,
    spoken: Language,
    *,
    wide: bool,
) -> Table:
    words = WORDS[spoken.first]
    costed = any((each.cost_before or each.cost_after) is not None for each in rows)
    heads = [*_net_heads(words, wide=wide)]
    if costed:
        heads += _pair(words["margin_before"], words["margin_after"], wide=wide)
    table = plain_table(head)
    for each in (words["quotes"], *heads):
        table.add_column(each, justify="right", no_wrap=True)
    for tally in (*rows, *simulation.totals):
        whole = tally in simulation.totals and tally not in rows
        name = names.get(tally.key, LocalText()).in_(spoken.first)
        title = f"{tally.key} {name}".strip() or _NONE
        cells = [str(tally.quotes), *_net_cells(tally, spoken, wide=wide)]
        if costed:
            margins = (_margin(tally.margin_before), _margin(tally.margin_after))
            cells += _pair(*margins, wide=wide)
        if whole:
            title = f"{words['total']} {tally.currency}"
        table.add_row(title, *cells, style="bold" if whole else None)
    return table


def _lines(
    rows: Sequence[tuple[QuoteChange, LineChange]],
    simulation: Simulation,
    spoken: Language,
    *,
    wide: bool,
) -> Table:
    words = WORDS[spoken.first]
    table = plain_table(words["quote"], words["product"])
    prices = _pair(words["price_before"], words["price_after"], wide=wide)
    for head in (*prices, *_net_heads(words, wide=wide)):
        table.add_column(head, justify="right", no_wrap=True)
    for change, line in rows:
        figures = _figures(line.currency, spoken)
        sides = (_price(line.before, figures), _price(line.after, figures))
        table.add_row(
            f"{change.reference}/{line.number}",
            _title(line, words, spoken),
            *_pair(*sides, wide=wide),
            *_net_cells(line, spoken, wide=wide),
        )
    for each in simulation.totals:
        blank = ("",) * (len(prices) + 1)
        cells = _net_cells(each, spoken, wide=wide)
        table.add_row(f"{words['total']} {each.currency}", *blank, *cells, style="bold")
    return table


def _title(line: LineChange, words: Mapping[str, str], spoken: Language) -> Text:
    """Name and quantity of a line, and below it the rules that act otherwise."""
    side = line.before or line.after
    quantity = "" if side is None else f" × {plain(side.quantity)} {line.unit}"
    title = Text(f"{line.product} {line.name.in_(spoken.first)}{quantity}")
    for rule in line.rules:
        said = f"\n{words[rule.fate]}: {rule.name.in_(spoken.first) or rule.rule}"
        title.append(said, style="dim")
    return title


def _changed_lines(simulation: Simulation) -> list[tuple[QuoteChange, LineChange]]:
    """The lines that are priced otherwise, by currency, the largest change first."""
    found = [
        (change, line)
        for change in simulation.changes
        if change.after is not None
        for line in change.changed_lines()
    ]
    return sorted(found, key=lambda pair: (pair[1].currency, -abs(pair[1].change)))


def _pair(one: str, other: str, *, wide: bool) -> tuple[str, ...]:
    """Two cells, or one with the second below the first."""
    return (one, other) if wide else (f"{one}\n{other}",)


def _net_heads(words: Mapping[str, str], *, wide: bool) -> Iterator[str]:
    yield from _pair(words["before"], words["after"], wide=wide)
    yield from _pair(words["change"], "%", wide=wide)


def _net_cells(each: Tally | LineChange, spoken: Language, *, wide: bool) -> Iterator[str]:
    figures = _figures(each.currency, spoken)
    if isinstance(each, Tally):
        before, after, change = each.before.amount, each.after.amount, each.change.amount
    else:
        before, after, change = each.net_before, each.net_after, each.change
    yield from _pair(figures.amount(before), figures.amount(after), wide=wide)
    yield from _pair(signed(figures, change), _percent(each.percent), wide=wide)


def _figures(currency: str, spoken: Language) -> Figures:
    return Figures(language=spoken, currency=currency)


def _percent(value: Decimal | None) -> str:
    if value is None:
        return _NONE
    return f"{'+' if value > 0 else ''}{plain(value).replace('-', _MINUS)}%"


def _margin(margin: Margin | None) -> str:
    percent = None if margin is None else margin.percent
    return "n/a" if percent is None else f"{plain(percent).replace('-', _MINUS)}%"


def _price(side: LineFigures | None, figures: Figures) -> str:
    return _NONE if side is None else figures.amount(side.unit_price)


def _said(finding: Finding, spoken: Language) -> str:
    place = f"{finding.place}: " if finding.place else ""
    return f"{place}{finding.message.in_(spoken.first)} [{finding.code}]"
