"""The exposure: every part from the facts that make it, as of a day, and what is not counted."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Invalid, Refused
from cpq.kernel.money import Money, plain
from revenue import ReceivablesLedger, bill, deliver
from revenue.credit import Exposure, exposure, exposure_of
from revenue.credit_limit import ExposurePart, PartLimit
from revenue.credit_note import CreditNote
from revenue.hold import CreditHold, HoldRelease
from revenue.receipt import Identification
from revenue.reminder import Reminder
from tests.revenue.deals import (
    cash,
    cny,
    contract_of,
    day,
    debt,
    ledger_of,
    order_of,
)

CONTRACT = contract_of()
ORDER = order_of(CONTRACT)
GROSS = "73100.00"


def exposed(ledger: ReceivablesLedger, as_of: date | None = None, **more: Any) -> Exposure:
    fields: dict[str, Any] = {"contracts": [CONTRACT], "orders": [ORDER], "currency": "CNY"}
    return exposure(ledger, "C-1", as_of=as_of or day(60), **{**fields, **more})


def parts(found: Exposure) -> dict[str, str]:
    return {each.part: plain(each.amount.amount) for each in found.amounts if each.amount.amount}


def delivered(ledger: ReceivablesLedger, on: date | None = None) -> ReceivablesLedger:
    """Two of three of line 1: 45200.00 of 73100.00."""
    goods = deliver(CONTRACT, ORDER, {"1": 2}, number="D-1", on=on or day(2))
    return ledger.record(goods)


def billed_at_signing(ledger: ReceivablesLedger) -> ReceivablesLedger:
    return ledger.record(*bill(CONTRACT, event="signing", on=day(1), number="INV-1"))


def test_nothing_happened_and_nothing_is_ordered() -> None:
    assert parts(exposed(ReceivablesLedger(), orders=[])) == {}


def test_a_released_order_counts_with_tax() -> None:
    assert parts(exposed(ReceivablesLedger())) == {"undelivered": GROSS}


def test_an_order_counts_from_its_day() -> None:
    found = exposed(ReceivablesLedger(), as_of=date(2026, 11, 27))
    assert parts(found) == {}


def test_what_is_delivered_is_unbilled_until_it_is_billed() -> None:
    found = exposed(delivered(ReceivablesLedger()))
    assert parts(found) == {"unbilled": "45200.00", "undelivered": "27900.00"}
    assert plain(found.total.amount) == GROSS


def test_what_is_billed_before_delivery_is_not_counted_twice() -> None:
    found = exposed(billed_at_signing(ReceivablesLedger()), as_of=day(3))
    assert parts(found) == {
        "not_due": "21930.00",
        "undelivered": GROSS,
        "billed_ahead": "-21930.00",
    }
    assert plain(found.total.amount) == GROSS


def test_an_advance_that_is_billed_and_paid_lowers_the_exposure() -> None:
    ledger = billed_at_signing(ReceivablesLedger()).record(cash("R-1", "21930", on=day(2)))
    on_account = exposed(ledger)
    applied = exposed(ledger.apply("R-1", to=["INV-1"], number="A-1", on=day(2)))
    assert plain(on_account.total.amount) == plain(applied.total.amount) == "51170.00"


def test_billing_moves_from_unbilled_to_receivables() -> None:
    ledger = delivered(billed_at_signing(ReceivablesLedger()))
    goods = ledger.deliveries("SO-1")[0]
    made = bill(CONTRACT, event="delivery", on=day(3), number="INV-2", delivery=goods,
                before=ledger.invoices("HT-1"))  # fmt: skip
    before, after = exposed(ledger, as_of=day(3)), exposed(ledger.record(*made), as_of=day(3))
    assert before.total == after.total == cny(GROSS)
    assert parts(before)["unbilled"] == "23270.00"
    assert "unbilled" not in parts(after)


def test_everything_delivered_and_billed_leaves_receivables_only() -> None:
    ledger = billed_at_signing(ReceivablesLedger())
    goods = deliver(CONTRACT, ORDER, {"1": 3, "2": 1}, number="D-1", on=day(2))
    ledger = ledger.record(goods)
    for number, event in (("INV-2", "delivery"), ("INV-3", "acceptance")):
        made = bill(CONTRACT, event=event, on=day(3), number=number,  # type: ignore[arg-type]
                    before=ledger.invoices("HT-1"))  # fmt: skip
        ledger = ledger.record(*made)
    found = exposed(ledger, as_of=day(3))
    assert parts(found) == {"not_due": GROSS}
    late = exposed(ledger, as_of=day(40))
    assert parts(late) == {"not_due": "7310.00", "overdue": "65790.00"}
    assert [(each.receivable, each.days) for each in late.overdue] == [("INV-1", 32), ("INV-2", 7)]


def test_a_debt_is_overdue_from_the_day_after_it_is_due() -> None:
    ledger = ledger_of(debt("AR-1", "100", due=day(5)))
    assert parts(exposed(ledger, as_of=day(5), orders=[])) == {"not_due": "100.00"}
    assert parts(exposed(ledger, as_of=day(6), orders=[])) == {"overdue": "100.00"}


def test_a_held_order_does_not_count_until_it_is_released() -> None:
    hold = CreditHold(number="H-1", customer="C-1", order="so-1", on=day(2), reasons=("limit",))
    gone = HoldRelease(number="HR-1", hold="H-1", on=day(4), by="Wang", reason="paid")
    ledger = ledger_of(hold, gone)
    assert [parts(exposed(ledger, as_of=day(each))) for each in (1, 3, 4)] == [
        {"undelivered": GROSS},
        {},
        {"undelivered": GROSS},
    ]


def test_a_hold_at_the_shipment_takes_nothing_off() -> None:
    hold = CreditHold(
        number="H-1", customer="C-1", order="SO-1", at="shipment", on=day(2), reasons=("limit",)
    )
    assert parts(exposed(ledger_of(hold))) == {"undelivered": GROSS}


def test_orders_and_contracts_of_others_do_not_count() -> None:
    found = exposure(ReceivablesLedger(), "C-2", contracts=[CONTRACT], orders=[ORDER],
                     as_of=day(9), currency="CNY")  # fmt: skip
    assert parts(found) == {}


def test_an_order_whose_contract_is_missing_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        exposed(ReceivablesLedger(), contracts=[])
    assert refusal.value.code == "exposure.no_contract"


def test_money_and_credit_notes_on_account_lower_it() -> None:
    note = CreditNote(number="CN-1", customer="C-1", on=day(1), amount=cny("30"), reason="back")
    ledger = ledger_of(debt("AR-1", "100", due=day(90)), cash("R-1", "50", on=day(1)), note)
    assert parts(exposed(ledger, orders=[])) == {"not_due": "100.00", "prepaid": "-80.00"}


def test_money_of_an_unknown_payer_counts_once_it_is_identified() -> None:
    ledger = ledger_of(cash("R-1", "50", on=day(1), customer=""))
    assert parts(exposed(ledger, orders=[])) == {}
    found = Identification(
        number="ID-1", receipt="R-1", customer="C-1", amount=cny("50"), on=day(3), by="Li"
    )
    assert parts(exposed(ledger.record(found), orders=[])) == {"prepaid": "-50.00"}


def test_money_for_one_contract_pays_no_other() -> None:
    ledger = ledger_of(
        debt("AR-1", "100", due=day(90)), cash("R-1", "80000", on=day(1), contract="HT-1")
    )
    assert parts(exposed(ledger)) == {
        "not_due": "100.00",
        "undelivered": GROSS,
        "prepaid": "-73100.00",
    }
    assert parts(exposed(ledger, orders=[])) == {"not_due": "100.00"}


def test_a_directed_payment_pays_receivables_of_its_contract() -> None:
    ledger = ledger_of(
        debt("AR-1", "100", due=day(90), contract="HT-9"),
        cash("R-1", "150", on=day(1), contract="ht-9"),
    )
    assert parts(exposed(ledger, orders=[])) == {"not_due": "100.00", "prepaid": "-100.00"}


def test_money_that_another_customer_directed_is_not_this_ones() -> None:
    ledger = ledger_of(
        debt("AR-1", "100", due=day(90), contract="HT-9"),
        cash("R-1", "150", on=day(1), contract="HT-9", customer="C-2"),
    )
    assert parts(exposed(ledger, orders=[])) == {"not_due": "100.00"}


def test_interest_on_a_contract_bills_none_of_it() -> None:
    ledger = ledger_of(debt("AR-1", "100", due=day(90), contract="HT-1", origin="interest"))
    assert parts(exposed(ledger)) == {"not_due": "100.00", "undelivered": GROSS}


def test_an_instalment_that_is_owed_without_a_bill_counts_as_billed() -> None:
    ledger = ledger_of(debt("AR-1", "100", due=day(90), contract="HT-1", origin="instalment"))
    assert parts(exposed(ledger)) == {
        "not_due": "100.00",
        "undelivered": GROSS,
        "billed_ahead": "-100.00",
    }


def test_reminders_count_while_what_they_name_is_open() -> None:
    ledger = ledger_of(
        debt("AR-1", "100", due=day(5)),
        debt("AR-2", "100", due=day(5)),
        Reminder(number="DN-1", customer="C-1", level=2, on=day(9), receivables=("AR-1",),
                 pay_by=day(12)),
        Reminder(number="DN-2", customer="C-1", level=1, on=day(10), receivables=("ar-2",),
                 pay_by=day(12)),
        cash("R-1", "100", on=day(11)),
    )  # fmt: skip
    assert [exposed(ledger, as_of=day(each)).dunning_level for each in (8, 9, 10)] == [0, 2, 2]
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(11))
    assert exposed(paid, as_of=day(11)).dunning_level == 1


def test_other_currencies_are_turned_into_that_of_the_books() -> None:
    ledger = ledger_of(debt("AR-1", "100", currency="USD", due=day(90)))
    assert parts(exposed(ledger, orders=[], rates={"USD": "7.105"})) == {"not_due": "710.50"}
    assert parts(exposed(ledger, orders=[], other=Money("1", "USD"), draft=cny("2"),
                         rates={"USD": "7.105"})) == {
        "not_due": "710.50", "draft": "2.00", "other": "7.11",
    }  # fmt: skip


def test_a_missing_rate_is_refused_and_names_the_receivable() -> None:
    ledger = ledger_of(debt("AR-1", "100", currency="USD", due=day(90)))
    with pytest.raises(Invalid, match="receivable AR-1") as refusal:
        exposed(ledger, orders=[])
    assert refusal.value.code == "credit.no_rate"


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({"prepaid": cny("1")}, "wrong sign"),
        ({"not_due": cny("-1")}, "wrong sign"),
    ],
)
def test_parts_have_the_sign_that_they_mean(amounts: dict[ExposurePart, Money], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        exposure_of("C-1", amounts, as_of=day(1), currency="CNY")


def test_parts_that_are_left_out_do_not_count() -> None:
    found = exposure_of("C-1", {"not_due": cny("300"), "draft": cny("100"), "cover": cny("-50")},
                        as_of=day(1), currency="CNY")  # fmt: skip
    assert plain(found.total.amount) == "350.00"
    assert plain(found.counted([PartLimit(part="draft", included=False)]).amount) == "250.00"
    assert plain(found.counted([PartLimit(part="cover", included=False)]).amount) == "400.00"
