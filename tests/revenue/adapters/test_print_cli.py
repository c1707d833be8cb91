"""``revenue print``: documents of a store, one command each."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from revenue.adapters import open_store
from revenue.testing.small import record_deal
from tests.terminal import terminal

pytestmark = pytest.mark.slow


class Desk:
    """A store with a whole deal in it, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with open_store(f"sqlite:///{folder / 'deals.db'}") as store, store.unit() as deals:
            record_deal(deals)

    def __call__(self, *words: str, code: int = 0) -> str:
        done = terminal(
            "revenue",
            "print",
            *words,
            cwd=self.folder,
            environment={"CPQ_STORE": "sqlite:///deals.db", "COLUMNS": "100"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr

    def html(self, *words: str) -> str:
        path = self(*words, "--html", "-o", "paper").strip()
        return (self.folder / path).read_text(encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_order_is_printed_by_its_number(desk: Desk) -> None:
    assert desk("order", "SO-1", "-l", "zh_CN", "--reply-days", "5") == "out/SO-1.pdf\n"
    shown = "".join(page.extract_text() for page in PdfReader(desk.folder / "out/SO-1.pdf").pages)
    assert "4,354.65" in shown
    assert "订单确认书" in shown


def test_terms_of_delivery_are_printed_as_given(desk: Desk) -> None:
    assert "DAP Changzhou" in desk.html("order", "SO-1", "--delivery", "DAP Changzhou")


def test_a_statement_is_of_the_day_asked_for(desk: Desk) -> None:
    html = desk.html("statement", "C-0042", "--as-of", "2026-12-15", "-l", "en")
    assert "up to 2026-12-15" in html
    assert (desk.folder / "paper" / "statement-C-0042-2026-12-15.html").is_file()


def test_a_reminder_is_in_the_tone_of_its_level(desk: Desk) -> None:
    words = ("reminder", "C-0042", "--on", "2027-03-01", "-l", "en")
    assert "easily overlooked" in desk.html(*words)
    final = desk.html(*words, "--level", "3", "--fee", "5.00 CNY", "-n", "CK-1")
    assert "final demand" in final
    assert "March 15, 2027" in final
    assert (desk.folder / "paper" / "CK-1.html").is_file()


def test_an_invoice_is_printed_by_its_number(desk: Desk) -> None:
    assert "1,306.40" in desk.html("invoice", "inv-1", "-l", "en")


def test_an_invoice_that_nobody_wrote_is_not_found(desk: Desk) -> None:
    assert "[invoice.unknown]" in desk("invoice", "INV-77", code=1)


def test_a_customer_without_contract_needs_a_catalogue(desk: Desk) -> None:
    assert "[document.no_parties]" in desk("statement", "C-77", code=1)


def test_nothing_overdue_writes_no_reminder(desk: Desk) -> None:
    said = desk("reminder", "C-0042", "--on", "2026-11-28", code=1)
    assert "[dunning.nothing_overdue]" in said
    assert not (desk.folder / "out").exists()


def test_countries_are_two_letters_each(desk: Desk) -> None:
    assert "DE,FR" in desk("invoice", "INV-1", "--countries", "Germany", code=2)
