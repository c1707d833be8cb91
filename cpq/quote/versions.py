"""The versions of one quote, kept together (版本): what may be kept beside what.

The rules stand here once, for a tuple in memory and for a store alike. What was sent never changes,
only the newest version does anything, and of all versions one is live, or none: whatever order a
host keeps them in, a version that goes out supersedes those before it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cpq.kernel.errors import Conflict, Refused
from cpq.quote.approvals import is_cleared
from cpq.quote.ending import supersede
from cpq.quote.model import Quote
from cpq.quote.state import LIVE, OFFERED, UNSENT, QuoteState, leads_to


class KeptVersion(NamedTuple):
    """What is known of a version that is kept: number, version, state and content hash."""

    number: str
    version: int
    state: QuoteState
    sha256: str


def refuse_version(
    quote: Quote,
    *,
    newest: KeptVersion | None,
    found: KeptVersion | None,
    replaces: Quote | None = None,
) -> None:
    """Refuse a state of a version that does not fit to what is kept of its quote.

    ``newest`` is the newest version, ``found`` the one of the same version. Raises ``Conflict``:
    ``quote.overtaken``, ``quote.number_taken``, ``quote.wrong_state``; ``Refused``
    (``quote.changed``) for one that is approved and not what was approved.
    """
    if quote.state == "approved" and not is_cleared(quote):
        raise Refused(
            "quote.changed",
            f"quote {quote.reference} is not the offer that was approved: its hash is not the one "
            "that was cleared; submit() it again",
            number=quote.number,
            cleared=quote.cleared,
        )
    end = quote.acceptance or quote.loss or quote.withdrawal
    if end is not None and quote.as_sent.content_hash() != end.quote_hash:
        raise overtaken(quote, f"what was {quote.state} is not what this version says")
    if found is None:
        _refuse_gap(quote, newest)
        return
    if newest is not None and newest.version > quote.version and quote.state != "superseded":
        raise overtaken(quote, f"version {newest.version} is stored; only that one changes")
    _refuse_change(quote, found, replaces)


def _refuse_gap(quote: Quote, newest: KeptVersion | None) -> None:
    if newest is None:
        return
    if newest.number != quote.number:
        raise Conflict(
            "quote.number_taken",
            f"the number {quote.number!r} is taken: a quote {newest.number!r} is stored",
            number=newest.number,
        )
    if newest.state == "accepted":
        raise overtaken(quote, f"version {newest.version} was accepted; amend its contract instead")
    if quote.version != newest.version + 1:
        raise overtaken(quote, f"the newest stored version is {newest.version}")


def _refuse_change(quote: Quote, found: KeptVersion, replaces: Quote | None) -> None:
    """Refuse unless the quote is what became of the kept state, or knowingly replaces it."""
    if leads_to(found.state, quote.state) and _hash_in(found.state, quote) == found.sha256:
        return
    if found.state not in UNSENT:
        raise Conflict(
            "quote.wrong_state",
            f"quote {quote.reference} is stored as {found.state} and no longer changes; "
            "revise() it, and save the next version",
            number=quote.number,
            state=found.state,
        )
    if replaces is None or replaces.content_hash() != found.sha256:
        raise overtaken(
            quote,
            f"a different {found.state} is stored; give the one that you changed as replaces=",
        )


def _hash_in(state: QuoteState, quote: Quote) -> str | None:
    """The hash that the same content had in an earlier state, if it could be in it."""
    if state in UNSENT or state == "sent":
        sent = quote.as_sent
        cleared = sent.content_hash() if state == "approved" else None
        return sent.with_(state=state, cleared=cleared).content_hash()
    return None


def overtaken(quote: Quote, why: str) -> Conflict:
    """The refusal of a version that cannot be kept any more."""
    return Conflict(
        "quote.overtaken",
        f"quote {quote.reference} cannot be saved: {why}",
        number=quote.number,
        version=quote.version,
    )


def supersedes(quote: Quote) -> frozenset[QuoteState]:
    """The states in which an earlier version is superseded by keeping this state of a later one.

    A next version takes the place of one that nobody was sent; once it goes out itself, also of the
    one that was.
    """
    return UNSENT | {"sent"} if quote.state in OFFERED else UNSENT


def keep_version(
    versions: Sequence[Quote], quote: Quote, *, replaces: Quote | None = None
) -> tuple[Quote, ...]:
    """The versions of one quote with this state of it kept, those that it supersedes superseded.

    In the order of their versions; one that is kept already changes nothing. For hosts without a
    store, by the same rules: a draft that changed names the one it ``replaces``. Raises what
    ``Deals.save`` does of quotes: ``Conflict`` (``quote.overtaken``, ``quote.number_taken``,
    ``quote.wrong_state``), ``Refused`` (``quote.changed``).
    """
    kept = {each.version: each for each in versions}
    found = kept.get(quote.version)
    if found == quote:
        return tuple(versions)
    newest = max(versions, key=lambda each: each.version, default=None)
    refuse_version(quote, newest=_known(newest), found=_known(found), replaces=replaces)
    states = supersedes(quote)
    for each in versions:
        if each.version < quote.version and each.state in states:
            kept[each.version] = supersede(each)
    kept[quote.version] = quote
    return tuple(kept[version] for version in sorted(kept))


def _known(quote: Quote | None) -> KeptVersion | None:
    if quote is None:
        return None
    return KeptVersion(quote.number, quote.version, quote.state, quote.content_hash())


def live_version(versions: Sequence[Quote]) -> Quote | None:
    """The version that binds the seller: the one that was sent and is open, or was accepted.

    Of versions that were kept by ``keep_version`` or a store there is at most one.
    """
    return next((each for each in reversed(versions) if each.state in LIVE), None)
