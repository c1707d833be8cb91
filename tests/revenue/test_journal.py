import pytest
from pydantic import ValidationError

from cpq.kernel.errors import NotFound
from cpq.kernel.money import Money
from revenue import Account, ChartOfAccounts, JournalEntry, JournalLine, journal, trial_balance
from revenue.journal import STANDARD_CHART
from tests.revenue.deals import APPLICATION, RECOVERY, cash, cny, code_of, day, debt, ledger_of
from tests.revenue.deals import WRITE_OFF as GONE

BANK = STANDARD_CHART.bank
UNAPPLIED = STANDARD_CHART.unapplied_cash


def entry_of(*lines):
    return JournalEntry(
        number="E-1",
        on=day(1),
        fact_kind="receipt",
        fact="R-1",
        rule="r",
        rule_version=1,
        lines=lines,
    )


def test_an_entry_balances_in_each_currency():
    usd, one = Money("1", "USD"), cny("1")
    with pytest.raises(ValidationError, match="does not balance in CNY"):
        entry_of(
            JournalLine(account=BANK, debit=one),
            JournalLine(account=UNAPPLIED, credit=usd),
        )
    with pytest.raises(ValidationError, match="debits exceed credits by"):
        entry_of(
            JournalLine(account=BANK, debit=one),
            JournalLine(account=UNAPPLIED, credit=cny("0.99")),
        )


@pytest.mark.parametrize(
    "sides",
    [{}, {"debit": cny("1"), "credit": cny("1")}, {"debit": cny("0")}, {"credit": cny("-1")}],
)
def test_a_line_is_one_side_above_zero(sides):
    with pytest.raises(ValidationError):
        JournalLine(account=BANK, **sides)


def test_an_entry_has_two_lines_at_least():
    with pytest.raises(ValidationError, match="at least 2"):
        entry_of()


def test_an_entry_comes_back_from_its_text():
    for entry in journal([cash("R-1", "5")]):
        assert JournalEntry.model_validate_json(entry.canonical()) == entry


def test_posting_again_gives_the_same_entries():
    ledger = ledger_of(debt("AR-1", "5"), cash("R-1", "5"), APPLICATION)
    assert journal(ledger.facts) == journal(ledger.facts)
    texts = [entry.canonical() for entry in journal(ledger.facts)]
    assert texts == [entry.canonical() for entry in journal(ledger.facts)]


def test_later_facts_leave_posted_entries_alone():
    ledger = ledger_of(debt("AR-1", "5"), cash("R-1", "5"))
    longer = ledger.record(APPLICATION)
    assert journal(longer.facts)[:2] == journal(ledger.facts)


def test_the_trial_balance_is_as_of_a_day():
    entries = journal([cash("R-1", "5", on=day(1)), cash("R-2", "7", on=day(2))])
    assert [
        (row.account, row.debit, row.credit) for row in trial_balance(entries, as_of=day(1))
    ] == [
        (BANK, cny("5"), cny("0")),
        (UNAPPLIED, cny("0"), cny("5")),
    ]
    assert [str(row.balance) for row in trial_balance(entries)] == ["12.00 CNY", "-12.00 CNY"]
    assert trial_balance(entries, as_of=day(0)) == ()


def test_the_trial_balance_keeps_currencies_apart():
    entries = journal([cash("R-1", "5"), cash("R-2", "7", currency="USD")])
    assert [(row.account.code, str(row.balance)) for row in trial_balance(entries)] == [
        ("1002", "5.00 CNY"),
        ("1002", "7.00 USD"),
        ("224101", "-5.00 CNY"),
        ("224101", "-7.00 USD"),
    ]


def test_a_host_posts_to_its_own_accounts():
    chart = ChartOfAccounts(bank=Account(code="100201", name="Bank of Somewhere"))
    (entry,) = journal([cash("R-1", "5")], chart=chart)
    assert entry.lines[0].account.code == "100201"


def test_an_account_has_one_name():
    with pytest.raises(ValidationError, match="two names"):
        STANDARD_CHART.with_(bank=Account(code="1122", name="Bank"))


@pytest.mark.parametrize(
    "fact", [APPLICATION, GONE, RECOVERY, ledger_of(debt("AR-1", "9"), GONE).facts[1]]
)
def test_posting_without_the_facts_before_is_refused(fact):
    with pytest.raises(NotFound) as refusal:
        journal([fact])
    assert code_of(refusal) == "journal.unknown_fact"
