"""The check: limit to the cent, parts, lateness, dunning, status, and what would free it."""

from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, plain
from revenue.credit import (
    CreditDecision,
    CreditPolicy,
    Exposure,
    OverdueItem,
    Override,
    check_credit,
    exposure_of,
)
from revenue.credit_limit import CreditLimit, PartLimit
from revenue.hold import CreditHold
from tests.revenue.deals import cny, day

WANG = Override(by="Wang", reason="guarantee received")


def limit(amount: str = "1000", **changes: Any) -> CreditLimit:
    fields = {"number": "CL-1", "customer": "C-1", "amount": cny(amount), "on": day(1)}
    return CreditLimit.model_validate({**fields, "by": "Wang", **changes})


def owed(**parts: str) -> Exposure:
    amounts: Any = {part: cny(amount) for part, amount in parts.items()}
    return exposure_of("C-1", amounts, as_of=day(9), currency="CNY")


def checked(exposure: Exposure, asking: str = "0", **more: Any) -> CreditDecision:
    found = more.pop("limit", limit())
    return check_credit(exposure, found, asking=cny(asking), **more)


def codes(decision: CreditDecision) -> list[tuple[str, str]]:
    return [(each.code.removeprefix("credit."), each.severity) for each in decision.findings]


@pytest.mark.parametrize(
    ("asking", "verdict", "excess"), [("400", "allowed", "0.00"), ("400.01", "approval", "0.01")]
)
def test_the_limit_holds_to_the_cent(asking: str, verdict: str, excess: str) -> None:
    found = checked(owed(not_due="600"), asking, policy=CreditPolicy())
    assert (found.verdict, plain(found.exceeded_by.amount)) == (verdict, excess)
    assert found.is_allowed == (verdict == "allowed")


def test_what_would_free_it_is_a_payment_of_the_excess() -> None:
    found = checked(owed(not_due="600"), "450")
    (remedy,) = found.remedies
    assert (remedy.kind, remedy.amount, remedy.text.zh) == ("pay", cny("50"), "收款 50.00 CNY")
    freed = checked(owed(not_due="600", prepaid="-50"), "450")
    assert freed.is_allowed


def test_without_a_limit_there_is_no_credit() -> None:
    assert codes(checked(owed(), "0.01", limit=None)) == [("no_limit", "approval")]
    assert checked(owed(prepaid="-100"), "100", limit=None).is_allowed


def test_parts_that_are_left_out_do_not_count_and_parts_have_their_own_limits() -> None:
    parts = (
        PartLimit(part="undelivered", included=False),
        PartLimit(part="overdue", amount=cny("100")),
    )
    found = checked(owed(overdue="100"), "5000", limit=limit(parts=parts))
    assert (found.verdict, found.asking) == ("allowed", cny("0"))
    late = checked(owed(overdue="100.01"), "0", limit=limit(parts=parts))
    assert codes(late) == [("part_exceeded", "approval")]
    assert late.findings[0].place == "overdue"


def test_what_is_asked_counts_against_the_limit_of_its_part() -> None:
    mine = limit(parts=(PartLimit(part="undelivered", amount=cny("200")),))
    assert checked(owed(undelivered="150"), "50", limit=mine).is_allowed
    assert codes(checked(owed(undelivered="150"), "50.01", limit=mine)) == [
        ("part_exceeded", "approval")
    ]
    assert checked(owed(undelivered="150"), "50.01", limit=mine, at="shipment").is_allowed


@pytest.mark.parametrize(
    ("days", "amount", "held"),
    [(30, "500", False), (31, "500", True), (31, "100", False), (31, "100.01", True)],
)
def test_what_is_overdue_for_too_long_holds(days: int, amount: str, held: bool) -> None:
    late = OverdueItem(receivable="AR-1", open=cny(amount), days=days)
    other = OverdueItem(receivable="AR-2", open=cny("900"), days=1)
    found = checked(
        owed(overdue=amount).with_(overdue=(late, other)),
        policy=CreditPolicy(overdue_amount=cny("100")),
    )
    assert codes(found) == ([("overdue", "approval")] if held else [])
    if held:
        assert (found.remedies[0].documents, found.remedies[0].amount) == (("AR-1",), cny(amount))


@pytest.mark.parametrize(("level", "held"), [(2, False), (3, True)])
def test_dunning_holds_from_its_level_whatever_the_amount(level: int, held: bool) -> None:
    found = checked(owed(overdue="0.01").with_(dunning_level=level))
    assert codes(found) == ([("dunning", "approval")] if held else [])


def test_rules_that_are_switched_off_hold_nobody() -> None:
    late = (OverdueItem(receivable="AR-1", open=cny("1"), days=999),)
    off = CreditPolicy(overdue_days=None, dunning_level=None, limit_at=())
    found = checked(owed(overdue="9999").with_(overdue=late, dunning_level=9), policy=off)
    assert (found.verdict, found.findings) == ("allowed", ())


