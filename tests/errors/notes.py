"""What moves no money: periods, holds, risk records, reminders and blocks, relief that is owed."""

from datetime import date
from typing import Any

from revenue import ReceivablesLedger
from revenue.hold import CreditHold, HoldRelease
from revenue.period import PeriodClose, PeriodReopening
from revenue.reminder import DunningBlock, Reminder
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal
from tests.errors.registry import reproduces
from tests.errors.settling import refused
from tests.errors.shop import DAY, EARLY, open_debt, owed

NOVEMBER = PeriodClose(number="2026-11", through=date(2026, 11, 30), on=DAY, by="Wang")
HOLD = CreditHold(number="H-1", customer="C-1", on=DAY, reasons=("limit exceeded",))
RELEASE = HoldRelease(number="HR-1", hold="H-1", on=DAY, reason="guarantee", by="Wang")
SUED = RiskRecord(number="RR-1", customer="C-1", type="lawsuit", on=DAY, source="court")
WITHDRAWN = RiskRecordWithdrawal(number="RW-1", record="RR-1", on=DAY, by="Li", reason="settled")


def closed(*later: PeriodReopening, **fields: Any) -> ReceivablesLedger:
    """As ``open_debt``, closed through November."""
    return open_debt().record(NOVEMBER.with_(**fields), *later)


def reopening(**fields: Any) -> PeriodReopening:
    said = {"number": "RO-1", "period": "2026-11", "on": DAY, "by": "Wang"}
    return PeriodReopening.model_validate({**said, "reason": "a forgotten invoice", **fields})


# --- periods --------------------------------------------------------------------------------------


@reproduces(
    "period.closed",
    en="A fact is dated into a closed period.",
    zh="该期间已结账。",
    do="Date it into the open period, or open the period again where its close was soft.",
    names=("receivable AR-2", "2026-11-01", "2026-11-30"),
)
def dated_into_a_closed_period() -> None:
    refused(owed("AR-2").with_(on=EARLY), ledger=closed())


@reproduces(
    "period_close.bad_day",
    en="A period is closed before its last day, or through a day that is closed already.",
    zh="结账日早于期末，或该期间已结账。",
    do="Close on the last day or later, and one period after the other.",
    names=("2026-12", "2026-12-01", "2026-12-31"),
)
def closing_before_the_end() -> None:
    december = NOVEMBER.with_(number="2026-12", through=date(2026, 12, 31))
    refused(december, ledger=closed())


@reproduces(
    "period_reopening.not_open_to_it",
    en="A period is to be opened again that is not the last closed one, or is closed for good.",
    zh="只能反结账最后一个已结账且未永久结账的期间。",
    do="Open the last one that is closed, where it is not closed for good.",
    names=("2026-11", "hard"),
)
def opening_what_is_closed_for_good() -> None:
    refused(reopening(), ledger=closed(hard=True))


@reproduces(
    "period_reopening.too_early",
    en="A period is opened again before it was closed.",
    zh="反结账日早于结账日。",
    do="Date it on the day of the close or later.",
    names=("RO-1", "2026-11-01", "2026-12-01"),
)
def opening_before_closing() -> None:
    refused(reopening(on=EARLY), ledger=closed())


# --- holds and risk records -----------------------------------------------------------------------


@reproduces(
    "credit_hold.unknown",
    en="The ledger holds no credit hold of this number.",
    zh="信用冻结不存在。",
    do="Correct the number.",
    names="'H-1'",
)
def releasing_what_is_not_held() -> None:
    refused(RELEASE)


@reproduces(
    "hold_release.ended_already",
    en="A hold is released that was released before.",
    zh="该冻结已放行。",
    do="Nothing is left to do.",
    names=("H-1", "HR-1"),
)
def releasing_twice() -> None:
    refused(RELEASE.with_(number="HR-2"), ledger=open_debt().record(HOLD, RELEASE))


@reproduces(
    "hold_release.too_early",
    en="The release is dated before the hold.",
    zh="放行日早于冻结日。",
    do="Date it on that day or later.",
    names=("HR-1", "2026-11-01", "H-1", "2026-12-01"),
)
def releasing_before_the_hold() -> None:
    refused(RELEASE.with_(on=EARLY), ledger=open_debt().record(HOLD))


@reproduces(
    "risk_record.unknown",
    en="The ledger holds no risk record of this number.",
    zh="风险记录不存在。",
    do="Correct the number.",
    names="'RR-1'",
)
def withdrawing_what_is_not_there() -> None:
    refused(WITHDRAWN)


@reproduces(
    "risk_record_withdrawal.ended_already",
    en="A risk record is withdrawn that was withdrawn before.",
    zh="该风险记录已撤销。",
    do="Nothing is left to do.",
    names=("RR-1", "RW-1"),
)
def withdrawing_twice() -> None:
    refused(WITHDRAWN.with_(number="RW-2"), ledger=open_debt().record(SUED, WITHDRAWN))


@reproduces(
    "risk_record_withdrawal.too_early",
    en="The withdrawal is dated before the risk record.",
    zh="撤销日早于风险记录日。",
    do="Date it on that day or later.",
    names=("RW-1", "2026-11-01", "RR-1", "2026-12-01"),
)
def withdrawing_before_it_was_known() -> None:
    refused(WITHDRAWN.with_(on=EARLY), ledger=open_debt().record(SUED))


# --- reminders ------------------------------------------------------------------------------------


@reproduces(
    "reminder.other_customer",
    en="A reminder of one customer names a receivable of another.",
    zh="催款涉及其他客户的应收。",
    do="Leave that receivable out.",
    names=("AR-1", "C-1", "C-2"),
)
def reminding_somebody_else() -> None:
    asked = Reminder(
        number="DN-1",
        customer="C-2",
        level=1,
        on=DAY,
        receivables=("AR-1",),
        pay_by=date(2026, 12, 20),
    )
    refused(asked)


@reproduces(
    "dunning_block.other_customer",
    en="A dunning block of one customer names a receivable of another.",
    zh="催款冻结涉及其他客户的应收。",
    do="Name the customer of the receivable.",
    names=("AR-1", "C-1", "C-2"),
)
def blocking_somebody_else() -> None:
    block = DunningBlock(
        number="DB-1", customer="C-2", receivable="AR-1", on=DAY, reason="talks", by="Li"
    )
    refused(block)
