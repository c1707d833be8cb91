"""The states of a quote and its arrows, its last day in a zone, and the leave to accept it late."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import DomainError
from cpq.quote import (
    ExpiryOverride,
    Quote,
    accept,
    approve,
    lose,
    numbered,
    published,
    revise,
    send,
    state_at,
    submit,
    supersede,
    withdraw,
)
from cpq.quote.state import ARROWS, QuoteState, leads_to
from revenue.testing import example_quote
from tests.cpq.quotes import DAY, LAST, MATRIX, MORNING, decide, offer, sold_at

IN_TIME = datetime.fromisoformat("2026-12-21T23:59:59.999999+08:00")
TOO_LATE = IN_TIME + timedelta(microseconds=1)
LEAVE = ExpiryOverride(by="wang", reason="the price stands", at="2026-12-22T08:00:00+08:00")


def refusal(act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value


def every_state() -> dict[QuoteState, Quote]:
    """A quote in each of the states that are stored, with 30 % off, which needs two yeses."""
    draft = offer(sold_at("70.00"))
    asked = submit(draft, matrix=MATRIX)
    agreed = approve(asked, decide(asked), matrix=MATRIX)
    agreed = approve(agreed, decide(agreed, after=1), matrix=MATRIX)
    sent = send(agreed, matrix=MATRIX)
    return {
        "draft": draft,
        "in_approval": asked,
        "approved": agreed,
        "sent": sent,
        "accepted": accept(sent, on=DAY, by="x"),
        "superseded": supersede(sent),
        "lost": lose(sent, on=DAY, reason="price"),
        "withdrawn": withdraw(sent, on=DAY, reason="out of stock"),
    }


ACTS: dict[str, Callable[[Quote], Quote]] = {
    "submit": lambda quote: submit(quote, matrix=MATRIX),
    "approve": lambda quote: approve(quote, decide(quote), matrix=MATRIX),
    "send": lambda quote: send(quote, matrix=MATRIX),
    "accept": lambda quote: accept(quote, on=DAY, by="x"),
    "lose": lambda quote: lose(quote, on=DAY, reason="price"),
    "withdraw": lambda quote: withdraw(quote, on=DAY, reason="out of stock"),
    "supersede": supersede,
    "revise": lambda quote: revise(quote, quote.pricing, issued_on=DAY, valid_until=LAST),
    "number": lambda quote: numbered(quote, number="Q-7"),
}
LEADS: dict[str, dict[QuoteState, QuoteState]] = {
    "submit": {"draft": "in_approval", "in_approval": "in_approval", "approved": "approved"},
    "approve": {"draft": "draft", "in_approval": "in_approval"},
    "send": {"approved": "sent"},
    "accept": {"sent": "accepted"},
    "lose": {"sent": "lost"},
    "withdraw": {"sent": "withdrawn"},
    "supersede": dict.fromkeys(("draft", "in_approval", "approved", "sent"), "superseded"),
    "revise": dict.fromkeys(
        ("draft", "in_approval", "approved", "sent", "lost", "withdrawn"), "draft"
    ),
    "number": {"draft": "draft", "in_approval": "in_approval", "approved": "approved"},
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", ARROWS)
def test_an_act_leads_where_its_arrow_leads_and_nowhere_else(state: QuoteState, act: str) -> None:
    quote = every_state()[state]
    if state in LEADS[act]:
        after = ACTS[act](quote)
        assert after.state == LEADS[act][state]
        assert after.version > quote.version or after.state in {state, *ARROWS[state]}
    elif (state, act) == ("draft", "send"):
        assert refusal(lambda: ACTS[act](quote)).code == "quote.needs_approval"
    elif act == "approve":
        with pytest.raises((DomainError, IndexError)):
            ACTS[act](quote)
    else:
        refused = refusal(lambda: ACTS[act](quote))
        assert (refused.code, refused.facts["state"]) == ("quote.wrong_state", state)


def test_what_has_ended_leads_nowhere() -> None:
    for end in ("accepted", "superseded", "lost", "withdrawn"):
        assert not any(leads_to(end, state) for state in ARROWS)
    assert all(leads_to("draft", state) for state in ARROWS)


def test_each_state_has_its_proof_and_no_other_has_it() -> None:
    quotes = every_state()
    proofs = {"acceptance", "loss", "withdrawal", "cleared"}
    found = {
        state: {name for name in proofs if getattr(quote, name) is not None}
        for state, quote in quotes.items()
    }
    assert {state: names for state, names in found.items() if names} == {
        "accepted": {"acceptance"},
        "lost": {"loss"},
        "withdrawn": {"withdrawal"},
        "approved": {"cleared"},
    }
    for state in ("approved", "withdrawn"):
        with pytest.raises(ValidationError, match="and only that"):
            quotes["sent"].with_(state=state)
        with pytest.raises(ValidationError, match="and only that"):
            quotes[state].with_(state="sent")


def test_one_hash_from_the_approval_to_the_end() -> None:
    quotes = every_state()
    sent = quotes["sent"].content_hash()
    assert quotes["approved"].cleared == sent
    for state in ("accepted", "lost", "withdrawn"):
        end = quotes[state].acceptance or quotes[state].loss or quotes[state].withdrawal
        assert end is not None
        assert end.quote_hash == sent
    assert {quote.as_sent.content_hash() for quote in list(quotes.values())[2:]} == {sent}


def test_a_quote_is_valid_through_the_end_of_its_last_day_in_its_zone() -> None:
    sent = send(offer())
    assert sent.expires_at == datetime.fromisoformat("2026-12-21T16:00:00+00:00")
    assert (state_at(sent, at=IN_TIME), state_at(sent, at=TOO_LATE)) == ("sent", "expired")
    accepted = accept(sent, at=IN_TIME, by="Li Wei")
    assert accepted.acceptance is not None
    assert (accepted.acceptance.on, accepted.acceptance.at) == (LAST, IN_TIME)
    assert refusal(lambda: accept(sent, at=TOO_LATE, by="Li Wei")).code == "quote.expired"


@pytest.mark.parametrize(
    ("zone", "expires_at"),
    [
        ("UTC", "2026-12-22T00:00:00+00:00"),
        ("America/Los_Angeles", "2026-12-22T08:00:00+00:00"),
        ("Pacific/Kiritimati", "2026-12-21T10:00:00+00:00"),
    ],
)
def test_the_zone_says_when_a_day_ends(zone: str, expires_at: str) -> None:
    end = datetime.fromisoformat(expires_at)
    sent = send(offer(zone=zone))
    assert sent.expires_at == end
    assert state_at(sent, at=end - timedelta(microseconds=1)) == "sent"
    assert state_at(sent, at=end) == "expired"


def test_a_day_of_25_hours_is_over_after_25() -> None:
    sent = send(offer(zone="Europe/Berlin", issued_on=date(2026, 10, 1)).with_(
        valid_until=date(2026, 10, 25)
    ))  # fmt: skip
    assert sent.expires_at == datetime.fromisoformat("2026-10-26T00:00:00+01:00")
    assert state_at(sent, at=datetime.fromisoformat("2026-10-25T23:59:00+01:00")) == "sent"


def test_the_last_day_there_is_ends_with_time() -> None:
    sent = send(offer(valid_until=date.max))
    assert state_at(sent, at=datetime.fromisoformat("9999-12-30T00:00:00+00:00")) == "sent"


def test_a_zone_that_is_none_is_refused() -> None:
    assert refusal(lambda: offer(zone="Mars/Olympus")).code == "zone.unknown"


def test_only_a_sent_quote_expires() -> None:
    for state, quote in every_state().items():
        assert state_at(quote, at=TOO_LATE) == ("expired" if state == "sent" else state)
    naive = datetime(2026, 12, 1)  # noqa: DTZ001
    assert refusal(lambda: state_at(offer(), at=naive)).code == "instant.naive"


def test_a_day_and_an_instant_must_be_the_same() -> None:
    sent = send(offer())
    evening = datetime.fromisoformat("2026-12-01T20:00:00+00:00")
    accepted = accept(sent, on=date(2026, 12, 2), at=evening, by="x").acceptance
    assert accepted is not None
    assert accepted.on == date(2026, 12, 2)
    for given in ({}, {"on": date(2026, 12, 1), "at": evening}):
        assert refusal(lambda given=given: accept(sent, by="x", **given)).code == (  # type: ignore[misc]
            "quote.day_unclear"
        )


def test_an_expired_quote_is_accepted_with_leave_which_is_kept() -> None:
    sent = send(offer())
    on = date(2026, 12, 22)
    assert refusal(lambda: accept(sent, on=on, by="x")).code == "quote.expired"
    accepted = accept(sent, on=on, by="x", override=LEAVE)
    assert accepted.acceptance is not None
    assert accepted.acceptance.override == LEAVE
    assert published(accepted).acceptance == accepted.acceptance.with_(override=None)
    in_time = accept(sent, on=LAST, by="x", override=LEAVE.with_(at=MORNING)).acceptance
    assert in_time is not None
    assert in_time.override is None


def test_leave_comes_before_the_acceptance() -> None:
    sent = send(offer())
    nine = datetime.fromisoformat("2026-12-22T09:00:00+08:00")
    accept(sent, at=nine, by="x", override=LEAVE.with_(at=nine))
    for leave_at, told in (
        (nine + timedelta(seconds=1), {"at": nine}),
        (nine + timedelta(days=1), {"on": date(2026, 12, 22)}),
    ):
        override = LEAVE.with_(at=leave_at)
        refused = refusal(
            lambda told=told, override=override: accept(sent, by="x", override=override, **told)  # type: ignore[misc]
        )
        assert refused.code == "quote.override_late"


def test_an_expired_quote_is_offered_anew_as_the_next_version() -> None:
    sent = send(offer(sold_at("95.00")))
    second = revise(sent, sold_at("97.00"), issued_on=LAST, valid_until=LAST + timedelta(days=30))
    assert (second.version, second.state, second.zone) == (2, "draft", "Asia/Shanghai")
    assert accept(send(second), on=LAST + timedelta(days=1), by="x").gross == second.gross


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines"])
def test_a_withdrawal_says_why(reason: str) -> None:
    with pytest.raises(ValidationError):
        withdraw(send(offer()), on=DAY, reason=reason)


def test_nothing_is_withdrawn_before_it_was_issued() -> None:
    refused = refusal(lambda: withdraw(send(offer()), on=DAY - timedelta(days=1), reason="x"))
    assert refused.code == "quote.too_early"


def test_the_customer_sees_a_withdrawal_and_no_approval() -> None:
    quotes = every_state()
    seen = published(quotes["withdrawn"])
    assert (seen.state, seen.withdrawal) == ("withdrawn", quotes["withdrawn"].withdrawal)
    for state in ("draft", "in_approval", "approved"):
        hidden = published(quotes[state])
        assert (hidden.state, hidden.approvals, hidden.cleared) == ("draft", (), None)


def test_a_quote_that_uses_nothing_new_hashes_as_before() -> None:
    for field in ("zone", "alternatives", "cleared", "withdrawal"):
        assert f'"{field}"' not in example_quote().canonical()
    plain = accept(send(example_quote()), on=DAY, by="x").canonical()
    for field in ("at", "consent", "alternative", "options", "override"):
        assert f'"{field}":' not in plain.partition('"acceptance"')[2].partition("}")[0]
