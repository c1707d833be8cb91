"""beancount and hledger take our journal, hostile words and all, and find our balances in it."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from revenue import Receipt, Receivable, ReceivablesLedger
from revenue.adapters.export import account_names, beancount_text, hledger_text, root_of
from revenue.chart import STANDARD_CHART, Account
from revenue.entry import JournalEntry, JournalLine
from revenue.exchange import Revaluation
from revenue.journal import journal
from tests.revenue.adapters.export.books import booked_books, books
from tests.revenue.adapters.export.tools import (
    bean_check,
    beancount_balances,
    hledger,
    hledger_balances,
    hledger_check,
    needs_beancount,
    needs_hledger,
    our_balances,
    our_values,
)
from tests.revenue.deals import cash, day, debt, ledger_of

CHART = STANDARD_CHART


def line(part: str, amount: str, currency: str = "CNY", booked: str = "", **more) -> JournalLine:
    money = Money(amount, currency)
    return JournalLine(
        account=getattr(CHART, part),
        debit=money if money.amount > 0 else None,
        credit=-money if money.amount < 0 else None,
        **({"booked": Money(booked, "CNY")} if booked else {}),
        **more,
    )


def entry(*lines: JournalLine, **changes) -> JournalEntry:
    fields = {
        "number": "application/A-1",
        "on": date(2026, 12, 3),
        "fact_kind": "application",
        "fact": "A-1",
        "rule": "application.applied",
        "rule_version": 1,
        "memo": {"en": "R-1 pays AR-1", "zh": "R-1 核销 AR-1"},
    }
    return JournalEntry(**{**fields, "lines": lines, **changes})


SETTLED = entry(
    line("unapplied_cash", "100.00", "USD", "700.00"),
    line("receivable", "-100.00", "USD", "-720.00"),
    line("credit_loss", "20.00"),
)
"""A receipt worth less in yuan than the receivable that it settles."""

REVALUED = entry(
    line("receivable", "30.00", book_only=True), line("revenue", "-30.00"), number="revaluation/V-1"
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@needs_beancount
@given(entries=books)
def test_beancount_takes_any_entry_and_finds_our_balances(
    tmp_path_factory: pytest.TempPathFactory, entries: list[JournalEntry]
) -> None:
    folder = tmp_path_factory.mktemp("books")
    path = write(folder, "a.beancount", beancount_text(entries))
    assert beancount_balances(path) == our_balances(entries)


@needs_hledger
@given(entries=books)
def test_hledger_takes_any_entry_and_finds_our_balances(
    tmp_path_factory: pytest.TempPathFactory, entries: list[JournalEntry]
) -> None:
    path = write(tmp_path_factory.mktemp("books"), "a.journal", hledger_text(entries))
    assert hledger_check(path) == ""
    assert hledger_balances(path) == our_balances(entries)


@needs_hledger
@given(entries=booked_books)
def test_hledger_finds_what_the_accounts_are_worth_in_the_books(
    tmp_path_factory: pytest.TempPathFactory, entries: list[JournalEntry]
) -> None:
    path = write(tmp_path_factory.mktemp("books"), "a.journal", hledger_text(entries))
    assert hledger_balances(path, at_cost=True) == our_values(entries)


@needs_beancount
@given(entries=books)
def test_beancount_reads_the_words_that_we_wrote(
    tmp_path_factory: pytest.TempPathFactory, entries: list[JournalEntry]
) -> None:
    from beancount import loader
    from beancount.core.data import Transaction

    path = write(tmp_path_factory.mktemp("books"), "a.beancount", beancount_text(entries))
    read = [each for each in loader.load_file(str(path))[0] if isinstance(each, Transaction)]
    wanted = sorted(entries, key=lambda each: each.on)
    assert [each.narration for each in read] == [each.memo.in_("en") for each in wanted]
    for found, ours in zip(read, wanted, strict=True):
        assert found.meta["entry"] == ours.number
        assert (found.meta["fact"], found.meta["rule"]) == (ours.fact, ours.rule)
        assert found.meta["rule-version"] == ours.rule_version
        assert [
            (posting.meta.get("customer", ""), posting.meta.get("contract", ""))
            for posting in found.postings
        ] == [(each.customer, each.contract) for each in ours.lines]


@needs_hledger
def test_hledger_reads_every_word_that_would_mean_something_to_it(tmp_path: Path) -> None:
    hostile = "a;b|c (d) e, date:x [2026-99-99]"
    words = entry(
        line("bank", "1", customer=hostile, contract="HT,1"),
        line("revenue", "-1"),
        number=hostile,
        memo={"en": hostile, "zh": f"{hostile}\n二"},
    )
    path = write(tmp_path, "a.journal", hledger_text([words]))
    assert hledger_check(path) == ""
    found = json.loads(hledger("-f", str(path), "print", "-O", "json").stdout)[0]
    assert found["tdescription"] == "a；b｜c (d) e, date:x [2026-99-99]"
    assert found["tcode"] == "a；b|c （d） e, date:x [2026-99-99]"
    told = "a；b|c (d) e， date:x ［2026-99-99］"
    assert dict(found["ttags"])["memo-zh"] == f"{told} 二"
    tags = {"customer": told, "contract": "HT，1"}
    assert tags.items() <= dict(found["tpostings"][0]["ptags"]).items()
    assert found["tpostings"][0]["pdate"] is None


@needs_beancount
def test_bean_check_takes_a_settlement_in_dollars(tmp_path: Path) -> None:
    text = beancount_text([SETTLED, REVALUED])
    assert "  Assets:1122-Accounts-receivable  -100.00 USD @@ 720.00 CNY\n" in text
    assert "2026-12-04 balance Assets:1122-Accounts-receivable  30.00 ~ 0 CNY\n" in text
    assert bean_check(write(tmp_path, "a.beancount", text)) == ""


@needs_beancount
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@@ 720.00 CNY", "@@ 720.01 CNY"),
        ("receivable  30.00 ~", "receivable  30.01 ~"),
        ("receivable CNY,USD", "receivable CNY"),
    ],
)
def test_bean_check_would_see_a_cent(tmp_path: Path, old: str, new: str) -> None:
    text = beancount_text([SETTLED, REVALUED])
    assert text.count(old) == 1
    assert bean_check(write(tmp_path, "a.beancount", text.replace(old, new))) != ""


@needs_hledger
def test_hledger_check_takes_a_settlement_in_dollars(tmp_path: Path) -> None:
    text = hledger_text([SETTLED, REVALUED])
    assert "    Assets:1122-Accounts-receivable  -100.00 USD @@ 720.00 CNY\n" in text
    assert hledger_check(write(tmp_path, "a.journal", text)) == ""


@needs_hledger
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("720.00 CNY", "720.01 CNY"),
        ("0.00 CNY = 30.00", "0.00 CNY = 30.01"),
        ("account Assets:1122-Accounts-receivable  ; type:A\n", ""),
        ("commodity 1000.00 USD\n", ""),
    ],
)
def test_hledger_check_would_see_a_cent(tmp_path: Path, old: str, new: str) -> None:
    text = hledger_text([SETTLED, REVALUED])
    assert text.count(old) >= 1
    assert hledger_check(write(tmp_path, "a.journal", text.replace(old, new, 1))) != ""


@needs_beancount
@needs_hledger
def test_a_ledger_in_dollars_is_worth_in_both_what_it_is_worth_here(tmp_path: Path) -> None:
    """60 of 100 USD at 7.20 are settled at 7.00, the other 40 revalued to 7.10."""
    dollars, yuan = (lambda a: Money(a, "USD")), (lambda a: Money(a, "CNY"))
    ledger = ReceivablesLedger().record(
        Receivable(
            number="AR-1",
            customer="C-1",
            on=day(1),
            due_on=day(30),
            amount=dollars("100"),
            booked=yuan("720"),
        ),
        Receipt(number="R-1", customer="C-1", on=day(5), amount=dollars("60"), booked=yuan("420")),
    )
    ledger = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(5))
    ledger = ledger.record(
        Revaluation(
            number="V-1",
            receivable="AR-1",
            on=day(31),
            open=dollars("40"),
            rate="7.10",
            difference=yuan("-4"),
        )
    )
    entries = list(journal(ledger.facts))
    beans = write(tmp_path, "a.beancount", beancount_text(entries))
    ledgers = write(tmp_path, "a.journal", hledger_text(entries))
    assert bean_check(beans) == hledger_check(ledgers) == ""
    assert beancount_balances(beans) == hledger_balances(ledgers) == our_balances(entries)
    worth = hledger_balances(ledgers, at_cost=True)
    assert worth == our_values(entries)
    assert worth["Assets:1122-Accounts-receivable", "CNY"] == 284


@needs_beancount
@needs_hledger
def test_several_companies_go_into_one_file(tmp_path: Path) -> None:
    one = journal([debt("AR-1", "300.00"), cash("R-1", "100.00")])
    texts = [(beancount_text(each, company=name), hledger_text(each, company=name))
             for name, each in (("北辰", one), ("HT", [SETTLED, REVALUED]))]  # fmt: skip
    beans = write(tmp_path, "a.beancount", "\n".join(bean for bean, _ in texts))
    ledgers = write(tmp_path, "a.journal", "\n".join(ledger for _, ledger in texts))
    assert bean_check(beans) == hledger_check(ledgers) == ""
    wanted = our_balances(list(one), company="北辰") | our_balances(
        [SETTLED, REVALUED], company="HT"
    )
    assert beancount_balances(beans) == hledger_balances(ledgers) == wanted
    assert ("Assets:X北辰:1002-Bank-deposits", "CNY") in wanted


@needs_beancount
@needs_hledger
@pytest.mark.parametrize("language", ["en", "zh"])
def test_accounts_have_chinese_names_too(tmp_path: Path, language: str) -> None:
    ledger = ledger_of(debt("AR-1", "300.00"), cash("R-1", "500.00", on=day(3)))
    entries = journal(ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(4)).facts)
    bean, ledger_ = (
        write_(entries, language=language) for write_ in (beancount_text, hledger_text)
    )
    assert ("Assets:1122-应收账款" in bean) is (language == "zh")
    assert bean_check(write(tmp_path, "a.beancount", bean)) == ""
    assert hledger_check(write(tmp_path, "a.journal", ledger_)) == ""


def test_no_two_accounts_share_a_name() -> None:
    codes = ("1002.01", "1002-01", "1002 01", "1002/01")
    lines = [
        JournalLine(account=Account(code=code, name={}), debit=Money("1", "CNY")) for code in codes
    ]
    names = account_names([entry(*lines, line("revenue", "-4"))])
    assert len(set(names.values())) == len(codes) + 1
    assert names["1002 01"] == "Assets:1002-01"
    assert names["1002-01"] == "Assets:1002-01-2"


def test_every_account_of_our_chart_has_a_root() -> None:
    roots = {root_of(account.code) for _, account in CHART}
    assert {"Assets", "Liabilities", "Income", "Expenses"} <= roots
    assert [root_of(code) for code in ("3101", "4001", "5001", "6301", "6403", "6901")] == [
        *("Equity", "Equity", "Expenses", "Income", "Expenses", "Equity"),
    ]


def test_a_code_of_ones_own_needs_a_root() -> None:
    own = CHART.with_(bank=Account(code="BANK", name="Bank"))
    entries = journal([cash("R-1", "1.00")], chart=own)
    with pytest.raises(Invalid) as refusal:
        beancount_text(entries)
    assert refusal.value.code == "journal_export.no_root"
    assert refusal.value.facts["account"] == "BANK"
    assert "Assets:BANK-Bank" in beancount_text(entries, roots={"BANK": "Assets"})
    assert root_of("1002", {"1002": "Equity", "10": "Income"}) == "Equity"


def test_the_order_of_the_facts_of_a_day_does_not_change_the_accounts() -> None:
    facts = [debt("AR-1", "300.00"), cash("R-1", "100.00")]
    forward, backward = (beancount_text(journal(each)) for each in (facts, facts[::-1]))
    assert sorted(forward.split("\n\n")) == sorted(backward.split("\n\n"))


def test_an_empty_journal_is_a_file_of_nothing() -> None:
    assert beancount_text([]).startswith("option ")
    assert hledger_text([]) == "decimal-mark .\n"
