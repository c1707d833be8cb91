"""The worked cases of ``settlement_cases.json``, each through the public words of ``revenue``."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.quote import payment_terms
from revenue import (
    ReceivablesLedger,
    bill,
    deliver,
    journal,
    verify,
)
from revenue.application import Adjustment, Application, Difference
from revenue.chart import STANDARD_CHART
from revenue.credit_note import Payable
from revenue.ledger import OpenItem, apply_oldest
from revenue.matching import NO_LIMIT, MatchPolicy, Payment, ToleranceGroup, match
from revenue.receipt import Refund
from revenue.receivable import EarlyDiscount
from revenue.retention import RetentionRelease
from revenue.settlement import (
    Instruction,
    Source,
    early_discount,
    make_difference,
    settle,
    settle_within,
)
from tests.cases.exchanging import (
    DAY,
    LATER,
    Case,
    balance,
    credit,
    erpnext_advance,
    erpnext_payable,
    erpnext_revaluation,
    money,
    odoo_exchange,
    odoo_fallback,
    owed,
    paid,
    tryton_deposit,
    tryton_rate_change,
    tryton_write_off,
    two_step,
)
from tests.revenue.deals import contract_of, order_of

CASES: list[Case] = json.loads(
    Path(__file__).with_name("settlement_cases.json").read_text(encoding="utf-8")
)["cases"]
# --- tolerance, tax, discounts ------------------------------------------------------------------


def odoo_tolerance(given: Case, expected: Case) -> None:
    group = ToleranceGroup(amount=NO_LIMIT, percent=given["tolerance_pct"])
    policy = MatchPolicy(employee=group, customer=group)
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["invoice"])), paid("R", money(given["bank"]))
    )
    if expected["result"] == "reject":
        with pytest.raises(Refused) as refusal:
            settle_within(ledger, "R", "AR", number="A", on=LATER, policy=policy)
        assert refusal.value.code == "settlement.beyond_tolerance"
        return
    ledger = settle_within(ledger, "R", "AR", number="A", on=LATER, policy=policy)
    assert ledger.open_items() == ()
    assert f"write_off {balance(ledger, 'payment_loss').amount.normalize():f}" == expected["result"]


def sap_two_keys(given: Case, expected: Case) -> None:
    policy = MatchPolicy(
        employee=ToleranceGroup(amount=given["employee_limit"], percent=NO_LIMIT),
        customer=ToleranceGroup(amount=given["customer_limit"], percent=NO_LIMIT),
    )
    blank = MatchPolicy(
        employee=ToleranceGroup(amount=given["employee_limit"]),
        customer=ToleranceGroup(amount=given["customer_limit"]),
    )
    for missing in given["differences"]:
        allowed = policy.tolerates(money(missing), of=money("1000"))
        assert ("auto write-off" if allowed else "not automatic") == expected[missing]
        assert not blank.tolerates(money(missing), of=money("1000"))


def tryton_overpaid(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["invoice"])), paid("R", money(given["paid"]))
    )
    ledger = ledger.apply("R", to="AR", number="A", on=LATER)
    kept = Difference(reason="rounding", amount=ledger.free_amount("R"))
    ledger = ledger.record(
        Adjustment(
            number="AD",
            document="R",
            document_kind="receipt",
            difference=kept,
            on=LATER,
            reason="kept",
            by="Wang",
        )
    )
    assert balance(ledger, "payment_gain") == money(expected["write_off"])
    assert balance(ledger, "receivable") == money(expected["receivable"])


def metas_discount(given: Case, expected: Case) -> None:
    invoice = money(given["invoice"])
    tax = invoice.share(Fraction(given["vat"]) / (1 + Fraction(given["vat"])))
    ledger = ReceivablesLedger().record(
        owed("AR", invoice, tax=tax), paid("R", money(given["payment"]))
    )
    discount = make_difference(ledger, "AR", "discount", money(given["discount"]))
    assert discount.tax == money(expected["vat_correction"])
    item = Instruction(receivable="AR", differences=(discount,))
    ledger = settle(ledger, ["R"], [item], number="A", on=LATER)
    assert balance(ledger, "output_vat") == money(expected["vat_correction"])
    assert ledger.open_items() == ()


def metas_mixed(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["invoice"]), tax=money("19")), paid("R", money(given["payment"]))
    )
    differences = (
        make_difference(ledger, "AR", "discount", money(given["discount"])),
        make_difference(ledger, "AR", "bank_fee", money(given["bank_fee"])),
    )
    item = Instruction(receivable="AR", differences=differences)
    ledger = settle(ledger, ["R"], [item], number="A", on=LATER)
    (line,) = [
        line
        for line in journal(ledger.facts)[-1].lines
        if line.account == STANDARD_CHART.receivable
    ]
    assert line.credit == money(expected["receivable_credit"])
    assert balance(ledger, "output_vat") == money(expected["vat_correction_on_discount"])
    assert balance(ledger, "bank_fees") == money(given["bank_fee"])


def oracle_grace(given: Case, expected: Case) -> None:
    on = date.fromisoformat(given["invoice_date"])
    came = date.fromisoformat(given["receipt_date"])
    terms = (EarlyDiscount(percent="10", until=date(2003, 1, 11)),)
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["invoice"]), on=on, due_on=date(2003, 1, 31), discounts=terms),
        paid("R", money(given["receipt"]), on=came),
    )
    discount = early_discount(ledger, "AR", on=came, grace_days=int(given["grace_days"]))
    assert ledger.open_amount("AR") - discount == money(expected["remaining_due"])
    short = make_difference(ledger, "AR", "discount", discount)
    item = Instruction(receivable="AR", differences=(short,))
    ledger = settle(ledger, ["R"], [item], number="A", on=came)
    assert expected["result"] == "applied"
    assert ledger.open_items() == ()
    assert early_discount(ledger, "AR", on=came, grace_days=5) == money("0")


# --- who pays what ------------------------------------------------------------------------------


def proposed(given: Case, references: list[str] | None = None) -> list[str]:
    items = [
        OpenItem(
            receivable=owed(
                f"AR-{place}",
                money(amount),
                due_on=date(2026, 1, place),
                source=references[place - 1] if references else "",
            ),
            open=money(amount),
        )
        for place, amount in enumerate(
            [each[0] if isinstance(each, list) else each for each in given_items(given)], start=1
        )
    ]
    payment = Payment(
        number="R",
        customer="C",
        on=LATER,
        amount=money(given["bank"]),
        text=given.get("ref", ""),
    )
    best = match(payment, items).candidates[0]
    return [item.receivable.number for item in items if item.receivable.number in best.receivables]


def given_items(given: Case) -> list[Any]:
    found = given.get("open_oldest_first") or given["open"]
    return list(found)


def exact_beats(given: Case, expected: Case) -> None:
    places = proposed(given)
    amounts = [given["open_oldest_first"][int(number[3:]) - 1] for number in places]
    assert amounts == expected["propose"]


def same_reference(given: Case, expected: Case) -> None:
    found = proposed(given, [each[1] for each in given["open"]])
    assert [" ".join(given["open"][int(number[3:]) - 1]) for number in found] == expected["propose"]


def many_to_many(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger()
    items = []
    for place, each in enumerate(given["invoices"], start=1):
        ledger = ledger.record(owed(f"AR-{place}", money(each["open"])))
        reasons = {"discount": "discount", "write_off": "short_pay"}
        items.append(
            Instruction(
                receivable=f"AR-{place}",
                pay=money(each["pay"]),
                differences=tuple(
                    Difference(reason=reason, amount=money(each[name]))
                    for name, reason in reasons.items()
                    if name in each
                ),
            )
        )
    ledger = ledger.record(credit("CN", money(given["credit_memo"])))
    for place, amount in enumerate(given["receipts"], start=1):
        ledger = ledger.record(paid(f"R-{place}", money(amount)))
    sources = ["R-1", "R-2", Source(number="CN", means="credit_note")]
    ledger = settle(ledger, sources, items, number="A", on=LATER)
    opens = [ledger.open_amount(f"AR-{place}") for place in (1, 2, 3)]
    assert opens == [money(each) for each in expected["open_after"]]
    assert ledger.left("credit_note", "CN") == money(expected["credit_memo_after"])
    free = [ledger.free_amount(f"R-{place}") for place in (1, 2)]
    assert free == [money(each) for each in expected["receipts_after"]]
    assert verify(ledger) == ()


def netted(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["sales"])),
        Payable(number="AP", customer="C", on=DAY, due_on=DAY, amount=money(given["purchase"])),
    )
    source = Source(number="AP", means="payable")
    with pytest.raises(ValueError, match="agreement"):
        settle(ledger, [source], ["AR"], number="A", on=LATER)
    ledger = settle(ledger, [source], ["AR"], number="A", on=LATER, agreement="netting 7")
    lines = journal(ledger.facts)[-1].lines
    names = {STANDARD_CHART.payable: "Payable", STANDARD_CHART.receivable: "Receivable"}
    assert [
        [
            names[line.account],
            f"{abs(line.signed.amount):.2f}",
            "Dr" if line.debit is not None else "Cr",
        ]
        for line in lines
    ] == expected["entry"]
    assert ledger.left("payable", "AP") == money(expected["purchase_open"])


# --- credit notes, ageing, retention ------------------------------------------------------------


def overcredit(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["invoice"])), paid("R", money(given["paid"]))
    )
    ledger = ledger.apply("R", to="AR", number="A", on=LATER)
    ledger = ledger.record(credit("CN", money(given["credit_note"])))
    assert ledger.open_amount("AR") == money(expected["invoice_outstanding"])
    assert ledger.left("credit_note", "CN") == -money(expected["credit_note_outstanding"])
    with pytest.raises(Refused) as refusal:
        ledger.record(
            Application(
                number="A2",
                receipt="CN",
                means="credit_note",
                receivable="AR",
                amount=money(given["credit_note"]),
                on=LATER,
            )
        )
    assert refusal.value.code == "application.exceeds_open"


def kill_bill_adjusted(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(owed("AR", money(given["charge"])))
    if Decimal(given["paid"]):
        ledger = ledger.record(paid("R", money(given["paid"]))).apply(
            "R", to="AR", number="A", on=LATER
        )
    ledger = ledger.record(credit("CN", -money(given["item_adj"])))
    if ledger.open_amount("AR").amount:
        source = Source(number="CN", means="credit_note")
        ledger = settle(ledger, [source], ["AR"], number="A2", on=LATER)
    assert ledger.open_amount("AR") == money(expected["balance"])
    theirs = expected.get("account_credit", "0")
    assert sum(each.amount for each in ledger.on_account("C")) == Decimal(theirs)


def kill_bill_refund(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        owed("AR", money(given["charge"])), paid("R", money(given["paid"]))
    )
    ledger = ledger.apply("R", to="AR", number="A", on=LATER)
    refund = Refund(
        number="RF", source="R", amount=money(given["refund"]), on=LATER, reason="asked", by="Wang"
    )
    with pytest.raises(Refused) as refusal:
        ledger.record(refund)
    assert refusal.value.code == "refund.exceeds_receipt"
    ledger = ledger.unapply("A", number="X", on=LATER, reason="refund").record(refund)
    ledger = ledger.apply("R", to="AR", number="A2", on=LATER)
    assert ledger.open_amount("AR") == money(expected["balance"])


def aged_terms(given: Case, expected: Case) -> None:
    ledger = ReceivablesLedger().record(
        *(
            owed(f"AR-{place}", money(amount), due_on=date(2026, place, 1))
            for place, amount in enumerate(given["terms"], start=1)
        ),
        paid("R", money(given["payment"])),
    )

    def by_due() -> list[Money]:
        return [ledger.open_amount(f"AR-{place}") for place in (1, 2, 3)]

    ledger = apply_oldest(ledger, "R", number="A", on=LATER)
    assert by_due() == [money(each) for each in expected["after_payment"]]
    ledger = ledger.record(credit("CN", money(given["credit_note"])))
    source = Source(number="CN", means="credit_note")
    ledger = settle(ledger, [source], ["AR-1", "AR-2", "AR-3"], number="B", on=LATER)
    assert by_due() == [money(each) for each in expected["after_credit_note"]]


def retention(given: Case, expected: Case) -> None:
    on = date(2026, 12, 31)
    contract = contract_of(
        ("1", given["contract_net"], "13", "1"), payment=payment_terms(("100%", "delivery", 0))
    )
    order = order_of(contract)
    delivery = deliver(contract, order, {"1": 1}, number="D", on=on, before=())
    facts = bill(contract, event="delivery", delivery=delivery, on=on, number="I", before=())
    ledger = ReceivablesLedger().record(delivery, *facts)
    held = money(given["contract_net"], "CNY") + money(given["vat"], "CNY")
    held = held.share(Fraction(given["retention_pct"]))
    ledger = ledger.record(
        Adjustment(
            number="AD",
            document="I",
            difference=Difference(
                reason="retention", amount=held, residual="I/R", due_on=date(2028, 1, 31)
            ),
            on=on,
            reason=given["retention_condition"],
            by="Li",
        )
    )
    parts = {
        "Receivable": "receivable",
        "Contract asset (retention)": "retention",
        "Revenue": "revenue",
        "Output VAT": "output_vat",
    }
    for name, amount, side in expected["at_acceptance"]:
        shown = balance(ledger, parts[name], "CNY")
        assert (shown if side == "Dr" else -shown) == money(amount, "CNY")
    ledger = ledger.record(
        RetentionRelease(
            number="RR",
            retention="I/R",
            amount=held,
            on=date(2028, 1, 31),
            due_on=date(2028, 2, 28),
            by="Li",
        )
    )
    lines = {line.account: line for line in journal(ledger.facts)[-1].lines}
    for name, amount, side in expected["at_release"]:
        line = lines[getattr(STANDARD_CHART, parts[name])]
        assert (line.debit if side == "Dr" else line.credit) == money(amount, "CNY")
    assert verify(ledger) == ()


ADAPTERS: dict[str, Callable[[Case, Case], None]] = {
    "retention-5pct": retention,
    "cn-erpnext-overcredit": overcredit,
    "kb-adjust-unpaid": kill_bill_adjusted,
    "kb-adjust-paid": kill_bill_adjusted,
    "kb-refund-no-adj": kill_bill_refund,
    "fx-odoo-partial-loss": odoo_exchange,
    "fx-odoo-partial-gain": odoo_exchange,
    "fx-odoo-full-loss": odoo_exchange,
    "fx-odoo-company-fallback": odoo_fallback,
    "fx-tryton-rate-change": tryton_rate_change,
    "fx-tryton-deposit": tryton_deposit,
    "fx-tryton-writeoff": tryton_write_off,
    "fx-two-step": two_step,
    "fx-erpnext-reval": erpnext_revaluation,
    "fx-erpnext-35301": erpnext_advance,
    "fx-erpnext-58741": erpnext_payable,
    "tol-odoo-under-0": odoo_tolerance,
    "tol-odoo-under-0.5": odoo_tolerance,
    "tol-odoo-under-1.0": odoo_tolerance,
    "tol-sap-two-keys": sap_two_keys,
    "app-tryton-overpay-writeoff": tryton_overpaid,
    "app-metas-discount-119": metas_discount,
    "app-metas-mixed": metas_mixed,
    "app-odoo-exact-beats-fifo": exact_beats,
    "app-odoo-same-reference": same_reference,
    "app-metas-many-many": many_to_many,
    "app-metas-ar-ap": netted,
    "app-oracle-discount-grace": oracle_grace,
    "age-erpnext-terms-cn": aged_terms,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_of_settlement_comes_out_as_published(case: Case) -> None:
    if "reason" in case:
        pytest.skip(case["reason"])
    ADAPTERS[case["id"]](case["given"], case["expected"])


def test_every_case_of_settlement_is_reproduced_or_says_why_not() -> None:
    ids = [case["id"] for case in CASES]
    assert len(set(ids)) == len(ids)
    assert {case["id"] for case in CASES if "reason" not in case} == set(ADAPTERS)
    assert all(case["source"] and case["told"] for case in CASES)
