"""The worked cases of the groups ``credit_control`` and ``prepayment``, by their names."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from cpq.quote import payment_terms
from revenue import bill, deliver
from revenue.credit import (
    CreditPolicy,
    Override,
    advance_invoices,
    check_credit,
    exposure_of,
    recall_deposit,
    release_order,
    release_shipment,
    usable_prepayment,
)
from revenue.credit_limit import CreditLimit, CreditStatus
from revenue.risk import STANDARD_TERMS, RiskAssessment, credit_terms, suggested_payment
from tests.revenue.deals import cash, cny, contract_of, day, debt, ledger_of, order_of

DAY = date(2026, 11, 22)
WANG = Override(by="Wang", reason="parent's guarantee")


def limit(amount: str) -> CreditLimit:
    return CreditLimit(number="CL-1", customer="C-1", amount=cny(amount), on=DAY, by="Wang")


def exposed(**parts: str) -> Any:
    amounts: Any = {part: cny(amount) for part, amount in parts.items()}
    return exposure_of("C-1", amounts, as_of=DAY, currency="CNY")


def graded(grade: str) -> RiskAssessment:
    fields = {"customer": "C-1", "as_of": DAY, "scorecard": "STANDARD", "points": 0}
    return RiskAssessment.model_validate(
        {**fields, "grade": grade, "stopped": False, "reasons": (), "lifts": ()}
    )


@pytest.mark.parametrize(
    ("case", "value", "left", "final", "expected"),
    [
        ("prep-metas-cap-binds", "100000", "11053.92", False, "11053.92"),
        ("prep-metas-cap-loose", "31808", "20596.32", False, "9542.40"),
        ("prep-metas-final", "50000", "11053.92", True, "11053.92"),
    ],
)
def test_prep_metas(case: str, value: str, left: str, final: bool, expected: str) -> None:
    found = usable_prepayment(cny(value), percent=30, left=cny(left), final=final)
    assert found == cny(expected), case


def test_kb_account_credit() -> None:
    ledger = ledger_of(cash("R-1", "20", on=day(1)), debt("AR-1", "100", on=day(1)))
    ledger = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(1))
    assert (ledger.free_amount("R-1"), ledger.open_amount("AR-1")) == (cny("0"), cny("80"))


def test_dep_tryton_recall() -> None:
    with pytest.raises(Refused) as refusal:
        recall_deposit(cny("500"), deposit=cny("100"), recall=cny("200"))
    assert refusal.value.code == "prepayment.exceeds_deposit"
    assert recall_deposit(cny("500"), deposit=cny("100"), recall=cny("100")) == cny("400")


def test_dep_tryton_advance() -> None:
    plan = payment_terms(("10%", "signing", 0), ("90%", "delivery", 0))
    contract = contract_of(("1", "100.00", "0", "1"), payment=plan)
    order, on = order_of(contract), day(1)
    advance, debt_of_it = bill(contract, event="signing", on=on, number="INV-1")
    ledger = ledger_of(limit("1000"), advance, debt_of_it)
    goods = deliver(contract, order, {"1": 1}, number="D-1", on=on)
    asked: dict[str, Any] = {"contracts": [contract], "on": on, "currency": "CNY"}
    blocked = release_shipment(ledger, order, goods, number="H-1", **asked)
    with pytest.raises(Refused, match=r"10\.00 CNY of what is to be paid"):
        blocked.require()
    ledger = ledger.record(cash("R-1", "10", on=on)).apply("R-1", to=["INV-1"], number="A-1", on=on)
    release_shipment(ledger, order, goods, number="H-1", **asked).require()
    final, _ = bill(contract, event="delivery", on=on, number="INV-2", delivery=goods,
                    before=[advance])  # fmt: skip
    assert (advance.gross, final.gross) == (cny("10"), cny("90"))
    assert advance_invoices(cny("100"), percent=10) == (cny("10"), cny("90"))


def test_dep_tryton_advance_cancelled() -> None:
    assert advance_invoices(cny("100"), percent=10, cancelled="ignore") == (cny("100"),)
    assert advance_invoices(cny("100"), percent=10, cancelled="recreate") == (cny("10"), cny("90"))


def test_credit_cn_formula() -> None:
    asked: dict[str, Any] = {"monthly_sales": "500000", "credit_months": 2, "currency": "CNY"}
    assert credit_terms(graded("A"), **asked).limit == cny("800000")
    worst = credit_terms(graded("C"), **asked)
    assert (worst.limit, worst.is_prepaid_only) == (cny("0"), True)
    assert [(term.percent, term.event) for term in suggested_payment(worst)] == [(100, "signing")]
    factors = [row.factor for row in STANDARD_TERMS.rows]
    assert factors == [Decimal("1.5"), 1, Decimal("0.8"), Decimal("0.6"), 0]


def test_credit_tryton_check() -> None:
    found = check_credit(
        exposed(not_due="600", undelivered="250"), limit("1000"), asking=cny("200")
    )
    assert found.exceeded_by == cny("50")
    with pytest.raises(Refused) as refusal:
        found.require()
    assert refusal.value.code == "credit.needs_approval"
    found.require(WANG)
    reminded = exposed(not_due="1").with_(dunning_level=3)
    by_level = check_credit(reminded, limit("1000"), asking=cny("0"))
    assert by_level.verdict == "approval"


def test_credit_metas_stop() -> None:
    contract = contract_of(
        ("1", "100.00", "0", "1"), payment=payment_terms(("100%", "delivery", 0))
    )
    order, on = order_of(contract), day(1)
    ledger = ledger_of(limit("8"), status("S", number="CS-1", on=day(1)))
    asked: dict[str, Any] = {"contracts": [contract], "currency": "CNY"}
    asked["policy"] = CreditPolicy(limit_at=("order",))
    before = ledger_of(limit("8"))
    let_go = release_order(before, order, number="H-1", on=day(-1), override=WANG, **asked)
    ledger = ledger.record(*let_go.facts)
    goods = deliver(contract, order, {"1": 1}, number="D-1", on=on)
    refused = release_shipment(ledger, order, goods, number="H-2", on=on, **asked)
    assert refused.decision.verdict == "refused"
    ledger = ledger.record(*refused.facts, status("O", number="CS-2", on=on))
    shipped = release_shipment(ledger, order, goods, number="HR-2", on=on, **asked)
    assert shipped.is_released
    assert [fact.kind for fact in shipped.facts] == ["hold_release"]


def status(code: Any, *, number: str, on: date) -> CreditStatus:
    return CreditStatus(
        number=number, customer="C-1", status=code, on=on, by="Wang", reason="decided"
    )


def test_credit_oca_remaining() -> None:
    parts = exposed(not_due="300", overdue="350", draft="100")
    found = check_credit(parts, limit("1000"), asking=cny("0"))
    assert (found.exposure, found.remaining) == (cny("750"), cny("250"))
    assert found.remaining_percent == Decimal(25)
    assert isinstance(found.remaining, Money)
