"""Percent-of-total prices that contradict or cover each other (按总额比例计价检查).

Two shares for one product at the same time refuse its line. A share that names a product which is
itself a share never counts it, because a base holds no derived lines.
"""

from collections.abc import Iterator, Sequence

from cpq.lint.finding import LintFinding, listed, remark, told
from cpq.lint.ground import Ground
from cpq.lint.places import version_place
from cpq.lint.spans import Span, common
from cpq.pricebook import PercentOfTotal, PriceBook, PriceBookVersion

_Held = tuple[PercentOfTotal, Span]


def shares(ground: Ground) -> Iterator[LintFinding]:
    """Shares that tie (``lint.shares_tie``), that name other shares (``lint.share_of_share``) or
    nothing that there is (``lint.covers_nothing``).
    """
    for book in ground.books:
        for version, whole in ground.versions(book):
            if version.shares:
                held = [
                    (share, span)
                    for share in sorted(version.shares, key=lambda share: (share.code, str(share)))
                    if (own := ground.span(share.period, book.home))
                    and (span := common(own, whole))
                ]
                yield from _ties(book, version, held)
                yield from _of_shares(book, version, held)
                for share, _ in held:
                    yield from _of_nothing(ground, book, version, share)


def place_of(book: PriceBook, version: PriceBookVersion, share: PercentOfTotal) -> str:
    """Where a share stands: ``books/LIST/shares/CARE``."""
    return f"{version_place(book, version)}/shares/{share.code}"


def _ties(
    book: PriceBook, version: PriceBookVersion, held: Sequence[_Held]
) -> Iterator[LintFinding]:
    by_product: dict[str, list[_Held]] = {}
    for share, span in held:
        by_product.setdefault(share.product, []).append((share, span))
    for product, rules in sorted(by_product.items()):
        rules.sort(key=lambda each: each[1])
        last = rules[0]
        for share, span in rules[1:]:
            both = common(last[1], span)
            if both is not None:
                yield _tie(book, version, product, sorted((last[0], share), key=_code), both)
            last = max(last, (share, span), key=lambda each: each[1][1])


def _code(share: PercentOfTotal) -> str:
    return share.code


def _tie(
    book: PriceBook,
    version: PriceBookVersion,
    product: str,
    rules: Sequence[PercentOfTotal],
    both: Span,
) -> LintFinding:
    (one, other), when = rules, told(both, book.home)
    return remark(
        "lint.shares_tie",
        place_of(book, version, one),
        severity="error",
        en=f"{book.code}: {one.code} ({one}) and {other.code} ({other}) both price {product}, "
        f"{when.en}, so its line is refused; end one before the other starts, or remove it",
        zh=f"{book.code}：{one.code}（{one}）与 {other.code}（{other}）都为 {product} 定价"
        f"（{when.zh}），该行将被拒绝；请先结束其一或删除",
        rules=(f"{book.code}: {one.code}", f"{book.code}: {other.code}"),
        products=(product,),
    )


def _of_shares(
    book: PriceBook, version: PriceBookVersion, held: Sequence[_Held]
) -> Iterator[LintFinding]:
    derived: dict[str, list[_Held]] = {}
    for share, span in held:
        derived.setdefault(share.product, []).append((share, span))
    mutual: set[frozenset[str]] = set()
    for share, span in held:
        named = [
            other
            for product in share.products
            for other, theirs in derived.get(product, ())
            if common(span, theirs)
        ]
        if named and frozenset((share.code, named[0].code)) not in mutual:
            mutual.update(frozenset((share.code, other.code)) for other in named)
            yield _circular(book, version, share, named)


def _circular(
    book: PriceBook,
    version: PriceBookVersion,
    share: PercentOfTotal,
    named: Sequence[PercentOfTotal],
) -> LintFinding:
    what = listed(sorted({other.product for other in named}))
    each_other = any(share.product in other.products for other in named)
    en = f"{book.code}: {share.code} ({share}) is to count {what}"
    zh = f"{book.code}：{share.code}（{share}）计入 {what}"
    if each_other:
        en += f", which counts {share.product} in turn"
        zh += f"，而后者又计入 {share.product}"
    return remark(
        "lint.share_of_share",
        place_of(book, version, share),
        en=f"{en}; what is itself a share of other lines never counts: name the goods instead",
        zh=f"{zh}；按比例计价的行不会被计入：请改为指定商品",
        rules=tuple(f"{book.code}: {each.code}" for each in (share, *named)),
        products=tuple(sorted({share.product, *(other.product for other in named)})),
    )


def _of_nothing(
    ground: Ground, book: PriceBook, version: PriceBookVersion, share: PercentOfTotal
) -> Iterator[LintFinding]:
    """A share of which nothing that it counts is left."""
    if not ground.reach((share.product, None)):
        return
    counted = {*ground.reach_of(share.products, share.categories)}
    if share.excludes_products or share.excludes_categories:
        counted -= {*ground.reach_of(share.excludes_products, share.excludes_categories)}
    counted -= {*ground.reach((share.product, None))}
    if not counted:
        named = [*share.products, *(f"category {code}" for code in share.categories)]
        what = listed(named) or "everything but what it excludes"
        yield remark(
            "lint.covers_nothing",
            place_of(book, version, share),
            severity="error",
            en=f"{book.code}: {share.code} ({share}) counts no product that there is ({what}), so "
            "its line is refused; correct what it covers",
            zh=f"{book.code}：{share.code}（{share}）没有可计入的产品，该行将被拒绝；"
            "请更正其覆盖范围",
            rules=(f"{book.code}: {share.code}",),
            products=(share.product,),
        )
