"""The budget ledger over time: rolling windows, what finance reads, and reading it back."""

from decimal import Decimal
from typing import Any

import pytest

from cpq.cap.ledger import BudgetLedger, BudgetMovement, DoneCommand, budget_statement
from cpq.kernel.errors import Conflict, Refused
from tests.cpq.budget_desk import DAY, LAST, MONEY, ORDERS, WEEKLY, Desk, day, refused, take


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- rolling windows ----------------------------------------------------------------------------


def test_a_rolling_window_has_its_last_days(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.sell(f"Q-{number}/1", take(WEEKLY, 1, 3), on=day(number))
    assert [desk.used(WEEKLY, day(number)) for number in (3, 7, 8, 9, 10)] == list("33210")
    with refused("cap.exceeded", Conflict):
        desk.sell("Q-4/1", take(WEEKLY, 1, 3), on=day(7))
    desk.sell("Q-4/1", take(WEEKLY, 1, 3), on=day(8))


def test_what_is_reserved_counts_in_a_rolling_window_until_it_ends(desk: Desk) -> None:
    desk.offer("Q-1/1", take(WEEKLY, 1, 1), until=day(30))
    with refused("cap.exceeded", Conflict):
        desk.sell("Q-2/1", take(WEEKLY, 1, 1), on=day(20))
    desk.order("Q-1/1", on=day(25))
    assert [desk.used(WEEKLY, on) for on in (day(25), day(31), day(32))] == ["1", "1", "0"]


def test_what_comes_back_counts_on_the_day_it_was_taken(desk: Desk) -> None:
    desk.sell("Q-1/1", take(WEEKLY, 3, 5), on=day(1))
    desk.sell("Q-2/1", take(WEEKLY, 2, 5), on=day(5))
    desk.back("Q-1/1", {WEEKLY: 1}, on=day(6))
    assert (desk.used(WEEKLY, day(6)), desk.used(WEEKLY, day(8))) == ("4", "2")
    desk.back("Q-1/1", {WEEKLY: 1}, on=day(9))
    assert desk.used(WEEKLY, day(9)) == "2"
    desk.cancel("Q-2/1", on=day(10))
    assert desk.used(WEEKLY, day(10)) == "0"
    assert [each.counts_on for each in desk.ledger.movements[-3:]] == [day(1), day(1), day(5)]


def test_a_sale_dated_back_leaves_later_windows_their_room(desk: Desk) -> None:
    desk.sell("Q-1/1", take(WEEKLY, 2, 3), on=day(10))
    desk.sell("Q-2/1", take(WEEKLY, 1, 3), on=day(5))
    with refused("cap.exceeded", Conflict):
        desk.sell("Q-3/1", take(WEEKLY, 1, 3), on=day(6))


# --- what finance reads -------------------------------------------------------------------------


def test_a_statement_shows_each_movement_with_what_is_used_then(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 60, 100))
    desk.offer("Q-2/1", take(MONEY, 30, 100), on=day(2))
    desk.order("Q-2/1", on=day(4))
    desk.back("Q-2/1", {MONEY: 10}, on=day(15))
    assert desk.rows(MONEY, day(30)) == [
        ("11-01", "reserve", "60"),
        ("11-02", "reserve", "90"),
        ("11-04", "commit", "90"),
        ("11-11", "lapse", "30"),
        ("11-15", "adjust", "20"),
    ]
    found = desk.ledger.statement(MONEY.key, as_of=day(12), since=day(4), limit=100)
    assert [row.on for row in found.rows] == [day(4), day(11)]
    assert (found.opening, found.closing, found.remaining) == (90, 30, 70)
    assert (found.reserved, found.committed) == (0, 30)
    assert desk.ledger.statement(MONEY, as_of=day(3)).reserved == 90
    assert desk.ledger.statement(ORDERS, as_of=day(3), limit=5).remaining == 5


def test_the_past_of_a_statement_stays_as_it_was(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 60, 100))
    before = [desk.ledger.statement(MONEY, as_of=day(n)) for n in range(1, 12)]
    desk.order("Q-1/1", on=day(12))
    desk.cancel("Q-1/1", on=day(12))
    assert [desk.ledger.statement(MONEY, as_of=day(n)) for n in range(1, 12)] == before


