"""Rules that never meet what they are for (落空的规则): nothing to speak of, or never at its time.

A category that holds no product, a product that is not there; an entry whose days lie outside its
version's, a discount outside the days of its base book, a rule that is over before the sale of what
it is for begins. What lies outside in part only is normal: versions end, and sales begin.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from cpq.kernel.period import ALWAYS, Period, zone
from cpq.lint.attributes import place_of as attribute_place
from cpq.lint.finding import LintFinding, listed, remark, told
from cpq.lint.ground import Ground, Scope
from cpq.lint.kinds import is_discount
from cpq.lint.places import (
    agreed_place,
    agreed_rule,
    entry_place,
    rule_of,
    version_place,
)
from cpq.lint.shares import place_of as share_place
from cpq.lint.spans import Span, common, meets
from cpq.pricebook import PriceBook, PriceBookVersion


class _Rule(NamedTuple):
    """A rule: where it stands, what it is called, what it is for, and when."""

    place: str
    name: str
    scopes: tuple[Scope, ...]
    period: Period
    home: tzinfo
    whole: Span
    unit: str | None = None


def reach(ground: Ground) -> Iterator[LintFinding]:
    """Rules that speak of nothing (``lint.covers_nothing``), per a unit that nothing is sold in
    (``lint.other_unit``), or at no time that counts: ``lint.outside_version``,
    ``lint.outside_base``, ``lint.outside_sale``.
    """
    for book in ground.every_book:
        for version, whole in ground.versions(book):
            if outside_base(ground, book, version, whole):
                yield _outside_base(book, version, whole)
            yield from _entries(ground, book, version, whole)
            for rule in _of_version(book, version, whole):
                yield from _judged(ground, rule)
    for rule in _of_catalogue(ground):
        yield from _judged(ground, rule)


def outside_base(ground: Ground, book: PriceBook, version: PriceBookVersion, whole: Span) -> bool:
    """Whether a version that takes something off holds only while no book below it does."""
    if book.base is None:
        return False
    below = ground.catalogue.prices.chain(book.code)[1:]
    spans = [span for link in below for _, span in ground.versions(link)]
    discounts = any(is_discount(tier) for row in version.entries for tier in row.tiers)
    return discounts and not meets(spans, whole)


def _outside_base(book: PriceBook, version: PriceBookVersion, whole: Span) -> LintFinding:
    when = told(whole, book.home)
    return remark(
        "lint.outside_base",
        version_place(book, version),
        severity="error",
        en=f"{book.code} takes something off {book.base} {when.en}, when {book.base} has no "
        "version; correct the days of one of them",
        zh=f"{book.code} 在 {when.zh} 对 {book.base} 优惠，但此时 {book.base} 没有版本；"
        "请更正其中之一的期间",
        rules=(book.code, book.base or ""),
    )


def _entries(
    ground: Ground, book: PriceBook, version: PriceBookVersion, whole: Span
) -> Iterator[LintFinding]:
    """The entries of a version; most of them are looked at no further."""
    for row in version.entries:
        scope = (row.product, row.category)
        plain = row.period is ALWAYS and row.unit is None and not ground.dated_sale
        if plain and ground.reach(scope):
            continue
        place, name = entry_place(book, version, row), rule_of(book, row)
        rule = _Rule(place, name, (scope,), row.period, book.home, whole, row.unit)
        yield from _judged(ground, rule)


def _of_version(book: PriceBook, version: PriceBookVersion, whole: Span) -> Iterator[_Rule]:
    """Attribute prices and shares."""
    for rule in version.attributes:
        place = attribute_place(book, version, rule)
        name, scope = f"{book.code}: {rule.code}", (rule.product, rule.category)
        yield _Rule(place, name, (scope,), rule.period, book.home, whole, rule.unit)
    for share in version.shares:
        place, name = share_place(book, version, share), f"{book.code}: {share.code}"
        yield _Rule(place, name, ((share.product, None),), share.period, book.home, whole)


def _of_catalogue(ground: Ground) -> Iterator[_Rule]:
    """Promotions, floors, scopes and lines of agreements."""
    catalogue, ever = ground.catalogue, ground.ever
    for each in catalogue.promotions:
        home, scopes = zone(each.zone or catalogue.zone), _scopes(each.products, each.categories)
        yield _Rule(f"promotions/{each.code}", each.code, scopes, each.period, home, ever)
    for floor in catalogue.floors:
        home, scope = zone(floor.zone or catalogue.zone), (floor.product, floor.category)
        yield _Rule(f"floors/{floor.code}", floor.code, (scope,), floor.period, home, ever)
    for sales in catalogue.scopes:
        home, scopes = zone(sales.zone or catalogue.zone), _scopes(sales.products, sales.categories)
        yield _Rule(f"scopes/{sales.code}", sales.code, scopes, sales.period, home, ever)
    for pact in catalogue.agreements:
        home = zone(pact.zone or catalogue.zone)
        for line in pact.lines:
            place, name = agreed_place(pact, line), agreed_rule(pact, line)
            scope = (line.product, line.category)
            yield _Rule(place, name, (scope,), pact.period, home, ever, line.unit)


def _scopes(products: Iterable[str], categories: Iterable[str]) -> tuple[Scope, ...]:
    named = (*((code, None) for code in products), *((None, code) for code in categories))
    return named or ((None, None),)


def _judged(ground: Ground, rule: _Rule) -> Iterator[LintFinding]:
    span = ground.span(rule.period, rule.home)
    if span is None:
        return
    empty = [scope for scope in rule.scopes if not ground.reach(scope)]
    if empty:
        yield _covers_nothing(rule, empty)
        return
    if rule.unit is not None and not _is_in_its_unit(ground, rule.scopes, rule.unit):
        yield _other_unit(rule, rule.unit)
        return
    held = common(span, rule.whole)
    if held is None:
        yield _outside_version(rule, span)
    elif ground.dated_sale and not _is_on_sale(ground, rule.scopes, held):
        yield _outside_sale(ground, rule, held)


def _covers_nothing(rule: _Rule, empty: Sequence[Scope]) -> LintFinding:
    names = [product or f"category {category}" for product, category in empty]
    names_zh = [product or f"类别 {category}" for product, category in empty]
    every = (None, None) in empty
    en = (
        "everything, and there is no product"
        if every
        else f"{listed(names)}, which holds no product"
    )
    zh = "全部产品，但目录中没有产品" if every else f"{listed(names_zh)}，其中没有产品"
    return remark(
        "lint.covers_nothing",
        rule.place,
        en=f"{rule.name} is for {en}; correct the code, or take it out",
        zh=f"{rule.name} 面向 {zh}；请更正编码或删除",
        rules=(rule.name,),
    )


def _is_in_its_unit(ground: Ground, scopes: Iterable[Scope], unit: str) -> bool:
    return any(
        ground.is_sold_in(product, unit) for scope in scopes for product in ground.reach(scope)
    )


def _other_unit(rule: _Rule, unit: str) -> LintFinding:
    return remark(
        "lint.other_unit",
        rule.place,
        en=f"{rule.name} is per {unit}, and nothing that it is for is sold in that unit, so it "
        "never acts; correct the unit",
        zh=f"{rule.name} 按 {unit} 计，但其产品不以该单位销售，永远不会生效；请更正单位",
        rules=(rule.name,),
    )


def _outside_version(rule: _Rule, span: Span) -> LintFinding:
    when, whole = told(span, rule.home), told(rule.whole, rule.home)
    return remark(
        "lint.outside_version",
        rule.place,
        en=f"{rule.name} holds {when.en}, and its version {whole.en}, so it never does; move it to "
        "the version of these days, or correct its period",
        zh=f"{rule.name} 的期间为 {when.zh}，而所在版本为 {whole.zh}，永远不会生效；"
        "请移到对应版本或更正期间",
        rules=(rule.name,),
    )


def _is_on_sale(ground: Ground, scopes: Iterable[Scope], span: Span) -> bool:
    """Whether a product is sold at some instant of a span; what is sold no more does not say."""
    known = False
    for scope in scopes:
        for product in ground.reach(scope):
            sold = ground.sold(product)
            known = known or sold is not None
            if sold is not None and common(sold, span):
                return True
    return not known


def _outside_sale(ground: Ground, rule: _Rule, held: Span) -> LintFinding:
    product = next(code for scope in rule.scopes for code in ground.reach(scope))
    sold = ground.sold(product)
    when, sale = told(held, rule.home), told(sold or held, ground.home)
    return remark(
        "lint.outside_sale",
        rule.place,
        en=f"{rule.name} holds {when.en}, and {product} is sold {sale.en}, so it never acts; "
        "correct its period, or take it out",
        zh=f"{rule.name} 的期间为 {when.zh}，而 {product} 的销售期为 {sale.zh}，永远不会生效；"
        "请更正期间或删除",
        rules=(rule.name,),
        products=(product,),
    )
