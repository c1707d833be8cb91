"""Cases that need memory: sales one after the other, each told what those before have used.

``turns`` are what happens, in order. A turn that asks for a price is given a document, ``1`` for
the first, and says what becomes of it: ``ordered``, ``held`` for a customer, or nothing. Others say
that an earlier document is ``cancelled``, or let go (``released``). What is used is what the budget
ledger of the library says, after what was used before any of it (``used``: of each counter that
the first turn takes from).
"""

from collections.abc import Sequence
from typing import Any

from cpq import Catalogue, Pricing, accept, price_within, send
from cpq.cap import CapTake
from cpq.cap.ledger import BudgetLedger
from cpq.kernel.errors import Conflict, Refused
from tests.cases.asking import Told, catalogue_of, day_of, priced
from tests.cases.figures import figures, offer_of

Figures = dict[str, Any]
_KEY = "turn {}"


def by_turns(given: Told, wanted: Sequence[str]) -> Figures:
    """Figures of what was asked for a price, and what is ``used`` of each counter in the end."""
    found: list[Pricing] = []
    used: list[Any] = []
    for told in _tellings(given):
        trade = catalogue_of(told)
        ledger = _opened(told, trade)
        documents: dict[str, Pricing] = {}
        for place, turn in enumerate(told["turns"], start=1):
            if "cancelled" in turn or "released" in turn:
                ledger = _ended(ledger, turn, documents, key=_KEY.format(place))
                continue
            pricing = _told_of(ledger, trade, turn, told)
            found.append(pricing)
            documents[str(len(documents) + 1)] = pricing
            ledger = _kept(ledger, turn, pricing, str(len(documents)), key=_KEY.format(place))
        last = day_of(told["turns"][-1])
        used.append([ledger.used(counter, on=last) for counter in ledger.counters])
    others = [name for name in wanted if name != "used"]
    return {**figures(found, others), "used": used}


def by_race(given: Told, _: Sequence[str]) -> Figures:
    """All ask at the same time, and nobody has used anything; then all of them want to keep it."""
    trade = catalogue_of(given)
    ledger, refused = BudgetLedger(), []
    for place, ask in enumerate(given["asked"], start=1):
        pricing, day = priced(trade, ask, given), day_of(ask)
        try:
            ledger = ledger.reserve(
                pricing.taken, document=f"Q-{place}", on=day, expires_on=day, key=_KEY.format(place)
            )
        except Conflict as conflict:
            refused.append(conflict.code)
    day = day_of(given["asked"][0])
    return {
        "used": [ledger.used(counter, on=day) for counter in ledger.counters],
        "refused": refused,
    }


def by_confirmation(given: Told, _: Sequence[str]) -> Figures:
    """An offer that is accepted on a later day, when the catalogue may be another (``then``).

    It is ``bound`` by what it offered, or asks for the total of that day. ``confirmed`` is what
    comes of it, ``total`` what is to be paid: what was offered, or what it costs now; ``told`` is
    what became of the coupons on that day.
    """
    confirmed, totals, outcomes = [], [], []
    for told in _tellings(given):
        offered = {"at": told["offered"], "customer": "C"}
        later = {**offered, "at": told["confirmed"]}
        pricing = priced(catalogue_of(told), offered, told)
        quote = send(offer_of(pricing, on=day_of(offered), until=day_of(later)))
        anew = priced(catalogue_of({**told, **told.get("then", {})}), later, told)
        try:
            quote = accept(quote, on=day_of(later), by="C", anew=None if told["bound"] else anew)
            confirmed.append(str(quote.state))
            totals.append(quote.gross.amount)
        except Refused as refused:
            confirmed.append(refused.code)
            totals.append(refused.facts["total"].amount)
        outcomes.append([outcome.reason for outcome in anew.coupons])
    return {"confirmed": confirmed, "total": totals, "told": outcomes}


def _tellings(given: Told) -> list[Told]:
    common = {name: value for name, value in given.items() if name != "each"}
    return [{**common, **own} for own in given.get("each", [{}])]


def _opened(told: Told, trade: Catalogue) -> BudgetLedger:
    """The ledger with what others have used, whatever the limit was when they did."""
    ledger = BudgetLedger()
    if "used" not in told:
        return ledger
    first = told["turns"][0]
    taken = priced(trade, first, told).taken
    takes = [
        take.with_(amount=amount, hard=False)
        for take, amount in zip(taken, told["used"], strict=True)
    ]
    return _ordered(ledger, takes, first, document="BEFORE", key="before")


def _told_of(ledger: BudgetLedger, trade: Catalogue, turn: Told, told: Told) -> Pricing:
    deal = turn.get("deal", told.get("deal", {}))
    return price_within(
        lambda usage: priced(trade, {**turn, "deal": {**deal, "usage": usage}}, told),
        usage=lambda counters: ledger.usage(counters, on=day_of(turn)),
    )


def _kept(
    ledger: BudgetLedger, turn: Told, pricing: Pricing, document: str, *, key: str
) -> BudgetLedger:
    if turn.get("then") == "ordered":
        return _ordered(ledger, pricing.taken, turn, document=document, key=key)
    if turn.get("then") == "held":
        day = day_of(turn)
        return ledger.reserve(pricing.taken, document=document, on=day, expires_on=day, key=key)
    return ledger


def _ordered(
    ledger: BudgetLedger, takes: Sequence[CapTake], turn: Told, *, document: str, key: str
) -> BudgetLedger:
    if not takes:
        return ledger
    day = day_of(turn)
    held = ledger.reserve(takes, document=document, on=day, expires_on=day, key=key)
    return held.commit(document=document, on=day, key=f"{key} ordered")


def _ended(
    ledger: BudgetLedger,
    turn: Told,
    documents: dict[str, Pricing],
    *,
    key: str,
) -> BudgetLedger:
    """The ledger after a document is let go, or its order cancelled: what does not come back is
    kept.
    """
    day = day_of(turn)
    if "released" in turn:
        return ledger.release(document=turn["released"], on=day, key=key)
    document = turn["cancelled"]
    kept = [take.counter.key for take in documents[document].taken if not take.returns]
    return ledger.cancel(document=document, on=day, key=key, keep=kept)
