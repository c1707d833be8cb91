"""Risk records from a source: the shipped contract, and answers that cannot be used."""

from collections.abc import Sequence
from datetime import date

import pytest

from cpq.kernel.errors import Refused
from revenue.risk import RiskReport, RiskSource, records_from
from revenue.testing.risk import DAY, NOBODY, KeptReports, RiskSourceContract

HUAWEI = "914403001922038216"


def report(reference: str = "(2026)粤03执7号", **changes: object) -> RiskReport:
    fields = {"type": "judgment_debtor", "on": DAY, "social_credit_code": NOBODY}
    return RiskReport.model_validate({**fields, "reference": reference, **changes})


class TestKeptReports(RiskSourceContract):
    @pytest.fixture
    def source(self) -> RiskSource:
        late = report("later", on=date(2026, 12, 1))
        return KeptReports(report(), report("2", amount="5 CNY"), late)


class Answers:
    name = "vendor"

    def __init__(self, *reports: RiskReport) -> None:
        self._reports = reports

    def reports(self, social_credit_code: str, *, as_of: date) -> Sequence[RiskReport]:
        return self._reports


def asked(*reports: RiskReport, **changes: object) -> object:
    fields = {"customer": "C-1", "social_credit_code": NOBODY, "as_of": DAY, "number": "RR-7"}
    return records_from(Answers(*reports), **{**fields, **changes})  # type: ignore[arg-type]


def test_a_report_about_another_company_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        asked(report(), report("other", social_credit_code=HUAWEI))
    assert refusal.value.code == "risk.source_broken"
    assert [each.code for each in refusal.value.findings] == ["risk.other_company"]
    assert HUAWEI in refusal.value.message


def test_a_report_from_the_future_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        asked(report(on=date(2026, 11, 23)))
    assert [each.code for each in refusal.value.findings] == ["risk.from_the_future"]


def test_one_case_that_is_told_twice_makes_one_record() -> None:
    (record,) = asked(report(), report())  # type: ignore[misc]
    assert (record.number, record.source) == ("RR-7/1", "vendor")


def test_a_record_keeps_what_was_reported() -> None:
    told = report(amount="120000 CNY", expires_on=date(2027, 1, 1), happened_on=date(2026, 1, 1))
    (record,) = asked(told)  # type: ignore[misc]
    assert {name: getattr(record, name) for name in RiskReport.model_fields} == {
        name: getattr(told, name) for name in RiskReport.model_fields
    }


def test_what_another_customer_has_is_not_known_of_this_one() -> None:
    known = asked(report(), customer="C-2")
    assert len(asked(report(), known=known)) == 1  # type: ignore[arg-type]
    assert asked(report(), known=asked(report())) == ()
