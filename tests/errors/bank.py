"""Bank statements: files, statements, lines, column maps."""

import sys
from datetime import date
from pathlib import Path

import pytest

from cpq.kernel.money import Money
from revenue.adapters.bank import ColumnMap, read_column_map, read_statements
from revenue.adapters.bank.source import FILE_MAX
from revenue.bank import BankLine, BankStatement, content_key, gaps, receipt_of, unseen
from tests.errors.registry import reproduces

MT940 = (
    ":20:X\n:25:123\n:28C:1/1\n:60F:C261119EUR0,\n"
    ":61:2611201120C5,NTRFNONREF\n:86:text\n:62F:C261120EUR5,\n-\n"
)
CSV = "记账日期,金额,摘要\n20261120,5.00,货款\n"
HERE = ColumnMap(account_number="6222", currency_code="CNY")


def _file(folder: Path, data: str | bytes, name: str = "bank.sta") -> Path:
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def _line(amount: str = "5.00", **fields: object) -> BankLine:
    said = {"account": "123", "statement": "S-1", "position": 1, "booked_on": date(2026, 11, 20)}
    return BankLine.model_validate({**said, "amount": Money(amount, "EUR"), **fields})


def _statement(**fields: object) -> BankStatement:
    said = {"format": "mt940", "account": "123", "currency": "EUR", "name": "S-1"}
    return BankStatement.model_validate({**said, **fields})


@reproduces(
    "bank_file.missing",
    en="The bank file is not there, or is no file.",
    zh="银行文件不存在或不是文件。",
    do="Give the path of a statement file.",
    names="nowhere.sta",
)
def no_bank_file(folder: Path) -> None:
    read_statements(folder / "nowhere.sta")


@reproduces(
    "bank_file.empty",
    en="The bank file is empty, or holds titles and no movement.",
    zh="银行文件为空，或只有表头。",
    do="Export the period again.",
    names="bank.sta",
)
def an_empty_bank_file(folder: Path) -> None:
    read_statements(_file(folder, ""))


@reproduces(
    "bank_file.too_large",
    en="The bank file is larger than 64 MB.",
    zh="银行文件超过 64 MB。",
    do="Ask the bank for shorter periods, or split the file by statement.",
    names=("bank.sta", "64 MB"),
)
def a_bank_file_that_is_too_large(folder: Path) -> None:
    file = folder / "bank.sta"
    with file.open("wb") as stream:
        stream.truncate(FILE_MAX + 1)
    read_statements(file)


@reproduces(
    "bank_file.line_too_long",
    en="A line of the bank file has more than 100,000 characters.",
    zh="银行文件的某一行超过 100,000 个字符。",
    do="Check that the file has line ends and is complete.",
    names=("bank.sta:6", "100,000"),
)
def a_line_without_an_end(folder: Path) -> None:
    read_statements(_file(folder, MT940.replace("text", "x" * 100_001)))


@reproduces(
    "bank_file.unknown_format",
    en="The file is neither MT940, camt.053, BAI2 nor a CSV export whose titles are known.",
    zh="文件不是 MT940、camt.053、BAI2，也不是表头可识别的 CSV。",
    do="Take one of these from the bank, or name the columns of a CSV export with `columns=`.",
    names=("bank.sta", "a PDF"),
)
def a_bank_file_that_is_a_pdf(folder: Path) -> None:
    read_statements(_file(folder, "%PDF-1.7"))


@reproduces(
    "bank_file.spreadsheet",
    en="The bank file is an Excel workbook or a web page saved as one.",
    zh="银行文件是电子表格。",
    do="Take the bank's CSV, MT940 or camt.053 export, or save the sheet as CSV UTF-8.",
    names=("bank.xlsx", "CSV UTF-8"),
)
def a_bank_file_that_is_a_workbook(folder: Path) -> None:
    read_statements(_file(folder, b"PK\x03\x04", "bank.xlsx"))


@reproduces(
    "bank_file.encoding",
    en="The text of the bank file is in another encoding than was said or could be proved.",
    zh="银行文件的编码与指定的不符，或无法判定。",
    do="Name the encoding that the bank writes with `encoding=`.",
    names=("bank.sta:6", 'encoding="gb18030"'),
)
def a_bank_file_in_another_encoding(folder: Path) -> None:
    read_statements(_file(folder, MT940.replace("text", "Müller").encode("latin-1")))


