"""Laws of the budget ledger in a database: it says what the ledger in memory says, in any trade.

The game of ``tests.cpq.budget_game`` is played with both at once; its oracle looks at their common
answers. Then days run in any order, and the store is sound after every one of it.
"""

from contextlib import ExitStack
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import given, settings

from cpq.cap import CapTake, Counter
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import DomainError
from revenue.adapters.store import open_store
from tests.cpq.budget_game import BudgetGame

COMMANDS = ("reserve", "move", "commit", "release", "cancel", "give_back", "expire")
QUESTIONS = ("used", "remaining", "usage", "held", "statement")


class Both:
    """A ledger in memory and one in a database that get the same commands and must agree."""

    def __init__(self, memory, stored):
        self.memory = memory
        self.stored = stored

    def __getattr__(self, name):
        if name in COMMANDS:
            return lambda *takes, **what: self._do(name, takes, what)
        if name in QUESTIONS:
            return lambda *about, **what: self._say(name, about, what)
        return getattr(self.memory, name)

    def __eq__(self, other):
        return self.memory == getattr(other, "memory", other)

    __hash__ = None

    def _do(self, name, takes, what):
        before, refusal = self.memory, refused(lambda: getattr(self.memory, name)(*takes, **what))
        said = refused(lambda: getattr(self.stored, name)(*takes, **what))
        assert (said and (said.code, said.facts)) == (refusal and (refusal.code, refusal.facts))
        if refusal is not None:
            raise refusal
        after = getattr(self.memory, name)(*takes, **what)
        return self if after is before else Both(after, self.stored)

    def _say(self, name, about, what):
        said = getattr(self.memory, name)(*about, **what)
        assert getattr(self.stored, name)(*about, **what) == said
        return said


def refused(command):
    try:
        command()
    except DomainError as refusal:
        return refusal
    return None


class StoredBudgetGame(BudgetGame):
    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        store = self.stack.enter_context(open_store("sqlite://"))
        self.deals = self.stack.enter_context(store.unit())
        self.ledger = Both(self.ledger, self.deals.budget)

    def teardown(self):
        with self.stack:
            super().teardown()
            assert self.deals.verify() == ()
            assert in_one_order(self.ledger.movements) == in_one_order(self.deals.budget.movements)
            assert self.ledger.counters == self.deals.budget.counters


def in_one_order(movements):
    return sorted(
        movements, key=lambda each: (each.command, each.counter.key, each.document, each.on)
    )


TestStoredBudgetGame = StoredBudgetGame.TestCase
TestStoredBudgetGame.settings = settings(
    stateful_step_count=50, max_examples=settings.default.max_examples // 4
)


CAPS = (
    Counter(owner="AUTUMN", cap="hard", measure="units"),
    Counter(owner="AUTUMN", cap="money", measure="amount", currency="CNY"),
    Counter(owner="AUTUMN", cap="rolling", window="4 days", days=4, measure="units"),
)
QUOTES = st.sampled_from([f"Q-{number}/1" for number in range(4)])
STEPS = st.tuples(
    st.sampled_from(("reserve", "reserve", "commit", "commit", "release", "cancel", "expire")),
    QUOTES,
    st.integers(0, 12),
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
)


@settings(max_examples=settings.default.max_examples // 2)
@given(st.lists(STEPS, min_size=5, max_size=50))
def test_days_in_any_order_get_the_answers_of_the_ledger(steps):
    with open_store("sqlite://") as store, store.unit() as deals:
        both = Both(BudgetLedger(), deals.budget)
        for place, (verb, document, number, sizes) in enumerate(steps):
            on = date(2026, 11, 1) + timedelta(days=number)
            what = {"on": on, "key": str(place)}
            if verb == "reserve":
                what["takes"] = [
                    CapTake(counter=cap, amount=size, limit=10)
                    for cap, size in zip(CAPS, sizes, strict=True)
                    if size
                ]
                what["expires_on"] = on + timedelta(days=sizes[0])
            if verb != "expire":
                what["document"] = document
            try:
                both = getattr(both, verb)(**what)
            except DomainError:
                continue
            for cap in CAPS:
                for days in (0, 3, 12):
                    both.used(cap, on=date(2026, 11, 1) + timedelta(days=days))
        for cap in both.counters:
            both.statement(cap, as_of=date(2026, 12, 1))
        assert deals.verify() == ()
