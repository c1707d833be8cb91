"""Entries for the same thing (同范围明细): which contradict each other, which never win.

Two entries for the same product or category, in the same unit, meet at every quantity and on every
day that both cover. By the rule ``most_specific`` the lower rank wins, then the higher tier; where
neither decides and they say different things, pricing refuses the line. What wins nowhere is dead.
Time is swept from bound to bound with only those entries at hand that hold.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cpq.lint.finding import LintFinding, count, remark, told
from cpq.lint.ground import Ground, Scope
from cpq.lint.places import entry_name, entry_place, entry_words, rule_of
from cpq.lint.schedule import Schedule
from cpq.lint.spans import Span
from cpq.lint.winning import alike, said, start_of
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier


class _Held(NamedTuple):
    """An entry with the time it holds."""

    row: PriceBookEntry
    span: Span


class _Met(NamedTuple):
    """Two entries at a quantity that both price, with the tiers reached and when."""

    one: _Held
    other: _Held
    tiers: tuple[Tier, Tier]
    quantity: Fraction
    span: Span


class _Outcome(NamedTuple):
    """What came of entries that compete: who won where, who lost to whom, what contradicts."""

    live: set[tuple[int, int]]
    reached: set[tuple[int, int]]
    beaten_by: dict[tuple[int, int], int]
    ties: list[_Met]


def ties(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """Entries that tie (``lint.entries_tie``), that say what another one says
    (``lint.repeated``), entries and tiers that never win (``lint.shadowed``,
    ``lint.tier_shadowed``).
    """
    for book in ground.every_book:
        if book.resolution != "most_specific":
            continue
        for version, whole in ground.versions(book):
            buckets: dict[tuple[Scope, str | None], list[_Held]] = {}
            for row in version.entries:
                span = ground.entry_span(row, book, whole)
                if span is not None:
                    bucket = ((row.product, row.category), row.unit)
                    buckets.setdefault(bucket, []).append(_Held(row, span))
            for held in buckets.values():
                if len(held) > 1:
                    yield from _judged(schedule, book, version, sorted(held, key=_content))


def _content(held: _Held) -> tuple[object, ...]:
    """What an entry is, wherever it stands."""
    row = held.row
    tiers = ", ".join(f"{tier.lower} {tier.above} {tier}" for tier in row.tiers)
    return (row.rank, held.span, tiers, row.mode, row.counts, str(row.surcharge), str(row.ending))


def _judged(
    schedule: Schedule, book: PriceBook, version: PriceBookVersion, held: Sequence[_Held]
) -> Iterator[LintFinding]:
    grids = schedule.ground.grids(held[0].row)
    if not grids:
        return
    outcome = _competed(held, min(grids))
    pairs: dict[tuple[str, str], list[_Met]] = {}
    for met in outcome.ties:
        pair = (entry_words(met.one.row), entry_words(met.other.row))
        pairs.setdefault(pair, []).append(met)
    for meetings in pairs.values():
        refused = ((met, seen) for met in meetings if (seen := _refused(schedule, book, met)))
        met, product = next(refused, (meetings[0], None))
        yield _tie(book, version, met, product)
    tied = {id(each) for met in outcome.ties for each in (met.one, met.other)}
    for place, each in enumerate(held):
        if id(each) in tied:
            continue
        dead = [
            tier
            for tier in range(len(each.row.tiers))
            if (place, tier) in outcome.reached and (place, tier) not in outcome.live
        ]
        alive = any((place, tier) in outcome.live for tier in range(len(each.row.tiers)))
        for tier in dead if alive else dead[:1]:
            winner = held[outcome.beaten_by[(place, tier)]]
            yield _dead(book, version, each, winner, tier=tier if alive else None)


def _competed(held: Sequence[_Held], grid: Fraction) -> _Outcome:
    """Every entry against the others that hold at the same time, at every quantity that matters."""
    outcome = _Outcome(set(), set(), {}, [])
    starts = sorted({bound for each in held for bound in each.span})
    opening: dict[object, list[int]] = {}
    for place, each in enumerate(held):
        opening.setdefault(each.span[0], []).append(place)
    open_now: list[int] = []
    for start, end in pairwise(starts):
        open_now = [place for place in open_now if held[place].span[1] > start]
        open_now = sorted([*open_now, *opening.get(start, ())])
        if open_now:
            _at_once(held, open_now, grid, (start, end), outcome)
    return outcome


def _at_once(
    held: Sequence[_Held], places: Sequence[int], grid: Fraction, span: Span, outcome: _Outcome
) -> None:
    """Entries that hold at the same time, at each quantity at which a tier starts."""
    sizes = {start_of(tier, grid) for place in places for tier in held[place].row.tiers}
    for quantity in sorted({max(size, grid) for size in sizes}):
        reached = [(place, tier) for place in places if (tier := held[place].row.reached(quantity))]
        ranked = sorted(reached, key=lambda pair: (held[pair[0]].row.rank, -pair[1].lower))
        best = ranked[0] if ranked else None
        for place, tier in ranked:
            assert best is not None
            key = (place, held[place].row.tiers.index(tier))
            outcome.reached.add(key)
            one, other = held[best[0]], held[place]
            level = (one.row.rank, best[1].lower) == (other.row.rank, tier.lower)
            if place == best[0]:
                outcome.live.add(key)
            elif level and not alike((one.row, 0, best[1]), (other.row, 0, tier)):
                outcome.ties.append(_Met(one, other, (best[1], tier), quantity, span))
                outcome.live.add(key)
            else:
                outcome.beaten_by.setdefault(key, best[0])


def _refused(schedule: Schedule, book: PriceBook, met: _Met) -> str | None:
    """A product that pricing refuses where two entries meet, so that no nearer entry prices it."""
    row, ground = met.one.row, schedule.ground
    for product in ground.reach((row.product, row.category)):
        own = ground.products[product].unit
        for unit in (row.unit,) if row.unit else (own, *ground.units_beside(own)):
            if ground.is_sold_in(product, unit):
                factor = 1 if row.unit else ground.factor(unit, own)
                pieces = schedule.pieces(product, book.code, met.span[0], unit=unit)
                reached = [piece for piece in pieces if piece.start * factor <= met.quantity]
                if reached and reached[-1].answer.refused:
                    return product
    return None


def _tie(book: PriceBook, version: PriceBookVersion, met: _Met, product: str | None) -> LintFinding:
    """An error where a product is refused; a note where each has a nearer entry for now."""
    one, other = met.tiers
    when = told(met.span, book.home)
    name, size = entry_name(met.one.row, one), count(met.quantity)
    so, so_zh = f"so a line of {product} is refused", f"{product} 的行将被拒绝"
    if product is None:
        so, so_zh = "which nobody meets only because of nearer entries", "目前均被更近的明细覆盖"
    return remark(
        "lint.entries_tie",
        entry_place(book, version, met.one.row, one),
        severity="note" if product is None else "error",
        en=f"{book.code} has two entries for {name.en}: at {size}, one says {one} and the other "
        f"{other}, {when.en}, {so}; remove one, or give one of them a period or a lower rank",
        zh=f"{book.code} 中 {name.zh} 有两条明细：数量为 {size} 时一条为 {one}，另一条为 {other}"
        f"（{when.zh}），{so_zh}；请删除一条，或设置期间或优先级",
        rules=(rule_of(book, met.one.row, one), rule_of(book, met.other.row, other)),
        products=_named(met.one.row) if product is None else (product,),
    )


def _dead(
    book: PriceBook, version: PriceBookVersion, each: _Held, winner: _Held, *, tier: int | None
) -> LintFinding:
    row, other = each.row, winner.row
    rules = (rule_of(book, row, row.tiers[tier or 0]), rule_of(book, other))
    name, better = entry_name(row), entry_name(other)
    if tier is not None:
        reached = row.tiers[tier]
        name = entry_name(row, reached)
        return remark(
            "lint.tier_shadowed",
            entry_place(book, version, row, reached),
            en=f"the tier {name.en} of {book.code} ({reached}) is never charged: wherever it is "
            f"reached, {better.en} ({other.tiers[0]}) comes first; take "
            "it out, or change the ranks",
            zh=f"{book.code} 的档位 {name.zh}（{reached}）永远不会生效："
            f"{better.zh}（{other.tiers[0]}）总是优先；请删除该档或调整优先级",
            rules=rules,
            products=_named(row),
        )
    same = row.mode == other.mode and list(map(said, row.tiers)) == list(map(said, other.tiers))
    if same and row.rank == other.rank:
        return remark(
            "lint.repeated",
            entry_place(book, version, row),
            en=f"{book.code} says twice that {name.en} costs {row.tiers[0]}; remove one",
            zh=f"{book.code} 中 {name.zh} 重复定价 {row.tiers[0]}；请删除一条",
            rules=rules,
            products=_named(row),
        )
    return remark(
        "lint.shadowed",
        entry_place(book, version, row),
        en=f"the entry {name.en} of {book.code} ({row.tiers[0]}) never wins: wherever it "
        f"holds, {better.en} ({other.tiers[0]}) comes first; take it out, or change the "
        "ranks",
        zh=f"{book.code} 的明细 {name.zh}（{row.tiers[0]}）永远不会生效："
        f"{better.zh}（{other.tiers[0]}）总是优先；请删除或调整优先级",
        rules=rules,
        products=_named(row),
    )


def _named(row: PriceBookEntry) -> tuple[str, ...]:
    return (row.product,) if row.product else ()
