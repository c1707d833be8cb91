"""What settlements of every kind may take, from whom, and what they open."""

from datetime import date
from typing import Any

from cpq.kernel.money import Money
from revenue import Invoice, ReceivablesLedger, bill
from revenue.application import Adjustment, Application, DebtorChange, Difference
from revenue.credit_note import CreditNote, Payable
from revenue.ledger import Fact
from revenue.receipt import Identification, Refund
from revenue.receivable import Receivable
from revenue.retention import RetentionRelease
from revenue.settlement import Instruction, bounce, identify, settle, settle_within
from tests.errors.registry import reproduces
from tests.errors.shop import (
    DAY,
    EARLY,
    applied,
    cny,
    contract,
    open_debt,
    owed,
    paid,
    untouched,
    usd,
)

NEXT_YEAR = date(2027, 12, 1)


def refused(*facts: Fact, ledger: ReceivablesLedger | None = None) -> None:
    """Record what is refused, and see that nothing of it is kept."""
    before = open_debt() if ledger is None else ledger
    with untouched(before):
        before.record(*facts)


def adjustment(amount: Money, **fields: Any) -> Adjustment:
    difference = Difference(reason="short_pay", amount=amount)
    said = {"number": "AD-1", "document": "AR-1", "on": DAY, "reason": "agreed", "by": "Wang"}
    return Adjustment.model_validate({**said, "difference": difference, **fields})


def debtor_change(amount: Money, **fields: Any) -> DebtorChange:
    said = {"number": "DC-1", "receivable": "AR-1", "customer": "C-2", "on": DAY, "by": "Wang"}
    fixed = {"due_on": NEXT_YEAR, "reason": "merged", "amount": amount}
    return DebtorChange.model_validate({**said, **fixed, **fields})


def identification(amount: Money, **fields: Any) -> Identification:
    said = {"number": "ID-1", "receipt": "R-1", "customer": "C-2", "on": DAY, "by": "Li"}
    return Identification.model_validate({**said, "amount": amount, **fields})


def refund(amount: Money, **fields: Any) -> Refund:
    said = {"number": "RF-1", "source": "R-1", "on": DAY, "reason": "paid twice", "by": "Wang"}
    return Refund.model_validate({**said, "amount": amount, **fields})


def release(amount: Money, **fields: Any) -> RetentionRelease:
    said = {"number": "RR-1", "retention": "AR-1/R", "on": DAY, "due_on": NEXT_YEAR, "by": "Li"}
    return RetentionRelease.model_validate({**said, "amount": amount, **fields})


def credit_note(amount: str = "100.00", **fields: Any) -> CreditNote:
    said = {"number": "CN-1", "customer": "C-1", "on": DAY, "reason": "goods came back"}
    return CreditNote.model_validate({**said, "amount": cny(amount), **fields})


def crediting(invoice: Invoice, amount: Money, **fields: Any) -> CreditNote:
    of = {"customer": invoice.customer, "invoice": invoice.number, "amount": amount}
    return credit_note().with_(**{**of, **fields})


def payable(amount: str = "100.00") -> Payable:
    return Payable(number="PI-7", customer="C-1", on=DAY, due_on=DAY, amount=cny(amount))


def billed() -> Invoice:
    """The first invoice of the example contract, of 2026-12-01."""
    invoice, _ = bill(contract(), event="signing", on=DAY, number="INV-1")
    return invoice


def held_back() -> ReceivablesLedger:
    """As ``open_debt``, with 15.00 CNY of AR-1 held back as AR-1/R until the next year."""
    held = Difference(reason="retention", amount=cny("15.00"), residual="AR-1/R", due_on=NEXT_YEAR)
    return open_debt().record(adjustment(cny("15.00"), difference=held))


def applying(amount: str, **fields: Any) -> Application:
    return applied(amount=amount).with_(**fields)


# --- applications ---------------------------------------------------------------------------------


