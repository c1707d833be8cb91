"""What promotions cost, on the command line of finance: budgets, funders, rebates."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from cpq import Coupon, DomainError, Money
from cpq.adapters.terminal import MISUSED, REFUSED, UNAVAILABLE, exit_code
from cpq.cap import CapTake, Counter
from revenue import Claim, ClaimReversal, ClaimSettlement, RebateAccrual, RebateSettlement
from revenue.adapters import open_store
from revenue.adapters.cli import app
from revenue.adapters.heads import WORDS
from revenue.claim import ClaimLine

MONTH = Counter(owner="AUTUMN", cap="1", window="2026-11", measure="amount", currency="CNY")
SHARE = Counter(owner="AUTUMN/ACME", cap="1", measure="amount", currency="CNY")
ORDERS = Counter(owner="AUTUMN-2", cap="1", scope=(("customer", "C-1"),), measure="orders")
KEY = "AUTUMN/1/2026-11/amount CNY"
DAY, LAST = date(2026, 11, 21), date(2026, 12, 10)

Run = Callable[..., list[str]]


def yuan(amount: str) -> Money:
    return Money(amount, "CNY")


def take(counter: Counter, amount: str, limit: int) -> CapTake:
    return CapTake(counter=counter, amount=Decimal(amount), limit=Decimal(limit))


def claim(number: str, funder: str, promotion: str, amount: str) -> Claim:
    return Claim(
        number=number,
        funder=funder,
        promotion=promotion,
        contract="HT-1",
        document="INV-1",
        on=date(2026, 12, 1),
        lines=(ClaimLine(line="1", tax_code="VAT13", amount=yuan(amount)),),
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store in which a season went by."""
    url = f"sqlite:///{tmp_path / 'books.db'}"
    with open_store(url) as store, store.unit() as deals:
        budget = deals.budget
        for document, amount, on in (("Q-1/1", "1200.50", DAY), ("Q-2/1", "300", DAY)):
            takes = [take(MONTH, amount, 2000), take(SHARE, "10", 50), take(ORDERS, "1", 5)]
            budget.reserve(takes, document=document, on=on, expires_on=LAST, key=document)
        budget.commit(document="Q-1/1", on=date(2026, 11, 25), key="SO-1")
        amounts = {KEY: Decimal("200.50")}
        budget.give_back(document="Q-1/1", on=date(2026, 12, 5), key="RT-1", amounts=amounts)
        deals.coupons.issue([Coupon(code="W26-RQ7J-VTFY", promotion="AUTUMN")])
        deals.record(
            claim("CL-1", "ACME", "AUTUMN", "100.00"),
            claim("CL-2", "ACME", "SPRING", "25.00"),
            claim("CL-3", "LUMEN", "AUTUMN", "7.00"),
            ClaimReversal(
                number="CX-1",
                claim="CL-1",
                funder="ACME",
                contract="HT-1",
                document="CN-1",
                on=date(2027, 1, 5),
                lines=(ClaimLine(line="1", tax_code="VAT13", amount=yuan("30.00")),),
                reason="came back",
            ),
            ClaimSettlement(
                number="CS-1",
                claim="CL-1",
                funder="ACME",
                contract="HT-1",
                means="cash",
                on=date(2027, 1, 20),
                amount=yuan("60.00"),
            ),
            *(
                RebateAccrual(
                    number=f"RA-{customer}{sign}",
                    agreement=agreement,
                    customer=customer,
                    on=date(2026, 12, 1),
                    amount=yuan(f"{sign}{amount}"),
                )
                for agreement, customer, sign, amount in (
                    ("RB-1", "C-1", "", "50.00"),
                    ("RB-1", "C-1", "-", "8.00"),
                    ("RB-2", "C-2", "", "9.00"),
                )
            ),
            RebateSettlement(
                number="RS-1",
                agreement="RB-1",
                customer="C-1",
                means="cash",
                on=date(2026, 12, 31),
                amount=yuan("40.00"),
            ),
        )
    return url


