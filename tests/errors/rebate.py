"""Rebates: agreeing on them, assigning, settling and taking back."""

from datetime import date
from typing import Any

from cpq.kernel.money import Money
from cpq.rebate import (
    RebateAgreement,
    RebateAssignment,
    RebateMovement,
    RebateSale,
    RebateTier,
    assigned,
    recouped,
    settlement,
)
from revenue import Receipt, Receivable, ReceivablesLedger, Reversal
from revenue.rebate import RebateAccrual, RebateCarry, RebateClawBack, RebateSettlement
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, EARLY, LATE, cny, untouched, usd

_LAST = date(2026, 12, 31)
_TIERS = (RebateTier(percent=10), RebateTier(lower=15, percent=20))


def _agreement(**fields: Any) -> RebateAgreement:
    said = {"code": "RB-1", "customers": ("C-1",), "currency": "CNY", "tiers": _TIERS, **fields}
    return RebateAgreement.model_validate({"period": {"end": _LAST}, **said})


def _sale(number: str = "INV-1", quantity: int = 13, net: str = "130.00", **fields: Any) -> Any:
    said = {"document": number, "line": "1", "customer": "C-1", "product": "BOLT", "on": EARLY}
    return RebateSale.model_validate({**said, "quantity": quantity, "net": cny(net), **fields})


def _back(number: str, of: str, quantity: int, net: str) -> RebateSale:
    returned = {"document": of, "line": "1", "on": EARLY}
    return _sale(number, -quantity, f"-{net}", returned=returned, on=DAY)


def _rows(*sales: RebateSale, **fields: Any) -> tuple[RebateAssignment, ...]:
    return assigned(_agreement(**fields), (), *(sales or (_sale(),)))


def _settled(amount: str | None = None, **fields: Any) -> RebateMovement:
    said: dict[str, Any] = {"customer": "C-1", "number": "RS-1", "on": _LAST, **fields}
    asked = None if amount is None else cny(amount)
    return settlement(_agreement(), _rows(), amount=asked, **said)


def _movement(**fields: Any) -> RebateMovement:
    said = {"kind": "rebate_settlement", "number": "RS-1", "agreement": "RB-1", "customer": "C-1"}
    return RebateMovement.model_validate({"on": _LAST, "amount": cny("13.00"), **said, **fields})


# --- agreeing ---------------------------------------------------------------------------------


@reproduces(
    "rebate.nobody",
    en="A rebate agreement names neither customers nor customer groups.",
    zh="返利协议没有客户，也没有客户组。",
    do="Name customers, or a group.",
    names=("'RB-1'", "customers or groups"),
)
def a_rebate_for_nobody() -> None:
    _agreement(customers=())


@reproduces(
    "rebate.tiers",
    en="A tier of a rebate does not start above the one before it.",
    zh="返利档位下限未递增。",
    do="Write the tiers from the lowest up, each bound once.",
    names=("'RB-1'", "15, 5"),
)
def tiers_that_fall() -> None:
    _agreement(tiers=(RebateTier(lower=15, percent=10), RebateTier(lower=5, percent=20)))


@reproduces(
    "rebate.one_rate",
    en="A tier of a rebate has no rate, or two.",
    zh="返利档位没有费率，或有两个费率。",
    do="Give percent, or amount_per_unit.",
    names=("from 15", "one of the two"),
)
def a_tier_without_a_rate() -> None:
    RebateTier(lower=15)


@reproduces(
    "rebate.base",
    en="Percentages are of amounts and amounts per unit of units; tiers and base disagree.",
    zh="返利档位的费率与计算基数不符。",
    do="Give percentages of an amount, or amounts per unit on base 'units'.",
    names=("'RB-1'", "'units'"),
)
def percentages_of_units() -> None:
    _agreement(base="units")


@reproduces(
    "rebate.gaps",
    en="A retroactive rebate says what returns leave to later sales.",
    zh="追溯返利不应约定空档处理方式。",
    do="Leave gaps out: a retroactive tier holds for everything that is kept.",
    names=("'RB-1'", "incremental"),
)
def gaps_in_a_retroactive_rebate() -> None:
    _agreement(gaps="closed")


# --- assigning --------------------------------------------------------------------------------