@reproduces(
    "application.payer_unknown",
    en="The receipt to be applied is nobody's yet.",
    zh="收款尚未认领，不能核销。",
    do="Record an `Identification`, and apply the receipt that it opens.",
    names=("receipt R-9", "Identification"),
)
def applying_what_is_nobodys() -> None:
    ledger = open_debt().record(paid("R-9", "80.00").with_(customer=""))
    refused(applying("80.00", receipt="R-9"), ledger=ledger)


@reproduces(
    "application.other_contract",
    en="The receipt was paid for a contract (定向抵扣), the receivable is of another one.",
    zh="收款指定了合同，应收属于其他合同。",
    do="Apply it to that contract, or identify it anew.",
    names=("receipt R-2", "HT-1", "receivable AR-1", "no contract"),
)
def a_directed_receipt() -> None:
    ledger = open_debt().record(paid("R-2", "80.00").with_(contract="HT-1"))
    refused(applying("80.00", receipt="R-2"), ledger=ledger)


@reproduces(
    "application.exceeds_credit_note",
    en="More of a credit note is applied than is free of it.",
    zh="核销金额超过贷项通知单可用余额。",
    do="Apply at most what is free.",
    names=("A-1", "100.01 CNY", "credit note CN-1", "100.00 CNY"),
)
def more_than_was_credited() -> None:
    ledger = open_debt().record(credit_note())
    refused(applying("100.01", receipt="CN-1", means="credit_note"), ledger=ledger)


@reproduces(
    "application.exceeds_payable",
    en="More of a payable is netted than is open of it.",
    zh="对冲金额超过应付未清余额。",
    do="Net at most what is open.",
    names=("A-1", "100.01 CNY", "payable PI-7", "100.00 CNY"),
)
def netting_more_than_is_payable() -> None:
    ledger = open_debt().record(payable())
    netting = applying("100.01", receipt="PI-7", means="payable", agreement="netting 7")
    refused(netting, ledger=ledger)


# --- adjustments ----------------------------------------------------------------------------------


@reproduces(
    "adjustment.exceeds_open",
    en="More of a receivable is adjusted than is open.",
    zh="调整金额超过应收未清余额。",
    do="Adjust at most what is open.",
    names=("AD-1", "300.01 CNY", "AR-1", "300.00 CNY"),
)
def adjusting_more_than_is_open() -> None:
    refused(adjustment(cny("300.01")))


@reproduces(
    "adjustment.exceeds_receipt",
    en="More of a receipt is kept than is free.",
    zh="留存金额超过收款可用余额。",
    do="Keep at most what is free.",
    names=("AD-1", "350.01 CNY", "R-1", "350.00 CNY"),
)
def keeping_more_than_is_free() -> None:
    refused(adjustment(cny("350.01"), document="R-1", document_kind="receipt"))


@reproduces(
    "adjustment.currency_mismatch",
    en="The adjustment is in another currency than its document.",
    zh="调整与单据币种不一致。",
    do="Adjust in the currency of the document.",
    names=("AR-1", "CNY", "USD"),
)
def adjusting_in_another_currency() -> None:
    refused(adjustment(usd("1.00")))


@reproduces(
    "adjustment.too_early",
    en="The adjustment is dated before its document.",
    zh="调整日早于单据日。",
    do="Date it on that day or later.",
    names=("AD-1", "2026-11-01", "AR-1", "2026-12-01"),
)
def adjusting_before_it_is_owed() -> None:
    refused(adjustment(cny("1.00"), on=EARLY))


# --- another debtor, another payer ----------------------------------------------------------------


@reproduces(
    "debtor_change.exceeds_open",
    en="More is handed on to another debtor than is open.",
    zh="转出金额超过应收未清余额。",
    do="Hand on at most what is open.",
    names=("DC-1", "300.01 CNY", "AR-1", "300.00 CNY"),
)
def handing_on_more_than_is_open() -> None:
    refused(debtor_change(cny("300.01")))


