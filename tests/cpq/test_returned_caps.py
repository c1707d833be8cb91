"""What caps and funders get back when goods come back."""

from typing import Any

from cpq.cap import Cap
from cpq.cap.ledger import BudgetLedger
from cpq.coupon import Coupon
from cpq.deal import DealFacts
from cpq.returns import ReturnPolicy, given_back, repricing, take_back
from tests.cpq.takings import cny, percent, sold, trade
from tests.cpq.trade import DAY

CLAW_BACK = ReturnPolicy(on_return="claw_back")
MONEY = Cap(code="money", amount=cny("1000"), window="month")
TENTH: dict[str, Any] = {"benefit": percent(10), "amount_from": cny("300")}


def _by_cap(back: dict[str, Any]) -> dict[str, str]:
    return {key.split("/")[1]: str(amount.normalize()) for key, amount in back.items()}


def test_caps_get_back_money_and_units_and_with_the_whole_order_that_order() -> None:
    caps = (
        MONEY,
        Cap(code="units", units=100, window="lifetime"),
        Cap(code="orders", orders=10, window="lifetime"),
        Cap(code="gross", amount=cny("1000"), window="year", tax="gross"),
    )
    pricing = sold(trade((50, "VAT13"), benefit=percent(10), caps=caps), 6)
    ledger = BudgetLedger()
    ledger = ledger.reserve(pricing.taken, document="Q-1/1", on=DAY, expires_on=DAY, key="1")
    ledger = ledger.commit(document="Q-1/1", on=DAY, key="2")
    first = take_back(pricing, {"1": 4})
    assert _by_cap(given_back(first)) == {"money": "2E+1", "units": "4", "gross": "22.6"}
    ledger = ledger.give_back(document="Q-1/1", on=DAY, key="3", amounts=given_back(first))
    last = take_back(pricing, {"1": 2}, before=[first])
    assert _by_cap(given_back(last)) == {
        "money": "1E+1",
        "units": "2",
        "orders": "1",
        "gross": "11.3",
    }
    ledger = ledger.give_back(document="Q-1/1", on=DAY, key="4", amounts=given_back(last))
    assert not any(ledger.used(take.counter, on=DAY) for take in pricing.taken)


def test_what_is_clawed_back_is_there_to_be_given_again() -> None:
    catalogue = trade(50, caps=(MONEY,), **TENTH)
    pricing = sold(catalogue, 6)
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=CLAW_BACK, reprice=again)
    assert _by_cap(given_back(credit)) == {"money": "3E+1"}
    last = take_back(pricing, {"1": 1}, before=[credit], policy=CLAW_BACK)
    assert given_back(last) == {}


def test_what_was_given_back_to_a_cap_is_not_taken_again() -> None:
    # ten percent for up to four: of six nothing is given, of four it is, and then it is clawed back
    catalogue = trade(50, 10, caps=(MONEY,), benefit=percent(10), quantity_from=2, products=("L1",))
    pricing = sold(catalogue, 3, 1)
    again = repricing(pricing, catalogue=catalogue)
    first = take_back(pricing, {"1": 2}, policy=CLAW_BACK, reprice=again)
    kept = take_back(pricing, {"2": 1}, before=[first])
    assert [str(row.amount) for row in kept.allocations] == ["-5.00"]
    assert given_back(kept) == {}
    last = take_back(pricing, {"1": 1}, before=[first, kept])
    assert _by_cap(given_back(first)) == {"money": "15"}
    assert given_back(last) == {}


def test_a_cap_by_product_gets_back_what_its_product_brings() -> None:
    caps = (MONEY.with_(scope=("product",)),)
    credit = take_back(sold(trade(50, 30, benefit=percent(10), caps=caps), 2, 2), {"2": 1})
    assert [key.split("/")[2] for key in given_back(credit)] == ["product=L2"]
    assert _by_cap(given_back(credit)) == {"money": "3"}


def test_units_weigh_as_many_as_they_are() -> None:
    caps = (Cap(code="units", units=100, window="lifetime"),)
    pricing = sold(trade(500, 1, benefit=percent(10), caps=caps), 1, 9)
    assert _by_cap(given_back(take_back(pricing, {"1": 1}))) == {"units": "1"}
    assert _by_cap(given_back(take_back(pricing, {"2": 6}))) == {"units": "6"}


def test_a_coupon_gets_its_use_back_with_the_whole_order() -> None:
    catalogue = trade(50, benefit=percent(10), needs_coupon=True)
    deal = DealFacts(coupons=(Coupon(code="POSTER", promotion="P"),))
    pricing = sold(catalogue, 2, deal=deal)
    first = take_back(pricing, {"1": 1})
    assert given_back(first) == {}
    (key,) = given_back(take_back(pricing, {"1": 1}, before=[first]))
    assert key.startswith("coupon poster/")


def test_a_coupon_of_so_much_money_gets_back_what_its_discount_brings() -> None:
    catalogue = trade(50, benefit=percent(10), needs_coupon=True)
    coupon = Coupon(code="POSTER", promotion="P", caps=(MONEY,), period={"start": "2026-11-01"})
    pricing = sold(catalogue, 2, deal=DealFacts(coupons=(coupon,)))
    assert _by_cap(given_back(take_back(pricing, {"1": 1}))) == {"money": "5"}


def test_what_a_cancelled_order_keeps_a_return_does_not_give_back() -> None:
    catalogue = trade(50, benefit=percent(10), caps=(MONEY,), returns_on_cancel=False)
    assert given_back(take_back(sold(catalogue, 2), {"1": 2})) == {}


def test_funders_get_their_part_of_what_comes_back_and_of_what_is_clawed_back() -> None:
    budget = Cap(amount=cny("1000"), window="year")
    plan = {
        "shares": (
            {"funder": "own", "percent": 40},
            {"funder": "ACME", "percent": 60, "budget": budget},
        )
    }
    catalogue = trade(50, funding=plan, **TENTH)
    pricing = sold(catalogue, 6)
    again = repricing(pricing, catalogue=catalogue)
    credit = take_back(pricing, {"1": 5}, policy=CLAW_BACK, reprice=again)
    parts = [
        {each.funder: str(each.amount) for each in row.allocations}
        for row in (*credit.lines, *credit.deductions)
    ]
    assert parts == [{"ACME": "15.00", "own": "10.00"}, {"ACME": "3.00", "own": "2.00"}]
    assert [str(amount) for amount in given_back(credit).values()] == ["18.00"]
