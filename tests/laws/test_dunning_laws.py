"""Laws of dunning, interest and ageing, for any debts, payments, blocks and days.

The last one is a game of sixty steps: a clerk bills, receives, applies, takes back, blocks, lifts
and dunns as the days go by, and an oracle of a few lines says who may be written to.
"""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cpq.kernel.money import Money, money_total
from revenue import Receipt, Receivable, ReceivablesLedger, Reversal
from revenue.ageing import (
    ReceivableHistory,
    ageing_report,
    collection_measures,
    collections,
    countback_dso,
    payment_behaviour,
    spells,
)
from revenue.dunning import (
    DunningPast,
    DunningPolicy,
    LateInterest,
    OpenFrom,
    accrued_interest,
    accrued_on,
    dun_each,
    dunning_findings,
    dunning_run,
    dunning_status,
    reminder_status,
    rounded_interest,
    year_part,
)
from revenue.reminder import DunningBlock, Reminder

START = date(2026, 1, 1)
DAYS = st.integers(min_value=0, max_value=900).map(lambda days: START + timedelta(days=days))
CENTS = st.integers(min_value=1, max_value=10_000_00)
CUSTOMERS = ("C-1", "C-2")
POLICY = DunningPolicy(
    code="LAW",
    steps=[
        {"days": 3, "tone": 1, "interest": True},
        {"days": 10, "counted": "end_of_month", "tone": 2, "fees": [Money("5", "CNY")]},
        {"days": 4, "counted": "previous_date", "tone": 3, "interest": True},
    ],
    interest={"rates": [{"percent": "7.3"}, {"percent": "9.1", "on": "2026-03-15"}]},
    grace_days=1,
)


def yuan(cents):
    return Money.from_minor(cents, "CNY")


@st.composite
def paths(draw):
    """What is open of a debt on some days, in any order of amounts."""
    days = sorted(draw(st.sets(DAYS, min_size=1, max_size=6)))
    amounts = draw(st.lists(st.one_of(st.just(0), CENTS), min_size=len(days), max_size=len(days)))
    return tuple(OpenFrom(day, yuan(cents)) for day, cents in zip(days, amounts, strict=True))


@st.composite
def terms(draw):
    """A table of one to four rates from the first day on."""
    days = [date.min, *sorted(draw(st.sets(DAYS, max_size=3)))]
    return LateInterest(
        rates=tuple({"percent": draw(st.decimals(0, 30, places=2)), "on": day} for day in days),
        factor=draw(st.sampled_from(["1", "1.5"])),
        margin=draw(st.sampled_from(["0", "9"])),
        day_count=draw(st.sampled_from(["act/365", "act/360", "30/360"])),
    )


@given(paths(), terms(), st.lists(DAYS, min_size=3, max_size=3).map(sorted))
def test_the_interest_of_two_spells_is_that_of_both_together(path, rates, days):
    first, middle, last = days
    whole = accrued_interest(path, rates, since=first, until=last)
    parts = (
        accrued_interest(path, rates, since=first, until=middle),
        accrued_interest(path, rates, since=middle, until=last),
    )
    assert whole == sum(parts, Fraction(0))


@given(paths(), terms(), DAYS, DAYS)
def test_interest_is_never_negative_and_twice_the_debt_bears_twice_the_interest(
    path, rates, since, until
):
    interest = accrued_interest(path, rates, since=since, until=until)
    double = tuple(OpenFrom(each.on, each.open * 2) for each in path)
    assert interest >= 0
    assert accrued_interest(double, rates, since=since, until=until) == 2 * interest


@given(paths(), DAYS, DAYS)
def test_interest_is_the_sum_of_its_days(path, since, until):
    """One day after the other, in a loop that knows no spells."""
    rates = LateInterest(rates=[{"percent": "3"}, {"percent": "8", "on": date(2026, 7, 1)}])
    by_day = Fraction(0)
    day = since
    while day < until:
        left = [each.open for each in path if each.on <= day]
        day += timedelta(days=1)
        rate = 3 if day < date(2026, 7, 1) else 8
        by_day += Fraction(left[-1].amount if left else 0) * Fraction(rate, 36500)
    assert accrued_interest(path, rates, since=since, until=until) == by_day


@given(st.sampled_from(["act/365", "act/360", "30/360"]), st.lists(DAYS, min_size=3, max_size=3))
def test_parts_of_a_year_add_up(day_count, days):
    first, middle, last = sorted(days)
    assert year_part(day_count, first, last) == year_part(day_count, first, middle) + year_part(
        day_count, middle, last
    )


