"""Laws of the life of quotes, in memory and in a store that get the same commands and must agree.

Whatever people do, in any order and to any state that they still hold: of the versions of a quote
one is live at most, what was sent never changes, states follow the arrows, an end names the hash of
what was sent, what is held is what the live version takes, and numbers have no gaps.
"""

from contextlib import ExitStack
from datetime import date, timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from cpq.kernel.errors import DomainError
from cpq.quote import (
    NumberSeries,
    accept,
    approval_status,
    approve,
    keep_version,
    live_version,
    lose,
    missing_numbers,
    revise,
    send,
    submit,
    supersede,
    withdraw,
)
from cpq.quote.state import LIVE, UNSENT, leads_to
from revenue.adapters.store import open_store
from tests.cpq.quotes import (
    BASIC,
    DAY,
    LARGE,
    LAST,
    MATRIX,
    ORDERS,
    UNITS,
    decide,
    line,
    offer,
    pricing_of,
    sold_at,
    take,
)

SERIES = NumberSeries(code="quotes", pattern="Q-{year}-{n:04}")
NETS = ("95.00", "95.00", "95.00", "79.00", "70.00", "69.00")
CAP = 6


def taking(pricing, orders, units):
    taken = tuple(
        take(counter, amount, limit=CAP) for counter, amount in ((ORDERS, orders), (UNITS, units))
        if amount
    )  # fmt: skip
    return pricing.with_(taken=taken)


PRICINGS = st.builds(
    lambda net, orders, units: taking(
        pricing_of(line("1", net), line("2", "10.00", optional=True)), orders, units
    ),
    st.sampled_from(NETS),
    st.integers(0, 2),
    st.integers(0, 4),
)
ALTERNATIVES = st.lists(
    st.builds(
        lambda which, units: which.with_(pricing=taking(which.pricing, 0, units)),
        st.sampled_from((BASIC.with_(pricing=sold_at("85.00")), LARGE)),
        st.integers(0, 4),
    ),
    max_size=2,
    unique_by=lambda each: each.code,
).map(tuple)


def answer(command):
    """What it gives, or how it refuses."""
    try:
        return command(), None
    except DomainError as refusal:
        return None, refusal


ACTS = (
    *("submit", "approve", "reject", "send", "accept", "lose", "withdraw", "supersede", "revise"),
    *("retitle", "reprice"),
)
OPEN = {
    "draft": ("send", "submit", "send", "retitle", "reprice"),
    "in_approval": ("approve", "approve", "reject", "revise"),
    "approved": ("send", "send", "send", "reprice", "revise"),
    "sent": ("revise", "accept", "lose", "withdraw", "revise"),
    "accepted": ("retitle",),
    "superseded": ("retitle",),
    "lost": ("revise",),
    "withdrawn": ("revise",),
}


