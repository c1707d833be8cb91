"""Risk records, where they come from, and the scorecard."""

from datetime import date

from cpq.kernel.errors import Finding
from cpq.quote import payment_terms
from revenue.risk import (
    STANDARD_SCORECARD,
    RiskReport,
    assess,
    credit_terms,
    payment_findings,
    records_from,
)
from revenue.risk_record import RiskRecord
from revenue.social_credit_code import social_credit_code
from tests.errors.registry import reproduces
from tests.errors.shop import DAY, LATE, usd

ASKED, OTHER = "914403001922038216", "91110108551385082Q"


class Vendor:
    """A source that answers what it was given, whatever it is asked."""

    name = "vendor"

    def __init__(self, **changes: object) -> None:
        fields = {"social_credit_code": ASKED, "type": "equity_freeze", "on": DAY}
        self.report = RiskReport.model_validate({**fields, "reference": "case 7", **changes})

    def reports(self, social_credit_code: str, *, as_of: date) -> tuple[RiskReport, ...]:
        return (self.report,)


def _ask(**changes: object) -> None:
    records_from(
        Vendor(**changes), customer="C-1", social_credit_code=ASKED, as_of=DAY, number="RR-1"
    )


@reproduces(
    "social_credit_code.invalid",
    en="The text is not a unified social credit code: its length, a character, its region or its "
    "check character is wrong.",
    zh="统一社会信用代码有误：长度、字符、行政区划或校验码不符。",
    do="Copy it from the business licence.",
    names=("'914403001922038217'", "check character '7'"),
)
def a_code_with_a_typing_error() -> None:
    social_credit_code("914403001922038217")


@reproduces(
    "risk.source_broken",
    en="What a source of risk records answers cannot be used; `findings` has one entry for each "
    "report that is wrong.",
    zh="风险数据源的返回不可用；每条有误的记录各有一条 finding。",
    do="Correct the source; `RiskSourceContract` tests it.",
    names=("vendor", ASKED),
)
def an_answer_that_cannot_be_used() -> None:
    _ask(on=LATE)


@reproduces(
    "risk.other_company",
    en="A source tells of another company than the one that was asked about.",
    zh="数据源返回了其他企业的记录。",
    do="Ask by the unified social credit code, never by the name.",
    names=("reports/1", OTHER, ASKED),
)
def the_debts_of_a_stranger() -> None:
    _ask(social_credit_code=OTHER)


@reproduces(
    "risk.from_the_future",
    en="A source tells of something after the day that was asked about.",
    zh="数据源返回了查询日之后的记录。",
    do="Answer with what was known on that day.",
    names=("reports/1", "2027-06-30", "2026-12-01"),
)
def news_of_tomorrow() -> None:
    _ask(on=LATE)


@reproduces(
    "risk.unknown_ceiling",
    en="The scorecard has no ceiling of that code.",
    zh="评分卡中没有该上限项。",
    do="Name one that it has, or add it to the scorecard.",
    names=("STANDARD", "'friend'", "first_deal"),
)
def a_circumstance_that_nobody_defined() -> None:
    STANDARD_SCORECARD.ceiling("friend")


@reproduces(
    "credit.no_rate",
    en="An amount is in another currency, and no rate for it is given.",
    zh="金额为外币，但未提供汇率。",
    do="Give `rates` with what one unit is in the book currency.",
    names=("RR-1", "5.00 USD", "CNY"),
)
def a_judgment_in_dollars() -> None:
    record = RiskRecord(
        number="RR-1", customer="C-1", type="judgment_debtor", on=DAY, source="court",
        amount=usd("5.00"),
    )  # fmt: skip
    assess([record], "C-1", as_of=DAY)


def _generous() -> tuple[Finding, ...]:
    graded = assess((), "C-1", as_of=DAY, ceilings=("under_a_year",))
    terms = credit_terms(graded, monthly_sales=1, credit_months=1, currency="CNY")
    return payment_findings(payment_terms(("10%", "signing", 0), ("90%", "delivery", 60)), terms)


@reproduces(
    "credit.advance_too_small",
    en="The payment terms of a quote ask for less in advance than the customer's grade needs.",
    zh="报价的预付比例低于客户等级要求。",
    do="Ask for more at signing, or let somebody approve it.",
    names=("payment", "10 %", "20 %", "grade A"),
)
def too_little_in_advance() -> tuple[Finding, ...]:
    return _generous()


@reproduces(
    "credit.term_too_long",
    en="The payment terms of a quote grant more days than the customer's grade allows.",
    zh="报价的账期超过客户等级允许的天数。",
    do="Grant fewer days, or let somebody approve it.",
    names=("payment/2", "60 days", "at most 30"),
)
def too_long_to_pay() -> tuple[Finding, ...]:
    return _generous()
