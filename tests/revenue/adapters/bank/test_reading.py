"""One way in: formats told by content, other files refused with what to do, libraries missing."""

import sys
from pathlib import Path

import pytest

from cpq.kernel.errors import DomainError, Invalid, Unavailable, Unreadable
from revenue.adapters.bank import ColumnMap, read_statements
from revenue.adapters.bank.source import FILE_MAX

STATEMENTS = Path(__file__).parent / "statements"
NAMES = {
    "german.sta": "mt940",
    "marks.sta": "mt940",
    "batch.xml": "camt.053",
    "report.bai2": "bai2",
    "cmb.csv": "csv",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_format_is_told_by_content_whatever_the_name(tmp_path, name):
    file = tmp_path / "export.pdf"
    file.write_bytes((STATEMENTS / name).read_bytes())
    assert {each.format for each in read_statements(file)} == {NAMES[name]}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_file_gives_the_same_statements(name):
    first, second = (read_statements(STATEMENTS / name) for _ in range(2))
    assert [each.content_hash() for each in first] == [each.content_hash() for each in second]
    assert [type(each).model_validate_json(each.model_dump_json()) for each in first] == list(first)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "bank_file.empty", "export it again"),
        (b" \r\n\t ", "bank_file.empty", "export it again"),
        (b"PK\x03\x04....", "bank_file.spreadsheet", "CSV"),
        (b"\xd0\xcf\x11\xe0....", "bank_file.spreadsheet", "CSV"),
        (b"<html><table>", "bank_file.spreadsheet", "CSV"),
        (b"%PDF-1.7", "bank_file.unknown_format", "a PDF"),
        (b"OFXHEADER:100", "bank_file.unknown_format", "an OFX file"),
        (b"\x1f\x8b\x08", "bank_file.unknown_format", "compressed"),
        (b"hello", "bank_file.unknown_format", "columns=ColumnMap"),
        (b'a,"b' * 3000, "bank_file.unknown_format", "columns=ColumnMap"),
    ],
)
def test_other_files_are_refused_with_what_to_do(tmp_path, data, code, words):
    file = tmp_path / "file.sta"
    file.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        read_statements(file)
    assert caught.value.code == code
    assert words in caught.value.message
    assert "file.sta" in caught.value.text.zh


@pytest.mark.parametrize("place", ["nowhere.sta", ".", "a\x00b"])
def test_a_path_that_leads_to_no_file_is_refused(tmp_path, place):
    with pytest.raises(Unreadable) as caught:
        read_statements(tmp_path / place)
    assert caught.value.code == "bank_file.missing"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "large.sta"
    with file.open("wb") as stream:
        stream.truncate(FILE_MAX + 1)
    with pytest.raises(Unreadable) as caught:
        read_statements(file)
    assert caught.value.code == "bank_file.too_large"


def test_an_unknown_format_is_refused():
    with pytest.raises(Invalid, match="format is one of"):
        read_statements(STATEMENTS / "german.sta", format="mt942")


@pytest.mark.parametrize(
    ("name", "module"),
    [("german.sta", "mt940.tags"), ("batch.xml", "lxml.etree"), ("report.bai2", "bai2.constants")],
)
def test_a_library_that_is_missing_is_named_with_what_to_install(monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Unavailable) as caught:
        read_statements(STATEMENTS / name)
    assert caught.value.code == "bank_file.no_library"
    assert "pip install 'cpq-revenue[bank]'" in caught.value.message
    assert "pip install 'cpq-revenue[bank]'" in caught.value.text.zh


def test_a_csv_export_needs_no_library(monkeypatch):
    for module in ("mt940", "mt940.tags", "lxml", "lxml.etree", "bai2", "bai2.constants"):
        monkeypatch.setitem(sys.modules, module, None)
    assert read_statements(STATEMENTS / "cmb.csv")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", ["mt940", "camt.053", "bai2", "csv"])
def test_a_file_read_as_another_format_is_a_refusal_of_ours(name, other):
    if other == NAMES[name]:
        return
    with pytest.raises(DomainError):
        read_statements(
            STATEMENTS / name,
            format=other,
            columns=ColumnMap(account_number="1", currency_code="CNY"),
        )


def test_what_is_wrong_is_quoted_short_and_escaped(tmp_path):
    file = tmp_path / "file.csv"
    file.write_text(f"交易日期,金额,账号,币种\n20261120,{'9' * 90_000},1,CNY\n", encoding="utf-8")
    with pytest.raises(Unreadable) as caught:
        read_statements(file)
    assert len(caught.value.message) < 400
    assert caught.value.findings[0].place == "file.csv:2:金额"
