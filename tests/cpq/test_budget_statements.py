"""All counters at once: the same as one after the other, each with the limit that held."""

from datetime import date, timedelta
from decimal import Decimal

from cpq.cap import BudgetLedger, CapTake, Counter
from cpq.cap.statements import budget_statements, limit_on

MONTH = Counter(owner="AUTUMN", cap="1", window="2026-11", measure="amount", currency="CNY")
WEEK = Counter(owner="AUTUMN", cap="2", window="7 days", days=7, measure="orders")
DAY = date(2026, 11, 21)


def on(day: int) -> date:
    return DAY + timedelta(days=day)


def take(counter: Counter, amount: str, limit: int) -> CapTake:
    return CapTake(counter=counter, amount=Decimal(amount), limit=Decimal(limit))


LEDGER = (
    BudgetLedger()
    .reserve([take(MONTH, "60", 100)], document="Q-1/1", on=on(0), expires_on=on(3), key="1")
    .reserve(
        [take(MONTH, "30", 120), take(WEEK, "1", 2)],
        document="Q-2/1",
        on=on(2),
        expires_on=on(9),
        key="2",
    )
    .commit(document="Q-2/1", on=on(4), key="3")
)


def test_a_counter_is_listed_from_its_first_movement_on() -> None:
    found = [budget_statements(LEDGER.movements, as_of=on(day)) for day in (-1, 0, 2)]
    assert [[each.counter for each in every] for every in found] == [[], [MONTH], [MONTH, WEEK]]


def test_each_is_the_statement_of_its_counter() -> None:
    for day in range(15):
        for each in budget_statements(LEDGER.movements, as_of=on(day)):
            own = LEDGER.statement(each.counter, as_of=on(day), limit=each.limit)
            assert each == own


def test_the_limit_is_that_of_the_last_reservation() -> None:
    remaining = {
        day: [str(each.remaining) for each in budget_statements(LEDGER.movements, as_of=on(day))]
        for day in (1, 2, 4, 11)
    }
    # 100 − 60; 120 − 90 and 2 − 1; the 60 lapsed after day 3; the order left the 7 days on day 11
    assert remaining == {1: ["40"], 2: ["30", "1"], 4: ["90", "1"], 11: ["90", "2"]}


def test_without_a_reservation_there_is_no_limit() -> None:
    assert limit_on(LEDGER.movements, as_of=on(-1)) is None
