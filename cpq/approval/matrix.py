"""Who must say yes (审批矩阵): rules over the facts of a quote, and the levels each of them asks.

A rule holds or does not; where it holds, or cannot be told not to, it needs the yes of each of its
levels: one after the other, or all at once. A floor or another finding that asks for an approval
needs one whether or not a rule thought of it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field, model_validator

from cpq.approval.condition import Condition, Measured, weighed
from cpq.approval.facts import ApprovalFacts
from cpq.kernel.errors import Finding
from cpq.kernel.model import Frozen
from cpq.kernel.money import Rounding, rounded_fraction
from cpq.kernel.text import Code, LocalText
from cpq.margin import FloorFinding

Chain = Literal["sequential", "parallel"]
Asking = Literal["rule", "floor", "finding"]
"""What asks for an approval: a rule of the matrix, a floor, or another finding of the pricing."""

_PERCENT_PLACES = 6


class ApprovalLevel(Frozen):
    """A level of approval: somebody in one of ``roles`` says yes or no.

    Once ``deadline_hours`` have passed since the level was asked, ``escalates_to`` may decide as
    well. Where ``delegable``, a delegate may decide on behalf of somebody.

    >>> ApprovalLevel(code="director", roles=("sales-director",), deadline_hours=48).delegable
    True
    """

    code: Code
    name: LocalText = LocalText()
    roles: tuple[Code, ...] = Field(min_length=1)
    deadline_hours: int | None = Field(default=None, gt=0, le=87_600)
    escalates_to: Code | None = None
    delegable: bool = True

    @model_validator(mode="after")
    def _escalates_after_a_deadline(self) -> "ApprovalLevel":
        if self.escalates_to is not None and self.deadline_hours is None:
            raise ValueError(f"level {self.code!r} escalates, but has no deadline to do so after")
        return self


class ApprovalRule(Frozen):
    """Where ``condition`` holds, every level must agree: in order, or all asked at once.

    >>> from cpq.approval.condition import when
    >>> rule = ApprovalRule(code="DEEP", condition=when("discount_percent", ">", 20),
    ...                     levels=({"code": "director", "roles": ("sales-director",)},))
    >>> rule.chain
    'sequential'
    """

    code: Code
    name: LocalText = LocalText()
    condition: Condition
    levels: tuple[ApprovalLevel, ...] = Field(min_length=1)
    chain: Chain = "sequential"

    @model_validator(mode="after")
    def _levels_are_unique(self) -> "ApprovalRule":
        codes = [level.code for level in self.levels]
        if len(set(codes)) < len(codes):
            raise ValueError(f"rule {self.code!r} asks a level twice: {', '.join(codes)}")
        return self


class ApprovalMatrix(Frozen):
    """The rules of a seller, the ``levels`` that floors may name, and who decides ``otherwise``.

    A level that a floor names and nobody defined is one role of that name.

    >>> ApprovalMatrix().level("director").roles, ApprovalMatrix().level(None).code
    (('director',), 'approver')
    """

    rules: tuple[ApprovalRule, ...] = ()
    levels: tuple[ApprovalLevel, ...] = ()
    otherwise: ApprovalLevel = ApprovalLevel(
        code="approver", name=LocalText(en="Approver", zh="审批人"), roles=("approver",)
    )

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "ApprovalMatrix":
        for what, rows in (("rule", self.rules), ("level", self.levels)):
            codes = [row.code for row in rows]
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                raise ValueError(f"the matrix has {what} {', '.join(twice)} twice")
        return self

    def level(self, code: str | None) -> ApprovalLevel:
        """The level of that name, a role of that name, or for none who decides otherwise."""
        if code is None:
            return self.otherwise
        known = next((level for level in self.levels if level.code == code), None)
        return known or ApprovalLevel(code=code, roles=(code,))


class ApprovalNeed(Frozen):
    """One yes that is needed: of a level, because of what a rule, floor or finding measured.

    ``facts`` is the hash of the facts that were measured; ``rank`` the place in the chain.
    """

    asking: Asking = "rule"
    rule: Code
    name: LocalText = LocalText()
    level: ApprovalLevel
    chain: Chain = "parallel"
    rank: int = 0
    measured: tuple[Measured, ...] = ()
    facts: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same need in another version: rule and level."""
        return self.asking, self.rule, self.level.code

    @property
    def path(self) -> str:
        """Where a finding about it lies: its rule and its level."""
        return f"approvals/{self.rule}/{self.level.code}"

    @property
    def message(self) -> LocalText:
        """Who must agree, and why."""
        found = [row.message for row in self.measured]
        roles = ", ".join(self.level.roles)
        en, zh = "; ".join(row.en for row in found), "；".join(row.zh for row in found)
        return LocalText(
            en=f"{self.rule} needs {self.level.code} ({roles}): {en}",
            zh=f"{self.rule} 需 {self.level.code}（{roles}）审批：{zh}",
        )

    def no_worse(self, approved: "ApprovalNeed") -> bool:
        """Whether what was approved covers this: the same rule and level, the same facts or each
        measured value no worse. What was not measured then is worse now.
        """
        if self.key != approved.key:
            return False
        if self.facts == approved.facts:
            return True
        before = {(row.measure, row.op): row for row in approved.measured}
        rows = [(row, before.get((row.measure, row.op))) for row in self.measured]
        return all(old is not None and row.no_worse(old) for row, old in rows)


