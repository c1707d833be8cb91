"""Attribute prices that contradict each other, or that nothing ever matches (属性价格检查).

Two rules tie where one line can match both, they are about the same thing, equally near and equally
close, and say different things: pricing refuses the line. A rule for ``colour=blue`` on a machine
that comes in grey and red waits for ever; so does one for an attribute that the machine has not.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from cpq.lint.finding import LintFinding, listed, remark
from cpq.lint.ground import Ground
from cpq.lint.places import period_words, scope_name, scope_words, version_place
from cpq.lint.spans import Span, common
from cpq.pricebook import AttributePrice, PriceBook, PriceBookVersion

_Held = tuple[AttributePrice, Span]


def attributes(ground: Ground) -> Iterator[LintFinding]:
    """Rules that tie (``lint.attributes_tie``) or that match nothing (``lint.no_such_value``)."""
    for book in ground.every_book:
        for version, whole in ground.versions(book):
            if not version.attributes:
                continue
            held = [
                (rule, span)
                for rule in sorted(version.attributes, key=lambda rule: (rule.code, str(rule)))
                if (own := ground.span(rule.period, book.home)) and (span := common(own, whole))
            ]
            if book.resolution == "most_specific":
                yield from _ties(ground, book, version, held)
            for rule, _ in held:
                yield from _unmatched(ground, book, version, rule)


def place_of(book: PriceBook, version: PriceBookVersion, rule: AttributePrice) -> str:
    """Where an attribute price stands: ``books/LIST/attributes/RED M8``."""
    words = scope_words(rule.product, rule.category, rule.unit)
    place = f"{version_place(book, version)}/attributes/{rule.code}"
    return f"{place} {words}{period_words(rule.period)}"


def _ties(
    ground: Ground, book: PriceBook, version: PriceBookVersion, held: Sequence[_Held]
) -> Iterator[LintFinding]:
    buckets: dict[object, dict[tuple[str, ...], list[_Held]]] = {}
    for rule, span in held:
        if ground.reach((rule.product, rule.category)):
            key = (rule.product, rule.category, rule.unit, rule.rank, rule.subject, len(rule.match))
            names = tuple(name for name, _ in rule.match)
            buckets.setdefault(key, {}).setdefault(names, []).append((rule, span))
    for by_names in buckets.values():
        for same in by_names.values():
            by_match: dict[object, list[_Held]] = {}
            for each in same:
                by_match.setdefault(each[0].match, []).append(each)
            for rules in by_match.values():
                yield from _contradicting(book, version, combinations(rules, 2))
        for one, other in combinations(by_names.values(), 2):
            if one[0][0].effect == "set":
                pairs = ((first, second) for first in one for second in other)
                yield from _contradicting(book, version, pairs)


def _contradicting(
    book: PriceBook, version: PriceBookVersion, pairs: Iterator[tuple[_Held, _Held]]
) -> Iterator[LintFinding]:
    """The first pair that one line can match and that says different things."""
    for (one, first), (other, second) in pairs:
        if common(first, second) and _fit(one, other) and _said(one) != _said(other):
            words = scope_name(one.product, one.category, one.unit)
            yield remark(
                "lint.attributes_tie",
                place_of(book, version, one),
                severity="error",
                en=f"{book.code}: attribute prices {one.code} ({one}) and {other.code} ({other}) "
                f"both fit {words.en} equally well, so a line with both is refused; let one match "
                "more attributes, or give it the lower rank",
                zh=f"{book.code}：属性价格 {one.code}（{one}）与 {other.code}（{other}）同样匹配 "
                f"{words.zh}，同时满足的行将被拒绝；请让其中之一匹配更多属性或设置优先级",
                rules=(f"{book.code}: {one.code}", f"{book.code}: {other.code}"),
                products=(one.product,) if one.product else (),
            )
            return


def _fit(one: AttributePrice, other: AttributePrice) -> bool:
    """Whether a line can have the attribute values of both."""
    values = dict(one.match)
    return all(values.get(name, value) == value for name, value in other.match)


def _said(rule: AttributePrice) -> tuple[str, str]:
    return rule.stated, rule.on


def _unmatched(
    ground: Ground, book: PriceBook, version: PriceBookVersion, rule: AttributePrice
) -> Iterator[LintFinding]:
    """A value that no product in scope offers; only where all of them say what they offer."""
    reached = ground.reach((rule.product, rule.category))
    offers = [ground.offered_values(product) for product in reached]
    if not offers or not all(offers):
        return
    for name, value in rule.match:
        offered = sorted({each for values in offers for each in values.get(name, ())})
        if value not in offered:
            names = sorted({each for values in offers for each in values})
            known = f"{name} can be {listed(offered)}" if offered else f"it has {listed(names)}"
            known_zh = (
                f"{name} 可选 {listed(offered)}" if offered else f"可选属性为 {listed(names)}"
            )
            words = scope_name(rule.product, rule.category, rule.unit)
            yield remark(
                "lint.no_such_value",
                place_of(book, version, rule),
                en=f"{book.code}: attribute price {rule.code} waits for {name}={value}, which "
                f"{words.en} never has: {known}; correct the rule, or offer the value",
                zh=f"{book.code}：属性价格 {rule.code} 要求 {name}={value}，但 {words.zh} 不提供："
                f"{known_zh}；请更正规则或提供该值",
                rules=(f"{book.code}: {rule.code}",),
                products=reached[:1] if rule.product else (),
            )
            return
