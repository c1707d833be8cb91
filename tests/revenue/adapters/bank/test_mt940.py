"""MT940: what is read of the dialects of banks, and what is refused by line."""

from datetime import date
from pathlib import Path

import pytest

from cpq.kernel.errors import Refused, Unreadable
from cpq.kernel.money import Money
from revenue.adapters.bank import read_statements
from revenue.adapters.bank.mt940_details import remittance
from revenue.bank import gaps

STATEMENTS = Path(__file__).parent / "statements"
SHORT = (
    ":20:X\n:25:123\n:28C:1/1\n:60F:C261119EUR0,\n"
    ":61:2611201120C5,NTRFNONREF\n:86:text\n:62F:C261120EUR5,\n-\n"
)


def eur(amount):
    return Money(amount, "EUR")


@pytest.fixture
def read(tmp_path):
    def reading(text, **options):
        file = tmp_path / "file.sta"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_statements(file, **options)

    return reading


@pytest.fixture
def refusal(read):
    def refused(text, **options):
        with pytest.raises(Unreadable) as caught:
            read(text, **options)
        error = caught.value
        return error.code, error.facts.get("line"), error.facts.get("field"), error.message

    return refused


def test_german_subfields_are_told_apart_and_put_together():
    (statement,) = read_statements(STATEMENTS / "german.sta")
    sepa, plain, bounced = statement.lines
    assert sepa.counterparty == "MUELLER UND SOEHNE MASCHINENBAU GMBH"
    assert sepa.counterparty_account == "DE89370400440532013000"
    assert sepa.counterparty_bank == "COBADEFFXXX"
    assert sepa.end_to_end == "RE-2026-0017"
    assert sepa.text == "Rechnung RE-2026-0017 vom 05.11.2026 Kunde 4711"
    assert (sepa.references, sepa.bank_reference) == ((), "3241234567890")
    assert plain.text == "Rechnung 4711\nRechnung 4712\nabzgl. 2% Skonto"
    assert plain.counterparty_account == "0532013999"
    assert (sepa.detail("GVC"), sepa.detail("?00"), sepa.detail("?10")) == (
        *("166", "GUTSCHRIFT", "0399"),
    )
    assert bounced.amount == eur("-80.00")
    assert (bounced.is_return, bounced.original, bounced.reason) == (True, "LS-2026-0099", "914")
    assert statement.details[0].text == "C261120EUR15989,00"


def test_reversals_year_ends_and_pages():
    first, second, yen = read_statements(STATEMENTS / "marks.sta")
    assert [(line.amount, line.is_return) for line in first.lines] == [
        (eur("100.50"), False),
        (eur("-50.00"), False),
        (eur("-10.25"), True),
        (eur("20.00"), True),
        (eur("7.75"), False),
    ]
    assert first.lines[0].booked_on == date(2027, 1, 2)
    assert first.lines[0].value_on == date(2026, 12, 31)
    assert first.lines[0].detail(":61:/9") == "Supplementary line"
    assert first.lines[1].booked_on == date(2026, 12, 31)
    assert (first.lines[2].original, first.lines[3].original) == ("E2E-0016", "E2E-0015")
    assert (first.lines[4].code, first.lines[4].detail(":61:/4")) == ("FMSC", "R")
    assert (first.number, second.number) == ("1/1", "1/2")
    assert gaps([first, second]) == ()
    assert second.lines[0].booked_on == date(2027, 1, 1)
    assert [detail.text for detail in second.details] == ["Statement information"]
    assert (yen.opening, yen.lines[0].amount) == (Money("-5000", "JPY"), Money("3000", "JPY"))


def test_a_statement_number_of_zeros_names_nothing():
    *_, yen = read_statements(STATEMENTS / "marks.sta")
    assert (yen.number, yen.name, yen.lines[0].statement) == ("0", "", "")