def test_a_rolling_statement_shows_what_leaves_the_window(desk: Desk) -> None:
    desk.sell("Q-1/1", take(WEEKLY, 4, 5), on=day(1))
    for on in (day(3), day(8), day(20)):
        desk.back("Q-1/1", {WEEKLY: 1}, on=on)
    desk.sell("Q-2/1", take(WEEKLY, 1, 5), on=day(20))
    desk.back("Q-2/1", {WEEKLY: 1}, on=day(21))
    assert desk.rows(WEEKLY, day(30)) == [
        ("11-01", "reserve", "4"),
        ("11-01", "commit", "4"),
        ("11-03", "adjust", "3"),
        ("11-08", "lapse", "0"),
        ("11-08", "adjust", "-1"),
        ("11-08", "lapse", "0"),
        ("11-20", "adjust", "-1"),
        ("11-20", "lapse", "0"),
        ("11-20", "reserve", "1"),
        ("11-20", "commit", "1"),
        ("11-21", "adjust", "0"),
    ]


def test_a_statement_is_made_of_movements_alone(desk: Desk) -> None:
    desk.sell("Q-1/1", take(MONEY, 60, 100), take(ORDERS, 1, 9))
    made = budget_statement(iter(desk.ledger.movements), MONEY, as_of=LAST)
    assert made == desk.ledger.statement(MONEY, as_of=LAST)
    assert desk.ledger.counters == (MONEY, ORDERS)


def test_movements_that_do_not_follow_are_refused(desk: Desk) -> None:
    desk.sell("Q-1/1", take(MONEY, 60, 100))
    reserve, commit = desk.ledger.movements
    give = BudgetMovement(
        kind="adjust", counter=MONEY, document="Q-1/1", on=DAY, committed=-61, command="x"
    )
    for broken in (
        (commit,),
        (reserve, reserve),
        (reserve, commit, commit),
        (reserve, commit, reserve),
        (reserve, give),
        (reserve, commit, give),
        (reserve, commit.with_(reserved=-59)),
    ):
        with refused("budget.mismatch", Refused):
            BudgetLedger(movements=broken)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "reserve", "reserved": 1},
        {"kind": "reserve", "reserved": 1, "limit": 9},
        {"kind": "reserve", "reserved": -1, "limit": 9, "expires_on": LAST},
        {"kind": "reserve", "committed": 1, "limit": 9, "expires_on": LAST},
        {"kind": "commit", "committed": -1},
        {"kind": "commit", "reserved": 1},
        {"kind": "release", "reserved": 1},
        {"kind": "release", "reserved": -1, "committed": -1},
        {"kind": "adjust", "committed": 1},
        {"kind": "adjust", "reserved": -1},
    ],
)
def test_a_movement_means_one_thing(wrong: dict[str, Any]) -> None:
    fields = {"counter": ORDERS, "document": "Q-1", "on": DAY, "command": "x", **wrong}
    with pytest.raises(ValueError, match=r"see the table of cpq\.cap\.movement"):
        BudgetMovement.model_validate(fields)


def test_a_ledger_is_read_back_as_it_was(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 60, 100), take(WEEKLY, 1, 2))
    desk.order("Q-1/1", on=day(12))
    desk.back("Q-1/1", {MONEY: 10}, on=day(13))
    read = BudgetLedger.model_validate_json(desk.ledger.canonical())
    assert read == desk.ledger
    assert read.canonical() == desk.ledger.canonical()
    assert read.held("Q-1/1") == desk.ledger.held("Q-1/1")
    again = read.commit(document="Q-1/1", on=day(12), key="command 2")
    assert again is read


def test_keys_of_movements_alone_are_not_taken_again(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 60, 100))
    read = BudgetLedger(movements=desk.ledger.movements)
    with refused("command.key_reused", Conflict):
        read.commit(document="Q-1/1", on=DAY, key="command 1")
    marks = (DoneCommand(key="elsewhere", content="0"),)
    with refused("command.key_reused", Conflict):
        BudgetLedger(commands=marks).expire(on=DAY, key="elsewhere")


def test_nobody_elses_decimal_context_matters(desk: Desk) -> None:
    import decimal

    with decimal.localcontext() as context:
        context.prec = 3
        desk.sell("Q-1/1", take(MONEY, "123456.78", 999999))
        desk.back("Q-1/1", {MONEY: "0.01"})
    assert desk.used(MONEY) == "123456.77"
    assert desk.ledger.statement(MONEY, as_of=DAY).closing == Decimal("123456.77")


def test_a_ledger_goes_through_thousands_of_commands_without_refolding(desk: Desk) -> None:
    for number in range(1400):
        on = day(1 + number // 100)
        desk.offer(
            f"Q-{number}/1", take(ORDERS, 1, 750), take(MONEY, "1.50", 9000), on=on, until=on
        )
        if number % 2:
            desk.order(f"Q-{number}/1", on=on)
    assert desk.ledger.used(ORDERS, on=day(60)) == 700
    folded = BudgetLedger(movements=desk.ledger.movements, commands=desk.ledger.commands)
    assert folded.used(MONEY, on=day(60)) == desk.ledger.used(MONEY, on=day(60)) == 1050
