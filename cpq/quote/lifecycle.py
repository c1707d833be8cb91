"""How an offer is made and goes out (报价流转): drafted, numbered, sent, revised.

Once sent an offer does not change: a change is the next version, which supersedes this one. What
its pricing forbids is not sent, and what needs an approval (审批) is sent once all have agreed; a
new version keeps what was agreed and asks again only for what got worse.
"""

from collections.abc import Iterable
from datetime import date

from cpq.approval import ApprovalMatrix
from cpq.customer import Customer, Party
from cpq.kernel.errors import Finding, Refused, refuse_if
from cpq.kernel.text import LocalText
from cpq.quote.alternative import Alternative
from cpq.quote.approvals import NO_RULES, approval_status, is_cleared, refuse_state, unapproved
from cpq.quote.model import Clause, PaymentTerm, Quote
from cpq.waterfall import Pricing

_NO_WORDS = LocalText()
_INSTEAD = {"accepted": "amend its contract", "superseded": "revise the newest version"}


def draft_quote(
    pricing: Pricing,
    *,
    number: str,
    customer: Customer,
    seller: Party,
    issued_on: date,
    valid_until: date,
    zone: str = "UTC",
    title: LocalText = _NO_WORDS,
    delivery: LocalText = _NO_WORDS,
    payment: tuple[PaymentTerm, ...] = (),
    terms: tuple[Clause, ...] = (),
    salesperson: Party | None = None,
    alternatives: Iterable[Alternative] = (),
) -> Quote:
    """The first version of a quote, as a draft; ``number`` comes from the host or a series.

    ``valid_until`` is the last day of the offer, inclusive, in ``zone`` (an IANA name).
    ``alternatives`` are offered beside the recommended ``pricing``. Malformed fields are pydantic's
    ``ValidationError``; raises ``NotFound`` (``zone.unknown``).
    """
    return Quote(
        number=number,
        customer=customer,
        seller=seller,
        pricing=pricing,
        issued_on=issued_on,
        valid_until=valid_until,
        zone=zone,
        title=title,
        delivery=delivery,
        payment=payment,
        terms=terms,
        salesperson=salesperson,
        alternatives=tuple(alternatives),
    )


def send(quote: Quote, *, matrix: ApprovalMatrix = NO_RULES) -> Quote:
    """The draft or approved quote as sent: from here on it does not change.

    Where it is kept, the version that was sent before is superseded with it; see ``keep_version``.

    Raises ``Refused``, with everything that stands in the way as findings: ``quote.blocked`` where
    a pricing found an error, ``quote.needs_approval`` where somebody has yet to agree,
    ``quote.changed`` where it is not the offer that was approved; ``quote.wrong_state``.
    """
    refuse_state(quote, "sent", needs=("draft", "approved"))
    refuse_if(
        _findings(quote),
        code="quote.blocked",
        subject=f"quote {quote.reference} cannot be sent",
    )
    if quote.state == "approved" and not is_cleared(quote):
        raise Refused(
            "quote.changed",
            f"quote {quote.reference} changed after it was approved: its hash is not the one that "
            "was cleared; submit() it again, which asks only for what got worse",
            number=quote.number,
            cleared=quote.cleared,
        )
    stand = approval_status(quote, matrix=matrix)
    if stand.open:
        raise unapproved(quote, stand, verb="sent")
    return quote.as_sent


def _findings(quote: Quote) -> tuple[Finding, ...]:
    """What the pricings found; of an alternative under its code."""
    return (
        *quote.pricing.findings,
        *(
            found.with_(place=f"alternatives/{each.code}/{found.place}")
            for each in quote.alternatives
            for found in each.pricing.findings
        ),
    )


def revise(
    quote: Quote,
    pricing: Pricing,
    *,
    issued_on: date,
    valid_until: date,
    alternatives: Iterable[Alternative] = (),
) -> Quote:
    """The next version as a draft, with a new pricing; number, words, zone and parties stay.

    Alternatives are priced anew too, or left out. What was approved before still is where nothing
    got worse. Raises ``Refused`` (``quote.wrong_state``) for an accepted quote (amend its contract
    instead) and for a superseded one (revise the version that superseded it).
    """
    if quote.state in _INSTEAD:
        raise Refused(
            "quote.wrong_state",
            f"quote {quote.reference} is {quote.state}; {_INSTEAD[quote.state]} instead",
            number=quote.number,
            state=quote.state,
        )
    return quote.with_(
        version=quote.version + 1,
        state="draft",
        loss=None,
        withdrawal=None,
        cleared=None,
        pricing=pricing,
        alternatives=tuple(alternatives),
        issued_on=issued_on,
        valid_until=valid_until,
    )


def numbered(quote: Quote, *, number: str) -> Quote:
    """The first version, before it is sent, under the number that it shall have for good.

    For hosts that number what goes out and not every draft. What was approved stays approved: the
    number is no part of what anybody decides on. Raises ``Refused`` (``quote.wrong_state``) for one
    that was sent, or for a later version, whose number its customer knows.
    """
    refuse_state(quote, "numbered", needs=("draft", "in_approval", "approved"))
    if quote.version > 1:
        raise Refused(
            "quote.wrong_state",
            f"quote {quote.reference} has the number {quote.number} since its first version; only "
            "a first version is numbered, before it is sent",
            number=quote.number,
            state=quote.state,
        )
    known = is_cleared(quote)
    named = quote.with_(number=number)
    return named.with_(cleared=named.as_sent.content_hash()) if known else named
