"""What happens to an offer (报价流转): drafted, approved, sent, accepted, lost, superseded.

Once sent an offer does not change: a change is the next version, which supersedes this one. It is
valid through the end of its last day, in the seller's time zone; a draft that nobody received
cannot be accepted, and an expired offer only as a new version. What its pricing forbids is not
sent, and what needs an approval (审批) is sent once everybody has agreed; a new version keeps what
was agreed and asks again only for what got worse.
"""

from datetime import date, datetime

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
from cpq.customer import Customer, Party
from cpq.kernel.errors import Finding, Refused, refuse_if
from cpq.kernel.period import instant
from cpq.kernel.text import LocalText
from cpq.quote.model import (
    Clause,
    PaymentTerm,
    Quote,
    QuoteAcceptance,
    QuoteLoss,
    QuoteState,
)
from cpq.waterfall import Pricing

_NO_WORDS = LocalText()
_NO_RULES = ApprovalMatrix()


def draft_quote(
    pricing: Pricing,
    *,
    number: str,
    customer: Customer,
    seller: Party,
    issued_on: date,
    valid_until: date,
    title: LocalText = _NO_WORDS,
    delivery: LocalText = _NO_WORDS,
    payment: tuple[PaymentTerm, ...] = (),
    terms: tuple[Clause, ...] = (),
    salesperson: Party | None = None,
) -> Quote:
    """The first version of a quote, as a draft; ``number`` comes from the host.

    ``valid_until`` is the last day of the offer, inclusive. Malformed fields are pydantic's
    ``ValidationError``.
    """
    return Quote(
        number=number,
        customer=customer,
        seller=seller,
        pricing=pricing,
        issued_on=issued_on,
        valid_until=valid_until,
        title=title,
        delivery=delivery,
        payment=payment,
        terms=terms,
        salesperson=salesperson,
    )


def _refuse_state(quote: Quote, verb: str, *, needs: QuoteState) -> None:
    if quote.state != needs:
        raise Refused(
            "quote.wrong_state",
            f"quote {quote.reference} is {quote.state}; only a {needs} quote can be {verb}",
            number=quote.number,
            state=quote.state,
        )


def _refuse_too_early(quote: Quote, verb: str, *, on: date) -> None:
    if on < quote.issued_on:
        raise Refused(
            "quote.too_early",
            f"quote {quote.reference} was issued on {quote.issued_on}; it cannot have been "
            f"{verb} on {on}",
            number=quote.number,
            issued_on=quote.issued_on,
        )


def approval_needs(quote: Quote, matrix: ApprovalMatrix = _NO_RULES) -> tuple[ApprovalNeed, ...]:
    """Every yes that the quote as it stands needs, given or not (审批需求).

    What the pricing found to need an approval needs one under any matrix.
    """
    pricing = quote.pricing
    if not matrix.rules and not any(found.severity == "approval" for found in pricing.findings):
        return ()
    return required(approval_facts(quote), matrix)


def approval_status(
    quote: Quote,
    *,
    matrix: ApprovalMatrix = _NO_RULES,
    at: datetime | None = None,
    since: datetime | None = None,
) -> ApprovalStatus:
    """Who has agreed, who is asked and who is late at an instant (``None``: by every decision).

    ``since`` is when the approvals were asked for; else the day of issue begins, in UTC.
    """
    asked = instant(quote.issued_on) if since is None else since
    return status(approval_needs(quote, matrix), quote.approvals, since=asked, at=at)


def approve(
    quote: Quote,
    decision: Decision,
    *,
    matrix: ApprovalMatrix = _NO_RULES,
    since: datetime | None = None,
) -> Quote:
    """The draft with a decision appended, be it yes or no.

    ``since`` is when the approvals were asked for; else the day of issue begins, in UTC. Raises
    ``Refused``: ``quote.wrong_state`` unless it is a draft, ``approval.not_needed``,
    ``approval.stale``, ``approval.too_early``, ``approval.already_decided``,
    ``approval.not_asked``, ``approval.wrong_role``, ``approval.not_delegable``.
    """
    _refuse_state(quote, "approved", needs="draft")
    asked = instant(quote.issued_on) if since is None else since
    needs = approval_needs(quote, matrix)
    return quote.with_(approvals=decided(quote.approvals, decision, needs=needs, since=asked))


def send(quote: Quote, *, matrix: ApprovalMatrix = _NO_RULES) -> Quote:
    """The draft as sent: from here on it does not change.

    Raises ``Refused``, with everything that stands in the way as findings: ``quote.blocked`` where
    its pricing found an error, ``quote.needs_approval`` where somebody has yet to agree;
    ``quote.wrong_state`` unless it is a draft.
    """
    _refuse_state(quote, "sent", needs="draft")
    refuse_if(
        quote.pricing.findings,
        code="quote.blocked",
        subject=f"quote {quote.reference} cannot be sent",
    )
    stand = approval_status(quote, matrix=matrix)
    if stand.open:
        listed = "; ".join(str(need.message) for need in stand.open)
        raise Refused(
            "quote.needs_approval",
            f"quote {quote.reference} cannot be sent: its approval is {stand.state}: {listed}; "
            "let somebody in these roles approve() it, or revise() it",
            findings=_open_needs(stand),
            number=quote.number,
            state=stand.state,
        )
    return quote.with_(state="sent")


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


