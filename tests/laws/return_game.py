"""A game of returns: goods are sold once and come back for fifty steps, under a policy per step.

After every step nothing was paid out twice and nothing lost; at the end, whatever the path, each
line, tax code, promotion, funder and counter is square. The budget ledger plays along.
"""

from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.allocation import Allocation
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money, money_total, total
from cpq.returns import (
    KEEP,
    AllocationBack,
    ReturnCredit,
    ReturnedLine,
    ReturnPolicy,
    everything_left,
    given_back,
    repricing,
    take_back,
)
from cpq.waterfall import PricedLine, Pricing
from tests.laws.sales import DAY, Sale, coming_back, left_of, return_policies, sales

Row = tuple[str, str, str, str, str]
Figures = tuple[Decimal, ...]
Key = TypeVar("Key", bound=Hashable)
ORDER = "SO-1"
NOTHING = Decimal(0)


def sums(pairs: Iterable[tuple[Key, Decimal]]) -> dict[Key, Decimal]:
    """Amounts by key; what adds up to nothing is left out."""
    found: dict[Key, Decimal] = {}
    for key, amount in pairs:
        found[key] = total((found.get(key, NOTHING), amount))
    return {key: amount for key, amount in found.items() if amount}


def rows_of(rows: Iterable[Allocation | AllocationBack]) -> dict[Row, Decimal]:
    """Allocations by line, promotion, tax code, funder and coupon."""
    return sums(
        ((row.line, row.promotion, row.tax_code, row.funder, row.coupon), row.amount)
        for row in rows
    )


def rows_back(credits_: Iterable[ReturnCredit]) -> dict[Row, Decimal]:
    """What came back of each allocation."""
    return rows_of(row for credit in credits_ for row in credit.allocations)


def taken_of(pricing: Pricing) -> dict[str, Decimal]:
    """What a sale took of each counter, and a cancelled one would give back."""
    return sums((take.counter.key, take.amount) for take in pricing.taken if take.returns)


def _by_bundle(
    lines: Iterable[tuple[str, PricedLine | ReturnedLine]],
) -> dict[tuple[str, str], Decimal]:
    """Net, tax and gross of numbered lines, a bundle with all its parts as one."""
    return sums(
        ((number.partition(".")[0], column), getattr(line, column))
        for number, line in lines
        for column in ("net", "tax", "gross")
    )


def paid_out(credits_: Iterable[ReturnCredit], currency: str) -> Money:
    """What the customer got, less what he paid."""
    return money_total((each.refund - each.charge for each in credits_), currency)


class TakingBack(RuleBasedStateMachine):
    """A sale, all that came back of it, and the budget that it drew on."""

    pricing: Pricing

    @initialize(sale=sales())
    def sell(self, sale: Sale) -> None:
        taken = sale.pricing.taken
        ledger = BudgetLedger()
        if taken:
            ledger = ledger.reserve(taken, document=ORDER, on=DAY, expires_on=DAY, key="reserve")
            ledger = ledger.commit(document=ORDER, on=DAY, key="commit")
        self.ledger = ledger
        self.credits: list[ReturnCredit] = []
        self.back: dict[str, Decimal] = {}
        self.pricing, self.catalogue = sale

    @property
    def complete(self) -> bool:
        return bool(self.credits) and self.credits[-1].complete

    def _sold(self) -> list[tuple[str, PricedLine]]:
        return [(line.number, line) for line in self.pricing.lines]

    def _came(self) -> list[tuple[str, ReturnedLine]]:
        return [(line.line, line) for credit in self.credits for line in credit.lines]

    def _take_back(self, returned: dict[str, Decimal], policy: ReturnPolicy) -> ReturnCredit:
        credit = take_back(
            self.pricing,
            returned,
            before=self.credits,
            policy=policy,
            reprice=repricing(self.pricing, catalogue=self.catalogue),
        )
        back = given_back(credit)
        if back:
            key = f"return {len(self.credits)}"
            self.ledger = self.ledger.give_back(document=ORDER, on=DAY, key=key, amounts=back)
        for counter, amount in back.items():
            assert amount > 0
            self.back[counter] = total((self.back.get(counter, NOTHING), amount))
        self.credits.append(credit)
        return credit

    @precondition(lambda self: not self.complete)
    @rule(data=st.data(), policy=return_policies)
    def some_come_back(self, data: st.DataObject, policy: ReturnPolicy) -> None:
        left = left_of(self.pricing, self.credits)
        credit = self._take_back(data.draw(coming_back(left)), policy)
        assert credit.refund.amount >= 0
        assert not (credit.refund and credit.owed)
        assert policy.customer_pays or not credit.charge
        assert credit.net + credit.tax == credit.gross
        for row in credit.deductions:
            assert row.text.en
            assert row.text.zh
        if not any(each.deductions for each in self.credits[:-1]) and policy == KEEP:
            assert credit.deductions == ()

    @rule(data=st.data())
    def one_more_than_is_left_is_refused(self, data: st.DataObject) -> None:
        sold = [line.number for line in self.pricing.lines if not line.included]
        line = data.draw(st.sampled_from(sold))
        left = left_of(self.pricing, self.credits).get(line, NOTHING)
        with pytest.raises(Invalid) as refused:
            take_back(self.pricing, {line: left + 1}, before=self.credits)
        assert refused.value.code == "return.exceeds_quantity"

    @invariant()
    def what_is_paid_out_is_due_and_what_is_not_is_owed(self) -> None:
        if not hasattr(self, "pricing"):
            return
        currency = self.pricing.currency
        gross = money_total((each.gross for each in self.credits), currency)
        owed = self.credits[-1].owed if self.credits else Money.zero(currency)
        assert paid_out(self.credits, currency) == gross + owed
        assert paid_out(self.credits, currency) <= self.pricing.gross

    @invariant()
    def no_line_brings_more_than_was_paid_for_it(self) -> None:
        if not hasattr(self, "pricing"):
            return
        sold = _by_bundle(self._sold())
        for key, amount in _by_bundle(self._came()).items():
            assert 0 < amount <= sold[key]

    @invariant()
    def no_allocation_and_no_counter_comes_back_twice(self) -> None:
        if not hasattr(self, "pricing"):
            return
        given, taken = rows_of(self.pricing.allocations), taken_of(self.pricing)
        for key, amount in rows_of(
            row for _, line in self._came() for row in line.allocations
        ).items():
            assert 0 < amount <= given[key]
        for key, amount in rows_back(self.credits).items():
            assert amount <= given.get(key, NOTHING)
        for key, amount in self.back.items():
            assert amount <= taken[key]

    def teardown(self) -> None:
        if not hasattr(self, "pricing"):
            return
        left = everything_left(self.pricing, before=self.credits)
        assert bool(left) is not self.complete
        if left:
            self._take_back(left, KEEP)
        self._all_is_square()

    def _all_is_square(self) -> None:
        pricing, last = self.pricing, self.credits[-1]
        assert last.complete
        assert not last.owed
        assert paid_out(self.credits, pricing.currency) == pricing.gross
        assert _by_bundle(self._came()) == _by_bundle(self._sold())
        for column in ("net", "tax", "gross"):
            back = money_total((getattr(each, column) for each in self.credits), pricing.currency)
            assert back == getattr(pricing, column)
        assert rows_back(self.credits) == rows_of(pricing.allocations)
        deducted = (row for credit in self.credits for row in credit.deductions)
        assert not sums(((row.line, row.reason, row.promotion), row.gross) for row in deducted)
        assert self.back == taken_of(pricing)
        for take in pricing.taken:
            assert bool(self.ledger.used(take.counter, on=DAY)) is not take.returns
