"""Credit control: what is asked, what stands against it, and money before goods."""

from typing import Any

from cpq.kernel.errors import Finding
from cpq.kernel.money import Money
from revenue import ReceivablesLedger
from revenue.credit import (
    CreditPolicy,
    Exposure,
    OverdueItem,
    check_credit,
    exposure,
    exposure_of,
    recall_deposit,
    release_shipment,
    usable_prepayment,
)
from revenue.credit_limit import CreditLimit, CreditStatusCode
from revenue.hold import CreditHold
from revenue.testing import example_deliveries
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, cny, contract, order, usd

CUSTOMER = "C-0042"


def _owed(**parts: str) -> Exposure:
    amounts: Any = {part: cny(amount) for part, amount in parts.items()}
    return exposure_of(CUSTOMER, amounts, as_of=DAY, currency="CNY")


def _limit(amount: str = "1000.00", **changes: Any) -> CreditLimit:
    fields = {"number": "CL-1", "customer": CUSTOMER, "amount": cny(amount), "on": DAY}
    return CreditLimit.model_validate({**fields, "by": "Wang Fang", **changes})


def _found(exposure: Exposure, asking: str = "0", **more: Any) -> tuple[Finding, ...]:
    limit = more.pop("limit", _limit())
    return check_credit(exposure, limit, asking=cny(asking), **more).findings


def _of_status(status: CreditStatusCode) -> tuple[Finding, ...]:
    return _found(_owed(not_due="1.00").with_(open_items=1), "1.00", status=status)


@reproduces(
    "credit.limit_exceeded",
    en="With what is asked the customer's exposure is above its limit.",
    zh="加上本次，客户敞口超过信用额度。",
    do="Wait for a payment, raise the limit, or let somebody override it who says why.",
    names=("1050.00 CNY", "1000.00 CNY", "50.00 CNY"),
)
def fifty_too_much() -> tuple[Finding, ...]:
    return _found(_owed(not_due="600.00", undelivered="250.00"), "200.00")


@reproduces(
    "credit.no_limit",
    en="The customer has no limit, which means no credit.",
    zh="客户未设信用额度，即不予赊销。",
    do="Set a limit, or take the money in advance.",
    names=("5.00 CNY", "no limit is set"),
)
def credit_without_a_limit() -> tuple[Finding, ...]:
    return _found(_owed(), "5.00", limit=None)


@reproduces(
    "credit.limit_near",
    en="Most of the limit is used, from the percentage on that the policy names; a note.",
    zh="信用额度即将用尽（提示）。",
    do="Nothing; know it.",
    names=("900.00 CNY", "1000.00 CNY"),
)
def a_limit_that_is_nearly_used() -> tuple[Finding, ...]:
    return _found(_owed(), "900.00")


@reproduces(
    "credit.part_exceeded",
    en="One part of the exposure is above the limit of that part.",
    zh="敞口的某一项超过该项限额。",
    do="Have that part lowered, or let somebody override it.",
    names=("overdue", "150.00 CNY", "100.00 CNY"),
)
def too_much_overdue() -> tuple[Finding, ...]:
    parts = ({"part": "overdue", "amount": cny("100.00")},)
    return _found(_owed(overdue="150.00"), limit=_limit(parts=parts))


@reproduces(
    "credit.overdue",
    en="Receivables are overdue for more days than the policy allows.",
    zh="存在逾期超过规定天数的应收。",
    do="Collect them, or let somebody override it.",
    names=("70.00 CNY", "30 days", "45", "INV-7"),
)
def a_debt_of_long_ago() -> tuple[Finding, ...]:
    late = OverdueItem(receivable="INV-7", open=cny("70.00"), days=45)
    return _found(_owed(overdue="70.00").with_(overdue=(late,)))


@reproduces(
    "credit.dunning",
    en="The customer was reminded at a level from which on there is no credit.",
    zh="客户催款已达停止授信的级别。",
    do="Collect what was reminded of, or let somebody override it.",
    names=("level 3",),
)
def after_the_third_reminder() -> tuple[Finding, ...]:
    return _found(_owed(overdue="1.00").with_(dunning_level=3))


@reproduces(
    "credit.advance_unpaid",
    en="What is to be paid before delivery is not there.",
    zh="发货前应付款尚未收到。",
    do="Wait for the payment, or let somebody override it.",
    names="10.00 CNY",
)
def goods_before_money() -> tuple[Finding, ...]:
    return _found(_owed(), at="shipment", unpaid_advance=cny("10.00"))


@reproduces(
    "credit.held",
    en="The order, or the customer, is held already.",
    zh="订单或客户已被冻结。",
    do="Release the hold first.",
    names=("SO-1", "H-1"),
)
def a_held_order_wants_to_leave() -> tuple[Finding, ...]:
    hold = CreditHold(
        number="H-1", customer=CUSTOMER, order="SO-1", on=DAY, reasons=("limit exceeded",)
    )
    return _found(_owed(), at="shipment", holds=(hold,))


@reproduces(
    "credit.stopped",
    en="The customer has the status S: no order and no shipment goes.",
    zh="客户状态为 S（停止交易）。",
    do="Set another status; nobody overrides this one.",
    names="status S",
)
def business_with_a_stopped_customer() -> tuple[Finding, ...]:
    return _of_status("S")


