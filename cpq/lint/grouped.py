"""Groups of promotions and who does not go with whom (促销分组检查).

A group that nobody describes stacks at rank 0, which is hardly why it was named; one that nobody is
in does nothing. To exclude what is not there excludes nothing.
"""

from collections.abc import Iterator

from cpq.kernel.period import zone
from cpq.lint.finding import LintFinding, remark
from cpq.lint.ground import Ground
from cpq.promotion import PromotionPolicy


def grouped(ground: Ground) -> Iterator[LintFinding]:
    """Groups that are named and not described (``lint.no_such_group``) or described and not used
    (``lint.group_unused``); promotions kept apart from nothing (``lint.no_such_promotion``).
    """
    catalogue = ground.catalogue
    described = {group.code for group in catalogue.promotion_groups}
    used = {policy.group for policy in catalogue.promotions if policy.group is not None}
    known = described | used | {policy.code for policy in catalogue.promotions}
    for policy in sorted(catalogue.promotions, key=lambda each: each.code):
        if ground.span(policy.period, zone(policy.zone or catalogue.zone)) is None:
            continue
        if policy.group is not None and policy.group not in described:
            yield _undescribed(policy, policy.group)
        for name in policy.not_with:
            if name not in known:
                yield _apart_from_nothing(policy, name)
    for code in sorted(described - used):
        yield remark(
            "lint.group_unused",
            f"promotion_groups/{code}",
            en=f"no promotion is in the group {code}; put one in it, or take the group out",
            zh=f"分组 {code} 中没有促销；请将促销归入该组或删除该组",
            rules=(code,),
        )


def _undescribed(policy: PromotionPolicy, group: str) -> LintFinding:
    return remark(
        "lint.no_such_group",
        f"promotions/{policy.code}",
        en=f"promotion {policy.code} is in the group {group}, which nobody describes, so it stacks "
        "at rank 0; describe the group, or correct its name",
        zh=f"促销 {policy.code} 属于未定义的分组 {group}，将按顺位 0 叠加；请定义该组或更正名称",
        rules=(policy.code, group),
    )


def _apart_from_nothing(policy: PromotionPolicy, name: str) -> LintFinding:
    return remark(
        "lint.no_such_promotion",
        f"promotions/{policy.code}",
        en=f"promotion {policy.code} does not go with {name}, which is no promotion and no group; "
        "correct the name, or leave it out",
        zh=f"促销 {policy.code} 声明不与 {name} 同用，但没有该促销或分组；请更正或删除",
        rules=(policy.code, name),
    )
