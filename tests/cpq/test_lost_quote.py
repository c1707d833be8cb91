"""A sent quote that the customer turned down: recorded with its day and reason, then at rest."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from cpq.quote import Quote, accept, lose, published, revise, send, supersede
from revenue.testing import example_quote

DAY = date(2026, 12, 1)


def _lost(**fields: object) -> Quote:
    asked: dict[str, object] = {"on": DAY, "reason": "a lower offer", **fields}
    return lose(send(example_quote()), **asked)  # type: ignore[arg-type]


def test_a_loss_says_when_why_and_what() -> None:
    sent = send(example_quote())
    lost = _lost()
    assert lost.loss is not None
    assert (lost.state, lost.loss.on, lost.loss.reason) == ("lost", DAY, "a lower offer")
    assert lost.loss.quote_hash == sent.content_hash()
    assert lost.pricing == sent.pricing


def test_an_offer_may_be_lost_after_its_last_day() -> None:
    late = example_quote().valid_until + timedelta(days=90)
    assert _lost(on=late).loss is not None
    with pytest.raises(Refused) as refusal:
        _lost(on=example_quote().issued_on - timedelta(days=1))
    assert refusal.value.code == "quote.too_early"


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 201])
def test_a_loss_without_a_reason_is_malformed(reason: str) -> None:
    with pytest.raises(ValidationError):
        _lost(reason=reason)


def test_only_a_sent_quote_can_be_lost() -> None:
    draft = example_quote()
    others = (draft, accept(send(draft), on=DAY, by="x"), supersede(send(draft)), _lost())
    for quote in others:
        with pytest.raises(Refused) as refusal:
            lose(quote, on=DAY, reason="price")
        assert refusal.value.facts["state"] == quote.state


def test_a_lost_quote_is_neither_accepted_nor_overtaken() -> None:
    for act in (send, supersede, lambda quote: accept(quote, on=DAY, by="x")):
        with pytest.raises(Refused) as refusal:
            act(_lost())
        assert refusal.value.code == "quote.wrong_state"


def test_the_version_after_a_loss_starts_anew() -> None:
    lost = _lost()
    second = revise(lost, lost.pricing, issued_on=DAY, valid_until=DAY)
    assert (second.state, second.version, second.loss) == ("draft", 2, None)


def test_a_state_and_its_loss_go_together() -> None:
    for fields in ({"state": "lost"}, {"loss": _lost().loss}):
        with pytest.raises(ValidationError, match="a lost quote, and only that"):
            send(example_quote()).with_(**fields)


def test_the_customer_does_not_read_our_reason() -> None:
    seen = published(_lost())
    assert (seen.state, seen.loss) == ("sent", None)
    assert "lower offer" not in seen.canonical()


def test_quotes_stored_before_losses_hash_as_they_did() -> None:
    assert '"loss"' not in example_quote().canonical()
    assert '"loss":{' in _lost().canonical()
