import pytest

from cpq.kernel.errors import Invalid, NotFound, Refused
from cpq.kernel.money import money_total
from revenue import accept_delivery, deliver
from tests.revenue.deals import cny, code_of, contract_of, day, order_of


@pytest.fixture
def contract():
    return contract_of(("1", "100.00", "13", "3"), ("2", "0.01", "13", "2"))


@pytest.fixture
def order(contract):
    return order_of(contract)


def test_a_delivery_carries_its_part_of_the_net(contract, order):
    delivery = deliver(contract, order, {"1": 2}, number="D-1", on=day(1))
    assert delivery.net == cny("66.67")
    assert [(line.line, str(line.quantity)) for line in delivery.lines] == [("1", "2")]


def test_partial_deliveries_add_up_to_the_line(contract, order):
    # 33.33, 33.34, 33.33: each cumulative share is rounded once
    before = []
    for n in range(3):
        before.append(deliver(contract, order, {"1": 1}, number=f"D-{n}", on=day(1), before=before))
    assert [each.net for each in before] == [cny("33.33"), cny("33.34"), cny("33.33")]
    assert money_total((each.net for each in before), "CNY") == contract.line("1").net


def test_deliveries_of_other_contracts_do_not_count(contract, order):
    other = deliver(contract, order, {"1": 3}, number="D-1", on=day(1)).with_(
        order="SO-9", contract="HT-9"
    )
    assert deliver(contract, order, {"1": 3}, number="D-2", on=day(1), before=[other]).net == cny(
        "100.00"
    )


def test_another_order_does_not_deliver_the_same_again(contract, order):
    first = deliver(contract, order, {"1": 2}, number="D-1", on=day(1))
    second = order.with_(number="SO-2")
    with pytest.raises(Refused, match="3 pc in the contract, 2 delivered") as refusal:
        deliver(contract, second, {"1": 2}, number="D-2", on=day(1), before=[first])
    assert code_of(refusal) == "delivery.exceeds_order"
    rest = deliver(contract, second, {"1": 1}, number="D-2", on=day(1), before=[first])
    assert first.net + rest.net == contract.line("1").net
    assert (rest.net_before, rest.lines[0].quantity_before) == (first.net, 2)


def test_an_order_of_a_part_delivers_its_share(contract, order):
    part = order.with_(lines=(order.line("1").with_(quantity="1"),))
    assert deliver(contract, part, {"1": 1}, number="D-1", on=day(1)).net == cny("33.33")
    with pytest.raises(Refused, match="1 pc ordered"):
        deliver(contract, part, {"1": 2}, number="D-1", on=day(1))


def test_delivering_more_than_ordered_is_refused(contract, order):
    first = deliver(contract, order, {"1": 2}, number="D-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        deliver(contract, order, {"1": 2}, number="D-2", on=day(2), before=[first])
    assert code_of(refusal) == "delivery.exceeds_order"
    assert "3 pc ordered, 2 delivered, 2 asked; deliver at most 1" in str(refusal.value)


def test_delivering_for_another_contract_is_refused(contract, order):
    with pytest.raises(Refused) as refusal:
        deliver(contract.with_(number="HT-9"), order, {"1": 1}, number="D-1", on=day(1))
    assert code_of(refusal) == "delivery.other_contract"


def test_delivering_nothing_is_refused(contract, order):
    with pytest.raises(Refused) as refusal:
        deliver(contract, order, {}, number="D-1", on=day(1))
    assert code_of(refusal) == "delivery.empty"


@pytest.mark.parametrize("quantity", [0, "-1"])
def test_delivering_zero_or_less_is_refused(contract, order, quantity):
    with pytest.raises(Invalid) as refusal:
        deliver(contract, order, {"1": quantity}, number="D-1", on=day(1))
    assert code_of(refusal) == "delivery.quantity_not_positive"


def test_delivering_before_the_order_is_refused(contract, order):
    with pytest.raises(Refused) as refusal:
        deliver(contract, order, {"1": 1}, number="D-1", on=day(-9))
    assert code_of(refusal) == "delivery.too_early"


def test_delivering_an_unknown_line_is_refused(contract, order):
    with pytest.raises(NotFound) as refusal:
        deliver(contract, order, {"8": 1}, number="D-1", on=day(1))
    assert code_of(refusal) == "order.unknown_line"


def test_everything_delivered_can_be_accepted(contract, order):
    delivery = deliver(contract, order, {"1": 3, "2": 2}, number="D-1", on=day(1))
    acceptance = accept_delivery(order, number="Y-1", on=day(5), by="Li", deliveries=[delivery])
    assert (acceptance.order, acceptance.contract, acceptance.by) == ("SO-1", "HT-1", "Li")


def test_accepting_what_is_not_delivered_is_refused(contract, order):
    delivery = deliver(contract, order, {"1": 2, "2": 2}, number="D-1", on=day(1))
    with pytest.raises(Refused) as refusal:
        accept_delivery(order, number="Y-1", on=day(5), by="Li", deliveries=[delivery])
    assert code_of(refusal) == "acceptance.not_delivered"
    assert "1 of line 1 not delivered" in str(refusal.value)


def test_accepting_before_the_last_delivery_is_refused(contract, order):
    delivery = deliver(contract, order, {"1": 3, "2": 2}, number="D-1", on=day(6))
    with pytest.raises(Refused) as refusal:
        accept_delivery(order, number="Y-1", on=day(5), by="Li", deliveries=[delivery])
    assert code_of(refusal) == "acceptance.too_early"
