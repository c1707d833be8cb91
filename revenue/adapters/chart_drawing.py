"""Charts drawn as SVG text (图表绘制): shades of a colour, scales, elements that are escaped.

A chart is a string that stands in HTML or is a file: no script, nothing from elsewhere, colours and
fonts named in its own attributes, because a PDF engine gives the style sheet of the page to no SVG
in it. It has a title and a description for those who do not see it, and shades that stay apart in
grey. Places are whole steps of the drawing.
"""

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from typing import Literal, NamedTuple, TypeVar

from cpq.kernel.money import plain, rounded_fraction

WIDTH = 960
"""The width of every chart in its own steps; it fills what it stands in."""

LEFT, FOOT = 76, 290
"""Where a chart with axes begins beside its figures, and the step that its bars stand on."""

INK, SOFT, RULE, WHITE = "#16202e", "#5b6675", "#dfe4ea", "#ffffff"
"""Colours of what says something, of what explains it, of lines behind it."""

_FONTS = {"en": "CPQ Sans, CPQ Sans SC, sans-serif", "zh": "CPQ Sans SC, CPQ Sans, sans-serif"}
_UNITS = {
    "en": ((10**9, "bn"), (10**6, "m"), (10**3, "k")),
    "zh": ((10**8, "亿"), (10**4, "万")),
}
_STEPS_MAX = 5
_LABELS_MAX = 13
_DASHES = "7 5"

Labelled = TypeVar("Labelled")
Tongue = Literal["en", "zh"]
"""The language that a chart is written in."""


