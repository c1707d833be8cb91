"""From the lines to the totals, and what is earned, as the annex prints it (合计与毛利).

A column of figures per price point and a row per line, so that whoever checks the quote can add up
each column; and beside the net of each line what it costs.
"""

from collections.abc import Iterator
from decimal import Decimal

from cpq.adapters.annex_view import MarginView, SumView
from cpq.adapters.hand import Hand
from cpq.adapters.lines_view import is_sum_of_parts, lines_below
from cpq.adapters.words import Phrase
from cpq.margin import Margin, line_margins
from cpq.waterfall import PricedLine, Pricing


def sum_views(pricing: Pricing, hand: Hand) -> tuple[SumView, ...]:
    """The lines that count, their totals, and below them the options that do not count."""
    below = lines_below(pricing.lines)
    priced = [
        line
        for line in pricing.lines
        if not (line.included or is_sum_of_parts(line, below.get(line.number, [])))
    ]
    rows = [_line(line, hand, "line") for line in priced if not line.optional]
    totals = (pricing.list_total, pricing.amount, pricing.discount)
    ends = (pricing.net, pricing.tax, pricing.gross)
    figures = [money.amount for money in (*totals, *ends)]
    rows.append(_sums("total", "", hand.say("total"), figures, hand))
    rows += [_line(line, hand, "option") for line in priced if line.optional]
    return tuple(rows)


def _line(line: PricedLine, hand: Hand, kind: str) -> SumView:
    figures = [line.list_amount, line.amount, line.discount, line.net, line.tax, line.gross]
    return _sums(kind, line.number, hand.spoken.phrase(line.name), figures, hand)


def _sums(kind: str, number: str, name: Phrase, figures: list[Decimal], hand: Hand) -> SumView:
    listed, amount, discount, net, tax, gross = map(hand.figures.amount, figures)
    return SumView(
        kind=kind,
        number=number,
        name=name,
        list_amount=listed,
        amount=amount,
        discount=discount,
        net=net,
        tax=tax,
        gross=gross,
    )


def margin_views(pricing: Pricing, hand: Hand) -> tuple[MarginView, ...]:
    """What each line that counts earns, and all together; none where no cost is known at all."""
    if all(line.cost is None for line in pricing.lines):
        return ()
    rows = list(_lines(pricing, hand))
    rows.append(_margin("total", "", hand.say("total"), pricing.margin, hand))
    return tuple(rows)


def _lines(pricing: Pricing, hand: Hand) -> Iterator[MarginView]:
    margins = line_margins(pricing.lines, currency=pricing.currency)
    for line in pricing.lines:
        margin = margins.get(line.number)
        if margin is not None and (margin.net.amount or margin.cost is None or margin.cost.amount):
            yield _margin("line", line.number, hand.spoken.phrase(line.name), margin, hand)


def _margin(kind: str, number: str, name: Phrase, margin: Margin, hand: Hand) -> MarginView:
    write = hand.figures.amount
    if margin.cost is None:
        cost = hand.say("cost_unknown")
    else:
        cost = Phrase(write(margin.cost.amount), hand.spoken.tag)
    return MarginView(
        kind=kind,
        number=number,
        name=name,
        net=write(margin.net.amount),
        cost=cost,
        margin="" if margin.amount is None else write(margin.amount.amount),
        percent="" if margin.percent is None else hand.figures.percent(margin.percent, places=2),
    )
