"""The workbench of a morning (对账工作台): every line of the bank, and what became of it."""

from datetime import date
from typing import Literal

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money, money_total
from cpq.kernel.text import Line, LocalText
from revenue.bank import BankLine, ReturnedPayment
from revenue.ledger import Fact
from revenue.matching import Match
from revenue.receipt import Receipt

Status = Literal["posted", "settled", "suggested", "unknown", "returned", "to_return", "other"]
"""What became of a line: matched and posted now; settled before, wholly; something is suggested;
nobody knows; a bounced payment that was undone, or that waits for a person; no business of the
receivables, such as a fee or money that went out."""

STATUSES: tuple[Status, ...] = (
    "posted",
    "suggested",
    "unknown",
    "to_return",
    "returned",
    "settled",
    "other",
)
"""Every status, in the order in which a person reads them."""

STATUS_WORDS: dict[Status, LocalText] = {
    "posted": LocalText(en="Posted on proof", zh="已自动核销"),
    "suggested": LocalText(en="Suggested", zh="待确认"),
    "unknown": LocalText(en="Unknown", zh="待认领"),
    "to_return": LocalText(en="Bounced, receipt unclear", zh="退票待处理"),
    "returned": LocalText(en="Bounced and undone", zh="退票已冲回"),
    "settled": LocalText(en="Settled before", zh="此前已核销"),
    "other": LocalText(en="Not a receipt", zh="非收款"),
}
"""The statuses in words."""


class ReconciledLine(Frozen):
    """One line of a statement, or a receipt that waited from before (then ``line`` is ``None``).

    ``free`` is what of its receipt is not applied now. ``match`` says what the matcher found, with
    every candidate, the rivals and why it stopped; ``settlements`` are the numbers of what was
    posted.
    """

    status: Status
    line: BankLine | None = None
    receipt: Receipt | None = None
    free: Money | None = None
    match: Match | None = None
    returned: ReturnedPayment | None = None
    settlements: tuple[Line, ...] = ()

    @property
    def amount(self) -> Money:
        """What the bank booked, below zero where money went out."""
        if self.line is not None:
            return self.line.amount
        assert self.receipt is not None, "a row without a line is a receipt that waits"
        return self.receipt.amount

    @property
    def customer(self) -> str:
        """Whose it is, as far as that is known or suggested."""
        if self.receipt is not None and self.receipt.customer:
            return self.receipt.customer
        return "" if self.match is None else self.match.customer


class StatusTotal(Frozen):
    """How many lines have a status, and what they come to in one currency."""

    status: Status
    count: int
    amount: Money


class Reconciliation(Frozen):
    """What a run did on a day: every line, and the facts that it adds to the ledger, in order.

    Nothing is recorded by it: ``ledger.record(*facts)`` does that, or a store.
    """

    on: date
    lines: tuple[ReconciledLine, ...]
    facts: tuple[Fact, ...]

    def of(self, *statuses: Status) -> tuple[ReconciledLine, ...]:
        """The lines with one of these statuses."""
        return tuple(each for each in self.lines if each.status in statuses)

    @property
    def totals(self) -> tuple[StatusTotal, ...]:
        """Count and sum by status and currency; together they are every line."""
        found = []
        for status in STATUSES:
            own = self.of(status)
            for code in sorted({each.amount.code for each in own}):
                amounts = [each.amount for each in own if each.amount.code == code]
                found.append(
                    StatusTotal(
                        status=status, count=len(amounts), amount=money_total(amounts, code)
                    )
                )
        return tuple(found)