def accept(quote: Quote, *, on: date, by: str, anew: Pricing | None = None) -> Quote:
    """The sent quote as accepted on a day by a person or purchase order.

    An offer holds while it is valid, whatever became of its promotions meanwhile. Who does not want
    to be bound so gives ``anew``, the same request priced on the day of acceptance: where it comes
    to another total, the acceptance is refused with that total.

    Raises ``Refused``: ``quote.expired`` after ``valid_until`` (that day is still in time),
    ``quote.too_early`` before ``issued_on``, ``quote.wrong_state`` unless it was sent,
    ``quote.total_changed``.
    """
    _refuse_state(quote, "accepted", needs="sent")
    _refuse_too_early(quote, "accepted", on=on)
    if on > quote.valid_until:
        raise Refused(
            "quote.expired",
            f"quote {quote.reference} was valid until {quote.valid_until}; accepting it on {on} "
            "needs a new version: revise() it",
            number=quote.number,
            valid_until=quote.valid_until,
        )
    _refuse_other_total(quote, anew, on=on)
    acceptance = QuoteAcceptance(on=on, by=by, quote_hash=quote.content_hash())
    return quote.with_(state="accepted", acceptance=acceptance)


def _refuse_other_total(quote: Quote, anew: Pricing | None, *, on: date) -> None:
    if anew is None or (anew.gross, anew.net) == (quote.gross, quote.net):
        return
    before = {row.promotion for row in quote.pricing.allocations}
    lapsed = sorted(before.difference(row.promotion for row in anew.allocations))
    why = f"; {', '.join(lapsed)} no longer applies" if lapsed else ""
    raise Refused(
        "quote.total_changed",
        f"quote {quote.reference} comes to {quote.gross}, priced on {on} to {anew.gross}{why}; "
        "offer that in a new version: revise() it",
        number=quote.number,
        offered=quote.gross,
        total=anew.gross,
        lapsed=tuple(lapsed),
    )


def lose(quote: Quote, *, on: date, reason: str) -> Quote:
    """The sent quote as turned down by the customer, who may do so after ``valid_until`` too.

    ``reason`` is one line and not empty; an empty one is pydantic's ``ValidationError``. Its prices
    are worth knowing, and its next version may still win: ``revise()`` it. Raises ``Refused``:
    ``quote.too_early`` before ``issued_on``, ``quote.wrong_state`` unless it was sent.
    """
    _refuse_state(quote, "lost", needs="sent")
    _refuse_too_early(quote, "lost", on=on)
    loss = QuoteLoss(on=on, reason=reason, quote_hash=quote.content_hash())
    return quote.with_(state="lost", loss=loss)


def supersede(quote: Quote) -> Quote:
    """The sent quote as overtaken by a newer version.

    Raises ``Refused`` (``quote.wrong_state``).
    """
    _refuse_state(quote, "superseded", needs="sent")
    return quote.with_(state="superseded")


def revise(quote: Quote, pricing: Pricing, *, issued_on: date, valid_until: date) -> Quote:
    """The next version as a draft, with a new pricing; number, words and parties stay.

    Raises ``Refused`` (``quote.wrong_state``) for an accepted quote (amend its contract instead)
    and for a superseded one (revise the version that superseded it).
    """
    if quote.state in ("accepted", "superseded"):
        instead = {"accepted": "amend its contract", "superseded": "revise the newest version"}
        raise Refused(
            "quote.wrong_state",
            f"quote {quote.reference} is {quote.state}; {instead[quote.state]} instead",
            number=quote.number,
            state=quote.state,
        )
    return quote.with_(
        version=quote.version + 1,
        state="draft",
        loss=None,
        pricing=pricing,
        issued_on=issued_on,
        valid_until=valid_until,
    )


def published(quote: Quote) -> Quote:
    """The quote as its customer may see it: without trace, cost, floors and segmentation.

    Every figure that is printed stays; one that was lost is as it was sent, for the reason is our
    own note. It is what the PDF carries as ``quote.json``.
    """
    pricing = quote.pricing
    ours = ("cost", "floor", "points", "allocated", "book")
    hidden = {"steps": (), **dict.fromkeys(ours)}
    lines = tuple(line.with_(**hidden) for line in pricing.lines)
    customer = quote.customer.with_(groups=(), price_book=None, parent=None, channel="")
    return quote.with_(
        state="sent" if quote.state == "lost" else quote.state,
        loss=None,
        approvals=(),
        customer=customer,
        pricing=pricing.with_(
            lines=lines,
            allocations=(),
            refused=(),
            findings=(),
            manual=(),
            purchased=None,
            drawn=(),
            rates=(),
            deal=None,
            taken=(),
            coupons=(),
            combinations=(),
            ungranted=(),
        ),
    )