@pytest.fixture
def run(url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line on that store, in this process: the lines that it prints."""

    def told(*words: str) -> list[str]:
        app([*words, "--store", url], standalone_mode=False)
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return told


# --- budgets --------------------------------------------------------------------------------------


def test_every_counter_is_listed_as_of_a_day(run: Run) -> None:
    assert run("budget", "--as-of", "2026-11-30") == [
        "as of 2026-11-30",
        "Counter Limit Committed Reserved Remaining Of",
        "AUTUMN%2FACME/1/lifetime/amount CNY 50.00 10.00 10.00 30.00 CNY",
        "AUTUMN-2/1/customer=C-1/lifetime/orders 5 1 1 3 orders",
        f"{KEY} 2,000.00 1,200.50 300.00 499.50 CNY",
    ]


def test_a_lapsed_reservation_is_no_longer_counted(run: Run) -> None:
    said = [run("budget", "--as-of", day)[-1] for day in ("2026-12-10", "2026-12-11")]
    assert said == [
        f"{KEY} 2,000.00 1,000.00 300.00 700.00 CNY",
        f"{KEY} 2,000.00 1,000.00 0.00 1,000.00 CNY",
    ]


def test_counters_of_one_promotion_are_those_of_its_funders_too(run: Run) -> None:
    said = run("budget", "--promotion", "AUTUMN", "--as-of", "2026-11-30", "-l", "zh_CN")
    assert said[:2] == ["截至 2026-11-30", "额度 限额 已核减 占用中 剩余 单位"]
    assert [line.split("/")[0] for line in said[2:]] == ["AUTUMN%2FACME", "AUTUMN"]
    assert run("budget", "-p", "AUTUM", "--as-of", "2026-11-30") == [
        "as of 2026-11-30: no limit was used"
    ]


def test_the_statement_of_a_counter_shows_every_movement(run: Run) -> None:
    assert run("budget", KEY, "--as-of", "2026-12-31") == [
        f"{KEY} · as of 2026-12-31 · CNY",
        "Day What Document Reserved Committed Used Command",
        "Opening 0.00",
        "2026-11-21 reserved Q-1/1 1,200.50 0.00 1,200.50 Q-1/1",
        "2026-11-21 reserved Q-2/1 300.00 0.00 1,500.50 Q-2/1",
        "2026-11-25 committed Q-1/1 −1,200.50 1,200.50 1,500.50 SO-1",
        "2026-12-05 given back Q-1/1 0.00 −200.50 1,300.00 RT-1",
        "2026-12-11 lapsed Q-2/1 −300.00 0.00 1,000.00",
        "Closing 0.00 1,000.00 1,000.00",
        "1,000.00 of 2,000.00 remaining",
    ]


def test_a_statement_may_begin_later(run: Run) -> None:
    said = run("budget", KEY, "--since", "2026-12-05", "--as-of", "2026-12-10", "-l", "zh_CN")
    assert said[0] == f"{KEY} · 2026-12-05 – 2026-12-10 · CNY"
    assert said[2:] == [
        "期初 1,500.50",
        "2026-12-05 退回 Q-1/1 0.00 −200.50 1,300.00 RT-1",
        "期末 300.00 1,000.00 1,300.00",
        "限额 2,000.00，剩余 700.00",
    ]


def test_lapsed_reservations_are_written_down_once(run: Run, url: str) -> None:
    assert run("budget", "expire", "--on", "2026-12-10") == [
        "no reservation lapsed before 2026-12-10"
    ]
    before = run("budget", "--as-of", "2026-12-31")
    assert run("budget", "expire", "--on", "2026-12-11") == [
        "Q-2/1: 10.00 CNY, 2026-12-10 (AUTUMN%2FACME/1/lifetime/amount CNY)",
        "Q-2/1: 1 orders, 2026-12-10 (AUTUMN-2/1/customer=C-1/lifetime/orders)",
        f"Q-2/1: 300.00 CNY, 2026-12-10 ({KEY})",
        "3 released",
    ]
    assert run("budget", "expire", "--on", "2026-12-11", "-l", "zh_CN") == [
        "没有到期的占用，早于 2026-12-11"
    ]
    assert run("budget", "--as-of", "2026-12-31") == before
    with open_store(url) as store, store.view() as deals:
        assert sum(each.kind == "release" for each in deals.budget.movements) == 3
        assert deals.verify() == ()


def test_what_lapsed_and_came_later_is_written_down_on_the_same_day(run: Run, url: str) -> None:
    run("budget", "expire", "--on", "2026-12-11")
    with open_store(url) as store, store.unit() as deals:
        deals.budget.reserve(
            [take(MONTH, "1", 2000)], document="Q-3/1", on=DAY, expires_on=DAY, key="late"
        )
    assert run("budget", "expire", "--on", "2026-12-11")[-1] == "1 released"


@pytest.mark.parametrize(
    ("words", "code", "number"),
    [
        (("budget", "AUTUMN/9/lifetime/orders"), "budget.unknown_counter", REFUSED),
        (("budget", "--as-of", "yesterday"), "input.invalid", MISUSED),
        (("budget", "expire", "--on", "31.12.2026"), "input.invalid", MISUSED),
        (("funder", "ACME", "--since", "x"), "input.invalid", MISUSED),
        (("rebate", "-l", "xx"), "document.unknown_locale", MISUSED),
    ],
)
def test_refusals_have_a_code(run: Run, words: tuple[str, ...], code: str, number: int) -> None:
    with pytest.raises(DomainError) as caught:
        run(*words)
    assert (caught.value.code, exit_code(caught.value)) == (code, number)


@pytest.mark.parametrize("words", [("budget",), ("budget", "expire"), ("funders",), ("rebate",)])
def test_no_command_makes_a_store(tmp_path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(DomainError) as caught:
        app([*words, "--store", f"sqlite:///{tmp_path}/typo.db"], standalone_mode=False)
    assert (caught.value.code, exit_code(caught.value)) == ("store.missing", UNAVAILABLE)
    assert list(tmp_path.iterdir()) == []


# --- funders --------------------------------------------------------------------------------------


def test_the_statement_of_a_funder_is_by_fact_and_by_promotion(run: Run) -> None:
    assert run("funder", "acme", "--since", "2027-01-01", "--until", "2027-01-31") == [
        "acme · 2027-01-01 – 2027-01-31",
        "Day What Number Promotion Reference Amount Balance Currency",
        "2027-01-05 reversal CX-1 AUTUMN CN-1 −30.00 95.00 CNY",
        "2027-01-20 settlement CS-1 AUTUMN CL-1 −60.00 35.00 CNY",
        "",
        "Promotion Opening Claimed Taken back Settled Closing Currency",
        "AUTUMN 100.00 0.00 30.00 60.00 10.00 CNY",
        "SPRING 25.00 0.00 0.00 0.00 25.00 CNY",
        "Total 125.00 0.00 30.00 60.00 35.00 CNY",
    ]


def test_a_funder_of_nothing_is_said_so(run: Run) -> None:
    assert run("funder", "ACEM", "--until", "2027-01-31") == [
        "ACEM · as of 2027-01-31: nothing was claimed"
    ]


def test_funders_are_listed_with_what_they_owe(run: Run) -> None:
    assert run("funders", "--as-of", "2027-01-05")[1:] == [
        "Funder Claimed Taken back Settled open Currency",
        "ACME 125.00 30.00 0.00 95.00 CNY",
        "LUMEN 7.00 0.00 0.00 7.00 CNY",
        "Total 132.00 30.00 0.00 102.00 CNY",
    ]
    assert run("funders", "--as-of", "2026-11-30", "-l", "zh_CN") == [
        "截至 2026-11-30: 没有费用核销申请"
    ]


# --- rebates --------------------------------------------------------------------------------------


def test_rebates_are_listed_by_agreement_and_customer(run: Run) -> None:
    assert run("rebate", "--as-of", "2026-12-31")[1:] == [
        "Agreement Customer Accrued Taken back Settled Clawed back Carried Balance Currency",
        "RB-1 C-1 50.00 8.00 40.00 0.00 0.00 2.00 CNY",
        "RB-2 C-2 9.00 0.00 0.00 0.00 0.00 9.00 CNY",
        "Total 59.00 8.00 40.00 0.00 0.00 11.00 CNY",
    ]


@pytest.mark.parametrize("words", [("rb-1",), ("--customer", "c-1")])
def test_rebates_can_be_narrowed(run: Run, words: tuple[str, ...]) -> None:
    assert run("rebate", *words, "--as-of", "2026-12-30")[2:] == [
        "RB-1 C-1 50.00 8.00 0.00 0.00 0.00 42.00 CNY",
        "Total 50.00 8.00 0.00 0.00 0.00 42.00 CNY",
    ]


def test_no_rebate_is_said_so(run: Run) -> None:
    said = run("rebate", "RB-9", "--as-of", "2026-12-31", "-l", "zh_CN")
    assert said == ["截至 2026-12-31: 没有计提的返利"]


# --- what holds for all ---------------------------------------------------------------------------


def test_both_languages_have_all_words() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE cpq_budget_counter SET committed = 1", "budget_counter AUTUMN"),
        ("UPDATE cpq_budget_hold SET last_on = '2026-12-31'", "budget_hold q-1/1"),
        ("UPDATE cpq_coupon SET batch = 'other'", "coupon w26rq7jvtfy 1"),
    ],
)
def test_verify_names_budgets_and_coupons_that_were_changed(
    run: Run, url: str, capsys: pytest.CaptureFixture[str], change: str, named: str
) -> None:
    assert run("verify") == ["fine: nothing found"]
    with open_store(url) as store, store.engine.begin() as connection:
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in connection.execute(triggers).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(change))
    assert app(["verify", "--store", url], standalone_mode=False) == REFUSED
    assert named in capsys.readouterr().out
