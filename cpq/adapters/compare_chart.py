"""The bridge from total to total as a chart (变动桥图): bars in whole steps, drawn by the template.

Where the drivers are small beside the totals, the axis begins above nothing, else nobody would see
them; the bars of the totals are then drawn as cut, and the chart says so.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from cpq.adapters.compare_view import BarView
from cpq.adapters.words import Phrase
from cpq.kernel.money import rounded_fraction

WIDTH, HEIGHT, FOOT = 1000, 330, 270
"""The chart in its own steps; bars stand on ``FOOT``, words below them."""

_HEAD = 34
_SMALL = Fraction(1, 4)
_BELOW = Fraction(1, 2)
_BAR_MAX = 120


class Bar(NamedTuple):
    """A bar to be drawn: a total that stands, or a change that starts where the last one ended."""

    label: Phrase
    amount: Decimal
    figure: str
    is_total: bool


class _Scale(NamedTuple):
    """From amounts to steps: ``low`` lies on the foot, ``high`` at the head."""

    low: Fraction
    high: Fraction

    def at(self, amount: Fraction) -> int:
        part = (amount - self.low) / (self.high - self.low)
        return int(rounded_fraction(FOOT - part * (FOOT - _HEAD), 0))


def bars_of(bars: Sequence[Bar]) -> tuple[tuple[BarView, ...], bool]:
    """The bars with their places, and whether the axis is cut above nothing."""
    ends = _ends(bars)
    scale = _scale([Fraction(0), *ends], ends)
    slot = WIDTH // len(bars)
    wide = min(_BAR_MAX, slot * 3 // 5)
    drawn = []
    for place, (bar, end) in enumerate(zip(bars, ends, strict=True)):
        start = Fraction(0) if bar.is_total else ends[place - 1]
        if bar.is_total:
            start = min(max(start, scale.low), scale.high)
        one, other = scale.at(start), scale.at(end)
        left = slot * place + (slot - wide) // 2
        last = place == len(bars) - 1
        drawn.append(
            BarView(
                kind="total" if bar.is_total else "up" if bar.amount >= 0 else "down",
                left=left,
                top=min(one, other),
                width=wide,
                height=max(1, abs(one - other)),
                middle=left + wide // 2,
                level=other,
                reach=0 if last else left + slot,
                label=bar.label,
                figure=bar.figure,
            )
        )
    return tuple(drawn), scale.low > 0


def _ends(bars: Sequence[Bar]) -> list[Fraction]:
    """Where each bar ends: a total at itself, a change where it leads to."""
    first, *others = bars
    changes = [Fraction(0) if bar.is_total else Fraction(bar.amount) for bar in others]
    return list(accumulate(changes, initial=Fraction(first.amount)))


def _scale(every: Sequence[Fraction], ends: Sequence[Fraction]) -> _Scale:
    low, high = min(every), max(every)
    spread = max(ends) - min(ends)
    if low == 0 and 0 < spread < high * _SMALL:
        low = min(ends) - spread * _BELOW
    return _Scale(low, high if high > low else low + 1)
