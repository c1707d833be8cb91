"""Dunning, late interest, collections: what is refused, and what is found afterwards."""

from datetime import date
from pathlib import Path

from cpq.kernel.errors import Finding
from cpq.kernel.money import Money
from revenue.adapters import open_store
from revenue.adapters.dunning_cli import lift
from revenue.adapters.dunning_file import read_dunning_policy
from revenue.ageing import spells
from revenue.dunning import (
    DunningPolicy,
    LateInterest,
    dun,
    dun_each,
    dunning_findings,
    dunning_run,
    policy_for,
    recorded_notice,
)
from revenue.ledger import ReceivablesLedger
from revenue.receivable import Receivable
from revenue.reminder import DunningBlock, Reminder
from revenue.writeoff import WriteOff
from tests.errors.registry import reproduces

DUE, DAY = date(2026, 12, 1), date(2026, 12, 16)
POLICY = DunningPolicy(code="P", steps=[{"days": 5, "tone": 1}, {"days": 20, "tone": 2}])


def owing() -> ReceivablesLedger:
    """A debt of 100 that fell due on 1 December."""
    debt = Receivable(number="AR-1", customer="C-1", on=DUE, due_on=DUE, amount=Money("100", "CNY"))
    return ReceivablesLedger().record(debt)


def reminded(level: int) -> Reminder:
    return Reminder(
        number="DN-1", customer="C-1", level=level, on=DAY, receivables=("AR-1",), pay_by=DAY
    )


def written_off() -> WriteOff:
    return WriteOff(
        number="W-1",
        receivable="AR-1",
        amount=Money("100", "CNY"),
        on=DAY,
        reason="gone",
        approved_by="Wang",
    )


@reproduces(
    "dunning.no_policy",
    en="Every dunning policy names customers or groups, and none is for this customer.",
    zh="没有适用于该客户的催款政策。",
    do="Add a policy that names neither customers nor groups; it holds for all others.",
    names="C-1",
)
def a_customer_without_a_policy() -> None:
    policy_for([POLICY.with_(groups=("state",))], "C-1")


@reproduces(
    "dunning.nothing_to_send",
    en="A proposal in which nothing is due is to be recorded or written.",
    zh="该催款建议中没有到级款项，无需登记或发函。",
    do="Record those that have lines; the others say of each item why it is held.",
    names=("C-1", "2026-12-02"),
)
def a_proposal_without_lines() -> None:
    (proposal,) = dunning_run(owing(), POLICY, on=date(2026, 12, 2))
    dun(owing(), proposal, number="DN-1")


@reproduces(
    "dunning.out_of_date",
    en="What a proposal would dun was paid, blocked or reminded of since the run.",
    zh="催款建议已过期：款项已付、已冻结或已催收。",
    do="Make a new run on what the ledger holds now.",
    names=("AR-1", "0.00 CNY"),
)
def a_proposal_that_was_overtaken() -> None:
    ledger = owing()
    (proposal,) = dunning_run(ledger, POLICY, on=DAY)
    dun(ledger.record(written_off()), proposal, number="DN-1")


@reproduces(
    "dunning.numbers_mismatch",
    en="There are not as many numbers as proposals.",
    zh="编号数量与催款建议数量不一致。",
    do="Give a number for each proposal.",
    names=("1", "2"),
)
def two_numbers_for_one_letter() -> None:
    ledger = owing()
    dun_each(ledger, dunning_run(ledger, POLICY, on=DAY), numbers=("DN-1", "DN-2"))


@reproduces(
    "interest.no_rate",
    en="Interest is asked for a day before the first rate of the table.",
    zh="利率表未覆盖该日。",
    do="Add the rate that held on that day.",
    names=("2026-12-01", "2027-01-01"),
)
def a_table_of_rates_that_begins_too_late() -> None:
    LateInterest(rates=[{"percent": "3", "on": date(2027, 1, 1)}]).percent_on(DUE)


@reproduces(
    "collections.no_days",
    en="A stretch of days ends before it begins.",
    zh="统计期间的结束日早于开始日。",
    do="Swap the two days.",
    names=("2026-12-16", "2026-12-01"),
)
def collections_of_no_day() -> None:
    spells(DAY, DUE, "week")


@reproduces(
    "collections.too_many",
    en="A stretch of days has more weeks or months than can be shown.",
    zh="统计期间过长，期数过多。",
    do="Ask for months, or for fewer days.",
    names="1,200 weeks",
)
def collections_of_a_century() -> None:
    spells(date(1926, 1, 1), DUE, "week")


@reproduces(
    "reminder.unknown",
    en="The ledger holds no reminder of this number.",
    zh="催款记录不存在。",
    do="Correct the number; `revenue dun status` lists them.",
    names="'DN-9'",
)
def a_letter_that_nobody_recorded() -> None:
    recorded_notice(owing(), POLICY, number="DN-9")


@reproduces(
    "reminder.nothing_open",
    en="A reminder names what was paid by its day, as is known now.",
    zh="催款时该款项已结清。",
    do="Tell the customer; date payments that come late to light by the day they came in.",
    names=("AR-1", "2026-12-16"),
)
def a_reminder_of_what_was_settled() -> tuple[Finding, ...]:
    return dunning_findings(owing().record(reminded(1), written_off()))


@reproduces(
    "reminder.blocked",
    en="A reminder names what was blocked on its day, as is known now.",
    zh="催款时该款项处于冻结状态。",
    do="Tell the customer; lift the block where it was wrong.",
    names=("AR-1", "DB-1"),
)
def a_reminder_of_what_was_blocked() -> tuple[Finding, ...]:
    block = DunningBlock(number="DB-1", customer="C-1", on=DUE, reason="talks", by="Li")
    return dunning_findings(owing().record(block, reminded(1)))


@reproduces(
    "dunning_block.unknown",
    en="The store holds no dunning block of this number.",
    zh="催款冻结记录不存在。",
    do="Correct the number.",
    names="'DB-9'",
)
def a_block_that_nobody_made(folder: Path) -> None:
    url = f"sqlite:///{folder / 'books.db'}"
    with open_store(url) as store, store.unit() as deals:
        deals.record(*owing().facts)
    lift("DB-9", store=url, number="DB-10", reason="over", by="Li", on="2026-12-16")


@reproduces(
    "dunning_file.invalid",
    en="A policy file has fields that are wrong; each is named.",
    zh="催款政策文件有误，逐项列出。",
    do="Correct the fields that are named.",
    names=("policy.toml", "tone"),
)
def a_policy_of_an_unknown_tone(folder: Path) -> None:
    file = folder / "policy.toml"
    file.write_text('code = "P"\n[[steps]]\ndays = 5\ntone = 4\n', encoding="utf-8")
    read_dunning_policy(file)


@reproduces(
    "dunning_file.field",
    en="A field of a policy file is wrong, missing or not known.",
    zh="催款政策文件的字段有误。",
    do="Correct that field.",
    names="steps",
)
def a_policy_without_steps(folder: Path) -> None:
    file = folder / "policy.toml"
    file.write_text('code = "P"\n', encoding="utf-8")
    read_dunning_policy(file)
