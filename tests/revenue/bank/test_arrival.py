"""From bank lines to receipts, and what was imported before."""

from datetime import date

import pytest

from cpq.kernel.errors import Conflict, Refused
from cpq.kernel.money import Money
from revenue.bank import BankLine, content_key, receipt_of, unseen

DAY = date(2026, 11, 20)


def line(amount="100.00", **fields):
    said = {"account": "6222", "statement": "S-1", "position": 1, "booked_on": DAY}
    return BankLine(amount=Money(amount, "CNY"), **{**said, **fields})


def test_a_receipt_says_what_the_bank_said():
    receipt = receipt_of(
        line(
            counterparty="上海机床有限公司",
            counterparty_account="6222 0001",
            end_to_end="E2E-1",
            references=("RF18539007547034",),
            text="货款\nINV-1",
        ),
        number="RC-1",
        customer="C-1",
    )
    assert (receipt.number, receipt.customer, receipt.on) == ("RC-1", "C-1", DAY)
    assert receipt.amount == Money("100.00", "CNY")
    assert (receipt.payer, receipt.payer_account) == ("上海机床有限公司", "6222 0001")
    assert receipt.reference == "E2E-1 RF18539007547034 货款 INV-1"
    assert receipt.bank == "6222/S-1/1"


def test_a_payer_may_be_unknown():
    assert receipt_of(line(), number="RC-1").customer == ""


def test_a_reference_that_the_text_repeats_is_said_once():
    found = receipt_of(line(end_to_end="INV-1", text="pays INV-1"), number="RC-1")
    assert found.reference == "pays INV-1"


def test_a_long_text_is_cut_at_a_word_and_says_so():
    text = " ".join(f"INV-2026-{number:05d}" for number in range(200))
    reference = receipt_of(line(text=text), number="RC-1").reference
    assert len(reference) <= 200
    assert reference.endswith(" …")
    assert set(reference.removesuffix(" …").split()) <= set(text.split())


def test_a_long_text_without_words_is_cut_to_the_character():
    reference = receipt_of(line(text="9" * 500), number="RC-1").reference
    assert (len(reference), reference[-2:]) == (200, " …")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"amount": "-1.00"}, "money that went out"),
        ({"amount": "0.00"}, "nothing"),
        ({"is_return": True}, "a return or a reversal"),
        ({"status": "pending"}, r"not booked \(pending\)"),
    ],
)
def test_only_money_that_came_in_is_a_receipt(fields, why):
    with pytest.raises(Refused, match=why) as caught:
        receipt_of(line(**fields), number="RC-1")
    assert caught.value.code == "bank_line.no_receipt"


def test_a_statement_imported_twice_brings_nothing_new():
    lines = [line(position=1), line(position=2), line(position=3, text="B")]
    assert unseen(lines, seen=[]) == tuple(lines)
    assert unseen(lines, seen=[content_key(each) for each in lines]) == ()
    assert unseen([*lines, *lines], seen=[]) == tuple(lines)


def test_an_export_with_one_row_more_brings_one():
    old = [line(statement="", text="A"), line(statement="", position=2, text="A", repeat=2)]
    new = [*old, line(statement="", position=3, text="A", repeat=3)]
    assert unseen(new, seen=[content_key(each) for each in old]) == (new[2],)


def test_another_content_at_a_place_that_was_seen_is_a_conflict():
    with pytest.raises(Conflict) as caught:
        unseen([line("99.00")], seen=[content_key(line())])
    assert caught.value.code == "statement.content_differs"
    with pytest.raises(Conflict):
        unseen([line(), line("99.00")], seen=[])
