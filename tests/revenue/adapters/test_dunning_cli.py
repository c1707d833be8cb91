"""``revenue dun`` and ``revenue behaviour``: proposals, letters, blocks, on a store."""

from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cpq import Money
from cpq.kernel.errors import DomainError, NotFound, Unreadable
from revenue import Receipt, Receivable
from revenue.adapters import open_store
from revenue.adapters.dunning_cli import behaviour, dunning
from revenue.adapters.dunning_file import read_dunning_policy
from revenue.testing import example_contract, example_quote

POLICY = """
code = "STANDARD"
locale = "zh_CN"

[interest]
rates = [{ percent = 10 }]

[[steps]]
days = 5
tone = 1

[[steps]]
days = 15
tone = 2
fees = ["10 CNY"]
interest = true
"""
GROUPS = 'code = "STATE"\ngroups = ["state"]\n[[steps]]\ndays = 90\ntone = 1\n'


class Desk:
    """A store with a contract and two debts, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, f"sqlite:///{folder / 'books.db'}"
        self.app = typer.Typer()
        self.app.add_typer(dunning, name="dun")
        self.app.command("behaviour")(behaviour)
        (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
        due = date(2026, 12, 1)
        with open_store(self.url) as store, store.unit() as deals:
            quote = example_quote()
            deals.save(quote)
            deals.save(example_contract(quote))
            deals.record(
                *(
                    Receivable(number=n, customer="C-0042", on=due, due_on=due, amount=yuan(amount))
                    for n, amount in (("AR-1", "100.00"), ("AR-2", "900.00"))
                ),
                Receipt(number="R-1", customer="C-0042", on=date(2026, 12, 8), amount=yuan("60")),
            )

    def __call__(self, *words: str) -> str:
        done = CliRunner().invoke(
            self.app,
            [*words, "--store", self.url],
            env={"COLUMNS": "160"},
        )
        if isinstance(done.exception, DomainError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    def run(self, day: str, *words: str) -> str:
        return self("dun", "run", "-p", str(self.folder / "policy.toml"), "--on", day, *words)

    def facts(self) -> list[str]:
        with open_store(self.url) as store, store.view() as deals:
            return [fact.number for fact in deals.facts()]


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_run_shows_what_is_due_and_changes_nothing(desk: Desk) -> None:
    before = desk.facts()
    shown = desk.run("2026-12-06")
    assert [line.split()[-1] for line in shown.splitlines()[2:4]] == ["1/2", "1/2"]
    assert "DN-20261206-1" in shown
    assert desk.facts() == before
    assert "level 1 of 2 is reached on 2026-12-06" in desk.run("2026-12-05")
    assert "nothing is overdue" in desk.run("2026-12-01")


def test_a_run_is_recorded_once(desk: Desk) -> None:
    assert "1 recorded" in desk.run("2026-12-06", "--record")
    assert "0 recorded" in desk.run("2026-12-06", "--record")
    second = desk.run("2026-12-16", "--record", "--letters", "CK-", "-l", "zh_CN")
    assert "费用 10.00" in second
    assert "已登记 1 份" in second
    assert desk.facts()[3:] == [
        "DN-20261206-1",
        "CK-20261216-1",
        "CK-20261216-1/interest-1",
        "CK-20261216-1/interest-2",
        "CK-20261216-1/fee",
    ]
    status = desk("dun", "status", "--as-of", "2026-12-20")
    assert status.count("unresolved") == 2


def test_numbers_of_a_day_go_on_after_those_that_are_taken(desk: Desk) -> None:
    desk.run("2026-12-06", "--record")
    with open_store(desk.url) as store, store.unit() as deals:
        late = date(2026, 11, 1)
        deals.record(
            Receivable(number="AR-3", customer="C-1", on=late, due_on=late, amount=yuan("5"))
        )
    assert "DN-20261206-2" in desk.run("2026-12-06", "-c", "C-1")


def test_letters_are_drafts_until_they_are_recorded(desk: Desk) -> None:
    folder = desk.folder / "letters"
    desk.run("2026-12-06", "--write", str(folder), "--html")
    draft = (folder / "DN-20261206-1.html").read_text(encoding="utf-8")
    assert "草稿" in draft
    desk.run("2026-12-06", "--record", "--write", str(folder), "--html")
    letter = (folder / "DN-20261206-1.html").read_text(encoding="utf-8")
    assert "草稿" not in letter
    assert "第 1 次（共 2 次）" in letter
    words = ("-p", str(desk.folder / "policy.toml"), "-o", str(desk.folder / "again"), "--html")
    desk("dun", "letter", "DN-20261206-1", *words)
    again = (desk.folder / "again" / "DN-20261206-1.html").read_text(encoding="utf-8")
    assert again == letter


def test_interest_and_fee_stand_on_the_letter(desk: Desk) -> None:
    desk.run("2026-12-06", "--record")
    folder = desk.folder / "letters"
    desk.run("2026-12-16", "--record", "--write", str(folder), "--html")
    letter = (folder / "DN-20261216-1.html").read_text(encoding="utf-8")
    for figure in ("1,000.00", "4.11", "10.00", "1,014.11"):
        assert figure in letter


def test_letters_to_customers_that_nobody_knows_are_not_recorded(desk: Desk) -> None:
    with open_store(desk.url) as store, store.unit() as deals:
        late = date(2026, 11, 1)
        deals.record(
            Receivable(number="AR-3", customer="C-1", on=late, due_on=late, amount=yuan("5"))
        )
    before = desk.facts()
    with pytest.raises(NotFound) as refusal:
        desk.run("2026-12-06", "--record", "--write", str(desk.folder / "letters"))
    assert refusal.value.code == "document.no_parties"
    assert desk.facts() == before


def test_a_customer_is_blocked_and_the_block_lifted(desk: Desk) -> None:
    why = ("--reason", "talks go on", "--by", "Li")
    desk("dun", "block", "C-0042", "-n", "DB-1", "--on", "2026-12-02", *why)
    assert "blocked by Li: talks go on (DB-1)" in desk.run("2026-12-06")
    desk("dun", "lift", "DB-1", "-n", "DB-2", "--on", "2026-12-07", *why)
    assert "blocked" in desk.run("2026-12-06")
    assert "DN-20261207-1" in desk.run("2026-12-07")
    one = ("--receivable", "AR-1", "--until", "2026-12-31")
    desk("dun", "block", "C-0042", "-n", "DB-3", "--on", "2026-12-07", *one, *why)
    assert "blocked until 2026-12-31" in desk.run("2026-12-08")
    with pytest.raises(NotFound) as refusal:
        desk("dun", "lift", "DB-9", "-n", "DB-4", *why)
    assert refusal.value.code == "dunning_block.unknown"


def test_a_policy_of_a_group_is_found_by_the_contract(desk: Desk) -> None:
    file = desk.folder / "state.toml"
    file.write_text(GROUPS, encoding="utf-8")
    shown = desk.run("2026-12-06", "-p", str(file))
    assert "DN-20261206-1" in shown
    groupless = ("dun", "run", "-p", str(file), "--on", "2026-12-06")
    with pytest.raises(NotFound) as refusal:
        desk(*groupless)
    assert refusal.value.code == "dunning.no_policy"


def test_how_a_customer_pays(desk: Desk) -> None:
    with open_store(desk.url) as store:
        store.run(
            lambda deals: deals.record(
                *deals.ledger()
                .apply("R-1", to="AR-1", number="A-1", on=date(2026, 12, 20))
                .facts[-1:]
            )
        )
    shown = desk("behaviour", "C-0042", "--as-of", "2026-12-31").splitlines()
    assert shown[-1].split() == ["CNY", "1", "1", "100.0%", "7.0", "7.0", "30", "940.00"]
    assert "没有付款" in desk("behaviour", "C-9", "--as-of", "2026-12-31", "-l", "zh_CN")


def test_a_policy_file_names_every_field_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('code = "P"\nlevel = 1\n[[steps]]\ndays = -1\ntone = 4\n', encoding="utf-8")
    with pytest.raises(Unreadable) as refusal:
        read_dunning_policy(file)
    assert [finding.place for finding in refusal.value.findings] == [
        "steps.1.days",
        "steps.1.tone",
        "level",
    ]


def test_rates_and_amounts_of_a_file_are_exact(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        'code = "P"\n[interest]\nfactor = 1.5\nrates = [{ percent = 3.1 }, '
        "{ percent = 3.0, on = 2025-05-20 }]\n[[steps]]\ndays = 5\ntone = 1\n",
        encoding="utf-8",
    )
    terms = read_dunning_policy(file).interest
    assert terms is not None
    assert [str(terms.percent_on(day)) for day in (date(2025, 5, 19), date(2025, 5, 20))] == [
        "93/20",
        "9/2",
    ]
