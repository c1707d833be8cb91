"""Who may give up how much, and on what evidence (核销权限、核销证据).

A role has people and one limit per currency; what has no limit says so, because a limit that was
forgotten must not mean that everything is allowed. Evidence is a line ``kind: reference`` (``court
order: (2026) 沪01破12``); a rule says which kinds a reason wants.
"""

from typing import Self

from pydantic import Field, model_validator

from cpq.kernel.errors import Finding, Invalid
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import Code, Line, LocalText, number_key
from revenue.amount import Positive
from revenue.writeoff import WriteOffProposal


class ApproverRole(Frozen):
    """A role that decides on write-offs up to ``limits``, both inclusive; ``unlimited`` on all.

    >>> role = ApproverRole(role="head of sales", people=("Li",), limits=(Money("5000", "CNY"),))
    >>> role.may(Money("5000", "CNY")), role.may(Money("5000.01", "CNY"))
    (True, False)
    """

    role: Code
    people: tuple[Line, ...]
    limits: tuple[Positive, ...] = ()
    unlimited: bool = False

    def may(self, amount: Money) -> bool:
        """Whether an amount lies within the limit of its currency; without one it does not."""
        return self.unlimited or any(
            limit.code == amount.code and amount <= limit for limit in self.limits
        )


class EvidenceRule(Frozen):
    """Which kinds of evidence a reason wants: every one of ``all_of``, and one of ``any_of``.

    Reason ``""`` is any that has no rule of its own.
    """

    reason: Line = ""
    all_of: tuple[Line, ...] = ()
    any_of: tuple[Line, ...] = ()


class WriteOffAuthority(Frozen):
    """The policy of approvals: roles from the smallest on, and evidence by reason.

    Raises ``Invalid`` in pydantic's error (``write_off_authority.role_twice``).

    >>> authority = WriteOffAuthority(
    ...     roles=(ApproverRole(role="CFO", people=("Wang",), unlimited=True),),
    ...     evidence=(EvidenceRule(reason="insolvent", any_of=("court order", "notice")),))
    >>> authority.wanted("insolvent", ("letter: 3 May",))
    ('court order / notice',)
    """

    roles: tuple[ApproverRole, ...] = Field(min_length=1)
    evidence: tuple[EvidenceRule, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [number_key(each.role) for each in self.roles]
        names += [f"reason {number_key(each.reason)}" for each in self.evidence]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise Invalid(
                "write_off_authority.role_twice",
                f"{twice!r} is given twice in the authority of write-offs; keep one",
                message_zh=f"核销权限中 {twice!r} 重复；请只保留一项",
            )
        return self

    def roles_of(self, person: str) -> tuple[ApproverRole, ...]:
        """The roles that a person has, in the order of the policy."""
        key = number_key(person)
        return tuple(
            role for role in self.roles if any(number_key(name) == key for name in role.people)
        )

    def roles_for(self, amount: Money) -> tuple[ApproverRole, ...]:
        """The roles that may give up an amount."""
        return tuple(role for role in self.roles if role.may(amount))

    def wanted(self, reason: str, evidence: tuple[str, ...]) -> tuple[str, ...]:
        """The kinds of evidence that a reason wants and that are missing."""
        rules = {number_key(each.reason): each for each in self.evidence}
        rule = rules.get(number_key(reason), rules.get(""))
        if rule is None:
            return ()
        shown = {number_key(line.replace("：", ":").partition(":")[0]) for line in evidence}
        missing = [kind for kind in rule.all_of if number_key(kind) not in shown]
        if rule.any_of and not any(number_key(kind) in shown for kind in rule.any_of):
            missing.append(" / ".join(rule.any_of))
        return tuple(missing)


def check_proposal(proposal: WriteOffProposal, authority: WriteOffAuthority) -> tuple[Finding, ...]:
    """What keeps a proposal from being approved: evidence that is missing, nobody who may.

    Findings ``write_off_proposal.evidence_missing`` and ``write_off_proposal.no_approver``.
    """
    missing = authority.wanted(proposal.reason, proposal.evidence)
    findings = [
        Finding(
            code="write_off_proposal.evidence_missing",
            place=f"{proposal.number}/{kind}",
            message=LocalText(
                en=f"reason {proposal.reason!r} wants the evidence {kind}; add a line "
                f"'{kind.partition(' / ')[0]}: …'",
                zh=f"核销原因 {proposal.reason!r} 需要证据：{kind}；请补充",
            ),
        )
        for kind in missing
    ]
    others = [
        person
        for role in authority.roles_for(proposal.amount)
        for person in role.people
        if number_key(person) != number_key(proposal.by)
    ]
    if not others:
        findings.append(
            Finding(
                code="write_off_proposal.no_approver",
                place=proposal.number,
                message=LocalText(
                    en=f"nobody but {proposal.by} may approve {proposal.amount}; give a role a "
                    "higher limit or another person",
                    zh=f"除申请人 {proposal.by} 外无人有权批准 {proposal.amount}；"
                    "请提高某角色的限额或增加审批人",
                ),
            )
        )
    return tuple(findings)
