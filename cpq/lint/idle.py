"""Agreed prices beside the book's (协议价与价目表对照): what never binds, what is dearer.

A highest price above what everybody pays binds nobody, and a campaign above it never applies. A
fixed price above the book's makes the customer pay for having agreed. Both are said only where they
hold at every quantity, on every day and in every book that those customers can be priced from.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction

from cpq.agreement import AgreedPrice
from cpq.kernel.errors import DomainError
from cpq.lint.finding import LintFinding, money, remark
from cpq.lint.ground import Ground
from cpq.lint.pacts import Pact, Pacts, scope_of
from cpq.lint.places import agreed_place, agreed_rule
from cpq.lint.schedule import Schedule
from cpq.pricebook import Charge, Value


def idle(ground: Ground, schedule: Schedule, pacts: Pacts) -> Iterator[LintFinding]:
    """Bounds that never bind (``lint.agreed_idle``) and agreed prices above the book's
    (``lint.agreed_dearer``).
    """
    for pact in pacts.every:
        for line in pact.agreement.lines:
            kind, figure = line.said
            if kind == "not_above" or (kind == "price" and pact.agreement.is_campaign):
                dearest = _beyond(ground, schedule, pacts, pact, line)
                if dearest is not None and dearest <= Fraction(figure):
                    yield _never_binds(pact, line, dearest)
            elif kind == "price" and line.product:
                dearest = _beyond(ground, schedule, pacts, pact, line)
                if dearest is not None and dearest < Fraction(figure):
                    yield _dearer(pact, line, dearest)


def _beyond(
    ground: Ground, schedule: Schedule, pacts: Pacts, pact: Pact, line: AgreedPrice
) -> Fraction | None:
    """The highest price that the books have for what a line is for; ``None``: nobody can say."""
    books = pacts.books(pact)
    found: list[Fraction] = []
    for product in ground.reach(scope_of(line)):
        if product in ground.kinds.adjusted:
            return None
        if line.unit is not None and not ground.is_sold_in(product, line.unit):
            continue
        for code in books:
            values = _values(schedule, product, code, pact, line)
            if values is None:
                return None
            found += values
            if found and max(found) > Fraction(line.said[1]):
                return max(found)
    return max(found, default=None)


def _values(
    schedule: Schedule, product: str, book: str, pact: Pact, line: AgreedPrice
) -> Sequence[Fraction] | None:
    """The prices from a line's first quantity on; ``None`` where one depends on the quantity."""
    found: list[Fraction] = []
    currency = schedule.ground.catalogue.currencies[book]
    for at in schedule.moments_in(product, book, pact.span):
        pieces = schedule.pieces(product, book, at, unit=line.unit)
        ends = [piece.start for piece in pieces[1:]]
        for place, piece in enumerate(pieces):
            if place < len(ends) and ends[place] <= line.lower:
                continue
            if piece.answer.refused:
                return None
            value = _in_currency(schedule, piece.answer.value, currency, pact, at)
            if isinstance(value, Charge):
                return None
            found += [] if value is None else [value]
    return found


def _in_currency(
    schedule: Schedule, value: Value | None, currency: str, pact: Pact, at: datetime
) -> Value | None:
    """A price in the currency of an agreement; ``None`` where no order could be in it."""
    try:
        return schedule.converted(value, currency, pact.agreement.currency or currency, at)
    except DomainError:
        return None


def _never_binds(pact: Pact, line: AgreedPrice, dearest: Fraction) -> LintFinding:
    agreement, currency = pact.agreement, pact.agreement.currency or ""
    price = f"{money(dearest, currency)} {currency}"
    return remark(
        "lint.agreed_idle",
        agreed_place(agreement, line),
        en=f"the line {line} of agreement {agreement.code} never binds: the books ask at most "
        f"{price}; lower the figure, or take the line out",
        zh=f"协议 {agreement.code} 的 {line.words.zh} 永远不起作用：价目表最高为 {price}；"
        "请降低数值或删除该行",
        rules=(agreed_rule(agreement, line),),
        products=(line.product,) if line.product else (),
    )


def _dearer(pact: Pact, line: AgreedPrice, dearest: Fraction) -> LintFinding:
    agreement, currency = pact.agreement, pact.agreement.currency or ""
    price = f"{money(dearest, currency)} {currency}"
    return remark(
        "lint.agreed_dearer",
        agreed_place(agreement, line),
        en=f"agreement {agreement.code} says {line}, and the books ask at most {price}, so who "
        "agreed pays more; correct the price, or write it as a highest price (not_above)",
        zh=f"协议 {agreement.code} 约定 {line.words.zh}，而价目表最高为 {price}，签约客户反而更贵；"
        "请更正价格或改为最高价",
        rules=(agreed_rule(agreement, line),),
        products=(line.product,) if line.product else (),
    )
