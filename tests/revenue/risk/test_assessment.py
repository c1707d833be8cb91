"""Grades as of a day, why, and what would lift them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpq.kernel.errors import Invalid, NotFound
from cpq.kernel.money import plain
from revenue.risk import RiskAssessment, assess, counted_records
from revenue.risk_record import RiskRecord, RiskRecordWithdrawal

DAY = date(2026, 11, 22)


def record(number: str, type_: str, **changes: Any) -> RiskRecord:
    fields = {"customer": "C-1", "on": date(2026, 11, 1), "source": "court register"}
    return RiskRecord.model_validate({"number": number, "type": type_, **fields, **changes})


def graded(*facts: object, as_of: date = DAY, **more: Any) -> RiskAssessment:
    return assess(facts, "C-1", as_of=as_of, **more)


def test_without_records_a_customer_has_the_best_grade() -> None:
    found = graded()
    assert (found.grade, found.points, found.reasons, found.lifts) == ("AAA", Decimal(100), (), ())


@pytest.mark.parametrize(
    ("facts", "grade", "points"),
    [
        ([("payment_lawsuit", {})], "AAA", "85.00"),
        ([("payment_lawsuit", {}), ("broken_promise", {})], "AA", "80.00"),
        ([("judgment_debtor", {"amount": "99999.99 CNY"})], "AAA", "90.00"),
        ([("judgment_debtor", {"amount": "100000 CNY"})], "AAA", "85.00"),
        ([("judgment_debtor", {"amount": "1000000 CNY"})], "AA", "70.00"),
        ([("insolvency_petition", {})], "AA", "70.00"),
        ([("insolvency_petition", {}), ("equity_freeze", {})], "A", "60.00"),
        ([("overdue_history", {"days": 91})], "A", "55.00"),
        ([("tax_arrears", {})] * 9, "AA", "70.00"),
        ([("insurance_cover", {"amount": "9 CNY"})], "AAA", "100.00"),
    ],
)
def test_records_take_points(
    facts: list[tuple[str, dict[str, Any]]], grade: str, points: str
) -> None:
    records = [record(f"RR-{place}", type_, **more) for place, (type_, more) in enumerate(facts)]
    found = graded(*records)
    assert (found.grade, plain(found.points)) == (grade, points)


@pytest.mark.parametrize("type_", ["dishonest_debtor", "licence_revoked", "insolvency"])
def test_a_hard_stop_decides_alone(type_: str) -> None:
    found = graded(record("RR-1", type_))
    assert (found.grade, found.stopped, plain(found.points)) == ("C", True, "100.00")
    assert "whatever else is known" in found.reasons[0].text.en
    assert "直接评为 C 级" in found.reasons[0].text.zh
    assert [(lift.record, lift.grade, lift.on) for lift in found.lifts] == [("RR-1", "AAA", None)]


def test_two_stops_are_lifted_by_no_single_fact() -> None:
    assert graded(record("RR-1", "insolvency"), record("RR-2", "licence_revoked")).lifts == ()


def test_a_record_counts_from_its_day_through_its_last() -> None:
    listed = record("RR-1", "dishonest_debtor", expires_on=date(2026, 11, 30))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [graded(listed, as_of=day).grade for day in days] == ["AAA", "C", "C", "AAA"]


def test_a_withdrawn_record_still_counts_on_the_days_before() -> None:
    listed = record("RR-1", "dishonest_debtor")
    gone = RiskRecordWithdrawal(number="RW-1", record="rr-1", on=DAY, by="Wang", reason="paid")
    days = [DAY - timedelta(days=1), DAY]
    assert [graded(listed, gone, as_of=day).grade for day in days] == ["C", "AAA"]


def test_the_grade_of_a_past_day_stays_as_later_facts_come() -> None:
    before = graded(record("RR-1", "payment_lawsuit"))
    later = record("RR-2", "insolvency", on=DAY + timedelta(days=1))
    assert graded(record("RR-1", "payment_lawsuit"), later) == before


def test_records_of_others_do_not_count() -> None:
    assert counted_records([record("RR-1", "insolvency", customer="C-2")], "C-1", as_of=DAY) == ()
    assert len(counted_records([record("RR-1", "insolvency", customer="c-1")], "C-1", as_of=DAY))


def test_one_case_told_by_two_sources_counts_once_with_the_heavier() -> None:
    case = {"reference": "(2026)粤03民初7号", "amount": "1000000 CNY"}
    one = record("RR-1", "lawsuit", reference=case["reference"])
    two = record("RR-2", "lawsuit", source="vendor", **case)
    assert plain(graded(one, two).points) == "91.00"
    assert plain(graded(one.with_(number="RR-3"), two).points) == "91.00"
    assert plain(graded(one, two.with_(reference="another")).points) == "88.00"


def test_the_day_on_which_it_happened_decides_how_far_it_faded() -> None:
    old = record("RR-1", "broken_promise", happened_on=DAY - timedelta(days=366))
    assert plain(graded(old).points) == "100.00"
    assert plain(graded(old.with_(happened_on=DAY - timedelta(days=365))).points) == "95.00"


def test_what_would_lift_the_grade_names_the_day_it_expires() -> None:
    sued = record("RR-1", "payment_lawsuit", expires_on=date(2027, 4, 30))
    found = graded(sued, record("RR-2", "equity_freeze"))
    assert found.grade == "AA"
    assert [(lift.record, lift.grade, lift.on) for lift in found.lifts] == [
        ("RR-1", "AAA", date(2027, 5, 1)),
        ("RR-2", "AAA", None),
    ]
    assert (
        found.lifts[0].text.zh == "若无被供应商起诉拖欠货款（RR-1）：AAA 级，2027-05-01 起自动改善"
    )


def test_what_would_lift_the_grade_names_the_day_it_fades() -> None:
    promise = record("RR-1", "broken_promise", happened_on=date(2026, 1, 1))
    found = graded(promise, record("RR-2", "payment_lawsuit"))
    assert [(lift.record, lift.on) for lift in found.lifts] == [
        ("RR-1", date(2027, 1, 2)),
        ("RR-2", date(2028, 11, 1)),
    ]
    assert graded(promise, record("RR-2", "payment_lawsuit"), as_of=date(2027, 1, 2)).grade == "AAA"
    assert graded(promise, record("RR-2", "payment_lawsuit"), as_of=date(2027, 1, 1)).grade == "AA"


def test_a_lift_keeps_its_word_once_the_record_is_gone() -> None:
    facts = [record("RR-1", "payment_lawsuit"), record("RR-2", "judgment_debtor"),
             record("RR-3", "insolvency_petition")]  # fmt: skip
    found = graded(*facts)
    for lift in found.lifts:
        rest = [each for each in facts if each.number != lift.record]
        assert graded(*rest).grade == lift.grade != found.grade


def test_a_ceiling_holds_the_grade_down_and_says_so() -> None:
    found = graded(ceilings=("under_a_year", "first_deal", "first_deal"))
    assert found.grade == "C"
    assert [reason.code for reason in found.reasons] == ["under_a_year", "first_deal"]
    assert [(lift.record, lift.grade) for lift in found.lifts] == [("first_deal", "A")]


def test_an_unknown_ceiling_is_refused() -> None:
    with pytest.raises(NotFound):
        graded(ceilings=("mood",))


def test_amounts_in_another_currency_are_turned_at_the_given_rate() -> None:
    owed = record("RR-1", "judgment_debtor", amount="14084.51 USD")
    assert plain(graded(owed, rates={"USD": "7.10"}).points) == "85.00"
    less = owed.with_(amount="14084.50 USD")
    assert plain(graded(less, rates={"USD": "7.10"}).points) == "90.00"


def test_a_missing_rate_is_refused_and_not_guessed() -> None:
    with pytest.raises(Invalid) as refusal:
        graded(record("RR-1", "judgment_debtor", amount="1 USD"))
    assert refusal.value.code == "credit.no_rate"
    assert "RR-1" in refusal.value.message


def test_an_amount_that_weighs_nothing_needs_no_rate() -> None:
    assert graded(record("RR-1", "equity_freeze", amount="1 USD")).grade == "AAA"


def test_reasons_name_records_points_and_sources_in_both_languages() -> None:
    (reason,) = graded(record("RR-1", "overdue_history", days=40, source="ledger")).reasons
    assert reason.records == ("RR-1",)
    assert plain(reason.points) == "15.00"
    assert reason.text.en == "paid late (40 days, 2026-11-01, ledger): 15.00 points"
    assert reason.text.zh == "逾期付款记录（40 天，2026-11-01，ledger）：扣 15.00 分"