def test_the_limit_may_be_checked_at_the_order_only() -> None:
    at_order = CreditPolicy(limit_at=("order",))
    assert not checked(owed(), "1000.01", policy=at_order).is_allowed
    assert checked(owed(), "1000.01", policy=at_order, at="shipment").is_allowed


@pytest.mark.parametrize(
    ("status", "verdict", "code"),
    [
        ("O", "allowed", []),
        ("W", "allowed", [("watched", "note")]),
        ("H", "approval", [("on_hold", "approval")]),
        ("S", "refused", [("stopped", "error")]),
        ("X", "allowed", [("not_checked", "note")]),
        ("I", "allowed", []),
    ],
)
def test_the_status_decides_first(status: Any, verdict: str, code: list[Any]) -> None:
    found = checked(owed(), "1", status=status)
    assert (found.verdict, codes(found)) == (verdict, code)


def test_status_x_checks_nothing_at_all() -> None:
    hold = CreditHold(number="H-1", customer="C-1", on=day(1), reasons=("by hand",))
    found = checked(owed(), "99999", status="X", holds=(hold,), unpaid_advance=cny("1"))
    assert (found.verdict, found.limit, found.remaining) == ("allowed", None, None)
    assert (found.remaining_percent, plain(found.exceeded_by.amount)) == (None, "0.00")


def test_status_i_allows_one_open_receivable_at_a_time() -> None:
    found = checked(owed(not_due="1").with_(open_items=1), "1", status="I")
    assert codes(found) == [("one_invoice", "approval")]


def test_a_hold_that_stands_cannot_be_overridden_from_elsewhere() -> None:
    hold = CreditHold(
        number="H-1", customer="C-1", order="SO-1", on=day(1), reasons=("limit exceeded",)
    )
    found = checked(owed(), "1", at="shipment", holds=(hold,))
    assert codes(found) == [("held", "error")]
    assert found.remedies[0].documents == ("H-1",)
    with pytest.raises(Refused) as refusal:
        found.require(WANG)
    assert refusal.value.code == "credit.refused"


def test_a_missing_advance_holds_the_shipment() -> None:
    found = checked(owed(), "1", at="shipment", unpaid_advance=cny("10"))
    assert codes(found) == [("advance_unpaid", "approval")]
    assert checked(owed(), "1", at="shipment", unpaid_advance=cny("0")).is_allowed


@pytest.mark.parametrize(("asking", "noted"), [("799.99", False), ("800", True), ("1000", True)])
def test_a_note_says_that_the_limit_is_near(asking: str, noted: bool) -> None:
    found = checked(owed(), asking)
    assert codes(found) == ([("limit_near", "note")] if noted else [])
    assert found.is_allowed


def test_all_reasons_come_at_once() -> None:
    late = (OverdueItem(receivable="AR-1", open=cny("1000"), days=99),)
    found = checked(
        owed(overdue="1000").with_(overdue=late, dunning_level=3, open_items=1), "1", status="H"
    )
    assert [code for code, _ in codes(found)] == [
        "on_hold", "limit_exceeded", "overdue", "dunning",
    ]  # fmt: skip
    assert [each.kind for each in found.remedies] == [
        "change_status", "pay", "pay_overdue", "pay_overdue",
    ]  # fmt: skip


def test_requiring_it_refuses_with_every_finding() -> None:
    found = checked(owed(not_due="600"), "450")
    with pytest.raises(Refused, match="let a person override it") as refusal:
        found.require()
    assert refusal.value.code == "credit.needs_approval"
    assert refusal.value.findings == found.findings
    assert refusal.value.facts["exceeded_by"] == cny("50")
    found.require(WANG)


def test_a_stop_is_not_overridden() -> None:
    with pytest.raises(Refused) as refusal:
        checked(owed(), "1", status="S").require(WANG)
    assert refusal.value.code == "credit.refused"


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("Wang", " ")])
def test_an_override_has_a_person_and_a_reason(by: str, reason: str) -> None:
    with pytest.raises(ValidationError):
        Override(by=by, reason=reason)


def test_amounts_in_another_currency_are_refused() -> None:
    with pytest.raises(Invalid, match="asking in USD") as refusal:
        check_credit(owed(), limit(), asking=Money("1", "USD"))
    assert refusal.value.code == "credit.other_currency"
    foreign = limit(amount="1").with_(amount=Money("1", "USD"))
    with pytest.raises(Invalid, match="the limit in USD"):
        check_credit(owed(), foreign, asking=cny("1"))


def test_less_than_nothing_is_not_asked() -> None:
    with pytest.raises(Invalid) as refusal:
        checked(owed(), "-0.01")
    assert refusal.value.code == "credit.negative"


def test_a_decision_whose_excess_is_wrong_is_refused() -> None:
    found = checked(owed(), "1")
    with pytest.raises(ValidationError, match="exceeded_by is"):
        found.with_(exceeded_by=cny("1"))
