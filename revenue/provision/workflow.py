"""A write-off from proposal to recovery (坏账核销流程：申请、审批、入账、收回).

    proposed → approved → posted → part recovered → recovered
             ↘ rejected          ↘ reversed

Each step is a fact, and the state is a fold over facts: nobody sets it. Who approves is another
person than the one who proposed, in a role whose limit covers the amount. What was rejected or
reversed is proposed anew, under another number.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from cpq.kernel.errors import Conflict, NotFound, Refused, refuse_if
from cpq.kernel.model import Frozen
from cpq.kernel.money import Money
from cpq.kernel.text import number_key
from revenue.application import Reversal
from revenue.ledger import ReceivablesLedger
from revenue.provision.authority import WriteOffAuthority, check_proposal
from revenue.provision.relief import TaxRelief, relief_on
from revenue.writeoff import WriteOff, WriteOffDecision, WriteOffProposal

ProposalState = Literal[
    "proposed", "approved", "rejected", "posted", "part_recovered", "recovered", "reversed"
]
PENDING: tuple[ProposalState, ...] = ("proposed", "approved")
"""States in which a proposal waits for somebody."""


class ProposedWriteOff(Frozen):
    """A proposal and what became of it; ``recovered`` is what came in after all."""

    proposal: WriteOffProposal
    state: ProposalState
    decision: WriteOffDecision | None = None
    write_off: WriteOff | None = None
    recovered: Money


def proposed_write_offs(
    ledger: ReceivablesLedger, *, as_of: date | None = None
) -> tuple[ProposedWriteOff, ...]:
    """Every proposal with its state at the end of a day (``None``: now), as recorded."""
    return tuple(_states(ledger, as_of))


def proposed_write_off(
    ledger: ReceivablesLedger, number: str, *, as_of: date | None = None
) -> ProposedWriteOff:
    """One proposal with its state. Raises ``NotFound`` (``write_off_proposal.unknown``)."""
    key = number_key(number)
    for each in _states(ledger, as_of):
        if number_key(each.proposal.number) == key:
            return each
    raise NotFound(
        "write_off_proposal.unknown",
        f"the ledger holds no write-off proposal {number!r}; record it first or correct the number",
        message_zh=f"台账中没有核销申请 {number!r}；请先登记，或更正编号",
        number=number,
    )


def propose_write_off(
    ledger: ReceivablesLedger,
    receivable: str,
    *,
    number: str,
    on: date,
    reason: str,
    by: str,
    authority: WriteOffAuthority,
    evidence: tuple[str, ...] = (),
    amount: Money | None = None,
) -> WriteOffProposal:
    """A proposal to give up ``amount`` of a receivable, by default all that is open.

    Raises ``NotFound`` (``receivable.unknown``) and ``Refused``: ``write_off_proposal.pending``
    where another one waits, ``write_off_proposal.nothing_open``,
    ``write_off_proposal.exceeds_open`` and ``write_off_proposal.incomplete`` with every finding
    of ``check_proposal``.
    """
    for other in _states(ledger, None):
        if number_key(other.proposal.receivable) == number_key(receivable):
            _refuse_pending(other)
    left = min(ledger.open_amount(receivable, as_of=on), ledger.open_amount(receivable))
    _refuse_beyond(number, receivable, amount, left, on)
    proposal = WriteOffProposal(
        number=number,
        receivable=receivable,
        amount=left if amount is None else amount,
        on=on,
        reason=reason,
        evidence=evidence,
        by=by,
    )
    refuse_if(
        check_proposal(proposal, authority), code="write_off_proposal.incomplete", subject=number
    )
    return proposal


def decide_write_off(
    ledger: ReceivablesLedger,
    proposal: str,
    *,
    approved: bool,
    number: str,
    on: date,
    by: str,
    authority: WriteOffAuthority,
    note: str = "",
) -> WriteOffDecision:
    """Approve or reject a proposal; whoever has a role may reject, whatever the amount.

    Raises ``NotFound`` (``write_off_proposal.unknown``), ``Conflict``
    (``write_off_decision.decided``) and ``Refused``: ``write_off_decision.too_early``,
    ``write_off_decision.own_proposal``, ``write_off_decision.no_role``,
    ``write_off_decision.above_limit``.
    """
    found = proposed_write_off(ledger, proposal)
    asked = found.proposal
    _refuse_decided(found, on)
    roles = authority.roles_of(by)
    if number_key(by) == number_key(asked.by):
        raise Refused(
            "write_off_decision.own_proposal",
            f"{by} proposed write-off {asked.number} and cannot decide on it; another person does",
            message_zh=f"{by} 是核销申请 {asked.number} 的申请人，不能自行审批；须由他人审批",
            proposal=asked.number,
        )
    if not roles:
        known = ", ".join(role.role for role in authority.roles)
        raise Refused(
            "write_off_decision.no_role",
            f"{by} has no role that decides on write-offs; these do: {known}",
            message_zh=f"{by} 没有核销审批权限；有权限的角色：{known}",
            proposal=asked.number,
            by=by,
        )
    if approved and not any(role.may(asked.amount) for role in roles):
        may = ", ".join(role.role for role in authority.roles_for(asked.amount)) or "nobody"
        raise Refused(
            "write_off_decision.above_limit",
            f"write-off {asked.number} gives up {asked.amount}, above the limit of {by} as "
            f"{', '.join(role.role for role in roles)}; who may: {may}",
            message_zh=f"核销申请 {asked.number} 的金额 {asked.amount} 超过 {by} 的审批限额；"
            f"有权审批：{may}",
            proposal=asked.number,
            asked=asked.amount,
        )
    return WriteOffDecision(
        number=number, proposal=asked.number, approved=approved, on=on, by=by, note=note
    )


def post_write_off(
    ledger: ReceivablesLedger,
    proposal: str,
    *,
    number: str,
    on: date,
    relief: TaxRelief | None = None,
) -> WriteOff:
    """The write-off of an approved proposal, with the tax that ``relief`` gives back on that day.

    Raises ``NotFound`` (``write_off_proposal.unknown``) and ``Refused``:
    ``write_off_proposal.not_approved``, ``write_off_proposal.already_posted``,
    ``write_off_proposal.too_early``, ``tax_relief.tax_unknown``. What is no longer open,
    ``record`` refuses.
    """
    found = proposed_write_off(ledger, proposal)
    asked, decision = found.proposal, found.decision
    if found.write_off is not None:
        raise Refused(
            "write_off_proposal.already_posted",
            f"proposal {asked.number} is posted already, as {found.write_off.number} "
            f"({found.state}); propose anew",
            message_zh=f"核销申请 {asked.number} 已入账，编号 {found.write_off.number}；请重新申请",
            proposal=asked.number,
        )
    if decision is None or not decision.approved:
        raise Refused(
            "write_off_proposal.not_approved",
            f"proposal {asked.number} is {found.state}; only an approved one is posted",
            message_zh=f"核销申请 {asked.number} 未经批准，不能入账",
            proposal=asked.number,
            state=found.state,
        )
    if on < decision.on:
        raise Refused(
            "write_off_proposal.too_early",
            f"proposal {asked.number} was approved on {decision.on}; write-off {number} is dated "
            f"{on}: date it that day or later",
            message_zh=f"核销申请 {asked.number} 于 {decision.on} 批准；核销 {number} 的日期 {on} "
            "不得更早",
            proposal=asked.number,
            earliest=decision.on,
        )
    return WriteOff(
        number=number,
        receivable=asked.receivable,
        amount=asked.amount,
        on=on,
        reason=asked.reason,
        approved_by=decision.by,
        proposal=asked.number,
        tax_relief=relief_on(ledger, asked.receivable, asked.amount, on=on, policy=relief),
    )


def _states(ledger: ReceivablesLedger, as_of: date | None) -> Iterator[ProposedWriteOff]:
    proposals: list[WriteOffProposal] = []
    decisions: dict[str, WriteOffDecision] = {}
    posted: dict[str, WriteOff] = {}
    undone: set[str] = set()
    for fact in ledger.facts_until(as_of):
        match fact:
            case WriteOffProposal():
                proposals.append(fact)
            case WriteOffDecision():
                decisions.setdefault(number_key(fact.proposal), fact)
            case WriteOff():
                if fact.proposal:
                    posted[number_key(fact.proposal)] = fact
            case Reversal():
                undone.add(number_key(fact.reverses))
            case _:
                continue
    for proposal in proposals:
        key = number_key(proposal.number)
        write_off = posted.get(key)
        reversed_ = write_off is not None and number_key(write_off.number) in undone
        back = Money.zero(proposal.amount.code)
        if write_off is not None and not reversed_:
            back = write_off.amount - ledger.recoverable_amount(write_off.number, as_of=as_of)
        decision = decisions.get(key)
        yield ProposedWriteOff(
            proposal=proposal,
            state="reversed" if reversed_ else _state(decision, write_off, back),
            decision=decision,
            write_off=write_off,
            recovered=back,
        )


def _state(
    decision: WriteOffDecision | None, write_off: WriteOff | None, back: Money
) -> ProposalState:
    if write_off is not None:
        if back == write_off.amount:
            return "recovered"
        return "part_recovered" if back.amount else "posted"
    if decision is None:
        return "proposed"
    return "approved" if decision.approved else "rejected"


def _refuse_beyond(
    number: str, receivable: str, amount: Money | None, left: Money, on: date
) -> None:
    """Refuse to give up what is not open."""
    if not left.amount:
        raise Refused(
            "write_off_proposal.nothing_open",
            f"proposal {number}: nothing of receivable {receivable} is open on {on}",
            message_zh=f"核销申请 {number}：应收 {receivable} 在 {on} 已无未清金额",
            number=number,
        )
    if amount is not None and amount.code == left.code and amount > left:
        raise Refused(
            "write_off_proposal.exceeds_open",
            f"proposal {number} gives up {amount} of receivable {receivable}, but {left} is open "
            f"on {on}; propose at most that",
            message_zh=f"核销申请 {number} 的金额 {amount} 超过应收 {receivable} "
            f"在 {on} 的未清金额 {left}；请不要超过该金额",
            number=number,
            available=left,
        )


def _refuse_pending(other: ProposedWriteOff) -> None:
    if other.state in PENDING:
        proposal = other.proposal
        raise Refused(
            "write_off_proposal.pending",
            f"receivable {proposal.receivable} has proposal {proposal.number} of "
            f"{proposal.amount}, which is {other.state}; decide and post that one first",
            message_zh=f"应收 {proposal.receivable} 已有核销申请 {proposal.number}"
            f"（{proposal.amount}）尚未完结；请先处理",
            proposal=proposal.number,
        )


def _refuse_decided(found: ProposedWriteOff, on: date) -> None:
    asked = found.proposal
    if found.decision is not None:
        raise Conflict(
            "write_off_decision.decided",
            f"proposal {asked.number} is {found.state}: {found.decision.by} decided on "
            f"{found.decision.on}",
            message_zh=f"核销申请 {asked.number} 已由 {found.decision.by} "
            f"于 {found.decision.on} 审批",
            proposal=asked.number,
        )
    if on < asked.on:
        raise Refused(
            "write_off_decision.too_early",
            f"proposal {asked.number} is of {asked.on}, the decision of {on}; date it that day or "
            "later",
            message_zh=f"核销申请 {asked.number} 的日期为 {asked.on}；审批日期 {on} 不得更早",
            proposal=asked.number,
            earliest=asked.on,
        )
