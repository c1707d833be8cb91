"""Rules that combine below a floor (规则叠加低于底价): books, agreements and promotions together.

For each product the cases are tried in which most is taken off; what lies below a floor that blocks
or wants an approval, below the cost, or at nothing, is told once for each set of rules that does
it, and for no larger set. Promotions stop at a floor that clips; a book or an agreement does not.
"""

from collections.abc import Iterator

from cpq.kernel.errors import Severity
from cpq.lint.broken import Broken, Rule, judged, least, once
from cpq.lint.finding import LintFinding, listed, remark
from cpq.lint.ground import Ground
from cpq.lint.places import entry_place, rule_of
from cpq.lint.policies import barred
from cpq.lint.schedule import Schedule
from cpq.lint.worst import Situation, Worst, left
from cpq.margin import Floor

Missing = dict[tuple[str, str], tuple[Floor, list[str]]]
"""The products by floor and by what is missing to reckon it."""


def floors(ground: Ground, schedule: Schedule, worst: Worst) -> Iterator[LintFinding]:
    """Prices that are too low: ``lint.below_floor``, ``lint.below_cost``, ``lint.price_zero``;
    floors that cannot be reckoned (``lint.no_cost``, ``lint.no_rate``, ``lint.other_unit``);
    promotions to which floors leave nothing (``lint.no_room``).
    """
    missing: Missing = {}
    generous: set[str] = set()
    held_back: dict[str, str] = {}
    told: set[object] = set()
    # where a policy may be kept away, one behind it may find what it would have taken
    hindered = bool(barred(ground.catalogue.promotions))
    for product in worst.products:
        broken: list[Broken] = []
        for case in worst.cases(product):
            after = left(case)
            generous.update((*(policy.code for policy in after.taken), *case.unjudged))
            if hindered and case.amount > case.against.least(case.spot.quantity):
                generous.update(policy.code for policy in after.held_back)
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


def _note_missing(schedule: Schedule, case: Situation, missing: Missing) -> None:
    for each in case.against.floors:
        if not each.missing:
            continue
        product = case.spot.product
        known = each.missing == "cost" and schedule.has_cost(product, schedule.ground.ever)
        if known or product in schedule.ground.kinds.made_of_parts:
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
        "lint.other_unit",
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
    bounded = {*worst.products} - ground.kinds.adjusted
    for each in worst.held:
        policy = each.policy
        product = held_back.get(policy.code)
        if product is None or policy.code in generous or not bounded.issuperset(each.wide):
            continue
        if each.wide != each.reach:
            continue  # on parts it may have room
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
