"""The way of an offer through approval (报价审批): asked for, agreed or turned down, cleared.

Each decision is bound to the facts that it was made on. Once all have agreed the version is
``approved`` and keeps the hash of exactly the offer that was cleared, so that a single word changed
afterwards is seen. Handed in again, a changed offer is asked about anew, but only where something
got worse.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from cpq.approval import (
    ApprovalMatrix,
    ApprovalNeed,
    ApprovalStatus,
    Decision,
    approval_facts,
    decided,
    required,
    status,
)
from cpq.customer import Customer
from cpq.kernel.errors import Finding, Refused
from cpq.kernel.period import instant
from cpq.quote.model import PaymentTerm, Quote
from cpq.quote.state import QuoteState
from cpq.waterfall import Pricing

NO_RULES = ApprovalMatrix()
"""The matrix that asks nobody; what a pricing found to need an approval needs one all the same."""


class _Measured(NamedTuple):
    """An offer as approvals measure it: with one of its pricings."""

    number: str
    customer: Customer
    pricing: Pricing
    payment: Sequence[PaymentTerm]
    issued_on: date
    valid_until: date


def refuse_state(quote: Quote, verb: str, *, needs: tuple[QuoteState, ...]) -> None:
    """Refuse unless the quote is in one of the states. Raises ``Refused``
    (``quote.wrong_state``).
    """
    if quote.state in needs:
        return
    listed = " or ".join(needs)
    article = "an" if listed.startswith(("a", "i")) else "a"
    raise Refused(
        "quote.wrong_state",
        f"quote {quote.reference} is {quote.state}; only {article} {listed} quote can be {verb}",
        number=quote.number,
        state=quote.state,
    )


def approval_needs(quote: Quote, matrix: ApprovalMatrix = NO_RULES) -> tuple[ApprovalNeed, ...]:
    """Every yes that the quote as it stands needs, given or not (审批需求).

    Each alternative is measured as the recommended pricing is: whichever is ordered, somebody
    agreed to it. What a pricing found to need an approval needs one under any matrix.
    """
    needs: list[ApprovalNeed] = []
    for pricing in quote.pricings:
        if matrix.rules or any(found.severity == "approval" for found in pricing.findings):
            offer = _Measured(
                number=quote.number,
                customer=quote.customer,
                pricing=pricing,
                payment=quote.payment,
                issued_on=quote.issued_on,
                valid_until=quote.valid_until,
            )
            needs += required(approval_facts(offer), matrix)
    return tuple(dict.fromkeys(needs)) if quote.alternatives else tuple(needs)


def approval_status(
    quote: Quote,
    *,
    matrix: ApprovalMatrix = NO_RULES,
    at: datetime | None = None,
    since: datetime | None = None,
) -> ApprovalStatus:
    """Who has agreed, who is asked and who is late at an instant (``None``: by every decision).

    ``since`` is when the approvals were asked for; else the day of issue begins, in UTC.
    """
    asked = instant(quote.issued_on) if since is None else since
    return status(approval_needs(quote, matrix), quote.approvals, since=asked, at=at)


def submit(quote: Quote, *, matrix: ApprovalMatrix = NO_RULES) -> Quote:
    """The draft as handed in for approval (提交审批): ``in_approval``, or at once ``approved``
    where nobody has to be asked or earlier decisions cover all that is.

    One that was handed in or approved before and has changed since is handed in again. Raises
    ``Refused``: ``quote.wrong_state``, ``quote.needs_approval`` where the offer as it stands was
    turned down.
    """
    refuse_state(quote, "submitted", needs=("draft", "in_approval", "approved"))
    stand = approval_status(quote, matrix=matrix)
    if stand.state == "rejected":
        raise unapproved(quote, stand, verb="submitted")
    asked = quote.with_(state="in_approval", cleared=None)
    return _cleared(asked) if stand.state == "approved" else asked


def approve(
    quote: Quote,
    decision: Decision,
    *,
    matrix: ApprovalMatrix = NO_RULES,
    since: datetime | None = None,
) -> Quote:
    """The quote with a decision appended, be it yes or no.

    One that was submitted is ``approved`` with the last yes, and a draft again with the first no; a
    draft that nobody submitted stays one. ``since`` is when the approvals were asked for; else the
    day of issue begins, in UTC. Raises ``Refused``: ``quote.wrong_state`` unless it is a draft or
    in approval, ``approval.not_needed``, ``approval.stale``, ``approval.too_early``,
    ``approval.already_decided``, ``approval.not_asked``, ``approval.wrong_role``,
    ``approval.not_delegable``.
    """
    refuse_state(quote, "approved", needs=("draft", "in_approval"))
    asked = instant(quote.issued_on) if since is None else since
    needs = approval_needs(quote, matrix)
    after = quote.with_(approvals=decided(quote.approvals, decision, needs=needs, since=asked))
    if quote.state == "draft":
        return after
    stand = approval_status(after, matrix=matrix, since=since)
    if stand.state == "rejected":
        return after.with_(state="draft")
    return _cleared(after) if stand.state == "approved" else after


def is_cleared(quote: Quote) -> bool:
    """Whether the offer is, to the last word, the one that was approved.

    ``False`` for one that is not in the state ``approved``.
    """
    return quote.cleared is not None and quote.cleared == quote.as_sent.content_hash()


def _cleared(quote: Quote) -> Quote:
    return quote.with_(state="approved", cleared=quote.as_sent.content_hash())


def unapproved(quote: Quote, stand: ApprovalStatus, *, verb: str) -> Refused:
    """The refusal of an offer that somebody has yet to agree to, with a finding for each need."""
    listed = "; ".join(str(need.message) for need in stand.open)
    return Refused(
        "quote.needs_approval",
        f"quote {quote.reference} cannot be {verb}: its approval is {stand.state}: {listed}; "
        "let somebody in these roles approve() it, or revise() it",
        findings=_open_needs(stand),
        number=quote.number,
        state=stand.state,
    )


def _open_needs(stand: ApprovalStatus) -> tuple[Finding, ...]:
    """A finding for each need without a yes: those that met a no first."""
    refused = tuple(
        Finding(
            code="approval.rejected", message=need.message, severity="approval", place=need.path
        )
        for need in stand.rejected
    )
    return refused + tuple(
        Finding(code="approval.open", message=need.message, severity="approval", place=need.path)
        for need in stand.open[len(refused) :]
    )
