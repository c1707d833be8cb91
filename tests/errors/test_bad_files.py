"""Bad catalogue folders and requests: file, line and column are named, whatever is wrong."""

import json
from pathlib import Path

import pytest

from cpq.adapters import read_catalogue, read_request
from cpq.kernel.errors import Unreadable
from tests.errors.registry import ROOT
from tests.errors.shop import laser_folder, untouched


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "place"),
    [
        ("price_books", "CNY", "RMB", "currency.unknown", "price_books.csv:2:currency"),
        ("price_books", "Asia/Shanghai", "China", "zone.unknown", "price_books.csv:2"),
        ("products", "set,machines", "crate,machines", "unit.unknown", "products.csv:2:unit"),
        ("prices", "LASER-3000", "LASER-9", "product.unknown", "prices.csv:2:product"),
        ("prices", "2026-01-01", "2026-13-01", "row.unreadable", "prices.csv:2:from"),
        ("prices", "2026-01-01", "2026-02-01", "price_book.versions_overlap", "price_books.csv:2"),
        ("prices", "LIST-2026,", "LIST-2026", "row.unreadable", "prices.csv:2"),
        ("prices", "LIST-2026", "LIST-9", "price_book.unknown", "prices.csv:2:book"),
        ("products", "LASER-3000,", ",", "row.unreadable", "products.csv:2:code"),
        ("products", "LASER-3000,", f"{'L' * 5000},", "row.unreadable", "products.csv:2:code"),
        ("products", "LASER-3000,", '"LASER\n3000",', "row.unreadable", "products.csv:2:code"),
        ("products", "code,", '"co\nde",', "file.columns", "products.csv:1"),
        ("promotions", '"3"', '"three"', "number.not_exact", "promotions.toml:1"),
        ("catalogue", 'zone = "', "zone = ", "file.unreadable", "catalogue.toml"),
        ("LASER-3000", "head=HEAD", "headHEAD", "row.unreadable", "boms/LASER-3000.toml:requires"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_folder_is_placed(
    tmp_path: Path, file: str, old: str, new: str, code: str, place: str
) -> None:
    catalogue = laser_folder(tmp_path, **{file: (old, new)})
    with untouched(catalogue), pytest.raises(Unreadable) as refusal:
        read_catalogue(catalogue)
    found = [each for each in refusal.value.findings if each.code == code]
    assert any(each.place.startswith(place) for each in found), refusal.value
    for finding in refusal.value.findings:
        assert str(finding).splitlines() == [str(finding)]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"number": "Q" * 5000}, "number"),
        ({"items": []}, "items"),
        ({"items": [{"product": "NOZZLE-15", "quantity": "1,5"}]}, "items"),
        ({"payment": [{"percent": "30", "event": "birthday"}]}, "payment.1.event"),
        ({"dis\ncount": "5"}, "dis count"),
    ],
)
def test_what_is_wrong_in_a_request_is_placed(
    tmp_path: Path, changes: dict[str, object], place: str
) -> None:
    good = json.loads((ROOT / "examples/laser/request.json").read_text(encoding="utf-8"))
    file = tmp_path / "request.json"
    file.write_text(json.dumps({**good, **changes}), encoding="utf-8")
    with untouched(file), pytest.raises(Unreadable) as refusal:
        read_request(file)
    assert any(each.place.startswith(place) for each in refusal.value.findings), refusal.value
    assert refusal.value.message.splitlines() == [refusal.value.message]
