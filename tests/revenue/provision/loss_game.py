"""A game that finance plays with bad debts, and what must hold whatever it does.

It owes, pays, proposes, decides, posts, recovers, takes back, charges, in any order and with
people who may and who may not. A small oracle knows of every proposal only what was done to it.
"""

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from revenue import Receipt, ReceivablesLedger, journal, trial_balance
from revenue.journal import STANDARD_CHART
from revenue.provision import (
    ApproverRole,
    WriteOffAuthority,
    allowance_movement,
    charge_to,
    decide_write_off,
    expected_loss,
    post_write_off,
    propose_write_off,
    proposed_write_offs,
    provision_matrix,
    recover_write_off,
    relief_on,
    tax_relief,
)
from revenue.writeoff import AllowanceCharge, Recovery, WriteOff
from tests.revenue.provision.books import cny, day, debt

PEOPLE = ("Chen", "Li", "Wang")
LIMIT = cny("50")
AUTHORITY = WriteOffAuthority(
    roles=(
        ApproverRole(role="head", people=("Li",), limits=(LIMIT,)),
        ApproverRole(role="CFO", people=("Wang",), unlimited=True),
    )
)
MATRIX = provision_matrix("law", {"": ("1%", "7.5%", "1/3")}, buckets=(0, 30))
LAWS = st.sampled_from([None, "DE-USTG-17", "GB-VATA-36", "CN-VAT"])


