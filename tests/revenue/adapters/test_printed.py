"""Records of printed documents in a store: kept once, found by version, held by verify."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from cpq.kernel.errors import Conflict, Invalid
from cpq.quote import revise, send
from revenue.adapters.deals import Deals
from revenue.adapters.store import Store, open_store
from revenue.testing.deal import example_printed, example_quote
from revenue.testing.inspect import database_refuses

DRAFT = example_quote()
SENT = send(DRAFT)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as store:
        with store.unit() as deals:
            deals.save(DRAFT)
            deals.save(SENT)
        yield store


def test_a_record_comes_back_equal(store: Store) -> None:
    first, second = example_printed(SENT), example_printed(DRAFT, content=b"%PDF draft")
    with store.unit() as deals:
        deals.keep(first)
        deals.keep(second)
        deals.keep(first)
    with store.view() as deals:
        assert set(deals.printed("q-2026-0001")) == {first, second}
        assert set(deals.printed(SENT.number, version=1)) == {first, second}
        assert deals.printed(SENT.number, version=2) == ()
        assert deals.printed("Q-9") == ()
        assert deals.verify() == ()


def test_the_records_of_versions_stand_apart(store: Store) -> None:
    following = revise(SENT, SENT.pricing, issued_on=SENT.issued_on, valid_until=SENT.valid_until)
    with store.unit() as deals:
        deals.save(following)
        deals.keep(example_printed(SENT))
        deals.keep(example_printed(following))
    with store.view() as deals:
        assert [each.version for each in deals.printed(SENT.number)] == [1, 2]
        assert [each.version for each in deals.printed(SENT.number, version=2)] == [2]


def test_what_was_not_saved_has_no_record(store: Store) -> None:
    other = SENT.with_(title="Another")
    with store.unit() as deals:
        with pytest.raises(Conflict, match="save") as refusal:
            deals.keep(example_printed(other))
        assert refusal.value.code == "printed.not_stored"
        assert deals.printed(SENT.number) == ()


def test_a_view_keeps_nothing(store: Store) -> None:
    with store.view() as deals, pytest.raises(Invalid) as refusal:
        deals.keep(example_printed(SENT))
    assert refusal.value.code == "store.only_reads"


def test_another_tenant_sees_nothing(store: Store) -> None:
    with store.unit() as deals:
        deals.keep(example_printed(SENT))
        other = Deals(deals.connection, tenant="other")
        assert other.printed(SENT.number) == ()
        with pytest.raises(Conflict, match="not stored"):
            other.keep(example_printed(SENT))


def test_records_are_never_changed(store: Store) -> None:
    with store.unit() as deals:
        deals.keep(example_printed(SENT))
    for statement in (
        "UPDATE cpq_quote_document SET locale = 'en'",
        "DELETE FROM cpq_quote_document",
    ):
        database_refuses(store, statement)


def test_a_record_without_its_quote_is_named(store: Store) -> None:
    with store.unit() as deals:
        deals.keep(example_printed(SENT))
    with store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER cpq_quote_no_delete"))
        connection.execute(text("DELETE FROM cpq_quote WHERE state = 'sent'"))
    (found,) = store.verify()
    assert found.code == "store.orphan_row"
    assert found.place.startswith("quote_document q-2026-0001 version 1")
