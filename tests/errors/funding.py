"""Who bears the cost of a promotion: plans and their shares."""

from decimal import Decimal

from cpq.cap import Cap
from cpq.funding import OWN, FunderShare, FundingLayer, FundingPlan, funded
from tests.errors.registry import reproduces
from tests.errors.shop import cny


def _half(funder: str) -> FunderShare:
    return FunderShare(funder=funder, percent=50)


@reproduces(
    "funding.percent",
    en="The percentages of the funders are missing, repeat a funder or do not sum to 100.",
    zh="费用承担比例缺失、重复或合计不是 100。",
    do="Give each funder one percentage, together exactly 100.",
    names=("together they are 100", "ACME 50"),
)
def half_of_a_promotion() -> None:
    FundingPlan(shares=(_half("ACME"),))


@reproduces(
    "funding.repeated",
    en="A funder has two shares of one plan.",
    zh="同一费用承担方在方案中出现多次。",
    do="Add its percentages up.",
    names="ACME",
)
def a_funder_twice() -> None:
    FundingPlan(shares=(_half("ACME"), _half("ACME")))


@reproduces(
    "funding.layers",
    en="The layers do not say who pays what.",
    zh="费用分层没有说清由谁承担。",
    do="Give percentages or layers; leave `up_to` out in the last layer only.",
    names="only the last layer",
)
def two_layers_without_end() -> None:
    FundingPlan(layers=(FundingLayer(funder="ACME"), FundingLayer(funder="own")))


@reproduces(
    "funding.bearer",
    en="Who bears what the others do not pay has a limit itself.",
    zh="兜底承担方不能有限额或预算。",
    do="Take the cap and the budget of the bearer away, or name another bearer.",
    names="'ACME'",
)
def a_bearer_with_a_cap() -> None:
    capped = FunderShare(funder="ACME", percent=100, cap=cny("5.00"))
    FundingPlan(shares=(capped,), bearer="ACME")


@reproduces(
    "funding.currency",
    en="A plan names amounts in another currency than it is used in.",
    zh="费用方案的币种不一致。",
    do="Write caps, budgets and layers in the currency of the document.",
    names=("CNY", "USD"),
)
def a_layer_in_another_currency() -> None:
    plan = FundingPlan(layers=(FundingLayer(funder="ACME", up_to=cny("5.00")),))
    funded(plan, [Decimal(1)], currency="USD", places=2)


@reproduces(
    "funding.own",
    en="The seller as a funder has another code or kind than `own`.",
    zh="卖方自身承担时，编码与类型均为 own。",
    do="Write the code `own`, or another kind for others.",
    names=("'ACME'", "'own'"),
)
def a_brand_that_is_the_seller() -> None:
    FunderShare(funder="ACME", kind="own", percent=100)


@reproduces(
    "funding.negative",
    en="A cap is below 0, or a layer is not above it.",
    zh="限额为负，或分层金额不大于零。",
    do="Correct the amount.",
    names="-5.00 CNY",
)
def a_cap_below_nothing() -> None:
    FunderShare(funder="ACME", percent=100, cap=cny("-5.00"))


@reproduces(
    "funding.budget",
    en="The budget of a funder is no amount over a time.",
    zh="费用预算须为一段时间内的金额。",
    do="Give an amount with a window such as `month`, clipped; use `cap` for one document.",
    names=("'ACME'", "order"),
)
def a_budget_of_one_order() -> None:
    FunderShare(funder="ACME", percent=100, budget=Cap(amount=cny("5.00")))


@reproduces(
    "funding.amount",
    en="An amount to be shared among funders is below 0 or has too many decimals.",
    zh="待分摊金额为负，或小数位过多。",
    do="Share amounts of 0 or more on the grid of the document.",
    names=("2 decimals", "0.001"),
)
def a_tenth_of_a_cent() -> None:
    funded(OWN, [Decimal("0.001")], currency="CNY", places=2)
