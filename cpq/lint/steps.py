"""Agreed prices by quantity (协议阶梯价): where more costs less, or more per unit, by agreement.

Lines of an agreement for one product that start at different quantities are tiers like those of a
book, and where the first of them starts late the book prices what is less.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cpq.agreement import AgreedPrice
from cpq.kernel.text import LocalText
from cpq.lint.finding import LintFinding, count, money, remark
from cpq.lint.ground import Ground
from cpq.lint.pacts import Pact, Pacts, applied
from cpq.lint.places import agreed_place, agreed_rule
from cpq.lint.schedule import Schedule
from cpq.pricebook import PriceBook


class _Deal(NamedTuple):
    """An agreement beside a book: its lines for one product in one unit."""

    pact: Pact
    book: PriceBook
    lines: Sequence[AgreedPrice]
    product: str
    unit: str


class _Step(NamedTuple):
    """From ``start`` on one costs ``price``, by a line or (``None``) by the book."""

    start: Fraction
    price: Fraction
    line: AgreedPrice | None


def steps(ground: Ground, schedule: Schedule, pacts: Pacts) -> Iterator[LintFinding]:
    """Lines that make more cost less (``lint.cliff``) or more per unit (``lint.dearer_tier``)."""
    for pact in pacts.every:
        lines: dict[tuple[str, str | None], list[AgreedPrice]] = {}
        for line in pact.agreement.lines:
            if line.product in ground.products:
                assert line.product is not None, "a product that is known is named"
                lines.setdefault((line.product, line.unit), []).append(line)
        for (product, unit), own in lines.items():
            counted = unit or ground.products[product].unit
            tiered = len(own) > 1 or own[0].lower > 1
            if tiered and ground.is_sold_in(product, counted):
                books = [ground.catalogue.prices.book(code) for code in pacts.books(pact)]
                deals = (_Deal(pact, book, own, product, counted) for book in books)
                yield from _told(schedule, deals)


def _told(schedule: Schedule, deals: Iterable[_Deal]) -> Iterator[LintFinding]:
    """The findings of an agreement beside all books that it may meet, each place once."""
    told: set[tuple[str, str]] = set()
    for deal in deals:
        if deal.pact.agreement.currency not in (None, deal.book.currency):
            continue
        for at in schedule.moments_in(deal.product, deal.book.code, deal.pact.span):
            for found in _compared(schedule, deal, list(_schedule(schedule, deal, at))):
                if (found.code, found.place) not in told:
                    told.add((found.code, found.place))
                    yield found


def _schedule(schedule: Schedule, deal: _Deal, at: datetime) -> Iterator[_Step]:
    """The prices by quantity, but for those that depend on the quantity within a tier."""
    ground, lines = schedule.ground, deal.lines
    factor = ground.factor(deal.unit, ground.products[deal.product].unit)
    scale = Fraction(1) if lines[0].unit else factor
    pieces = schedule.pieces(deal.product, deal.book.code, at, unit=deal.unit)
    step = ground.step(deal.unit)
    bounds = {max(step, -(-Fraction(line.lower) / scale // step) * step) for line in lines}
    for size in sorted({*bounds, *(piece.start for piece in pieces)}):
        answers = [piece.answer for piece in pieces if piece.start <= size]
        value = answers[-1].value if answers else None
        if isinstance(value, Fraction):
            reached = [line for line in lines if Fraction(line.lower) <= size * scale]
            line = max(reached, key=lambda line: line.lower, default=None)
            listed = schedule.listed(deal.book, answers[-1], at)
            made = None
            if line is not None:
                made = applied(deal.pact, line, book=value, listed=listed, scale=scale)
            yield _Step(size, value if made is None else made, None if made is None else line)


def _compared(schedule: Schedule, deal: _Deal, found: Sequence[_Step]) -> Iterator[LintFinding]:
    name, step = schedule.ground.unit_name(deal.unit), schedule.ground.step(deal.unit)
    for before, after in pairwise(found):
        if after.line is None or after.line is before.line:
            continue
        quantity = after.start - step
        if quantity * before.price > after.start * after.price:
            yield _falls(deal, after.line, after, (quantity, before.price), name)
        elif after.price > before.price:
            yield _rises(deal, after.line, after, before.price, name)


def _falls(
    deal: _Deal, line: AgreedPrice, after: _Step, before: tuple[Fraction, Fraction], unit: LocalText
) -> LintFinding:
    code, currency = deal.pact.agreement.code, deal.book.currency
    less, more = count(before[0]), count(after.start)
    most = f"{money(before[0] * before[1], currency)} {currency}"
    low = f"{money(after.start * after.price, currency)} {currency}"
    return remark(
        "lint.cliff",
        agreed_place(deal.pact.agreement, line),
        en=f"agreement {code}, {line}: {less} {unit.en} of {deal.product} cost {most}, {more} "
        f"{unit.en} cost {low}, so more costs less; agree on a price that falls less, or on one "
        "from the first unit on",
        zh=f"协议 {code}，{line.words.zh}：{deal.product} {less} {unit.zh}共 {most}，{more} "
        f"{unit.zh}仅 {low}，买得多反而便宜；请减小降幅或自首件起约定",
        rules=(agreed_rule(deal.pact.agreement, line), deal.book.code),
        products=(deal.product,),
    )


def _rises(
    deal: _Deal, line: AgreedPrice, after: _Step, before: Fraction, unit: LocalText
) -> LintFinding:
    code, currency, size = deal.pact.agreement.code, deal.book.currency, count(after.start)
    low, high = (
        f"{money(before, currency)} {currency}",
        f"{money(after.price, currency)} {currency}",
    )
    return remark(
        "lint.dearer_tier",
        agreed_place(deal.pact.agreement, line),
        en=f"agreement {code}, {line}: from {size} {unit.en} on one of {deal.product} costs "
        f"{high}, below that {low}, so the price goes up with the quantity; correct one of the two",
        zh=f"协议 {code}，{line.words.zh}：{deal.product} 自 {size} {unit.zh}起单价 {high}，此前为 "
        f"{low}，买得越多越贵；请更正其中之一",
        rules=(agreed_rule(deal.pact.agreement, line), deal.book.code),
        products=(deal.product,),
    )
