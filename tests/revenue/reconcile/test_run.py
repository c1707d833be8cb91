"""A morning's run: every line of the bank once, what is proved posted, the rest told."""

from datetime import date

import pytest

from revenue import verify
from revenue.matching import NO_LIMIT, MatchPolicy, ToleranceGroup
from revenue.period import PeriodClose
from revenue.reconcile import STATUSES, reconcile
from tests.revenue.reconcile.morning import (
    BOOKED,
    DUE,
    TODAY,
    debts,
    eur,
    line,
    number_of,
    owed,
    statement,
)

MORNING = (
    line(1, "300.00", "INV-2026-1111", counterparty="ACME GmbH", end_to_end="E2E-1"),
    line(2, "120.00", "thank you", counterparty="Nobody Ltd"),
    line(3, "77.77", "for the machine"),
    line(4, "-25.00", "fee"),
)


def run(ledger, *statements, **fields):
    said = {"on": TODAY, "number": number_of}
    found = reconcile(ledger, statements, **{**said, **fields})
    after = ledger.record(*found.facts)
    assert verify(after) == ()
    return found, after


def statuses(found):
    return [each.status for each in found.lines]


def test_each_line_gets_what_became_of_it():
    found, after = run(debts(), statement(*MORNING))
    assert statuses(found) == ["posted", "suggested", "unknown", "other"]
    assert after.open_amount("AR-1") == eur("0.00")
    assert found.lines[0].settlements == ("RC-1-1/ID", "RC-1-1/1")
    assert found.lines[0].customer == "C-1"
    assert after.on_account("") == (eur("197.77"),)


def test_nothing_is_recorded_by_the_run_itself():
    ledger = debts()
    run(ledger, statement(*MORNING))
    assert ledger == debts()


def test_a_suggestion_shows_every_candidate_and_the_rivals():
    found, _ = run(debts(), statement(*MORNING))
    match = found.of("suggested")[0].match
    assert {share.receivable for each in match.candidates[:2] for share in each.shares} == {
        "AR-2",
        "AR-3",
    }
    assert match.posts is None
    assert match.stopped.text.en


def test_totals_are_every_line():
    found, _ = run(debts(), statement(*MORNING))
    assert sum(total.count for total in found.totals) == len(MORNING)
    assert [(total.status, str(total.amount)) for total in found.totals] == [
        ("posted", "300.00 EUR"),
        ("suggested", "120.00 EUR"),
        ("unknown", "77.77 EUR"),
        ("other", "-25.00 EUR"),
    ]
    assert [total.status for total in found.totals] == [
        status for status in STATUSES if found.of(status)
    ]


def test_a_second_run_of_the_same_statement_adds_nothing():
    _, after = run(debts(), statement(*MORNING))
    again, same = run(after, statement(*MORNING))
    assert again.facts == ()
    assert same == after
    assert statuses(again) == ["settled", "suggested", "unknown", "other"]


def test_statements_that_overlap_are_read_once():
    found, after = run(debts(), statement(*MORNING), statement(*MORNING[:2]))
    assert (found, after) == run(debts(), statement(*MORNING))


def test_an_equal_line_of_another_statement_is_another_payment():
    found, after = run(debts(), statement(*MORNING), statement(line(1, "300.00", "x"), name="2"))
    assert [each.receipt.number for each in found.of("posted")] == ["RC-1-1"]
    assert after.receipt("RC-2-1").amount == eur("300.00")


def test_without_numbers_nothing_is_received():
    found, after = run(debts(), statement(*MORNING), number=None)
    assert found.facts == ()
    assert statuses(found) == ["other"] * 4
    assert after == debts()


def test_what_waited_is_matched_again_when_its_debt_comes():
    _, after = run(debts(), statement(line(1, "55.00", "INV-2026-9999")))
    assert after.on_account("") == (eur("55.00"),)
    later = after.record(owed("AR-9", "55.00", source="INV-2026-9999"))
    found, paid = run(later)
    (row,) = found.lines
    assert (row.status, row.line, row.receipt.number) == ("posted", None, "RC-1-1")
    assert paid.open_amount("AR-9") == eur("0.00")


def test_what_waits_is_left_alone_on_demand():
    _, after = run(debts(), statement(line(1, "55.00")))
    assert run(after, waiting=False)[0].lines == ()


def test_two_lines_of_one_day_do_not_pay_one_debt_twice():
    twice = statement(line(1, "300.00", "INV-2026-1111"), line(2, "300.00", "INV-2026-1111"))
    found, after = run(debts(), twice)
    assert statuses(found)[0] == "posted"
    assert statuses(found)[1] in ("suggested", "unknown")
    assert after.on_account("") == (eur("300.00"),)


