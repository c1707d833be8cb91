"""Where an overdue receivable stands (催收进度): its level, and why the next one is not due.

A level is due when its day has come and the level before it was processed on an earlier day; so
none is ever skipped, however late the run is, and nobody gets two letters about one debt on a day.
"""

from datetime import date, timedelta
from typing import NamedTuple

from cpq.kernel.text import LocalText
from revenue.ageing.history import CHARGES
from revenue.dunning.past import DunningPast
from revenue.dunning.policy import DunningPolicy, DunningStep
from revenue.dunning.proposal import HeldReason
from revenue.ledger.open_item import days_overdue
from revenue.receivable import Receivable


class Stand(NamedTuple):
    """Where a receivable stands: the ``level`` processed last, and why the next one is not due.

    ``held`` is ``None`` where the next level is due; ``next_on`` is its day, where it has one.
    """

    level: int
    held: HeldReason | None
    why: LocalText
    next_on: date | None


def stand_of(past: DunningPast, policy: DunningPolicy, debt: Receivable, *, on: date) -> Stand:
    """Where an overdue receivable stands on a day under a policy.

    >>> from cpq.kernel.money import Money
    >>> from revenue.ageing import ReceivableHistory
    >>> from revenue.ledger import ReceivablesLedger
    >>> due = date(2026, 12, 1)
    >>> debt = Receivable(number="AR-1", customer="C-1", on=due, due_on=due,
    ...                   amount=Money("100", "EUR"))
    >>> past = DunningPast(ReceivableHistory(ReceivablesLedger(), date(2026, 12, 5)))
    >>> policy = DunningPolicy(code="P", steps=[{"days": 5, "tone": 1}])
    >>> stand_of(past, policy, debt, on=date(2026, 12, 5)).held
    'not_reached'
    """
    level = past.level_of(debt.number)
    step = policy.step(level + 1)
    next_on = None if step is None else _next_on(step, debt, past.last_on(debt.number))
    held, why = _held(past, policy, debt, on=on, level=level, next_on=next_on)
    return Stand(level, held, why, next_on)


def _next_on(step: DunningStep, debt: Receivable, last_on: date | None) -> date | None:
    """The day of the next level: the one it is reached on, but never that of the level before."""
    day = step.reached_on(debt.due_on, previous_on=last_on)
    if day is None or last_on is None or day > last_on:
        return day
    return last_on + timedelta(days=1) if last_on < date.max else None


def _held(
    past: DunningPast,
    policy: DunningPolicy,
    debt: Receivable,
    *,
    on: date,
    level: int,
    next_on: date | None,
) -> tuple[HeldReason | None, LocalText]:
    block = past.block_of(debt)
    late, levels = days_overdue(debt.due_on, on), len(policy.steps)
    if debt.origin in CHARGES and not policy.duns_charges:
        return "charge", LocalText(
            en="a fee or interest of an earlier reminder", zh="此前催款产生的费用或利息"
        )
    if debt.origin == "dispute":
        return "disputed", LocalText(en="the customer disputes it", zh="客户有争议")
    if block is not None:
        until = f" until {block.until}" if block.until else ""
        bis = f"至 {block.until}" if block.until else ""
        return "blocked", LocalText(
            en=f"blocked{until} by {block.by}: {block.reason} ({block.number})",
            zh=f"已由{block.by}冻结{bis}：{block.reason}（{block.number}）",
        )
    if late <= policy.grace_days:
        return "grace", LocalText(
            en=f"{late} days late, {policy.grace_days} are granted",
            zh=f"逾期 {late} 天，宽限期为 {policy.grace_days} 天",
        )
    if level >= levels:
        return "final", LocalText(
            en=f"all {levels} levels were processed", zh=f"{levels} 个级别均已催收"
        )
    if next_on is None or next_on > on:
        when, wann = (f"on {next_on}", f"于 {next_on} ") if next_on else ("on no day", "永不")
        return ("waiting" if level else "not_reached"), LocalText(
            en=f"level {level + 1} of {levels} is reached {when}",
            zh=f"第 {level + 1} 级（共 {levels} 级）{wann}到达",
        )
    return None, LocalText()
