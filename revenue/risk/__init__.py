"""Customer risk (客户信用风险): from facts with a source to a grade, its reasons, and its terms.

Facts are recorded (``RiskRecord``), by hand or from a ``RiskSource`` of the host's; a ``Scorecard``
turns those that count on a day into a grade (``assess``), which says why and what would lift it;
``credit_terms`` turns the grade into a limit, into payment terms for the quote, and into the
segment of the provision.
"""

from revenue.risk.assessment import (
    GradeLift,
    GradeReason,
    RiskAssessment,
    assess,
    counted_records,
)
from revenue.risk.conversion import Rates, converted
from revenue.risk.payment_record import PaymentRecord, overdue_record, payment_record
from revenue.risk.scorecard import (
    GRADES,
    STANDARD_SCORECARD,
    TYPE_NAMES,
    AmountBand,
    DaysBand,
    Fading,
    Grade,
    GradeCeiling,
    GradeLine,
    RiskWeight,
    Scorecard,
)
from revenue.risk.source import RiskReport, RiskSource, records_from
from revenue.risk.terms import (
    STANDARD_TERMS,
    CreditTerms,
    GradeTerms,
    TermsTable,
    credit_terms,
    granted,
    overlays,
    payment_findings,
    segments,
    suggested_payment,
)
from revenue.risk.wording import as_line

__all__ = [
    "GRADES",
    "STANDARD_SCORECARD",
    "STANDARD_TERMS",
    "TYPE_NAMES",
    "AmountBand",
    "CreditTerms",
    "DaysBand",
    "Fading",
    "Grade",
    "GradeCeiling",
    "GradeLift",
    "GradeLine",
    "GradeReason",
    "GradeTerms",
    "PaymentRecord",
    "Rates",
    "RiskAssessment",
    "RiskReport",
    "RiskSource",
    "RiskWeight",
    "Scorecard",
    "TermsTable",
    "as_line",
    "assess",
    "converted",
    "counted_records",
    "credit_terms",
    "granted",
    "overdue_record",
    "overlays",
    "payment_findings",
    "payment_record",
    "records_from",
    "segments",
    "suggested_payment",
]
