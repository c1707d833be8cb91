"""The budget ledger: reserve, commit, release, give back, and what makes no sense.

CA-… and CO-… are the worked cases of those names.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cpq.cap import Counter
from cpq.cap.command import gathered
from cpq.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.cpq.budget_desk import DAY, LAST, MONEY, ORDERS, PIECES, Desk, day, refused, take


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- the life of a reservation -----------------------------------------------------------------


def test_an_offer_reserves_and_its_order_commits(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, "300.00", 1000), take(ORDERS, 1, 100))
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("300.00", "1")
    desk.order("Q-1/1", on=day(3))
    assert desk.kinds() == [
        ("reserve", "Q-1/1", "300.00", "0"),
        ("reserve", "Q-1/1", "1", "0"),
        ("commit", "Q-1/1", "-300.00", "300.00"),
        ("commit", "Q-1/1", "-1", "1"),
    ]
    assert desk.ledger.remaining(MONEY, 1000, on=day(60)) == Decimal("700.00")


def test_an_order_may_take_other_than_was_reserved(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, "300.00", 1000), take(ORDERS, 1, 100))
    desk.order("Q-1/1", amounts={MONEY.key: Decimal("120.50")})
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("120.50", "1")


def test_more_than_was_reserved_has_to_find_room(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 300, 1000))
    desk.offer("Q-2/1", take(MONEY, 600, 1000))
    with refused("cap.exceeded", Conflict) as said:
        desk.order("Q-1/1", amounts={MONEY.key: Decimal("400.01")})
    assert said.value.facts == {
        "counter": MONEY.key,
        "limit": 1000,
        "remaining": 400,
        "asked": Decimal("400.01"),
    }
    desk.order("Q-1/1", amounts={MONEY.key: Decimal("400.00")})
    assert desk.used(MONEY) == "1000.00"


def test_a_reservation_lives_through_its_last_day(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    assert [desk.used(ORDERS, on) for on in (DAY, LAST, day(11))] == ["1", "1", "0"]
    with refused("cap.exceeded", Conflict):
        desk.offer("Q-2/1", take(ORDERS, 1, 1), on=LAST, until=day(20))
    desk.offer("Q-2/1", take(ORDERS, 1, 1), on=day(11), until=day(20))
    assert desk.kinds()[1:] == [("release", "Q-1/1", "-1", "0"), ("reserve", "Q-2/1", "1", "0")]


def test_what_lapsed_is_released_only_for_want_of_room(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 2))
    desk.offer("Q-2/1", take(ORDERS, 1, 2), on=day(11), until=day(20))
    assert [kind for kind, *_ in desk.kinds()] == ["reserve", "reserve"]
    assert desk.used(ORDERS, day(11)) == "1"


def test_a_late_order_finds_room_again(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.order("Q-1/1", on=day(11))
    assert desk.kinds()[1:] == [("release", "Q-1/1", "-1", "0"), ("commit", "Q-1/1", "0", "1")]
    assert desk.ledger.movements[1].on == day(11)
    assert desk.used(ORDERS, day(11)) == "1"


def test_a_late_order_finds_no_room(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.offer("Q-2/1", take(ORDERS, 1, 1), on=day(11), until=day(20))
    before = desk.ledger
    with refused("cap.exceeded", Conflict):
        desk.order("Q-1/1", on=day(11))
    assert desk.ledger is before
    desk.lose("Q-2/1", on=day(12))
    desk.order("Q-1/1", on=day(12))


def test_a_late_order_competes_with_those_who_were_let_past_the_limit(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.offer("Q-2/1", take(ORDERS, 1, 1, hard=False), on=day(11), until=day(20))
    with refused("cap.exceeded", Conflict):
        desk.order("Q-1/1", on=day(11))
    with refused("cap.exceeded", Conflict):
        desk.revise("Q-1/1", "Q-1/2", take(ORDERS, 1, 1), on=day(11), until=day(20))


def test_making_room_releases_all_that_lapsed_of_the_counter(desk: Desk) -> None:
    for number in (1, 2):
        desk.offer(f"Q-{number}/1", take(ORDERS, 1, 3), take(MONEY, 5, 100))
    desk.order("Q-1/1", on=day(11))
    desk.offer("Q-3/1", take(ORDERS, 2, 3), on=day(11), until=day(20))
    released = [row[1:3] for row in desk.kinds() if row[0] == "release"]
    assert released == [("Q-1/1", "-5"), ("Q-1/1", "-1"), ("Q-2/1", "-1")]


def test_making_room_releases_a_lapsed_reservation_of_nothing(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 0, 1))
    desk.offer("Q-2/1", take(ORDERS, 1, 1), until=day(11))
    desk.order("Q-2/1", on=day(12))
    released = [row[1:3] for row in desk.kinds() if row[0] == "release"]
    assert released == [("Q-1/1", "0"), ("Q-2/1", "-1")]


def test_whether_somebody_wrote_the_end_down_changes_no_answer(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    silent = desk.ledger
    desk.expire(on=day(11))
    assert desk.kinds()[1:] == [("release", "Q-1/1", "-1", "0")]
    told = desk.ledger
    for on in (DAY, LAST, day(11), day(30)):
        assert silent.statement(ORDERS, as_of=on) == told.statement(ORDERS, as_of=on)
    for ledger in (silent, told):
        again = ledger.commit(document="Q-1/1", on=day(12), key="order")
        assert again.used(ORDERS, on=day(12)) == 1


def test_expiring_touches_only_what_lapsed(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 9))
    desk.offer("Q-2/1", take(ORDERS, 1, 9), take(MONEY, 5, 9), until=day(11))
    desk.offer("Q-3/1", take(MONEY, 4, 9))
    desk.order("Q-3/1")
    desk.expire(on=day(11))
    assert [row[:2] for row in desk.kinds() if row[0] == "release"] == [("release", "Q-1/1")]
    desk.expire(on=day(12))
    assert [row[1:3] for row in desk.kinds() if row[0] == "release"] == [
        ("Q-1/1", "-1"),
        ("Q-2/1", "-5"),
        ("Q-2/1", "-1"),
    ]
    rows = len(desk.ledger.movements)
    desk.expire(on=day(30))
    assert len(desk.ledger.movements) == rows
    desk.offer("Q-4/1", take(ORDERS, 1, 9))
    desk.expire(on=day(30))
    assert desk.kinds()[-1] == ("release", "Q-4/1", "-1", "0")


def test_a_lost_offer_gives_its_room_to_others(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.lose("Q-1/1", on=day(2))
    desk.sell("Q-2/1", take(ORDERS, 1, 1), on=day(2))
    with refused("budget.released", Refused):
        desk.order("Q-1/1", on=day(3))


def test_losing_an_offer_twice_moves_nothing(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.lose("Q-1/1", on=day(2))
    before = desk.ledger.movements
    desk.lose("Q-1/1", on=day(3))
    assert desk.ledger.movements == before


def test_an_offer_lost_after_its_last_day_cannot_be_ordered(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 5))
    desk.lose("Q-1/1", on=day(15))
    assert [(each.on, str(each.reserved)) for each in desk.ledger.movements[1:]] == [
        (day(11), "-1"),
        (day(15), "0"),
    ]
    with refused("budget.released", Refused):
        desk.order("Q-1/1", on=day(15))


def test_a_lapsed_offer_that_was_lost_cannot_be_ordered(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 5))
    desk.expire(on=day(12))
    desk.lose("Q-1/1", on=day(15))
    with refused("budget.released", Refused):
        desk.order("Q-1/1", on=day(15))


def test_a_lost_offer_may_be_made_again(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1), take(MONEY, 5, 9))
    desk.lose("Q-1/1", on=day(2))
    desk.offer("Q-1/1", take(ORDERS, 1, 1), on=day(3))
    desk.order("Q-1/1", on=day(3))
    assert (desk.used(ORDERS), desk.used(MONEY)) == ("1", "0")


def test_what_lapsed_is_not_ordered_beside_a_new_offer(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 9), take(MONEY, 5, 9))
    desk.offer("Q-1/1", take(ORDERS, 2, 9), on=day(11), until=day(20))
    desk.order("Q-1/1", on=day(12))
    assert (desk.used(ORDERS, day(12)), desk.used(MONEY, day(12))) == ("2", "0")


def test_nothing_is_reserved_twice(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 9))
    with refused("budget.reserved", Conflict):
        desk.offer("q-1/1", take(ORDERS, 1, 9))
    desk.order("Q-1/1")
    with refused("budget.committed", Conflict):
        desk.offer("Q-1/1", take(ORDERS, 1, 9))
    with refused("budget.committed", Conflict):
        desk.order("Q-1/1")
    with refused("budget.committed", Conflict):
        desk.lose("Q-1/1")
    with refused("budget.committed", Conflict):
        desk.revise("Q-1/1", "Q-1/2", take(ORDERS, 1, 9))


def test_all_of_an_offer_is_reserved_or_nothing(desk: Desk) -> None:
    before = desk.ledger
    with refused("cap.exceeded", Conflict):
        desk.offer("Q-1/1", take(MONEY, 5, 9), take(ORDERS, 2, 1))
    assert desk.ledger is before
    assert desk.ledger.held("Q-1/1") == ()


def test_takes_of_one_counter_add_up(desk: Desk) -> None:
    takes = (take(MONEY, "60.00", 100), take(MONEY, "40.00", 100))
    desk.offer("Q-1/1", *takes)
    assert desk.used(MONEY) == "100.00"
    with refused("cap.exceeded", Conflict):
        desk.offer("Q-2/1", take(MONEY, "0.01", 100))


def test_the_lowest_hard_limit_of_one_counter_holds() -> None:
    (hard,) = gathered([take(MONEY, 1, 50, hard=False), take(MONEY, 1, 90), take(MONEY, 1, 80)])
    assert (hard.amount, hard.limit, hard.hard) == (3, 80, True)
    (soft,) = gathered([take(MONEY, 1, 50, hard=False), take(MONEY, 1, 90, hard=False)])
    assert (soft.limit, soft.hard) == (50, False)
    gates = [take(MONEY, 1, 9, overshoot=True), take(MONEY, 1, 9)]
    assert not gathered(gates)[0].overshoot


def test_a_soft_limit_refuses_nobody(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 5, 3, hard=False))
    desk.order("Q-1/1", on=day(20))
    assert desk.ledger.remaining(ORDERS, 3, on=day(20)) == -2
    with refused("cap.exceeded", Conflict) as said:
        desk.offer("Q-2/1", take(ORDERS, 1, 3), on=day(20), until=day(20))
    assert said.value.facts["remaining"] == 0


def test_nothing_may_be_taken_beyond_a_limit(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.offer("Q-2/1", take(ORDERS, 0, 1))
    desk.order("Q-2/1")
    assert desk.used(ORDERS) == "1"


# --- versions -----------------------------------------------------------------------------------


def test_a_new_version_is_not_hindered_by_the_one_before(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 80, 100))
    desk.revise("Q-1/1", "Q-1/2", take(MONEY, 100, 100), on=day(2))
    assert desk.used(MONEY) == "100"
    with refused("cap.exceeded", Conflict):
        desk.revise("Q-1/2", "Q-1/3", take(MONEY, "100.01", 100), on=day(3))
    with refused("budget.released", Refused):
        desk.order("Q-1/1", on=day(3))
    desk.order("Q-1/2", on=day(3))


def test_a_version_may_drop_a_counter_and_begin_another(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 80, 100))
    desk.revise("Q-1/1", "Q-1/2", take(ORDERS, 1, 1))
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("0", "1")


def test_an_offer_is_extended_by_moving_it_to_itself(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 1))
    desk.revise("Q-1/1", "q-1/1", take(ORDERS, 1, 1), on=LAST, until=day(30))
    assert [desk.used(ORDERS, on) for on in (LAST, day(30), day(31))] == ["1", "1", "0"]
    desk.revise("Q-1/1", "Q-1/1", take(ORDERS, 1, 1), on=day(40), until=day(50))
    assert desk.used(ORDERS, day(45)) == "1"


def test_a_version_keeps_what_a_lowered_limit_would_refuse(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 80, 100))
    desk.revise("Q-1/1", "Q-1/2", take(MONEY, 80, 50))
    with refused("cap.exceeded", Conflict):
        desk.revise("Q-1/2", "Q-1/3", take(MONEY, "80.01", 50))
    desk.order("Q-1/2")


def test_moving_to_a_document_that_holds_something_is_refused(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 9))
    desk.offer("Q-2/1", take(ORDERS, 1, 9))
    with refused("budget.reserved", Conflict):
        desk.revise("Q-1/1", "Q-2/1", take(ORDERS, 1, 9))


def test_a_version_may_follow_one_that_took_nothing(desk: Desk) -> None:
    desk.revise("Q-1/1", "Q-1/2", take(ORDERS, 1, 1))
    assert desk.used(ORDERS) == "1"


def test_a_quote_does_not_stand_in_its_own_way(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 80, 100))
    desk.offer("Q-10/1", take(MONEY, 15, 100))
    desk.sell("Q-1/2", take(MONEY, 5, 100))

    def used(number: str | None, on: date = DAY) -> Decimal:
        return desk.ledger.usage([MONEY, ORDERS], on=on, apart_from=number).used(MONEY)

    assert [used(number) for number in (None, "q-1", "Q-1/1", "Q-10", "Q-9")] == [
        100,
        20,
        20,
        85,
        100,
    ]
    assert used("Q-1", on=day(11)) == 5
    assert desk.ledger.usage([ORDERS], on=DAY).rows == ((ORDERS.key, Decimal(0)),)


# --- what comes back ----------------------------------------------------------------------------


def test_a_return_gives_back_up_to_what_was_taken(desk: Desk) -> None:
    desk.sell("Q-1/1", take(MONEY, 100, 100), take(ORDERS, 1, 1))
    desk.back("Q-1/1", {MONEY: "30.00"}, on=day(5))
    desk.back("Q-1/1", {MONEY: "70.00"}, on=day(6))
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("0.00", "1")
    with refused("budget.exceeds_committed", Refused) as said:
        desk.back("Q-1/1", {MONEY: "0.01", ORDERS: 1}, on=day(7))
    assert said.value.facts["committed"] == 0
    assert desk.used(ORDERS) == "1"


def test_a_cancelled_order_gives_back_what_is_left(desk: Desk) -> None:
    desk.sell("Q-1/1", take(MONEY, 100, 100), take(ORDERS, 1, 1))
    desk.back("Q-1/1", {MONEY: 30})
    desk.cancel("Q-1/1", on=day(9))
    assert [(row[0], row[3]) for row in desk.kinds()[-2:]] == [
        ("release", "-70"),
        ("release", "-1"),
    ]
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("0", "0")
    with refused("budget.not_committed", Refused):
        desk.cancel("Q-1/1", on=day(9))
    with refused("budget.not_committed", Refused):
        desk.back("Q-1/1", {MONEY: 1}, on=day(9))


def test_a_cancelled_order_may_be_placed_again_where_there_is_room(desk: Desk) -> None:
    desk.sell("Q-1/1", take(ORDERS, 1, 1))
    desk.cancel("Q-1/1")
    desk.order("Q-1/1")
    desk.cancel("Q-1/1")
    desk.sell("Q-2/1", take(ORDERS, 1, 1))
    with refused("cap.exceeded", Conflict):
        desk.order("Q-1/1")


def test_what_a_cancellation_keeps_used_stays_used(desk: Desk) -> None:
    desk.sell("Q-1/1", take(MONEY, 100, 1000), take(ORDERS, 1, 2))
    desk.cancel("Q-1/1", keep=(ORDERS.key,))
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("0", "1")
    desk.order("Q-1/1")
    desk.cancel("Q-1/1")
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("0", "1")


# --- keys ---------------------------------------------------------------------------------------


def test_a_repeated_command_does_nothing(desk: Desk) -> None:
    takes = [take(ORDERS, 1, 1), take(MONEY, 5, 9)]
    first = desk.ledger.reserve(takes, document="Q-1/1", on=DAY, expires_on=LAST, key="k")
    again = first.reserve(takes[::-1], document="Q-1/1", on=DAY, expires_on=LAST, key="k")
    assert again is first


def test_a_key_names_one_command_for_ever(desk: Desk) -> None:
    first = desk.ledger.reserve(
        [take(ORDERS, 1, 9)], document="Q-1/1", on=DAY, expires_on=LAST, key="k"
    )
    with refused("command.key_reused", Conflict):
        first.reserve([take(ORDERS, 2, 9)], document="Q-1/1", on=DAY, expires_on=LAST, key="k")
    with refused("command.key_reused", Conflict):
        first.commit(document="Q-1/1", on=DAY, key="k")
    with refused("command.key_reused", Conflict):
        first.release(document="Q-1/1", on=DAY, key="k")


def test_a_command_that_moved_nothing_is_remembered(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 9))
    desk.lose("Q-1/1")
    again = desk.ledger.release(document="Q-1/1", on=DAY, key="again")
    offered = again.reserve(
        [take(ORDERS, 1, 9)], document="Q-1/1", on=DAY, expires_on=LAST, key="offer"
    )
    assert offered.release(document="Q-1/1", on=DAY, key="again") is offered
    assert offered.used(ORDERS, on=DAY) == 1


def test_a_refused_command_leaves_its_key_free(desk: Desk) -> None:
    with refused("cap.exceeded", Conflict):
        desk.ledger.reserve(
            [take(ORDERS, 2, 1)], document="Q-1/1", on=DAY, expires_on=LAST, key="k"
        )
    desk.ledger.reserve([take(ORDERS, 1, 1)], document="Q-1/1", on=DAY, expires_on=LAST, key="k")


@pytest.mark.parametrize("key", ["", " k", "k\x00", "k" * 201])
def test_a_key_can_be_printed(desk: Desk, key: str) -> None:
    with refused("command.bad_key", Invalid):
        desk.ledger.expire(on=DAY, key=key)


# --- what makes no sense ------------------------------------------------------------------------


def test_amounts_lie_on_the_grid_of_their_counter(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, "10.500", 100), take(PIECES, "0.123456789", 1))
    with refused("budget.off_grid", Invalid):
        desk.offer("Q-2/1", take(MONEY, "10.005", 100))
    with refused("budget.off_grid", Invalid):
        desk.offer("Q-2/1", take(PIECES, "0.0000000001", 1))
    with refused("budget.off_grid", Invalid):
        desk.order("Q-1/1", amounts={MONEY.key: Decimal("1.001")})
    desk.order("Q-1/1")
    with refused("budget.off_grid", Invalid):
        desk.back("Q-1/1", {MONEY: "1.001"})
    with refused("budget.negative", Invalid):
        desk.back("Q-1/1", {MONEY: "-1"})


def test_no_float_becomes_an_amount(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 10, 100))
    half: Any = 0.5
    with refused("number.not_exact", Invalid):
        desk.order("Q-1/1", amounts={MONEY.key: half})
    with refused("number.not_exact", Invalid):
        desk.ledger.remaining(MONEY, half, on=DAY)
    with refused("number.not_exact", Invalid):
        desk.ledger.statement(MONEY, as_of=DAY, limit=half)


def test_documents_and_counters_that_nobody_knows_are_named(desk: Desk) -> None:
    with refused("budget.unknown_document", NotFound):
        desk.order("Q-9/1")
    desk.offer("Q-1/1", take(ORDERS, 1, 9))
    with refused("budget.unknown_counter", NotFound):
        desk.order("Q-1/1", amounts={MONEY.key: Decimal(1)})
    desk.order("Q-1/1")
    with refused("budget.unknown_counter", NotFound):
        desk.back("Q-1/1", {MONEY: 1})
    with refused("budget.unknown_counter", NotFound):
        desk.cancel("Q-1/1", keep=(MONEY.key,))
    with refused("budget.unknown_counter", NotFound):
        desk.ledger.statement("AUTUMN/9/lifetime/orders", as_of=DAY)


def test_nothing_happens_before_what_it_follows(desk: Desk) -> None:
    with refused("budget.ends_early", Invalid):
        desk.offer("Q-1/1", take(ORDERS, 1, 9), on=day(2), until=day(1))
    desk.offer("Q-1/1", take(ORDERS, 1, 9), on=day(5))
    with refused("budget.too_early", Refused):
        desk.order("Q-1/1", on=day(4))
    desk.order("Q-1/1", on=day(5))
    with refused("budget.too_early", Refused):
        desk.cancel("Q-1/1", on=day(4))
    desk.cancel("Q-1/1", on=day(6))
    with refused("budget.too_early", Refused):
        desk.offer("Q-1/1", take(ORDERS, 1, 9), on=day(5))


def test_a_day_too_far_ahead_does_not_close_the_counter(desk: Desk) -> None:
    desk.offer("Q-1/1", take(ORDERS, 1, 2))
    desk.expire(on=date(2036, 11, 2))
    desk.order("Q-1/1", on=day(3))
    desk.offer("Q-2/1", take(ORDERS, 1, 2), on=day(3))
    desk.order("Q-2/1", on=day(4))
    assert desk.used(ORDERS, day(4)) == "2"
    desk.ledger.statement(ORDERS, as_of=day(30))


def test_two_desks_in_two_time_zones_sell_no_more_than_there_is(desk: Desk) -> None:
    desk.offer("Q-1/1", take(MONEY, 60, 100))
    desk.offer("Q-2/1", take(MONEY, 60, 100), on=day(11), until=day(20))
    # on the other side of the date line it is still the last day, but the room is gone
    with refused("cap.exceeded", Conflict):
        desk.order("Q-1/1", on=LAST)
    with refused("cap.exceeded", Conflict):
        desk.offer("Q-3/1", take(MONEY, 41, 100), on=LAST)
    desk.offer("Q-3/1", take(MONEY, 40, 100), on=LAST, until=day(30))
    assert desk.used(MONEY, day(11)) == "100"


# --- worked cases -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "available"), [("0.00", True), ("100.00", False), ("110.00", False)]
)
def test_ca_05_a_gate_lets_the_last_order_overshoot(desk: Desk, used: str, available: bool) -> None:
    """A budget of 100.00 that is declared a gate: while anything is left, an order starts."""
    if Decimal(used):
        desk.sell("SO-1", take(MONEY, used, "100.00", overshoot=True))
    if available:
        desk.sell("SO-2", take(MONEY, "110.00", "100.00", overshoot=True))
        assert desk.used(MONEY) == "110.00"
        return
    with refused("cap.exceeded", Conflict):
        desk.sell("SO-2", take(MONEY, "0.01", "100.00", overshoot=True))


def test_ca_05_undeclared_the_last_order_does_not_overshoot(desk: Desk) -> None:
    with refused("cap.exceeded", Conflict):
        desk.sell("SO-1", take(MONEY, "110.00", "100.00"))
    desk.sell("SO-1", take(MONEY, "100.00", "100.00"))


def test_ca_07_spend_adds_up_and_a_use_counts_once(desk: Desk) -> None:
    spent = [take(MONEY, amount, 1000) for amount in (200, 500)]
    desk.sell("SO-1", *spent, take(ORDERS, 1, 1000))
    assert (desk.used(MONEY), desk.used(ORDERS)) == ("700", "1")


def test_ca_08_the_limit_is_inclusive(desk: Desk) -> None:
    desk.sell("SO-1", take(ORDERS, 999, 1000))
    desk.sell("SO-2", take(ORDERS, 1, 1000))
    with refused("cap.exceeded", Conflict):
        desk.sell("SO-3", take(ORDERS, 1, 1000))
    assert desk.used(ORDERS) == "1000"


def test_ca_10_the_second_quote_gets_what_the_first_left(desk: Desk) -> None:
    desk.offer("Q-1/1", take(PIECES, 3, 5))
    left = desk.ledger.remaining(PIECES, 5, on=DAY)
    assert left == 2
    with refused("cap.exceeded", Conflict):
        desk.offer("Q-2/1", take(PIECES, 3, 5))
    desk.offer("Q-2/1", take(PIECES, left, 5))
    desk.lose("Q-1/1")  # the cart was abandoned
    assert desk.ledger.remaining(PIECES, 5, on=DAY) == 3


def test_ca_11_five_who_all_saw_room_for_three(desk: Desk) -> None:
    assert [desk.ledger.remaining(ORDERS, 3, on=DAY) for _ in range(5)] == [3] * 5
    for number in (1, 2, 3):
        desk.sell(f"SO-{number}", take(ORDERS, 1, 3))
    for number in (4, 5):
        with refused("cap.exceeded", Conflict):
            desk.sell(f"SO-{number}", take(ORDERS, 1, 3))
    assert desk.used(ORDERS) == "3"


@pytest.mark.parametrize(("reusable", "accepted"), [(True, True), (False, False)])
def test_co_02_a_cancelled_order_gives_its_use_back_unless_the_coupon_keeps_it(
    desk: Desk, reusable: bool, accepted: bool
) -> None:
    mine = Counter(owner="coupon C", cap="1", scope=(("customer", "C-1"),), measure="orders")
    desk.sell("SO-1", take(mine, 1, 1))
    desk.cancel("SO-1", keep=() if reusable else (mine.key,))
    if accepted:
        desk.sell("SO-2", take(mine, 1, 1))
        return
    with refused("cap.exceeded", Conflict):
        desk.sell("SO-2", take(mine, 1, 1))


def test_co_07_a_coupon_of_one_use_is_free_again_once_the_sale_is_cancelled(desk: Desk) -> None:
    coupon = Counter(owner="coupon C", cap="1", measure="uses")
    desk.offer("SO-1", take(coupon, 1, 1))
    desk.order("SO-1")
    assert desk.ledger.remaining(coupon, 1, on=DAY) == 0
    desk.cancel("SO-1")
    assert desk.ledger.remaining(coupon, 1, on=DAY) == 1
