"""Alternatives and options (备选方案、可选项): priced side by side, ordered in part.

An alternative is a whole pricing in place of the one that is recommended; an option is a line that
stands beside the totals until somebody takes it. What was taken counts at exactly the amounts that
were offered: nothing is priced again because of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cpq.cap import CapTake
from cpq.cap.command import gathered
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, LocalText
from cpq.waterfall import PricedLine, Pricing

_NOTHING = Decimal(0)


class Alternative(Frozen):
    """Another way to meet the same need, with a pricing of its own, offered beside the first.

    For the same customer and in the same currency as the quote.
    """

    code: Code
    title: LocalText = LocalText()
    pricing: Pricing


def options_of(pricing: Pricing) -> tuple[PricedLine, ...]:
    """The optional lines that can be taken one by one; the parts of each come with it."""
    optional = {line.number for line in pricing.lines if line.optional}
    return tuple(
        line
        for line in pricing.lines
        if line.optional and line.number.rpartition(".")[0] not in optional
    )


def with_options(pricing: Pricing, options: Iterable[str]) -> Pricing:
    """The pricing with some optional lines, and all parts below them, among the totals.

    The amounts of every line stay; a total is the sum of its lines as before. A number that is no
    option takes nothing.
    """
    taken = frozenset(options)
    if not taken:
        return pricing
    return pricing.with_(
        lines=tuple(
            line.with_(optional=False) if line.optional and _lies_below(line, taken) else line
            for line in pricing.lines
        )
    )


def _lies_below(line: PricedLine, numbers: frozenset[str]) -> bool:
    parts = line.number.split(".")
    return any(".".join(parts[:depth]) in numbers for depth in range(1, len(parts) + 1))


def largest_takes(pricings: Sequence[Pricing]) -> tuple[CapTake, ...]:
    """What must be held of each counter so that any one of the pricings can be ordered.

    The largest amount that one of them takes, within the lowest hard limit: only one is ordered,
    and whichever it is, it was promised. In the order of the counters' keys.
    """
    if len(pricings) == 1:
        return pricings[0].taken
    by_counter: dict[str, list[CapTake]] = {}
    for pricing in pricings:
        for take in gathered(pricing.taken):
            by_counter.setdefault(take.counter.key, []).append(take)
    return gathered(take for takes in by_counter.values() for take in _with_largest(takes))


def _with_largest(takes: list[CapTake]) -> Iterator[CapTake]:
    """The takes of one counter, all but the largest of them of nothing: their limits still hold."""
    largest = max(range(len(takes)), key=lambda place: takes[place].amount)
    for place, take in enumerate(takes):
        yield take if place == largest else take.with_(amount=_NOTHING)
