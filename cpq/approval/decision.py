"""What was decided, and who is asked now (审批决定): a fold over appended decisions.

A decision is a fact: who said yes or no to which need, when, in which role, and for whom. Nothing
runs in the background: who is asked, what is overdue and to whom it has escalated is reckoned for
the instant that is asked about. A decision keeps the need it answered, so that a later version of
the quote knows what was approved and asks again only for what got worse.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, model_validator

from cpq.approval.matrix import ApprovalNeed
from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.model import Frozen
from cpq.kernel.period import Period, zone
from cpq.kernel.text import Code, Line, LocalText, Text

Verdict = Literal["approve", "reject"]
ApprovalState = Literal["approved", "rejected", "pending"]


class Delegation(Frozen):
    """``principal`` lets ``delegate`` decide for as long as ``period`` holds (委托审批).

    Days are inclusive, in ``zone``.

    >>> Delegation(principal="wang", delegate="li", period={"end": "2026-12-31"}).delegate
    'li'
    """

    principal: Code
    delegate: Code
    period: Period
    zone: Line = "UTC"

    @model_validator(mode="after")
    def _is_between_two(self) -> "Delegation":
        zone(self.zone)
        if self.principal == self.delegate:
            raise ValueError(f"{self.principal!r} cannot be their own delegate")
        return self

    def covers(self, person: str, *, at: datetime) -> bool:
        """Whether ``person`` may decide on behalf of the principal at an instant."""
        return person == self.delegate and self.period.contains(at, zone(self.zone))


class Decision(Frozen):
    """``by`` said yes or no to a need, in a ``role``, at an instant, maybe on behalf of somebody.

    Who holds which role is for the host to know. Raises ``Invalid`` (``approval.not_delegated``)
    where the delegation is another's or does not hold at the instant.

    >>> from cpq.approval.matrix import ApprovalLevel
    >>> level = ApprovalLevel(code="director", roles=("sales-director",))
    >>> need = ApprovalNeed(rule="DEEP", level=level, facts="")
    >>> Decision(need=need, by="wang", role="sales-director", at="2026-11-21T09:00:00Z").verdict
    'approve'
    """

    need: ApprovalNeed
    verdict: Verdict = "approve"
    by: Code
    role: Code
    at: AwareDatetime
    comment: Text = ""
    on_behalf_of: Delegation | None = None

    @model_validator(mode="after")
    def _is_delegated(self) -> "Decision":
        given = self.on_behalf_of
        if given is not None and not given.covers(self.by, at=self.at):
            raise Invalid(
                "approval.not_delegated",
                f"{self.by!r} decided at {self.at} on behalf of {given.principal!r}, who delegated "
                f"to {given.delegate!r} for {given.period}; let the delegate decide in that time",
            )
        return self


class Ask(Frozen):
    """Who is asked now: the need, since when, until when, and the roles that may decide.

    ``overdue`` after the deadline, which itself is in time; ``escalated_to`` is the role that may
    decide since then.
    """

    need: ApprovalNeed
    since: AwareDatetime
    deadline: AwareDatetime | None = None
    overdue: bool = False
    roles: tuple[Code, ...]
    escalated_to: Code | None = None


class ApprovalStatus(Frozen):
    """Where the approvals of a quote stand at an instant.

    One no rejects the whole, and nobody is asked any more. ``waiting`` are levels whose turn has
    not come.
    """

    state: ApprovalState
    asked: tuple[Ask, ...] = ()
    waiting: tuple[ApprovalNeed, ...] = ()
    approved: tuple[ApprovalNeed, ...] = ()
    rejected: tuple[ApprovalNeed, ...] = ()

    @property
    def overdue(self) -> tuple[Ask, ...]:
        """What should have been decided by now."""
        return tuple(ask for ask in self.asked if ask.overdue)

    @property
    def open(self) -> tuple[ApprovalNeed, ...]:
        """Every need without a yes."""
        return (*self.rejected, *(ask.need for ask in self.asked), *self.waiting)

    @property
    def message(self) -> LocalText:
        """The state in words."""
        en, zh = {
            "approved": ("approved", "已批准"),
            "rejected": ("rejected", "已驳回"),
            "pending": ("waiting for approval", "审批中"),
        }[self.state]
        return LocalText(en=en, zh=zh)


def status(
    needs: Sequence[ApprovalNeed],
    decisions: Sequence[Decision],
    *,
    since: datetime,
    at: datetime | None = None,
) -> ApprovalStatus:
    """Where the approvals stand at an instant (``None``: with every decision, nothing overdue).

    ``since`` is when the approvals were asked for; a level in a sequential chain is asked when the
    one before has agreed. A decision answers a need of the same facts; a yes also answers a later
    need of the same rule and level that is no worse than what was approved.

    >>> status((), (), since=datetime.fromisoformat("2026-11-21T09:00:00+08:00")).state
    'approved'
    """
    known = [decision for decision in decisions if at is None or decision.at <= at]
    chains: dict[tuple[str, str], list[ApprovalNeed]] = {}
    for need in needs:
        chains.setdefault((need.asking, need.rule), []).append(need)
    found = _Sorted()
    for chain in chains.values():
        _follow(sorted(chain, key=lambda need: need.rank), known, since=since, at=at, found=found)
    if found.rejected:
        found.waiting = [*(ask.need for ask in found.asked), *found.waiting]
        found.asked = []
    open_ones = found.asked or found.waiting
    state: ApprovalState = "pending" if open_ones else "approved"
    return ApprovalStatus(
        state="rejected" if found.rejected else state,
        asked=tuple(found.asked),
        waiting=tuple(found.waiting),
        approved=tuple(found.approved),
        rejected=tuple(found.rejected),
    )


class _Sorted:
    """The needs, sorted by how they stand."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.waiting: list[ApprovalNeed] = []
        self.approved: list[ApprovalNeed] = []
        self.rejected: list[ApprovalNeed] = []


