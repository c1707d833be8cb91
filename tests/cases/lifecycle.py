"""Cases of what happens to a quote: steps one after the other, and what is kept of its versions.

``nets`` are the alternatives by code, the recommended one first. A step is an act and what it is
told; its outcome is the state that it led to, or the code of its refusal. Then the contract of what
was accepted is signed, if anything was.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from cpq import Catalogue, Customer, Party, Quote, accept, draft_quote, revise, send
from cpq.kernel.errors import Refused
from cpq.quote import (
    Alternative,
    ExpiryOverride,
    keep_version,
    live_version,
    payment_terms,
    state_at,
    submit,
)
from revenue.contract import sign
from tests.cases.asking import Told
from tests.cpq.quotes import line, pricing_of

Figures = dict[str, Any]


def by_life(given: Told, _: object) -> Figures:
    """``outcomes`` of the steps, ``states`` of all versions in the end, how many are ``live``;
    ``state_at`` the instants that are ``asked``; the ``nets`` that stood side by side and the net
    that was ``ordered``; whom the quote ``names`` and the
    ``master_data`` by then, and how many ``hashes`` its life had.
    """
    trade = _trade(given.get("customer", "C"))
    quote = _offer(given, trade)
    versions, outcomes = keep_version((), quote), []
    for step in given.get("steps", ()):
        ((act, told),) = step.items()
        if act == "rename":
            trade = _trade(told["customer"])
            continue
        try:
            quote = ACTS[act](quote, told)
            versions = keep_version(versions, quote)
            outcomes.append(str(quote.state))
        except Refused as refused:
            outcomes.append(refused.code)
    asked = [datetime.fromisoformat(at) for at in given.get("asked", ())]
    contract = sign(quote, number="HT-1", on=quote.acceptance.on) if quote.acceptance else None
    hashes = {quote.as_sent.content_hash()} | {
        each
        for each in (
            *(version.cleared for version in versions),
            quote.acceptance and quote.acceptance.quote_hash,
            contract and contract.quote_hash,
        )
        if each
    }
    return {
        "outcomes": outcomes,
        "states": [str(version.state) for version in versions],
        "live": sum(live_version((version,)) is not None for version in versions),
        "state_at": [str(state_at(quote, at=at)) for at in asked],
        "nets": [pricing.net.amount for pricing in quote.pricings],
        "ordered": None if contract is None else contract.net.amount,
        "names": quote.customer.party.name.en,
        "master_data": trade.customer("C-0042").party.name.en,
        "hashes": len(hashes),
    }


def _trade(name: str) -> Catalogue:
    """The master data, with the customer under a name."""
    return Catalogue(customers=(Customer(code="C-0042", party=Party(name=name)),))


def _offer(given: Told, trade: Catalogue) -> Quote:
    nets = given.get("nets", {"": "95.00"})
    first, *others = [(code, pricing_of(line("1", net))) for code, net in nets.items()]
    return draft_quote(
        first[1],
        number="Q-1",
        customer=trade.customer("C-0042"),
        seller=Party(name="S"),
        issued_on=date(2026, 1, 1),
        valid_until=date.fromisoformat(given.get("valid_until", "2026-12-31")),
        zone=given.get("zone", "UTC"),
        payment=payment_terms(("100%", "signing", 0)),
        alternatives=[Alternative(code=code, pricing=pricing) for code, pricing in others],
    )


def _accepted(quote: Quote, told: Told) -> Quote:
    leave = told.get("leave")
    return accept(
        quote,
        on=date.fromisoformat(told.get("on", "2026-01-01")),
        by="C",
        alternative=told.get("alternative"),
        override=None if leave is None else ExpiryOverride(by="boss", reason="right", at=leave),
    )


ACTS: dict[str, Callable[[Quote, Told], Quote]] = {
    "submit": lambda quote, _: submit(quote),
    "send": lambda quote, _: send(quote),
    "accept": _accepted,
    "revise": lambda quote, _: revise(
        quote, quote.pricing, issued_on=quote.issued_on, valid_until=quote.valid_until
    ),
}
