"""Promotions that never give anything, or give the same twice (促销检查).

What is said here is proved from the policies alone: a cap of nothing, a cap that refuses whatever
the condition lets in, a window that no quantity lies in, a currency that no order is in, an earlier
policy that takes everything, or that suffers no other. What is left in front of a floor is another
matter: see ``worst``.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil

from cpq.lint.finding import LintFinding, count, money, remark, told
from cpq.lint.ground import Ground
from cpq.lint.policies import Held, barred, holds_always, includes, is_simple
from cpq.lint.spans import Span, common
from cpq.lint.terms import cap_words
from cpq.promotion import (
    BundlePrice,
    BuyGet,
    FreeShipping,
    PercentOff,
    PromotionPolicy,
)

_ROUNDED_OFF = 1
"""What rounding may take off an amount at most: one of the currency."""


def promoted(ground: Ground, policies: Sequence[Held]) -> Iterator[LintFinding]:
    """Policies that give nothing: ``lint.cap_zero``, ``lint.cap_rejects_all``,
    ``lint.no_quantity``, ``lint.no_currency``, ``lint.promotion_starved``; or the same as another:
    ``lint.promotion_repeated``.
    """
    for place, each in enumerate(policies):
        yield from _by_a_cap_of_nothing(each)
        yield from _by_a_cap_that_rejects(each, policies, place)
        yield from _by_its_window(ground, each)
        yield from _by_its_currency(ground, each)
    yield from _behind_others(policies)
    yield from _twice(policies)


def _by_a_cap_of_nothing(each: Held) -> Iterator[LintFinding]:
    policy = each.policy
    cap = next((cap for cap in policy.caps if not cap.limit and holds_always(cap, policy)), None)
    if cap is None:
        return
    words = cap_words(cap)
    yield remark(
        "lint.cap_zero",
        each.place,
        en=f"promotion {policy.code} ({policy.benefit.words.en}) is capped at {words.en}, so it "
        "never gives anything; raise the cap, or take the promotion out",
        zh=f"促销 {policy.code}（{policy.benefit.words.zh}）的限额为{words.zh}，"
        "永远不会优惠；请提高限额或删除该促销",
        rules=(policy.code,),
    )


def _by_a_cap_that_rejects(
    each: Held, policies: Sequence[Held], place: int
) -> Iterator[LintFinding]:
    policy = each.policy
    rejects = any(cap.behaviour == "reject" for cap in policy.caps)
    if not rejects or not is_simple(policy) or policy.spread == "per_line":
        return
    # what another policy has taken off before lowers what this one asks for
    for rank, other in enumerate(policies):
        before = rank < place or not is_simple(other.policy)
        if rank != place and before and _may_lower(other, each.wide):
            return
    least = _least_asked(policy) - _ROUNDED_OFF
    for cap in policy.caps:
        if cap.amount is None or cap.behaviour != "reject" or not cap.limit:
            continue
        if least >= Fraction(cap.limit):
            asked = f"{money(_least_asked(policy), cap.amount.code)} {cap.amount.code}"
            yield remark(
                "lint.cap_rejects_all",
                each.place,
                en=f"promotion {policy.code} asks for {asked} off at least, and its cap of "
                f"{cap.amount} rejects more than that, so it never gives anything; raise the cap, "
                "or let it clip",
                zh=f"促销 {policy.code} 至少优惠 {asked}，而限额 {cap.amount} 会整单拒绝，"
                "永远不会优惠；请提高限额或改为截断",
                rules=(policy.code,),
            )
            return


def _may_lower(other: Held, products: frozenset[str]) -> bool:
    """Whether a policy may lower lines of these products, be it for other ones or not."""
    elsewhere = isinstance(other.policy.benefit, BuyGet | BundlePrice | FreeShipping)
    return elsewhere or not other.wide.isdisjoint(products)


def _least_asked(policy: PromotionPolicy) -> Fraction:
    """The least that a simple policy asks for where its condition is met and it acts first."""
    least = Fraction(0 if policy.amount_from is None else policy.amount_from.amount)
    benefit = policy.benefit
    if isinstance(benefit, PercentOff):
        return least * Fraction(benefit.percent) / 100
    return min(least, *(Fraction(money.amount) for money in benefit.moneys()))


def _by_its_window(ground: Ground, each: Held) -> Iterator[LintFinding]:
    policy = each.policy
    units = {ground.products[product].unit for product in each.wide}
    if policy.quantity_to is None or policy.unit is not None or len(units) > 1:
        return
    (grid,) = (ground.grid(unit) for unit in units)
    low, high = Fraction(policy.quantity_from or 0), Fraction(policy.quantity_to)
    if max(ceil(low / grid), 1) * grid <= high:
        return
    window = f"{count(low)} to {count(high)}"
    yield remark(
        "lint.no_quantity",
        each.place,
        en=f"promotion {policy.code} asks for a quantity from {window}, and in steps of "
        f"{count(grid)} there is none; correct the bounds",
        zh=f"促销 {policy.code} 要求数量在 {count(low)} 至 {count(high)} 之间，"
        f"按最小步长 {count(grid)} 没有这样的数量；请更正界限",
        rules=(policy.code,),
    )


def _by_its_currency(ground: Ground, each: Held) -> Iterator[LintFinding]:
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


def _behind_others(policies: Sequence[Held]) -> Iterator[LintFinding]:
    """Policies behind one that leaves nothing of what they are for, or that acts alone."""
    hindered = barred(each.policy for each in policies)
    ranked = list(enumerate(policies))
    takers = [(rank, each) for rank, each in ranked if _takes_all(each.policy, hindered)]
    alone = [(rank, each) for rank, each in ranked if _acts_alone(each.policy)]
    for rank, each in ranked:
        late = each.policy.exclusive != "order"  # exclusive ones are asked before all others
        first = next(
            (
                other
                for place, other in alone
                if other is not each and (late or place < rank) and includes(other, each)
            ),
            None,
        )
        if first is not None:
            yield _kept_away(each, first)
            continue
        earlier = (other for place, other in takers if place < rank and includes(other, each))
        taker = next(earlier, None)
        if taker is not None and is_simple(each.policy):
            yield _starved(each, taker)


def _takes_all(policy: PromotionPolicy, hindered: frozenset[str]) -> bool:
    whole = isinstance(policy.benefit, PercentOff) and policy.benefit.percent == 100
    return whole and is_simple(policy) and _asks_nothing(policy) and policy.code not in hindered


def _asks_nothing(policy: PromotionPolicy) -> bool:
    """Whether a policy gives on every line that it is for."""
    bounds = (policy.quantity_to, policy.amount_from)
    free = all(bound is None for bound in bounds) and not (policy.quantity_from or 0) > 0
    return free and not (policy.caps or policy.conditions or policy.needs_coupon)


def _acts_alone(policy: PromotionPolicy) -> bool:
    """Whether a policy acts on every line that it is for, and no other then does."""
    if policy.exclusive != "order" or policy.if_better or not _asks_nothing(policy):
        return False
    return is_simple(policy.with_(exclusive="no", group=None, not_with=()))


def _starved(each: Held, taker: Held) -> LintFinding:
    code, other = each.policy.code, taker.policy.code
    return remark(
        "lint.promotion_starved",
        each.place,
        en=f"promotion {code} never gives anything: {other} acts before it and takes 100% off all "
        "that it is for; change their priorities, or take one out",
        zh=f"促销 {code} 永远不会优惠：{other} 先执行并对其全部产品减 100%；请调整优先级或删除其一",
        rules=(code, other),
    )


def _kept_away(each: Held, first: Held) -> LintFinding:
    code, other = each.policy.code, first.policy.code
    return remark(
        "lint.promotion_starved",
        each.place,
        en=f"promotion {code} never gives anything beside {other}, which suffers no other on the "
        f"order and is for all that {code} is for, without a condition; give {other} one, let it "
        "act only if it is better, or take one out",
        zh=f"促销 {code} 永远不会优惠：{other} 整单排他、无条件，且适用于 {code} 的全部产品；"
        f"请为 {other} 设置条件、改为仅在更优时使用，或删除其一",
        rules=(code, other),
    )


def _twice(policies: Sequence[Held]) -> Iterator[LintFinding]:
    """Simple policies that say the same under two codes, at the same time: both act."""
    said: dict[object, list[Held]] = {}
    for each in sorted(policies, key=lambda each: each.policy.code):
        policy = each.policy
        if not is_simple(policy):
            continue
        key = (
            *(str(policy.benefit), each.reach, frozenset(policy.customer_groups), policy.basis),
            *(policy.quantity_from, policy.quantity_to, policy.amount_from, policy.caps),
        )
        for other in said.setdefault(key, []):
            both = common(other.span, each.span)
            if both is not None:
                yield _repeated(other, each, both)
                break
        said[key].append(each)


def _repeated(one: Held, other: Held, both: Span) -> LintFinding:
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
