"""camt.053: entries, payments in them, returns, and files that would cut a value."""

import html
import re
from datetime import date
from pathlib import Path

import pytest

from cpq.kernel.errors import DomainError, Refused, Unreadable
from cpq.kernel.money import Money
from revenue.adapters.bank import read_statements
from revenue.bank import content_key
from tests.revenue.adapters.bank.camt_files import (
    HEAD,
    balance,
    document,
    entry,
    payment,
    simple,
    statement,
)

STATEMENTS = Path(__file__).parent / "statements"


def eur(amount):
    return Money(amount, "EUR")


@pytest.fixture
def read(tmp_path):
    def reading(text, **options):
        file = tmp_path / "file.xml"
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


def batch():
    return read_statements(STATEMENTS / "batch.xml")


def test_a_collective_entry_becomes_a_line_for_each_payment():
    first, second, *_ = batch()[0].lines
    assert (first.amount, second.amount) == (eur("100.00"), eur("200.00"))
    assert (first.counterparty, first.counterparty_account, first.counterparty_bank) == (
        *("Müller & Söhne <GmbH>", "DE02120300000000202051", "BYLADEM1001"),
    )
    assert (first.end_to_end, first.text) == ("E2E-1", "Invoice INV-1\nless discount")
    assert (second.end_to_end, second.references) == ("", ("RF18539007547034",))
    assert (first.payments, second.payments) == (1, 1)
    assert first.code == "PMNT/RCDT/ESCT"


def test_a_return_names_the_payment_that_came_back():
    back = batch()[0].lines[2]
    assert (back.amount, back.is_return) == (eur("-130.00"), True)
    assert (back.original, back.reason) == ("E2E-0017", "AC04")
    assert (back.counterparty, back.counterparty_account) == ("Kaufmann", "DE02500105170137075030")
    assert back.booked_on == date(2026, 11, 20)
    assert back.detail("TxDtls/RtrInf/AddtlInf") == "account closed"


def test_a_collective_entry_that_is_not_broken_down_says_how_many_it_holds():
    whole = batch()[0].lines[3]
    assert (whole.amount, whole.payments, whole.text) == (eur("250.00"), 12, "collective credit")


def test_what_is_pending_is_read_and_moves_no_balance():
    pending = batch()[0].lines[4]
    assert (pending.status, pending.is_receipt) == ("pending", False)
    assert batch()[0].check() == ()


def test_a_file_holds_several_statements():
    euros, dollars = batch()
    assert (euros.number, euros.name, euros.bank) == ("219", "2026-219", "COBADEFFXXX")
    assert (dollars.account, dollars.currency, dollars.lines) == ("0532013000USD", "USD", ())
    assert dollars.opening == Money("-5.00", "USD")


def test_nothing_that_an_entry_says_is_lost(read):
    """Every value of the entries is in a detail of a line, with its path."""
    whole = (STATEMENTS / "batch.xml").read_text(encoding="utf-8")
    entries = "".join(re.findall(r"<Ntry>.*?</Ntry>", whole, re.DOTALL))
    values = [text for text in re.findall(r">([^<>]+)</", entries) if text.strip()]
    kept = {detail.text for line in batch()[0].lines for detail in line.details}
    assert len(values) > 50
    for value in values:
        assert html.unescape(value) in kept


def test_payments_that_do_not_add_up_stay_one_line_with_all_their_texts(read):
    details = (
        "<NtryDtls>"
        + payment("<RmtInf><Ustrd>INV-1</Ustrd></RmtInf>", "3.00")
        + payment("<RmtInf><Ustrd>INV-2</Ustrd></RmtInf>", "1.99")
        + "</NtryDtls>"
    )
    (found,) = read(simple(entry("5.00", details)))
    (line,) = found.lines
    assert (line.amount, line.payments, line.text) == (eur("5.00"), 2, "INV-1\nINV-2")
    (exact,) = read(simple(entry("5.00", details.replace("1.99", "2.00"))))
    assert [line.amount for line in exact.lines] == [eur("3.00"), eur("2.00")]


