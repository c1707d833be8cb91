"""What was done to collect so far (催收历史): levels processed, blocks, interest charged.

All of it is a fold over facts up to a day, so a run as of a past day is the run of that day. The
level that a receivable has reached is the highest that was processed for it; that it was paid does
not take the level away, for a payment can bounce. A block ends with its last day, or on the day
before another one that ``lifts`` it; what lifts does not block itself.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.ageing.history import ReceivableHistory
from revenue.receivable import Receivable
from revenue.reminder import DunningBlock, Reminder


def interest_number(reminder: Reminder, place: int) -> str:
    """The number of the interest that a reminder charges on the receivable in that place, from 1.

    It says which debt the interest is for, since a receivable names its reminder only.

    >>> reminder = Reminder(number="DN-1", customer="C-1", level=1, on=date(2026, 12, 10),
    ...                     receivables=("AR-1",), pay_by=date(2026, 12, 20))
    >>> interest_number(reminder, 1)
    'DN-1/interest-1'
    """
    return f"{reminder.number}/interest-{place}"


@dataclass(frozen=True)
class DunningPast:
    """The reminders, blocks and charges among the facts of a history."""

    history: ReceivableHistory

    def level_of(self, receivable: str) -> int:
        """The highest level that was processed for a receivable; 0 for none."""
        return max((each.level for each in self.reminders_of(receivable)), default=0)

    def latest_level_of(self, receivable: str) -> int:
        """The highest level among all facts of the ledger, those dated later included."""
        return self._latest.get(number_key(receivable), 0)

    def reminders_of(self, receivable: str) -> tuple[Reminder, ...]:
        """The reminders that name a receivable, by day."""
        return tuple(self._reminders.get(number_key(receivable), ()))

    def last_on(self, receivable: str) -> date | None:
        """The day on which the highest level of a receivable was processed first."""
        level = self.level_of(receivable)
        return min(
            (each.on for each in self.reminders_of(receivable) if each.level == level), default=None
        )

    def first_on(self, receivable: str) -> date | None:
        """The day of the first reminder of a receivable."""
        return min((each.on for each in self.reminders_of(receivable)), default=None)

    def block_of(self, receivable: Receivable) -> DunningBlock | None:
        """The block of a receivable, or of its customer, that holds on the day of the history."""
        number = number_key(receivable.number)
        for block in self._blocks.get(number_key(receivable.customer), ()):
            if not block.receivable or number_key(block.receivable) == number:
                return block
        return None

    def interest_charged(self, receivable: Receivable) -> Money:
        """The interest that was charged on a receivable so far."""
        charged = Money.zero(receivable.amount.code)
        key = number_key(receivable.number)
        for reminder in self.reminders_of(receivable.number):
            place = [number_key(each) for each in reminder.receivables].index(key) + 1
            interest = self._interest.get(number_key(interest_number(reminder, place)))
            if interest is not None:
                charged += interest.amount
        return charged

    @cached_property
    def _reminders(self) -> dict[str, list[Reminder]]:
        found: defaultdict[str, list[Reminder]] = defaultdict(list)
        facts = (fact for fact in self.history.facts if isinstance(fact, Reminder))
        for fact in sorted(facts, key=lambda reminder: reminder.on):
            for number in fact.receivables:
                found[number_key(number)].append(fact)
        return dict(found)

    @cached_property
    def _latest(self) -> dict[str, int]:
        levels: dict[str, int] = {}
        for fact in self.history.ledger.facts:
            if isinstance(fact, Reminder):
                for number in map(number_key, fact.receivables):
                    levels[number] = max(levels.get(number, 0), fact.level)
        return levels

    @cached_property
    def _interest(self) -> dict[str, Receivable]:
        return {
            number_key(fact.number): fact
            for fact in self.history.facts
            if isinstance(fact, Receivable) and fact.origin == "interest"
        }

    @cached_property
    def _blocks(self) -> dict[str, list[DunningBlock]]:
        """The blocks that hold on the day of the history, by customer."""
        day = self.history.as_of
        facts = [fact for fact in self.history.facts if isinstance(fact, DunningBlock)]
        lifted = {number_key(fact.lifts) for fact in facts if fact.lifts}
        found: defaultdict[str, list[DunningBlock]] = defaultdict(list)
        for fact in facts:
            ended = fact.until is not None and fact.until < day
            if not fact.lifts and not ended and number_key(fact.number) not in lifted:
                found[number_key(fact.customer)].append(fact)
        return dict(found)
