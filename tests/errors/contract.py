"""From an accepted quote to a contract and its order."""

from datetime import date

from revenue import order as ordered
from revenue import payment_plan, sign
from revenue.testing import example_quote
from tests.errors.registry import reproduces
from tests.errors.shop import EARLY, accepted, contract, order, quote, untouched

SIGNED = date(2026, 11, 28)


@reproduces(
    "contract.quote_not_accepted",
    en="A quote that nobody accepted is to be signed.",
    zh="报价单尚未被客户接受，不能签约。",
    do="`accept()` it first.",
    names=("Q-2026-0001", "draft"),
)
def signing_a_draft() -> None:
    draft = quote()
    with untouched(draft):
        sign(draft, number="HT-1", on=SIGNED)


@reproduces(
    "contract.quote_altered",
    en="The quote is not, to the letter, what the customer accepted.",
    zh="报价单内容与客户接受时不一致。",
    do="Sign the quote that was accepted; send a change as the next version.",
    names=("Li Wei", "2026-11-25", "hash"),
)
def a_quote_changed_after_acceptance() -> None:
    sign(accepted(quote()).with_(valid_until=date(2027, 1, 31)), number="HT-1", on=SIGNED)


@reproduces(
    "contract.too_early",
    en="The contract is dated before the quote was accepted.",
    zh="签约日早于报价接受日。",
    do="Sign on the day of the acceptance or later.",
    names=("2026-11-01", "2026-11-25"),
)
def signing_before_acceptance() -> None:
    sign(accepted(quote()), number="HT-1", on=EARLY)


@reproduces(
    "contract.no_plan",
    en="Neither the quote nor the call says when what is to be paid.",
    zh="没有回款计划。",
    do="Give `plan=payment_plan(…)`, or payment terms to the quote.",
    names="Q-2026-0001",
)
def a_contract_without_plan() -> None:
    sign(accepted(quote().with_(payment=())), number="HT-1", on=SIGNED)


@reproduces(
    "contract.plan_incomplete",
    en="The shares of the payment plan do not add up to 100 %.",
    zh="回款计划比例合计不是 100%。",
    do="Change the shares.",
    names=("90 %", "100 %"),
)
def a_plan_of_ninety_percent() -> None:
    plan = payment_plan(("30%", "signing", 7), ("60%", "delivery", 30))
    sign(accepted(quote()), number="HT-1", on=SIGNED, plan=plan)


@reproduces(
    "contract.nothing_to_pay",
    en="The quote comes to nothing, so there is nothing to contract.",
    zh="报价总额为零，无可签约金额。",
    do="Check the prices; what is given away is delivered without a contract.",
    names="0.00 CNY",
)
def a_contract_for_nothing() -> None:
    sign(accepted(example_quote(prices=("0", "0"))), number="HT-1", on=SIGNED)


@reproduces(
    "contract.negative_line",
    en="A line of the quote is below 0, which a contract line cannot be.",
    zh="合同行金额不能为负。",
    do="Give a discount on the lines that it lowers, not as a line of its own.",
    names=("line 2", "-149.97 CNY"),
)
def a_discount_as_a_line() -> None:
    first, second = quote().pricing.lines
    negative = second.with_(net="-149.97", tax="-19.50", gross="-169.47")
    pricing = quote().pricing.with_(lines=(first, negative))
    sign(accepted(quote().with_(pricing=pricing)), number="HT-1", on=SIGNED)


@reproduces(
    "contract.off_grid",
    en="An amount of the quote has more decimals than its currency.",
    zh="报价行金额的小数位多于币种的最小单位。",
    do="Price it with a policy that rounds amounts to the currency.",
    names=("line 2", "149.9701 CNY"),
)
def a_quote_to_the_tenth_of_a_fen() -> None:
    first, second = quote().pricing.lines
    pricing = quote().pricing.with_(lines=(first, second.with_(net="149.9701")))
    sign(accepted(quote().with_(pricing=pricing)), number="HT-1", on=SIGNED)


@reproduces(
    "contract.unknown_line",
    en="The contract has no line of this number.",
    zh="合同中没有该行。",
    do="Use one that the message lists.",
    names=("HT-2026-017", "'9'", "1, 2"),
)
def line_nine_of_two() -> None:
    contract().line("9")


@reproduces(
    "order.too_early",
    en="The order is dated before its contract was signed.",
    zh="订单日早于签约日。",
    do="Date the order on the day of the signing or later.",
    names=("SO-1", "2026-11-01", "2026-11-28"),
)
def an_order_before_its_contract() -> None:
    ordered(contract(), number="SO-1", on=EARLY)


@reproduces(
    "order.unknown_line",
    en="The order has no line of this number.",
    zh="订单中没有该行。",
    do="Use one that the message lists.",
    names=("SO-1", "'9'", "1, 2"),
)
def order_line_nine_of_two() -> None:
    order().line("9")
