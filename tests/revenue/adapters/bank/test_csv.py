"""CSV exports: titles, directions, totals, encodings, and balances that prove the signs."""

from datetime import date
from pathlib import Path

import pytest

from cpq.kernel.errors import Refused, Unreadable
from cpq.kernel.money import Money
from revenue.adapters.bank import ColumnMap, read_column_map, read_statements
from revenue.bank import content_key, unseen

STATEMENTS = Path(__file__).parent / "statements"
HERE = ColumnMap(account_number="6222", currency_code="CNY")
PLAIN = "记账日期,金额,摘要\n2026-11-20,5.00,甲\n2026-11-21,-3.00,乙\n"


def cny(amount):
    return Money(amount, "CNY")


@pytest.fixture
def read(tmp_path):
    def reading(text, columns=HERE, **options):
        file = tmp_path / "file.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_statements(file, columns=columns, **options)

    return reading


@pytest.fixture
def refusal(read):
    def refused(text, columns=HERE, **options):
        with pytest.raises(Unreadable) as caught:
            read(text, columns, **options)
        error = caught.value
        return error.code, error.facts.get("line"), error.facts.get("field"), error.message

    return refused


def amounts(statements):
    return [str(line.amount.amount) for each in statements for line in each.lines]


def test_a_chinese_export_is_read_as_it_comes():
    """GB18030, titles above the header, thousands, two amount columns, totals and a note below."""
    (statement,) = read_statements(STATEMENTS / "cmb.csv")
    assert (statement.account, statement.currency) == ("755912345678901", "CNY")
    assert (statement.opening, statement.closing) == (cny("100000.00"), cny("211765.50"))
    assert statement.opening_on == date(2026, 11, 18)
    paid, tax, service, undone = statement.lines
    assert (paid.amount, paid.counterparty) == (cny("113000.00"), "北京镕信机械有限公司")
    assert paid.counterparty_account == "6222020200011223344"
    assert (paid.text, paid.bank_reference) == ("货款 INV-2026-0017", "C0001")
    assert paid.detail("交易时间") == "09:15:02"
    assert tax.amount == cny("-1234.50")
    assert (service.counterparty, service.counterparty_account) == ("𠮷野家（中国）", "00123")
    assert service.text == "服务费 €"
    assert (undone.amount, undone.is_return, undone.reason) == (cny("-500.00"), True, "冲正")
    assert [detail.name for detail in statement.details] == [
        *("above:1", "above:2", "above:3", "below:9", "below:10"),
    ]


def test_every_row_of_the_file_is_a_line_or_a_detail():
    (statement,) = read_statements(STATEMENTS / "cmb.csv")
    rows = (STATEMENTS / "cmb.csv").read_bytes().decode("gb18030").split("\r\n")
    lines = {line.file_line: line.raw for line in statement.lines}
    details = {int(detail.name.partition(":")[2]) for detail in statement.details}
    for number, row in enumerate(rows, start=1):
        if row:
            assert lines.get(number) == row or number in details or number == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_encodings_are_told_apart(read, encoding):
    assert read(PLAIN.encode(encoding)) == read(PLAIN)


@pytest.mark.parametrize(
    "data",
    [
        "date,amount,memo\n2026-11-20,5.00,Müller\n".encode("latin-1"),
        "date,amount,memo\n2026-11-20,5.00,上海\n".encode("gb18030"),
        PLAIN.encode("gb18030") + b"\xff",
    ],
)
def test_an_encoding_that_nothing_proves_is_asked_for(refusal, data):
    code, _, _, message = refusal(data)
    assert code == "bank_file.encoding"
    assert 'encoding="gb18030"' in message


def test_a_stated_encoding_holds_or_is_refused_at_the_byte(read, refusal):
    text = "date,amount,memo\n2026-11-20,5.00,𠮷野家 €\n"
    assert read(text.encode("gb18030"), encoding="gb18030")[0].lines[0].text == "𠮷野家 €"
    code, line, _, message = refusal(text.encode("gb18030"), encoding="gb2312")
    assert (code, line) == ("bank_file.encoding", 2)
    assert "is not gb2312" in message
    assert refusal(text, encoding="utf-7")[0] == "bank_file.encoding"
    assert refusal(text, encoding="no such")[2] == "encoding"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_mark_between_cells_is_told_by_the_titles(read, mark):
    assert amounts(read(PLAIN.replace(",", mark))) == ["5.00", "-3.00"]


