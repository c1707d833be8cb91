"""Hostile text: what is no number is refused on every database alike, odd names are kept."""

import json
import re
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from pydantic import ValidationError

from cpq.adapters import read_request
from cpq.adapters.problems import problems
from cpq.kernel.errors import DomainError
from cpq.kernel.lookalike import lookalikes
from cpq.kernel.model import Frozen
from cpq.kernel.text import Code, Line, legible, number_key
from revenue.adapters.store import Store, open_store
from revenue.testing.deal import example_quote
from tests.contracts.conftest import empty_schema
from tests.errors.registry import ROOT
from tests.hostile.inputs import Entry, entries, given


class Numbered(Frozen):
    """A number, as every document has one."""

    number: Code


class Named(Frozen):
    """A name, as every party has one."""

    name: Line


@pytest.mark.parametrize("entry", entries("text"))
def test_a_number_is_kept_or_refused(entry: Entry) -> None:
    _meets(Numbered, "number", given(entry), entry["as_code"], entry.get("names", ""))


@pytest.mark.parametrize("entry", entries("text"))
def test_a_name_is_kept_or_refused(entry: Entry) -> None:
    _meets(Named, "name", given(entry), entry["as_line"], "")


def _meets(kind: type[Frozen], field: str, text: str, expected: str, names: str) -> None:
    if expected == "refused":
        with pytest.raises(ValidationError) as refusal:
            kind.model_validate({field: text})
        (finding,) = problems(refusal.value, otherwise="input.invalid")
        assert finding.place == field
        assert names in finding.message.en
        assert finding.message.en.isprintable()
        assert len(finding.message.en) < 300
    else:
        kept = getattr(kind.model_validate({field: text}), field)
        assert kept == normalize("NFC", text if expected == "kept" else text.strip())


def test_a_name_keeps_what_a_number_may_not_hold() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u0646\u200c\u0647"
    assert Named(name=family).name == family


def _texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is text in a table of tables and lists."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*path, step))


REQUEST = json.loads((ROOT / "examples/laser/request.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["U001", "U013b", "H98", "U014"])
def test_hostile_text_anywhere_in_a_request_is_told_in_its_place(name: str, tmp_path: Path) -> None:
    (parameters,) = entries("text", id=name)
    file = tmp_path / "request.json"
    for *way, last in _texts(REQUEST):
        asked = json.loads(json.dumps(REQUEST))
        reduce(getitem, way, asked)[last] = given(parameters.values[0])
        file.write_text(json.dumps(asked), encoding="utf-8")
        with pytest.raises(DomainError) as refusal:
            read_request(file)
        assert str(file) in str(refusal.value)
        assert len(str(refusal.value)) < 1500
        assert all(legible(str(found)) == str(found) for found in refusal.value.findings)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        with open_store(f"sqlite:///{tmp_path}/deals.db") as opened:
            yield opened
    else:
        with empty_schema() as url, open_store(url) as opened:
            yield opened


def test_a_hostile_number_gets_the_same_answer_from_each_database(store: Store) -> None:
    found = {}
    with store.unit() as deals:
        deals.save(example_quote("Q-1"))
        for parameters in entries("text"):
            (entry,) = parameters.values
            try:
                deals.quote(given(entry))
            except DomainError as error:
                found[entry["id"]] = error.code
            else:
                found[entry["id"]] = "found"
        assert [quote.number for quote in deals.quotes()] == ["Q-1"]
        assert deals.verify() == ()
    unreadable = {
        *("U001", "U002", "U003", "U004", "U006", "U006b", "U013", "U013b", "U013c", "H94"),
        *("H94b", "H98", "H98b", "H98c", "H98d", "X004"),
    }
    assert {name for name, code in found.items() if code == "number.unreadable"} == unreadable
    too_long = {name for name, code in found.items() if code == "number.too_long"}
    assert too_long == {"U014", "U014b", "U016", "U016b"}
    assert {found[name] for name in found.keys() - unreadable - too_long} == {"quote.unknown"}


def test_a_number_is_found_however_it_is_typed_and_kept_as_it_was(store: Store) -> None:
    """Upper and lower case, full width, two ways to write é: one number on every database."""
    with store.unit() as deals:
        for number in ("Acmé-1", "Straße", "İ-9"):
            deals.save(example_quote(number))
        for typed, number in (
            ("acme\u0301-1", "Acmé-1"),
            ("ＡＣＭÉ－１", "Acmé-1"),
            ("STRASSE", "Straße"),
            ("ſtraße", "Straße"),
            ("i\u0307-9", "İ-9"),
        ):
            assert deals.quote(typed).number == number
        with pytest.raises(DomainError) as refusal:
            deals.save(example_quote("ACMÉ-1"))
        assert refusal.value.code.startswith("quote.")
        assert len(deals.quotes()) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e\u0301", "é"),
        ("ſ", "s"),
        ("İ", "i\u0307"),
        ("ß", "SS"),
        ("Q-1", "ｑ－１"),
        ("INV\u00a01", "INV 1"),
        ("Ω", "Ω"),
    ],
)
def test_two_ways_to_write_a_number_have_one_key(one: str, other: str) -> None:
    assert number_key(one) == number_key(other)


@over(st.text(max_size=40))
def test_the_key_of_a_number_is_its_own_key(text: str) -> None:
    clean = re.sub("[\ud800-\udfff]", "", text)
    assert number_key(number_key(clean)) == number_key(clean)


@pytest.mark.parametrize(
    ("number", "known"),
    [
        ("INV-O1", "INV-01"),
        ("INV-1", "INV-l"),
        ("INV-1", "INV-I"),
        ("INV-А1", "INV-A1"),
        ("INV–1", "INV-1"),
        ("B-5", "8-S"),
        ("发票一1", "发票-1"),
    ],
)
def test_a_number_that_looks_like_another_is_told(number: str, known: str) -> None:
    for one, other in ((number, known), (known, number)):
        (finding,) = lookalikes(one, ["INV-77", other])
        assert finding.code == "number.lookalike"
        assert finding.severity == "note"
        assert repr(other) in finding.message.en
        assert repr(other) in finding.message.zh


def test_the_same_number_is_no_lookalike_of_itself() -> None:
    assert lookalikes("INV-O1", ["inv-o1", "ＩＮＶ-o1", "INV-02"]) == ()
    assert len(lookalikes("O" * 4, [f"{n:04b}".replace("1", "o") for n in range(16)])) == 5
