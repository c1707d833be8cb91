"""``revenue journal``: the journal of a store as files for other programs."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cpq import Money
from cpq.kernel.errors import DomainError
from revenue import Receipt, Receivable
from revenue.adapters import open_store
from revenue.adapters.export import column_map, read_journal_csv, render_journal
from revenue.adapters.export_cli import journals
from revenue.entry import JournalEntry


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'books.db'}"
    november, december = date(2026, 11, 1), date(2026, 12, 8)
    with open_store(url) as opened, opened.unit() as deals:
        deals.record(
            Receivable(
                number="AR-1", customer="C-1", on=november, due_on=december, amount=yuan("1200.00")
            ),
            Receipt(number="RC-1", customer="C-1", on=december, amount=yuan("1500.00")),
        )
    return url


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


def run(store: str, out: Path, *words: str) -> str:
    done = CliRunner().invoke(
        journals, ["export", "--store", store, "--out", str(out), *words], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def entries_of(store: str) -> tuple[JournalEntry, ...]:
    with open_store(store) as opened, opened.view() as deals:
        return deals.journal()


def test_the_table_reads_back_as_the_journal_of_the_store(store: str, tmp_path: Path) -> None:
    out = tmp_path / "journal.csv"
    said = run(store, out)
    assert said == f"{out}: 2 entries, 4 lines as csv\n"
    assert read_journal_csv(out.read_bytes()) == entries_of(store)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    run(store, out, "--plain")
    assert out.read_bytes().startswith(b"entry,")


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        (("--since", "2026-11-02"), ["RC-1"]),
        (("--until", "2026-12-07"), ["AR-1"]),
        (("--since", "2026-11-01", "--until", "2026-12-08"), ["AR-1", "RC-1"]),
    ],
)
def test_both_days_count(
    store: str, tmp_path: Path, words: tuple[str, ...], facts: list[str]
) -> None:
    out = tmp_path / "journal.csv"
    run(store, out, *words)
    assert [entry.fact for entry in read_journal_csv(out.read_bytes())] == facts


def test_a_map_is_taken_by_its_name_or_its_path(store: str, tmp_path: Path) -> None:
    out = tmp_path / "k3.csv"
    run(store, out, "--format", "kingdee", "--first-number", "7")
    named = out.read_bytes()
    assert named == render_journal(entries_of(store), column_map("kingdee"), first_number=7)
    own = tmp_path / "own.toml"
    own.write_text(
        'code = "own"\nname = "Own"\nsources = ["us"]\nchecked = "no"\nencoding = "utf-8"\n'
        'columns = [ { title = "Number", value = "number" }, { title = "Dr", value = "debit" } ]\n',
        encoding="utf-8",
    )
    run(store, out, "--format", str(own), "--by-day")
    assert out.read_text(encoding="utf-8").splitlines() == [
        *("Number,Dr", "1,1200.00", "1,", "1,1500.00", "1,"),
    ]


def test_customers_are_named_by_a_table(store: str, tmp_path: Path) -> None:
    out, names = tmp_path / "k3.csv", tmp_path / "names.csv"
    names.write_text("code,name\nC-1,恒泰有限公司\n", encoding="utf-8-sig")
    run(store, out, "--format", "kingdee", "--names", str(names))
    assert "客户---C-1---恒泰有限公司" in out.read_text(encoding="gb18030")


@pytest.mark.parametrize("content", [None, b"C-1,a,b\n", b"\xff\n", b'C-1,"a'])
def test_a_table_of_names_that_is_none_is_refused(
    store: str, tmp_path: Path, content: bytes | None
) -> None:
    names = tmp_path / "names.csv"
    if content is not None:
        names.write_bytes(content)
    with pytest.raises(DomainError) as refusal:
        run(store, tmp_path / "k3.csv", "--format", "kingdee", "--names", str(names))
    assert refusal.value.code == ("file.missing" if content is None else "file.unreadable")
    assert str(names) in refusal.value.message


def test_plain_text_accounts_have_the_names_of_the_locale(store: str, tmp_path: Path) -> None:
    out = tmp_path / "books"
    run(store, out, "--format", "beancount", "--locale", "zh_CN", "--root", "1002=equity")
    assert "Equity:1002-银行存款  1500.00 CNY" in out.read_text(encoding="utf-8")
    run(store, out, "--format", "hledger")
    assert "Assets:1002-Bank-deposits  1500.00 CNY" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--format", "sap"), "journal_export.unknown_format"),
        (("--format", "missing.toml"), "file.missing"),
        (("--since", "2026-12-02", "--until", "2026-12-01"), "input.invalid"),
        (("--until", "December"), "input.invalid"),
        (("--format", "hledger", "--root", "1002=Bank"), "input.invalid"),
        (("--format", "kingdee", "--currency", "USD"), "journal_export.no_book_value"),
    ],
)
def test_what_cannot_be_is_refused_and_writes_nothing(
    store: str, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "journal.csv"
    with pytest.raises(DomainError) as refusal:
        run(store, out, *words)
    assert refusal.value.code == code
    assert not out.exists()


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refusal:
        run(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "journal.csv")
    assert refusal.value.code == "store.missing"


def test_the_maps_are_listed_with_their_files() -> None:
    said = CliRunner().invoke(journals, ["maps", "--locale", "zh_CN"]).output.splitlines()
    assert said[-2] == "yonyou-u8: 用友 U8 总账工具 凭证引入文本"
    assert [Path(line.strip()).is_file() for line in said[1::2]] == [True] * 5
