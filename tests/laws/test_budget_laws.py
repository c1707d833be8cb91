"""Laws of the budget ledger: nothing is granted twice, nothing is lost, a limit holds.

The first is a game of sixty steps, played by ``tests.cpq.budget_game`` against an oracle.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from cpq.cap import CapTake, Counter
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import Conflict, DomainError
from tests.cpq.budget_game import BudgetGame, Fact, Take

TestBudgetGame = BudgetGame.TestCase
TestBudgetGame.settings = settings(
    stateful_step_count=60, max_examples=settings.default.max_examples // 2
)

HARD = Counter(owner="AUTUMN", cap="hard", measure="units")
ROLLING = Counter(owner="AUTUMN", cap="rolling", window="4 days", days=4, measure="units")
LIMIT = 10
DAYS = st.integers(0, 14)
QUOTES = st.sampled_from([f"Q-{number}/1" for number in range(6)])
SIZES = st.integers(0, 6)


def day(number):
    return date(2026, 11, 1) + timedelta(days=number)


def takes(size, *, limit=LIMIT, counters=(HARD, ROLLING)):
    return [CapTake(counter=each, amount=size, limit=limit) for each in counters]


def test_the_game_reaches_every_move():
    # the oracle is worth nothing if it only ever refuses: one game by hand, all moves taken
    game = BudgetGame()
    everything = dict.fromkeys(game.limits, 2)
    offer = Fact("reserve", 0, "Q-1/1", until=4, takes=game.takes(everything))
    game.attempt(offer)
    game.attempt(offer._replace(document="Q-1/2", leaves="Q-1/1"))
    game.attempt(Fact("commit", 0, "Q-1/2"))
    game.attempt(Fact("give_back", 0, "Q-1/2", amounts={"money": 2, "rolling": 1}))
    game.attempt(Fact("give_back", 0, "Q-1/2", amounts={"money": 1}))
    game.attempt(Fact("cancel", 0, "Q-1/2", keep=("pieces",)))
    game.attempt(offer._replace(document="Q-2/1", takes={"pieces": Take(9, 10)}))
    game.attempt(offer._replace(document="Q-2/1", takes={"pieces": Take(8, 10)}))
    game.days_pass(5)
    game.attempt(offer._replace(on=5, until=6, document="Q-3/1", takes={"pieces": Take(8, 10)}))
    game.attempt(Fact("commit", 5, "Q-2/1"))
    game.attempt(Fact("release", 5, "Q-3/1"))
    game.attempt(Fact("commit", 5, "Q-2/1"))
    game.expire()
    assert [fact.verb for fact in game.facts] == [
        *("reserve", "reserve", "commit", "give_back", "cancel", "reserve"),
        *("reserve", "release", "commit", "expire"),
    ]
    game.what_is_used_is_what_the_facts_say()
    game.movements_add_up_and_never_pass_a_hard_limit()
    game.no_document_has_more_than_it_was_granted()
    game.teardown()


@st.composite
def commands(draw):
    """A command of any document on any day: dates run forward and back."""
    verb = draw(st.sampled_from(("reserve", "reserve", "move", "commit", "commit", "release")))
    verb = draw(st.sampled_from((verb, verb, verb, "cancel", "give_back", "expire")))
    return verb, draw(QUOTES), draw(DAYS), draw(SIZES), draw(QUOTES), draw(DAYS)


def sent(ledger, command, key):
    """The ledger after a command, or as it was where the command is refused."""
    verb, document, number, size, other, days = command
    common = {"on": day(number), "key": key}
    until = day(number + days // 2)
    try:
        match verb:
            case "reserve":
                return ledger.reserve(takes(size), document=document, expires_on=until, **common)
            case "move":
                return ledger.move(
                    takes(size),
                    from_document=document,
                    to_document=other,
                    expires_on=until,
                    **common,
                )
            case "expire":
                return ledger.expire(**common)
            case "give_back":
                back = {HARD.key: Decimal(size)}
                return ledger.give_back(document=document, amounts=back, **common)
            case "commit":
                amounts = {HARD.key: Decimal(size)} if days % 2 else None
                return ledger.commit(document=document, amounts=amounts, **common)
        return getattr(ledger, verb)(document=document, **common)
    except DomainError:
        return ledger


@given(st.lists(commands(), min_size=20, max_size=60))
def test_no_order_of_days_passes_a_hard_limit(story):
    ledger = BudgetLedger()
    for place, command in enumerate(story):
        ledger = sent(ledger, command, f"command {place}")
        own = [each for each in ledger.movements if each.counter == HARD]
        assert 0 <= sum(each.change for each in own) <= LIMIT
        rolling = [each for each in ledger.movements if each.counter == ROLLING]
        for last in range(35):
            window = [day(last) - timedelta(days=back) for back in range(4)]
            committed = sum(each.committed for each in rolling if each.counted_on in window)
            assert 0 <= committed <= LIMIT
            assert ledger.used(HARD, on=day(last)) <= LIMIT
            assert ledger.used(ROLLING, on=day(last)) >= committed
    assert BudgetLedger(movements=ledger.movements, commands=ledger.commands) == ledger
    for counter in (HARD, ROLLING):
        ledger.statement(counter, as_of=day(30))


@given(st.lists(commands(), min_size=10, max_size=40), st.data())
def test_commands_sent_twice_are_done_once(story, data):
    once = twice = BudgetLedger()
    for place, command in enumerate(story):
        key = f"command {place}"
        once = sent(once, command, key)
        twice = sent(sent(twice, command, key), command, key)
        repeated = data.draw(st.integers(0, place), label="again")
        if f"command {repeated}" in {each.key for each in twice.commands}:
            assert sent(twice, story[repeated], f"command {repeated}") is twice
    assert once == twice


LIVES = (
    ("reserve",),
    ("reserve", "release"),
    ("reserve", "commit"),
    ("reserve", "commit", "give_back"),
    ("reserve", "commit", "cancel"),
    ("reserve", "commit", "cancel", "commit"),
)


@st.composite
def lives(draw):
    """What happens to one document, on days that run forward; there is room for all."""
    verbs = draw(st.sampled_from(LIVES))
    days = sorted(draw(st.lists(DAYS, min_size=len(verbs), max_size=len(verbs))))
    return tuple(zip(verbs, days, strict=True)), draw(SIZES), draw(st.integers(0, 6))


def lived(stories, turns):
    """The ledger after documents did what they did, taking turns in this order."""
    ledger = BudgetLedger()
    steps = [iter(enumerate(verbs)) for verbs, _, _ in stories]
    for turn in turns:
        _, size, days = stories[turn]
        place, (verb, number) = next(steps[turn])
        common = {"on": day(number), "document": f"Q-{turn}/1", "key": f"{turn} {place}"}
        if verb == "reserve":
            until = day(number + days)
            ledger = ledger.reserve(takes(size, limit=1000), expires_on=until, **common)
        elif verb == "give_back":
            ledger = ledger.give_back(amounts={HARD.key: Decimal(size)}, **common)
        else:
            ledger = getattr(ledger, verb)(**common)
    return ledger


@given(st.lists(lives(), min_size=2, max_size=5), st.data())
def test_the_order_of_independent_commands_changes_nothing(stories, data):
    turns = [place for place, (verbs, _, _) in enumerate(stories) for _ in verbs]
    one = lived(stories, turns)
    two = lived(stories, data.draw(st.permutations(turns)))
    for counter in (HARD, ROLLING):
        for number in range(0, 30, 3):
            assert one.used(counter, on=day(number)) == two.used(counter, on=day(number))
            first = one.statement(counter, as_of=day(number))
            second = two.statement(counter, as_of=day(number))
            assert first.closing == second.closing
            assert {row.on for row in first.rows} == {row.on for row in second.rows}
    assert [one.held(f"Q-{place}/1") for place in range(5)] == [
        two.held(f"Q-{place}/1") for place in range(5)
    ]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=4))
@example([0])
def test_returns_in_any_order_add_up_to_a_cancellation(parts):
    whole = sum(parts)
    money = Counter(owner="AUTUMN", cap="1", measure="amount", currency="CNY")
    amounts = [Decimal(part).scaleb(-2) for part in parts]
    take = CapTake(counter=money, amount=sum(amounts), limit=100)
    sold = BudgetLedger().reserve([take], document="Q", on=day(0), expires_on=day(0), key="1")
    sold = sold.commit(document="Q", on=day(0), key="2")
    for order in permutations(amounts):
        ledger = sold
        for place, amount in enumerate(order):
            back = {money.key: amount}
            ledger = ledger.give_back(document="Q", on=day(1), amounts=back, key=f"back {place}")
        assert ledger.used(money, on=day(1)) == 0
        assert ledger.cancel(document="Q", on=day(1), key="c").used(money, on=day(1)) == 0
    assert sold.used(money, on=day(1)) == Decimal(whole).scaleb(-2)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(0, 30))
def test_a_limit_is_used_to_the_last_piece_and_not_beyond(sizes, limit):
    ledger = BudgetLedger()
    granted = 0
    for place, size in enumerate(sizes):
        offer = takes(size, limit=limit, counters=(HARD,))
        arguments = {"document": f"Q-{place}", "on": day(0), "expires_on": day(0)}
        if granted + size > limit:
            with pytest.raises(Conflict, match=r"\[cap.exceeded\]") as said:
                ledger.reserve(offer, key=f"{place}", **arguments)
            assert said.value.facts["remaining"] == limit - granted
            continue
        ledger = ledger.reserve(offer, key=f"{place}", **arguments)
        granted += size
    assert ledger.used(HARD, on=day(0)) == granted <= limit
    rest = takes(limit - granted, limit=limit, counters=(HARD,))
    full = ledger.reserve(rest, document="Q", on=day(0), expires_on=day(0), key="rest")
    assert full.remaining(HARD, limit, on=day(0)) == 0
