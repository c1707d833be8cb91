"""The lines apart by how they are paid: once, or per month, quarter or year (一次性与周期性费用).

What is paid once and what is paid per period are never added up without saying over how long: each
term is a section with a subtotal of its own, and the label of that subtotal names the term.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from cpq.adapters.hand import Hand
from cpq.adapters.view import LineView, SectionView
from cpq.adapters.words import Phrase
from cpq.kernel.money import total
from cpq.waterfall import PricedLine

Row = tuple[PricedLine, LineView]


@dataclass(frozen=True, slots=True)
class Manner:
    """How lines are paid: ``periods`` times per ``billing``; empty: once.

    >>> Manner().recurs, Manner("month", 36).recurs
    (False, True)
    """

    billing: str = ""
    periods: int | None = None

    @property
    def recurs(self) -> bool:
        """Whether it is paid more than once."""
        return bool(self.billing)


def manners(lines: Iterable[PricedLine]) -> tuple[Manner, ...]:
    """The manners in which lines are paid, what is paid once first, then by first use.

    A part that its bundle includes is paid as the bundle is.
    """
    found = dict.fromkeys(_manners_by_line(lines).values())
    return tuple(sorted(found, key=lambda manner: manner.recurs))


def _manners_by_line(lines: Iterable[PricedLine]) -> dict[str, Manner]:
    found: dict[str, Manner] = {}
    for line in lines:
        above = found.get(line.number.rpartition(".")[0])
        if line.included and above is not None:
            found[line.number] = above
        elif line.billing:
            found[line.number] = Manner(line.billing, line.periods)
        else:
            found[line.number] = Manner()
    return found


def charges(lines: Iterable[PricedLine]) -> tuple[tuple[Manner, tuple[PricedLine, ...]], ...]:
    """The lines of each manner; nothing is lost and nothing counted twice."""
    listed = list(lines)
    found = _manners_by_line(listed)
    return tuple(
        (manner, tuple(line for line in listed if found[line.number] == manner))
        for manner in manners(listed)
    )


def term(manner: Manner, hand: Hand) -> Phrase:
    """Over how long: ``36-month term``; without an end, that it is per month."""
    if manner.periods is None:
        return hand.say(f"per_{manner.billing}")
    return hand.say(f"term_{manner.billing}", count=str(manner.periods))


def terms(lines: Iterable[PricedLine], hand: Hand) -> Phrase | None:
    """All terms that lines are paid over, in one phrase; ``None`` where nothing recurs."""
    named = [term(manner, hand) for manner in manners(lines) if manner.recurs]
    if not named:
        return None
    text = " / ".join(phrase.text for phrase in named)
    other = " / ".join(phrase.other or phrase.text for phrase in named)
    return replace(named[0], text=text, other=other if named[0].other else "")


def charge_label(manner: Manner, hand: Hand, *, one_time: str, recurring: str) -> Phrase:
    """A label for what is paid in a manner: the words of one key, or those with the term."""
    if not manner.recurs:
        return hand.say(one_time)
    stated = term(manner, hand)
    second = stated.other or stated.text
    own = hand.say(recurring, term=stated.text)
    return replace(own, other=hand.say(recurring, term=second).other)


def section_views(
    rows: Sequence[Row], hand: Hand, *, subtotals: bool = True
) -> tuple[SectionView, ...]:
    """The sections; one without a subtotal where all lines are paid alike, and once."""
    found = _manners_by_line(line for line, _ in rows)
    listed = manners(line for line, _ in rows)
    apart = any(manner.recurs for manner in listed)
    return tuple(
        _section(
            manner,
            [row for row in rows if found[row[0].number] == manner] if apart else rows,
            hand,
            subtotal=apart and subtotals,
        )
        for manner in listed
    )


def _section(manner: Manner, rows: Sequence[Row], hand: Hand, *, subtotal: bool) -> SectionView:
    amount: Decimal = total(line.amount for line, _ in rows)
    label = charge_label(manner, hand, one_time="subtotal_one_time", recurring="subtotal_term")
    heading = hand.say("one_time" if subtotal else "items")
    return SectionView(
        heading=hand.say("recurring") if manner.recurs else heading,
        lines=tuple(view for _, view in _lifted(rows)),
        subtotal_label=label if subtotal else None,
        subtotal=hand.figures.amount(amount) if subtotal else "",
    )


def _lifted(rows: Sequence[Row]) -> Iterable[Row]:
    """The rows, those at the top whose bundle is in another section."""
    depth: dict[str, int] = {}
    for line, view in rows:
        above = depth.get(line.number.rpartition(".")[0])
        level = 0 if above is None else above + 1
        depth[line.number] = level
        yield line, view if view.level <= level else replace(view, level=level)
