"""The journal (记账凭证、试算平衡): the facts as entries that balance.

Facts are posted in the order in which the ledger recorded them, so the entries of a longer ledger
begin with those of a shorter one: nothing that was posted ever changes. Posting the same facts
again gives the same entries, numbers included; a number is the fact's kind and number. Which
accounts a fact moves is said by ``revenue.posting``.
"""

from collections.abc import Iterable
from datetime import date

from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from revenue.chart import STANDARD_CHART, Account, ChartOfAccounts
from revenue.entry import JournalEntry, JournalLine
from revenue.ledger import Fact
from revenue.posting import RULES, Poster, PostingRule

__all__ = [
    "RULES",
    "STANDARD_CHART",
    "Account",
    "ChartOfAccounts",
    "JournalEntry",
    "JournalLine",
    "PostingRule",
    "TrialBalanceRow",
    "journal",
    "trial_balance",
]


def journal(
    facts: Iterable[Fact], *, chart: ChartOfAccounts = STANDARD_CHART
) -> tuple[JournalEntry, ...]:
    """The entries of the facts of a ledger, in the order of the facts.

    Amounts are in the currency of the fact. The facts must be those of a ledger, from the first
    on; raises ``NotFound`` (``journal.unknown_fact``) where one that an entry needs is missing.

    >>> from revenue.receipt import Receipt
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> entry, = journal([receipt])
    >>> entry.number, [(line.account.code, line.signed.amount) for line in entry.lines]
    ('receipt/R-1', [('1002', Decimal('300.00')), ('224101', Decimal('-300.00'))])
    """
    poster = Poster(chart)
    entries = (poster.post(fact) for fact in facts)
    return tuple(entry for entry in entries if entry is not None)


class TrialBalanceRow(Frozen):
    """All debits and all credits of one account in one currency."""

    account: Account
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        """Debits less credits: below zero for a credit balance."""
        return self.debit - self.credit


def trial_balance(
    entries: Iterable[JournalEntry], *, as_of: date | None = None
) -> tuple[TrialBalanceRow, ...]:
    """Accounts with their debits and credits up to and on a day, by code, then currency (试算平衡).

    In each currency the balances of all rows add up to zero.

    >>> from revenue.receipt import Receipt
    >>> receipt = Receipt(number="R-1", customer="C-1", on=date(2026, 12, 1),
    ...                   amount=Money("300", "CNY"))
    >>> [(row.account.code, str(row.balance)) for row in trial_balance(journal([receipt]))]
    [('1002', '300.00 CNY'), ('224101', '-300.00 CNY')]
    """
    sums: dict[tuple[str, str], tuple[Account, Money, Money]] = {}
    for entry in entries:
        if as_of is not None and entry.on > as_of:
            continue
        for line in entry.lines:
            currency = line.signed.code
            zero = Money.zero(currency)
            key = line.account.code, currency
            account, debit, credit = sums.get(key, (line.account, zero, zero))
            sums[key] = account, debit + (line.debit or zero), credit + (line.credit or zero)
    return tuple(
        TrialBalanceRow(account=account, debit=debit, credit=credit)
        for _, (account, debit, credit) in sorted(sums.items(), key=lambda item: item[0])
    )
