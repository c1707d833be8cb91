"""A game that a sales floor plays with the budget ledger, and an oracle that knows only the facts.

It offers, orders, loses, cancels and gives back, to the brim and one too many, sends commands
again, sends others under a used key, and lets days pass. The oracle keeps a plain list of what was
granted and walks it anew for each question; it knows no movements, no sweeping and no fold.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cpq.cap import CapTake, Counter
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import Conflict, DomainError

START = date(2026, 11, 1)
DAYS_IN_WINDOW = 3
PIECES = Counter(owner="AUTUMN", cap="pieces", measure="units")
MONEY = Counter(owner="AUTUMN", cap="money", measure="amount", currency="CNY")
GATE = Counter(owner="AUTUMN", cap="gate", measure="units")
WARNED = Counter(owner="AUTUMN", cap="warned", measure="orders")
ROLLING = Counter(
    owner="AUTUMN", cap="rolling", window="3 days", days=DAYS_IN_WINDOW, measure="orders"
)
COUNTERS = {counter.cap: counter for counter in (PIECES, MONEY, GATE, WARNED, ROLLING)}
STRICT = ("pieces", "money", "rolling")
DOCUMENTS = tuple(f"Q-{quote}/{version}" for quote in (1, 2, 3, 4) for version in (1, 2))
AMOUNTS = st.dictionaries(st.sampled_from(sorted(COUNTERS)), st.integers(0, 7), min_size=1)
EXTRA = st.sampled_from((0, 1))
LATER = st.sampled_from((0, 1, 2))
LASTING = st.integers(0, 3)


def amount(cap, number):
    """What the oracle counts in whole numbers, as the ledger has it: cents are money."""
    return Decimal(number).scaleb(-2) if cap == "money" else Decimal(number)


def number(cap, value):
    return int(value.scaleb(2)) if cap == "money" else int(value)


class Take(NamedTuple):
    amount: int
    limit: int


class Fact(NamedTuple):
    """One command that was granted, in words."""

    verb: str
    on: int
    document: str = ""
    until: int = 0
    takes: dict = {}  # noqa: RUF012 - read, never changed
    leaves: str = ""
    amounts: dict = {}  # noqa: RUF012
    keep: tuple = ()


class Standing(NamedTuple):
    """How a document stands after some facts."""

    phase: str
    takes: dict
    until: int
    taken: dict
    ordered_on: int


NOBODY = Standing("unknown", {}, 0, {}, 0)


class Oracle:
    def __init__(self, facts):
        self.facts = facts

    def standing(self, document):
        now = NOBODY
        for fact in self.facts:
            if fact.verb == "reserve" and fact.document == document:
                now = Standing("offered", fact.takes, fact.until, {}, 0)
            elif fact.verb == "reserve" and fact.leaves == document and now != NOBODY:
                now = Standing("lost", {}, 0, {}, 0)
            elif fact.document != document:
                continue
            elif fact.verb == "commit":
                taken = {cap: take.amount for cap, take in now.takes.items()} | fact.amounts
                now = Standing("ordered", now.takes, now.until, taken, fact.on)
            elif fact.verb == "give_back":
                left = {cap: now.taken[cap] - fact.amounts.get(cap, 0) for cap in now.taken}
                now = now._replace(taken=left)
            elif fact.verb == "cancel":
                now = Standing("cancelled", now.takes, 0, {}, 0)
            elif fact.verb == "release":
                now = Standing("lost", {}, 0, {}, 0)
        return now

    def live(self, document, cap, on):
        now = self.standing(document)
        held = now.phase == "offered" and now.until >= on and cap in now.takes
        return now.takes[cap].amount if held else 0

    def committed(self, cap, on):
        """What orders took and did not give back, by the day on which they took it."""
        parts = []
        for document in DOCUMENTS:
            now = self.standing(document)
            parts.append((now.ordered_on, now.taken.get(cap, 0)))
        for place, fact in enumerate(self.facts):
            if fact.verb == "cancel" and cap in fact.keep:
                then = Oracle(self.facts[:place]).standing(fact.document)
                parts.append((then.ordered_on, then.taken[cap]))
        rolling = cap == "rolling"
        return sum(part for day, part in parts if not rolling or on - day < DAYS_IN_WINDOW)

    def used(self, cap, on):
        live = sum(self.live(document, cap, on) for document in DOCUMENTS)
        return live + self.committed(cap, on)

    def refuses(self, fact):
        """Why the ledger must refuse: for want of ``room``, by a ``rule``; ``None``: it grants."""
        if not self._may(fact):
            return "rule"
        takes = fact.takes
        if fact.verb == "commit":
            takes = {
                cap: Take(fact.amounts.get(cap, take.amount), take.limit)
                for cap, take in self.standing(fact.document).takes.items()
            }
        return None if self._fits(takes, {fact.document, fact.leaves}, fact.on) else "room"

    def _may(self, fact):
        now = self.standing(fact.document)
        match fact.verb:
            case "reserve":
                busy = now.phase == "offered" and now.until >= fact.on
                phases = {now.phase, self.standing(fact.leaves).phase}
                return "ordered" not in phases and (not busy or fact.leaves == fact.document)
            case "commit":
                known = set(fact.amounts) <= set(now.takes)
                return now.phase in ("offered", "cancelled") and known
            case "release":
                return now.phase not in ("unknown", "ordered")
            case "cancel":
                return now.phase == "ordered" and set(fact.keep) <= set(now.taken)
            case "give_back":
                left = now.taken if now.phase == "ordered" else {}
                return bool(left) and all(
                    back <= left.get(cap, -1) for cap, back in fact.amounts.items()
                )
        return True

    def _fits(self, takes, own, on):
        for cap, take in takes.items():
            held = sum(self.live(document, cap, on) for document in own)
            others = self.used(cap, on) - held
            if cap == "warned" or take.amount <= held:
                continue
            if others >= take.limit if cap == "gate" else others + take.amount > take.limit:
                return False
        return True


def limits_of(limits, cap):
    return {"limit": amount(cap, limits[cap]), "hard": cap != "warned", "overshoot": cap == "gate"}


def asked(takes, *, split=False):
    """Takes as the ledger is told; split in two, they add up again."""
    rows = []
    for cap, take in takes.items():
        parts = (take.amount // 2, take.amount - take.amount // 2) if split else (take.amount,)
        rows += [
            CapTake(
                counter=COUNTERS[cap], amount=amount(cap, part), **limits_of({cap: take.limit}, cap)
            )
            for part in parts
        ]
    return tuple(rows)


def by_key(amounts):
    return {COUNTERS[cap].key: amount(cap, each) for cap, each in amounts.items()}


def day(number):
    return START + timedelta(days=number)


def call(fact, *, split=False):
    """The method of the ledger that a fact asks for, and its arguments."""
    common = {"document": fact.document, "on": day(fact.on)}
    match fact.verb:
        case "reserve" if fact.leaves:
            return "move", {
                "takes": asked(fact.takes, split=split),
                "from_document": fact.leaves,
                "to_document": fact.document,
                "on": day(fact.on),
                "expires_on": day(fact.until),
            }
        case "reserve":
            takes = asked(fact.takes, split=split)
            return "reserve", {"takes": takes, "expires_on": day(fact.until), **common}
        case "commit" | "give_back":
            return fact.verb, {"amounts": by_key(fact.amounts), **common}
        case "cancel":
            return "cancel", {"keep": tuple(COUNTERS[cap].key for cap in fact.keep), **common}
        case "release":
            return "release", common
    return "expire", {"on": day(fact.on)}


def done(ledger, fact, key, *, split=False):
    verb, arguments = call(fact, split=split)
    return getattr(ledger, verb)(key=key, **arguments)


class BudgetGame(RuleBasedStateMachine):
    """Days only move forward here; what is granted is exactly what the oracle grants."""

    def __init__(self):
        super().__init__()
        self.ledger = BudgetLedger()
        self.facts = []
        self.sent = []
        self.today = 0
        self.limits = dict.fromkeys(COUNTERS, 10)
        self.highest = dict(self.limits)
        self.closings = {}

    @property
    def oracle(self):
        return Oracle(self.facts)

    def attempt(self, fact, *, split=False):
        """Send a command: the ledger grants it exactly when the oracle does."""
        key = f"command {len(self.sent)}"
        refused = self.oracle.refuses(fact)
        if refused is not None:
            with pytest.raises(DomainError) as said:
                done(self.ledger, fact, key, split=split)
            assert (said.value.code == "cap.exceeded") == (refused == "room")
            return
        self.ledger = done(self.ledger, fact, key, split=split)
        self.facts.append(fact)
        self.sent.append(fact)

    def takes(self, amounts):
        return {cap: Take(each, self.limits[cap]) for cap, each in amounts.items()}

    def standing_as(*phases):
        def condition(game):
            return any(game.oracle.standing(each).phase in phases for each in DOCUMENTS)

        return precondition(condition)

    def pick(self, data, *phases):
        """A document that stands so, nearly always; now and then any."""
        fitting = [each for each in DOCUMENTS if self.oracle.standing(each).phase in phases]
        anything = data.draw(st.integers(0, 9), label="any document") == 0
        return data.draw(st.sampled_from(DOCUMENTS if anything else fitting or DOCUMENTS))

    def late(self):
        """The documents whose offers lapsed."""
        now = [(each, self.oracle.standing(each)) for each in DOCUMENTS]
        return [each for each, then in now if then.phase == "offered" and then.until < self.today]

    # --- moves ---

    @rule(data=st.data(), amounts=AMOUNTS, days=LASTING, split=st.booleans())
    def offer(self, data, amounts, days, split):
        document = self.pick(data, "unknown", "lost", "cancelled")
        takes = self.takes(amounts)
        fact = Fact("reserve", self.today, document, until=self.today + days, takes=takes)
        self.attempt(fact, split=split)

    @rule(
        data=st.data(),
        cap=st.sampled_from(sorted(COUNTERS)),
        days=LASTING,
        extra=EXTRA,
    )
    def offer_to_the_brim(self, data, cap, days, extra):
        document = self.pick(data, "unknown", "lost", "cancelled")
        left = max(self.limits[cap] - self.oracle.used(cap, self.today), 0)
        takes = self.takes({cap: left + extra})
        self.attempt(Fact("reserve", self.today, document, until=self.today + days, takes=takes))

    @standing_as("offered")
    @rule(data=st.data(), amounts=AMOUNTS, days=LASTING, split=st.booleans())
    def revise(self, data, amounts, days, split):
        old = self.pick(data, "offered")
        new = data.draw(st.sampled_from((old, *DOCUMENTS)), label="new")
        takes = self.takes(amounts)
        until = self.today + days
        self.attempt(Fact("reserve", self.today, new, until, takes, leaves=old), split=split)

    @standing_as("offered")
    @rule(data=st.data(), extra=EXTRA)
    def revise_to_the_brim(self, data, extra):
        old = self.pick(data, "offered")
        cap = data.draw(st.sampled_from(sorted(self.oracle.standing(old).takes or COUNTERS)))
        held = self.oracle.live(old, cap, self.today)
        left = max(self.limits[cap] - self.oracle.used(cap, self.today) + held, 0)
        takes = self.takes({cap: left + extra})
        self.attempt(Fact("reserve", self.today, old, self.today + 3, takes, leaves=old))

    @standing_as("offered", "cancelled")
    @rule(data=st.data())
    def order(self, data):
        document = self.pick(data, "offered", "cancelled")
        self.attempt(Fact("commit", self.today, document))

    @precondition(lambda game: game.late())
    @rule(data=st.data())
    def order_after_the_last_day(self, data):
        self.attempt(Fact("commit", self.today, data.draw(st.sampled_from(self.late()))))

    @precondition(lambda game: game.late())
    @rule(data=st.data(), extra=EXTRA)
    def sell_what_lapsed_to_somebody_else(self, data, extra):
        caps = self.oracle.standing(data.draw(st.sampled_from(self.late()))).takes
        cap = data.draw(st.sampled_from(sorted(caps)), label="cap")
        document = self.pick(data, "unknown", "lost", "cancelled")
        left = max(self.limits[cap] - self.oracle.used(cap, self.today), 0)
        takes = self.takes({cap: left + extra})
        self.attempt(Fact("reserve", self.today, document, until=self.today, takes=takes))

    @standing_as("offered", "cancelled")
    @rule(data=st.data(), extra=st.sampled_from((-1, 0, 1)))
    def order_other_than_offered(self, data, extra):
        document = self.pick(data, "offered", "cancelled")
        takes = self.oracle.standing(document).takes
        amounts = {
            cap: max(take.amount + extra, 0)
            for cap, take in takes.items()
            if data.draw(st.booleans(), label=cap)
        }
        self.attempt(Fact("commit", self.today, document, amounts=amounts))

    @standing_as("offered")
    @rule(data=st.data())
    def lose(self, data):
        self.attempt(Fact("release", self.today, self.pick(data, "offered", "lost")))

    @standing_as("ordered")
    @rule(data=st.data(), days=LATER)
    def cancel(self, data, days):
        self.days_pass(days)
        document = self.pick(data, "ordered")
        caps = sorted(self.oracle.standing(document).taken or COUNTERS)
        keep = data.draw(st.sets(st.sampled_from(caps)), label="keep")
        self.attempt(Fact("cancel", self.today, document, keep=tuple(sorted(keep))))

    @standing_as("ordered")
    @rule(data=st.data(), extra=EXTRA, whole=st.booleans(), days=LATER)
    def give_back(self, data, extra, whole, days):
        self.days_pass(days)
        document = self.pick(data, "ordered")
        taken = self.oracle.standing(document).taken or {"pieces": 0}
        cap = data.draw(st.sampled_from(sorted(taken)), label="cap")
        back = taken[cap] if whole else data.draw(st.integers(0, taken[cap]), label="back")
        amounts = {cap: back + extra}
        self.attempt(Fact("give_back", self.today, document, amounts=amounts))

    @rule(days=st.integers(1, 3))
    def days_pass(self, days):
        for past in {self.today, self.today + days - 1} if days else ():
            self.closings |= {(cap, past): self.closing(cap, past) for cap in COUNTERS}
        self.today += days

    @precondition(lambda game: game.late() and game.today % 3 == 0)
    @rule()
    def expire(self):
        before = [self.ledger.used(counter, on=day(self.today)) for counter in COUNTERS.values()]
        self.attempt(Fact("expire", self.today))
        after = [self.ledger.used(counter, on=day(self.today)) for counter in COUNTERS.values()]
        assert before == after

    @rule(cap=st.sampled_from(sorted(COUNTERS)), limit=st.integers(4, 14))
    def change_the_limit(self, cap, limit):
        self.limits[cap] = limit
        self.highest[cap] = max(limit, self.highest[cap])

    @precondition(lambda game: game.sent)
    @rule(data=st.data(), split=st.booleans())
    def send_again(self, data, split):
        place = data.draw(st.integers(0, len(self.sent) - 1), label="command")
        again = done(self.ledger, self.sent[place], f"command {place}", split=split)
        assert again is self.ledger

    @precondition(lambda game: game.sent)
    @rule(data=st.data(), other=st.sampled_from(("day", "verb")))
    def send_other_content(self, data, other):
        place = data.draw(st.integers(0, len(self.sent) - 1), label="command")
        fact = self.sent[place]
        verb = "release" if fact.verb == "expire" else "expire"
        changed = fact._replace(on=fact.on + 1, until=fact.until + 1)
        with pytest.raises(Conflict, match=r"\[command.key_reused\]"):
            done(
                self.ledger,
                changed if other == "day" else fact._replace(verb=verb, document="Q-1/1"),
                f"command {place}",
            )

    # --- what always holds ---

    def closing(self, cap, on):
        return self.ledger.statement(COUNTERS[cap], as_of=day(on)).closing

    @invariant()
    def what_is_used_is_what_the_facts_say(self):
        for cap, counter in COUNTERS.items():
            for on in (self.today, self.today + 2):
                expected = self.oracle.used(cap, on)
                assert number(cap, self.ledger.used(counter, on=day(on))) == expected
                assert number(cap, self.closing(cap, on)) == expected
            for quote in ("Q-1", "Q-2/1"):
                usage = self.ledger.usage([counter], on=day(self.today), apart_from=quote)
                own = [each for each in DOCUMENTS if f"{each}/".startswith(f"{quote}/")]
                left_out = sum(self.oracle.live(each, cap, self.today) for each in own)
                found = number(cap, usage.used(counter))
                assert found == self.oracle.used(cap, self.today) - left_out

    @invariant()
    def movements_add_up_and_never_pass_a_hard_limit(self):
        for cap, counter in COUNTERS.items():
            own = [each for each in self.ledger.movements if each.counter == counter]
            reserved = sum(each.reserved for each in own)
            committed = sum(each.committed for each in own)
            assert reserved >= 0 <= committed
            used = self.ledger.used(counter, on=day(self.today))
            if cap != "rolling":
                assert used <= reserved + committed
            if cap in STRICT:
                limit = amount(cap, self.highest[cap])
                assert self.ledger.remaining(counter, limit, on=day(self.today)) >= 0
                if cap != "rolling":
                    assert reserved + committed <= limit

    @invariant()
    def no_document_has_more_than_it_was_granted(self):
        for document in DOCUMENTS:
            now = self.oracle.standing(document)
            for hold in self.ledger.held(document):
                cap = hold.counter.cap
                assert number(cap, hold.committed) == now.taken.get(cap, 0)
                live = number(cap, hold.live(day(self.today)))
                assert live == self.oracle.live(document, cap, self.today)

    @invariant()
    def the_past_stays_as_it_was(self):
        for (cap, past), closing in list(self.closings.items())[-len(COUNTERS) :]:
            assert self.closing(cap, past) == closing

    def teardown(self):
        for (cap, past), closing in self.closings.items():
            assert self.closing(cap, past) == closing
        again = BudgetLedger(movements=self.ledger.movements, commands=self.ledger.commands)
        assert again == self.ledger
        for counter in COUNTERS.values():
            for on in range(self.today, self.today + 6):
                assert again.used(counter, on=day(on)) == self.ledger.used(counter, on=day(on))
        for document in DOCUMENTS:
            assert again.held(document) == self.ledger.held(document)
