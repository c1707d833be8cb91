"""What a source of risk records must do (风险数据源契约)."""

from datetime import date, timedelta
from typing import ClassVar

from revenue.risk import RiskReport, RiskSource, records_from
from revenue.risk_record import RiskRecord
from revenue.testing.inspect import refused

DAY = date(2026, 11, 22)
LATER = DAY + timedelta(days=30)
NOBODY = "91350100M000100Y43"
"""The code of the example in GB 32100-2015, which no company bears."""


class KeptReports:
    """A source of what somebody put in: the least that keeps the contract, for tests.

    >>> report = RiskReport(social_credit_code=NOBODY, type="equity_freeze", on=DAY, reference="7")
    >>> len(KeptReports(report).reports(NOBODY, as_of=DAY))
    1
    """

    name = "kept reports"

    def __init__(self, *reports: RiskReport) -> None:
        self._reports = reports

    def reports(self, social_credit_code: str, *, as_of: date) -> tuple[RiskReport, ...]:
        """What was put in of that company, up to a day."""
        return tuple(
            report
            for report in self._reports
            if report.social_credit_code == social_credit_code and report.on <= as_of
        )


class RiskSourceContract:
    """Tests of a ``RiskSource``; give a fixture ``source``, and the code of a company as ``known``.

    Of that company the source tells at least one thing up to ``day``.
    """

    known: ClassVar[str] = NOBODY
    day: ClassVar[date] = DAY

    def test_it_has_a_name_for_the_records(self, source: RiskSource) -> None:
        assert source.name.strip() == source.name != ""

    def test_what_it_tells_becomes_records_of_the_customer(self, source: RiskSource) -> None:
        records = self._asked(source)
        assert records
        assert {record.customer for record in records} == {"C-1"}
        assert {record.source for record in records} == {source.name}
        assert len({record.number for record in records}) == len(records)

    def test_it_tells_of_the_company_that_was_asked_about_only(self, source: RiskSource) -> None:
        told = source.reports(self.known, as_of=self.day)
        assert {report.social_credit_code for report in told} == {self.known}

    def test_the_same_question_has_the_same_answer(self, source: RiskSource) -> None:
        first = tuple(source.reports(self.known, as_of=self.day))
        assert tuple(source.reports(self.known, as_of=self.day)) == first

    def test_it_tells_nothing_of_later_days(self, source: RiskSource) -> None:
        for day in (self.day, self.day - timedelta(days=400)):
            assert all(report.on <= day for report in source.reports(self.known, as_of=day))

    def test_what_was_known_is_known_later(self, source: RiskSource) -> None:
        early = {_case(report) for report in source.reports(self.known, as_of=self.day)}
        late = {_case(report) for report in source.reports(self.known, as_of=LATER)}
        assert early <= late

    def test_of_an_unknown_company_nothing_is_known(self, source: RiskSource) -> None:
        code = "914403001922038216" if self.known == NOBODY else NOBODY
        assert tuple(source.reports(code, as_of=self.day)) == ()

    def test_asking_again_makes_no_record_twice(self, source: RiskSource) -> None:
        assert self._asked(source, known=self._asked(source)) == ()

    def test_a_code_with_a_typing_error_is_refused(self, source: RiskSource) -> None:
        wrong = self.known[:-1] + ("0" if self.known[-1] != "0" else "1")
        with refused("social_credit_code.invalid"):
            records_from(
                source, customer="C-1", social_credit_code=wrong, as_of=self.day, number="RR"
            )

    def _asked(
        self, source: RiskSource, known: tuple[RiskRecord, ...] = ()
    ) -> tuple[RiskRecord, ...]:
        return records_from(
            source,
            customer="C-1",
            social_credit_code=self.known,
            as_of=self.day,
            number="RR",
            known=known,
        )


def _case(report: RiskReport) -> tuple[str, str]:
    return report.type, report.reference
