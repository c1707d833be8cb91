"""The journal as CSV: what is written is what is read."""

import csv
import io

import pytest
from hypothesis import given

from cpq.kernel.errors import Unreadable
from revenue.adapters.export import journal_csv, read_journal_csv
from revenue.adapters.export.generic_csv import COLUMNS
from revenue.adapters.export.guard import guarded, unguarded
from revenue.entry import JournalEntry, JournalLine
from revenue.journal import journal, trial_balance
from tests.revenue.adapters.export.books import books, texts
from tests.revenue.deals import cash, day, debt, ledger_of

ENTRIES = journal([debt("AR-1", "300.00", on=day(1)), cash("R-1", "120.50", on=day(1))])


@given(entries=books)
def test_what_is_read_back_is_what_was_written(entries: list[JournalEntry]) -> None:
    for mark in (True, False):
        content = journal_csv(entries, mark=mark)
        assert content.startswith(b"\xef\xbb\xbf") is mark
        again = read_journal_csv(content)
        assert again == tuple(entries)
        assert [entry.canonical() for entry in again] == [entry.canonical() for entry in entries]
        assert journal_csv(again, mark=mark) == content


@given(entries=books)
def test_no_cell_of_text_is_taken_for_a_formula(entries: list[JournalEntry]) -> None:
    rows = list(csv.DictReader(io.StringIO(journal_csv(entries, mark=False).decode())))
    for row in rows:
        for name in ("entry", "fact", "account", "customer", "contract", "memo_en", "memo_zh"):
            assert not row[name].lstrip().startswith(("=", "+", "-", "@", "＝", "＋"))


@pytest.mark.parametrize(
    "text", ["=1+1", " =1", "\n+1", "\t1", "-1", "@A1", "＝1", "'quoted", "''"]
)
def test_what_might_be_calculated_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", " ", "1+1", "a=b", "恒泰", '"x"'])
def test_other_words_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(text=texts)
def test_the_guard_is_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_every_field_of_an_entry_has_a_column() -> None:
    """A field that is new in the model must be written and read here too."""
    assert set(JournalLine.model_fields) == {
        *("account", "debit", "credit", "customer", "contract", "booked", "book_only"),
    }
    assert set(JournalEntry.model_fields) == {
        *("number", "on", "fact_kind", "fact", "rule", "rule_version", "lines", "memo"),
    }


def test_a_row_tells_the_whole_line() -> None:
    row = next(csv.DictReader(io.StringIO(journal_csv(ENTRIES[1:], mark=False).decode())))
    assert row == {
        "entry": "receipt/R-1",
        "on": "2026-12-01",
        "period": "2026-12",
        "fact_kind": "receipt",
        "fact": "R-1",
        "rule": "receipt.received",
        "rule_version": "1",
        "line": "1",
        "account": "1002",
        "account_en": "Bank deposits",
        "account_zh": "银行存款",
        "debit": "120.50",
        "credit": "",
        "currency": "CNY",
        "booked_debit": "",
        "booked_credit": "",
        "booked_currency": "",
        "book_only": "",
        "customer": "C-1",
        "contract": "",
        "memo_en": "Receipt R-1 from C-1",
        "memo_zh": "收到 C-1 款 R-1",
    }


def test_the_trial_balance_survives_the_journey() -> None:
    ledger = ledger_of(debt("AR-1", "300.00"), cash("R-1", "500.00", on=day(3)))
    entries = journal(ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(4)).facts)
    assert trial_balance(read_journal_csv(journal_csv(entries))) == trial_balance(entries)


@pytest.mark.parametrize(
    ("old", "new", "row", "why"),
    [
        (b"entry,on", b"entry,day", 1, "the titles must be"),
        (b"300.00", b"3OO.00", 2, "plain digits"),
        (b"300.00", b"299.99", 2, "does not balance in CNY"),
        (b"2026-12-01,2026-12,receivable,AR-1", b"2026-12-02,2026-12,receivable,AR-1", 3, "follow"),
        (b",2,224102", b",3,224102", 3, "does not follow the one before"),
        (b"C-1,,", b"C-1,", 2, "21 cells are there, and 22 are wanted"),
        (b"\nreceipt/R-1", b'\n"receipt/R-1', 4, "it is not CSV"),
        (b"R-1 from", b"\xff\xfe", 1, "the file is not UTF-8"),
    ],
)
def test_a_spoilt_file_is_refused_with_its_row(old: bytes, new: bytes, row: int, why: str) -> None:
    spoilt = journal_csv(ENTRIES, mark=False).replace(old, new, 1)
    with pytest.raises(Unreadable) as refusal:
        read_journal_csv(spoilt)
    assert refusal.value.code == "journal_export.unreadable"
    assert refusal.value.facts["row"] == row
    assert why in refusal.value.message


def test_a_day_that_is_none_is_refused() -> None:
    spoilt = journal_csv(ENTRIES, mark=False).replace(b"2026-12-01", b"2026-13-01")
    with pytest.raises(Unreadable, match="row 2 of the journal cannot be read: on: "):
        read_journal_csv(spoilt)


def test_an_unfinished_file_is_refused() -> None:
    content = journal_csv(ENTRIES, mark=False)
    with pytest.raises(Unreadable, match=r"does not balance|at least 2"):
        read_journal_csv(b"\r\n".join(content.split(b"\r\n")[:-2]))


def test_an_empty_journal_is_a_row_of_titles() -> None:
    assert journal_csv([], mark=False).decode() == ",".join(COLUMNS) + "\r\n"
    assert read_journal_csv(journal_csv([])) == ()
