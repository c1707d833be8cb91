"""How the price of each line came about, row by row, as the annex prints it (逐行计价追溯).

First the rules per unit, in the order they acted, those that did not act among them with what they
needed and what they found; then the amount, tier by tier where there are tiers; then what acts on
amounts; last what that is with tax, and what it earns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cpq.adapters.annex_view import RuleView, TraceView
from cpq.adapters.hand import Hand, Spoken
from cpq.adapters.lines_view import is_sum_of_parts, lines_below, slice_text
from cpq.adapters.share_note import covered_lines, lines_text, share_step
from cpq.adapters.words import Phrase
from cpq.kernel.money import rounded_fraction
from cpq.kernel.text import LocalText
from cpq.margin import Margin, line_margins
from cpq.plan import UNIT_POINTS
from cpq.pricebook import Slice
from cpq.trace import Effect, Step
from cpq.waterfall import PricedLine, Pricing
from cpq.waterfall.reasons import after_others, facts_of, is_part, reason_text
from cpq.waterfall.recurring import times_text
from cpq.waterfall.text import POINTS, found_of

_EFFECT_PLACES = 6
_RATE_PLACES = 10
_DEEPEST = 4
_SHORT = 6
_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_OF_AMOUNTS = frozenset(
    ("amount_below", "amount_above", "not_lower", "others_give_more", "lost_to", "floored")
)
_OF_LIMITS = frozenset(("capped", "cap_exhausted"))
"""Reasons whose figures are money where they have decimals, else counts."""
_PUNCTUATION = str.maketrans("：，；（）", ":,;()")
_SIGNS = {"set": "=", "add": "", "percent": "", "times": "×", "at_least": "≥", "at_most": "≤"}


def trace_views(pricing: Pricing, hand: Hand) -> tuple[TraceView, ...]:
    """Every line of a pricing with the rows of its trace."""
    below = lines_below(pricing.lines)
    margins = line_margins(pricing.lines, currency=pricing.currency)
    return tuple(
        _Traced(line, pricing, hand, below.get(line.number, []), margins).view()
        for line in pricing.lines
    )


@dataclass(frozen=True, slots=True)
class _Traced:
    """One line on its way into the annex."""

    line: PricedLine
    pricing: Pricing
    hand: Hand
    below: Sequence[PricedLine]
    margins: Mapping[str, Margin]

    def view(self) -> TraceView:
        line, hand = self.line, self.hand
        by_parts = is_sum_of_parts(line, self.below)
        priced = not (line.included or by_parts)
        paid = line.gross if line.basis == "gross" else line.net
        rows = tuple(self._rows(priced=priced))
        return TraceView(
            number=line.number,
            level=min(line.level, _DEEPEST),
            has_parts=bool(self.below),
            is_short=len(rows) <= _SHORT,
            name=hand.spoken.phrase(line.name),
            code=line.product,
            quantity=hand.figures.number(line.quantity),
            unit=hand.unit(line.unit),
            paid=hand.figures.amount(paid) if priced else "",
            state=self._state(by_parts=by_parts),
            rows=rows,
            settled=tuple(self._settled(priced=priced)),
        )

    def _state(self, *, by_parts: bool) -> Phrase | None:
        if self.line.included:
            return self.hand.say("included_in_parent")
        if by_parts:
            return self.hand.say("sold_by_part")
        return self.hand.say("option_apart") if self.line.optional else None

    def _rows(self, *, priced: bool) -> Iterator[RuleView]:
        line = self.line
        for step in line.steps:
            if step.point in UNIT_POINTS:
                yield rule_view(step, self.hand, line)
        if priced:
            for part in line.breakdown:
                yield self._slice(part)
            yield self._amount()
        if line.floor is not None:
            yield self._floor(line.floor)
        for step in line.steps:
            if step.point not in UNIT_POINTS:
                yield rule_view(step, self.hand, line)

    def _slice(self, part: Slice) -> RuleView:
        line, hand = self.line, self.hand
        start = hand.figures.number(part.lower)
        key = "tier_above" if part.above else "tier_from"

        def told(tongue: Spoken) -> str:
            made = slice_text(part, line, self.pricing.policy, hand, tongue)
            sign = "\N{MINUS SIGN}" if part.quantity < 0 else ""
            return f"{hand.word(key, tongue, start=start)}{sign}{made}"

        return _row(
            "slice",
            hand.spoken.phrase(POINTS["tier"]),
            hand.told(told),
            after=hand.figures.amount(part.amount),
        )

    def _amount(self) -> RuleView:
        """Quantity × unit price, where that is the amount; else where it comes from."""
        line, hand, policy = self.line, self.hand, self.pricing.policy
        amount = hand.figures.amount(line.amount)
        if line.breakdown:
            return _row("amount", hand.say("line_amount"), hand.say("sum_of_tiers"), after=amount)
        price = hand.figures.amount(line.unit_price)
        extended = Fraction(line.quantity) * Fraction(line.unit_price) * (line.periods or 1)
        places = policy.places_for(line.currency)
        if rounded_fraction(extended, places, policy.mode) != line.amount:
            price = f"≈ {price}"
        rule = hand.told(
            lambda tongue: (
                f"{hand.counted(line.quantity, line.unit, tongue)}{times_text(line, tongue)}"
                f" × {price}"
            )
        )
        return _row("amount", hand.say("line_amount"), rule, after=amount)

    def _floor(self, floor: Decimal) -> RuleView:
        hand = self.hand
        point = hand.spoken.phrase(POINTS["floor"])
        effect = f"≥ {hand.figures.amount(floor)}"
        return _row("floor", point, hand.say("floor_of_promotions"), effect=effect)

    def _settled(self, *, priced: bool) -> Iterator[Phrase]:
        """What the line comes to with tax, what it earns, what it bears of its parent's price."""
        line, hand, write = self.line, self.hand, self.hand.figures.amount
        if priced:
            yield hand.say(
                f"settled_{line.basis}",
                net=write(line.net),
                tax=write(line.tax),
                gross=write(line.gross),
                percent=hand.figures.percent(line.tax_percent),
                code=line.tax_code,
            )
            if line.tax_fixed:
                yield hand.say("of_it_per_unit", amount=write(line.tax_fixed))
        if line.allocated is not None:
            key = "allocated" if line.included else "allocated_with_gifts"
            yield hand.say(key, amount=write(line.allocated))
        margin = self.margins.get(line.number)
        if line.included or margin is None:
            if line.cost is not None:
                yield hand.say("cost_of", cost=write(line.cost))
        elif margin.cost is not None and margin.amount is not None and priced:
            percent = "—"
            if margin.percent is not None:
                percent = hand.figures.percent(margin.percent, places=2)
            yield hand.say(
                "earned",
                cost=write(margin.cost.amount),
                margin=write(margin.amount.amount),
                percent=percent,
            )