@reproduces(
    "debtor_change.currency_mismatch",
    en="The change of debtor is in another currency than the receivable.",
    zh="应收转应收与原应收币种不一致。",
    do="Hand the debt on in its own currency.",
    names=("AR-1", "CNY", "USD"),
)
def handing_on_in_another_currency() -> None:
    refused(debtor_change(usd("1.00")))


@reproduces(
    "debtor_change.same_customer",
    en="The debtor is to become who it is already.",
    zh="新债务人与原债务人相同。",
    do="Leave it out.",
    names=("AR-1", "C-1"),
)
def handing_on_to_the_same() -> None:
    refused(debtor_change(cny("1.00"), customer="C-1"))


@reproduces(
    "debtor_change.too_early",
    en="The change of debtor is dated before the receivable.",
    zh="应收转应收日早于应收日。",
    do="Date it on that day or later.",
    names=("DC-1", "2026-11-01", "AR-1", "2026-12-01"),
)
def handing_on_too_early() -> None:
    refused(debtor_change(cny("1.00"), on=EARLY))


@reproduces(
    "identification.exceeds_receipt",
    en="More of a receipt is given to a customer than is free.",
    zh="认领金额超过收款可用余额。",
    do="Identify at most what is free; reverse its applications first.",
    names=("ID-1", "350.01 CNY", "R-1", "350.00 CNY"),
)
def identifying_more_than_is_free() -> None:
    refused(identification(cny("350.01")))


@reproduces(
    "identification.currency_mismatch",
    en="The identification is in another currency than the receipt.",
    zh="认领与收款币种不一致。",
    do="Identify in the currency of the receipt.",
    names=("R-1", "CNY", "USD"),
)
def identifying_in_another_currency() -> None:
    refused(identification(usd("1.00")))


@reproduces(
    "identification.same_customer",
    en="A receipt is to become whose it is already.",
    zh="收款已属于该客户。",
    do="Leave it out.",
    names=("R-1", "C-1"),
)
def identifying_the_same() -> None:
    refused(identification(cny("1.00"), customer="C-1"))


@reproduces(
    "identification.too_early",
    en="The identification is dated before the receipt.",
    zh="认领日早于收款日。",
    do="Date it on that day or later.",
    names=("ID-1", "2026-11-01", "R-1", "2026-12-01"),
)
def identifying_too_early() -> None:
    refused(identification(cny("1.00"), on=EARLY))


@reproduces(
    "identification.nothing_free",
    en="Nothing is free of the receipt that is to be identified whole.",
    zh="该收款没有可认领的余额。",
    do="Reverse its applications first, or identify another receipt.",
    names=("R-1", "2026-12-01"),
)
def identifying_what_is_used_up() -> None:
    ledger = open_debt().record(refund(cny("350.00")))
    identify(ledger, "R-1", "C-2", number="ID-1", on=DAY, by="Li")


# --- refunds --------------------------------------------------------------------------------------


@reproduces(
    "refund.exceeds_receipt",
    en="More of a receipt goes back than is free.",
    zh="退款金额超过收款可用余额。",
    do="Reverse its applications first, or pay back what is free.",
    names=("RF-1", "350.01 CNY", "R-1", "350.00 CNY"),
)
def refunding_more_than_came() -> None:
    refused(refund(cny("350.01")))


@reproduces(
    "refund.exceeds_credit_note",
    en="More of a credit note is paid back than is free.",
    zh="退款金额超过贷项通知单可用余额。",
    do="Pay back at most what is free.",
    names=("RF-1", "100.01 CNY", "CN-1", "100.00 CNY"),
)
def refunding_more_than_was_credited() -> None:
    back = refund(cny("100.01"), source="CN-1", means="credit_note")
    refused(back, ledger=open_debt().record(credit_note()))


@reproduces(
    "refund.currency_mismatch",
    en="The refund is in another currency than what it pays back.",
    zh="退款与收款币种不一致。",
    do="Refund in the currency of the receipt.",
    names=("R-1", "CNY", "USD"),
)
def refunding_in_another_currency() -> None:
    refused(refund(usd("1.00")))