@reproduces(
    "credit.on_hold",
    en="The customer has the status H: a person lets each order and shipment through.",
    zh="客户状态为 H（冻结），每笔须人工放行。",
    do="Let somebody override it, or set another status.",
    names="status H",
)
def business_with_a_held_customer() -> tuple[Finding, ...]:
    return _of_status("H")


@reproduces(
    "credit.watched",
    en="The customer has the status W; a note.",
    zh="客户状态为 W（重点观察，提示）。",
    do="Nothing; know it.",
    names="status W",
)
def business_with_a_watched_customer() -> tuple[Finding, ...]:
    return _of_status("W")


@reproduces(
    "credit.one_invoice",
    en="The customer has the status I and a receivable is open.",
    zh="客户状态为 I（一单一清），尚有未清应收。",
    do="Wait for the payment, or let somebody override it.",
    names=("status I", "1 open already"),
)
def a_second_invoice() -> tuple[Finding, ...]:
    return _of_status("I")


@reproduces(
    "credit.not_checked",
    en="The customer has the status X: nothing was checked; a note.",
    zh="客户状态为 X，未做信用检查（提示）。",
    do="Nothing; know it.",
    names="status X",
)
def business_with_an_unchecked_customer() -> tuple[Finding, ...]:
    return _of_status("X")


@reproduces(
    "credit.needs_approval",
    en="Credit is not given unless a person overrides it; `findings` say why.",
    zh="不予授信，除非有人说明理由并放行。",
    do="Give an `Override`, or do what `remedies` say.",
    names=(CUSTOMER, "200.00 CNY", "50.00 CNY too much"),
)
def an_order_beyond_the_limit() -> None:
    owed = _owed(not_due="600.00", undelivered="250.00")
    check_credit(owed, _limit(), asking=cny("200.00")).require()


@reproduces(
    "credit.refused",
    en="Credit is not given, and nobody overrides it; `findings` say why.",
    zh="不予授信，且不可人工放行。",
    do="Change what stands against it: the status, or a hold.",
    names=(CUSTOMER, "status S"),
)
def an_order_of_a_stopped_customer() -> None:
    check_credit(_owed(), _limit(), asking=cny("1.00"), status="S").require()


@reproduces(
    "credit.other_currency",
    en="Exposure, limit and what is asked are not all in one currency.",
    zh="敞口、额度与本次金额币种不一致。",
    do="Give all of it in the book currency.",
    names=("CNY", "asking in USD"),
)
def an_order_in_dollars() -> None:
    check_credit(_owed(), _limit(), asking=usd("1.00"))


@reproduces(
    "credit.negative",
    en="What is asked is below 0.",
    zh="本次金额不能为负。",
    do="Ask for 0 or more.",
    names="-1.00 CNY",
)
def less_than_nothing() -> None:
    check_credit(_owed(), _limit(), asking=cny("-1.00"))


@reproduces(
    "credit.other_order",
    en="The delivery is of another order than the one whose shipment is to be released.",
    zh="发货单不属于该订单。",
    do="Give the order of the delivery.",
    names=("D-1", "SO-1", "SO-2"),
)
def goods_of_another_order() -> None:
    agreed = contract()
    sold = order()
    first, _ = example_deliveries(agreed, sold)
    release_shipment(
        ReceivablesLedger(), sold.with_(number="SO-2"), first, contracts=[agreed],
        number="H-1", on=DAY, currency="CNY", policy=CreditPolicy(),
    )  # fmt: skip


@reproduces(
    "exposure.no_contract",
    en="An order of the customer is given without its contract, so its value is unknown.",
    zh="缺少订单所属的合同，无法计算其金额。",
    do="Give all contracts of the customer.",
    names=("SO-1", "HT-2026-017"),
)
def an_order_without_its_contract() -> None:
    exposure(
        ReceivablesLedger(), CUSTOMER, orders=[order()], as_of=DAY,
        currency="CNY",
    )  # fmt: skip


@reproduces(
    "prepayment.exceeds_deposit",
    en="More of a deposit is to be recalled than is there.",
    zh="抵扣的定金超过已收定金。",
    do="Recall at most what is there.",
    names=("200.00 CNY", "100.00 CNY"),
)
def more_than_the_deposit() -> None:
    recall_deposit(cny("500.00"), deposit=cny("100.00"), recall=cny("200.00"))


@reproduces(
    "prepayment.exceeds_invoice",
    en="More of a deposit is to be recalled than the invoice comes to.",
    zh="抵扣的定金超过发票金额。",
    do="Recall at most the invoice; leave the rest for the next one, or pay it back.",
    names=("100.00 CNY", "80.00 CNY"),
)
def more_than_the_invoice() -> None:
    recall_deposit(cny("80.00"), deposit=cny("100.00"), recall=cny("100.00"))


@reproduces(
    "prepayment.bad_percent",
    en="A share paid in advance is not a percentage of 0 to 100.",
    zh="预付比例须在 0 至 100% 之间。",
    do="Write 30 for 30 %.",
    names="130 %",
)
def a_share_of_more_than_all() -> None:
    usable_prepayment(cny("1.00"), percent=130, left=cny("1.00"))


@reproduces(
    "prepayment.negative",
    en="An amount of an advance or a deposit is below 0.",
    zh="预付款或定金金额不能为负。",
    do="Give 0 or more.",
    names="-1.00 CNY",
)
def an_advance_below_nothing() -> None:
    usable_prepayment(Money("-1.00", "CNY"), percent=30, left=cny("1.00"))
