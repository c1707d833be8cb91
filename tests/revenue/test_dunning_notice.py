"""Dunning notices: what is overdue, and the sum that is made of it."""

from datetime import date

import pytest
from pydantic import ValidationError

from cpq.kernel.errors import Refused
from cpq.kernel.money import Money
from revenue import Receivable, ReceivablesLedger
from revenue.dunning_notice import DunningItem, DunningNotice, dunning_notice
from revenue.ledger import OpenItem

DAY = date(2026, 12, 10)
PAY_BY = date(2026, 12, 24)


def owed(
    number: str, due: date, amount: str, *, customer: str = "C-1", code: str = "CNY"
) -> OpenItem:
    debt = Receivable(
        number=number,
        customer=customer,
        on=date(2026, 10, 1),
        due_on=due,
        amount=Money(amount, code),
    )
    return OpenItem(receivable=debt, open=debt.amount)


def notice_of(*items: OpenItem, **changes: object) -> DunningNotice:
    given: dict[str, object] = {"on": DAY, "level": 1, "pay_by": PAY_BY, **changes}
    return dunning_notice(items, **given)  # type: ignore[arg-type]


def test_only_what_is_overdue_is_asked_for() -> None:
    notice = notice_of(
        owed("AR-1", date(2026, 12, 9), "100.00"),
        owed("AR-2", DAY, "50.00"),
        owed("AR-3", date(2026, 12, 11), "7.00"),
    )
    assert [(item.number, item.days_overdue) for item in notice.items] == [("AR-1", 1)]
    assert notice.total == Money("100.00", "CNY")


def test_interest_and_fee_are_added_to_what_is_overdue() -> None:
    late = owed("AR-1", date(2026, 12, 1), "100.00")
    notice = notice_of(late, interest=Money("0.55", "CNY"), fee=Money("5", "CNY"))
    assert (notice.overdue, notice.total) == (Money("100.00", "CNY"), Money("105.55", "CNY"))


def test_what_a_customer_paid_of_an_item_is_not_asked_for_again() -> None:
    debt = owed("AR-1", date(2026, 12, 1), "100.00").receivable
    part = OpenItem(receivable=debt, open=Money("30.00", "CNY"))
    assert notice_of(part).items[0].open == Money("30.00", "CNY")
    assert notice_of(part).items[0].amount == Money("100.00", "CNY")


def test_a_notice_in_one_of_several_currencies() -> None:
    due = date(2026, 12, 1)
    both = owed("AR-1", due, "100.00"), owed("AR-2", due, "9.00", code="EUR")
    assert notice_of(*both, currency="EUR").total == Money("9.00", "EUR")
    with pytest.raises(Refused, match="CNY, EUR") as refusal:
        notice_of(*both)
    assert refusal.value.code == "dunning.several_currencies"


def test_nothing_overdue_is_no_reason_to_write() -> None:
    with pytest.raises(Refused) as refusal:
        notice_of(owed("AR-1", DAY, "100.00"))
    assert refusal.value.code == "dunning.nothing_overdue"


def test_one_letter_goes_to_one_customer() -> None:
    due = date(2026, 12, 1)
    with pytest.raises(Refused) as refusal:
        notice_of(owed("AR-1", due, "1.00"), owed("AR-2", due, "1.00", customer="C-2"))
    assert refusal.value.code == "dunning.several_customers"


def test_a_level_is_one_of_three() -> None:
    with pytest.raises(ValidationError):
        notice_of(owed("AR-1", date(2026, 12, 1), "1.00"), level=4)


def test_a_day_to_pay_lies_not_before_the_letter() -> None:
    with pytest.raises(ValidationError, match="pay_by 2026-12-09"):
        notice_of(owed("AR-1", date(2026, 12, 1), "1.00"), pay_by=date(2026, 12, 9))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days_overdue": 8}, "is not 8 days overdue"),
        ({"open": Money("100.01", "CNY")}, "has 100.01 CNY open of 100.00 CNY"),
        ({"open": Money("1.00", "EUR"), "amount": Money("1.00", "EUR")}, "holds"),
    ],
)
def test_an_item_that_contradicts_its_notice_is_refused(
    changes: dict[str, object], said: str
) -> None:
    notice = notice_of(owed("AR-1", date(2026, 12, 1), "100.00"))
    item = DunningItem.model_validate({**dict(notice.items[0]), **changes})
    with pytest.raises(ValidationError, match=said):
        notice.with_(items=(item,))


def test_the_ledger_gives_the_items_of_a_notice() -> None:
    day = date(2026, 11, 1)
    ledger = ReceivablesLedger().record(
        Receivable(number="AR-1", customer="C-1", on=day, due_on=day, amount=Money("3.00", "CNY"))
    )
    notice = notice_of(*ledger.open_items("C-1", as_of=DAY))
    assert notice.items[0].days_overdue == 39