def tint(colour: str, percent: int) -> str:
    """So much of a colour ``#rrggbb`` on white: 100 is the colour, 0 white.

    >>> tint("#0b5fa5", 100), tint("#0b5fa5", 50), tint("#0b5fa5", 0)
    ('#0b5fa5', '#85afd2', '#ffffff')
    """
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{255 - (255 - part) * percent // 100:02x}" for part in parts)


def element(name: str, *inside: str, **attributes: object) -> str:
    """An element with its attributes in order; ``inside`` is markup, attributes are escaped.

    An underscore in a name stands for a hyphen, a last one for nothing.

    >>> element("text", words("A & B"), x=4, text_anchor="end", class_="sum")
    '<text x="4" text-anchor="end" class="sum">A &amp; B</text>'
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{given}>{''.join(inside)}</{name}>" if inside else f"<{name}{given}/>"


def words(text: str) -> str:
    """Text as markup.

    >>> words("<b>")
    '&lt;b&gt;'
    """
    return escape(text, quote=False)


def label(text: str, x: int, y: int, *, anchor: str = "start", **attributes: object) -> str:
    """A piece of text at a place; ``anchor`` is ``start``, ``middle`` or ``end``.

    >>> label("60", 4, 9)
    '<text x="4" y="9" text-anchor="start" font-size="15" fill="#16202e">60</text>'
    """
    style: dict[str, object] = {"font_size": 15, "fill": INK, **attributes}
    return element("text", words(text), x=x, y=y, text_anchor=anchor, **style)


def svg(key: str, *inside: str, height: int, title: str, description: str, tongue: Tongue) -> str:
    """The whole drawing; ``key`` keeps its ids apart from those of other charts of a page."""
    return element(
        "svg",
        element("title", words(title), id=f"{key}-title"),
        element("desc", words(description), id=f"{key}-desc"),
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        lang="zh-CN" if tongue == "zh" else "en",
        aria_labelledby=f"{key}-title {key}-desc",
        font_family=_FONTS[tongue],
        style="display:block;width:100%;height:auto",
    )


def shortened(text: str, ems: int) -> str:
    """``text``, cut with an ellipsis where it is wider than so many Chinese characters.

    >>> shortened("C-0042", 8), shortened("恒泰机械设备有限公司", 6)
    ('C-0042', '恒泰机械设…')
    """
    room = 2 * ems
    for place, letter in enumerate(text):
        room -= 1 if letter.isascii() else 2
        if room < 0:
            return text[: place - 1] + "…"
    return text


class Scale(NamedTuple):
    """From values to steps: ``low`` lies at ``start``, ``high`` at ``end``."""

    low: Fraction
    high: Fraction
    start: int
    end: int

    def at(self, value: Fraction) -> int:
        """The step of a value, rounded half up."""
        part = (value - self.low) / (self.high - self.low)
        return int(rounded_fraction(self.start + part * (self.end - self.start), 0))


def ticks(low: Fraction, high: Fraction) -> tuple[Fraction, ...]:
    """Round values from at most ``low`` to at least ``high``, 0 among them: 1, 2 or 5 × 10ⁿ apart.

    >>> [str(each) for each in ticks(Fraction(-3), Fraction(17))]
    ['-5', '0', '5', '10', '15', '20']
    """
    low, high = min(low, Fraction(0)), max(high, Fraction(0))
    if low == high:
        high = Fraction(1)
    step = _step(high - low)
    first, last = low // step, -(-high // step)
    return tuple(step * place for place in range(int(first), int(last) + 1))


def _step(spread: Fraction) -> Fraction:
    power = Fraction(1)
    while spread / power > 10:
        power *= 10
    while spread / power <= 1:
        power /= 10
    return next(
        power * part
        for part in (Fraction(1, 5), Fraction(1, 2), 1, 2, 5)
        if spread / (power * part) <= _STEPS_MAX
    )


def short_figure(value: Fraction, tongue: Tongue) -> str:
    """A figure of an axis: in thousands or 万 where it is long.

    >>> short_figure(Fraction(2_500_000), "en"), short_figure(Fraction(2_500_000), "zh")
    ('2.5m', '250万')
    """
    for size, unit in _UNITS[tongue]:
        if abs(value) >= size:
            return f"{_plain(value / size)}{unit}"
    return _plain(value)


def _plain(value: Fraction) -> str:
    text = plain(rounded_fraction(value, 2))
    return (text.rstrip("0").rstrip(".") or "0").replace("-", "\N{MINUS SIGN}")


def rows_of(values: Sequence[Fraction], scale: Scale, *, tongue: Tongue) -> list[str]:
    """The lines across a chart at the ticks, each with its figure on the left."""
    found = []
    for value in values:
        y = scale.at(value)
        stroke = SOFT if value == 0 else RULE
        found.append(element("line", x1=LEFT, y1=y, x2=WIDTH, y2=y, stroke=stroke))
        found.append(label(short_figure(value, tongue), LEFT - 10, y + 5, anchor="end", fill=SOFT))
    return found


def outlined(shade: str, colour: str) -> dict[str, object]:
    """The edge of a filled part: a white one, or a dashed one in ``colour`` around a white part.

    >>> outlined("#0b5fa5", "#0b5fa5")
    {'stroke': '#ffffff', 'stroke_width': 1}
    """
    if shade != WHITE:
        return {"stroke": WHITE, "stroke_width": 1}
    return {"stroke": colour, "stroke_width": 1, "stroke_dasharray": "4 3"}


def legend(entries: Sequence[tuple[str, str]], *, y: int) -> list[str]:
    """Names with their shades, side by side."""
    found = []
    x = 0
    for name, shade in entries:
        edge = outlined(shade, SOFT)
        found.append(element("rect", x=x, y=y - 12, width=14, height=14, fill=shade, **edge))
        found.append(label(name, x + 20, y, fill=SOFT, font_size=14))
        x += 44 + sum(8 if letter.isascii() else 15 for letter in name)
    return found


def line_legend(
    name: str, *, x: int, y: int, colour: str = SOFT, dashed: bool = False
) -> list[str]:
    """A name with a piece of its line."""
    style = {"stroke_dasharray": _DASHES} if dashed else {}
    line = element(
        "line", x1=x, y1=y - 5, x2=x + 30, y2=y - 5, stroke=colour, stroke_width=3, **style
    )
    return [line, label(name, x + 38, y, fill=SOFT, font_size=14)]


def polyline(places: Sequence[tuple[int, int]], colour: str, *, dashed: bool = False) -> list[str]:
    """A line through places, with a dot at each; nothing for none."""
    if not places:
        return []
    style = {"stroke_dasharray": _DASHES} if dashed else {}
    path = " ".join(f"{x},{y}" for x, y in places)
    drawn = element("polyline", points=path, fill="none", stroke=colour, stroke_width=3, **style)
    dots = [
        element("circle", cx=x, cy=y, r=4, fill=WHITE, stroke=colour, stroke_width=2)
        for x, y in places
    ]
    return [drawn, *dots]


def middles_of(count: int) -> list[int]:
    """The middles of so many equal slots beside the figures of the axis.

    >>> middles_of(2)
    [297, 739]
    """
    room = WIDTH - LEFT
    return [LEFT + (2 * place + 1) * room // (2 * count) for place in range(count)]


def dates(texts: Sequence[str], middles: Sequence[int]) -> list[str]:
    """Texts below the foot, as many as there is room for, the last one always."""
    return [
        label(text, x, FOOT + 30, anchor="middle", fill=SOFT, font_size=14)
        for text, x in sparse(list(zip(texts, middles, strict=True)))
    ]


def sparse(labels: Sequence[Labelled]) -> list[Labelled]:
    """As many labels as there is room for, evenly, the last one always.

    >>> sparse(range(30))
    [2, 5, 8, 11, 14, 17, 20, 23, 26, 29]
    """
    every = -(-len(labels) // _LABELS_MAX)
    last = len(labels) - 1
    return [each for place, each in enumerate(labels) if (last - place) % every == 0]
