"""A game that finance plays with the ledger, and an oracle that knows only the facts.

It pays, pays one cent too much, takes back, takes back twice, gives up, recovers, retries, and
dates some of it in the past. The oracle reckons every balance from the list of facts in its own,
slow way and says which facts the ledger must take and which it must refuse.
"""

from datetime import date, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.errors import Conflict, DomainError, Refused
from cpq.kernel.money import Money
from revenue import (
    Application,
    Receipt,
    Receivable,
    ReceivablesLedger,
    Recovery,
    Reversal,
    WriteOff,
    apply_oldest,
    journal,
    trial_balance,
    verify,
)
from tests.revenue.deals import cash, day, debt

DAYS = st.integers(min_value=1, max_value=30).map(day)
CUSTOMERS = ("C-1", "C-2")
CURRENCIES = ("CNY", "USD")


def touched(fact):
    """The documents that a settlement takes from, and the write-off that one begins."""
    match fact:
        case Application():
            return [(fact.receipt, -1), (fact.receivable, -1)]
        case WriteOff():
            return [(fact.receivable, -1), (fact.number, 1)]
        case Recovery():
            return [(fact.receipt, -1), (fact.write_off, -1)]
        case _:
            return []


class Oracle:
    """Every balance, in cents, from nothing but the facts; numbers are unique in this game."""

    def __init__(self, facts):
        self.facts = facts
        self.by_number = {fact.number: fact for fact in facts}

    def reversed_on(self, number):
        return next(
            (f.on for f in self.facts if isinstance(f, Reversal) and f.reverses == number), None
        )

    def left(self, number, as_of=date.max):
        document = self.by_number[number]
        left = 0
        if isinstance(document, Receivable | Receipt) and document.on <= as_of:
            left = document.amount.minor
        for fact in self.facts:
            for target, sign in touched(fact):
                if target == number:
                    left += sign * fact.amount.minor * self.stands(fact, as_of)
        return left

    def stands(self, fact, as_of):
        undone = self.reversed_on(fact.number)
        return fact.on <= as_of and (undone is None or undone > as_of)

    def available(self, number, on):
        days = {on, *(fact.on for fact in self.facts if fact.on > on)}
        return min(self.left(number, each) for each in days)

    def meets(self, amount, *numbers):
        """Whether documents and amount have one currency and one customer."""
        documents = [self.by_number[number] for number in numbers]
        owners = {self.customer(each) for each in documents}
        return len({amount.code, *(each.amount.code for each in documents)}) == len(owners) == 1

    def customer(self, document):
        if isinstance(document, WriteOff):
            return self.by_number[document.receivable].customer
        return document.customer

    def allows(self, fact):
        if isinstance(fact, Reversal):
            return self._allows_reversal(fact)
        sources = [number for number, sign in touched(fact) if sign < 0]
        return (
            self.meets(fact.amount, *sources)
            and all(self.by_number[number].on <= fact.on for number in sources)
            and all(self.available(number, fact.on) >= fact.amount.minor for number in sources)
        )

    def _allows_reversal(self, fact):
        undone = self.by_number[fact.reverses]
        whole = not isinstance(undone, WriteOff) or (
            self.available(undone.number, fact.on) >= undone.amount.minor
        )
        return whole and self.reversed_on(fact.reverses) is None and undone.on <= fact.on


