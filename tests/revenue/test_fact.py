import pytest

from cpq.kernel.errors import Unreadable
from revenue import accept_delivery, bill, deliver, read_fact
from tests.revenue.deals import (
    APPLICATION,
    CHARGE,
    RECOVERY,
    SIGNED,
    WRITE_OFF,
    cash,
    contract_of,
    day,
    debt,
    order_of,
)


def every_fact():
    contract = contract_of()
    order = order_of(contract)
    delivery = deliver(contract, order, {"1": 3, "2": 1}, number="D-1", on=day(1))
    invoice, receivable = bill(
        contract, event="delivery", on=day(1), number="INV-1", delivery=delivery
    )
    return [
        delivery,
        accept_delivery(order, number="Y-1", on=day(2), by="李华", deliveries=[delivery]),
        bill(contract, event="signing", on=SIGNED, number="INV-0")[0],
        invoice,
        receivable,
        debt("AR-1", "1.10"),
        cash("R-1", "1.10", payer="恒泰", reference="INV-1"),
        APPLICATION,
        WRITE_OFF,
        RECOVERY,
        CHARGE,
    ]


@pytest.mark.parametrize("fact", every_fact(), ids=lambda fact: f"{fact.kind} {fact.number}")
def test_every_fact_comes_back_from_its_text(fact):
    text = fact.canonical()
    assert type(fact).model_validate_json(text) == fact
    assert read_fact(text) == fact
    assert read_fact(text).canonical() == text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind":"coupon"}', '{"kind":"receipt"}'])
def test_text_that_is_no_fact_is_unreadable(text):
    with pytest.raises(Unreadable) as refusal:
        read_fact(text)
    assert refusal.value.code == "fact.unreadable"


def test_an_unreadable_fact_is_shown_short():
    with pytest.raises(Unreadable) as refusal:
        read_fact("x" * 10_000)
    assert len(str(refusal.value)) < 400
