"""Promotions that make no sense, and caps that limit nothing or too much."""

from datetime import date

from cpq import (
    AmountOff,
    BuyGet,
    Cap,
    Coupon,
    DealFacts,
    EveryOff,
    FreeGoods,
    Ladder,
    LadderStep,
    LinesQuantity,
    OrderNumber,
    PercentOff,
    PromotionPolicy,
    Unless,
    accept,
    item,
    price,
    send,
)
from cpq.kernel.errors import Finding
from cpq.promotion.condition import Condition
from tests.cpq.market import amount_cap, buy, market, rule
from tests.errors.quote import quote
from tests.errors.registry import reproduces
from tests.errors.shop import cny

_OFF = PercentOff(percent=5)


@reproduces(
    "promotion.not_positive",
    en="A benefit names an amount that is 0 or less.",
    zh="优惠金额必须大于 0。",
    do="Give an amount above 0; a surcharge is a price, not a promotion.",
    names="0.00 CNY",
)
def an_amount_off_of_nothing() -> None:
    AmountOff(amount=cny("0.00"))


@reproduces(
    "promotion.reward",
    en="A buy-get gives other lines and does not say which, or says which and gives its own.",
    zh="买赠优惠的赠送范围与方式不符。",
    do="Give `reward='other'` and `of=Selector(…)` together, or neither.",
    names="of=Selector",
)
def a_reward_of_nothing() -> None:
    BuyGet(buy=1, reward="other")


@reproduces(
    "promotion.every",
    en="A benefit repeats for every amount and for every so many units at once, or for neither.",
    zh="每满条件只能是金额或数量之一。",
    do="Keep one of the two.",
    names="keep one",
)
def every_of_two_things() -> None:
    EveryOff(every=cny("300.00"), every_quantity=3, amount=cny("40.00"))


@reproduces(
    "promotion.gift",
    en="Free goods name no product and no quantity that earns them.",
    zh="赠品未指定产品，也未指定买满数量。",
    do="Name the product, or give `every=…` for goods of the same product.",
    names="every=",
)
def a_gift_of_nothing() -> None:
    FreeGoods()


@reproduces(
    "promotion.step",
    en="A step of a ladder gives a percentage and an amount, or neither.",
    zh="阶梯的一档只能是折扣或金额之一。",
    do="Write one of the two.",
    names="write one",
)
def a_step_of_two_things() -> None:
    LadderStep(least=100, percent=5, amount=cny("10.00"))


@reproduces(
    "promotion.steps",
    en="The steps of a ladder do not go up.",
    zh="阶梯各档的起点必须递增。",
    do="Put them in order, each once.",
    names="500, 100",
)
def a_ladder_that_goes_down() -> None:
    steps = (LadderStep(least=500, percent=5), LadderStep(least=100, percent=8))
    Ladder(steps=steps, currency="CNY")


@reproduces(
    "promotion.ladder_currency",
    en="A ladder of amounts names no currency, or one of quantities names one.",
    zh="金额阶梯须注明币种，数量阶梯不得注明。",
    do="Give `currency=…` with amounts, and only then.",
    names="currency",
)
def a_ladder_without_currency() -> None:
    Ladder(steps=(LadderStep(least=500, percent=5),))


@reproduces(
    "promotion.no_bound",
    en="A condition bounds nothing, or its bounds exclude everything.",
    zh="条件没有界限，或界限互相矛盾。",
    do="Give `least`, `most` or both, in that order.",
    names=("9", "5"),
)
def a_condition_that_nothing_meets() -> None:
    LinesQuantity(least=9, most=5)


@reproduces(
    "promotion.too_deep",
    en="Conditions are nested too deep to be read.",
    zh="条件嵌套过深。",
    do="Write them flatter; a list of conditions must hold as a whole.",
    names="12 levels",
)
def conditions_too_deep() -> None:
    condition: Condition = OrderNumber(nth=1)
    for _ in range(14):
        condition = Unless(of=condition)
    _ = PromotionPolicy.model_construct(conditions=(condition,)).leaves


@reproduces(
    "promotion.code",
    en="The code of a promotion could be taken for the counter of a funder or a coupon.",
    zh="促销编码不得含“/”，也不得以“coupon ”开头。",
    do="Choose another code.",
    names="'A/B'",
)
def a_code_with_a_slash() -> None:
    rule("A/B", benefit=_OFF)


@reproduces(
    "promotion.cap_twice",
    en="Two caps of a promotion have one code, and would run on one counter.",
    zh="同一促销的两个限额编码相同。",
    do="Give each cap a code of its own.",
    names="1, 1",
)
def two_caps_of_one_code() -> None:
    rule(benefit=_OFF, caps=(amount_cap("5.00"), Cap(orders=3, window="day")))


