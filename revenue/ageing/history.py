"""What became of each receivable (应收款往来): the days on which it moved, and who paid when.

The ledger says what is open on a day; measures of how customers pay also need the day on which
their money came in. An application says on which day money was applied, and that may be a week
later: the day of a payment is that of the receipt in the bank, also where it was nobody's at first
and identified later. Read once, asked about often.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, get_args

from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Adjustment, Application, DebtorChange, Reversal
from revenue.credit_note import CreditNote, Payable
from revenue.ledger import Fact, ReceivablesLedger
from revenue.ledger.fact import Settlement
from revenue.receipt import Identification, Receipt
from revenue.writeoff import WriteOff

CHARGES = ("dunning_fee", "interest")
"""Origins of receivables that dunning itself makes: nobody sold them, and they bear no interest."""

_SETTLEMENTS: tuple[type, ...] = get_args(Settlement)


class Payment(NamedTuple):
    """``amount`` of a receivable was paid: ``paid_on`` the money came in, ``on`` it was applied."""

    receivable: str
    amount: Money
    paid_on: date
    on: date
    means: str


@dataclass(frozen=True)
class ReceivableHistory:
    """The facts of a ledger up to a day, by receivable.

    >>> ReceivableHistory(ReceivablesLedger(), date(2026, 12, 31)).days_of("AR-1")
    ()
    """

    ledger: ReceivablesLedger
    as_of: date

    def days_of(self, receivable: str) -> tuple[date, ...]:
        """The days up to ``as_of`` on which what is open of a receivable moved, in order."""
        return tuple(sorted(self._days.get(number_key(receivable), ())))

    def payments_of(self, receivable: str) -> tuple[Payment, ...]:
        """The applications of a receivable that stand on ``as_of``, as recorded."""
        return tuple(self._payments.get(number_key(receivable), ()))

    def paid(self) -> tuple[str, ...]:
        """The numbers of the receivables that have payments, in the order of their first one."""
        return tuple(payments[0].receivable for payments in self._payments.values())

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts dated up to and on ``as_of``, as recorded."""
        return tuple(self.ledger.facts_until(self.as_of))

    @cached_property
    def _settlements(self) -> dict[str, Fact]:
        return {
            number_key(fact.number): fact for fact in self.facts if isinstance(fact, _SETTLEMENTS)
        }

    @cached_property
    def _reversed(self) -> frozenset[str]:
        return frozenset(
            number_key(fact.reverses) for fact in self.facts if isinstance(fact, Reversal)
        )

    @cached_property
    def _days(self) -> dict[str, set[date]]:
        days: defaultdict[str, set[date]] = defaultdict(set)
        for fact in self.facts:
            moved = fact
            if isinstance(fact, Reversal):
                moved = self._settlements.get(number_key(fact.reverses), fact)
            match moved:
                case Application() | WriteOff() | DebtorChange():
                    days[number_key(moved.receivable)].add(fact.on)
                case Adjustment(document_kind="receivable"):
                    days[number_key(moved.document)].add(fact.on)
                case _:
                    pass
        return dict(days)

    @cached_property
    def _payments(self) -> dict[str, list[Payment]]:
        payments: defaultdict[str, list[Payment]] = defaultdict(list)
        for fact in self.facts:
            if isinstance(fact, Application) and number_key(fact.number) not in self._reversed:
                payments[number_key(fact.receivable)].append(
                    Payment(
                        receivable=fact.receivable,
                        amount=fact.settled,
                        paid_on=self._paid_on(fact),
                        on=fact.on,
                        means=fact.means,
                    )
                )
        return dict(payments)

    def _paid_on(self, fact: Application) -> date:
        return self._means_on.get((fact.means, number_key(fact.receipt)), fact.on)

    @cached_property
    def _means_on(self) -> dict[tuple[str, str], date]:
        """When what pays came in, by its kind and number; of an identified part, its receipt."""
        days: dict[tuple[str, str], date] = {}
        for fact in self.facts:
            key = number_key(fact.number)
            match fact:
                case Receipt():
                    days["receipt", key] = fact.on
                case Identification():
                    days["receipt", key] = days.get(("receipt", number_key(fact.receipt)), fact.on)
                case CreditNote():
                    days["credit_note", key] = fact.on
                case Payable():
                    days["payable", key] = fact.on
                case _:
                    pass
        return days
