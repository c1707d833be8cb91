"""Approvals bound to the content that was approved: whoever changes it afterwards is seen."""

import pytest

from cpq.kernel.errors import Refused
from cpq.quote import (
    Alternative,
    Quote,
    approval_needs,
    approval_status,
    approve,
    is_cleared,
    numbered,
    revise,
    send,
    submit,
)
from cpq.waterfall import Pricing
from tests.cpq.quotes import BASIC, DAY, LAST, MATRIX, PLAIN, decide, offer, sold_at


def agreed(quote: Quote) -> Quote:
    """The quote, submitted and agreed to by everybody who is asked."""
    asked, after = submit(quote, matrix=MATRIX), 0
    while asked.state == "in_approval":
        asked, after = approve(asked, decide(asked, after=after), matrix=MATRIX), after + 1
    return asked


def code_of(act: object, quote: Quote) -> str:
    with pytest.raises(Refused) as refusal:
        act(quote, matrix=MATRIX)  # type: ignore[operator]
    return refusal.value.code


def test_what_needs_nobody_is_approved_at_once() -> None:
    quote = submit(offer(), matrix=MATRIX)
    assert (quote.state, is_cleared(quote)) == ("approved", True)
    assert send(quote, matrix=MATRIX) == send(offer(), matrix=MATRIX)


def test_the_last_yes_approves_and_not_the_one_before() -> None:
    asked = submit(offer(sold_at("70.00")), matrix=MATRIX)
    manager = approve(asked, decide(asked), matrix=MATRIX)
    assert (manager.state, is_cleared(manager)) == ("in_approval", False)
    assert code_of(send, manager.with_(state="draft")) == "quote.needs_approval"
    director = approve(manager, decide(manager, after=1), matrix=MATRIX)
    assert (director.state, is_cleared(director)) == ("approved", True)
    assert send(director, matrix=MATRIX).content_hash() == director.cleared


def test_a_no_makes_it_a_draft_that_cannot_be_handed_in_unchanged() -> None:
    asked = submit(offer(sold_at("70.00")), matrix=MATRIX)
    refused = approve(asked, decide(asked, verdict="reject"), matrix=MATRIX)
    assert refused.state == "draft"
    for act in (submit, send):
        assert code_of(act, refused) == "quote.needs_approval"
    better = submit(refused.with_(pricing=sold_at("72.00")), matrix=MATRIX)
    assert better.state == "in_approval"
    assert submit(refused.with_(pricing=sold_at("80.00")), matrix=MATRIX).state == "approved"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another title"},
        {"pricing": sold_at("69.99")},
        {"pricing": sold_at("70.01")},
        {"valid_until": DAY},
        {"payment": ()},
        {"zone": "UTC"},
        {"alternatives": (BASIC,)},
        {"approvals": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_quote_is_not_sent_as_approved(change: dict[str, object]) -> None:
    changed = agreed(offer(sold_at("70.00"))).with_(**change)
    assert not is_cleared(changed)
    assert code_of(send, changed) == "quote.changed"


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"title": "Another title"}, "approved"),
        ({"pricing": sold_at("70.00")}, "approved"),
        ({"pricing": sold_at("70.01")}, "approved"),
        ({"pricing": sold_at("69.99")}, "in_approval"),
        ({"approvals": ()}, "in_approval"),
    ],
)
def test_handed_in_again_it_asks_only_for_what_got_worse(
    change: dict[str, object], state: str
) -> None:
    again = submit(agreed(offer(sold_at("70.00"))).with_(**change), matrix=MATRIX)
    assert (again.state, is_cleared(again)) == (state, state == "approved")


@pytest.mark.parametrize(("net", "state"), [("70.00", "approved"), ("69.99", "in_approval")])
def test_the_next_version_keeps_what_was_agreed_unless_it_is_worse(net: str, state: str) -> None:
    first = agreed(offer(sold_at("70.00")))
    second = revise(first, sold_at(net), issued_on=DAY, valid_until=LAST)
    assert (second.state, second.cleared) == ("draft", None)
    assert submit(second, matrix=MATRIX).state == state


def test_a_number_given_late_keeps_the_approval() -> None:
    named = numbered(agreed(offer(sold_at("70.00"), number="DRAFT-1")), number="Q-1")
    assert (named.number, is_cleared(named)) == ("Q-1", True)
    assert send(named, matrix=MATRIX).content_hash() == named.cleared
    changed = agreed(offer(sold_at("70.00"))).with_(title="Another title")
    assert not is_cleared(numbered(changed, number="Q-1"))


def test_only_a_first_version_is_numbered() -> None:
    second = revise(offer(), PLAIN, issued_on=DAY, valid_until=LAST)
    with pytest.raises(Refused, match="since its first version"):
        numbered(second, number="Q-9")


def test_each_alternative_needs_its_own_yes_unless_a_worse_one_has_it() -> None:
    deeper = Alternative(code="DEEPER", pricing=sold_at("60.00"))
    milder = Alternative(code="MILDER", pricing=sold_at("75.00"))
    quote = submit(offer(sold_at("70.00"), alternatives=(milder, deeper)), matrix=MATRIX)
    levels = [need.level.code for need in approval_needs(quote, MATRIX)]
    assert levels == ["manager", "director"] * 3
    said = 0
    while quote.state == "in_approval":
        stand = approval_status(quote, matrix=MATRIX)
        quote = approve(quote, decide(quote, after=said), matrix=MATRIX)
        said += 1
        assert len(approval_status(quote, matrix=MATRIX).open) < len(stand.open)
    # the yes to 70 covers 75, but not 60
    assert (quote.state, said) == ("approved", 4)


def test_an_alternative_alone_may_need_a_yes() -> None:
    deeper = Alternative(code="DEEPER", pricing=sold_at("60.00"))
    quote = offer(sold_at("95.00"), alternatives=(deeper,))
    assert code_of(send, quote) == "quote.needs_approval"
    assert send(agreed(quote), matrix=MATRIX).state == "sent"


def test_a_finding_of_an_alternative_stops_the_offer() -> None:
    finding = {"code": "margin.below", "message": "below cost", "place": "1"}
    broken: Pricing = sold_at("60.00").with_(findings=(finding,))
    with pytest.raises(Refused) as refusal:
        send(offer(alternatives=(Alternative(code="B", pricing=broken),)))
    assert refusal.value.code == "quote.blocked"
    assert [found.place for found in refusal.value.findings] == ["alternatives/B/1"]
