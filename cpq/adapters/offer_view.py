"""What is offered, as its template prints it: lines, steps, totals, alternatives (报价内容).

An alternative is told as the offer itself is, with the same hand and in the same columns, and is
held against it: what it adds, what it leaves out, what it comes to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal

from cpq.adapters.folded import paid
from cpq.adapters.hand import Hand, Spoken
from cpq.adapters.lines_view import LineViews, PriceBasis, line_views, lines_below
from cpq.adapters.sections_view import section_views, terms
from cpq.adapters.steps_view import step_views
from cpq.adapters.sums_view import total_views
from cpq.adapters.view import AlternativeView, LineView, SectionView, StepView, TotalView
from cpq.adapters.words import Phrase
from cpq.kernel.money import total
from cpq.kernel.text import LocalText
from cpq.quote import Quote
from cpq.quote.alternative import Alternative
from cpq.waterfall import Pricing

Style = Literal["detailed", "summary"]
"""Every line with its parts, or the lines at the top with the sum of their parts."""

Discounts = Literal["shown", "folded"]
"""List prices, discounts and the way from one to the other, or the prices after them alone."""

_NAMED_MAX = 3
_Sold = tuple[LocalText, Decimal, Decimal]
"""A product of an offer: its name, how many, and what is paid for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferViews:
    """The parts of a view that tell what is offered at which price."""

    lines: LineViews
    sections: tuple[SectionView, ...]
    steps: tuple[StepView, ...]
    totals: tuple[TotalView, ...]
    alternatives: tuple[AlternativeView, ...]

    @property
    def basis(self) -> PriceBasis:
        """What the prices of the lines include."""
        return self.lines.basis

    @property
    def all_lines(self) -> tuple[LineView, ...]:
        """Every line that is printed anywhere."""
        beside = (section.lines for section in self._beside)
        return (*self.lines.counted, *self.lines.options, *chain.from_iterable(beside))

    @property
    def subtotals(self) -> tuple[str, ...]:
        """Every figure that stands below the amounts of lines."""
        return tuple(section.subtotal for section in (*self.sections, *self._beside))

    @property
    def _beside(self) -> tuple[SectionView, ...]:
        return tuple(section for each in self.alternatives for section in each.sections)


def offer_views(quote: Quote, hand: Hand, *, style: Style, discounts: Discounts) -> OfferViews:
    """What a quote offers, or what was agreed once it is accepted; alternatives until then.

    Raises ``Refused`` (``document.does_not_add_up``).
    """
    folded = _is_folded(style, discounts)
    lines = line_views(quote.agreed, hand, style=style, discounts=discounts)
    steps = () if folded else step_views(quote, hand, basis=lines.basis)
    alternatives: tuple[AlternativeView, ...] = ()
    if quote.alternatives and quote.acceptance is None:
        alternatives = tuple(_alternatives(quote, hand, style=style, discounts=discounts))
    return OfferViews(
        lines=lines,
        sections=section_views(lines.rows, hand, subtotals=lines.basis != "mixed"),
        steps=steps,
        totals=total_views(quote, hand, explained=not steps, folded=folded),
        alternatives=alternatives,
    )


def _is_folded(style: Style, discounts: Discounts) -> bool:
    """Whether prices after discounts stand alone; a summary always folds."""
    return discounts == "folded" or style == "summary"


def _alternatives(
    quote: Quote, hand: Hand, *, style: Style, discounts: Discounts
) -> Iterator[AlternativeView]:
    write = hand.figures
    yield AlternativeView(
        own=True,
        code="",
        title=hand.say("this_offer"),
        heading=hand.say("this_offer"),
        differs=(),
        total=write.money(quote.gross),
        over=terms(quote.pricing.counted, hand),
        against="",
        sections=(),
        totals=(),
    )
    for each in quote.alternatives:
        other = quote.with_(pricing=each.pricing, alternatives=())
        told = offer_views(other, hand, style=style, discounts=discounts)
        off = (other.gross - quote.gross).amount
        yield AlternativeView(
            own=False,
            code=each.code,
            title=hand.given(each.title) or Phrase(each.code, hand.spoken.tag),
            heading=_heading(each, hand),
            differs=tuple(_differs(quote.pricing, each.pricing, hand)),
            total=write.money(other.gross),
            over=terms(each.pricing.counted, hand),
            against=f"+{write.amount(off)}" if off > 0 else write.amount(off),
            sections=told.sections,
            totals=total_views(other, hand, folded=_is_folded(style, discounts)),
        )


def _heading(each: Alternative, hand: Hand) -> Phrase:
    def told(tongue: Spoken) -> str:
        title = each.title.in_(tongue) or each.code
        return hand.word("alternative_named", tongue, title=title)

    return hand.told(told)


def _differs(ours: Pricing, theirs: Pricing, hand: Hand) -> Iterator[Phrase]:
    """Which products at the top are more, fewer, or sold otherwise."""
    here, there = _sold(ours), _sold(theirs)
    groups = (
        ("lines_added", [there[code][0] for code in there if code not in here]),
        ("lines_dropped", [here[code][0] for code in here if code not in there]),
        (
            "lines_changed",
            [row[0] for code, row in there.items() if code in here and here[code][1:] != row[1:]],
        ),
    )
    for key, names in groups:
        if names:
            yield _named(key, names, hand)


def _named(key: str, names: list[LocalText], hand: Hand) -> Phrase:
    def told(tongue: Spoken) -> str:
        listed = ("、" if tongue == "zh" else ", ").join(
            name.in_(tongue) for name in names[:_NAMED_MAX]
        )
        more = len(names) - _NAMED_MAX
        if more > 0:
            listed = hand.word("and_more", tongue, listed=listed, count=str(more))
        return hand.word(key, tongue, listed=listed)

    return hand.told(told)


def _sold(pricing: Pricing) -> dict[str, _Sold]:
    """What is sold at the top, by product, each with all that lies below it."""
    found: dict[str, _Sold] = {}
    below = lines_below(pricing.counted)
    for line in pricing.counted:
        if line.level:
            continue
        name, count, worth = found.get(line.product, (line.name, Decimal(0), Decimal(0)))
        found[line.product] = (
            name,
            total((count, line.quantity)),
            total((worth, *(paid(each) for each in (line, *below.get(line.number, ()))))),
        )
    return found