class QuoteLife(RuleBasedStateMachine):
    """Two quotes that compete for the same counters; every state ever made may be used again."""

    @initialize(pricings=st.lists(PRICINGS, min_size=2, max_size=2), alternatives=ALTERNATIVES)
    def opened(self, pricings, alternatives):
        self.stack = ExitStack()
        store = self.stack.enter_context(open_store("sqlite://"))
        self.deals = self.stack.enter_context(store.unit())
        self.memory = {}
        self.seen = {}
        self.hours = 0
        self.numbers = [self.deals.number(SERIES, on=DAY) for _ in pricings]
        self.made = [
            offer(pricing, number=number, alternatives=alternatives)
            for pricing, number in zip(pricings, self.numbers, strict=True)
        ]
        self.newest = list(self.made)

    def teardown(self):
        if hasattr(self, "stack"):
            with self.stack:
                assert self.deals.verify() == ()

    # --- what people do -------------------------------------------------------------------------

    @rule(on=st.sampled_from((DAY, date(2027, 5, 1))), fails=st.booleans())
    def numbers_something(self, on, fails):
        """A number that is given in work that fails is given again."""
        savepoint = self.deals.connection.begin_nested()
        number = self.deals.number(SERIES, on=on)
        if fails:
            savepoint.rollback()
        else:
            savepoint.commit()
            self.numbers.append(number)

    @rule(which=st.integers(0, 1), steps=st.integers(1, 4), data=st.data())
    def goes_on(self, which, steps, data):
        """A quote takes steps that are open to it; some are not told to anybody."""
        for _ in range(steps):
            self.goes(which, data.draw(st.sampled_from((True, True, True, False))), data)

    def goes(self, which, told, data):
        quote = self.newest[which]
        after = self.tried(data.draw(st.sampled_from(OPEN[quote.state])), quote, data)
        if after is None:
            return
        self.newest[which] = after
        self.made.append(after)
        if told:
            known = [each for each in self.stored() if each.reference == after.reference]
            self.keeps(after, known[0] if known else None)

    @rule(act=st.sampled_from(ACTS), data=st.data())
    def meddles(self, act, data):
        """Somebody does something to a state that he held on to, whatever became of it."""
        after = self.tried(act, data.draw(st.sampled_from(self.made), label="quote"), data)
        if after is not None:
            self.made.append(after)
            self.keeps(after, data.draw(st.sampled_from((None, *self.stored()))))

    def stored(self):
        return tuple(each for versions in self.memory.values() for each in versions)

    def tried(self, act, quote, data):
        """What comes of it; nothing where it is refused or nobody is asked."""
        try:
            return self.done(act, quote, data)
        except (DomainError, IndexError):
            return None

    def done(self, act, quote, data):
        match act:
            case "submit":
                return submit(quote, matrix=MATRIX)
            case "approve" | "reject":
                self.hours += 1
                made = decide(quote, verdict=act, after=self.hours)
                return approve(quote, made, matrix=MATRIX)
            case "send":
                return send(quote, matrix=MATRIX)
            case "accept":
                codes = (None, *(each.code for each in quote.alternatives))
                code = data.draw(st.sampled_from(codes))
                options = ("2",) if code is None and data.draw(st.booleans()) else ()
                return accept(quote, on=LAST, by="x", alternative=code, options=options)
            case "lose":
                return lose(quote, on=LAST, reason="price")
            case "withdraw":
                return withdraw(quote, on=LAST, reason="out of stock")
            case "supersede":
                return supersede(quote)
            case "revise":
                pricing, more = data.draw(PRICINGS), data.draw(ALTERNATIVES)
                return revise(quote, pricing, issued_on=DAY, valid_until=LAST, alternatives=more)
            case "retitle":
                return quote.with_(title=data.draw(st.sampled_from(("A", "B"))))
            case "reprice":
                return quote.with_(pricing=data.draw(PRICINGS))
        raise AssertionError(act)

    def keeps(self, quote, replaces):
        """Memory and store answer the same, but that a store has budgets that may be used up."""
        before = self.memory.get(quote.number, ())
        expected, refused = answer(lambda: keep_version(before, quote, replaces=replaces))
        _, told = answer(lambda: self.deals.save(quote, replaces=replaces))
        if told is not None and told.code == "cap.exceeded":
            assert quote.taken
            assert refused is None
            return
        assert (told and (told.code, told.facts)) == (refused and (refused.code, refused.facts))
        if refused is None:
            self.memory[quote.number] = expected

    # --- what holds ever after ------------------------------------------------------------------

    @invariant()
    def one_version_is_live_at_most(self):
        for number, versions in self.memory.items():
            live = [each for each in versions if each.state in LIVE]
            assert len(live) <= 1
            assert live_version(versions) == (live[0] if live else None)
            assert all(each.state not in UNSENT for each in versions[:-1])
            for each in versions:
                assert self.deals.quote(number, version=each.version) == each

    @invariant()
    def what_was_sent_never_changes_and_states_follow_the_arrows(self):
        for number, versions in self.memory.items():
            for each in versions:
                before = self.seen.get((number, each.version))
                if before is not None and before != each:
                    assert before.state in UNSENT or leads_to(before.state, each.state)
                    if before.state not in UNSENT:
                        assert each.as_sent == before.as_sent
                self.seen[number, each.version] = each

    @invariant()
    def an_end_names_what_was_sent(self):
        for versions in self.memory.values():
            for each in versions:
                end = each.acceptance or each.loss or each.withdrawal
                if end is not None:
                    assert end.quote_hash == each.as_sent.content_hash()
                if each.state == "approved":
                    assert each.cleared == each.as_sent.content_hash()
                    assert approval_status(each, matrix=MATRIX).state == "approved"

    @invariant()
    def what_is_held_is_what_the_live_version_takes(self):
        if not hasattr(self, "deals"):
            return
        due = {ORDERS: 0, UNITS: 0}
        for versions in self.memory.values():
            live = live_version(versions)
            for each in () if live is None else live.taken:
                due[each.counter] += each.amount
        for counter, amount in due.items():
            assert self.deals.budget.used(counter, on=LAST) == amount <= CAP

    @invariant()
    def numbers_have_no_gaps(self):
        if hasattr(self, "deals"):
            assert len(set(self.numbers)) == len(self.numbers)
            assert [each.number for each in self.deals.numbers("quotes")] == sorted(self.numbers)
            for on in (DAY, DAY + timedelta(days=300)):
                assert missing_numbers(SERIES, self.numbers, on=on) == ()


TestQuoteLife = QuoteLife.TestCase
TestQuoteLife.settings = settings(
    stateful_step_count=50, max_examples=settings.default.max_examples // 4
)