@reproduces(
    "promotion.weights",
    en="A promotion shares by manual weights and names none, or names some and shares otherwise.",
    zh="手工分摊权重须与 weights='manual' 同时给出。",
    do="Give `weights='manual'` and `manual_weights` together.",
    names="manual_weights",
)
def weights_of_nothing() -> None:
    rule(benefit=_OFF, weights="manual")


@reproduces(
    "promotion.if_better",
    en="A promotion that excludes no order is to do so only where it gives more.",
    zh="if_better 仅用于整单互斥的促销。",
    do="Give `exclusive='order'` with it.",
    names="exclusive='order'",
)
def better_than_nothing() -> None:
    rule(benefit=_OFF, if_better=True)


@reproduces(
    "promotion.over_cap",
    en="A promotion passes a limit that is told of, or that somebody has to approve.",
    zh="促销超出限额：仅提示，或需审批。",
    do="Let it be approved, lower the discount, or raise the cap.",
    names=("OFF", "40.00 CNY", "30.00 CNY"),
)
def over_a_soft_limit() -> tuple[Finding, ...]:
    half = rule(benefit=PercentOff(percent=50), caps=(amount_cap("30.00", over="approve"),))
    return buy(market(half), item("MUG", 2)).findings  # type: ignore[return-value]


@reproduces(
    "cap.one_measure",
    en="A cap limits nothing, or several things.",
    zh="一个限额只能限制一种计量。",
    do="Give one of `amount`, `percent`, `units`, `uses` and `orders`; write a cap each.",
    names=("uses and orders", "write one cap each"),
)
def a_cap_of_two_things() -> None:
    Cap(uses=1, orders=1)


@reproduces(
    "cap.negative",
    en="A cap is below 0.",
    zh="促销限额不能为负。",
    do="Give 0 or more; 0 stops the promotion.",
    names="-1.00 CNY",
)
def a_cap_below_nothing() -> None:
    Cap(amount=cny("-1.00"))


@reproduces(
    "cap.percent",
    en="A percentage is not of one line or one order, or not between 0 and 100.",
    zh="百分比限额仅限单行或单订单，且在 0 至 100 之间。",
    do="Cap what is spent over a time by an amount.",
    names=("5", "month"),
)
def a_percentage_of_a_month() -> None:
    Cap(percent=5, window="month")


@reproduces(
    "cap.too_large",
    en="A counter cannot go up to this limit.",
    zh="限额超出计数器上限。",
    do="Give a smaller limit, or no cap.",
    names="1000000000",
)
def a_cap_beyond_counting() -> None:
    Cap(orders=10**10, window="month")


@reproduces(
    "cap.days",
    en="A rolling window has no days, or another window has some.",
    zh="滚动窗口须注明天数，其他窗口不得注明。",
    do="Give `window='rolling'` and `days=…` together.",
    names="days=30",
)
def a_window_of_no_days() -> None:
    Cap(orders=1, window="rolling")


@reproduces(
    "cap.line",
    en="Uses or orders are to be counted per line.",
    zh="次数与订单数不能按行限制。",
    do="Cap the order, or a longer window.",
    names="cap the order",
)
def orders_of_a_line() -> None:
    Cap(orders=1, window="line")


@reproduces(
    "cap.overshoot",
    en="The last order may overshoot a limit that has no memory, or that is soft.",
    zh="overshoot_last 仅用于跨订单的硬限额。",
    do="Give a window longer than an order, and `clip` or `reject`.",
    names="overshoot_last",
)
def overshooting_one_order() -> None:
    Cap(orders=1, overshoot_last=True)


@reproduces(
    "quote.total_changed",
    en="At its acceptance a quote would come to another total, and the seller wants to know.",
    zh="接受报价时总额已变化。",
    do="Offer the new total in a new version: `revise()` it.",
    names=("revise() it", "CNY"),
)
def accepting_at_another_total() -> None:
    sent = send(quote())
    anew = price([item("MUG", 1)], catalogue=market(), on=date(2026, 12, 1))
    accept(sent, on=sent.valid_until, by="Li Wei", anew=anew)


@reproduces(
    "coupon.ambiguous",
    en="Two coupons that differ were entered under one code.",
    zh="同一券码对应两张不同的优惠券。",
    do="Look the code up once, for the day of the sale.",
    names="'a1'",
)
def two_coupons_of_one_code() -> None:
    DealFacts(coupons=(Coupon(code="A-1", promotion="A"), Coupon(code="a1", promotion="B")))
