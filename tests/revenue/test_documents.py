"""Receivable, receipt, application, write-off: what cannot even be written down."""

import pytest
from pydantic import ValidationError

from cpq.kernel.money import Money
from revenue import Reversal
from tests.revenue.deals import (
    APPLICATION,
    CHARGE,
    RECOVERY,
    WRITE_OFF,
    cash,
    cny,
    day,
    debt,
)


@pytest.mark.parametrize("document", [debt("AR-1", "1"), cash("R-1", "1"), APPLICATION, RECOVERY])
@pytest.mark.parametrize("amount", ["0", "-0.01"])
def test_amounts_of_zero_or_less_are_invalid(document, amount):
    with pytest.raises(ValidationError, match="more than 0"):
        document.with_(amount=cny(amount))


def test_amounts_beyond_the_currencys_decimals_are_invalid():
    with pytest.raises(ValidationError, match="more decimals than CNY"):
        cash("R-1", "1").with_(amount=cny("0.001"))
    with pytest.raises(ValidationError, match="more decimals than JPY"):
        cash("R-1", "1").with_(amount=Money("0.5", "JPY"))


def test_equal_amounts_are_written_alike():
    assert cash("R-1", "100").canonical() == cash("R-1", "100.00").canonical()


def test_a_receivable_is_not_due_before_it_exists():
    with pytest.raises(ValidationError, match="due_on"):
        debt("AR-1", "1", on=day(2), due=day(1))


def test_an_allowance_charge_may_release_but_not_be_zero():
    assert CHARGE.with_(amount=cny("-5")).amount == cny("-5.00")
    with pytest.raises(ValidationError, match="must not be 0"):
        CHARGE.with_(amount=cny("0"))


@pytest.mark.parametrize("field", ["approved_by", "reason"])
def test_a_write_off_says_why_and_by_whom(field):
    with pytest.raises(ValidationError, match=field):
        WRITE_OFF.with_(**{field: "  "})


def test_a_reversal_says_why():
    with pytest.raises(ValidationError, match="reason"):
        Reversal(number="X-1", reverses="A-1", on=day(1), reason="")


def test_a_float_is_never_an_amount():
    with pytest.raises(ValidationError):
        cash("R-1", "1").with_(amount={"amount": 1.5, "currency": "CNY"})
