"""Tiers by themselves (档位检查): bounds that nobody can order, tiers that hold no quantity, tiers
that change nothing, rates that are never charged.

A bound of 10.5 on a thing that is counted in pieces begins with 11. Every quantity of a line is a
multiple of the least step of its unit or of one that converts into it, so this is proved, not
guessed; tiers that count what was bought before under a contract are left alone.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from cpq.kernel.money import plain
from cpq.kernel.period import zone
from cpq.lint.finding import LintFinding, count, remark
from cpq.lint.ground import Ground
from cpq.lint.places import agreed_place, agreed_rule, entry_name, entry_place, rule_of
from cpq.lint.winning import said, start_of
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier

_BOUGHT_BEFORE = ("contract", "period")


def tiers(ground: Ground) -> Iterator[LintFinding]:
    """Tiers that do nothing: ``lint.tier_off_grid``, ``lint.tier_empty``, ``lint.tier_idle``,
    ``lint.tier_free``.
    """
    for book in ground.every_book:
        for version, whole in ground.versions(book):
            for row in version.entries:
                if len(row.tiers) == 1 and not row.tiers[0].lower % 1:
                    continue
                if ground.entry_span(row, book, whole) is not None:
                    yield from _of_entry(ground, book, version, row)
    yield from _agreed(ground)


def _of_entry(
    ground: Ground, book: PriceBook, version: PriceBookVersion, row: PriceBookEntry
) -> Iterator[LintFinding]:
    grids = () if row.counts in _BOUGHT_BEFORE else sorted(ground.grids(row))
    for place, tier in enumerate(row.tiers):
        following = row.tiers[place + 1] if place + 1 < len(row.tiers) else None
        if grids and following and _is_empty(row, tier, following, grids):
            yield _empty(book, version, row, tier, following)
        elif grids and _off_grid(tier.lower, grids):
            yield _between(book, version, row, tier, grids[0])
        if place and _is_idle(row, row.tiers[place - 1], tier):
            yield _idle(book, version, row, tier)
        if grids and following and _is_free(row, following, grids):
            yield _free(book, version, row, tier, following)


def _off_grid(bound: Decimal, grids: Sequence[Fraction]) -> bool:
    return all((Fraction(bound) / grid).denominator != 1 for grid in grids)


def _is_empty(row: PriceBookEntry, tier: Tier, following: Tier, grids: Sequence[Fraction]) -> bool:
    """Whether no quantity above 0 on any of the grids lies in a tier."""
    if row.charge_flat_at_zero and not tier.lower:
        return False
    return all(max(start_of(tier, grid), grid) >= start_of(following, grid) for grid in grids)


def _is_idle(row: PriceBookEntry, before: Tier, tier: Tier) -> bool:
    if row.mode == "overage" or (row.mode == "graduated" and (tier.flat or tier.size)):
        return False
    return said(before) == said(tier)


def _is_free(row: PriceBookEntry, following: Tier, grids: Sequence[Fraction]) -> bool:
    """Whether all that a tier holds are units of a package that cost nothing."""
    if row.mode != "package" or not row.free:
        return False
    return all(start_of(following, grid) - grid <= row.free for grid in grids)


def _empty(
    book: PriceBook, version: PriceBookVersion, row: PriceBookEntry, tier: Tier, following: Tier
) -> LintFinding:
    name = entry_name(row, tier)
    return remark(
        "lint.tier_empty",
        entry_place(book, version, row, tier),
        en=f"no quantity lies in the tier {name.en} of {book.code} ({tier}): it starts at "
        f"{plain(tier.lower)} and the next one at {plain(following.lower)}; take it out, or move "
        "one of the bounds",
        zh=f"{book.code} 的档位 {name.zh}（{tier}）不含任何数量：起于 {plain(tier.lower)}，"
        f"下一档起于 {plain(following.lower)}；请删除该档或调整界限",
        rules=(rule_of(book, row, tier), rule_of(book, row, following)),
    )


def _between(
    book: PriceBook, version: PriceBookVersion, row: PriceBookEntry, tier: Tier, grid: Fraction
) -> LintFinding:
    name, start = entry_name(row, tier), count(start_of(tier, grid))
    return remark(
        "lint.tier_off_grid",
        entry_place(book, version, row, tier),
        en=f"the tier {name.en} of {book.code} starts at {plain(tier.lower)}, which nobody can "
        f"order in steps of {count(grid)}; it begins with {start}: write {start}",
        zh=f"{book.code} 的档位 {name.zh} 起于 {plain(tier.lower)}，不是最小步长 {count(grid)} "
        f"的倍数，实际从 {start} 起；请改为 {start}",
        rules=(rule_of(book, row, tier),),
    )


def _idle(
    book: PriceBook, version: PriceBookVersion, row: PriceBookEntry, tier: Tier
) -> LintFinding:
    name = entry_name(row, tier)
    return remark(
        "lint.tier_idle",
        entry_place(book, version, row, tier),
        en=f"the tier {name.en} of {book.code} says {tier}, as the one before does; take it out, "
        "or correct its figure",
        zh=f"{book.code} 的档位 {name.zh} 与前一档相同，均为 {tier}；请删除该档或更正数值",
        rules=(rule_of(book, row, tier),),
    )


def _free(
    book: PriceBook, version: PriceBookVersion, row: PriceBookEntry, tier: Tier, following: Tier
) -> LintFinding:
    name = entry_name(row, tier)
    return remark(
        "lint.tier_free",
        entry_place(book, version, row, tier),
        en=f"the rate {tier} of the tier {name.en} of {book.code} is never charged: "
        f"{plain(row.free)} units are free, and at {plain(following.lower)} the next tier starts; "
        "lower the free units, or start the next tier later",
        zh=f"{book.code} 的档位 {name.zh} 的费率 {tier} 永远不会收取：免费额度为 "
        f"{plain(row.free)}，下一档起于 {plain(following.lower)}；请降低免费额度或调整下一档",
        rules=(rule_of(book, row, tier), rule_of(book, row, following)),
    )


def _agreed(ground: Ground) -> Iterator[LintFinding]:
    """Lines of agreements that start between two quantities that can be ordered."""
    for agreement in ground.catalogue.agreements:
        home = zone(agreement.zone or ground.catalogue.zone)
        if ground.span(agreement.period, home) is None:
            continue
        for line in agreement.lines:
            if line.unit is not None:
                grids = [ground.step(line.unit)]
            else:
                grids = sorted(ground.grids_of((line.product, line.category)))
            if grids and _off_grid(line.lower, grids):
                start = count(grids[0] * -(-Fraction(line.lower) // grids[0]))
                yield remark(
                    "lint.tier_off_grid",
                    agreed_place(agreement, line),
                    en=f"the line {line} of agreement {agreement.code} starts at "
                    f"{plain(line.lower)}, which nobody can order in steps of {count(grids[0])}; "
                    f"it begins with {start}: write {start}",
                    zh=f"协议 {agreement.code} 的 {line.words.zh} 起于 {plain(line.lower)}，"
                    f"不是最小步长 {count(grids[0])} 的倍数，实际从 {start} 起；请改为 {start}",
                    rules=(agreed_rule(agreement, line),),
                )
