"""What a saved quote or order does to the budget of promotions (报价占用、订单核减).

A quote that is sent holds what its prices take of promotions, through its last day; its next
version takes that over. Once it is accepted it holds it until it is ordered, however long that
takes, for what was promised in time is owed. An order commits. What is lost, withdrawn or
superseded lets go. Of alternatives the largest amount of each counter is held, for any of them may
be ordered; the acceptance gives back what the chosen one does not take.

All of it stands in the savepoint in which the document is saved: an offer that the budget does not
cover is not kept as sent.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from cpq.cap.movement import Hold
from cpq.kernel.errors import Invalid, NotFound
from cpq.quote import Quote
from cpq.quote.alternative import largest_takes
from revenue.adapters.budget import StoredBudget
from revenue.adapters.documents import read_quote
from revenue.adapters.rows import Rows, key_of
from revenue.contract import Contract
from revenue.order import SalesOrder

_NUMBER_MAX = 64
_EARLIER = (
    "SELECT MAX(version) AS version FROM {p}quote WHERE tenant = :tenant AND number_key = :key "
    "AND version < :version AND state = 'sent'"
)
_NEWEST = (
    "SELECT issued_on FROM {p}quote WHERE tenant = :tenant AND number_key = :key "
    "ORDER BY version DESC, revision DESC LIMIT 1"
)


def offer_document(number: str, version: int) -> str:
    """Under which document the budget ledger knows a version of a quote.

    Raises ``Invalid`` (``number.too_long``).

    >>> offer_document("Q-2026-0001", 2)
    'Q-2026-0001/2'
    """
    document = f"{number}/{version}"
    if len(document) > _NUMBER_MAX:
        raise Invalid(
            "number.too_long",
            f"the quote {number[:40]!r} holds a budget as {document[-12:]!r} and has "
            f"{len(document)} characters there; {_NUMBER_MAX} fit: give it a shorter number",
        )
    return document


def quote_saved(rows: Rows, budget: StoredBudget, quote: Quote) -> None:
    """Hold, keep or let go of what a quote takes, now that this state of it is stored.

    Raises ``Conflict`` (``cap.exceeded``) and what ``StoredBudget`` raises.
    """
    match quote.state:
        case "sent":
            _offer(rows, budget, quote, on=quote.issued_on, expires_on=quote.valid_until)
        case "accepted":
            assert quote.acceptance is not None, "an accepted quote has an acceptance"
            _offer(rows, budget, quote, on=quote.acceptance.on, expires_on=date.max)
        case "lost":
            assert quote.loss is not None, "a lost quote has a loss"
            _let_go(budget, quote, on=quote.loss.on)
        case "withdrawn":
            assert quote.withdrawal is not None, "a withdrawn quote has a withdrawal"
            _let_go(budget, quote, on=quote.withdrawal.on)
        case "superseded":
            newest = rows.first(_NEWEST, key=key_of(quote.number))
            on = quote.issued_on if newest is None else date.fromisoformat(newest.issued_on)
            _let_go(budget, quote, on=on)


def order_saved(rows: Rows, budget: StoredBudget, order: SalesOrder, contract: Contract) -> None:
    """Commit what the quote of an order's contract holds, unless an order did so before."""
    held = _held(budget, contract.quote, contract.quote_version)
    if held and not _ordered(held) and not _given_back(rows, held, contract):
        budget.commit(
            document=held[0].document,
            on=_not_before(held, order.on),
            key=f"save order {order.number}",
        )


def _offer(rows: Rows, budget: StoredBudget, quote: Quote, *, on: date, expires_on: date) -> None:
    """Reserve what the quote takes, in place of what it or the version before it holds."""
    own, taken = _held(budget, quote.number, quote.version), quote.taken
    if own and not largest_takes(quote.pricings):
        return  # a host holds for it by its own commands
    held = own or _held_before(rows, budget, quote)
    if not (taken or held) or _ordered(held):
        return
    document = offer_document(quote.number, quote.version)
    budget.move(
        taken,
        from_document=held[0].document if held else document,
        to_document=document,
        on=_not_before(held, on),
        expires_on=expires_on,
        key=f"save quote {document} {quote.state}",
    )


def _given_back(rows: Rows, held: Iterable[Hold], contract: Contract) -> bool:
    """Whether nothing is held any more because what was accepted takes nothing."""
    if any(hold.phase != "released" for hold in held):
        return False
    try:
        return not read_quote(rows, contract.quote, contract.quote_version).taken
    except NotFound:
        return False


def _let_go(budget: StoredBudget, quote: Quote, *, on: date) -> None:
    held = _held(budget, quote.number, quote.version)
    if held and not _ordered(held):
        document = held[0].document
        key = f"save quote {document} {quote.state}"
        budget.release(document=document, on=_not_before(held, on), key=key)


def _held_before(rows: Rows, budget: StoredBudget, quote: Quote) -> Sequence[Hold]:
    """What the newest version before this one holds, of those that were sent."""
    earlier = rows.first(_EARLIER, key=key_of(quote.number), version=quote.version)
    if earlier is None or earlier.version is None:
        return ()
    return _held(budget, quote.number, earlier.version)


def _held(budget: StoredBudget, number: str, version: int) -> Sequence[Hold]:
    """What a version of a quote holds; nothing under a number that is too long to hold anything."""
    document = f"{number}/{version}"
    return budget.held(document) if len(document) <= _NUMBER_MAX else ()


def _ordered(held: Iterable[Hold]) -> bool:
    return any(hold.phase == "committed" for hold in held)


def _not_before(held: Iterable[Hold], on: date) -> date:
    """The day, or that of the last movement: what comes late is dated when it became known."""
    return max([on, *(hold.last_on for hold in held)])
