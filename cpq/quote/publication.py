"""What a customer may see of an offer (对客视图): what is printed, and nothing of ours."""

from typing import Any

from cpq.quote.model import Quote
from cpq.quote.state import UNSENT
from cpq.waterfall import Pricing

_OURS_OF_A_LINE: dict[str, Any] = {
    "steps": (),
    **dict.fromkeys(("cost", "floor", "points", "allocated", "book")),
}
_OURS: dict[str, Any] = {
    **dict.fromkeys(
        (
            *("allocations", "refused", "findings", "manual", "drawn", "rates", "taken"),
            *("coupons", "combinations", "ungranted"),
        ),
        (),
    ),
    **dict.fromkeys(("purchased", "deal", "own_plan", "asked_book", "asked_currency")),
    "taxed_by_host": False,
}


def published(quote: Quote) -> Quote:
    """The quote as its customer may see it: without trace, cost, floors and segmentation.

    Every figure that is printed stays, of the alternatives too; one that was lost is as it was
    sent, for the reason is our own note, and so is who let an expired one through. One that is
    being approved is a draft. It is what the PDF carries as ``quote.json``.
    """
    customer = quote.customer.with_(groups=(), price_book=None, parent=None, channel="")
    state = "draft" if quote.state in UNSENT else quote.state
    accepted = quote.acceptance
    return quote.with_(
        state="sent" if state == "lost" else state,
        loss=None,
        approvals=(),
        cleared=None,
        acceptance=None if accepted is None else accepted.with_(override=None),
        customer=customer,
        pricing=_published(quote.pricing),
        alternatives=tuple(
            each.with_(pricing=_published(each.pricing)) for each in quote.alternatives
        ),
    )


def _published(pricing: Pricing) -> Pricing:
    lines = tuple(line.with_(**_OURS_OF_A_LINE) for line in pricing.lines)
    return pricing.with_(lines=lines, **_OURS)
