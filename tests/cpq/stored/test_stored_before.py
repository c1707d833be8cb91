"""Documents that were stored before fields were added: they read, and they hash as they did."""

import json
from pathlib import Path
from typing import Any

import pytest

from cpq import Quote, Step
from cpq.kernel.model import Frozen
from revenue import Contract, SalesOrder

KEPT: dict[str, Any] = json.loads(
    Path(__file__).with_name("laser-0.1.json").read_text(encoding="utf-8")
)
KINDS: dict[str, type[Frozen]] = {"quote": Quote, "contract": Contract, "order": SalesOrder}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_document_of_release_0_1_reads_and_hashes_as_it_did(name: str) -> None:
    document = KINDS[name].model_validate_json(json.dumps(KEPT[name]["value"]))
    assert document.content_hash() == KEPT[name]["sha256"]
    assert json.loads(document.canonical()) == KEPT[name]["value"]


def test_what_was_accepted_is_still_what_was_sent() -> None:
    quote = Quote.model_validate_json(json.dumps(KEPT["quote"]["value"]))
    sent = quote.with_(state="sent", acceptance=None)
    assert quote.acceptance is not None
    assert sent.content_hash() == KEPT["sent_sha256"] == quote.acceptance.quote_hash


def test_a_field_that_is_used_changes_the_hash() -> None:
    row = Step(point="list", rule="LIST: M8", applied=True, reason="applied")
    assert row.with_(basis="product").content_hash() != row.content_hash()


def test_the_explanation_of_an_old_quote_still_reads() -> None:
    quote = Quote.model_validate_json(json.dumps(KEPT["quote"]["value"]))
    text = quote.pricing.explain()
    assert "LIST-2026: LASER-3000" in text
    assert "to pay" in text
