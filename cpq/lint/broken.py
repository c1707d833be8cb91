"""Prices that are too low (过低价格): which rules make them, and what they break.

A case breaks its floors first, else the cost, else the last cent. What breaks one bound is told by
the fewest rules that do it, and once for each set of rules.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import Severity
from cpq.kernel.text import LocalText
from cpq.lint.finding import LintFinding, count, money, remark
from cpq.lint.worst import Left, Situation
from cpq.margin import FloorPrice
from cpq.promotion import AmountOff, PromotionPolicy


class Rule(NamedTuple):
    """A rule that lowers a price: its name, where it stands, and whether it is the list price."""

    name: str
    place: str
    is_list: bool = False


class Broken(NamedTuple):
    """A price that is too low: of whom, by which rules, and below what."""

    case: Situation
    rules: tuple[Rule, ...]
    net: Fraction
    floor: FloorPrice | None
    code: str

    @property
    def bound(self) -> str:
        """What is broken."""
        return self.code if self.floor is None else self.floor.floor.code


def judged(
    case: Situation, after: Left, fixed: tuple[Rule, ...], rules: tuple[Rule, ...]
) -> Iterator[Broken]:
    """What an amount breaks before promotions (``fixed`` made it) and after (``rules`` did)."""
    found = False
    for each in case.against.floors:
        if each.unit_price is None or each.floor.policy == "warn":
            continue
        clips = each.floor.policy == "clip"
        net = case.amount if clips else after.net
        if _each(case, net) < each.unit_price:
            alone = clips or not after.taken
            yield Broken(case, fixed if alone else rules, net, each, "lint.below_floor")
            found = True
    cost = case.against.cost
    # what costs nothing by itself, a sample or the free units of a package, is meant to
    priced = bool(case.amount)
    if not found and priced and cost is not None and _each(case, after.net) < cost:
        yield Broken(case, rules if after.taken else fixed, after.net, None, "lint.below_cost")
        found = True
    if not found and priced and not after.net and _by_amounts(after.taken):
        yield Broken(case, rules, after.net, None, "lint.price_zero")


def _each(case: Situation, amount: Fraction) -> Fraction:
    """An amount per unit, before tax."""
    return amount / case.spot.quantity / case.against.tax_factor


def _by_amounts(taken: Iterable[PromotionPolicy]) -> bool:
    """Whether it took an amount, or several policies, to leave nothing: no gift on purpose."""
    policies = list(taken)
    return len(policies) > 1 or any(isinstance(each.benefit, AmountOff) for each in policies)


def least(broken: Iterable[Broken]) -> list[Broken]:
    """Of what breaks one bound, that by the fewest rules; of the same rules the first."""
    kept: list[Broken] = []
    for each in sorted(broken, key=lambda each: len(each.rules)):
        names = {rule.name for rule in each.rules}
        if not any(
            other.bound == each.bound and {rule.name for rule in other.rules} <= names
            for other in kept
        ):
            kept.append(each)
    return kept


def once(broken: Iterable[Broken], told: set[object]) -> Iterator[LintFinding]:
    """A finding for each bound and set of rules, list prices aside where others are at work."""
    for each in broken:
        others = tuple(rule.name for rule in each.rules if not rule.is_list)
        key = (each.bound, others or tuple(rule.name for rule in each.rules))
        if key not in told:
            told.add(key)
            yield _finding(each)


def _finding(each: Broken) -> LintFinding:
    case, names = each.case, [rule.name for rule in each.rules]
    spot, currency = case.spot, case.spot.book.currency
    net = f"{money(each.net / case.against.tax_factor, currency)} {currency}"
    size, together = count(spot.quantity), " + ".join(names)
    bound, do = _bound(each), _advice(each)
    place, severity = each.rules[-1].place, "note"
    if each.floor is not None:
        place, names = f"floors/{each.bound}", [each.bound, *names]
        severity = "error" if each.floor.floor.policy == "block" else "note"
    chosen: Severity = "error" if severity == "error" else "note"
    return remark(
        each.code,
        place,
        severity=chosen,
        en=f"{together}: {size} {spot.unit} of {spot.product} cost {net}, {bound.en}; {do.en}",
        zh=f"{together}：{spot.product} {size} {spot.unit} 仅 {net}，{bound.zh}；{do.zh}",
        rules=names,
        products=(spot.product,),
    )


def _bound(each: Broken) -> LocalText:
    """What a price lies below, for the quantity of the case."""
    spot, currency = each.case.spot, each.case.spot.book.currency
    per_unit = each.case.against.cost if each.floor is None else each.floor.unit_price
    figure = f"{money((per_unit or Fraction(0)) * spot.quantity, currency)} {currency}"
    if each.floor is not None:
        code = each.floor.floor.code
        return LocalText(
            en=f"below the floor {code} of {figure}", zh=f"低于底价 {code} 的 {figure}"
        )
    if each.code == "lint.below_cost":
        return LocalText(en=f"below the cost of {figure}", zh=f"低于成本 {figure}")
    return LocalText(en="so it is given away", zh="相当于白送")


def _advice(each: Broken) -> LocalText:
    if each.code == "lint.price_zero":
        return LocalText(
            en="take off less, or ask for a least amount", zh="请减少优惠，或设置起订金额"
        )
    if each.rules[-1].place.startswith("promotions/"):
        return LocalText(
            en="take off less, or let a floor clip", zh="请减少优惠，或设置截断促销的底价"
        )
    if each.floor is not None:
        return LocalText(en="raise the price, or lower the floor", zh="请提高价格，或降低底价")
    return LocalText(en="raise the price", zh="请提高价格")
