"""Rules that are for nobody or for nothing (无对象的规则).

A promotion for a customer group that nobody is in, a rule on a category without a product, an
agreement with a customer who is not there, a product that every scope keeps from everybody. They
may wait for somebody, so most are notes. A catalogue without customers says nothing of groups.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cpq.availability import SalesScope
from cpq.customer import Customer
from cpq.kernel.errors import DomainError
from cpq.kernel.period import zone
from cpq.lint.finding import LintFinding, listed, remark
from cpq.lint.ground import Ground


def audience(ground: Ground) -> Iterator[LintFinding]:
    """Rules that no customer is meant by (``lint.no_customer``), products that are kept from
    everybody (``lint.sold_to_nobody``).
    """
    unsold = list(_sold_to_nobody(ground))
    yield from unsold
    if ground.catalogue.customers:
        yield from _without_group(ground)
        yield from _without_customer(ground)
        yield from _scopes(ground, {code for finding in unsold for code in finding.products})


def _held(ground: Ground, rule: object, zone_name: str | None) -> bool:
    """Whether a rule is not over."""
    period = getattr(rule, "period")  # noqa: B009  every dated rule has one
    return ground.span(period, zone(zone_name or ground.catalogue.zone)) is not None


def _without_group(ground: Ground) -> Iterator[LintFinding]:
    """Promotions and floors for groups that no customer is in."""
    catalogue = ground.catalogue
    rules = [
        *((f"promotions/{each.code}", f"promotion {each.code}", each) for each in catalogue.promotions),
    ]
    for place, name, policy in rules:
        wanted = policy.customer_groups
        if wanted and ground.groups.isdisjoint(wanted) and _held(ground, policy, policy.zone):
            yield _nobody(place, name, f"客户组 {listed(wanted)}", f"group {listed(wanted)}")


def _nobody(place: str, rule: str, zh: str, en: str) -> LintFinding:
    return remark("lint.no_customer", place, en=en, zh=zh, rules=(rule,))
