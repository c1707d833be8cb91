"""Days and quantities without a price (价格空档).

Between two versions of a book nothing holds; within one, a price ends and the next starts later; a
product has none at all, or none for less than ten. A derived book falls back on its base, so a gap
in it is a note. Days before a product's first price, and after the last version of a book, are no
gap: nothing was promised there.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cpq.kernel.money import plain
from cpq.lint.finding import LintFinding, listed, remark, told
from cpq.lint.ground import Ground, dated
from cpq.lint.places import entry_place, entry_words, rule_of, version_place
from cpq.lint.schedule import Schedule
from cpq.lint.spans import Span, merged, minus, within
from cpq.pricebook import PriceBook, PriceBookEntry, PriceBookVersion

_Versions = Sequence[tuple[PriceBookVersion, Span]]


def gaps(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """What has no price: ``lint.version_gap``, ``lint.price_gap``, ``lint.starts_late``,
    ``lint.unpriced``.
    """
    for book in ground.every_book:
        yield from _between_versions(ground, book)
    for book in ground.books:
        if book.base is None:
            yield from _between_prices(ground, schedule, book)
        for version, span in ground.versions(book):
            for row in version.entries:
                if row.tiers[0].lower > 1 or (row.tiers[0].above and row.tiers[0].lower == 1):
                    yield from _starting_late(ground, schedule, (book, version, row), span)
    yield from _unpriced(ground, schedule)


def _between_versions(ground: Ground, book: PriceBook) -> Iterator[LintFinding]:
    for (before, first), (after, second) in pairwise(ground.versions(book)):
        if first[1] == second[0]:
            continue
        when = told((first[1], second[0]), book.home)
        en, zh = "so nothing in it has a price", "其中产品均无价格"
        if book.base is not None:
            en, zh = f"so {book.base} is charged instead", f"改按 {book.base} 计价"
        yield remark(
            "lint.version_gap",
            version_place(book, after),
            severity="error" if book.base is None else "note",
            en=f"{book.code} has no version {when.en}, {en}; let the version before end later, or "
            "this one start earlier",
            zh=f"{book.code} 在 {when.zh} 没有版本，{zh}；请延长前一版本或提前本版本",
            rules=(version_place(book, before), version_place(book, after)),
        )


def _between_prices(ground: Ground, schedule: Schedule, book: PriceBook) -> Iterator[LintFinding]:
    """Products of a root book whose price ends while the book, and their sale, go on."""
    versions = ground.versions(book)
    if len(versions) < 2 and not any(dated(version) for version, _ in versions):
        return
    usual = _usual(ground)
    lives = [_life(ground, book, version, span) for version, span in versions]
    is_usual = bool(usual) and usual[-1] == book.code
    links = usual if is_usual else [book.code]
    for product in _spoken_of(ground, versions):
        sold = ground.sold(product)
        if (
            sold is None
            or product in ground.kinds.parts_only
            or product in ground.kinds.priced_otherwise
        ):
            continue
        covered = merged(schedule.covered(product, links, root=True))
        missing = minus(within([sold], lives), covered)
        opened = ground.products[product].sellable.start is not None
        for gap in missing if covered else ():
            leading, trailing = gap[1] <= covered[0][0], gap[0] >= covered[-1][1]
            if (not leading or (is_usual and opened)) and (not trailing or is_usual):
                yield _price_gap(book, product, gap)


def _life(ground: Ground, book: PriceBook, version: PriceBookVersion, whole: Span) -> Span:
    """How long a version prices anything: as long as one of its entries holds."""
    if not dated(version):
        return whole
    spans = [ground.entry_span(row, book, whole) for row in version.entries]
    held = [span for span in spans if span is not None]
    return (min(held)[0], max(end for _, end in held)) if held else whole


def _usual(ground: Ground) -> list[str]:
    """The book that prices whoever has none of their own, and those it derives from."""
    code = ground.catalogue.default_book
    return [] if code is None else [each.code for each in ground.catalogue.prices.chain(code)]


def _spoken_of(ground: Ground, versions: _Versions) -> list[str]:
    scopes = {(row.product, row.category) for version, _ in versions for row in version.entries}
    return sorted({product for scope in scopes for product in ground.reach(scope)})


def _price_gap(book: PriceBook, product: str, gap: Span) -> LintFinding:
    when = told(gap, book.home)
    return remark(
        "lint.price_gap",
        f"products/{product}",
        severity="error",
        en=f"{product} is sold and has no price in {book.code} {when.en}; add an entry for these "
        "days, or end the sale",
        zh=f"{product} 在售，但 {book.code} 在 {when.zh} 没有其价格；请补充明细或停止销售",
        rules=(book.code,),
        products=(product,),
    )


def _starting_late(
    ground: Ground,
    schedule: Schedule,
    rule: tuple[PriceBook, PriceBookVersion, PriceBookEntry],
    whole: Span,
) -> Iterator[LintFinding]:
    """An entry that starts above one, where nothing prices less."""
    book, version, row = rule
    span = ground.entry_span(row, book, whole)
    if span is None:
        return
    for product in ground.reach((row.product, row.category)):
        if product in ground.kinds.parts_only or product in ground.kinds.priced_otherwise:
            continue
        if row.unit is not None and not ground.is_sold_in(product, row.unit):
            continue
        for at in schedule.moments_in(product, book.code, span):
            if _has_none_below(schedule, book, row, product, at):
                yield _late(book, version, row, product)
                return


def _has_none_below(
    schedule: Schedule, book: PriceBook, row: PriceBookEntry, product: str, at: datetime
) -> bool:
    """Whether one has no price while what the entry starts with has, and by the entry alone."""
    pieces = schedule.pieces(product, book.code, at, unit=row.unit)
    one = [piece.answer for piece in pieces if piece.start <= 1]
    if any(answer.value is not None or answer.refused for answer in one):
        return False
    first = next((piece for piece in pieces if piece.answer.value is not None), None)
    if first is None or first.answer.won[-1].entry is not row:
        return False
    if book.base is None:
        return True
    below = schedule.pieces(product, book.base, at, unit=row.unit)
    return all(piece.answer.value is None for piece in below)


def _late(
    book: PriceBook, version: PriceBookVersion, row: PriceBookEntry, product: str
) -> LintFinding:
    tier = row.tiers[0]
    start, word = plain(tier.lower), "above" if tier.above else "from"
    return remark(
        "lint.starts_late",
        entry_place(book, version, row),
        en=f"{book.code} prices {product} {word} {start} on, and nothing prices one of it; let "
        f"{entry_words(row)} start at 0, or add a price for less",
        zh=f"{book.code} 中 {product} 自 {start} 起才有价格，更少的数量没有价格；"
        "请将首档设为 0，或补充更小数量的价格",
        rules=(rule_of(book, row),),
        products=(product,),
    )


def _unpriced(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """Products that are sold and that no book has a price for, told together by category."""
    usual = _usual(ground)
    others = sorted(ground.books_of_somebody - {*usual})
    if not usual:
        others = others or [book.code for book in ground.books]
    prices = ground.catalogue.prices
    chains = [usual, *([each.code for each in prices.chain(code)] for code in others)]
    open_spans = merged(
        span for chain in chains for code in chain for _, span in ground.versions(prices.book(code))
    )
    spared = ground.kinds.parts_only | ground.kinds.priced_otherwise | ground.kinds.discounted
    found: dict[str, list[str]] = {}
    for product in sorted(ground.products):
        sold = ground.sold(product)
        if product in spared or sold is None or not within([sold], open_spans):
            continue
        if not any(schedule.covered(product, chain, root=True) for chain in chains if chain):
            found.setdefault(ground.products[product].category or "", []).append(product)
    for category, products in sorted(found.items()):
        yield _never_priced(usual, category, products)


def _never_priced(usual: Sequence[str], category: str, products: Sequence[str]) -> LintFinding:
    names, many = listed(products), len(products)
    where = " > ".join(usual) or "any price book"
    within_en = f" of category {category}" if category else ""
    within_zh = f"类别 {category} 的" if category else ""
    en = f"{names} is" if many == 1 else f"{many:,} products{within_en} ({names}) are"
    zh = names if many == 1 else f"{within_zh}{many:,} 个产品（{names}）"
    return remark(
        "lint.unpriced",
        f"products/{products[0]}",
        severity="error",
        en=f"{en} sold and never has a price in {where}; add an entry, or end the sale"
        if many == 1
        else f"{en} sold and never have a price in {where}; add entries, or end their sale",
        zh=f"{zh} 在售，但在 {where} 中没有价格；请补充明细或停止销售",
        rules=tuple(usual),
        products=tuple(products),
    )
