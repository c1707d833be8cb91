"""Which price books are searched, in which order, and who said so."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from cpq.assignment import AssignmentLookup, BookAssignment, Choice, book_order
from cpq.customer import Customer
from cpq.kernel.errors import NotFound, Refused

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BUYER = Customer(
    code="C-1", party={"name": "C"}, groups=("VIP", "EAST"), region="CN", channel="direct"
)


def to(book: str, **fields: object) -> BookAssignment:
    """An assignment to the group VIP, unless said otherwise."""
    target = {} if fields.keys() & _TARGETS else {"customer_group": "VIP"}
    return BookAssignment.model_validate({"book": book, **target, **fields})


_TARGETS = {"customer", "customer_group", "channel", "region"}


def order(*assignments: BookAssignment, **asked: object) -> list[str]:
    """The books, with a stop where the search ends."""
    customer = asked.pop("customer", BUYER)
    at = asked.pop("at", NOON)
    said = {"default": "LIST", **asked}
    lookup = AssignmentLookup(assignments)
    found = lookup.book_order(customer, at=at, **said)  # type: ignore[arg-type]
    return [f"{choice.book}{'.' if choice.final else ''}" for choice in found]


EVERY = (
    to("FOR-C1", customer="C-1"),
    to("FOR-VIP"),
    to("FOR-EAST", customer_group="EAST"),
    to("FOR-DIRECT", channel="direct"),
    to("FOR-CN", region="CN"),
    to("FOR-NOBODY", region="US"),
)


def test_books_are_searched_from_the_nearest_on() -> None:
    assert order(*EVERY, agreement_book="FRAME") == [
        *("FRAME", "FOR-C1", "FOR-VIP", "FOR-EAST", "FOR-DIRECT", "FOR-CN", "LIST")
    ]
    assert order(*reversed(EVERY)) == order(*EVERY)


def test_each_book_says_who_chose_it() -> None:
    found = book_order(BUYER, assignments=EVERY, at=NOON, default="LIST")
    assert [choice.reason.en for choice in found] == [
        *("customer C-1", "group VIP", "group EAST", "channel direct", "region CN", "default")
    ]
    assert [choice.reason.zh for choice in found][:2] == ["客户 C-1", "客户组 VIP"]


def test_an_explicit_book_is_the_only_one() -> None:
    # PB-04: the price comes from the book that was chosen, not from the cheapest
    assert order(*EVERY, explicit="A", agreement_book="FRAME") == ["A."]
    assert book_order(None, explicit="A", at=NOON) == (Choice("A", "explicit", "", True),)


def test_nothing_is_searched_behind_the_own_book_of_a_customer() -> None:
    own = BUYER.with_(price_book="OWN")
    assert order(*EVERY, customer=own) == ["OWN."]
    assert order(*EVERY, customer=own, agreement_book="FRAME") == ["FRAME", "OWN."]


def test_a_forced_book_ends_the_search() -> None:
    assert order(to("A"), to("B", customer_group="EAST", forced=True), to("C", region="CN")) == [
        *("A", "B.")
    ]
    assert order(to("A", forced=True, priority=2), to("B", priority=1), to("C", priority=1)) == [
        "A."
    ]


def test_of_one_group_the_higher_priority_comes_first() -> None:
    assert order(to("LOW"), to("HIGH", priority=5), to("MIDDLE", priority=3)) == [
        *("HIGH", "MIDDLE", "LOW", "LIST")
    ]


def test_the_nearest_group_is_the_first_of_the_customer() -> None:
    books = (to("FOR-VIP"), to("FOR-EAST", customer_group="EAST", priority=9))
    assert order(*books)[0] == "FOR-VIP"
    assert order(*books, customer=BUYER.with_(groups=("EAST", "VIP")))[0] == "FOR-EAST"


def test_a_tie_names_both_books() -> None:
    with pytest.raises(Refused, match="'A' and 'B' are both assigned to group 'VIP'") as told:
        order(to("B"), to("A"))
    assert told.value.code == "price_book.tie"
    assert order(to("A"), to("A", forced=True)) == order(to("A", forced=True), to("A")) == ["A."]
    assert order(to("B", period={"end": "2026-11-20"}), to("A")) == ["A", "LIST"]


def test_assignments_hold_while_their_period_does() -> None:
    until = to("SALE", zone="Asia/Shanghai", period={"end": "2026-11-21"})
    asked = [datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in (15, 16)]
    assert [order(until, at=at)[0] for at in asked] == ["SALE", "LIST"]


def test_only_books_in_the_currency_asked_for_are_searched() -> None:
    books = (to("YUAN", currency="CNY"), to("DOLLAR", currency="USD"), to("ANY", channel="direct"))
    known = {"LIST": "CNY", "ANY": "USD"}
    assert order(*books, currency="USD", currencies=known) == ["DOLLAR", "ANY"]
    assert order(*books, currency="CNY", currencies=known) == ["YUAN", "LIST"]
    assert order(*books, currency="EUR", currencies=known) == ["LIST"]


def test_the_first_book_decides_the_currency_of_the_others() -> None:
    books = (to("YUAN", priority=1), to("DOLLAR"), to("MORE", region="CN"))
    known = {"YUAN": "CNY", "DOLLAR": "USD", "MORE": "CNY", "LIST": "USD"}
    assert order(*books, currencies=known) == ["YUAN", "MORE"]
    own = BUYER.with_(price_book="DOLLAR")
    assert order(customer=own, agreement_book="YUAN", currencies=known) == ["YUAN"]
    assert order(customer=own, currency="CNY", currencies=known) == ["DOLLAR."]


def test_a_book_is_searched_once() -> None:
    assert order(to("LIST"), to("X", region="CN"), agreement_book="X") == ["X", "LIST"]


def test_nobody_in_particular_has_the_default() -> None:
    assert order(*EVERY, customer=None) == ["LIST"]
    assert order(*EVERY, customer=None, default=None) == []
    plain = Customer(code="C-9", party={"name": "C"})
    assert order(to("A", channel="web"), customer=plain) == ["LIST"]


@pytest.mark.parametrize("fields", [{}, {"customer": "C-1", "region": "CN"}])
def test_an_assignment_is_for_exactly_one(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exactly one of customer"):
        BookAssignment.model_validate({"book": "A", **fields})


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises((ValidationError, NotFound), match="not an IANA time zone"):
        to("A", zone="Mars")