def test_statements_of_two_years_with_one_number_have_two_names(read):
    (this,) = read(SHORT)
    (last,) = read(SHORT.replace(":62F:C261120", ":62F:C251120"))
    assert this.number == last.number
    assert this.name != last.name


def test_where_a_line_stands_is_kept_with_its_text():
    (statement,) = read_statements(STATEMENTS / "german.sta")
    whole = (STATEMENTS / "german.sta").read_text(encoding="utf-8")
    for line in statement.lines:
        assert line.raw in whole
        assert whole.split("\n")[line.file_line - 1] == line.raw.split("\n")[0]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(read, ends):
    assert read(SHORT.replace("\n", ends)) == read(SHORT)


def test_frames_of_transmission_are_left_out(read):
    assert read("\x01" + SHORT + "\x03\x1a") == read(SHORT)


def test_a_missing_end_line_between_statements_is_no_harm(read):
    assert len(read(SHORT.removesuffix("-\n") + SHORT)) == 2


def test_dutch_words_between_slashes_are_read():
    said = remittance(
        [
            [
                "/TRTP/SEPA OVERBOEKING/IBAN/NL12RABO0123456789/BIC/RABONL2U/NAME/ACME BV/RE",
                "MI/FACTUUR 4711/EREF/E2E-1",
            ]
        ]
    )
    assert (said.counterparty, said.account, said.bank) == (
        *("ACME BV", "NL12RABO0123456789", "RABONL2U"),
    )
    assert said.end_to_end == "E2E-1"
    assert "FACTUUR 4711" in said.text


def test_a_mark_that_begins_no_subfields_is_text():
    said = remittance([["166 Rechnung? 20 Stück"]])
    assert said.text == "166 Rechnung? 20 Stück"
    assert remittance([["999PN5477SCHECK-NR. 0000016703074"]]).text.endswith("0000016703074")


def test_a_text_in_latin_1_is_read_where_it_is_said(read, refusal):
    latin = SHORT.replace("text", "Müller").encode("latin-1")
    code, line, _, message = refusal(latin)
    assert (code, line) == ("bank_file.encoding", 6)
    assert 'encoding="cp1252"' in message
    assert read(latin, encoding="latin-1")[0].lines[0].text == "Müller"


@pytest.mark.parametrize(
    ("amount", "zh"),
    [
        ("1E+999", "金额"),
        ("NaN", "金额"),
        ("1,234,56", "金额"),
        ("1.234,56", "金额"),
        ("5", "金额"),
        ("５,", "金额"),
        ("-5,", "金额"),
        ("1234567890123456,00", "金额"),
        ("5,001", "小数"),
    ],
)
def test_an_amount_that_could_mean_two_things_means_none(read, amount, zh):
    with pytest.raises(Unreadable) as caught:
        read(SHORT.replace("C5,N", f"C{amount}N"))
    assert caught.value.code == "bank_line.unreadable"
    assert (caught.value.facts["line"], caught.value.facts["field"]) == (5, ":61:")
    assert "file.sta:5" in caught.value.text.zh


