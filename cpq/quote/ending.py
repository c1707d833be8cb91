"""What becomes of an offer that was sent (报价结果): accepted, lost, withdrawn or overtaken.

It holds through the end of its last day in its zone. After that an acceptance needs somebody's
leave, which is kept with it, or a new version at today's prices.
"""

from collections.abc import Iterable
from datetime import date, datetime

from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.period import instant
from cpq.kernel.period import zone as time_zone
from cpq.quote.acceptance import (
    Consent,
    ExpiryOverride,
    QuoteAcceptance,
    QuoteLoss,
    QuoteWithdrawal,
)
from cpq.quote.alternative import options_of, with_options
from cpq.quote.approvals import refuse_state
from cpq.quote.model import Quote
from cpq.quote.state import QuoteStateAt
from cpq.waterfall import Pricing


def state_at(quote: Quote, *, at: datetime) -> QuoteStateAt:
    """The state, as of an instant: a sent offer whose last day is over is ``expired``.

    Nothing else is looked up: what was accepted stays accepted. Raises ``Invalid``
    (``instant.naive``).
    """
    over = instant(at) >= quote.expires_at
    return "expired" if over and quote.state == "sent" else quote.state


def accept(
    quote: Quote,
    *,
    by: str,
    on: date | None = None,
    at: datetime | None = None,
    consent: Consent | None = None,
    alternative: str | None = None,
    options: Iterable[str] = (),
    override: ExpiryOverride | None = None,
    anew: Pricing | None = None,
) -> Quote:
    """The sent quote as accepted by a person or purchase order, on a day or at an instant.

    ``at`` is a day in the quote's own zone; a business day ``on`` is one there. ``alternative`` is
    the one that is ordered, ``None`` what is recommended; ``options`` are the optional lines that
    are taken, by number. ``override`` is the leave of somebody who may give it, and is kept where
    the offer had expired.

    An offer holds while it is valid, whatever became of its promotions meanwhile. Who does not want
    to be bound so gives ``anew``, the same request priced on the day of acceptance: where it comes
    to another total, the acceptance is refused with that total.

    Raises ``Refused``: ``quote.expired`` after the last day (which is still in time) without an
    override, ``quote.override_late`` where that came after the acceptance, ``quote.too_early``
    before ``issued_on``, ``quote.wrong_state`` unless it was sent, ``quote.total_changed``;
    ``NotFound``: ``quote.unknown_alternative``, ``quote.unknown_option``; ``Invalid``
    (``quote.day_unclear``) without a day or with two.
    """
    refuse_state(quote, "accepted", needs=("sent",))
    day = _day(quote, on=on, at=at)
    _refuse_too_early(quote, "accepted", on=day)
    chosen = _chosen(quote, alternative)
    taken = _options(quote, chosen, tuple(options))
    _refuse_other_total(quote, chosen, anew, taken, on=day)
    late = day > quote.valid_until
    if late:
        _refuse_expired(quote, override, on=day, at=at)
    return quote.with_(
        state="accepted",
        acceptance=QuoteAcceptance(
            on=day,
            by=by,
            at=at,
            quote_hash=quote.content_hash(),
            consent=consent,
            alternative=alternative,
            options=taken,
            override=override if late else None,
        ),
    )


def _day(quote: Quote, *, on: date | None, at: datetime | None) -> date:
    """The day in the quote's zone."""
    local = None if at is None else instant(at).astimezone(time_zone(quote.zone)).date()
    day = local if on is None else on
    if day is None or (local is not None and local != day):
        found = "neither" if day is None else f"{on}, and {at}, which is {local} in {quote.zone}"
        raise Invalid(
            "quote.day_unclear",
            f"quote {quote.reference} is accepted on= a day or at= an instant; found {found}; "
            "give one of them",
            number=quote.number,
        )
    return day


def _refuse_too_early(quote: Quote, verb: str, *, on: date) -> None:
    if on < quote.issued_on:
        raise Refused(
            "quote.too_early",
            f"quote {quote.reference} was issued on {quote.issued_on}; it cannot have been "
            f"{verb} on {on}",
            number=quote.number,
            issued_on=quote.issued_on,
        )


