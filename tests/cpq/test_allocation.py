"""Sharing amounts over lines, and what goes back on a return."""

from decimal import ROUND_DOWN, Context, Decimal, Inexact, localcontext

import pytest

from cpq.allocation import allocate, refundable
from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money


def _cny(*amounts: str) -> list[Money]:
    return [Money(amount, "CNY") for amount in amounts]


def test_shares_fill_rooms_and_the_rest_is_reported() -> None:
    shared = allocate(*_cny("100.00"), weights=[1, 1, 0], rooms=_cny("10.00", "20.00", "99.00"))
    assert list(shared.shares) == _cny("10.00", "20.00", "0.00")
    assert shared.unallocated == Money("70.00", "CNY")


def test_without_rooms_the_whole_is_shared() -> None:
    shared = allocate(*_cny("10.00"), weights=[Decimal(100)] * 3)
    assert list(shared.shares) == _cny("3.34", "3.33", "3.33")
    assert not shared.unallocated


@pytest.mark.parametrize(
    ("amount", "weights", "code"),
    [
        ("-0.01", [1], "allocation.negative"),
        ("1.00", [], "weights.invalid"),
        ("1.00", [0, 0], "weights.invalid"),
        ("0.005", [1], "money.off_grid"),
    ],
)
def test_what_cannot_be_shared_is_refused(amount: str, weights: list[int], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        allocate(Money(amount, "CNY"), weights=weights)
    assert refusal.value.code == code


def test_partial_returns_add_up_whatever_the_context() -> None:
    with localcontext(Context(prec=2, rounding=ROUND_DOWN, traps=[Inexact])):
        steps = [
            refundable(
                Money("100.00", "CNY"),
                returned=Decimal("333.5"),
                quantity=Decimal("1000.5"),
                already=Decimal(already),
            )
            for already in ("0", "333.5", "667")
        ]
    assert [str(step) for step in steps] == ["33.33 CNY", "33.34 CNY", "33.33 CNY"]


@pytest.mark.parametrize(
    ("returned", "quantity", "already"),
    [("2", "3", "2"), ("-1", "3", "0"), ("0", "0", "0"), ("1", "3", "-1")],
)
def test_more_than_was_sold_does_not_come_back(returned: str, quantity: str, already: str) -> None:
    with pytest.raises(Invalid) as refusal:
        refundable(
            Money("1.00", "CNY"),
            returned=Decimal(returned),
            quantity=Decimal(quantity),
            already=Decimal(already),
        )
    assert refusal.value.code == "return.exceeds_quantity"
