"""A season told from the coupon to the settled rebate: what it left in the books.

The story is the example ``examples/trade/season.py``; the figures were reckoned by hand:

     6 tents for two at 400, 15 % off        2,400.00 − 360.00
     4 tents for four at 720                 2,880.00
     2 lamps at 90, free                       180.00 − 180.00   the maker bears 60 %, at most 100
     40 off every full 1,000 of 4,920.00              − 160.00
     coupon: 3 % of 4,760.00                          − 142.80   marketing bears the first 200
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cpq import Money
from cpq.kernel.money import money_total
from revenue import funder_statement, journal, trial_balance
from revenue.adapters import Store, open_store
from revenue.rebate import rebate_balances

ROOT = Path(__file__).resolve().parents[2]
TENTS = "TENT-15/1/customer=SHANYE/2026-11/units"


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which another process has run the season, and what it said."""
    folder = tmp_path_factory.mktemp("season")
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "trade" / "season.py", "sqlite:///season.db"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    return folder, done.stdout.splitlines()


@pytest.fixture
def store(told: tuple[Path, list[str]]) -> Iterator[Store]:
    with open_store(f"sqlite:///{told[0] / 'season.db'}") as opened:
        yield opened


def test_two_offers_share_ten_tents(told: tuple[Path, list[str]]) -> None:
    # second: 4 × 400 × 15 % = 240.00 on tents, and the step of 200.00 that 5,360.00 reach
    assert told[1][:9] == [
        "tents left after the first offer: 4",
        "tents left after the second: 0",
        "Q-2026-0401: 842.80 CNY off",
        "  coupon W26-RQ7J-VTFY is applied",
        "Q-2026-0402: 440.00 CNY off",
        "  the limit of coupon W26-RQ7J-VTFY is reached: 1 asked, 0 left",
        "Q-2026-0403: cap.exceeded",
        "tents left after both orders: 0",
        "tents left after the second is cancelled: 4",
    ]


def test_what_was_refused_left_nothing_behind(store: Store) -> None:
    with store.view() as deals:
        assert [each.number for each in deals.quotes()] == ["Q-2026-0401", "Q-2026-0402"]
        assert deals.budget.held("Q-2026-0403/1") == ()


def test_the_budget_is_what_its_movements_say(store: Store) -> None:
    end = date(2026, 12, 31)
    with store.view() as deals:
        tents = deals.budget.statement(TENTS, as_of=end, limit=10)
        cancelled = deals.budget.held("Q-2026-0402/1")
    assert (tents.committed, tents.reserved, tents.remaining) == (6, 0, 4)
    assert {hold.phase for hold in cancelled} == {"cancelled"}
    assert all(not hold.committed for hold in cancelled)


def test_others_owe_their_part_of_the_discount(store: Store) -> None:
    with store.view() as deals:
        facts = deals.facts()
    found = [funder_statement(facts, funder).totals[0] for funder in ("LUMEN", "MARKETING")]
    assert [(each.claimed, each.settled, each.closing) for each in found] == [
        (yuan("100.00"), yuan("60.00"), yuan("40.00")),
        (yuan("142.80"), yuan("0.00"), yuan("142.80")),
    ]


def test_the_rebate_is_paid_out_to_the_cent(store: Store) -> None:
    with store.view() as deals:
        (rebate,) = rebate_balances(deals.facts())
        invoice = deals.ledger().receivable("INV-2026-01")
    # ten tents reach the tier of 5 %; 4,617.20 is what they cost after every discount
    assert rebate.accrued == rebate.settled == yuan("230.86")
    assert rebate.balance == yuan("0.00")
    assert invoice.amount == yuan("5217.44")


def test_the_books_balance(store: Store) -> None:
    with store.view() as deals:
        entries, facts = deals.journal(), deals.facts()
    assert entries == journal(facts)
    balances = {row.account.code: row.balance for row in trial_balance(entries)}
    assert money_total(balances.values(), "CNY") == yuan("0.00")
    for code, amount in {
        "1002": "4986.58",  # 5,217.44 less the rebate of 230.86
        "1122": "0.00",
        "122101": "40.00",
        "122102": "142.80",
        "6001": "-4617.20",
        "600101": "-100.00",
        "600102": "230.86",
        "224104": "0.00",
        "224105": "0.00",
    }.items():
        assert balances[code] == yuan(amount), code
    assert store.verify() == ()
