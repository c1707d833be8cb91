"""Orders and shipments let go or held, by the facts that the check leaves behind."""

from datetime import date
from typing import Any

import pytest

from cpq.kernel.errors import DomainError, NotFound, Refused
from cpq.kernel.money import plain
from cpq.quote import payment_terms
from revenue import Contract, Delivery, ReceivablesLedger, bill, deliver
from revenue.credit import (
    BY_CHECK,
    CreditPolicy,
    Override,
    Release,
    live_holds,
    release_hold,
    release_order,
    release_shipment,
)
from revenue.credit_limit import CreditLimit, CreditStatus
from revenue.hold import CreditHold
from revenue.risk import CreditTerms
from tests.revenue.deals import cash, cny, contract_of, day, debt, ledger_of, order_of

ON_DELIVERY = payment_terms(("100%", "delivery", 30))
CONTRACT = contract_of(("1", "100.00", "0", "10"), payment=ON_DELIVERY)
ORDER = order_of(CONTRACT)
WANG = Override(by="Wang", reason="guarantee of the parent received")
LATE = CreditPolicy(overdue_days=0)


def limit(amount: str, number: str = "CL-1") -> CreditLimit:
    return CreditLimit(number=number, customer="C-1", amount=cny(amount), on=day(-30), by="Wang")


def status(code: str, on: date, number: str = "CS-1") -> CreditStatus:
    fields = {"number": number, "customer": "C-1", "status": code, "on": on, "by": "Wang"}
    return CreditStatus.model_validate({**fields, "reason": "decided"})


def of_order(ledger: ReceivablesLedger, number: str = "H-1", **more: Any) -> Release:
    fields: dict[str, Any] = {"contracts": [CONTRACT], "orders": [ORDER], "on": day(1)}
    return release_order(ledger, ORDER, number=number, currency="CNY", **{**fields, **more})


def goods(ledger: ReceivablesLedger, quantity: int = 10, *, number: str = "D-1") -> Delivery:
    before = ledger.deliveries(contract="HT-1")
    return deliver(CONTRACT, ORDER, {"1": quantity}, number=number, on=day(5), before=before)


def of_shipment(
    ledger: ReceivablesLedger, quantity: int = 10, number: str = "H-2", **more: Any
) -> Release:
    fields: dict[str, Any] = {"contracts": [CONTRACT], "on": day(5), "currency": "CNY"}
    delivery = more.pop("delivery", None) or goods(ledger, quantity)
    return release_shipment(ledger, ORDER, delivery, number=number, **{**fields, **more})


def test_an_order_within_the_limit_goes_and_leaves_no_fact() -> None:
    found = of_order(ledger_of(limit("100")))
    assert (found.is_released, found.facts) == (True, ())
    assert found.decision.asking == cny("100")
    found.require()


def test_an_order_one_cent_beyond_is_held() -> None:
    found = of_order(ledger_of(limit("99.99")))
    (hold,) = found.facts
    assert isinstance(hold, CreditHold)
    assert (hold.number, hold.order, hold.at, hold.on) == ("H-1", "SO-1", "order", day(1))
    assert "0.01 CNY too much" in hold.reasons[0]
    with pytest.raises(Refused) as refusal:
        found.require()
    assert refusal.value.code == "credit.needs_approval"


def test_a_held_order_is_not_held_twice() -> None:
    ledger = ledger_of(limit("99.99"))
    ledger = ledger.record(*of_order(ledger).facts)
    again = of_order(ledger, "H-9")
    assert (again.is_released, again.facts, again.decision.asking) == (False, (), cny("100"))


def test_a_person_lets_it_go_and_both_facts_say_so() -> None:
    ledger = ledger_of(limit("99.99"))
    found = of_order(ledger, override=WANG)
    hold, gone = found.facts
    assert (found.is_released, hold.kind, gone.kind) == (True, "credit_hold", "hold_release")
    assert (gone.by, gone.reason) == (WANG.by, WANG.reason)  # type: ignore[union-attr]
    ledger = ledger.record(*found.facts)
    assert live_holds(ledger, as_of=day(1)) == ()
    assert of_order(ledger, "H-9").is_released


def test_a_person_lets_go_of_a_hold_that_stands() -> None:
    ledger = ledger_of(limit("99.99"))
    ledger = ledger.record(*of_order(ledger).facts)
    found = of_order(ledger, "HR-1", override=WANG)
    assert [fact.kind for fact in found.facts] == ["hold_release"]
    assert of_order(ledger.record(*found.facts), "H-9").is_released


