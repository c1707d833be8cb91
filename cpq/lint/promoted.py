"""Promotions that never give anything, or give the same twice (促销检查).

What is said here is proved from the policies alone: a cap of nothing, a cap that refuses whatever
the condition lets in, a window that no quantity lies in, a currency that no order is in, an earlier
policy that takes everything. What is left in front of a floor is another matter: see ``worst``.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from cpq.kernel.period import zone
from cpq.lint.finding import LintFinding, count, money, remark, told
from cpq.lint.ground import Ground
from cpq.lint.spans import Span, common
from cpq.promotion import PercentOff, PromotionPolicy
from cpq.promotion import ordered as in_order


class _Held(NamedTuple):
    """A policy, when it holds, and the products that it is for."""

    policy: PromotionPolicy
    span: Span
    reach: frozenset[str]
    home: tzinfo

    @property
    def place(self) -> str:
        return f"promotions/{self.policy.code}"


def promoted(ground: Ground) -> Iterator[LintFinding]:
    """Policies that give nothing: ``lint.cap_zero``, ``lint.cap_rejects_all``,
    ``lint.no_quantity``, ``lint.no_currency``, ``lint.promotion_starved``; or the same as another:
    ``lint.promotion_repeated``.
    """
    held: list[_Held] = []
    for policy in in_order(ground.catalogue.promotions):
        home = zone(policy.zone or ground.catalogue.zone)
        span = ground.span(policy.period, home)
        reach = ground.reach_of(policy.products, policy.categories)
        if span is not None and reach:
            held.append(_Held(policy, span, frozenset(reach), home))
    for place, each in enumerate(held):
        yield from _by_its_cap(each, before=held[:place])
        yield from _by_its_window(ground, each)
        yield from _by_its_currency(ground, each)
    yield from _behind_others(held)
    yield from _twice(held)


def _by_its_cap(each: _Held, *, before: Sequence[_Held]) -> Iterator[LintFinding]:
    policy, cap = each.policy, each.policy.order_cap
    if cap is None or cap.amount is None:
        return
    if not cap.amount.amount:
        yield remark(
            "lint.cap_zero",
            each.place,
            en=f"promotion {policy.code} ({policy.benefit.words.en}) is capped at {cap.amount}, so "
            "it never gives anything; raise the cap, or take the promotion out",
            zh=f"促销 {policy.code}（{policy.benefit.words.zh}）的限额为 {cap.amount}，"
            "永远不会优惠；请提高限额或删除该促销",
            rules=(policy.code,),
        )
        return
    # what an earlier policy has taken off lowers what this one asks for
    first = all(other.reach.isdisjoint(each.reach) for other in before)
    least = _least_asked(policy) if first else Fraction(0)
    if cap.over == "reject" and least > Fraction(cap.amount.amount):
        asked = f"{money(least, cap.amount.code)} {cap.amount.code}"
        yield remark(
            "lint.cap_rejects_all",
            each.place,
            en=f"promotion {policy.code} asks for {asked} off at least, and its cap of "
            f"{cap.amount} rejects more than that, so it never gives anything; raise the cap, or "
            "let it clip",
            zh=f"促销 {policy.code} 至少优惠 {asked}，而限额 {cap.amount} 会整单拒绝，"
            "永远不会优惠；请提高限额或改为截断",
            rules=(policy.code,),
        )


def _least_asked(policy: PromotionPolicy) -> Fraction:
    """The least that a policy asks for where its condition is met and it acts first."""
    least = Fraction(0 if policy.amount_from is None else policy.amount_from.amount)
    if isinstance(policy.benefit, PercentOff):
        return least * Fraction(policy.benefit.percent) / 100
    return min(least, Fraction(policy.benefit.amount.amount))


def _by_its_window(ground: Ground, each: _Held) -> Iterator[LintFinding]:
    policy = each.policy
    if policy.quantity_to is None:
        return
    grids = {ground.grid(ground.products[product].unit) for product in each.reach}
    low, high = Fraction(policy.quantity_from or 0), Fraction(policy.quantity_to)
    fits = any(max(ceil(low / grid), 1) * grid <= high for grid in grids)
    if not fits:
        window = f"{count(low)} to {count(high)}"
        steps = " or ".join(count(grid) for grid in sorted(grids))
        yield remark(
            "lint.no_quantity",
            each.place,
            en=f"promotion {policy.code} asks for a quantity from {window}, and in steps of "
            f"{steps} there is none; correct the bounds",
            zh=f"促销 {policy.code} 要求数量在 {count(low)} 至 {count(high)} 之间，"
            f"按最小步长 {steps} 没有这样的数量；请更正界限",
            rules=(policy.code,),
        )


def _by_its_currency(ground: Ground, each: _Held) -> Iterator[LintFinding]:
    currency = each.policy.currency
    if currency is None or currency in ground.currencies_sold:
        return
    yield remark(
        "lint.no_currency",
        each.place,
        en=f"promotion {each.policy.code} names amounts in {currency}, and no order is in it: the "
        f"books are in {', '.join(sorted(ground.currencies_sold))}; name them in one of these",
        zh=f"促销 {each.policy.code} 的金额为 {currency}，但没有该币种的价目表"
        f"（现有 {', '.join(sorted(ground.currencies_sold))}）；请改用其中之一",
        rules=(each.policy.code,),
    )


def _behind_others(held: Sequence[_Held]) -> Iterator[LintFinding]:
    """Policies behind one that leaves nothing of anything that they are for."""
    takers = [each for each in held if _takes_all(each.policy)]
    for place, each in enumerate(held):
        for taker in takers:
            if held.index(taker) < place and _includes(taker, each):
                code, other = each.policy.code, taker.policy.code
                yield remark(
                    "lint.promotion_starved",
                    each.place,
                    en=f"promotion {code} never gives anything: {other} acts before it and takes "
                    "100% off all that it is for; change their priorities, or take one out",
                    zh=f"促销 {code} 永远不会优惠：{other} 先执行并对其全部产品减 100%；"
                    "请调整优先级或删除其一",
                    rules=(code, other),
                )
                break


def _takes_all(policy: PromotionPolicy) -> bool:
    whole = isinstance(policy.benefit, PercentOff) and policy.benefit.percent == 100
    free = policy.quantity_to is None and policy.amount_from is None and not policy.caps
    return whole and free and not (policy.quantity_from or 0) > 0


def _includes(one: _Held, other: _Held) -> bool:
    """Whether a policy holds for everybody and everything that another one holds for."""
    groups, theirs = {*one.policy.customer_groups}, {*other.policy.customer_groups}
    everybody = not groups or (bool(theirs) and theirs <= groups)
    return everybody and common(one.span, other.span) == other.span and other.reach <= one.reach


def _twice(held: Sequence[_Held]) -> Iterator[LintFinding]:
    """Policies that say the same under two codes, at the same time: both act."""
    said: dict[object, list[_Held]] = {}
    for each in sorted(held, key=lambda each: each.policy.code):
        policy = each.policy
        key = (
            *(str(policy.benefit), each.reach, frozenset(policy.customer_groups), policy.basis),
            *(policy.quantity_from, policy.quantity_to, policy.amount_from, policy.caps),
            *(policy.conditions, policy.group, policy.exclusive, policy.needs_coupon, policy.picks),
        )
        for other in said.setdefault(key, []):
            both = common(other.span, each.span)
            if both is not None:
                yield _repeated(other, each, both)
                break
        said[key].append(each)


def _repeated(one: _Held, other: _Held, both: Span) -> LintFinding:
    first, second, when = one.policy, other.policy, told(both, one.home)
    return remark(
        "lint.promotion_repeated",
        other.place,
        en=f"promotions {first.code} and {second.code} say the same ({first.benefit.words.en}) for "
        f"the same orders, {when.en}, so it is given twice; end one of them",
        zh=f"促销 {first.code} 与 {second.code} 内容相同（{first.benefit.words.zh}，{when.zh}），"
        "会重复优惠；请结束其一",
        rules=(first.code, second.code),
    )
