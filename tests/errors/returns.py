"""Goods that come back: what cannot, and what must be known to say what is refunded."""

from cpq import BOM, PercentOff, Pricing, PromotionPolicy, configure, item, price
from cpq.bom import Component
from cpq.catalogue import Catalogue
from cpq.returns import Kept, ReturnPolicy, take_back
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, goods

CLAW_BACK = ReturnPolicy(on_return="claw_back")


def _trade() -> Catalogue:
    """Bolts, and half off from ten on."""
    half = PromotionPolicy(code="HALF", benefit=PercentOff(percent=50), quantity_from=10)
    return goods().with_(promotions=(half,))


def _sold(quantity: int = 10) -> Pricing:
    return price([item("BOLT", quantity)], catalogue=_trade(), on=DAY)


@reproduces(
    "return.empty",
    en="A return names no goods.",
    zh="退货未指定任何商品。",
    do="Name at least one line and how much of it comes back.",
    names="name a line and a quantity",
)
def nothing_that_comes_back() -> None:
    take_back(_sold(), {})


@reproduces(
    "return.unknown_line",
    en="Goods come back on a line that the sale does not have.",
    zh="退货行在销售单中不存在。",
    do="Use a line number of the pricing that was sold; gifts have numbers, too.",
    names=("'7'", "lines are 1"),
)
def a_line_that_was_not_sold() -> None:
    take_back(_sold(), {"7": 1})


@reproduces(
    "return.quantity_not_positive",
    en="Nothing or less than nothing of a line comes back.",
    zh="退货数量必须大于零。",
    do="Give a quantity above 0, in the unit of the line.",
    names=("line 1", "found 0"),
)
def nothing_of_a_line() -> None:
    take_back(_sold(), {"1": 0})


@reproduces(
    "return.not_sold",
    en="The line was offered as an option, or is itself goods that came back.",
    zh="该行仅为可选报价，或本身即为退回商品。",
    do="Leave the line out: nothing was paid for it.",
    names=("line 2", "only offered"),
)
def an_option_that_comes_back() -> None:
    items = [item("BOLT", 10), item("BOLT", 1, optional=True)]
    take_back(price(items, catalogue=_trade(), on=DAY), {"2": 1})


@reproduces(
    "return.part_included",
    en="A part comes back alone whose price is in that of its bundle, of which it has no share.",
    zh="子件价格包含在套件价内且未分摊，不能单独退货。",
    do='Return the bundle, or let its BOM allocate its price (`rollup = "allocated"`).',
    names=("line 1.1", "NUT", "return line 1"),
)
def a_part_without_a_price() -> None:
    kit = BOM(product="BOLT", components=(Component(product="NUT"),))
    catalogue = goods(boms=(kit,))
    pricing = price([configure(catalogue.bom("BOLT"))], catalogue=catalogue, on=DAY)
    take_back(pricing, {"1.1": 1})


@reproduces(
    "return.other_sale",
    en="An earlier credit that is given is of another sale.",
    zh="所给的历史退货单不属于该销售。",
    do="Give the credits of this sale only; `sale` is the content hash of its pricing.",
    names="earlier returns of this sale",
)
def a_credit_of_another_sale() -> None:
    other = take_back(_sold(12), {"1": 1})
    take_back(_sold(), {"1": 1}, before=[other])


@reproduces(
    "return.no_allocations",
    en="The pricing does not say which promotion gave what, as one that was published.",
    zh="计价结果缺少优惠分摊明细（如对外发布版本），无法计算退款。",
    do="Give the pricing as it was stored.",
    names=("line 1", "add up to 0", "1.75"),
)
def a_pricing_without_its_allocations() -> None:
    take_back(_sold().with_(allocations=()), {"1": 1})


@reproduces(
    "return.no_repricing",
    en="What stays must be priced for itself to say what is deducted, and nobody can.",
    zh="扣减金额需对留存商品重新计价，但未提供计价函数。",
    do="Give `reprice=repricing(pricing, catalogue=…)`, or the policy `keep`.",
    names="reprice=",
)
def a_claw_back_without_prices() -> None:
    take_back(_sold(), {"1": 1}, policy=CLAW_BACK)


@reproduces(
    "return.repriced_otherwise",
    en="`reprice` priced something else than what stays, or in another currency or rounding.",
    zh="重新计价的商品、币种或舍入规则与要求不符。",
    do="Price exactly the items that are asked, as the sale was priced.",
    names=("items 1, currency CNY", "items 2, currency CNY"),
)
def an_answer_to_another_question() -> None:
    def reprice(kept: Kept) -> Pricing:
        return price([*kept.items, item("BOLT", 1)], catalogue=_trade(), on=DAY)

    take_back(_sold(), {"1": 1}, policy=CLAW_BACK, reprice=reprice)


@reproduces(
    "return.policy_twice",
    en="A policy for returns names a promotion twice.",
    zh="退货政策中同一促销出现两次。",
    do="Name each promotion once.",
    names="HALF twice",
)
def two_policies_for_one_promotion() -> None:
    ReturnPolicy(promotions=(("HALF", "keep"), ("HALF", "rebill")))
