"""The rows of a comparison, line by line (逐行比较): each side, the effects, what else changed."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from cpq.adapters.compare_view import ComparedLineView, PairView
from cpq.adapters.figures import Figures
from cpq.adapters.hand import Hand
from cpq.adapters.trace_table import signed
from cpq.adapters.words import Phrase
from cpq.comparison import Driver, LineDifference, LineSide
from cpq.comparison.words import field_text

_NONE = "\N{EN DASH}"


def line_view(line: LineDifference, drivers: Sequence[Driver], hand: Hand) -> ComparedLineView:
    """One line, with the effects of these drivers before tax."""
    was, now = line.shown
    write = hand.figures.amount
    return ComparedLineView(
        kind=line.kind,
        number=now.number,
        moved=_moved(line, hand),
        state=None if line.kind == "changed" else hand.say(line.kind),
        name=hand.spoken.phrase(line.name),
        code=line.product,
        quantity=_pair(was, now, lambda side: hand.figures.number(side.quantity)),
        unit=hand.unit(line.unit),
        periods=None if now.periods is None else _periods(was, now, hand),
        unit_price=_pair(was, now, lambda side: _price(side, hand.figures)),
        price_note=_aside(now, hand),
        before=_worth(line.before, write),
        effects=tuple(_effect(line, driver, hand.figures) for driver in drivers),
        after=_worth(line.after, write),
        change=signed_amount(hand.figures, line.change) if line.change else "",
        notes=tuple(hand.told(partial(field_text, change)) for change in line.changes),
    )


def signed_amount(figures: Figures, value: Decimal) -> str:
    """An amount with its sign and the decimals of its currency; nothing is a dash."""
    return signed(figures, value) if value else _NONE


def _effect(line: LineDifference, driver: Driver, figures: Figures) -> str:
    net = line.effect(driver).net.amount
    return signed(figures, net) if net else ""


def _moved(line: LineDifference, hand: Hand) -> Phrase | None:
    """The line's former number, where it was moved and not only what it hangs below."""
    if line.before is None or line.after is None or line.before.number == line.after.number:
        return None
    (above, _, was), (_, _, now) = (
        side.number.rpartition(".") for side in (line.before, line.after)
    )
    if above and was == now:
        return None
    return hand.say("was_number", number=line.before.number)


def _pair(was: LineSide, now: LineSide, write: Callable[[LineSide], str]) -> PairView:
    one, other = write(was), write(now)
    return PairView(before="" if one == other else one, after=other)


def _price(side: LineSide, figures: Figures) -> str:
    return "" if side.included else figures.amount(side.unit_price)


def _periods(was: LineSide, now: LineSide, hand: Hand) -> Phrase:
    counts = dict.fromkeys(str(side.periods) for side in (was, now) if side.periods is not None)
    return hand.say("periods", count=" → ".join(counts))


def _aside(side: LineSide, hand: Hand) -> Phrase | None:
    if side.included:
        return hand.say("included")
    return hand.say("optional") if side.optional else None


def _worth(side: LineSide | None, write: Callable[[Decimal], str]) -> str:
    return write(side.net) if side is not None and side.counts and not side.included else _NONE