def required(facts: ApprovalFacts, matrix: ApprovalMatrix) -> tuple[ApprovalNeed, ...]:
    """Every yes that the facts need: of the rules in their order, then of floors and findings.

    A finding of a floor that names no level is left to the rules that measure floors, where one of
    them holds, else to the level ``otherwise``.

    >>> from cpq.approval.condition import when
    >>> facts = ApprovalFacts(quote="Q-1", pricing="", currency="CNY", net="75.00 CNY",
    ...                       gross="84.75 CNY", discount_percent=25, customer="C-1")
    >>> rule = ApprovalRule(code="DEEP", condition=when("discount_percent", ">", 20),
    ...                     levels=({"code": "director", "roles": ("sales-director",)},))
    >>> print(*(need.message for need in required(facts, ApprovalMatrix(rules=(rule,)))))
    DEEP needs director (sales-director): discount 25 % > 20 %
    """
    bound = facts.content_hash()
    needs: list[ApprovalNeed] = []
    floors_measured = False
    for rule in matrix.rules:
        outcome = weighed(rule.condition, facts.value)
        if outcome.holds is False:
            continue
        measured = outcome.measured
        if any(row.measure == "floor_violations" for row in measured):
            floors_measured = True
            # the count alone would let one price fall ever deeper below its floor
            measured = (*measured, _depth(facts.floors))
        needs += (
            ApprovalNeed(
                rule=rule.code,
                name=rule.name,
                level=level,
                chain=rule.chain,
                rank=rank,
                measured=measured,
                facts=bound,
            )
            for rank, level in enumerate(rule.levels)
        )
    needs += _of_floors(facts, matrix, bound, left_to_rules=floors_measured)
    needs += _of_findings(facts, matrix, bound)
    return tuple(needs)


def _of_floors(
    facts: ApprovalFacts, matrix: ApprovalMatrix, bound: str, *, left_to_rules: bool
) -> Iterator[ApprovalNeed]:
    groups: dict[tuple[str, str | None], list[FloorFinding]] = {}
    for found in facts.floors:
        if found.severity == "approval" and not (left_to_rules and found.approval is None):
            groups.setdefault((found.floor, found.approval), []).append(found)
    for (floor, approval), every in groups.items():
        yield ApprovalNeed(
            asking="floor",
            rule=floor,
            level=matrix.level(approval),
            measured=_of_floor(every),
            facts=bound,
        )


def _of_floor(every: Sequence[FloorFinding]) -> tuple[Measured, ...]:
    """How many places lie below a floor, and how near the lowest of them comes to it."""
    count = Measured(measure="finding_count", op=">", threshold=0, value=len(every))
    return _depth(every), count


def _depth(every: Sequence[FloorFinding]) -> Measured:
    """The lowest part of a floor that is reached; undefined where one could not be reckoned."""
    parts = [
        rounded_fraction(
            Fraction(found.actual) / Fraction(found.needed) * 100, _PERCENT_PLACES, Rounding.FLOOR
        )
        for found in every
        if found.needed
    ]
    lowest = min(parts, default=None) if len(parts) == len(every) else None
    return Measured(measure="floor_percent", op="<", threshold=100, value=lowest)


def _of_findings(
    facts: ApprovalFacts, matrix: ApprovalMatrix, bound: str
) -> Iterator[ApprovalNeed]:
    groups: dict[str, list[Finding]] = {}
    for found in facts.findings:
        if found.severity == "approval":
            groups.setdefault(found.code, []).append(found)
    for code, every in groups.items():
        row = Measured(measure="finding_count", op=">", threshold=0, value=len(every))
        yield ApprovalNeed(
            asking="finding", rule=code, level=matrix.otherwise, measured=(row,), facts=bound
        )
