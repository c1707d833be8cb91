"""Charts of receivables as SVG text (应收图表): ageing, collections, days sales outstanding.

Each function takes a value and gives a string that stands in the HTML report, in a PDF or in a
file of its own. The same value gives the same bytes. What a chart shows is also in its description,
in words and figures, for those who read instead of look.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from cpq.adapters.brand import PLAIN
from cpq.adapters.figures import Figures
from cpq.adapters.words import Language, language
from cpq.kernel.money import Money, money_total, plain, rounded_fraction
from cpq.kernel.text import LocalText
from revenue.adapters.chart_drawing import (
    FOOT,
    INK,
    LEFT,
    SOFT,
    WHITE,
    WIDTH,
    Scale,
    dates,
    element,
    label,
    legend,
    line_legend,
    middles_of,
    outlined,
    polyline,
    rows_of,
    shortened,
    sparse,
    svg,
    ticks,
    tint,
    words,
)
from revenue.ageing import AgedRow, AgeingReport, CollectionSpell, DsoPoint

_NO_NAMES: Mapping[str, str] = {}
_NAME, _SUM, _ROW, _BAR = 230, 150, 34, 22
_HEIGHT, _HEAD = 350, 56
_WORDS = {
    "ageing": LocalText(en="Receivables by days overdue, {currency}", zh="应收账龄（{currency}）"),
    "not_due": LocalText(en="not due", zh="未到期"),
    "days": LocalText(en="{days} days", zh="{days} 天"),
    "above": LocalText(en="over {days} days", zh="{days} 天以上"),
    "disputed": LocalText(en="disputed", zh="有争议"),
    "others": LocalText(en="{count} others", zh="其他 {count} 项"),
    "unnamed": LocalText(en="(none)", zh="（无）"),
    "open": LocalText(en="As of {day} {amount} are open", zh="截至{day}，未清 {amount}"),
    "nothing": LocalText(en="Nothing is open.", zh="没有未清应收。"),
    "collections": LocalText(en="Collections, {currency}", zh="回款（{currency}）"),
    "came_in": LocalText(en="came in", zh="回款"),
    "fell_due": LocalText(en="fell due", zh="到期"),
    "from_to": LocalText(
        en="From {since} to {until} {received} came in and {due} fell due",
        zh="{since}至{until}，回款 {received}，到期 {due}",
    ),
    "dso": LocalText(en="Days sales outstanding, {currency}", zh="应收账款周转天数（{currency}）"),
    "countback": LocalText(en="countback", zh="倒推法"),
    "best": LocalText(en="best possible", zh="最佳可能"),
    "no_days": LocalText(en="There is nothing to show.", zh="没有数据。"),
}


class _Pen(NamedTuple):
    """How a chart is written: its language, figures and colour."""

    spoken: Language
    figures: Figures
    accent: str

    def say(self, key: str, **facts: str) -> str:
        return _WORDS[key].in_(self.spoken.first).format(**facts)


def _pen(currency: str, locale: str, accent: str) -> _Pen:
    spoken = language(locale)
    return _Pen(spoken, Figures(language=spoken, currency=currency), accent)


def ageing_chart(
    report: AgeingReport,
    *,
    currency: str,
    locale: str = "en",
    accent: str = PLAIN.accent,
    names: Mapping[str, str] = _NO_NAMES,
    most: int = 12,
    key: str = "ageing",
) -> str:
    """What is open in one currency, a bar for each of the largest groups, the rest in one.

    ``names`` are what groups are called, their own codes unless said. ``accent`` is a brand's
    colour, ``#rrggbb``. Raises ``NotFound`` (``document.unknown_locale``).

    >>> from datetime import date
    >>> from revenue.ageing import ageing_report
    >>> from revenue.ledger import ReceivablesLedger
    >>> empty = ageing_report(ReceivablesLedger(), as_of=date(2026, 12, 31))
    >>> "Nothing is open." in ageing_chart(empty, currency="CNY")
    True
    """
    pen = _pen(currency, locale, accent)
    rows = [row for row in report.rows if row.currency == currency and row.open.amount]
    rows.sort(key=lambda row: (-row.open.minor, row.group))
    named = [(names.get(row.group, row.group) or pen.say("unnamed"), row) for row in rows[:most]]
    if len(rows) > most:
        rest = report.with_(rows=tuple(rows[most:])).totals(currency)
        named.append((pen.say("others", count=str(len(rows) - most)), rest))
    buckets = _buckets(report, pen)
    shades = _shades(len(report.buckets), accent)
    top = _HEAD + 24
    high = max((Fraction(row.open.amount) for _, row in named), default=Fraction(1))
    scale = Scale(Fraction(0), high, _NAME, WIDTH - _SUM)
    drawn = [
        _aged_bar(name, row, pen, scale, list(zip(buckets, shades, strict=True)), y=y)
        for y, (name, row) in zip(range(top, top + len(named) * _ROW, _ROW), named, strict=True)
    ]
    title = pen.say("ageing", currency=currency)
    whole = report.totals(currency)
    return svg(
        key,
        label(title, 0, 20, font_size=18, font_weight=600),
        *legend(list(zip(buckets, shades, strict=True)), y=46),
        *(drawn or [label(pen.say("nothing"), 0, top + 16, fill=SOFT)]),
        height=top + max(len(named), 1) * _ROW,
        title=title,
        description=_ageing_words(report, whole, buckets, pen),
        tongue=pen.spoken.first,
    )


def _buckets(report: AgeingReport, pen: _Pen) -> tuple[str, ...]:
    """The buckets in words, and at last what is disputed."""
    found = []
    for name in report.buckets:
        if name == "0":
            found.append(pen.say("not_due"))
        elif name.endswith("+"):
            found.append(pen.say("above", days=str(int(name[:-1]) - 1)))
        else:
            found.append(pen.say("days", days=name.replace("-", "–")))
    return (*found, pen.say("disputed"))


def _shades(buckets: int, accent: str) -> tuple[str, ...]:
    """Darker with age; white for what is disputed, which its outline shows."""
    last = max(buckets - 1, 1)
    return (*(tint(accent, 16 + 84 * place // last) for place in range(buckets)), WHITE)


def _ageing_words(report: AgeingReport, whole: AgedRow, buckets: tuple[str, ...], pen: _Pen) -> str:
    if not whole.open.amount:
        return pen.say("nothing")
    figures = pen.figures
    parts = [
        f"{name} {figures.amount(money.amount)}"
        for name, money in zip(buckets, (*whole.amounts, whole.disputed), strict=True)
        if money.amount
    ]
    day, amount = figures.day(report.as_of), figures.money(whole.open)
    return f"{pen.say('open', day=day, amount=amount)}: {', '.join(parts)}."


def _aged_bar(
    name: str,
    row: AgedRow,
    pen: _Pen,
    scale: Scale,
    shades: Sequence[tuple[str, str]],
    *,
    y: int,
) -> str:
    drawn = [label(shortened(name, 14), 0, y + 17)]
    sofar = Fraction(0)
    for money, (bucket, shade) in zip((*row.amounts, row.disputed), shades, strict=True):
        if money.amount <= 0:
            continue
        start, sofar = sofar, sofar + Fraction(money.amount)
        left, right = scale.at(start), scale.at(sofar)
        told = f"{name}, {bucket}: {pen.figures.money(money)}"
        drawn.append(
            element(
                "rect",
                element("title", words(told)),
                x=left,
                y=y,
                width=max(right - left, 1),
                height=_BAR,
                fill=shade,
                **outlined(shade, pen.accent),
            )
        )
    total = pen.figures.amount(row.open.amount)
    drawn.append(label(total, WIDTH, y + 17, anchor="end"))
    return element("g", *drawn)


# --- collections ----------------------------------------------------------------------------------


def collections_chart(
    found: Sequence[CollectionSpell],
    *,
    currency: str,
    locale: str = "en",
    accent: str = PLAIN.accent,
    key: str = "collections",
) -> str:
    """What came in as bars, less what went back; what fell due as a line.

    Raises ``NotFound`` (``document.unknown_locale``).

    >>> "There is nothing to show." in collections_chart((), currency="CNY")
    True
    """
    pen = _pen(currency, locale, accent)
    title = pen.say("collections", currency=currency)
    if not found:
        return _empty(key, title, pen)
    nets = [Fraction(each.net.amount) for each in found]
    dues = [Fraction(each.fell_due.amount) for each in found]
    marks = ticks(min(nets), max([*nets, *dues]))
    scale = Scale(marks[0], marks[-1], FOOT, _HEAD + 10)
    middles = middles_of(len(found))
    wide = min(56, (WIDTH - LEFT) * 3 // (5 * len(found)))
    days = _dated(found)
    bars = [
        _bar(each, pen, scale, day=day, middle=middle, wide=max(wide, 1))
        for each, day, middle in zip(found, days, middles, strict=True)
    ]
    places = [(x, scale.at(due)) for x, due in zip(middles, dues, strict=True)]
    received, due = _sums(found, currency)
    told = pen.say(
        "from_to",
        since=pen.figures.day(found[0].start),
        until=pen.figures.day(found[-1].end),
        received=pen.figures.money(received),
        due=pen.figures.money(due),
    )
    return svg(
        key,
        label(title, 0, 20, font_size=18, font_weight=600),
        *legend([(pen.say("came_in"), accent)], y=46),
        *line_legend(pen.say("fell_due"), x=140, y=46, colour=INK, dashed=True),
        *rows_of(marks, scale, tongue=pen.spoken.first),
        *bars,
        *polyline(places, INK, dashed=True),
        *dates(days, middles),
        height=_HEIGHT,
        title=title,
        description=f"{told}.",
        tongue=pen.spoken.first,
    )


def _sums(found: Sequence[CollectionSpell], currency: str) -> tuple[Money, Money]:
    return (
        money_total((each.net for each in found), currency),
        money_total((each.fell_due for each in found), currency),
    )


def _bar(
    each: CollectionSpell, pen: _Pen, scale: Scale, *, day: str, middle: int, wide: int
) -> str:
    one, other = scale.at(Fraction(0)), scale.at(Fraction(each.net.amount))
    came, due = pen.figures.money(each.net), pen.figures.money(each.fell_due)
    told = f"{day}: {pen.say('came_in')} {came}, {pen.say('fell_due')} {due}"
    return element(
        "rect",
        element("title", words(told)),
        x=middle - wide // 2,
        y=min(one, other),
        width=wide,
        height=abs(one - other),
        fill=pen.accent if each.net.amount >= 0 else SOFT,
    )


def _dated(found: Sequence[CollectionSpell]) -> list[str]:
    """Months by their names, weeks by their first days."""
    weekly = all((each.end - each.start).days < 7 for each in found)
    return [f"{each.start:%m-%d}" if weekly else f"{each.start:%Y-%m}" for each in found]


# --- days sales outstanding -----------------------------------------------------------------------


def dso_chart(
    points: Sequence[DsoPoint],
    *,
    currency: str,
    locale: str = "en",
    accent: str = PLAIN.accent,
    key: str = "dso",
) -> str:
    """Days sales outstanding by countback as a line, and the best possible as a dashed one.

    Raises ``NotFound`` (``document.unknown_locale``).

    >>> "There is nothing to show." in dso_chart((), currency="CNY")
    True
    """
    pen = _pen(currency, locale, accent)
    title = pen.say("dso", currency=currency)
    if not points:
        return _empty(key, title, pen)
    best = [each.best_possible for each in points]
    every = [*(each.countback for each in points), *(each for each in best if each is not None)]
    marks = ticks(Fraction(0), max(every))
    scale = Scale(marks[0], marks[-1], FOOT, _HEAD + 10)
    middles = middles_of(len(points))
    own = [(x, scale.at(each.countback)) for x, each in zip(middles, points, strict=True)]
    days = [f"{each.on:%Y-%m}" for each in points]
    told = ", ".join(
        f"{day} {_days(each.countback)}" for day, each in zip(days, points, strict=True)
    )
    return svg(
        key,
        label(title, 0, 20, font_size=18, font_weight=600),
        *line_legend(pen.say("countback"), x=0, y=46, colour=accent),
        *line_legend(pen.say("best"), x=160, y=46, dashed=True),
        *rows_of(marks, scale, tongue=pen.spoken.first),
        *_broken(best, middles, scale),
        *polyline(own, accent),
        *_values([_days(each.countback) for each in points], own),
        *dates(days, middles),
        height=_HEIGHT,
        title=title,
        description=f"{title}, {pen.say('countback')}: {told}.",
        tongue=pen.spoken.first,
    )


def _days(value: Fraction) -> str:
    return plain(rounded_fraction(value, 1))


def _broken(values: Sequence[Fraction | None], middles: Sequence[int], scale: Scale) -> list[str]:
    """A dashed line that ends where there is no value and goes on at the next."""
    found: list[str] = []
    places: list[tuple[int, int]] = []
    for x, value in zip(middles, values, strict=True):
        if value is None:
            found += polyline(places, SOFT, dashed=True)
            places = []
        else:
            places.append((x, scale.at(value)))
    return found + polyline(places, SOFT, dashed=True)


def _values(texts: Sequence[str], places: Sequence[tuple[int, int]]) -> list[str]:
    """The figures above the points, as many as there is room for, the last one always."""
    return [
        label(text, x, y - 12, anchor="middle", font_size=14, font_weight=600)
        for text, (x, y) in sparse(list(zip(texts, places, strict=True)))
    ]


# --- what they share ------------------------------------------------------------------------------


def _empty(key: str, title: str, pen: _Pen) -> str:
    return svg(
        key,
        label(title, 0, 20, font_size=18, font_weight=600),
        label(pen.say("no_days"), 0, 56, fill=SOFT),
        height=72,
        title=title,
        description=pen.say("no_days"),
        tongue=pen.spoken.first,
    )