class LossGame(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.ledger = ReceivablesLedger()
        self.day = 1
        self.count = 0
        self.states = {}

    def number(self, letter):
        self.count += 1
        return f"{letter}-{self.count}"

    def pick(self, data, *kinds):
        return data.draw(st.sampled_from([f for f in self.ledger.facts if isinstance(f, kinds)]))

    def in_state(*wanted):
        return precondition(lambda game: set(game.states.values()) & set(wanted))

    def proposal(self, data, *wanted):
        found = sorted(number for number, state in self.states.items() if state in wanted)
        return data.draw(st.sampled_from(found))

    @initialize()
    def begin(self):
        self.ledger = self.ledger.record(
            *(debt(f"AR-0{n}", "100.00", due=1, tax=cny("11.50")) for n in range(4))
        )

    @rule(days=st.integers(0, 60))
    def time_passes(self, days):
        self.day += days

    @rule(cents=st.integers(1, 12_000), percent=st.integers(0, 100), due=st.integers(0, 90))
    def owe(self, cents, percent, due):
        amount = Money.from_minor(cents, "CNY")
        tax = Money.from_minor(cents * percent // 100, "CNY")
        fact = debt(self.number("AR"), str(amount.amount), on=self.day, due=self.day + due, tax=tax)
        self.ledger = self.ledger.record(fact)

    @rule(data=st.data(), cents=st.integers(1, 12_000))
    def pay(self, data, cents):
        item = data.draw(
            st.sampled_from(sorted(f.number for f in self.ledger.facts if f.kind == "receivable"))
        )
        amount = min(Money.from_minor(cents, "CNY"), self.ledger.open_amount(item))
        if amount.amount:
            cash = Receipt(number=self.number("R"), customer="C-1", on=day(self.day), amount=amount)
            self.ledger = self.ledger.record(cash).apply(
                cash.number, to=item, number=self.number("A"), on=day(self.day)
            )

    @rule(data=st.data(), more=st.sampled_from([-1, 0, 0, 0, 1]), by=st.sampled_from(PEOPLE))
    def propose(self, data, more, by):
        item = data.draw(
            st.sampled_from(sorted(f.number for f in self.ledger.facts if f.kind == "receivable"))
        )
        left = self.ledger.open_amount(item).minor
        amount, number = Money.from_minor(max(left + more, 1), "CNY"), self.number("WP")
        waits = any(
            each.proposal.receivable == item and each.state in ("proposed", "approved")
            for each in proposed_write_offs(self.ledger)
        )
        alone = by == "Wang" and amount > LIMIT
        words = {
            "number": number,
            "on": day(self.day),
            "reason": "gone",
            "by": by,
            "authority": AUTHORITY,
            "amount": amount,
        }
        if waits or alone or amount > self.ledger.open_amount(item):
            with pytest.raises(DomainError):
                propose_write_off(self.ledger, item, **words)
            return
        self.ledger = self.ledger.record(propose_write_off(self.ledger, item, **words))
        self.states[number] = "proposed"

    @rule(data=st.data(), share=st.integers(1, 100), law=LAWS)
    def give_up_the_whole_way(self, data, share, law):
        """From the proposal to the write-off at once, where nothing waits."""
        waiting = {
            each.proposal.receivable
            for each in proposed_write_offs(self.ledger)
            if each.state in ("proposed", "approved")
        }
        owed = [
            item
            for item in self.ledger.open_items(as_of=day(self.day))
            if item.receivable.number not in waiting
            and item.open.share(Fraction(share, 100)).amount
        ]
        if not owed:
            return
        item, number = data.draw(st.sampled_from(owed)), self.number("WP")
        self.ledger = self.ledger.record(
            propose_write_off(
                self.ledger,
                item.receivable.number,
                number=number,
                on=day(self.day),
                reason="gone",
                by="Chen",
                authority=AUTHORITY,
                amount=item.open.share(Fraction(share, 100)),
            )
        )
        self.ledger = self.ledger.record(
            decide_write_off(
                self.ledger,
                number,
                approved=True,
                number=self.number("WD"),
                on=day(self.day),
                by="Wang",
                authority=AUTHORITY,
            )
        )
        self.states[number] = "approved"
        self.posted(number, law)

    @in_state("proposed")
    @rule(data=st.data(), by=st.sampled_from(PEOPLE), approved=st.booleans())
    def decide(self, data, by, approved):
        number = self.proposal(data, "proposed")
        asked = next(
            e.proposal for e in proposed_write_offs(self.ledger) if e.proposal.number == number
        )
        may = by == "Wang" or (by == "Li" and (not approved or asked.amount <= LIMIT))
        words = {
            "approved": approved,
            "number": self.number("WD"),
            "on": day(self.day),
            "by": by,
            "authority": AUTHORITY,
        }
        if by == asked.by or not may:
            with pytest.raises(DomainError):
                decide_write_off(self.ledger, number, **words)
            return
        self.ledger = self.ledger.record(decide_write_off(self.ledger, number, **words))
        self.states[number] = "approved" if approved else "rejected"

    @in_state("approved")
    @rule(data=st.data(), law=LAWS)
    def post(self, data, law):
        self.posted(self.proposal(data, "approved"), law)

    def posted(self, number, law):
        fact = post_write_off(
            self.ledger,
            number,
            number=self.number("W"),
            on=day(self.day),
            relief=None if law is None else tax_relief(law),
        )
        if fact.amount > self.ledger.open_amount(fact.receivable):
            with pytest.raises(DomainError):
                self.ledger.record(fact)
            return
        self.ledger = self.ledger.record(fact)
        self.states[number] = "posted"

    @in_state("proposed", "rejected", "posted", "reversed")
    @rule(data=st.data())
    def post_what_may_not_be(self, data):
        number = self.proposal(data, "proposed", "rejected", "posted", "reversed")
        with pytest.raises(DomainError):
            post_write_off(self.ledger, number, number="NO", on=day(self.day))

    @in_state("posted")
    @rule(data=st.data(), cents=st.integers(1, 12_000))
    def recover(self, data, cents):
        write_off = self.pick(data, WriteOff)
        left = self.ledger.recoverable_amount(write_off.number)
        amount = Money.from_minor(cents, "CNY")
        cash = Receipt(number=self.number("R"), customer="C-1", on=day(self.day), amount=amount)
        ledger = self.ledger.record(cash)
        words = {"receipt": cash.number, "number": self.number("V"), "on": day(self.day)}
        fact = recover_write_off(ledger, write_off.number, amount=amount, **words)
        if amount > left:
            with pytest.raises(DomainError):
                ledger.record(fact)
            return
        self.ledger = ledger.record(fact)

    @in_state("posted")
    @rule(data=st.data())
    def take_back(self, data):
        fact = self.pick(data, WriteOff, Recovery)
        try:
            self.ledger = self.ledger.unapply(
                fact.number, number=self.number("X"), on=day(self.day), reason="wrong"
            )
        except DomainError:
            return
        if isinstance(fact, WriteOff):
            self.states[fact.proposal] = "reversed"

    @rule(held=st.booleans())
    def charge(self, held):
        on = day(self.day)
        loss = expected_loss(self.ledger, MATRIX, as_of=on)
        due = charge_to(self.ledger, loss, number=self.number("P"), on=on, reason="law")
        self.ledger = self.ledger.record(*due)
        assert self.ledger.allowance("CNY", as_of=on) == loss.total("CNY")
        again = charge_to(self.ledger, loss, number=self.number("P"), on=on, reason="law")
        assert again == ()
        self.the_general_ledger_shows_the_same_allowance()
        if held:
            extra = AllowanceCharge(number=self.number("P"), on=on, amount=cny("1"), reason="x")
            self.ledger = self.ledger.record(extra)

    # --- what holds ---

    @invariant()
    def the_movement_closes_over_any_days(self):
        middle = self.day // 2
        whole = allowance_movement(self.ledger, currency="CNY", as_of=day(self.day))
        first = allowance_movement(self.ledger, currency="CNY", as_of=day(middle))
        second = allowance_movement(
            self.ledger, currency="CNY", since=day(middle + 1), as_of=day(self.day)
        )
        assert whole.closes
        assert first.closes
        assert second.closes
        assert second.opening == first.closing
        assert second.closing == whole.closing == self.ledger.allowance("CNY")
        assert first.written_off + second.written_off == whole.written_off

    def teardown(self):
        self.the_general_ledger_shows_the_same_allowance()

    def the_general_ledger_shows_the_same_allowance(self):
        rows = trial_balance(journal(self.ledger.facts))
        found = [row.balance for row in rows if row.account == STANDARD_CHART.allowance]
        assert (found[0] if found else cny("0")) == -self.ledger.allowance("CNY")

    @invariant()
    def states_are_what_was_done(self):
        for each in proposed_write_offs(self.ledger):
            state = each.state.replace("part_recovered", "posted").replace("recovered", "posted")
            assert state == self.states[each.proposal.number]
            assert cny("0") <= each.recovered <= each.proposal.amount

    @invariant()
    def no_relief_exceeds_the_tax_and_no_recovery_its_relief(self):
        for fact in self.ledger.facts:
            if fact.kind == "receivable":
                assert self.relieved(fact.number) <= fact.tax
            if isinstance(fact, WriteOff) and fact.tax_relief is not None:
                taxes = [
                    each.tax
                    for each in self.standing(Recovery)
                    if each.write_off == fact.number and each.tax
                ]
                given = sum((tax.minor for tax in taxes), 0)
                assert given <= fact.tax_relief.minor
                if not self.ledger.recoverable_amount(fact.number).amount and taxes:
                    assert given == fact.tax_relief.minor

    def standing(self, kind):
        undone = {f.reverses for f in self.ledger.facts if f.kind == "reversal"}
        return [f for f in self.ledger.facts if isinstance(f, kind) and f.number not in undone]

    def relieved(self, receivable):
        reliefs = [
            fact.tax_relief.minor
            for fact in self.standing(WriteOff)
            if fact.receivable == receivable and fact.tax_relief
        ]
        return Money.from_minor(sum(reliefs), "CNY")

    @invariant()
    def asking_for_relief_changes_nothing_and_stays_inside(self):
        law = tax_relief("DE-USTG-17")
        for item in self.ledger.open_items():
            number = item.receivable.number
            relief = relief_on(self.ledger, number, item.open, on=day(self.day), policy=law)
            assert cny("0") <= relief <= item.open
            assert self.relieved(number) + relief <= item.receivable.tax