def test_payments_in_another_currency_stay_one_line(read):
    details = f"<NtryDtls>{payment('', '3.00')}{payment('', '2.00')}</NtryDtls>"
    (found,) = read(simple(entry("5.00", details.replace('"EUR"', '"USD"'))))
    assert [line.amount for line in found.lines] == [eur("5.00")]


def test_pages_begin_and_end_with_intermediate_balances(read):
    both = balance("ITBD", "1.00", "2026-11-19") + balance("ITBD", "6.00", "2026-11-20")
    (page,) = read(document(statement(entry(), balances=both)))
    assert (page.opening, page.closing) == (eur("1.00"), eur("6.00"))
    last = balance("ITBD", "1.00", "2026-11-19") + balance("CLBD", "6.00", "2026-11-20")
    assert read(document(statement(entry(), balances=last)))[0].opening == eur("1.00")
    first = balance("OPBD", "1.00", "2026-11-19") + balance("ITBD", "6.00", "2026-11-20")
    assert read(document(statement(entry(), balances=first)))[0].closing == eur("6.00")


def test_a_statement_one_cent_off_is_refused_by_the_line_of_its_balance(read):
    around = balance("OPBD", "0.00", "2026-11-19") + balance("CLBD", "5.01", "2026-11-20")
    with pytest.raises(Refused) as caught:
        read(document(statement(entry(), balances=around)))
    assert (caught.value.code, caught.value.facts["line"]) == ("statement.unbalanced", 3)


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(2, 14)])
def test_versions_02_to_13_are_read(read, version):
    assert read(simple(version=version))[0].lines[0].amount == eur("5.00")


@pytest.mark.parametrize(
    ("version", "head"),
    [
        ("01", HEAD),
        ("14", HEAD),
        ("08", HEAD.replace("camt.053", "camt.052")),
        ("08", HEAD.replace("camt.053", "camt.054")),
        ("08", "<Document><BkToCstmrStmt>"),
        ("08", HEAD.replace("Document", "Envelope")),
    ],
)
def test_other_messages_are_refused_by_what_they_are(refusal, version, head):
    text = simple(version=version, head=head)
    if "Envelope" in head:
        text = text.replace("</Document>", "</Envelope>")
    assert refusal(text)[:2] == ("bank_file.unknown_format", 2)


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-8-sig"])
def test_xml_in_chinese_encodings_is_read(read, encoding):
    declared = {"utf-8-sig": "UTF-8"}.get(encoding, encoding)
    details = f"<NtryDtls>{payment('<RmtInf><Ustrd>货款 上海</Ustrd></RmtInf>')}</NtryDtls>"
    text = simple(entry("5.00", details), declared=declared)
    assert read(text.encode(encoding))[0].lines[0].text == "货款 上海"


@pytest.mark.parametrize(
    "amount",
    ["1.23456", "1E3", " 1 0", "1,00", "INF", "", "-5", "NaN", "1_0", "５", "9" * 19, "1E+999"],
)
def test_an_amount_that_is_no_decimal_is_refused_by_line(refusal, amount):
    code, line, field, _ = refusal(simple(entry(amount)))
    assert (code, line, field) == ("bank_line.unreadable", 3, "Ntry/Amt")


@pytest.mark.parametrize(
    "amount", ["10<!-- x -->00.00", "10<?pi x?>00.00", "10<b>00</b>.00", "<![CDATA[1]]><b/>"]
)
def test_a_value_that_a_parser_would_cut_is_refused(refusal, amount):
    code, line, field, message = refusal(simple(entry(amount)))
    assert (code, line, field) == ("bank_file.malformed", 3, "Amt")
    assert "would cut it" in message


def test_text_between_elements_is_refused(refusal):
    code, line, field, _ = refusal(simple(entry(inside="<NtryDtls>12<TxDtls/></NtryDtls>")))
    assert (code, line, field) == ("bank_file.malformed", 3, "NtryDtls")