def rule_view(step: Step, hand: Hand, line: PricedLine | None = None) -> RuleView:
    """A row of the trace; what it found is the quantity of ``line`` where it says nothing."""
    write = hand.figures.amount
    return _row(
        "applied" if step.applied else "refused",
        hand.spoken.phrase(POINTS[step.point]),
        hand.given(step.name) or Phrase(step.rule, hand.spoken.tag),
        effect="" if step.effect is None else effect_text(step.effect, hand),
        before="" if step.before is None else write(step.before),
        after="" if step.after is None else write(step.after),
        note=_note(step, hand, line),
        result=hand.told(lambda tongue: result_text(step, hand, tongue, line)),
    )


def effect_text(effect: Effect, hand: Hand) -> str:
    """What a rule does to a figure: ``−8%``, ``= 92.00``, ``× 7.2``; ``≈`` where it is cut."""
    places = _RATE_PLACES if effect.kind == "times" else _EFFECT_PLACES
    value = rounded_fraction(effect.value, places)
    plain = effect.kind in ("percent", "times")
    text = hand.figures.number(value) if plain else hand.figures.amount(value)
    if effect.kind == "percent":
        text = f"{text}%"
    if effect.kind in ("percent", "add") and value > 0:
        text = f"+{text}"
    cut = "" if Fraction(value) == effect.value else "≈"
    return " ".join(part for part in (_SIGNS[effect.kind], cut, text) if part)


def result_text(step: Step, hand: Hand, tongue: Spoken, line: PricedLine | None = None) -> str:
    """Whether a rule acted, and if not, or not in full, what it needed and what it found."""
    mark = "✓ " if step.applied else ""
    if is_part(step):
        needed, actual = (_figure(text, step, hand) for text in (step.needed, step.actual))
        said = hand.word(f"within_{step.reason}", tongue, needed=needed, actual=actual)
        return f"{mark}{said}"
    if step.reason == "applied":
        return hand.word("applied", tongue)
    reason, colon = reason_text(step.reason, tongue), "：" if tongue == "zh" else ": "
    told = [
        hand.word(fact.kind, tongue, text=_figure(fact.text, step, hand))
        for fact in facts_of(step.reason, step.needed, found_of(step, line), tongue)
    ]
    joined = ("，" if tongue == "zh" else ", ").join(told)
    return f"{mark}{reason}{colon}{joined}" if joined else f"{mark}{reason}"


def _figure(text: str, step: Step, hand: Hand) -> str:
    """A figure of the trace as the document writes figures; other text as it is."""
    if not _FIGURE.fullmatch(text):
        return text
    limited = step.reason in _OF_LIMITS and "." in text
    write = hand.figures.amount if limited or step.reason in _OF_AMOUNTS else hand.figures.number
    return write(Decimal(text))


def _note(step: Step, hand: Hand, line: PricedLine | None) -> Phrase | None:
    """What was counted, where that is not the line alone."""
    if not step.basis:
        return None
    if after_others(step.basis):
        return hand.say("after_others")
    if line is not None and step is share_step(line):
        numbers = covered_lines(step)
        return hand.told(
            lambda tongue: hand.word("reckoned_on", tongue, lines=lines_text(numbers, hand, tongue))
        )
    what, _, unit = step.basis.partition(" ")
    known = hand.dictionary.get(f"counts_{what}", LocalText(en=what))
    name = f" ({unit})" if unit else ""
    return hand.told(lambda tongue: hand.word("counted", tongue, what=f"{known.in_(tongue)}{name}"))


def _row(
    kind: str,
    point: Phrase,
    rule: Phrase,
    *,
    effect: str = "",
    before: str = "",
    after: str = "",
    note: Phrase | None = None,
    result: Phrase | None = None,
) -> RuleView:
    return RuleView(
        kind=kind,
        point=point,
        rule=_once(rule),
        note=note,
        effect=effect,
        before=before,
        after=after,
        result=None if result is None else _once(result),
    )


def _once(phrase: Phrase) -> Phrase:
    """Words that differ by their punctuation alone, ``LIST：M8`` and ``LIST: M8``, once."""
    if phrase.other.translate(_PUNCTUATION).replace(" ", "") == phrase.text.replace(" ", ""):
        return Phrase(phrase.text, phrase.lang)
    return phrase