def _follow(
    chain: Sequence[ApprovalNeed],
    decisions: Sequence[Decision],
    *,
    since: datetime,
    at: datetime | None,
    found: _Sorted,
) -> None:
    """Sort the needs of one rule; ``since`` moves on as sequential levels agree."""
    held = False
    for need in chain:
        if held:
            found.waiting.append(need)
            continue
        decision = _answer(need, decisions)
        sequential = need.chain == "sequential"
        if decision is None:
            found.asked.append(_ask(need, since, at))
            held = sequential
        elif decision.verdict == "approve":
            found.approved.append(need)
            since = max(since, decision.at) if sequential else since
        else:
            found.rejected.append(need)
            held = sequential


def _answer(need: ApprovalNeed, decisions: Iterable[Decision]) -> Decision | None:
    """The decision that answers a need: the first on these facts, else an earlier yes to worse."""
    level = need.level
    roles = {*level.roles, level.escalates_to}
    about = [
        decision
        for decision in decisions
        if decision.need.key == need.key and decision.role in roles
    ]
    for decision in about:
        if decision.need.facts == need.facts:
            return decision
    for decision in about:
        if decision.verdict == "approve" and need.no_worse(decision.need):
            return decision
    return None


def _ask(need: ApprovalNeed, since: datetime, at: datetime | None) -> Ask:
    level = need.level
    if level.deadline_hours is None:
        return Ask(need=need, since=since, roles=level.roles)
    deadline = since + timedelta(hours=level.deadline_hours)
    overdue = at is not None and at > deadline
    escalated = level.escalates_to if overdue else None
    return Ask(
        need=need,
        since=since,
        deadline=deadline,
        overdue=overdue,
        roles=level.roles if escalated is None else (*level.roles, escalated),
        escalated_to=escalated,
    )


def inherited(
    needs: Iterable[ApprovalNeed], approved: Iterable[ApprovalNeed]
) -> tuple[ApprovalNeed, ...]:
    """The needs of a new version that need nobody again: approved for the same rule and level, and
    no worse now than what was approved.
    """
    before = tuple(approved)
    return tuple(need for need in needs if any(need.no_worse(old) for old in before))


def decided(
    decisions: Sequence[Decision],
    decision: Decision,
    *,
    needs: Sequence[ApprovalNeed],
    since: datetime,
) -> tuple[Decision, ...]:
    """The decisions with one more, if it is somebody's turn to make it.

    Raises ``Refused``: ``approval.not_needed`` for a rule or level that nobody asks,
    ``approval.stale`` for facts that have changed, ``approval.too_early`` before the decisions that
    stand, ``approval.already_decided``, ``approval.not_asked`` while a level before has not agreed,
    ``approval.wrong_role``, ``approval.not_delegable``.
    """
    need = _needed(decision, needs)
    last = max((made.at for made in decisions), default=None)
    if last is not None and decision.at < last:
        raise _failure(
            "approval.too_early",
            decision,
            f"was made at {decision.at}, before a decision of {last} that stands; decisions are "
            "recorded in the order they are made",
        )
    now = status(needs, decisions, since=since, at=decision.at)
    if now.state == "rejected" or need in now.approved:
        why = "the quote was rejected" if now.state == "rejected" else "this level has agreed"
        raise _failure(
            "approval.already_decided",
            decision,
            f"is not asked for any more: {why}; a new version of the quote is asked anew",
        )
    ask = next((ask for ask in now.asked if ask.need == need), None)
    if ask is None:
        raise _failure(
            "approval.not_asked", decision, "comes before its turn: a level before has not agreed"
        )
    if decision.role not in ask.roles:
        raise _failure(
            "approval.wrong_role",
            decision,
            f"is for {' or '.join(ask.roles)} to decide at {decision.at}, not for {decision.role}",
        )
    if decision.on_behalf_of is not None and not need.level.delegable:
        raise _failure(
            "approval.not_delegable",
            decision,
            f"cannot be delegated; {decision.on_behalf_of.principal} decides in person",
        )
    return (*decisions, decision)


def _needed(decision: Decision, needs: Sequence[ApprovalNeed]) -> ApprovalNeed:
    alike = [need for need in needs if need.key == decision.need.key]
    # Alternatives of one quote need the same yes several times, each on facts of its own.
    need = decision.need if decision.need in alike else next(iter(alike), None)
    if need is None:
        asked = ", ".join(f"{need.rule}/{need.level.code}" for need in needs) or "nothing"
        raise _failure("approval.not_needed", decision, f"is not asked for; asked for is {asked}")
    if need != decision.need:
        raise _failure(
            "approval.stale",
            decision,
            "is about facts that have changed since; look at the quote again and decide on the "
            "need as it is now",
        )
    return need


def _failure(code: str, decision: Decision, message: str) -> Refused:
    need = decision.need
    return Refused(
        code,
        f"the decision of {decision.by} on {need.rule}/{need.level.code} {message}",
        rule=need.rule,
        level=need.level.code,
        by=decision.by,
    )