def test_an_amount_takes_the_decimals_of_its_currency(read, refusal):
    assert read(SHORT.replace("EUR", "KWD").replace("5,", "5,125"))[0].lines[0].amount == Money(
        "5.125", "KWD"
    )
    code, line, _, message = refusal(SHORT.replace("EUR", "JPY").replace("5,", "5,5"))
    assert (code, line) == ("bank_line.unreadable", 7)
    assert "JPY has at most 0 decimals" in message


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        (":61:261120", ":61:000000", 5, ":61:"),
        (":61:261120", ":61:261131", 5, ":61:"),
        (":61:2611201120", ":61:2611200230", 5, ":61:"),
        (":60F:C261119", ":60F:C261399", 4, ":60F:"),
        (":60F:C261119EUR", ":60F:X261119EUR", 4, ":60F:"),
        (":60F:C261119EUR", ":60F:C261119EUX", 4, ":60F:"),
        (":61:2611201120C", ":61:2611201120E", 5, ":61:"),
        (":25:123", ":25:", 2, ":25:"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_line(refusal, old, new, line, field):
    code, at, where, _ = refusal(SHORT.replace(old, new))
    assert (code, at, where) == ("bank_line.unreadable", line, field)


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        (":62F:C261120EUR5,\n-\n", "", 6, "no closing balance"),
        (":60F:C261119EUR0,\n", "", 6, "no opening balance"),
        (":25:123\n", "", 6, "no account"),
        (":20:X\n", "", 1, "belongs to no statement"),
        (":25:123\n", ":25:123\n:25:124\n", 3, "has :25: twice"),
        (":62F:", ":60F:", 7, "has :60F: twice"),
        ("-\n", "-\n:61:2611201120C5,NTRFNONREF\n", 9, "belongs to no statement"),
        ("-\n", "-\nloose\nends\nhere\n", 12, "after the last statement"),
    ],
)
def test_a_file_that_is_cut_off_or_mixed_up_is_refused_whole(refusal, old, new, line, rule):
    code, at, _, message = refusal(SHORT.replace(old, new), format="mt940")
    assert (code, at) == ("bank_file.malformed", line)
    assert rule in message


def test_a_file_cut_at_any_byte_is_read_whole_or_refused(read):
    whole = (STATEMENTS / "german.sta").read_bytes()
    (expected,) = read(whole)
    kept = 0
    for end in range(1, len(whole), 7):
        try:
            (found,) = read(whole[:end], format="mt940")
        except (Unreadable, Refused):
            continue
        assert (found.lines, found.closing) == (expected.lines, expected.closing)
        kept += 1
    assert kept


def test_a_closing_balance_in_another_currency_is_refused(refusal):
    code, line, field, _ = refusal(SHORT.replace(":62F:C261120EUR", ":62F:C261120USD"))
    assert (code, line, field) == ("bank_line.currency_mismatch", 7, ":62F:")


def test_a_line_after_the_closing_balance_is_refused(refusal):
    moved = SHORT.replace(":61:2611201120C5,NTRFNONREF\n:86:text\n", "").replace(
        "EUR5,\n", "EUR0,\n:61:2611201120C5,NTRFNONREF\n"
    )
    assert refusal(moved)[:2] == ("bank_file.malformed", 6)


def test_a_statement_that_does_not_add_up_is_refused_with_its_difference(read):
    off = SHORT.replace(":62F:C261120EUR5,", ":62F:C261120EUR5,01")
    with pytest.raises(Refused) as caught:
        read(off)
    assert caught.value.code == "statement.unbalanced"
    assert caught.value.facts["line"] == 7
    assert "0.01 EUR is missing" in caught.value.message
    assert "0.01 EUR" in caught.value.text.zh
    (kept,) = read(off, unbalanced="keep")
    assert [finding.code for finding in kept.check()] == ["statement.unbalanced"]


def test_a_control_character_is_refused_by_line(refusal):
    code, line, _, message = refusal(SHORT.replace("text", "te\x02xt"))
    assert (code, line) == ("bank_line.unreadable", 6)
    assert "U+0002" in message


def test_a_line_without_an_end_is_refused(refusal):
    code, line, _, message = refusal(SHORT.replace("text", "x" * 10_000_000))
    assert (code, line) == ("bank_file.line_too_long", 6)
    assert len(message) < 500


def test_only_headers_are_no_statement(refusal):
    assert refusal("{1:F01X}{2:O940}{4:\n-}\n")[0] == "bank_file.malformed"


def test_unknown_tags_are_kept(read):
    (statement,) = read(
        SHORT.replace(":86:text\n", ":86:text\n:NS:22Extra\n").replace("-\n", ":99Z:odd\n-\n")
    )
    assert statement.lines[0].detail(":NS:") == "22Extra"
    assert [(each.name, each.text) for each in statement.details] == [(":99Z:", "odd")]
