"""What a dunning run proposes (催款建议): whom to write to, about what, at which level, why not.

A proposal is for one letter to one customer in one currency. What is not dunned stands beside
what is, with the reason: why somebody got no letter is asked as often as why somebody got one.
"""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen
from cpq.kernel.money import CurrencyCode, Exact, Money, money_total
from cpq.kernel.text import Code, Line, LocalText
from revenue.amount import NotNegative, Positive
from revenue.dunning.policy import DunningStep
from revenue.receivable import Receivable

HeldReason = Literal[
    "blocked",
    "disputed",
    "grace",
    "not_reached",
    "waiting",
    "final",
    "on_account",
    "below_minimum",
    "charge",
]
"""Why an overdue item is not dunned: a person said so; it is disputed; it is late by no more than
the days of grace; the first level, or the next one, is not reached; all levels were processed; the
customer has paid as much on account; all of it is too little; it is a fee or interest itself."""


class DunningLine(Frozen):
    """A receivable of which ``open`` is left, and for which ``level`` is due.

    ``interest`` is what is charged now, ``charged`` what was charged before.

    >>> debt = Receivable(number="AR-1", customer="C-1", on=date(2026, 11, 1),
    ...                   due_on=date(2026, 12, 1), amount=Money("100", "EUR"))
    >>> DunningLine(receivable=debt, open=debt.amount, days_overdue=15, level=1,
    ...             interest=Money("0.41", "EUR"), charged=Money("0", "EUR")).level
    1
    """

    receivable: Receivable
    open: Positive
    days_overdue: int = Field(ge=1)
    level: int = Field(ge=1)
    interest: NotNegative
    charged: NotNegative


class HeldLine(Frozen):
    """An overdue receivable that is not dunned, and why.

    ``level`` is the last one that was processed, 0 for none; ``next_on`` the day of the next one,
    where there is one to wait for.
    """

    receivable: Receivable
    open: Positive
    days_overdue: int = Field(ge=1)
    level: int = Field(ge=0)
    reason: HeldReason
    why: LocalText
    next_on: date | None = None


class DunningProposal(Frozen):
    """One customer's overdue items in one currency on a day: ``lines`` to be dunned, ``held`` not.

    ``step`` is that of the highest level among the lines, and ``None`` where nothing is to be sent;
    ``levels`` is how many the policy has. ``charges`` are fees and interest of earlier reminders
    that are overdue themselves. ``fee`` and the interest of the lines are charged now.
    """

    customer: Code
    currency: CurrencyCode
    policy: Code
    on: date
    levels: int = Field(ge=1)
    step: DunningStep | None
    pay_by: date
    lines: tuple[DunningLine, ...] = ()
    charges: tuple[HeldLine, ...] = ()
    held: tuple[HeldLine, ...] = ()
    fee: NotNegative
    on_account: NotNegative
    tax_percent: Exact | None = None
    locale: Line = "bilingual"

    @model_validator(mode="after")
    def _holds_together(self) -> "DunningProposal":
        if (self.step is None) != (not self.lines):
            raise ValueError("a proposal has a step exactly where it has lines")
        amounts = [self.fee, self.on_account, *(line.open for line in self.lines)]
        amounts += [line.open for each in (self.charges, self.held) for line in each]
        foreign = {each.code for each in amounts} - {self.currency}
        if foreign:
            raise ValueError(f"the proposal is in {self.currency} but holds {sorted(foreign)}")
        return self

    @property
    def level(self) -> int:
        """The highest level among the lines; 0 where nothing is to be sent."""
        return max((line.level for line in self.lines), default=0)

    @property
    def overdue(self) -> Money:
        """Σ of what is open of the lines."""
        return money_total((line.open for line in self.lines), self.currency)

    @property
    def interest(self) -> Money:
        """Σ of the interest that is charged now."""
        return money_total((line.interest for line in self.lines), self.currency)

    @property
    def earlier(self) -> Money:
        """Σ of what is open of earlier fees and interest."""
        return money_total((line.open for line in self.charges), self.currency)

    @property
    def total(self) -> Money:
        """What the letter asks for: lines, earlier charges, interest and fee."""
        return self.overdue + self.earlier + self.interest + self.fee