@given(DAYS, DAYS, st.sampled_from(["week", "month"]))
def test_weeks_and_months_leave_out_no_day_and_count_none_twice(one, other, by):
    since, until = sorted((one, other))
    found = spells(since, until, by)
    assert (found[0][0], found[-1][1]) == (since, until)
    for (start, end), (following, _) in pairwise(found):
        assert start <= end < following == end + timedelta(days=1)


class Clerk(RuleBasedStateMachine):
    """Debts, payments, blocks and letters, with the days going by."""

    def __init__(self):
        super().__init__()
        self.ledger = ReceivablesLedger()
        self.today = START
        self.count = 0

    def number(self, letters):
        self.count += 1
        return f"{letters}-{self.count}"

    def facts(self, *kinds):
        return [fact for fact in self.ledger.facts if isinstance(fact, kinds)]

    def trade(self):
        return [each for each in self.facts(Receivable) if not each.origin]

    def open(self, number, day=None):
        return self.ledger.open_amount(number, as_of=day or self.today)

    @initialize(data=st.data())
    def open_books(self, data):
        for customer in CUSTOMERS:
            self.bill(data.draw(CENTS), data.draw(st.integers(0, 20)), customer)

    @rule(cents=CENTS, days=st.integers(0, 40), customer=st.sampled_from(CUSTOMERS))
    def bill(self, cents, days, customer):
        self.ledger = self.ledger.record(
            Receivable(
                number=self.number("AR"),
                customer=customer,
                on=self.today,
                due_on=self.today + timedelta(days=days),
                amount=yuan(cents),
            )
        )

    @rule(days=st.integers(1, 25))
    def wait(self, days):
        self.today += timedelta(days=days)

    @rule(data=st.data(), late=st.integers(0, 12))
    def pay(self, data, late):
        """A payment of all, of part, or of a cent more, which came in some days ago."""
        debts = [each for each in self.trade() if self.open(each.number).amount]
        if not debts:
            return
        debt = data.draw(st.sampled_from(debts))
        left = self.open(debt.number).minor
        cents = data.draw(st.sampled_from([left, left + 1, max(left // 2, 1)]))
        came = max(debt.on, self.today - timedelta(days=late))
        receipt = Receipt(
            number=self.number("R"), customer=debt.customer, on=came, amount=yuan(cents)
        )
        self.ledger = self.ledger.record(receipt).apply(
            receipt.number, to=debt.number, number=self.number("A"), on=self.today
        )

    @rule(data=st.data())
    def take_back(self, data):
        undone = {each.reverses for each in self.facts(Reversal)}
        live = [
            each
            for each in self.ledger.facts
            if each.kind == "application" and each.number not in undone
        ]
        if live:
            one = data.draw(st.sampled_from(live))
            self.ledger = self.ledger.unapply(
                one.number, number=self.number("X"), on=self.today, reason="bounced"
            )

    @rule(data=st.data(), days=st.sampled_from([None, 0, 7]))
    def block(self, data, days):
        debt = data.draw(st.sampled_from([*self.trade(), None]))
        self.ledger = self.ledger.record(
            DunningBlock(
                number=self.number("DB"),
                customer=debt.customer if debt else data.draw(st.sampled_from(CUSTOMERS)),
                receivable=debt.number if debt else "",
                on=self.today,
                until=None if days is None else self.today + timedelta(days=days),
                reason="talks",
                by="Li",
            )
        )

    @precondition(lambda self: self.facts(DunningBlock))
    @rule(data=st.data())
    def lift(self, data):
        blocks = [each for each in self.facts(DunningBlock) if not each.lifts]
        held = data.draw(st.sampled_from(blocks))
        self.ledger = self.ledger.record(
            DunningBlock(
                number=self.number("DB"),
                customer=held.customer,
                on=self.today,
                lifts=held.number,
                reason="settled",
                by="Li",
            )
        )

    # --- the oracle -----------------------------------------------------------------------------

    def blocked(self, debt):
        blocks = self.facts(DunningBlock)
        lifted = {each.lifts for each in blocks}
        return any(
            each.customer == debt.customer
            and each.receivable in ("", debt.number)
            and each.on <= self.today <= (each.until or date.max)
            and each.number not in lifted
            for each in blocks
            if not each.lifts
        )

    def levels(self, number):
        return [each for each in self.facts(Reminder) if number in each.receivables]

    def may_be_dunned(self, debt):
        """At which level, 0 for none: written once more, day by day."""
        if not self.open(debt.number).amount or self.blocked(debt):
            return 0
        done = self.levels(debt.number)
        level, last = len(done), done[-1].on if done else None
        if level == 3 or last == self.today or self.today - debt.due_on <= timedelta(days=1):
            return 0
        if level == 0:
            reached = debt.due_on + timedelta(days=3)
        elif level == 1:
            reached = debt.due_on + timedelta(days=10)
            while (reached + timedelta(days=1)).day != 1:
                reached += timedelta(days=1)
        else:
            reached = last + timedelta(days=4)
        return level + 1 if reached <= self.today else 0

    def on_account(self, customer):
        return money_total(self.ledger.on_account(customer, as_of=self.today), "CNY")

    @rule()
    def dunning(self):
        run = dunning_run(self.ledger, POLICY, on=self.today)
        due = defaultdict(dict)
        for debt in self.trade():
            level = self.may_be_dunned(debt)
            if level:
                due[debt.customer][debt.number] = level
        for customer in CUSTOMERS:
            asked = money_total((self.open(number) for number in due[customer]), "CNY")
            if self.on_account(customer) >= asked:
                due[customer] = {}
        proposed = defaultdict(dict)
        for proposal in run:
            for line in proposal.lines:
                proposed[proposal.customer][line.receivable.number] = line.level
        for customer in CUSTOMERS:
            assert proposed[customer] == due[customer]
        self.charge(run)

    def charge(self, run):
        """What is charged and was charged is what accrued, rounded once."""
        past = DunningPast(ReceivableHistory(self.ledger, self.today))
        for line in (line for proposal in run for line in proposal.lines):
            accrued = rounded_interest(accrued_on(past, POLICY.interest, line.receivable), "CNY")
            if line.level in (1, 3):
                assert line.charged + line.interest == max(accrued, line.charged)
            else:
                assert not line.interest.amount
        letters = [proposal for proposal in run if proposal.lines]
        numbers = [self.number("DN") for _ in letters]
        facts = dun_each(self.ledger, letters, numbers=numbers)
        sent = {fact.number for fact in facts if isinstance(fact, Reminder)}
        wrong = {finding.place for finding in dunning_findings(self.ledger.record(*facts))}
        assert not wrong & sent
        self.ledger = self.ledger.record(*facts)
        again = dunning_run(self.ledger, POLICY, on=self.today)
        assert [line for proposal in again for line in proposal.lines] == []

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def no_level_is_skipped(self):
        for debt in self.trade():
            sent = self.levels(debt.number)
            assert [each.level for each in sent] == list(range(1, len(sent) + 1))
            days = [each.on for each in sent]
            assert days == sorted(set(days))

    @invariant()
    def what_is_paid_is_resolved(self):
        for status in reminder_status(self.ledger, as_of=self.today):
            left = [self.open(number).amount for number in status.reminder.receivables]
            assert (status.state == "resolved") == (not any(left))
        for debt in self.trade():
            found = dunning_status(self.ledger, POLICY, debt.number, on=self.today)
            assert (found.state == "removed") == (not self.open(debt.number).amount)

    @invariant()
    def buckets_add_up_to_what_is_open(self):
        report = ageing_report(self.ledger, as_of=self.today)
        left = money_total((item.open for item in self.ledger.open_items(as_of=self.today)), "CNY")
        assert money_total((row.open for row in report.rows), "CNY") == left
        assert report.totals("CNY").open == left
        for customer in CUSTOMERS:
            rows = [row for row in report.rows if row.group == customer]
            assert money_total((row.on_account for row in rows), "CNY") == self.on_account(customer)

    @invariant()
    def the_past_stays_as_it_was(self):
        """Later facts change no run of a day before the first of them."""
        eve = START - timedelta(days=1)
        assert dunning_run(self.ledger, POLICY, on=eve) == ()
        assert ageing_report(self.ledger, as_of=eve).rows == ()

    @invariant()
    def measures_agree_with_the_ledger(self):
        found = collection_measures(self.ledger, currency="CNY", since=START, until=self.today)
        received = money_total(
            (
                each.net
                for each in collections(
                    self.ledger, currency="CNY", since=START, until=self.today, by="week"
                )
            ),
            "CNY",
        )
        on_account = money_total(map(self.on_account, CUSTOMERS), "CNY")
        # nothing was sold before the first day, and all that was paid is applied or on account
        assert found.sales - found.after == received - on_account
        assert found.current <= found.after
        assert not countback_dso(self.ledger, currency="CNY", as_of=self.today).unexplained.amount
        paid = [
            payment_behaviour(self.ledger, customer, since=START, as_of=self.today)
            for customer in CUSTOMERS
        ]
        applied = money_total((each.paid for one in paid for each in one.currencies), "CNY")
        assert applied == received - on_account


TestClerk = Clerk.TestCase
TestClerk.settings = settings(max_examples=25, stateful_step_count=60, deadline=None)
