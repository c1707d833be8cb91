"""What has become of reminders (催款状态): resolved by payment, open again when it bounces.

Nobody sets this state. A reminder is resolved once nothing of what it named is open, whatever
closed it, and unresolved again when that is undone; each receivable stands where its levels and
its payments put it.
"""

from datetime import date
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Number, number_key
from revenue.ageing.history import ReceivableHistory
from revenue.dunning.past import DunningPast
from revenue.dunning.policy import DunningPolicy
from revenue.dunning.stand import stand_of
from revenue.ledger import ReceivablesLedger
from revenue.reminder import Reminder

ReminderState = Literal["unresolved", "resolved"]
"""Whether something of what a reminder named is open."""

DunningState = Literal["none", "draft", "waiting", "final", "removed"]
"""Nothing is due; a level is due and not processed; one was processed and the next is not due; all
were processed; it is paid."""


class ReminderStatus(Frozen):
    """A reminder, what is ``open`` of what it named, and its state."""

    reminder: Reminder
    open: Money

    @property
    def state(self) -> ReminderState:
        """``resolved`` where nothing is open."""
        return "unresolved" if self.open.amount else "resolved"


class DunningStatus(Frozen):
    """Where a receivable stands: the ``level`` that is due (``draft``) or was processed last."""

    receivable: Number
    level: int
    state: DunningState
    blocked: bool


def reminder_status(
    ledger: ReceivablesLedger, *, as_of: date, customer: str | None = None
) -> tuple[ReminderStatus, ...]:
    """The reminders up to a day with what is open of them at its end, as recorded.

    >>> reminder_status(ReceivablesLedger(), as_of=date(2026, 12, 31))
    ()
    """
    found = []
    for fact in ledger.facts_until(as_of):
        if isinstance(fact, Reminder) and (
            customer is None or number_key(fact.customer) == number_key(customer)
        ):
            left = [ledger.open_amount(each, as_of=as_of) for each in fact.receivables]
            found.append(ReminderStatus(reminder=fact, open=money_total(left, left[0].code)))
    return tuple(found)


def dunning_status(
    ledger: ReceivablesLedger, policy: DunningPolicy, receivable: str, *, on: date
) -> DunningStatus:
    """Where a receivable stands at the end of a day under a policy.

    Raises ``NotFound`` (``receivable.unknown``).

    >>> from revenue.receivable import Receivable
    >>> due = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(Receivable(
    ...     number="AR-1", customer="C-1", on=due, due_on=due, amount=Money("100", "EUR")))
    >>> policy = DunningPolicy(code="P", steps=[{"days": 5, "tone": 1}, {"days": 20, "tone": 2}])
    >>> status = dunning_status(ledger, policy, "AR-1", on=date(2026, 12, 31))
    >>> status.state, status.level
    ('draft', 1)
    """
    debt = ledger.receivable(receivable)
    past = DunningPast(ReceivableHistory(ledger, on))
    stand = stand_of(past, policy, debt, on=on)
    blocked = past.block_of(debt) is not None
    level, state = stand.level, _state(stand.level, len(policy.steps))
    if not ledger.open_amount(receivable, as_of=on).amount:
        state = "removed"
    elif stand.held is None and debt.due_on < on:
        level, state = stand.level + 1, "draft"
    return DunningStatus(receivable=debt.number, level=level, state=state, blocked=blocked)


def _state(level: int, levels: int) -> DunningState:
    if not level:
        return "none"
    return "final" if level >= levels else "waiting"
