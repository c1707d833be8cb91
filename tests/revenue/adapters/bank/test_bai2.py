"""BAI2: records, control totals and type codes."""

from datetime import date
from pathlib import Path

import pytest

from cpq.kernel.errors import Refused, Unreadable
from cpq.kernel.money import Money
from revenue.adapters.bank import read_statements
from revenue.bank import content_key, unseen

STATEMENTS = Path(__file__).parent / "statements"
WHOLE = (STATEMENTS / "report.bai2").read_text(encoding="utf-8")


def usd(amount):
    return Money(amount, "USD")


@pytest.fixture
def read(tmp_path):
    def reading(text, **options):
        file = tmp_path / "file.bai"
        file.write_text(text, encoding="utf-8")
        return read_statements(file, **options)

    return reading


def file_of(*movements, balances="015,,,", currency="USD", control=None, group="02,A,B,1,261120,,"):
    amounts = [int(each.split(",")[2] or 0) for each in movements]
    records = [f"03,123,{currency},{balances}/", *(f"{each}" for each in movements)]
    total = sum(amounts) if control is None else control
    count = len(records) + 1
    return "\n".join(
        [
            "01,A,B,261121,0600,1,80,1,2/",
            f"{group},2/",
            *records,
            f"49,{total},{count}/",
            f"98,{total},1,{count + 2}/",
            f"99,{total},1,{count + 4}/",
        ]
    )


def test_movements_and_balances_are_read():
    (statement,) = read_statements(STATEMENTS / "report.bai2")
    assert (statement.account, statement.number) == ("0012345678", "2026-11-20")
    assert (statement.opening, statement.closing) == (usd("5000.00"), usd("11875.50"))
    paid, wire, back, nothing = statement.lines
    assert (paid.amount, paid.references) == (usd("6500.00"), ("INV-2026-0017",))
    assert paid.text == "ACME CORP PAYMENT, TWO INVOICES\nINV-2026-0017 AND INV-2026-0018"
    assert (paid.value_on, paid.booked_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert paid.detail("type") == "142 ACH Credit Received"
    assert wire.detail("funds") == "S,0,62550,0"
    assert (back.amount, back.is_return, back.original) == (usd("-250.00"), True, "E2E-0017")
    assert (nothing.status, nothing.amount) == ("information", usd("0.00"))
    assert [detail.name for detail in statement.details][:2] == [
        *("010 Opening Ledger", "015 Closing Ledger"),
    ]


def test_a_file_cut_at_any_byte_is_read_whole_or_refused(read):
    expected = read(WHOLE)
    for end in range(1, len(WHOLE) - 1, 5):
        try:
            found = read(WHOLE[:end], format="bai2")
        except Unreadable:
            continue
        assert found == expected


@pytest.mark.parametrize("line", range(2, len(WHOLE.splitlines()) - 1))
def test_a_file_that_lost_any_record_is_refused(read, line):
    kept = [each for place, each in enumerate(WHOLE.splitlines()) if place != line]
    with pytest.raises(Unreadable) as caught:
        read("\n".join(kept))
    assert caught.value.code in ("statement.total_differs", "bank_file.malformed")


def test_a_total_that_is_one_off_is_refused_by_line(read):
    with pytest.raises(Unreadable) as caught:
        read(WHOLE.replace("49,3662650,8/", "49,3662651,8/"))
    assert caught.value.code == "statement.total_differs"
    assert (caught.value.facts["line"], caught.value.facts["field"]) == (10, "49/total")


def test_balances_that_do_not_add_up_are_refused(read):
    text = file_of("16,195,500,Z,,,X/", balances="010,100,,,015,601,,", control=1201)
    with pytest.raises(Refused) as caught:
        read(text)
    assert caught.value.code == "statement.unbalanced"
    assert "0.01 USD is missing" in caught.value.message


def test_amounts_are_minor_units_of_the_currency(read):
    (dinars,) = read(file_of("16,195,1500,Z,,,X/", currency="KWD"))
    assert dinars.lines[0].amount == Money("1.500", "KWD")
    (yen,) = read(file_of("16,195,1500,Z,,,X/", currency="JPY"))
    assert yen.lines[0].amount == Money("1500", "JPY")


def test_without_a_currency_an_account_is_in_that_of_its_group(read):
    euros = file_of("16,195,1500,Z,,,X/", currency="", group="02,A,B,1,261120,,EUR")
    assert read(euros)[0].currency == "EUR"
    assert read(file_of("16,195,1500,Z,,,X/", currency=""))[0].currency == "USD"


@pytest.mark.parametrize(
    ("movement", "field"),
    [
        ("16,195,5.00,Z,,,X/", "16/amount"),
        ("16,195,-500,Z,,,X/", "16/amount"),
        ("16,195,1E9,Z,,,X/", "16/amount"),
        ("16,195,9999999999999999999,Z,,,X/", "16/amount"),
        ("16,19X,500,Z,,,X/", "16/type"),
        ("16,799,500,Z,,,X/", "16/type"),
        ("16,195,500,V,261131,,,,X/", "16/value date"),
        ("16,195,500,D,X,,,,X/", "16/distributions"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_line(read, movement, field):
    with pytest.raises(Unreadable) as caught:
        read(file_of("16,195,1,Z,,,X/").replace("16,195,1,Z,,,X/", movement))
    assert caught.value.code == "bank_line.unreadable"
    assert (caught.value.facts["line"], caught.value.facts["field"]) == (4, field)


def test_types_that_the_table_lacks_go_by_the_ranges_of_the_standard(read):
    found = read(file_of("16,925,500,Z,,,custom/", "16,965,300,Z,,,custom/"))[0]
    assert [line.amount for line in found.lines] == [usd("5.00"), usd("-3.00")]


def test_funds_over_several_days_are_kept(read):
    (found,) = read(file_of("16,195,500,D,2,0,100,1,400,B,C,TEXT/"))
    line = found.lines[0]
    assert (line.detail("funds"), line.bank_reference, line.references, line.text) == (
        *("D,2,0,100,1,400", "B", ("C",), "TEXT"),
    )


@pytest.mark.parametrize("status", ["2", "4"])
def test_a_group_that_deletes_or_tests_is_refused(read, status):
    with pytest.raises(Unreadable, match="do not import it") as caught:
        read(file_of("16,195,500,Z,,,X/", group=f"02,A,B,{status},261120,,"))
    assert caught.value.facts["field"] == "02/status"


def test_another_version_is_refused(read):
    with pytest.raises(Unreadable, match="only version 2"):
        read(file_of("16,195,500,Z,,,X/").replace("80,1,2/", "80,1,3/"))


def test_unknown_records_are_refused_by_line(read):
    with pytest.raises(Unreadable) as caught:
        read(file_of("16,195,500,Z,,,X/").replace("16,", "17,"))
    assert (caught.value.code, caught.value.facts["line"]) == ("bank_file.malformed", 4)


def test_equal_movements_are_two_and_a_second_import_brings_none(read):
    (found,) = read(file_of("16,195,500,Z,,,X/", "16,195,500,Z,,,X/"))
    keys = [content_key(line) for line in found.lines]
    assert len(set(keys)) == 2
    assert unseen(found.lines, seen=keys) == ()
