"""The trace of a price as tables for a terminal (计价追溯表): why, why not, and what would.

A line is a waterfall: rules per unit first, then the amount they make, then the rules on the
amount, down to the net. Figures stand in two columns, so that a price per unit is never read as an
amount.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from rich.table import Table

from cpq.adapters.figures import Figures
from cpq.adapters.pricing_words import WORDS
from cpq.adapters.words import Language
from cpq.kernel.errors import Invalid
from cpq.kernel.money import plain, rounded_fraction
from cpq.plan import UNIT_POINTS
from cpq.quote import Quote
from cpq.trace import Effect, Step
from cpq.waterfall import PricedLine, Pricing, Trigger, WhyNot
from cpq.waterfall.reasons import facts_of, reason_text
from cpq.waterfall.recurring import times_text
from cpq.waterfall.text import POINTS

_SHOWN_PLACES = 6
_SIGNS = {"times": "×", "at_least": "≥", "at_most": "≤"}


def pricing_of(past: Quote | Pricing) -> Pricing:
    """The pricing of a quote, or the pricing itself."""
    return past.pricing if isinstance(past, Quote) else past


def head_of(past: Quote | Pricing) -> str:
    """One line that says which pricing this is: number, customer, day, book, currency."""
    pricing = pricing_of(past)
    number = past.reference if isinstance(past, Quote) else None
    facts = (number, pricing.customer, str(pricing.on), pricing.book, pricing.currency)
    return " · ".join(fact for fact in facts if fact)


def lines_asked(pricing: Pricing, numbers: Sequence[str]) -> tuple[PricedLine, ...]:
    """The lines of those numbers, or all. Raises ``Invalid`` (``input.invalid``)."""
    known = [line.number for line in pricing.lines]
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise Invalid(
            "input.invalid",
            f"there is no line {', '.join(unknown)}; the lines are {', '.join(known)}",
        )
    return tuple(pricing.line(number) for number in numbers) or pricing.lines


def why_table(lines: Sequence[PricedLine], *, rule: str, spoken: Language) -> Table:
    """The rules that made the price of each line; those of one ``rule`` only, where it is named."""
    words = WORDS[spoken.first]
    table = plain_table()
    table.add_column(words["point"], no_wrap=True)
    table.add_column(words["rule"], min_width=16)
    for name in ("effect", "each", "amount"):
        table.add_column(words[name], justify="right")
    net = POINTS["net"].in_(spoken.first)
    for line in lines:
        rows = tuple(_rows(line, rule, spoken))
        if rule and not rows:
            continue
        title = f"{line.name.in_(spoken.first)} × {plain(line.quantity)} {line.unit}"
        title += times_text(line, spoken.first)
        if line.included:
            table.add_row(line.number, title, "", "", words["included"], style="dim")
        else:
            if table.row_count:
                table.add_row()
            table.add_row(line.number, title, style="bold")
        for cells in rows:
            table.add_row(*cells, style="bold" if cells[0] == net else None)
    return table


def why_not_table(pricing: Pricing, refused: Sequence[WhyNot], *, spoken: Language) -> Table:
    """Each rule that did not act, what it needed and what it found."""
    words, titles = WORDS[spoken.first], _titles(pricing, spoken)
    table = plain_table()
    for name in ("line", "rule", "reason", "needs", "found"):
        table.add_column(words[name], no_wrap=name == "line")
    table.add_column(words["missing"], justify="right")
    for each in refused:
        facts = facts_of(each.reason, each.needed, each.actual, spoken.first)
        table.add_row(
            each.line or words["order"],
            titles[each.rule],
            reason_text(each.reason, spoken.first),
            ", ".join(fact.text for fact in facts if fact.kind == "needs"),
            ", ".join(fact.text for fact in facts if fact.kind != "needs"),
            "" if each.missing is None else plain(each.missing),
        )
    return table


def trigger_table(pricing: Pricing, triggers: Sequence[Trigger], *, spoken: Language) -> Table:
    """What would make a rule act, the least change first."""
    words, titles = WORDS[spoken.first], _titles(pricing, spoken)
    table = plain_table()
    for name in ("line", "rule", "trigger"):
        table.add_column(words[name], no_wrap=name == "line")
    for each in triggers:
        said = each.text.in_(spoken.first)
        table.add_row(each.line or words["order"], titles[each.rule], said)
    return table


def refusals_of(pricing: Pricing, rule: str, numbers: Sequence[str]) -> tuple[WhyNot, ...]:
    """Why rules did not act: one ``rule`` or, where none is named, every one that was refused.

    On the lines of those numbers, or on all and on the order.
    """
    lines = lines_asked(pricing, numbers) if numbers else ()
    steps = [step for line in lines or pricing.lines for step in line.steps]
    names = [step.rule for step in (*pricing.refused, *steps) if not step.applied]
    found: list[WhyNot] = []
    for name in [rule] if rule else dict.fromkeys(names):
        numbered: list[str | None] = [line.number for line in lines]
        for number in numbered or [None]:
            found += (each for each in pricing.why_not(name, number) if each not in found)
    if rule:
        return tuple(found)
    order = {line.number: place for place, line in enumerate(pricing.lines, start=1)}
    return tuple(sorted(found, key=lambda each: order.get(each.line, 0)))


def acting_on(pricing: Pricing, rule: str) -> tuple[str, ...]:
    """The numbers of the lines on which a rule acts."""
    return tuple(
        line.number
        for line in pricing.lines
        if any(step.applied and step.named(rule) for step in line.steps)
    )


def plain_table(*heads: str) -> Table:
    """A table without lines, as those of ``revenue``; the columns of ``heads`` may fold."""
    return Table(*heads, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))


def _titles(pricing: Pricing, spoken: Language) -> dict[str, str]:
    """What people call the rules that were looked at."""
    steps = [step for line in pricing.lines for step in line.steps]
    return {step.rule: step.title(spoken.first) for step in (*pricing.refused, *steps)}


def _rows(line: PricedLine, rule: str, spoken: Language) -> Iterator[tuple[str, ...]]:
    """The rows of a line: point, rule, effect, figure per unit, amount."""
    figures = Figures(language=spoken, currency=line.currency)
    acting = [step for step in line.steps if step.applied and (not rule or step.named(rule))]
    yield from (_row(step, figures) for step in acting if step.point in UNIT_POINTS)
    if not rule and not line.included and acting:
        yield from _extended(line, figures)
    yield from (_row(step, figures) for step in acting if step.point not in UNIT_POINTS)
    if acting and not line.included:
        aside = WORDS[spoken.first]["optional"] if line.optional else ""
        yield POINTS["net"].in_(spoken.first), aside, "", "", figures.amount(line.net)


def _extended(line: PricedLine, figures: Figures) -> Iterator[tuple[str, ...]]:
    """From the price of a unit to the amount: tier by tier, or quantity times price."""
    label = WORDS[figures.language.first]["extended"]
    for part in line.breakdown:
        size = f" / {figures.number(part.size)}" if part.size else ""
        flat = f" + {figures.amount(part.flat)}" if part.flat else ""
        counted = f"{figures.number(part.quantity)} {line.unit} × "
        said = f"{counted}{figures.amount(part.unit_price)}{size}{flat}"
        if flat and line.periods is not None:
            said = f"({said})"
        said += times_text(line, figures.language.first)
        yield label, said, "", "", figures.amount(part.amount)
    if not line.breakdown:
        times = f"× {figures.number(line.quantity)}{times_text(line, figures.language.first)}"
        unit = figures.amount(line.unit_price)
        yield label, "", times, unit, figures.amount(line.amount)


def _row(step: Step, figures: Figures) -> tuple[str, ...]:
    tongue = figures.language.first
    after = "" if step.after is None else figures.amount(step.after)
    figure = (after, "") if step.point in UNIT_POINTS else ("", after)
    title = f"{step.title(tongue)}{_aside(step, tongue)}"
    return POINTS[step.point].in_(tongue), title, _effect(step.effect, figures), *figure


def _aside(step: Step, tongue: str) -> str:
    """How a rule acted, where it did so in part: within a cap, down to a floor, up to a rail."""
    if step.reason == "applied":
        return ""
    reason = WORDS[tongue].get(step.reason) or reason_text(step.reason, tongue)
    parts = f": {step.actual} / {step.needed}" if step.actual and step.needed else ""
    return f" ({reason}{parts})"


def _effect(effect: Effect | None, figures: Figures) -> str:
    if effect is None or effect.kind == "set":
        return ""
    value = _short(effect.value)
    if effect.kind == "percent":
        return f"{'+' if value > 0 else ''}{figures.percent(value)}"
    if effect.kind == "add":
        return signed(figures, value)
    if effect.kind == "times":
        return f"{_SIGNS[effect.kind]} {figures.number(value)}"
    return f"{_SIGNS[effect.kind]} {figures.amount(value)}"


def signed(figures: Figures, value: Decimal) -> str:
    """An amount with its sign, a plus too; zero has none.

    >>> from cpq.adapters.words import language
    >>> signed(Figures(language=language("en"), currency="CNY"), Decimal("1234.5"))
    '+1,234.50'
    """
    return f"{'+' if value > 0 else ''}{figures.amount(value)}"


def _short(value: Fraction) -> Decimal:
    """A figure for people: at most six decimals."""
    return rounded_fraction(value, _SHOWN_PLACES).normalize()
