"""Conditions that no order can meet (无法满足的促销条件).

Two conditions that must both hold and cannot: at least 100 and at most 50, the first order and the
third, a region and another one. Only what must hold is looked at: of alternatives one may do.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from cpq.kernel.money import Money
from cpq.kernel.text import LocalText
from cpq.lint.finding import LintFinding, count, listed, remark
from cpq.lint.policies import Held
from cpq.promotion import (
    Buyer,
    Condition,
    Every,
    LinesAmount,
    LinesQuantity,
    OrderNumber,
    PromotionPolicy,
    Selector,
    Unless,
)

_Key = tuple[str, Selector | None, str | None, str | None]
_Bounds = tuple[Decimal | None, Decimal | None]
_KINDS = {
    "quantity": ("a quantity", "数量"),
    "amount": ("an amount", "金额"),
    "buyer": ("the buyer", "买方"),
    "order_number": ("the order number", "订单次序"),
    "every": ("several things", "组合"),
    "either": ("one of several things", "任选"),
    "unless": ("an exception", "例外"),
}


def met(policies: Iterable[Held]) -> Iterator[LintFinding]:
    """Promotions whose conditions contradict each other (``lint.never_met``)."""
    for each in policies:
        policy = each.policy
        why = next(contradictions(policy), None)
        if why is None:
            continue
        by_coupon = policy.needs_coupon
        opened = LocalText(
            en=", whatever coupon is entered" if by_coupon else "",
            zh="，无论使用何种优惠券" if by_coupon else "",
        )
        yield remark(
            "lint.never_met",
            each.place,
            en=f"no order can meet promotion {policy.code}{opened.en}: {why.en}; correct one of "
            "the conditions",
            zh=f"没有订单能满足促销 {policy.code}{opened.zh}：{why.zh}；请更正其中一个条件",
            rules=(policy.code,),
        )


def contradictions(policy: PromotionPolicy) -> Iterator[LocalText]:
    """Pairs of conditions that must both hold and cannot."""
    wanted = list(all_of(policy.conditions))
    yield from _bounds(policy, wanted)
    yield from _order_numbers([each for each in wanted if isinstance(each, OrderNumber)])
    yield from _buyers(policy, [each for each in wanted if isinstance(each, Buyer)])
    refused = [each.of for each in wanted if isinstance(each, Unless)]
    for each in wanted:
        if each in refused:
            en, zh = _KINDS[each.kind]
            yield LocalText(
                en=f"a condition on {en} must hold and must not hold",
                zh=f"同一{zh}条件既要求成立又要求不成立",
            )


def all_of(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """The conditions that must all hold."""
    for each in conditions:
        if isinstance(each, Every):
            yield from all_of(each.of)
        else:
            yield each


def _bounds(policy: PromotionPolicy, wanted: Iterable[Condition]) -> Iterator[LocalText]:
    """Quantities and amounts of the same lines whose bounds leave nothing between them."""
    found: dict[_Key, _Bounds] = {}
    units: _Key = ("quantity", None, policy.unit, None)
    _narrow(found, units, policy.quantity_from, policy.quantity_to)
    paid: _Key = ("amount", None, policy.tax, policy.sees)
    _narrow(found, paid, _number(policy.amount_from), None)
    for each in wanted:
        if isinstance(each, LinesQuantity):
            _narrow(found, ("quantity", each.of, each.unit, None), each.least, each.most)
        elif isinstance(each, LinesAmount):
            key: _Key = ("amount", each.of, each.tax, each.sees or policy.sees)
            _narrow(found, key, _number(each.least), _number(each.most))
    for (kind, *_), (least, most) in found.items():
        if least is not None and most is not None and least > most:
            en, zh = _KINDS[kind]
            low, high = count(Fraction(least)), count(Fraction(most))
            yield LocalText(
                en=f"it asks for {en} of at least {low} and at most {high}",
                zh=f"{zh}要求至少 {low} 且至多 {high}",
            )


def _number(amount: Money | None) -> Decimal | None:
    return None if amount is None else amount.amount


def _narrow(
    found: dict[_Key, _Bounds], key: _Key, least: Decimal | None, most: Decimal | None
) -> None:
    low, high = found.get(key, (None, None))
    lows = [bound for bound in (low, least) if bound is not None]
    highs = [bound for bound in (high, most) if bound is not None]
    found[key] = (max(lows, default=None), min(highs, default=None))


def _order_numbers(wanted: list[OrderNumber]) -> Iterator[LocalText]:
    for one, other in combinations(wanted, 2):
        fixed, rest = (one, other) if not one.every else (other, one)
        if fixed.every:
            continue  # two rhythms meet somewhere
        fits = fixed.nth % rest.nth == 0 if rest.every else fixed.nth == rest.nth
        if not fits:
            every = "every " if rest.every else ""
            yield LocalText(
                en=f"it is for order number {fixed.nth} and for {every}order number {rest.nth}",
                zh=f"既限第 {fixed.nth} 单，又限{'每' if rest.every else ''}第 {rest.nth} 单",
            )


def _buyers(policy: PromotionPolicy, wanted: list[Buyer]) -> Iterator[LocalText]:
    """Customers, regions and channels of which a buyer has one and would need two."""
    scopes = (
        ("customers", "客户", policy.customers, [each.customers for each in wanted]),
        ("regions", "地区", policy.regions, [each.regions for each in wanted]),
        ("channels", "渠道", policy.channels, [each.channels for each in wanted]),
    )
    for en, zh, own, others in scopes:
        named = [set(each) for each in (own, *others) if each]
        if named and not set.intersection(*named):
            shown = " / ".join(listed(sorted(each)) for each in named)
            yield LocalText(
                en=f"no buyer is of all these {en}: {shown}", zh=f"没有买方同属这些{zh}：{shown}"
            )
