"""The worked cases of ``revenue_cases.json``, each through the public words of ``revenue``."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money, product
from revenue import (
    AllowanceCharge,
    Receipt,
    Receivable,
    ReceivablesLedger,
    apply_oldest,
    journal,
    trial_balance,
)
from revenue.journal import STANDARD_CHART

Case = dict[str, Any]
CASES: list[Case] = json.loads(
    Path(__file__).with_name("revenue_cases.json").read_text(encoding="utf-8")
)["cases"]
DAY = date(2026, 1, 1)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def owed(number: str, amount: str, *, due: date = DAY) -> Receivable:
    return Receivable(number=number, customer="C", on=DAY, due_on=due, amount=cny(amount))


def paid(number: str, amount: str, *, on: date = DAY) -> Receipt:
    return Receipt(number=number, customer="C", on=on, amount=cny(amount))


def balance(ledger: ReceivablesLedger, part: str) -> Money:
    """What one account of the general ledger shows."""
    account = getattr(STANDARD_CHART, part)
    rows = [row for row in trial_balance(journal(ledger.facts)) if row.account == account]
    return rows[0].balance if rows else cny("0")


def two_debts_three_credits(given: Case) -> ReceivablesLedger:
    ledger = ReceivablesLedger()
    for name, amount in given["receivables"]:
        ledger = ledger.record(owed(name, amount, due=date.fromisoformat(f"2026-{name}")))
    for name, amount in given["receipts"]:
        ledger = ledger.record(paid(name, amount, on=date.fromisoformat(f"2026-{name}")))
    return ledger


def applications(ledger: ReceivablesLedger) -> list[list[str]]:
    return [
        [fact.receivable, fact.receipt, str(int(fact.amount.amount))]
        for fact in ledger.facts
        if fact.kind == "application"
    ]


def odoo_fifo(given: Case, expected: Case) -> None:
    ledger = two_debts_three_credits(given)
    receipts = [number for number, _ in given["receipts"]]
    ledger = apply_oldest(ledger, *receipts, number="A", on=date(2026, 1, 31))
    assert applications(ledger) == expected["applications"]


def odoo_plan_nested(given: Case, expected: Case) -> None:
    ledger = two_debts_three_credits(given)
    for place, (debt, receipt) in enumerate(given["pairs"]):
        ledger = ledger.apply(receipt, to=[debt], number=f"A-{place}", on=date(2026, 1, 31))
    receipts = [number for number, _ in given["receipts"]]
    ledger = apply_oldest(ledger, *receipts, number="B", on=date(2026, 1, 31))
    assert applications(ledger) == expected["applications"]


def tryton_rule(given: Case, expected: Case) -> None:
    debts = [
        owed(f"{account}/{place}", amount, due=date.fromisoformat(due))
        for place, (account, amount, due) in enumerate(given["receivables"])
    ]
    ledger = ReceivablesLedger().record(*debts, paid("R", given["receipt"]))
    ledger = apply_oldest(ledger, "R", number="A", on=DAY)
    for account, amount in expected["open"].items():
        opens = [
            ledger.open_amount(debt.number) for debt in debts if debt.number.startswith(account)
        ]
        assert sum(opens, cny("0")) == cny(amount)
    assert ledger.free_amount("R") == cny(expected["unapplied"])


def tryton_overflow(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", given["receivable"]), paid("R", given["receipt"])
    )
    ledger = ledger.apply("R", to=["AR"], number="A", on=DAY)
    assert balance(ledger, "receivable") == cny(expected["receivable"])
    assert balance(ledger, "unapplied_cash") == cny(expected["overflow"])


def metas_full(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", given["receivable"]), paid("R", given["receipt"])
    )
    ledger = ledger.apply("R", to=["AR"], number="A", on=DAY)
    entries = {entry.fact_kind: entry for entry in journal(ledger.facts)}
    for kind, rows in (
        ("receipt", expected["at_receipt"]),
        ("application", expected["at_application"]),
    ):
        lines = {line.account: line for line in entries[kind].lines}
        for part, side, amount in rows:
            assert getattr(lines[getattr(STANDARD_CHART, part)], side) == cny(amount)
    assert ledger.open_amount("AR") == cny(expected["open"])


def erpnext_jv(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(owed("AR", given["receivable"]))
    opens = []
    for place, (available, amount) in enumerate(given["credits"], start=1):
        ledger = ledger.record(paid(f"R-{place}", available))
        ledger = ledger.apply(f"R-{place}", to={"AR": cny(amount)}, number=f"A-{place}", on=DAY)
        opens.append(ledger.open_amount("AR"))
    assert opens == [cny(amount) for amount in expected["open"]]
    assert ledger.free_amount("R-2") == cny(expected["credit2_left"])
    with pytest.raises(Refused) as refusal:
        ledger.apply("R-2", to={"AR": cny("70.01")}, number="A-9", on=DAY)
    assert refusal.value.code == "application.exceeds_receipt"


def odoo_over(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", given["receivable"]), paid("R", given["receipt"])
    )
    ledger = ledger.apply("R", to=["AR"], number="A", on=DAY)
    assert ledger.open_amount("AR") == cny(expected["open"])
    assert ledger.on_account("C") == (cny(expected["on_account"]),)


def erpnext_38333(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", given["receivable"]), paid("R", given["receipt"])
    )
    ledger = ledger.apply("R", to=["AR"], number="A", on=DAY)
    ledger = ledger.write_off("AR", number="W", on=DAY, reason="small", approved_by="Wang")
    assert ledger.recoverable_amount("W") == cny(expected["write_off"])
    assert balance(ledger, "receivable") == cny(expected["receivable"])
    assert balance(ledger, "allowance") == cny(expected["write_off"])


def kill_bill_credit(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(paid("R", given["on_account"]), owed("AR", given["charge"]))
    ledger = apply_oldest(ledger, "R", number="A", on=DAY)
    assert ledger.free_amount("R") == cny(expected["on_account"])
    assert ledger.open_amount("AR") == cny(expected["open"])


def tryton_recall(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(paid("R", given["deposit"]), owed("AR", given["bill"]))
    with pytest.raises(Refused) as refusal:
        ledger.apply("R", to={"AR": cny(given["too_much"])}, number="A", on=DAY)
    assert refusal.value.code == expected["refused"]
    ledger = ledger.apply("R", to={"AR": cny(given["taken"])}, number="A", on=DAY)
    assert ledger.open_amount("AR") == cny(expected["open"])


def charged(
    ledger: ReceivablesLedger, required: Money, *, on: date
) -> tuple[Money, ReceivablesLedger]:
    """Bring the allowance to what is required; how much that took."""
    amount = required - ledger.allowance("CNY")
    number = f"P-{len(ledger.facts)}"
    return amount, ledger.record(
        AllowanceCharge(number=number, on=on, amount=amount, reason="year end")
    )


def chinese_opening(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger()
    for amount in given["charges"]:
        _, ledger = charged(ledger, cny(amount), on=DAY)
    for place, amount in enumerate(given["write_offs"]):
        ledger = ledger.record(owed(f"AR-{place}", amount)).write_off(
            f"AR-{place}", number=f"W-{place}", on=DAY, reason="insolvent", approved_by="Wang"
        )
    amount, ledger = charged(ledger, cny(given["required"]), on=DAY)
    assert amount == cny(expected["charge"])
    assert balance(ledger, "allowance") == -cny(given["required"])


def chinese_cycle(given: Case, expected: Case) -> None:
    ends = [date(2024, 12, 31), date(2025, 12, 31), date(2026, 12, 31)]
    required = [
        Money(product(Decimal(amount), Decimal(given["rate"])), "CNY").rounded()
        for amount in given["receivables_at_year_end"]
    ]
    charges = []
    bad = given["write_off_in_year_2"]
    ledger = ReceivablesLedger().record(
        Receivable(number="AR", customer="C", on=ends[0], due_on=ends[0], amount=cny(bad))
    )
    amount, ledger = charged(ledger, required[0], on=ends[0])
    charges.append(amount)
    ledger = ledger.write_off("AR", number="W", on=ends[1], reason="gone", approved_by="Wang")
    amount, ledger = charged(ledger, required[1], on=ends[1])
    charges.append(amount)
    ledger = ledger.record(paid("R", given["recovery_in_year_3"], on=ends[2]))
    ledger = ledger.recover("W", receipt="R", number="V", on=ends[2])
    amount, ledger = charged(ledger, required[2], on=ends[2])
    charges.append(amount)
    assert charges == [cny(each) for each in expected["charges"]]
    assert [ledger.allowance("CNY", as_of=end) for end in ends] == [
        cny(each) for each in expected["allowance"]
    ]
    assert balance(ledger, "allowance") == -cny(expected["allowance"][-1])


ADAPTERS: dict[str, Callable[[Case, Case], None]] = {
    "app-odoo-fifo": odoo_fifo,
    "app-odoo-plan-nested": odoo_plan_nested,
    "app-tryton-rule": tryton_rule,
    "app-tryton-overflow": tryton_overflow,
    "app-metas-full": metas_full,
    "app-erpnext-jv": erpnext_jv,
    "tol-odoo-over": odoo_over,
    "app-erpnext-38333": erpnext_38333,
    "kb-account-credit": kill_bill_credit,
    "dep-tryton-recall": tryton_recall,
    "baddebt-cn-credit-opening": chinese_opening,
    "baddebt-cn-debit-opening": chinese_opening,
    "baddebt-cn-cycle": chinese_cycle,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_comes_out_as_published(case: Case) -> None:
    if "reason" in case:
        pytest.skip(case["reason"])
    ADAPTERS[case["id"]](case["given"], case["expected"])


def test_every_case_is_reproduced_or_says_why_not() -> None:
    ids = [case["id"] for case in CASES]
    assert len(set(ids)) == len(ids)
    reproduced = {case["id"] for case in CASES if "reason" not in case}
    assert reproduced == set(ADAPTERS)
    assert all(case["source"] and case["told"] for case in CASES)
