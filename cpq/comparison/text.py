"""A comparison in words (比较说明): from total to total, the lines, the rules, the terms."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cpq.comparison.currency import rate_text
from cpq.comparison.model import Comparison, LineDifference, LineSide
from cpq.comparison.words import DRIVER_WORDS, field_text, rule_text
from cpq.kernel.money import Money, plain
from cpq.waterfall.text import short

_HEADS = {
    "en": ("before", "after", "net", "with tax"),
    "zh": ("原版本", "新版本", "未税", "含税"),
}


def explained(comparison: Comparison, locale: str) -> Iterator[str]:
    """The comparison as text, with totals that foot."""
    chinese = locale.startswith("zh")
    yield _title(comparison, locale)
    if comparison.rate is not None:
        at = rate_text(comparison.rate)
        yield f"原版本按 {at} 折算" if chinese else f"the version before is told at {at}"
    yield from _bridge(comparison, locale)
    for line in comparison.lines:
        yield from _line(line, locale)
    for change in comparison.changes:
        yield field_text(change, locale)
    for rule in comparison.rules:
        yield rule_text(rule, locale)
    if not comparison.traced:
        yield "计价追溯未保留，未比较规则" if chinese else "kept without a trace: no rules compared"
    for sign, findings in (("+", comparison.appeared), ("-", comparison.vanished)):
        for finding in findings:
            place = f"{finding.place}: " if finding.place else ""
            yield f"{sign} {place}{finding.message.in_(locale)} [{finding.code}]"
    if comparison.is_empty:
        yield "两版本相同" if chinese else "nothing differs"


def _title(comparison: Comparison, locale: str) -> str:
    before, after, *_ = _HEADS["zh" if locale.startswith("zh") else "en"]
    was, now = comparison.before.reference or before, comparison.after.reference or after
    return f"{was} → {now} · {comparison.currency}"


def _bridge(comparison: Comparison, locale: str) -> Iterator[str]:
    """The totals before, what each driver does to them, the totals after, in two columns."""
    before, after, net, gross = _HEADS["zh" if locale.startswith("zh") else "en"]
    rows: list[tuple[str, str, str]] = [(net, gross, "")]
    rows.append((_total(comparison.net_before), _total(comparison.gross_before), before))
    rows += [
        (signed(each.net.amount), signed(each.gross.amount), DRIVER_WORDS[each.driver].in_(locale))
        for each in comparison.effects
    ]
    rows.append((_total(comparison.net_after), _total(comparison.gross_after), after))
    widths = [max(_wide(row[column]) for row in rows) for column in (0, 1)]
    for row in rows:
        cells = (
            " " * (width - _wide(cell)) + cell for cell, width in zip(row, widths, strict=False)
        )
        yield f"  {'  '.join(cells)}  {row[2]}".rstrip()


def _line(line: LineDifference, locale: str) -> Iterator[str]:
    mark = {"added": "+", "removed": "-", "changed": "·"}[line.kind]
    name = line.name.in_(locale)
    colon = "：" if locale.startswith("zh") else ": "
    yield f"{mark} {line.number} {name}{colon}{_sides(line, locale)}{_worth(line, locale)}"
    for change in line.changes:
        yield f"    {field_text(change, locale)}"


def _sides(line: LineDifference, locale: str) -> str:
    """Quantity and price of a line, before and after where they differ."""
    was, now = line.shown
    sizes = _arrow([_size(side, line.unit, locale) for side in (was, now)])
    if was.included and now.included:
        return f"{sizes}{'，已含' if locale.startswith('zh') else ', included'}"
    return f"{sizes} × {_arrow([short(side.unit_price) for side in (was, now)])}"


def _size(side: LineSide, unit: str, locale: str) -> str:
    size = f"{plain(side.quantity)} {unit}"
    if side.periods is None:
        return size
    return f"{size} × {side.periods} {'期' if locale.startswith('zh') else 'periods'}"


def _worth(line: LineDifference, locale: str) -> str:
    """What the line adds to the difference of the totals, driver by driver."""
    if not line.effects:
        return ""
    paid = signed(line.change)
    if len(line.effects) == 1 and line.effects[0].driver == "mix":
        return f" = {paid} {line.currency}"
    chinese = locale.startswith("zh")
    told = ("，" if chinese else ", ").join(
        f"{DRIVER_WORDS[each.driver].in_(locale)} {signed(each.net.amount)}"
        for each in line.effects
    )
    return f" = {paid} {line.currency}{f'（{told}）' if chinese else f' ({told})'}"


def _arrow(sides: Sequence[str]) -> str:
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def _total(money: Money) -> str:
    return plain(money.amount)


def signed(value: Decimal) -> str:
    """An amount with its sign, a plus too; zero has none.

    >>> signed(Decimal("12.50")), signed(Decimal("-3.00")), signed(Decimal("0.00"))
    ('+12.50', '-3.00', '0.00')
    """
    return f"{'+' if value > 0 else ''}{plain(value)}"


def _wide(text: str) -> int:
    """How many columns a text takes: a Chinese character takes two."""
    return sum(2 if letter > "\u2e7f" else 1 for letter in text)