@reproduces(
    "bank_file.unsafe",
    en="An XML bank file has a document type, which can read other files or fill the memory.",
    zh="XML 银行文件含 DOCTYPE 声明，存在安全风险。",
    do="Do not import it; ask the bank for the original.",
    names=("bank.xml:1:DOCTYPE",),
)
def a_bank_file_with_a_document_type(folder: Path) -> None:
    read_statements(_file(folder, '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "bank.xml"))


@reproduces(
    "bank_file.malformed",
    en="The bank file is cut off, mixed up or damaged; nothing of it was read.",
    zh="银行文件不完整或已损坏，未读取任何内容。",
    do="Export it again.",
    names=("bank.sta:6", "no closing balance :62F:"),
)
def a_bank_file_that_is_cut_off(folder: Path) -> None:
    read_statements(_file(folder, MT940.partition(":62F:")[0]))


@reproduces(
    "bank_file.columns",
    en="The columns of a CSV export, or its account or currency, cannot be told from it.",
    zh="无法从 CSV 判定列、账号或币种。",
    do="Say them with `columns=ColumnMap(…)`.",
    names=("bank.csv:2:account", "account_number"),
)
def an_export_that_names_no_account(folder: Path) -> None:
    read_statements(_file(folder, CSV, "bank.csv"), columns=ColumnMap(currency_code="CNY"))


@reproduces(
    "bank_file.no_library",
    en="A library that this bank format needs is not installed.",
    zh="缺少读取该银行文件格式所需的库。",
    do="Run `pip install 'cpq-revenue[bank]'`.",
    names=("mt940", "pip install 'cpq-revenue[bank]'"),
)
def a_bank_file_without_its_library(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(sys.modules, "mt940.tags", None)
    read_statements(_file(folder, MT940))


@reproduces(
    "bank_line.unreadable",
    en="A field of a bank file is not what it should be; the place is file, line and field.",
    zh="银行文件中的某个字段无法读取（注明文件、行、字段）。",
    do="Ask the bank for a correct file; in a CSV export correct the cell or the column map.",
    names=("bank.csv:2:金额", "'1,234,56'"),
)
def an_amount_that_could_be_two(folder: Path) -> None:
    file = _file(folder, CSV.replace("5.00", '"1,234,56"'), "bank.csv")
    read_statements(file, columns=HERE)


@reproduces(
    "bank_line.currency_mismatch",
    en="An amount of a statement is in another currency than its account.",
    zh="对账单中的金额币种与账户币种不同。",
    do="Ask the bank for a statement in one currency.",
    names=("bank.sta:7::62F:", "EUR", "C261120USD5,"),
)
def a_balance_in_another_currency(folder: Path) -> None:
    read_statements(_file(folder, MT940.replace(":62F:C261120EUR", ":62F:C261120USD")))


@reproduces(
    "bank_line.no_receipt",
    en="Money out, a return, or what is not booked is to be made a receipt.",
    zh="支出、退回或未入账的流水不能生成收款单。",
    do="Use `returned()` for bounced payments and leave out the others.",
    names=("123/S-1/1", "-5.00 EUR", "money that went out"),
)
def a_receipt_of_money_that_went_out() -> None:
    receipt_of(_line("-5.00"), number="RC-1")


@reproduces(
    "statement.unbalanced",
    en="Opening balance and lines do not lead to the closing balance.",
    zh="期初余额加本期发生额不等于期末余额。",
    do="Ask the bank for the statement again; `unbalanced='keep'` reads it with a finding.",
    names=("bank.sta:7", "0.01 EUR is missing"),
)
def a_statement_that_does_not_add_up(folder: Path) -> None:
    read_statements(_file(folder, MT940.replace(":62F:C261120EUR5,", ":62F:C261120EUR5,01")))


@reproduces(
    "statement.total_differs",
    en="A control total or a count in a bank file does not fit what it holds.",
    zh="银行文件中的控制合计或笔数与内容不符。",
    do="The file lost a record or was changed; ask the bank for it again.",
    names=("bank.bai:5:49/total", "the records make 500", "'501'"),
)
def a_file_that_lost_a_record(folder: Path) -> None:
    records = (
        *("01,A,B,261121,0600,1,80,1,2/", "02,A,B,1,261120,,USD,2/", "03,123,USD,015,,,/"),
        *("16,195,500,Z,,,X/", "49,501,3/", "98,501,1,5/", "99,501,1,7/"),
    )
    read_statements(_file(folder, "\n".join(records), "bank.bai"))


@reproduces(
    "statement.position_twice",
    en="Two lines of a statement have one position.",
    zh="对账单中两行的序号相同。",
    do="Number the lines 1, 2, 3 in the order of the file.",
    names="position 1",
)
def two_lines_at_one_position() -> None:
    _statement(lines=(_line(), _line()))


@reproduces(
    "statement.other_account",
    en="A line is put into a statement of another account, or of another name.",
    zh="流水不属于该对账单的账户。",
    do="Keep lines with their own statement.",
    names=("account 9", "account 123"),
)
def a_line_of_another_account() -> None:
    _statement(lines=(_line(account="9"),))


@reproduces(
    "statement.gap",
    en="A statement does not begin with the balance that the one before it ended with.",
    zh="对账单期初余额与上一份的期末余额不符。",
    do="Look for a statement between the two.",
    names=("'3'", "7.00 EUR", "5.00 EUR"),
)
def a_statement_is_missing_between_two() -> object:
    pages = (("1", "0.00", "5.00"), ("3", "7.00", "9.00"))
    return gaps(
        _statement(number=number, opening=Money(first, "EUR"), closing=Money(last, "EUR"))
        for number, first, last in pages
    )


@reproduces(
    "statement.content_differs",
    en="A line of a statement was imported before with another content.",
    zh="该流水此前已导入，但内容不同。",
    do="Compare the two statements, and give a corrected one under a number of its own.",
    names=("123/S-1/1", "4.00 EUR"),
)
def a_statement_that_was_changed() -> None:
    unseen([_line("4.00")], seen=[content_key(_line("5.00"))])


@reproduces(
    "column_map.unreadable",
    en="A column map has a field that is not known or not right.",
    zh="列对照表有误。",
    do="Correct the field; the fields are those of `ColumnMap`.",
    names=("bank.toml:booked", "not known"),
)
def a_column_map_with_a_typo(folder: Path) -> None:
    read_column_map(_file(folder, 'booked = "日期"\n', "bank.toml"))