@reproduces(
    "rebate.sign",
    en="A sale is below zero, or a return above.",
    zh="销售为负，或退货为正。",
    do="Write a return with what it takes back in `returned`, and below zero.",
    names=("INV-1 line 1", "-3", "the line it takes back"),
)
def a_negative_sale() -> None:
    _sale(quantity=-3)


@reproduces(
    "rebate.paid",
    en="More is paid of a line than it comes to.",
    zh="已付金额超过行金额。",
    do="Count what is paid ahead for the line that it will pay.",
    names=("INV-1 line 1", "130.01", "130.00"),
)
def more_paid_than_invoiced() -> None:
    _sale(paid=cny("130.01"))


@reproduces(
    "rebate.currency_mismatch",
    en="A sale, an agreement or a fact of a rebate is in another currency.",
    zh="币种与返利协议不一致。",
    do="Convert at a stated rate, or agree on a rebate in that currency.",
    names=("INV-1 line 1", "USD", "'RB-1'", "CNY"),
)
def a_sale_in_dollars() -> None:
    _rows(_sale().with_(net=usd("130.00")))


@reproduces(
    "rebate.unit_mismatch",
    en="A sale is counted in another unit than the rebate.",
    zh="销售单位与返利协议的单位不一致。",
    do="Convert the quantity before the sale is assigned.",
    names=("INV-1 line 1", "'box'", "'pc'"),
)
def a_sale_in_boxes() -> None:
    _rows(_sale(unit="box"))


@reproduces(
    "rebate.paid_unknown",
    en="The rebate is on what is paid, and the sale does not say how much is.",
    zh="返利按已付金额计算，但销售未说明已付金额。",
    do="Give `paid`, 0 where nothing is paid yet.",
    names=("INV-1 line 1", "'RB-1'", "paid"),
)
def a_sale_that_says_nothing_of_payment() -> None:
    _rows(_sale(), base="net_paid")


@reproduces(
    "rebate.sale_unknown",
    en="A return takes back a sale of which nothing is assigned.",
    zh="退货所对应的销售尚未计提返利。",
    do="Assign the sale first, or correct what the return names.",
    names=("CN-1 line 1", "INV-9 line 1"),
)
def a_return_of_an_unknown_sale() -> None:
    _rows(_sale(), _back("CN-1", "INV-9", 1, "10.00"))


@reproduces(
    "rebate.returns_exceed_sale",
    en="More comes back of a line than was sold.",
    zh="退货超过销售。",
    do="Correct the return, or the invoice.",
    names=("CN-1 line 1", "-1 pc", "INV-1 line 1"),
)
def one_more_back_than_sold() -> None:
    _rows(_sale(), _back("CN-1", "INV-1", 14, "130.00"))


@reproduces(
    "rebate.event_differs",
    en="A document and line was assigned to one line before, and now to another.",
    zh="同一单据行此前已计入另一行。",
    do="Give the second event a number of its own.",
    names="CN-1 line 1",
)
def one_return_of_two_lines() -> None:
    _rows(
        _sale(),
        _sale("INV-2"),
        _back("CN-1", "INV-1", 1, "10.00"),
        _back("CN-1", "INV-2", 1, "10.00"),
    )


@reproduces(
    "rebate.other_line",
    en="A line is assigned with another customer or product than before.",
    zh="单据行的客户或产品与此前不同。",
    do="Take the line back with a return, and sell what it should have been on another.",
    names=("INV-1 line 1", "BOLT", "NUT"),
)
def a_line_that_becomes_another() -> None:
    _rows(_sale(), _sale(product="NUT"))


@reproduces(
    "rebate.rows_missing",
    en="A row of the agreement is missing among those that were given.",
    zh="缺少该返利协议的分配明细。",
    do="Give every row of the agreement, in any order.",
    names="RB-1#1",
)
def a_row_that_nobody_gave() -> None:
    rows = _rows(_sale(), _sale("INV-2"))
    assigned(_agreement(), rows[1:], _sale("INV-3"))


@reproduces(
    "rebate.rows_differ",
    en="Two rows have one place: they were assigned at the same time.",
    zh="两条分配明细占用同一序号：同时计提。",
    do="Keep the one that was stored first, and assign the other sale again.",
    names=("RB-1#2", "INV-2", "INV-3"),
)
def two_rows_in_one_place() -> None:
    rows = _rows()
    mine, theirs = (assigned(_agreement(), rows, _sale(number)) for number in ("INV-2", "INV-3"))
    assigned(_agreement(), rows + mine[:1] + theirs[:1])


