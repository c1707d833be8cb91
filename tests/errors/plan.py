"""Pricing plans: steps that cannot be done, plans that cannot be followed."""

from collections.abc import Mapping

from cpq.kernel.period import Period
from cpq.plan import STANDARD_PLAN, PlanStep, PricingPlan, plan_at
from tests.errors.registry import reproduces
from tests.errors.shop import DAY

LENGTH = "length * 12.5"


def plan(*more: PlanStep, without: str = "", **changes: Mapping[str, object]) -> PricingPlan:
    """The standard plan with some steps changed by code, one taken out, and more put in."""
    steps = [
        step.with_(**changes.get(step.code, {}))
        for step in STANDARD_PLAN.steps
        if step.code != without
    ]
    return PricingPlan(code="OWN", steps=(*steps, *more))


@reproduces(
    "plan.wrong_point",
    en="A step writes a price point that steps of its kind do not make.",
    zh="计价步骤写入了该类步骤不产生的价格节点。",
    do="Write the point that the message names, or change the kind of the step.",
    names=("'typed'", "manual", "net"),
)
def a_typed_price_as_the_net() -> None:
    PlanStep(code="typed", rank=1, kind="manual", writes=("net",))


@reproduces(
    "plan.unit_reads_amount",
    en="A step finds a price per unit out of an amount of the whole line.",
    zh="单价步骤读取了整行金额。",
    do="Let it read unit prices only: up to `manual`.",
    names=("'cable'", "special", "promotion"),
)
def a_unit_price_out_of_an_amount() -> None:
    PlanStep(
        code="cable", rank=1, kind="formula", reads=("promotion",), writes=("special",), formula="2"
    )


@reproduces(
    "plan.formula_misplaced",
    en="A step of the kind `formula` has none, or one of another kind has one.",
    zh="公式步骤缺少公式，或其他步骤带有公式。",
    do="Give the formula to a step of the kind `formula`, and to no other.",
    names=("'cable'", "no formula"),
)
def a_formula_step_without_a_formula() -> None:
    PlanStep(code="cable", rank=1, kind="formula", reads=("list",), writes=("special",))


@reproduces(
    "plan.undeclared_point",
    en="A formula names a price point that its step does not declare.",
    zh="公式引用了步骤未声明的价格节点。",
    do="Add the point to `uses` of the step.",
    names=("'cable'", "cost"),
)
def a_formula_that_peeks_at_the_cost() -> None:
    PlanStep(
        code="cable",
        rank=1,
        kind="formula",
        reads=("list",),
        writes=("special",),
        formula="max(list, cost * 1.2)",
    )


@reproduces(
    "plan.equal_code",
    en="Two steps of a plan have the same code.",
    zh="计价方案中有两个步骤编码相同。",
    do="Name one of them otherwise: rows of the trace name their step.",
    names=("OWN", "'manual'"),
)
def two_steps_of_one_name() -> None:
    plan(STANDARD_PLAN.step("manual").with_(rank=61))


@reproduces(
    "plan.equal_rank",
    en="Two steps of a plan have the same order number.",
    zh="计价方案中有两个步骤序号相同。",
    do="Give each step a rank of its own.",
    names=("'contracted'", "'manual'", "50"),
)
def two_steps_at_once() -> None:
    plan(manual={"rank": 50})


@reproduces(
    "plan.unit_after_amount",
    en="A step that finds a unit price comes after one that looks at the whole document.",
    zh="单价步骤排在整单步骤之后。",
    do="Give it a lower rank.",
    names=("'manual'", "'share_of_prices'", "70"),
)
def a_typed_price_too_late() -> None:
    plan(manual={"rank": 75})


@reproduces(
    "plan.unwritten_point",
    en="A step reads a price point that no earlier step writes.",
    zh="步骤读取了之前没有任何步骤写入的价格节点。",
    do="Put a step that writes it before, or read another point.",
    names=("'manual'", "contracted"),
)
def a_contract_that_nobody_asks() -> None:
    plan(without="contracted")


@reproduces(
    "plan.two_list_setters",
    en="Two steps set the list price of one product, and do not say that they combine.",
    zh="两个步骤同时设定同一产品的目录价，且未声明叠加。",
    do="Keep one, separate their products, or let the later one read `list` and set `combines`.",
    names=("'list'", "'cable'", "every product"),
)
def a_block_price_and_a_schedule() -> None:
    plan(PlanStep(code="cable", rank=21, kind="formula", writes=("list",), formula=LENGTH))


@reproduces(
    "plan.no_result",
    en="A line on which no optional rule acts has no net, no tax or no gross amount.",
    zh="没有可选规则生效的行得不到净额、税额或价税合计。",
    do="Let a step write the point from one that is always there, such as `list`.",
    names=("OWN", "net", "gross"),
)
def nothing_but_typed_prices() -> None:
    plan(promotion={"reads": ("manual", "special")})


@reproduces(
    "plan.result_lost",
    en="What a step works out never reaches the gross amount: a later step starts without it.",
    zh="步骤的结果被后续步骤丢弃，未计入价税合计。",
    do="Let the later step read the point first, or take the step out.",
    names=("'attribute'", "'promotion'", "starts again from"),
)
def a_colour_that_costs_nothing() -> None:
    plan(
        contracted={"reads": ("tier", "book", "list")},
        manual={"reads": ("contracted", "tier", "book", "list")},
        share_of_prices={"reads": ("manual", "contracted", "tier", "book", "list")},
        promotion={"reads": ("manual", "special", "contracted", "tier", "book", "list")},
    )


@reproduces(
    "plan.two_published",
    en="Two pricing plans are in force at the same time.",
    zh="同一时间有两个计价方案生效。",
    do="End the first before the second starts.",
    names=("STANDARD version 1", "STANDARD version 2", "2026-07-01"),
)
def two_plans_at_once() -> None:
    first = STANDARD_PLAN.with_(period=Period(end="2026-07-01"))
    second = STANDARD_PLAN.with_(version=2, period=Period(start="2026-07-01"))
    plan_at([second, first], at=DAY)
