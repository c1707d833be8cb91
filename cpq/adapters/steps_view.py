"""From the list price to the price, step by step, as a picture that foots (价格构成).

The list price, less what the lines lie below it, less each promotion, is the price. The shares are
tenths of a percent that add up, for they are split from the whole; a bar stands where its share
does. Two steps or more say more as a picture than as rows of the totals; fewer are left to those.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from cpq.adapters.hand import Hand
from cpq.adapters.sections_view import terms
from cpq.adapters.sums_view import (
    PromotionSum,
    must_add_up,
    promotion_sums,
    shows_list,
)
from cpq.adapters.view import StepView
from cpq.adapters.words import Phrase
from cpq.kernel.money import difference, total
from cpq.kernel.money.split import split
from cpq.quote import Quote
from cpq.waterfall import Pricing

_STEPS_LEAST = 2
_WHOLE = 1000
_LIMITS = frozenset(("capped", "cap_exhausted"))


class _Step(NamedTuple):
    """What is taken off, and its words."""

    label: Phrase
    about: Phrase | None
    amount: Decimal


def step_views(quote: Quote, hand: Hand, *, basis: str) -> tuple[StepView, ...]:
    """The steps where they say more than rows do; none where prices of both bases meet.

    Raises ``Refused`` (``document.does_not_add_up``).
    """
    pricing = quote.agreed
    if basis == "mixed":
        return ()
    listed = shows_list(pricing)
    start = (pricing.list_total if listed else pricing.amount).amount
    end = (pricing.gross if basis == "gross" else pricing.net).amount
    steps = [_promotion(row, pricing, hand) for row in promotion_sums(pricing)]
    if listed:
        off = difference(pricing.list_total.amount, pricing.amount.amount)
        steps.insert(0, _Step(hand.say("line_discounts"), None, off))
    if len(steps) < _STEPS_LEAST or end <= 0 or any(step.amount <= 0 for step in steps):
        return ()
    must_add_up(quote, difference(start, total(step.amount for step in steps)), end)
    suffix = "_gross" if basis == "gross" else ""
    first = hand.say(f"{'from_list' if listed else 'before_promotions'}{suffix}")
    last = hand.say("your_gross" if suffix else "your_net")
    over = terms(pricing.counted, hand)
    return tuple(_drawn(_Step(first, over, start), steps, _Step(last, over, end), hand))


def _promotion(row: PromotionSum, pricing: Pricing, hand: Hand) -> _Step:
    label = hand.given(row.name) or hand.say("promotion")
    about = _cap(row, pricing, hand)
    if about is None and not hand.given(row.name):
        about = Phrase(row.code, hand.spoken.tag)
    return _Step(label, about, row.amount)


def _cap(row: PromotionSum, pricing: Pricing, hand: Hand) -> Phrase | None:
    """That a promotion would have given more, and up to where its cap let it."""
    if not any(each.promotion == row.code and each.reason in _LIMITS for each in pricing.ungranted):
        return None
    for take in pricing.taken:
        counter = take.counter
        if counter.owner == row.code and counter.currency and take.limit == row.amount:
            return hand.say("cap_of", limit=hand.figures.amount(take.limit))
    return hand.say("at_cap")


def _drawn(start: _Step, steps: list[_Step], end: _Step, hand: Hand) -> Iterator[StepView]:
    """The rows, each bar beginning where the one below the next will end."""
    *parts, rest = split(_WHOLE, [*(step.amount for step in steps), end.amount])
    place = _WHOLE
    yield _view("start", start, _Bar(0, _WHOLE), hand)
    for step, part in zip(steps, parts, strict=True):
        place -= part
        yield _view("off", step, _Bar(place, part), hand)
    yield _view("end", end, _Bar(0, rest), hand)


class _Bar(NamedTuple):
    """Where a bar begins and how long it is, in tenths of a percent."""

    left: int
    width: int


def _view(kind: str, step: _Step, bar: _Bar, hand: Hand) -> StepView:
    share, amount = Decimal(_tenths(bar.width)), step.amount
    if kind == "off":
        share, amount = share.copy_negate(), amount.copy_negate()
    return StepView(
        kind=kind,
        label=step.label,
        about=step.about,
        share=hand.figures.percent(share, places=1),
        left=f"{_tenths(bar.left)}%",
        width=f"{_tenths(bar.width)}%",
        figure=hand.figures.amount(amount),
    )


def _tenths(number: int) -> str:
    return f"{number // 10}.{number % 10}"
