"""The life of an offer: drafted, sent, accepted in time, overtaken."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from cpq.customer import Customer, Party
from cpq.kernel.errors import Refused
from cpq.pricing import item, price
from cpq.quote import Quote, accept, draft_quote, payment_terms, revise, send, supersede
from cpq.waterfall import Pricing
from tests.cpq.trade import DAY, catalogue

BUYER = Customer(code="C-1", party=Party(name="Hengtai"))
LAST = DAY + timedelta(days=30)


def _pricing(quantity: int = 1, customer: str | None = "C-1") -> Pricing:
    trade = catalogue().with_(customers=(BUYER,))
    return price([item("BOLT", quantity)], catalogue=trade, on=DAY, customer=customer)


def _draft(**fields: object) -> Quote:
    asked: dict[str, object] = {
        "number": "Q-1",
        "customer": BUYER,
        "seller": Party(name="Us"),
        "issued_on": DAY,
        "valid_until": LAST,
        **fields,
    }
    return draft_quote(_pricing(), **asked)  # type: ignore[arg-type]


def test_an_offer_is_accepted_through_its_last_day() -> None:
    sent = send(_draft())
    accepted = accept(sent, on=LAST, by="PO 4711")
    assert accepted.acceptance is not None
    assert accepted.acceptance.quote_hash == sent.content_hash()
    assert (accepted.gross, accepted.state) == (sent.gross, "accepted")
    with pytest.raises(Refused) as refusal:
        accept(sent, on=LAST + timedelta(days=1), by="PO 4711")
    assert refusal.value.code == "quote.expired"


ACTS: dict[str, Callable[[Quote], Quote]] = {
    "send": send,
    "accept": lambda quote: accept(quote, on=DAY, by="x"),
    "supersede": supersede,
    "revise": lambda quote: revise(quote, _pricing(2), issued_on=DAY, valid_until=LAST),
}


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ("draft", "accept"),
        ("sent", "send"),
        ("accepted", "send"),
        ("accepted", "accept"),
        ("accepted", "supersede"),
        ("accepted", "revise"),
        ("superseded", "send"),
        ("superseded", "accept"),
    ],
)
def test_an_act_out_of_turn_is_refused(state: str, act: str) -> None:
    sent = send(_draft())
    quotes = {
        "draft": _draft(),
        "sent": sent,
        "accepted": accept(sent, on=DAY, by="x"),
        "superseded": supersede(sent),
    }
    with pytest.raises(Refused) as refusal:
        ACTS[act](quotes[state])
    assert (refusal.value.code, refusal.value.facts["state"]) == ("quote.wrong_state", state)


def test_the_next_version_keeps_the_number_and_starts_anew() -> None:
    second = ACTS["revise"](send(_draft()))
    assert (second.reference, second.state, str(second.net)) == ("Q-1 / 2", "draft", "20.00 CNY")
    assert second.acceptance is None


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_until": DAY - timedelta(days=1)},
        {"customer": BUYER.with_(code="C-2")},
        {"payment": payment_terms(("30%", "signing", 7), ("60%", "delivery", 30))},
        {"number": "Q\u202e1"},
        {"number": ""},
    ],
    ids=["ends before it starts", "other customer", "90 percent", "bidi override", "no number"],
)
def test_a_quote_that_does_not_hold_together_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _draft(**fields)


def test_a_state_without_its_proof_is_malformed() -> None:
    for fields in ({"state": "accepted"}, {"state": "lost"}, {"version": 0}):
        with pytest.raises(ValidationError):
            _draft().with_(**fields)


@pytest.mark.parametrize("share", ["0%", "101%", "x", "3.0.0", "-30%"])
def test_a_payment_share_is_a_percentage(share: str) -> None:
    with pytest.raises(ValidationError):
        payment_terms((share, "signing", 7))


def test_payment_shares_may_have_decimals() -> None:
    terms = payment_terms(("33.3333%", "signing", 0), ("66.6667 %", "delivery", 30))
    assert _draft(payment=terms).payment == terms


def test_the_same_facts_give_the_same_hash() -> None:
    assert _draft().content_hash() == _draft().content_hash()
    assert _draft().content_hash() != _draft(valid_until=date(2027, 1, 1)).content_hash()