@reproduces(
    "refund.too_early",
    en="The refund is dated before what it pays back.",
    zh="退款日早于收款日。",
    do="Date it on that day or later.",
    names=("RF-1", "2026-11-01", "R-1", "2026-12-01"),
)
def refunding_too_early() -> None:
    refused(refund(cny("1.00"), on=EARLY))


@reproduces(
    "refund.nothing_left",
    en="A payment bounced of which nothing is left: it was paid back already.",
    zh="该收款已全部退回。",
    do="Nothing is left to do; perhaps the bank's line was seen before.",
    names=("R-1", "2026-12-01"),
)
def bouncing_twice() -> None:
    bounced = bounce(open_debt(), "R-1", number="B-1", on=DAY, reason="no cover", by="bank")
    bounce(bounced, "R-1", number="B-2", on=DAY, reason="no cover", by="bank")


@reproduces(
    "refund.paid_back_in_part",
    en="A payment bounced of which a part was paid back: the bank took more than is left.",
    zh="退票的收款已部分退款。",
    do="Reverse the refund first, or book what the bank took beside it.",
    names="R-1",
)
def bouncing_what_was_paid_back_in_part() -> None:
    ledger = open_debt().record(refund(cny("50.00")))
    bounce(ledger, "R-1", number="B-1", on=DAY, reason="no cover", by="bank")


# --- retentions -----------------------------------------------------------------------------------


@reproduces(
    "retention.unknown",
    en="The ledger holds no retention of this number.",
    zh="质保金不存在。",
    do="Correct the number: it is the `residual` of the difference that held it back.",
    names="'AR-1/R'",
)
def an_unknown_retention() -> None:
    refused(release(cny("15.00")))


@reproduces(
    "retention_release.exceeds_retention",
    en="More is released than is held back.",
    zh="释放金额超过质保金余额。",
    do="Release at most what is held back.",
    names=("RR-1", "15.01 CNY", "AR-1/R", "15.00 CNY"),
)
def releasing_more_than_is_held_back() -> None:
    refused(release(cny("15.01")), ledger=held_back())


@reproduces(
    "retention_release.currency_mismatch",
    en="The release is in another currency than the retention.",
    zh="质保金释放与质保金币种不一致。",
    do="Release in the currency of the retention.",
    names=("AR-1/R", "CNY", "USD"),
)
def releasing_in_another_currency() -> None:
    refused(release(usd("15.00")), ledger=held_back())


@reproduces(
    "retention_release.too_early",
    en="The release is dated before the retention.",
    zh="质保金释放日早于质保金日。",
    do="Date it on that day or later.",
    names=("RR-1", "2026-11-01", "AR-1/R", "2026-12-01"),
)
def releasing_too_early() -> None:
    refused(release(cny("15.00"), on=EARLY), ledger=held_back())


# --- credit notes, payables, receivables ----------------------------------------------------------


@reproduces(
    "credit_note.unknown",
    en="The ledger holds no credit note of this number.",
    zh="贷项通知单不存在。",
    do="Correct the number, or record the credit note first.",
    names="'CN-9'",
)
def an_unknown_credit_note() -> None:
    refused(applying("1.00", receipt="CN-9", means="credit_note"))


@reproduces(
    "credit_note.other_invoice",
    en="The credit note is of another customer, or in another currency, than its invoice.",
    zh="红字发票与原发票的客户或币种不同。",
    do="Correct one of them.",
    names=("CN-1", "C-2", "INV-1", "C-0042", "CNY"),
)
def crediting_somebody_elses_invoice() -> None:
    invoice = billed()
    note = crediting(invoice, cny("1.00"), customer="C-2")
    refused(note, ledger=ReceivablesLedger().record(invoice))


@reproduces(
    "credit_note.exceeds_invoice",
    en="More of an invoice is credited than it bills, earlier credit notes counted.",
    zh="贷项合计超过原发票金额。",
    do="Credit the rest at most.",
    names=("INV-1 bills 1306.40 CNY", "CN-2 credits 0.01 CNY"),
)
def crediting_more_than_was_billed() -> None:
    invoice = billed()
    whole = crediting(invoice, invoice.gross)
    more = whole.with_(number="CN-2", amount=cny("0.01"))
    refused(more, ledger=ReceivablesLedger().record(invoice, whole))


