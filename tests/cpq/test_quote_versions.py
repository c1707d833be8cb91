"""The versions of one quote in memory: one is live at most, and what was sent never changes."""

import pytest

from cpq.kernel.errors import DomainError
from cpq.quote import (
    Quote,
    accept,
    approve,
    keep_version,
    live_version,
    lose,
    revise,
    send,
    submit,
    supersede,
    withdraw,
)
from tests.cpq.quotes import DAY, LAST, MATRIX, decide, offer, sold_at


def kept(*quotes: Quote) -> tuple[Quote, ...]:
    versions: tuple[Quote, ...] = ()
    for quote in quotes:
        versions = keep_version(versions, quote)
    return versions


def following(quote: Quote) -> Quote:
    return revise(quote, quote.pricing, issued_on=DAY, valid_until=LAST)


def states(versions: tuple[Quote, ...]) -> list[str]:
    return [quote.state for quote in versions]


def code_of(versions: tuple[Quote, ...], quote: Quote, replaces: Quote | None = None) -> str:
    with pytest.raises(DomainError) as refusal:
        keep_version(versions, quote, replaces=replaces)
    return refusal.value.code


DRAFT = offer()
SENT = send(DRAFT)
SECOND = following(SENT)


def test_a_version_that_goes_out_supersedes_the_one_before() -> None:
    versions = kept(DRAFT, SENT, SECOND)
    assert states(versions) == ["sent", "draft"]
    assert live_version(versions) == SENT
    versions = keep_version(versions, send(SECOND))
    assert states(versions) == ["superseded", "sent"]
    assert live_version(versions) == send(SECOND)


@pytest.mark.parametrize(
    "end",
    [
        lambda quote: accept(quote, on=DAY, by="x"),
        lambda quote: lose(quote, on=DAY, reason="price"),
        lambda quote: withdraw(quote, on=DAY, reason="out of stock"),
    ],
    ids=["accepted", "lost", "withdrawn"],
)
def test_so_does_one_whose_end_alone_is_kept(end: object) -> None:
    ended = end(send(SECOND))  # type: ignore[operator]
    versions = kept(SENT, ended)
    assert states(versions) == ["superseded", ended.state]
    assert (live_version(versions) is not None) == (ended.state == "accepted")


def test_a_next_version_supersedes_a_draft_at_once() -> None:
    asked = submit(offer(sold_at("70.00")), matrix=MATRIX)
    for unsent in (DRAFT, asked, submit(DRAFT)):
        versions = kept(unsent, following(unsent))
        assert states(versions) == ["superseded", "draft"]
        assert live_version(versions) is None


def test_one_that_goes_out_later_supersedes_all_before() -> None:
    third = following(SECOND)
    versions = kept(SENT, SECOND, third)
    assert states(versions) == ["sent", "superseded", "draft"]
    assert states(keep_version(versions, send(third))) == ["superseded", "superseded", "sent"]


def test_what_is_kept_already_changes_nothing() -> None:
    versions = kept(SENT, send(SECOND))
    assert keep_version(versions, send(SECOND)) is not None
    assert keep_version(versions, supersede(SENT)) == versions


def test_only_the_newest_version_does_anything() -> None:
    versions = kept(SENT, SECOND)
    assert code_of(versions, accept(SENT, on=DAY, by="x")) == "quote.overtaken"
    assert states(keep_version(versions, supersede(SENT))) == ["superseded", "draft"]
    assert code_of(kept(SECOND), SENT) == "quote.overtaken"


def test_what_was_sent_does_not_change() -> None:
    versions = kept(SENT)
    changed = SENT.with_(title="Three of them")
    assert code_of(versions, changed, replaces=SENT) == "quote.wrong_state"
    assert code_of(versions, DRAFT, replaces=SENT) == "quote.wrong_state"
    assert code_of(versions, accept(changed, on=DAY, by="x"), SENT) == "quote.wrong_state"
    lied = accept(SENT, on=DAY, by="x").with_(title="Three of them")
    assert code_of(versions, lied, replaces=SENT) == "quote.overtaken"


def test_an_end_of_something_else_is_not_kept() -> None:
    for end in (
        accept(SENT, on=DAY, by="x"),
        lose(SENT, on=DAY, reason="price"),
        withdraw(SENT, on=DAY, reason="out of stock"),
    ):
        assert code_of((), end.with_(title="Three of them")) == "quote.overtaken"


def test_a_draft_is_replaced_by_whoever_knows_it() -> None:
    versions = kept(DRAFT)
    changed = DRAFT.with_(title="Three of them")
    assert code_of(versions, changed) == "quote.overtaken"
    assert code_of(versions, changed, replaces=changed) == "quote.overtaken"
    assert keep_version(versions, changed, replaces=DRAFT) == (changed,)
    assert states(keep_version(versions, send(changed), replaces=DRAFT)) == ["sent"]


def test_decisions_are_kept_one_after_the_other() -> None:
    draft = offer(sold_at("70.00"))
    asked = submit(draft, matrix=MATRIX)
    manager = approve(asked, decide(asked), matrix=MATRIX)
    director = approve(manager, decide(manager, after=1), matrix=MATRIX)
    versions = kept(draft, asked)
    assert code_of(versions, manager) == "quote.overtaken"
    versions = keep_version(versions, manager, replaces=asked)
    versions = keep_version(versions, director, replaces=manager)
    assert code_of(versions, director.with_(title="x"), director) == "quote.changed"
    assert states(keep_version(versions, send(director))) == ["sent"]
    rejected = approve(asked, decide(asked, verdict="reject"), matrix=MATRIX)
    assert states(keep_version(kept(asked), rejected, replaces=asked)) == ["draft"]


def test_no_version_follows_an_accepted_one_or_leaves_a_gap() -> None:
    assert code_of(kept(accept(SENT, on=DAY, by="x")), SECOND) == "quote.overtaken"
    assert code_of(kept(SENT), following(SECOND)) == "quote.overtaken"
    assert code_of(kept(SENT), SECOND.with_(number="Q-9")) == "quote.number_taken"


def test_an_older_version_cannot_come_back() -> None:
    lost = lose(SENT, on=DAY, reason="price")
    versions = kept(lost, send(SECOND))
    assert states(versions) == ["lost", "sent"]
    assert code_of(versions, SENT) == "quote.overtaken"
    assert code_of(kept(lost), SENT, replaces=lost) == "quote.wrong_state"