def test_a_gbk_letter_that_ends_in_the_mark_does_not_split(read):
    text = "记账日期|金额|摘要\n20261120|5.00|攟\n"
    assert read(text.encode("gbk"))[0].lines[0].text == "攟"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("记账日期,借方金额,贷方金额\n20261120,,5\n20261120,3,\n", ["5.00", "-3.00"]),
        ("记账日期,支出,收入\n20261120,0.00,5\n20261120,3,--\n", ["5.00", "-3.00"]),
        ("交易日期,发生额,借贷标志\n20261120,5,贷\n20261120,3,借\n", ["5.00", "-3.00"]),
        ("交易日期,交易金额,收/支\n20261120,5,收入\n20261120,3,支出\n", ["5.00", "-3.00"]),
        ("交易日期,交易金额,收/支\n20261120,5,收入\n20261120,-3,支出\n", ["5.00", "-3.00"]),
        ("交易日期,金额\n20261120,+5\n20261120,−3\n", ["5.00", "-3.00"]),
        ("交易日期,金额\n20261120,¥5\n20261120,-¥3.00元\n", ["5.00", "-3.00"]),
        ('日期,金额（元）\n20261120,"1,234,567.80"\n', ["1234567.80"]),
        (
            "交易时间,借/贷,借方发生额/元(支取),贷方发生额/元(收入)\n20261120,贷,,5\n20261120,借,3,\n",
            ["5.00", "-3.00"],
        ),
        ("Booking Date,Money in,Money out\n2026/1/2,5,\n2026/01/02,,3\n", ["5.00", "-3.00"]),
    ],
)
def test_what_the_bank_credits_came_in(read, text, wanted):
    assert amounts(read(text)) == wanted


def test_a_negative_debit_is_a_reversal(read):
    (found,) = read("记账日期,借方金额,贷方金额\n20261120,-3,\n20261120,,-5\n")
    assert [(str(line.amount), line.is_return) for line in found.lines] == [
        ("3.00 CNY", True),
        ("-5.00 CNY", True),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("交易日期,金额,借贷标志\n20261120,5,贷\n20261120,-3,借\n20261120,3,借\n", 3),
        ("交易日期,金额,借贷标志\n20261120,-5,贷\n", 2),
        ("交易日期,金额,借贷标志\n20261120,5,也许\n", 2),
        ("记账日期,借方金额,贷方金额\n20261120,3,5\n", 2),
        ("记账日期,借方金额,贷方金额\n20261120,,\n", 2),
        ("记账日期,金额,摘要\n20261120,,甲\n", 2),
    ],
)
def test_a_direction_that_could_be_either_is_refused_by_line(refusal, text, line):
    assert refusal(text)[:2] == ("bank_line.unreadable", line)


def test_a_column_that_decides_the_signs_is_never_passed_over(refusal, read):
    text = "交易日期,金额,类别\n20261120,5,贷\n20261120,3,借\n"
    code, _, field, message = refusal(text)
    assert (code, field) == ("bank_file.columns", "类别")
    assert "direction" in message
    assert amounts(read(text, HERE.with_(direction="类别"))) == ["5.00", "-3.00"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20261120", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026/1/2", date(2026, 1, 2)),
        ("2026.01.02", date(2026, 1, 2)),
        ("2026年1月2日", date(2026, 1, 2)),
        ("2026-11-20 09:15:02", date(2026, 11, 20)),
        ("20261120 091502", date(2026, 11, 20)),
        ("2026-11-20T23:59:59.999", date(2026, 11, 20)),
    ],
)
def test_days_are_read_as_written(read, written, day):
    assert read(f"交易时间,金额\n{written},5\n")[0].lines[0].booked_on == day


@pytest.mark.parametrize(
    "written",
    ["00000000", "20261131", "2026-13-01", "01.02.2026", "44000", "", "２０２６１１２０", "abc"],
)
def test_a_day_that_is_none_is_refused(refusal, written):
    assert refusal(f"交易日期,金额,摘要,余额\n{written},5,甲,5\n")[:3] == (
        *("bank_line.unreadable", 2, "交易日期"),
    )


def test_the_order_of_day_and_month_is_said(read):
    text = "date,amount\n01/02/2026,5\n"
    assert read(text, HERE.with_(dates="dmy"))[0].lines[0].booked_on == date(2026, 2, 1)
    assert read(text, HERE.with_(dates="mdy"))[0].lines[0].booked_on == date(2026, 1, 2)


