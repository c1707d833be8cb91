import pytest

from cpq.kernel.errors import NotFound, Refused
from revenue import SalesOrder, order
from tests.revenue.deals import SIGNED, code_of, contract_of, day, order_of


def test_an_order_takes_all_lines_of_the_contract():
    taken = order(contract_of(), number="SO-1", on=SIGNED)
    assert (taken.contract, taken.customer) == ("HT-1", "C-1")
    assert [(line.line, line.product, str(line.quantity), line.unit) for line in taken.lines] == [
        ("1", "P-1", "3", "pc"),
        ("2", "P-2", "1", "pc"),
    ]


def test_an_order_comes_back_from_its_text():
    taken = order_of(contract_of())
    assert SalesOrder.model_validate_json(taken.canonical()) == taken


def test_an_order_before_the_signing_is_refused():
    with pytest.raises(Refused) as refusal:
        order(contract_of(), number="SO-1", on=day(-9))
    assert code_of(refusal) == "order.too_early"


def test_an_unknown_order_line_is_named():
    with pytest.raises(NotFound) as refusal:
        order_of(contract_of()).line("7")
    assert code_of(refusal) == "order.unknown_line"
