"""The commands about credit: shown from a store, recorded whole, checked one at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cpq.kernel.errors import DomainError, Refused
from cpq.kernel.money import Money
from cpq.quote import payment_terms
from revenue import Contract, Receivable, deliver
from revenue.adapters import open_store
from revenue.adapters.credit_cli import credit
from revenue.adapters.store import Store
from revenue.credit import Override, exposure, live_holds
from revenue.credit_limit import CreditLimit
from revenue.hold import CreditHold
from tests.revenue.deals import cny, contract_of, day, order_of, quote_of

ON_DELIVERY = payment_terms(("100%", "delivery", 30))
NO_LIMIT = (
    "with this the exposure is 100.00 CNY, no limit is set: 100.00 CNY too much [credit.no_limit]"
)
Run = Callable[..., str]


def saved(store: Store, *numbers: str) -> list[Contract]:
    """Contracts of 100.00 CNY with an order each: HT-1 and SO-1, HT-2 and SO-2 …."""
    made = []
    for number in numbers:
        quote = quote_of(("1", "100.00", "0", "10"), payment=ON_DELIVERY).with_(
            number=f"Q-{number}"
        )
        contract = contract_of(("1", "100.00", "0", "10"), payment=ON_DELIVERY)
        contract = contract.with_(number=f"HT-{number}", quote=quote.number)
        with store.unit() as deals:
            deals.save(contract)
            deals.save(order_of(contract).with_(number=f"SO-{number}"))
        made.append(contract)
    return made


def limited(store: Store, amount: str) -> None:
    fact = CreditLimit(number="CL-1", customer="C-1", amount=cny(amount), on=day(-99), by="Wang")
    with store.unit() as deals:
        deals.record(fact)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'books.db'}"


@pytest.fixture
def store(url: str) -> Any:
    with open_store(url) as opened:
        yield opened


def invoked(url: str, *words: str) -> Result:
    return CliRunner().invoke(credit, list(words), env={"CPQ_STORE": url, "COLUMNS": "120"})


@pytest.fixture
def said(url: str, store: Store) -> Run:
    def run(*words: str, code: int = 0) -> str:
        done = invoked(url, *words)
        if isinstance(done.exception, DomainError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return run


def rows(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_customer_alone_is_shown(said: Run, store: Store) -> None:
    saved(store, "1")
    limited(store, "1000")
    with store.unit() as deals:
        deals.record(
            Receivable(number="AR-1", customer="C-1", on=day(-90), due_on=day(-40),
                       amount=cny("600"))
        )  # fmt: skip
    assert rows(said("C-1", "--as-of", "2026-12-01")) == [
        "C-1 · as of 2026-12-01 · CNY",
        "Part Amount",
        "receivables overdue 600.00",
        "released, not delivered 100.00",
        "exposure 700.00",
        "limit CL-1 1,000.00",
        "remaining 300.00",
        "status O",
        "1 overdue, the oldest for 41 days",
        "grade C (85.00 of 100 points, scorecard STANDARD)",
        "- first deal: C at best",
        "- paid late (41 days, 2026-12-01, ledger): 15.00 points",
        "+ without first deal: AAA",
        "limit by the grade: 0.00 CNY",
        "100 % in advance, of which 20 % deposit; 0 days to pay",
        "nothing leaves before the advance is there",
        "provision segment C",
        "no hold stands",
    ]


def test_a_customer_is_shown_in_chinese(said: Run, store: Store) -> None:
    limited(store, "1000")
    said("hold", "H-1", "-c", "C-1", "--reason", "核查中", "--on", "2026-12-01")
    shown = rows(said("show", "C-1", "--as-of", "2026-12-01", "--locale", "zh_CN"))
    assert shown[0] == "C-1 · 截至 2026-12-01 · CNY"
    assert "状态 O" in shown
    assert shown[-1] == "H-1：客户 自 2026-12-01 起在 order 环节冻结：核查中"


def test_risk_records_are_added_and_withdrawn(said: Run) -> None:
    added = said(
        "risk", "add", "RR-1", "-c", "C-1", "-t", "dishonest_debtor", "--source", "court list",
        "--on", "2026-11-01", "--code", "914403001922038216", "--expires", "2028-10-31",
    )  # fmt: skip
    assert added == "RR-1: C-1 dishonest_debtor, 2026-11-01 (court list)\n"
    assert "listed as a dishonest judgment debtor" in said("C-1", "--as-of", "2026-12-01")
    gone = ("--record", "RR-1", "--by", "Wang", "--reason", "paid", "--on", "2026-12-01")
    said("risk", "withdraw", "RW-1", *gone)
    assert "dishonest" not in said("C-1", "--as-of", "2026-12-01")
    assert "dishonest" in said("C-1", "--as-of", "2026-11-30")


def test_a_wrong_type_or_code_is_refused_and_nothing_recorded(url: str, store: Store) -> None:
    words = ("risk", "add", "RR-1", "-c", "C-1", "--source", "court")
    assert invoked(url, *words, "-t", "gossip").exit_code == 1
    wrong = invoked(url, *words, "-t", "insolvency", "--code", "914403001922038217")
    assert wrong.exit_code == 1
    with store.view() as deals:
        assert deals.facts() == ()


def test_a_limit_has_parts(said: Run, store: Store) -> None:
    most = ("-c", "C-1", "--amount", "1,000.00 CNY", "--by", "Wang", "--on", "2026-12-01")
    said("limit", "set", "CL-1", *most, "--part", "overdue=100.00", "--leave-out", "undelivered")
    with store.view() as deals:
        (fact,) = deals.facts()
    assert isinstance(fact, CreditLimit)
    assert [(each.part, each.amount, each.included) for each in fact.parts] == [
        ("overdue", cny("100"), True),
        ("undelivered", None, False),
    ]


def test_an_order_is_held_and_let_through_by_a_person(said: Run, store: Store) -> None:
    saved(store, "1")
    held = said("order", "SO-1", "-n", "H-1", "--on", "2026-12-01", code=1)
    assert rows(held) == [
        "held: a person may let it through",
        NO_LIMIT,
        "would be free with: a payment of 100.00 CNY",
        "H-1: credit_hold",
    ]
    said("release", "HR-1", "--hold", "H-1", "--by", "Wang", "--reason", "agreed",
         "--on", "2026-12-01")  # fmt: skip
    assert "credit_hold" not in said("order", "SO-1", "-n", "H-2", "--on", "2026-12-02")


def test_an_order_is_let_through_at_once_by_an_override(said: Run, store: Store) -> None:
    saved(store, "1")
    done = said("order", "SO-1", "-n", "H-1", "--on", "2026-12-01", "--override-by", "Wang",
                "--reason", "guarantee")  # fmt: skip
    assert rows(done)[-2:] == ["H-1: credit_hold", "H-1: hold_release"]
    with store.view() as deals:
        assert [fact.kind for fact in deals.facts()] == ["credit_hold", "hold_release"]


def test_a_status_stops_and_frees(said: Run, store: Store) -> None:
    saved(store, "1")
    limited(store, "1000")
    reason = ("--by", "Wang", "--reason", "arrears")
    said("status", "CS-1", "-c", "C-1", "--status", "S", "--on", "2026-12-01", *reason)
    stopped = said("order", "SO-1", "-n", "H-1", "--on", "2026-12-01", code=1)
    assert rows(stopped)[0] == "held: nobody may let it through"
    said("status", "CS-2", "-c", "C-1", "--status", "O", "--on", "2026-12-02", *reason)
    freed = said("order", "SO-1", "-n", "HR-1", "--on", "2026-12-02")
    assert rows(freed) == ["released", "HR-1: hold_release"]


def test_a_rate_is_needed_for_what_is_owed_in_dollars(said: Run, store: Store) -> None:
    with store.unit() as deals:
        deals.record(Receivable(number="AR-1", customer="C-1", on=day(1), due_on=day(31),
                                amount=Money("100", "USD")))  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        said("C-1", "--as-of", "2026-12-09")
    assert refusal.value.code == "credit.no_rate"
    shown = rows(said("C-1", "--as-of", "2026-12-09", "--rate", "USD=7.105"))
    assert "receivables not due 710.50" in shown


def test_two_orders_at_once_do_not_share_the_last_of_the_limit(url: str, store: Store) -> None:
    numbers = [str(place) for place in range(1, 7)]
    saved(store, *numbers)
    limited(store, "250")
    hold_all(store, numbers)

    def check(number: str) -> bool:
        with open_store(url) as opened:
            return opened.run(
                lambda deals: deals.release_order(
                    deals.order(f"SO-{number}"), number=f"R-{number}", on=day(1), currency="CNY"
                )
            ).is_released

    with ThreadPoolExecutor(len(numbers)) as people:
        released = list(people.map(check, numbers))
    assert released.count(True) == 2
    with store.view() as deals:
        owed = exposure(
            deals.ledger(),
            "C-1",
            contracts=[deals.contract(each.number) for each in deals.contracts(customer="C-1")],
            orders=deals.orders(),
            as_of=day(1),
            currency="CNY",
        )
        assert owed.total == cny("200")
        assert len(live_holds(deals.ledger(), as_of=day(1))) == 4


def hold_all(store: Store, numbers: list[str]) -> None:
    """Orders that wait for their check are held, so that none counts before it passed."""
    with store.unit() as deals:
        deals.record(
            *(
                CreditHold(number=f"H-{number}", customer="C-1", order=f"SO-{number}", on=day(0),
                           reasons=("not checked yet",))
                for number in numbers
            )
        )  # fmt: skip


def test_a_delivery_leaves_once_somebody_lets_it_go(store: Store) -> None:
    (contract,) = saved(store, "1")
    limited(store, "30")
    with store.view() as deals:
        order = deals.order("SO-1")
    goods = deliver(contract, order, {"1": 4}, number="D-1", on=day(2))
    with store.unit() as deals:
        held = deals.release_shipment(order, goods, number="H-1", on=day(2), currency="CNY")
        assert not held.is_released
    override = Override(by="Wang", reason="agreed")
    with store.unit() as deals:
        gone = deals.release_shipment(
            order, goods, number="HR-1", on=day(2), currency="CNY", override=override
        )
        assert [fact.kind for fact in gone.facts] == ["hold_release"]
        assert gone.is_released
        deals.record(goods)
    assert store.verify() == ()


def test_what_is_refused_leaves_the_unit_as_it_was(store: Store) -> None:
    saved(store, "1")
    limited(store, "1000")
    override = Override(by="Wang", reason="agreed")
    with store.unit() as deals:
        deals.record(CreditHold(number="H-0", customer="C-1", on=day(0), reasons=("fraud",)))
        before = deals.facts()
        with pytest.raises(Refused):
            deals.release_order(
                deals.order("SO-1"), number="H-1", on=day(1), currency="CNY", override=override
            )
        assert deals.facts() == before


def test_a_day_that_is_none_is_refused(said: Run) -> None:
    with pytest.raises(DomainError) as refusal:
        said("C-1", "--as-of", "yesterday")
    assert refusal.value.code == "input.invalid"
    assert date.fromisoformat("2026-12-01") == day(1)
