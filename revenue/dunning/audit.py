"""Reminders that should not have been sent, as is known now (催款核查): findings, for people.

The run never writes about what is blocked or paid; but a reminder is a fact that any program may
record, and what becomes known later may be dated before it. That no level is skipped is an
invariant of the ledger, and ``verify`` looks after it.
"""

from collections.abc import Iterator
from datetime import date

from cpq.kernel.errors import Finding
from cpq.kernel.text import LocalText
from revenue.ageing.history import ReceivableHistory
from revenue.dunning.past import DunningPast
from revenue.ledger import ReceivablesLedger
from revenue.reminder import DunningBlock, Reminder


def dunning_findings(ledger: ReceivablesLedger) -> tuple[Finding, ...]:
    """What reminders named though it was paid by their day, or blocked on it: notes.

    ``reminder.nothing_open`` and ``reminder.blocked``; the letter may have been right when it was
    sent, and the customer should be told.

    >>> from cpq.kernel.money import Money
    >>> from revenue.receivable import Receivable
    >>> due = date(2026, 12, 1)
    >>> ledger = ReceivablesLedger().record(
    ...     Receivable(number="AR-1", customer="C-1", on=due, due_on=due, amount=Money("9", "EUR")),
    ...     DunningBlock(number="DB-1", customer="C-1", on=due, reason="talks", by="Li"),
    ...     Reminder(number="DN-1", customer="C-1", level=1, on=date(2026, 12, 9),
    ...              receivables=("AR-1",), pay_by=date(2026, 12, 20)))
    >>> [finding.code for finding in dunning_findings(ledger)]
    ['reminder.blocked']
    """
    reminders = [fact for fact in ledger.facts if isinstance(fact, Reminder)]
    has_blocks = any(isinstance(fact, DunningBlock) for fact in ledger.facts)
    found: list[Finding] = []
    pasts: dict[date, DunningPast] = {}
    for reminder in sorted(reminders, key=lambda each: (each.on, each.level)):
        if has_blocks and reminder.on not in pasts:
            pasts[reminder.on] = DunningPast(ReceivableHistory(ledger, reminder.on))
        found += _needless(ledger, reminder, pasts.get(reminder.on))
    return tuple(found)


def _needless(
    ledger: ReceivablesLedger, reminder: Reminder, past: DunningPast | None
) -> Iterator[Finding]:
    for number in reminder.receivables:
        if not ledger.open_amount(number, as_of=reminder.on).amount:
            yield Finding(
                code="reminder.nothing_open",
                place=reminder.number,
                message=LocalText(
                    en=f"nothing of {number} was open on {reminder.on}",
                    zh=f"{number} 于 {reminder.on} 已无未清金额",
                ),
                severity="note",
            )
        block = past.block_of(ledger.receivable(number)) if past else None
        if block is not None:
            yield Finding(
                code="reminder.blocked",
                place=reminder.number,
                message=LocalText(
                    en=f"{number} was blocked on {reminder.on} by {block.number}",
                    zh=f"{number} 于 {reminder.on} 已被 {block.number} 冻结",
                ),
                severity="note",
            )
