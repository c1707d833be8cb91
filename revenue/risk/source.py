"""Where risk records come from: a port to what the host has licensed (风险数据源).

Courts, registers and data vendors are asked by a class of the host's own, under the host's own
contract; this library fetches nothing. A company is asked about by its unified social credit code,
because names repeat, and an answer that names another company, or only a name, is refused: a
stranger's debts are not to cost a customer its credit. ``revenue.testing.RiskSourceContract`` has
the tests with which a host proves its own source.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from pydantic import Field

from cpq.kernel.errors import Finding, refuse_if
from cpq.kernel.model import Frozen
from cpq.kernel.text import Line, LocalText, number_key
from revenue.amount import NotNegative
from revenue.risk_record import RiskRecord, RiskType
from revenue.social_credit_code import SocialCreditCode
from revenue.social_credit_code import social_credit_code as checked_code


class RiskReport(Frozen):
    """What a source says of one company; fields as those of a ``RiskRecord``.

    ``reference`` is the source's own name for the case, by which it is known again next time.

    >>> RiskReport(social_credit_code="914403001922038216", type="equity_freeze",
    ...            on=date(2026, 11, 20), reference="(2026)粤03执保7号").type
    'equity_freeze'
    """

    social_credit_code: SocialCreditCode = Field(min_length=1)
    type: RiskType
    on: date
    reference: Line = Field(min_length=1)
    expires_on: date | None = None
    happened_on: date | None = None
    amount: NotNegative | None = None
    note: Line = ""


class RiskSource(Protocol):
    """Says what is known of a company; a host's class needs only these two.

    The same question has the same answer. Nothing lies after ``as_of``; of a company that the
    source does not know, nothing is known.

    >>> class Nothing:
    ...     name = "nobody"
    ...     def reports(self, social_credit_code, *, as_of):
    ...         return ()
    >>> records_from(Nothing(), customer="C-1", social_credit_code="914403001922038216",
    ...              as_of=date(2026, 11, 22), number="RR-1")
    ()
    """

    @property
    def name(self) -> str:
        """What the records name as their source."""
        ...

    def reports(self, social_credit_code: str, *, as_of: date) -> Sequence[RiskReport]:
        """What is known at the end of a day of the company with that code."""
        ...


def records_from(
    source: RiskSource,
    *,
    customer: str,
    social_credit_code: str,
    as_of: date,
    number: str,
    known: Iterable[object] = (),
) -> tuple[RiskRecord, ...]:
    """What a source says of a customer and the ledger does not hold yet, as facts to record.

    ``known`` are the facts recorded so far: a report whose source, type and reference one of the
    customer's records bears already makes none, so asking twice changes nothing. The records are
    numbered number/1, number/2 …. Raises ``Invalid`` (``social_credit_code.invalid``), and
    ``Refused`` (``risk.source_broken``) with a finding for each report that is about another
    company or lies after ``as_of``.
    """
    code = checked_code(social_credit_code)
    reports = tuple(source.reports(code, as_of=as_of))
    refuse_if(
        _wrong(reports, code, as_of),
        code="risk.source_broken",
        subject=f"the answer of {source.name} about {code} cannot be used",
    )
    held = {_case(fact.source, fact.type, fact.reference) for fact in _of(known, customer)}
    new = []
    for report in reports:
        case = _case(source.name, report.type, report.reference)
        if case not in held:
            held.add(case)
            new.append(report)
    return tuple(
        RiskRecord(
            number=f"{number}/{place}",
            customer=customer,
            source=source.name,
            **{name: getattr(report, name) for name in RiskReport.model_fields},
        )
        for place, report in enumerate(new, start=1)
    )


def _of(facts: Iterable[object], customer: str) -> Iterator[RiskRecord]:
    key = number_key(customer)
    return (
        fact for fact in facts if isinstance(fact, RiskRecord) and number_key(fact.customer) == key
    )


def _case(source: str, type_: str, reference: str) -> tuple[str, str, str]:
    return number_key(source), type_, number_key(reference)


def _wrong(reports: Iterable[RiskReport], code: str, as_of: date) -> Iterator[Finding]:
    for place, report in enumerate(reports, start=1):
        if report.social_credit_code != code:
            yield Finding(
                code="risk.other_company",
                place=f"reports/{place}",
                message=LocalText(
                    en=f"{report.reference} is about {report.social_credit_code}, asked was {code}",
                    zh=f"{report.reference} 属于 {report.social_credit_code}，查询的是 {code}",
                ),
            )
        if report.on > as_of:
            yield Finding(
                code="risk.from_the_future",
                place=f"reports/{place}",
                message=LocalText(
                    en=f"{report.reference} is dated {report.on}, asked was about {as_of}",
                    zh=f"{report.reference} 的日期为 {report.on}，查询日为 {as_of}",
                ),
            )
