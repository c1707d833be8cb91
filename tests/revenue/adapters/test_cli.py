"""The command line of finance: every command changes the store whole or not at all."""

from datetime import date
from pathlib import Path

import pytest

from cpq import Money
from revenue import Receipt, Receivable
from revenue.adapters import open_store
from tests.terminal import terminal


class Books:
    """A store in a folder, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, code: int = 0) -> str:
        done = terminal(
            "revenue",
            *words,
            cwd=self.folder,
            environment={"CPQ_STORE": "sqlite:///books.db", "COLUMNS": "100"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr


@pytest.fixture
def books(tmp_path: Path) -> Books:
    day, due = date(2026, 11, 1), date(2026, 12, 1)
    with open_store(f"sqlite:///{tmp_path / 'books.db'}") as store, store.unit() as deals:
        deals.record(
            Receivable(number="AR-1", customer="C-1", on=day, due_on=due, amount=yuan("1200.00")),
            Receivable(number="AR-2", customer="C-1", on=day, due_on=due, amount=yuan("800.00")),
            Receipt(number="RC-1", customer="C-1", on=date(2026, 12, 8), amount=yuan("1500.00")),
        )
    return Books(tmp_path)


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


def test_receivables_and_receipts_are_recorded(tmp_path: Path) -> None:
    run = Books(tmp_path)
    due = ("--on", "2026-11-01", "--due", "2026-12-01")
    said = run("receivable", "AR-1", "-c", "C-1", "--amount", "1200.00 CNY", *due)
    assert said == "AR-1: 1200.00 CNY due 2026-12-01\n"
    said = run("receipt", "RC-1", "-c", "C-1", "--amount", "1500.00 CNY", "--on", "2026-12-08")
    assert said == "RC-1: 1500.00 CNY from C-1, on account\n"


def test_a_receipt_settles_and_its_rest_is_shown(books: Books) -> None:
    said = books("apply", "RC-1", "--to", "AR-1", "--to", "AR-2", "-n", "A", "--on", "2026-12-08")
    assert said.splitlines() == [
        "A/1: 1,200.00 → AR-1, open 0.00 CNY",
        "A/2: 300.00 → AR-2, open 500.00 CNY",
        "RC-1: on account 0.00 CNY",
    ]
    assert "500.00" in books("open", "--as-of", "2026-12-31")


def test_amounts_can_be_said_for_each_receivable(books: Books) -> None:
    to = ("--to", "AR-1=100.00 CNY", "--to", "AR-2=50.00 CNY")
    assert "on account 1,350.00 CNY" in books("apply", "RC-1", *to, "-n", "A", "--on", "2026-12-08")


def test_applying_more_than_open_changes_nothing(books: Books) -> None:
    said = books(
        "apply", "RC-1", "--to", "AR-2=801.00 CNY", "-n", "A", "--on", "2026-12-08", code=1
    )
    assert said.endswith("[application.exceeds_open]\n")
    assert "2,000.00" in books("open", "--as-of", "2026-12-31")


def test_nothing_to_apply_is_said(books: Books) -> None:
    said = books("apply", "RC-1", "--oldest", "-n", "A", "--on", "2026-10-01", code=1)
    assert said.endswith("[application.nothing_to_apply]\n")


def test_unapplying_brings_the_open_amount_back(books: Books) -> None:
    books("apply", "RC-1", "--oldest", "-n", "A", "--on", "2026-12-08")
    books("unapply", "A/1", "-n", "R", "--reason", "meant for another", "--on", "2026-12-09")
    assert "1,200.00" in books("open", "--as-of", "2026-12-31")


def test_ageing_speaks_the_asked_language(books: Books) -> None:
    report = books("ageing", "--as-of", "2026-12-31", "--locale", "zh_CN")
    assert "客户" in report
    assert "2,000.00" in report


def test_writing_off_keeps_the_trial_balance_at_zero(books: Books) -> None:
    books(
        *("write-off", "AR-2", "-n", "W", "--reason", "insolvent"),
        *("--approved-by", "CFO", "--on", "2027-01-31"),
    )
    assert "坏账准备" in books("trial-balance", "--as-of", "2027-12-31", "-l", "zh_CN")
    assert books("verify") == "fine: nothing found\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("receipt", "RC-1", "-c", "C-1", "--amount", "5 CNY"), "fact.number_taken"),
        (("receipt", "RC-2", "-c", "C-1", "--amount", "5 RMB"), "currency.unknown"),
        (("apply", "RC-9", "--oldest", "-n", "A"), "receipt.unknown"),
    ],
)
def test_refusals_are_one_line_with_a_code(books: Books, words: tuple[str, ...], code: str) -> None:
    said = books(*words, code=1)
    assert said.count("\n") == 1
    assert said.endswith(f"[{code}]\n")


@pytest.mark.parametrize(
    "words",
    [
        ("apply", "RC-1", "-n", "A"),
        ("apply", "RC-1", "--to", "AR-1", "--oldest", "-n", "A"),
        ("apply", "RC-1", "--to", "AR-1=5", "-n", "A"),
        ("open", "--as-of", "yesterday"),
    ],
)
def test_a_wrong_command_line_exits_with_two(books: Books, words: tuple[str, ...]) -> None:
    assert books(*words, code=2).endswith("[input.invalid]\n")


def test_a_slip_in_the_name_makes_no_empty_books(tmp_path: Path) -> None:
    assert "[store.missing]" in Books(tmp_path)("open", code=4)
    assert list(tmp_path.iterdir()) == []


def test_a_lost_debt_is_charged_and_recovered(books: Books) -> None:
    said = books("charge", "C-1", "--amount", "800.00 CNY", "--reason", "doubt")
    assert said == "C-1: 800.00 CNY charged to the allowance\n"
    books(
        *("write-off", "AR-2", "-n", "W", "--reason", "insolvent"),
        *("--approved-by", "CFO", "--on", "2027-01-31"),
    )
    said = books("recover", "W", "--receipt", "RC-1", "-n", "RE", "--on", "2027-02-01")
    assert said == "W: 800.00 CNY recovered by RE\n"
    total = books("trial-balance", "--as-of", "2027-12-31").splitlines()[-1].split()
    assert total[:2] == ["Total", "CNY"]
    assert total[2] == total[3]
    assert total[4] == "0.00"


def test_amounts_are_never_cut_short(books: Books) -> None:
    number = "HT-2026-017-RECEIVABLE-WITH-A-LONG-NUMBER/12"
    books(
        *("receivable", number, "-c", "C-1", "--amount", "123,456,789.01 CNY"),
        *("--on", "2026-11-01", "--due", "2026-12-01"),
    )
    report = books("open", "--as-of", "2026-12-31")
    assert number in report
    assert "123,456,789.01" in report


def test_numbers_are_text_and_not_markup(books: Books) -> None:
    due = ("--on", "2026-11-01", "--due", "2026-12-01", "--amount", "5.00 CNY")
    books("receivable", "AR[/1]", "-c", "C[red]", *due)
    report = books("open", "--as-of", "2026-12-31")
    assert "AR[/1]" in report
    assert "C[red]" in report


def test_a_file_that_is_no_store_exits_with_three(tmp_path: Path) -> None:
    (tmp_path / "books.db").write_bytes(b"this is not a database, not at all" * 40)
    assert "[store.corrupt]" in Books(tmp_path)("open", code=3)
