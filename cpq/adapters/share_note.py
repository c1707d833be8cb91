"""What a line that is a percentage of others was reckoned on, for its reader (按比例计价的依据).

The percentage is printed only where it gives the price out of amounts that stand on the page; where
a fee, an exemption or a bound is in it, the note names the lines alone.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.adapters.hand import Hand, Spoken
from cpq.adapters.words import Phrase
from cpq.kernel.money import difference, rounded_fraction, total
from cpq.trace import Step
from cpq.waterfall import PricedLine, Pricing

_PERCENT = re.compile(r": (\d+(?:\.\d+)?)% of (?:\w+ )?\w+$")
_LINES = "lines "
_NAMED_MAX = 8
_MORE = "…"
"""What ends a row of the trace that could not name all lines."""


def share_note(line: PricedLine, pricing: Pricing, hand: Hand) -> Phrase | None:
    """What a line was reckoned on; ``None`` for a line with a price of its own."""
    step = share_step(line)
    if step is None:
        return None
    free = {each.number for each in pricing.lines if not each.amount}
    numbers = [number for number in covered_lines(step) if number not in free]
    percent = _percent(step)
    whole = not step.basis.endswith(_MORE)
    if percent is None or not (whole and _holds(percent, line, numbers, pricing)):
        return hand.told(lambda tongue: _text(hand, tongue, numbers, "reckoned_on"))
    shown = hand.figures.percent(percent)
    return hand.told(lambda tongue: _text(hand, tongue, numbers, "share_of", percent=shown))


def share_step(line: PricedLine) -> Step | None:
    """The row of the trace that priced a line as a share of others."""
    return next(
        (
            step
            for step in line.steps
            if step.applied and step.point == "special" and step.basis.startswith(_LINES)
        ),
        None,
    )


def covered_lines(step: Step) -> list[str]:
    """The numbers of the lines that a share was taken of, as far as the row names them whole."""
    numbers = step.basis.removeprefix(_LINES).split(", ")
    return [number for number in numbers if number != _MORE]


def lines_text(numbers: Sequence[str], hand: Hand, tongue: Spoken) -> str:
    """Line numbers in words; of many, the first few."""
    listed = ("、" if tongue == "zh" else ", ").join(numbers[:_NAMED_MAX])
    key = "line_one" if len(numbers) == 1 else "lines_few"
    return hand.word("lines_many" if len(numbers) > _NAMED_MAX else key, tongue, lines=listed)


def _text(hand: Hand, tongue: Spoken, numbers: Sequence[str], key: str, **facts: str) -> str:
    return hand.word(key, tongue, lines=lines_text(numbers, hand, tongue), **facts)


def _percent(step: Step) -> Decimal | None:
    found = _PERCENT.search(step.name.in_("en"))
    return Decimal(found[1]) if found else None


def _holds(percent: Decimal, line: PricedLine, numbers: Sequence[str], pricing: Pricing) -> bool:
    """Whether the percentage of what the lines cost, before or after promotions, is the price."""
    lines = [each for each in pricing.lines if each.number in set(numbers)]
    bases = (
        total(each.amount for each in lines),
        total(difference(each.amount, each.discount) for each in lines),
    )
    policy = pricing.policy
    prices = {
        rounded_fraction(Fraction(base) * Fraction(percent) / 100, policy.unit_places, policy.mode)
        for base in bases
    }
    return line.unit_price in prices
