"""What funders still pay over a time (费用预算): counters, what is left, what a sale takes of them.

A funder's budget for a promotion runs on a counter of its own, owned by ``promotion/funder``,
beside the counters of the promotion's caps; all are reserved, committed and given back alike.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from cpq.cap import CapTake, CapUsage, Counter, Facts, counters_of
from cpq.funding.model import FundingPlan
from cpq.funding.share import Parts
from cpq.kernel.money import (
    Rounding,
    currency_places,
    difference,
    places_of,
    rounded,
    total,
)


def budget_counters(
    plan: FundingPlan, *, promotion: str, facts: Facts
) -> Iterator[tuple[str, Counter, Decimal]]:
    """The funders of a promotion that have a budget for a sale: code, counter and limit.

    A budget per salesperson does not hold where nobody sells, as with every cap.

    >>> from datetime import UTC, datetime
    >>> plan = FundingPlan(shares=({"funder": "ACME", "percent": 100,
    ...                             "budget": {"amount": "5000.00 CNY", "window": "month"}},))
    >>> facts = Facts({}, datetime(2026, 11, 22, tzinfo=UTC), "UTC")
    >>> [counter.key for _, counter, _ in budget_counters(plan, promotion="AUTUMN", facts=facts)]
    ['AUTUMN%2FACME/1/2026-11/amount CNY']
    """
    for share in plan.shares:
        if share.budget is not None:
            counter = counters_of(f"{promotion}/{share.funder}", share.budget, facts)
            if counter is not None:
                yield share.funder, counter, share.budget.limit


def budget_left(
    plan: FundingPlan, *, promotion: str, facts: Facts, usage: CapUsage
) -> dict[str, Decimal]:
    """What each funder with a budget still pays for a sale, 0 or more: ``left`` for ``funded``.

    >>> from datetime import UTC, datetime
    >>> plan = FundingPlan(shares=({"funder": "ACME", "percent": 100,
    ...                             "budget": {"amount": "5000.00 CNY", "window": "month"}},))
    >>> facts = Facts({}, datetime(2026, 11, 22, tzinfo=UTC), "UTC")
    >>> usage = CapUsage(rows=(("AUTUMN%2FACME/1/2026-11/amount CNY", "4700.00"),))
    >>> budget_left(plan, promotion="AUTUMN", facts=facts, usage=usage)
    {'ACME': Decimal('300.00')}
    """
    return {
        funder: max(difference(limit, usage.used(counter)), Decimal(0))
        for funder, counter, limit in budget_counters(plan, promotion=promotion, facts=facts)
    }


def budget_takes(
    plan: FundingPlan, paid: Iterable[Parts], *, promotion: str, facts: Facts
) -> tuple[CapTake, ...]:
    """What a sale takes of the funders' budgets: the sums of what they pay of its lines.

    ``paid`` is what ``funded`` gave. A funder who pays nothing takes nothing.

    >>> from datetime import UTC, datetime
    >>> plan = FundingPlan(shares=({"funder": "ACME", "percent": 100,
    ...                             "budget": {"amount": "5000.00 CNY", "window": "month"}},))
    >>> facts = Facts({}, datetime(2026, 11, 22, tzinfo=UTC), "UTC")
    >>> paid = ((("ACME", Decimal("20.00")),), (("ACME", Decimal("10.00")),))
    >>> [str(take.amount) for take in budget_takes(plan, paid, promotion="AUTUMN", facts=facts)]
    ['30.00']
    """
    sums: dict[str, Decimal] = {}
    for parts in paid:
        for funder, amount in parts:
            sums[funder] = total((sums.get(funder, Decimal(0)), amount))
    return tuple(
        CapTake(counter=counter, amount=_counted(sums[funder], counter), limit=limit)
        for funder, counter, limit in budget_counters(plan, promotion=promotion, facts=facts)
        if sums.get(funder)
    )


def _counted(amount: Decimal, counter: Counter) -> Decimal:
    """On the grid of the currency, rounded up: what fits what is left still does."""
    assert counter.currency is not None, "the budget of a funder is an amount"
    places = currency_places(counter.currency)
    return amount if places_of(amount) <= places else rounded(amount, places, Rounding.UP)