def _refuse_expired(
    quote: Quote, override: ExpiryOverride | None, *, on: date, at: datetime | None
) -> None:
    if override is None:
        raise Refused(
            "quote.expired",
            f"quote {quote.reference} was valid until {quote.valid_until}; accepting it on {on} "
            "needs a new version: revise() it; or the leave of somebody who may give it: override=",
            number=quote.number,
            valid_until=quote.valid_until,
            expires_at=quote.expires_at,
        )
    given_on = override.at.astimezone(time_zone(quote.zone)).date()
    if given_on > on or (at is not None and override.at > at):
        raise Refused(
            "quote.override_late",
            f"{override.by} let quote {quote.reference} through at {override.at}, after it was "
            f"accepted ({on if at is None else at}); accept it then or later",
            number=quote.number,
            by=override.by,
        )


def _chosen(quote: Quote, code: str | None) -> Pricing:
    if code is None:
        return quote.pricing
    found = quote.alternative(code)
    if found is None:
        known = ", ".join(each.code for each in quote.alternatives) or "none"
        raise NotFound(
            "quote.unknown_alternative",
            f"quote {quote.reference} has no alternative {code!r}; there are {known}, and the "
            "recommended pricing, which is accepted without a code",
            number=quote.number,
            alternative=code,
        )
    return found.pricing


def _options(quote: Quote, chosen: Pricing, options: tuple[str, ...]) -> tuple[str, ...]:
    """The options once each, in the order of the lines."""
    known = [line.number for line in options_of(chosen)]
    for number in options:
        if number not in known:
            raise NotFound(
                "quote.unknown_option",
                f"quote {quote.reference} has no optional line {number!r} to take; its options "
                f"are {', '.join(known) or 'none'}, each with all its parts",
                number=quote.number,
                line=number,
            )
    return tuple(number for number in known if number in options)


def _refuse_other_total(
    quote: Quote, chosen: Pricing, anew: Pricing | None, options: tuple[str, ...], *, on: date
) -> None:
    if anew is None:
        return
    offered, now = with_options(chosen, options), with_options(anew, options)
    if (now.gross, now.net) == (offered.gross, offered.net):
        return
    before = {row.promotion for row in chosen.allocations}
    lapsed = sorted(before.difference(row.promotion for row in anew.allocations))
    why = f"; {', '.join(lapsed)} no longer applies" if lapsed else ""
    raise Refused(
        "quote.total_changed",
        f"quote {quote.reference} comes to {offered.gross}, priced on {on} to {now.gross}{why}; "
        "offer that in a new version: revise() it",
        number=quote.number,
        offered=offered.gross,
        total=now.gross,
        lapsed=tuple(lapsed),
    )


def lose(quote: Quote, *, on: date, reason: str) -> Quote:
    """The sent quote as turned down by the customer, who may do so after ``valid_until`` too.

    ``reason`` is one line and not empty; an empty one is pydantic's ``ValidationError``. Its prices
    are worth knowing, and its next version may still win: ``revise()`` it. Raises ``Refused``:
    ``quote.too_early`` before ``issued_on``, ``quote.wrong_state`` unless it was sent.
    """
    refuse_state(quote, "lost", needs=("sent",))
    _refuse_too_early(quote, "lost", on=on)
    loss = QuoteLoss(on=on, reason=reason, quote_hash=quote.content_hash())
    return quote.with_(state="lost", loss=loss)


def withdraw(quote: Quote, *, on: date, reason: str) -> Quote:
    """The sent quote as taken back by the seller before anybody accepted it (撤回).

    ``reason`` is one line, not empty, that the customer may read. It binds nobody any more and lets
    go of what it held; ``revise()`` it to offer anew. Raises ``Refused``: ``quote.too_early``
    before ``issued_on``, ``quote.wrong_state`` unless it was sent.
    """
    refuse_state(quote, "withdrawn", needs=("sent",))
    _refuse_too_early(quote, "withdrawn", on=on)
    withdrawal = QuoteWithdrawal(on=on, reason=reason, quote_hash=quote.content_hash())
    return quote.with_(state="withdrawn", withdrawal=withdrawal)


def supersede(quote: Quote) -> Quote:
    """The quote as overtaken by a newer version, whether it was sent or not.

    ``keep_version`` and a store do it by themselves. Raises ``Refused`` (``quote.wrong_state``) for
    one that was accepted, lost, withdrawn or superseded.
    """
    refuse_state(quote, "superseded", needs=("draft", "in_approval", "approved", "sent"))
    return quote.with_(state="superseded", cleared=None)
