"""Bad debts: write-off and recovery."""

from tests.errors.registry import reproduces
from tests.errors.shop import (
    DAY,
    EARLY,
    applied,
    cny,
    open_debt,
    paid,
    untouched,
    usd,
    written_off,
)

WHY = {"reason": "insolvent", "approved_by": "Wang Fang"}


@reproduces(
    "write_off.unknown",
    en="The ledger holds no write-off of this number.",
    zh="坏账核销单不存在。",
    do="Correct the number.",
    names="'W-9'",
)
def an_unknown_write_off() -> None:
    open_debt().recover("W-9", receipt="R-1", number="V-1", on=DAY)


@reproduces(
    "write_off.not_approved",
    en="A write-off names nobody who approved it.",
    zh="坏账核销没有批准人。",
    do="Give `approved_by`.",
    names=("W-1", "approved_by"),
)
def nobody_approved() -> None:
    ledger = open_debt()
    with untouched(ledger):
        ledger.write_off("AR-1", number="W-1", on=DAY, reason="insolvent", approved_by=" ")


@reproduces(
    "write_off.nothing_open",
    en="Nothing is open of the receivable that is to be written off.",
    zh="该应收没有未清余额可核销。",
    do="Nothing is left to do.",
    names=("AR-1", "2026-12-01"),
)
def writing_off_what_is_paid() -> None:
    open_debt().record(applied()).write_off("AR-1", number="W-1", on=DAY, **WHY)


@reproduces(
    "write_off.exceeds_open",
    en="More is written off than is open.",
    zh="坏账核销金额超过未清余额。",
    do="Write off at most what is open.",
    names=("W-1", "300.01 CNY", "300.00 CNY"),
)
def writing_off_too_much() -> None:
    ledger = open_debt()
    with untouched(ledger):
        ledger.write_off("AR-1", number="W-1", on=DAY, amount=cny("300.01"), **WHY)


@reproduces(
    "write_off.currency_mismatch",
    en="A write-off is in another currency than the receivable.",
    zh="坏账核销与应收币种不同。",
    do="Write it off in the currency of the receivable.",
    names=("AR-1", "CNY", "USD"),
)
def writing_off_dollars() -> None:
    open_debt().write_off("AR-1", number="W-1", on=DAY, amount=usd("10.00"), **WHY)


@reproduces(
    "write_off.too_early",
    en="The write-off is dated before the receivable.",
    zh="坏账核销日早于应收日。",
    do="Date it on the day of the receivable or later.",
    names=("W-1", "2026-11-01", "2026-12-01"),
)
def writing_off_before_it_was_owed() -> None:
    open_debt().write_off("AR-1", number="W-1", on=EARLY, amount=cny("10.00"), **WHY)


@reproduces(
    "recovery.nothing_to_recover",
    en="Nothing of the write-off is unrecovered, or nothing of the receipt is free.",
    zh="没有可收回的金额。",
    do="Look at `recoverable_amount()` and `free_amount()`.",
    names=("W-1", "R-1"),
)
def recovering_again() -> None:
    done = written_off().recover("W-1", receipt="R-1", number="V-1", on=DAY)
    done.recover("W-1", receipt="R-1", number="V-2", on=DAY)


@reproduces(
    "recovery.exceeds_write_off",
    en="More is recovered than was written off and not recovered yet.",
    zh="收回金额超过坏账核销余额。",
    do="Recover at most that; the rest of the receipt stays on account.",
    names=("V-1", "300.01 CNY", "W-1", "300.00 CNY"),
)
def recovering_too_much() -> None:
    ledger = written_off()
    with untouched(ledger):
        ledger.recover("W-1", receipt="R-1", number="V-1", on=DAY, amount=cny("300.01"))


@reproduces(
    "recovery.exceeds_receipt",
    en="A recovery takes more of a receipt than is free.",
    zh="收回金额超过收款单可用余额。",
    do="Take at most what is free.",
    names=("V-1", "100.00 CNY", "R-2", "60.00 CNY"),
)
def recovering_from_a_small_receipt() -> None:
    ledger = written_off().record(paid("R-2", "60.00"))
    ledger.recover("W-1", receipt="R-2", number="V-1", on=DAY, amount=cny("100.00"))


@reproduces(
    "recovery.currency_mismatch",
    en="The receipt is in another currency than what was written off.",
    zh="收款与坏账核销币种不同。",
    do="Record a receipt in the currency of the debt.",
    names=("W-1", "CNY", "R-2", "USD"),
)
def recovering_from_dollars() -> None:
    ledger = written_off().record(paid("R-2", "60.00", currency="USD"))
    ledger.recover("W-1", receipt="R-2", number="V-1", on=DAY)


@reproduces(
    "recovery.other_customer",
    en="The receipt is of another customer than what was written off.",
    zh="收款与坏账核销的客户不同。",
    do="Record the receipt for the customer whose debt it pays.",
    names=("W-1", "C-1", "R-2", "C-2"),
)
def recovering_from_somebody_else() -> None:
    ledger = written_off().record(paid("R-2").with_(customer="C-2"))
    ledger.recover("W-1", receipt="R-2", number="V-1", on=DAY)


@reproduces(
    "recovery.too_early",
    en="The recovery is dated before the write-off or the receipt.",
    zh="收回日早于坏账核销日或收款日。",
    do="Date it on the later of the two days or after.",
    names=("V-1", "2026-11-01", "2026-12-01"),
)
def recovering_before_it_was_lost() -> None:
    written_off().recover("W-1", receipt="R-1", number="V-1", on=EARLY, amount=cny("10.00"))
