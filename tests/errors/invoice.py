"""Billing a contract, and receivables that must fit their invoice."""

from datetime import date

from revenue import ReceivablesLedger, bill, deliver, payment_plan, sign
from revenue.testing import example_quote
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, EARLY, accepted, contract, order, untouched, usd


@reproduces(
    "invoice.no_instalment",
    en="The payment plan has no instalment for the event.",
    zh="回款计划中没有该事件的期次。",
    do="Bill an event of the plan that the message lists.",
    names=("HT-2026-017", "delivery", "instalment 9"),
)
def an_event_outside_the_plan() -> None:
    bill(contract(), event="delivery", on=DAY, number="INV-1", instalment=9)


@reproduces(
    "invoice.several_instalments",
    en="The event makes several instalments billable, each due on its own day.",
    zh="该事件对应多个期次，须指明一个。",
    do="Bill them one by one with `instalment=`.",
    names=("instalments 1, 2", "instalment="),
)
def two_instalments_at_once() -> None:
    plan = payment_plan(("50%", "delivery", 0), ("50%", "delivery", 90))
    signed = sign(accepted(example_quote()), number="HT-1", on=DAY, plan=plan)
    bill(signed, event="delivery", on=DAY, number="INV-1")


@reproduces(
    "invoice.already_billed",
    en="Nothing is left to bill of the instalment.",
    zh="该期次已全部开票。",
    do="Look at the invoices that the message names.",
    names=("instalment 1", "1306.40 CNY", "INV-1"),
)
def billing_twice() -> None:
    first, _ = bill(contract(), event="signing", on=DAY, number="INV-1")
    bill(contract(), event="signing", on=DAY, number="INV-2", before=[first])


@reproduces(
    "invoice.delivery_billed",
    en="The delivery is billed already.",
    zh="该发货已开票。",
    do="Look at the invoice that the message names.",
    names=("D-1", "INV-1"),
)
def billing_a_delivery_twice() -> None:
    one = deliver(contract(), order(), {"1": 1}, number="D-1", on=DAY)
    first, _ = bill(contract(), event="delivery", on=DAY, number="INV-1", delivery=one)
    bill(contract(), event="delivery", on=DAY, number="INV-2", delivery=one, before=[first])


@reproduces(
    "invoice.other_contract",
    en="The delivery belongs to another contract than the one that is billed.",
    zh="发货单不属于该合同。",
    do="Bill the contract that the message names.",
    names=("D-1", "HT-2026-017", "HT-2"),
)
def billing_another_contracts_delivery() -> None:
    one = deliver(contract(), order(), {"1": 1}, number="D-1", on=DAY)
    bill(contract().with_(number="HT-2"), event="delivery", on=DAY, number="INV-1", delivery=one)


@reproduces(
    "invoice.nothing_to_bill",
    en="The event makes no amount billable, such as an instalment that rounds to 0.",
    zh="该事件没有可开票金额。",
    do="Bill it together with a later event.",
    names=("instalment 3", "0.00 CNY"),
)
def an_instalment_of_nothing() -> None:
    signed = sign(accepted(example_quote(prices=("0.01", "0"))), number="HT-1", on=DAY)
    bill(signed, event="acceptance", on=DAY, number="INV-1")


@reproduces(
    "invoice.too_early",
    en="The invoice is dated before what it bills.",
    zh="开票日早于所开票的事件。",
    do="Date it on the day of the event or later.",
    names=("2026-11-01", "2026-11-28"),
)
def billing_before_the_event() -> None:
    bill(contract(), event="signing", on=EARLY, number="INV-1")


@reproduces(
    "invoice.due_too_late",
    en="The invoice would fall due after the last day of the calendar.",
    zh="到期日超出日历范围。",
    do="Date the invoice earlier.",
    names=("INV-1", "9999-12-31", "7 days"),
)
def an_invoice_at_the_end_of_time() -> None:
    bill(contract(), event="signing", on=date.max, number="INV-1")


@reproduces(
    "invoice.currency_mismatch",
    en="An invoice is in another currency than what is recorded of its contract.",
    zh="发票币种与合同已登记的币种不同。",
    do="Bill it in the currency of the contract.",
    names=("INV-1", "USD", "HT-2026-017 in CNY"),
)
def an_invoice_in_another_currency() -> None:
    one = deliver(contract(), order(), {"1": 1}, number="D-1", on=DAY)
    foreign = sign(accepted(example_quote(currency="USD")), number=contract().number, on=DAY)
    ledger = ReceivablesLedger().record(one)
    with untouched(ledger):
        ledger.record(*bill(foreign, event="signing", on=DAY, number="INV-1"))


@reproduces(
    "invoice.out_of_date",
    en="The invoice was made without knowing of an earlier one that is recorded.",
    zh="发票未计入此前已登记的发票，须重做。",
    do="`bill()` it again with `before=` all recorded invoices of the contract.",
    names=("INV-2", "line 1", "0.00 CNY", "1255.56 CNY"),
)
def two_invoices_at_once() -> None:
    ledger = ReceivablesLedger().record(*bill(contract(), event="signing", on=DAY, number="INV-1"))
    with untouched(ledger):
        ledger.record(*bill(contract(), event="delivery", on=DAY, number="INV-2"))


@reproduces(
    "invoice.after_receivable",
    en="Receivables of an invoice were recorded before it, as billed elsewhere.",
    zh="应收先于其发票登记。",
    do="Record an invoice together with its receivables, the invoice first.",
    names="INV-1",
)
def the_receivable_first() -> None:
    invoice, receivable = bill(contract(), event="signing", on=DAY, number="INV-1")
    ledger = ReceivablesLedger().record(receivable)
    with untouched(ledger):
        ledger.record(invoice)


@reproduces(
    "receivable.exceeds_invoice",
    en="The receivables of an invoice add up to more than it bills.",
    zh="应收合计超过发票金额。",
    do="Record at most the rest.",
    names=("INV-1", "1306.40 CNY", "1306.41 CNY"),
)
def a_receivable_above_its_invoice() -> None:
    invoice, receivable = bill(contract(), event="signing", on=DAY, number="INV-1")
    more = receivable.with_(amount={"amount": "1306.41", "currency": "CNY"})
    ReceivablesLedger().record(invoice, more)


@reproduces(
    "receivable.currency_mismatch",
    en="A receivable is in another currency than its invoice.",
    zh="应收与发票币种不同。",
    do="Record it in the currency of the invoice.",
    names=("INV-1", "USD", "CNY"),
)
def a_receivable_in_another_currency() -> None:
    invoice, receivable = bill(contract(), event="signing", on=DAY, number="INV-1")
    ReceivablesLedger().record(invoice, receivable.with_(amount=usd("10.00")))


@reproduces(
    "receivable.other_customer",
    en="A receivable names another customer than its invoice.",
    zh="应收与发票客户不同。",
    do="Record it for the customer of the invoice.",
    names=("INV-1", "C-9", "C-0042"),
)
def a_receivable_of_somebody_else() -> None:
    invoice, receivable = bill(contract(), event="signing", on=DAY, number="INV-1")
    ReceivablesLedger().record(invoice, receivable.with_(customer="C-9"))


@reproduces(
    "receivable.too_early",
    en="A receivable is dated before its invoice.",
    zh="应收日早于发票日。",
    do="Date it on the day of the invoice or later.",
    names=("INV-1", "2026-11-01", "2026-12-01"),
)
def a_receivable_before_its_invoice() -> None:
    invoice, receivable = bill(contract(), event="signing", on=DAY, number="INV-1")
    ReceivablesLedger().record(invoice, receivable.with_(on=EARLY))