@reproduces(
    "rebate.terms_changed",
    en="A row was assigned at a tier or rate that the agreement does not have any more.",
    zh="协议条款已变更，与已有分配明细不符。",
    do="Leave an agreement as it is once rows are assigned; agree anew under another code.",
    names=("RB-1#1", "10", "'RB-1'"),
)
def a_rate_that_was_changed() -> None:
    changed = _agreement(tiers=(RebateTier(percent=12),))
    assigned(changed, _rows(), _sale("INV-2"))


# --- settling ---------------------------------------------------------------------------------


@reproduces(
    "rebate.movement",
    en="A settlement, claw-back or carry is of nothing, or a carry does not say where to.",
    zh="兑付、追回或结转金额不大于零，或结转未指明去向。",
    do="Give an amount above 0, and `into` for a carry and for nothing else.",
    names=("RS-1", "0.00 CNY"),
)
def a_settlement_of_nothing() -> None:
    _movement(amount=cny("0.00"))


@reproduces(
    "rebate.number_taken",
    en="The number of a settlement or claw-back is taken by another.",
    zh="兑付或追回单号已被占用。",
    do="Give it a number of its own; the same one again needs the same day and amount.",
    names=("RS-1", "5.00 CNY"),
)
def a_second_settlement_of_one_number() -> None:
    _settled("6.00", movements=(_settled("5.00"),))


@reproduces(
    "rebate.too_early",
    en="A rebate is settled before the last day of its period.",
    zh="返利期间尚未结束，不能兑付。",
    do="Settle it on that day or later, or agree on interim settlements.",
    names=("'RB-1'", "2026-12-31", "2026-12-01"),
)
def a_settlement_before_the_end() -> None:
    _settled(on=DAY)


@reproduces(
    "rebate.exceeds_accrued",
    en="More of a rebate would be settled than is accrued and not settled.",
    zh="兑付金额超过已计提未兑付的返利。",
    do="Settle at most what is left, on that day and on every later one.",
    names=("RS-1", "13.01 CNY", "13.00 CNY"),
)
def one_cent_too_much() -> None:
    _settled("13.01")


@reproduces(
    "rebate.nothing_due",
    en="Nothing of a rebate is accrued that is not settled.",
    zh="没有可兑付的返利。",
    do="Look at the statement of the rebate.",
    names=("'RB-1'", "C-1", "0.00 CNY"),
)
def a_rebate_that_is_settled() -> None:
    _settled(number="RS-2", movements=(_settled(),))


@reproduces(
    "rebate.nothing_owed",
    en="The customer owes nothing under the rebate agreement.",
    zh="客户在该返利协议下没有欠款。",
    do="Look at the statement of the rebate; only what was settled too much is owed.",
    names=("C-1", "'RB-1'", "13.00 CNY"),
)
def a_claw_back_of_what_is_due() -> None:
    recouped(_agreement(), _rows(), customer="C-1", number="RC-1", on=_LAST)


@reproduces(
    "rebate.no_successor",
    en="What was settled too much is to be carried, and no other agreement is given.",
    zh="需要结转，但未给出后续返利协议。",
    do="Give the agreement that follows as `into`.",
    names=("'RB-1'", "C-1", "into"),
)
def a_carry_to_nowhere() -> None:
    agreement = _agreement(claw_back="carry")
    rows = _rows(claw_back="carry")
    rows += assigned(agreement, rows, _back("CN-1", "INV-1", 13, "130.00"))
    recouped(agreement, rows, (_movement(),), customer="C-1", number="RX-1", on=LATE)


# --- in the ledger ----------------------------------------------------------------------------


def _accrued(number: str = "RA-1", amount: str = "13.00", on: date = EARLY) -> RebateAccrual:
    return RebateAccrual(number=number, agreement="RB-1", customer="C-1", on=on, amount=cny(amount))


def _paid(amount: Money, **fields: Any) -> RebateSettlement:
    said: dict[str, Any] = {"agreement": "RB-1", "customer": "C-1", "means": "cash", "on": DAY}
    return RebateSettlement(number="RS-1", amount=amount, **{**said, **fields})


