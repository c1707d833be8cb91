"""The journal entry (记账凭证): lines that balance, and what they were made from.

Debits and credits are both more than zero; a figure that would be negative stands on the other
side. What the lines are worth in the currency of the books adds up to zero, and so do their amounts
where no exchange difference lies between. An entry names its fact, the rule that posted it and the
rule's version, so that each figure of the general ledger leads back to a document.
"""

from collections.abc import Iterable
from datetime import date

from pydantic import Field, model_validator

from cpq.kernel.model import Frozen, added
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, LocalText, Number
from revenue.amount import Positive
from revenue.chart import Account


class JournalLine(Frozen):
    """A debit or a credit of one account, more than zero; whose and of which contract, if any.

    ``booked`` is its value in the currency of the books where the amount is in another one, a debit
    above zero. ``book_only`` marks a change of such a value alone: the amount is in the books'
    currency, and what the account holds in the other one stays as it is.

    >>> from revenue.chart import STANDARD_CHART
    >>> line = JournalLine(account=STANDARD_CHART.bank, debit=Money("100", "CNY"))
    >>> line.signed, JournalLine(account=STANDARD_CHART.bank, credit=line.debit).signed
    (Money('100.00', 'CNY'), Money('-100.00', 'CNY'))
    """

    account: Account
    debit: Positive | None = None
    credit: Positive | None = None
    customer: Line = ""
    contract: Line = ""
    booked: Money | None = added(None)
    book_only: bool = added(False)

    @model_validator(mode="after")
    def _one_side(self) -> "JournalLine":
        if (self.debit is None) == (self.credit is None):
            raise ValueError("a journal line is a debit or a credit, one of the two")
        if self.booked is not None and (
            self.booked.code == self.signed.code or self.booked.amount * self.signed.amount < 0
        ):
            raise ValueError("booked is on the side of the amount, and in another currency")
        return self

    @property
    def signed(self) -> Money:
        """The amount, a debit above zero, a credit below."""
        if self.debit is not None:
            return self.debit
        assert self.credit is not None
        return -self.credit

    @property
    def value(self) -> Money:
        """What it is worth in the books, a debit above zero."""
        return self.signed if self.booked is None else self.booked

    def mirrored(self) -> "JournalLine":
        """The same line on the other side."""
        booked = None if self.booked is None else -self.booked
        return self.with_(debit=self.credit, credit=self.debit, booked=booked)


class JournalEntry(Frozen):
    """A balanced set of lines, and the fact, the rule and its version that made it."""

    number: Line
    on: date
    fact_kind: Code
    fact: Number
    rule: Code
    rule_version: int = Field(ge=1)
    lines: tuple[JournalLine, ...] = Field(min_length=2)
    memo: LocalText = LocalText()

    @model_validator(mode="after")
    def _balances(self) -> "JournalEntry":
        for currency, difference in _sums(self.lines).items():
            if difference.amount:
                raise ValueError(
                    f"entry {self.number} does not balance in {currency}: debits exceed credits "
                    f"by {difference}"
                )
        return self


def _sums(lines: Iterable[JournalLine]) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for line in lines:
        amount = line.value
        sums[amount.code] = sums.get(amount.code, Money.zero(amount.code)) + amount
    return sums