@pytest.mark.parametrize(
    "type_",
    [
        '<!DOCTYPE d [<!ENTITY x "1">]>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
        '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>',
        "<!DOCTYPE d>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_document_type_is_refused(refusal, type_, encoding):
    text = simple(declared=encoding).replace("?>\n", f"?>\n{type_}\n", 1)
    code, _, field, message = refusal(text.encode(encoding))
    assert (code, field) == ("bank_file.unsafe", "DOCTYPE")
    assert "do not import it" in message


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="utf-16"?><D/>',
        b'<?xml version="1.0" encoding="utf-7"?><D>+ADw-</D>',
        b"<D>a\x00b</D>",
        b"<D>&#1;</D>",
        b"<D>&z;</D>",
        b"<D>" * 100_000,
        b"<a " + b" ".join(b'a%d="1"' % place for place in range(20_000)) + b"/>",
        b"<",
    ],
)
def test_damaged_xml_is_a_refusal_of_ours(refusal, data):
    assert refusal(data)[0].startswith("bank_file.")


def test_a_file_cut_at_any_byte_is_refused(read):
    whole = simple(entry(), entry()).encode()
    for end in range(1, len(whole), 11):
        with pytest.raises(DomainError):
            read(whole[:end], format="camt.053")


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ('<Amt Ccy="EUR">5.00', '<Amt Ccy="USD">5.00', "bank_line.currency_mismatch", "Ntry/Amt"),
        ('<Amt Ccy="EUR">5.00', "<Amt>5.00", "bank_line.unreadable", "Ntry/Amt"),
        ("<Ccy>EUR</Ccy>", "<Ccy>EUX</Ccy>", "bank_line.unreadable", "Acct/Ccy"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>", "bank_line.unreadable", "Ntry/CdtDbtInd"),
        ("<Sts>BOOK</Sts>", "<Sts>WHAT</Sts>", "bank_line.unreadable", "Ntry/Sts"),
        ("2026-11-20", "2026-00-00", "bank_line.unreadable", "Ntry/BookgDt"),
        ("2026-11-20", "20261120", "bank_line.unreadable", "Ntry/BookgDt"),
        ("<Id>S1</Id>", "", "bank_line.unreadable", "Id"),
        ("<IBAN>DE89370400440532013000</IBAN>", "", "bank_line.unreadable", "Acct/Id"),
        ('<Amt Ccy="EUR">5.00</Amt>', "", "bank_line.unreadable", "Ntry/Amt"),
    ],
)
def test_a_field_that_is_wrong_is_named(refusal, old, new, code, field):
    found = refusal(simple().replace(old, new))
    assert (found[0], found[2]) == (code, field)


def test_a_statement_whose_sums_say_otherwise_is_refused(refusal):
    said = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
    assert refusal(document(statement(entry(), extra=said)))[0] == "statement.total_differs"
    said = "<TxsSummry><TtlCdtNtries><Sum>5.01</Sum></TtlCdtNtries></TxsSummry>"
    assert refusal(document(statement(entry(), extra=said)))[0] == "statement.total_differs"


def test_a_hundred_equal_entries_are_a_hundred_lines(read):
    (found,) = read(simple(*[entry()] * 100))
    assert len({content_key(line) for line in found.lines}) == 100


def test_a_file_without_statements_is_refused(refusal):
    assert refusal(document())[0] == "bank_file.malformed"


def test_a_return_of_a_payment_that_we_sent_names_its_creditor(read):
    parties = (
        "<RltdPties><Dbtr><Nm>We</Nm></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>Supplier</Nm></Cdtr></RltdPties><RtrInf/>"
    )
    (found,) = read(simple(entry(inside=f"<NtryDtls>{payment(parties)}</NtryDtls>")))
    (line,) = found.lines
    assert (line.counterparty, line.is_receipt) == ("Supplier", False)
