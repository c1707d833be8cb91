"""Layers of a funding plan that nobody ever pays from (从不触及的承担层级).

A promotion that gives 50 at most never reaches the layer that begins at 200. The last layer without
an end is left alone where it is the bearer's: it catches what the others do not.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from cpq.kernel.money import plain
from cpq.lint.finding import LintFinding, money, remark
from cpq.lint.policies import Held
from cpq.promotion import AmountOff, EveryOff, FreeShipping, Ladder, PromotionPolicy


def funded(policies: Iterable[Held]) -> Iterator[LintFinding]:
    """Funding layers that are never reached (``lint.layer_unreached``)."""
    for each in policies:
        plan = each.policy.funding
        most = most_given(each.policy) if plan.layers else None
        if most is None:
            continue
        start = Fraction(0)
        for place, layer in enumerate(plan.layers, start=1):
            rest = layer.up_to is None and layer.funder == plan.bearer
            if start >= most and not rest:
                yield _unreached(each, place, start, most)
                break
            start += Fraction(layer.up_to.amount) if layer.up_to is not None else Fraction(0)


def most_given(policy: PromotionPolicy) -> Fraction | None:
    """The most that a promotion takes off one order, in its currency; ``None``: nobody can say."""
    found = [*_of_benefit(policy)]
    for cap in policy.caps:
        hard = cap.behaviour in ("clip", "reject") and not cap.overshoot_last
        whole = cap.tax is None and cap.scope == ("promotion",)
        if cap.amount is not None and hard and whole and cap.window not in ("line", "contract"):
            found.append(Fraction(cap.amount.amount))
    return min(found, default=None)


def _of_benefit(policy: PromotionPolicy) -> Iterator[Fraction]:
    benefit = policy.benefit
    if isinstance(benefit, AmountOff) and benefit.per == "order" and benefit.tax is None:
        yield Fraction(benefit.amount.amount)
    if isinstance(benefit, EveryOff) and benefit.times is not None:
        yield Fraction(benefit.amount.amount) * benefit.times
    if isinstance(benefit, FreeShipping) and benefit.up_to is not None:
        yield Fraction(benefit.up_to.amount)
    if isinstance(benefit, Ladder):
        amounts = [step.amount for step in benefit.steps]
        if None not in amounts:
            yield max(Fraction(amount.amount) for amount in amounts if amount is not None)


def _unreached(each: Held, place: int, start: Fraction, most: Fraction) -> LintFinding:
    code, layer = each.policy.code, each.policy.funding.layers[place - 1]
    currency = each.policy.currency or ""
    who = " + ".join(f"{part.funder} {plain(part.percent)}%" for part in layer.split)
    begins, given = (f"{money(value, currency)} {currency}" for value in (start, most))
    return remark(
        "lint.layer_unreached",
        each.place,
        en=f"promotion {code} gives {given} at most, and layer {place} of its funding ({who}) "
        f"begins at {begins}, so nobody ever pays from it; lower the layers before it, or take it "
        "out",
        zh=f"促销 {code} 每单最多优惠 {given}，而费用承担第 {place} 层（{who}）自 {begins} 起，"
        "永远不会触及；请降低其前各层或删除该层",
        rules=(code,),
    )