def _credit() -> Receipt:
    return Receipt(number="RS-1", customer="C-1", on=DAY, amount=cny("13.00"), rebate="RB-1")


@reproduces(
    "rebate.unknown",
    en="The ledger holds no rebate of the customer under the agreement.",
    zh="台账中没有该客户在该协议下的返利。",
    do="Record what is accrued first, or correct the code.",
    names=("'C-9'", "'RB-1'"),
)
def a_rebate_of_somebody_else() -> None:
    ReceivablesLedger().record(_accrued()).rebate_amount("RB-1", "C-9")


@reproduces(
    "rebate.exceeds_owed",
    en="More is clawed back or carried than was settled beyond what is accrued.",
    zh="追回或结转金额超过多兑付的返利。",
    do="Take at most what the customer owes, on that day and on every later one.",
    names=("RC-1", "13.01 CNY", "13.00 CNY"),
)
def more_clawed_back_than_is_owed() -> None:
    ledger = ReceivablesLedger().record(
        _accrued(), _paid(cny("13.00")), _accrued("RA-2", "-13.00", DAY)
    )
    with untouched(ledger):
        ledger.record(
            RebateCarry(
                number="RC-1",
                agreement="RB-1",
                into="RB-2",
                customer="C-1",
                on=DAY,
                amount=cny("13.01"),
            )
        )


@reproduces(
    "rebate.tax",
    en="A settlement other than a credit note bears tax, or tax is in another currency.",
    zh="非贷项通知单的兑付带有税额，或税额币种不同。",
    do="Leave the tax out, or settle by credit note.",
    names=("RS-1", "1.00 CNY"),
)
def tax_on_money() -> None:
    _paid(cny("13.00"), tax=cny("1.00"))


@reproduces(
    "receipt.no_rebate",
    en="A receipt credits a rebate, and no settlement of its number says so.",
    zh="收款单记入返利，但没有相同编号的兑付。",
    do="Record what settle_rebate() returns, both facts at once.",
    names=("RS-1", "13.00 CNY", "C-1", "RB-1"),
)
def a_credit_without_a_settlement() -> None:
    ledger = ReceivablesLedger().record(_accrued())
    with untouched(ledger):
        ledger.record(_credit())


@reproduces(
    "receipt.too_early",
    en="The credit of a rebate is dated before its settlement.",
    zh="返利贷项早于其兑付日期。",
    do="Date it on the day of the settlement or later.",
    names=("RS-1", "2026-11-01", "2026-12-01"),
)
def a_credit_before_its_settlement() -> None:
    ledger = ReceivablesLedger().record(_accrued(), _paid(cny("13.00"), means="offset"))
    with untouched(ledger):
        ledger.record(_credit().with_(on=EARLY))


@reproduces(
    "receivable.exceeds_claw_back",
    en="A receivable asks for more than the claw-back that it comes from, or somebody else.",
    zh="应收超过其来源的返利追回，或客户不同。",
    do="Ask that customer for the rest at most.",
    names=("AR-1", "13.01 CNY", "RC-1", "13.00 CNY"),
)
def a_debt_beyond_its_claw_back() -> None:
    claw_back = RebateClawBack(
        number="RC-1", agreement="RB-1", customer="C-1", on=DAY, amount=cny("13.00")
    )
    ledger = ReceivablesLedger().record(
        _accrued(), _paid(cny("13.00")), _accrued("RA-2", "-13.00", DAY), claw_back
    )
    debt = Receivable(
        number="AR-1", customer="C-1", source="RC-1", on=DAY, due_on=DAY, amount=cny("13.01")
    )
    with untouched(ledger):
        ledger.record(debt)


@reproduces(
    "reversal.credited",
    en="A settlement of a rebate is to be reversed, and its credit is with the customer already.",
    zh="返利兑付已记入客户贷方，不能冲销。",
    do="Claw back what was credited too much.",
    names=("RS-1", "C-1"),
)
def undoing_a_settlement_that_is_credited() -> None:
    ledger = ReceivablesLedger().record(
        _accrued(), _paid(cny("13.00"), means="credit_note"), _credit()
    )
    with untouched(ledger):
        ledger.record(Reversal(number="X-1", reverses="RS-1", on=LATE, reason="wrong amount"))
