import pytest

from cpq.kernel.errors import Invalid
from cpq.kernel.money import Money
from tests.revenue.deals import cash, cny, code_of, day, debt, ledger_of


def test_what_is_open_stands_in_the_bucket_of_its_age():
    ledger = ledger_of(
        *(
            debt(f"AR-{days}", str(days + 1), on=day(-90), due=day(10 - days))
            for days in (0, 1, 30, 31, 60, 61, 90, 91)
        )
    )
    ageing = ledger.ageing(as_of=day(10))
    assert ageing.buckets == ("0", "1-30", "31-60", "61-90", "91+")
    (row,) = ageing.rows
    assert row.amounts == tuple(cny(each) for each in ("1", "33", "93", "153", "92"))
    assert row.total == cny("372.00")


def test_rows_are_by_customer_and_currency():
    ledger = ledger_of(
        debt("AR-1", "1", customer="C-2"), debt("AR-2", "2"), debt("AR-3", "7", currency="USD")
    )
    ageing = ledger.ageing(as_of=day(1), buckets=(0,))
    assert [(row.customer, row.currency, str(row.total)) for row in ageing.rows] == [
        ("C-1", "CNY", "2.00 CNY"),
        ("C-1", "USD", "7.00 USD"),
        ("C-2", "CNY", "1.00 CNY"),
    ]
    assert ageing.totals("CNY") == (Money("0", "CNY"), cny("3.00"))


def test_the_ageing_of_a_past_day_does_not_change():
    ledger = ledger_of(debt("AR-1", "300", due=day(1)), cash("R-1", "300"))
    before = ledger.ageing(as_of=day(40))
    paid = ledger.apply("R-1", to=["AR-1"], number="A-1", on=day(41))
    assert paid.ageing(as_of=day(40)) == before
    assert paid.ageing(as_of=day(41)).rows == ()


def test_the_first_bucket_may_reach_beyond_the_due_day():
    ageing = ledger_of(debt("AR-1", "1", due=day(1))).ageing(as_of=day(8), buckets=(7, 30))
    assert ageing.buckets == ("0-7", "8-30", "31+")
    assert ageing.rows[0].amounts == (cny("1"), cny("0"), cny("0"))


@pytest.mark.parametrize("buckets", [(), (30, 0), (0, 30, 30), (-1, 30)])
def test_buckets_that_do_not_ascend_are_refused(buckets):
    with pytest.raises(Invalid) as refusal:
        ledger_of().ageing(as_of=day(1), buckets=buckets)
    assert code_of(refusal) == "ageing.buckets_invalid"
