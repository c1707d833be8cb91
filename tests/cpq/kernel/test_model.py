"""The base of every value, and how refusals travel."""

import pickle

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Conflict, DomainError, Finding, Refused, refuse_if
from cpq.kernel.model import canonical_json
from cpq.pricing import item
from cpq.product import Category


def test_a_value_is_closed_and_frozen() -> None:
    node = Category(code="bolts")
    with pytest.raises(ValidationError):
        node.code = "nuts"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Category(code="bolts", colour="red")  # type: ignore[call-arg]


def test_a_change_makes_a_new_validated_value() -> None:
    node = Category(code="bolts")
    assert node.with_(parent="parts") == Category(code="bolts", parent="parts")
    for changes in ({"parent": "\x00"}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            node.with_(**changes)


def test_equal_content_gives_an_equal_hash() -> None:
    first, second = item("M8", "2.50"), item("M8", "2.50")
    assert first.content_hash() == second.content_hash()
    assert first.content_hash() != item("M8", "2.51").content_hash()
    assert first.canonical() == '{"product":"M8","quantity":"2.50","unit":null}'


def test_canonical_json_sorts_keys_and_keeps_chinese() -> None:
    assert canonical_json({"b": 1, "a": "螺栓"}) == '{"a":"螺栓","b":1}'


def test_a_refusal_survives_pickling_with_its_facts() -> None:
    finding = Finding(code="x.y", message="no", place="here")
    refusal = Conflict("number.taken", "Q-1 is taken", findings=[finding], number="Q-1")
    again = pickle.loads(pickle.dumps(refusal))
    assert (type(again), again.code, again.facts, again.findings, str(again)) == (
        Conflict,
        "number.taken",
        {"number": "Q-1"},
        (finding,),
        "Q-1 is taken [number.taken]",
    )


def test_notes_and_approvals_do_not_refuse() -> None:
    soft = [Finding(code="a.b", message="m", severity=kind) for kind in ("note", "approval")]
    refuse_if(soft, code="x.invalid", subject="x")
    with pytest.raises(Refused) as refusal:
        refuse_if([*soft, Finding(code="c.d", message="m")], code="x.invalid", subject="x")
    assert [finding.code for finding in refusal.value.findings] == ["a.b", "a.b", "c.d"]
    assert isinstance(refusal.value, DomainError)
