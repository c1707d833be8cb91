"""The workbench on the command line: a statement in, what was posted and what waits out."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cpq.kernel.errors import DomainError
from cpq.kernel.money import Money
from revenue.adapters import open_store
from revenue.adapters.reconcile_cli import register
from revenue.adapters.reconcile_html import report_html
from revenue.bank import BankLine, BankStatement
from revenue.ledger import ReceivablesLedger
from revenue.receivable import Receivable
from revenue.reconcile import reconcile

HOSTILE = "<script>alert(1)</script> <!--chart:ageing-EUR--> {{ 7 * 7 }} INV-2026-1111"
OWED = (("AR-1", "C-1", "300.00"), ("AR-2", "C-1", "120.00"), ("AR-3", "C-2", "120.00"))


def eur(amount):
    return Money(amount, "EUR")


def owed(number, customer, amount):
    return Receivable(
        number=number,
        customer=customer,
        source=f"INV-2026-{number[-1] * 4}",
        on=date(2026, 11, 1),
        due_on=date(2026, 12, 1),
        amount=eur(amount),
    )


def mt940(*lines, opening="1000,00", number="1"):
    """A statement of 2026-11-20 with these amounts and remittance texts."""
    rows = []
    total = 0
    for amount, text in lines:
        cents = int(amount.replace(",", ""))
        total += cents
        mark = "C" if cents >= 0 else "D"
        shown = f"{abs(cents) // 100},{abs(cents) % 100:02}"
        rows += [f":61:2611201120{mark}{shown}NTRFNONREF", f":86:{text}"]
    closing = int(opening.replace(",", "")) + total
    return "\n".join(
        [
            ":20:STARTUMS",
            ":25:10020030/1234567",
            f":28C:{number}/1",
            f":60F:C261119EUR{opening}",
            *rows,
            f":62F:C261120EUR{closing // 100},{closing % 100:02}",
            "-",
            "",
        ]
    )


@pytest.fixture
def folder(tmp_path):
    lines = (("300,00", "INV-2026-1111"), ("120,00", "many thanks"), ("-25,00", "fee"))
    (tmp_path / "day.sta").write_text(mt940(*lines), encoding="utf-8")
    with open_store(f"sqlite:///{tmp_path / 'books.db'}") as store, store.unit() as deals:
        deals.record(*(owed(*each) for each in OWED))
    return tmp_path


APP = typer.Typer()
register(APP)


def said(folder, *words):
    """What a command prints; what it refuses is raised."""
    environment = {"CPQ_STORE": f"sqlite:///{folder / 'books.db'}", "COLUMNS": "140"}
    files = {file.name: str(file) for file in folder.iterdir()}
    done = CliRunner().invoke(APP, [files.get(word, word) for word in words], env=environment)
    if isinstance(done.exception, DomainError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def ledger(folder):
    with open_store(f"sqlite:///{folder / 'books.db'}") as store, store.view() as deals:
        return deals.ledger()


RUN = ("reconcile", "day.sta", "--on", "2026-11-21")


def test_what_is_proved_is_posted_and_the_rest_is_shown(folder):
    shown = said(folder, *RUN)
    assert re.search(r"Posted on proof\s+1\s+300\.00 EUR|1\s+300\.00 EUR\s+Posted on proof", shown)
    assert "→ [reference] C-1: AR-1 300.00" in shown
    assert "RC-2026-00002" in shown
    assert "“many thanks”" in shown
    assert "revenue confirm" in shown
    books = ledger(folder)
    assert books.open_amount("AR-1") == eur("0.00")
    assert books.on_account("") == (eur("120.00"),)


def test_the_same_statement_again_records_nothing(folder):
    said(folder, *RUN)
    before = ledger(folder)
    shown = said(folder, *RUN)
    assert ledger(folder) == before
    assert "Settled before" in shown


def test_a_preview_shows_the_same_and_records_nothing(folder):
    before = ledger(folder)
    shown = said(folder, *RUN, "--preview")
    assert ledger(folder) == before
    assert shown == said(folder, *RUN)


def test_in_chinese(folder):
    shown = said(folder, *RUN, "--locale", "zh_CN")
    for words in ("已自动核销", "待确认", "凭据吻合", "确认："):
        assert words in shown
    assert "Posted" not in shown


def test_as_json_for_programs(folder):
    found = json.loads(said(folder, *RUN, "--json"))
    assert [each["status"] for each in found["lines"]] == ["posted", "suggested", "other"]
    assert found["on"] == "2026-11-21"
    assert found["lines"][0]["settlements"] == ["RC-2026-00001/ID", "RC-2026-00001/1"]


def test_one_file_twice_is_read_once(folder):
    once = said(folder, *RUN, "--preview")
    assert said(folder, *RUN[:2], "day.sta", *RUN[2:]) == once


def test_two_files_on_one_morning(folder):
    more = mt940(("120,00", "INV-2026-3333"), number="2")
    (folder / "more.sta").write_text(more, encoding="utf-8")
    said(folder, *RUN[:2], "more.sta", *RUN[2:])
    books = ledger(folder)
    assert [books.open_amount(number) for number in ("AR-1", "AR-3")] == [eur("0.00")] * 2


# --- what a person decides ------------------------------------------------------------------------

BY = ("--by", "Li", "--on", "2026-11-21")


def test_what_waits_is_shown_and_nothing_is_recorded(folder):
    said(folder, *RUN)
    before = ledger(folder)
    shown = said(folder, "waiting", "--on", "2026-11-21")
    assert "RC-2026-00002" in shown
    assert "RC-2026-00001" not in shown
    assert ledger(folder) == before


@pytest.mark.parametrize("choice", ["1", "2"])
def test_a_candidate_is_confirmed(folder, choice):
    said(folder, *RUN)
    shown = said(folder, "confirm", "RC-2026-00002", "--candidate", choice, *BY)
    number = re.search(r"→ (AR-\d), 0\.00 EUR", shown).group(1)
    assert ledger(folder).open_amount(number) == eur("0.00")


def test_what_does_not_wait_is_not_confirmed(folder):
    said(folder, *RUN)
    with pytest.raises(DomainError) as refusal:
        said(folder, "confirm", "RC-2026-00001", *BY)
    assert refusal.value.code == "reconcile.nothing_waits"
    with pytest.raises(DomainError) as refusal:
        said(folder, "confirm", "RC-9", *BY)
    assert refusal.value.code == "receipt.unknown"


def test_receivables_are_assigned_by_hand(folder):
    said(folder, *RUN)
    to = ("--to", "AR-2=20.00 EUR", "--to", "AR-3")
    shown = said(folder, "assign", "RC-2026-00002", *to, *BY)
    assert "→ C-1" in shown
    assert "→ AR-3, 20.00 EUR" in shown
    books = ledger(folder)
    assert books.open_amount("AR-2") == eur("100.00")
    assert books.free_amount("RC-2026-00002") == eur("0.00")


def test_a_receipt_is_split_and_the_split_is_taken_back(folder):
    said(folder, *RUN)
    parts = ("--part", "C-1=70.00 EUR", "--part", "C-2=50.00 EUR")
    assert said(folder, "split", "RC-2026-00002", *parts, *BY).count("→") == 2
    assert ledger(folder).on_account("C-2") == (eur("50.00"),)
    back = ("--number", "X-1", "--reason", "wrong", "--on", "2026-11-21")
    assert "✗" in said(folder, "take-back", "RC-2026-00002", *back)
    assert ledger(folder).on_account("") == (eur("120.00"),)
    assert "→ C-2" in said(folder, "split", "RC-2026-00002", "--part", "C-2", *BY)
    assert ledger(folder).on_account("C-2") == (eur("120.00"),)


def test_parts_need_amounts(folder):
    said(folder, *RUN)
    with pytest.raises(DomainError) as refusal:
        said(folder, "split", "RC-2026-00002", "--part", "C-1", "--part", "C-2", *BY)
    assert refusal.value.code == "input.invalid"


def test_a_decision_that_is_refused_records_nothing(folder):
    said(folder, *RUN)
    before = ledger(folder)
    with pytest.raises(DomainError) as refusal:
        said(folder, "assign", "RC-2026-00002", "--to", "AR-2=120.01 EUR", *BY)
    assert refusal.value.code == "reconcile.exceeds_free"
    assert ledger(folder) == before


# --- rules and known payers -----------------------------------------------------------------------


def test_rules_of_the_house_are_read_from_a_file(folder):
    (folder / "rules.toml").write_text("auto = []\n", encoding="utf-8")
    said(folder, *RUN, "--rules", "rules.toml")
    assert len(ledger(folder).open_items()) == 3


@pytest.mark.parametrize("text", ["auto = ['guess']\n", "auto = [\n", "who = 1\n"])
def test_rules_that_are_wrong_are_told_on_one_line(folder, text):
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DomainError) as refusal:
        said(folder, *RUN, "--rules", "rules.toml")
    assert refusal.value.code == "matching.bad_rules"
    assert refusal.value.message.splitlines() == [refusal.value.message]


@pytest.mark.parametrize("text", ["who,name\nC-1,ACME\n", "customer,name\n,ACME\n", ""])
def test_payers_that_are_wrong_are_told_on_one_line(folder, text):
    (folder / "payers.csv").write_text(text, encoding="utf-8")
    if not text:
        said(folder, *RUN, "--payers", "payers.csv")
        return
    with pytest.raises(DomainError) as refusal:
        said(folder, *RUN, "--payers", "payers.csv")
    assert refusal.value.code == "matching.bad_payers"
    assert refusal.value.message.splitlines() == [refusal.value.message]


# --- the report -----------------------------------------------------------------------------------


def test_the_report_is_one_file_that_needs_no_other(folder):
    said(folder, *RUN, "--report", str(folder / "day.html"))
    html = (folder / "day.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)\s*=|@import|url\(", html.replace('href="#', ""))
    assert "<script" not in html
    links = set(re.findall(r"https?://[^\"'\s<]+", html))
    assert links <= {"http://www.w3.org/2000/svg"}
    assert html.count("<svg") == 3
    assert "<!--chart:" not in html
    assert "AR-1 300.00" in html


def hostile_run():
    line = BankLine(
        account="1",
        statement="1",
        position=1,
        booked_on=date(2026, 11, 20),
        amount=eur("50.00"),
        counterparty='"><img src=x onerror=alert(1)>',
        text=HOSTILE,
    )
    debt = owed("AR-1", "C-1", "300.00")
    statement = BankStatement(format="mt940", account="1", currency="EUR", name="1", lines=(line,))
    books = ReceivablesLedger().record(debt)
    return books, reconcile(books, [statement], on=date(2026, 11, 21), number=lambda _: "RC-1")


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_what_payers_write_is_shown_and_never_obeyed(locale):
    books, run = hostile_run()
    html = report_html(run, books.record(*run.facts), locale=locale)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;!--chart:ageing-EUR--&gt;" in html
    assert "{{ 7 * 7 }}" in html
    assert html.count("<svg") == 3


def test_the_report_speaks_chinese():
    books, run = hostile_run()
    html = report_html(run, books.record(*run.facts), locale="zh_CN")
    assert '<html lang="zh"' in html
    for words in ("对账日报", "摘要", "付款方"):
        assert words in html
    assert "Remittance" not in html


def test_the_terminal_shows_hostile_text_as_text(folder: Path):
    text = mt940(("50,00", "[red]bold[/red] ?20evil"))
    (folder / "evil.sta").write_text(text, encoding="utf-8")
    shown = said(folder, "reconcile", "evil.sta", "--on", "2026-11-21")
    assert "[red]bold[/red]" in shown
