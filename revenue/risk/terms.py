"""What a grade means for business: limit, payment terms, advance, provision (授信与付款条件).

    limit = average monthly sales × months of credit × factor of the grade

rounded half up to the minor units of the currency. One assessment feeds three places: the limit
that holds orders, the payment terms that a quote may offer, and the segment and overlay of the
expected credit loss. The factors are those of a published policy (AAA 150 to 300 %, of which the
least is taken, AA 100, A 80, B 60, C 0); days, shares and segments are editable defaults of ours.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import (
    CurrencyCode,
    Exact,
    Money,
    currency_places,
    difference,
    plain,
    rounded_fraction,
    total,
)
from cpq.kernel.ratio import ratio
from cpq.kernel.text import Code, Line, LocalText
from cpq.quote import PaymentTerm
from revenue.credit_limit import CreditLimit
from revenue.risk.assessment import RiskAssessment
from revenue.risk.scorecard import GRADES, Grade
from revenue.risk.wording import as_line

_ALL = Decimal(100)


class GradeTerms(Frozen):
    """What customers of one grade get: ``factor`` of the limit, ``days`` to pay after delivery.

    ``prepaid_percent`` is the least share paid in advance, of which ``deposit_percent`` is a
    deposit (定金); ``ship_hold``: nothing leaves before that share is there. ``segment`` and
    ``overlay`` name rows of the provision matrix.
    """

    grade: Grade
    factor: Exact = Field(ge=0)
    days: int = Field(ge=0, le=3660)
    prepaid_percent: Exact = Field(ge=0, le=100)
    deposit_percent: Exact = Field(default=Decimal(0), ge=0, le=100)
    ship_hold: bool = False
    segment: Code
    overlay: Line = ""

    @model_validator(mode="after")
    def _deposit_is_part_of_the_advance(self) -> Self:
        if self.deposit_percent > self.prepaid_percent:
            raise ValueError(
                f"the deposit of {plain(self.deposit_percent)} % is part of what is paid in "
                f"advance, {plain(self.prepaid_percent)} %; it cannot be more"
            )
        return self


class TermsTable(Frozen):
    """A row of terms for every grade; refused where a worse grade would get better terms."""

    rows: tuple[GradeTerms, ...]

    @model_validator(mode="after")
    def _worse_grades_get_no_better_terms(self) -> Self:
        if tuple(row.grade for row in self.rows) != GRADES:
            raise ValueError(f"there is one row for each of {', '.join(GRADES)}, in this order")
        for better, row in zip(self.rows, self.rows[1:], strict=False):
            if (
                row.factor > better.factor
                or row.days > better.days
                or row.prepaid_percent < better.prepaid_percent
                or row.deposit_percent < better.deposit_percent
                or row.ship_hold < better.ship_hold
            ):
                raise ValueError(f"grade {row.grade} gets better terms than {better.grade}")
        return self

    def of(self, grade: Grade) -> GradeTerms:
        """The terms of a grade.

        >>> STANDARD_TERMS.of("C").prepaid_percent
        Decimal('100')
        """
        return self.rows[GRADES.index(grade)]


STANDARD_TERMS: Final = TermsTable.model_validate(
    {
        "rows": (
            {"grade": "AAA", "factor": "1.5", "days": 90, "prepaid_percent": 0, "segment": "AAA"},
            {"grade": "AA", "factor": "1", "days": 60, "prepaid_percent": 0, "segment": "AA"},
            {
                "grade": "A",
                "factor": "0.8",
                "days": 30,
                "prepaid_percent": 20,
                "segment": "A",
            },
            {
                "grade": "B",
                "factor": "0.6",
                "days": 15,
                "prepaid_percent": 30,
                "deposit_percent": 10,
                "ship_hold": True,
                "segment": "B",
                "overlay": "watch",
            },
            {
                "grade": "C",
                "factor": "0",
                "days": 0,
                "prepaid_percent": 100,
                "deposit_percent": 20,
                "ship_hold": True,
                "segment": "C",
                "overlay": "high-risk",
            },
        )
    }
)
"""Factors as a published policy has them; everything else is an editable default."""


class CreditTerms(Frozen):
    """What a customer is offered for its grade; ``reasons`` say why it is no more."""

    customer: Code
    grade: Grade
    limit: Money
    days: int
    prepaid_percent: Exact
    deposit_percent: Exact
    ship_hold: bool
    segment: Code
    overlay: Line
    reasons: tuple[LocalText, ...]

    @property
    def is_prepaid_only(self) -> bool:
        """Whether everything is paid in advance (款到发货)."""
        return self.prepaid_percent == _ALL


def credit_terms(
    assessment: RiskAssessment,
    *,
    monthly_sales: Fraction | Money | str | int,
    credit_months: object,
    currency: CurrencyCode,
    table: TermsTable = STANDARD_TERMS,
) -> CreditTerms:
    """The terms of a customer: the limit from its sales, the rest from its grade.

    ``monthly_sales`` are in major units of ``currency`` and may be a fraction, so that nothing is
    rounded before the limit is.

    >>> from revenue.risk.assessment import assess
    >>> graded = assess((), "C-1", as_of=date(2026, 11, 22), ceilings=("under_a_year",))
    >>> terms = credit_terms(graded, monthly_sales="500000", credit_months=2, currency="CNY")
    >>> terms.grade, terms.limit
    ('A', Money('800000.00', 'CNY'))
    """
    row = table.of(assessment.grade)
    sales = Fraction(monthly_sales.amount) if isinstance(monthly_sales, Money) else monthly_sales
    limit = ratio(sales) * ratio(credit_months) * Fraction(row.factor)
    factor = plain(row.factor)
    said = LocalText(
        en=f"grade {row.grade}: average monthly sales × {credit_months} months × {factor}",
        zh=f"{row.grade} 级：月均销售额 × {credit_months} 个月 × {factor}",
    )
    return CreditTerms(
        customer=assessment.customer,
        grade=row.grade,
        limit=Money(rounded_fraction(limit, currency_places(currency)), currency),
        days=row.days,
        prepaid_percent=row.prepaid_percent,
        deposit_percent=row.deposit_percent,
        ship_hold=row.ship_hold,
        segment=row.segment,
        overlay=row.overlay,
        reasons=(said, *(reason.text for reason in assessment.reasons)),
    )


def granted(
    terms: CreditTerms, *, number: str, on: date, by: str, until: date | None = None
) -> CreditLimit:
    """The limit of the terms as a fact to record, with their reasons; somebody decides it.

    >>> from revenue.risk.assessment import assess
    >>> graded = assess((), "C-1", as_of=date(2026, 11, 22), ceilings=("under_a_year",))
    >>> terms = credit_terms(graded, monthly_sales="500000", credit_months=2, currency="CNY")
    >>> granted(terms, number="CL-1", on=date(2026, 11, 22), by="Wang").reasons[1]
    'known for less than a year: A at best'
    """
    return CreditLimit(
        number=number,
        customer=terms.customer,
        amount=terms.limit,
        on=on,
        until=until,
        by=by,
        reasons=tuple(as_line(reason.en) for reason in terms.reasons),
    )


def suggested_payment(terms: CreditTerms) -> tuple[PaymentTerm, ...]:
    """The payment terms that a quote may offer: the advance at signing, the rest after delivery.

    >>> from revenue.risk.assessment import assess
    >>> graded = assess((), "C-1", as_of=date(2026, 11, 22), ceilings=("under_a_year",))
    >>> terms = credit_terms(graded, monthly_sales=1, credit_months=2, currency="CNY")
    >>> [(plain(term.percent), term.event, term.days) for term in suggested_payment(terms)]
    [('20', 'signing', 0), ('80', 'delivery', 30)]
    """
    rest = difference(_ALL, terms.prepaid_percent)
    plan = []
    if terms.prepaid_percent:
        plan.append(PaymentTerm(percent=terms.prepaid_percent, event="signing", days=0))
    if rest:
        plan.append(PaymentTerm(percent=rest, event="delivery", days=terms.days))
    return tuple(plan)


def payment_findings(plan: Sequence[PaymentTerm], terms: CreditTerms) -> tuple[Finding, ...]:
    """Where a quote's payment terms grant more credit than the grade allows; each may be approved.

    >>> from cpq.quote import payment_terms
    >>> from revenue.risk.assessment import assess
    >>> graded = assess((), "C-1", as_of=date(2026, 11, 22), ceilings=("first_deal",))
    >>> terms = credit_terms(graded, monthly_sales=1, credit_months=2, currency="CNY")
    >>> [str(each) for each in payment_findings(payment_terms(("100%", "delivery", 0)), terms)]
    ['payment: 0 % paid at signing, 100 % needed for grade C [credit.advance_too_small]']
    """
    found = []
    early = total(term.percent for term in plan if term.event == "signing")
    if early < terms.prepaid_percent:
        share, needed = plain(early), plain(terms.prepaid_percent)
        found.append(
            Finding(
                code="credit.advance_too_small",
                place="payment",
                severity="approval",
                message=LocalText(
                    en=f"{share} % paid at signing, {needed} % needed for grade {terms.grade}",
                    zh=f"签约时付 {share}%，{terms.grade} 级至少须预付 {needed}%",
                ),
            )
        )
    for place, term in enumerate(plan, start=1):
        if term.event != "signing" and term.days > terms.days:
            found.append(
                Finding(
                    code="credit.term_too_long",
                    place=f"payment/{place}",
                    severity="approval",
                    message=LocalText(
                        en=f"{term.days} days after {term.event}, at most {terms.days} for grade "
                        f"{terms.grade}",
                        zh=f"{_EVENTS[term.event]}后 {term.days} 天付款，"
                        f"{terms.grade} 级最长 {terms.days} 天",
                    ),
                )
            )
    return tuple(found)


_EVENTS: Final = {"signing": "签约", "delivery": "发货", "acceptance": "验收"}


def segments(
    assessments: Iterable[RiskAssessment], *, table: TermsTable = STANDARD_TERMS
) -> dict[str, str]:
    """Customer to segment of the provision matrix, as ``revenue.provision`` asks for it."""
    return {each.customer: table.of(each.grade).segment for each in assessments}


def overlays(
    assessments: Iterable[RiskAssessment], *, table: TermsTable = STANDARD_TERMS
) -> dict[str, str]:
    """Customer to name of the management overlay, for those that have one."""
    named = ((each.customer, table.of(each.grade).overlay) for each in assessments)
    return {customer: overlay for customer, overlay in named if overlay}
