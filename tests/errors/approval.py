"""Approvals that are missing, and decisions that nobody may make."""

from datetime import datetime

from cpq.approval import (
    ApprovalLevel,
    ApprovalMatrix,
    ApprovalNeed,
    ApprovalRule,
    Decision,
    Delegation,
    when,
)
from cpq.kernel.period import Period
from cpq.margin import Floor
from cpq.quote import Quote, approval_needs, approve, send
from tests.errors.margin import sold_at_44
from tests.errors.registry import reproduces
from tests.errors.shop import cny, quote, untouched

MORNING = datetime.fromisoformat("2026-11-21T09:00:00+08:00")
MATRIX = ApprovalMatrix(
    rules=(
        ApprovalRule(
            code="LARGE",
            condition=when("gross", ">", "1000 CNY"),
            levels=(
                ApprovalLevel(code="manager", roles=("sales-manager",)),
                ApprovalLevel(code="director", roles=("director",), delegable=False),
            ),
        ),
    )
)


def need(level: int = 0) -> ApprovalNeed:
    """The need of the manager (0) or of the director (1) of the example quote."""
    return approval_needs(quote(), MATRIX)[level]


def decision(level: int = 0, **fields: object) -> Decision:
    """A yes to one of the two needs, by somebody in the role that is asked."""
    asked = need(level)
    given = {"need": asked, "by": "wang", "role": asked.level.roles[0], "at": MORNING, **fields}
    return Decision.model_validate(given)


def approved(*decisions: Decision) -> Quote:
    """The example quote with these decisions, one after the other."""
    draft = quote()
    for made in decisions:
        with untouched(draft):
            draft = approve(draft, made, matrix=MATRIX)
    return draft


@reproduces(
    "quote.needs_approval",
    en="The quote needs a yes that it does not have; one finding for each.",
    zh="报价单需要审批，尚未全部通过。",
    do="Let somebody in the role decide with `approve()`, or `revise()` the quote.",
    names=("Q-2026-0001", "LARGE", "manager", "1000 CNY"),
)
def sending_without_a_yes() -> None:
    draft = quote()
    with untouched(draft):
        send(draft, matrix=MATRIX)


@reproduces(
    "quote.blocked",
    en="The pricing of the quote found something that forbids to sell at this price.",
    zh="报价存在禁止项（如低于强制底价），不能发送。",
    do="Price it again so that the findings go; no approval lifts them.",
    names=("Q-2026-0001", "LOW", "45.00 CNY"),
)
def sending_below_a_hard_floor() -> None:
    draft = quote()
    found = sold_at_44(Floor(code="LOW", price=cny("45.00")))
    draft = draft.with_(pricing=draft.pricing.with_(findings=found))
    with untouched(draft):
        send(draft)


@reproduces(
    "approval.open",
    en="A level of approval has not decided yet.",
    zh="某审批级别尚未作出决定。",
    do="Let somebody in one of its roles decide.",
    names=("director", "LARGE"),
)
def sending_before_the_director() -> None:
    send(approved(decision()), matrix=MATRIX)


@reproduces(
    "approval.rejected",
    en="A level of approval has said no.",
    zh="某审批级别已驳回。",
    do="`revise()` the quote; what is priced anew is asked anew.",
    names=("manager", "LARGE"),
)
def sending_after_a_no() -> None:
    send(approved(decision(verdict="reject")), matrix=MATRIX)


@reproduces(
    "approval.not_needed",
    en="A decision is about a rule or level that the quote does not need.",
    zh="该报价不需要此规则或级别的审批。",
    do="Decide on one of the needs of `approval_needs()`.",
    names=("LARGE/board", "LARGE/manager"),
)
def a_decision_nobody_asked_for() -> None:
    board = need().with_(level=ApprovalLevel(code="board", roles=("board",)))
    approved(decision(need=board, role="board"))


@reproduces(
    "approval.stale",
    en="A decision is about facts that have changed since.",
    zh="审批所依据的报价内容已变更。",
    do="Look at the quote as it is now and decide on its needs.",
    names=("LARGE/manager", "changed"),
)
def a_decision_on_another_price() -> None:
    approved(decision(need=need().with_(facts="another")))


@reproduces(
    "approval.not_asked",
    en="A level decides before the one that comes first in the chain.",
    zh="尚未轮到该级别审批。",
    do="Wait for the level before.",
    names=("LARGE/director", "turn"),
)
def a_director_before_the_manager() -> None:
    approved(decision(1))


@reproduces(
    "approval.already_decided",
    en="The level has decided, or the quote was rejected.",
    zh="该级别已作出决定，或报价已被驳回。",
    do="Nothing is decided twice; `revise()` the quote to be asked anew.",
    names=("LARGE/manager", "any more"),
)
def a_decision_made_twice() -> None:
    approved(decision(), decision())


@reproduces(
    "approval.too_early",
    en="A decision is dated before one that is already recorded.",
    zh="审批时间早于已记录的决定。",
    do="Record decisions in the order they are made, with the instant they are made at.",
    names=("LARGE/director", "2026-11-21 08:00:00"),
)
def a_decision_dated_back() -> None:
    approved(decision(), decision(1, at="2026-11-21T08:00:00+08:00"))


@reproduces(
    "approval.wrong_role",
    en="The role is not one that is asked, or is asked only after the deadline.",
    zh="该角色无权审批，或须超时升级后方可审批。",
    do="Let somebody decide in one of the roles that the message names.",
    names=("sales-manager", "intern"),
)
def a_decision_by_an_intern() -> None:
    approved(decision(role="intern"))


TRIP = Delegation(principal="chen", delegate="wang", period=Period(end="2026-11-30"))


@reproduces(
    "approval.not_delegable",
    en="The level decides in person.",
    zh="该级别不允许委托审批。",
    do="Let the principal decide, or make the level `delegable`.",
    names=("LARGE/director", "chen"),
)
def a_director_by_deputy() -> None:
    approved(decision(), decision(1, on_behalf_of=TRIP))


@reproduces(
    "approval.not_delegated",
    en="Somebody decides for another who delegated to somebody else, or for another time.",
    zh="委托关系不成立：被委托人不符或不在委托期内。",
    do="Let the delegate decide while the delegation holds.",
    names=("'li'", "'chen'", "'wang'"),
)
def a_decision_by_the_wrong_deputy() -> None:
    decision(by="li", on_behalf_of=TRIP)