@reproduces(
    "credit_note.too_early",
    en="The credit note is dated before its invoice.",
    zh="红字发票日早于原发票日。",
    do="Date it on that day or later.",
    names=("CN-1", "2026-11-01", "INV-1"),
)
def crediting_before_billing() -> None:
    invoice = billed()
    note = crediting(invoice, cny("1.00"), on=EARLY)
    refused(note, ledger=ReceivablesLedger().record(invoice))


@reproduces(
    "payable.unknown",
    en="The ledger holds no payable of this number.",
    zh="应付单不存在。",
    do="Correct the number, or record the payable first.",
    names="'PI-9'",
)
def an_unknown_payable() -> None:
    refused(applying("1.00", receipt="PI-9", means="payable", agreement="netting 7"))


@reproduces(
    "receivable.opened_elsewhere",
    en="A receivable says that another fact opened it: a dispute, a transfer or a retention.",
    zh="该类应收由其他事实产生，不能直接登记。",
    do="Record the fact that opens it.",
    names=("AR-2", "'dispute'"),
)
def a_dispute_of_its_own() -> None:
    debt = Receivable(
        number="AR-2", customer="C-1", on=DAY, due_on=DAY, amount=cny("1.00"), origin="dispute"
    )
    refused(debt)


# --- undoing --------------------------------------------------------------------------------------


@reproduces(
    "reversal.used_since",
    en="What a settlement opened was used since, so it cannot be undone.",
    zh="由其产生的单据已被使用，不能冲销。",
    do="Reverse what was done with it first.",
    names=("identification ID-1", "receipt ID-1", "100.00 CNY", "99.00 CNY"),
)
def undoing_what_was_used() -> None:
    ledger = open_debt().record(identification(cny("100.00")), refund(cny("1.00"), source="ID-1"))
    with untouched(ledger):
        ledger.unapply("ID-1", number="X-1", on=DAY, reason="wrong customer")


@reproduces(
    "settlement.unknown",
    en="The ledger holds no settlement of this number.",
    zh="核销单不存在。",
    do="Correct the number.",
    names="'A-9'",
)
def an_unknown_settlement() -> None:
    open_debt().settlement("A-9")


# --- by instruction -------------------------------------------------------------------------------


@reproduces(
    "settlement.short_of_means",
    en="More is to be paid than the sources have.",
    zh="付款来源不足以支付指令金额。",
    do="Name more sources, or pay less.",
    names=("AR-2", "360.00 CNY", "10.00 CNY"),
)
def instructed_to_pay_too_much() -> None:
    ledger = open_debt().record(owed("AR-2", "500.00"))
    item = Instruction(receivable="AR-2", pay=cny("360.00"))
    with untouched(ledger):
        settle(ledger, ["R-1"], [item], number="A-1", on=DAY)


@reproduces(
    "settlement.nothing_to_settle",
    en="Nothing is free of what pays, or nothing is open of what is paid.",
    zh="没有可核销的金额。",
    do="Look at the balances; perhaps it is done already.",
    names=("A-2", "2026-12-01"),
)
def nothing_to_settle() -> None:
    settle(open_debt().record(applied()), ["R-1"], ["AR-1"], number="A-2", on=DAY)


@reproduces(
    "settlement.beyond_tolerance",
    en="More is missing than employee and customer may both let go.",
    zh="差额超出允许的尾差。",
    do="Apply it in part, or give the difference a reason.",
    names=("R-2", "1.00 CNY", "300.00 CNY", "AR-1"),
)
def a_short_payment() -> None:
    ledger = open_debt().record(paid("R-2", "299.00"))
    with untouched(ledger):
        settle_within(ledger, "R-2", "AR-1", number="A-1", on=DAY)
