"""Bank lines and the keys by which two imports know them as one."""

from datetime import date

import pytest
from pydantic import ValidationError

from cpq.kernel.money import Money
from revenue.bank import BankDetail, BankLine, content_key, place_key
from revenue.bank.line import content_of
from revenue.bank.statement import renumbered

DAY = date(2026, 11, 20)


def line(amount="100.00", **fields):
    said = {"account": "6222", "statement": "S-1", "position": 1, "booked_on": DAY}
    return BankLine(amount=Money(amount, "CNY"), **{**said, **fields})


def test_booked_money_in_is_a_receipt():
    assert line().is_receipt


@pytest.mark.parametrize(
    "fields",
    [{"amount": "-1.00"}, {"amount": "0.00"}, {"is_return": True}, {"status": "pending"}],
)
def test_money_out_returns_and_announcements_are_no_receipts(fields):
    assert not line(**fields).is_receipt


def test_the_key_names_account_statement_and_position():
    assert place_key(line(position=7)) == "6222/S-1/7"
    assert content_key(line(position=7)).startswith("6222/S-1/7/")


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money("100.01", "CNY")},
        {"amount": Money("100", "JPY")},
        {"booked_on": date(2026, 11, 21)},
        {"value_on": DAY},
        {"text": "INV-1"},
        {"counterparty": "A"},
        {"counterparty_account": "1"},
        {"end_to_end": "E"},
        {"references": ("E",)},
        {"bank_reference": "E"},
        {"code": "NTRF"},
        {"status": "pending"},
    ],
)
def test_another_content_makes_another_key(change):
    assert content_key(line().with_(**change)) != content_key(line())


@pytest.mark.parametrize(
    "change",
    [
        {"file_line": 9},
        {"raw": ":61:"},
        {"balance": Money("1.00", "CNY")},
        {"details": (BankDetail(name="?34", text="1"),)},
        {"amount": Money("100", "CNY")},
    ],
)
def test_where_it_stands_and_how_it_is_written_make_no_other_key(change):
    assert content_key(line().with_(**change)) == content_key(line())


def test_references_are_told_from_the_bank_reference():
    assert content_of(line(references=("A",))) != content_of(line(bank_reference="A"))


def test_lines_of_a_statement_without_a_name_are_known_by_content_and_repeat():
    first, other, second = renumbered(
        [line(statement=""), line(statement="", text="B"), line(statement="")]
    )
    assert (first.repeat, other.repeat, second.repeat) == (1, 1, 2)
    assert len({content_key(each) for each in (first, other, second)}) == 3
    again = renumbered([line(statement="", text="new above"), line(statement="")])
    assert content_key(again[1]) == content_key(first)


def test_a_text_that_cannot_be_printed_is_refused():
    with pytest.raises(ValidationError, match="U\\+0000"):
        line(text="a\x00b")


def test_text_of_a_payer_who_names_two_hundred_invoices_is_kept_whole():
    text = " ".join(f"INV-2026-{number:05d}" for number in range(200))
    assert line(text=text).text == text
