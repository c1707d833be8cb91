"""Which book is whose (价目表适用检查): assignments that tie, or that are never asked.

Two assignments to the same customer, group, channel or region with the same priority refuse the
whole request. One behind a forced assignment is never asked, nor is one for customers who have a
book of their own.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cpq.assignment import BookAssignment
from cpq.customer import Customer
from cpq.kernel.period import zone
from cpq.lint.finding import LintFinding, remark, told
from cpq.lint.ground import Ground
from cpq.lint.places import period_words
from cpq.lint.spans import Span, common, minus


class _Held(NamedTuple):
    """An assignment, and when it holds from the day of the check on."""

    row: BookAssignment
    span: Span

    @property
    def name(self) -> str:
        level, who = self.row.target
        return f"{level} {who}: {self.row.book}"

    @property
    def place(self) -> str:
        level, who = self.row.target
        priority = f" priority {self.row.priority}" if self.row.priority else ""
        when = period_words(self.row.period)
        return f"assignments/{level} {who}/{self.row.book}{priority}{when}"


def assigned(ground: Ground) -> Iterator[LintFinding]:
    """Assignments that tie (``lint.assignments_tie``) or that are never asked
    (``lint.assignment_shadowed``).
    """
    by_target: dict[object, list[_Held]] = {}
    for row in sorted(ground.catalogue.assignments, key=lambda each: each.canonical()):
        span = ground.span(row.period, zone(row.zone or ground.catalogue.zone))
        if span is not None:
            by_target.setdefault(row.target, []).append(_Held(row, span))
    for held in by_target.values():
        yield from _of_one_target(ground, held)


def _of_one_target(ground: Ground, held: Sequence[_Held]) -> Iterator[LintFinding]:
    owners = _who_have_a_book(ground, held[0].row)
    for place, each in enumerate(held):
        forced = [
            other
            for other in held
            if other.row.forced
            and other.row.priority > each.row.priority
            and other.row.currency in (None, each.row.currency)
        ]
        if owners:
            yield _never_asked(each, f"{owners} has a book of its own", f"{owners} 有自己的价目表")
        elif not minus([each.span], [other.span for other in forced]):
            first = forced[0].row.book
            why = f"the forced {first} is asked first and ends the search"
            yield _never_asked(each, why, f"强制价目表 {first} 优先且终止查找", forced[0].name)
        else:
            for other in held[place + 1 :]:
                if _ties(ground, each, other):
                    yield _tie(ground, each, other)


def _who_have_a_book(ground: Ground, row: BookAssignment) -> str:
    """Who is meant, where all of them have a book of their own and so never ask; else nothing."""
    level, who = row.target
    meant = [each for each in ground.catalogue.customers if _is_meant(each, row)]
    if not meant or any(each.price_book is None for each in meant):
        return ""
    return who if level == "customer" else f"every customer of {level} {who}"


def _is_meant(customer: Customer, row: BookAssignment) -> bool:
    return (
        customer.code == row.customer
        or row.customer_group in customer.groups
        or (bool(row.channel) and customer.channel == row.channel)
        or (bool(row.region) and customer.region == row.region)
    )


def _ties(ground: Ground, one: _Held, other: _Held) -> bool:
    """Whether both are asked at once for orders in one currency, and name two books."""
    first, second = one.row, other.row
    if first.book == second.book or first.priority != second.priority:
        return False
    books = ground.catalogue.currencies
    currencies = {first.currency or books[first.book], second.currency or books[second.book]}
    return len(currencies) == 1 and common(one.span, other.span) is not None


def _tie(ground: Ground, one: _Held, other: _Held) -> LintFinding:
    level, who = one.row.target
    both = common(one.span, other.span)
    assert both is not None, "what ties holds at the same time"
    when = told(both, zone(one.row.zone or ground.catalogue.zone))
    return remark(
        "lint.assignments_tie",
        one.place,
        severity="error",
        en=f"price books {one.row.book} and {other.row.book} are both assigned to {level} {who} "
        f"with priority {one.row.priority}, {when.en}, so requests are refused; raise one, or end "
        "one",
        zh=f"价目表 {one.row.book} 与 {other.row.book} 以相同优先级 {one.row.priority} 分配给 {who}"
        f"（{when.zh}），请求将被拒绝；请提高其一的优先级或结束其一",
        rules=(one.name, other.name),
    )


def _never_asked(each: _Held, why: str, why_zh: str, *others: str) -> LintFinding:
    return remark(
        "lint.assignment_shadowed",
        each.place,
        en=f"the assignment {each.name} is never asked: {why}; take it out, or change the other",
        zh=f"价目表分配 {each.name} 永远不会被使用：{why_zh}；请删除或调整另一项",
        rules=(each.name, *others),
    )
