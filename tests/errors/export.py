"""Handing the journal to other programs."""

from pathlib import Path

from cpq import Money
from revenue import Receipt, journal
from revenue.adapters.export import (
    Column,
    ColumnMap,
    CurrencyName,
    beancount_text,
    column_map,
    journal_csv,
    read_journal_csv,
    render_journal,
)
from revenue.chart import STANDARD_CHART, Account
from revenue.entry import JournalEntry
from tests.errors.registry import reproduces
from tests.errors.shop import DAY

DOLLARS = Receipt(number="R-1", customer="C-1", on=DAY, amount=Money("100", "USD"))
YUAN = Receipt(number="R-1", customer="C-1", on=DAY, amount=Money("100", "CNY"))


def entries(receipt: Receipt = YUAN) -> tuple[JournalEntry, ...]:
    return journal([receipt])


def columns(*own: Column, **changes: object) -> ColumnMap:
    return ColumnMap.model_validate(
        {
            "code": "own",
            "name": "Own",
            "sources": ["our program"],
            "checked": "imported",
            "columns": own,
            **changes,
        }
    )


@reproduces(
    "journal_export.unknown_format",
    en="No map of columns has this name.",
    zh="没有该名称的列映射。",
    do="Use one of the names in the message, or the path of a file that ends in `.toml`.",
    names=("'sap'", "kingdee-k3-wise", "yonyou-u8"),
)
def a_program_that_nobody_mapped() -> None:
    column_map("sap")


@reproduces(
    "journal_export.bad_map",
    en="A map of columns has faults; `findings` has one entry for each.",
    zh="列映射文件有误；每处错误各有一条 finding。",
    do="Go through the findings; each names its place. Start from a map that ships.",
    names=("own.toml", "columns.1", "one of them"),
)
def a_column_of_two_things(folder: Path) -> None:
    path = folder / "own.toml"
    path.write_text(
        'code = "own"\nname = "Own"\nsources = ["us"]\nchecked = "no"\n'
        'columns = [ { title = "Day", value = "date", fixed = "1" } ]\n',
        encoding="utf-8",
    )
    column_map(path)


@reproduces(
    "journal_export.no_book_value",
    en="A line is in a foreign currency and nobody said what it is worth in the books.",
    zh="外币分录没有本位币金额。",
    do="Record the fact with its `booked` amount, or name the currency of the books.",
    names=("receipt/R-1", "100.00 USD", "CNY"),
)
def dollars_in_books_of_yuan() -> None:
    render_journal(entries(DOLLARS), column_map("kingdee"))


@reproduces(
    "journal_export.unknown_currency",
    en="The map has no code for a currency of the journal.",
    zh="列映射未给出该币种的代码。",
    do="Add the currency under `[[currencies]]` in a map of your own.",
    names=("USD", "receipt/R-1", "[[currencies]]"),
)
def a_currency_that_the_program_lacks() -> None:
    known = (CurrencyName(currency="CNY", code="RMB"),)
    own = columns(Column(title="币别", value="currency"), currencies=known, book="USD")
    render_journal(entries(DOLLARS), own)


@reproduces(
    "journal_export.does_not_fit",
    en="A number or an amount is longer than the column takes. Nothing is cut or rounded.",
    zh="编号或金额超出列的长度；不截断、不舍入。",
    do="Allow more in the column of a map of your own, where the program does.",
    names=("receipt/R-1", "'Document'", "more than 2 characters"),
)
def a_number_too_long_for_its_column() -> None:
    render_journal(entries(), columns(Column(title="Document", value="fact", longest=2)))


@reproduces(
    "journal_export.no_root",
    en="The code of an account does not say what kind of account it is.",
    zh="无法从科目代码判断科目类别。",
    do="Name its root: `--root BANK=Assets`, or `roots={'BANK': 'Assets'}`.",
    names=("account BANK", "BANK=Assets"),
)
def an_account_of_no_kind() -> None:
    chart = STANDARD_CHART.with_(bank=Account(code="BANK", name="Bank"))
    beancount_text(journal([YUAN], chart=chart))


@reproduces(
    "journal_export.unreadable",
    en="A file is not the journal that was exported.",
    zh="文件不是导出的凭证文件，或已被改动。",
    do="Export it again; the message names the row.",
    names=("row 2", "does not balance in CNY", "0.01 CNY"),
)
def a_journal_that_somebody_changed() -> None:
    read_journal_csv(journal_csv(entries()).replace(b"100.00", b"100.01", 1))
