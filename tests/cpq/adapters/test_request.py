"""A quote request becomes a quote, or says all that is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from cpq.adapters import quote_for, read_catalogue, read_request
from cpq.kernel.errors import DomainError, Refused, Unreadable

LASER = Path(__file__).resolve().parents[3] / "examples" / "laser"
CATALOGUE = read_catalogue(LASER)
ASKED = json.loads((LASER / "request.json").read_text(encoding="utf-8"))


def request(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({**ASKED, **changes}), encoding="utf-8")
    return path


def test_the_laser_request_becomes_a_quote() -> None:
    quote = quote_for(read_request(LASER / "request.json"), CATALOGUE)
    assert (quote.number, quote.state) == ("Q-2026-0001", "draft")
    assert str(quote.gross) == "1281733.36 CNY"
    assert [str(term.percent) for term in quote.payment] == ["30", "60", "10"]


def test_a_toml_request_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    path.write_text(
        'number = "Q-1"\ncustomer = "C-0077"\nissued_on = 2026-11-21\nvalid_until = 2026-12-21\n'
        '[[items]]\nproduct = "NOZZLE-15"\nquantity = 10\n',
        encoding="utf-8",
    )
    quote = quote_for(read_request(path), CATALOGUE)
    assert str(quote.net) == "465.00 CNY"
    assert quote.pricing.book == "LIST-2026"


def test_decimals_in_json_stay_exact(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    text = json.dumps({**ASKED, "items": [{"product": "TRAINING-D", "quantity": 0}]})
    path.write_text(text.replace('"quantity": 0', '"quantity": 0.10'), encoding="utf-8")
    assert str(read_request(path).items[0].quantity) == "0.10"


def test_a_wrong_field_is_named(tmp_path: Path) -> None:
    path = request(tmp_path, valid_until="soon", items=[])
    with pytest.raises(Unreadable) as refusal:
        read_request(path)
    assert {finding.place for finding in refusal.value.findings} == {"valid_until", "items"}


def test_wrong_choices_name_item_and_path(tmp_path: Path) -> None:
    items = [
        {"configure": "LASER-3000", "choose": {"head": "HEAD-12KW"}},
        {"configure": "LASER-3000", "choose": {"head": "HEAD-9KW"}},
    ]
    with pytest.raises(Refused) as refusal:
        quote_for(read_request(request(tmp_path, items=items)), CATALOGUE)
    assert [(finding.place, finding.code) for finding in refusal.value.findings] == [
        ("items/1/head", "configuration.required"),
        ("items/2/head", "configuration.unknown_value"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer": "C-9"}, "customer.unknown"),
        ({"book": "LIST-1999"}, "price_book.unknown"),
        ({"items": [{"product": "M8", "quantity": 1}]}, "pricing.invalid"),
        ({"items": [{"configure": "NOZZLE-15"}]}, "bom.unknown"),
        ({"issued_on": "2027-01-01", "valid_until": "2027-02-01"}, "pricing.invalid"),
    ],
)
def test_what_the_catalogue_lacks_is_refused(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        quote_for(read_request(request(tmp_path, **changes)), CATALOGUE)
    assert refusal.value.code == code


def test_a_request_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"file\.unreadable"):
        read_request(path)
    with pytest.raises(Unreadable, match=r"file\.missing"):
        read_request(tmp_path / "other.json")


@pytest.mark.parametrize("picked", [5, None, {"a": 1}])
def test_a_choice_that_is_no_code_is_named(tmp_path: Path, picked: object) -> None:
    items = [{"configure": "LASER-3000", "choose": {"head": picked}}]
    with pytest.raises(Unreadable) as refusal:
        read_request(request(tmp_path, items=items))
    assert refusal.value.findings[0].place == "items.1.choose"