class LedgerGame(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.ledger = ReceivablesLedger()
        self.count = 0

    # --- helpers ---

    @property
    def oracle(self):
        return Oracle(self.ledger.facts)

    def number(self, letter):
        self.count += 1
        return f"{letter}-{self.count}"

    def pick(self, data, *kinds):
        return data.draw(st.sampled_from([f for f in self.ledger.facts if isinstance(f, kinds)]))

    def attempt(self, fact):
        """Record a settlement: the ledger takes it exactly when the oracle would."""
        before = self.ledger
        if not self.oracle.allows(fact):
            with pytest.raises(Refused):
                before.record(fact)
            return
        self.ledger = before.record(fact)
        eve = fact.on - timedelta(days=1)
        assert self.ledger.open_items(as_of=eve) == before.open_items(as_of=eve)
        assert self.ledger.ageing(as_of=eve) == before.ageing(as_of=eve)
        if isinstance(fact, Application | Recovery):
            again = self.ledger.unapply(fact.number, number="UNDO", on=fact.on, reason="law")
            assert again.open_items() == before.open_items()
            for customer in CUSTOMERS:
                assert again.on_account(customer) == before.on_account(customer)

    def has(*kinds):
        def condition(game):
            present = {type(fact) for fact in game.ledger.facts}
            return all(any(issubclass(each, kind) for each in present) for kind in kinds)

        return precondition(condition)

    # --- moves ---

    @initialize()
    def begin(self):
        self.ledger = self.ledger.record(
            debt("AR-0", "100.00", on=day(1), due=day(9)), cash("R-0", "120.00", on=day(2))
        )

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from(CURRENCIES),
        cents=st.integers(1, 50_000),
        on=DAYS,
        days=st.integers(0, 120),
    )
    def owe(self, customer, currency, cents, on, days):
        fact = Receivable(
            number=self.number("AR"),
            customer=customer,
            on=on,
            due_on=on + timedelta(days=days),
            amount=Money.from_minor(cents, currency),
        )
        self.ledger = self.ledger.record(fact)

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        currency=st.sampled_from(CURRENCIES),
        cents=st.integers(1, 50_000),
        on=DAYS,
    )
    def receive(self, customer, currency, cents, on):
        amount = Money.from_minor(cents, currency)
        fact = Receipt(number=self.number("R"), customer=customer, on=on, amount=amount)
        self.ledger = self.ledger.record(fact)

    @rule(data=st.data(), cents=st.integers(1, 60_000), on=DAYS)
    def apply_some(self, data, cents, on):
        receipt, receivable = self.pick(data, Receipt), self.pick(data, Receivable)
        amount = Money.from_minor(cents, receivable.amount.code)
        self.attempt(
            Application(
                number=self.number("A"),
                receipt=receipt.number,
                receivable=receivable.number,
                amount=amount,
                on=on,
            )
        )

    @rule(data=st.data(), more=st.sampled_from([0, 1]))
    def apply_what_is_open_or_a_cent_more(self, data, more):
        receivable = self.pick(data, Receivable)
        open_amount = self.ledger.open_amount(receivable.number)
        cents = open_amount.minor + more
        if not cents:
            return
        amount = Money.from_minor(cents, receivable.amount.code)
        receipt = Receipt(
            number=self.number("R"), customer=receivable.customer, on=day(30), amount=amount
        )
        self.ledger = self.ledger.record(receipt)
        fact = Application(
            number=self.number("A"),
            receipt=receipt.number,
            receivable=receivable.number,
            amount=amount,
            on=day(30),
        )
        if more:
            with pytest.raises(Refused) as refusal:
                self.ledger.record(fact)
            assert refusal.value.code == "application.exceeds_open"
        else:
            self.attempt(fact)
            assert self.ledger.open_amount(receivable.number).minor == 0

    @rule(data=st.data())
    def apply_a_cent_more_than_is_free(self, data):
        receipt = self.pick(data, Receipt)
        amount = self.ledger.free_amount(receipt.number) + Money.from_minor(1, receipt.amount.code)
        receivable = Receivable(
            number=self.number("AR"),
            customer=receipt.customer,
            on=day(30),
            due_on=day(30),
            amount=amount,
        )
        self.ledger = self.ledger.record(receivable)
        with pytest.raises(Refused) as refusal:
            self.ledger.apply(
                receipt.number, to={receivable.number: amount}, number="A-more", on=day(30)
            )
        assert refusal.value.code == "application.exceeds_receipt"

    @rule(data=st.data(), on=DAYS)
    def apply_the_oldest(self, data, on):
        receipt = self.pick(data, Receipt)
        before = self.ledger
        self.ledger = apply_oldest(before, receipt.number, number=self.number("A"), on=on)
        for fact in self.ledger.facts[len(before.facts) :]:
            assert Oracle(before.facts).allows(fact)

    @rule(data=st.data(), cents=st.integers(1, 60_000), on=DAYS)
    def write_off(self, data, cents, on):
        receivable = self.pick(data, Receivable)
        self.attempt(
            WriteOff(
                number=self.number("W"),
                receivable=receivable.number,
                amount=Money.from_minor(cents, receivable.amount.code),
                on=on,
                reason="insolvent",
                approved_by="Wang",
            )
        )

    @has(WriteOff)
    @rule(data=st.data(), cents=st.integers(1, 60_000), on=DAYS)
    def recover(self, data, cents, on):
        write_off, receipt = self.pick(data, WriteOff), self.pick(data, Receipt)
        self.attempt(
            Recovery(
                number=self.number("V"),
                write_off=write_off.number,
                receipt=receipt.number,
                amount=Money.from_minor(cents, write_off.amount.code),
                on=on,
            )
        )

    @rule(data=st.data(), share=st.integers(1, 4))
    def write_off_and_recover_a_part(self, data, share):
        receivable = self.pick(data, Receivable)
        cents = self.ledger.open_amount(receivable.number).minor // share
        if not cents:
            return
        amount = Money.from_minor(cents, receivable.amount.code)
        gone, paid = self.number("W"), self.number("R")
        self.attempt(
            WriteOff(
                number=gone,
                receivable=receivable.number,
                amount=amount,
                on=day(30),
                reason="insolvent",
                approved_by="Wang",
            )
        )
        self.ledger = self.ledger.record(
            Receipt(number=paid, customer=receivable.customer, on=day(30), amount=amount)
        )
        before = self.ledger
        self.ledger = before.recover(gone, receipt=paid, number=self.number("V"), on=day(30))
        assert self.ledger.recoverable_amount(gone).minor == 0
        assert self.ledger.free_amount(paid).minor == 0

    @has(Application | WriteOff | Recovery)
    @rule(data=st.data(), on=DAYS)
    def unapply(self, data, on):
        fact = self.pick(data, Application | WriteOff | Recovery)
        self.attempt(Reversal(number=self.number("X"), reverses=fact.number, on=on, reason="wrong"))

    @has(Reversal)
    @rule(data=st.data())
    def unapply_again(self, data):
        done = self.pick(data, Reversal)
        with pytest.raises(Refused) as refusal:
            self.ledger.unapply(done.reverses, number="X-again", on=day(30), reason="again")
        assert refusal.value.code == "reversal.already_reversed"

    @rule(data=st.data())
    def retry_the_same_number(self, data):
        fact = self.pick(data, object)
        with pytest.raises(Conflict) as refusal:
            self.ledger.record(fact)
        assert refusal.value.code == "fact.number_taken"
        assert refusal.value.facts["same_content"] is True

    @rule(data=st.data())
    def half_a_batch_records_nothing(self, data):
        before = self.ledger
        with pytest.raises(DomainError):
            before.record(debt(self.number("AR"), "1"), self.pick(data, object))
        assert Oracle(before.facts).facts == self.ledger.facts

    # --- what always holds ---

    @invariant()
    def balances_are_those_of_the_facts(self):
        oracle = self.oracle
        for fact in self.ledger.facts:
            if isinstance(fact, Receivable):
                left = self.ledger.open_amount(fact.number).minor
                assert 0 <= left == oracle.left(fact.number)
            elif isinstance(fact, Receipt):
                left = self.ledger.free_amount(fact.number).minor
                assert 0 <= left == oracle.left(fact.number)

    @invariant()
    def what_was_billed_is_open_applied_or_written_off(self):
        oracle = self.oracle
        for currency in CURRENCIES:
            billed = open_amount = settled = 0
            for fact in self.ledger.facts:
                if isinstance(fact, Receivable) and fact.amount.code == currency:
                    billed += fact.amount.minor
                    open_amount += self.ledger.open_amount(fact.number).minor
                elif isinstance(fact, Application | WriteOff) and fact.amount.code == currency:
                    settled += fact.amount.minor * oracle.stands(fact, date.max)
            assert billed == open_amount + settled

    @invariant()
    def ageing_and_statement_agree_with_what_is_open(self):
        for as_of in (None, day(7), day(19)):
            items = self.ledger.open_items(as_of=as_of)
            for currency in CURRENCIES:
                sums = {}
                for customer in CUSTOMERS:
                    own = [
                        item.open.minor
                        for item in items
                        if item.receivable.customer == customer and item.open.code == currency
                    ]
                    sums[customer] = sum(own)
                    free = [
                        money.minor
                        for money in self.ledger.on_account(customer, as_of=as_of)
                        if money.code == currency
                    ]
                    closing = [
                        money.minor
                        for money in self.ledger.statement(customer, as_of=as_of).closing
                        if money.code == currency
                    ]
                    assert sum(closing) == sum(own) - sum(free)
                if as_of is not None:
                    table = self.ledger.ageing(as_of=as_of)
                    rows = {row.customer: row for row in table.rows if row.currency == currency}
                    assert {c: r.total.minor for c, r in rows.items()} == {
                        customer: cents for customer, cents in sums.items() if cents
                    }

    @invariant()
    def the_trial_balance_is_zero(self):
        rows = trial_balance(journal(self.ledger.facts))
        for currency in CURRENCIES:
            assert sum(r.balance.minor for r in rows if r.balance.code == currency) == 0

    def teardown(self):
        assert verify(self.ledger) == ()
        again = ReceivablesLedger.model_validate_json(self.ledger.canonical())
        assert again == self.ledger
        assert again.canonical() == self.ledger.canonical()
        assert again.open_items() == self.ledger.open_items()
        assert journal(again.facts) == journal(self.ledger.facts)
