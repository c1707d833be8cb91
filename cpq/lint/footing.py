"""Entries that stand on nothing (无基础的明细), and entries that take off all there is.

A percentage off a price that is not there prices nothing. A markup on a cost that nobody knows
refuses the line. An amount off that is as large as the price gives the thing away.
"""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from cpq.lint.finding import LintFinding, listed, money, remark
from cpq.lint.ground import Ground
from cpq.lint.kinds import is_discount
from cpq.lint.places import entry_name, entry_place, rule_of, tier_name
from cpq.lint.reach import outside_base
from cpq.lint.schedule import Piece, Schedule
from cpq.lint.spans import Span, meets
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion, Tier

_OF_PRICES = frozenset({"base", "list"})


def footing(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """Entries without what they stand on (``lint.no_base``, ``lint.no_cost``) and entries that give
    a thing away (``lint.price_zero``).
    """
    for book in ground.books:
        for version, whole in ground.versions(book):
            if outside_base(ground, book, version, whole):
                continue
            for row in version.entries:
                span = ground.entry_span(row, book, whole)
                if span is None or all(tier.price is not None for tier in row.tiers):
                    continue
                if book.base is not None and any(map(_needs_price, row.tiers)):
                    yield from _without_base(ground, schedule, book, version, row, span=span)
                if any(map(_needs_cost, row.tiers)):
                    yield from _without_cost(ground, schedule, book, version, row, span=span)
                if book.base is not None and any(map(_may_take_all, row.tiers)):
                    yield from _given_away(ground, schedule, book, version, row, span=span)


def _needs_price(tier: Tier) -> bool:
    named = tier.formula is not None and not _OF_PRICES.isdisjoint(tier.formula.names)
    return is_discount(tier) or named


def _needs_cost(tier: Tier) -> bool:
    named = tier.formula is not None and "cost" in tier.formula.names
    return tier.markup is not None or tier.margin is not None or named


def _may_take_all(tier: Tier) -> bool:
    return tier.amount_off is not None or tier.percent_off == 100


def _without_base(
    ground: Ground,
    schedule: Schedule,
    book: PriceBook,
    version: PriceBookVersion,
    row: PriceBookEntry,
    *,
    span: Span,
) -> Iterator[LintFinding]:
    reached = ground.reach((row.product, row.category))
    below = [link.code for link in ground.catalogue.prices.chain(book.code)[1:]]
    has_base = any(
        product in ground.kinds.priced_otherwise
        or meets(schedule.covered(product, below, root=True), span)
        for product in reached
    )
    if reached and not has_base:
        name, base, what = entry_name(row), " > ".join(below), listed(reached)
        yield remark(
            "lint.no_base",
            entry_place(book, version, row),
            severity="note" if ground.kinds.parts_only.issuperset(reached) else "error",
            en=f"{book.code}, {name.en} says {row.tiers[0]}, and {base} has no price for {what} "
            "that it could be taken off; add a price there, or write one here",
            zh=f"{book.code}，{name.zh} 为 {tier_name(row.tiers[0]).zh}，但 {base} 中没有 "
            f"{what} 的价格；请在基础价目表补充价格，或在此直接定价",
            rules=(rule_of(book, row), *below),
            products=reached,
        )


def _without_cost(
    ground: Ground,
    schedule: Schedule,
    book: PriceBook,
    version: PriceBookVersion,
    row: PriceBookEntry,
    *,
    span: Span,
) -> Iterator[LintFinding]:
    unknown = [
        product
        for product in ground.reach((row.product, row.category))
        if product not in ground.kinds.parts_only
        and not schedule.has_cost(product, span)
        and _is_refused(schedule, book, row, product, span)
    ]
    if unknown:
        tier = next(tier for tier in row.tiers if _needs_cost(tier))
        name, what, said = entry_name(row), listed(unknown), tier_name(tier)
        costs = ground.catalogue.cost_book or "the catalogue (it names no cost book)"
        costs_zh = ground.catalogue.cost_book or "目录（未指定成本价目表）"
        yield remark(
            "lint.no_cost",
            entry_place(book, version, row),
            severity="error",
            en=f"{book.code}, {name.en} says {said.en}, and {costs} has no cost for {what}, so the "
            "line is refused; add the cost, or write a price",
            zh=f"{book.code}，{name.zh} 为 {said.zh}，但 {costs_zh} 中没有 {what} 的成本，"
            "该行将被拒绝；请补充成本或直接定价",
            rules=(rule_of(book, row),),
            products=unknown,
        )


def _is_refused(
    schedule: Schedule, book: PriceBook, row: PriceBookEntry, product: str, span: Span
) -> bool:
    """Whether pricing refuses a product at some time, so that no nearer entry prices it."""
    ground = schedule.ground
    if row.unit is not None and not ground.is_sold_in(product, row.unit):
        return False
    return any(
        piece.answer.refused
        for at in schedule.moments_in(product, book.code, span)
        for piece in schedule.pieces(product, book.code, at, unit=row.unit)
    )


def _given_away(
    ground: Ground,
    schedule: Schedule,
    book: PriceBook,
    version: PriceBookVersion,
    row: PriceBookEntry,
    *,
    span: Span,
) -> Iterator[LintFinding]:
    assert book.base is not None, "a root book takes nothing off"
    for product in ground.reach((row.product, row.category)):
        if row.unit is not None and not ground.is_sold_in(product, row.unit):
            continue
        for at in schedule.moments_in(product, book.code, span):
            pieces = schedule.pieces(product, book.code, at, unit=row.unit)
            free = next((piece for piece in pieces if _is_free(piece, row)), None)
            if free is None:
                continue
            below = ground.catalogue.prices.book(book.base)
            before = _below(schedule, (product, below.code), at, row=row, free=free)
            if before:
                price = f"{money(before, below.currency)} {below.currency}"
                yield _free(book, version, row, product, free=free, price=price)
                return


def _is_free(piece: Piece, row: PriceBookEntry) -> bool:
    won = piece.answer.won
    return piece.answer.value == 0 and bool(won) and won[-1].entry is row


def _below(
    schedule: Schedule, of: tuple[str, str], at: datetime, *, row: PriceBookEntry, free: Piece
) -> Fraction | None:
    """The price of a product in the base book at the quantity that is given away."""
    pieces = schedule.pieces(*of, at, unit=row.unit)
    reached = [piece.answer.value for piece in pieces if piece.start <= free.start]
    return reached[-1] if reached and isinstance(reached[-1], Fraction) else None


def _free(
    book: PriceBook,
    version: PriceBookVersion,
    row: PriceBookEntry,
    product: str,
    *,
    free: Piece,
    price: str,
) -> LintFinding:
    tier = free.answer.won[-1].tier
    name, off = entry_name(row, tier), "100%"
    if tier.amount_off is not None:
        off = f"{money(Fraction(tier.amount_off), book.currency)} {book.currency}"
    return remark(
        "lint.price_zero",
        entry_place(book, version, row, tier),
        en=f"{book.code}, {name.en} takes {off} off: {product} costs {price} in {book.base} "
        "and nothing here; take off less, or write a price",
        zh=f"{book.code}，{name.zh} 减 {off}：{product} 在 {book.base} 中为 {price}，"
        "此处变为零；请减少优惠或直接定价",
        rules=(rule_of(book, row, tier), *(rule_of(w.book, w.entry) for w in free.answer.won[:-1])),
        products=(product,),
    )
