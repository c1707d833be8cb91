"""Laws of rebates in the ledger: a game of fifty steps against an oracle of sums of cents.

The players accrue, take back, settle exactly, settle one cent too much, undo, claw back and carry,
on days in any order. The oracle keeps what is owed by agreement and customer in plain integers.
"""

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cpq.kernel.errors import Conflict, Refused
from cpq.kernel.money import Money
from revenue import ReceivablesLedger, Reversal, journal, trial_balance, verify
from revenue.adapters.store import open_store
from revenue.rebate import (
    RebateAccrual,
    RebateCarry,
    RebateClawBack,
    RebateSettlement,
    rebate_effects,
    rebate_moves,
)
from tests.revenue.deals import day

AGREEMENTS, CUSTOMERS = ("RB-1", "RB-2"), ("C-1", "C-2")
DAYS = st.integers(1, 20).map(day)
WHOSE = st.tuples(st.sampled_from(AGREEMENTS), st.sampled_from(CUSTOMERS))


def yuan(cents):
    return Money.from_minor(cents, "CNY")


class RebateLedgerGame(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.ledger = ReceivablesLedger()
        self.moves = []  # (agreement, customer), day, cents
        self.count = 0

    # --- helpers ---

    def number(self):
        self.count += 1
        return f"F-{self.count}"

    def owed(self, whose, on=None):
        """What is owed at the end of a day; after everything by default."""
        return sum(
            cents for each, at, cents in self.moves if each == whose and (not on or at <= on)
        )

    def span(self, whose, on):
        """The least and the most that is owed on a day or later."""
        days = {on, *(at for each, at, _ in self.moves if each == whose and at > on)}
        found = [self.owed(whose, each) for each in days]
        return min(found), max(found)

    def record(self, fact, *, sign=1, on=None):
        self.ledger = self.ledger.record(fact) if sign > 0 else self.ledger
        for agreement, amount in rebate_effects(fact):
            self.moves.append(((agreement, fact.customer), on or fact.on, sign * amount.minor))

    def refused(self, fact, words):
        with pytest.raises(Refused, match=words):
            self.ledger.record(fact)

    def fields(self, whose, on):
        return {"number": self.number(), "agreement": whose[0], "customer": whose[1], "on": on}

    # --- moves ---

    @rule(whose=WHOSE, on=DAYS, cents=st.integers(-400, 900).filter(bool))
    def accrue(self, whose, on, cents):
        self.record(RebateAccrual(amount=yuan(cents), **self.fields(whose, on)))

    @rule(whose=WHOSE, on=DAYS, part=st.integers(1, 3), means=st.sampled_from(["cash", "offset"]))
    def settle(self, whose, on, part, means):
        least, _ = self.span(whose, on)
        made = RebateSettlement(
            amount=yuan(max(least, 0) + 1), means=means, **self.fields(whose, on)
        )
        self.refused(made, "accrued and not settled")
        if least > 0:
            self.record(made.with_(amount=yuan(-(-least // part))))

    def standing(self):
        undone = {f.reverses for f in self.ledger.facts if isinstance(f, Reversal)}
        return [
            fact
            for fact in self.ledger.facts
            if isinstance(fact, RebateSettlement) and fact.number not in undone
        ]

    @precondition(lambda self: self.standing())
    @rule(data=st.data(), on=DAYS)
    def bounce(self, data, on):
        made = data.draw(st.sampled_from(self.standing()))
        undone = Reversal(number=self.number(), reverses=made.number, on=on, reason="bounced")
        if on < made.on:
            self.refused(undone, "date it that day or later")
            return
        self.ledger = self.ledger.record(undone)
        self.record(made, sign=-1, on=on)
        self.refused(undone.with_(number=self.number()), "reversed already")

    @rule(whose=WHOSE, on=DAYS, part=st.integers(1, 3), carried=st.booleans())
    def take_back(self, whose, on, part, carried):
        _, most = self.span(whose, on)
        fields = self.fields(whose, on)
        other = next(each for each in AGREEMENTS if each != whose[0])
        beyond = yuan(max(-most, 0) + 1)
        made = (
            RebateCarry(amount=beyond, into=other, **fields)
            if carried
            else RebateClawBack(amount=beyond, **fields)
        )
        self.refused(made, "settled beyond what is accrued")
        if most < 0:
            self.record(made.with_(amount=yuan(-(most // part))))

    @precondition(lambda self: self.ledger.facts)
    @rule(data=st.data())
    def record_again(self, data):
        with pytest.raises(Conflict, match="is taken"):
            self.ledger.record(data.draw(st.sampled_from(self.ledger.facts)))

    # --- what must hold ---

    @invariant()
    def balances_are_the_sums(self):
        for whose in {each for each, _, _ in self.moves}:
            for on in (day(5), day(12), None):
                assert self.ledger.rebate_amount(*whose, as_of=on).minor == self.owed(whose, on)

    @invariant()
    def the_liability_is_what_is_owed(self):
        rows = {
            row.account.code: row.balance.minor for row in trial_balance(journal(self.ledger.facts))
        }
        owed = sum(cents for _, _, cents in self.moves)
        assert rows.get("224104", 0) == -owed
        assert sum(rows.values()) == 0

    @invariant()
    def moves_say_what_was_not_accrued(self):
        accrued = sum(f.amount.minor for f in self.ledger.facts if isinstance(f, RebateAccrual))
        sign = {"rebate_settlement": -1, "rebate_carry": 0}
        moved = sum(
            sign.get(each.kind, 1) * each.amount.minor for each in rebate_moves(self.ledger.facts)
        )
        assert accrued + moved == sum(cents for _, _, cents in self.moves)

    def teardown(self):
        assert verify(self.ledger) == ()
        with open_store("sqlite://") as store:
            for fact in self.ledger.facts:
                with store.unit() as deals:
                    deals.record(fact)
            with store.view() as deals:
                assert deals.ledger() == self.ledger
                assert deals.journal() == journal(self.ledger.facts)
            assert store.verify() == ()


TestRebateLedgerGame = RebateLedgerGame.TestCase
TestRebateLedgerGame.settings = settings(
    stateful_step_count=50, max_examples=settings.default.max_examples // 3
)
