"""Rules that combine below a floor (规则叠加低于底价): books, agreements and promotions together.

For each product the cases are tried in which most is taken off; what lies below a floor that blocks
or wants an approval, below the cost, or at nothing, is told once for each set of rules that does
it, and for no larger set. Promotions stop at a floor that clips; a book or an agreement does not.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from cpq.kernel.errors import Severity
from cpq.lint.finding import LintFinding, count, listed, money, remark
from cpq.lint.ground import Ground
from cpq.lint.places import entry_place, rule_of
from cpq.lint.schedule import Schedule
from cpq.lint.worst import Left, Situation, Worst, left
from cpq.margin import Floor, FloorPrice
from cpq.promotion import AmountOff, PromotionPolicy

Missing = dict[tuple[str, str], tuple[Floor, list[str]]]
"""The products by floor and by what is missing to reckon it."""


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


def floors(ground: Ground, schedule: Schedule, worst: Worst) -> Iterator[LintFinding]:
    """Prices that are too low: ``lint.below_floor``, ``lint.below_cost``, ``lint.price_zero``;
    floors that cannot be reckoned (``lint.no_cost``, ``lint.no_rate``, ``lint.floor_unit``);
    promotions to which floors leave nothing (``lint.no_room``).
    """
    missing: Missing = {}
    generous: set[str] = set()
    held_back: dict[str, str] = {}
    told: set[object] = set()
    for product in worst.products:
        broken: list[Broken] = []
        for case in worst.cases(product):
            after = left(case)
            generous.update(policy.code for policy in after.taken)
            for policy in after.held_back:
                held_back.setdefault(policy.code, product)
            _note_missing(schedule, case, missing)
            entries = _rules_of(case)
            promotions = (Rule(each.code, f"promotions/{each.code}") for each in after.taken)
            broken += judged(case, after, entries, (*entries, *promotions))
        yield from once(least(broken), told)
    yield from _unreckoned(missing)
    yield from _without_room(ground, worst, generous, held_back)


def _rules_of(case: Situation) -> tuple[Rule, ...]:
    """The entries that made a price, the root's first."""
    return tuple(
        Rule(
            rule_of(won.book, won.entry, won.tier),
            entry_place(won.book, won.version, won.entry, won.tier),
            won.book.base is None,
        )
        for won in case.won
    )


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
    if not found and cost is not None and _each(case, after.net) < cost:
        yield Broken(case, rules if after.taken else fixed, after.net, None, "lint.below_cost")
        found = True
    if not found and not after.net and case.amount and _by_amounts(after.taken):
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
    case, currency = each.case, each.case.spot.book.currency
    size = f"{count(case.spot.quantity)} {case.spot.unit} of {case.spot.product}"
    size_zh = f"{case.spot.product} {count(case.spot.quantity)} {case.spot.unit}"
    names = " + ".join(rule.name for rule in each.rules)
    net = f"{money(each.net / case.against.tax_factor, currency)} {currency}"
    place, severity, rules = each.rules[-1].place, "note", [rule.name for rule in each.rules]
    if each.floor is not None:
        floor = each.floor.floor
        bound = (each.floor.unit_price or Fraction(0)) * case.spot.quantity
        figure = f"{money(bound, currency)} {currency}"
        words = f"below the floor {floor.code} of {figure}"
        words_zh = f"低于底价 {floor.code} 的 {figure}"
        place, rules = f"floors/{floor.code}", [floor.code, *rules]
        severity = "error" if floor.policy == "block" else "note"
    elif each.code == "lint.below_cost":
        cost = (case.against.cost or Fraction(0)) * case.spot.quantity
        figure = f"{money(cost, currency)} {currency}"
        words, words_zh = f"below the cost of {figure}", f"低于成本 {figure}"
    else:
        words, words_zh = "so it is given away", "相当于白送"
    return remark(
        each.code,
        place,
        severity="error" if severity == "error" else "note",
        en=f"{names}: {size} cost {net}, {words}; take off less, let one exclude the other, or "
        "let the floor clip",
        zh=f"{names}：{size_zh} 仅 {net}，{words_zh}；请减少优惠、互相排除或设置截断底价",
        rules=rules,
        products=(case.spot.product,),
    )


def _note_missing(schedule: Schedule, case: Situation, missing: Missing) -> None:
    for each in case.against.floors:
        if not each.missing:
            continue
        product = case.spot.product
        known = each.missing == "cost" and schedule.has_cost(product, schedule.ground.ever)
        if known or product in schedule.ground.made_of_parts:
            continue
        _, products = missing.setdefault((each.floor.code, each.missing), (each.floor, []))
        if product not in products[-1:]:
            products.append(product)


_MISSING = {
    "cost": (
        "lint.no_cost",
        "nobody knows the cost of {}; add it to the cost book",
        "{} 的成本未知；请补充成本",
    ),
    "rate": (
        "lint.no_rate",
        "no exchange rate leads to the currency that {} is priced in; state one",
        "缺少换算到 {} 报价币种的汇率；请补充汇率",
    ),
    "unit": (
        "lint.floor_unit",
        "{} is not sold in its unit; correct the unit",
        "{} 不以该单位销售；请更正单位",
    ),
}


def _unreckoned(missing: Missing) -> Iterator[LintFinding]:
    for (code, why), (floor, products) in sorted(missing.items(), key=lambda each: each[0]):
        kind, en, zh = _MISSING[why]
        severity: Severity = "error" if floor.policy == "block" else "note"
        yield remark(
            kind,
            f"floors/{code}",
            severity=severity,
            en=f"the floor {code} cannot be reckoned: {en.format(listed(products))}",
            zh=f"底价 {code} 无法计算：{zh.format(listed(products))}",
            rules=(code,),
            products=products,
        )


def _without_room(
    ground: Ground, worst: Worst, generous: set[str], held_back: dict[str, str]
) -> Iterator[LintFinding]:
    """Promotions that a floor keeps from giving anything, wherever they would."""
    bounded = {*worst.products}
    for policy in ground.catalogue.promotions:
        product = held_back.get(policy.code)
        reached = ground.reach_of(policy.products, policy.categories)
        if product is None or policy.code in generous or not bounded.issuperset(reached):
            continue
        yield remark(
            "lint.no_room",
            f"promotions/{policy.code}",
            en=f"promotion {policy.code} never gives anything: a floor that clips keeps all of the "
            f"price of what it is for, such as {product}; lower the floor, or take the promotion "
            "out",
            zh=f"促销 {policy.code} 永远不会优惠：截断底价已占满其产品（如 {product}）的价格；"
            "请降低底价或删除该促销",
            rules=(policy.code,),
            products=(product,),
        )