@pytest.mark.parametrize(
    "written",
    [
        *("1E5", "NaN", "1E+999", '"1,234,56"', '"1.234,56"', "1.2.3", "(5)", "5-", "５.00"),
        *("5.001", "0x10", "1_000", "9" * 41, "5 0", "--5", "$-5$"),
    ],
)
def test_an_amount_that_could_mean_two_things_means_none(refusal, written):
    code, line, field, _ = refusal(f"交易日期,金额,摘要\n20261120,{written},甲\n")
    assert (code, line, field) == ("bank_line.unreadable", 2, "金额")


def test_a_decimal_comma_is_read_where_it_is_said(read):
    text = "date;amount\n2026-11-20;1.234,56\n"
    assert amounts(read(text, HERE.with_(decimal=",", group="."))) == ["1234.56"]


def test_full_width_figures_are_read_where_it_is_said_and_kept_as_written(read):
    text = "交易日期,金额,摘要\n２０２６１１２０,１２．５０,ＩＮＶ－１\n"
    (line,) = read(text, HERE.with_(full_width=True))[0].lines
    assert (line.amount, line.booked_on) == (cny("12.50"), date(2026, 11, 20))
    assert line.text == "ＩＮＶ－１"
    assert "１２．５０" in line.raw


def test_an_open_quote_swallows_no_rows(refusal):
    text = '交易日期,金额,摘要\n20261120,5,"甲\n20261121,6,乙\n20261122,7,丙"\n'
    code, line, _, message = refusal(text)
    assert (code, line) == ("bank_line.unreadable", 2)
    assert "every quote in it is closed" in message


@pytest.mark.parametrize("row", ["20261120,5", "20261120,5,甲,多", '20261120,5,"甲"乙'])
def test_a_row_of_another_width_is_refused(refusal, row):
    assert refusal(f"交易日期,金额,摘要\n{row}\n")[:2] == ("bank_line.unreadable", 2)


def test_an_empty_cell_at_the_end_is_no_column(read):
    assert amounts(read("交易日期,金额\n20261120,5,\n")) == ["5.00"]


def test_an_account_that_a_spreadsheet_rounded_is_refused(refusal):
    text = "交易日期,金额,对方账号\n20261120,5,6.22202E+18\n"
    assert refusal(text)[:3] == ("bank_line.unreadable", 2, "对方账号")


@pytest.mark.parametrize("written", ["\t00123", '="00123"', "'00123", "00123"])
def test_a_number_kept_as_text_is_read_as_it_is(read, written):
    (found,) = read(f"交易日期,金额,对方账号\n20261120,5,{written}\n")
    assert found.lines[0].counterparty_account == "00123"


def test_a_name_that_begins_like_a_total_is_no_total(read):
    text = "对方户名,交易日期,金额\nSum Up Ltd,20261120,5\n合计设备公司,20261120,3\n合计,,8\n"
    assert amounts(read(text)) == ["5.00", "3.00"]


def test_a_header_that_is_repeated_on_each_page_is_kept_as_a_detail(read):
    (found,) = read(PLAIN + "本页合计,2.00,\n" + PLAIN)
    assert len(found.lines) == 4
    assert [detail.name for detail in found.details] == ["below:4", "below:5"]


def test_balances_prove_the_signs(read):
    good = "交易日期,金额,余额\n20261120,5,15\n20261121,-3,12\n"
    (found,) = read(good)
    assert (found.opening, found.closing) == (cny("10.00"), cny("12.00"))
    backward = "交易日期,金额,余额\n20261121,-3,12\n20261120,5,15\n"
    assert (read(backward)[0].opening, read(backward)[0].closing) == (cny("10.00"), cny("12.00"))
    with pytest.raises(Refused) as caught:
        read("交易日期,金额,余额\n20261120,-5,15\n20261121,3,12\n20261122,3,9\n")
    assert caught.value.code == "statement.unbalanced"
    assert caught.value.facts["line"] == 3


def test_a_row_that_is_missing_breaks_the_balances(read):
    with pytest.raises(Refused) as caught:
        read("交易日期,金额,余额\n20261120,5,15\n20261122,1,13\n")
    assert caught.value.facts["line"] == 3