def test_what_was_paid_in_between_frees_the_order_by_itself() -> None:
    ledger = ledger_of(limit("99.99"))
    ledger = ledger.record(*of_order(ledger).facts, cash("R-1", "0.01", on=day(1)))
    found = of_order(ledger, "HR-1")
    (gone,) = found.facts
    assert found.is_released
    assert (gone.kind, gone.number, gone.by) == ("hold_release", "HR-1", BY_CHECK)  # type: ignore[union-attr]
    ledger = ledger.record(*found.facts)
    spent = ledger.record(debt("AR-9", "1", on=day(1)))
    assert not of_order(spent, "H-9").is_released


def test_nobody_overrides_a_stop() -> None:
    ledger = ledger_of(limit("100"), status("S", day(1)))
    assert of_order(ledger).decision.verdict == "refused"
    with pytest.raises(Refused) as refusal:
        of_order(ledger, override=WANG)
    assert refusal.value.code == "credit.refused"


def test_an_order_of_a_later_day_is_checked_as_of_that_day() -> None:
    later = ORDER.with_(on=day(9))
    fields: dict[str, Any] = {"contracts": [CONTRACT], "number": "H-1", "currency": "CNY"}
    found = release_order(ledger_of(limit("99.99")), later, on=day(1), **fields)
    assert (found.is_released, found.decision.as_of) == (False, day(9))
    assert found.facts[0].on == day(1)


def test_two_orders_do_not_both_get_the_same_rest() -> None:
    first, second = contract_of(("1", "60.00", "0", "1"), payment=ON_DELIVERY), "HT-2"
    other = first.with_(number=second)
    orders = [order_of(first), order_of(other).with_(number="SO-2")]
    every: dict[str, Any] = {"contracts": [first, other], "on": day(1), "currency": "CNY"}
    ledger = ledger_of(limit("100"))
    alone = release_order(ledger, orders[0], orders=[], number="H-1", **every)
    both = release_order(ledger, orders[1], orders=orders, number="H-2", **every)
    assert (alone.is_released, both.is_released) == (True, False)
    assert plain(both.decision.exceeded_by.amount) == "20.00"


def test_a_shipment_within_the_limit_goes() -> None:
    found = of_shipment(ledger_of(limit("100")))
    assert (found.is_released, found.facts, found.decision.asking) == (True, (), cny("100"))


def test_a_shipment_is_held_by_what_it_adds_itself() -> None:
    ledger = ledger_of(limit("50"))
    assert of_shipment(ledger, 5).is_released
    found = of_shipment(ledger, 6)
    assert [(fact.kind, getattr(fact, "at", "")) for fact in found.facts] == [
        ("credit_hold", "shipment")
    ]
    assert found.decision.exceeded_by == cny("10")


def test_what_is_billed_already_adds_nothing_when_it_leaves() -> None:
    contract = contract_of(
        ("1", "100.00", "0", "10"), payment=payment_terms(("100%", "signing", 30))
    )
    bills = bill(contract, event="signing", on=day(1), number="INV-1")
    ledger = ledger_of(limit("100")).record(*bills)
    policy = CreditPolicy(ship_after_advance=False)
    found = of_shipment(ledger, contracts=[contract], policy=policy)
    assert (found.is_released, found.decision.asking) == (True, cny("0"))


def test_a_release_at_the_shipment_is_good_for_one_delivery() -> None:
    ledger = ledger_of(limit("0"))
    ledger = ledger.record(*of_shipment(ledger, 1, override=WANG).facts)
    assert of_shipment(ledger, 1, "H-3").is_released
    ledger = ledger.record(goods(ledger, 1))
    assert not of_shipment(ledger, 1, "H-4", delivery=goods(ledger, 1, number="D-2")).is_released


def test_a_held_order_does_not_leave_even_with_an_override() -> None:
    ledger = ledger_of(limit("99.99"))
    ledger = ledger.record(*of_order(ledger).facts)
    found = of_shipment(ledger)
    assert found.decision.findings[0].code == "credit.held"
    with pytest.raises(Refused):
        of_shipment(ledger, override=WANG)


@pytest.mark.parametrize(("at", "order", "shipment"), [("order", 0, 0), ("shipment", 1, 0)])
def test_a_customer_that_is_held_gets_nothing(at: str, order: int, shipment: int) -> None:
    hold = CreditHold.model_validate(
        {"number": "H-0", "customer": "C-1", "at": at, "on": day(1), "reasons": ("fraud",)}
    )
    ledger = ledger_of(limit("1000"), hold)
    found = of_order(ledger).is_released, of_shipment(ledger).is_released
    assert found == (bool(order), bool(shipment))
    gone = release_hold(ledger, "h-0", number="HR-0", on=day(1), by="Wang", reason="cleared")
    assert of_shipment(ledger.record(gone)).is_released


