"""What a grade means: limit, payment terms of the quote, segment of the provision."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.money import Money, plain
from cpq.kernel.text import LocalText
from cpq.quote import payment_terms
from revenue.risk import (
    STANDARD_TERMS,
    CreditTerms,
    GradeTerms,
    RiskAssessment,
    TermsTable,
    credit_terms,
    granted,
    overlays,
    payment_findings,
    segments,
    suggested_payment,
)


def graded(grade: str, customer: str = "C-1") -> RiskAssessment:
    return RiskAssessment.model_validate(
        {
            "customer": customer,
            "as_of": date(2026, 11, 22),
            "scorecard": "STANDARD",
            "grade": grade,
            "points": 50,
            "stopped": False,
            "reasons": (),
            "lifts": (),
        }
    )


def terms(grade: str, sales: Any = "500000", months: Any = 2, currency: str = "CNY") -> CreditTerms:
    return credit_terms(graded(grade), monthly_sales=sales, credit_months=months, currency=currency)


@pytest.mark.parametrize(
    ("grade", "limit"),
    [("AAA", "1500000"), ("AA", "1000000"), ("A", "800000"), ("B", "600000"), ("C", "0")],
)
def test_the_limit_is_sales_times_months_times_factor(grade: str, limit: str) -> None:
    assert terms(grade).limit == Money(limit, "CNY")


def test_the_limit_is_rounded_once_at_the_end() -> None:
    third = Fraction(100, 3)
    assert terms("A", third, 3).limit == Money("80.00", "CNY")
    assert terms("A", third, 1).limit == Money("26.67", "CNY")
    assert terms("A", third, "1.5", "JPY").limit == Money("40", "JPY")


def test_the_limit_says_how_it_came_about() -> None:
    said = terms("A").reasons[0]
    assert said.en == "grade A: average monthly sales × 2 months × 0.8"
    assert said.zh == "A 级：月均销售额 × 2 个月 × 0.8"


@pytest.mark.parametrize(
    ("grade", "plan"),
    [
        ("AAA", [("100", "delivery", 90)]),
        ("A", [("20", "signing", 0), ("80", "delivery", 30)]),
        ("C", [("100", "signing", 0)]),
    ],
)
def test_the_quote_may_offer_what_the_grade_allows(
    grade: str, plan: list[tuple[str, str, int]]
) -> None:
    offered = suggested_payment(terms(grade))
    assert [(plain(each.percent), each.event, each.days) for each in offered] == plan
    assert payment_findings(offered, terms(grade)) == ()
    assert terms(grade).is_prepaid_only == (grade == "C")


def test_the_limit_is_granted_as_a_fact_with_its_reasons() -> None:
    offered = terms("A").with_(reasons=(LocalText(en="x" * 201), LocalText(en="y" * 200)))
    fact = granted(offered, number="CL-1", on=date(2026, 1, 1), until=date(2026, 12, 31), by="Wang")
    assert (fact.customer, fact.amount, fact.by) == ("C-1", Money("800000", "CNY"), "Wang")
    assert [(len(each), each[-1]) for each in fact.reasons] == [(200, "…"), (200, "y")]
    assert fact.until == date(2026, 12, 31)


def test_payment_terms_that_are_too_generous_need_an_approval() -> None:
    plan = payment_terms(("19%", "signing", 30), ("80%", "delivery", 31), ("1%", "acceptance", 30))
    found = payment_findings(plan, terms("A"))
    assert [(each.code, each.place, each.severity) for each in found] == [
        ("credit.advance_too_small", "payment", "approval"),
        ("credit.term_too_long", "payment/2", "approval"),
    ]
    assert found[1].message.zh == "发货后 31 天付款，A 级最长 30 天"


def test_the_provision_gets_segments_and_overlays() -> None:
    every = [graded("A", "C-1"), graded("B", "C-2"), graded("C", "C-3")]
    assert segments(every) == {"C-1": "A", "C-2": "B", "C-3": "C"}
    assert overlays(every) == {"C-2": "watch", "C-3": "high-risk"}


@pytest.mark.parametrize(
    "change",
    [
        {"factor": 2},
        {"days": 91},
        {"prepaid_percent": 0},
        {"deposit_percent": 0},
        {"ship_hold": False},
    ],
)
def test_a_worse_grade_gets_no_better_terms(change: dict[str, Any]) -> None:
    worst = STANDARD_TERMS.of("C").with_(**{"deposit_percent": 0, **change})
    with pytest.raises(ValidationError, match="C gets better terms than B"):
        TermsTable(rows=(*STANDARD_TERMS.rows[:-1], worst))


def test_there_is_a_row_for_every_grade() -> None:
    with pytest.raises(ValidationError, match="one row for each"):
        TermsTable(rows=STANDARD_TERMS.rows[1:])


def test_a_deposit_is_part_of_what_is_paid_in_advance() -> None:
    with pytest.raises(ValidationError, match="deposit of 31 %"):
        GradeTerms.model_validate(
            {"grade": "B", "factor": 1, "days": 0, "prepaid_percent": 30, "deposit_percent": 31,
             "segment": "B"}
        )  # fmt: skip
