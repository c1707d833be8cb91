"""Recording facts, and cash application with its reversal."""

from revenue import read_fact
from tests.errors.registry import reproduces
from tests.errors.shop import (
    DAY,
    EARLY,
    applied,
    cny,
    open_debt,
    owed,
    paid,
    untouched,
    written_off,
)


@reproduces(
    "fact.number_taken",
    en="A fact of this kind and number is recorded already.",
    zh="该编号已被使用。",
    do="With the same content nothing is left to do; else give the new one another number.",
    names=("receipt", "'R-1'", "other content"),
)
def a_number_used_twice() -> None:
    ledger = open_debt()
    with untouched(ledger):
        ledger.record(paid("R-1", "99.00"))


@reproduces(
    "fact.unknown_kind",
    en="Something that is no fact is to be recorded.",
    zh="登记的对象不是业务事实。",
    do="Record receivables, receipts, applications and the like.",
    names="str",
)
def a_text_as_a_fact() -> None:
    open_debt().record("AR-1")  # type: ignore[arg-type]


@reproduces(
    "fact.unreadable",
    en="A text is not a fact as `canonical()` writes it.",
    zh="文本不是业务事实的规范格式。",
    do="Read what `canonical()` wrote, unchanged.",
    names="'voucher'",
)
def a_fact_of_no_kind() -> None:
    read_fact('{"kind": "voucher", "number": "R-1"}')


@reproduces(
    "receivable.unknown",
    en="The ledger holds no receivable of this number.",
    zh="应收单不存在。",
    do="Correct the number, or record the receivable first.",
    names="'AR-9'",
)
def an_unknown_receivable() -> None:
    ledger = open_debt()
    with untouched(ledger):
        ledger.apply("R-1", to=["AR-9"], number="A-1", on=DAY)


@reproduces(
    "receipt.unknown",
    en="The ledger holds no receipt of this number.",
    zh="收款单不存在。",
    do="Correct the number, or record the receipt first.",
    names="'R-9'",
)
def an_unknown_receipt() -> None:
    open_debt().apply("R-9", to=["AR-1"], number="A-1", on=DAY)


@reproduces(
    "application.exceeds_open",
    en="More is applied to a receivable than is open of it. In a store also a `Conflict`, where "
    "somebody else was first.",
    zh="核销金额超过应收未清余额。",
    do="Apply at most what is open; the rest of the receipt stays on account.",
    names=("A-1", "300.01 CNY", "AR-1", "300.00 CNY"),
)
def more_than_is_open() -> None:
    ledger = open_debt()
    with untouched(ledger):
        ledger.apply("R-1", to={"AR-1": cny("300.01")}, number="A-1", on=DAY)


@reproduces(
    "application.exceeds_receipt",
    en="More of a receipt is applied than is free. In a store also a `Conflict`, where somebody "
    "else was first.",
    zh="核销金额超过收款单可用余额。",
    do="Apply at most what is free.",
    names=("A-1", "400.00 CNY", "R-1", "350.00 CNY"),
)
def more_than_came_in() -> None:
    ledger = open_debt().record(owed("AR-2", "500.00"))
    with untouched(ledger):
        ledger.apply("R-1", to={"AR-2": cny("400.00")}, number="A-1", on=DAY)


@reproduces(
    "application.currency_mismatch",
    en="Receipt, receivable and application are not all in one currency.",
    zh="收款、应收与核销币种不一致。",
    do="Convert first: record a receipt in the currency of the debt.",
    names=("R-2", "USD", "AR-1", "CNY"),
)
def a_receipt_in_another_currency() -> None:
    ledger = open_debt().record(paid("R-2", "50.00", currency="USD"))
    with untouched(ledger):
        ledger.apply("R-2", to=["AR-1"], number="A-1", on=DAY)


@reproduces(
    "application.other_customer",
    en="Receipt and receivable are of different customers.",
    zh="收款与应收的客户不同。",
    do="Record the receipt for the customer whose debt it pays; `payer` may be somebody else.",
    names=("R-2", "C-2", "AR-1", "C-1"),
)
def somebody_elses_receipt() -> None:
    ledger = open_debt().record(paid("R-2").with_(customer="C-2"))
    ledger.apply("R-2", to=["AR-1"], number="A-1", on=DAY)


@reproduces(
    "application.too_early",
    en="The application is dated before the receipt or the receivable.",
    zh="核销日早于收款日或应收日。",
    do="Date it on the later of the two days or after.",
    names=("A-1", "2026-11-01", "2026-12-01"),
)
def applying_before_the_money_came() -> None:
    open_debt().record(applied().with_(on=EARLY))


@reproduces(
    "application.nothing_to_apply",
    en="The receipt has nothing free, or the receivables have nothing open.",
    zh="没有可核销的金额。",
    do="Look at `free_amount()` and `open_amount()`; perhaps it is done already.",
    names=("R-1", "AR-1"),
)
def applying_again() -> None:
    ledger = open_debt().record(applied())
    ledger.apply("R-1", to=["AR-1"], number="A-2", on=DAY)


@reproduces(
    "reversal.unknown_fact",
    en="The ledger does not hold what is to be reversed.",
    zh="要冲销的事实不存在。",
    do="Give the number of an application, a write-off or a recovery.",
    names=("X-1", "'A-9'"),
)
def reversing_nothing() -> None:
    open_debt().unapply("A-9", number="X-1", on=DAY, reason="wrong invoice")


@reproduces(
    "reversal.already_reversed",
    en="What is to be reversed is reversed already.",
    zh="已被冲销，不能再次冲销。",
    do="Nothing is left to do; to apply again, make a new application.",
    names=("A-1", "X-1"),
)
def reversing_twice() -> None:
    ledger = open_debt().record(applied())
    undone = ledger.unapply("A-1", number="X-1", on=DAY, reason="wrong invoice")
    with untouched(undone):
        undone.unapply("A-1", number="X-2", on=DAY, reason="wrong invoice")


@reproduces(
    "reversal.not_reversible",
    en="Facts of this kind cannot be reversed.",
    zh="该类事实不能冲销。",
    do="Reverse the applications, write-offs or recoveries that use it.",
    names="receipt R-1",
)
def reversing_a_receipt() -> None:
    open_debt().unapply("R-1", number="X-1", on=DAY, reason="bounced")


@reproduces(
    "reversal.recovered",
    en="A write-off is to be reversed of which something was recovered.",
    zh="已有坏账收回，须先冲销收回。",
    do="Reverse its recoveries first.",
    names=("W-1", "200.00 CNY"),
)
def reversing_what_was_recovered() -> None:
    ledger = written_off().recover("W-1", receipt="R-1", number="V-1", on=DAY, amount=cny("100.00"))
    ledger.unapply("W-1", number="X-1", on=DAY, reason="paid after all")


@reproduces(
    "reversal.too_early",
    en="The reversal is dated before what it reverses.",
    zh="冲销日早于被冲销事实之日。",
    do="Date it on the day of the reversed fact or later.",
    names=("X-1", "2026-11-01", "A-1", "2026-12-01"),
)
def reversing_before_it_happened() -> None:
    open_debt().record(applied()).unapply("A-1", number="X-1", on=EARLY, reason="wrong")


@reproduces(
    "ageing.buckets_invalid",
    en="The edges of the ageing buckets do not rise, or begin below 0.",
    zh="账龄区间必须从零起递增。",
    do="Give rising days overdue such as `(0, 30, 60, 90)`.",
    names="(30, 30)",
)
def buckets_that_do_not_rise() -> None:
    open_debt().ageing(as_of=DAY, buckets=(30, 30))