def test_the_advance_of_the_contract_comes_first() -> None:
    contract, ledger = with_advance()
    assert [each.code for each in of_shipment(ledger, contracts=[contract]).decision.findings] == [
        "credit.advance_unpaid"
    ]
    lenient = CreditPolicy(ship_after_advance=False)
    assert of_shipment(ledger, contracts=[contract], policy=lenient).is_released
    ledger = ledger.record(cash("R-1", "10", on=day(2)))
    ledger = ledger.apply("R-1", to=["INV-1"], number="A-1", on=day(2))
    assert of_shipment(ledger, contracts=[contract]).is_released


def with_advance() -> tuple[Contract, ReceivablesLedger]:
    plan = payment_terms(("10%", "signing", 7), ("90%", "delivery", 30))
    contract = contract_of(("1", "100.00", "0", "10"), payment=plan)
    bills = bill(contract, event="signing", on=day(1), number="INV-1")
    return contract, ledger_of(limit("1000")).record(*bills)


def test_the_advance_of_the_grade_comes_first_where_it_holds_shipments() -> None:
    terms = CreditTerms(
        customer="C-1", grade="B", limit=cny("1000"), days=15, prepaid_percent="30",
        deposit_percent="10", ship_hold=True, segment="B", overlay="", reasons=(),
    )  # fmt: skip
    lenient = CreditPolicy(ship_after_advance=False)
    ledger = ledger_of(limit("1000"))
    held = of_shipment(ledger, terms=terms, policy=lenient)
    assert held.decision.remedies[0].amount == cny("30")
    free = terms.with_(ship_hold=False)
    assert of_shipment(ledger, terms=free, policy=lenient).is_released
    paid = ledger.record(cash("R-1", "30", on=day(2), contract="HT-1"))
    assert of_shipment(paid, terms=terms, policy=lenient).is_released


def test_what_is_overdue_holds_at_both_places() -> None:
    ledger = ledger_of(limit("1000"), debt("AR-1", "1", due=day(0)))
    assert not of_order(ledger, policy=LATE).is_released
    assert not of_shipment(ledger, policy=LATE).is_released
    ledger = ledger.record(cash("R-1", "1", on=day(1))).apply(
        "R-1", to=["AR-1"], number="A-1", on=day(1)
    )
    assert of_order(ledger, policy=LATE).is_released
    assert of_shipment(ledger, policy=LATE).is_released


def test_a_delivery_of_another_order_is_refused() -> None:
    delivery = goods(ledger_of()).with_(order="SO-7")
    with pytest.raises(Refused) as refusal:
        of_shipment(ledger_of(limit("1000")), delivery=delivery)
    assert refusal.value.code == "credit.other_order"


def test_a_contract_that_is_missing_is_named() -> None:
    with pytest.raises(NotFound) as refusal:
        of_shipment(ledger_of(limit("1000")), contracts=[])
    assert refusal.value.code == "contract.unknown"


def test_long_reasons_are_cut_to_a_line() -> None:
    debts = [debt(f"AR-{'9' * 50}-{place}", "1", due=day(0)) for place in range(9)]
    found = of_order(ledger_of(limit("1000"), *debts), policy=LATE)
    (hold,) = found.facts
    assert isinstance(hold, CreditHold)
    assert max(map(len, hold.reasons)) == 200


@pytest.mark.parametrize("number", ["H-9", "h-1"])
def test_a_release_names_a_hold_that_stands(number: str) -> None:
    ledger = ledger_of(limit("99.99"))
    ledger = ledger.record(*of_order(ledger, override=WANG).facts)
    with pytest.raises(DomainError):
        release_hold(ledger, number, number="HR-9", on=day(1), by="Wang", reason="again")


def test_holds_are_found_by_customer_order_and_stage() -> None:
    def hold(number: str, order: str, at: str) -> CreditHold:
        fields = {"number": number, "customer": "C-1", "order": order, "at": at, "on": day(1)}
        return CreditHold.model_validate({**fields, "reasons": ("why",)})

    ledger = ledger_of(hold("H-1", "SO-1", "order"), hold("H-2", "SO-1", "shipment"))
    found: Any = lambda **more: [each.number for each in live_holds(ledger, **more)]  # noqa: E731
    assert found(as_of=day(0)) == []
    assert found(as_of=day(1), customer="c-1") == ["H-1", "H-2"]
    assert found(as_of=day(1), order="so-1", at="shipment") == ["H-2"]
    assert found(as_of=day(1), customer="C-2") == found(as_of=day(1), order="SO-2") == []