def test_accounts_and_currencies_of_one_file_are_statements_of_their_own(read):
    text = (
        "交易日期,金额,账号,币种\n20261120,5,A,人民币\n20261120,7,B,CNY\n"
        "20261120,9.5,A,美元\n20261120,6,A,RMB\n"
    )
    found = read(text, None)
    assert [(each.account, each.currency, len(each.lines)) for each in found] == [
        ("A", "CNY", 2),
        ("B", "CNY", 1),
        ("A", "USD", 1),
    ]


@pytest.mark.parametrize(
    ("columns", "field", "hint"),
    [
        (ColumnMap(currency_code="CNY"), "account", "account_number"),
        (ColumnMap(account_number="1"), "currency", "currency_code"),
    ],
)
def test_account_and_currency_are_asked_for_and_never_guessed(refusal, columns, field, hint):
    code, _, where, message = refusal(PLAIN, columns)
    assert (code, where) == ("bank_file.columns", field)
    assert hint in message


def test_an_unknown_currency_is_refused(refusal):
    text = "交易日期,金额,币种\n20261120,5,贝壳\n"
    assert refusal(text)[:3] == ("bank_line.unreadable", 2, "currency")


def test_columns_that_are_named_are_used_and_must_be_there(read, refusal):
    text = "Wann,Was,Wieviel\n2026-11-20,INV-1,5\n"
    named = HERE.with_(booked_on="Wann", amount="Wieviel", text=("Was",))
    (line,) = read(text, named)[0].lines
    assert (line.text, line.amount) == ("INV-1", cny("5.00"))
    code, _, _, message = refusal(text, named.with_(balance="Stand"))
    assert (code, "no column is called Stand" in message) == ("bank_file.columns", True)
    assert refusal(text, named.with_(amount="Betrag"))[0] == "bank_file.columns"


def test_two_columns_of_one_title_are_refused(refusal):
    text = "交易日期,金额,金额\n20261120,5,6\n"
    code, _, _, message = refusal(text)
    assert (code, "two columns are called 金额" in message) == ("bank_file.columns", True)


def test_of_money_in_and_out_both_columns_are_needed(refusal):
    assert refusal("交易日期,贷方金额\n20261120,5\n")[0] == "bank_file.columns"


def test_a_column_map_is_read_from_toml(tmp_path, read):
    file = tmp_path / "bank.toml"
    file.write_text(
        'booked_on = "Wann"\namount = "Wieviel"\ntext = ["Was"]\n'
        'account_number = "6222"\ncurrency_code = "CNY"\n',
        encoding="utf-8",
    )
    assert read_column_map(file).text == ("Was",)
    assert amounts(read("Wann,Was,Wieviel\n2026-11-20,INV-1,5\n", file)) == ["5.00"]
    file.write_text('booked = "Wann"\ndecimal = ";"\n', encoding="utf-8")
    with pytest.raises(Unreadable) as caught:
        read_column_map(file)
    assert caught.value.code == "column_map.unreadable"
    assert [finding.place for finding in caught.value.findings] == [
        *("bank.toml:decimal", "bank.toml:booked"),
    ]


def test_a_map_in_which_the_marks_are_one_is_refused():
    with pytest.raises(ValueError, match="they must differ"):
        ColumnMap(decimal=",")


def test_a_second_export_that_overlaps_brings_only_what_is_new(read):
    first = read(PLAIN)[0].lines
    seen = [content_key(line) for line in first]
    assert unseen(read(PLAIN)[0].lines, seen=seen) == ()
    longer = PLAIN + "2026-11-22,5.00,甲\n" + "2026-11-20,5.00,甲\n"
    assert [line.file_line for line in unseen(read(longer)[0].lines, seen=seen)] == [4, 5]
    newest_first = PLAIN.split("\n")
    turned = "\n".join([newest_first[0], newest_first[2], newest_first[1], ""])
    assert unseen(read(turned)[0].lines, seen=seen) == ()


def test_a_file_of_titles_only_is_empty(refusal):
    assert refusal("记账日期,金额\n")[0] == "bank_file.empty"


def test_a_direction_beside_two_columns_is_kept_as_a_detail(read):
    (found,) = read("交易日期,借/贷,借方金额,贷方金额,收(付)方名称\n20261120,贷,,5,甲公司\n")
    assert found.lines[0].detail("借/贷") == "贷"
    assert found.lines[0].counterparty == "甲公司"
