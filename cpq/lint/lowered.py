"""Attribute prices that together take off more than a product costs (属性减价超过价格).

Each may be harmless alone; pricing refuses the line that has the values of all of them. The value
that takes the most off is picked for each attribute, and the rule of attribute prices itself says
what they make.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction

from cpq.kernel.errors import DomainError
from cpq.lint.attributes import place_of
from cpq.lint.finding import LintFinding, money, remark
from cpq.lint.ground import Ground
from cpq.lint.schedule import Schedule
from cpq.lint.spans import Span, common
from cpq.pricebook import AttributePrice, PriceBook, PriceBookVersion, adjusted

_Held = tuple[AttributePrice, Span]


def lowered(ground: Ground, schedule: Schedule) -> Iterator[LintFinding]:
    """Values that together make less than nothing of a price (``lint.attributes_below_zero``)."""
    for book in ground.books:
        for version, whole in ground.versions(book):
            held = [
                (rule, span)
                for rule in sorted(version.attributes, key=lambda rule: (rule.code, str(rule)))
                if (own := ground.span(rule.period, book.home)) and (span := common(own, whole))
            ]
            yield from _of_version(ground, schedule, book, version, held)


def _of_version(
    ground: Ground,
    schedule: Schedule,
    book: PriceBook,
    version: PriceBookVersion,
    held: Sequence[_Held],
) -> Iterator[LintFinding]:
    by_product: dict[str, list[_Held]] = {}
    for rule, span in held:
        if _lowers(rule):
            for product in ground.reach((rule.product, rule.category)):
                by_product.setdefault(product, []).append((rule, span))
    for product, own in sorted(by_product.items()):
        for at in sorted({span[0] for _, span in own}):
            chosen = _chosen(ground, product, [r for r, span in own if span[0] <= at < span[1]])
            price = _lowest(schedule, product, book, at)
            if price is not None and _refused(ground, book, product, at, (held, chosen, price)):
                yield _negative(book, version, product, price, chosen)
                break


def _lowers(rule: AttributePrice) -> bool:
    return rule.add is not None and rule.add < 0 and len(rule.match) == 1


def _chosen(ground: Ground, product: str, rules: Sequence[AttributePrice]) -> list[AttributePrice]:
    """For each attribute the rule that takes the most off."""
    unit = ground.products[product].unit
    found: dict[str, AttributePrice] = {}
    for rule in rules:
        name = rule.match[0][0]
        best = found.get(name)
        lower = best is None or (rule.add or 0) < (best.add or 0)
        if rule.unit in (None, unit) and lower:
            found[name] = rule
    return [found[name] for name in sorted(found)]


def _lowest(schedule: Schedule, product: str, book: PriceBook, at: datetime) -> Fraction | None:
    values = (piece.answer.value for piece in schedule.pieces(product, book.code, at))
    return min((value for value in values if isinstance(value, Fraction)), default=None)


def _refused(
    ground: Ground,
    book: PriceBook,
    product: str,
    at: datetime,
    case: tuple[Sequence[_Held], Sequence[AttributePrice], Fraction],
) -> bool:
    """Whether a line with all the values chosen is refused."""
    held, chosen, price = case
    thing = ground.products[product]
    try:
        adjusted(
            [rule for rule, _ in held],
            price,
            product=product,
            unit=thing.unit,
            attributes=dict(rule.match[0] for rule in chosen),
            at=at,
            home=book.home,
            family=thing.variant_of,
            categories=ground.catalogue.lineage(thing),
            resolution=book.resolution,
        )
    except DomainError as refusal:
        return refusal.code == "attribute_price.below_zero"
    return False


def _negative(
    book: PriceBook,
    version: PriceBookVersion,
    product: str,
    price: Fraction,
    rules: Sequence[AttributePrice],
) -> LintFinding:
    told = ", ".join(f"{rule.code} ({rule})" for rule in rules[:4])
    verb = "takes" if len(rules) == 1 else "together take"
    cost = f"{money(price, book.currency)} {book.currency}"
    return remark(
        "lint.attributes_below_zero",
        place_of(book, version, rules[0]),
        severity="error",
        en=f"{book.code}: {product} costs {cost}, and {told} {verb} off more than that, so "
        "the line is refused; take off less, or write the price as a replacement",
        zh=f"{book.code}：{product} 为 {cost}，{told} 合计减价超过该价格，该行将被拒绝；"
        "请减少减价或改为替换价格",
        rules=tuple(f"{book.code}: {rule.code}" for rule in rules),
        products=(product,),
    )
