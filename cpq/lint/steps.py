"""Agreed prices by quantity (协议阶梯价): where more costs less, or more per unit, by agreement.

Lines of an agreement for one product that start at different quantities are tiers like those of a
book, and where the first of them starts late the book prices what is less.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cpq.agreement import AgreedPrice
from cpq.lint.finding import LintFinding, count, money, remark
from cpq.lint.ground import Ground
from cpq.lint.pacts import Pact, Pacts, applied
from cpq.lint.places import agreed_place, agreed_rule
from cpq.lint.schedule import Schedule
from cpq.pricebook import PriceBook


class _Step(NamedTuple):
    """From ``start`` on a unit costs ``price``, by a line of the agreement or (``None``) the book."""

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
                yield from _of_product(schedule, pacts, pact, own, counted)


def _of_product(
    schedule: Schedule, pacts: Pacts, pact: Pact, lines: Sequence[AgreedPrice], unit: str
) -> Iterator[LintFinding]:
    told: set[tuple[str, str]] = set()
    prices = schedule.ground.catalogue.prices
    product = lines[0].product
    assert product is not None, "these lines are for a product"
    for code in pacts.books(pact):
        book = prices.book(code)
        if pact.agreement.currency in (None, book.currency):
            for at in schedule.moments_in(product, code, pact.span):
                found = list(_schedule(schedule, book, pact, lines, at, unit=unit))
                for each in _compared(schedule, book, pact, found, unit=unit):
                    if (each.code, each.place) not in told:
                        told.add((each.code, each.place))
                        yield each


def _schedule(
    schedule: Schedule,
    book: PriceBook,
    pact: Pact,
    lines: Sequence[AgreedPrice],
    at: datetime,
    *,
    unit: str,
) -> Iterator[_Step]:
    """The prices per unit by quantity; nothing beyond what depends on the quantity within a tier."""
    product = lines[0].product or ""
    ground = schedule.ground
    factor = ground.factor(unit, ground.products[product].unit)
    pieces = schedule.pieces(product, book.code, at, unit=unit)
    step = ground.step(unit)
    scale = Fraction(1) if lines[0].unit else factor
    bounds = {max(step, -(-Fraction(line.lower) / scale // step) * step) for line in lines}
    for size in sorted({*bounds, *(piece.start for piece in pieces)}):
        answers = [piece.answer for piece in pieces if piece.start <= size]
        value = answers[-1].value if answers else None
        if not isinstance(value, Fraction):
            continue
        reached = [line for line in lines if Fraction(line.lower) <= size * scale]
        line = max(reached, key=lambda line: line.lower, default=None)
        listed = schedule.listed(book, answers[-1], at)
        made = (
            None
            if line is None
            else applied(pact, line, book=value, listed=listed, scale=1 if line.unit else factor)
        )
        yield _Step(size, value if made is None else made, None if made is None else line)


def _compared(
    schedule: Schedule, book: PriceBook, pact: Pact, found: Sequence[_Step], *, unit: str
) -> Iterator[LintFinding]:
    step = schedule.ground.step(unit)
    for before, after in pairwise(found):
        if after.line is None or after.line is before.line:
            continue
        quantity = after.start - step
        if quantity * before.price > after.start * after.price:
            yield _falls(schedule.ground, book, pact, after, (quantity, before.price), unit)
        elif after.price > before.price:
            yield _rises(schedule.ground, book, pact, after, before.price, unit)


def _falls(
    ground: Ground,
    book: PriceBook,
    pact: Pact,
    after: _Step,
    before: tuple[Fraction, Fraction],
    unit: str,
) -> LintFinding:
    assert after.line is not None, "a line of the agreement makes the price"
    line, currency, name = after.line, book.currency, ground.unit_name(unit)
    less, more = count(before[0]), count(after.start)
    most = f"{money(before[0] * before[1], currency)} {currency}"
    low = f"{money(after.start * after.price, currency)} {currency}"
    code, product = pact.agreement.code, line.product
    return remark(
        "lint.cliff",
        agreed_place(pact.agreement, line),
        en=f"agreement {code}, {line}: {less} {name.en} of {product} cost {most}, {more} {name.en} "
        f"cost {low}, so more costs less; agree on a price that falls less, or on one from the "
        "first unit on",
        zh=f"协议 {code}，{line.words.zh}：{product} {less} {name.zh}共 {most}，{more} {name.zh}仅 "
        f"{low}，买得多反而便宜；请减小降幅或自首件起约定",
        rules=(agreed_rule(pact.agreement, line), book.code),
        products=(product or "",),
    )


def _rises(
    ground: Ground, book: PriceBook, pact: Pact, after: _Step, before: Fraction, unit: str
) -> LintFinding:
    assert after.line is not None, "a line of the agreement makes the price"
    line, currency, name = after.line, book.currency, ground.unit_name(unit)
    low, high = (
        f"{money(before, currency)} {currency}",
        f"{money(after.price, currency)} {currency}",
    )
    size, code = count(after.start), pact.agreement.code
    return remark(
        "lint.dearer_tier",
        agreed_place(pact.agreement, line),
        en=f"agreement {code}, {line}: from {size} {name.en} on one of {line.product} costs {high}, "
        f"below that {low}, so the price goes up with the quantity; correct one of the two",
        zh=f"协议 {code}，{line.words.zh}：{line.product} 自 {size} {name.zh}起单价 {high}，此前为 "
        f"{low}，买得越多越贵；请更正其中之一",
        rules=(agreed_rule(pact.agreement, line), book.code),
        products=(line.product or "",),
    )
