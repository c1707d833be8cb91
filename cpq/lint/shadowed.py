"""Entries that never win because of the book's way to choose (被遮蔽的明细).

Where the first match wins, an entry is dead behind earlier ones that each hold for all that it is
for: the same product or what lies above it, its unit, its quantities, together all of its days.
Where the best for the customer wins, an entry for a product is dead if it is always dearer. That a
general entry is not needed because each product has its own is no defect: it waits for the next.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cpq.lint.finding import LintFinding, remark
from cpq.lint.ground import Ground
from cpq.lint.places import entry_name, entry_place, rule_of
from cpq.lint.schedule import Schedule
from cpq.lint.spans import Span, minus
from cpq.lint.winning import said, start_of
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion

_Placed = tuple[int, PriceBookEntry]


def shadowed(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """Entries that never win: ``lint.shadowed``, ``lint.repeated``, ``lint.always_dearer``."""
    for book in ground.every_book:
        if book.resolution == "most_specific":
            continue
        for version, whole in ground.versions(book):
            if book.resolution == "first_match":
                yield from _outranked(ground, book, version, whole)
            else:
                yield from _dearer(ground, schedule, book, version, whole)


def _outranked(
    ground: Ground, book: PriceBook, version: PriceBookVersion, whole: Span
) -> Iterator[LintFinding]:
    for place, row in enumerate(version.entries):
        span = ground.entry_span(row, book, whole)
        if span is None or not ground.reach((row.product, row.category)):
            continue
        before = [
            other
            for other_place, other in _containing(ground, version, row)
            if (other.rank, other_place) < (row.rank, place) and _reached_first(ground, other, row)
        ]
        spans = [(ground.entry_span(other, book, whole), other) for other in before]
        holding = [(held, other) for held, other in spans if held is not None]
        if holding and not minus([span], [held for held, _ in holding]):
            yield _never_first(book, version, row, [other for _, other in holding])


def _containing(
    ground: Ground, version: PriceBookVersion, row: PriceBookEntry
) -> Iterator[_Placed]:
    """The other entries that are for all that an entry is for, in its unit or in any."""
    for scope in ground.above((row.product, row.category)):
        for place, other in version.by_scope.get(scope, ()):
            if other is not row and other.unit in (None, row.unit):
                yield place, other


def _reached_first(ground: Ground, other: PriceBookEntry, row: PriceBookEntry) -> bool:
    """Whether every quantity that reaches an entry reaches the other one too."""
    grid = min(ground.grids(row))
    start, own = start_of(other.tiers[0], grid), start_of(row.tiers[0], grid)
    if start <= grid:
        return True
    return other.unit == row.unit and other.counts == row.counts and start <= own


def _never_first(
    book: PriceBook,
    version: PriceBookVersion,
    row: PriceBookEntry,
    before: Sequence[PriceBookEntry],
) -> LintFinding:
    first, name = before[0], entry_name(row)
    rules = (rule_of(book, row), *(rule_of(book, other) for other in before))
    products = (row.product,) if row.product else ()
    if (row.product, row.category, row.unit) == (
        first.product,
        first.category,
        first.unit,
    ) and list(map(said, row.tiers)) == list(map(said, first.tiers)):
        return remark(
            "lint.repeated",
            entry_place(book, version, row),
            en=f"{book.code} says twice that {name.en} costs {row.tiers[0]}; remove one",
            zh=f"{book.code} 中 {name.zh} 重复定价 {row.tiers[0]}；请删除一条",
            rules=rules,
            products=products,
        )
    names = [(entry_name(other), other.tiers[0]) for other in before[:3]]
    others = ", ".join(f"{other.en} ({tier})" for other, tier in names)
    others_zh = "、".join(f"{other.zh}（{tier}）" for other, tier in names)
    why, why_zh = f"by its rank {first.rank}", f"以优先级 {first.rank} "
    if first.rank == row.rank:
        why, why_zh = "because it is written first", "因书写在前而"
    return remark(
        "lint.shadowed",
        entry_place(book, version, row),
        en=f"the entry {name.en} of {book.code} ({row.tiers[0]}) never wins: {others} matches all "
        f"that it does and comes first {why}; give it the lower rank, or take it out",
        zh=f"{book.code} 的明细 {name.zh}（{row.tiers[0]}）永远不会生效：{others_zh} 覆盖其全部"
        f"范围且{why_zh}优先；请调整优先级或删除",
        rules=rules,
        products=products,
    )


def _dearer(
    ground: Ground,
    schedule: Schedule,
    book: PriceBook,
    version: PriceBookVersion,
    whole: Span,
) -> Iterator[LintFinding]:
    for row in version.entries:
        if row.product is None or row.product not in ground.products:
            continue
        span = ground.entry_span(row, book, whole)
        if span is None or (row.unit and not ground.is_sold_in(row.product, row.unit)):
            continue
        winners = _winners(schedule, book, row, span)
        if winners and all(winner is not row for winner, _ in winners):
            winner, quantity = next(iter(winners))
            yield _always_dearer(book, version, row, winner, quantity)


def _winners(
    schedule: Schedule, book: PriceBook, row: PriceBookEntry, span: Span
) -> list[tuple[PriceBookEntry, Fraction]]:
    """Who wins where an entry matches, at each quantity and in each part of its time."""
    found: list[tuple[PriceBookEntry, Fraction]] = []
    assert row.product is not None
    for at in schedule.moments_in(row.product, book.code, span):
        for start, answer in schedule.pieces(row.product, book.code, at, unit=row.unit):
            if answer.refused or (answer.won and answer.won[-1].entry is row):
                return []
            reached = row.reached(start) is not None and row.counts == "line"
            if reached and answer.won and answer.won[-1].book.code == book.code:
                found.append((answer.won[-1].entry, start))
    return found


def _always_dearer(
    book: PriceBook,
    version: PriceBookVersion,
    row: PriceBookEntry,
    winner: PriceBookEntry,
    quantity: Fraction,
) -> LintFinding:
    tier = winner.reached(quantity) or winner.tiers[0]
    name, other = entry_name(row), entry_name(winner, tier)
    return remark(
        "lint.always_dearer",
        entry_place(book, version, row),
        en=f"the entry {name.en} of {book.code} ({row.tiers[0]}) never wins: the best for the "
        f"customer is always another one, such as {other.en} ({tier}); lower it, or take it out",
        zh=f"{book.code} 的明细 {name.zh}（{row.tiers[0]}）永远不会生效：总有更优惠的明细，"
        f"如 {other.zh}（{tier}）；请降低价格或删除",
        rules=(rule_of(book, row), rule_of(book, winner)),
        products=(row.product or "",),
    )