def test_what_the_policy_does_not_allow_waits_for_a_person():
    found, after = run(debts(), statement(*MORNING), policy=MatchPolicy(auto=()))
    assert statuses(found) == ["suggested", "suggested", "unknown", "other"]
    assert len(after.open_items()) == 4


@pytest.mark.parametrize(
    ("came", "status", "charged"), [("295.03", "posted", "4.97"), ("295.02", "suggested", None)]
)
def test_a_short_payment_posts_only_within_the_tolerances(came, status, charged):
    group = ToleranceGroup(amount="4.97", percent=NO_LIMIT)
    found, after = run(
        debts(),
        statement(line(1, came, "INV-2026-1111")),
        policy=MatchPolicy(employee=group, customer=group),
    )
    (row,) = found.lines
    assert row.status == status
    if charged is None:
        assert after.open_amount("AR-1") == eur("300.00")
        return
    assert after.open_amount("AR-1") == eur("0.00")
    (share,) = row.match.candidates[0].shares
    assert [(each.reason, each.amount) for each in share.differences] == [
        ("short_pay", eur(charged))
    ]


# --- what bounced ---------------------------------------------------------------------------------

BACK = line(5, "-300.00", "returned: no cover", is_return=True, original="E2E-1", booked_on=BOOKED)


def test_a_bounced_payment_is_undone_by_its_reference():
    _, after = run(debts(), statement(*MORNING))
    found, undone = run(after, statement(BACK, name="2"), waiting=False)
    assert statuses(found) == ["returned"]
    assert undone.open_amount("AR-1") == eur("300.00")
    assert undone.free_amount("RC-1-1") == eur("0.00")
    assert undone.facts[-1].cause == "bounced"


def test_a_bounced_payment_of_the_same_statement_is_undone():
    found, after = run(debts(), statement(*MORNING, BACK))
    assert found.lines[4].status == "returned"
    assert after.open_amount("AR-1") == eur("300.00")


def test_the_same_return_seen_again_undoes_nothing_more():
    _, after = run(debts(), statement(*MORNING))
    _, undone = run(after, statement(BACK, name="2"), waiting=False)
    again, same = run(undone, statement(BACK, name="2"), waiting=False)
    assert (again.facts, statuses(again)) == ((), ["returned"])
    assert same == undone


def test_a_payment_repeated_after_a_return_is_not_undone_by_the_old_line():
    _, after = run(debts(), statement(*MORNING, BACK))
    fresh = line(1, "300.00", "INV-2026-1111", end_to_end="E2E-1")
    _, paid = run(after, statement(fresh, name="2"), waiting=False)
    assert paid.open_amount("AR-1") == eur("0.00")
    again, same = run(paid, statement(*MORNING, BACK), waiting=False)
    assert again.facts == ()
    assert same.open_amount("AR-1") == eur("0.00")


@pytest.mark.parametrize("fields", [{"original": ""}, {"original": "E2E-9"}])
def test_a_return_that_names_no_payment_waits_for_a_person(fields):
    _, after = run(debts(), statement(*MORNING))
    back = BACK.with_(**fields)
    found, same = run(after, statement(back, name="2"), waiting=False)
    assert statuses(found) == ["to_return"]
    assert found.lines[0].returned.why.en
    assert same == after


def test_a_return_announced_and_not_booked_undoes_nothing():
    _, after = run(debts(), statement(*MORNING))
    found, same = run(after, statement(BACK.with_(status="pending"), name="2"), waiting=False)
    assert same == after
    assert statuses(found) == ["other"]


# --- days -----------------------------------------------------------------------------------------


def test_what_came_in_a_closed_period_is_dated_on_the_first_open_day():
    closed = debts().record(
        PeriodClose(number="2026-11", through=date(2026, 11, 30), on=DUE, by="Wang")
    )
    found, after = run(closed, statement(*MORNING), on=DUE)
    assert after.receipt("RC-1-1").on == DUE
    assert {fact.on for fact in found.facts} == {DUE}


def test_what_came_before_the_run_keeps_its_day():
    _, after = run(debts(), statement(*MORNING))
    assert after.receipt("RC-1-1").on == BOOKED
    assert {fact.on for fact in after.facts if fact.kind == "application"} == {TODAY}


def test_debts_of_later_days_are_not_paid_yet():
    later = debts().record(owed("AR-9", "77.77", on=DUE, due_on=DUE, source="INV-2026-9999"))
    found, _ = run(later, statement(line(1, "77.77", "INV-2026-9999")))
    assert "posted" not in statuses(found)


def test_lines_stand_in_the_order_of_their_statements():
    found, _ = run(debts(), statement(*reversed(MORNING)), statement(line(9, "1.00"), name="2"))
    assert [each.line.position for each in found.lines] == [4, 3, 2, 1, 9]
