"""Provision and write-off policies as TOML files (准备矩阵与核销权限文件).

A matrix file::

    name = "2026"
    buckets = [0, 30, 60, 90]          # last days of all but the last bucket
    rate_places = 1                    # optional: round each percentage first

    [[segment]]                        # no name: for customers of no segment
    rates = ["0.3%", "1.6%", "3.6%", "6.6%", "10.6%"]

    [[segment]]
    name = "export"
    rates = ["1%", "3%", "7%", "15%", "2000/23000"]
    customers = ["C-7", "C-9"]

    [[overlay]]
    segment = "export"
    factor = "1.2"
    reason = "tariffs from January"

    [[individual]]
    customer = "C-11"
    rate = "100%"
    reason = "insolvent"

    [[cover]]
    customer = "C-7"
    limit = "50000 CNY"
    quota = "90%"
    until = 2026-12-31
    source = "policy 77"

A write-off file has ``[[role]]`` (``role``, ``people``, ``limits`` such as ``["5000 CNY"]`` or
``unlimited = true``), ``[[evidence]]`` (``reason``, ``all_of``, ``any_of``), ``[[rule]]``
(``reason``, ``months_overdue``, ``marked``, ``amount_max``) and ``relief``, the name of a tax
relief. Rates and amounts are exact, also where they are written without quotes.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from cpq.adapters.problems import problems
from cpq.adapters.rows import read_toml
from cpq.kernel.errors import Unreadable
from cpq.kernel.model import Frozen
from cpq.kernel.money import plain
from cpq.kernel.text import Code, Line, number_key
from revenue.provision import (
    ApproverRole,
    CreditCover,
    EvidenceRule,
    IndividualAssessment,
    LossRate,
    Overlay,
    ProvisionMatrix,
    WriteOffAuthority,
    WriteOffRule,
)
from revenue.provision.relief import TaxRelief, tax_relief


class _Segment(Frozen):
    name: Line = ""
    rates: tuple[LossRate, ...]
    customers: tuple[Code, ...] = ()


class _MatrixFile(Frozen):
    name: Code
    buckets: tuple[int, ...] = (0, 30, 60, 90)
    rate_places: int | None = None
    amount_places: int | None = None
    segment: tuple[_Segment, ...] = Field(min_length=1)
    overlay: tuple[Overlay, ...] = ()
    individual: tuple[IndividualAssessment, ...] = ()
    cover: tuple[CreditCover, ...] = ()


class _WriteOffFile(Frozen):
    role: tuple[ApproverRole, ...]
    evidence: tuple[EvidenceRule, ...] = ()
    rule: tuple[WriteOffRule, ...] = ()
    relief: Line = ""


class ProvisionFile(Frozen):
    """A matrix with what belongs to it; ``customers`` pairs a customer with its segment."""

    matrix: ProvisionMatrix
    customers: tuple[tuple[Code, Line], ...] = ()
    individual: tuple[IndividualAssessment, ...] = ()
    covers: tuple[CreditCover, ...] = ()

    @property
    def segments(self) -> Mapping[str, str]:
        """Customers by code, with their segments."""
        return dict(self.customers)


class WriteOffFile(Frozen):
    """Who approves, which receivables are proposed, and the tax relief where one is named."""

    authority: WriteOffAuthority
    rules: tuple[WriteOffRule, ...] = ()
    relief: TaxRelief | None = None


def read_matrix(path: str | Path) -> ProvisionFile:
    """The matrix of a TOML file, with segments, overlays, assessments and covers.

    Raises ``Unreadable``: ``file.missing``, ``file.unreadable``, and ``provision_file.invalid``
    with a finding for each field that is wrong.
    """
    place = Path(path)
    fields = read_toml(place)
    try:
        found = _MatrixFile.model_validate(_as_written(fields))
        matrix = ProvisionMatrix.model_validate(
            {
                "name": found.name,
                "buckets": found.buckets,
                "rate_places": found.rate_places,
                "amount_places": found.amount_places,
                "segments": [{"segment": row.name, "rates": row.rates} for row in found.segment],
                "overlays": found.overlay,
            }
        )
    except ValidationError as error:
        raise _invalid(place, error, fields) from None
    pairs = [(customer, row.name) for row in found.segment for customer in row.customers]
    _refuse_two_segments(place, pairs)
    return ProvisionFile(
        matrix=matrix, customers=tuple(pairs), individual=found.individual, covers=found.cover
    )


def matrix_toml(matrix: ProvisionMatrix, *, segments: Mapping[str, str] | None = None) -> str:
    """A matrix, with its customers, as the file that ``read_matrix`` reads back.

    >>> from revenue.provision import provision_matrix
    >>> print(matrix_toml(provision_matrix("2027", {"": ("2%", "2/23")}, buckets=(0,))))
    name = "2027"
    buckets = [0]
    <BLANKLINE>
    [[segment]]
    rates = ["1/50", "2/23"]
    <BLANKLINE>
    """
    lines = [f"name = {_quoted(matrix.name)}", f"buckets = {list(matrix.buckets)}"]
    policy = {"rate_places": matrix.rate_places, "amount_places": matrix.amount_places}
    lines += [f"{name} = {places}" for name, places in policy.items() if places is not None]
    for row in matrix.segments:
        lines += ["", "[[segment]]"]
        customers = sorted(key for key, own in (segments or {}).items() if own == row.segment)
        if row.segment:
            lines.append(f"name = {_quoted(row.segment)}")
        lines.append(f"rates = [{', '.join(_quoted(str(rate)) for rate in row.rates)}]")
        if customers:
            lines.append(f"customers = [{', '.join(map(_quoted, customers))}]")
    for each in matrix.overlays:
        lines += ["", "[[overlay]]", f"segment = {_quoted(each.segment)}"]
        lines += [f"factor = {_quoted(plain(each.factor))}", f"reason = {_quoted(each.reason)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A string of TOML, which writes them as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def read_write_off_policy(path: str | Path) -> WriteOffFile:
    """The authority, the rules and the tax relief of a TOML file.

    Raises ``Unreadable``: ``file.missing``, ``file.unreadable``, ``provision_file.invalid``;
    ``NotFound`` (``tax_relief.unknown``).
    """
    place = Path(path)
    fields = read_toml(place)
    try:
        found = _WriteOffFile.model_validate(_as_written(fields))
        authority = WriteOffAuthority(roles=found.role, evidence=found.evidence)
    except ValidationError as error:
        raise _invalid(place, error, fields) from None
    relief = tax_relief(found.relief) if found.relief else None
    return WriteOffFile(authority=authority, rules=found.rule, relief=relief)


def _as_written(value: Any) -> Any:
    """What TOML gave, with tuples for its arrays: values hold no lists."""
    if isinstance(value, dict):
        return {key: _as_written(each) for key, each in value.items()}
    return tuple(_as_written(each) for each in value) if isinstance(value, list) else value


def _invalid(place: Path, error: ValidationError, fields: object) -> Unreadable:
    findings = tuple(problems(error, otherwise="provision_file.field", fields=fields))
    listed = "; ".join(str(finding) for finding in findings[:3])
    return Unreadable("provision_file.invalid", f"{place}: {listed}", findings=findings)


def _refuse_two_segments(place: Path, pairs: list[tuple[str, str]]) -> None:
    known: dict[str, str] = {}
    for customer, segment in pairs:
        first = known.setdefault(number_key(customer), segment)
        if first != segment:
            raise Unreadable(
                "provision_file.two_segments",
                f"{place}: customer {customer} is in segment {first!r} and in {segment!r}; keep it "
                "in one",
                message_zh=f"{place}：客户 {customer} 同时属于分组 {first!r} 和 {segment!r}；"
                "请只保留一个",
                customer=customer,
            )
